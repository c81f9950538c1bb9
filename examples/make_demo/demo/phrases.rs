//! What can be said: `phrases.toml`, read.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Deserialize;

/// Everything in the phrase file.
#[derive(Deserialize)]
pub(crate) struct Phrases {
    pub(crate) issues: BTreeMap<String, Theme>,
    pub(crate) letter: Letter,
    pub(crate) praise: Theme,
    pub(crate) noise: Theme,
    pub(crate) deleted: Theme,
    pub(crate) shared: Shared,
    pub(crate) slots: BTreeMap<String, Vec<String>>,
    /// British word → American word.
    pub(crate) respell: BTreeMap<String, String>,
}

/// The ways to talk about one thing.
#[derive(Deserialize)]
pub(crate) struct Theme {
    /// A name for people.
    #[serde(default)]
    pub(crate) name: String,
    /// At least one of these stands in nearly every record of it.
    #[serde(default)]
    pub(crate) phrases: Vec<String>,
    /// Of tickets.
    #[serde(default)]
    pub(crate) subjects: Vec<String>,
    /// Of reviews.
    #[serde(default)]
    pub(crate) titles: Vec<String>,
    /// Sentences that say it.
    pub(crate) cores: Vec<String>,
    /// Sentences that add to it.
    #[serde(default)]
    pub(crate) details: Vec<String>,
    /// What an agent answers.
    #[serde(default)]
    pub(crate) agent: Vec<String>,
    /// Whole texts in other languages.
    #[serde(default)]
    pub(crate) foreign: Vec<String>,
    /// Short answers to an agent.
    #[serde(default)]
    pub(crate) follow_ups: Vec<String>,
}

/// The campaign's letter.
#[derive(Deserialize)]
pub(crate) struct Letter {
    pub(crate) name: String,
    pub(crate) phrases: Vec<String>,
    pub(crate) subjects: Vec<String>,
    pub(crate) body: String,
    pub(crate) extras: Vec<String>,
    pub(crate) closes: Vec<String>,
}

/// Pieces any text may use.
#[derive(Deserialize)]
pub(crate) struct Shared {
    pub(crate) joiners: Vec<String>,
    pub(crate) lead_ins: Vec<String>,
    pub(crate) greetings: Vec<String>,
    pub(crate) contexts: Vec<String>,
    pub(crate) asks: Vec<String>,
    pub(crate) sign_offs: Vec<String>,
    pub(crate) verdicts: Vec<String>,
    pub(crate) tweet_prefixes: Vec<String>,
    pub(crate) tweet_suffixes: Vec<String>,
    pub(crate) cross_tweet_prefixes: Vec<String>,
    pub(crate) cross_tweet_suffixes: Vec<String>,
    pub(crate) agent_lines: Vec<String>,
    pub(crate) agent_signs: Vec<String>,
    pub(crate) boilerplates: Vec<String>,
}

impl Phrases {
    /// Reads the phrase file, which is part of the program.
    ///
    /// # Errors
    /// When it is not valid.
    pub(crate) fn load() -> Result<Self, Box<dyn Error>> {
        Ok(toml_edit::de::from_str(include_str!("../phrases.toml"))?)
    }

    /// The ways to talk about an issue.
    ///
    /// # Errors
    /// When there is no such issue.
    pub(crate) fn issue(&self, key: &str) -> Result<&Theme, Box<dyn Error>> {
        self.issues.get(key).ok_or_else(|| format!("phrases.toml: no issue {key}").into())
    }
}
