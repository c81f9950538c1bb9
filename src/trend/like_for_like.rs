//! Like for like: a comparison uses only feeds that cover all of it.

use crate::trend::calendar::{Period, day_label};
use crate::trend::counts::Counts;
use crate::trend::coverage::Cover;

/// The feeds with which one period can be compared with its past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikeForLike {
    /// The feeds compared, by place in [`Counts::feeds`]; they cover every period from `history_from` on.
    pub feeds: Vec<usize>,
    /// The other feeds, each with the reason: `App Store ends 12 Nov 2026`.
    pub left_out: Vec<(String, String)>,
    /// The first period of the history.
    pub history_from: Period,
    /// Its place in the grid.
    pub from: usize,
}

/// Periods whose records say how much a feed weighs.
const RECENT: usize = 8;
/// Periods of history beyond which more is no reason to leave a feed out: two years of weeks, enough for a season.
const ENOUGH: usize = 104;

/// For every feed and place of the grid: since when the feed covers without a hole; null where it does not cover.
#[derive(Debug)]
pub struct Starts {
    /// Feed × period.
    since: Vec<Option<usize>>,
    periods: usize,
}

impl Starts {
    /// Of all feeds of the grid.
    pub fn of(counts: &Counts) -> Self {
        let periods = counts.periods();
        let mut since = Vec::with_capacity(counts.feeds().len() * periods);
        for feed in 0..counts.feeds().len() {
            let mut start = None;
            for place in 0..periods {
                start = (counts.cover(feed, place) == Cover::Whole).then(|| start.unwrap_or(place));
                since.push(start);
            }
        }
        Self { since, periods }
    }

    fn at(&self, feed: usize, place: usize) -> Option<usize> {
        self.since[feed * self.periods + place]
    }
}

/// Finds the feeds for the period at `place`; null when no feed covers it. The feeds left out are named.
pub fn like_for_like(counts: &Counts, place: usize, least: usize, issue: Option<usize>) -> Option<LikeForLike> {
    let mut alike = alike(counts, &Starts::of(counts), place, least, issue)?;
    alike.left_out = (0..counts.feeds().len())
        .filter(|feed| !alike.feeds.contains(feed))
        .map(|feed| (counts.feeds()[feed].feed.clone(), why(counts, feed, place)))
        .collect();
    Some(alike)
}

/// The same without naming the feeds left out.
///
/// Of the feeds that cover the period, those are compared that cover everything from the start of the history on. An
/// early start keeps few feeds, a late one little past: the start chosen makes (share of the counted records of the last
/// eight periods before that the feeds kept hold) × ln(1 + periods of history, at most 104) greatest, of equals the
/// earliest. So a small new feed does not cut everybody's past short, and a long past does not cost a big feed. A start
/// with at least `least` periods of history always wins over one with fewer: a feed that is too new to be judged is left
/// out, and named, until it has a past of its own.
///
/// With an `issue` (by place) it is that issue's records that weigh, where it has any in those periods.
pub fn alike(
    counts: &Counts,
    starts: &Starts,
    place: usize,
    least: usize,
    issue: Option<usize>,
) -> Option<LikeForLike> {
    // Of every feed that covers the period: since when without a hole.
    let mut covering: Vec<(usize, usize)> =
        (0..counts.feeds().len()).filter_map(|feed| Some((starts.at(feed, place)?, feed))).collect();
    if let [(from, feed)] = covering[..] {
        return Some(LikeForLike { feeds: vec![feed], left_out: Vec::new(), history_from: counts.period(from), from });
    }
    covering.sort_unstable();
    let weigh = |issue| covering.iter().map(|(_, feed)| recent(counts, *feed, place, issue)).collect::<Vec<i64>>();
    let mut weights = weigh(issue);
    if issue.is_some() && weights.iter().all(|w| *w == 0) {
        weights = weigh(None);
    }
    let all: i64 = weights.iter().sum();
    let mut held = 0;
    let mut best: Option<(bool, f64, usize)> = None;
    for (rank, ((start, _), records)) in covering.iter().zip(&weights).enumerate() {
        held += records;
        if covering.get(rank + 1).is_some_and(|next| next.0 == *start) {
            continue;
        }
        // Without a recent record every feed weighs the same.
        let share = if all > 0 { held as f64 / all as f64 } else { (rank + 1) as f64 / covering.len() as f64 };
        let length = (place - start).min(ENOUGH);
        let worth = share * (1.0 + length as f64).ln() / (1.0 + ENOUGH as f64).ln();
        let long = place - start >= least;
        if best.is_none_or(|(l, w, _)| (long, worth) > (l, w)) {
            best = Some((long, worth, *start));
        }
    }
    let from = best?.2;
    let mut feeds: Vec<usize> = covering.iter().filter(|s| s.0 <= from).map(|s| s.1).collect();
    feeds.sort_unstable();
    Some(LikeForLike { feeds, left_out: Vec::new(), history_from: counts.period(from), from })
}

