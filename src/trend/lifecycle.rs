//! Issues that appear and issues that come back.
//!
//! Both hold as long as the eight periods before the one judged still reach back before the birth, or into the silence:
//! from then on the issue has a past of its own and is judged like any other.

use crate::trend::calendar::{Period, day_label};
use crate::trend::compare::rate_ratio;
use crate::trend::counts::Counts;
use crate::trend::series::{Found, Point, Signal};
use crate::trend::sums::Sums;

/// Periods before that an emergence is compared with (methods.md §1.6).
pub const BASELINE: usize = 8;
/// The one-sided level of the test of a rise.
const ALPHA: f64 = 0.01;
/// A silence is no chance when the usual count makes it rarer than this.
const SILENCE_ALPHA: f64 = 0.01;
/// An issue must have had so many records to be able to come back.
const KNOWN: i64 = 5;

/// An issue's past, the period judged being the last.
pub(crate) struct Past<'a> {
    /// Complete periods one after the other, and maybe later ones.
    pub(crate) sums: &'a Sums<'a>,
    /// How many of them are past, the one judged included.
    pub(crate) to: usize,
    /// The same periods' totals, or null: then periods stand in for records.
    pub(crate) totals: Option<&'a [i64]>,
    /// The place of each in the grid.
    pub(crate) places: &'a [usize],
    /// The codebook says it is resolved.
    pub(crate) resolved: bool,
    /// What is known of the period judged.
    pub(crate) point: &'a Point,
}

/// The test of emergence or return that applies; it stands for one member of its family, signal or not.
pub(crate) fn tests(past: &Past<'_>, grid: &Counts) -> Option<Found> {
    let last = past.to.checked_sub(1)?;
    if let Some(birth) = born(past.sums.counts(past.to)) {
        let begins = grid.period(past.places[birth]);
        let since = past.sums.sum(birth, past.to);
        let about = format!("{since} since {}", day_label(begins.date()));
        return rise(past, Signal::Emerging, birth - BASELINE..birth, begins, about);
    }
    let (quiet, records, again) = silence(past.sums, past.to, past.resolved)?;
    let step = grid.calendar.by.name();
    let plural = if quiet == 1 { "" } else { "s" };
    let some = if records > 0 { format!(" with {records} in all") } else { String::new() };
    let resolved = if past.resolved { "marked resolved; " } else { "" };
    let about = format!("{resolved}after {quiet} quiet {step}{plural}{some}");
    let news = last - again < BASELINE;
    news.then(|| rise(past, Signal::Returned, again - quiet..again, grid.period(past.places[again]), about)).flatten()
}

/// The test of what came since a birth or return against the `quiet` periods just before it: conditional exact,
/// one-sided, by share of all records where they are known. The record that made the beginning one is not counted: it
/// was not free to be absent.
fn rise(past: &Past<'_>, kind: Signal, quiet: std::ops::Range<usize>, begins: Period, about: String) -> Option<Found> {
    let since = quiet.end..past.to;
    let sum = |range: &std::ops::Range<usize>| past.sums.sum(range.start, range.end);
    let exposure = |range: &std::ops::Range<usize>| match past.totals {
        Some(totals) => totals[range.clone()].iter().sum::<i64>() as f64,
        None => range.len() as f64,
    };
    let change = rate_ratio(sum(&since) - 1, exposure(&since), sum(&quiet), exposure(&quiet))?;
    let now = past.sums.sum(past.to - 1, past.to);
    let point = past.point;
    Some(Found {
        period: point.period,
        kind,
        level: None,
        begins,
        observed: now as f64,
        records: now,
        expected: point.expected,
        upper: point.upper,
        p: change.p_up,
        q: None,
        effect: point.effect,
        effect_low: point.effect_low,
        effect_high: point.effect_high,
        history: quiet.end as i64,
        test: "conditional_exact",
        alpha: ALPHA,
        about,
        caveats: Vec::new(),
    })
}

/// The place of an issue's first record, if it is new: at least eight periods without one before it, the last being
/// judged no more than eight after it.
pub fn born(counts: &[i64]) -> Option<usize> {
    let birth = counts.iter().position(|c| *c > 0)?;
    (birth >= BASELINE && counts.len() - 1 - birth < BASELINE).then_some(birth)
}

