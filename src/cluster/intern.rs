//! Words ↔ small numbers, in the order of first sight.
//!
//! The standard map's order is random and its hash slow for words of a few bytes; this one has neither an order of its
//! own nor a seed: the numbers depend on the order of insertion alone.

/// No such word.
pub const NONE: u32 = u32::MAX;

/// A table of distinct words, numbered from 0.
#[derive(Debug, Clone, Default)]
pub struct Interner {
    /// Open addressing, a power of two; [`NONE`] is free.
    slots: Vec<u32>,
    /// All words, one after the other.
    letters: String,
    /// Where each word ends in `letters`.
    ends: Vec<u32>,
}

impl Interner {
    /// How many words.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The word with this number.
    pub fn word(&self, id: u32) -> &str {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        &self.letters[start..self.ends[id] as usize]
    }

    /// The number of `word`, or [`NONE`].
    pub fn find(&self, word: &str) -> u32 {
        if self.slots.is_empty() { NONE } else { self.slots[self.slot(word)] }
    }

    /// The number of `word`, new if it was not known.
    pub fn add(&mut self, word: &str) -> u32 {
        if self.slots.len() < (self.len() + 1) * 2 {
            self.grow();
        }
        let slot = self.slot(word);
        if self.slots[slot] == NONE {
            self.letters.push_str(word);
            self.slots[slot] = self.ends.len() as u32;
            self.ends.push(self.letters.len() as u32);
        }
        self.slots[slot]
    }

    /// Where `word` is, or would be.
    fn slot(&self, word: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash(word.as_bytes()) as usize & mask;
        while self.slots[at] != NONE && self.word(self.slots[at]) != word {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        self.slots = vec![NONE; (self.slots.len() * 2).max(64)];
        let mask = self.slots.len() - 1;
        for id in 0..self.len() as u32 {
            let mut at = hash(self.word(id).as_bytes()) as usize & mask;
            while self.slots[at] != NONE {
                at = (at + 1) & mask;
            }
            self.slots[at] = id;
        }
    }
}

/// FNV-1a (Fowler, Noll, Vo 1991), 64 bits, with a final mix so that the low bits depend on every byte.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    mix(hash)
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_words_in_order_of_first_sight() {
        let mut words = Interner::default();
        let ids: Vec<u32> = ["b", "a", "b", ""].iter().map(|w| words.add(w)).collect();
        assert_eq!(ids, [0, 1, 0, 2]);
        assert_eq!((words.word(1), words.find("c"), words.find("")), ("a", NONE, 2));
        for i in 0..5000 {
            words.add(&format!("w{i}"));
        }
        assert_eq!(words.word(words.find("w4321")), "w4321");
        assert_eq!(words.len(), 5003);
    }
}
