//! The words that tell one pile of texts from another, by their log odds ([`log_odds`]).

use crate::cluster::corpus::{Corpus, Source};
use crate::stats::keyness::log_odds;

/// The weight of the prior, in words (methods.md §2.7).
const PRIOR: f64 = 100.0;
/// z of a word that is taken to tell: 5 % two-sided.
const TELLING: f64 = 1.96;
/// Times a word must be in the first pile.
const FEWEST: f64 = 3.0;

/// A word in two piles of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As most often written.
    pub word: String,
    /// Times in the first pile, copies of a text counted once.
    pub a: f64,
    /// Times in the second.
    pub b: f64,
    /// Log-odds ratio; positive: the first pile's.
    pub delta: f64,
    /// Its z.
    pub z: f64,
}

/// Every word of two piles with how much more it is the first's, the first's clearest first.
pub fn compared(a: &[Source<'_>], b: &[Source<'_>]) -> Vec<Word> {
    let all: Vec<Source<'_>> = a.iter().chain(b).copied().collect();
    let corpus = Corpus::read(&all);
    let mut counts = [vec![0.0; corpus.stems.len()], vec![0.0; corpus.stems.len()]];
    let mut surfaces: Vec<(u32, u32)> = Vec::new();
    for (text, members) in corpus.texts.iter().zip(&corpus.members) {
        // Copies count once on each side.
        let sides = [members.iter().any(|i| *i < a.len()), members.iter().any(|i| *i >= a.len())];
        for token in text {
            for (side, count) in sides.iter().zip(&mut counts) {
                count[token.stem as usize] += f64::from(u8::from(*side));
            }
            surfaces.push((token.stem, token.word));
        }
    }
    surfaces.sort_unstable();
    let mut written = vec![""; corpus.stems.len()];
    for stem in surfaces.chunk_by(|x, y| x.0 == y.0) {
        let forms = stem.chunk_by(|x, y| x == y);
        let ranked = forms.map(|same| (std::cmp::Reverse(same.len()), corpus.surfaces.word(same[0].1)));
        written[stem[0].0 as usize] = ranked.min().map(|(_, word)| word).unwrap_or_default();
    }
    let odds = log_odds(&counts[0], &counts[1], PRIOR);
    let word = |i: usize| Word {
        word: written[i].to_owned(),
        a: counts[0][i],
        b: counts[1][i],
        delta: odds[i].delta,
        z: odds[i].z,
    };
    let mut words: Vec<Word> = (0..odds.len()).map(word).collect();
    words.sort_by(|x, y| y.z.total_cmp(&x.z).then_with(|| x.word.cmp(&y.word)));
    words
}

/// At most `n` words said in `a` more than chance allows against `b`, the clearest first, as most often written.
pub fn distinctive(a: &[Source<'_>], b: &[Source<'_>], n: usize) -> Vec<String> {
    let telling = compared(a, b).into_iter().filter(|w| w.z > TELLING && w.a >= FEWEST);
    telling.take(n).map(|w| w.word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_loved() {
        let texts = |words: &[&str], tag: &str| -> Vec<String> {
            (0..60).map(|i| format!("{} plane {tag}{i}", words[i % words.len()])).collect()
        };
        let (a, b) = (texts(&["great crew", "crews smiled"], "p"), texts(&["lost bag", "late bags"], "q"));
        let sources = |texts: &'static [String]| -> Vec<Source<'static>> {
            texts.iter().map(|text| Source { text, language: None }).collect()
        };
        let (a, b) = (sources(a.leak()), sources(b.leak()));
        assert_eq!(distinctive(&a, &b, 1), ["crew"]);
        assert!(distinctive(&a, &a, 3).is_empty());
    }
}
