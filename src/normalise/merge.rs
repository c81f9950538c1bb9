//! All chunks of all dumps → records, each `uid` once.
//!
//! The result depends on neither the order of files nor the order of rows: versions of a record are told apart by
//! `updated_at`, then by their content's hash, and of all rows that hold it the smallest (file name, row) is named.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, NewChunkedArray};

use crate::error::Result;
use crate::normalise::build::Normalised;
use crate::normalise::frame::FrameBuilder;
use crate::normalise::order::by_uid;
use crate::normalise::records::{COLUMNS, Records};
use crate::normalise::rejects::Rejects;
use crate::normalise::row::slots;
use crate::normalise::stack::{gathered, stacked};
use crate::normalise::sums::{FileSums, Sums};
use crate::normalise::versions::{self, PROVENANCE, Statuses, Version};

/// Rows that repeat a record: `source_file` (text), `source_row` (Int64, 1-based), `uid` (text, of the record kept);
/// sorted by `uid`, file, row.
#[derive(Debug, Clone)]
pub struct Duplicates {
    frame: DataFrame,
}

impl Duplicates {
    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }
}

/// The records of all dumps, and what became of every row.
#[derive(Debug)]
pub struct Merged {
    /// Each once.
    pub records: Records,
    /// Rows that repeat a record.
    pub duplicates: Duplicates,
    /// By dump, sorted by path.
    pub files: Vec<FileSums>,
    /// By dump, sorted by path; only dumps with rejects.
    pub rejects: Vec<(String, Rejects)>,
    /// Reasons to doubt a number, in words.
    pub caveats: Vec<String>,
}

/// Puts the chunks of all dumps together. Same `uid` and same content is a duplicate. Same `uid` and other content:
/// the greater `updated_at` wins; without one, the greater hash of the content, which is counted as a caveat; the statuses
/// of all versions are kept as its history.
///
/// # Errors
/// An internal error when rows read do not add up to stored, duplicate, rejected and skipped.
pub fn merge(chunks: Vec<Normalised>) -> Result<Merged> {
    let mut reading: BTreeMap<String, Sums> = BTreeMap::new();
    let mut rejects: BTreeMap<String, Rejects> = BTreeMap::new();
    let mut headers = BTreeSet::new();
    let mut frames = vec![FrameBuilder::new(0).finish()?];
    for chunk in chunks {
        reading.entry(chunk.file.clone()).or_insert_with(|| Sums::new(&chunk.file)).add(&chunk)?;
        headers.extend(chunk.headers);
        frames.push(chunk.records);
        if !chunk.rejects.is_empty() {
            match rejects.get_mut(&chunk.file) {
                Some(earlier) => earlier.append(&chunk.rejects)?,
                None => drop(rejects.insert(chunk.file, chunk.rejects)),
            }
        }
    }
    let mut sums: BTreeMap<String, FileSums> = reading.into_iter().map(|(path, sums)| (path, sums.finish())).collect();
    let all = stacked(frames)?.unwrap_or_default();
    let chosen = choose(&all)?;
    let frame = place(&all, &chosen)?;
    let files_of = all.column("source_file")?.str()?;
    let undated = all.column("created_at")?.is_null();
    for (winner, place) in chosen.winners.iter().zip(&chosen.places) {
        if let Some(file) = files_of.get(at(*place)).and_then(|f| sums.get_mut(f)) {
            file.stored += 1;
            file.undated += i64::from(undated.get(at(*winner)) == Some(true));
        }
    }
    for row in &chosen.repeats {
        if let Some(file) = files_of.get(at(*row)).and_then(|f| sums.get_mut(f)) {
            file.duplicates += 1;
        }
    }
    for file in sums.values() {
        file.check()?;
    }
    let repeats = IdxCa::from_slice("".into(), &chosen.repeats);
    let duplicates = all.select(["source_file", "source_row", "uid"])?.take(&repeats)?;
    // A header that means different fields in different dumps goes to the first field by name.
    let mut named = BTreeMap::new();
    for (header, field) in headers {
        named.entry(header).or_insert(field);
    }
    Ok(Merged {
        records: Records::new(frame, named)?,
        duplicates: Duplicates { frame: duplicates },
        files: sums.into_values().collect(),
        rejects: rejects.into_iter().collect(),
        caveats: chosen.caveats(),
    })
}

