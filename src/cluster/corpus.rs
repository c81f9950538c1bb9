//! The texts issues are learned from, as terms: distinct texts, their stems, and the phrases among them.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::cluster::copies::leaders;
use crate::cluster::intern::{Interner, NONE, mix};
use crate::cluster::language::{self, LanguageId};
use crate::cluster::sparse::Sparse;
use crate::cluster::tokens::{Cutter, NOT, Token, cut_keyword};

/// Texts cut together, with one memory of words; fixed, but of no effect on the result.
const CHUNK: usize = 2048;
/// A term in fewer texts tells none apart.
const MIN_DF: u32 = 2;
/// A phrase in fewer texts is chance (methods.md §0).
const PHRASE_DF: u32 = 5;
/// Normalised pointwise mutual information of a phrase (Bouma 2009): -1 never, 0 independent, 1 always together.
const PHRASE_NPMI: f64 = 0.25;
/// Terms kept, the most frequent.
const VOCABULARY: usize = 20_000;

/// One text to learn from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What it says.
    pub text: &'a str,
    /// Its BCP 47 tag.
    pub language: Option<&'a str>,
}

/// Texts as tokens; equal ones grouped.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Every stem.
    pub stems: Interner,
    /// Every surface.
    pub surfaces: Interner,
    /// The tokens of each distinct text: (stem, surface), without negations.
    pub texts: Vec<Vec<Token>>,
    /// The sources that say each of them or nearly so, first to last: form letters and copies stand together.
    pub members: Vec<Vec<usize>>,
}

struct Chunk {
    stems: Interner,
    words: Vec<(LanguageId, Interner)>,
    /// Per source: which of `words`, and its tokens.
    texts: Vec<(usize, Vec<Token>)>,
}

impl Corpus {
    /// Cuts every source. Those without a token are left out.
    pub fn read(sources: &[Source<'_>]) -> Self {
        let chunks: Vec<Chunk> = sources.par_chunks(CHUNK).map(cut_chunk).collect();
        let mut corpus = Self::default();
        let mut all: Vec<(usize, Vec<Token>)> = Vec::new();
        let mut source = 0;
        for chunk in chunks {
            let stems: Vec<u32> =
                (0..chunk.stems.len() as u32).map(|id| corpus.stems.add(chunk.stems.word(id))).collect();
            let mut words: Vec<Vec<u32>> = Vec::new();
            for (_, known) in &chunk.words {
                words.push((0..known.len() as u32).map(|id| corpus.surfaces.add(known.word(id))).collect());
            }
            for (list, mut tokens) in chunk.texts {
                for token in &mut tokens {
                    token.stem = stems[token.stem as usize];
                    token.word = words[list][token.word as usize];
                }
                if !tokens.is_empty() {
                    all.push((source, tokens));
                }
                source += 1;
            }
        }
        corpus.group(all);
        corpus.join_copies();
        corpus
    }

    /// Takes the near copies of a text for the text itself.
    fn join_copies(&mut self) {
        let leaders = leaders(&self.texts);
        let mut place = vec![usize::MAX; leaders.len()];
        let (texts, members) = (std::mem::take(&mut self.texts), std::mem::take(&mut self.members));
        for (i, (text, members)) in texts.into_iter().zip(members).enumerate() {
            if leaders[i] == i {
                place[i] = self.texts.len();
                self.texts.push(text);
                self.members.push(members);
            } else {
                self.members[place[leaders[i]]].extend(members);
            }
        }
        self.members.iter_mut().for_each(|members| members.sort_unstable());
    }

    /// Groups texts of equal stems, in the order of their first source.
    fn group(&mut self, all: Vec<(usize, Vec<Token>)>) {
        let mut order: Vec<(u64, usize)> = all.iter().enumerate().map(|(i, (_, t))| (fingerprint(t), i)).collect();
        order.par_sort_unstable();
        let same = |a: &[Token], b: &[Token]| a.iter().map(|t| t.stem).eq(b.iter().map(|t| t.stem));
        let mut leader = vec![usize::MAX; all.len()];
        let mut start = 0;
        while start < order.len() {
            let end = start + order[start..].iter().take_while(|(hash, _)| *hash == order[start].0).count();
            for at in start..end {
                let i = order[at].1;
                let earlier = order[start..at].iter().find(|(_, j)| leader[*j] == *j && same(&all[*j].1, &all[i].1));
                leader[i] = earlier.map_or(i, |(_, j)| *j);
            }
            start = end;
        }
        let mut group = vec![usize::MAX; all.len()];
        for (i, (source, tokens)) in all.into_iter().enumerate() {
            if leader[i] == i {
                group[i] = self.texts.len();
                self.texts.push(tokens);
                self.members.push(vec![source]);
            } else {
                group[i] = group[leader[i]];
                self.members[group[i]].push(source);
            }
        }
    }

    /// The stems of words that may not be keywords, in every language.
    pub fn ignored(&self, words: &[String]) -> Vec<bool> {
        let mut stems: BTreeSet<u32> = BTreeSet::new();
        for word in words {
            for id in 0..language::COUNT {
                stems.extend(cut_keyword(word, id, &mut |stem| self.stems.find(stem)));
            }
        }
        (0..self.stems.len() as u32).map(|id| stems.contains(&id)).collect()
    }
}

fn fingerprint(tokens: &[Token]) -> u64 {
    tokens.iter().fold(tokens.len() as u64, |hash, token| mix(hash.rotate_left(5) ^ u64::from(token.stem)))
}

fn cut_chunk(sources: &[Source<'_>]) -> Chunk {
    let mut stems = Interner::default();
    let mut cutters: Vec<(LanguageId, Cutter)> = Vec::new();
    let mut texts = Vec::with_capacity(sources.len());
    for source in sources {
        let id = language::language(source.language);
        let list = cutters.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            cutters.push((id, Cutter::new(id)));
            cutters.len() - 1
        });
        let mut tokens = Vec::new();
        cutters[list].1.cut(source.text, &mut |stem| stems.add(stem), &mut tokens);
        tokens.retain(|token| token.stem != NOT);
        texts.push((list, tokens));
    }
    Chunk { stems, words: cutters.into_iter().map(|(id, cutter)| (id, cutter.words)).collect(), texts }
}

