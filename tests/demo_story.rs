//! The report on the demo tells the demo's story: every number of the truth file, and every finding.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::{demo, plaint_in, root};
use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table};

fn truth() -> DocumentMut {
    std::fs::read_to_string(root().join("testdata/demo-truth.toml")).unwrap().parse().unwrap()
}

fn number(table: &Table, key: &str) -> i64 {
    table.get(key).and_then(Item::as_integer).unwrap_or_else(|| panic!("demo-truth.toml: no {key}"))
}

/// The report of the demo, read back.
fn report() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let mut arguments = vec!["report".to_string()];
    arguments.extend(demo());
    arguments.extend(["-o".into(), out.to_string_lossy().into_owned()]);
    let ran = plaint_in(&root(), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap()
}

fn section<'a>(report: &'a Value, key: &str) -> Vec<&'a str> {
    let section = report["sections"].as_array().unwrap().iter().find(|s| s["key"] == key).unwrap();
    section["findings"].as_array().unwrap().iter().map(|f| f["text"].as_str().unwrap()).collect()
}

#[test]
fn the_report_tells_the_demos_story() {
    let (truth, report) = (truth(), report());

    // Every file's sums.
    for file in truth["file"].as_array_of_tables().unwrap() {
        let name = file["name"].as_str().unwrap();
        let found = report["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|f| Path::new(f["path"].as_str().unwrap()).file_name().unwrap().to_str() == Some(name));
        let found = found.unwrap_or_else(|| panic!("{name} is not in the report"));
        for (key, ours) in [
            ("rows", "rows_read"),
            ("stored", "stored"),
            ("duplicates", "duplicates"),
            ("rejected", "rejected"),
            ("skipped", "skipped"),
            ("undated", "undated"),
        ] {
            assert_eq!(found[ours], number(file, key), "{name}: {key}");
        }
    }

    // The funnel, reason by reason.
    let funnel = truth["funnel"].as_table().unwrap();
    let left_out = report["funnel"]["left_out"].as_array().unwrap();
    for reason in
        ["undated", "future_date", "outbound", "internal", "deleted", "spam", "merged", "repost", "good_rating"]
    {
        let found = left_out.iter().find(|pair| pair[0] == reason).map_or(0, |pair| pair[1].as_i64().unwrap());
        assert_eq!(found, number(funnel, reason), "{reason}");
    }
    assert_eq!(report["funnel"]["counted"], number(funnel, "counted"));
    assert_eq!(report["funnel"]["no_text"], number(truth["counted"].as_table().unwrap(), "no_text"));

    // The calendar: the last complete week is judged, the weeks' totals are the truth's.
    assert_eq!(report["period"]["id"], truth["last_complete_week"].as_str().unwrap());
    assert_eq!(report["as_of"], truth["last_day"].as_datetime().unwrap().to_string());
    let weekly: Vec<i64> =
        truth["counted"]["weekly"].as_array().unwrap().iter().map(|n| n.as_integer().unwrap()).collect();
    let total: Vec<i64> =
        report["total"]["points"].as_array().unwrap().iter().map(|p| p["observed"].as_i64().unwrap()).collect();
    assert_eq!(total, weekly);
    assert_eq!(report["total"]["points"][30]["partial"], true);

    // Every issue is found: some discovered issue has its weeks, within a fifth of its records.
    for issue in truth["issue"].as_array_of_tables().unwrap() {
        let real: Vec<i64> = issue["counted"].as_array().unwrap().iter().map(|n| n.as_integer().unwrap()).collect();
        let off = |found: &Value| -> i64 {
            let points = found["series"]["points"].as_array().unwrap();
            points.iter().zip(&real).map(|(p, n)| (p["observed"].as_i64().unwrap() - n).abs()).sum()
        };
        let nearest = report["issues"].as_array().unwrap().iter().map(off).min().unwrap();
        let size: i64 = real.iter().sum();
        assert!(nearest * 5 <= size, "{}: {nearest} of {size} records off", issue["name"]);
    }

    // The findings.
    let one = |key: &str, words: &[&str]| {
        let found = section(&report, key);
        assert!(found.iter().any(|f| words.iter().all(|w| f.to_lowercase().contains(w))), "{key}: {found:?}");
    };
    one("worse", &["log", "46 this week", "expected"]);
    one("new", &["descale", "since 12 oct 2026"]);
    one("back", &["charged", "after 17 quiet weeks"]);
    one("better", &["pods", "expected"]);
    one("cannot_say", &["app store ends 1 nov 2026"]);
    one("loved", &["good ratings"]);
    assert!(report["headline"].as_str().unwrap().starts_with("105 records this week"), "{}", report["headline"]);
    let echo = section(&report, "worse").len();
    assert_eq!(echo, 1, "nothing else is worse: {:?}", section(&report, "worse"));
}

#[test]
fn masked_data_stays_masked() {
    let report = report().to_string();
    for secret in ["@example.org", "@example.com", "@example.net", "555-01"] {
        assert!(!report.contains(secret), "{secret} is in the report");
    }
}
