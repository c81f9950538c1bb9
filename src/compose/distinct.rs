//! Distinct reports: near copies and equal texts of an issue count once.

use rayon::prelude::*;

use crate::cluster::intern::hash;
use crate::cluster::matches::Pair;
use crate::enrich::Voiced;
use crate::error::Result;

/// Matches looked up at a time.
const TOGETHER: usize = 1 << 16;

/// How many distinct texts the matches of each issue hold. `issues` is how many issues there are.
///
/// # Errors
/// An internal error when a contract is broken.
pub(crate) fn distinct<'m>(
    voiced: &Voiced,
    mut matches: impl Iterator<Item = &'m Pair>,
    issues: usize,
) -> Result<Vec<i64>> {
    let texts = voiced.text()?;
    // Records are sorted by uid.
    let uids: Vec<&str> = voiced.texts_of("uid")?.iter().map(Option::unwrap_or_default).collect();
    let echoes = voiced.texts_of("echo_of").ok();
    let key = |found: &&Pair| {
        let row = found.row as usize;
        let echoed = echoes.and_then(|echoes| echoes.get(row)).and_then(|uid| uids.binary_search(&uid).ok());
        hash(texts.get(echoed.unwrap_or(row)).unwrap_or_default().as_bytes())
    };
    let mut seen: Vec<Vec<u64>> = vec![Vec::new(); issues];
    loop {
        let some: Vec<&Pair> = matches.by_ref().take(TOGETHER).collect();
        if some.is_empty() {
            break;
        }
        // Looking up what was echoed is most of it.
        let keys: Vec<u64> = some.par_iter().map(key).collect();
        some.iter().zip(keys).for_each(|(found, key)| seen[found.issue].push(key));
    }
    let count = |mut keys: Vec<u64>| {
        keys.sort_unstable();
        keys.dedup();
        keys.len() as i64
    };
    Ok(seen.into_iter().map(count).collect())
}
