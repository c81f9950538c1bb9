//! Texts as points: what they share in words (LSA) beside what their words share in company (PPMI).
//!
//! Latent semantic analysis of sublinear TF-IDF (Deerwester et al. 1990) ‖ word vectors from positive pointwise mutual
//! information (Levy, Goldberg, Dagan 2015) averaged by smooth inverse frequency (Arora, Liang, Ma 2017); methods.md
//! §0, §1.5.

use rayon::prelude::*;

use crate::cluster::corpus::{Corpus, Terms};
use crate::cluster::intern::NONE;
use crate::cluster::sparse::{Dense, Sparse, add_scaled, dot, normalise};
use crate::cluster::svd::{eigen, gram, svd};

const DIMENSIONS: usize = 100;
/// Words either side that count as company.
const WINDOW: usize = 5;
/// Context distribution smoothing (Levy et al. 2015, section 3.2).
const SMOOTHING: f64 = 0.75;
/// The `a` of smooth inverse frequency (Arora et al. 2017, section 3).
const SIF: f64 = 1e-3;
/// Words with vectors of their own, the most frequent.
const WORDS: usize = 10_000;
/// Tokens read for word vectors; more change little and cost much.
const TOKENS: usize = 400_000;

/// Where texts become points: learned on a sample, open to every text.
pub struct Space {
    /// Per term.
    idf: Vec<f32>,
    /// Term × dimension: the right singular vectors of TF-IDF.
    topics: Dense,
    /// Stem → its place among the words with vectors of their own, or [`NONE`].
    word_of: Vec<u32>,
    words: Dense,
    /// Smooth inverse frequency of each word.
    weights: Vec<f32>,
    /// What all texts share: taken out of every mean.
    common: Vec<f32>,
}

impl Space {
    /// From the texts of `sample` (indices into the corpus).
    pub fn learn(corpus: &Corpus, terms: &Terms, sample: &[usize]) -> Self {
        let n = corpus.texts.len() as f64;
        let idf: Vec<f32> =
            terms.df.iter().map(|df| (((1.0 + n) / (1.0 + f64::from(*df))).ln() + 1.0) as f32).collect();
        let rows: Vec<Vec<(u32, f32)>> =
            sample.par_iter().with_min_len(256).map(|text| tf_idf(terms, &idf, *text)).collect();
        let topics = svd(&Sparse::from_rows(terms.len(), rows), DIMENSIONS).right();
        let mut word_of = vec![NONE; corpus.stems.len()];
        let mut count = 0;
        for stems in terms.stems.iter().filter(|stems| stems[1] == NONE).take(WORDS) {
            word_of[stems[0] as usize] = count;
            count += 1;
        }
        let mut space =
            Self { idf, topics, word_of, words: Dense::zeros(0, 0), weights: Vec::new(), common: Vec::new() };
        let texts: Vec<Vec<u32>> = sample.par_iter().with_min_len(256).map(|text| space.known(corpus, *text)).collect();
        let mut frequency = vec![0.0_f64; count as usize];
        texts.iter().flatten().for_each(|word| frequency[*word as usize] += 1.0);
        let total: f64 = frequency.iter().sum();
        space.weights = frequency.iter().map(|n| (SIF / (SIF + n / total.max(1.0))) as f32).collect();
        space.words = word_vectors(&texts, count as usize);
        let width = space.words.width;
        if width > 0 {
            let mut means = Dense::zeros(texts.len(), width);
            let rows = means.values.par_chunks_mut(width).with_min_len(64);
            rows.zip(&texts).for_each(|(mean, text)| space.mean(text, mean));
            let (_, components) = eigen(gram(&means), width);
            space.common = (0..width).map(|row| components[row * width] as f32).collect();
        }
        space
    }

    /// One row of length 1 per text (indices into the corpus).
    pub fn points(&self, corpus: &Corpus, terms: &Terms, texts: &[usize]) -> Dense {
        let mut points = Dense::zeros(texts.len(), self.topics.width + self.words.width);
        if points.width == 0 {
            return points;
        }
        points.values.par_chunks_mut(points.width).with_min_len(64).zip(texts).for_each(|(point, text)| {
            let (topics, company) = point.split_at_mut(self.topics.width);
            for (term, weight) in tf_idf(terms, &self.idf, *text) {
                add_scaled(topics, weight, self.topics.row(term as usize));
            }
            normalise(topics);
            if !company.is_empty() {
                self.mean(&self.known(corpus, *text), company);
                let along = dot(company, &self.common);
                add_scaled(company, -along, &self.common);
                normalise(company);
            }
            normalise(point);
        });
        points
    }

