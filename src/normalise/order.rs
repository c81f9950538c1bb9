//! Rows in the order of their uids.

use std::cmp::Ordering;

use polars::prelude::IdxSize;
use rayon::slice::ParallelSliceMut;

use crate::error::{Error, Result};

/// Bytes of a uid that are compared as one number.
const BYTES: usize = 16;

/// The rows of `uids` in their order; those of equal uids by `then`, then in theirs.
///
/// Uids begin alike ("zendesk:…"): after what all have in common the next sixteen bytes, as one number, nearly always
/// decide, and a number lies in the row of numbers that is sorted where a text lies anywhere.
///
/// # Errors
/// When there are more rows than an index holds.
pub(crate) fn by_uid(uids: &[&str], then: impl Fn(usize, usize) -> Ordering + Sync) -> Result<Vec<IdxSize>> {
    let height = IdxSize::try_from(uids.len())
        .map_err(|_| Error::failed("too many rows for one run").hint("name fewer dumps, or those of a shorter time"))?;
    let first = uids.first().map_or(&[][..], |uid| uid.as_bytes());
    let alike = |uid: &&str| first.iter().zip(uid.as_bytes()).take_while(|(a, b)| a == b).count();
    let common = uids.iter().map(alike).min().unwrap_or(0);
    let key = |uid: &str| {
        let rest = &uid.as_bytes()[common..];
        let mut bytes = [0; BYTES];
        let n = rest.len().min(BYTES);
        bytes[..n].copy_from_slice(&rest[..n]);
        u128::from_be_bytes(bytes)
    };
    let mut keyed: Vec<(u128, IdxSize)> = uids.iter().zip(0..height).map(|(uid, row)| (key(uid), row)).collect();
    keyed.par_sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| {
            let (left, right) = (a.1 as usize, b.1 as usize);
            uids[left].cmp(uids[right]).then_with(|| then(left, right)).then(left.cmp(&right))
        })
    });
    Ok(keyed.into_iter().map(|(_, row)| row).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_the_order_of_the_texts(uids in proptest::collection::vec("(x:)?[a-c\0]{0,3}[a-b]{0,18}", 0..40)) {
            let uids: Vec<&str> = uids.iter().map(String::as_str).collect();
            let found = by_uid(&uids, |a, b| b.cmp(&a)).unwrap();
            let mut expected: Vec<IdxSize> = (0..uids.len() as IdxSize).collect();
            expected.sort_by(|a, b| uids[*a as usize].cmp(uids[*b as usize]).then(b.cmp(a)));
            prop_assert_eq!(found, expected);
        }
    }
}
