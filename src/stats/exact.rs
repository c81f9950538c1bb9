//! Exact intervals and tails: the incomplete beta and gamma functions, their inverses, Garwood's interval of a count
//! and Wilson's of a share.

use statrs::function::gamma::ln_gamma;

/// The regularised incomplete beta function I_x(a, b), for a, b > 0.
///
/// Continued fraction evaluated by Lentz's method (Press et al. 2007, *Numerical Recipes*, §6.4); iterated to
/// convergence, so that it also holds for the large parameters of big counts, where `statrs` stops after 140 steps.
pub fn beta_reg(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    within(a, b, x, ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b))
}

/// The same for an x within 0 and 1, with −ln B(a, b) known.
fn within(a: f64, b: f64, x: f64, front: f64) -> f64 {
    let front = (front + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        (front * fraction(a, b, x) / a).clamp(0.0, 1.0)
    } else {
        (1.0 - front * fraction(b, a, 1.0 - x) / b).clamp(0.0, 1.0)
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    /// Converges in about √max(a, b) steps; this is enough for counts far beyond 10⁹.
    const MOST_STEPS: u32 = 200_000;
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for step in 1..MOST_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let change = d * c;
        h *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// The x with I_x(a, b) = `p`: Newton's method from where the beta is nearly normal (Abramowitz and Stegun 1964, 26.5.22)
/// or, where it has no such middle, a power; kept inside a bracket, to about 15 digits.
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    /// Newton doubles the digits; halving alone reaches any double in as many.
    const MOST_STEPS: usize = 1_100;
    if p <= 0.0 || p >= 1.0 {
        return p.clamp(0.0, 1.0);
    }
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = if a >= 1.0 && b >= 1.0 { normal_start(a, b, p) } else { power_start(a, b, p) };
    for _ in 0..MOST_STEPS {
        if x.is_nan() || x <= low || x >= high {
            x = low + (high - low) / 2.0;
        }
        let off = within(a, b, x, front) - p;
        if off < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let next = x - off / (front + (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p()).exp();
        // The next step would be about the square of this one, of what is left on either side.
        let room = x.min(1.0 - x);
        if (next - x).abs() <= 1e-9 * room && next > 0.0 && next < 1.0 {
            return next;
        }
        if high - low <= 1e-15 * low {
            return x;
        }
        x = next;
    }
    x
}

/// Where a beta with a middle is as far from it as the normal quantile of `p`.
fn normal_start(a: f64, b: f64, p: f64) -> f64 {
    let y = -normal_quantile(p);
    let (first, second) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let h = 2.0 / (first + second);
    let l = (y * y - 3.0) / 6.0;
    let w = y * (h + l).max(0.0).sqrt() / h - (second - first) * (l + 5.0 / 6.0 - 2.0 / (3.0 * h));
    a / (a + b * (2.0 * w).exp())
}

/// Where a beta that piles up at an end has `p` below it, its other factor taken for 1.
fn power_start(a: f64, b: f64, p: f64) -> f64 {
    let (low, high) = ((a * (a / (a + b)).ln()).exp() / a, (b * (b / (a + b)).ln()).exp() / b);
    let both = low + high;
    if p * both < low { (a * both * p).powf(1.0 / a) } else { 1.0 - (b * both * (1.0 - p)).powf(1.0 / b) }
}

/// The x with P(Γ(shape, 1) ≤ x) = `p`: Halley's method from Wilson and Hilferty's cube (1931), kept inside a bracket, to
/// about 15 digits.
pub fn gamma_quantile(shape: f64, p: f64) -> f64 {
    /// Halley triples the digits; halving alone reaches any double in as many.
    const MOST_STEPS: usize = 1_100;
    /// The next step would be about the third power of one as small, of the distribution's own width.
    const SETTLED: f64 = 1e-5;
    if shape <= 0.0 || p <= 0.0 {
        return 0.0;
    }
    let ln_gamma = ln_gamma(shape);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let ninth = 1.0 / (9.0 * shape);
    let mut x = shape * (1.0 - ninth + normal_quantile(p) * ninth.sqrt()).powi(3);
    for _ in 0..MOST_STEPS {
        if x.is_nan() || x <= low || x >= high {
            x = if high.is_finite() { low + (high - low) / 2.0 } else { 2.0 * (low + shape + 1.0) };
        }
        let off = lower(shape, x, ln_gamma) - p;
        if off < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = off / ((shape - 1.0) * x.ln() - x - ln_gamma).exp();
        let bend = newton * ((shape - 1.0) / x - 1.0);
        // Where nothing is left of x there is no bend to speak of.
        let step = if bend.is_finite() { newton / (1.0 - 0.5 * bend.clamp(-1.0, 1.0)) } else { newton };
        let next = x - step;
        let settled = step.abs() <= SETTLED * x.min(shape.sqrt());
        if settled || (high.is_finite() && high - low <= 1e-15 * high) || x > 1e300 {
            return if settled && next > 0.0 { next } else { x };
        }
        x = next;
    }
    x
}

/// The normal quantile to three digits, which is where to begin (Abramowitz and Stegun 1964, 26.2.23).
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let t = (-2.0 * p.min(1.0 - p).max(1e-300).ln()).sqrt();
    let upper =
        t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    if p < 0.5 { -upper } else { upper }
}

/// P(Γ(shape, 1) ≤ x); also P(Y ≥ shape) for Y Poisson with mean x.
///
/// Series under the mean, Lentz's continued fraction above it (Press et al. 2007, §6.2), with a bound on the steps:
/// asked for the last bit, `statrs` never returns for some large shapes.
pub fn gamma_lower(shape: f64, x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 0.0;
    }
    if shape <= 0.0 || x == f64::INFINITY {
        return 1.0;
    }
    lower(shape, x, ln_gamma(shape))
}

