use super::*;
use crate::ingest::source::Binding;
use crate::normalise::plan::Planner;
use crate::normalise::testing::{binding, dump, raw, raw_with_problems, with_source};

fn plan_of(dump: &Dump, raw: &Raw) -> Plan {
    let mut planner = Planner::new(dump).unwrap();
    planner.observe(raw).unwrap();
    planner.finish().unwrap()
}

fn run(dump: &Dump, rows: &[Vec<&str>]) -> Normalised {
    let raw = raw(dump, rows);
    let plan = plan_of(dump, &raw);
    Normaliser::new(dump, &plan).unwrap().normalise(&raw).unwrap()
}

fn texts(normalised: &Normalised, field: &str) -> Vec<Option<String>> {
    let column = normalised.records.column(field).unwrap().str().unwrap();
    column.iter().map(|v| v.map(str::to_owned)).collect()
}

fn text(normalised: &Normalised, field: &str) -> Option<String> {
    texts(normalised, field).remove(0)
}

fn floats(normalised: &Normalised, field: &str) -> Vec<Option<f64>> {
    normalised.records.column(field).unwrap().f64().unwrap().iter().collect()
}

fn list(normalised: &Normalised, field: &str) -> Vec<String> {
    let lists = normalised.records.column(field).unwrap().list().unwrap().get_as_series(0).unwrap();
    lists.str().unwrap().iter().flatten().map(str::to_owned).collect()
}

fn created(normalised: &Normalised) -> Option<i64> {
    normalised.records.column("created_at").unwrap().datetime().unwrap().physical().get(0)
}

const DAY: i64 = 86_400_000_000;

