//! Words with a value, found in one step: an open-addressing hash table that is built once.

/// From a word to its value.
#[derive(Debug)]
pub(crate) struct Table<V> {
    entries: Vec<(&'static str, V)>,
    /// A place in `entries`, plus one; 0 is free. A power of two, at most half full.
    slots: Vec<u32>,
}

impl<V> Table<V> {
    /// Of these words; of equal ones the last counts.
    pub(crate) fn new(words: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        let entries: Vec<(&'static str, V)> = words.into_iter().collect();
        let mut slots = vec![0_u32; (entries.len() * 2).next_power_of_two().max(2)];
        for (at, (word, _)) in entries.iter().enumerate() {
            let mut slot = hash(word) & (slots.len() - 1);
            while slots[slot] != 0 && entries[slots[slot] as usize - 1].0 != *word {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = at as u32 + 1;
        }
        Self { entries, slots }
    }

    /// A word's value.
    pub(crate) fn get(&self, word: &str) -> Option<&V> {
        let mut slot = hash(word) & (self.slots.len() - 1);
        while self.slots[slot] != 0 {
            let (known, value) = &self.entries[self.slots[slot] as usize - 1];
            if *known == word {
                return Some(value);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }
}

/// FNV-1a (Fowler, Noll & Vo 1991), its upper bits mixed in.
fn hash(word: &str) -> usize {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)) as usize
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
