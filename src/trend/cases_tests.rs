use super::*;
use crate::trend::counted::counted;
use crate::trend::coverage::Declared;
use crate::trend::options::Options;
use crate::trend::testing::{Line, line, records, with};

const HOUR: i64 = 3_600_000_000;

fn found(lines: &[Line], options: &Options) -> (Cases, Vec<String>) {
    let records = records(lines);
    let counted = counted(&records, options, &Declared::default()).unwrap();
    let cases = cases(&records, &counted, options).unwrap();
    let uids = records.text("uid").unwrap();
    let names = cases.cases.iter().map(|c| uids.get(c.row).unwrap().to_owned()).collect();
    (cases, names)
}

fn post(uid: &str, at: &str, cells: &[(&'static str, &str)]) -> Line {
    with(with(line(uid, "x", at), &[("kind", "mention"), ("source_id", uid)]), cells)
}

#[test]
fn tickets_tell_their_own_times() {
    let lines = [
        with(
            line("a", "desk", "2026-11-09T10:00Z"),
            &[("kind", "ticket"), ("first_response_at", "2026-11-09T12:00Z"), ("closed_at", "2026-11-10T10:00Z")],
        ),
        with(line("b", "desk", "2026-11-09T11:00Z"), &[("kind", "ticket")]),
        with(line("c", "desk", "2026-11-09T11:00Z"), &[("kind", "ticket"), ("first_response_at", "2026-11-09T10:00Z")]),
        with(line("d", "forms", "2026-11-09T11:00Z"), &[("kind", "filing")]),
    ];
    let (cases, names) = found(&lines, &Options::default());
    assert_eq!(names, ["a", "b"]);
    let (a, b) = (cases.cases[0], cases.cases[1]);
    assert_eq!((a.first, a.resolved), (Some(a.asked + 2 * HOUR), Some(a.asked + 24 * HOUR)));
    assert_eq!((b.first, b.resolved), (None, None));
    // The desk was seen until a was closed.
    assert_eq!(b.seen - b.asked, 23 * HOUR);
    assert_eq!(cases.backwards, 1);
    assert_eq!(cases.silent, BTreeMap::from([("forms".to_owned(), 1)]));
}

#[test]
fn the_brand_answers_a_post_by_a_reply() {
    let lines = [
        post("1", "2026-11-09T10:00Z", &[("author_id", "ann")]),
        post("2", "2026-11-09T10:20Z", &[("author_id", "bob"), ("parent_id", "1")]),
        post("3", "2026-11-09T11:00Z", &[("author_id", "acme"), ("parent_id", "2"), ("direction", "outbound")]),
        post("4", "2026-11-09T11:30Z", &[("author_id", "ann"), ("parent_id", "3")]),
        post("5", "2026-11-09T12:00Z", &[("author_id", "cy")]),
        // Under the brand's own post a customer opens a case.
        post("6", "2026-11-09T12:00Z", &[("author_id", "acme"), ("direction", "outbound")]),
        post("7", "2026-11-09T13:00Z", &[("author_id", "dee"), ("parent_id", "6")]),
    ];
    let (cases, names) = found(&lines, &Options::default());
    assert_eq!(names, ["1", "5", "7"]);
    let waits: Vec<Option<i64>> = cases.cases.iter().map(|c| c.first.map(|at| at - c.asked)).collect();
    assert_eq!(waits, [Some(HOUR), None, None]);
    assert!(cases.cases.iter().all(|c| c.tells_first && !c.tells_resolved));
}

#[test]
fn among_customers_another_author_answers() {
    let lines = [
        post("1", "2026-11-09T10:00Z", &[("author_id", "ann"), ("thread_id", "1")]),
        post("2", "2026-11-09T10:10Z", &[("author_id", "ann"), ("thread_id", "1")]),
        post("3", "2026-11-09T12:00Z", &[("author_id", "bob"), ("thread_id", "1")]),
    ];
    let (cases, names) = found(&lines, &Options::default());
    assert_eq!(names, ["1"]);
    assert_eq!(cases.cases[0].first.map(|at| at - cases.cases[0].asked), Some(2 * HOUR));
}

#[test]
fn what_comes_after_the_last_day_has_not_happened() {
    let lines = [
        with(line("a", "desk", "2026-11-09T10:00Z"), &[("kind", "ticket"), ("first_response_at", "2026-11-11T12:00Z")]),
        with(line("b", "desk", "2026-11-09T11:00Z"), &[("kind", "ticket"), ("first_response_at", "2026-11-09T12:00Z")]),
    ];
    let options = Options { as_of: Some("2026-11-10".parse().unwrap()), ..Options::default() };
    let (cases, names) = found(&lines, &options);
    assert_eq!(names, ["a", "b"]);
    let (a, b) = (cases.cases[0], cases.cases[1]);
    // The desk shows the 11th, so on the 10th it was watched to the day's end: 14 and 24 hours.
    assert_eq!((a.first, a.seen - a.asked, a.later), (None, 38 * HOUR, true));
    assert_eq!((b.first, b.later), (Some(b.asked + HOUR), false));
    assert_eq!(cases.until, a.asked + 38 * HOUR);
    // Asked of a day after the data, nobody knows more than the data shows, but the wait goes on.
    let options = Options { as_of: Some("2026-11-20".parse().unwrap()), ..Options::default() };
    let (cases, _) = found(&lines, &options);
    assert_eq!(cases.cases[0].first, Some(cases.cases[0].asked + 50 * HOUR));
    assert_eq!(cases.until, cases.cases[0].asked + (14 + 11 * 24) * HOUR);
}

#[test]
fn a_date_mistyped_into_the_future_is_no_sight_of_it() {
    let mut lines: Vec<Line> = ["2026-11-09T10:00Z", "2026-11-09T11:00Z", "2026-11-10T11:00Z"]
        .iter()
        .map(|at| post(at, at, &[("author_id", at)]))
        .collect();
    lines.push(post("answer", "2026-11-10T12:00Z", &[("author_id", "acme"), ("direction", "outbound")]));
    lines.push(post("typo", "2099-11-10T12:00Z", &[("author_id", "eve")]));
    let (cases, names) = found(&lines, &Options::default());
    assert_eq!(names.len(), 3);
    assert_eq!(cases.cases[0].seen - cases.cases[0].asked, 26 * HOUR);
    assert_eq!(cases.until - cases.cases[0].asked, 26 * HOUR);
}

#[test]
fn replies_in_a_circle_end() {
    let lines = [
        post("1", "2026-11-09T10:00Z", &[("author_id", "ann"), ("parent_id", "2")]),
        post("2", "2026-11-09T10:10Z", &[("author_id", "bob"), ("parent_id", "1")]),
    ];
    let (cases, _) = found(&lines, &Options::default());
    assert!(cases.cases.len() <= 2);
}
