//! Signals as a batch job sees them: check and its state, compare, ready counts, exposures, events.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::{Ran, plaint, plaint_in, plaint_with, root};
use insta::assert_snapshot;
use serde_json::Value;

const CARE: &str = "testdata/demo/twitter-care.csv";
const BOOK: &str = "tests/books/two.toml";

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `(issue, kind, level)` of every signal told.
fn told(ran: &Ran) -> Vec<(String, String, String)> {
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    lines(ran)
        .iter()
        .filter(|l| l["kind"] != "cannot_judge")
        .map(|l| (text(l, "issue"), text(l, "kind"), text(l, "level")))
        .collect()
}

/// A folder with a codebook and a shop's dump: twenty late parcels a week, and so many failed logins.
fn shop(weeks: &[i64]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = String::from("id,created_at,body,author\n");
    let start = jiff::civil::date(2026, 1, 5);
    let mut id = 0;
    let mut row = |week: usize, day: i64, body: &str| {
        let at = start.checked_add(jiff::Span::new().days(7 * week as i64 + day)).unwrap();
        id += 1;
        csv.push_str(&format!("{id},{at},{body},a{id}\n"));
    };
    for (week, n) in weeks.iter().enumerate() {
        (0..20).for_each(|i| row(week, i % 7, "the parcel is late again"));
        (0..*n).for_each(|i| row(week, i % 7, "login fails"));
    }
    std::fs::write(folder.path().join("shop.csv"), csv).unwrap();
    let book = "version = 1\ntokenizer = 1\nignore = []\n\n[[issue]]\nid = \"i-00000001\"\nname = \"Login\"\n\
                status = \"active\"\nowner = \"kim\"\nmin_score = 1.0\nkeywords = [\"login\"]\nexclude = []\n";
    std::fs::write(folder.path().join("codebook.toml"), book).unwrap();
    folder
}

fn check(folder: &Path, more: &[&str]) -> Ran {
    let mut arguments = vec!["check", "shop.csv", "--quiet"];
    arguments.extend(more);
    plaint_in(folder, &arguments)
}

/// Thirty quiet weeks and these.
fn quiet_then(last: &[i64]) -> Vec<i64> {
    (0..30).map(|i| [4, 5, 3, 4, 6][i % 5]).chain(last.iter().copied()).collect()
}

