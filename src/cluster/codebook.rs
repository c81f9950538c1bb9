//! The codebook: the text file in which issues are named and defined by keywords.

use jiff::civil::Date;
use ring::digest::{SHA256, digest};

use crate::cluster::hash_hex;

/// The layout this program writes.
pub const VERSION: i64 = 1;
/// The tokenizer keywords are cut with.
pub const TOKENIZER: i64 = 1;

/// What has become of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Counted.
    Active,
    /// Proposed; shown but not counted.
    Candidate,
    /// Believed fixed; counted, and its return is a signal.
    Resolved,
    /// No longer looked for.
    Retired,
    /// Taken into another issue.
    Merged,
}

impl Status {
    /// Every status and the word for it in the file.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Active, "active"),
        (Self::Candidate, "candidate"),
        (Self::Resolved, "resolved"),
        (Self::Retired, "retired"),
        (Self::Merged, "merged"),
    ];

    /// The word for it in the file.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("", |(_, word)| word)
    }

    /// Whether its matches count: active and resolved.
    pub fn counts(self) -> bool {
        matches!(self, Self::Active | Self::Resolved)
    }

    /// Whether it is looked for at all: what counts, and candidates.
    pub fn matched(self) -> bool {
        self.counts() || self == Self::Candidate
    }
}

/// A word or phrase that speaks for an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyword {
    /// The surface form people read.
    pub text: String,
    /// Log-lift: how much more often the issue's records hold it than the others do (natural logarithm), 3 decimals.
    pub weight: f64,
}

/// A recurring problem, named and defined by keywords.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// Permanent; never reused.
    pub id: String,
    /// Free to edit.
    pub name: String,
    /// What has become of it.
    pub status: Status,
    /// Whom to tell; empty when nobody is named.
    pub owner: String,
    /// When it was first seen; null when unknown.
    pub first_seen: Option<Date>,
    /// A record matches when its score reaches this.
    pub min_score: f64,
    /// When it was discovered: of the distinct texts that reached `min_score`, the share that were its own. Null when
    /// a person wrote it.
    pub precision: Option<f64>,
    /// When it was discovered: of its own distinct texts, the share that reached `min_score`.
    pub recall: Option<f64>,
    /// Its keywords, heaviest first.
    pub keywords: Vec<Keyword>,
    /// A record holding one of these never matches.
    pub exclude: Vec<String>,
    /// A regular expression, enough alone.
    pub pattern: Option<String>,
    /// Ids of the issues it went into: one for a merged issue, several for one that was split; else empty.
    pub into: Vec<String>,
}

/// A person's word on one record; final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The record.
    pub uid: String,
    /// It is this issue.
    pub issue: Option<String>,
    /// It is not this issue.
    pub not: Option<String>,
}

/// The issues, as read from a codebook file or discovered.
#[derive(Debug, Clone, PartialEq)]
pub struct Codebook {
    /// Of the file's layout.
    pub version: i64,
    /// How keywords were cut.
    pub tokenizer: i64,
    /// Brand words, never keywords.
    pub ignore: Vec<String>,
    /// In the file's order: older first.
    pub issues: Vec<Issue>,
    /// People's final words.
    pub pins: Vec<Pin>,
}

impl Default for Codebook {
    fn default() -> Self {
        Self { version: VERSION, tokenizer: TOKENIZER, ignore: Vec::new(), issues: Vec::new(), pins: Vec::new() }
    }
}

impl Codebook {
    /// SHA-256 of a codebook file's text, hex: which codebook a report was made with.
    pub fn digest(text: &str) -> String {
        hash_hex(digest(&SHA256, text.as_bytes()).as_ref())
    }

    /// The issue with this id.
    pub fn issue(&self, id: &str) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.id == id)
    }

    /// The place of the issue that a person means by its id or, case aside, its name. Of several with one name the
    /// first that is looked for, else the first.
    pub fn find(&self, wanted: &str) -> Option<usize> {
        let folded = wanted.to_lowercase();
        let named = |issue: &Issue| issue.name.to_lowercase() == folded;
        let places = |of: &dyn Fn(&Issue) -> bool| self.issues.iter().position(of);
        places(&|issue| issue.id == wanted)
            .or_else(|| places(&|issue| named(issue) && issue.status.matched()))
            .or_else(|| places(&named))
    }

    /// The issues that hold today what the one at `at` held: itself, or what it was merged or split into, however often.
    pub fn current(&self, at: usize) -> Vec<usize> {
        let (mut found, mut seen, mut open) = (Vec::new(), Vec::new(), vec![at]);
        while let Some(place) = open.pop() {
            if seen.contains(&place) {
                continue;
            }
            seen.push(place);
            let next = self.issues[place].into.iter().filter_map(|id| self.issues.iter().position(|i| i.id == *id));
            let next: Vec<usize> = next.collect();
            if next.is_empty() {
                found.push(place);
            } else {
                open.extend(next);
            }
        }
        found.sort_unstable();
        // Issues that went into each other hold nothing but themselves.
        if found.is_empty() { vec![at] } else { found }
    }
}

/// `i-` and 8 hex digits of a hash of `seed`, hashed again while `taken` says it is.
pub fn new_id(seed: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut seed = seed.to_owned();
    loop {
        let id = format!("i-{}", &Codebook::digest(&seed)[..8]);
        if !taken(&id) {
            return id;
        }
        seed.push('#');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_and_do_not_collide() {
        let first = new_id("late\nflight", |_| false);
        assert_eq!(first, new_id("late\nflight", |_| false));
        assert_eq!(first.len(), 10);
        assert_ne!(first, new_id("late\nflight", |id| id == first));
    }

    #[test]
    fn digest_is_sha256() {
        // FIPS 180-2, appendix B: the message "abc".
        assert!(Codebook::digest("abc").starts_with("ba7816bf8f01cfea"));
    }
}
