//! Sums along a series, made once for all its periods that are looked at.

use crate::trend::baseline::lanes;

/// The counts of a series with their sums.
#[derive(Debug)]
pub struct Sums<'a> {
    counts: &'a [i64],
    /// Σ counts before each place.
    before: Vec<i64>,
    /// The same as numbers to calculate with.
    running: Vec<f64>,
    /// How many places there are before each.
    places: Vec<f64>,
    /// (y − x)²/(x + y) of each place and the one before it; 0 where both are 0, and at the first.
    noise: Vec<f64>,
    /// How many of these up to each place are of counts that are not both 0.
    pairs: Vec<usize>,
    /// The greatest mean of a beginning of the series that is no longer than each place; 0 at the first.
    peaks: Vec<f64>,
}

impl<'a> Sums<'a> {
    /// The sums of `counts`; negative ones are taken as 0.
    pub fn of(counts: &'a [i64]) -> Self {
        let (mut before, mut peaks) = (vec![0_i64], vec![0.0_f64]);
        let (mut noise, mut pairs) = (Vec::with_capacity(counts.len()), vec![0]);
        let mut last = 0.0;
        for (at, count) in counts.iter().enumerate() {
            let sum = before[at].saturating_add((*count).max(0));
            before.push(sum);
            peaks.push(peaks[at].max(sum as f64 / (at + 1) as f64));
            let y = (*count).max(0) as f64;
            let both = if at == 0 { 0.0 } else { last + y };
            noise.push(if both > 0.0 { (y - last).powi(2) / both } else { 0.0 });
            pairs.push(pairs[at] + usize::from(both > 0.0));
            last = y;
        }
        let running = before.iter().map(|sum| *sum as f64).collect();
        let places = (0..before.len()).map(|at| at as f64).collect();
        Self { counts, before, running, places, noise, pairs, peaks }
    }

    /// The sums of the counts before each place from `from` to `to`, both included.
    pub fn running(&self, from: usize, to: usize) -> &[f64] {
        &self.running[from..=to]
    }

    /// The number of each place from `from` to `to`, both included.
    pub fn places(&self, from: usize, to: usize) -> &[f64] {
        &self.places[from..=to]
    }

    /// The over-dispersion of the counts from `from` to `to`, the last excluded, about a slowly moving mean: the mean of
    /// (y_t − y_{t−1})²/(y_t + y_{t−1}) over pairs that are not both 0, at least 1. Steps of the level touch it only at
    /// their own place.
    pub fn dispersion(&self, from: usize, to: usize) -> f64 {
        let second = (from + 1).min(to);
        let pairs = self.pairs[to] - self.pairs[second];
        if pairs == 0 {
            return 1.0;
        }
        f64::max(lanes::sum(&self.noise[second..to]) / pairs as f64, 1.0)
    }

    /// The counts up to `to`, itself excluded.
    pub fn counts(&self, to: usize) -> &'a [i64] {
        &self.counts[..to]
    }

    /// The sum of the counts from `from` to `to`, the last excluded.
    pub fn sum(&self, from: usize, to: usize) -> i64 {
        self.before[to] - self.before[from]
    }

    /// The greatest mean of the first so many counts, at most `most` of them.
    pub fn peak(&self, most: usize) -> f64 {
        self.peaks[most]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_peaks_are_those_of_the_counts() {
        let sums = Sums::of(&[2, 6, -1, 0, 30]);
        assert_eq!((sums.sum(0, 5), sums.sum(1, 4), sums.sum(2, 2), sums.counts(2)), (38, 6, 0, &[2, 6][..]));
        assert_eq!((sums.running(1, 3), sums.places(1, 3)), (&[2.0, 8.0, 8.0][..], &[1.0, 2.0, 3.0][..]));
        // (16/8 + 36/6 + 900/30) ÷ 3; the pair of nothings is none.
        assert!((sums.dispersion(0, 5) - 38.0 / 3.0).abs() < 1e-12 && (sums.dispersion(1, 3) - 6.0).abs() < 1e-12);
        assert!(
            [(0, 0), (0, 1), (2, 4), (5, 5)].iter().all(|(from, to)| (sums.dispersion(*from, *to) - 1.0).abs() < 1e-12)
        );
        assert!((sums.peak(4) - 4.0).abs() < 1e-12 && (sums.peak(5) - 7.6).abs() < 1e-12 && sums.peak(0) < 1e-12);
    }
}
