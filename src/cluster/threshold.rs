//! The score a record must reach: chosen so that an issue's own records are told from the rest.
//!
//! Every score that a text reaches is tried; the best is where the F measure (van Rijsbergen 1979, chapter 7) of "reaches
//! it" against "is of the group" is largest. It depends on the issue's own keywords alone, and never changes afterwards.

use crate::cluster::lift::{self, Learned, Speaks};

/// How much more a record of the issue that is missed weighs than one of another that is found: twice, for a complaint
/// that is found under two issues is read, and one under none is not (F2, van Rijsbergen 1979).
pub const MISSED: f64 = 2.0;
/// Both alike (F1).
pub const ALIKE: f64 = 1.0;
/// `min_score` of an issue that no text reaches.
const LEAST: i64 = 1000;

/// How an issue's keywords tell its own texts from the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The score to reach, a whole number of thousandths.
    pub min_score: f64,
    /// Of the distinct texts that reach it, the share that are of the group; null when none does.
    pub precision: Option<f64>,
    /// Of the group's distinct texts, the share that reach it.
    pub recall: f64,
}

/// The fit of every group; `beta` is how much more a missed text weighs than a wrong one.
pub(crate) fn fits(learned: &Learned<'_>, spoken: &[Vec<Speaks>], beta: f64) -> Vec<Fit> {
    let weights = lift::weights(learned, spoken);
    // Per group: the score of every text that has one, in thousandths, and whether it is of the group.
    let mut reached: Vec<Vec<(i64, bool)>> = vec![Vec::new(); learned.groups];
    let mut sizes = vec![0_u32; learned.groups];
    let mut scores = vec![0.0; learned.groups];
    for (text, label) in learned.labels.iter().enumerate() {
        sizes[*label as usize] += 1;
        lift::score(learned, &weights, text, &mut scores);
        for (group, score) in scores.iter().enumerate().filter(|(_, score)| **score > 0.0) {
            reached[group].push(((score * 1000.0).round() as i64, *label as usize == group));
        }
    }
    reached.into_iter().zip(sizes).map(|(texts, size)| fit(texts, f64::from(size), beta)).collect()
}

/// The best score among those reached; of equals the lowest. `texts`: (thousandths, whether of the group).
fn fit(mut texts: Vec<(i64, bool)>, size: f64, beta: f64) -> Fit {
    texts.sort_unstable_by_key(|(score, _)| std::cmp::Reverse(*score));
    let weight = beta * beta;
    let (mut all, mut own) = (0.0, 0.0);
    let mut best = (0.0, LEAST, 0.0, 0.0);
    for same in texts.chunk_by(|a, b| a.0 == b.0) {
        all += same.len() as f64;
        own += same.iter().filter(|(_, own)| *own).count() as f64;
        let measure = (1.0 + weight) * own / (all + weight * size);
        if measure >= best.0 {
            best = (measure, same[0].0, all, own);
        }
    }
    let (_, score, all, own) = best;
    let precision = (all > 0.0).then(|| own / all);
    Fit { min_score: score as f64 / 1000.0, precision, recall: if size > 0.0 { own / size } else { 0.0 } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_score_by_hand() {
        // Four texts of the group score 3, 2, 2, 1; others 2 and 1, 1, 1, 1.
        // F1: at 3: 2·1/(1+4) = .4; at 2: 2·3/(4+4) = .75; at 1: 2·4/(9+4) = .615.
        // F2: at 3: 5·1/(1+16) = .294; at 2: 5·3/(4+16) = .75; at 1: 5·4/(9+16) = .8.
        let own = [(3000, true), (2000, true), (2000, true), (1000, true)];
        let rest = [(2000, false), (1000, false), (1000, false), (1000, false), (1000, false)];
        let texts: Vec<(i64, bool)> = own.into_iter().chain(rest).collect();
        let alike = fit(texts.clone(), 4.0, ALIKE);
        assert_eq!((alike.min_score, alike.precision, alike.recall), (2.0, Some(0.75), 0.75));
        let missed = fit(texts, 4.0, MISSED);
        assert_eq!((missed.min_score, missed.precision, missed.recall), (1.0, Some(4.0 / 9.0), 1.0));
        assert_eq!(fit(Vec::new(), 4.0, MISSED).min_score, 1.0);
    }
}
