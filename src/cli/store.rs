//! `plaint store`: what can be done with a store's past.

use clap::{Args, Subcommand};

use crate::cli::{Output, Stored};

/// `plaint store`.
#[derive(Debug, Args)]
pub struct StoreCommand {
    /// What to do.
    #[command(subcommand)]
    pub action: StoreAction,
}

/// What can be done with a store.
#[derive(Debug, Subcommand)]
pub enum StoreAction {
    /// What each version did, and from which dumps
    History(StoreHistory),
    /// Make an old version the newest; nothing is lost
    Restore(StoreRestore),
    /// Remove records for good, from data, caches and log; older versions cannot be read any more
    Forget(StoreForget),
    /// Delete the files that the newest version does not need; older versions cannot be read any more
    Vacuum(StoreVacuum),
}

impl StoreAction {
    /// Where the results go.
    pub fn output(&self) -> &Output {
        match self {
            Self::History(a) => &a.output,
            Self::Restore(a) => &a.output,
            Self::Forget(a) => &a.output,
            Self::Vacuum(a) => &a.output,
        }
    }
}

/// `plaint store history`.
#[derive(Debug, Args)]
pub struct StoreHistory {
    /// Which store.
    #[command(flatten)]
    pub stored: Stored,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint store restore`.
#[derive(Debug, Args)]
pub struct StoreRestore {
    /// The version to go back to
    #[arg(value_name = "N")]
    pub version: u64,
    /// Which store.
    #[command(flatten)]
    pub stored: Stored,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint store forget`.
#[derive(Debug, Args)]
#[command(after_help = "An export that still holds them brings them back: erase them there too.")]
pub struct StoreForget {
    /// Records by uid; repeatable
    #[arg(long = "uid", value_name = "UID")]
    pub uids: Vec<String>,
    /// Records by author: id, name, handle or e-mail; repeatable
    #[arg(long = "author", value_name = "WHO")]
    pub authors: Vec<String>,
    /// Records that a dump brought, by its path as it was named; repeatable
    #[arg(long = "file", value_name = "FILE")]
    pub files: Vec<String>,
    /// Which store.
    #[command(flatten)]
    pub stored: Stored,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint store vacuum`.
#[derive(Debug, Args)]
pub struct StoreVacuum {
    /// Which store.
    #[command(flatten)]
    pub stored: Stored,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}
