//! The one place that composes stages: each subcommand is a prefix of the pipeline.

pub(crate) mod analyse;
pub(crate) mod chart;
pub(crate) mod cluster;
pub(crate) mod codebooks;
pub(crate) mod emit;
pub(crate) mod facts;
pub(crate) mod figures;
pub(crate) mod inspect;
pub(crate) mod list;
pub(crate) mod provenance;
pub(crate) mod read;
pub(crate) mod report;
pub(crate) mod response;
pub(crate) mod show;
pub(crate) mod topics;
pub(crate) mod trends;
pub(crate) mod voices;

use crate::cli::Output;
use crate::config::Config;
use crate::error::Result;

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
    use crate::cli::Format;
    let bytes = match output.format {
        Format::Text => text().into_bytes(),
        Format::Json => json()?,
        Format::Csv => csv()?,
    };
    emit::to(output.output.as_deref(), &bytes)
}
