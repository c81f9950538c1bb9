//! The next periods: a mean, its intervals, and how well the same rule did on the past.

use serde::Serialize;

use crate::trend::baseline::nb;

/// How many periods ahead.
pub const AHEAD: usize = 4;
/// Fewer periods than this and nothing is forecast.
pub const LEAST: usize = 12;
/// No more of the past than this is used: three years of weeks.
const MOST: usize = 156;
/// The rule is tried on at most so many past origins.
const ORIGINS: usize = 26;
/// History an origin needs.
const LEAST_ORIGIN: usize = 10;
/// How a damped trend fades each period (Gardner and McKenzie 1985; the usual range of fits).
const DAMPING: [f64; 3] = [0.80, 0.90, 0.98];

/// One period ahead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ahead {
    /// The expected count.
    pub mean: f64,
    /// Four in five counts are expected from here…
    pub low80: i64,
    /// …to here.
    pub high80: i64,
    /// Nineteen in twenty from here…
    pub low95: i64,
    /// …to here.
    pub high95: i64,
}

/// How the rule did on the past, each origin knowing only what was before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Backtest {
    /// Forecasts compared with what came.
    pub forecasts: usize,
    /// Mean absolute error.
    pub mae: f64,
    /// That over the error of "as the last period"; under 1 is better than that. Null when that had no error.
    pub against_naive: Option<f64>,
    /// Share of counts within the 80 % interval.
    pub within80: f64,
    /// Share within the 95 % interval.
    pub within95: f64,
}

/// A forecast and its record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// The next [`AHEAD`] periods.
    pub periods: Vec<Ahead>,
    /// The rule's record; null when the past is too short to try it on.
    pub backtest: Option<Backtest>,
}

/// Forecasts the next [`AHEAD`] counts; null under [`LEAST`] periods.
///
/// The mean is that of simple, Holt's and damped exponential smoothing, the parameters of each those of least squared
/// error one period ahead (the M4 competition's "Comb"; Makridakis, Spiliotis and Assimakopoulos 2020). The law of the
/// count is negative binomial, its variance over mean that of the errors one period ahead and growing with the horizon as
/// simple smoothing's does, 1 + (h−1)α² (Hyndman et al. 2008, §6.1).
///
/// `season`: what an average period's count is multiplied by, for all of `counts` and [`AHEAD`] periods more; null:
/// none. Negative counts are taken as 0.
pub fn forecast(counts: &[i64], season: Option<&[f64]>) -> Option<Forecast> {
    if counts.len() < LEAST {
        return None;
    }
    let season = season.filter(|s| s.len() >= counts.len() + AHEAD && s.iter().all(|f| f.is_finite() && *f > 0.0));
    let periods = ahead(counts, season);
    Some(Forecast { periods, backtest: backtest(counts, season) })
}

fn ahead(counts: &[i64], season: Option<&[f64]>) -> Vec<Ahead> {
    let n = counts.len();
    let skip = n.saturating_sub(MOST);
    let factor = |i: usize| season.map_or(1.0, |s| s[i]);
    let y: Vec<f64> = (skip..n).map(|i| counts[i].max(0) as f64 / factor(i)).collect();
    let models = [best(&y, &[0.0], &[1.0]), best(&y, &GRID, &[1.0]), best(&y, &GRID, &DAMPING)];
    // Errors of the mean of the three, on the scale of counts.
    let (mut squares, mut used) = (0.0, 0.0);
    for t in y.len() / 4..y.len() {
        let mean = models.iter().map(|m| m.fitted[t]).sum::<f64>() / 3.0 * factor(skip + t);
        let error = counts[skip + t].max(0) as f64 - mean;
        squares += error * error / mean.max(0.5);
        used += 1.0;
    }
    let phi = f64::max(squares / f64::max(used - 2.0, 1.0), 1.0);
    (1..=AHEAD)
        .map(|h| {
            let mean = models.iter().map(|m| m.ahead(h)).sum::<f64>() / 3.0 * factor(n + h - 1);
            // Never nothing for certain: half a record in all of the past (Jeffreys).
            let mean = mean.max(0.5 / y.len() as f64);
            let phi = phi * (1.0 + (h - 1) as f64 * models[0].alpha * models[0].alpha);
            let at = |p: f64| nb::quantile(p, mean, phi);
            Ahead { mean, low80: at(0.1), high80: at(0.9), low95: at(0.025), high95: at(0.975) }
        })
        .collect()
}

fn backtest(counts: &[i64], season: Option<&[f64]>) -> Option<Backtest> {
    let n = counts.len();
    let first = LEAST_ORIGIN.max(n.saturating_sub(ORIGINS + AHEAD));
    let (mut forecasts, mut error, mut naive, mut in80, mut in95) = (0_usize, 0.0, 0.0, 0_usize, 0_usize);
    for origin in first..n {
        let known = &counts[..origin];
        let season = season.map(|s| &s[..origin + AHEAD]);
        for (ahead, came) in ahead(known, season).iter().zip(&counts[origin..]) {
            forecasts += 1;
            error += (*came as f64 - ahead.mean).abs();
            naive += (*came as f64 - known[origin - 1] as f64).abs();
            in80 += usize::from((ahead.low80..=ahead.high80).contains(came));
            in95 += usize::from((ahead.low95..=ahead.high95).contains(came));
        }
    }
    let all = forecasts as f64;
    (forecasts >= 2 * AHEAD).then(|| Backtest {
        forecasts,
        mae: error / all,
        against_naive: (naive > 0.0).then(|| error / naive),
        within80: in80 as f64 / all,
        within95: in95 as f64 / all,
    })
}

