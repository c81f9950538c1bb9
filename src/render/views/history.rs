//! `plaint store history`: what each version did.

use serde::Serialize;

use crate::error::Result;
use crate::render::number::count;
use crate::render::{csv_table, views, words};

/// The versions of a store, oldest first.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// The store's folder, as named.
    pub store: String,
    /// One per version.
    pub versions: Vec<Version>,
}

/// A version.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    /// Its number.
    pub version: u64,
    /// When it was made (UTC, by the clock of the machine that made it).
    pub at: String,
    /// `ingest`, `restore`, `forget`, or `unknown` where another program made it.
    pub what: String,
    /// Records in the store afterwards; null where another program made it.
    pub records: Option<u64>,
    /// Whether it can still be read.
    pub readable: bool,
    /// What it did, in words.
    pub did: String,
    /// The dumps it ingested.
    pub files: Vec<File>,
}

/// A dump of a version.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    /// Path as named.
    pub path: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// New records.
    pub stored: i64,
    /// Records that took the place of an older version.
    pub updated: i64,
}

impl History {
    /// For people: what each version did, and from which dumps.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for version in &self.versions {
            let records = version.records.map_or(String::new(), |n| format!(" · {} records", count(n as i64)));
            let gone = if version.readable { "" } else { " · cannot be read any more" };
            out.push_str(&format!("version {} · {} UTC{records}{gone}\n", version.version, version.at));
            out.push_str(&format!("  {}: {}\n", version.what, version.did));
            for file in &version.files {
                let path = words::truncate_start(&file.path, views::WIDTH - 30);
                let updated =
                    if file.updated > 0 { format!(", {} updated", count(file.updated)) } else { String::new() };
                out.push_str(&format!("    {path}: {} new{updated}\n", count(file.stored)));
            }
        }
        out
    }

    /// One line per version and dump.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let header = ["version", "at", "what", "records", "readable", "path", "sha256", "stored", "updated"];
        let mut rows: Vec<Vec<String>> = Vec::new();
        for version in &self.versions {
            let own = || {
                vec![
                    version.version.to_string(),
                    version.at.clone(),
                    version.what.clone(),
                    version.records.map_or(String::new(), |n| n.to_string()),
                    version.readable.to_string(),
                ]
            };
            for file in &version.files {
                let mut row = own();
                row.extend([file.path.clone(), file.sha256.clone()]);
                row.extend([file.stored, file.updated].map(|n| n.to_string()));
                rows.push(row);
            }
            if version.files.is_empty() {
                let mut row = own();
                row.resize(header.len(), String::new());
                rows.push(row);
            }
        }
        csv_table::rows(&header, &rows)
    }
}
