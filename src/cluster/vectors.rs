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

/// One row of length 1 per text of `sample` (indices into the corpus).
pub fn vectors(corpus: &Corpus, terms: &Terms, sample: &[usize]) -> Dense {
    let mut topics = svd(&tf_idf(terms, corpus.texts.len(), sample), DIMENSIONS).projected;
    topics.normalise();
    let company = sentence_vectors(corpus, terms, sample);
    let width = topics.width + company.width;
    let mut joined = Dense::zeros(sample.len(), width);
    if width > 0 {
        joined.values.par_chunks_mut(width).enumerate().for_each(|(row, out)| {
            let (left, right) = out.split_at_mut(topics.width);
            if topics.width > 0 {
                left.copy_from_slice(topics.row(row));
            }
            if company.width > 0 {
                right.copy_from_slice(company.row(row));
            }
            normalise(out);
        });
    }
    joined
}

/// `(1 + ln tf)·(ln((1+N)/(1+df)) + 1)`, rows of length 1.
fn tf_idf(terms: &Terms, texts: usize, sample: &[usize]) -> Sparse {
    let idf: Vec<f32> =
        terms.df.iter().map(|df| (((1.0 + texts as f64) / (1.0 + f64::from(*df))).ln() + 1.0) as f32).collect();
    let row = |text: &usize| {
        let mut cells: Vec<(u32, f32)> =
            terms.counts.row(*text).map(|(term, tf)| (term as u32, (1.0 + tf.ln()) * idf[term])).collect();
        let norm = cells.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
        cells.iter_mut().for_each(|(_, x)| *x /= norm);
        cells
    };
    let rows: Vec<Vec<(u32, f32)>> = sample.par_iter().with_min_len(256).map(row).collect();
    Sparse::from_rows(terms.len(), rows)
}

/// The weighted mean of each text's word vectors, without what all texts share.
fn sentence_vectors(corpus: &Corpus, terms: &Terms, sample: &[usize]) -> Dense {
    let mut word_of = vec![NONE; corpus.stems.len()];
    let mut words = 0;
    for stems in terms.stems.iter().filter(|stems| stems[1] == NONE).take(WORDS) {
        word_of[stems[0] as usize] = words;
        words += 1;
    }
    let known = |text: &usize| {
        let stems = corpus.texts[*text].iter().map(|token| word_of[token.stem as usize]);
        stems.filter(|word| *word != NONE).collect::<Vec<u32>>()
    };
    let texts: Vec<Vec<u32>> = sample.par_iter().with_min_len(256).map(known).collect();
    let mut frequency = vec![0.0_f64; words as usize];
    texts.iter().flatten().for_each(|word| frequency[*word as usize] += 1.0);
    let total: f64 = frequency.iter().sum();
    let vectors = word_vectors(&texts, words as usize);
    let width = vectors.width;
    let mut out = Dense::zeros(texts.len(), width);
    if width == 0 {
        return out;
    }
    out.values.par_chunks_mut(width).with_min_len(64).zip(&texts).for_each(|(mean, text)| {
        for word in text {
            let weight = (SIF / (SIF + frequency[*word as usize] / total)) as f32 / text.len() as f32;
            add_scaled(mean, weight, vectors.row(*word as usize));
        }
    });
    let (_, components) = eigen(gram(&out), width);
    let common: Vec<f32> = (0..width).map(|row| components[row * width] as f32).collect();
    out.values.par_chunks_mut(width).for_each(|row| {
        let along = dot(row, &common);
        add_scaled(row, -along, &common);
        normalise(row);
    });
    out
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
                pairs.push(u64::from(*word) << 32 | u64::from(*other));
                pairs.push(u64::from(*other) << 32 | u64::from(*word));
            }
        }
    }
    pairs.par_sort_unstable();
    let mut occurrences = vec![0.0_f64; words];
    pairs.iter().for_each(|pair| occurrences[(pair >> 32) as usize] += 1.0);
    let smoothed: f64 = occurrences.iter().map(|n| n.powf(SMOOTHING)).sum();
    let context: Vec<f64> = occurrences.iter().map(|n| n.powf(SMOOTHING) / smoothed).collect();
    let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); words];
    for same in pairs.chunk_by(|a, b| a == b) {
        let (word, other) = ((same[0] >> 32) as usize, same[0] as u32);
        let information = (same.len() as f64 / (occurrences[word] * context[other as usize])).ln();
        if information > 0.0 {
            rows[word].push((other, information as f32));
        }
    }
    let found = svd(&Sparse::from_rows(words, rows), DIMENSIONS);
    let mut vectors = found.projected;
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
        let points = vectors(&corpus, &terms, &[0, 1, 2, 3, 4, 5, 6, 7]);
        assert!((dot(points.row(0), points.row(0)) - 1.0).abs() < 1e-4);
        assert!(dot(points.row(0), points.row(2)) > dot(points.row(0), points.row(6)) + 0.3);
    }
}