/// Smoothing weights tried.
const GRID: [f64; 8] = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.95];

/// A fitted smoothing: level, trend and its damping.
struct Smoothing {
    alpha: f64,
    damping: f64,
    level: f64,
    trend: f64,
    /// One period ahead, for every period.
    fitted: Vec<f64>,
}

impl Smoothing {
    fn ahead(&self, h: usize) -> f64 {
        let steps: f64 = (1..=h).map(|i| self.damping.powi(i32::try_from(i).unwrap_or(1))).sum();
        (self.level + steps * self.trend).max(0.0)
    }
}

/// The smoothing of least squared error one period ahead, over the grid of level weights, `trends` and `dampings`.
fn best(y: &[f64], trends: &[f64], dampings: &[f64]) -> Smoothing {
    let mut best: Option<(f64, Smoothing)> = None;
    for damping in dampings {
        for trend in trends {
            for alpha in GRID {
                let (error, found) = smooth(y, alpha, *trend, *damping);
                if best.as_ref().is_none_or(|(least, _)| error < *least) {
                    best = Some((error, found));
                }
            }
        }
    }
    best.map_or_else(|| smooth(y, 0.2, 0.0, 1.0).1, |(_, found)| found)
}

/// Holt's smoothing (1957) with a trend weight of `beta`·`alpha` at most and damping; the squared error of its second
/// half. The level starts at the mean of the first periods, the trend at 0.
fn smooth(y: &[f64], alpha: f64, beta: f64, damping: f64) -> (f64, Smoothing) {
    let start = y.len().clamp(1, 6);
    let mut level = y.iter().take(start).sum::<f64>() / start as f64;
    let mut trend = 0.0;
    let mut error = 0.0;
    let mut fitted = Vec::with_capacity(y.len());
    for (t, value) in y.iter().enumerate() {
        let expected = level + damping * trend;
        fitted.push(expected.max(0.0));
        let off = value - expected;
        if t >= y.len() / 4 {
            error += off * off;
        }
        level = expected + alpha * off;
        trend = damping * trend + alpha * beta * off;
    }
    (error, Smoothing { alpha, damping, level, trend, fitted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_smoothing_by_hand() {
        // Level 2; then 2 + .5·(4−2) = 3; 3 + .5·(0−3) = 1.5.
        let (_, found) = smooth(&[2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 4.0, 0.0], 0.5, 0.0, 1.0);
        assert!((found.level - 1.5).abs() < 1e-12 && (found.ahead(3) - 1.5).abs() < 1e-12);
        assert!((found.fitted[7] - 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_damped_trend_fades() {
        let found = Smoothing { alpha: 0.5, damping: 0.5, level: 10.0, trend: 4.0, fitted: vec![] };
        assert!((found.ahead(1) - 12.0).abs() < 1e-12 && (found.ahead(2) - 13.0).abs() < 1e-12);
    }

    #[test]
    fn intervals_hold_what_they_say() {
        // Poisson-like counts about 20, from a fixed generator.
        let mut state = 99_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut in80, mut in95, mut series) = (0.0, 0.0, 0.0);
        for _ in 0..40 {
            let counts: Vec<i64> = (0..80)
                .map(|_| {
                    let (mut k, mut product) = (0, next());
                    while product > (-20.0_f64).exp() {
                        k += 1;
                        product *= next();
                    }
                    k
                })
                .collect();
            let found = forecast(&counts, None).unwrap();
            assert!(found.periods.iter().all(|a| (a.mean - 20.0).abs() < 8.0));
            let record = found.backtest.unwrap();
            assert!(record.forecasts > 90 && record.against_naive.unwrap() < 1.0, "{record:?}");
            in80 += record.within80;
            in95 += record.within95;
            series += 1.0;
        }
        assert!((in80 / series - 0.82).abs() < 0.06 && (in95 / series - 0.955).abs() < 0.03, "{in80} {in95}");
    }

    #[test]
    fn a_season_is_followed() {
        let season: Vec<f64> = (0..84).map(|i| if i % 4 == 0 { 2.5 } else { 0.5 }).collect();
        let counts: Vec<i64> = season[..80].iter().map(|s| (40.0 * s) as i64).collect();
        let found = forecast(&counts, Some(&season)).unwrap();
        assert!((found.periods[0].mean - 100.0).abs() < 1.0 && (found.periods[1].mean - 20.0).abs() < 1.0);
        assert!(found.backtest.unwrap().against_naive.unwrap() < 0.1);
    }

    #[test]
    fn odd_series_are_finite() {
        let mut giant = vec![0; 30];
        giant[7] = 1_000_000_000;
        for counts in [vec![0; 30], vec![5; 12], giant, vec![-3; 20]] {
            let found = forecast(&counts, None).unwrap();
            assert!(found.periods.iter().all(|a| a.mean.is_finite() && a.low95 <= a.low80 && a.high80 <= a.high95));
        }
        assert_eq!(forecast(&[1; LEAST - 1], None), None);
        let naught = vec![0.0; 40];
        assert!(forecast(&[3; 20], Some(&naught)).is_some(), "a season of nothing is none");
    }
}
