//! Issues found anew → the ones that were known: what stayed, split, merged, went and is new (methods.md §1.6).

use serde::Serialize;

use crate::cluster::assign::assign;
use crate::cluster::codebook::{Codebook, Issue, new_id};

/// From this similarity on a found issue is the known one (methods.md §1.6).
const SAME: f64 = 0.3;
/// From this similarity on it is a part of one (methods.md §1.6).
const PART: f64 = 0.2;

/// A re-fit as an edit of the codebook.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refit {
    /// Known issues, by place, with what was learned of them now; name, status, owner and the like stay the known ones'.
    pub kept: Vec<(usize, Issue)>,
    /// Issues that were not known, with new ids.
    pub new: Vec<Issue>,
    /// Known issues, by place, that were not found again, each with the ids of what took its place, if anything.
    pub gone: Vec<(usize, Vec<String>)>,
    /// What happened, for people: one line per issue that was or is.
    pub account: Vec<Line>,
}

/// What became of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// Found again: the id stays.
    Stayed,
    /// Written by hand: left as it is.
    Kept,
    /// Found again, and other issues hold parts of it.
    Split,
    /// Taken up by an issue that stayed under another id, or that is new.
    Merged,
    /// Not found again.
    Gone,
    /// Not known before.
    New,
}

/// One line of the account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What became of it.
    pub fate: Fate,
    /// The issue.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// How alike the keywords are, 0 to 1; null where nothing was compared.
    pub similarity: Option<f64>,
    /// The names of the issues it was split into, merged into, or comes from.
    pub with: Vec<String>,
}

/// Whether a person wrote its keywords: a list without weights, or a pattern. A re-fit never touches those.
fn by_hand(issue: &Issue) -> bool {
    issue.pattern.is_some() || issue.keywords.iter().all(|keyword| keyword.weight == issue.min_score)
}

/// S = Σ min(w_a, w_b) / Σ max(w_a, w_b) over keywords, each issue's weights scaled to a sum of 1 (methods.md §1.6).
pub fn similarity(a: &Issue, b: &Issue) -> f64 {
    let sum = |issue: &Issue| issue.keywords.iter().map(|k| k.weight).sum::<f64>();
    let (all_a, all_b) = (sum(a), sum(b));
    if all_a <= 0.0 || all_b <= 0.0 {
        return 0.0;
    }
    let weight = |issue: &Issue, all: f64, text: &str| {
        let folded = text.to_lowercase();
        issue.keywords.iter().find(|k| k.text.to_lowercase() == folded).map_or(0.0, |k| k.weight / all)
    };
    let shared = a.keywords.iter().map(|k| (k.weight / all_a).min(weight(b, all_b, &k.text))).sum::<f64>();
    // Σ max = Σ a + Σ b − Σ min, and both sums are 1.
    shared / (2.0 - shared)
}