fn recent(counts: &Counts, feed: usize, place: usize, issue: Option<usize>) -> i64 {
    let totals = match issue {
        Some(issue) => issue..issue + 1,
        None if counts.has_total() => 0..1,
        None => 0..counts.issues.len(),
    };
    let mut sum = 0;
    for period in place.saturating_sub(RECENT)..place {
        for issue in totals.clone() {
            for segment in 0..counts.segments.len() {
                sum += counts.cell(issue, segment, feed, period).observed.unwrap_or(0);
            }
        }
    }
    sum
}

fn why(counts: &Counts, feed: usize, place: usize) -> String {
    let feed = &counts.feeds()[feed];
    let period = counts.period(place);
    match feed.span {
        None => format!("{} has no dated records", feed.feed),
        Some(span) if span.last < counts.calendar.last_day(period) => {
            format!("{} ends {}", feed.feed, day_label(span.last))
        }
        Some(span) => format!("{} begins {}", feed.feed, day_label(span.first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::{By, Calendar, WeekStart};
    use crate::trend::coverage::{Coverage, FeedSpan, Span};
    use jiff::civil::{Date, date};

    /// Weekly counts from Monday 5 January 2026, 20 weeks; each feed its days and its records a week.
    fn counts(feeds: &[(&str, Date, Date, i64)]) -> Counts {
        let calendar = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let spans = feeds.iter().map(|(feed, first, last, _)| FeedSpan {
            feed: (*feed).to_owned(),
            span: Some(Span { first: *first, last: *last }),
            expected: false,
        });
        let first = calendar.index(date(2026, 1, 5).at(0, 0, 0, 0));
        let coverage = Coverage { feeds: spans.collect() };
        let total = vec![(String::new(), "All".to_owned())];
        let now = date(2026, 5, 24);
        let mut counts = Counts::empty(calendar, now, total, vec![None], coverage, first..first + 20).unwrap();
        for (feed, (_, _, _, records)) in feeds.iter().enumerate() {
            for period in 0..20 {
                if counts.cover(feed, period) == Cover::Whole {
                    counts.cell_mut(0, 0, feed, period).observed = Some(*records);
                }
            }
        }
        counts
    }

    const START: Date = date(2026, 1, 5);
    const END: Date = date(2026, 5, 24);

    #[test]
    fn a_feed_that_ended_is_left_out_and_named() {
        let counts = counts(&[("app", START, date(2026, 5, 20), 90), ("mail", START, END, 10)]);
        let last = like_for_like(&counts, 19, 8, None).unwrap();
        assert_eq!((last.feeds, last.from), (vec![1], 0));
        assert_eq!(last.left_out, [("app".to_owned(), "app ends 20 May 2026".to_owned())]);
        let before = like_for_like(&counts, 18, 8, None).unwrap();
        assert_eq!((before.feeds, before.left_out.len()), (vec![0, 1], 0));
    }

    #[test]
    fn a_small_new_feed_does_not_cut_the_past_a_big_one_with_a_past_does() {
        // The new feed begins in the 10th week (place 9).
        let begin = date(2026, 3, 9);
        let small = counts(&[("new", begin, END, 10), ("old", START, END, 90)]);
        let found = like_for_like(&small, 19, 8, None).unwrap();
        assert_eq!((found.feeds, found.from), (vec![1], 0));
        assert_eq!(found.left_out[0].1, "new begins 9 Mar 2026");
        let big = counts(&[("new", begin, END, 21), ("old", START, END, 79)]);
        let found = like_for_like(&big, 19, 8, None).unwrap();
        assert_eq!((found.feeds, found.from, found.history_from), (vec![0, 1], 9, begin.at(0, 0, 0, 0)));
        // While it has less than eight weeks of past, it is left out.
        let found = like_for_like(&big, 16, 8, None).unwrap();
        assert_eq!((found.feeds, found.from), (vec![1], 0));
    }

    #[test]
    fn without_a_feed_there_is_nothing_to_compare() {
        let counts = counts(&[("app", START, date(2026, 2, 1), 5)]);
        assert_eq!(like_for_like(&counts, 10, 8, None), None);
    }
}
