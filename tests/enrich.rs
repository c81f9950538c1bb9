//! What is heard in texts, as users see it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::plaint_in;

const POSTS: &str = "id,created_at,author,text\n\
1,2026-11-02T10:00:00Z,ann,\"The worst service ever: my order still hasn't arrived. I want a refund!\"\n\
2,2026-11-02T11:00:00Z,bob,I love this machine. Best coffee ever!\n\
3,2026-11-03T10:00:00Z,cem,How do I change the water filter?\n\
4,2026-11-03T11:00:00Z,dee,Mein Kaffee ist kalt und niemand antwortet auf meine Mail\n\
5,2026-11-04T11:00:00Z,eve,The parcel was broken and the app keeps crashing. Write to eve@example.org\n";

const BOOK: &str = "version = 1\ntokenizer = 1\n\n[[issue]]\nid = \"i-00000001\"\nname = \"Coffee\"\nstatus = \"active\"\n\
first_seen = 2026-11-02\nmin_score = 1.0\nkeywords = { coffee = 2.0, parcel = 2.0, order = 2.0, machine = 1.0 }\n";

fn folder(configuration: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("posts.csv"), POSTS).unwrap();
    std::fs::write(folder.path().join("codebook.toml"), BOOK).unwrap();
    std::fs::write(folder.path().join("plaint.toml"), configuration).unwrap();
    folder
}

fn uid(folder: &std::path::Path, row: usize) -> String {
    let listed = plaint_in(folder, &["cluster", "posts.csv", "--format", "csv"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    listed.stdout.lines().nth(row).unwrap().split(',').nth(2).unwrap().to_string()
}

#[test]
fn why_explains_language_sentiment_and_intent() {
    let folder = folder("");
    let first = uid(folder.path(), 1);
    let ran = plaint_in(folder.path(), &["show", &first, "posts.csv", "--why"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for expected in ["language en", "sentiment -", "worst", "complaint: yes", "weighed most", "spam: no"] {
        assert!(ran.stdout.contains(expected), "{expected} is not in\n{}", ran.stdout);
    }
    let german = uid(folder.path(), 4);
    let ran = plaint_in(folder.path(), &["show", &german, "posts.csv", "--why", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let why = &value["record"]["why"];
    assert_eq!(why["language"], "de", "{}", ran.stdout);
    assert!(why["sentiment"].is_null());
}

#[test]
fn intent_is_a_filter_with_a_named_reason() {
    let folder = folder("");
    let ran = plaint_in(folder.path(), &["trends", "posts.csv", "--intent", "complaint", "--as-of", "2026-11-08"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("2 counted (3 without the intent asked for)"), "{}", ran.stdout);
    let all = plaint_in(folder.path(), &["trends", "posts.csv", "--as-of", "2026-11-08"]);
    assert!(all.stdout.contains("5 counted"), "{}", all.stdout);
    let unknown = plaint_in(folder.path(), &["trends", "posts.csv", "--intent", "rage"]);
    assert_eq!(unknown.code, 2);
}

#[test]
fn a_rule_of_the_users_is_heard_and_named() {
    let folder = folder("[[rule]]\nintent = \"complaint\"\npattern = \"kalt\"\n");
    let german = uid(folder.path(), 4);
    let ran = plaint_in(folder.path(), &["show", &german, "posts.csv", "--why"]);
    assert!(ran.stdout.contains("complaint: yes") && ran.stdout.contains("your rule"), "{}", ran.stdout);
    std::fs::write(folder.path().join("plaint.toml"), "[[rule]]\nintent = \"complaint\"\npattern = \"(\"\n").unwrap();
    let ran = plaint_in(folder.path(), &["cluster", "posts.csv"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("no regular expression"), "{}", ran.stderr);
}

#[test]
fn a_part_can_be_switched_off() {
    let folder = folder("no-enrich = [\"intent\"]\n");
    let first = uid(folder.path(), 1);
    let ran = plaint_in(folder.path(), &["show", &first, "posts.csv", "--why"]);
    assert!(ran.stdout.contains("sentiment -") && !ran.stdout.contains("complaint:"), "{}", ran.stdout);
}

#[test]
fn the_report_says_what_was_not_heard() {
    let folder = folder("");
    let ran = plaint_in(folder.path(), &["report", "posts.csv", "-o", "out", "--as-of", "2026-11-08"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report = std::fs::read_to_string(folder.path().join("out/report.json")).unwrap();
    assert!(
        report.contains("1 of 5 counted records are in a language whose sentiment and intent are not heard (de 1)")
    );
    assert!(report.contains("2 of 5 read as complaints"));
}
