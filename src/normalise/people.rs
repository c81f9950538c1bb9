//! Who wrote what in which thread: the unit of counting.

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::error::Result;

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
    let system = texts(records, "system")?;
    let account = texts(records, "account")?;
    let mut named: Vec<Option<(u8, &str)>> = vec![None; records.height()];
    for (rank, column) in (0u8..).zip(NAMES) {
        for (name, cell) in named.iter_mut().zip(texts(records, column)?) {
            if name.is_none() {
                *name = cell.filter(|c| !c.is_empty()).map(|c| (rank, c));
            }
        }
    }
    let key = |row: usize| named[row].map(|name| (system[row], account[row], name));
    let author = numbered(records.height(), key);
    let thread = texts(records, "thread_id")?;
    let shared = numbered(records.height(), |row| {
        author[row].and_then(|who| thread[row].filter(|t| !t.is_empty()).map(|thread| (who, thread)))
    });
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

/// Numbers equal keys alike, in the keys' order.
fn numbered<K: Ord + Send + Copy>(rows: usize, key: impl Fn(usize) -> Option<K>) -> Vec<Option<i64>> {
    let mut keyed: Vec<(K, usize)> = (0..rows).filter_map(|row| key(row).map(|k| (k, row))).collect();
    keyed.par_sort_unstable();
    let mut numbers = vec![None; rows];
    let mut number = 0;
    for (i, (key, row)) in keyed.iter().enumerate() {
        if i > 0 && keyed[i - 1].0 != *key {
            number += 1;
        }
        numbers[*row] = Some(number);
    }
    numbers
}

/// The cells of a text column.
pub fn texts<'a>(frame: &'a DataFrame, name: &str) -> Result<Vec<Option<&'a str>>> {
    Ok(frame.column(name)?.str()?.iter().collect())
}
