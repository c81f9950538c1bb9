//! The method of short histories: the mean of the past, past outbreaks tamed, and a level tightened to the same rate of
//! false alarms.

use crate::trend::baseline::predict::{Law, sparse};

/// Periods before the one tested that are left out, so that a slow rise is not its own baseline.
pub const GUARD: usize = 2;
/// Anscombe residuals above this are past outbreaks (Noufaily et al. 2013).
pub const OUTBREAK: f64 = 2.58;
/// Fewer records than this in the history say nothing of trend or season.
pub const FEW: f64 = 10.0;

/// Under a whole day of hours nobody knows what the time of day brings: the log mean of an hour may be off by so much.
/// The hours of a day, in UTC, have log counts with a standard deviation of .31 to .60 in twelve public feeds (four
/// brands on Twitter, eight forums on Reddit); the greatest is taken.
pub const HOURS: f64 = 0.6;

/// The cut on p that holds false alarms at 1 %, by the periods the mean is taken over (simulated: quiet weeks of the 42
/// scenarios of Noufaily et al. 2013, `evaluate signals short`; between two lengths on a straight line of ln α).
pub fn alpha(periods: usize) -> f64 {
    const TABLE: [(f64, f64); 5] = [(8.0, 1.1e-4), (12.0, 3.3e-4), (26.0, 3.8e-4), (52.0, 6.4e-3), (101.0, 5.1e-3)];
    let n = periods as f64;
    let mut below = TABLE[0];
    for above in TABLE {
        if n <= above.0 {
            let share = if above.0 > below.0 { ((n - below.0) / (above.0 - below.0)).max(0.0) } else { 0.0 };
            return (below.1.ln() + share * (above.1.ln() - below.1.ln())).exp();
        }
        below = above;
    }
    below.1
}

/// The law of the next count after `past`; `powers` holds its counts to the power ⅔, `times` the exposure of each over
/// that of the period to come (0: it has none and is left out); null: all are equal.
///
/// The mean of the past, twice re-weighted: counts whose Anscombe residual exceeds [`OUTBREAK`] weigh s⁻²
/// (Farrington et al. 1996), so that an old outbreak does not widen the usual range for months.
pub fn law(past: &[f64], powers: &[f64], times: Option<&[f64]>) -> Law {
    let exposure = |i: usize| times.map_or(1.0, |t| t[i]);
    let all: f64 = (0..past.len()).map(exposure).sum();
    let n = (0..past.len()).filter(|i| exposure(*i) > 0.0).count() as f64;
    let sum: f64 = past.iter().sum();
    if sum < FEW || n < 2.0 {
        return sparse(sum, if all > 0.0 { all } else { 1.0 });
    }
    let mut weights: Vec<f64> = (0..past.len()).map(|i| f64::from(u8::from(exposure(i) > 0.0))).collect();
    let mut found = weighted(past, &weights, exposure, n);
    for _ in 0..2 {
        let (rate, phi) = found;
        let weighed: f64 = weights.iter().enumerate().map(|(i, w)| w * exposure(i)).sum();
        let even = rate.powf(1.0 / 6.0);
        let next = |(i, w): (usize, &f64)| {
            let mean = rate * exposure(i);
            if mean <= 0.0 {
                return 0.0;
            }
            let root = if times.is_none() { even } else { mean.powf(1.0 / 6.0) };
            let raw = 1.5 * (powers[i] / root - root.powi(3));
            // Every count's leverage is its share of the weighted exposure.
            let variance = phi * (1.0 - (w * exposure(i) / weighed).min(1.0 - 1e-9));
            if raw > 0.0 && raw * raw > OUTBREAK * OUTBREAK * variance { variance / (raw * raw) } else { 1.0 }
        };
        let next: Vec<f64> = weights.iter().enumerate().map(next).collect();
        let gamma = n / next.iter().sum::<f64>();
        weights = next.iter().map(|w| w * gamma).collect();
        found = weighted(past, &weights, exposure, n);
    }
    Law { mean: found.0, phi: found.1, error: 0.0 }
}

/// Weighted mean per exposure and variance over mean, at least 1; the weights of the `n` exposed sum to n.
fn weighted(past: &[f64], weights: &[f64], exposure: impl Fn(usize) -> f64, n: f64) -> (f64, f64) {
    let all: f64 = weights.iter().enumerate().map(|(i, w)| w * exposure(i)).sum();
    let rate = past.iter().zip(weights).map(|(y, w)| w * y).sum::<f64>() / all;
    let square = |(i, (y, w)): (usize, (&f64, &f64))| {
        let mean = rate * exposure(i);
        if mean > 0.0 { w * (y - mean).powi(2) / mean } else { 0.0 }
    };
    let squares: f64 = past.iter().zip(weights).enumerate().map(square).sum();
    (rate, (squares / (n - 1.0)).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(past: &[f64]) -> Law {
        law(past, &past.iter().map(|y| y.cbrt().powi(2)).collect::<Vec<_>>(), None)
    }

    #[test]
    fn under_exposures_it_is_the_rate_of_the_past() {
        let past = [20.0, 10.0, 0.0, 30.0, 20.0];
        let powers: Vec<f64> = past.iter().map(|y: &f64| y.cbrt().powi(2)).collect();
        // Twice, once, never, three times, twice the exposure to come: 80 in 8.
        let found = law(&past, &powers, Some(&[2.0, 1.0, 0.0, 3.0, 2.0]));
        assert!((found.mean - 10.0).abs() < 1e-9 && (found.phi - 1.0).abs() < 1e-9, "{found:?}");
        // Three in four of exposure: Jeffreys' half on top.
        let few = law(&[3.0, 0.0], &[2.1, 0.0], Some(&[1.0, 3.0]));
        assert!((few.mean - 3.5 / 4.0).abs() < 1e-9, "{few:?}");
        assert!((law(&[0.0], &[0.0], Some(&[0.0])).mean - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_quiet_past_is_its_mean() {
        let past: Vec<f64> = (0..40).map(|i| [9.0, 11.0, 10.0, 8.0, 12.0][i % 5]).collect();
        let found = of(&past);
        assert!((found.mean - 10.0).abs() < 1e-9 && (found.phi - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_old_outbreak_does_not_widen_the_range() {
        let mut past: Vec<f64> = (0..40).map(|i| [9.0, 11.0, 10.0, 8.0, 12.0][i % 5]).collect();
        past[10] = 80.0;
        let found = of(&past);
        assert!((found.mean - 10.0).abs() < 0.6 && found.phi < 1.6, "{found:?}");
    }

    #[test]
    fn the_cut_follows_the_length_of_the_history() {
        assert!((6..12).all(|n| alpha(n) <= alpha(200)) && alpha(300) <= 0.01);
        assert!((1..300).all(|n| alpha(n) > 1e-5));
    }
}
