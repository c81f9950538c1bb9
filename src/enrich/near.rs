//! Near copies: which texts say the same in nearly the same words.
//!
//! Texts are sets of word shingles (Broder 1997, *On the resemblance and containment of documents*); MinHash signatures
//! in bands (Leskovec, Rajaraman & Ullman 2014, *Mining of Massive Datasets*, §3.4) name the candidates, and the shingles
//! themselves decide. The work is linear in the text: a band's bucket is walked once, each text is compared with a few
//! neighbours. Membership depends on the texts alone, not on their order. Own code: the crates for it hash with seeds of
//! their own or are made for queries against an index, and the whole is a page.

use rayon::prelude::*;

/// Words in a shingle.
const SHINGLE: usize = 3;
/// Two texts are near copies when this share of their shingles together is common to both (resemblance), ...
pub const ALIKE: f64 = 0.5;
/// ... or when this share of the shorter one's is in the longer one (containment: a quote with a comment), ...
pub const WITHIN: f64 = 0.8;
/// ... which at least this share of the longer one must be, or a phrase would be the copy of an essay.
const AT_LEAST: f64 = 0.4;
/// Bands of a signature, and hashes in a band: a pair as alike as 0.5 is found with 88 %, as 0.7 with 99.9 %.
const BANDS: usize = 16;
const ROWS: usize = 3;
/// Shingles kept of a text, the smallest hashes (a bottom-k sketch, Broder 1997): exact up to about 256 words.
const SKETCH: usize = 256;
/// Neighbours in a bucket each text is compared with.
const NEIGHBOURS: usize = 4;

/// What a text is compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Print {
    /// The normalised words in one number: equal texts have equal ones.
    whole: u64,
    /// Hashes of the shingles, ascending, at most [`SKETCH`].
    shingles: Vec<u32>,
    /// One key per band.
    bands: [u32; BANDS],
}

/// The group of every text: the index of its first member. A text with no word is a group of its own.
///
/// Texts are alike when they differ in case, punctuation, addresses (URLs), handles and a leading `RT @who:` only, or in
/// so few words that [`ALIKE`] or [`WITHIN`] holds. A chain of near copies is one group.
pub fn groups(texts: &[Option<&str>]) -> Vec<usize> {
    groups_and_lengths(texts).0
}

/// As [`groups`], with how many words each text has, as they are compared here.
pub fn groups_and_lengths(texts: &[Option<&str>]) -> (Vec<usize>, Vec<usize>) {
    let (prints, lengths): (Vec<Option<Print>>, Vec<usize>) = texts
        .par_iter()
        .with_min_len(256)
        .map(|text| {
            let words = text.map(words).unwrap_or_default();
            (Print::of(&words), words.len())
        })
        .unzip();
    let mut links = Links::new(texts.len());
    // Equal texts first, so that only distinct ones go on.
    let mut order: Vec<usize> = (0..texts.len()).filter(|at| prints[*at].is_some()).collect();
    let print = |at: usize| prints[at].as_ref();
    let whole = |at: usize| print(at).map_or(0, |p| p.whole);
    order.par_sort_unstable_by_key(|at| (whole(*at), *at));
    let mut distinct: Vec<usize> = Vec::new();
    for at in order {
        match distinct.last() {
            Some(first) if whole(*first) == whole(at) => links.join(*first, at),
            _ => distinct.push(at),
        }
    }
    distinct.retain(|at| print(*at).is_some_and(|p| p.shingles.len() > 1));
    for band in 0..BANDS {
        // A key and a place in `distinct`, which is in the order of the whole texts' hashes: the neighbours of a text are
        // the same whatever the order of the rows.
        let key = |place: usize| print(distinct[place]).map_or(0, |p| u64::from(p.bands[band]));
        let mut keyed: Vec<u64> = (0..distinct.len())
            .into_par_iter()
            .with_min_len(4_096)
            .map(|place| key(place) << 32 | place as u64)
            .collect();
        keyed.par_sort_unstable();
        let at = |keyed: u64| distinct[(keyed & u64::from(u32::MAX)) as usize];
        let alike = |i: usize| {
            let (own, links, keyed) = (at(keyed[i]), &links, &keyed);
            keyed[i.saturating_sub(NEIGHBOURS)..i]
                .iter()
                .rev()
                .take_while(move |other| *other >> 32 == keyed[i] >> 32)
                .map(move |other| (at(*other), own))
                .filter(|(other, own)| links.found(*other) != links.found(*own))
                .filter(|(other, own)| match (print(*other), print(*own)) {
                    (Some(a), Some(b)) => are_alike(&a.shingles, &b.shingles),
                    _ => false,
                })
        };
        let pairs: Vec<(usize, usize)> =
            (0..keyed.len()).into_par_iter().with_min_len(1_024).flat_map_iter(alike).collect();
        for (a, b) in pairs {
            links.join(a, b);
        }
    }
    ((0..texts.len()).map(|at| links.root(at)).collect(), lengths)
}

/// How alike two texts are: the resemblance of their shingles, from 0 to 1; 1 for equal words.
pub fn resemblance(a: &str, b: &str) -> f64 {
    match (Print::of(&words(a)), Print::of(&words(b))) {
        (Some(a), Some(b)) if a.whole == b.whole => 1.0,
        (Some(a), Some(b)) => overlap(&a.shingles, &b.shingles).0,
        _ => 0.0,
    }
}

