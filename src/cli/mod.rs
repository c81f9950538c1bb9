//! The command line: one variant per subcommand, each flattening the options of the stages it runs.

mod issues;
mod store;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::chart::sheet::{Size, Theme};
use crate::chart::words::Lang;
use crate::trend::series::Level;
use crate::trend::when::When;
use crate::{cluster, enrich, ingest, trend};

pub use issues::{Book, Issues, IssuesLook, IssuesMerge, IssuesOne, IssuesRename, IssuesSplit, IssuesVerb, Work};
pub use store::{StoreAction, StoreCommand, StoreForget, StoreHistory, StoreRestore, StoreVacuum};

/// What do customers complain about, how often, and is it getting worse?
///
/// Reads the dumps you can already export (tickets, reviews, posts, filings), finds the recurring issues, counts them
/// per week and says which are worse than chance allows. Offline; the same input gives the same bytes.
#[derive(Debug, Parser)]
#[command(name = "plaint", version, max_term_width = 100, args_override_self = true)]
#[command(after_help = "Start with:  plaint inspect FILE…   then:  plaint report FILE… -o report")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A prefix of the pipeline.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// How each dump would be read: source, dialect, columns, dates, problems; stores nothing
    Inspect(Inspect),
    /// Dumps into the store, each record once
    Ingest(Ingest),
    /// Discover issues, or propose candidates for the codebook
    Cluster(Cluster),
    /// Work on the codebook: list, lint, rename, merge, split, accept, resolve, retire
    Issues(Issues),
    /// Issue × period: counts, rates, signals
    Trends(Trends),
    /// Two periods or two segments, side by side, with tests
    Compare(Compare),
    /// First response and resolution times, and who waits still
    Response(Response),
    /// An issue's or a record's words, redacted
    Show(Show),
    /// One chart, ready for a slide
    Chart(Box<Chart>),
    /// The weekly report; without -o, on the terminal
    Report(Report),
    /// Signals for a batch job: JSON lines and an exit code
    Check(Check),
    /// The store's past: history, restore, forget, vacuum
    Store(StoreCommand),
    /// What there is: sources, charts, formats, columns
    List(List),
}

/// Which dumps, and how they are read.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Reading")]
pub struct Dumps {
    /// Dumps; `-` is standard input; none: the store, else the `[[input]]` of plaint.toml
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// How their columns are understood.
    #[command(flatten)]
    pub ingest: ingest::options::Options,
    /// Write the rows set aside here, with file, line and reason
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<String>,
    /// Fail when more rows than this are set aside: a number or a share
    #[arg(long, value_name = "N|P%", default_value = "1%")]
    pub max_rejects: MaxRejects,
    /// Go on when a file cannot be read, and exit with 1 at the end
    #[arg(long)]
    pub keep_going: bool,
}

/// Where the store is.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub struct Stored {
    /// The store's folder [default: PLAINT_STORE, else plaint-store]
    #[arg(long, value_name = "DIR")]
    pub store: Option<String>,
}

/// Which records: those of dumps, or those of the store.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Reading")]
pub struct Reading {
    /// Which dumps.
    #[command(flatten)]
    pub dumps: Dumps,
    /// Which store, where no dump is named.
    #[command(flatten)]
    pub stored: Stored,
    /// Read the store as it was in this version
    #[arg(long, value_name = "N", conflicts_with = "files")]
    pub store_version: Option<u64>,
    /// Only records with COLUMN=VALUE (also != and ~REGEX); repeatable, all must hold
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub conditions: Vec<String>,
}

/// What the analysis of records is told: which are read, which issues are looked for, what is heard and what counted.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub struct Stages {
    /// Which dumps.
    #[command(flatten)]
    pub reading: Reading,
    /// Which issues, and from where.
    #[command(flatten)]
    pub cluster: cluster::Options,
    /// What is heard in the texts.
    #[command(flatten)]
    pub enrich: enrich::Options,
    /// What is counted.
    #[command(flatten)]
    pub trend: trend::options::Options,
}

/// How many rejects are too many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxRejects {
    /// More than this many rows.
    Rows(i64),
    /// More than this percentage of the rows read.
    Percent(f64),
}

impl MaxRejects {
    /// Whether `rejected` of `read` rows are too many.
    pub fn exceeded(self, rejected: i64, read: i64) -> bool {
        match self {
            Self::Rows(most) => rejected > most,
            Self::Percent(most) => rejected as f64 * 100.0 > most * read as f64,
        }
    }
}

