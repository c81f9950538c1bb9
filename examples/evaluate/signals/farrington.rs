//! Farrington flexible (Noufaily et al. 2013), as R's `surveillance` 1.20 has it: the yardstick, not a method of ours.

use plaint::trend::baseline::nb;
use plaint::trend::exact::student95;

use crate::signals::irls::Fit;

/// A level and the normal quantile it leaves above.
#[derive(Clone, Copy)]
pub(super) struct Level(f64, f64);

/// One in a hundred, R's choice in the reference files but one.
pub(super) const HUNDREDTH: Level = Level(0.01, 2.326_347_874_040_841);
/// One in ten.
pub(super) const TENTH: Level = Level(0.1, 1.281_551_565_544_600_4);

const HALF_WINDOW: i64 = 3;
const LEVELS: i64 = 10;
const PAST_OUT: i64 = 26;

/// What it says of one week.
pub(super) struct Found {
    pub(super) expected: f64,
    pub(super) p: f64,
    pub(super) plugin: f64,
    pub(super) muan: f64,
    pub(super) delta: f64,
    /// Five cases in the last four weeks.
    pub(super) enough: bool,
}

/// Tests the week at `at` on the windows about `centres` (the same week of earlier years, ascending); null where the
/// past is too short or nothing fits.
pub(super) fn test(counts: &[i64], at: usize, centres: &[usize], Level(alpha, z): Level) -> Option<Found> {
    let (rows, levels) = reference(at as i64, &centres.iter().map(|c| *c as i64).collect::<Vec<_>>())?;
    let y: Vec<f64> = rows.iter().map(|t| counts[*t] as f64).collect();
    let ones = vec![1.0; y.len()];
    let trend: Vec<f64> = rows.iter().map(|t| (*t as f64 - at as f64) / 52.0).collect();
    // The window's own level is the base: the week tested is in it.
    let dummies: Vec<Vec<f64>> = (1..LEVELS)
        .map(|level| levels.iter().map(|l| f64::from(u8::from(*l == level))).collect::<Vec<f64>>())
        .filter(|d| d.iter().any(|v| *v > 0.0))
        .collect();
    let columns: Vec<&[f64]> = [&ones[..], &trend[..]].into_iter().chain(dummies.iter().map(Vec::as_slice)).collect();
    let even = Fit::run(&y, &columns, &vec![1.0; y.len()])?;
    let weights = even.tame(&y, &columns, 2.58);
    let fit = Fit::run(&y, &columns, &weights)?;
    let mut row = vec![0.0; columns.len()];
    row[0] = 1.0;
    // R's standard error is not √(φ·x'(X'WX)⁻¹x): `farringtonFlexible` overwrites the fit's working weights ωμ by ω and
    // passes φ where `predict.glm` does not look for it, so that the dispersion becomes Σω((y−μ)/μ)² ÷ (n−p). That is a
    // fault of the package, repeated here because its numbers are the yardstick; our own detector uses φ.
    let (expected, phi) = (fit.beta[0].exp(), fit.phi);
    let error = (fit.relative(&y, &weights) * fit.spread(&row)).sqrt();
    let power = expected.powf(2.0 / 3.0)
        + z * 2.0 / 3.0 * expected.powf(-1.0 / 3.0) * (phi * expected + (expected * error).powi(2)).sqrt();
    let lately: i64 = counts[at.saturating_sub(3)..=at].iter().sum();
    Some(Found {
        expected,
        p: nb::tail(counts[at], expected, phi),
        plugin: nb::quantile(1.0 - alpha, expected, phi) as f64,
        muan: nb::quantile(1.0 - alpha, expected * (z * error).exp(), phi) as f64,
        delta: power.powf(1.5),
        enough: lately >= 5,
    })
}

/// The method of 1996 with the flexible one's bound (one level for all the year, every positive residual over 1 weighed
/// down): the trend is kept where it is significant at .05 and predicts no more than there ever was.
pub(super) fn original(counts: &[i64], at: usize, centres: &[usize], Level(alpha, _): Level) -> Option<(f64, f64)> {
    let half = HALF_WINDOW as usize;
    let rows: Vec<usize> = centres.iter().flat_map(|centre| centre - half..=centre + half).collect();
    let y: Vec<f64> = rows.iter().map(|t| counts[*t] as f64).collect();
    let ones = vec![1.0; y.len()];
    let trend: Vec<f64> = rows.iter().map(|t| (*t as f64 - at as f64) / 52.0).collect();
    let fitted = |columns: &[&[f64]]| -> Option<(Fit, Vec<f64>)> {
        let weights = Fit::run(&y, columns, &ones)?.tame(&y, columns, 1.0);
        Some((Fit::run(&y, columns, &weights)?, weights))
    };
    let (with, weights) = fitted(&[&ones, &trend])?;
    // R's standard error, as above.
    let error = (with.relative(&y, &weights) * with.spread(&[0.0, 1.0])).sqrt();
    let significant = (with.beta[1] / error).abs() > student95((y.len() - 2) as f64);
    let most = y.iter().copied().fold(0.0, f64::max);
    let fit = if significant && with.beta[0].exp() <= most { with } else { fitted(&[&ones])?.0 };
    let expected = fit.beta[0].exp();
    Some((expected, nb::quantile(1.0 - alpha, expected, fit.phi) as f64))
}

/// The same weeks of the `years` before, 52 weeks apart; null where the past is too short.
pub(super) fn years(at: usize, years: usize) -> Option<Vec<usize>> {
    (at >= 52 * years + HALF_WINDOW as usize).then(|| (1..=years).rev().map(|i| at - 52 * i).collect())
}

/// The reference weeks and their levels: the windows about the centres are [`LEVELS`], what lies between two of them is
/// cut into nine blocks in turn, the first ones a week longer where it does not divide.
fn reference(at: i64, centres: &[i64]) -> Option<(Vec<usize>, Vec<i64>)> {
    let (mut rows, mut levels) = (Vec::new(), Vec::new());
    let mut add = |t: i64, level: i64| {
        if t < at - PAST_OUT {
            rows.push(usize::try_from(t).unwrap_or(0));
            levels.push(level);
        }
    };
    if centres.first()? - HALF_WINDOW < 0 {
        return None;
    }
    for (i, centre) in centres.iter().enumerate() {
        for t in centre - HALF_WINDOW..=centre + HALF_WINDOW {
            add(t, LEVELS);
        }
        let next = centres.get(i + 1).copied().unwrap_or(at);
        let (from, length) = (centre + HALF_WINDOW + 1, next - centre - 2 * HALF_WINDOW - 1);
        let (size, longer) = (length / (LEVELS - 1), length % (LEVELS - 1));
        let mut t = from;
        for level in 1..LEVELS {
            for _ in 0..size + i64::from(level <= longer) {
                add(t, level);
                t += 1;
            }
        }
    }
    Some((rows, levels))
}
