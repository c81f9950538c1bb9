//! The detector: is the last count of a series higher than its own past allows?
//!
//! From [`FULL_HISTORY`] periods on: a quasi-Poisson regression on a linear trend and 0, 1 or 2 harmonics (chosen by
//! BIC), past outbreaks tamed by re-weighting, the last four periods kept out; then the negative binomial chance of a
//! count as high, over the uncertainty of the mean, for the last period and for the last two together. It is the
//! regression of Noufaily et al. (2013), *Statistics in Medicine* 32, with harmonics in place of their seasonal factor
//! and with a second window. Under that: the mean of the past alone, with a level tightened to the same rate of
//! false alarms.

use std::f64::consts::TAU;

use crate::trend::baseline::glm::{self, Fit, MOST, Row};
use crate::trend::baseline::nb;
use crate::trend::calendar::By;

/// Fewer complete periods before the one tested than this, and it is not tested.
pub const LEAST_HISTORY: usize = 8;
/// From so many complete periods on the full method is used: two years of weeks, two turns of the season.
pub const FULL_HISTORY: usize = 104;
/// No more periods than this are looked at: five years of weeks.
pub const MOST_HISTORY: usize = 260;
/// p under this is a false alarm in 1 % of quiet weeks (simulated, 42 scenarios of Noufaily et al. 2013).
pub const FULL_ALPHA: f64 = 0.0049;
/// Periods before the one tested that the full method leaves out, so that a slow rise is not its own baseline.
const FULL_GUARD: usize = 4;
/// The same for the short method.
const SHORT_GUARD: usize = 2;
/// Anscombe residuals above this are past outbreaks (Noufaily et al. 2013).
const OUTBREAK: f64 = 2.58;
/// Fewer records than this in the history say nothing of trend or season.
const FEW: f64 = 10.0;
/// The standard error of the log mean is taken to be no larger.
const MOST_ERROR: f64 = 1.2;

/// What the past says of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    /// The mean had nothing changed.
    pub expected: f64,
    /// The highest count of the usual range: more than this alone is a signal at `alpha`.
    pub upper: i64,
    /// Chance of a count as high; of the last two together as high where that is smaller (full method only).
    pub p: f64,
    /// The cut on `p` that holds false alarms at 1 % for a history as long as this.
    pub alpha: f64,
    /// Variance over mean.
    pub phi: f64,
    /// Whether the history was long enough for trend and season.
    pub full: bool,
}

/// Tests the last of `counts`, consecutive complete periods in order, on those before it.
///
/// Null when fewer than [`LEAST_HISTORY`] come before it.
pub fn detect(counts: &[i64], by: By) -> Option<Baseline> {
    let (&last, before) = counts.split_last()?;
    let history = before.len();
    if history < LEAST_HISTORY {
        return None;
    }
    let before = &before[history.saturating_sub(MOST_HISTORY + FULL_GUARD)..];
    if history < FULL_HISTORY {
        return Some(short(last, &before[..before.len() - SHORT_GUARD]));
    }
    let past: Vec<f64> = before[..before.len() - FULL_GUARD].iter().map(|c| *c as f64).collect();
    let previous = before[before.len() - 1];
    Some(full(last, previous, &past, by))
}

