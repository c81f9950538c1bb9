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

/// Who writes again, and who for the first time, worked out by hand for the week of 9 to 15 November.
#[test]
fn repeat_contacts_and_first_complainers_are_told_per_issue() {
    const CONTACTS: &str = "id,created_at,author,text\n\
1,2026-09-30T10:00:00Z,ann,The coffee from your new pods tastes like burnt rubber\n\
2,2026-11-01T10:00:00Z,dee,My parcel lies at the neighbours since Monday\n\
3,2026-11-03T10:00:00Z,bob,Only cold coffee comes out whatever I press\n\
4,2026-11-10T09:00:00Z,ann,Why is there sand in my coffee this morning\n\
5,2026-11-10T10:00:00Z,cem,Half of the coffee runs over the kitchen table\n\
6,2026-11-11T10:00:00Z,bob,A week later and the coffee is still not hot\n\
7,2026-11-11T11:00:00Z,dee,Your coffee capsules do not fit the old model\n\
8,2026-11-12T10:00:00Z,cem,Again a flood of coffee and nobody calls me back\n\
9,2026-11-12T11:00:00Z,,This coffee grinder screams like a saw\n\
10,2026-11-15T11:00:00Z,eve,I cannot order decaf coffee on your page\n";
    const ISSUES: &str = "version = 1\ntokenizer = 1\n\n[[issue]]\nid = \"i-00000001\"\nname = \"Coffee\"\nstatus = \"active\"\n\
first_seen = 2026-09-30\nmin_score = 1.0\nkeywords = [\"coffee\"]\n\n[[issue]]\nid = \"i-00000002\"\nname = \"Parcel\"\n\
status = \"active\"\nfirst_seen = 2026-09-30\nmin_score = 1.0\nkeywords = [\"parcel\"]\n";
    let folder = folder("");
    std::fs::write(folder.path().join("contacts.csv"), CONTACTS).unwrap();
    std::fs::write(folder.path().join("codebook.toml"), ISSUES).unwrap();
    let ran = plaint_in(folder.path(), &["report", "contacts.csv", "--as-of", "2026-11-15", "-o", "out"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json = std::fs::read_to_string(folder.path().join("out/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let coffee = &report["voices"]["issues"][0];
    assert_eq!((&coffee["name"], &coffee["records"]), (&"Coffee".into(), &7.into()), "{coffee:#}");
    let told = |what: &str| {
        let share = &coffee[what];
        let rounded = |part: &str| (share[part].as_f64().unwrap() * 1e4).round() / 1e4;
        (share["n"].as_i64().unwrap(), share["of"].as_i64().unwrap(), rounded("low"), rounded("high"))
    };
    // Bob wrote 8 days before and Cem 2; Ann's last was 41 days ago, Dee's on another issue. Six of seven are named.
    assert_eq!(told("again"), (2, 6, 0.0968, 0.7));
    assert_eq!(told("named"), (6, 7, 0.4869, 0.9743));
    // Of Ann, Bob, Cem, Dee and Eve only Cem and Eve had never written.
    assert_eq!(told("first_time"), (2, 5, 0.1176, 0.7693));
    let page = std::fs::read_to_string(folder.path().join("out/report.md")).unwrap();
    assert!(page.contains("33 % (10–70)") && page.contains("40 % (12–77)") && page.contains("86 %"), "{page}");
}

/// "Same here" under a complaint has none of its words: it counts as volume and as an author, not as a text.
#[test]
fn agreement_belongs_to_the_issue_it_echoes() {
    const THREAD: &str = r#"[
{"id":"1","created_at":"2026-11-03T10:00:00Z","author_id":"ann","text":"My order never arrived and nobody answers"},
{"id":"2","parent_id":"1","created_at":"2026-11-03T12:00:00Z","author_id":"bob","text":"Same here, since Monday"},
{"id":"3","parent_id":"1","created_at":"2026-11-03T13:00:00Z","author_id":"cy","text":"+1"},
{"id":"4","parent_id":"1","created_at":"2026-11-03T14:00:00Z","author_id":"dee","text":"The blue one is prettier than the red one"}
]"#;
    let folder = folder("");
    std::fs::write(folder.path().join("thread.json"), THREAD).unwrap();
    let ran = plaint_in(folder.path(), &["report", "thread.json", "--as-of", "2026-11-08", "-o", "out"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json = std::fs::read_to_string(folder.path().join("out/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let issue = &report["voices"]["issues"][0];
    let counts = ["records", "texts", "authors"].map(|what| issue[what].as_i64().unwrap());
    assert_eq!(counts, [3, 1, 3], "{issue:#}");
}

#[test]
fn a_record_is_explained_where_there_are_too_few_to_find_issues_in() {
    let folder = folder("");
    let first = uid(folder.path(), 1);
    std::fs::remove_file(folder.path().join("codebook.toml")).unwrap();
    let ran = plaint_in(folder.path(), &["show", &first, "posts.csv", "--why"]);
    assert!(ran.code == 0 && ran.stdout.contains("complaint: yes"), "{}{}", ran.stdout, ran.stderr);
    let ran = plaint_in(folder.path(), &["response", "posts.csv"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("No codebook"), "{}", ran.stdout);
}

#[test]
fn an_account_in_a_feeds_name_is_masked_unless_it_is_expected() {
    let asked = ["report", "posts.csv", "--as-of", "2026-11-08", "--account", "eve@example.org"];
    let masked = plaint_in(folder("").path(), &asked);
    assert_eq!(masked.code, 0, "{}", masked.stderr);
    assert!(masked.stdout.contains("generic@[email]"), "{}", masked.stdout);
    let expected = folder("expect = [\"generic@eve@example.org\"]\n");
    let shown = plaint_in(expected.path(), &asked);
    assert!(shown.stdout.contains("generic@eve@example.org"), "{}", shown.stdout);
}
