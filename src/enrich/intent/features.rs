//! What the model sees: words, pairs of words and pieces of words, each hashed to a place in its table.

/// The table's places: 2^16, so that four classes of one byte take 256 KiB.
pub const PLACES: usize = 1 << 16;
/// Letters in a piece of a word.
const PIECES: [usize; 2] = [3, 4];

/// Calls `f` with each feature's place and, for explanations, its words: a word, two words, or a piece of a word.
///
/// `plain` is a text from [`super::plainly::plainly`]. A feature that occurs twice is given twice.
pub fn each<'t>(plain: &'t str, f: &mut impl FnMut(usize, Feature<'t>)) {
    let mut before = "";
    for word in plain.split_ascii_whitespace() {
        let own = hash(WORD, word.as_bytes());
        f(place(own), Feature::Word(word));
        if !before.is_empty() {
            let pair = hash(hash(PAIR, before.as_bytes()), word.as_bytes());
            f(place(pair), Feature::Pair(before, word));
        }
        before = word;
        pieces(word, f);
    }
}

/// A feature in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature<'t> {
    /// A word.
    Word(&'t str),
    /// Two words in a row.
    Pair(&'t str, &'t str),
    /// Letters within a word; `<` and `>` are its ends.
    Piece(&'t str),
}

impl std::fmt::Display for Feature<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Pair(first, second) => write!(f, "{first} {second}"),
            Self::Piece(piece) => write!(f, "…{piece}…"),
        }
    }
}

/// Pieces of words of at least four letters; a piece at an end of the word is another feature than the same inside.
fn pieces<'t>(word: &'t str, f: &mut impl FnMut(usize, Feature<'t>)) {
    if !word.is_ascii() || word.len() < 4 {
        return;
    }
    let bytes = word.as_bytes();
    for length in PIECES {
        for (at, piece) in bytes.windows(length).enumerate() {
            let seed = PIECE ^ u32::from(at == 0) ^ (u32::from(at + length == bytes.len()) << 1);
            f(place(hash(seed, piece)), Feature::Piece(&word[at..at + length]));
        }
    }
}

/// Seeds that keep the three kinds of features apart.
const WORD: u32 = 0x811C_9DC5;
const PAIR: u32 = 0x9E37_79B9;
const PIECE: u32 = 0x85EB_CA68;

/// FNV-1a (Fowler, Noll & Vo 1991), 32 bits.
fn hash(seed: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(seed, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}

/// The last mixing step of MurmurHash3 (Appleby 2011), so that all bits take part in the place.
fn place(hash: u32) -> usize {
    let h = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    let h = (h ^ (h >> 13)).wrapping_mul(0xC2B2_AE35);
    (h ^ (h >> 16)) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_pairs_and_pieces() {
        let mut seen = Vec::new();
        each(" it breaks ", &mut |_, feature| seen.push(feature.to_string()));
        assert_eq!(
            seen,
            ["it", "breaks", "it breaks", "…bre…", "…rea…", "…eak…", "…aks…", "…brea…", "…reak…", "…eaks…"]
        );
    }
}
