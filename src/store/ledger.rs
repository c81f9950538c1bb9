//! What each version says it did: kept in the log, beside the change itself.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::normalise::sums::FileSums;

/// Its key in a commit's metadata.
pub(crate) const LEDGER: &str = "plaint";

/// What a version did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Records came in.
    Ingest,
    /// An older version became the newest.
    Restore,
    /// Records left for good.
    Forget,
}

impl What {
    /// Its name in listings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Restore => "restore",
            Self::Forget => "forget",
        }
    }
}

/// One dump of an ingest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dump {
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// A hash of everything else that decides how it is read: the options, the source, the version of plaint.
    pub reading: String,
    /// The source that read it.
    pub source: String,
    /// What the source warns of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caveat: Option<String>,
    /// What was assumed, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    /// What became of its rows.
    pub sums: FileSums,
}

/// `--replace`: the dumps were the whole truth for these days of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replace {
    /// The feed.
    pub feed: String,
    /// First day.
    pub since: Date,
    /// Last day.
    pub until: Date,
}

/// What one version did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What.
    pub what: What,
    /// The version of plaint that did it.
    pub program: String,
    /// Records in the store afterwards.
    pub records: u64,
    /// The dumps ingested, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dumps: Vec<Dump>,
    /// Their headers that became a field: header → field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Feed → first and last day its records of this ingest were written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub feeds: BTreeMap<String, [Date; 2]>,
    /// Rows that came with a known `uid` and other content than was stored.
    #[serde(default)]
    pub contested: i64,
    /// Stored records that were changed or moved because of them.
    #[serde(default)]
    pub revised: i64,
    /// Records with several versions and nothing that tells which is newer.
    #[serde(default)]
    pub arbitrary: i64,
    /// The window replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
    /// Records that left.
    #[serde(default)]
    pub removed: i64,
    /// The version restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<u64>,
    /// What earlier versions did, where their log is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Line>,
}

/// A version with what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The version.
    pub version: u64,
    /// When it was committed; the machine's clock.
    pub at: Timestamp,
    /// What it did; none where another program wrote it.
    pub entry: Option<Entry>,
}

impl Entry {
    /// An entry that did nothing yet.
    pub(crate) fn new(what: What) -> Self {
        Self {
            what,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            records: 0,
            dumps: Vec::new(),
            headers: BTreeMap::new(),
            feeds: BTreeMap::new(),
            contested: 0,
            revised: 0,
            arbitrary: 0,
            replace: None,
            removed: 0,
            restored: None,
            earlier: Vec::new(),
        }
    }
}

/// What every version up to one did.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// By version.
    pub lines: Vec<Line>,
}

impl Ledger {
    /// Reads the log of a store up to `version`.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub(crate) fn read(folder: &Path, version: u64) -> Result<Self> {
        let log = folder.join("_delta_log");
        let mut lines: Vec<Line> = Vec::new();
        for version in versions(&log)?.into_iter().filter(|v| *v <= version) {
            let mut line = line(version, &read_log(&log, version)?);
            if let Some(entry) = &mut line.entry
                && !entry.earlier.is_empty()
            {
                // Those still in the log are the same, save what was forgotten.
                lines = std::mem::take(&mut entry.earlier);
            }
            lines.push(line);
        }
        Ok(Self { lines })
    }

    /// The ingests whose records make up the newest version: those undone by a restore are left out.
    pub fn standing(&self) -> Vec<&Entry> {
        let mut stands: Vec<&Line> = Vec::new();
        let mut past: BTreeMap<u64, Vec<&Line>> = BTreeMap::new();
        for line in &self.lines {
            match line.entry.as_ref().map(|entry| (entry.what, entry.restored)) {
                Some((What::Restore, Some(to))) => stands = past.get(&to).cloned().unwrap_or_default(),
                Some((What::Ingest, _)) => stands.push(line),
                _ => {}
            }
            past.insert(line.version, stands.clone());
        }
        stands.into_iter().filter_map(|line| line.entry.as_ref()).collect()
    }

    /// The dumps of the standing ingests, in their order.
    pub fn dumps(&self) -> impl Iterator<Item = &Dump> {
        self.standing().into_iter().flat_map(|entry| &entry.dumps)
    }

    /// The headers of all dumps; one that means different fields goes to the first by name.
    pub fn headers(&self) -> BTreeMap<String, String> {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (header, field) in self.standing().into_iter().flat_map(|entry| &entry.headers) {
            let known = headers.entry(header.clone()).or_insert_with(|| field.clone());
            if field < known {
                known.clone_from(field);
            }
        }
        headers
    }

    /// What these dumps became, if all were ingested before and ingesting them again would change nothing: the same
    /// bytes, read the same way, and no stored record changed since.
    pub(crate) fn known(&self, dumps: &[(&str, &str)]) -> Option<Vec<FileSums>> {
        let mut found = Vec::new();
        let mut first = self.lines.len();
        for (sha256, reading) in dumps {
            let is_it = |dump: &&Dump| dump.sha256 == *sha256 && dump.reading == *reading;
            let at = self
                .lines
                .iter()
                .rposition(|line| ingested(line).is_some_and(|e| e.dumps.iter().any(|d| is_it(&d))))?;
            let entry = ingested(&self.lines[at])?;
            // Where dumps disagreed about a record, only the same dumps together decide it the same way.
            let together = entry.dumps.len() == dumps.len()
                && entry.dumps.iter().all(|d| dumps.contains(&(d.sha256.as_str(), d.reading.as_str())));
            if entry.contested > 0 && !together {
                return None;
            }
            first = first.min(at);
            found.push(entry.dumps.iter().find(is_it)?.sums.again());
        }
        let quiet = |line: &Line| ingested(line).is_some_and(|e| e.revised == 0 && e.removed == 0);
        let since = self.lines.get(first + 1..).unwrap_or_default();
        since.iter().all(quiet).then_some(found)
    }
}

fn ingested(line: &Line) -> Option<&Entry> {
    line.entry.as_ref().filter(|entry| entry.what == What::Ingest)
}

/// The versions whose own log is there, in order.
pub(crate) fn versions(log: &Path) -> Result<Vec<u64>> {
    let fail = |cause: std::io::Error| Error::io(log.display(), "read the log", &cause);
    let mut versions = Vec::new();
    for entry in std::fs::read_dir(log).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".json")).filter(|stem| stem.len() == 20);
        versions.extend(number.and_then(|stem| stem.parse::<u64>().ok()));
    }
    versions.sort_unstable();
    Ok(versions)
}

/// The data files that a version added (true) or removed (false).
pub(crate) fn changes(log: &Path, version: u64) -> Result<Vec<(String, bool)>> {
    let mut changes = Vec::new();
    for action in read_log(log, version)?.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        for (kind, there) in [("add", true), ("remove", false)] {
            changes.extend(action[kind]["path"].as_str().map(|name| (name.to_owned(), there)));
        }
    }
    Ok(changes)
}

fn read_log(log: &Path, version: u64) -> Result<String> {
    let path = log.join(format!("{version:020}.json"));
    std::fs::read_to_string(&path).map_err(|cause| Error::io(path.display(), "read it", &cause))
}

fn line(version: u64, text: &str) -> Line {
    let infos = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let info = infos.filter_map(|action| action.get("commitInfo").cloned()).next().unwrap_or_default();
    let millis = info["timestamp"].as_i64().unwrap_or_default();
    let at = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    Line { version, at, entry: serde_json::from_value(info[LEDGER].clone()).ok() }
}
