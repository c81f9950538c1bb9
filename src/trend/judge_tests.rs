use jiff::civil::{Date, date};

use super::*;
use crate::trend::calendar::{By, Calendar, WeekStart};
use crate::trend::coverage::{Coverage, FeedSpan, Span};
use crate::trend::series::{Level, Point};
use crate::trend::when::When;

const START: Date = date(2026, 1, 5);

/// Weekly counts of one feed from 5 January 2026 on: a total of 100 a week, then the issues given.
fn counts(issues: &[(&str, &[i64])]) -> Counts {
    counts_by(By::Week, &vec![100; issues[0].1.len()], issues)
}

/// Counts of one feed from 5 January 2026 on: the total, then the issues given.
fn counts_by(by: By, totals: &[i64], issues: &[(&str, &[i64])]) -> Counts {
    let calendar = Calendar::new(by, WeekStart::Mon, "UTC").unwrap();
    let first = calendar.index(START.at(0, 0, 0, 0));
    let now = calendar.last_day(calendar.period(first + totals.len() as i64 - 1));
    let feed = FeedSpan { feed: "f".to_owned(), span: Some(Span { first: START, last: now }), expected: false };
    let total = std::iter::once((String::new(), "All records".to_owned()));
    let names = total.chain(issues.iter().map(|(id, _)| ((*id).to_owned(), (*id).to_owned()))).collect();
    let range = first..first + totals.len() as i64;
    let mut counts = Counts::empty(calendar, now, names, vec![None], Coverage { feeds: vec![feed] }, range).unwrap();
    for (place, total) in totals.iter().enumerate() {
        counts.cell_mut(0, 0, 0, place).observed = Some(*total);
        for (at, (_, values)) in issues.iter().enumerate() {
            counts.cell_mut(at + 1, 0, 0, place).observed = Some(values[place]);
        }
    }
    counts
}

fn steady(weeks: usize, last: &[i64]) -> Vec<i64> {
    (0..weeks).map(|i| [9, 11, 10, 8, 12][i % 5]).chain(last.iter().copied()).collect()
}

fn last(trends: &Trends, issue: usize) -> Point {
    trends.series()[issue].points.last().unwrap().clone()
}

#[test]
fn a_jump_is_an_urgent_spike_and_the_rest_is_quiet() {
    let (jump, calm) = (steady(40, &[40]), steady(40, &[11]));
    let trends = judge(&counts(&[("jump", &jump), ("calm", &calm)]), &Options::default()).unwrap();
    let found = last(&trends, 1);
    assert_eq!((found.signal, found.level), (Some(Signal::Spike), Some(Level::Urgent)));
    assert!(found.compared > found.upper.map(|u| u as i64) && found.p < Some(1e-6));
    // Two issues in the family: q is twice the smaller p.
    assert!((found.q.unwrap() - 2.0 * found.p.unwrap()).abs() < 1e-15);
    assert!((found.expected.unwrap() - 10.0).abs() < 0.5 && found.history == 40);
    // Garwood of 40 is 28.6 to 54.5; without over-dispersion the effect's is a tenth of it.
    assert!((found.effect_low.unwrap() - 2.86).abs() < 0.2 && (found.effect_high.unwrap() - 5.45).abs() < 0.3);
    assert!((found.rate.unwrap() - 0.4).abs() < 1e-12);
    let calm = last(&trends, 2);
    assert_eq!((calm.signal, calm.level), (None, None));
    let total = last(&trends, 0);
    assert_eq!((total.q, total.exposure), (total.p, None));
}

/// The last of these hours, where every hour before has 100 records, ten of them the issue's: the total, the issue.
#[track_caller]
fn last_hour(hours: usize, total: i64, issue: i64) -> Point {
    let of_hours = |usual: &[i64], last: i64| -> Vec<i64> {
        (0..hours - 1).map(|hour| usual[hour % usual.len()]).chain([last]).collect()
    };
    let (totals, counted) = (of_hours(&[100, 90, 110, 95, 105], total), of_hours(&[9, 11, 10, 8, 12], issue));
    last(&judge(&counts_by(By::Hour, &totals, &[("a", &counted)]), &Options::default()).unwrap(), 1)
}

#[test]
fn on_the_first_day_of_hours_a_spike_is_one_of_the_share() {
    // Forty in a hundred instead of ten: the share is beyond doubt. Nobody knows yet what this hour of the day brings,
    // so the count alone would not do.
    let share = last_hour(18, 100, 40);
    assert!(share.p > share.alpha && share.p_share < share.alpha, "{share:?}");
    assert_eq!(share.signal, Some(Signal::Spike), "{share:?}");
    // Ten times as much of everything may be the time of day.
    let volume = last_hour(18, 1000, 100);
    assert_eq!((volume.signal, volume.level), (None, None), "{volume:?}");
    // The same share of fewer records: the count does not bear it out.
    assert_eq!(last_hour(18, 25, 10).signal, None);
    // Once a whole day is known, the count speaks for itself.
    let known = last_hour(48, 1000, 100);
    assert_eq!(known.signal, Some(Signal::Spike), "{known:?}");
}

#[test]
fn a_period_knows_only_its_own_past() {
    let short = steady(40, &[40]);
    let mut long = short.clone();
    long.extend([500, 0, 70]);
    let past = judge(&counts(&[("a", &short)]), &Options::default()).unwrap();
    let later = judge(&counts(&[("a", &long)]), &Options::default()).unwrap();
    assert_eq!(past.series()[1].points[..], later.series()[1].points[..41]);
}

