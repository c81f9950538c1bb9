//! What a batch job gives beside dumps: ready counts to check, holidays, a date of receipt, segments, lost days.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::{Ran, plaint_in};
use serde_json::Value;

fn day(days: i64) -> jiff::civil::Date {
    jiff::civil::date(2026, 1, 5).checked_add(jiff::Span::new().days(days)).unwrap()
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// A folder with the weekly counts of two issues, without a total.
fn counts(logins: &[i64]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = String::from("period,issue,observed\n");
    for (week, n) in logins.iter().enumerate() {
        let day = day(7 * week as i64);
        csv.push_str(&format!("{day},login,{n}\n{day},parcels,{}\n", 20 + week % 3));
    }
    std::fs::write(folder.path().join("c.csv"), csv).unwrap();
    folder
}

fn check(folder: &Path, more: &[&str]) -> Ran {
    plaint_in(folder, &[&["check", "--counts", "c.csv"], more].concat())
}

#[test]
fn ready_counts_are_checked_without_a_codebook() {
    let quiet = (0..30).map(|i| [4, 5, 3, 4, 6][i % 5]);
    let folder = counts(&quiet.clone().chain([30, 31]).collect::<Vec<i64>>());
    let at = |week: &str| check(folder.path(), &["--period", week, "--state", "s.json", "--quiet"]);
    assert_eq!((at("2026-W31").code, at("2026-W31").stdout.as_str()), (0, ""));
    let ran = at("2026-W32");
    let found = lines(&ran);
    assert_eq!((ran.code, found.len()), (3, 1), "{}{}", ran.stdout, ran.stderr);
    assert_eq!((found[0]["issue"].as_str(), found[0]["kind"].as_str()), (Some("login"), Some("spike")));
    assert_eq!((found[0]["observed"].as_f64(), found[0]["record_count"].as_i64()), (Some(30.0), Some(30)));
    assert_eq!((found[0]["owner"].as_str(), found[0]["records"].as_array().unwrap().len()), (Some(""), 0));
    assert_eq!(at("2026-W32").stdout, ran.stdout, "a retry");
    assert_eq!(at("2026-W33").code, 0, "it stands, no louder");
    let ran = check(folder.path(), &["--period", "2025-W02"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("no count is of") && ran.stderr.contains("2026-01-05"), "{}", ran.stderr);
    assert_eq!(check(folder.path(), &["--issue", "logn"]).code, 2);
    let short = counts(&[4, 5, 3]);
    let ran = check(short.path(), &[]);
    assert_eq!((ran.code, lines(&ran)[0]["reason"].as_str()), (4, Some("history")), "{}", ran.stdout);
}

#[test]
fn a_holiday_is_no_signal_once_holidays_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let holidays = [21, 60, 95, 109, 130];
    let mut csv = String::from("period,observed\n");
    let mut days = String::from("date,label\n");
    for i in 0..131 {
        let usual = [12, 14, 11, 13, 12, 5, 4][i as usize % 7];
        let n = if holidays.contains(&i) { 45 } else { usual + (i * i) % 3 };
        csv.push_str(&format!("{},{n}\n", day(i)));
        if holidays.contains(&i) {
            days.push_str(&format!("{},closed\n", day(i)));
        }
    }
    std::fs::write(folder.path().join("c.csv"), csv).unwrap();
    std::fs::write(folder.path().join("h.csv"), days).unwrap();
    let judged = |more: &[&str]| -> Value {
        let ran = plaint_in(folder.path(), &[&["trends", "--counts", "c.csv", "--format", "json"], more].concat());
        json(&ran)["rows"][0]["series"]["points"].as_array().unwrap().last().unwrap().clone()
    };
    let (without, with) = (judged(&[]), judged(&["--holidays", "h.csv"]));
    assert_eq!(without["signal"].as_str(), Some("spike"), "{without}");
    assert!(with["signal"].is_null() && (with["expected"].as_f64().unwrap() - 45.0).abs() < 6.0, "{with}");
}

#[test]
fn records_still_to_come_are_reckoned_with() {
    // Ten a week; four of them come a week late, and those of the last week are not there yet.
    let mut csv = String::from("id,created_at,body,author,LDATE\n");
    for week in 0..30_i64 {
        for i in 0..10_i64 {
            let written = day(week * 7 + i % 5);
            let received = day(week * 7 + i % 5 + if i < 6 { 0 } else { 7 });
            if received < day(210) {
                csv.push_str(&format!("{week}-{i},{written},login fails,a{week}-{i},{received}\n"));
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.csv"), csv).unwrap();
    let last = |more: &[&str]| {
        let ran = plaint_in(
            folder.path(),
            &[&["trends", "shop.csv", "--issues-from", "body", "--as-of", "2026-08-02", "--format", "json"], more]
                .concat(),
        );
        json(&ran)["rows"][0]["series"]["points"].as_array().unwrap().last().unwrap().clone()
    };
    let (plain, nowcast) = (last(&[]), last(&["--received", "LDATE"]));
    assert_eq!(plain["observed"].as_i64(), Some(6));
    assert!(plain["nowcast"].is_null() && (plain["expected"].as_f64().unwrap() - 10.0).abs() < 0.5, "{plain}");
    // Six of ten are there on time: six are expected, ten in the end.
    assert!((nowcast["expected"].as_f64().unwrap() - 6.0).abs() < 0.6, "{nowcast}");
    assert!((nowcast["nowcast"].as_f64().unwrap() - 10.0).abs() < 0.6, "{nowcast}");
    assert!(nowcast["caveats"].to_string().contains("delay"), "{nowcast}");
    let ran = plaint_in(folder.path(), &["trends", "shop.csv", "--issues-from", "body", "--received", "body"]);
    assert!(ran.code == 1 && ran.stderr.contains("--received body: not a date"), "{}", ran.stderr);
}

#[test]
fn days_that_nobody_recorded_are_missing_and_not_quiet() {
    let mut csv = String::from("id,created_at,body,author\n");
    for d in (0..210_i64).filter(|d| !(178..=180).contains(d)) {
        for i in 0..8 {
            csv.push_str(&format!("{d}-{i},{},login fails,a{d}-{i}\n", day(d)));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.csv"), csv).unwrap();
    let run = |format: &str| {
        plaint_in(
            folder.path(),
            &["trends", "shop.csv", "--issues-from", "body", "--as-of", "2026-08-02", "--format", format],
        )
    };
    let value = json(&run("json"));
    let points = value["rows"][1]["series"]["points"].as_array().unwrap();
    // Week 25 lost three of seven days: four times eight are expected of it, and of the week after all 56.
    assert_eq!(points[25]["observed"].as_i64(), Some(32), "{}", points[25]);
    assert!((points[25]["expected"].as_f64().unwrap() - 32.0).abs() < 1.0, "{}", points[25]);
    assert!((points[28]["expected"].as_f64().unwrap() - 56.0).abs() < 1.0, "{}", points[28]);
    assert!(points[25]["caveats"].to_string().contains("missing_days"), "{}", points[25]);
    let text = run("text").stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("no record at all from 2 Jul 2026 to 4 Jul 2026: taken as missing, not as quiet"), "{text}");
}

#[test]
fn the_segment_that_has_more_of_an_issue_is_named() {
    // Six issues over six countries; one of them has one issue five times as often as its size says.
    let mut csv = String::from("period,issue,segment,observed\n");
    for week in 0..20 {
        for (c, country) in ["de", "es", "fr", "it", "nl", "pl"].iter().enumerate() {
            let mut all = 0;
            for issue in 0..6 {
                let usual = 3 + (c + issue + week) % 3;
                let n = if (c, issue) == (2, 4) { 5 * usual } else { usual };
                all += n;
                csv.push_str(&format!("{},issue {issue},{country},{n}\n", day(7 * week as i64)));
            }
            csv.push_str(&format!("{},,{country},{all}\n", day(7 * week as i64)));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.csv"), csv).unwrap();
    let run = |more: &[&str]| {
        plaint_in(folder.path(), &[&["trends", "--counts", "c.csv", "--segment", "country"], more].concat())
    };
    let value = json(&run(&["--format", "json"]));
    let cells = value["disproportion"].as_array().unwrap();
    assert_eq!(cells.len(), 36);
    let first = &cells[0];
    assert_eq!((first["issue"].as_str(), first["segment"].as_str()), (Some("issue 4"), Some("fr")), "{first}");
    let number = |key: &str| first[key].as_f64().unwrap();
    assert!(number("eb05") < number("ebgm") && number("ebgm") < number("eb95") && number("eb05") > 1.5, "{first}");
    assert!(cells[1..].iter().all(|c| c["flag"].is_null()), "{}", value["disproportion"]);
    let text = run(&[]).stdout;
    assert!(text.contains("More of an issue than the segment's size says"), "{text}");
    // Under the least cell nothing is shown, the ratio neither.
    let hidden = json(&run(&["--format", "json", "--min-cell", "100"]));
    let cells = hidden["disproportion"].as_array().unwrap();
    assert!(cells.len() < 36 && cells.iter().all(|c| c["observed"].as_i64().unwrap() >= 100), "{}", cells.len());
}
