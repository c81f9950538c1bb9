//! The form of each feed's records, period by period: how many, and how many have a text, a rating, an author. An abrupt
//! change of these is a change of the export rather than of what customers say.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::error::Result;
use crate::trend::calendar::day_label;
use crate::trend::counted::Counted;
use crate::trend::counts::{Counts, Placed};
use crate::trend::coverage::Cover;
use crate::trend::exact::beta_reg;

/// Periods before that a feed is compared with.
pub const BEFORE: usize = 8;
/// Periods for which a change is a reason for doubt: those that the baseline keeps out (see the detector's guard).
pub const DOUBT: usize = 4;
/// A share must move this far.
const FAR: f64 = 0.25;
/// A volume must become so many times as great, or as small.
const TIMES: f64 = 3.0;
/// No chance: one in a million.
const NO_CHANCE: f64 = 1e-6;

/// What is looked at, with the words for it.
const FEATURES: [(&str, &str); 4] =
    [("text", "a text"), ("rating_01", "a rating"), ("author", "an author"), ("title", "a title")];

/// An abrupt change of one feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The feed's place.
    pub feed: usize,
    /// The first period of the new form or volume, by place.
    pub place: usize,
    /// `20 % of its records have a text, 95 % before`.
    pub what: String,
    /// Whether it is the volume that changed.
    pub volume: bool,
}

/// Finds the abrupt changes of every feed's volume and form, by feed, then by period. `frame` holds the records of
/// `counted` (with `text` where it was computed).
///
/// A feature changes abruptly when its share of a period's counted records differs by a quarter or more from its share
/// in the eight periods before, with at least 20 records on both sides, and no binomial chance (one in a million)
/// explains it; the volume, when it is at least three times, or at most a third, of the median of the eight periods
/// before, all of those were on one side, and no issue makes up half of the change. Only periods that the feed covers are looked at.
///
/// # Errors
/// Internal only.
pub(crate) fn changes(counted: &Counted, frame: &DataFrame, counts: &Counts, placed: &Placed) -> Result<Vec<Change>> {
    let periods = counts.periods();
    // Feed × period: records, and those with each feature.
    let mut sums = vec![[0_i64; FEATURES.len() + 1]; counts.feeds().len() * periods];
    let mut has: Vec<Vec<bool>> = Vec::new();
    for (name, _) in FEATURES {
        has.push(match name {
            "author" => counted.frame().column("author")?.is_not_null().iter().map(|b| b == Some(true)).collect(),
            _ => match frame.column(name) {
                Ok(column) => column.is_not_null().iter().map(|b| b == Some(true)).collect(),
                Err(_) => vec![false; frame.height()],
            },
        });
    }
    for row in placed.rows() {
        let sum = &mut sums[row.feed() * periods + row.period()];
        sum[0] += 1;
        for (at, has) in has.iter().enumerate() {
            sum[at + 1] += i64::from(has[row.row()]);
        }
    }
    let mut found = Vec::new();
    for feed in 0..counts.feeds().len() {
        let mut told: BTreeMap<usize, usize> = BTreeMap::new();
        for place in BEFORE..periods {
            let whole = (place - BEFORE..=place).all(|p| counts.cover(feed, p) == Cover::Whole);
            let complete = counts.calendar.is_complete(counts.period(place), counts.now);
            if !whole || !complete {
                continue;
            }
            let at = |p: usize| sums[feed * periods + p];
            let mut tell = |what: usize, words: Option<String>| {
                let Some(words) = words else { return };
                // The same change goes on being one while the eight periods before still reach over it.
                let again = told.insert(what, place).is_some_and(|last| place - last <= 1);
                if !again {
                    found.push(Change { feed, place, what: words, volume: what == 0 });
                }
            };
            let before: Vec<_> = (place - BEFORE..place).map(at).collect();
            let volumes: Vec<i64> = before.iter().map(|s| s[0]).collect();
            tell(0, volume(&volumes, at(place)[0]).filter(|_| !explained(counts, feed, place, &volumes)));
            for (i, (_, noun)) in FEATURES.iter().enumerate() {
                let sum = |k: usize| before.iter().map(|s| s[k]).sum::<i64>();
                tell(i + 1, share((at(place)[i + 1], at(place)[0]), (sum(i + 1), sum(0)), noun));
            }
        }
    }
    Ok(found)
}

