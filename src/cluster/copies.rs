//! Texts that nearly repeat another: form letters, campaigns, the same post with another greeting.
//!
//! Two texts are near copies when their word 3-shingles overlap by a Jaccard of at least .8 (Broder 1997; methods.md §1.3).
//! Candidates share a band of a MinHash signature (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4)
//! and are then compared exactly.

use rayon::prelude::*;

use crate::cluster::intern::mix;
use crate::cluster::tokens::Token;

/// Overlap from which on two texts are near copies.
const ALIKE: f64 = 0.8;
const SHINGLE: usize = 3;
/// Texts of fewer shingles cannot differ in a word and still overlap by [`ALIKE`]: one more shingle in the other is 4/5.
const FEWEST: usize = 4;
/// A pair that overlaps by .8 shares one of 16 bands of 5 with probability 1 − (1 − .8⁵)¹⁶ = .998.
const BANDS: usize = 16;
const ROWS: usize = 5;
/// Leaders of one bucket compared with at most: bounds the cost of texts that share much and copy nothing.
const COMPARED: usize = 32;

/// For each text the earliest text that it nearly copies, or itself. One that is copied copies none.
pub fn leaders(texts: &[Vec<Token>]) -> Vec<usize> {
    let shingles: Vec<Vec<u64>> = texts.par_iter().with_min_len(256).map(|text| shingles(text)).collect();
    let mut buckets: Vec<(u64, u32)> = shingles
        .par_iter()
        .enumerate()
        .with_min_len(256)
        .filter(|(_, set)| set.len() >= FEWEST)
        .flat_map_iter(|(text, set)| bands(set).map(move |band| (band, text as u32)))
        .collect();
    buckets.par_sort_unstable();
    // Buckets of one text need no look.
    let mut shared: Vec<Vec<u32>> = vec![Vec::new(); texts.len()];
    let mut bucket = 0;
    for same in buckets.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        same.iter().for_each(|(_, text)| shared[*text as usize].push(bucket));
        bucket += 1;
    }
    let mut leading: Vec<Vec<u32>> = vec![Vec::new(); bucket as usize];
    let mut leaders: Vec<usize> = (0..texts.len()).collect();
    for text in 0..texts.len() {
        let mut candidates: Vec<u32> =
            shared[text].iter().flat_map(|bucket| leading[*bucket as usize].iter().copied()).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let near = |other: &&u32| overlap(&shingles[text], &shingles[**other as usize]) >= ALIKE;
        match candidates.iter().find(near) {
            Some(leader) => leaders[text] = *leader as usize,
            None => {
                for bucket in &shared[text] {
                    let known = &mut leading[*bucket as usize];
                    if known.len() < COMPARED {
                        known.push(text as u32);
                    }
                }
            }
        }
    }
    leaders
}

/// The distinct shingles of a text, hashed, in order.
fn shingles(text: &[Token]) -> Vec<u64> {
    let hash = |words: &[Token]| words.iter().fold(0, |hash: u64, t| mix(hash.rotate_left(7) ^ u64::from(t.stem)));
    let mut set: Vec<u64> = text.windows(SHINGLE).map(hash).collect();
    set.sort_unstable();
    set.dedup();
    set
}

/// One hash per band: of its number and the least shingles under [`ROWS`] hash functions.
fn bands(set: &[u64]) -> impl Iterator<Item = u64> {
    (0..BANDS).map(move |band| {
        let least = |row: usize| {
            let seed = mix((band * ROWS + row) as u64 + 1);
            set.iter().map(|shingle| mix(shingle ^ seed)).min().unwrap_or_default()
        };
        (0..ROWS).fold(band as u64, |hash, row| mix(hash.rotate_left(9) ^ least(row)))
    })
}

/// Jaccard's overlap of two ordered sets.
fn overlap(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut both) = (0, 0, 0_usize);
    while i < a.len() && j < b.len() {
        both += usize::from(a[i] == b[j]);
        let (left, right) = (a[i], b[j]);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    both as f64 / (a.len() + b.len() - both).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(stems: impl IntoIterator<Item = u32>) -> Vec<Token> {
        stems.into_iter().map(|stem| Token { stem, word: stem }).collect()
    }

    #[test]
    fn a_form_letter_with_another_greeting_is_a_copy() {
        // 22 words make 20 shingles; another first word changes one: 19/21 = .905. Half the words changed: far below.
        let letter = text(0..22);
        let greeted = text(std::iter::once(99).chain(1..22));
        let other = text((0..11).chain(50..61));
        let short = text([1, 2, 3]);
        let texts = [letter, other, greeted, short.clone(), short];
        assert_eq!(leaders(&texts), [0, 1, 0, 3, 4]);
    }

    #[test]
    fn overlap_by_hand() {
        assert_eq!(overlap(&[1, 2, 3], &[2, 3, 4]), 0.5);
        assert_eq!(overlap(&[], &[]), 0.0);
    }
}
