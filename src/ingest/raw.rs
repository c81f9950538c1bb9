//! `Raw`: a chunk of a dump's rows, every cell as text, before anything is understood.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{DataFrame, DataType};

use crate::error::{Error, Result};
use crate::ingest::chunks::Content;
use crate::ingest::source::{Binding, DateOrder, Source};

/// 1-based data row in the dump (Int64, no nulls).
pub const ROW: &str = "_row";
/// 1-based physical line where the row starts; 0 where there are no lines (Int64, no nulls).
pub const LINE: &str = "_line";
/// Why the reader could not make a row of it (`ragged row: 3 cells under 7 headers`); null for a good row (String).
/// The cells of such a row are given as far as they go.
pub const PROBLEM: &str = "_problem";

/// [`PROBLEM`] of a row without any content: not an utterance, skipped.
pub const GHOST_ROW: &str = "ghost row";
/// [`PROBLEM`] of a total, copyright or confidentiality line under the data: not an utterance, skipped.
pub const FOOTER: &str = "footer";
/// [`PROBLEM`] of a row that the source says is something else, followed by the column that says so: skipped.
pub const NOT_AN_UTTERANCE: &str = "not an utterance: ";

/// Whether a row with this [`PROBLEM`] is skipped (it never was an utterance) rather than rejected.
pub fn is_skipped(problem: &str) -> bool {
    problem == GHOST_ROW || problem == FOOTER || problem.starts_with(NOT_AN_UTTERANCE)
}

/// How a dump is read: decided once per file, before its rows.
#[derive(Debug, Clone)]
pub struct Dump {
    /// Path as named; `-` is standard input.
    pub path: String,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// What the columns mean.
    pub source: Arc<Source>,
    /// Share of the source's evidence found, 0 to 1; 1 when the user named it.
    pub confidence: f64,
    /// `plain`, `json`, `ndjson`.
    pub container: String,
    /// `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, `windows-1252`.
    pub encoding: String,
    /// Of a table; null for JSON.
    pub delimiter: Option<u8>,
    /// Every column in the dump's order; repeats are `Name`, `Name#2`, ...
    pub columns: Vec<String>,
    /// Field → binding, with `from` holding only columns of this dump, spelled as in `columns`; `--map` applied.
    pub fields: BTreeMap<String, Binding>,
    /// Columns no field takes; they go to `extra`.
    pub unmapped: Vec<String>,
    /// `--account`.
    pub account: Option<String>,
    /// `--dates`; wins over the column's evidence.
    pub dates: Option<DateOrder>,
    /// `--source-tz`; wins over the source's zone.
    pub source_tz: Option<String>,
    /// What was assumed or noticed while opening it, in words.
    pub assumptions: Vec<String>,
    /// Where its rows are read from.
    pub content: Content,
}

/// A chunk of rows: [`ROW`], [`LINE`], [`PROBLEM`], then one String column per column of the dump; empty cells are null.
#[derive(Debug, Clone)]
pub struct Raw {
    frame: DataFrame,
}

impl Raw {
    /// Checks the contract: the three leading columns, then `dump.columns`, all text.
    ///
    /// # Errors
    /// An internal error when the frame does not keep it.
    pub fn new(frame: DataFrame, dump: &Dump) -> Result<Self> {
        let expected = [ROW, LINE, PROBLEM].into_iter().chain(dump.columns.iter().map(String::as_str));
        let names_kept = frame.width() == dump.columns.len() + 3
            && frame.columns().iter().zip(expected).all(|(column, name)| column.name().as_str() == name);
        let types_kept = frame.columns().iter().enumerate().all(|(i, column)| match i {
            0 | 1 => column.dtype() == &DataType::Int64,
            _ => column.dtype() == &DataType::String,
        });
        if names_kept && types_kept {
            Ok(Self { frame })
        } else {
            Err(Error::failed("internal: raw: the columns are not the dump's").at(&dump.path))
        }
    }

    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }
}
