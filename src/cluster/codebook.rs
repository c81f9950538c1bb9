//! The codebook: the text file in which issues are named and defined by keywords.

use jiff::civil::Date;

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
    /// Its keywords, heaviest first.
    pub keywords: Vec<Keyword>,
    /// A record holding one of these never matches.
    pub exclude: Vec<String>,
    /// A regular expression, enough alone.
    pub pattern: Option<String>,
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
