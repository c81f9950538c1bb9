//! What the user chose: which parts are computed, which intents are asked for, and rules of their own.

use std::fmt;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// A part of the enrichment that can be switched off; its columns are null then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Part {
    /// `text_language`.
    Language,
    /// `sentiment`.
    Sentiment,
    /// `intents`.
    Intent,
    /// `echo_of`.
    Echo,
    /// `reach`.
    Reach,
    /// `help_seeking` and `hostile`.
    Authors,
}

/// Records that can be left out of the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Without {
    /// Those of hostile authors: see [`crate::enrich::profile`].
    Hostile,
}

/// What a writer wants; several can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    /// Attacks somebody or a group.
    Abuse,
    /// Says that something falls short of what was expected.
    Complaint,
    /// Proposes something new.
    Idea,
    /// Says that something is good.
    Praise,
    /// Wants an answer.
    Question,
    /// Sells or lures.
    Spam,
}

impl Intent {
    /// All, in the order of their names.
    pub const ALL: [Self; 6] = [Self::Abuse, Self::Complaint, Self::Idea, Self::Praise, Self::Question, Self::Spam];

    /// Its place in [`Intent::ALL`].
    pub const fn place(self) -> usize {
        self as usize
    }

    /// The intent of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|intent| intent.word() == word)
    }

    /// Its word in columns and flags.
    pub fn word(self) -> &'static str {
        match self {
            Self::Abuse => "abuse",
            Self::Complaint => "complaint",
            Self::Idea => "idea",
            Self::Praise => "praise",
            Self::Question => "question",
            Self::Spam => "spam",
        }
    }
}

/// Intents that hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Intents(u8);

impl Intents {
    /// Whether one is among them.
    pub fn contains(self, intent: Intent) -> bool {
        self.0 & (1 << intent.place()) != 0
    }
}

impl FromIterator<Intent> for Intents {
    fn from_iter<I: IntoIterator<Item = Intent>>(intents: I) -> Self {
        Self(intents.into_iter().fold(0, |held, intent| held | 1 << intent.place()))
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A user's own rule, `[[rule]]` of `plaint.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UserRule {
    /// The intent it speaks for.
    pub intent: Intent,
    /// A regular expression, tried on the text without regard to case.
    pub pattern: String,
    /// What a hit adds to the intent's score; it holds from 0 on. The default decides alone in most texts; a negative
    /// weight speaks against.
    #[serde(default = "UserRule::usual_weight")]
    pub weight: f64,
}

impl UserRule {
    fn usual_weight() -> f64 {
        4.0
    }
}

/// How records are enriched.
#[derive(Debug, Clone, Default, PartialEq, Args)]
#[command(next_help_heading = "Enrichment")]
#[group(skip)]
pub struct Options {
    /// Leave parts of the enrichment out (repeatable)
    #[arg(long = "no-enrich", value_enum, value_name = "PART,…", value_delimiter = ',')]
    pub off: Vec<Part>,
    /// Count only records with this intent (repeatable: any of them)
    #[arg(long = "intent", value_enum, value_name = "INTENT")]
    pub intents: Vec<Intent>,
    /// Leave out of the counts, named apart: the records of hostile authors
    #[arg(long, value_enum, value_name = "WHOM")]
    pub without: Vec<Without>,
    /// Show personal data instead of masking it
    #[arg(long)]
    pub no_redact: bool,
    /// The user's own rules, from `plaint.toml`.
    #[arg(skip)]
    pub rules: Vec<UserRule>,
}

impl Options {
    /// Whether a part is computed.
    pub fn has(&self, part: Part) -> bool {
        !self.off.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_intent_is_at_its_place() {
        assert!(Intent::ALL.into_iter().enumerate().all(|(at, intent)| intent.place() == at));
    }
}