impl std::str::FromStr for MaxRejects {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || format!("{text:?} is neither a number of rows (20) nor a share (1%)");
        match text.strip_suffix('%') {
            Some(share) => match share.trim().parse::<f64>() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Percent(percent)),
                _ => Err(bad()),
            },
            None => text.parse().ok().filter(|rows| *rows >= 0).map(Self::Rows).ok_or_else(bad),
        }
    }
}

/// Where results go.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Write here instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
    /// Say nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Colour the text: auto is only on a terminal, and never under NO_COLOR
    #[arg(long, value_enum, default_value = "auto")]
    pub color: Color,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, 80 columns.
    Text,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which issues are shown.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Issues")]
pub struct Selection {
    /// Only this issue, by id or name; repeatable
    #[arg(long = "issue", value_name = "ID|NAME")]
    pub named: Vec<String>,
    /// Show only the N biggest issues
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
}

/// `plaint inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// Which dumps.
    #[command(flatten)]
    pub dumps: Dumps,
    /// Write a source of your own for this kind of dump, to be completed by hand
    #[arg(long, value_name = "FILE.toml")]
    pub write_source: Option<String>,
    /// Show personal data in the first records instead of masking it
    #[arg(long)]
    pub no_redact: bool,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint ingest`.
#[derive(Debug, Args)]
#[command(after_help = "The same dump again changes nothing; a newer version of a record takes its place. One ingest \
                        is one version of the store: plaint store history lists them, plaint store restore N goes \
                        back.")]
pub struct Ingest {
    /// Which dumps.
    #[command(flatten)]
    pub dumps: Dumps,
    /// Where to.
    #[command(flatten)]
    pub stored: Stored,
    /// These dumps are the whole truth of FEED from --since to --until: stored records that they lack leave
    #[arg(long, value_name = "FEED", requires_all = ["since", "until"])]
    pub replace: Option<String>,
    /// First day replaced: a date, a week (2026-W46) or a month (2026-10)
    #[arg(long, value_name = "TIME", value_parser = When::parse, requires = "replace")]
    pub since: Option<When>,
    /// Last day replaced
    #[arg(long, value_name = "TIME", value_parser = When::parse, requires = "replace")]
    pub until: Option<When>,
    /// Never store personal data: mask it in the texts, keep no name, handle or e-mail address, and authors as hashes
    #[arg(long)]
    pub redact_at_ingest: bool,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint cluster`.
