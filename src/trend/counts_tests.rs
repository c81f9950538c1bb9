use jiff::civil::date;

use polars::prelude::ChunkAgg;

use super::*;
use crate::trend::counted::counted;
use crate::trend::coverage::Declared;
use crate::trend::options::Options;
use crate::trend::testing::{Line, line, matches, records, with};

fn issues(ids: &[&str]) -> Vec<(String, String)> {
    ids.iter().map(|id| ((*id).to_owned(), format!("issue {id}"))).collect()
}

fn counts(lines: &[Line], pairs: &[(i64, &str)], options: &Options) -> Counts {
    let counted = counted(&records(lines), options, &Declared::default()).unwrap();
    count(&counted, &matches(pairs), &issues(&["x", "y"])).unwrap()
}

fn observed(counts: &Counts, issue: usize, feed: usize) -> Vec<Option<i64>> {
    (0..counts.periods()).map(|p| counts.cell(issue, 0, feed, p).observed).collect()
}

fn until(day: jiff::civil::Date) -> Options {
    Options { as_of: Some(day), ..Options::default() }
}

#[test]
fn one_author_in_one_thread_counts_once_per_issue_when_first() {
    let ann: &[(&str, &str)] = &[("author_id", "ann"), ("thread_id", "t")];
    // By time: c (week 1), a and b (week 2); the order of uids is another.
    let lines = [
        with(line("a", "f", "2026-11-09"), ann),
        with(line("b", "f", "2026-11-10"), ann),
        with(line("c", "f", "2026-11-02"), ann),
        with(line("d", "f", "2026-11-15"), &[("author_id", "bob"), ("thread_id", "t")]),
    ];
    let pairs = [(0, "x"), (1, "x"), (2, "x"), (3, "x"), (0, "y"), (1, "y")];
    let counts = counts(&lines, &pairs, &until(date(2026, 11, 15)));
    assert_eq!(observed(&counts, 0, 0), [Some(1), Some(3)], "the total is of records");
    assert_eq!(observed(&counts, 1, 0), [Some(1), Some(1)]);
    assert_eq!(observed(&counts, 2, 0), [Some(0), Some(1)]);
    let second = counts.cell(1, 0, 0, 1);
    assert_eq!((second.records, second.authors), (3, 2));
}

#[test]
fn unknown_is_null_and_none_is_zero() {
    let mut lines = Vec::new();
    // "app" daily from Monday 2 to Sunday 15 November; "mail" daily from Wednesday 11 to Tuesday 24.
    for i in 0..14 {
        lines.push(line(&format!("a{i:02}"), "app", &format!("2026-11-{:02}", 2 + i)));
        lines.push(line(&format!("b{i:02}"), "mail", &format!("2026-11-{:02}", 11 + i)));
    }
    // Row 14 is mail's first.
    let counts = counts(&lines, &[(0, "x"), (14, "x")], &until(date(2026, 11, 24)));
    assert_eq!(counts.periods(), 4);
    assert_eq!(observed(&counts, 0, 0), [Some(7), Some(7), None, None]);
    assert_eq!(observed(&counts, 0, 1), [None, Some(5), Some(7), Some(2)]);
    assert_eq!(observed(&counts, 1, 0), [Some(1), Some(0), None, None]);
    assert_eq!(observed(&counts, 1, 1), [None, Some(1), Some(0), Some(0)]);
    let cover: Vec<Cover> = (0..4).map(|p| counts.cover(1, p)).collect();
    assert_eq!(cover, [Cover::None, Cover::Part, Cover::Whole, Cover::Part]);

    let frame = counts.frame().unwrap();
    assert_eq!(frame.height(), 3 * 2 * 4);
    let partial = frame.column("partial").unwrap().bool().unwrap().sum().unwrap();
    let covered = frame.column("covered").unwrap().bool().unwrap().sum().unwrap();
    assert_eq!((partial, covered), (3 * 2, 3 * 3));
    assert_eq!(frame.column("observed").unwrap().null_count(), 3 * 3);
}

