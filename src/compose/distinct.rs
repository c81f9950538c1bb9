//! Distinct reports: near copies and equal texts of an issue count once.

use std::collections::BTreeMap;

use crate::cluster::intern::hash;
use crate::cluster::matches::Match;
use crate::enrich::Voiced;
use crate::error::Result;

/// How many distinct texts the matches of each issue hold. `issues` is how many issues there are.
///
/// # Errors
/// An internal error when a contract is broken.
pub(crate) fn distinct<'m>(
    voiced: &Voiced,
    matches: impl Iterator<Item = &'m Match>,
    issues: usize,
) -> Result<Vec<i64>> {
    let (uids, texts) = (voiced.texts_of("uid")?, voiced.text()?);
    let echoes = voiced.texts_of("echo_of").ok();
    let mut leaders: BTreeMap<&str, Option<usize>> =
        echoes.map(|echoes| echoes.iter().flatten().map(|uid| (uid, None)).collect()).unwrap_or_default();
    if !leaders.is_empty() {
        for (row, uid) in uids.iter().enumerate() {
            if let Some(leader) = uid.and_then(|uid| leaders.get_mut(uid)) {
                *leader = Some(row);
            }
        }
    }
    let mut seen: Vec<Vec<u64>> = vec![Vec::new(); issues];
    for found in matches {
        let row = found.row as usize;
        let echoed = echoes.and_then(|echoes| echoes.get(row)).and_then(|uid| leaders.get(uid).copied().flatten());
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
