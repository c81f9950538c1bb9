//! Why a record was heard as it was.

use serde::Serialize;

use crate::enrich::intent::{self, Listener};
use crate::enrich::options::{Intents, Options, Part};
use crate::enrich::{Cells, join, language, redact, sentiment, together};
use crate::error::Result;
use crate::normalise::records::Records;

/// What was heard in a record's text, with the reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// `text_language`; null without text.
    pub language: Option<String>,
    /// Whether the language was found in the text, rather than named by the dump.
    pub language_found: bool,
    /// Null without text, or in a language that is not handled.
    pub sentiment: Option<sentiment::Explained>,
    /// Every intent; empty where intent was switched off.
    pub intents: Vec<intent::Explained>,
    /// What it echoes, how far it got, who wrote it, what is masked.
    #[serde(flatten)]
    pub together: together::Why,
}

/// Explains the record in `row`; on its redacted text. `all` are the intents of every record.
///
/// # Errors
/// As [`crate::enrich::enrich`].
pub fn why(records: &Records, row: usize, options: &Options, all: &[Option<Intents>]) -> Result<Why> {
    let cells = Cells::of(records.frame())?;
    let whole = join(cells.titles.get(row), cells.bodies.get(row));
    let plain = whole.as_deref().map(|whole| redact::redact(whole).0);
    let plain = plain.as_deref();
    let language =
        plain.filter(|_| options.has(Part::Language)).map(|text| language::of(text, cells.languages.get(row)));
    let handled = language.is_none_or(language::is_handled);
    let sentiment = plain.filter(|_| handled).map(sentiment::explain);
    let intents = match options.has(Part::Intent) {
        true => Listener::new(&options.rules)?.explain(plain, sentiment.as_ref().map(|s| s.score), cells.beside(row)),
        false => Vec::new(),
    };
    Ok(Why {
        language: language.map(str::to_owned),
        language_found: plain.is_some_and(|text| language::found(text) != language::UNKNOWN),
        sentiment: sentiment.filter(|_| options.has(Part::Sentiment)),
        intents,
        together: together::why(records, row, options, all)?,
    })
}