/// The words and phrases texts are compared by.
#[derive(Debug)]
pub struct Terms {
    /// The stems of each term; the second is [`NONE`] for a single word.
    pub stems: Vec<[u32; 2]>,
    /// In how many distinct texts each is.
    pub df: Vec<u32>,
    /// Distinct text × term: how often.
    pub counts: Sparse,
}

impl Terms {
    /// Words in two texts or more, phrases that keep together; none with an ignored stem.
    pub fn of(corpus: &Corpus, ignored: &[bool]) -> Self {
        let mut word_df = vec![0_u32; corpus.stems.len()];
        let mut word_count = vec![0_u32; corpus.stems.len()];
        let mut seen: Vec<u32> = Vec::new();
        for text in &corpus.texts {
            seen.clear();
            seen.extend(text.iter().map(|token| token.stem));
            seen.iter().for_each(|stem| word_count[*stem as usize] += 1);
            seen.sort_unstable();
            seen.dedup();
            seen.iter().for_each(|stem| word_df[*stem as usize] += 1);
        }
        let mut found: Vec<([u32; 2], u32)> = phrases(corpus, &word_df, &word_count);
        found.extend((0..word_df.len()).filter(|i| word_df[*i] >= MIN_DF).map(|i| ([i as u32, NONE], word_df[i])));
        found.retain(|(stems, _)| stems.iter().all(|stem| *stem == NONE || !ignored[*stem as usize]));
        let spelt = |stems: &[u32; 2]| stems.map(|stem| if stem == NONE { "" } else { corpus.stems.word(stem) });
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| spelt(&a.0).cmp(&spelt(&b.0))));
        found.truncate(VOCABULARY);
        let (stems, df): (Vec<[u32; 2]>, Vec<u32>) = found.into_iter().unzip();
        let counts = count(corpus, &stems);
        Self { stems, df, counts }
    }

    /// How many terms.
    pub fn len(&self) -> usize {
        self.stems.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stems.is_empty()
    }
}