impl Print {
    /// None where there is no word.
    fn of(words: &[u32]) -> Option<Self> {
        let (first, rest) = words.split_first()?;
        let whole = rest.iter().fold(mix(u64::from(*first)), |hash, word| mix(hash ^ u64::from(*word)));
        let mut shingles: Vec<u32> = if words.len() < SHINGLE {
            vec![(whole >> 32) as u32]
        } else {
            words
                .windows(SHINGLE)
                .map(|run| (run.iter().fold(0, |hash, word| mix(hash ^ u64::from(*word))) >> 32) as u32)
                .collect()
        };
        shingles.sort_unstable();
        shingles.dedup();
        let mut least = [u32::MAX; BANDS * ROWS];
        for shingle in &shingles {
            for (at, least) in (1_u32..).zip(least.iter_mut()) {
                // Multiply-shift (Dietzfelbinger et al. 1997): odd multipliers spread by the golden ratio.
                let hash = (shingle ^ at.wrapping_mul(0x85EB_CA6B)).wrapping_mul(at.wrapping_mul(0x9E37_79B1) | 1);
                *least = (*least).min(hash ^ (hash >> 15));
            }
        }
        let mut bands = [0; BANDS];
        for (band, rows) in bands.iter_mut().zip(least.chunks_exact(ROWS)) {
            *band = (rows.iter().fold(0, |hash, row| mix(hash ^ u64::from(*row))) >> 32) as u32;
        }
        shingles.truncate(SKETCH);
        shingles.shrink_to_fit();
        Some(Self { whole, shingles, bands })
    }
}

fn are_alike(a: &[u32], b: &[u32]) -> bool {
    let (resemblance, containment) = overlap(a, b);
    let (short, long) = (a.len().min(b.len()) as f64, a.len().max(b.len()) as f64);
    resemblance >= ALIKE || (containment >= WITHIN && short >= AT_LEAST * long)
}

/// Resemblance and containment of two ascending sketches.
fn overlap(a: &[u32], b: &[u32]) -> (f64, f64) {
    let (mut i, mut j, mut both, mut seen) = (0, 0, 0_usize, 0_usize);
    // Of two sketches cut at SKETCH only the smallest hashes of the union are known of both.
    while (i < a.len() || j < b.len()) && seen < SKETCH {
        match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if x == y => {
                both += 1;
                i += 1;
                j += 1;
            }
            (Some(x), Some(y)) if x < y => i += 1,
            (Some(_), None) => i += 1,
            _ => j += 1,
        }
        seen += 1;
    }
    (both as f64 / seen.max(1) as f64, both as f64 / i.min(j).max(1) as f64)
}

/// The words of a text as hashes: lower case letters and digits; each character by itself in scripts that write no
/// spaces. Addresses, handles and the mark of a retweet are no words.
fn words(text: &str) -> Vec<u32> {
    let mut words = Vec::with_capacity(text.len() / 6 + 1);
    for (at, piece) in text.split_whitespace().enumerate() {
        let address = piece.len() > 4 && (piece.starts_with("http") || piece.starts_with("www."));
        let handle =
            piece.strip_prefix(['.', '"', '“']).unwrap_or(piece).starts_with('@') || piece.starts_with("[handle]");
        if address || handle || (at == 0 && piece == "RT") {
            continue;
        }
        let mut hash = 0_u64;
        for c in piece.chars() {
            if is_alone(c) {
                words.extend(ended(&mut hash));
                words.push((mix(c as u64) >> 32) as u32);
            } else if c.is_alphanumeric() {
                if c.is_ascii() {
                    hash = step(hash, u64::from(c.to_ascii_lowercase() as u32));
                } else {
                    hash = c.to_lowercase().fold(hash, |hash, low| step(hash, low as u64));
                }
            } else if !matches!(c, '\'' | '’') {
                words.extend(ended(&mut hash));
            }
        }
        words.extend(ended(&mut hash));
    }
    words
}

/// FNV-1a (Fowler, Noll & Vo 1991) on characters; never 0 for a word.
fn step(hash: u64, c: u64) -> u64 {
    let hash = if hash == 0 { 0xCBF2_9CE4_8422_2325 } else { hash };
    (hash ^ c).wrapping_mul(0x0000_0100_0000_01B3)
}

fn ended(hash: &mut u64) -> Option<u32> {
    let word = (*hash != 0).then(|| (mix(*hash) >> 32) as u32);
    *hash = 0;
    word
}

/// Han, kana, Thai, Lao, Khmer and Burmese stand without spaces.
fn is_alone(c: char) -> bool {
    matches!(c as u32, 0x0E01..=0x0EDF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF
        | 0xF900..=0xFAFF | 0x2_0000..=0x2_FA1F)
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Disjoint sets whose root is their smallest member.
struct Links {
    parent: Vec<usize>,
}

impl Links {
    fn new(members: usize) -> Self {
        Self { parent: (0..members).collect() }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// The root, without shortening the way to it.
    fn found(&self, mut at: usize) -> usize {
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
#[path = "near_tests.rs"]
mod tests;
