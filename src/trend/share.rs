//! Is it more of everything, or a greater part of it? The count against its exposure.

use crate::trend::compare::rate_ratio_dispersed;

/// Periods of the past that a share is taken over: a year of weeks.
const WINDOW: usize = 52;
/// Periods just before that are left out, so that a slow rise is not its own baseline (as the detector's short method).
const GUARD: usize = 2;
/// Fewer periods of the past and nothing is said.
const LEAST: usize = 6;

/// The chance of a share as high as the last period's, had it stayed what it was: counts under their exposures, the last
/// being judged. Null without enough past, or where an exposure is missing or 0.
///
/// The conditional binomial test of the last period against the year before, less the two periods just before it; for
/// counts over-dispersed about the past's own share (Pearson's φ = Σ(y − sN)²/(sN)/(k − 1), at least 1) with all events
/// divided by φ.
pub fn rise(counts: &[i64], exposures: &[f64]) -> Option<f64> {
    let last = counts.len().checked_sub(1)?;
    let past = last.saturating_sub(WINDOW + GUARD)..last.checked_sub(GUARD)?;
    let exposed = |i: &usize| exposures.get(*i).is_some_and(|e| *e > 0.0);
    let used: Vec<usize> = past.filter(exposed).collect();
    if used.len() < LEAST || !exposed(&last) {
        return None;
    }
    let (x, n): (f64, f64) = (used.iter().map(|i| counts[*i] as f64).sum(), used.iter().map(|i| exposures[*i]).sum());
    let share = x / n;
    let squares = |i: &usize| (counts[*i] as f64 - share * exposures[*i]).powi(2) / (share * exposures[*i]);
    let phi = if x > 0.0 { (used.iter().map(squares).sum::<f64>() / (used.len() - 1) as f64).max(1.0) } else { 1.0 };
    Some(rate_ratio_dispersed(counts[last] as f64, exposures[last], x, n, phi)?.p_up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_of_everything_is_no_greater_share() {
        let mut counts = vec![10; 30];
        let mut exposures = vec![100.0; 30];
        counts.push(30);
        exposures.push(300.0);
        assert!(rise(&counts, &exposures).unwrap() > 0.4);
        exposures[30] = 100.0;
        assert!(rise(&counts, &exposures).unwrap() < 1e-5);
    }

    #[test]
    fn a_noisy_past_asks_for_more() {
        let calm: Vec<i64> = (0..31).map(|i| if i == 30 { 20 } else { 10 }).collect();
        let noisy: Vec<i64> = (0..31).map(|i| if i == 30 { 20 } else { [2, 18][i % 2] }).collect();
        let exposures = vec![100.0; 31];
        assert!(rise(&calm, &exposures).unwrap() < 0.02 && rise(&noisy, &exposures).unwrap() > 0.05);
    }

    #[test]
    fn without_an_exposure_nothing_is_said() {
        let counts = vec![1; 20];
        let mut exposures = vec![5.0; 20];
        exposures[19] = 0.0;
        assert_eq!((rise(&counts, &exposures), rise(&[], &[]), rise(&[1, 2], &[3.0, 4.0])), (None, None, None));
    }
}
