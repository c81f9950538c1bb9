//! `plaint issues`: the verbs of work on the codebook.

use clap::{Args, Subcommand};

use crate::cli::{Output, Reading};
use crate::{cluster, trend};

/// `plaint issues`.
#[derive(Debug, Args)]
pub struct Issues {
    /// What to do.
    #[command(subcommand)]
    pub verb: IssuesVerb,
}

/// The verbs of `plaint issues`. Those that change the codebook change its file, and only the lines of the issues named.
#[derive(Debug, Subcommand)]
pub enum IssuesVerb {
    /// The issues with their ids, status and owner; with dumps, their records
    List(IssuesLook),
    /// What is wrong in the codebook; with dumps also coverage, overlap, and keywords that never match
    Lint(IssuesLook),
    /// Give an issue another name; its id and its history stay
    Rename(IssuesRename),
    /// Put one issue into another; the old id goes on leading there
    Merge(IssuesMerge),
    /// Find the parts an issue falls into; with --write they take its place
    Split(IssuesSplit),
    /// Count a candidate from now on (or again what was resolved or retired)
    Accept(IssuesOne),
    /// An issue is believed fixed: it is still counted, and its return is a signal
    Resolve(IssuesOne),
    /// No longer look for an issue
    Retire(IssuesOne),
}

/// Which codebook is worked on, and how.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Issues")]
pub struct Book {
    /// The codebook: the file of issues [default: ./codebook.toml, else the store's]
    #[arg(long, value_name = "FILE")]
    pub codebook: Option<std::path::PathBuf>,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A codebook worked on, and the records to say the effect on.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Work {
    /// Which dumps.
    #[command(flatten)]
    pub reading: Reading,
    /// Which codebook.
    #[command(flatten)]
    pub book: Book,
    /// What is counted.
    #[command(flatten)]
    pub trend: trend::options::Options,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint issues list` and `lint`.
#[derive(Debug, Args)]
pub struct IssuesLook {
    /// Which dumps.
    #[command(flatten)]
    pub reading: Reading,
    /// Which issues, and from where.
    #[command(flatten)]
    pub cluster: cluster::Options,
    /// What is counted.
    #[command(flatten)]
    pub trend: trend::options::Options,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint issues rename`.
#[derive(Debug, Args)]
pub struct IssuesRename {
    /// The issue (id or name)
    #[arg(value_name = "ISSUE")]
    pub issue: String,
    /// Its new name
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Which codebook.
    #[command(flatten)]
    pub book: Book,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint issues merge`.
#[derive(Debug, Args)]
pub struct IssuesMerge {
    /// The issue that goes (id or name)
    #[arg(value_name = "ISSUE")]
    pub issue: String,
    /// The issue it goes into (id or name)
    #[arg(value_name = "INTO")]
    pub into: String,
    /// Which codebook, on which records.
    #[command(flatten)]
    pub work: Work,
}

/// `plaint issues split`.
#[derive(Debug, Args)]
pub struct IssuesSplit {
    /// The issue (id or name)
    #[arg(value_name = "ISSUE")]
    pub issue: String,
    /// Which codebook, on which records.
    #[command(flatten)]
    pub work: Work,
    /// Find this many parts [default: as many as its texts bear]
    #[arg(long, value_name = "K", help_heading = "Issues")]
    pub issues: Option<usize>,
    /// Put the parts in its place
    #[arg(long, help_heading = "Issues", conflicts_with = "dry_run")]
    pub write: bool,
}

/// `plaint issues accept`, `resolve`, `retire`.
#[derive(Debug, Args)]
pub struct IssuesOne {
    /// The issue (id or name)
    #[arg(value_name = "ISSUE")]
    pub issue: String,
    /// Which codebook, on which records.
    #[command(flatten)]
    pub work: Work,
}
