//! Words with a value, found in one step: an open-addressing hash table that is built once.

/// From a word to its value.
#[derive(Debug)]
pub(crate) struct Table<V> {
    entries: Vec<(&'static str, V)>,
    /// The upper half of a word's hash, and its place in `entries` plus one; place 0 is free. A power of two, at most
    /// half full.
    slots: Vec<(u32, u32)>,
}

impl<V> Table<V> {
    /// Of these words; of equal ones the last counts.
    pub(crate) fn new(words: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        let entries: Vec<(&'static str, V)> = words.into_iter().collect();
        let mut slots = vec![(0_u32, 0_u32); (entries.len() * 2).next_power_of_two().max(2)];
        for (at, (word, _)) in entries.iter().enumerate() {
            let hash = hash(word);
            let mut slot = hash as usize & (slots.len() - 1);
            while slots[slot].1 != 0 && entries[slots[slot].1 as usize - 1].0 != *word {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = ((hash >> 32) as u32, at as u32 + 1);
        }
        Self { entries, slots }
    }

    /// A word's value.
    pub(crate) fn get(&self, word: &str) -> Option<&V> {
        let hash = hash(word);
        let mut slot = hash as usize & (self.slots.len() - 1);
        while self.slots[slot].1 != 0 {
            let (upper, at) = self.slots[slot];
            // Most words are not in the table: their hashes tell, without a look at the words.
            if upper == (hash >> 32) as u32 {
                let (known, value) = &self.entries[at as usize - 1];
                if *known == word {
                    return Some(value);
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }
}

/// Eight bytes at a time, each mixed by a multiplication (Fowler, Noll & Vo's scheme with the golden ratio's multiplier,
/// Knuth 1973, §6.4); the halves are folded, so that lower and upper bits both depend on all.
fn hash(word: &str) -> u64 {
    let mixed = |hash: u64, piece: u64| {
        let product = u128::from(hash ^ piece) * 0x9E37_79B9_7F4A_7C15_u128;
        (product >> 64) as u64 ^ product as u64
    };
    let mut pieces = word.as_bytes().chunks_exact(8);
    let mut hash = word.len() as u64 ^ 0xCBF2_9CE4_8422_2325;
    for piece in &mut pieces {
        hash = mixed(hash, piece.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
    }
    let rest = pieces.remainder().iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    mixed(mixed(hash, rest), 0xC2B2_AE3D_27D4_EB4F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_the_last_of_equals_counts() {
        let table = Table::new([("a", 1), ("b", 2), ("a", 3)]);
        assert_eq!((table.get("a"), table.get("b"), table.get("c")), (Some(&3), Some(&2), None));
        assert_eq!(Table::<u8>::new([]).get(""), None);
    }
}
