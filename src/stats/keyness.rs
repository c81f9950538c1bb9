//! Words that tell two sets of records apart: G² for one word, log odds with an informative prior for all of them.

use serde::Serialize;

/// The 5 % cut of χ² with one degree of freedom.
pub const G2_AT_05: f64 = 3.841_458_820_694_124;

/// G² of a word used `x1` times among `n1` words and `x2` times among `n2`: 2Σ x·ln(x/E), E the count had both the same
/// rate (Dunning 1993; Rayson and Garside 2000). 0 where there is nothing to compare; large means different, in
/// either direction.
pub fn g2(x1: i64, n1: i64, x2: i64, n2: i64) -> f64 {
    let (a, b, n, m) = (x1 as f64, x2 as f64, n1 as f64, n2 as f64);
    if x1 < 0 || x2 < 0 || n1 <= 0 || n2 <= 0 {
        return 0.0;
    }
    let part = |x: f64, size: f64| if x > 0.0 { x * (x / (size * (a + b) / (n + m))).ln() } else { 0.0 };
    (2.0 * (part(a, n) + part(b, m))).max(0.0)
}

/// How much more a word belongs to the first set than to the second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LogOdds {
    /// Difference of the log odds; positive: more of the first.
    pub delta: f64,
    /// `delta` over its standard error: words beyond ±1.96 differ.
    pub z: f64,
}

/// Log odds ratios of every word, `a` and `b` being the words' counts in two sets, in the same order, with the pooled
/// frequencies as an informative Dirichlet prior worth `prior` words (Monroe, Colaresi and Quinn 2008, *Political
/// Analysis* 16, eqs. 16 and 22, with the variance approximated as there).
///
/// The prior pulls rare words towards no difference. A word in neither set, and every word when one set is empty, is
/// given 0.
pub fn log_odds(a: &[f64], b: &[f64], prior: f64) -> Vec<LogOdds> {
    const NONE: LogOdds = LogOdds { delta: 0.0, z: 0.0 };
    let (n, m) = (a.iter().sum::<f64>(), b.iter().sum::<f64>());
    if n <= 0.0 || m <= 0.0 || prior.is_nan() || prior <= 0.0 {
        return a.iter().zip(b).map(|_| NONE).collect();
    }
    let one = |(x, y): (&f64, &f64)| {
        let (x, y) = (*x, *y);
        let alpha = prior * (x + y) / (n + m);
        let odds = |count: f64, all: f64| ((count + alpha) / (all + prior - count - alpha)).ln();
        let delta = odds(x, n) - odds(y, m);
        let error = (1.0 / (x + alpha) + 1.0 / (y + alpha)).sqrt();
        // The only word there is has infinite odds on both sides.
        if alpha > 0.0 && delta.is_finite() { LogOdds { delta, z: delta / error } } else { NONE }
    };
    a.iter().zip(b).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_is_the_reference_s() {
        assert!((g2(30, 10_000, 12, 9_000) - 6.189_733_373).abs() < 1e-9);
        assert!(g2(0, 10, 0, 10).abs() < 1e-300 && g2(3, 0, 1, 5).abs() < 1e-300);
        assert!(g2(5, 100, 0, 100) > G2_AT_05);
    }

    #[test]
    fn log_odds_are_the_reference_s() {
        let found = log_odds(&[120.0, 30.0, 5.0, 0.0, 45.0], &[80.0, 60.0, 4.0, 9.0, 47.0], 100.0);
        let delta = [0.536_528, -0.581_197, 0.151_83, -1.640_131, -0.037_646];
        let z = [4.604_981, -3.292_024, 0.278_163, -2.245_842, -0.221_095];
        for (i, odds) in found.iter().enumerate() {
            assert!((odds.delta - delta[i]).abs() < 1e-6 && (odds.z - z[i]).abs() < 1e-6, "{i}: {odds:?}");
        }
    }

    #[test]
    fn nothing_to_tell_apart_is_zero_not_nan() {
        let (none, one) = (vec![0.0, 0.0], vec![0.0, 4.0]);
        for (a, b) in [(none, vec![3.0, 1.0]), (vec![5.0], vec![7.0]), (one.clone(), one), (vec![], vec![])] {
            assert!(log_odds(&a, &b, 10.0).iter().all(|o| o.z.abs() < 1e-12 && o.delta.abs() < 1e-12));
        }
    }
}