    /// The words of a text that have vectors.
    fn known(&self, corpus: &Corpus, text: usize) -> Vec<u32> {
        let words = corpus.texts[text].iter().map(|token| self.word_of[token.stem as usize]);
        words.filter(|word| *word != NONE).collect()
    }

    /// Adds the weighted mean of the words' vectors to `out`.
    fn mean(&self, words: &[u32], out: &mut [f32]) {
        for word in words {
            let weight = self.weights[*word as usize] / words.len() as f32;
            add_scaled(out, weight, self.words.row(*word as usize));
        }
    }
}

/// `(1 + ln tf)·(ln((1+N)/(1+df)) + 1)`, of length 1.
fn tf_idf(terms: &Terms, idf: &[f32], text: usize) -> Vec<(u32, f32)> {
    let mut cells: Vec<(u32, f32)> =
        terms.counts.row(text).map(|(term, tf)| (term as u32, (1.0 + tf.ln()) * idf[term])).collect();
    let norm = cells.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
    cells.iter_mut().for_each(|(_, x)| *x /= norm);
    cells
}

/// `U·S^½` of the positive pointwise mutual information of words within a window; rows of length 1.
fn word_vectors(texts: &[Vec<u32>], words: usize) -> Dense {
    let mut pairs: Vec<u64> = Vec::new();
    // Evenly spaced texts where there are too many, so that none of the sample's corners is preferred.
    let tokens: usize = texts.iter().map(Vec::len).sum();
    let step = tokens.div_ceil(TOKENS).max(1);
    for text in texts.iter().step_by(step) {
        for (i, word) in text.iter().enumerate() {
            for other in &text[i + 1..(i + 1 + WINDOW).min(text.len())] {
                // Each is the company of the other: counted once, the lower first.
                pairs.push(u64::from(*word.min(other)) << 32 | u64::from(*word.max(other)));
            }
        }
    }
    pairs.par_sort_unstable();
    let mut occurrences = vec![0.0_f64; words];
    pairs.iter().for_each(|pair| {
        occurrences[(pair >> 32) as usize] += 1.0;
        occurrences[*pair as u32 as usize] += 1.0;
    });
    let smoothed: f64 = occurrences.iter().map(|n| n.powf(SMOOTHING)).sum();
    let context: Vec<f64> = occurrences.iter().map(|n| n.powf(SMOOTHING) / smoothed).collect();
    let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); words];
    for same in pairs.chunk_by(|a, b| a == b) {
        let (low, high) = ((same[0] >> 32) as usize, same[0] as u32 as usize);
        let times = if low == high { 2.0 } else { 1.0 } * same.len() as f64;
        // Of every word those lower come before those higher: its columns ascend.
        let both = [(low, high), (high, low)];
        for (word, other) in both.into_iter().take(if low == high { 1 } else { 2 }) {
            let information = (times / (occurrences[word] * context[other])).ln();
            if information > 0.0 {
                rows[word].push((other as u32, information as f32));
            }
        }
    }
    let found = svd(&Sparse::from_rows(words, rows), DIMENSIONS);
    let mut vectors = found.projected();
    if vectors.width > 0 {
        vectors.values.par_chunks_mut(vectors.width).for_each(|row| {
            row.iter_mut().zip(&found.singular).for_each(|(x, s)| *x /= s.sqrt() as f32);
        });
    }
    vectors.normalise();
    vectors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::corpus::Source;

    #[test]
    fn texts_about_one_thing_are_near() {
        let a = ["late plane hour", "plane late again", "hour late plane wait", "wait plane hour"];
        let b = ["lost bag claim", "bag lost again", "claim lost bag desk", "desk bag claim"];
        let texts: Vec<&str> = a.into_iter().chain(b).collect();
        let sources: Vec<Source<'_>> = texts.iter().map(|text| Source { text, language: None }).collect();
        let corpus = Corpus::read(&sources);
        let terms = Terms::of(&corpus, &corpus.ignored(&[]));
        let sample = [0, 1, 2, 3, 4, 5, 6, 7];
        let points = Space::learn(&corpus, &terms, &sample).points(&corpus, &terms, &sample);
        assert!((dot(points.row(0), points.row(0)) - 1.0).abs() < 1e-4);
        assert!(dot(points.row(0), points.row(2)) > dot(points.row(0), points.row(6)) + 0.3);
    }
}