#[test]
fn candidates_and_issues_not_asked_for_do_not_count() {
    let lines = [line("a", "f", "2026-11-02"), line("b", "f", "2026-11-03")];
    let counted = counted(&records(&lines), &until(date(2026, 11, 8)), &Declared::default()).unwrap();
    let mut found = matches(&[(0, "x"), (1, "x"), (1, "other")]);
    found.with_column(Series::new("counts".into(), [true, false, true]).into_column()).unwrap();
    let counts = count(&counted, &found, &issues(&["x"])).unwrap();
    assert_eq!(observed(&counts, 1, 0), [Some(1)]);
    assert!(count(&counted, &matches(&[(7, "x")]), &issues(&["x"])).is_err());
}

#[test]
fn segments_are_counted_apart() {
    let lines = [
        with(line("a", "f", "2026-11-02"), &[("country", "DE")]),
        with(line("b", "f", "2026-11-03"), &[("country", "AT")]),
        line("c", "f", "2026-11-08"),
    ];
    let options = Options { segment: Some("country".to_owned()), ..until(date(2026, 11, 8)) };
    let counts = counts(&lines, &[(0, "x"), (2, "x")], &options);
    let names: Vec<&str> = counts.segments.iter().flatten().map(String::as_str).collect();
    assert_eq!(names, ["(none)", "AT", "DE"]);
    let x: Vec<Option<i64>> = (0..3).map(|s| counts.cell(1, s, 0, 0).observed).collect();
    assert_eq!(x, [Some(1), Some(0), Some(1)]);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let lines: Vec<Line> = (0..40)
        .map(|i| {
            let at = format!("2026-{:02}-{:02}", 9 + i % 3, 1 + (i * 7) % 28);
            let (author, thread) = ((i % 5).to_string(), (i % 2).to_string());
            with(line(&format!("u{i:02}"), ["f", "g"][i % 2], &at), &[("author_id", &author), ("thread_id", &thread)])
        })
        .collect();
    let pairs: Vec<(i64, &str)> = (0..40).flat_map(|i| [(i, "x"), (i, "y")]).filter(|p| p.0 % 3 > 0).collect();
    let options = until(date(2026, 11, 29));
    let straight = counts(&lines, &pairs, &options).frame().unwrap();
    // A permutation of both: 40 and 7 have no common divisor, neither have the pairs' number and 5.
    let mixed_lines: Vec<Line> = (0..40).map(|i| lines[(i * 7 + 3) % 40].clone()).collect();
    let mut mixed_pairs = pairs.clone();
    mixed_pairs.reverse();
    mixed_pairs.rotate_left(11);
    let mixed = counts(&mixed_lines, &mixed_pairs, &options).frame().unwrap();
    assert!(straight.equals_missing(&mixed));
    let found = counts(&lines, &pairs, &options);
    let total: i64 = (0..2).flat_map(|feed| observed(&found, 0, feed)).flatten().sum();
    assert_eq!(total, 40, "every counted record is in the total once");
    // Not trivially: something was counted, and something only once.
    let sum = |name: &str| straight.column(name).unwrap().i64().unwrap().sum().unwrap();
    assert!(sum("observed") > 40 && sum("observed") < sum("records"));
}

#[test]
fn a_grid_beyond_memory_is_an_error() {
    let lines = [line("a", "f", "1001-01-01"), line("b", "f", "2026-11-03")];
    let options = Options { by: Some(crate::trend::calendar::By::Hour), ..until(date(2026, 11, 8)) };
    let counted = counted(&records(&lines), &options, &Declared::default()).unwrap();
    let many: Vec<(String, String)> = (0..20).map(|i| (i.to_string(), String::new())).collect();
    let error = count(&counted, &matches(&[]), &many).unwrap_err().to_string();
    assert!(error.contains("hint: count by something longer than a hour"), "{error}");
}

#[test]
fn nothing_counted_is_an_empty_grid() {
    let counts = counts(&[line("a", "f", "")], &[], &Options::default());
    assert_eq!(counts.periods(), 0);
    assert_eq!(counts.frame().unwrap().height(), 0);
}