/// The cut on p of the short method that holds false alarms at 1 %, by the periods its mean is taken over
/// (simulated as [`FULL_ALPHA`]; between two lengths on a straight line of ln α).
pub fn short_alpha(periods: usize) -> f64 {
    const TABLE: [(f64, f64); 5] = [(8.0, 6e-4), (12.0, 6e-4), (26.0, 4e-4), (52.0, 8e-3), (104.0, 6.6e-3)];
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

fn short(last: i64, past: &[i64]) -> Baseline {
    let n = past.len() as f64;
    let alpha = short_alpha(past.len());
    let sum = past.iter().sum::<i64>() as f64;
    if sum < FEW {
        return finish(last, None, &sparse(sum, n), alpha, false);
    }
    let mean = sum / n;
    let squares: f64 = past.iter().map(|y| (*y as f64 - mean).powi(2)).sum();
    let law = Law { mean, phi: (squares / mean / (n - 1.0)).max(1.0), error: 0.0 };
    finish(last, None, &law, alpha, false)
}

fn full(last: i64, previous: i64, past: &[f64], by: By) -> Baseline {
    let n = past.len();
    let sum: f64 = past.iter().sum();
    if sum < FEW {
        return finish(last, None, &sparse(sum, n as f64), FULL_ALPHA, true);
    }
    // Time runs from −n−guard to −guard−1; the period tested is 0.
    let at = |i: usize| i as f64 - (n + FULL_GUARD) as f64;
    let rows: Vec<Row> = (0..n).map(|i| row(at(i), by)).collect();
    // A trend that predicts more than there ever was is dropped (Farrington et al. 1996, §3.2): far from its middle
    // an exponential means nothing.
    let most = past.iter().copied().fold(0.0, f64::max);
    let sane = |fit: &Fit| [0.0, -1.0].iter().all(|t| fit.log_mean(&row(*t, by), 0.0).exp() <= most);
    let Some(fit) = seasonal(past, &rows).filter(sane).or_else(|| level(past, &rows)) else {
        return finish(last, None, &sparse(sum, n as f64), FULL_ALPHA, true);
    };
    let floor = 0.5 / n as f64;
    let mean = |t: f64| fit.log_mean(&row(t, by), 0.0).exp().max(floor);
    let error = fit.error(&row(0.0, by)).min(MOST_ERROR);
    let (now, then) = (mean(0.0), mean(-1.0));
    let law = Law { mean: now, phi: fit.phi, error };
    let both = Law { mean: now + then, phi: fit.phi, error };
    finish(last, Some((last + previous, both)), &law, FULL_ALPHA, true)
}

fn finish(last: i64, both: Option<(i64, Law)>, law: &Law, alpha: f64, full: bool) -> Baseline {
    let alone = law.tail(last);
    let p = both.map_or(alone, |(sum, law)| alone.min(law.tail(sum)));
    // With extreme over-dispersion the quantile falls below the mean; nobody would call the mean unusual.
    let upper = nb::bound(alpha, |y| law.tail(y)).max(law.mean as i64);
    Baseline { expected: law.mean, upper, p: p.clamp(0.0, 1.0), alpha, phi: law.phi, full }
}

/// Trend and 0, 1 or 2 harmonics. The number is that of the least BIC, −2·QLL/φ + p·ln n, with the φ of the largest
/// model for all (Burnham and Anderson 2002, §2.5); the chosen one is then re-weighted twice.
fn seasonal(y: &[f64], rows: &[Row]) -> Option<Fit> {
    let n = y.len();
    let (ones, zeros) = (vec![1.0; n], vec![0.0; n]);
    let mut fits: Vec<Fit> = Vec::with_capacity(3);
    for harmonics in 0..3 {
        let start = fits.last().map(|f| f.means.clone());
        fits.extend(glm::fit(y, rows, 2 + 2 * harmonics, &ones, &zeros, start.as_deref()));
    }
    let phi = fits.last()?.phi;
    let cost = |fit: &Fit| -2.0 * fit.quasi_likelihood(y, &ones) / phi + fit.width as f64 * (n as f64).ln();
    let chosen = fits.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
    Some(reweighted(y, rows, chosen))
}

fn level(y: &[f64], rows: &[Row]) -> Option<Fit> {
    let n = y.len();
    let fit = glm::fit(y, rows, 1, &vec![1.0; n], &vec![0.0; n], None)?;
    Some(reweighted(y, rows, &fit))
}

/// Two passes of taming past outbreaks; a pass that cannot be fitted leaves the fit before it.
fn reweighted(y: &[f64], rows: &[Row], fit: &Fit) -> Fit {
    let zeros = vec![0.0; y.len()];
    let mut fit = fit.clone();
    for _ in 0..2 {
        let weights = glm::tame(&fit.anscombe(y), OUTBREAK);
        match glm::fit(y, rows, fit.width, &weights, &zeros, Some(&fit.means)) {
            Some(next) => fit = next,
            None => break,
        }
    }
    fit
}

fn row(t: f64, by: By) -> Row {
    // 365.25 days hold 52.18 weeks: the calendar drifts by a day and a quarter a year against 52.
    let season = if by == By::Week { 365.25 / 7.0 } else { by.season() as f64 };
    let angle = TAU * t / season;
    let mut row = [0.0; MOST];
    row[0] = 1.0;
    row[1] = t / 52.0;
    row[2] = angle.cos();
    row[3] = angle.sin();
    row[4] = (2.0 * angle).cos();
    row[5] = (2.0 * angle).sin();
    row
}

/// The law of a count whose mean is known up to a log-normal error.
struct Law {
    mean: f64,
    phi: f64,
    error: f64,
}

impl Law {
    /// P(Y ≥ y), the error integrated out by nine-node Gauss-Hermite quadrature.
    fn tail(&self, y: i64) -> f64 {
        /// Roots of He₉ and their weights over √(2π) (Abramowitz and Stegun 1964, table 25.10, rescaled).
        const NODES: [(f64, f64); 5] = [
            (0.0, 0.406_349_206_349_206_35),
            (1.023_255_663_789_132_5, 0.244_097_502_894_939_2),
            (2.076_847_978_677_83, 0.049_916_406_765_217_96),
            (3.205_429_002_856_470_3, 0.002_789_141_321_231_769),
            (4.512_745_863_399_783, 0.000_022_345_844_007_746_6),
        ];
        if self.error <= 0.0 {
            return nb::tail(y, self.mean, self.phi);
        }
        let at = |x: f64| nb::tail(y, self.mean * (self.error * x).exp(), self.phi);
        NODES.iter().map(|(x, w)| if *x > 0.0 { w * (at(*x) + at(-x)) } else { w * at(0.0) }).sum()
    }
}

/// The law of the next count after `sum` in `n` periods: negative binomial with size sum + ½ (the predictive law of a
/// Poisson count under Jeffreys' prior; Gelman et al. 2013, §2.6). Fit for histories too sparse for a regression,
/// all zero included.
fn sparse(sum: f64, n: f64) -> Law {
    Law { mean: (sum + 0.5) / n, phi: 1.0 + 1.0 / n, error: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A deterministic stand-in for noise: -2..=2.
    fn wobble(i: usize) -> i64 {
        (i as i64 * 7 + i as i64 * i as i64 * 3) % 5 - 2
    }

    #[test]
    fn quadrature_is_exact_for_a_mean_and_for_no_error() {
        let law = Law { mean: 10.0, phi: 2.0, error: 0.3 };
        // Σ_{y≥1} P(Y ≥ y) = E[Y] = μ·exp(se²/2)
        let mean: f64 = (1..2_000).map(|y| law.tail(y)).sum();
        assert!((mean - 10.0 * (0.045_f64).exp()).abs() < 1e-6, "{mean}");
        assert!((law.tail(0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn too_short_a_history_is_not_tested() {
        assert_eq!(detect(&[1; 8], By::Week), None);
        assert!(detect(&[1; 9], By::Week).is_some());
        assert_eq!(detect(&[], By::Week), None);
    }

    #[test]
    fn a_steady_series_is_quiet_and_a_jump_is_not() {
        for n in [8, 30, 60, 103, 104, 300] {
            let mut counts: Vec<i64> = (0..n).map(|i| 20 + wobble(i)).collect();
            counts.push(21);
            let quiet = detect(&counts, By::Week).unwrap();
            assert!(quiet.p > 0.05 && (quiet.expected - 20.0).abs() < 2.0, "{n}: {quiet:?}");
            assert_eq!(quiet.full, n >= 104);
            *counts.last_mut().unwrap() = 60;
            let loud = detect(&counts, By::Week).unwrap();
            assert!(loud.p < loud.alpha && loud.upper < 60, "{n}: {loud:?}");
        }
    }

    #[test]
    fn a_trend_never_predicts_more_than_there_was() {
        // Nothing for three years, then a steep rise that ends: extrapolated, the exponential would go on.
        let mut counts = vec![0_i64; 150];
        counts.extend((0..20).map(|i| 2 * i));
        counts.extend([3; 5]);
        let found = detect(&counts, By::Week).unwrap();
        assert!(found.expected <= 38.0 && found.upper as f64 >= found.expected.floor(), "{found:?}");
    }

    #[test]
    fn above_upper_is_a_signal_and_at_upper_alone_is_not() {
        for n in [8, 40, 103, 200] {
            let mut counts: Vec<i64> = (0..n).map(|i| 9 + wobble(i)).collect();
            counts.push(0);
            let upper = detect(&counts, By::Week).unwrap().upper;
            *counts.last_mut().unwrap() = upper + 1;
            let over = detect(&counts, By::Week).unwrap();
            assert!(over.p <= over.alpha && over.upper == upper, "{n}: {over:?}");
            // The week before is low, so that the second window stays quiet.
            let before = counts.len() - 2;
            counts[before] = 7;
            *counts.last_mut().unwrap() = upper;
            let at = detect(&counts, By::Week).unwrap();
            assert!(at.p > at.alpha, "{n}: {at:?}");
        }
    }

    #[test]
    fn two_raised_weeks_are_seen_together() {
        let mut counts: Vec<i64> = (0..200).map(|i| 9 + wobble(i)).collect();
        counts.extend([16, 16]);
        let two = detect(&counts, By::Week).unwrap();
        counts[200] = 9;
        assert!(two.p < detect(&counts, By::Week).unwrap().p);
    }

    #[test]
    fn a_season_is_expected() {
        let counts: Vec<i64> = (0..261)
            .map(|t| (20.0 * (0.7 * (TAU * t as f64 * 7.0 / 365.25).cos()).exp()).round() as i64 + wobble(t))
            .collect();
        // Week 261 is five years on: the top of the season, about 40.
        let top = detect(&counts, By::Week).unwrap();
        assert!((top.expected - 40.0).abs() < 3.0 && top.p > 0.05, "{top:?}");
        let trough = detect(&counts[..235], By::Week).unwrap();
        assert!((trough.expected - 10.0).abs() < 2.0, "{trough:?}");
    }

    #[test]
    fn a_past_outbreak_does_not_hide_the_next() {
        let mut counts: Vec<i64> = (0..200).map(|i| 9 + wobble(i)).collect();
        counts[150] = 90;
        counts.push(40);
        let found = detect(&counts, By::Week).unwrap();
        assert!(found.p < found.alpha, "{found:?}");
    }

    #[test]
    fn odd_histories_give_finite_numbers() {
        let mut huge = vec![0; 150];
        huge[3] = 1_000_000;
        let mut early = vec![0; 150];
        early[0] = 30;
        let mut late = vec![0; 146];
        late.extend([5, 80, 700, 6_000]);
        let alternating: Vec<i64> = (0..150).map(|i| if i % 2 == 0 { 0 } else { 90_000 }).collect();
        for (name, history) in [
            ("zero", vec![0; 150]),
            ("constant", vec![7; 150]),
            ("huge", huge),
            ("early", early),
            ("late", late),
            ("alternating", alternating),
            ("large", vec![2_000_000; 300]),
            ("short zero", vec![0; 9]),
            ("short huge", vec![0, 0, 0, 1_000_000, 0, 0, 0, 0, 0, 0]),
        ] {
            for last in [0, 1, 5, 1_000] {
                let mut counts = history.clone();
                counts.push(last);
                for by in [By::Hour, By::Day, By::Week, By::Month, By::Quarter] {
                    let found = detect(&counts, by).unwrap();
                    let whole = (0.0..=1.0).contains(&found.p) && found.expected.is_finite() && found.expected > 0.0;
                    assert!(whole && found.upper >= 0, "{name} {last} {by:?}: {found:?}");
                }
            }
        }
        // Nothing in 150 weeks, then five: certain.
        let mut zeros = vec![0; 150];
        zeros.push(5);
        assert!(detect(&zeros, By::Week).unwrap().p < 1e-6);
    }

    #[test]
    fn the_cut_follows_the_length_of_the_history() {
        for (n, alpha) in [(6, 6e-4), (8, 6e-4), (26, 4e-4), (52, 8e-3), (104, 6.6e-3)] {
            assert!((short_alpha(n) - alpha).abs() < 1e-12, "{n}");
        }
        assert!(short_alpha(39) > 4e-4 && short_alpha(39) < 8e-3);
    }
}
