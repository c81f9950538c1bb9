//! Distinct reports: near copies and equal texts of an issue count once.

use crate::cluster::intern::hash;
use crate::cluster::matches::Pair;
use crate::enrich::Voiced;
use crate::error::Result;

/// How many distinct texts the matches of each issue hold. `issues` is how many issues there are.
///
/// # Errors
/// An internal error when a contract is broken.
pub(crate) fn distinct<'m>(
    voiced: &Voiced,
    matches: impl Iterator<Item = &'m Pair>,
    issues: usize,
) -> Result<Vec<i64>> {
    let texts = voiced.text()?;
    // Records are sorted by uid.
    let uids: Vec<&str> = voiced.texts_of("uid")?.iter().map(Option::unwrap_or_default).collect();
    let echoes = voiced.texts_of("echo_of").ok();
    let mut seen: Vec<Vec<u64>> = vec![Vec::new(); issues];
    for found in matches {
        let row = found.row as usize;
        let echoed = echoes.and_then(|echoes| echoes.get(row)).and_then(|uid| uids.binary_search(&uid).ok());
        let text = texts.get(echoed.unwrap_or(row)).unwrap_or_default();
        seen[found.issue].push(hash(text.as_bytes()));
    }
    let count = |mut keys: Vec<u64>| {
        keys.sort_unstable();
        keys.dedup();
        keys.len() as i64
    };
    Ok(seen.into_iter().map(count).collect())
}
