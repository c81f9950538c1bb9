//! The negative binomial with variance φ × mean; Poisson at φ = 1.

use crate::trend::exact::{beta_reg, gamma_lower, normal_quantile};

/// At or under this φ the negative binomial is Poisson to all printed digits.
const POISSON: f64 = 1.0 + 1e-6;

/// P(Y ≥ y), for mean `mean` and variance `phi` × mean. Small tails keep their relative precision.
///
/// With size r = μ/(φ−1) and success probability 1/φ it is I_{1−1/φ}(y, r).
pub fn tail(y: i64, mean: f64, phi: f64) -> f64 {
    if y <= 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    if phi <= POISSON {
        return gamma_lower(y as f64, mean);
    }
    beta_reg(y as f64, mean / (phi - 1.0), 1.0 - 1.0 / phi)
}

/// The smallest count u with P(Y ≤ u) ≥ `p`.
pub fn quantile(p: f64, mean: f64, phi: f64) -> i64 {
    bound(1.0 - p, normal_guess(p, mean, phi), |y| tail(y, mean, phi))
}

/// About where the quantile of `p` of a count with this mean and variance over mean is, by the normal law.
pub fn normal_guess(p: f64, mean: f64, phi: f64) -> i64 {
    (mean + normal_quantile(p) * (mean * phi).sqrt()).max(0.0) as i64
}

/// The smallest count u ≥ 0 with P(Y > u) ≤ `alpha`, where `tail(y)` is P(Y ≥ y), falling in y; looked for about `guess`.
pub fn bound(alpha: f64, guess: i64, tail: impl Fn(i64) -> f64) -> i64 {
    /// Above any count; stops the search where the tail does not fall.
    const TOP: i64 = 1 << 52;
    let within = |u: i64| tail(u + 1) <= alpha;
    let guess = guess.clamp(0, TOP);
    // Steps that double, away from the guess, until the bound lies between: above `low`, at most `high`.
    let (mut low, mut high, mut step) = (-1, guess, 1);
    if within(guess) {
        while high - step >= 0 && within(high - step) {
            high -= step;
            step *= 2;
        }
        low = (high - step).max(-1);
    } else {
        while high < TOP {
            low = high;
            high += step;
            step *= 2;
            if within(high) {
                break;
            }
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if within(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// Mean and variance over mean of the next period's count after `sum` events in `n` periods, when the rate had a gamma
/// prior of shape `a` and rate `b`: the negative binomial with size a + sum and success probability (b+n)/(b+n+1)
/// (Gelman et al. 2013, *Bayesian Data Analysis*, §2.6).
pub fn gamma_poisson(sum: f64, n: f64, a: f64, b: f64) -> (f64, f64) {
    ((a + sum) / (b + n), 1.0 + 1.0 / (b + n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // R: qnbinom(c(.95, .99, .995, .999), mu = mean, size = mean / (phi - 1))
        let table: [(f64, f64, [i64; 4]); 12] = [
            (0.5, 1.2, [2, 3, 4, 5]),
            (0.5, 2.0, [2, 5, 5, 8]),
            (0.5, 5.0, [3, 8, 10, 16]),
            (2.0, 1.2, [5, 7, 7, 9]),
            (2.0, 2.0, [6, 9, 10, 12]),
            (2.0, 5.0, [8, 15, 17, 24]),
            (10.0, 1.2, [16, 19, 20, 23]),
            (10.0, 2.0, [18, 23, 24, 28]),
            (10.0, 5.0, [24, 33, 36, 45]),
            (100.0, 1.2, [118, 126, 130, 136]),
            (100.0, 2.0, [124, 135, 139, 148]),
            (100.0, 5.0, [139, 159, 166, 182]),
        ];
        for (mean, phi, wanted) in table {
            let found = [0.95, 0.99, 0.995, 0.999].map(|p| quantile(p, mean, phi));
            assert_eq!(found, wanted, "mean {mean}, phi {phi}");
        }
    }

    #[test]
    fn tails_are_the_reference_s() {
        for (y, mean, phi, wanted) in [
            (5, 1.0, 1.0, 0.003_659_846_827),
            (5, 1.0, 2.0, 0.031_25),
            (10, 3.0, 1.5, 0.008_504_271_440),
            (20, 8.0, 3.0, 0.026_475_260_163),
            (3, 0.2, 1.2, 0.004_629_629_63),
        ] {
            assert!((tail(y, mean, phi) - wanted).abs() < 1e-11, "{y} {mean} {phi}: {}", tail(y, mean, phi));
        }
        assert!((tail(0, 3.0, 2.0) - 1.0).abs() < 1e-15);
        assert!(tail(1, 0.0, 2.0) < 1e-300);
    }

    #[test]
    fn the_next_count_after_twelve_in_eight_periods() {
        let (mean, phi) = gamma_poisson(12.0, 8.0, 1.0, 1.0);
        for (y, wanted) in [(3, 0.184_061_069_106_39), (5, 0.022_144_215_841_83), (8, 0.000_415_635_018_85)] {
            assert!((tail(y, mean, phi) - wanted).abs() < 1e-13, "{y}: {}", tail(y, mean, phi));
        }
    }

    #[test]
    fn the_two_laws_meet_and_hold_for_large_counts() {
        assert!((tail(12, 8.0, 1.0) - tail(12, 8.0, 1.0 + 1e-5)).abs() < 1e-4);
        // Mean 100,000, φ 100: standard deviation 3,162; two of them above is about 2.3 %.
        let p = tail(106_324, 1e5, 100.0);
        assert!((0.021..0.026).contains(&p), "{p}");
    }

    #[test]
    fn gives_the_p_values_of_r_surveillance() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracle/surveillance");
        if !folder.is_dir() {
            println!("skipped: {} does not exist", folder.display());
            return;
        }
        let mut compared = 0;
        for name in ["agona_nodate_nbPlugin_a0.01", "newport_nodate_nbPlugin_a0.01", "newport2011_ff_nbPlugin_a0.01"] {
            let text = std::fs::read_to_string(folder.join(name).with_extension("01.csv")).unwrap();
            let headers: Vec<&str> = text.lines().next().unwrap().split(',').map(|h| h.trim_matches('"')).collect();
            let at = |wanted: &str| headers.iter().position(|h| *h == wanted).unwrap();
            for line in text.lines().skip(1) {
                let cells: Vec<&str> = line.split(',').collect();
                let number = |column: &str| cells[at(column)].parse::<f64>();
                let (Ok(mean), Ok(phi), Ok(p)) = (number("expected"), number("phi"), number("pvalue")) else {
                    continue;
                };
                let observed = cells[at("observed")].parse().unwrap();
                let found = tail(observed, mean, phi);
                assert!((found - p).abs() <= 1e-8 * p, "{name}: {line}: {found:e}");
                if let Ok(upper) = cells[at("upperbound")].parse::<i64>() {
                    assert_eq!(quantile(0.99, mean, phi), upper, "{name}: {line}");
                }
                compared += 1;
            }
        }
        assert!(compared > 150, "{compared}");
    }
}