/// Whether one issue makes up half of the change or more: then it is the customers.
fn explained(counts: &Counts, feed: usize, place: usize, before: &[i64]) -> bool {
    let sum = |issue: usize, p: usize| -> i64 {
        (0..counts.segments.len()).filter_map(|s| counts.cell(issue, s, feed, p).observed).sum()
    };
    let mean = |total: i64| total as f64 / BEFORE as f64;
    let change = |issue: usize| sum(issue, place) as f64 - mean((place - BEFORE..place).map(|p| sum(issue, p)).sum());
    let all = sum(0, place) as f64 - mean(before.iter().sum());
    (1..counts.issues.len()).any(|issue| change(issue) / all >= 0.5)
}

fn volume(before: &[i64], now: i64) -> Option<String> {
    /// Under so many records a third or three times is nothing.
    const LEAST: i64 = 20;
    let mut sorted = before.to_vec();
    sorted.sort_unstable();
    let usual = (sorted[sorted.len() / 2 - 1] + sorted[sorted.len() / 2]) as f64 / 2.0;
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    let up = now as f64 >= TIMES * usual && now > high && now >= LEAST;
    let down = now as f64 * TIMES <= usual && now < low && usual >= LEAST as f64;
    (up || down).then(|| format!("{now} records, about {usual:.0} before"))
}

fn share((x1, n1): (i64, i64), (x0, n0): (i64, i64), noun: &str) -> Option<String> {
    const LEAST: i64 = 20;
    if n1 < LEAST || n0 < LEAST {
        return None;
    }
    let (p1, p0) = (x1 as f64 / n1 as f64, x0 as f64 / n0 as f64);
    // Between 1 and n − 1 before, so that a share never seen to vary is not taken for one that cannot.
    let p = (x0 as f64 + 1.0) / (n0 as f64 + 2.0);
    // P(X ≥ x) = I_p(x, n − x + 1); P(X ≤ x) = I_{1−p}(n − x, x + 1).
    let chance = if p1 > p0 {
        beta_reg(x1 as f64, (n1 - x1) as f64 + 1.0, p)
    } else {
        beta_reg((n1 - x1) as f64, x1 as f64 + 1.0, 1.0 - p)
    };
    let percent = |p: f64| format!("{:.0} %", p * 100.0);
    ((p1 - p0).abs() >= FAR && chance <= NO_CHANCE)
        .then(|| format!("{} of its records have {noun}, {} before", percent(p1), percent(p0)))
}

/// A change in words: `zendesk: from 12 Oct 2026 20 % of its records have a text, 95 % before`.
pub fn words(change: &Change, counts: &Counts) -> String {
    let feed = &counts.feeds()[change.feed].feed;
    format!("{feed}: from {} {}", day_label(counts.period(change.place).date()), change.what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::counted::counted;
    use crate::trend::counts::count_placed;
    use crate::trend::coverage::Declared;
    use crate::trend::options::Options;
    use crate::trend::testing::{Line, line, matches, records, with};
    use jiff::ToSpan;
    use jiff::civil::date;

    #[test]
    fn an_export_that_loses_its_titles_is_noticed_once() {
        let start = date(2026, 1, 5);
        let mut lines: Vec<Line> = Vec::new();
        for week in 0..14_i64 {
            for i in 0..30_i64 {
                let day = start.saturating_add((week * 7 + i % 7).days());
                let one = line(&format!("u{week:02}{i:02}"), "f", &day.to_string());
                lines.push(if week < 10 { with(one, &[("title", "late")]) } else { one });
            }
        }
        let records = records(&lines);
        let counted = counted(&records, &Options::default(), &Declared::default()).unwrap();
        let (counts, placed) = count_placed(&counted, &matches(&[]), &[]).unwrap();
        let found = changes(&counted, records.frame(), &counts, &placed).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].place, found[0].volume), (10, false));
        assert_eq!(words(&found[0], &counts), "f: from 16 Mar 2026 0 % of its records have a title, 100 % before");
    }

    #[test]
    fn a_volume_changes_when_it_trebles_at_once() {
        let before = [30, 28, 33, 30, 31, 29, 30, 30];
        assert_eq!(volume(&before, 90).as_deref(), Some("90 records, about 30 before"));
        assert_eq!((volume(&before, 80), volume(&before, 11)), (None, None));
        assert!(volume(&before, 10).is_some());
        assert_eq!(volume(&[3, 2, 3, 3, 2, 3, 2, 3], 12), None, "twelve are too few");
    }
}
