//! plaint: what do customers complain about, how often, and is it worse than chance allows?
//!
//! ```text
//! dump ─ingest▶ Raw ─normalise▶ Records ─enrich▶ Voiced ─match▶ Matches ─count▶ Counts ─judge▶ Trends ─report▶ Report ─render▶ bytes
//! ```
//!
//! Every arrow is a pure function between two values; imports point leftward; only `compose` calls stages.

pub mod chart;
pub mod cli;
pub mod cluster;
mod compose;
pub mod config;
pub mod contract;
pub mod enrich;
pub mod error;
pub mod ingest;
pub mod normalise;
pub mod render;
pub mod report;
pub mod stats;
pub mod store;
pub mod trend;

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::compose::{Session, emit};
use crate::config::Config;
use crate::error::{Error, Result};

/// Runs one command line; gives the exit code.
///
/// # Errors
/// What could not be done; the caller prints it and exits with [`Error::exit_code`].
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<u8> {
    let arguments = arguments
        .into_iter()
        .map(|a| a.into_string().map_err(|a| Error::usage(format!("{} is not UTF-8", a.to_string_lossy()))))
        .collect::<Result<Vec<String>>>()?;
    let config = match emit::read_if_there(Path::new(config::FILE))? {
        Some(text) => Config::parse(&text, config::FILE)?,
        None => Config::default(),
    };
    let cli = match Cli::try_parse_from(config.apply(arguments)) {
        Ok(cli) => cli,
        // clap's own words: help and version on standard output, mistakes on standard error.
        Err(said) if said.use_stderr() => {
            emit::complain(said.to_string().trim_end());
            return Ok(2);
        }
        Err(said) => {
            emit::to(None, said.to_string().as_bytes())?;
            return Ok(0);
        }
    };
    let session = |quiet: bool| Session { config: config.clone(), quiet };
    match &cli.command {
        Command::Inspect(a) => compose::inspect::run(&session(a.output.quiet), a),
        Command::Ingest(a) => compose::ingest::run(&session(a.output.quiet), a),
        Command::Cluster(a) => compose::cluster::run(&session(a.output.quiet), a),
        Command::Issues(a) => compose::issues::run(&session, &a.verb),
        Command::Trends(a) => compose::trends::run(&session(a.output.quiet), a),
        Command::Response(a) => compose::response::run(&session(a.output.quiet), a),
        Command::Compare(a) => compose::compare::run(&session(a.output.quiet), a),
        Command::Show(a) => compose::show::run(&session(a.output.quiet), a),
        Command::Chart(a) => compose::chart::run(&session(a.quiet), a),
        Command::Report(a) => compose::report::run(&session(a.quiet), a),
        Command::Check(a) => compose::check::run(&session(a.quiet), a),
        Command::Store(a) => compose::store::run(&session(a.action.output().quiet), a),
        Command::List(a) => compose::list::run(a),
    }
}
