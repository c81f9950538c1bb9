//! An issue in two periods, like for like.

use crate::trend::calendar::{Period, day_of};
use crate::trend::compare::{Change, rate_ratio};
use crate::trend::counts::Counts;
use crate::trend::coverage::Cover;

/// An issue's counts in two periods, over the feeds that cover both.
#[derive(Debug, Clone, PartialEq)]
pub struct Between {
    /// Count in the later period.
    pub now: i64,
    /// Count in the earlier period.
    pub before: i64,
    /// Counted records of those feeds in the later period; null where the counts have no total.
    pub total_now: Option<i64>,
    /// The same in the earlier period.
    pub total_before: Option<i64>,
    /// The feeds, by place in [`Counts::feeds`].
    pub feeds: Vec<usize>,
    /// The change of the count, per day where the periods differ in length.
    pub count: Option<Change>,
    /// The change of the issue's share of those feeds' counted records; null for the total, and without one.
    pub share: Option<Change>,
}

/// Compares an issue (and segment, both by place) in two periods; null when no feed covers both, when one is outside
/// the grid, or when a count is not known.
pub fn between(counts: &Counts, issue: usize, segment: usize, now: Period, before: Period) -> Option<Between> {
    let (later, earlier) = (counts.place(now)?, counts.place(before)?);
    let whole = |feed: &usize, place| counts.cover(*feed, place) == Cover::Whole;
    let feeds: Vec<usize> =
        (0..counts.feeds().len()).filter(|feed| whole(feed, later) && whole(feed, earlier)).collect();
    if feeds.is_empty() {
        return None;
    }
    let sum = |issue: usize, place: usize| -> Option<i64> {
        feeds.iter().map(|feed| counts.cell(issue, segment, *feed, place).observed).sum()
    };
    let (x1, x2) = (sum(issue, later)?, sum(issue, earlier)?);
    let total = |place| if counts.has_total() { sum(0, place) } else { None };
    let (n1, n2) = (total(later), total(earlier));
    let days = |period: Period| (day_of(counts.calendar.last_day(period)) - day_of(period.date()) + 1) as f64;
    let share = match (n1, n2) {
        (Some(n1), Some(n2)) if issue > 0 => rate_ratio(x1, n1 as f64, x2, n2 as f64),
        _ => None,
    };
    let count = rate_ratio(x1, days(now), x2, days(before));
    Some(Between { now: x1, before: x2, total_now: n1, total_before: n2, feeds, count, share })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::{By, Calendar, WeekStart};
    use crate::trend::coverage::{Coverage, FeedSpan, Span};
    use jiff::civil::date;

    #[test]
    fn months_are_compared_per_day_on_the_feeds_of_both() {
        let calendar = Calendar::new(By::Month, WeekStart::Mon, "UTC").unwrap();
        let january = date(2026, 1, 1).at(0, 0, 0, 0);
        let feed = |name: &str, first| FeedSpan {
            feed: name.to_owned(),
            span: Some(Span { first, last: date(2026, 2, 28) }),
            expected: false,
        };
        let coverage = Coverage { feeds: vec![feed("new", date(2026, 2, 1)), feed("old", date(2026, 1, 1))] };
        let first = calendar.index(january);
        let names = vec![(String::new(), "All records".to_owned()), ("a".to_owned(), "a".to_owned())];
        let mut counts =
            Counts::empty(calendar, date(2026, 2, 28), names, vec![None], coverage, first..first + 2).unwrap();
        for (month, (of_issue, all)) in [(31, 310), (56, 280)].into_iter().enumerate() {
            counts.cell_mut(1, 0, 1, month).observed = Some(of_issue);
            counts.cell_mut(0, 0, 1, month).observed = Some(all);
        }
        counts.cell_mut(1, 0, 0, 1).observed = Some(1_000);
        let february = date(2026, 2, 1).at(0, 0, 0, 0);
        let found = between(&counts, 1, 0, february, january).unwrap();
        assert_eq!((found.now, found.before, &found.feeds[..]), (56, 31, &[1][..]));
        // One a day in January, two in February; a tenth, then a fifth of all.
        let near = |change: Option<Change>| (change.unwrap().ratio.unwrap() - 2.0).abs() < 1e-12;
        assert!(near(found.count) && near(found.share));
        assert!(between(&counts, 0, 0, february, january).unwrap().share.is_none());
        assert!(between(&counts, 1, 0, february, date(2025, 12, 1).at(0, 0, 0, 0)).is_none());
    }
}
