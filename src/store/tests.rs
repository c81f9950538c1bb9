use std::path::Path;

use proptest::prelude::{ProptestConfig, Strategy, prop, proptest};
use tempfile::TempDir;

use super::*;
use crate::ingest::raw::Dump;
use crate::normalise::build::{Normalised, Normaliser};
use crate::normalise::merge::merge;
use crate::normalise::plan::Planner;
use crate::normalise::testing::{dump, raw};
use crate::store::writer::{Done, Outcome};

/// id, text, updated, status, author, date.
type Row = [&'static str; 6];

fn source(path: &str) -> Dump {
    let mut dump = dump(
        "ticket",
        &["id", "text", "updated", "status", "author", "date"],
        &[
            ("source_id", "id"),
            ("body", "text"),
            ("updated_at", "updated"),
            ("status", "status"),
            ("author_handle", "author"),
            ("created_at", "date"),
        ],
    );
    dump.path = path.to_owned();
    dump
}

fn chunk(path: &str, rows: &[Row]) -> Normalised {
    let dump = source(path);
    let raw = raw(&dump, &rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    let mut planner = Planner::new(&dump).unwrap();
    planner.observe(&raw).unwrap();
    let plan = planner.finish().unwrap();
    Normaliser::new(&dump, &plan).unwrap().normalise(&raw).unwrap()
}

fn facts(path: &str, rows: &[Row]) -> Facts {
    Facts {
        path: path.to_owned(),
        sha256: format!("{:016x}", xxhash_rust::xxh3::xxh3_64(format!("{rows:?}").as_bytes())),
        reading: "r".to_owned(),
        source: "test".to_owned(),
        caveat: None,
        assumptions: Vec::new(),
    }
}

type Dumps<'a> = &'a [(&'a str, &'a [Row])];

fn writer(store: &Store, dumps: Dumps<'_>, replace: Option<Replace>) -> Writer {
    let mut writer = store.writer(replace, &|| {}).unwrap();
    for (path, rows) in dumps {
        writer.dump(facts(path, rows));
        writer.push(chunk(path, rows)).unwrap();
    }
    writer
}

fn ingest(store: &Store, dumps: Dumps<'_>) -> Done {
    match writer(store, dumps, None).commit().unwrap() {
        Outcome::Done(done) => *done,
        Outcome::Overtaken => panic!("overtaken"),
    }
}

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("a store [#1] ü"));
    (folder, store)
}

/// uid, body, status, history.
fn records(store: &Store, version: Option<u64>) -> Vec<(String, String, Vec<String>)> {
    let records = store.snapshot(version).unwrap().read().unwrap().records;
    let texts = |name: &str| records.text(name).unwrap().iter().map(|t| t.unwrap_or("").to_owned()).collect::<Vec<_>>();
    let histories = records.lists_of("status_history").unwrap();
    texts("uid").into_iter().zip(texts("body")).zip(histories).map(|((uid, body), past)| (uid, body, past)).collect()
}

fn bodies(store: &Store) -> Vec<String> {
    records(store, None).into_iter().map(|(_, body, _)| body).collect()
}

/// Everything but the provenance.
fn same_but_for_places(one: &Store, other: &Store) {
    let content = |store: &Store| {
        let frame = store.snapshot(None).unwrap().read().unwrap().records.frame().clone();
        frame.drop_many(["source_file", "source_row", "source_line"])
    };
    assert!(content(one).equals_missing(&content(other)), "{:?}\n{:?}", content(one), content(other));
}

const OPEN: Row = ["1", "it broke", "2026-01-01", "open", "kim", "2026-01-01"];
const SOLVED: Row = ["1", "it broke, solved", "2026-01-05", "solved", "kim", "2026-01-01"];
const PENDING: Row = ["1", "it broke, pending", "2026-01-03", "pending", "kim", "2026-01-01"];
const OTHER: Row = ["2", "other", "2026-01-02", "open", "lee", "2026-01-02"];
const PLAIN: Row = ["3", "plain", "", "", "", "2026-01-03"];

