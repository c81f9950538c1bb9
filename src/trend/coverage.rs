//! Which days each feed covers: the difference between "none" and "not known".

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::trend::calendar::{Calendar, Period, date_of, day_of};
use crate::trend::now::Days;

/// What the configuration says of feeds.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// Feed → first and last day its dumps hold, in place of what its records show.
    pub spans: BTreeMap<String, (Date, Date)>,
    /// Feeds that should be there; listed even when absent.
    pub expected: Vec<String>,
}

/// First to last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

/// One feed and the days it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSpan {
    /// The feed.
    pub feed: String,
    /// The days it covers; null when it has no dated record up to now.
    pub span: Option<Span>,
    /// Whether the configuration expects it.
    pub expected: bool,
}

/// The days every feed covers, sorted by feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Every feed of the data or the configuration.
    pub feeds: Vec<FeedSpan>,
}

/// How a feed stands to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// It covers the whole period.
    Whole,
    /// It covers some of its days.
    Part,
    /// It covers none.
    None,
}

/// Finds what each feed covers up to `now`.
///
/// A feed covers from the first to the last day with records ([`first_day`] sets stray early dates aside). Where the
/// silence after its last record is no longer than its usual gap (the 95 % quantile of the gaps between its days with
/// records, at least 1 and at most 7 days), the silence is taken for "none" and the span reaches to `now`. Declared
/// spans win, up to `now`.
pub fn coverage(feeds: &BTreeMap<String, Days>, now: Date, declared: &Declared) -> Coverage {
    let mut spans: BTreeMap<&str, Option<Span>> = declared.expected.iter().map(|f| (f.as_str(), None)).collect();
    spans.extend(feeds.iter().map(|(feed, days)| (feed.as_str(), shown(days, now))));
    for (feed, (first, last)) in &declared.spans {
        let span = (first.min(last) <= &now).then(|| Span { first: *first, last: *last.min(&now) });
        spans.insert(feed, span);
    }
    let expected = |feed: &str| declared.expected.iter().any(|e| e == feed);
    let feeds =
        spans.into_iter().map(|(feed, span)| FeedSpan { feed: feed.to_owned(), span, expected: expected(feed) });
    Coverage { feeds: feeds.collect() }
}

impl Coverage {
    /// How a feed (by its place in `feeds`) stands to a period.
    pub fn of(&self, feed: usize, period: Period, calendar: &Calendar) -> Cover {
        let Some(span) = self.feeds.get(feed).and_then(|f| f.span) else { return Cover::None };
        let (first, last) = (period.date(), calendar.last_day(period));
        if span.first <= first && last <= span.last {
            Cover::Whole
        } else if span.first <= last && first <= span.last {
            Cover::Part
        } else {
            Cover::None
        }
    }
}

/// The first day that is not a stray date.
///
/// A silence of more than a year with at most 2 % of the feed's records before it is taken for mistyped or unset dates
/// (1970-01-01, 1900-01-01): kept, they would draw the report out over decades of nothing.
pub fn first_day(days: &Days) -> Option<i64> {
    const YEAR: i64 = 366;
    let all: i64 = days.values().sum();
    let mut first = *days.keys().next()?;
    let (mut before, mut previous) = (0, first);
    for (day, records) in days {
        if day - previous > YEAR && before * 50 <= all {
            first = *day;
        }
        before += records;
        previous = *day;
    }
    Some(first)
}

fn shown(days: &Days, now: Date) -> Option<Span> {
    let now = day_of(now);
    let first = first_day(days).filter(|d| *d <= now)?;
    let seen: Vec<i64> = days.range(first..=now).map(|(d, _)| *d).collect();
    let last = *seen.last()?;
    let mut gaps: Vec<i64> = seen.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    // Nearest rank: the smallest gap that at least 95 % of the gaps do not exceed.
    let usual = gaps.get((gaps.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or(1).clamp(1, 7);
    let last = if now - last <= usual { now } else { last };
    Some(Span { first: date_of(first), last: date_of(last) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::{By, WeekStart};
    use jiff::civil::date;

    fn days(dates: &[Date]) -> Days {
        dates.iter().map(|d| (day_of(*d), 1)).collect()
    }

    fn span(days: &Days, now: Date) -> Option<(Date, Date)> {
        shown(days, now).map(|s| (s.first, s.last))
    }

    #[test]
    fn a_short_silence_is_none_and_a_long_one_is_unknown() {
        let every_third = days(&(0..10).map(|i| date_of(day_of(date(2026, 11, 1)) + 3 * i)).collect::<Vec<_>>());
        let (first, last) = (date(2026, 11, 1), date(2026, 11, 28));
        assert_eq!(span(&every_third, date(2026, 11, 30)), Some((first, date(2026, 11, 30))));
        assert_eq!(span(&every_third, date(2026, 12, 1)), Some((first, date(2026, 12, 1))));
        assert_eq!(span(&every_third, date(2026, 12, 2)), Some((first, last)));
        // A monthly feed: its usual gap counts for a week at most.
        let monthly = days(&[date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]);
        assert_eq!(span(&monthly, date(2026, 10, 8)), Some((date(2026, 8, 1), date(2026, 10, 8))));
        assert_eq!(span(&monthly, date(2026, 10, 9)), Some((date(2026, 8, 1), date(2026, 10, 1))));
        assert_eq!(span(&monthly, date(2026, 7, 1)), None);
    }

    #[test]
    fn an_unset_date_is_not_the_beginning() {
        let mut feed: Days = (0..100).map(|i| (day_of(date(2026, 1, 1)) + i, 1)).collect();
        feed.insert(0, 2);
        assert_eq!(first_day(&feed), Some(day_of(date(2026, 1, 1))));
        // Three of 103 are more than 2 %: then it may be true.
        feed.insert(0, 3);
        assert_eq!(first_day(&feed), Some(0));
        assert_eq!(first_day(&Days::new()), None);
    }

    #[test]
    fn a_period_is_covered_only_whole() {
        let week = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let declared = Declared {
            spans: BTreeMap::from([("b".to_owned(), (date(2026, 11, 3), date(2027, 1, 1)))]),
            expected: vec!["c".to_owned()],
        };
        let shown = BTreeMap::from([("a".to_owned(), days(&[date(2026, 11, 2), date(2026, 11, 20)]))]);
        let coverage = coverage(&shown, date(2026, 11, 22), &declared);
        let names: Vec<&str> = coverage.feeds.iter().map(|f| f.feed.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(coverage.feeds[2].expected && coverage.feeds[2].span.is_none());
        let of = |feed, day: &str| coverage.of(feed, day.parse().unwrap(), &week);
        assert_eq!(of(0, "2026-11-02T00:00"), Cover::Whole);
        assert_eq!(of(0, "2026-11-16T00:00"), Cover::Whole);
        assert_eq!(of(0, "2026-10-26T00:00"), Cover::None);
        assert_eq!(of(1, "2026-11-02T00:00"), Cover::Part);
        assert_eq!(of(1, "2026-11-16T00:00"), Cover::Whole);
        assert_eq!(of(1, "2026-11-23T00:00"), Cover::None);
        assert_eq!(of(2, "2026-11-02T00:00"), Cover::None);
    }
}
