//! Periods that are not whole: the week in progress, and weeks with days that nobody recorded.

use serde::Serialize;

use crate::trend::baseline::nb;

/// Under as many whole weeks, weekdays are taken as equal.
pub const LEAST_WEEKS: usize = 8;
/// A week with fewer days on record than this is left out.
pub const LEAST_DAYS: usize = 4;

/// How much of a period is over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Elapsed {
    /// Days over.
    pub days: usize,
    /// Days of the period.
    pub of: usize,
    /// The share of a whole period's records that usually falls on those days.
    pub share: f64,
    /// Whether `share` comes from the same weekdays of earlier weeks; else days are taken as equal.
    pub from_weekdays: bool,
}

/// The share of a week that its first `days` days hold, by the days of `weeks` whole weeks (each seven counts, all
/// from the same weekday on).
///
/// Under [`LEAST_WEEKS`] weeks, or with no record in them, `days`/7.
pub fn elapsed(weeks: &[[i64; 7]], days: usize) -> Elapsed {
    let days = days.min(7);
    let all: i64 = weeks.iter().flatten().sum();
    let first: i64 = weeks.iter().flat_map(|w| &w[..days]).sum();
    let from_weekdays = weeks.len() >= LEAST_WEEKS && all > 0;
    let share = if from_weekdays { first as f64 / all as f64 } else { days as f64 / 7.0 };
    Elapsed { days, of: 7, share, from_weekdays }
}

/// What an unfinished period says so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SoFar {
    /// The count usual by now.
    pub expected: f64,
    /// Its usual range's upper end at 95 %.
    pub upper: i64,
    /// Chance of a count as high by now.
    pub p: f64,
}

/// Compares the count so far with the same days elapsed of the period's baseline: mean `expected`, variance `phi` ×
/// mean. Null when nothing has elapsed or nothing is expected.
pub fn so_far(observed: i64, expected: f64, phi: f64, elapsed: &Elapsed) -> Option<SoFar> {
    let mean = expected * elapsed.share;
    (mean > 0.0 && mean.is_finite() && phi >= 1.0).then(|| SoFar {
        expected: mean,
        upper: nb::quantile(0.95, mean, phi),
        p: nb::tail(observed, mean, phi),
    })
}

/// The days inside a feed's span on which it has no record at all although it never has so long a silence: places in
/// `totals`, one per day, first to last day of the feed.
///
/// A run of empty days is missing when a run as long has a chance under one in a thousand of occurring anywhere in the
/// span, were days empty by chance of a Poisson count with the mean of the days about it (28 each side); a shop that
/// is closed every Sunday is not missing on Sundays: a weekday that is usually empty is not looked at.
pub fn missing_days(totals: &[i64]) -> Vec<usize> {
    let n = totals.len();
    let closed: [bool; 7] = std::array::from_fn(|weekday| {
        let days: Vec<i64> = totals.iter().skip(weekday).step_by(7).copied().collect();
        days.iter().filter(|d| **d == 0).count() * 2 > days.len()
    });
    let open: Vec<usize> = (0..n).filter(|i| !closed[i % 7]).collect();
    let mut missing = Vec::new();
    let mut at = 0;
    while at < open.len() {
        let start = at;
        while at < open.len() && totals[open[at]] == 0 {
            at += 1;
        }
        let run = at - start;
        if run == 0 {
            at += 1;
            continue;
        }
        let about = open[start.saturating_sub(28)..start].iter().chain(&open[at..(at + 28).min(open.len())]);
        let around: Vec<i64> = about.map(|i| totals[*i]).collect();
        let mean = around.iter().sum::<i64>() as f64 / around.len().max(1) as f64;
        if (-mean * run as f64).exp() * (n as f64) < 1e-3 {
            missing.extend(&open[start..at]);
        }
    }
    missing
}

/// The exposure of a week with `days` of seven on record, as a share of a whole one; null when there are too few to
/// judge the week by ([`LEAST_DAYS`]).
pub fn week_on_record(days: usize) -> Option<f64> {
    (days >= LEAST_DAYS).then(|| days.min(7) as f64 / 7.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_days_hold_what_they_usually_hold() {
        let weeks = [[20, 20, 20, 10, 10, 10, 10]; 8];
        let found = elapsed(&weeks, 3);
        assert!((found.share - 0.6).abs() < 1e-12 && found.from_weekdays);
        let young = elapsed(&weeks[..7], 3);
        assert!((young.share - 3.0 / 7.0).abs() < 1e-12 && !young.from_weekdays);
        assert!((elapsed(&[[0; 7]; 9], 7).share - 1.0).abs() < 1e-12);
        // 50 usual a week, so 30 by Wednesday; 30 are no news, 60 are.
        let usual = so_far(30, 50.0, 1.0, &found).unwrap();
        assert!((usual.expected - 30.0).abs() < 1e-12 && usual.p > 0.4 && usual.upper == 39);
        assert!(so_far(60, 50.0, 1.0, &found).unwrap().p < 1e-5);
        assert_eq!(so_far(0, 50.0, 1.0, &elapsed(&weeks, 0)), None);
    }

    #[test]
    fn silent_days_of_a_busy_feed_are_missing() {
        let mut totals = vec![40; 60];
        totals[20] = 0;
        totals[21] = 0;
        assert_eq!(missing_days(&totals), [20, 21]);
        // Closed on Sundays.
        let shop: Vec<i64> = (0..70).map(|i| if i % 7 == 6 { 0 } else { 30 }).collect();
        assert!(missing_days(&shop).is_empty());
        // One a day on average: an empty day is nothing special.
        let sparse: Vec<i64> = (0..70).map(|i| [0, 2, 1, 0, 2][i % 5]).collect();
        assert!(missing_days(&sparse).is_empty());
        assert!(missing_days(&[]).is_empty() && missing_days(&[0; 30]).is_empty());
        assert_eq!((week_on_record(3), week_on_record(7)), (None, Some(1.0)));
    }
}
