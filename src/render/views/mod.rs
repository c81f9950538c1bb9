//! What the subcommands before `report` print: each stage's value as text, JSON or CSV.

pub mod cluster;
pub mod compare;
pub mod history;
pub mod ingest;
pub mod inspect;
pub mod issues;
pub mod list;
pub mod response;
pub mod show;
pub mod trends;

use serde::Serialize;

use crate::error::{Error, Result};

/// Columns of the terminal the text is laid out for.
pub const WIDTH: usize = 80;

/// A value as indented JSON, its last line ended.
///
/// # Errors
/// An internal error when the value cannot be JSON.
pub fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|e| Error::failed("internal: a value cannot be written as JSON").evidence(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}
