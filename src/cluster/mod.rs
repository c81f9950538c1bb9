//! Codebook, tokens, discovery, matching.

pub mod alike;
pub mod codebook;
pub mod codebook_read;
pub mod codebook_write;
pub mod copies;
pub mod corpus;
pub mod discover;
pub mod grouping;
pub mod intern;
pub mod kmeans;
pub mod labels;
pub mod language;
pub mod lift;
pub mod matches;
pub mod matching;
pub mod mixture;
pub mod prng;
pub mod propose;
pub mod sparse;
pub mod surfaces;
pub mod svd;
pub mod threshold;
pub mod tokens;
pub mod vectors;
pub mod words;

use std::path::PathBuf;

/// How issues are found.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[group(skip)]
pub struct Options {
    /// The codebook: the file of issues [default: ./codebook.toml, else the store's]
    #[arg(long, value_name = "FILE")]
    pub codebook: Option<PathBuf>,
    /// Discover this many issues [default: as many as the texts bear]
    #[arg(long, value_name = "K", conflicts_with = "issues_from")]
    pub issues: Option<usize>,
    /// Take the issues from labels that exist: category, tags or a column of the dump
    #[arg(long, value_name = "COLUMN", conflicts_with = "codebook")]
    pub issues_from: Option<String>,
    /// A word that is never a keyword, such as your brand (repeatable)
    #[arg(long, value_name = "WORD")]
    pub ignore: Vec<String>,
}

/// Bytes in hexadecimal.
pub(crate) fn hash_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
