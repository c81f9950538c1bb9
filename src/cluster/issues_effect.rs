//! What an edit of the codebook does to the records: which matches came and went, and that no others did.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cluster::codebook::Codebook;
use crate::cluster::matches::{Match, Matches};
use crate::error::Result;

/// One issue before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The issue.
    pub issue_id: String,
    /// Its name after.
    pub issue: String,
    /// Records that matched it.
    pub before: i64,
    /// Records that match it.
    pub after: i64,
}

/// What an edit does to the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The issues the edit names.
    pub issues: Vec<Moved>,
    /// Records whose primary issue is another; a merged issue is the one it went into.
    pub primary_changed: i64,
    /// Records that matched an issue that counts and match none now.
    pub lost: i64,
    /// Records that matched none and match one now.
    pub gained: i64,
    /// Matches of issues the edit does not name that came, went, or changed their score or words: none, or the edit is
    /// wrong.
    pub others_moved: i64,
}

/// Compares what two codebooks match in the same records. `named` are the ids that the edit may touch. Of the records only
/// those of `rows` (by row) are told of; but no match of another issue may move in any.
///
/// # Errors
/// Internal: matches that are not those of their codebook.
pub fn effect(
    before: (&Codebook, &Matches),
    after: (&Codebook, &Matches),
    named: &[String],
    rows: &[bool],
) -> Result<Effect> {
    let (old, new) = (before.1.matches(before.0)?, after.1.matches(after.0)?);
    let ids = |book: &Codebook, matches: &[Match]| -> Vec<(u32, String)> {
        matches.iter().map(|m| (m.row, book.issues[m.issue].id.clone())).collect()
    };
    let (old_ids, new_ids) = (ids(before.0, &old), ids(after.0, &new));
    let mut effect = Effect::default();
    for id in named {
        let count =
            |ids: &[(u32, String)]| ids.iter().filter(|(row, other)| other == id && rows[*row as usize]).count() as i64;
        let name = [after.0, before.0].iter().find_map(|book| book.issue(id)).map(|i| i.name.clone());
        effect.issues.push(Moved {
            issue_id: id.clone(),
            issue: name.unwrap_or_default(),
            before: count(&old_ids),
            after: count(&new_ids),
        });
    }
    let others =
        |ids: &'_ [(u32, String)], matches: &[Match], book: &Codebook| -> BTreeMap<(u32, String), (i64, String)> {
            let own = ids.iter().zip(matches).filter(|((_, id), _)| !named.contains(id));
            own.map(|(key, m)| {
                (key.clone(), ((m.score * 1000.0).round() as i64, m.words(book).collect::<Vec<_>>().join("\n")))
            })
            .collect()
        };
    let (a, b) = (others(&old_ids, &old, before.0), others(&new_ids, &new, after.0));
    let moved = a.iter().filter(|(key, value)| b.get(*key) != Some(value)).count();
    let came = b.keys().filter(|key| !a.contains_key(*key)).count();
    effect.others_moved = (moved + came) as i64;
    // A record's primary before, as it is called now.
    let now = |id: &str| -> Vec<String> {
        let place = after.0.issues.iter().position(|issue| issue.id == id);
        place.map_or_else(Vec::new, |at| after.0.current(at).iter().map(|at| after.0.issues[*at].id.clone()).collect())
    };
    let primary = |ids: &[(u32, String)], matches: &[Match]| -> BTreeMap<u32, String> {
        ids.iter().zip(matches).filter(|(_, m)| m.primary && rows[m.row as usize]).map(|(key, _)| key.clone()).collect()
    };
    let (a, b) = (primary(&old_ids, &old), primary(&new_ids, &new));
    for (row, id) in &a {
        match b.get(row) {
            None => effect.lost += 1,
            Some(other) if !now(id).contains(other) => effect.primary_changed += 1,
            Some(_) => {}
        }
    }
    effect.gained = b.keys().filter(|row| !a.contains_key(row)).count() as i64;
    effect.primary_changed += effect.lost + effect.gained;
    Ok(effect)
}
