//! Two counts side by side: the exact rate ratio.

use serde::Serialize;

use crate::trend::exact::{beta_quantile, beta_reg};

/// A ratio of two rates with its exact interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// (x₁/n₁) ÷ (x₂/n₂); null when it is infinite (x₂ = 0) or there is nothing to compare.
    pub ratio: Option<f64>,
    /// Lower end of the exact 95 % interval.
    pub low: f64,
    /// Upper end; null when unbounded.
    pub high: Option<f64>,
    /// Exact two-sided p: twice the smaller one-sided one, at most 1.
    pub p: f64,
    /// Exact one-sided p of a first rate as high as this, were both the same.
    pub p_up: f64,
    /// Exact one-sided p of a first rate as low as this, were both the same.
    pub p_down: f64,
}

/// Compares `x1` events under exposure `n1` with `x2` under `n2`; null when an exposure is not positive.
///
/// Given their sum, x₁ is binomial with θ = RR·n₁/(RR·n₁ + n₂) (Przyborowski and Wilenski 1940); the interval of θ
/// is Clopper and Pearson's (1934), the quantiles of Beta(x₁, x₂+1) and Beta(x₁+1, x₂), and RR = θ/(1−θ)·n₂/n₁.
pub fn rate_ratio(x1: i64, n1: f64, x2: i64, n2: f64) -> Option<Change> {
    rate_ratio_dispersed(x1 as f64, n1, x2 as f64, n2, 1.0)
}

/// The same for over-dispersed counts, with variance `phi` × mean: x events tell as much as x/φ Poisson events, so the
/// interval is about √φ times as wide.
pub fn rate_ratio_dispersed(x1: f64, n1: f64, x2: f64, n2: f64, phi: f64) -> Option<Change> {
    let sizes = n1 > 0.0 && n2 > 0.0 && n1.is_finite() && n2.is_finite();
    if !(sizes && x1 >= 0.0 && x2 >= 0.0 && phi > 0.0) {
        return None;
    }
    let (first, second) = (x1 / phi, x2 / phi);
    let (some1, some2) = (first > 0.0, second > 0.0);
    let odds = |theta: f64| theta / (1.0 - theta) * n2 / n1;
    let low = if some1 { odds(beta_quantile(first, second + 1.0, 0.025)) } else { 0.0 };
    let high = some2.then(|| odds(beta_quantile(first + 1.0, second, 0.975)));
    let equal = n1 / (n1 + n2);
    let p_up = if some1 { beta_reg(first, second + 1.0, equal) } else { 1.0 };
    let p_down = if some2 { beta_reg(second, first + 1.0, 1.0 - equal) } else { 1.0 };
    let ratio = some2.then(|| (x1 / n1) / (x2 / n2));
    Some(Change { ratio, low, high, p: (2.0 * p_up.min(p_down)).min(1.0), p_up, p_down })
}

/// The exact 95 % interval of a share after `x` of `n` (Clopper and Pearson 1934); 0 to 1 without any.
pub fn proportion(x: i64, n: i64) -> (f64, f64) {
    let (x, n) = (x as f64, n.max(x) as f64);
    let low = if x > 0.0 { beta_quantile(x, n - x + 1.0, 0.025) } else { 0.0 };
    let high = if x < n { beta_quantile(x + 1.0, n - x, 0.975) } else { 1.0 };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 1e-6
    }

    #[test]
    fn gives_the_reference_values() {
        let change = rate_ratio(30, 10_000.0, 12, 9_000.0).unwrap();
        assert!(near(change.ratio.unwrap(), 2.25));
        assert!(near(change.low, 1.118_666_822) && near(change.high.unwrap(), 4.825_501_635), "{change:?}");
        assert!(near(change.p_up, 0.010_232_045) && near(change.p, 0.020_464_089), "{change:?}");
        let none = rate_ratio(0, 100.0, 5, 100.0).unwrap();
        assert!(near(none.ratio.unwrap(), 0.0) && near(none.low, 0.0) && near(none.high.unwrap(), 1.091_279));
        let only = rate_ratio(5, 100.0, 0, 100.0).unwrap();
        assert!(only.ratio.is_none() && only.high.is_none() && near(only.low, 0.916_356), "{only:?}");
    }

    #[test]
    fn a_share_has_its_textbook_interval() {
        // None of n: 1 − (α/2)^(1/n); all of n: its mirror image.
        let (low, high) = proportion(0, 20);
        assert!(low == 0.0 && near(high, 1.0 - 0.025_f64.powf(1.0 / 20.0)));
        let (low, high) = proportion(20, 20);
        assert!(near(low, 0.025_f64.powf(1.0 / 20.0)) && high == 1.0);
        assert_eq!(proportion(0, 0), (0.0, 1.0));
    }

    #[test]
    fn turning_the_question_round_turns_the_answer_round() {
        let (there, back) = (rate_ratio(7, 3.0, 19, 5.0).unwrap(), rate_ratio(19, 5.0, 7, 3.0).unwrap());
        assert!(near(there.low, 1.0 / back.high.unwrap()) && near(there.p_up, back.p_down) && near(there.p, back.p));
        assert_eq!(rate_ratio(1, 0.0, 1, 1.0), None);
        assert!(near(rate_ratio(0, 1.0, 0, 1.0).unwrap().p, 1.0));
    }
}