#[test]
fn since_shows_fewer_periods_with_the_same_numbers() {
    let counts = counts(&[("a", &steady(40, &[30]))]);
    let all = judge(&counts, &Options::default()).unwrap();
    let options = Options { since: Some(When::Back(2, crate::trend::when::Unit::Weeks)), ..Options::default() };
    let some = judge(&counts, &options).unwrap();
    assert_eq!(some.series()[1].points[..], all.series()[1].points[39..]);
    assert_eq!(some.frame().unwrap().height(), 4);
}

#[test]
fn short_histories_and_few_records_are_no_signal() {
    let untested = judge(&counts(&[("a", &steady(7, &[90]))]), &Options::default()).unwrap();
    let point = last(&untested, 1);
    assert_eq!((point.p, point.signal, point.history, point.observed), (None, None, 7, Some(90)));
    let mut few = vec![0; 60];
    few[3] = 1;
    few.push(4);
    let point = last(&judge(&counts(&[("a", &few)]), &Options::default()).unwrap(), 1);
    assert!(point.p < Some(1e-4), "{point:?}");
    assert_eq!((point.signal, point.q), (None, None), "four records in four weeks are under the floor");
}

#[test]
fn new_and_returned_issues_are_named() {
    let mut new = vec![0; 30];
    new.extend([2, 6]);
    let mut back = vec![3, 2, 4];
    back.resize(30, 0);
    back.extend([0, 6]);
    let trends = judge(&counts(&[("new", &new), ("back", &back)]), &Options::default()).unwrap();
    assert_eq!(last(&trends, 1).signal, Some(Signal::Emerging));
    assert_eq!(last(&trends, 2).signal, Some(Signal::Returned));
    assert!(last(&trends, 1).level >= Some(Level::Watch));
}

#[test]
fn a_feed_that_ends_early_does_not_look_like_a_fall() {
    let calendar = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
    let first = calendar.index(START.at(0, 0, 0, 0));
    let now = calendar.last_day(calendar.period(first + 29));
    let feed =
        |name: &str, last| FeedSpan { feed: name.to_owned(), span: Some(Span { first: START, last }), expected: false };
    let coverage = Coverage { feeds: vec![feed("app", now.yesterday().unwrap()), feed("mail", now)] };
    let names = vec![(String::new(), "All records".to_owned()), ("a".to_owned(), "a".to_owned())];
    let mut counts = Counts::empty(calendar, now, names, vec![None], coverage, first..first + 30).unwrap();
    for week in 0..30 {
        for (feed, records) in [(0, 50), (1, 10)] {
            counts.cell_mut(0, 0, feed, week).observed = Some(2 * records);
            counts.cell_mut(1, 0, feed, week).observed = Some(records);
        }
    }
    let trends = judge(&counts, &Options::default()).unwrap();
    let point = last(&trends, 1);
    assert_eq!((point.observed, point.compared, point.covered, point.partial), (Some(60), Some(10), false, false));
    assert!((point.expected.unwrap() - 10.0).abs() < 1e-9 && (point.exposure.unwrap() - 20.0).abs() < 1e-9);
    let alike = trends.like_for_like(point.period).unwrap();
    assert_eq!((&alike.feeds[..], alike.left_out.len()), (&[1][..], 1));
    let before = &trends.series()[1].points[28];
    assert_eq!((before.compared, before.covered), (Some(60), true));
}

#[test]
fn the_running_period_is_never_tested() {
    let mut counts = counts(&[("a", &steady(40, &[90]))]);
    counts.now = counts.now.yesterday().unwrap();
    let point = last(&judge(&counts, &Options::default()).unwrap(), 1);
    assert!(point.partial && point.p.is_none() && point.compared.is_none() && point.observed == Some(90));
}

#[test]
fn unknown_counts_are_left_out_and_what_is_known_is_tested() {
    // Every fifth week is unknown: the known ones have a past all the same.
    let values = steady(200, &[40]);
    let mut counts = counts(&[("a", &values)]);
    for week in (0..200).filter(|week| week % 5 == 2) {
        counts.cell_mut(0, 0, 0, week).observed = None;
        counts.cell_mut(1, 0, 0, week).observed = None;
    }
    let trends = judge(&counts, &Options::default()).unwrap();
    let points = &trends.series()[1].points;
    assert!(points[12].p.is_none() && points[12].observed.is_none());
    assert!(points[13].p.is_some() && (points[13].history, points[150].history) == (10, 120));
    assert!(
        points[150].test == Some("nb_glm") && (points[150].expected.unwrap() - 10.0).abs() < 1.5,
        "{:?}",
        points[150]
    );
    assert!(points[..200].iter().all(|p| p.signal.is_none()), "an unknown week is neither a fall nor a birth");
    assert_eq!(points[200].level, Some(Level::Urgent));
    // A long gap: the birth and the shift after it are named by their own week.
    let mut new = vec![0; 40];
    new.extend([5, 6, 7, 6]);
    let mut counts = self::counts(&[("new", &new)]);
    for week in 20..28 {
        counts.cell_mut(0, 0, 0, week).observed = None;
        counts.cell_mut(1, 0, 0, week).observed = None;
    }
    let found = judge(&counts, &Options::default()).unwrap().series()[1].signals.last().cloned().unwrap();
    assert_eq!((found.kind, found.begins), (Signal::Emerging, counts.period(40)));
}
