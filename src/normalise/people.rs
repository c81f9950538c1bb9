//! Who wrote what in which thread: the unit of counting.

use polars::prelude::DataFrame;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::error::Result;
use crate::normalise::texts::Texts;

/// Author and unit of every record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// A number per author; null when the record names none.
    pub author: Vec<Option<i64>>,
    /// A number per author and thread; a record without author or thread is a unit of its own.
    pub unit: Vec<i64>,
}

/// The columns that may name an author, best first.
pub const NAMES: [&str; 4] = ["author_id", "author_handle", "author_email", "author_name"];

/// Numbers authors and units. An author is the first of author_id, author_handle, author_email and author_name that
/// is there, within one system and account; a thread is a thread_id.
pub fn people(records: &DataFrame) -> Result<People> {
    let system = Texts::of(records, "system")?;
    let account = Texts::of(records, "account")?;
    let mut named: Vec<Option<(u8, &str)>> = vec![None; records.height()];
    for (rank, column) in (0u8..).zip(NAMES) {
        if records.column(column)?.null_count() == records.height() {
            continue;
        }
        for (name, cell) in named.iter_mut().zip(Texts::of(records, column)?.iter()) {
            if name.is_none() {
                *name = cell.filter(|c| !c.is_empty()).map(|c| (rank, c));
            }
        }
    }
    let key = |row: usize| named[row].map(|name| (system.get(row), account.get(row), name));
    let author = numbered(records.height(), key, |(system, account, (rank, name))| {
        let of = |text: &Option<&str>, seed| text.map_or(seed, |text| xxh3_64_with_seed(text.as_bytes(), seed));
        xxh3_64_with_seed(name.as_bytes(), of(account, of(system, u64::from(*rank))))
    });
    if records.column("thread_id")?.null_count() == records.height() {
        return Ok(People { author, unit: (0..).take(records.height()).collect() });
    }
    let thread = Texts::of(records, "thread_id")?;
    let key =
        |row: usize| author[row].and_then(|who| thread.get(row).filter(|t| !t.is_empty()).map(|thread| (who, thread)));
    let shared = numbered(records.height(), key, |(who, thread)| xxh3_64_with_seed(thread.as_bytes(), *who as u64));
    let mut own = shared.iter().flatten().max().map_or(0, |most| most + 1);
    let unit = shared
        .iter()
        .map(|unit| {
            unit.unwrap_or_else(|| {
                own += 1;
                own - 1
            })
        })
        .collect();
    Ok(People { author, unit })
}

/// Numbers equal keys alike, from 0, in the order of their hashes: sorting numbers is far quicker than sorting names. What
/// hashes alike is told apart by the keys themselves.
fn numbered<K: Ord + Send + Sync + Copy>(
    rows: usize,
    key: impl Fn(usize) -> Option<K> + Sync,
    hash: impl Fn(&K) -> u64 + Sync,
) -> Vec<Option<i64>> {
    let mut keyed: Vec<(u64, u32)> =
        (0..rows).into_par_iter().filter_map(|row| key(row).map(|key| (hash(&key), row as u32))).collect();
    keyed.par_sort_unstable();
    let of = |one: &(u64, u32)| key(one.1 as usize);
    let mixed = |alike: &[(u64, u32)]| alike[1..].iter().any(|one| of(one) != of(&alike[0]));
    let collide = keyed.par_chunk_by(|a, b| a.0 == b.0).any(mixed);
    if collide {
        keyed.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| (of(a), a.1).cmp(&(of(b), b.1))));
    }
    let mut numbers = vec![None; rows];
    let same = |a: &(u64, u32), b: &(u64, u32)| a.0 == b.0 && (!collide || of(a) == of(b));
    for (number, same) in (0..).zip(keyed.chunk_by(same)) {
        same.iter().for_each(|(_, row)| numbers[*row as usize] = Some(number));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hashes_alike_is_told_apart_by_the_keys() {
        let keys = [Some("b"), None, Some("a"), Some("b"), Some("c"), Some("a")];
        let of = |hash: fn(&&str) -> u64| numbered(keys.len(), |row| keys[row], hash);
        assert_eq!(of(|_| 7), [Some(1), None, Some(0), Some(1), Some(2), Some(0)]);
        assert_eq!(of(|key| u64::from(*key == "a")), [Some(0), None, Some(2), Some(0), Some(1), Some(2)]);
    }
}
