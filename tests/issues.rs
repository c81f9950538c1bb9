//! `plaint issues`, and the candidates of `plaint cluster`: living with a codebook.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use common::{Ran, plaint, root};
use insta::assert_snapshot;

const CARE: &str = "testdata/demo/twitter-care.csv";

const BOOK: &str = "# ours
[[issue]]
name = \"Login\"   # the app
keywords = [\"login\", \"password\"]

[[issue]]
id = \"i-leak\"
name = \"Leaks\"
owner = \"Hardware\"
keywords = [\"leak\", \"puddle\"]

[[issue]]
id = \"i-chat\"
name = \"Chat\"
status = \"candidate\"
keywords = { chat = 1.2, agent = 1.1, rude = 0.4 }
";

/// A folder with this codebook in it.
fn book(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn issues(arguments: &[&str], path: &std::path::Path) -> Ran {
    let book = path.to_str().unwrap();
    let all: Vec<&str> = ["issues"].iter().chain(arguments).copied().chain(["--codebook", book]).collect();
    let mut ran = plaint(&all);
    ran.stdout = ran.stdout.replace(book, "book.toml");
    ran.stderr = ran.stderr.replace(book, "book.toml");
    ran
}

#[test]
fn list_with_and_without_records() {
    let (_folder, path) = book(BOOK);
    assert_snapshot!("list", issues(&["list"], &path).stdout);
    assert_snapshot!("list_counted", issues(&["list", CARE], &path).stdout);
}

#[test]
fn lint_reports_place_coverage_overlap_and_unused() {
    let text = BOOK.replace("[\"leak\", \"puddle\"]", "[\"leak\", \"leaks\", \"puddle\", \"zeppelin\", \"password\"]");
    let (_folder, path) = book(&text);
    let ran = issues(&["lint", CARE], &path);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!("lint", ran.stdout);
    let (_folder, path) = book(&text.replace("candidate", "open").replace("\"leaks\"", "42"));
    let ran = issues(&["lint"], &path);
    assert_eq!(ran.code, 1);
    assert_snapshot!("lint_errors", ran.stdout);
    let json: serde_json::Value = serde_json::from_str(&issues(&["lint", "--format", "json"], &path).stdout).unwrap();
    assert_eq!(json["remarks"][1]["line"], 15);
}

#[test]
fn every_verb_changes_only_its_lines() {
    let (_folder, path) = book(BOOK);
    let run = |arguments: &[&str], at: &std::path::Path| {
        let ran = issues(arguments, at);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        (ran.stdout, std::fs::read_to_string(at).unwrap())
    };
    let (said, text) = run(&["rename", "leaks", "Puddles"], &path);
    assert_eq!(text, BOOK.replace("\"Leaks\"", "\"Puddles\""));
    assert_eq!(said, "Changed book.toml: \"Leaks\" is called \"Puddles\" now.\n");
    std::fs::write(&path, BOOK).unwrap();
    let (said, text) = run(&["accept", "i-chat", CARE], &path);
    assert_eq!(text, BOOK.replace("\"candidate\"", "\"active\""));
    assert_snapshot!("accept", said);
    let (_, text) = run(&["resolve", "Leaks"], &path);
    assert!(text.contains("owner = \"Hardware\"\nstatus = \"resolved\"\n"), "{text}");
    let (said, text) = run(&["merge", "i-chat", "Login", CARE], &path);
    assert_snapshot!("merge", said);
    assert_snapshot!("merged_file", text);
    // The old id and the old name still lead to what they stood for.
    let shown = plaint(&["show", "Chat", CARE, "--codebook", path.to_str().unwrap(), "--top", "1"]);
    assert!(shown.stdout.starts_with("Login (") && shown.stderr.contains("went into"), "{}", shown.stderr);
    let trends = |issue: &str| {
        plaint(&["trends", CARE, "--codebook", path.to_str().unwrap(), "--issue", issue, "--format", "csv"]).stdout
    };
    assert_eq!(trends("i-chat"), trends("Login"));
    assert!(trends("i-chat").lines().count() > 10);
    let before = std::fs::read_to_string(&path).unwrap();
    let ran = issues(&["retire", "Leaks", "--dry-run"], &path);
    assert!(ran.stdout.starts_with("Would change"), "{}", ran.stdout);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    let ran = issues(&["retire", "Lecks"], &path);
    assert_eq!((ran.code, ran.stderr.contains("did you mean \"Leaks\"")), (2, true), "{}", ran.stderr);
}

#[test]
fn split_proposes_parts_and_writes_them_when_asked() {
    let text =
        BOOK.replace("[\"login\", \"password\"]", "[\"login\", \"password\", \"charged\", \"billed\", \"refund\"]");
    let (_folder, path) = book(&text);
    let ran = issues(&["split", "Login", "--issues", "2", CARE], &path);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "proposed, not written");
    assert_snapshot!("split", ran.stdout);
    let ran = issues(&["split", "Login", "--issues", "2", "--write", CARE], &path);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("status = \"retired\"") && written.contains("into = ["), "{written}");
    // The parts are issues like any other; the old id names them all.
    let ran = plaint(&["trends", CARE, "--codebook", path.to_str().unwrap(), "--issue", "Login", "--format", "csv"]);
    let ids: std::collections::BTreeSet<&str> =
        ran.stdout.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    assert_eq!(ids.len(), 2, "{}", ran.stderr);
}

#[test]
fn other_issues_match_as_before_record_by_record() {
    // The older issue wins a tie, and nothing here outweighs it, so that its primaries are its matches.
    let leaks = "[[issue]]\nid = \"i-leak\"\nname = \"Leaks\"\nmin_score = 9\nkeywords = [\"leak\", \"puddle\"]\n";
    let rest: Vec<&str> = BOOK.split("\n\n").filter(|block| !block.contains("i-leak")).collect();
    let (_folder, path) = book(&format!("{leaks}\n{}", rest.join("\n\n")));
    let matched = || -> BTreeMap<String, String> {
        let ran = plaint(&["cluster", CARE, "--codebook", path.to_str().unwrap(), "--format", "csv", "--quiet"]);
        let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
        let rows = reader.records().map(|row| row.unwrap());
        rows.filter(|row| &row[3] == "i-leak")
            .map(|row| (row[2].to_owned(), format!("{} {}", &row[5], &row[6])))
            .collect()
    };
    let before = matched();
    assert!(before.len() > 50);
    for verb in [
        &["rename", "Login", "Sign in"][..],
        &["merge", "i-chat", "Sign in"],
        &["resolve", "Sign in"],
        &["accept", "Sign in"],
        &["retire", "Sign in"],
    ] {
        let ran = issues(verb, &path);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(matched(), before, "{verb:?}");
    }
}

#[test]
fn a_new_problem_is_proposed_written_and_not_proposed_again() {
    let folder = tempfile::tempdir().unwrap();
    // Twelve weeks of leaks and logins; in the last, something new.
    let mut dump = String::from("id,created_at,author,text\n");
    let things = ["kitchen", "office", "morning", "evening", "counter", "table", "floor", "machine", "app", "phone"];
    let mut id = 0;
    for week in 0..12_usize {
        for i in 0..30_usize {
            let day =
                jiff::civil::date(2026, 8, 24).checked_add(jiff::Span::new().days((week * 7 + i % 7) as i64)).unwrap();
            let what = if i % 2 == 0 { "leak on the" } else { "login fails on the" };
            dump.push_str(&format!(
                "{id},{day},u{id},{what} {} {}\n",
                things[(i * 7 + week) % 10],
                things[(i * 3 + week * 5) % 10]
            ));
            id += 1;
        }
    }
    for (i, thing) in things.iter().take(9).enumerate() {
        dump.push_str(&format!("{id},2026-11-1{},u{id},steam wand exploded near the {thing}\n", i % 6));
        id += 1;
    }
    let (dump_path, book_path) = (folder.path().join("a.csv"), folder.path().join("book.toml"));
    std::fs::write(&dump_path, dump).unwrap();
    std::fs::write(&book_path, BOOK).unwrap();
    let (dump, book) = (dump_path.to_str().unwrap(), book_path.to_str().unwrap());
    let ran = plaint(&["cluster", dump, "--codebook", book, "--write", book, "--as-of", "2026-11-15"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!("candidate", ran.stdout.replace(book, "book.toml"));
    let written = std::fs::read_to_string(book).unwrap();
    assert!(written.starts_with(BOOK) && written.matches("status = \"candidate\"").count() == 2, "{written}");
    let ran = plaint(&["cluster", dump, "--codebook", book, "--write", book, "--as-of", "2026-11-15"]);
    assert_eq!((ran.code, std::fs::read_to_string(book).unwrap()), (0, written), "{}", ran.stderr);
}

#[test]
fn a_refit_keeps_what_people_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.toml");
    let book = path.to_str().unwrap();
    let ran = plaint(&["cluster", CARE, "--issues", "8", "--write", book, "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = std::fs::read_to_string(&path).unwrap().replacen("owner = \"\"", "owner = \"Kim\" # boss", 1);
    std::fs::write(&path, &text).unwrap();
    let refit = || plaint(&["cluster", CARE, "--issues", "8", "--codebook", book, "--refit", "--write", book]);
    let ran = refit();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("stayed"), "{}", ran.stdout);
    // The same records give the same issues: nothing changes but for nothing.
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let other = plaint(&["cluster", CARE, "--issues", "12", "--codebook", book, "--refit", "--write", book]);
    assert_eq!(other.code, 0, "{}", other.stderr);
    let now = std::fs::read_to_string(&path).unwrap();
    assert!(now.contains("owner = \"Kim\" # boss") && other.stdout.contains("new"), "{}", other.stdout);
    let ids =
        |text: &str| -> Vec<String> { text.lines().filter(|l| l.starts_with("id = ")).map(str::to_owned).collect() };
    assert!(ids(&now).starts_with(&ids(&text)), "ids stay in their place");
    let ran = plaint(&["cluster", CARE, "--refit"]);
    assert_eq!((ran.code, root().join("codebook.toml").exists()), (2, false), "{}", ran.stderr);
}