#[derive(Debug, Args)]
pub struct Cluster {
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// Which are shown.
    #[command(flatten)]
    pub selection: Selection,
    /// Save the codebook here; a file that was not read is never overwritten
    #[arg(long, value_name = "FILE")]
    pub write: Option<String>,
    /// Learn the codebook's issues anew; those found again keep their ids, those written by hand stay as they are
    #[arg(long)]
    pub refit: bool,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint trends`.
#[derive(Debug, Args)]
pub struct Trends {
    /// Ready counts instead of dumps: `period,observed[,issue][,segment][,exposure]`
    #[arg(long, value_name = "FILE", conflicts_with = "files", help_heading = "Reading")]
    pub counts: Option<String>,
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// Which are shown.
    #[command(flatten)]
    pub selection: Selection,
    /// With --segment: hide cells that hold fewer than this
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..), requires = "segment")]
    pub min_cell: Option<i64>,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// What they are compared with: a period, C..D, previous (as long, just before) or year (the same a year earlier)
    /// [default: previous; with --segment each segment with the others]
    #[arg(long, value_name = "WHEN", value_parser = trend::sides::Against::parse)]
    pub against: Option<trend::sides::Against>,
    /// Which are shown.
    #[command(flatten)]
    pub selection: Selection,
    /// With --segment: hide cells that hold fewer than this
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..), requires = "segment")]
    pub min_cell: Option<i64>,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing to tell; 1 could not do it; 2 bad usage; 3 signals at or above --fail-on; \
                        4 could not judge"
)]
pub struct Check {
    /// Ready counts instead of dumps: `period,observed[,issue][,segment][,exposure]`; needs no codebook
    #[arg(long, value_name = "FILE", conflicts_with = "files", help_heading = "Reading")]
    pub counts: Option<String>,
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// Only this issue, by id or name; repeatable
    #[arg(long = "issue", value_name = "ID|NAME")]
    pub named: Vec<String>,
    /// Exit with 3 when a signal is at least as loud as this
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "alert")]
    pub fail_on: Level,
    /// What was told before: a later period repeats a signal only when it gets louder; the same period says the same
    #[arg(long, value_name = "FILE")]
    pub state: Option<String>,
    /// Write here instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
    /// Say nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// `plaint response`.
#[derive(Debug, Args)]
pub struct Response {
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// The unanswered instead, the most pressing first
    #[arg(long)]
    pub next: bool,
    /// How many of the unanswered to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// The share done within this time: 90m, 4h, 2d [default: `target` under `[response]` in plaint.toml]
    #[arg(long, value_name = "TIME", value_parser = trend::response::parse_duration)]
    pub target: Option<i64>,
    /// Count business hours only: those of plaint.toml, else mon-fri 09:00-17:00
    #[arg(long)]
    pub business_hours: bool,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint show`.
#[derive(Debug, Args)]
pub struct Show {
    /// An issue (id or name) or a record (uid)
    #[arg(value_name = "ISSUE|UID")]
    pub what: String,
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// How many records to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Of a record: why its language, sentiment and intents are what they are
    #[arg(long)]
    pub why: bool,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// `plaint chart`.
#[derive(Debug, Args)]
pub struct Chart {
    /// The chart (plaint list charts)
    pub name: String,
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// Which are shown.
    #[command(flatten)]
    pub selection: Selection,
    /// For segments: tell the issue's rates by channel, product, app_version, country or language
    #[arg(long, value_name = "COLUMN")]
    pub by_column: Option<String>,
    /// How it looks.
    #[command(flatten)]
    pub drawing: Drawing,
    /// The drawing: FILE.svg, FILE.png or FILE.pdf; - is SVG on standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: String,
    /// Say nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// How charts look.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Drawing")]
pub struct Drawing {
    /// The sheet: slide (1600x900), a4, square, or pixels as WxH
    #[arg(long, value_name = "slide|a4|square|WxH", default_value = "slide")]
    pub size: Size,
    /// The colours
    #[arg(long, value_enum, default_value = "light")]
    pub theme: Theme,
    /// The title, in place of the finding
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// How months and numbers are written: en, da, de, es, fr, it, nl, pl, pt or sv
    #[arg(long, value_name = "LANG", default_value = "en")]
    pub lang: Lang,
    /// A TrueType or OpenType file for letters that plaint's own font lacks (Chinese, Japanese, Hindi, …)
    #[arg(long, value_name = "FILE")]
    pub font: Option<String>,
}

/// `plaint report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Which records, and what is made of them.
    #[command(flatten)]
    pub stages: Stages,
    /// Which are shown.
    #[command(flatten)]
    pub selection: Selection,
    /// The folder to write, swapped in whole; without it the report goes to the terminal
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<String>,
    /// Write only these (report.json always): html, md, json, csv, xlsx, charts
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub only: Vec<String>,
    /// An earlier report of the same issues: say what it counted otherwise, and why
    #[arg(long, value_name = "report.json")]
    pub previous: Option<String>,
    /// A TrueType or OpenType file for letters that plaint's own font lacks (Chinese, Japanese, Hindi, …)
    #[arg(long, value_name = "FILE")]
    pub font: Option<String>,
    /// Say nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Colour the text: auto is only on a terminal, and never under NO_COLOR
    #[arg(long, value_enum, default_value = "auto")]
    pub color: Color,
}

/// `plaint list`.
#[derive(Debug, Args)]
pub struct List {
    /// What to list
    #[arg(value_enum)]
    pub what: Listing,
    /// Where to.
    #[command(flatten)]
    pub output: Output,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    /// The kinds of export plaint knows.
    Sources,
    /// The charts.
    Charts,
    /// The files a report can hold.
    Formats,
    /// The fields of a record.
    Columns,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn rejects_are_bounded_by_rows_or_share() {
        assert_eq!("20".parse(), Ok(MaxRejects::Rows(20)));
        assert_eq!("1%".parse(), Ok(MaxRejects::Percent(1.0)));
        assert!("many".parse::<MaxRejects>().is_err());
        assert!(!MaxRejects::Percent(1.0).exceeded(1, 100));
        assert!(MaxRejects::Percent(1.0).exceeded(2, 100));
        assert!(MaxRejects::Rows(0).exceeded(1, 100));
    }
}
