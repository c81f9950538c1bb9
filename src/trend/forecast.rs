//! The next periods: a mean, its intervals, and how well the same rule did on the past.

use multiversion::multiversion;
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
/// A count further from what was expected than so many deviations is an outlier until the next says the same (Huber's
/// ψ in the smoothing, as in Gelper, Fried and Croux 2010, *Journal of Forecasting* 29).
const OUTLIER: f64 = 3.0;
/// Deviations beyond which an error tells no more of the usual spread: one outlier does not widen every interval.
const WIDEST: f64 = 4.0;
/// What the variance over mean is, at least, under counts too small to show it.
const LEAST_MEAN: f64 = 0.5;
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
/// The smoothing is robust: a count far from what was expected moves it no more than three deviations would; a second
/// one in a row on the same side twice as much, and so on, so that one outlier is shrugged off and a new level is not.
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

/// The law of the very next count: its mean and its variance over that; null under [`LEAST`] periods.
pub fn next(counts: &[i64], season: Option<&[f64]>) -> Option<(f64, f64)> {
    let season = season.filter(|s| s.len() > counts.len() && s.iter().all(|f| f.is_finite() && *f > 0.0));
    (counts.len() >= LEAST).then(|| Rule::learn(counts, season).law(1))
}

fn ahead(counts: &[i64], season: Option<&[f64]>) -> Vec<Ahead> {
    let rule = Rule::learn(counts, season);
    let one = |h| {
        let (mean, phi) = rule.law(h);
        let at = |p: f64| nb::quantile(p, mean, phi);
        Ahead { mean, low80: at(0.1), high80: at(0.9), low95: at(0.025), high95: at(0.975) }
    };
    (1..=AHEAD).map(one).collect()
}

/// The three smoothings of one past.
struct Rule<'a> {
    models: [Smoothing; 3],
    /// Variance over mean, one period ahead.
    phi: f64,
    /// Periods of the past.
    past: usize,
    /// Periods looked at.
    used: usize,
    season: Option<&'a [f64]>,
}

impl<'a> Rule<'a> {
    fn learn(counts: &[i64], season: Option<&'a [f64]>) -> Self {
        let n = counts.len();
        let skip = n.saturating_sub(MOST);
        let factor = |i: usize| season.map_or(1.0, |s| s[i]);
        let y: Vec<f64> = (skip..n).map(|i| counts[i].max(0) as f64 / factor(i)).collect();
        let spread = spread(&y);
        let models =
            [best(&y, spread, &[0.0], &[1.0]), best(&y, spread, &GRID, &[1.0]), best(&y, spread, &GRID, &DAMPING)];
        // Errors of the mean of the three, on the scale of counts.
        let (mut squares, mut used) = (0.0, 0.0);
        for t in y.len() / 4..y.len() {
            let mean = models.iter().map(|m| m.fitted[t]).sum::<f64>() / 3.0 * factor(skip + t);
            let error = counts[skip + t].max(0) as f64 - mean;
            squares += (error * error / mean.max(LEAST_MEAN)).min((WIDEST * spread).powi(2));
            used += 1.0;
        }
        let phi = f64::max(squares / f64::max(used - 2.0, 1.0), 1.0);
        Self { models, phi, past: n, used: y.len(), season }
    }

    /// Mean, and variance over mean, of the count `h` periods ahead.
    fn law(&self, h: usize) -> (f64, f64) {
        let factor = self.season.map_or(1.0, |s| s[self.past + h - 1]);
        let mean = self.models.iter().map(|m| m.ahead(h)).sum::<f64>() / 3.0 * factor;
        let alpha = self.models[0].alpha;
        // Never nothing for certain: half a record in all of the past (Jeffreys).
        (mean.max(0.5 / self.used as f64), self.phi * (1.0 + (h - 1) as f64 * alpha * alpha))
    }
}

