//! What became of a dump's rows, chunk by chunk.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::normalise::build::Normalised;
use crate::normalise::problems::{Problem, Tally};

/// What became of one dump's rows: `rows_read` is the sum of the next six.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSums {
    /// Path as named.
    pub path: String,
    /// Rows read.
    pub rows_read: i64,
    /// Records kept that name this dump as their place.
    pub stored: i64,
    /// Records that took the place of an older version in the store; 0 without one.
    pub updated: i64,
    /// Records the store held already; 0 without one.
    pub unchanged: i64,
    /// Rows that repeat a record named elsewhere.
    pub duplicates: i64,
    /// Set aside with a reason.
    pub rejected: i64,
    /// Footers, ghost rows, rows that are no utterances.
    pub skipped: i64,
    /// Stored records without a date.
    pub undated: i64,
    /// Rows keyed by a hash of their cells, for want of a native id.
    pub hashed: i64,
    /// Reasons for the rejects and the skipped, by name.
    pub problems: Vec<Problem>,
}

/// Sums of one dump under way.
#[derive(Debug, Clone)]
pub struct Sums {
    sums: FileSums,
    problems: Tally,
}

impl Sums {
    /// Nothing read of `path` yet.
    pub fn new(path: &str) -> Self {
        let sums = FileSums {
            path: path.to_owned(),
            rows_read: 0,
            stored: 0,
            updated: 0,
            unchanged: 0,
            duplicates: 0,
            rejected: 0,
            skipped: 0,
            undated: 0,
            hashed: 0,
            problems: Vec::new(),
        };
        Self { sums, problems: Tally::default() }
    }

    /// Adds a chunk's rows read, rejected, skipped and hashed; what became of its records is known only later.
    ///
    /// # Errors
    /// Internal errors only.
    pub fn add(&mut self, chunk: &Normalised) -> Result<()> {
        self.sums.rows_read += chunk.rows_read;
        self.sums.hashed += chunk.hashed;
        self.sums.rejected += i64::try_from(chunk.rejects.len()).unwrap_or(i64::MAX);
        for (reason, line, _) in chunk.rejects.reasons()? {
            self.problems.add(&reason, 1, line);
        }
        for Problem { kind, count, example_line } in &chunk.skipped {
            self.sums.skipped += count;
            self.problems.add(kind, *count, *example_line);
        }
        Ok(())
    }

    /// The sums, to be completed by what became of the records.
    pub fn finish(self) -> FileSums {
        FileSums { problems: self.problems.into_problems(), ..self.sums }
    }
}

impl FileSums {
    /// Rows that hold a record, whether it was new or not.
    pub fn accepted(&self) -> i64 {
        self.stored + self.updated + self.unchanged + self.duplicates
    }

    /// The same dump once more: all it held is there already.
    pub fn again(&self) -> Self {
        Self { stored: 0, updated: 0, unchanged: self.stored + self.updated + self.unchanged, ..self.clone() }
    }

    /// Whether every row read has its place.
    ///
    /// # Errors
    /// An internal error when rows read do not add up to stored, updated, unchanged, duplicate, rejected
    /// and skipped.
    pub fn check(&self) -> Result<()> {
        let kept = self.stored + self.updated + self.unchanged;
        let sum = kept + self.duplicates + self.rejected + self.skipped;
        if sum == self.rows_read {
            return Ok(());
        }
        Err(Error::failed(format!("internal: {} rows read, {sum} accounted for", self.rows_read))
            .at(&self.path)
            .hint("this is a bug in plaint; please report it"))
    }
}