#[test]
fn check_tells_a_spike_with_everything_behind_it() {
    let folder = shop(&quiet_then(&[30]));
    let ran = check(folder.path(), &[]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    let found = lines(&ran);
    let line = found.iter().find(|l| l["kind"] == "spike" && l["issue"] == "Login").unwrap();
    for key in [
        "kind", "level", "issue", "owner", "segment", "period", "observed", "expected", "upper", "p", "q", "effect",
        "records", "test", "alpha", "fdr", "history", "caveats",
    ] {
        assert!(line.get(key).is_some(), "{key} is missing");
    }
    assert_eq!((line["owner"].as_str(), line["period"].as_str()), (Some("kim"), Some("2026-W32")));
    assert_eq!((line["observed"].as_f64(), line["level"].as_str()), (Some(30.0), Some("urgent")));
    assert_eq!((line["records"].as_array().unwrap().len(), line["history"].as_i64()), (30, Some(30)));
    // A quiet week is code 0 and no line.
    let ran = check(folder.path(), &["--period", "2026-W31"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    // What only a louder signal would break.
    assert_eq!(check(folder.path(), &["--fail-on", "urgent"]).code, 3);
}

#[test]
fn a_cron_job_hears_of_a_signal_once_and_a_retry_is_never_silent() {
    let folder = shop(&quiet_then(&[30, 31, 4, 4, 4, 60]));
    let at = |week: &str| check(folder.path(), &["--period", week, "--state", "state.json", "--issue", "Login"]);
    assert_eq!(at("2026-W31").code, 0);
    let first = at("2026-W32");
    assert_eq!((first.code, told(&first).len()), (3, 1), "{}", first.stdout);
    for _ in 0..2 {
        let again = at("2026-W32");
        assert_eq!((again.code, &again.stdout), (3, &first.stdout), "a retry");
    }
    // The week after it still stands, no louder: not repeated, and a retry of that says the same.
    for _ in 0..2 {
        let later = at("2026-W33");
        assert_eq!((later.code, later.stdout.as_str()), (0, ""), "{}", later.stderr);
    }
    for week in ["2026-W34", "2026-W35", "2026-W36"] {
        assert_eq!(at(week).code, 0, "{week}");
    }
    // Over, and back: that is news again.
    assert_eq!(at("2026-W37").code, 3);
    // The retry of an old week is still what it was.
    assert_eq!(at("2026-W32").stdout, first.stdout);
    // Without a state every week speaks for itself.
    assert_eq!(check(folder.path(), &["--period", "2026-W33", "--issue", "Login"]).code, 3);
    // Another question needs another file.
    let ran = check(folder.path(), &["--by", "month", "--state", "state.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("belongs to another check"), "{}", ran.stderr);
}

#[test]
fn a_state_is_written_only_when_the_signals_were() {
    let folder = shop(&quiet_then(&[30]));
    let ran = check(folder.path(), &["--state", "state.json", "-o", "no/such/folder.jsonl"]);
    assert_eq!(ran.code, 1);
    assert!(!folder.path().join("state.json").exists());
    std::fs::write(folder.path().join("state.json"), "{").unwrap();
    let ran = check(folder.path(), &["--state", "state.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("state.json:1: it is not a state"), "{}", ran.stderr);
}

#[test]
fn check_without_a_codebook_is_an_error_and_labels_do() {
    let folder = shop(&quiet_then(&[30]));
    std::fs::remove_file(folder.path().join("codebook.toml")).unwrap();
    let ran = check(folder.path(), &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("check needs a codebook"), "{}", ran.stderr);
    assert_eq!(check(folder.path(), &["--issues-from", "body"]).code, 3);
}

#[test]
fn what_cannot_be_judged_is_code_four() {
    let folder = shop(&[5, 5, 5]);
    let ran = check(folder.path(), &[]);
    assert_eq!((ran.code, lines(&ran)[0]["reason"].as_str()), (4, Some("history")), "{}", ran.stdout);
    let folder = shop(&quiet_then(&[4]));
    std::fs::write(folder.path().join("plaint.toml"), "expect = [\"zendesk\"]\n").unwrap();
    let ran = check(folder.path(), &[]);
    assert_eq!((ran.code, lines(&ran)[0]["feed"].as_str()), (4, Some("zendesk")), "{}", ran.stdout);
    // A signal wins; the lines hold both.
    let folder = shop(&quiet_then(&[30]));
    std::fs::write(folder.path().join("plaint.toml"), "expect = [\"zendesk\"]\n").unwrap();
    let ran = check(folder.path(), &[]);
    assert_eq!(ran.code, 3);
    assert!(lines(&ran).iter().any(|l| l["reason"] == "feed_missing"), "{}", ran.stdout);
}

#[test]
fn a_resolved_issue_that_returns_is_told() {
    let folder = shop(&quiet_then(&[0, 0, 0, 9]));
    let book = folder.path().join("codebook.toml");
    let text = std::fs::read_to_string(&book).unwrap().replace("active", "resolved");
    std::fs::write(&book, text).unwrap();
    let ran = check(folder.path(), &["--fail-on", "watch"]);
    let found = told(&ran);
    assert!(found.iter().any(|f| f.1 == "returned"), "{found:?}");
}

#[test]
fn two_periods_side_by_side() {
    let ran = plaint(&["compare", CARE, "--codebook", BOOK, "--period", "2026-W43..2026-W46", "--against", "previous"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!("compare_periods", ran.stdout);
    let ran = plaint(&["compare", CARE, "--codebook", BOOK, "--against", "2026-W46"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("overlap"), "{}", ran.stderr);
    let ran = plaint(&["compare", CARE, "--codebook", BOOK, "--format", "csv"]);
    assert!(ran.stdout.starts_with("a,b,issue_id,issue,count_a,count_b,"), "{}", ran.stdout);
}

#[test]
fn segments_side_by_side() {
    let folder = shop(&quiet_then(&[8]));
    let text = std::fs::read_to_string(folder.path().join("shop.csv")).unwrap();
    let mut shops = String::from("id,created_at,body,author,country\n");
    for (i, line) in text.lines().skip(1).enumerate() {
        // Logins fail in one country.
        let country = if line.contains("login") || i % 2 == 0 { "fr" } else { "de" };
        shops.push_str(&format!("{line},{country}\n"));
    }
    std::fs::write(folder.path().join("shop.csv"), shops).unwrap();
    let ran =
        plaint_in(folder.path(), &["compare", "shop.csv", "--segment", "country", "--period", "2026-W20..2026-W31"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!("compare_segments", ran.stdout);
    let hidden =
        plaint_in(folder.path(), &["trends", "shop.csv", "--segment", "country", "--min-cell", "6", "--format", "csv"]);
    assert_eq!(hidden.code, 0, "{}", hidden.stderr);
    for row in csv::Reader::from_reader(hidden.stdout.as_bytes()).records() {
        let row = row.unwrap();
        let observed: Option<i64> = row[4].parse().ok();
        assert!(observed.is_none_or(|n| n >= 6), "{row:?}");
        assert!(observed.is_some() || row[13].is_empty() && row[11].is_empty(), "{row:?}");
    }
}

fn weekly(counts: &[i64]) -> String {
    let day = |week: usize| jiff::civil::date(2026, 1, 5).checked_add(jiff::Span::new().weeks(week as i64)).unwrap();
    let rows = counts.iter().enumerate().map(|(week, n)| format!("{},{n}\n", day(week)));
    std::iter::once("period,observed\n".to_owned()).chain(rows).collect()
}

#[test]
fn odd_counts_give_no_nan() {
    for counts in [vec![3; 7], vec![0; 40], vec![0; 39].into_iter().chain([1_000_000_000]).collect(), vec![1; 2]] {
        for format in ["csv", "json", "text"] {
            let text = weekly(&counts);
            let ran =
                plaint_with(&root(), &["trends", "--counts", "-", "--format", format], &[], Some(text.as_bytes()));
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            for bad in ["NaN", "nan", "inf"] {
                assert!(!ran.stdout.contains(bad), "{counts:?} {format}: {}", ran.stdout);
            }
        }
    }
    let few = plaint_with(&root(), &["trends", "--counts", "-"], &[], Some(weekly(&[3; 7]).as_bytes()));
    let text = few.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("is tested: 6 weeks before it are known, 8 are needed"), "{text}");
    for (text, said) in [
        ("period,observed\n2026-01-05,-3\n", "not a whole number from 0 on"),
        ("period,observed\n2026-01-05,1.5\n", "not a whole number from 0 on"),
        ("period,observed\n2026-01-05,1\n2026-01-05,2\n", "earlier line"),
    ] {
        let ran = plaint_with(&root(), &["trends", "--counts", "-"], &[], Some(text.as_bytes()));
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    let gap = weekly(&[4; 30]).replace("2026-02-02,4\n", "");
    let ran = plaint_with(&root(), &["trends", "--counts", "-"], &[], Some(gap.as_bytes()));
    assert!(ran.stdout.contains("have no row"), "{}", ran.stdout);
}

#[test]
fn exposures_make_rates_and_events_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut counts: Vec<i64> = (0..30).map(|i| 9 + i % 3).collect();
    counts.push(40);
    std::fs::write(folder.path().join("c.csv"), weekly(&counts)).unwrap();
    let exposure = weekly(&[2_000; 31]).replace("observed", "exposure").replace("2026-03-02,2000", "2026-03-02,0");
    std::fs::write(folder.path().join("e.csv"), exposure).unwrap();
    std::fs::write(folder.path().join("v.csv"), "date,label\n2026-08-04,3.4 released\n2026-01-06,opened\n").unwrap();
    let run = |format: &str| {
        let arguments = ["trends", "--counts", "c.csv", "--exposure", "e.csv", "--events", "v.csv", "--format", format];
        plaint_in(folder.path(), &arguments)
    };
    let ran = run("text");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!("trends_with_exposure_and_events", ran.stdout);
    let value: Value = serde_json::from_str(&run("json").stdout).unwrap();
    let points = value["rows"][0]["series"]["points"].as_array().unwrap();
    assert_eq!(points[30]["rate"].as_f64(), Some(0.02));
    assert_eq!(points[8]["rate"], Value::Null, "an exposure of 0");
    assert!(points[8]["caveats"].to_string().contains("no_exposure"), "{}", points[8]["caveats"]);
    // Months do not fit weeks.
    std::fs::write(folder.path().join("e.csv"), "period,exposure\n2026-01,5\n2026-02,6\n").unwrap();
    let ran = run("text");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("no exposure fits a week"), "{}", ran.stderr);
}
