//! Which cells of a table (issue × segment) hold more than their row and column say: DuMouchel's shrunk ratio.
//!
//! A raw ratio of observed to expected is wild where both are small. DuMouchel (1999, *The American Statistician* 53)
//! takes the true ratios of all cells to come from a mixture of two gamma laws, fitted to the table itself
//! ([`crate::trend::ebgm_prior`]), and gives for each cell the geometric mean of what its own count leaves (EBGM) and
//! the 5 and 95 % quantiles.

use serde::Serialize;
use statrs::function::gamma::{digamma, ln_gamma};

use crate::trend::exact::gamma_lower;

/// The prior of the ratios: P·Γ(α₁, β₁) + (1−P)·Γ(α₂, β₂), rates not scales.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prior {
    /// Shape of the first part.
    pub alpha1: f64,
    /// Rate of the first part.
    pub beta1: f64,
    /// Shape of the second part.
    pub alpha2: f64,
    /// Rate of the second part.
    pub beta2: f64,
    /// Weight of the first part.
    pub p: f64,
}

/// What is left of a cell's ratio after shrinking.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shrunk {
    /// Posterior weight of the prior's first part.
    pub qn: f64,
    /// Geometric mean of the ratio.
    pub ebgm: f64,
    /// Its 5 % quantile: at 2 and above the cell stands out.
    pub eb05: f64,
    /// Its 95 % quantile.
    pub eb95: f64,
}

/// EB05 from which a cell stands out (the convention of the FDA's adverse event reports).
pub const STANDS_OUT: f64 = 2.0;
/// EB05 from which a cell is worth watching.
pub const WORTH_WATCHING: f64 = 1.5;

/// ln P(N = n) of a count with mean λ·`expected`, λ ~ Γ(`alpha`, `beta`): negative binomial.
fn ln_mass(n: f64, expected: f64, alpha: f64, beta: f64) -> f64 {
    let ln_all = (beta + expected).ln();
    ln_gamma(alpha + n) - ln_gamma(alpha) - ln_gamma(n + 1.0)
        + alpha * (beta.ln() - ln_all)
        + if n > 0.0 { n * (expected.ln() - ln_all) } else { 0.0 }
}

/// The ratio of a cell that holds `n` where `expected` was expected; null when that is not positive.
pub fn shrunk(n: i64, expected: f64, prior: &Prior) -> Option<Shrunk> {
    if !(expected > 0.0 && expected.is_finite()) || n < 0 {
        return None;
    }
    let count = n as f64;
    let first = prior.p.ln() + ln_mass(count, expected, prior.alpha1, prior.beta1);
    let second = (1.0 - prior.p).ln() + ln_mass(count, expected, prior.alpha2, prior.beta2);
    let qn = 1.0 / (1.0 + (second - first).exp());
    let (shape1, rate1) = (prior.alpha1 + count, prior.beta1 + expected);
    let (shape2, rate2) = (prior.alpha2 + count, prior.beta2 + expected);
    let ebgm = (qn * (digamma(shape1) - rate1.ln()) + (1.0 - qn) * (digamma(shape2) - rate2.ln())).exp();
    let below = |x: f64| qn * gamma_lower(shape1, x * rate1) + (1.0 - qn) * gamma_lower(shape2, x * rate2);
    let found = Shrunk { qn, ebgm, eb05: quantile(0.05, ebgm, below), eb95: quantile(0.95, ebgm, below) };
    [found.ebgm, found.eb05, found.eb95].iter().all(|x| x.is_finite()).then_some(found)
}

/// The x > 0 with below(x) = p, by bisection to a relative 1e-12 from a bracket grown around `middle`.
fn quantile(p: f64, middle: f64, below: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (middle.max(1e-300), middle.max(1e-300));
    while below(low) > p && low > 1e-300 {
        low /= 2.0;
    }
    while below(high) < p && high < 1e300 {
        high *= 2.0;
    }
    // Each step halves the bracket, which is at most all of the doubles.
    for _ in 0..2_200 {
        if high - low <= 1e-12 * high {
            break;
        }
        let centre = low + (high - low) / 2.0;
        if below(centre) < p {
            low = centre;
        } else {
            high = centre;
        }
    }
    low + (high - low) / 2.0
}

/// Row total × column total ÷ grand total: what a cell would hold were rows and columns independent. 0 for an empty
/// table.
pub fn independent(row: i64, column: i64, all: i64) -> f64 {
    if all > 0 { row as f64 * column as f64 / all as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_reference_values() {
        let prior = Prior { alpha1: 3.25, beta1: 0.4, alpha2: 2.02, beta2: 1.9, p: 0.065 };
        for (n, e, qn, ebgm, eb05, eb95) in [
            (1, 0.1, 0.193_736_519, 1.790_364_42, 0.452_825, 10.682_978),
            (2, 0.5, 0.113_961_239, 1.702_451_21, 0.598_088, 5.876_770),
            (3, 1.0, 0.068_205_521, 1.668_387_11, 0.697_759, 3.926_382),
            (5, 1.0, 0.320_158_387, 3.002_753_44, 1.246_889, 7.930_005),
            (10, 2.0, 0.490_283_126, 3.939_947_15, 2.000_368, 7.512_025),
            (20, 10.0, 0.018_487_082, 1.814_940_10, 1.255_336, 2.559_747),
            (50, 60.0, 0.001_143_214, 0.832_369_03, 0.658_375, 1.040_852),
            (100, 20.0, 0.794_433_925, 4.951_581_45, 4.153_692, 5.853_394),
        ] {
            let found = shrunk(n, e, &prior).unwrap();
            assert!((found.qn - qn).abs() < 1e-9 && (found.ebgm - ebgm).abs() < 1e-8, "{n} {e}: {found:?}");
            assert!((found.eb05 - eb05).abs() < 1e-6 && (found.eb95 - eb95).abs() < 1e-6, "{n} {e}: {found:?}");
        }
        assert_eq!((shrunk(3, 0.0, &prior), shrunk(3, f64::NAN, &prior)), (None, None));
        assert!(shrunk(0, 5.0, &prior).unwrap().ebgm < 1.0);
    }

    #[test]
    fn huge_cells_stay_finite() {
        let prior = Prior { alpha1: 3.25, beta1: 0.4, alpha2: 2.02, beta2: 1.9, p: 0.065 };
        let found = shrunk(2_000_000, 1_000.0, &prior).unwrap();
        assert!((found.ebgm - 2_000.0).abs() < 1.0 && found.eb05 < found.ebgm && found.eb95 > found.ebgm);
        assert!((independent(3, 4, 12) - 1.0).abs() < 1e-12 && independent(1, 1, 0).abs() < 1e-300);
    }
}