/// Rows by position in the frame of all.
#[derive(Default)]
struct Chosen {
    /// The version kept of each record, in the order of uids.
    winners: Vec<IdxSize>,
    /// The row each record names as its place.
    places: Vec<IdxSize>,
    /// The other rows, in the order of uids, files, rows.
    repeats: Vec<IdxSize>,
    /// What is known of each record's statuses, where it has several versions.
    statuses: Vec<Option<Statuses>>,
    updated: i64,
    arbitrary: i64,
}

impl Chosen {
    fn caveats(&self) -> Vec<String> {
        let mut caveats = Vec::new();
        if self.arbitrary > 0 {
            caveats.push(arbitrary(self.arbitrary));
        }
        if self.updated > 0 {
            caveats.push(format!("{} records appear in several versions; the last changed was kept", self.updated));
        }
        caveats
    }
}

/// Said of records of which nothing tells the newest version.
pub fn arbitrary(records: i64) -> String {
    format!(
        "{records} records appear in several versions without a time of change that tells which is newer; the one kept \
         was chosen by a fixed rule, not by age"
    )
}

fn choose(all: &DataFrame) -> Result<Chosen> {
    let texts = |name: &str| -> Result<Vec<&str>> {
        Ok(all.column(name)?.str()?.iter().map(Option::unwrap_or_default).collect())
    };
    let (uids, files) = (texts("uid")?, texts("source_file")?);
    let rows: Vec<i64> = all.column("source_row")?.i64()?.iter().map(Option::unwrap_or_default).collect();
    let order = by_uid(&uids, |a, b| files[a].cmp(files[b]).then(rows[a].cmp(&rows[b])))?;
    let versions = versions_of_repeated(all, &order, &uids)?;
    let version = |row: IdxSize| -> Version { versions[at(row)] };
    let mut chosen = Chosen::default();
    for same in order.chunk_by(|a, b| uids[at(*a)] == uids[at(*b)]) {
        let first = same[0];
        let mut winner = first;
        let mut statuses = None;
        if same.len() > 1 {
            // Equal versions: the first row stands for both.
            for row in &same[1..] {
                if version(*row) > version(winner) {
                    winner = *row;
                }
            }
            let best = version(winner);
            let others = || same.iter().map(|row| version(*row)).filter(|other| other.content != best.content);
            let tied = others().any(|other| other.updated == best.updated);
            chosen.arbitrary += i64::from(tied);
            chosen.updated += i64::from(!tied && others().next().is_some());
            if others().next().is_some() {
                let mut known = Statuses::new();
                for row in same {
                    known.extend(versions::statuses(all, at(*row))?);
                }
                statuses = Some(known);
            }
        }
        chosen.winners.push(winner);
        chosen.places.push(first);
        chosen.repeats.extend(&same[1..]);
        chosen.statuses.push(statuses);
    }
    Ok(chosen)
}

/// By row of `all`; computed only when a `uid` comes more than once.
fn versions_of_repeated(all: &DataFrame, order: &[IdxSize], uids: &[&str]) -> Result<Vec<Version>> {
    if order.windows(2).all(|pair| uids[at(pair[0])] != uids[at(pair[1])]) {
        return Ok(Vec::new());
    }
    versions::of(all)
}

/// The winners in order, each with the place of its smallest row.
fn place(all: &DataFrame, chosen: &Chosen) -> Result<DataFrame> {
    let mut frame = gathered(all, &chosen.winners)?;
    if chosen.repeats.is_empty() {
        return Ok(frame);
    }
    let places = IdxCa::from_slice("".into(), &chosen.places);
    for slot in PROVENANCE {
        let column: Column = all.column(COLUMNS[slot].name)?.take(&places)?;
        frame.replace_column(slot, column)?;
    }
    frame.replace_column(slots::STATUS_HISTORY, versions::history(&chosen.statuses)?)?;
    Ok(frame)
}

fn at(row: IdxSize) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
