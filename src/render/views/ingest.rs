//! `plaint ingest`: what became of every row.

use serde::Serialize;

use crate::error::Result;
use crate::render::number::count;
use crate::render::table::{Table, flexible, right};
use crate::render::{csv_table, views, words};

/// Columns of the terminal for a dump's path: what the numbers leave.
const NAMES: usize = 16;

/// What `plaint ingest` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Ingested {
    /// One per dump, by path.
    pub files: Vec<File>,
    /// The store afterwards.
    pub store: Store,
    /// Stored records that left, for `--replace`.
    pub removed: i64,
    /// Reasons to doubt a number.
    pub caveats: Vec<String>,
}

/// What became of a dump's rows: `rows_read` is the sum of the next six.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    /// Path as named.
    pub path: String,
    /// The source that read it.
    pub source: String,
    /// Rows read.
    pub rows_read: i64,
    /// New records.
    pub stored: i64,
    /// Records that took the place of an older version.
    pub updated: i64,
    /// Records the store held already.
    pub unchanged: i64,
    /// Rows that repeat a record of these dumps.
    pub duplicates: i64,
    /// Set aside with a reason.
    pub rejected: i64,
    /// Footers, ghost rows, rows that are no utterances.
    pub skipped: i64,
}

/// The store.
#[derive(Debug, Clone, Serialize)]
pub struct Store {
    /// Its folder, as named.
    pub path: String,
    /// Its newest version.
    pub version: u64,
    /// Records in it.
    pub records: u64,
    /// Whether this ingest made the version.
    pub changed: bool,
}

impl File {
    fn numbers(&self) -> [i64; 7] {
        [self.rows_read, self.stored, self.updated, self.unchanged, self.duplicates, self.rejected, self.skipped]
    }
}

impl Ingested {
    /// For people.
    pub fn text(&self) -> String {
        let numbers = ["Read", "Stored", "Updated", "Unchanged", "Repeats", "Rejected", "Skipped"];
        let mut columns = vec![flexible("File", 12)];
        columns.extend(numbers.map(right));
        let mut table = Table::new(&columns);
        let row = |name: &str, numbers: [i64; 7]| -> Vec<String> {
            std::iter::once(words::truncate_start(name, NAMES)).chain(numbers.map(count)).collect()
        };
        self.files.iter().for_each(|file| table.row(row(&file.path, file.numbers())));
        if self.files.len() > 1 {
            let sum = |at: usize| self.files.iter().map(|file| file.numbers()[at]).sum();
            table.row(row("all", std::array::from_fn(sum)));
        }
        let mut out = table.render(views::WIDTH);
        out.push('\n');
        let store = &self.store;
        let mut last =
            format!("{} holds {} records in version {}", store.path, count(store.records as i64), store.version);
        if self.removed > 0 {
            last.push_str(&format!("; {} left it, for these dumps lack them", count(self.removed)));
        }
        if !store.changed {
            last.push_str("; nothing changed");
        }
        let caveats = self.caveats.iter().map(|caveat| format!("caveat: {caveat}"));
        for sentence in std::iter::once(last).chain(caveats) {
            for line in words::wrap(&sentence, views::WIDTH) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        out
    }

    /// One line per dump.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let header =
            ["path", "source", "rows_read", "stored", "updated", "unchanged", "duplicates", "rejected", "skipped"];
        let rows: Vec<Vec<String>> = self
            .files
            .iter()
            .map(|file| {
                let words = [file.path.clone(), file.source.clone()];
                words.into_iter().chain(file.numbers().map(|n| n.to_string())).collect()
            })
            .collect();
        csv_table::rows(&header, &rows)
    }
}
