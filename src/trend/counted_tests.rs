use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::trend::calendar::By;
use crate::trend::testing::{Line, line, records, with};

fn reasons_of(lines: &[Line], options: &Options) -> Vec<Option<String>> {
    let counted = counted(&records(lines), options, &Declared::default()).unwrap();
    let cells = counted.frame().column("reason").unwrap();
    cells.str().unwrap().iter().map(|r| r.map(str::to_owned)).collect()
}

fn until(day: Date) -> Options {
    Options { as_of: Some(day), ..Options::default() }
}

#[test]
fn every_record_has_the_first_reason_that_holds() {
    let day = "2026-11-02";
    let lines = [
        line("a", "f", ""),
        line("b", "f", "2026-11-16"),
        with(line("c", "f", day), &[("direction", "outbound"), ("status", "spam")]),
        with(line("d", "f", day), &[("direction", "internal")]),
        with(line("e", "f", day), &[("status", "deleted"), ("is_repost", "true")]),
        with(line("f", "f", day), &[("status", "spam"), ("csat", "good")]),
        with(line("g", "f", day), &[("status", "merged")]),
        with(line("h", "f", day), &[("is_repost", "true"), ("rating_01", "1")]),
        with(line("i", "f", day), &[("rating_01", "0.75")]),
        with(line("j", "f", day), &[("csat", "good")]),
        with(line("k", "f", day), &[("rating_01", "0.74"), ("direction", "unknown"), ("is_repost", "false")]),
    ];
    let wanted = [
        "undated",
        "future_date",
        "outbound",
        "internal",
        "deleted",
        "spam",
        "merged",
        "repost",
        "good_rating",
        "good_rating",
    ];
    let found = reasons_of(&lines, &until(date(2026, 11, 15)));
    assert_eq!(found.iter().flatten().collect::<Vec<_>>(), wanted);
    assert_eq!(found[10], None);

    let widened = |count| reasons_of(&lines, &Options { count, ..until(date(2026, 11, 15)) });
    assert_eq!(widened(Count::Inbound).iter().flatten().count(), 4);
    assert_eq!(widened(Count::All).iter().flatten().collect::<Vec<_>>(), ["undated", "future_date"]);
}

#[test]
fn the_funnel_adds_up_and_praise_keeps_its_period() {
    let lines = [
        line("a", "f", "2026-11-02"),
        with(line("b", "f", "2026-11-12"), &[("rating_01", "1")]),
        with(line("c", "f", "2026-11-12"), &[("rating_01", "1")]),
        line("d", "f", ""),
    ];
    let counted = counted(&records(&lines), &until(date(2026, 11, 15)), &Declared::default()).unwrap();
    assert_eq!(counted.counted().unwrap(), 1);
    assert_eq!(counted.left_out().unwrap(), [("undated".to_owned(), 1), ("good_rating".to_owned(), 2)]);
    let period = counted.frame().column("period").unwrap().datetime().unwrap().physical().get(1).unwrap();
    assert_eq!(crate::trend::calendar::wall(period).to_string(), "2026-11-09T00:00:00");
}

#[test]
fn instants_move_to_the_report_s_zone_and_written_days_do_not() {
    // New York is four hours behind in October and five in November.
    let lines = [
        line("a", "f", "2026-10-26T03:59:59Z"),
        line("b", "f", "2026-10-26"),
        line("c", "f", "2026-11-02T04:30:00Z"),
        line("d", "f", "2026-11-02T05:00:00Z"),
    ];
    let options = Options { tz: "America/New_York".to_owned(), by: Some(By::Day), ..until(date(2026, 11, 15)) };
    let counted = counted(&records(&lines), &options, &Declared::default()).unwrap();
    let periods = counted.frame().column("period").unwrap().datetime().unwrap().physical();
    let days: Vec<String> =
        periods.iter().flatten().map(|us| crate::trend::calendar::wall(us).date().to_string()).collect();
    assert_eq!(days, ["2026-10-25", "2026-10-26", "2026-11-01", "2026-11-02"]);
}