/// The silence an issue is back from after its first `to` counts: how many periods, the records in them, and the place where it ended.
///
/// The usual count is the mean of the periods before the silence. A period is quiet when it holds at most a fifth of
/// it; the silence is the longest run of quiet periods that ends within the last eight. It is longer than the issue's
/// own usual gap when so few records in so many periods are no chance (Poisson, p ≤ .01), and longer than any quiet run
/// before it. An issue marked resolved needs one quiet period and nothing more.
pub fn silence(sums: &Sums<'_>, to: usize, resolved: bool) -> Option<(usize, i64, usize)> {
    /// A quiet period holds at most the usual count divided by this.
    const QUIET: f64 = 5.0;
    let last = to.checked_sub(1)?;
    let counts = sums.counts(to);
    let mut best: Option<(usize, i64, usize)> = None;
    let usual = |from: usize| sums.sum(0, from) as f64 / from as f64;
    let peak = sums.peak(last);
    for again in to.saturating_sub(BASELINE).max(1)..=last {
        // The longest silence that ends here: its loudest period is quiet beside what was usual before it.
        let (mut from, mut loudest) = (again, 0);
        for start in (1..again).rev() {
            loudest = loudest.max(counts[start]);
            if loudest as f64 * QUIET > peak {
                break;
            }
            if loudest as f64 * QUIET <= usual(start) {
                from = start;
            }
        }
        let (quiet, known, records) = (again - from, sums.sum(0, from), sums.sum(from, again));
        let usual = usual(from);
        if quiet == 0 || known < KNOWN || counts[again] as f64 * QUIET <= usual {
            continue;
        }
        let expected = usual * quiet as f64;
        // Nothing at all has a chance of e^-expected, and anything more a greater one.
        let rare = || {
            -expected <= SILENCE_ALPHA.ln()
                && 1.0 - crate::trend::exact::gamma_lower((records + 1) as f64, expected) <= SILENCE_ALPHA
        };
        let longest = || counts[..from].split(|c| *c as f64 * QUIET > usual).map(<[i64]>::len).max().unwrap_or(0);
        let away = resolved || (rare() && quiet > longest());
        if away && best.is_none_or(|b| quiet > b.0) {
            best = Some((quiet, records, again));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence(counts: &[i64], resolved: bool) -> Option<(usize, i64, usize)> {
        super::silence(&Sums::of(counts), counts.len(), resolved)
    }

    #[test]
    fn an_issue_is_new_until_it_has_a_past_of_its_own() {
        let with = |before: usize, since: usize| {
            let mut counts = vec![0; before];
            counts.extend(vec![3; since]);
            born(&counts)
        };
        assert_eq!((with(8, 1), with(20, 8)), (Some(8), Some(20)));
        assert_eq!((with(7, 1), with(20, 9), born(&[0; 30]), born(&[])), (None, None, None, None));
    }

    #[test]
    fn silence_longer_than_chance_makes_a_return() {
        let with = |quiet: usize, last: &[i64]| {
            let mut counts = vec![3, 0, 2, 1];
            counts.extend(vec![0; quiet]);
            counts.extend(last);
            silence(&counts, false)
        };
        // Four weeks hold six: 1.5 a week. Nothing in four has chance e^-6 = .0025, in three e^-4.5 = .011.
        assert_eq!(with(4, &[3]), Some((4, 0, 8)));
        assert_eq!(with(3, &[3]), None);
        assert_eq!(with(6, &[3, 3, 3]), Some((6, 0, 10)), "the third week of a return");
        assert_eq!(with(6, &[3; 9]), None, "the ninth is no news");
        assert_eq!(silence(&[7, 6, 8, 6, 0, 1, 0, 0, 1, 0, 6, 6], false), Some((6, 2, 10)), "a stray record is quiet");
        assert_eq!((silence(&[0, 0, 0, 0, 0, 0, 9, 9], false), silence(&[], false)), (None, None));
        // Not longer than a silence it had before.
        let mut twice = vec![9, 9, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 9];
        assert_eq!(silence(&twice, false), None);
        twice.insert(16, 0);
        assert_eq!(silence(&twice, false), Some((6, 0, 21)));
    }

    #[test]
    fn a_resolved_issue_returns_after_one_quiet_period() {
        let counts = [2, 2, 2, 2, 0, 3];
        assert_eq!((silence(&counts, false), silence(&counts, true)), (None, Some((1, 0, 5))));
    }
}
