//! An issue → the parts it falls into, found by clustering inside it.

use std::collections::BTreeMap;

use crate::cluster::Options;
use crate::cluster::codebook::{Codebook, Issue, new_id};
use crate::cluster::discover::discover;
use crate::cluster::matches::Matches;
use crate::cluster::matching::match_records;
use crate::cluster::taught::taught;
use crate::enrich::Voiced;
use crate::error::{Error, Result};

/// The parts that the issue at `at` falls into: `parts` of them, or as many as its texts bear. Discovery runs on the
/// issue's own records; each part's keywords are then learned against all of `rows`, so that a part keeps to what the
/// issue was about. Ids and names are none that the codebook has.
///
/// # Errors
/// Too few records match it, or they do not fall into parts.
pub fn split(
    voiced: &Voiced,
    rows: &[u32],
    matches: &Matches,
    codebook: &Codebook,
    at: usize,
    parts: Option<usize>,
) -> Result<Vec<Issue>> {
    let issue = &codebook.issues[at];
    let mut own = vec![false; voiced.len()];
    for m in matches.pairs(codebook)?.iter().filter(|m| m.issue == at) {
        own[m.row as usize] = true;
    }
    let inside: Vec<u32> = rows.iter().copied().filter(|row| own[*row as usize]).collect();
    let options = Options { issues: parts, ignore: codebook.ignore.clone(), ..Options::default() };
    let found = discover(voiced, &inside, &options).map_err(|error| {
        Error::failed(format!("the {} records of \"{}\" fall into no parts", inside.len(), issue.name))
            .evidence(error.what())
            .hint("split it by hand: copy its [[issue]] in the codebook, give the copy a new name and no id")
    })?;
    let grouped = match_records(voiced, &found)?;
    let mut part_of: BTreeMap<u32, u32> = BTreeMap::new();
    for m in grouped.pairs(&found)?.iter().filter(|m| m.primary && own[m.row as usize]) {
        part_of.insert(m.row, m.issue as u32);
    }
    let group_of: Vec<Option<u32>> = rows.iter().map(|row| part_of.get(row).copied()).collect();
    let taught = taught(voiced, rows, &group_of, found.issues.len(), &codebook.ignore)?;
    let mut parts: Vec<Issue> = Vec::new();
    for part in taught.into_iter().flatten() {
        let taken = |id: &str| codebook.issue(id).is_some() || parts.iter().any(|other| other.id == id);
        let id = new_id(&part.id, taken);
        let named = codebook.issues.iter().chain(&parts).any(|other| other.name.eq_ignore_ascii_case(&part.name));
        let name = if named { format!("{} ({id})", part.name) } else { part.name.clone() };
        parts.push(Issue { id, name, ..part });
    }
    if parts.len() < 2 {
        return Err(Error::failed(format!(
            "the {} records of \"{}\" share their words: they fall into no parts",
            inside.len(),
            issue.name
        ))
        .hint("ask for a number of parts: --issues 2"));
    }
    Ok(parts)
}
