//! Which records are known: one small entry each, in memory.

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use ring::digest::{SHA256, digest};

use crate::normalise::versions::Version;

/// 128 bits of SHA-256 of a `uid`: among ten million records two share one with odds of 1 to 10²⁴.
pub(crate) type Uid = [u64; 2];

/// No `updated_at`.
const NEVER: i64 = i64::MIN;
/// Bit of [`Key::seen`]: this call also holds the record with the content that is stored.
const SAME: u32 = 1 << 31;

/// One known record: 40 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) uid: Uid,
    content: u64,
    updated: i64,
    /// The data file that holds it: those of the store first, then those of this call.
    pub(crate) file: u32,
    /// 0, or the number from 1 of the dump of this call that holds it first; and [`SAME`].
    seen: u32,
}

impl Key {
    pub(crate) fn new(uid: Uid, version: Version, file: u32) -> Self {
        Self { uid, content: version.content, updated: version.updated.unwrap_or(NEVER), file, seen: 0 }
    }

    /// The version that `file` holds.
    pub(crate) fn version(&self) -> Version {
        Version { updated: Some(self.updated).filter(|at| *at != NEVER), content: self.content }
    }

    /// The dump of this call, from 0, that holds it first; none when no dump of this call does.
    pub(crate) fn dump(&self) -> Option<usize> {
        ((self.seen & !SAME) as usize).checked_sub(1)
    }

    /// Whether this call holds the record as it is stored.
    pub(crate) fn same(&self) -> bool {
        self.seen & SAME != 0
    }

    /// Notes that a dump of this call holds it; the first one stays.
    pub(crate) fn see(&mut self, dump: usize, same: bool) {
        if self.dump().is_none() {
            self.seen |= dump as u32 + 1;
        }
        if same {
            self.seen |= SAME;
        }
    }
}

/// The hash of a `uid`.
pub(crate) fn uid(text: &str) -> Uid {
    let digest = digest(&SHA256, text.as_bytes());
    let half =
        |from: usize| digest.as_ref().iter().skip(from).take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    [half(0), half(8)]
}

/// The hashes of many.
pub(crate) fn uids(texts: &[&str]) -> Vec<Uid> {
    texts.par_iter().map(|text| uid(text)).collect()
}

/// All keys. Two sorted lists, so that adding a chunk moves the small one only; both are as long as what they hold
/// and grow in place.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    all: Vec<Key>,
    recent: Vec<Key>,
}

impl Keys {
    /// Takes the keys of stored records, in any order.
    pub(crate) fn load(keys: Vec<Key>) -> Self {
        let mut all = keys;
        rayon::slice::ParallelSliceMut::par_sort_unstable_by_key(all.as_mut_slice(), |key| key.uid);
        Self { all, recent: Vec::new() }
    }

    /// The key of a record.
    pub(crate) fn get(&self, uid: &Uid) -> Option<&Key> {
        let find = |list: &[Key]| list.binary_search_by(|key| key.uid.cmp(uid));
        match find(&self.all) {
            Ok(at) => self.all.get(at),
            Err(_) => find(&self.recent).ok().and_then(|at| self.recent.get(at)),
        }
    }

    /// The key of a record, to be changed; not its `uid`.
    pub(crate) fn get_mut(&mut self, uid: &Uid) -> Option<&mut Key> {
        let find = |list: &[Key]| list.binary_search_by(|key| key.uid.cmp(uid));
        match find(&self.all) {
            Ok(at) => self.all.get_mut(at),
            Err(_) => find(&self.recent).ok().and_then(|at| self.recent.get_mut(at)),
        }
    }

    /// Adds keys, sorted by `uid`, none of them known.
    pub(crate) fn add(&mut self, new: &[Key]) {
        merge(&mut self.recent, new);
        if self.recent.len() > 65_536 + self.all.len() / 8 {
            merge(&mut self.all, &self.recent);
            self.recent = Vec::new();
        }
    }

    /// How many.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.all.len() + self.recent.len()
    }

    /// Bytes held for them.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        (self.all.capacity() + self.recent.capacity()) * size_of::<Key>()
    }
}

/// Merges a sorted list into another, from the end, in the memory of the first.
fn merge(into: &mut Vec<Key>, new: &[Key]) {
    let Some(first) = new.first().copied() else { return };
    let mut old = into.len();
    into.reserve_exact(new.len());
    into.resize(old + new.len(), first);
    let mut left = new.len();
    while left > 0 {
        let to = old + left - 1;
        if old > 0 && into[old - 1].uid > new[left - 1].uid {
            into[to] = into[old - 1];
            old -= 1;
        } else {
            into[to] = new[left - 1];
            left -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> Key {
        Key::new(uid(&n.to_string()), Version { updated: None, content: n }, 0)
    }

    #[test]
    fn known_after_any_number_of_chunks_in_under_48_bytes_each() {
        let mut keys = Keys::load((0..1000).map(key).collect());
        for chunk in 1..40 {
            let mut new: Vec<Key> = (chunk * 10_000..(chunk + 1) * 10_000).map(key).collect();
            new.sort_by_key(|key| key.uid);
            keys.add(&new);
            assert!(keys.bytes() <= 48 * keys.len(), "{} bytes for {}", keys.bytes(), keys.len());
        }
        assert_eq!(keys.len(), 391_000);
        for n in [0, 999, 10_000, 123_456, 399_999] {
            assert_eq!(keys.get(&uid(&n.to_string())).unwrap().version().content, n);
        }
        assert!(keys.get(&uid("5000")).is_none());
    }

    #[test]
    fn remembers_the_first_dump_and_whether_the_content_was_the_stored_one() {
        let mut key = key(7);
        assert_eq!((key.dump(), key.same()), (None, false));
        key.see(2, false);
        key.see(3, true);
        assert_eq!((key.dump(), key.same()), (Some(2), true));
        assert_eq!(size_of::<Key>(), 40);
    }
}
