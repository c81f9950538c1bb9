//! Sudden growth: echoes, authors or reach that run away from their own last days.

use serde::Serialize;

use crate::trend::baseline::nb;
use crate::trend::calendar::By;

/// A growth with a chance of at most 10⁻⁴ is viral (chosen on other people's tweet counts, and the same for every
/// brand left out in turn).
pub const CUT: f64 = 1e-4;
/// Counts over this quantile of the window weigh no more than it, so that the last burst does not hide the next.
const CAP: f64 = 0.98;

/// How far back growth is measured, and for how long it is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Periods the usual pace is taken over.
    pub window: usize,
    /// Fewer than this and nothing is said.
    pub least: usize,
    /// Periods after a burst in which it is not told again.
    pub hold: usize,
}

/// A week of hours told once a day; eight weeks of days, or half a year of weeks, told once.
pub fn pace(by: By) -> Pace {
    match by {
        By::Hour => Pace { window: 168, least: 24, hold: 24 },
        By::Day => Pace { window: 56, least: 14, hold: 3 },
        By::Week => Pace { window: 26, least: 8, hold: 1 },
        By::Month | By::Quarter => Pace { window: 24, least: 8, hold: 1 },
    }
}

/// One burst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Burst {
    /// Place of the period.
    pub at: usize,
    /// What it counts.
    pub observed: f64,
    /// The usual.
    pub expected: f64,
    /// `observed` ÷ `expected`; null when nothing was usual.
    pub growth: Option<f64>,
    /// Chance of as many.
    pub p: f64,
}

/// The bursts of a series (echoes, authors or reach per period, in order), each told once in `pace.hold` periods.
///
/// A period is tested on the `pace.window` before it alone: the negative binomial chance of a count as high, with mean
/// and variance of the window, counts over its 98 % quantile taken down to it. Values that are negative or not finite
/// count as 0; a series that is not of counts (reach) is rounded.
pub fn bursts(series: &[f64], pace: Pace) -> Vec<Burst> {
    let counts: Vec<f64> =
        series.iter().map(|v| if v.is_finite() { v.clamp(0.0, 9e15).round() } else { 0.0 }).collect();
    let mut found: Vec<Burst> = Vec::new();
    for at in pace.least..counts.len() {
        if found.last().is_some_and(|last| at - last.at < pace.hold) {
            continue;
        }
        if let Some(burst) = burst(&counts, at, pace.window).filter(|b| b.p <= CUT) {
            found.push(burst);
        }
    }
    found
}

/// Whether the last of the series is a burst, hold aside.
pub fn latest(series: &[f64], pace: Pace) -> Option<Burst> {
    let at = series.len().checked_sub(1)?;
    let from = at.saturating_sub(pace.window + 1 + pace.hold);
    let found = bursts(&series[from..], pace).into_iter().map(|b| Burst { at: b.at + from, ..b });
    found.into_iter().find(|b| b.at == at)
}

fn burst(counts: &[f64], at: usize, window: usize) -> Option<Burst> {
    let observed = *counts.get(at)?;
    let past = &counts[at.saturating_sub(window)..at];
    // Nothing that is not above all but the top of the window can be rare.
    if observed <= 0.0 || past.iter().filter(|p| **p >= observed).count() * 20 > past.len() {
        return None;
    }
    let mut sorted = past.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cap = sorted[((sorted.len() as f64 * CAP).ceil() as usize).clamp(1, sorted.len()) - 1];
    let n = past.len() as f64;
    let mean = past.iter().map(|p| p.min(cap)).sum::<f64>() / n;
    let variance = past.iter().map(|p| (p.min(cap) - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    // Half a record more, and its uncertainty, where the window holds next to nothing (Jeffreys).
    let expected = (mean * n + 0.5) / n;
    let phi = (variance / expected).max(1.0 + 1.0 / n);
    let p = nb::tail(observed as i64, expected, phi);
    Some(Burst { at, observed, expected: mean, growth: (mean > 0.0).then(|| observed / mean), p })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: Pace = Pace { window: 56, least: 14, hold: 3 };

    fn series(last: &[f64]) -> Vec<f64> {
        (0..40).map(|i| [3.0, 5.0, 4.0, 2.0, 6.0][i % 5]).chain(last.iter().copied()).collect()
    }

    #[test]
    fn a_burst_is_told_once() {
        let found = bursts(&series(&[30.0, 80.0, 90.0, 600.0]), DAYS);
        assert_eq!(found.iter().map(|b| b.at).collect::<Vec<_>>(), [40, 43]);
        assert!((found[0].expected - 4.0).abs() < 1e-9 && found[0].p < CUT);
        assert!((found[0].growth.unwrap() - 7.5).abs() < 1e-9);
        assert!(bursts(&series(&[7.0, 8.0, 5.0]), DAYS).is_empty());
    }

    #[test]
    fn the_latest_knows_what_was_told_before() {
        assert_eq!(latest(&series(&[30.0]), DAYS).map(|b| b.at), Some(40));
        assert_eq!(latest(&series(&[30.0, 80.0]), DAYS), None, "told yesterday");
        assert_eq!(latest(&[], DAYS), None);
    }

    #[test]
    fn something_from_nothing_and_odd_values_are_finite() {
        let mut quiet = vec![0.0; 30];
        quiet.push(6.0);
        let found = bursts(&quiet, DAYS);
        assert_eq!((found.len(), found[0].growth), (1, None));
        assert!(found[0].p > 0.0 && found[0].p < CUT);
        let odd = [f64::NAN, -3.0, f64::INFINITY, 1e300, 0.0].repeat(8);
        assert!(bursts(&odd, DAYS).iter().all(|b| b.p.is_finite() && b.expected.is_finite()));
        assert!(bursts(&[2_000_000.0; 60], DAYS).is_empty());
    }
}
