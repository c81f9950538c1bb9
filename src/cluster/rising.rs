//! Is a word said more often than before? Exact tails of the binomial, over-dispersed, whole and within strata.

use crate::stats::exact::beta_reg;

/// How much more than a Poisson count a word's count varies, at least (methods.md §1.6).
pub(crate) const PHI: f64 = 1.2;

/// Who says a word: (periods back, author or text, stratum).
pub(crate) type Voice = (u8, i64, u32);

/// P(X ≥ now), X binomial with now + before trials and chance `share`, for counts `phi` times as variable as a Poisson's:
/// both counts are divided by it (methods.md §1.6).
pub(crate) fn tail(now: usize, before: usize, share: f64, phi: f64) -> f64 {
    // Σ over k ≥ x of the binomial is the incomplete beta function I_share(x, n − x + 1) (Abramowitz and Stegun 26.5.24).
    beta_reg(now as f64 / phi, before as f64 / phi + 1.0, share)
}

/// Pearson's χ² of a word's counts per period against its mean rate, over its degrees of freedom; 1 where fewer than two
/// periods hold voices, or the word is too rare to tell (under one a period).
pub(crate) fn dispersion(counts: &[usize], voices: &[usize]) -> f64 {
    let (all, of) = (counts.iter().sum::<usize>() as f64, voices.iter().sum::<usize>() as f64);
    let periods = voices.iter().filter(|n| **n > 0).count();
    if periods < 2 || all < periods as f64 {
        return 1.0;
    }
    let square = |(count, n): (&usize, &usize)| {
        let expected = all * *n as f64 / of;
        (*count as f64 - expected).powi(2) / expected
    };
    counts.iter().zip(voices).filter(|(_, n)| **n > 0).map(square).sum::<f64>() / (periods - 1) as f64
}

/// P(X ≥ now) when a word's share of each stratum has not changed, whatever the strata's own volumes have done: X is the
/// sum over strata of binomials, each with the stratum's own share of voices now. Without strata it is [`tail`] with `phi`
/// 1. `voices` are those that say the word: (periods back, voice, stratum); `strata` holds (before, now) of all voices.
///
/// A word of an issue that grows rises with it; a word that is new within the issue does not.
pub(crate) fn within(voices: &[Voice], strata: &[(usize, usize)], now: usize, phi: f64) -> f64 {
    let mut trials = vec![0_usize; strata.len()];
    voices.iter().for_each(|(.., stratum)| trials[*stratum as usize] += 1);
    // The distribution of the sum, up to `now`: what lies beyond is the tail.
    let most = (now as f64 / phi).ceil() as usize;
    let mut chance = vec![0.0_f64; most + 1];
    chance[0] = 1.0;
    for (trials, (before, now)) in trials.iter().zip(strata).filter(|(trials, _)| **trials > 0) {
        let share = *now as f64 / (before + now).max(1) as f64;
        let trials = (*trials as f64 / phi).round() as usize;
        chance = convolved(&chance, &binomial(trials, share, most));
    }
    // The last cell gathers everything at or above it.
    chance[most].min(1.0)
}

/// P(X = k) for k below `most`; the last cell is P(X ≥ most).
fn binomial(trials: usize, share: f64, most: usize) -> Vec<f64> {
    let mut cells = vec![0.0; most + 1];
    let at_least = |k: usize| match k {
        0 => 1.0,
        k if k > trials => 0.0,
        k => beta_reg(k as f64, (trials - k + 1) as f64, share),
    };
    let mut above = 1.0;
    for (k, cell) in cells.iter_mut().enumerate().take(most.min(trials + 1)) {
        let next = at_least(k + 1);
        *cell = (above - next).max(0.0);
        above = next;
    }
    cells[most] = at_least(most);
    cells
}

/// The distribution of a sum, with the last cell for everything at or above it.
fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let most = a.len() - 1;
    let mut sum = vec![0.0; most + 1];
    for (i, x) in a.iter().enumerate().filter(|(_, x)| **x > 0.0) {
        for (j, y) in b.iter().enumerate() {
            sum[(i + j).min(most)] += x * y;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_by_hand() {
        // P(X >= 3), X ~ Bin(5, 0.3) = 10·.027·.49 + 5·.0081·.7 + .00243 = .16308.
        assert!((tail(3, 2, 0.3, 1.0) - 0.163_08).abs() < 1e-12);
        // Nobody said it before: all of 4 fall into the last of nine equal periods, (1/9)^4.
        assert!((tail(4, 0, 1.0 / 9.0, 1.0) - (1.0_f64 / 9.0).powi(4)).abs() < 1e-15);
        assert!(tail(4, 0, 1.0 / 9.0, 1.2) > tail(4, 0, 1.0 / 9.0, 1.0));
    }

    #[test]
    fn dispersion_by_hand() {
        // Mean 4 in each of four equal periods; (0, 8, 0, 8): χ² = 4·16/4 = 16, over 3.
        assert!((dispersion(&[0, 8, 0, 8], &[10, 10, 10, 10]) - 16.0 / 3.0).abs() < 1e-12);
        assert_eq!(dispersion(&[4, 4, 4, 4], &[10, 10, 10, 10]), 0.0);
        assert_eq!(dispersion(&[1, 0, 0, 0], &[10, 10, 10, 10]), 1.0);
        assert_eq!(dispersion(&[9], &[10]), 1.0);
    }

    #[test]
    fn one_stratum_is_the_plain_tail() {
        let voices: Vec<(u8, i64, u32)> = (0..5).map(|i| (u8::from(i >= 3), i, 0)).collect();
        assert!((within(&voices, &[(70, 30)], 3, 1.0) - 0.163_08).abs() < 1e-12);
    }

    #[test]
    fn a_word_that_grows_with_its_issue_does_not_rise_within_it() {
        // The issue went from 100 in eight weeks to 300 in one; a tenth of it says the word throughout.
        let strata = [(100, 300), (8000, 1000)];
        let said = |before: i64, now: i64, stratum: u32| -> Vec<(u8, i64, u32)> {
            (0..before).map(|i| (1, i, stratum)).chain((0..now).map(|i| (0, i, stratum))).collect()
        };
        let grows = said(10, 30, 0);
        assert!(tail(30, 10, 1300.0 / 9400.0, 1.0) < 1e-12, "it rises over all");
        assert!(within(&grows, &strata, 30, 1.0) > 0.4);
        // Only three quarters of the issue's voices are of now; that all 30 are is rare: .75^30.
        assert!((within(&said(0, 30, 0), &strata, 30, 1.0) - 0.75_f64.powi(30)).abs() < 1e-12);
        // Two strata: 2 of 2 voices now in each, shares .75 and 1/9.
        let mut two = said(0, 2, 0);
        two.extend(said(0, 2, 1));
        assert!((within(&two, &strata, 4, 1.0) - (0.75_f64.powi(2) / 81.0)).abs() < 1e-12);
    }
}
