//! The contract of `Voiced`: what each record says, redacted, and what was heard in it.

use polars::prelude::{DataFrame, Float64Chunked, PlSmallStr, Series, StringChunked};

use crate::contract::{self, Column, Type};
use crate::enrich::options::{Intent, Intents};
use crate::enrich::redact::Masked;
use crate::error::Result;
use crate::normalise::records::COLUMNS;
use crate::normalise::stack::lean;

const fn column(name: &'static str, kind: Type, about: &'static str) -> Column {
    Column { name, kind, nullable: true, about }
}

/// What `Voiced` adds to the columns of `Records`.
pub const ADDED: &[Column] = &[
    column("text", Type::Text, "title and body, redacted; null when the record has neither"),
    column(
        "text_language",
        Type::Text,
        "the language the text is written in, BCP 47; where it is too short or unclear the dump's own, else und; null \
         without text",
    ),
    column("sentiment", Type::Float, "-1 (worst) to 1 (best); null without text or in a language not handled"),
    column(
        "intents",
        Type::Texts,
        "what the writer wants, sorted; empty when nothing was heard, null when not computed",
    ),
    column("echo_of", Type::Text, "uid of the earliest record it echoes; null when it echoes none"),
    column("reach", Type::Float, "people it may have reached; null where nothing is known"),
    column("help_seeking", Type::Float, "0 to 1: how much its author asks for help; null without author"),
    column("hostile", Type::Float, "0 to 1: how much its author attacks; null without author"),
];

/// Records with what was heard in them: the columns of `Records`, then [`ADDED`]; same rows, same order.
#[derive(Debug, Clone)]
pub struct Voiced {
    frame: DataFrame,
    masked: Masked,
}

impl Voiced {
    /// Checks the contract. `masked` is how many spans redaction took out.
    ///
    /// # Errors
    /// An internal error when the frame does not keep it.
    pub fn new(frame: DataFrame, masked: Masked) -> Result<Self> {
        let columns: Vec<Column> = COLUMNS.iter().chain(ADDED).copied().collect();
        contract::check(&frame, &columns, "voiced")?;
        Ok(Self { frame, masked })
    }

    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frame.height() == 0
    }

    /// What each record says; null when it says nothing.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn text(&self) -> Result<&StringChunked> {
        self.texts_of("text")
    }

    /// A text column by name.
    ///
    /// # Errors
    /// An internal error when there is no such column or it is not text.
    pub fn texts_of(&self, column: &str) -> Result<&StringChunked> {
        Ok(self.frame.column(column)?.str()?)
    }

    /// A column of numbers by name.
    ///
    /// # Errors
    /// An internal error when there is no such column or it holds no numbers.
    pub fn floats_of(&self, column: &str) -> Result<&Float64Chunked> {
        Ok(self.frame.column(column)?.f64()?)
    }

    /// What each record's writer wants; null where intent was not computed.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn intents(&self) -> Result<Vec<Option<Intents>>> {
        let lists = self.frame.column("intents")?.list()?.rechunk();
        let mut all = Vec::with_capacity(self.len());
        for list in lists.downcast_iter() {
            let words = Series::try_from((PlSmallStr::EMPTY, list.values().clone()))?;
            let words: Vec<Option<Intent>> = words.str()?.iter().map(|word| word.and_then(Intent::of)).collect();
            let ends = list.offsets().as_slice().windows(2);
            let held = ends.map(|ends| words[ends[0] as usize..ends[1] as usize].iter().flatten().copied().collect());
            match list.validity() {
                None => all.extend(held.map(Some)),
                Some(heard) => all.extend(held.zip(heard.iter()).map(|(held, heard)| heard.then_some(held))),
            }
        }
        Ok(all)
    }

    /// The same, with what was laid out of empty columns for a reader let go.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn lean(self) -> Result<Self> {
        Ok(Self { frame: lean(self.frame)?, ..self })
    }

    /// How many spans of each kind were masked.
    pub fn masked(&self) -> Masked {
        self.masked
    }
}