/// Pairs of neighbours that come together far more often than their parts would by chance.
fn phrases(corpus: &Corpus, word_df: &[u32], word_count: &[u32]) -> Vec<([u32; 2], u32)> {
    let frequent = |token: &Token| word_df[token.stem as usize] >= PHRASE_DF;
    let pairs_of = |text: &Vec<Token>| {
        let pairs = text.windows(2).filter(|pair| pair.iter().all(frequent) && pair[0].stem != pair[1].stem);
        let mut keys: Vec<u64> = pairs.map(|pair| key(pair[0].stem, pair[1].stem)).collect();
        keys.sort_unstable();
        keys
    };
    let pairs: Vec<Vec<u64>> = corpus.texts.par_iter().with_min_len(512).map(pairs_of).collect();
    // (pair, 1 for its first time in a text, 0 for a repeat): sorting by the number alone counts both.
    let mut all: Vec<(u64, u32)> = Vec::new();
    for text in &pairs {
        all.extend(text.iter().enumerate().map(|(i, k)| (*k, u32::from(i == 0 || text[i - 1] != *k))));
    }
    all.par_sort_unstable();
    let tokens: f64 = word_count.iter().map(|n| f64::from(*n)).sum();
    let neighbours: f64 = corpus.texts.iter().map(|text| text.len().saturating_sub(1) as f64).sum();
    let mut found = Vec::new();
    for same in all.chunk_by(|a, b| a.0 == b.0) {
        let stems = [(same[0].0 >> 32) as u32, same[0].0 as u32];
        let df: u32 = same.iter().map(|(_, first)| first).sum();
        let joint = same.len() as f64 / neighbours;
        let apart: f64 = stems.iter().map(|stem| f64::from(word_count[*stem as usize]) / tokens).product();
        if df >= PHRASE_DF && (joint / apart).ln() / -joint.ln() > PHRASE_NPMI {
            found.push((stems, df));
        }
    }
    found
}

fn key(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

fn count(corpus: &Corpus, terms: &[[u32; 2]]) -> Sparse {
    let mut word_term = vec![NONE; corpus.stems.len()];
    let mut phrase_term: Vec<(u64, u32)> = Vec::new();
    for (term, stems) in terms.iter().enumerate() {
        match stems {
            [word, NONE] => word_term[*word as usize] = term as u32,
            [first, second] => phrase_term.push((key(*first, *second), term as u32)),
        }
    }
    phrase_term.sort_unstable();
    let row = |text: &Vec<Token>| {
        let mut found: Vec<u32> =
            text.iter().map(|token| word_term[token.stem as usize]).filter(|term| *term != NONE).collect();
        for pair in text.windows(2) {
            let pair = key(pair[0].stem, pair[1].stem);
            if let Ok(at) = phrase_term.binary_search_by_key(&pair, |(key, _)| *key) {
                found.push(phrase_term[at].1);
            }
        }
        found.sort_unstable();
        found.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f32)).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<(u32, f32)>> = corpus.texts.par_iter().with_min_len(512).map(row).collect();
    Sparse::from_rows(terms.len(), rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(texts: &[&str]) -> Corpus {
        let sources: Vec<Source<'_>> = texts.iter().map(|text| Source { text, language: None }).collect();
        Corpus::read(&sources)
    }

    #[test]
    fn equal_texts_are_one() {
        let read = corpus(&["Late flights!", "the", "lost bag", "late FLIGHT", "lost a bag"]);
        assert_eq!(read.texts.len(), 2);
        assert_eq!(read.members, [vec![0, 3], vec![2, 4]]);
    }

    #[test]
    fn phrases_keep_together_and_ignored_words_go() {
        let mut texts: Vec<String> = (0..6).map(|i| format!("customer service w{i}a x{i}b")).collect();
        texts.extend((0..6).map(|i| format!("late plane acme{} acme q{i}", i % 2)));
        let read = corpus(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let terms = Terms::of(&read, &read.ignored(&["acme".into()]));
        let spelt: Vec<String> = terms
            .stems
            .iter()
            .map(|s| s.iter().filter(|s| **s != NONE).map(|s| read.stems.word(*s)).collect::<Vec<_>>().join(" "))
            .collect();
        assert!(spelt.contains(&"custom servic".to_owned()), "{spelt:?}");
        assert!(!spelt.iter().any(|term| term.split(' ').any(|word| word == "acm" || word == "acme")), "{spelt:?}");
        let at = spelt.iter().position(|term| term == "custom servic").unwrap();
        assert_eq!(terms.df[at], 6);
        assert_eq!(terms.counts.row(0).find(|(term, _)| *term == at), Some((at, 1.0)));
    }
}
