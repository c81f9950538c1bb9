//! The store as its users meet it: ingest, analysis from it, its past, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::{Ran, demo, plaint, plaint_in, plaint_with, root, tree};
use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

const BOOK: &str = "tests/books/two.toml";

/// A folder with these files in it.
fn place(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    folder
}

fn ok(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = plaint_in(folder, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}\n{}{}", ran.stdout, ran.stderr);
    ran
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json", "--quiet"]);
    serde_json::from_str(&ok(folder, &all).stdout).unwrap()
}

/// read = stored + updated + unchanged + duplicates + rejected + skipped, for every file; gives the sums over all.
fn sums(value: &Value) -> [i64; 7] {
    let names = ["rows_read", "stored", "updated", "unchanged", "duplicates", "rejected", "skipped"];
    let mut all = [0; 7];
    for file in value["files"].as_array().unwrap() {
        let numbers = names.map(|name| file[name].as_i64().unwrap());
        assert_eq!(numbers[0], numbers[1..].iter().sum::<i64>(), "{file}");
        (0..7).for_each(|at| all[at] += numbers[at]);
    }
    all
}

const TICKETS: &str = "Ticket ID,Created,Updated,Status,Subject,Description\n\
                       7,2026-11-02 10:00:00,2026-11-02 10:00:00,open,Login,cannot log in\n\
                       8,2026-11-03 10:00:00,2026-11-03 10:00:00,open,Parcel,parcel is late\n";