#[test]
fn an_ingest_is_a_version_and_the_same_again_is_none() {
    let (_folder, store) = store();
    let dumps: Dumps<'_> = &[("a.csv", &[OPEN, OTHER, OTHER]), ("b.csv", &[PLAIN, OTHER])];
    let done = ingest(&store, dumps);
    assert_eq!((done.version, done.changed, done.entry.records), (Some(0), true, 3));
    let sums: Vec<_> = done.entry.dumps.iter().map(|d| (d.sums.stored, d.sums.duplicates)).collect();
    assert_eq!(sums, [(2, 1), (1, 1)]);
    assert_eq!(bodies(&store), ["it broke", "other", "plain"]);
    let again = ingest(&store, dumps);
    assert_eq!((again.version, again.changed, again.entry.records), (Some(0), false, 3));
    let sums: Vec<_> = again.entry.dumps.iter().map(|d| (d.sums.stored, d.sums.unchanged, d.sums.duplicates)).collect();
    assert_eq!(sums, [(0, 2, 1), (0, 1, 1)]);
    // And without reading a row.
    let named: Vec<Facts> = dumps.iter().map(|(path, rows)| facts(path, rows)).collect();
    let (known, _) = store.known(&named).unwrap().unwrap();
    assert_eq!(known.iter().map(|s| (s.stored, s.unchanged, s.duplicates)).collect::<Vec<_>>(), sums);
    assert!(store.known(&[facts("c.csv", &[SOLVED])]).unwrap().is_none());
}

#[test]
fn through_the_store_or_directly_the_records_are_the_same() {
    let dumps: Dumps<'_> = &[
        ("a.csv", &[PENDING, OTHER, ["", "same", "", "", "", ""], ["", "same", "", "", "", ""]]),
        ("b.csv", &[OPEN, SOLVED, ["3", "one", "", "", "", ""]]),
        ("c.csv", &[PLAIN, ["", "same", "", "", "", ""], OPEN]),
    ];
    let merged = merge(dumps.iter().map(|(path, rows)| chunk(path, rows)).collect()).unwrap();
    let (_folder, store) = store();
    let done = ingest(&store, dumps);
    let stored = store.snapshot(None).unwrap().read().unwrap();
    assert!(
        stored.records.frame().equals_missing(merged.records.frame()),
        "{:?}\n{:?}",
        stored.records.frame(),
        merged.records.frame()
    );
    let sums = |files: &[FileSums]| files.iter().map(|f| (f.stored, f.duplicates)).collect::<Vec<_>>();
    let through: Vec<FileSums> = done.entry.dumps.iter().map(|d| d.sums.clone()).collect();
    assert_eq!(sums(&through), sums(&merged.files));
    assert_eq!(done.entry.arbitrary, 1);
    // Records whose versions disagree are no change when they come again.
    assert!(!ingest(&store, dumps).changed);
}

#[test]
fn newer_versions_take_the_place_of_older_whatever_the_order_of_calls() {
    let (_a, there) = store();
    for rows in [[OPEN], [PENDING], [SOLVED]] {
        ingest(&there, &[("x.csv", &rows)]);
    }
    let past = ["2026-01-01T00:00:00Z open", "2026-01-03T00:00:00Z pending", "2026-01-05T00:00:00Z solved"];
    assert_eq!(records(&there, None), [("sys:1".into(), "it broke, solved".into(), past.map(String::from).to_vec())]);
    let (_b, back) = store();
    for rows in [[SOLVED], [OPEN], [PENDING]] {
        ingest(&back, &[("y.csv", &rows)]);
    }
    same_but_for_places(&there, &back);
    let done = ingest(&back, &[("y.csv", &[OPEN])]);
    assert!(!done.changed, "an old version that is known changes nothing");
    assert_eq!((done.entry.dumps[0].sums.updated, done.entry.dumps[0].sums.unchanged), (0, 1));
    let done = ingest(&back, &[("z.csv", &[["1", "reopened", "2026-02-01", "open", "kim", "2026-01-01"]])]);
    assert_eq!((done.entry.dumps[0].sums.updated, done.entry.dumps[0].sums.unchanged), (1, 0));
}