/// The deviation of a count from its mean over the mean's root, by the median step from one period to the next: at
/// least 1 (Poisson). Half of the periods may be anything.
fn spread(y: &[f64]) -> f64 {
    /// Median of |Z|, Z standard normal.
    const MEDIAN: f64 = 0.674_489_750_196_081_7;
    let step = |w: &[f64]| (w[1] - w[0]).abs() / ((w[0] + w[1]) / 2.0).max(LEAST_MEAN).sqrt();
    let mut steps: Vec<f64> = y.windows(2).map(step).collect();
    steps.sort_unstable_by(f64::total_cmp);
    steps.get(steps.len() / 2).map_or(1.0, |median| (median / MEDIAN / std::f64::consts::SQRT_2).max(1.0))
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

/// The smoothing of least error one period ahead, over the grid of level weights, `trends` and `dampings`.
fn best(y: &[f64], spread: f64, trends: &[f64], dampings: &[f64]) -> Smoothing {
    let mut least = f64::INFINITY;
    let mut found = (GRID[0], trends[0], dampings[0]);
    for damping in dampings {
        for trend in trends {
            for (error, alpha) in errors(y, spread, *trend, *damping).into_iter().zip(GRID) {
                if error < least {
                    (least, found) = (error, (alpha, *trend, *damping));
                }
            }
        }
    }
    let (alpha, beta, damping) = found;
    smooth(y, spread, alpha, beta, damping)
}

/// The errors of the smoothings with each weight of the grid: the sums of squares but for the first quarter, an outlier's
/// no larger than what it may move.
#[multiversion(targets("x86_64+avx2"))]
fn errors(y: &[f64], spread: f64, beta: f64, damping: f64) -> [f64; GRID.len()] {
    let mut side = SideBySide::new(y, GRID);
    let first = y.len() / 4;
    for value in &y[..first] {
        side.step(*value, spread, beta, damping);
    }
    side.error = [0.0; GRID.len()];
    for value in &y[first..] {
        side.step(*value, spread, beta, damping);
    }
    side.error
}

fn smooth(y: &[f64], spread: f64, alpha: f64, beta: f64, damping: f64) -> Smoothing {
    let mut one = SideBySide::new(y, [alpha]);
    let fitted = y.iter().map(|value| one.step(*value, spread, beta, damping)[0]).collect();
    Smoothing { alpha, damping, level: one.level[0], trend: one.trend[0], fitted }
}

/// Holt's smoothings (1957) with several weights, side by side: a step waits for the one before it, not for another
/// smoothing's.
struct SideBySide<const N: usize> {
    alphas: [f64; N],
    level: [f64; N],
    trend: [f64; N],
    /// Outliers in a row, those above counted up, those below down.
    run: [f64; N],
    /// Squares, an outlier's no larger than what it may move.
    error: [f64; N],
}

impl<const N: usize> SideBySide<N> {
    /// The level starts at the median of the first periods, the trend at 0.
    fn new(y: &[f64], alphas: [f64; N]) -> Self {
        let mut start = y[..y.len().min(6)].to_vec();
        start.sort_unstable_by(f64::total_cmp);
        let middle = |at: usize| start.get(at).copied().unwrap_or(0.0);
        let level = (middle(start.len() / 2) + middle(start.len().saturating_sub(1) / 2)) / 2.0;
        Self { alphas, level: [level; N], trend: [0.0; N], run: [0.0; N], error: [0.0; N] }
    }

    /// Takes in a count, with a trend weight of `beta` times the level's; what was expected of it.
    #[inline(always)]
    fn step(&mut self, value: f64, spread: f64, beta: f64, damping: f64) -> [f64; N] {
        let mut all = [0.0; N];
        for (i, told) in all.iter_mut().enumerate() {
            let expected = greater(self.level[i] + damping * self.trend[i], 0.0);
            let bound = OUTLIER * spread * greater(expected, LEAST_MEAN).sqrt();
            let off = value - expected;
            let above = if off > bound { greater(self.run[i], 0.0) + 1.0 } else { 0.0 };
            let below = if off < -bound { lesser(self.run[i], 0.0) - 1.0 } else { 0.0 };
            let run = above + below;
            let allowed = bound * greater(run.abs(), 1.0);
            self.run[i] = run;
            self.error[i] += lesser(off * off, allowed * allowed);
            let off = greater(lesser(off, allowed), -allowed);
            self.level[i] = greater(expected + self.alphas[i] * off, 0.0);
            // The way to a new level is no trend.
            let gained = self.alphas[i] * beta * off;
            self.trend[i] = damping * self.trend[i] + if run == 0.0 { gained } else { 0.0 };
            *told = expected;
        }
        all
    }
}

/// [`f64::max`] without its care for what is no number, in one instruction.
#[inline(always)]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// [`f64::min`], likewise.
#[inline(always)]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_smoothing_by_hand() {
        // Level 2; then 2 + .5·(4−2) = 3; 3 + .5·(0−3) = 1.5.
        let found = smooth(&[2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 4.0, 0.0], 1.0, 0.5, 0.0, 1.0);
        assert!((found.level - 1.5).abs() < 1e-12 && (found.ahead(3) - 1.5).abs() < 1e-12);
        assert!((found.fitted[7] - 3.0).abs() < 1e-12);
    }

    #[test]
    fn one_outlier_is_shrugged_off_and_a_new_level_is_not() {
        let calm = |i: usize| [19, 22, 20, 18, 21, 20, 23, 17][i % 8];
        let mut counts: Vec<i64> = (0..60).map(calm).collect();
        let quiet = forecast(&counts, None).unwrap().periods[3];
        counts.push(400);
        let found = forecast(&counts, None).unwrap();
        let last = found.periods[3];
        assert!((last.mean - 20.0).abs() < 6.0 && last.high95 < 2 * quiet.high95, "{last:?} {quiet:?}");
        counts.pop();
        counts.push(0);
        assert!((forecast(&counts, None).unwrap().periods[3].mean - 20.0).abs() < 8.0);
        counts.pop();
        // Six weeks at five times the level, and six at a tenth: that is where it is now.
        let mut risen = counts.clone();
        risen.extend([98, 104, 99, 101, 97, 103]);
        assert!((forecast(&risen, None).unwrap().periods[0].mean - 100.0).abs() < 15.0, "{:?}", forecast(&risen, None));
        counts.extend([2, 1, 3, 2, 2, 1]);
        let fallen = forecast(&counts, None).unwrap().periods[0];
        assert!(fallen.mean < 5.0, "{fallen:?}");
        assert!((next(&counts, None).unwrap().0 - fallen.mean).abs() < 1e-12);
    }

    #[test]
    fn side_by_side_is_one_by_one() {
        let y: Vec<f64> = (0..90).map(|i| f64::from(i * 31 % 17) + if i % 23 < 3 { 70.0 } else { 0.0 }).collect();
        let together = errors(&y, 1.3, 0.2, 0.9);
        for (alpha, error) in GRID.into_iter().zip(together) {
            let mut one = SideBySide::new(&y, [alpha]);
            let mut own = 0.0;
            for (t, value) in y.iter().enumerate() {
                one.error = [0.0];
                one.step(*value, 1.3, 0.2, 0.9);
                own += if t >= y.len() / 4 { one.error[0] } else { 0.0 };
            }
            assert_eq!(error.to_bits(), own.to_bits());
        }
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