#[test]
fn the_demo_goes_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("a store [#1] ü");
    let mut arguments = vec!["ingest".to_string()];
    arguments.extend(demo());
    arguments.extend(["--store".to_string(), store.to_str().unwrap().to_string()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let first = json(&root(), &arguments);
    let [read, stored, ..] = sums(&first);
    assert_eq!(read, 2383);
    assert_eq!((first["store"]["version"].as_u64(), first["store"]["records"].as_i64()), (Some(0), Some(stored)));
    let before = tree(&store);
    let again = json(&root(), &arguments);
    assert_eq!(again["store"]["version"], 0);
    let [_, stored_again, updated, unchanged, ..] = sums(&again);
    assert_eq!((stored_again, updated, unchanged), (0, 0, stored));
    // Read in full, for somebody wants to see the rejects: nothing changes either.
    let rejects = folder.path().join("rejects.csv");
    let mut wanted = arguments.clone();
    wanted.extend(["--rejects", rejects.to_str().unwrap()]);
    assert_eq!(sums(&json(&root(), &wanted)), sums(&again));
    assert!(tree(&store) == before, "the same dumps again changed the store");
    let text = plaint(&arguments).stdout;
    assert!(text.contains("nothing changed"), "{text}");
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{text}");
}

#[test]
fn analysis_from_the_store_is_analysis_of_the_dumps() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s");
    let store = store.to_str().unwrap();
    let files = demo();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let with = |words: &[&'static str], more: &[&str]| -> Ran {
        let mut all: Vec<&str> = words.to_vec();
        all.extend(more);
        ok(&root(), &all)
    };
    with(&["ingest"], &[&files[..], &["--store", store]].concat());
    let direct = with(&["trends", "--codebook", BOOK], &files);
    let stored = with(&["trends", "--codebook", BOOK, "--store"], &[store]);
    let (first, rest) = stored.stdout.split_once('\n').unwrap();
    assert_eq!(first, format!("store {store} · version 0 · newest record 2026-11-18"));
    assert_eq!(rest, direct.stdout);
    let direct = with(&["trends", "--codebook", BOOK, "--format", "csv"], &files);
    let environment = [("PLAINT_STORE", store)];
    let stored = plaint_with(&root(), &["trends", "--codebook", BOOK, "--format", "csv"], &environment, None);
    assert_eq!(stored.stdout, direct.stdout);
    assert!(stored.stderr.contains("version 0"), "{}", stored.stderr);
    for command in [&["cluster"][..], &["report"], &["show", "login"], &["chart", "trend", "-o", "-"]] {
        let ran = plaint_with(&root(), &[command, &["--codebook", BOOK]].concat(), &environment, None);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.stderr);
        let first = ran.stdout.lines().next().unwrap();
        assert!(command[0] == "chart" || first.starts_with("store "), "{command:?}: {first}");
    }
    let out = folder.path().join("report");
    with(&["report", "--codebook", BOOK, "--store"], &[store, "-o", out.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["store_version"], 0);
    assert_eq!(report["files"].as_array().unwrap().len(), files.len());
    assert_eq!(report["files"][0]["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn a_report_on_an_old_version_is_the_one_made_then() {
    let files = [
        ("mon.csv", "id,date,text\n1,2026-11-02,cannot log in\n2,2026-11-03,login fails\n"),
        ("tue.csv", "id,date,text\n1,2026-11-02,solved\n3,2026-11-10,cannot log in at all\n"),
        ("book.toml", "version = 1\n[[issue]]\nid = \"i-1\"\nname = \"Login\"\nkeywords = [\"log in\", \"login\"]\n"),
    ];
    let place = place(&files);
    let here = place.path();
    let report = |name: &str, more: &[&str]| {
        ok(here, &[&["report", "--codebook", "book.toml", "-o", name], more].concat());
        tree(&here.join(name))
    };
    ok(here, &["ingest", "mon.csv"]);
    let then = report("then", &[]);
    ok(here, &["ingest", "tue.csv"]);
    assert!(report("now", &[]) != then);
    assert!(report("again", &["--store-version", "0"]) == then, "the old report came out another way");
    ok(here, &["store", "restore", "0"]);
    assert_eq!(json(here, &["store", "history"])["versions"].as_array().unwrap().len(), 3);
    // The versions differ in number, so compare the counts.
    let counts =
        |more: &[&str]| ok(here, &[&["trends", "--codebook", "book.toml", "--format", "csv"], more].concat()).stdout;
    assert_eq!(counts(&[]), counts(&["--store-version", "0"]));
    assert_ne!(counts(&[]), counts(&["--store-version", "1"]));
}

#[test]
fn the_codebook_in_the_stores_folder_is_used_last() {
    let book = |name: &str| {
        format!("version = 1\n[[issue]]\nid = \"i-1\"\nname = \"{name}\"\nkeywords = [\"log in\", \"login\"]\n")
    };
    let place = place(&[("a.csv", TICKETS)]);
    let here = place.path();
    ok(here, &["ingest", "a.csv", "--store", "s"]);
    std::fs::write(here.join("s/codebook.toml"), book("The store's")).unwrap();
    let trends = |store: &[&str]| ok(here, &[&["trends", "--format", "csv"], store].concat()).stdout;
    assert!(trends(&["--store", "s"]).contains("The store's"));
    let listed = ok(here, &["issues", "list", "--store", "s"]).stdout;
    assert!(listed.contains("The store's"), "{listed}");
    std::fs::write(here.join("codebook.toml"), book("The folder's")).unwrap();
    assert!(trends(&["--store", "s"]).contains("The folder's"));
}

#[test]
fn the_four_ways_a_key_goes_wrong() {
    // One ticket exported as CSV and as JSON is one record.
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let csv = "Summary,Issue key,Issue id,Issue Type,Status,Created,Updated,Description\n\
               Login,ABC-7,10007,Bug,Open,2026-11-02 10:00,2026-11-02 10:00,cannot log in\n";
    std::fs::write(here.join("t.csv"), "id,created_at,text\n7,2026-11-02T10:00:00Z,cannot log in\n").unwrap();
    std::fs::write(
        here.join("t.json"),
        "[{\"id\": 7, \"created_at\": \"2026-11-02T10:00:00Z\", \"text\": \"cannot log in\"}]",
    )
    .unwrap();
    std::fs::write(here.join("jira.csv"), csv).unwrap();
    ok(here, &["ingest", "t.csv"]);
    assert_eq!(json(here, &["ingest", "t.json"])["store"]["records"], 1);
    // Ticket 7 of two accounts is two.
    ok(here, &["ingest", "t.csv", "--account", "north"]);
    assert_eq!(json(here, &["ingest", "t.csv", "--account", "south"])["store"]["records"], 3);
    // Read again with other dates or another zone: updated, not doubled. With an id and without.
    std::fs::write(here.join("d.csv"), "id,date,text\n20,03/04/2026,first\n21,05/06/2026,second\n").unwrap();
    std::fs::write(here.join("n.csv"), "date,text,author\n2026-04-03 10:00,no id,kim\n").unwrap();
    ok(here, &["ingest", "d.csv", "--dates", "dmy"]);
    ok(here, &["ingest", "n.csv"]);
    let other_dates = json(here, &["ingest", "d.csv", "--dates", "mdy"]);
    assert_eq!((sums(&other_dates), &other_dates["store"]["records"]), ([2, 0, 2, 0, 0, 0, 0], &Value::from(6)));
    let other_zone = json(here, &["ingest", "n.csv", "--source-tz", "Asia/Tokyo"]);
    assert_eq!((sums(&other_zone), &other_zone["store"]["records"]), ([1, 0, 1, 0, 0, 0, 0], &Value::from(6)));
    // Equal rows without an id stay as many as they were, in whatever file.
    std::fs::write(here.join("e.csv"), "text\nsame\nsame\nsame\n").unwrap();
    assert_eq!(sums(&json(here, &["ingest", "e.csv"])), [3, 3, 0, 0, 0, 0, 0]);
    std::fs::copy(here.join("e.csv"), here.join("f.csv")).unwrap();
    assert_eq!(sums(&json(here, &["ingest", "f.csv"])), [3, 0, 0, 3, 0, 0, 0]);
    assert_eq!(json(here, &["ingest", "jira.csv"])["store"]["records"], 10);
}

#[test]
fn updates_come_in_any_order() {
    let newer = TICKETS.replace("2026-11-02 10:00:00,open", "2026-11-05 09:00:00,solved");
    let place = place(&[("old.csv", TICKETS), ("new.csv", &newer)]);
    let here = place.path();
    let first = ok(here, &["ingest", "old.csv", "--store", "a"]);
    let sum = sums(&json(here, &["ingest", "new.csv", "--store", "a"]));
    assert_eq!(sum, [2, 0, 1, 1, 0, 0, 0], "{}", first.stdout);
    assert_eq!(sums(&json(here, &["ingest", "old.csv", "--store", "a"])), [2, 0, 0, 2, 0, 0, 0]);
    ok(here, &["ingest", "new.csv", "--store", "b"]);
    ok(here, &["ingest", "old.csv", "--store", "b"]);
    ok(here, &["ingest", "new.csv", "old.csv", "--store", "c"]);
    let shown = |store: &str| {
        let csv = ok(here, &["cluster", "--issues-from", "status", "--store", store, "--format", "csv"]).stdout;
        let mut rows: Vec<String> = csv.lines().map(|l| l.splitn(3, ',').nth(2).unwrap().to_string()).collect();
        rows.sort();
        rows
    };
    assert_eq!(shown("a"), shown("b"));
    assert_eq!(shown("a"), shown("c"));
    assert!(shown("a").iter().any(|row| row.contains("solved")));
}

#[test]
fn rejects_are_written_before_anything_is_stored() {
    let text = "id,date,text\n1,2026-11-02,one\n2,soon,two\n3,2026-11-03,three\n";
    let place = place(&[("a.csv", text), ("bad.csv", "id,date,text\n1,soon,one\n2,later,two\n")]);
    let here = place.path();
    let ran = plaint_in(here, &["ingest", "a.csv", "--dates", "ymd", "--rejects", "r.csv"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("1 of 3 rows were set aside"), "{}", ran.stderr);
    assert!(std::fs::read_to_string(here.join("r.csv")).unwrap().contains("2,soon,two,a.csv,3,"));
    assert!(!here.join("plaint-store/_delta_log").exists(), "something was stored");
    assert!(plaint_in(here, &["trends"]).code != 0);
    let most = ["--max-rejects", "1", "--dates", "ymd"];
    assert_eq!(sums(&json(here, &[&["ingest", "a.csv"], &most[..]].concat())), [3, 2, 0, 0, 0, 1, 0]);
    // A file rejected whole is an error, and with --keep-going it is left out.
    let ran = plaint_in(here, &[&["ingest", "bad.csv", "--max-rejects", "100%", "--dates", "ymd"][..]].concat());
    assert_eq!((ran.code, ran.stderr.contains("every row of it was set aside")), (1, true), "{}", ran.stderr);
    let ran =
        plaint_in(here, &["ingest", "a.csv", "bad.csv", "--max-rejects", "50%", "--keep-going", "--dates", "ymd"]);
    assert_eq!((ran.code, ran.stdout.contains("nothing changed")), (1, true), "{}{}", ran.stdout, ran.stderr);
    // An empty glob in plaint.toml; a file that is not there.
    std::fs::write(here.join("plaint.toml"), "[[input]]\nfiles = [\"none-*.csv\"]\n").unwrap();
    let ran = plaint_in(here, &["ingest"]);
    assert_eq!((ran.code, ran.stderr.contains("no file fits")), (1, true), "{}", ran.stderr);
    assert_eq!(plaint_in(here, &["ingest", "gone.csv"]).code, 1);
}

#[test]
fn a_window_is_replaced() {
    let before = "id,date,text\n1,2026-11-02,one\n2,2026-11-03,two\n3,2026-11-20,three\n";
    let place = place(&[("a.csv", before), ("b.csv", "id,date,text\n1,2026-11-02,one\n4,2026-11-04,four\n")]);
    let here = place.path();
    ok(here, &["ingest", "a.csv"]);
    let window = ["--replace", "generic", "--since", "2026-11-01", "--until", "2026-W46"];
    let value = json(here, &[&["ingest", "b.csv"], &window[..]].concat());
    assert_eq!(sums(&value), [2, 1, 0, 1, 0, 0, 0]);
    assert_eq!((&value["removed"], &value["store"]["records"]), (&Value::from(1), &Value::from(3)));
    let history = ok(here, &["store", "history"]).stdout;
    assert!(history.contains("ingest: 1 new, 1 removed\n    b.csv: 1 new\n"), "{history}");
}

#[test]
fn forgetting_is_for_good() {
    let text = "id,date,text,author\n1,2026-11-02,my number is 55512,Mallory\n2,2026-11-03,fine,Kim\n";
    let place = place(&[("a.csv", text), ("b.csv", "id,date,text,author\n3,2026-11-04,late,Kim\n")]);
    let here = place.path();
    ok(here, &["ingest", "a.csv"]);
    ok(here, &["ingest", "b.csv"]);
    let ran = plaint_in(here, &["store", "forget"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let ran = ok(here, &["store", "forget", "--author", "mallory"]);
    assert!(ran.stdout.contains("1 record forgotten"), "{}", ran.stdout);
    for (name, bytes) in tree(&here.join("plaint-store")) {
        assert!(!bytes.windows(7).any(|w| w == b"Mallory") && !bytes.windows(5).any(|w| w == b"55512"), "{name}");
    }
    let ran = plaint_in(here, &["trends", "--store-version", "0"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!("store_forgotten", ran.stderr);
    let ran = plaint_in(here, &["store", "forget", "--uid", "nobody:1"]);
    assert_eq!((ran.code, ran.stderr.contains("no record fits")), (1, true), "{}", ran.stderr);
    let history = json(here, &["store", "history"]);
    let readable: Vec<bool> =
        history["versions"].as_array().unwrap().iter().map(|v| v["readable"].as_bool().unwrap()).collect();
    assert_eq!(readable, [false, false, true]);
}

#[test]
fn mistakes_are_met_with_a_hint() {
    let place = place(&[("a.csv", TICKETS)]);
    let here = place.path();
    let ran = plaint_in(here, &["trends"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plaint ingest FILE…"), "{}", ran.stderr);
    let ran = plaint_in(here, &["store", "history"]);
    assert_eq!((ran.code, ran.stderr.contains("there is no store here")), (1, true), "{}", ran.stderr);
    ok(here, &["ingest", "a.csv"]);
    let ran = plaint_in(here, &["trends", "--store-version", "3"]);
    assert_eq!((ran.code, ran.stderr.contains("the newest is 0")), (2, true), "{}", ran.stderr);
    assert_eq!(plaint_in(here, &["trends", "a.csv", "--store-version", "0"]).code, 2);
    let ran = plaint_in(here, &["ingest", "a.csv", "--replace", "x"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let window = ["--since", "2026-11-01", "--until", "2026-11"];
    let ran = plaint_in(here, &[&["ingest", "a.csv", "--replace", "x"], &window[..]].concat());
    assert_eq!((ran.code, ran.stderr.contains("no dump read holds a record")), (2, true), "{}", ran.stderr);
}

#[test]
fn plaint_toml_names_the_store() {
    let place = place(&[("a.csv", TICKETS), ("plaint.toml", "store = \"kept\"\nsince = \"2026-11-01\"\n")]);
    let here = place.path();
    ok(here, &["ingest", "a.csv"]);
    assert!(here.join("kept/_delta_log").is_dir());
    assert_eq!(json(here, &["store", "history"])["store"], "kept");
}