#[test]
fn a_ticket_keeps_the_contract() {
    let dump = dump(
        "ticket",
        &["Id", "Subject", "Created", "Status", "Via", "Zip", "Area"],
        &[
            ("source_id", "Id"),
            ("title", "Subject"),
            ("created_at", "Created"),
            ("status", "Status"),
            ("channel", "Via"),
        ],
    );
    let done =
        run(&dump, &[vec!["00042", "It &amp; that broke", "2024-01-02 03:04", "On-hold", "Mail", "0123", "N \"1\""]]);
    crate::contract::check(&done.records, COLUMNS, "test").unwrap();
    assert_eq!(text(&done, "uid").as_deref(), Some("sys:00042"));
    assert_eq!(text(&done, "id_quality").as_deref(), Some("native"));
    assert_eq!(text(&done, "title").as_deref(), Some("It & that broke"));
    assert_eq!(text(&done, "status").as_deref(), Some("on_hold"));
    assert_eq!(text(&done, "status_raw").as_deref(), Some("On-hold"));
    assert_eq!(text(&done, "channel").as_deref(), Some("email"));
    assert_eq!(text(&done, "channel_raw").as_deref(), Some("Mail"));
    assert_eq!(text(&done, "direction").as_deref(), Some("inbound"));
    assert_eq!(text(&done, "feed").as_deref(), Some("sys"));
    assert_eq!(text(&done, "extra").as_deref(), Some(r#"{"Area":"N \"1\"","Zip":"0123"}"#));
    assert_eq!(text(&done, "created_tz").as_deref(), Some("assumed_utc"));
    assert_eq!(text(&done, "created_precision").as_deref(), Some("min"));
    assert_eq!(text(&done, "created_at_raw").as_deref(), Some("2024-01-02 03:04"));
    assert_eq!(list(&done, "warnings"), ["tz_assumed"]);
    assert_eq!(created(&done), Some(19_724 * DAY + (3 * 60 + 4) * 60_000_000));
    assert_eq!(done.headers.get("Subject").map(String::as_str), Some("title"));
}

#[test]
fn account_and_feed() {
    let mut dump = dump("mention", &["t", "b"], &[("body", "t"), ("brand", "b")]);
    dump.account = Some("acme".to_owned());
    with_source(&mut dump, |s| s.feed = vec!["brand".to_owned()]);
    let done = run(&dump, &[vec!["hello", "Roadrunner"]]);
    assert_eq!(text(&done, "feed").as_deref(), Some("sys@acme/Roadrunner"));
    assert!(text(&done, "uid").unwrap().starts_with("sys@acme:"));
    assert_eq!(text(&done, "direction").as_deref(), Some("unknown"));
}

#[test]
fn missing_dates_are_kept_and_unreadable_ones_rejected() {
    let dump = dump("mention", &["t", "d"], &[("body", "t"), ("created_at", "d")]);
    let done = run(&dump, &[vec!["a", ""], vec!["b", "soon"], vec!["c", "-"], vec!["d", "2024-05-06"]]);
    assert_eq!(done.records.height(), 3);
    assert_eq!(done.rejects.reasons().unwrap(), [("unreadable date \"soon\"".to_owned(), 3, 2)]);
    let csv = String::from_utf8(done.rejects.written(&dump).unwrap()).unwrap();
    assert_eq!(csv, "t,d,file,line,reason\nb,soon,dump.csv,3,\"unreadable date \"\"soon\"\"\"\n");
    assert_eq!(texts(&done, "created_precision")[2].as_deref(), Some("day"));
    assert_eq!(texts(&done, "created_tz")[2], None);
}

#[test]
fn dates_flag_rejects_what_does_not_fit() {
    let mut dump = dump("mention", &["t", "d"], &[("body", "t"), ("created_at", "d")]);
    dump.dates = Some(crate::ingest::source::DateOrder::Dmy);
    let done = run(&dump, &[vec!["a", "25/04/2026"], vec!["b", "04/25/2026"]]);
    assert_eq!((done.records.height(), done.rejects.len()), (1, 1));
}

#[test]
fn problems_of_the_reader_are_rejects_or_skipped() {
    let dump = dump("mention", &["t"], &[("body", "t")]);
    let raw = raw_with_problems(
        &dump,
        1,
        &[vec!["a"], vec![""], vec!["Total 7"], vec!["b"], vec![""]],
        &[None, Some("ghost row"), Some("footer"), Some("ragged row: 3 cells under 1 headers"), None],
    );
    let plan = plan_of(&dump, &raw);
    let done = Normaliser::new(&dump, &plan).unwrap().normalise(&raw).unwrap();
    assert_eq!(done.records.height(), 1);
    assert_eq!(done.rejects.reasons().unwrap()[0].0, "ragged row: 3 cells under 1 headers");
    let skipped: Vec<(&str, i64)> = done.skipped.iter().map(|p| (p.kind.as_str(), p.count)).collect();
    assert_eq!(skipped, [("footer", 1), ("ghost row", 2)]);
    assert_eq!(done.rows_read, 5);
}

#[test]
fn rows_that_are_no_utterances_are_skipped() {
    let mut dump = dump("mention", &["t", "pr"], &[("body", "t"), ("category", "pr")]);
    with_source(&mut dump, |s| {
        s.skip.insert("category".to_owned(), vec!["More".to_owned()]);
    });
    let done = run(&dump, &[vec!["a", "x"], vec!["b", " more "]]);
    assert_eq!(done.records.height(), 1);
    assert_eq!(done.skipped[0].kind, "category more");
}

#[test]
fn rating_only_reviews_are_kept_and_scaled() {
    let dump = dump("review", &["r", "t"], &[("rating", "r"), ("body", "t")]);
    let done =
        run(&dump, &[vec!["1", ""], vec!["5", ""], vec!["FOUR", ""], vec!["4 out of 5 stars", "x"], vec!["3.0", ""]]);
    assert_eq!(floats(&done, "rating"), [1.0, 5.0, 4.0, 4.0, 3.0].map(Some));
    assert_eq!(floats(&done, "rating_01"), [0.0, 1.0, 0.75, 0.75, 0.5].map(Some));
    assert_eq!(floats(&done, "rating_max"), [Some(5.0); 5]);
    let done = run(&dump, &[vec!["0", ""], vec!["10", ""]]);
    assert_eq!(floats(&done, "rating_01"), [Some(0.0), Some(1.0)]);
    let done = run(&dump, &[vec!["87", ""]]);
    assert_eq!((floats(&done, "rating_01"), floats(&done, "rating")), (vec![None], vec![Some(87.0)]));
}

#[test]
fn satisfaction_points_become_words_and_a_rating() {
    let dump = dump("ticket", &["s", "t"], &[("csat", "s"), ("title", "t")]);
    let done = run(&dump, &[vec!["4", "a"], vec!["Good", "b"], vec!["Not Offered", "c"], vec!["2", "d"]]);
    let words: Vec<_> = texts(&done, "csat").into_iter().flatten().collect();
    assert_eq!(words, ["good", "good", "not_offered", "bad"]);
    assert_eq!(floats(&done, "rating_01"), [Some(0.75), None, None, Some(0.25)]);
}

#[test]
fn sources_translate_before_the_common_tables() {
    let mut dump = dump("ticket", &["t", "s", "p"], &[("title", "t"), ("status", "s"), ("priority", "p")]);
    with_source(&mut dump, |s| {
        let map = [("2".to_owned(), "open".to_owned()), ("*".to_owned(), "closed".to_owned())];
        s.values.insert("status".to_owned(), map.into());
    });
    let done = run(&dump, &[vec!["a", "2", "Urgent"], vec!["b", "Solved", "-"], vec!["c", "", "7"]]);
    assert_eq!(texts(&done, "status"), [Some("open".to_owned()), Some("closed".to_owned()), None]);
    assert_eq!(texts(&done, "status_raw")[1].as_deref(), Some("Solved"));
    assert_eq!(texts(&done, "priority"), [Some("urgent".to_owned()), None, None]);
    assert_eq!(texts(&done, "priority_raw")[2].as_deref(), Some("7"));
}

#[test]
fn unknown_status_is_other_but_raw_only_stays_unknown() {
    let known = dump("ticket", &["t", "s"], &[("title", "t"), ("status", "s")]);
    assert_eq!(text(&run(&known, &[vec!["a", "Tier 2 looking"]]), "status").as_deref(), Some("other"));
    let filing = dump("filing", &["t", "s"], &[("body", "t"), ("status_raw", "s")]);
    let done = run(&filing, &[vec!["a", "Closed with explanation"]]);
    assert_eq!((text(&done, "status"), text(&done, "status_raw").is_some()), (None, true));
}

#[test]
fn tags_split_or_parsed() {
    let mut dump = dump("ticket", &["t", "g", "g#2"], &[("title", "t")]);
    dump.fields.insert("tags".to_owned(), Binding { split: Some(" ".to_owned()), ..binding(&["g"]) });
    assert_eq!(list(&run(&dump, &[vec!["a", "late  broken late", "x"]]), "tags"), ["late", "broken", "x"]);
    assert_eq!(list(&run(&dump, &[vec!["a", "[\"a b\",\"c\"]"]]), "tags"), ["a b", "c"]);
    assert!(list(&run(&dump, &[vec!["a", ""]]), "tags").is_empty());
}

#[test]
fn numbers_and_durations() {
    let mut dump = dump(
        "ticket",
        &["t", "likes", "created", "first"],
        &[("title", "t"), ("likes", "likes"), ("created_at", "created")],
    );
    dump.fields.insert("first_response_at".to_owned(), Binding { unit: Some("min".to_owned()), ..binding(&["first"]) });
    let done = run(&dump, &[vec!["a", "1,200", "2024-01-02T00:00:00Z", "90"], vec!["b", "lots", "", "5"]]);
    let likes: Vec<_> = done.records.column("likes").unwrap().i64().unwrap().iter().collect();
    assert_eq!(likes, [Some(1200), None]);
    let first = done.records.column("first_response_at").unwrap().datetime().unwrap().physical().clone();
    assert_eq!(first.get(0), Some(19_724 * DAY + 90 * 60_000_000));
    assert_eq!(first.get(1), None);
    assert_eq!(done.rejects.len(), 0);
}

#[test]
fn reposts_and_mail() {
    let mention = dump("mention", &["t"], &[("body", "t")]);
    let done = run(&mention, &[vec!["RT @a: late"], vec!["late\n> quoted"]]);
    let reposts: Vec<_> = done.records.column("is_repost").unwrap().bool().unwrap().iter().collect();
    assert_eq!(reposts, [Some(true), None]);
    assert_eq!(texts(&done, "body")[1].as_deref(), Some("late\n> quoted"));
    let ticket = dump("ticket", &["t"], &[("body", "t")]);
    let done = run(&ticket, &[vec!["late\n> quoted"]]);
    assert_eq!(text(&done, "body").as_deref(), Some("late"));
    assert_eq!(list(&done, "warnings"), ["boilerplate_cut"]);
}

#[test]
fn keys_go_wrong_in_these_ways() {
    let dump = dump(
        "mention",
        &["id", "t", "d", "who"],
        &[("source_id", "id"), ("body", "t"), ("created_at", "d"), ("author_name", "who")],
    );
    // Float suffix, digits beyond a double, rounded by a spreadsheet (two different records), missing.
    let done = run(
        &dump,
        &[
            vec!["119237.0", "a"],
            vec!["17890000000000001", "b"],
            vec!["5.40E+17", "c"],
            vec!["5.40E+17", "d"],
            vec!["", "same"],
            vec!["", "same"],
            vec!["", "same", "2024-01-01T10:00:00Z", "ann"],
            vec!["", "same", "2024-01-01T10:00:00Z", "ann"],
            vec!["", "same", "2024-01-01", "ann"],
            vec!["", "same", "2024-01-01", "ann"],
        ],
    );
    let uids: Vec<String> = texts(&done, "uid").into_iter().flatten().collect();
    assert_eq!(uids[0], "sys:119237");
    assert_eq!(uids[1], "sys:17890000000000001");
    assert_ne!(uids[2], uids[3]);
    assert_eq!(texts(&done, "id_quality")[2].as_deref(), Some("lossy_excel"));
    assert_eq!(uids[5], format!("{}:2", uids[4]));
    assert_eq!(uids[6], uids[7]);
    assert_eq!(uids[9], format!("{}:2", uids[8]));
    assert_eq!(done.hashed, 8);
}

#[test]
fn ids_taken_from_a_url_say_so() {
    let mut dump = dump("mention", &["link", "t"], &[("url", "link"), ("body", "t")]);
    dump.fields
        .insert("source_id".to_owned(), Binding { pattern: Some("status/([0-9]+)".to_owned()), ..binding(&["link"]) });
    let done = run(&dump, &[vec!["https://x.com/a/status/12", "a"]]);
    assert_eq!(text(&done, "uid").as_deref(), Some("sys:12"));
    assert_eq!(text(&done, "id_quality").as_deref(), Some("from_url"));
}

#[test]
fn a_misspelt_field_is_bad_usage() {
    let dump = dump("mention", &["t"], &[("bodi", "t")]);
    let raw = raw(&dump, &[vec!["a"]]);
    let plan = plan_of(&dump, &raw);
    let error = Normaliser::new(&dump, &plan).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("did you mean body?"));
}

#[test]
fn x_ids_give_the_date() {
    let dump = dump("mention", &["id", "t"], &[("source_id", "id"), ("created_at", "id"), ("body", "t")]);
    let done = run(&dump, &[vec!["'1212092628029698048'", "a"]]);
    assert_eq!(text(&done, "uid").as_deref(), Some("sys:1212092628029698048"));
    assert_eq!(list(&done, "warnings"), ["snowflake_date"]);
    assert_eq!(text(&done, "created_precision").as_deref(), Some("ms"));
}
