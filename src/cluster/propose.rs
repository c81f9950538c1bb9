//! What a codebook does not cover yet → candidates for it.

use crate::cluster::Options;
use crate::cluster::codebook::{Codebook, Issue, Status, new_id};
use crate::cluster::discover::discover;
use crate::cluster::matches::Matches;
use crate::enrich::Voiced;
use crate::error::Result;

/// Unmatched records with text that make it worth looking.
const FEWEST: usize = 50;

/// New issues found among those of `rows` that match nothing, as candidates, with ids and names the codebook does not
/// use. Empty when fewer than 50 records with text are left, or nothing recurs in them.
///
/// # Errors
/// An internal error when a contract is broken.
pub fn propose(voiced: &Voiced, rows: &[u32], matches: &Matches, codebook: &Codebook) -> Result<Vec<Issue>> {
    let mut matched = vec![false; voiced.len()];
    matches.rows()?.iter().flatten().filter_map(|row| usize::try_from(row).ok()).for_each(|row| matched[row] = true);
    let texts = voiced.text()?;
    let left: Vec<u32> =
        rows.iter().copied().filter(|row| !matched[*row as usize] && texts.get(*row as usize).is_some()).collect();
    if left.len() < FEWEST {
        return Ok(Vec::new());
    }
    let options = Options { ignore: codebook.ignore.clone(), ..Options::default() };
    // Too few texts that share words is no failure here: there is nothing to propose.
    let Ok(found) = discover(voiced, &left, &options) else { return Ok(Vec::new()) };
    let mut proposed: Vec<Issue> = Vec::new();
    for mut issue in found.issues {
        let known = |id: &str| codebook.issue(id).is_some() || proposed.iter().any(|other| other.id == id);
        issue.id = new_id(&issue.id, known);
        if codebook.issues.iter().any(|other| other.name == issue.name) {
            issue.name = format!("{} ({})", issue.name, issue.id);
        }
        issue.status = Status::Candidate;
        proposed.push(issue);
    }
    Ok(proposed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::matching::match_records;
    use crate::enrich::plain::{Plain, records_of};
    use crate::enrich::{self, enrich};

    #[test]
    fn proposes_what_is_not_covered() {
        let themes = [
            ["late flight", "flight delayed", "missed connection"],
            ["lost bag", "bag claim", "luggage desk"],
            ["refund denied", "charged twice", "credit card"],
        ];
        let texts: Vec<String> =
            (0..180).map(|i| format!("{} {}", themes[i % 3][i / 3 % 3], themes[i % 3][(i / 9 + 1) % 3])).collect();
        // Copies are one text: a word of its own keeps each apart.
        let texts: Vec<String> = texts.iter().enumerate().map(|(i, text)| format!("{text} own{i}")).collect();
        let uids: Vec<String> = (0..180).map(|i| format!("u{i:03}")).collect();
        let rows: Vec<Plain<'_>> =
            texts.iter().zip(&uids).map(|(text, uid)| Plain { uid, body: Some(text), ..Plain::default() }).collect();
        let voiced = enrich(&records_of(&rows).unwrap(), &enrich::Options::default()).unwrap();
        let book = "[[issue]]\nname='Late'\nkeywords=['late flight','delayed','missed']";
        let book = Codebook::parse(book, "x").unwrap();
        let matches = match_records(&voiced, &book).unwrap();
        assert_eq!(matches.len(), 60);
        let all: Vec<u32> = (0..180).collect();
        let proposed = propose(&voiced, &all, &matches, &book).unwrap();
        assert!(proposed.len() >= 2 && proposed.iter().all(|issue| issue.status == Status::Candidate));
        assert!(!proposed.iter().flat_map(|issue| &issue.keywords).any(|k| k.text.contains("flight")));
        // Nothing is left where everything is covered.
        assert!(propose(&voiced, &all[..60], &matches, &book).unwrap().is_empty());
    }
}
