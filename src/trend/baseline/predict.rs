//! The law of the next count: negative binomial, its mean known up to a log-normal error.

use crate::trend::baseline::nb;

/// Roots of He₉ and their weights over √(2π) (Abramowitz and Stegun 1964, table 25.10, rescaled).
const NODES: [(f64, f64); 9] = [
    (-4.512_745_863_399_783, 0.000_022_345_844_007_746_6),
    (-3.205_429_002_856_470_3, 0.002_789_141_321_231_769),
    (-2.076_847_978_677_83, 0.049_916_406_765_217_96),
    (-1.023_255_663_789_132_5, 0.244_097_502_894_939_2),
    (0.0, 0.406_349_206_349_206_35),
    (1.023_255_663_789_132_5, 0.244_097_502_894_939_2),
    (2.076_847_978_677_83, 0.049_916_406_765_217_96),
    (3.205_429_002_856_470_3, 0.002_789_141_321_231_769),
    (4.512_745_863_399_783, 0.000_022_345_844_007_746_6),
];
/// Places for the nodes: a number that vector instructions divide evenly.
const LANES: usize = 12;
/// At or under this φ the negative binomial is Poisson to all printed digits.
const POISSON: f64 = 1.0 + 1e-6;
/// Counts under this are summed up one by one, which is quicker there than the continued fraction.
const SMALL: i64 = 300;
/// A smaller tail is not what is left of 1, whose last digits are noise.
const TINY: f64 = 1e-6;

/// The law of a count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// The mean, its error aside.
    pub mean: f64,
    /// Variance over mean.
    pub phi: f64,
    /// Standard error of the log mean.
    pub error: f64,
}

impl Law {
    /// P(Y ≥ y), the error integrated out by nine-node Gauss-Hermite quadrature.
    pub fn tail(&self, y: i64) -> f64 {
        self.tail_and_bound(y, None).0
    }

    /// P(Y ≥ y), and the smallest count u with P(Y > u) ≤ alpha (0 when none is asked for).
    pub fn tail_and_bound(&self, y: i64, alpha: Option<f64>) -> (f64, i64) {
        if y > SMALL || self.mean > SMALL as f64 / 3.0 {
            return (self.exact(y), alpha.map_or(0, |a| self.bound(a)));
        }
        // Side by side: weight × chance of as many as are counted, which the factor (a + b·j)/(j + 1) takes to the next.
        let (mut chance, mut a) = ([0.0; LANES], [0.0; LANES]);
        let (grow, shift) = if self.phi <= POISSON { (0.0, 0.0) } else { (1.0 - 1.0 / self.phi, self.phi.ln()) };
        let nodes = if self.error > 0.0 { &NODES[..] } else { &[(0.0, 1.0)][..] };
        for (((x, w), chance), a) in nodes.iter().zip(&mut chance).zip(&mut a) {
            let mean = self.mean * (self.error * x).exp();
            (*chance, *a) = if self.phi <= POISSON {
                (w * (-mean).exp(), mean)
            } else {
                let size = mean / (self.phi - 1.0);
                (w * (-size * shift).exp(), size * grow)
            };
        }
        let mut tail = if y <= 0 { Some(1.0) } else { None };
        let mut bound = if alpha.is_none() { Some(0) } else { None };
        let mut under = [0.0; LANES];
        let mut j = 0_i64;
        while tail.is_none() || bound.is_none() {
            if j > 4 * SMALL {
                break;
            }
            let (inverse, more) = (1.0 / (j + 1) as f64, grow * j as f64);
            for ((under, chance), a) in under.iter_mut().zip(&mut chance).zip(&a) {
                *under += *chance;
                *chance *= (a + more) * inverse;
            }
            let fours: [f64; 4] = std::array::from_fn(|i| under[i] + under[i + 4] + under[i + 8]);
            let rest = 1.0 - ((fours[0] + fours[2]) + (fours[1] + fours[3]));
            if j + 1 == y {
                tail = Some(if rest > TINY { rest } else { self.exact(y) });
            }
            if bound.is_none() && alpha.is_some_and(|a| rest <= a) {
                bound = Some(j);
            }
            j += 1;
        }
        let tail = tail.unwrap_or_else(|| self.exact(y));
        let bound = bound.unwrap_or_else(|| self.bound(alpha.unwrap_or(1.0)));
        (tail.clamp(0.0, 1.0), bound)
    }

    /// The smallest count u with P(Y > u) ≤ alpha.
    fn bound(&self, alpha: f64) -> i64 {
        // The error of the mean adds to its variance: (σ·mean)², about.
        let phi = self.phi + self.error * self.error * self.mean;
        nb::bound(alpha, nb::normal_guess(1.0 - alpha, self.mean, phi), |y| self.exact(y))
    }

    /// P(Y ≥ y) by the incomplete beta function: small tails keep their relative precision.
    fn exact(&self, y: i64) -> f64 {
        if self.error <= 0.0 {
            return nb::tail(y, self.mean, self.phi);
        }
        NODES.iter().map(|(x, w)| w * nb::tail(y, self.mean * (self.error * x).exp(), self.phi)).sum()
    }
}

/// The law of the next count after `sum` in `n` periods: negative binomial with size sum + ½ (the predictive law of a
/// Poisson count under Jeffreys' prior; Gelman et al. 2013, §2.6). Fit for histories too sparse for a regression,
/// all zero included.
pub fn sparse(sum: f64, n: f64) -> Law {
    let (mean, phi) = nb::gamma_poisson(sum, n, 0.5, 0.0);
    Law { mean, phi, error: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrature_is_exact_for_a_mean_and_for_no_error() {
        let law = Law { mean: 10.0, phi: 2.0, error: 0.3 };
        // Σ_{y≥1} P(Y ≥ y) = E[Y] = μ·exp(se²/2)
        let mean: f64 = (1..2_000).map(|y| law.tail(y)).sum();
        assert!((mean - 10.0 * (0.045_f64).exp()).abs() < 1e-6, "{mean}");
        assert!((law.tail(0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn summing_up_and_the_beta_function_agree() {
        for mean in [0.004, 0.7, 9.0, 60.0, 99.0, 130.0] {
            for (phi, error) in [(1.0, 0.0), (1.0, 0.2), (1.3, 0.1), (4.0, 0.6), (30.0, 1.2)] {
                let law = Law { mean, phi, error };
                for y in [0, 1, 2, 8, 40, 120, 299, 301] {
                    let (found, wanted) = (law.tail(y), law.exact(y));
                    assert!((found - wanted).abs() <= 1e-8 * wanted + 1e-13, "{law:?} {y}: {found} {wanted}");
                }
                for alpha in [0.0049, 0.0004] {
                    let (_, bound) = law.tail_and_bound(3, Some(alpha));
                    assert_eq!(bound, nb::bound(alpha, 0, |y| law.exact(y)), "{law:?} {alpha}");
                    assert_eq!(law.bound(alpha), bound, "{law:?} {alpha}");
                }
            }
        }
    }
}
