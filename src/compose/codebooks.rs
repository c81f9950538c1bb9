//! Which issues apply: a codebook, labels that exist, or discovery.

use std::path::{Path, PathBuf};

use crate::cli::Stored;
use crate::cluster::codebook::Codebook;
use crate::cluster::matches::Matches;
use crate::cluster::{Options, discover, labels, matching};
use crate::compose::{emit, store};
use crate::enrich::Voiced;
use crate::error::{Error, Result};
use crate::normalise::records::Records;
use crate::report::model::CodebookReport;

/// The codebook's usual place.
const FILE: &str = "codebook.toml";
/// Under this share of counted records with text, the dump's own labels speak better (the design's §5).
const ENOUGH_TEXT: f64 = 0.5;

/// The issues of a run and what they match.
pub(crate) struct Issues {
    /// The issues.
    pub(crate) codebook: Codebook,
    /// What they match.
    pub(crate) matches: Matches,
    /// The codebook's text, as read or as it would be written; null for labels.
    pub(crate) text: Option<String>,
    /// Where they came from.
    pub(crate) report: CodebookReport,
}

/// The codebook file that applies, with its text: `--codebook`, else `./codebook.toml`, else the one in the store's
/// folder.
pub(crate) fn file(options: &Options, stored: &Stored) -> Result<Option<(PathBuf, String)>> {
    if let Some(path) = &options.codebook {
        let text = emit::read_if_there(path)?.ok_or_else(|| {
            Error::failed("there is no such codebook")
                .at(path.display())
                .hint("make one: plaint cluster FILE… --write codebook.toml")
        })?;
        return Ok(Some((path.clone(), text)));
    }
    for path in [PathBuf::from(FILE), store::at(stored).folder().join(FILE)] {
        if let Some(text) = emit::read_if_there(&path)? {
            return Ok(Some((path, text)));
        }
    }
    Ok(None)
}

/// The codebook file that applies, read.
pub(crate) struct Book {
    path: PathBuf,
    text: String,
    /// With the words to ignore that the command line adds.
    pub(crate) codebook: Codebook,
}

/// Reads the codebook file that applies; none where there is none.
///
/// # Errors
/// A codebook with an error, or without an issue that is counted.
pub(crate) fn load(options: &Options, stored: &Stored) -> Result<Option<Book>> {
    let Some((path, text)) = file(options, stored)? else { return Ok(None) };
    let mut codebook = Codebook::parse(&text, &path.display().to_string())?;
    if !codebook.issues.iter().any(|issue| issue.status.counts()) {
        return Err(Error::failed("no issue in it is active, so nothing would be counted")
            .at(path.display())
            .hint("set status = \"active\" on one, or take the file away to discover issues"));
    }
    codebook.ignore.extend(options.ignore.iter().cloned());
    Ok(Some(Book { path, text, codebook }))
}

/// Finds the issues that apply, and their matches. `given` is the codebook file with its matches, where one applies.
///
/// `learnable` gives the rows to learn from, those that count; it is asked only where issues are to be discovered.
///
/// # Errors
/// A codebook with an error, labels that do not exist, too few texts to discover anything.
pub(crate) fn find(
    records: &Records,
    voiced: &Voiced,
    learnable: impl FnOnce() -> Result<Vec<u32>>,
    options: &Options,
    given: Option<(Book, Matches)>,
) -> Result<Issues> {
    if let Some(column) = &options.issues_from {
        return from_labels(records, voiced, column, format!("Issues are the values of {column}, as asked."));
    }
    if let Some((Book { path, text, codebook }, matches)) = given {
        let digest = Codebook::digest(&text);
        let note = format!("Issues are those of {} (SHA-256 {}).", path.display(), &digest[..12]);
        let report =
            CodebookReport { path: Some(path.display().to_string()), sha256: Some(digest), origin: "codebook", note };
        return Ok(Issues { codebook, matches, text: Some(text), report });
    }
    let counted = &learnable()?;
    let texts = voiced.text()?;
    let with_text = counted.iter().filter(|row| texts.get(**row as usize).is_some()).count();
    if (with_text as f64) < ENOUGH_TEXT * counted.len() as f64 && options.issues.is_none() {
        for column in ["category", "tags"] {
            if has_values(records, column, counted)? {
                let note = format!(
                    "Only {with_text} of {} counted records have text, so issues are the values of {column}. Use \
                     --issues K or a codebook for the texts.",
                    counted.len()
                );
                return from_labels(records, voiced, column, note);
            }
        }
    }
    let codebook = discover::discover(voiced, counted, options)?;
    let matches = matching::match_records(voiced, &codebook)?;
    let text = codebook.to_toml();
    let note = "Exploratory: the issues were found on the same data they are counted in. To keep them next week, copy \
                codebook.toml to where plaint runs, or pass --codebook."
        .to_string();
    let report = CodebookReport { path: None, sha256: Some(Codebook::digest(&text)), origin: "discovered", note };
    Ok(Issues { codebook, matches, text: Some(text), report })
}

/// No issues at all.
///
/// # Errors
/// Internal only.
pub(crate) fn none(voiced: &Voiced) -> Result<Issues> {
    let codebook = Codebook::default();
    let matches = Matches::build(&[], voiced.texts_of("uid")?, &codebook)?;
    let note = "No codebook, so nothing is told per issue: --codebook FILE names one, --issues K finds issues now.";
    let report = CodebookReport { path: None, sha256: None, origin: "none", note: note.to_owned() };
    Ok(Issues { codebook, matches, text: None, report })
}

fn from_labels(records: &Records, voiced: &Voiced, column: &str, note: String) -> Result<Issues> {
    let values = label_values(records, column)?;
    let (codebook, matches) = labels::from_labels(voiced, &values)?;
    let report = CodebookReport { path: None, sha256: None, origin: "labels", note };
    Ok(Issues { codebook, matches, text: None, report })
}

/// Per record its labels.
fn label_values(records: &Records, column: &str) -> Result<Vec<Vec<String>>> {
    if column == "tags" {
        return records.lists_of(column);
    }
    Ok(records.values_of(column)?.into_iter().map(|value| value.into_iter().collect()).collect())
}

fn has_values(records: &Records, column: &str, rows: &[u32]) -> Result<bool> {
    let values = label_values(records, column)?;
    let filled = rows.iter().filter(|row| !values[**row as usize].is_empty()).count();
    Ok(filled * 2 >= rows.len().max(1))
}

/// Saves a codebook; a file that was not read in this run is never overwritten.
///
/// # Errors
/// When the file exists and is another than `read`.
pub(crate) fn save(path: &Path, text: &str, read: Option<&Path>) -> Result<()> {
    let there = emit::read_if_there(path)?;
    let same_file = |other: &Path| match (path.canonicalize(), other.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    match there {
        Some(old) if old == text => Ok(()),
        Some(_) if !read.is_some_and(same_file) => Err(Error::failed("a codebook is there already and was not read")
            .at(path.display())
            .hint(format!("use it with --codebook {}, or write to another file", path.display()))),
        _ => emit::file(path, text.as_bytes()),
    }
}
