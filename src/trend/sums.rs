//! Sums along a series, made once for all its periods that are looked at.

/// The counts of a series with their sums.
#[derive(Debug)]
pub struct Sums<'a> {
    counts: &'a [i64],
    /// Σ counts before each place.
    before: Vec<i64>,
    /// The greatest mean of a beginning of the series that is no longer than each place; 0 at the first.
    peaks: Vec<f64>,
}

impl<'a> Sums<'a> {
    /// The sums of `counts`; negative ones are taken as 0.
    pub fn of(counts: &'a [i64]) -> Self {
        let (mut before, mut peaks) = (vec![0_i64], vec![0.0_f64]);
        for (at, count) in counts.iter().enumerate() {
            let sum = before[at].saturating_add((*count).max(0));
            before.push(sum);
            peaks.push(peaks[at].max(sum as f64 / (at + 1) as f64));
        }
        Self { counts, before, peaks }
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
        assert!((sums.peak(4) - 4.0).abs() < 1e-12 && (sums.peak(5) - 7.6).abs() < 1e-12 && sums.peak(0) < 1e-12);
    }
}