/// Versions of three records, each with a time of change; some of the same time.
fn versions() -> impl Strategy<Value = Vec<Row>> {
    let id = prop::sample::select(vec!["1", "2", "3"]);
    let text = prop::sample::select(vec!["a", "b", "c", "d"]);
    let updated = prop::sample::select(vec!["2026-01-01", "2026-01-02", "2026-01-03"]);
    let status = prop::sample::select(vec!["open", "solved"]);
    let row = (id, text, updated, status).prop_map(|(id, text, at, status)| [id, text, at, status, "", "2026-01-01"]);
    prop::collection::vec(row, 1..9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn with_times_of_change_the_order_and_the_cut_of_calls_do_not_matter(
        rows in versions(), cut in 0_usize..9, turn in 0_usize..9,
    ) {
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        let (one, two) = rows.split_at(cut.min(rows.len()));
        let (_a, there) = store();
        for part in [one, two].into_iter().filter(|part| !part.is_empty()) {
            ingest(&there, &[("x.csv", part)]);
        }
        let (_b, back) = store();
        for row in turned.iter().rev() {
            ingest(&back, &[("y.csv", std::slice::from_ref(row))]);
        }
        same_but_for_places(&there, &back);
        // All of it in one call, as dumps read directly would be; and once more, which changes nothing.
        let (_c, whole) = store();
        ingest(&whole, &[("z.csv", &turned)]);
        same_but_for_places(&there, &whole);
        assert!(!ingest(&there, &[("z.csv", &turned)]).changed);
    }
}

#[test]
fn without_a_time_of_change_the_later_call_wins() {
    let (_folder, store) = store();
    for text in ["one", "two", "one"] {
        let done = ingest(&store, &[("x.csv", &[["3", text, "", "", "", ""]])]);
        assert!(done.changed);
        assert_eq!(bodies(&store), [text]);
    }
}

#[test]
fn the_same_row_read_in_another_way_updates_even_if_it_seems_older() {
    let (_folder, store) = store();
    let rows: &[Row] = &[["1", "x", "2026-01-05", "open", "", "2026-01-05"]];
    ingest(&store, &[("x.csv", rows)]);
    // The same bytes, dates now read another way.
    let mut writer = store.writer(None, &|| {}).unwrap();
    writer.dump(facts("x.csv", rows));
    writer.push(chunk("x.csv", &[["1", "x", "2026-01-01", "open", "", "2026-01-01"]])).unwrap();
    let Outcome::Done(done) = writer.commit().unwrap() else { panic!("overtaken") };
    assert_eq!((done.entry.dumps[0].sums.updated, done.entry.records), (1, 1));
    let records = store.snapshot(None).unwrap().read().unwrap().records;
    assert_eq!(records.values_of("created_at").unwrap(), [Some("2026-01-01T00:00:00Z".to_owned())]);
}

#[test]
fn who_comes_second_without_the_lock_begins_again() {
    let (_folder, store) = store();
    ingest(&store, &[("a.csv", &[OPEN])]);
    // A writer on a file system without locks: both began on version 0.
    let unlocked = |rows: &'static [Row]| {
        let lock = Lock::none();
        let mut writer = Writer::open(store.folder(), lock, None).unwrap();
        writer.dump(facts("b.csv", rows));
        writer.push(chunk("b.csv", rows)).unwrap();
        writer
    };
    let (one, two) = (unlocked(&[OTHER]), unlocked(&[OTHER, PLAIN]));
    assert!(matches!(one.commit().unwrap(), Outcome::Done(_)));
    assert!(matches!(two.commit().unwrap(), Outcome::Overtaken));
    assert_eq!(bodies(&store), ["it broke", "other"]);
    assert!(matches!(unlocked(&[OTHER, PLAIN]).commit().unwrap(), Outcome::Done(_)));
    assert_eq!(bodies(&store), ["it broke", "other", "plain"]);
    // What the loser wrote is gone.
    let files = std::fs::read_dir(store.folder()).unwrap().flatten();
    assert_eq!(files.filter(|f| f.file_name().to_string_lossy().ends_with(".parquet")).count(), 3);
}

#[test]
fn an_old_version_can_be_read_and_restored() {
    let (_folder, store) = store();
    ingest(&store, &[("a.csv", &[OPEN])]);
    ingest(&store, &[("b.csv", &[SOLVED, OTHER])]);
    assert_eq!(records(&store, Some(0))[0].1, "it broke");
    assert_eq!(store.restore(0, &|| {}).unwrap(), Some(2));
    assert_eq!(store.restore(0, &|| {}).unwrap(), None);
    assert_eq!(bodies(&store), ["it broke"]);
    let standing = |store: &Store| store.history().unwrap().dumps().map(|d| d.sums.path.clone()).collect::<Vec<_>>();
    assert_eq!(standing(&store), ["a.csv"]);
    // What was undone is not known any more: it can be ingested again.
    assert!(store.known(&[facts("b.csv", &[SOLVED, OTHER])]).unwrap().is_none());
    assert!(ingest(&store, &[("b.csv", &[SOLVED, OTHER])]).changed);
    assert_eq!(bodies(&store), ["it broke, solved", "other"]);
    let error = store.snapshot(Some(9)).unwrap_err().to_string();
    assert!(error.contains("no version 9 yet; the newest is 3"), "{error}");
}

