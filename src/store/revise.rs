//! One data file and the rows that contest its records → the file as it should be.

use std::collections::BTreeSet;

use polars::prelude::{BooleanChunked, DataFrame, IdxCa, IdxSize, NewChunkedArray};

use crate::error::Result;
use crate::normalise::records::COLUMNS;
use crate::normalise::row::slots;
use crate::normalise::versions::{self, PROVENANCE, Statuses, Version};
use crate::store::keys::{self, Key, Keys};
use crate::store::schema;

/// What became of a data file.
#[derive(Debug, Default)]
pub(crate) struct Revised {
    /// Its new content; none where nothing changed.
    pub(crate) frame: Option<DataFrame>,
    /// Stored records that another version took the place of: the dump, from 0, that held each first.
    pub(crate) updated: Vec<usize>,
    /// Records changed in any way.
    pub(crate) revised: i64,
    /// Records whose versions nothing tells apart by age.
    pub(crate) arbitrary: i64,
}

/// Resolves the contested records of a file. `stored`: an earlier ingest wrote it; else this one did.
///
/// # Errors
/// An internal error when a column is missing.
pub(crate) fn revise(base: &DataFrame, contested: &DataFrame, keys: &Keys, stored: bool) -> Result<Revised> {
    let mut all = base.clone();
    all.vstack_mut(contested)?;
    all.rechunk_mut();
    let rows = Rows::of(&all)?;
    // The rows of each record that is contested, its row in `base` first.
    let contesting: BTreeSet<keys::Uid> = rows.uids[base.height()..].iter().copied().collect();
    let mut order: Vec<usize> = (0..all.height()).filter(|row| contesting.contains(&rows.uids[*row])).collect();
    order.sort_by_key(|row| (rows.uids[*row], *row));
    let mut revised = Revised::default();
    let mut touched = vec![false; base.height()];
    let mut taken = Taken::default();
    for same in order.chunk_by(|a, b| rows.uids[*a] == rows.uids[*b]) {
        let (Some(key), old) = (keys.get(&rows.uids[same[0]]), same[0]) else { continue };
        let (winner, tied) = rows.winner(same, key, stored);
        revised.arbitrary += i64::from(tied);
        let mut known = Statuses::new();
        for row in same {
            known.extend(versions::statuses(&all, *row)?);
        }
        if winner == old && (known.len() < 2 || known == versions::statuses(&all, old)?) {
            continue;
        }
        if stored && winner != old {
            revised.updated.extend(key.dump());
        }
        revised.revised += 1;
        touched[old] = true;
        taken.winners.push(winner as IdxSize);
        taken.places.push(rows.first_place(same) as IdxSize);
        taken.statuses.push(Some(known));
    }
    if revised.revised > 0 {
        let left: Vec<bool> = touched.iter().map(|touched| !touched).collect();
        let mut frame = base.filter(&BooleanChunked::from_slice("".into(), &left))?;
        frame.vstack_mut(&taken.frame(&all)?)?;
        revised.frame = Some(frame);
    }
    Ok(revised)
}

/// What decides, by row of base and contested together.
struct Rows<'a> {
    uids: Vec<keys::Uid>,
    versions: Vec<Version>,
    row_hashes: Vec<i64>,
    files: Vec<&'a str>,
    rows: Vec<i64>,
}

impl<'a> Rows<'a> {
    fn of(all: &'a DataFrame) -> Result<Self> {
        let texts = |name: &str| -> Result<Vec<&'a str>> {
            Ok(all.column(name)?.str()?.iter().map(Option::unwrap_or_default).collect())
        };
        let numbers = |name: &str| -> Result<Vec<i64>> {
            Ok(all.column(name)?.i64()?.iter().map(Option::unwrap_or_default).collect())
        };
        Ok(Self {
            uids: keys::uids(&texts("uid")?),
            versions: schema::versions(all)?,
            row_hashes: numbers(schema::ROW)?,
            files: texts("source_file")?,
            rows: numbers("source_row")?,
        })
    }

    /// The row whose version is kept, and whether its age had no say. `same[0]` is the row in the file.
    fn winner(&self, same: &[usize], key: &Key, stored: bool) -> (usize, bool) {
        let (old, new) = (same[0], &same[1..]);
        let version = |row: usize| self.versions[row];
        let best = |rows: &[usize]| {
            // Equal versions: the first row stands for all.
            rows.iter().copied().reduce(|best, row| if version(row) > version(best) { row } else { best })
        };
        // The call's own choice is the one it would make of its dumps read directly.
        let call: &[usize] = if !stored || key.same() { same } else { new };
        let Some(chosen) = best(call) else { return (old, false) };
        let tied = call.iter().any(|row| {
            version(*row).content != version(chosen).content && version(*row).updated == version(chosen).updated
        });
        if !stored || chosen == old {
            return (chosen, tied);
        }
        let reread = new.iter().any(|row| self.row_hashes[*row] == self.row_hashes[old]);
        let undated = version(chosen).updated.is_none() && version(old).updated.is_none();
        let wins = reread || undated || version(chosen) > version(old);
        (if wins { chosen } else { old }, tied)
    }

    /// The row with the smallest file name and number.
    fn first_place(&self, same: &[usize]) -> usize {
        let place = |row: usize| (self.files[row], self.rows[row]);
        same.iter().copied().reduce(|a, b| if place(b) < place(a) { b } else { a }).unwrap_or_default()
    }
}

/// Rows that take the place of others.
#[derive(Default)]
struct Taken {
    winners: Vec<IdxSize>,
    places: Vec<IdxSize>,
    statuses: Vec<Option<Statuses>>,
}

impl Taken {
    fn frame(&self, all: &DataFrame) -> Result<DataFrame> {
        let mut frame = all.take(&IdxCa::from_slice("".into(), &self.winners))?;
        let places = IdxCa::from_slice("".into(), &self.places);
        for slot in PROVENANCE {
            frame.replace_column(slot, all.column(COLUMNS[slot].name)?.take(&places)?)?;
        }
        frame.replace_column(slots::STATUS_HISTORY, versions::history(&self.statuses)?)?;
        Ok(frame)
    }
}