#[test]
fn an_unset_date_is_named_and_in_no_period() {
    let mut lines: Vec<Line> =
        (0..60).map(|i| line(&format!("u{i:02}"), "f", &format!("2026-10-{:02}", 1 + i % 30))).collect();
    lines.push(line("z", "f", "1970-01-01"));
    let found = reasons_of(&lines, &Options::default());
    assert_eq!(found.iter().flatten().collect::<Vec<_>>(), ["stray_date"]);
}

#[test]
fn an_author_is_one_within_an_account_and_a_thread() {
    let people = |cells: [&[(&'static str, &str)]; 2]| {
        let lines = [with(line("a", "f", ""), cells[0]), with(line("b", "f", ""), cells[1])];
        let found = people(records(&lines).frame()).unwrap();
        (found.author[0].is_some() && found.author[0] == found.author[1], found.unit[0] == found.unit[1])
    };
    let ann: &[(&str, &str)] = &[("author_id", "1"), ("thread_id", "t")];
    assert_eq!(people([ann, ann]), (true, true));
    assert_eq!(people([ann, &[("author_id", "1"), ("thread_id", "u")]]), (true, false));
    assert_eq!(people([ann, &[("author_id", "1"), ("thread_id", "t"), ("account", "other")]]), (false, false));
    assert_eq!(people([ann, &[("author_name", "1"), ("thread_id", "t")]]), (false, false));
    assert_eq!(people([&[("author_id", "1")], &[("author_id", "1")]]), (true, false));
    assert_eq!(people([&[("thread_id", "t")], &[("thread_id", "t")]]), (false, false));
}

#[test]
fn segments_are_fields_headers_or_other_columns() {
    let lines = [
        with(line("a", "f", "2026-11-02"), &[("country", "DE"), ("extra", "{\"Shop\":\"Bonn\"}")]),
        with(line("b", "f", "2026-11-02"), &[("likes", "7")]),
    ];
    let records = records(&lines);
    let values = |name: &str| segments(&records, name).map(|s| s.texts()).map_err(|e| e.to_string());
    assert_eq!(values("country").unwrap(), ["DE", "(none)"]);
    assert_eq!(values("Country of customer").unwrap(), ["DE", "(none)"]);
    assert_eq!(values("Shop").unwrap(), ["Bonn", "(none)"]);
    assert_eq!(values("likes").unwrap(), ["(none)", "7"]);
    assert!(values("contry").unwrap_err().contains("did you mean country?"));
    assert!(values("created_at").unwrap_err().contains("cannot count by"));
}

#[test]
fn no_records_make_no_trouble() {
    let counted = counted(&records(&[]), &Options::default(), &Declared::default()).unwrap();
    assert_eq!(counted.counted().unwrap(), 0);
    assert!(counted.coverage.feeds.is_empty());
}

proptest! {
    #[test]
    fn reasons_are_exclusive_and_exhaustive(
        rows in prop::collection::vec((0usize..4, 0usize..5, 0usize..3, any::<bool>(), 0usize..3), 0..40),
        count in prop::sample::select(vec![Count::Standard, Count::Inbound, Count::All]),
    ) {
        let lines: Vec<Line> = rows.iter().enumerate().map(|(i, (date, status, direction, repost, rating))| {
            let at = ["", "2026-11-02", "2026-11-03T12:00:00Z", "2031-01-01"][*date];
            let mut cells = vec![
                ("status", ["open", "deleted", "spam", "merged", "closed"][*status]),
                ("direction", ["inbound", "outbound", "internal"][*direction]),
                ("is_repost", if *repost { "true" } else { "false" }),
            ];
            cells.extend([&[][..], &[("rating_01", "0.9")], &[("csat", "bad")]][*rating]);
            with(line(&format!("u{i:03}"), "f", at), &cells)
        }).collect();
        let options = Options { count, ..until(date(2026, 11, 30)) };
        let counted = counted(&records(&lines), &options, &Declared::default()).unwrap();
        let left_out: i64 = counted.left_out().unwrap().iter().map(|r| r.1).sum();
        prop_assert_eq!(counted.counted().unwrap() + left_out, lines.len() as i64);
        let counts = counted.frame().column("counted").unwrap().bool().unwrap();
        let reasons = counted.frame().column("reason").unwrap().str().unwrap();
        for (counts, reason) in counts.iter().zip(reasons.iter()) {
            prop_assert_eq!(counts == Some(true), reason.is_none());
        }
    }
}