#[test]
fn a_replaced_window_loses_what_the_dumps_lack() {
    let (_folder, store) = store();
    ingest(&store, &[("a.csv", &[OPEN, OTHER, PLAIN])]);
    let window = |feed: &str| {
        let day = |text: &str| text.parse().unwrap();
        Some(Replace { feed: feed.to_owned(), since: day("2026-01-02"), until: day("2026-01-02") })
    };
    let late: Row = ["4", "late", "", "", "", "2026-01-02"];
    let error = writer(&store, &[("b.csv", &[late])], window("sis")).commit().unwrap_err().to_string();
    assert!(error.contains("did you mean sys?"), "{error}");
    let Outcome::Done(done) = writer(&store, &[("b.csv", &[late])], window("sys")).commit().unwrap() else {
        panic!("overtaken")
    };
    assert_eq!((done.entry.removed, done.entry.records), (1, 3));
    assert_eq!(bodies(&store), ["it broke", "plain", "late"]);
}

#[test]
fn small_files_are_packed_and_old_versions_stay() {
    let (_folder, store) = store();
    for week in 0..25 {
        let id: &'static str = Box::leak(format!("{week:03}").into_boxed_str());
        ingest(&store, &[("w.csv", &[[id, "text", "", "", "", "2026-01-01"]])]);
    }
    let snapshot = store.snapshot(None).unwrap();
    assert!(snapshot.files().len() < 10, "{} files", snapshot.files().len());
    assert_eq!((snapshot.version(), snapshot.records()), (24, 25));
    assert_eq!(records(&store, Some(3)).len(), 4);
    let swept = store.vacuum(&|| {}).unwrap();
    assert!(swept.files > 10);
    assert_eq!(records(&store, None).len(), 25);
    let error = store.snapshot(Some(3)).unwrap_err().to_string();
    assert!(error.contains("version 3 was vacuumed"), "{error}");
    assert!(!store.readable().unwrap().contains(&3) && store.readable().unwrap().contains(&24));
}

/// Every byte under a folder.
fn bytes_under(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { bytes_under(&path) } else { std::fs::read(&path).unwrap() });
        all.extend(path.to_string_lossy().as_bytes());
    }
    all
}

#[test]
fn what_is_forgotten_is_nowhere_and_older_versions_are_refused() {
    let (_folder, store) = store();
    let secret: Row = ["7", "my secret is kumquat", "", "", "Mallory", "2026-01-01"];
    ingest(&store, &[("kumquat.csv", &[secret])]);
    ingest(&store, &[("b.csv", &[OPEN, OTHER])]);
    let snapshot = store.snapshot(None).unwrap();
    for file in snapshot.files() {
        let cached = store.cache("match", "abc", file);
        std::fs::create_dir_all(cached.parent().unwrap()).unwrap();
        std::fs::write(cached, format!("{:?}", snapshot.frame(file, &["body"]).unwrap())).unwrap();
    }
    let holds = |word: &str| {
        let bytes = bytes_under(store.folder());
        bytes.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word.as_bytes()))
    };
    assert!(holds("kumquat"));
    let who = Forget { authors: vec!["@mallory".to_owned()], ..Forget::default() };
    let forgotten = store.forget(&who, &|| {}).unwrap();
    assert_eq!((forgotten.records, forgotten.version), (1, Some(2)));
    assert_eq!(bodies(&store), ["it broke", "other"]);
    assert!(!holds("secret"), "the text is still in the store");
    for version in [0, 1] {
        let error = store.snapshot(Some(version)).unwrap_err().to_string();
        assert!(error.contains("was erased") && error.contains("right to have theirs erased"), "{error}");
        assert!(store.restore(version, &|| {}).is_err());
    }
    // The dump's name is in the ledger until it is forgotten too.
    assert!(holds("kumquat"));
    let what = Forget { files: vec!["kumquat.csv".to_owned()], ..Forget::default() };
    assert_eq!(store.forget(&what, &|| {}).unwrap(), Forgotten { records: 0, version: Some(3) });
    assert!(!holds("kumquat"));
    let history = store.history().unwrap();
    assert_eq!(history.lines.iter().map(|line| line.version).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(history.dumps().map(|d| d.sums.path.as_str()).collect::<Vec<_>>(), ["b.csv"]);
    let nobody = Forget { uids: vec!["sys:99".to_owned()], ..Forget::default() };
    assert_eq!(store.forget(&nobody, &|| {}).unwrap().version, None);
    // The store goes on.
    assert_eq!(ingest(&store, &[("c.csv", &[PLAIN])]).version, Some(4));
    assert_eq!(bodies(&store).len(), 3);
}