/// The same for positive numbers, with the log of Γ(shape) known.
fn lower(shape: f64, x: f64, ln_gamma: f64) -> f64 {
    /// Both converge in a few times √shape steps.
    const MOST_STEPS: u32 = 1_000_000;
    let front = (shape * x.ln() - x - ln_gamma).exp();
    if x < shape + 1.0 {
        let (mut term, mut sum) = (1.0 / shape, 1.0 / shape);
        for step in 1..MOST_STEPS {
            term *= x / (shape + f64::from(step));
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return (front * sum).clamp(0.0, 1.0);
    }
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for step in 1..MOST_STEPS {
        let i = f64::from(step);
        let a = -i * (i - shape);
        b += 2.0;
        d = a * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + a / c;
        c = if c.abs() < TINY { TINY } else { c };
        let change = d * c;
        h *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (1.0 - front * h).clamp(0.0, 1.0)
}

/// The exact interval of a Poisson mean after a count of `k`, at `level` (0.95), for over-dispersed counts with
/// variance `phi` × mean.
///
/// Garwood (1936), *Biometrika* 28: ½χ²(2k), ½χ²(2k+2). With `phi` > 1 a count of k tells as much as k/φ Poisson
/// events: the interval of k/φ times φ, about √φ times as wide.
pub fn garwood(k: f64, level: f64, phi: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let events = k / phi;
    let low = if k > 0.0 { gamma_quantile(events, tail) * phi } else { 0.0 };
    (low, gamma_quantile(events + 1.0, 1.0 - tail) * phi)
}

/// Wilson's (1927, *JASA* 22) interval of a share of `k` in `n`, for the normal quantile `z` (1.959964 for 95 %);
/// null when `n` is not positive or `k` not within it.
pub fn wilson(k: f64, n: f64, z: f64) -> Option<(f64, f64)> {
    if !(n > 0.0 && n.is_finite() && k >= 0.0 && k <= n) {
        return None;
    }
    let share = k / n;
    let scale = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / scale;
    let half = z / scale * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// Student's t with P(|T| ≤ t) = 0.95 for `freedom` > 0 degrees of freedom, from the beta quantile: t² = ν (1 − x) ÷ x
/// with x the 5 % quantile of Beta(ν ÷ 2, ½).
pub fn student95(freedom: f64) -> f64 {
    let x = beta_quantile(freedom / 2.0, 0.5, 0.05);
    (freedom * (1.0 - x) / x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Halves `[low, high]` towards the place where `below` turns false.
    fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
        // 1,100 halvings reach any double between 0 and 1; it stops long before, when nothing lies between.
        for _ in 0..1_100 {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            if below(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low + (high - low) / 2.0
    }

    #[test]
    fn garwood_gives_the_published_intervals() {
        for (k, low, high) in
            [(0.0, 0.0, 3.68888), (1.0, 0.02532, 5.57164), (3.0, 0.61867, 8.76727), (10.0, 4.79539, 18.39036)]
        {
            let (l, h) = garwood(k, 0.95, 1.0);
            assert!((l - low).abs() < 6e-6 && (h - high).abs() < 6e-6, "{k}: {l} {h}");
        }
    }

    #[test]
    fn the_gamma_quantile_is_the_inverse_for_any_shape() {
        for shape in [1e-3, 0.02, 0.5, 1.0, 2.5, 17.0, 300.0, 1e5, 1e9] {
            for p in [1e-12, 1e-4, 0.025, 0.3, 0.5, 0.9, 0.975, 1.0 - 1e-9] {
                let x = gamma_quantile(shape, p);
                let halved = bisect(0.0, 2.0 * x + 1.0, |x| gamma_lower(shape, x) < p);
                let near = (x - halved).abs() <= 1e-9 * halved || (gamma_lower(shape, x) - p).abs() <= 1e-13 * p;
                // A quantile under any double is nothing.
                let near = near || (halved <= 0.0 && x < 1e-50);
                assert!(x.is_finite() && x >= 0.0 && near, "{shape} {p}: {x:e} {halved:e}");
            }
        }
        assert!(gamma_quantile(0.0, 0.5) <= 0.0 && gamma_quantile(3.0, 0.0) <= 0.0);
    }

    #[test]
    fn beta_quantiles_are_those_of_halving() {
        let shapes = [1e-3, 0.1, 0.5, 1.0, 1.7, 4.0, 30.0, 900.0, 1e5, 3e8];
        for (a, b) in shapes.iter().flat_map(|a| shapes.iter().map(move |b| (*a, *b))) {
            for p in [1e-9, 0.025, 0.3, 0.5, 0.975, 1.0 - 1e-6] {
                let (x, halved) = (beta_quantile(a, b, p), bisect(0.0, 1.0, |x| beta_reg(a, b, x) < p));
                let near = (x - halved).abs() <= 1e-9 * halved || (beta_reg(a, b, x) - p).abs() <= 1e-11 * p;
                // A quantile under any double is nothing, and one above the last but one is all.
                let near = near || (halved <= 0.0 && x < 1e-50) || (x - halved).abs() < 1e-15;
                assert!((0.0..=1.0).contains(&x) && near, "{a} {b} {p}: {x:e} {halved:e}");
            }
        }
    }

    #[test]
    fn dispersion_widens_by_its_root() {
        let (low, high) = garwood(400.0, 0.95, 1.0);
        let (wide_low, wide_high) = garwood(400.0, 0.95, 4.0);
        let ratio = (wide_high - wide_low) / (high - low);
        assert!((ratio - 2.0).abs() < 0.05, "{ratio}");
    }

    #[test]
    fn gamma_is_the_poisson_tail_and_always_returns() {
        // P(Y >= 2 | 1) = 1 - 2/e
        assert!((gamma_lower(2.0, 1.0) - (1.0 - 2.0 / std::f64::consts::E)).abs() < 1e-14);
        assert!((gamma_lower(1.0, 30.0) - (1.0 - (-30.0_f64).exp())).abs() < 1e-14);
        for shape in [0.3, 5.0, 1e3, 1e6, 2e6 + 3.25, 1e9] {
            // Near the mean about a half; far below and above none and all.
            assert!((gamma_lower(shape, shape) - 0.5).abs() < 0.3, "{shape}");
            assert!(gamma_lower(shape, shape * 1e-3) < 0.2 && gamma_lower(shape, shape * 40.0 + 30.0) > 0.99);
        }
        assert!(gamma_lower(5.0, f64::NAN).abs() < 1e-300 && (gamma_lower(5.0, f64::INFINITY) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn wilson_by_hand() {
        // z = 2, 5 of 10: centre (.5 + .2)/1.4 = .5; half 2/1.4 * sqrt(.025 + .01).
        let (low, high) = wilson(5.0, 10.0, 2.0).unwrap();
        let half = 2.0 / 1.4 * 0.035_f64.sqrt();
        assert!((low - (0.5 - half)).abs() < 1e-12 && (high - (0.5 + half)).abs() < 1e-12);
        assert_eq!(wilson(0.0, 10.0, 2.0).unwrap().0.to_bits(), 0.0_f64.to_bits());
        assert_eq!((wilson(1.0, 0.0, 2.0), wilson(3.0, 2.0, 2.0)), (None, None));
    }

    #[test]
    fn beta_is_the_binomial_tail_for_small_and_large_parameters() {
        // P(X >= 3), X ~ Bin(5, 0.3) = 10·.027·.49 + 5·.0081·.7 + .00243
        assert!((beta_reg(3.0, 3.0, 0.3) - 0.16308).abs() < 1e-12);
        // Symmetric: the median of Beta(a, a) is a half, however large a is.
        for a in [1.0, 50.0, 1e4, 1e7] {
            assert!((beta_reg(a, a, 0.5) - 0.5).abs() < 1e-6, "{a}: {}", beta_reg(a, a, 0.5));
            assert!((beta_quantile(a, a, 0.5) - 0.5).abs() < 1e-6);
        }
    }
}
