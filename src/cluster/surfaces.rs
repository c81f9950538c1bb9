//! Terms as people write them, and the names made of them.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::cluster::corpus::Terms;
use crate::cluster::intern::NONE;
use crate::cluster::lift::{Learned, Speaks};

/// A phrase stands for its word in a name from this share of the word's telling on.
const PHRASE: f64 = 0.5;

/// How people write each term.
pub(crate) struct Surfaces {
    texts: Vec<String>,
}

impl Surfaces {
    /// The most frequent surface of every keyword; of equals the first in the alphabet.
    pub(crate) fn of(learned: &Learned<'_>, spoken: &[Vec<Speaks>]) -> Self {
        let terms: BTreeSet<usize> = spoken.iter().flatten().map(|s| s.term).collect();
        let mut word_term = vec![NONE; learned.corpus.stems.len()];
        let mut phrase_term: Vec<([u32; 2], u32)> = Vec::new();
        for term in terms {
            match learned.terms.stems[term] {
                [word, NONE] => word_term[word as usize] = term as u32,
                phrase => phrase_term.push((phrase, term as u32)),
            }
        }
        phrase_term.sort_unstable();
        let mut seen: Vec<(u32, [u32; 2])> = Vec::new();
        for text in &learned.corpus.texts {
            for (i, token) in text.iter().enumerate() {
                let term = word_term[token.stem as usize];
                if term != NONE {
                    seen.push((term, [token.word, NONE]));
                }
                if let Some(next) = text.get(i + 1)
                    && let Ok(at) = phrase_term.binary_search_by_key(&[token.stem, next.stem], |(stems, _)| *stems)
                {
                    seen.push((phrase_term[at].1, [token.word, next.word]));
                }
            }
        }
        seen.par_sort_unstable();
        let spell = |words: [u32; 2]| {
            let first = learned.corpus.surfaces.word(words[0]);
            match words[1] {
                NONE => first.to_owned(),
                second => format!("{first} {}", learned.corpus.surfaces.word(second)),
            }
        };
        let mut texts = vec![String::new(); learned.terms.len()];
        for term in seen.chunk_by(|a, b| a.0 == b.0) {
            let forms = term.chunk_by(|a, b| a == b).map(|same| (std::cmp::Reverse(same.len()), spell(same[0].1)));
            texts[term[0].0 as usize] = forms.min().map(|(_, text)| text).unwrap_or_default();
        }
        Self { texts }
    }

    pub(crate) fn text(&self, term: usize) -> String {
        self.texts[term].clone()
    }

    /// The most telling terms, none of which shares a word with another: "Late flight / delayed / connection".
    pub(crate) fn name(&self, speaks: &[Speaks], terms: &Terms, length: usize) -> String {
        let mut order: Vec<&Speaks> = speaks.iter().collect();
        order.sort_by(|a, b| b.telling.total_cmp(&a.telling).then(a.term.cmp(&b.term)));
        let mut taken: Vec<&Speaks> = Vec::new();
        for speaks in order {
            let [word, second] = terms.stems[speaks.term];
            let shares = |other: &&&Speaks| {
                let stems = terms.stems[other.term];
                stems.contains(&word) || (second != NONE && stems.contains(&second))
            };
            let sharing: Vec<usize> = (0..taken.len()).filter(|at| shares(&&taken[*at])).collect();
            match sharing.as_slice() {
                [] if taken.len() < length => taken.push(speaks),
                // A phrase says more than its word, where people mostly say the word in it.
                [at] if second != NONE
                    && terms.stems[taken[*at].term][1] == NONE
                    && speaks.telling >= PHRASE * taken[*at].telling =>
                {
                    taken[*at] = speaks;
                }
                _ => {}
            }
        }
        let joined = taken.iter().map(|s| self.texts[s.term].as_str()).collect::<Vec<_>>().join(" / ");
        let mut chars = joined.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    }
}