#[test]
fn a_forget_that_was_killed_is_ended_by_the_next_writer() {
    let (_folder, store) = store();
    ingest(&store, &[("a.csv", &[OPEN, OTHER])]);
    let old_log = store.folder().join("_delta_log/00000000000000000000.json");
    let (log, data) = (std::fs::read(&old_log).unwrap(), store.snapshot(None).unwrap().files()[0].name.clone());
    let kept = std::fs::read(store.folder().join(&data)).unwrap();
    store.forget(&Forget { uids: vec!["sys:1".to_owned()], ..Forget::default() }, &|| {}).unwrap();
    // As if it had been killed right after its commit.
    std::fs::write(&old_log, log).unwrap();
    std::fs::write(store.folder().join(&data), kept).unwrap();
    assert!(store.snapshot(Some(0)).is_err());
    ingest(&store, &[("b.csv", &[PLAIN])]);
    assert!(!old_log.exists() && !store.folder().join(&data).exists());
    assert_eq!(bodies(&store), ["other", "plain"]);
}

#[test]
fn a_store_of_a_newer_plaint_is_refused() {
    let (_folder, store) = store();
    ingest(&store, &[("a.csv", &[OPEN])]);
    let log = store.folder().join("_delta_log/00000000000000000000.json");
    let text = std::fs::read_to_string(&log).unwrap();
    let ours = format!("\"{}\":\"{}\"", schema::VERSION_KEY, schema::VERSION);
    assert!(text.contains(&ours));
    std::fs::write(&log, text.replace(&ours, &format!("\"{}\":\"{}\"", schema::VERSION_KEY, schema::VERSION + 1)))
        .unwrap();
    let error = store.snapshot(None).unwrap_err().to_string();
    assert!(error.contains("a newer plaint wrote this store"), "{error}");
    assert!(store.writer(None, &|| {}).is_err());
    assert!(store.restore(0, &|| {}).is_err() && store.vacuum(&|| {}).is_err());
}

#[test]
fn a_column_added_later_is_null_in_what_was_stored_before() {
    let (_folder, store) = store();
    ingest(&store, &[("a.csv", &[OPEN])]);
    // The data file and the log as a plaint would have written them that did not know three of the columns.
    let file = store.snapshot(None).unwrap().files()[0].clone();
    let path = store.folder().join(&file.name);
    let frame = file::read(&path, &schema::names()).unwrap();
    let mut old = frame.drop_many(["status_history", "nps", "tags"]);
    polars::prelude::ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut old).unwrap();
    let log = store.folder().join("_delta_log/00000000000000000000.json");
    let text = std::fs::read_to_string(&log).unwrap();
    let mut lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in lines.iter_mut().filter(|line| line.get("metaData").is_some()) {
        let schema: serde_json::Value =
            serde_json::from_str(line["metaData"]["schemaString"].as_str().unwrap()).unwrap();
        let mut schema = schema;
        schema["fields"]
            .as_array_mut()
            .unwrap()
            .retain(|f| !["status_history", "nps", "tags"].contains(&f["name"].as_str().unwrap()));
        line["metaData"]["schemaString"] = schema.to_string().into();
    }
    std::fs::write(&log, lines.iter().map(|l| l.to_string()).collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(bodies(&store), ["it broke"]);
    assert!(ingest(&store, &[("b.csv", &[SOLVED, OTHER])]).changed);
    assert_eq!(records(&store, None).len(), 2);
    // The file that was not touched was not rewritten either; the table's schema now has every column.
    let table = table::load(store.folder(), None).unwrap().unwrap();
    assert_eq!(table.columns(), schema::names().len());
}

#[test]
fn a_folder_with_other_things_is_no_place_for_a_store() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.doc"), "precious").unwrap();
    let error = Store::at(folder.path()).writer(None, &|| {}).err().unwrap().to_string();
    assert!(error.contains("thesis.doc"), "{error}");
}
