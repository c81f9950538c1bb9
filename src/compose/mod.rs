//! The one place that composes stages: each subcommand is a prefix of the pipeline.

pub(crate) mod analyse;
pub(crate) mod cached;
pub(crate) mod candidates;
pub(crate) mod chart;
pub(crate) mod check;
pub(crate) mod cluster;
pub(crate) mod codebooks;
pub(crate) mod compare;
mod distinct;
pub(crate) mod emit;
pub(crate) mod extras;
pub(crate) mod facts;
mod feeds;
pub(crate) mod figures;
mod front;
pub(crate) mod heard;
pub(crate) mod ingest;
pub(crate) mod inputs;
pub(crate) mod inspect;
pub(crate) mod issues;
pub(crate) mod list;
mod praise;
pub(crate) mod progress;
pub(crate) mod provenance;
pub(crate) mod read;
pub(crate) mod report;
pub(crate) mod response;
pub(crate) mod restate;
mod segments;
mod shares;
pub(crate) mod show;
pub(crate) mod slices;
pub(crate) mod spoken;
pub(crate) mod store;
pub(crate) mod stored;
pub(crate) mod topics;
pub(crate) mod trends;
pub(crate) mod voices;

use serde::Serialize;

use crate::cli::{Format, Output};
use crate::compose::read::Origin;
use crate::config::Config;
use crate::error::Result;
use crate::render::views;

/// What a run knows beside its own arguments.
pub(crate) struct Session {
    /// `plaint.toml`, or nothing.
    pub(crate) config: Config,
    /// Whether notes are kept to ourselves.
    pub(crate) quiet: bool,
}

impl Session {
    /// Says something on standard error, unless `--quiet`.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            emit::complain(text);
        }
    }
}

/// Writes a stage's value in the format asked for, to where it was asked.
pub(crate) fn print(
    output: &Output,
    text: impl FnOnce() -> String,
    json: impl FnOnce() -> Result<Vec<u8>>,
    csv: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<()> {
    print_parts(output, text, json, || Ok(vec![csv()?]))
}

/// As [`print()`], of a table so long that it comes in parts.
pub(crate) fn print_parts(
    output: &Output,
    text: impl FnOnce() -> String,
    json: impl FnOnce() -> Result<Vec<u8>>,
    csv: impl FnOnce() -> Result<Vec<Vec<u8>>>,
) -> Result<()> {
    let parts = match output.format {
        Format::Text => vec![text().into_bytes()],
        Format::Json => vec![json()?],
        Format::Csv => csv()?,
    };
    emit::all_to(output.output.as_deref(), &parts)
}

/// As [`print()`], of records; if they are a store's, the store is named first.
pub(crate) fn print_of(
    session: &Session,
    store: Option<&Origin>,
    output: &Output,
    text: impl FnOnce() -> String,
    value: &impl Serialize,
    csv: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<()> {
    let Some(store) = store else { return print(output, text, || views::json(value), csv) };
    // A table has no line for it.
    if output.format == Format::Csv {
        session.note(&store.line());
    }
    let text = || format!("{}\n{}", store.line(), text());
    print(output, text, || views::json(&OfStore { store, value }), csv)
}

#[derive(Serialize)]
struct OfStore<'a, T: Serialize> {
    store: &'a Origin,
    #[serde(flatten)]
    value: &'a T,
}