/// Matches the issues `found` anew with those `known`: one to one, so that the similarities add up to the most.
pub fn refit(known: &Codebook, found: &[Issue]) -> Refit {
    let places: Vec<usize> = (0..known.issues.len()).filter(|at| known.issues[*at].status.matched()).collect();
    let alike: Vec<Vec<f64>> =
        places.iter().map(|at| found.iter().map(|issue| similarity(&known.issues[*at], issue)).collect()).collect();
    let partner: Vec<Option<usize>> =
        assign(&alike, found.len()).into_iter().zip(&alike).map(|(to, row)| to.filter(|to| row[*to] >= SAME)).collect();
    let mut refit = Refit::default();
    // What each found issue is called from now on.
    let mut called: Vec<Option<(String, String)>> = vec![None; found.len()];
    for (row, to) in partner.iter().enumerate() {
        if let Some(to) = to {
            let issue = &known.issues[places[row]];
            called[*to] = Some((issue.id.clone(), issue.name.clone()));
        }
    }
    for (to, issue) in found.iter().enumerate().filter(|(to, _)| !partner.contains(&Some(*to))) {
        let taken = |id: &str| known.issue(id).is_some() || refit.new.iter().any(|other| other.id == id);
        let id = new_id(&issue.id, taken);
        let named = |name: &str| known.issues.iter().chain(&refit.new).any(|other| other.name == name);
        let name = if named(&issue.name) { format!("{} ({id})", issue.name) } else { issue.name.clone() };
        called[to] = Some((id.clone(), name.clone()));
        refit.new.push(Issue { id, name, ..issue.clone() });
    }
    let name_of = |to: usize| called[to].as_ref().map_or(String::new(), |(_, name)| name.clone());
    for (row, at) in places.iter().enumerate() {
        let issue = &known.issues[*at];
        let others: Vec<usize> =
            (0..found.len()).filter(|to| alike[row][*to] >= PART && partner[row] != Some(*to)).collect();
        let (fate, similarity) = match partner[row] {
            _ if by_hand(issue) => (Fate::Kept, partner[row].map(|to| alike[row][to])),
            Some(to) => (if others.is_empty() { Fate::Stayed } else { Fate::Split }, Some(alike[row][to])),
            None if others.is_empty() => (Fate::Gone, None),
            None => (Fate::Merged, others.iter().map(|to| alike[row][*to]).max_by(f64::total_cmp)),
        };
        match fate {
            Fate::Kept => {}
            Fate::Gone | Fate::Merged => {
                let ids = others.iter().filter_map(|to| called[*to].as_ref().map(|(id, _)| id.clone()));
                refit.gone.push((*at, ids.collect()));
            }
            _ => refit.kept.extend(partner[row].map(|to| (*at, found[to].clone()))),
        }
        let with = others.iter().map(|to| name_of(*to)).collect();
        refit.account.push(Line { fate, issue_id: issue.id.clone(), issue: issue.name.clone(), similarity, with });
    }
    for issue in &refit.new {
        let to = called.iter().position(|c| c.as_ref().is_some_and(|(id, _)| *id == issue.id));
        let from = places.iter().enumerate().filter(|(row, _)| to.is_some_and(|to| alike[*row][to] >= PART));
        let with = from.map(|(_, at)| known.issues[*at].name.clone()).collect();
        refit.account.push(Line {
            fate: Fate::New,
            issue_id: issue.id.clone(),
            issue: issue.name.clone(),
            similarity: None,
            with,
        });
    }
    refit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(text: &str) -> Codebook {
        Codebook::parse(text, "x").unwrap()
    }

    #[test]
    fn similarity_by_hand() {
        let book = book(
            "[[issue]]\nname='a'\nkeywords={ late = 3, delay = 1 }\n[[issue]]\nname='b'\nkeywords={ Late = 1, lag = 1 }\n[[issue]]\nname='c'",
        );
        // Scaled: a = (.75, .25), b = (.5, .5); Σ min = .5, Σ max = .75 + .25 + .5 = 1.5.
        assert!((similarity(&book.issues[0], &book.issues[1]) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(similarity(&book.issues[0], &book.issues[0]), 1.0);
        assert_eq!(similarity(&book.issues[0], &book.issues[2]), 0.0);
    }

    #[test]
    fn says_what_stayed_split_merged_went_and_is_new() {
        let known = book(
            "[[issue]]\nid='i-1'\nname='Late'\nkeywords={ late = 2, delay = 2, wait = 2, gate = 2 }\n\
             [[issue]]\nid='i-2'\nname='Bags'\nkeywords={ bag = 2, lost = 1 }\n\
             [[issue]]\nid='i-3'\nname='Fees'\nkeywords={ fee = 2, seat = 1 }\n\
             [[issue]]\nid='i-4'\nname='Hand'\nkeywords=['voucher']\n\
             [[issue]]\nid='i-5'\nname='Luggage'\nkeywords={ bag = 1, belt = 2, claim = 1 }\n\
             [[issue]]\nid='i-6'\nname='Old'\nstatus='retired'\nkeywords={ late = 1 }",
        );
        let found = book(
            "[[issue]]\nid='n-1'\nname='F1'\nkeywords={ late = 2, delay = 2, hours = 1 }\n\
             [[issue]]\nid='n-2'\nname='F2'\nkeywords={ wait = 2, gate = 2, desk = 2 }\n\
             [[issue]]\nid='n-3'\nname='F3'\nkeywords={ bag = 2, lost = 1, belt = 1 }\n\
             [[issue]]\nid='n-4'\nname='F4'\nkeywords={ crash = 2 }",
        )
        .issues;
        let refit = refit(&known, &found);
        let told: Vec<(Fate, &str, Vec<String>)> =
            refit.account.iter().map(|l| (l.fate, l.issue.as_str(), l.with.clone())).collect();
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            told,
            [
                (Fate::Split, "Late", names(&["F2"])),
                (Fate::Stayed, "Bags", names(&[])),
                (Fate::Gone, "Fees", names(&[])),
                (Fate::Kept, "Hand", names(&[])),
                (Fate::Merged, "Luggage", names(&["Bags"])),
                (Fate::New, "F2", names(&["Late"])),
                (Fate::New, "F4", names(&[])),
            ]
        );
        assert_eq!(refit.kept.iter().map(|(at, i)| (*at, i.name.as_str())).collect::<Vec<_>>(), [(0, "F1"), (1, "F3")]);
        assert_eq!(refit.gone, [(2, vec![]), (4, vec!["i-2".to_owned()])]);
        assert!(refit.new.iter().all(|i| known.issue(&i.id).is_none()));
    }
}
