//! A mixture of multinomials over terms: refines groups, chooses among restarts, chooses how many issues there are.
//!
//! Classification EM (Celeux and Govaert 1992) with the multinomial naive Bayes model (Nigam et al. 2000); methods.md
//! §1.5.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::cluster::sparse::{Sparse, add_scaled};

/// Added to every count when groups are refined (methods.md §1.5).
pub const ALPHA: f64 = 0.05;
/// Added to every count when unseen texts are judged (methods.md §1.5).
pub const ALPHA_HELD_OUT: f64 = 0.1;
/// Fewer than this share of texts moving ends the refinement.
const SETTLED: f64 = 0.001;
/// Logarithms of whole counts looked up rather than computed.
const LOOKED_UP: usize = 4096;

/// The model: how likely each group says each term.
pub struct Mixture {
    groups: usize,
    /// Term × group: `ln p(t|c)`.
    log_terms: Vec<f32>,
    /// `ln (n_c + 1)`.
    log_sizes: Vec<f32>,
}

impl Mixture {
    /// From texts (rows of `counts`) and their groups.
    pub fn fit(counts: &Sparse, labels: &[u32], groups: usize, alpha: f64) -> Self {
        let mut sums = vec![0.0_f32; counts.width * groups];
        let mut totals = vec![0.0_f64; groups];
        let mut sizes = vec![0.0_f64; groups];
        for (text, label) in labels.iter().enumerate() {
            let group = *label as usize;
            sizes[group] += 1.0;
            for (term, tf) in counts.row(text) {
                sums[term * groups + group] += tf;
                totals[group] += f64::from(tf);
            }
        }
        let logs: Vec<f64> = (0..LOOKED_UP).map(|count| (count as f64 + alpha).ln()).collect();
        let norms: Vec<f64> = totals.iter().map(|total| (total + alpha * counts.width as f64).ln()).collect();
        for row in sums.chunks_exact_mut(groups) {
            for (cell, norm) in row.iter_mut().zip(&norms) {
                let count = *cell as usize;
                let log = if count < LOOKED_UP { logs[count] } else { (f64::from(*cell) + alpha).ln() };
                *cell = (log - norm) as f32;
            }
        }
        Self { groups, log_terms: sums, log_sizes: sizes.iter().map(|n| (n + 1.0).ln() as f32).collect() }
    }

    /// `ln (n_c + 1) + Σ tf·ln p(t|c)` for every group, into `out`.
    fn scores(&self, counts: &Sparse, text: usize, out: &mut [f32]) {
        add_terms(out, &self.log_sizes, &self.log_terms, counts.row(text));
    }

    /// The likeliest group of every text; the first of equals.
    pub fn classify(&self, counts: &Sparse) -> Vec<u32> {
        (0..counts.rows())
            .into_par_iter()
            .with_min_len(512)
            .map_init(
                || vec![0.0; self.groups],
                |scores, text| {
                    self.scores(counts, text, scores);
                    let mut best = 0;
                    for (group, score) in scores.iter().enumerate() {
                        if *score > scores[best] {
                            best = group;
                        }
                    }
                    best as u32
                },
            )
            .collect()
    }

    /// Mean of `ln Σ_c π_c Π p(t|c)^tf` over the texts.
    pub fn log_likelihood(&self, counts: &Sparse) -> f64 {
        let norm = self.log_sizes.iter().map(|log| f64::from(*log).exp()).sum::<f64>().ln();
        let each: Vec<f64> = (0..counts.rows())
            .into_par_iter()
            .with_min_len(512)
            .map_init(
                || vec![0.0; self.groups],
                |scores, text| {
                    self.scores(counts, text, scores);
                    let top = f64::from(scores.iter().copied().fold(f32::NEG_INFINITY, f32::max));
                    top + scores.iter().map(|score| (f64::from(*score) - top).exp()).sum::<f64>().ln() - norm
                },
            )
            .collect();
        each.iter().sum::<f64>() / each.len().max(1) as f64
    }
}

/// `out = start + Σ tf·row of the term`, the rows as long as `out`.
#[multiversion(targets("x86_64+avx2"))]
fn add_terms(out: &mut [f32], start: &[f32], rows: &[f32], terms: impl Iterator<Item = (usize, f32)>) {
    out.copy_from_slice(start);
    let width = out.len();
    for (term, tf) in terms {
        add_scaled(out, tf, &rows[term * width..(term + 1) * width]);
    }
}

/// Refines groups for at most `sweeps` sweeps; the groups and their model.
pub fn refine(counts: &Sparse, mut labels: Vec<u32>, groups: usize, sweeps: usize, alpha: f64) -> (Vec<u32>, Mixture) {
    let mut model = Mixture::fit(counts, &labels, groups, alpha);
    for _ in 0..sweeps {
        let next = model.classify(counts);
        let moved = next.iter().zip(&labels).filter(|(a, b)| a != b).count();
        labels = next;
        model = Mixture::fit(counts, &labels, groups, alpha);
        if (moved as f64) < SETTLED * labels.len() as f64 || moved == 0 {
            break;
        }
    }
    (labels, model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihood_by_hand() {
        // Two texts, two terms, two groups, alpha 1: p(0|0) = (1+1)/(1+2) = 2/3, p(0|1) = 1/3; both groups equal.
        let counts = Sparse::from_rows(2, [vec![(0, 1.0)], vec![(1, 1.0)]]);
        let model = Mixture::fit(&counts, &[0, 1], 2, 1.0);
        let expected = (0.5 * (2.0 / 3.0) + 0.5 * (1.0 / 3.0_f64)).ln();
        assert!((model.log_likelihood(&counts) - expected).abs() < 1e-6);
        assert_eq!(model.classify(&counts), [0, 1]);
    }

    #[test]
    fn a_misplaced_text_moves_home() {
        let row = |t: u32| vec![(t, 2.0), (t + 1, 1.0)];
        let counts = Sparse::from_rows(4, [row(0), row(0), row(0), row(2), row(2), row(2)]);
        let (labels, _) = refine(&counts, vec![0, 0, 1, 1, 1, 1], 2, 10, ALPHA);
        assert_eq!(labels, [0, 0, 0, 1, 1, 1]);
    }
}
