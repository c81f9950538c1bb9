//! Several versions of one record: which is kept, and what is remembered of the others.
//!
//! Dumps read directly and dumps that go through the store follow these same rules, so both give the same records.

use std::collections::BTreeSet;

use polars::prelude::{
    AnyValue, BooleanChunked, Column, DataFrame, DataType, Float64Chunked, Int64Chunked, ListChunked, NamedFrom,
    Series, StringChunked,
};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};
use xxhash_rust::xxh3::xxh3_64;

use crate::contract::Type;
use crate::error::Result;
use crate::normalise::records::COLUMNS;
use crate::normalise::row::slots;

/// Where a record comes from; not part of its content.
pub(crate) const PROVENANCE: [usize; 3] = [slots::SOURCE_FILE, slots::SOURCE_ROW, slots::SOURCE_LINE];
/// Rows hashed by one task.
const RANGE: usize = 4096;

/// What orders the versions of a record: the greater is kept. Without a time of change the greater hash is, which has
/// nothing to do with age but is the same whatever the order of rows and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// `updated_at`: microseconds since 1970, UTC.
    pub updated: Option<i64>,
    /// Hash of the content.
    pub content: u64,
}

/// Each status a record had with the time of change that came with it.
pub type Statuses = BTreeSet<(i64, String)>;

/// The version of every row.
///
/// # Errors
/// An internal error when the frame lacks a column of [`COLUMNS`].
pub fn of(frame: &DataFrame) -> Result<Vec<Version>> {
    let updated = frame.column("updated_at")?.datetime()?.physical().iter();
    Ok(updated.zip(contents(frame)?).map(|(updated, content)| Version { updated, content }).collect())
}

/// XXH3 (Collet 2019, 64 bits) over each row's values, its place and its past left out: it tells a changed record from
/// an unchanged one, and nobody gains by making two alike, so it need not be a cryptographic one. Empty cells do not count, so that a
/// column added later does not change the records that lack it.
fn contents(frame: &DataFrame) -> Result<Vec<u64>> {
    let mut frame = frame.clone();
    frame.rechunk_mut();
    let mut columns = Vec::with_capacity(COLUMNS.len());
    for (slot, promised) in COLUMNS.iter().enumerate() {
        if PROVENANCE.contains(&slot) || slot == slots::STATUS_HISTORY {
            continue;
        }
        let column = frame.column(promised.name)?;
        if column.null_count() < column.len() {
            columns.push((promised.name, Cells::of(column, promised.kind)?));
        }
    }
    let height = frame.height();
    let ranges: Vec<usize> = (0..height).step_by(RANGE).collect();
    let parts: Vec<Vec<u64>> = ranges
        .into_par_iter()
        .map(|start| {
            let mut bytes = Vec::new();
            (start..height.min(start + RANGE))
                .map(|row| {
                    bytes.clear();
                    columns.iter().for_each(|(name, cells)| cells.write(name, row, &mut bytes));
                    xxh3_64(&bytes)
                })
                .collect()
        })
        .collect();
    Ok(parts.concat())
}

/// A column, ready to be read row by row.
enum Cells<'a> {
    Text(&'a StringChunked),
    Int(&'a Int64Chunked),
    Float(&'a Float64Chunked),
    Bool(&'a BooleanChunked),
    Texts { offsets: Vec<i64>, texts: Series },
}

impl<'a> Cells<'a> {
    fn of(column: &'a Column, kind: Type) -> Result<Self> {
        Ok(match kind {
            Type::Text => Self::Text(column.str()?),
            Type::Int => Self::Int(column.i64()?),
            Type::Float => Self::Float(column.f64()?),
            Type::Bool => Self::Bool(column.bool()?),
            Type::Instant | Type::Wall => Self::Int(column.datetime()?.physical()),
            Type::Texts | Type::Places | Type::History => {
                let lists = column.list()?;
                Self::Texts { offsets: offsets(lists), texts: lists.get_inner() }
            }
        })
    }

    /// Appends name and value of a cell that is not empty.
    fn write(&self, name: &str, row: usize, bytes: &mut Vec<u8>) {
        let mut cell = |tag: u8, value: &[u8]| {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(tag);
            bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
            bytes.extend_from_slice(value);
        };
        match self {
            Self::Text(texts) => {
                if let Some(text) = texts.get(row) {
                    cell(1, text.as_bytes());
                }
            }
            Self::Float(numbers) => {
                if let Some(number) = numbers.get(row) {
                    cell(2, &number.to_bits().to_le_bytes());
                }
            }
            Self::Int(numbers) => {
                if let Some(number) = numbers.get(row) {
                    cell(3, &number.to_le_bytes());
                }
            }
            Self::Bool(values) => {
                if let Some(value) = values.get(row) {
                    cell(4, &[u8::from(value)]);
                }
            }
            Self::Texts { offsets, texts } => {
                let Ok(texts) = texts.str() else { return };
                for at in offsets[row]..offsets[row + 1] {
                    cell(5, texts.get(at as usize).unwrap_or_default().as_bytes());
                }
            }
        }
    }
}

/// Where each list begins among the inner values; one more for the end. The column is one chunk.
fn offsets(lists: &ListChunked) -> Vec<i64> {
    let mut all = vec![0];
    for array in lists.downcast_iter() {
        all = array.offsets().as_slice().to_vec();
    }
    all
}

/// Every status known of a row: its history, or its own status where it has a time of change.
///
/// # Errors
/// An internal error when the frame lacks a column.
pub fn statuses(frame: &DataFrame, row: usize) -> Result<Statuses> {
    let mut known = Statuses::new();
    if let Some(history) = frame.column("status_history")?.list()?.get_as_series(row) {
        known.extend(entries_of(&history)?);
    }
    let at = frame.column("updated_at")?.datetime()?.physical().get(row);
    let status = frame.column("status")?.str()?.get(row);
    known.extend(at.zip(status).map(|(at, status)| (at, status.to_owned())));
    Ok(known)
}

/// The entries of one cell of `status_history`: microseconds since 1970, UTC, and the status.
///
/// # Errors
/// An internal error when it is no history.
pub fn entries_of(history: &Series) -> Result<Vec<(i64, String)>> {
    let fields = history.struct_()?;
    let (at, status) = (fields.field_by_name("at")?.cast(&DataType::Int64)?, fields.field_by_name("status")?);
    let pairs = at.i64()?.iter().zip(status.str()?.iter()).map(|(at, status)| Some((at?, status?.to_owned())));
    Ok(pairs.flatten().collect())
}

/// The column `status_history`: null where fewer than two statuses are known, for one is the record's own.
///
/// # Errors
/// An internal error when polars cannot build it.
pub fn history(rows: &[Option<Statuses>]) -> Result<Column> {
    let promised = &COLUMNS[slots::STATUS_HISTORY];
    let dtype = promised.kind.dtype();
    if rows.iter().all(Option::is_none) {
        return Ok(Column::full_null(promised.name.into(), rows.len(), &dtype));
    }
    let mut values = Vec::with_capacity(rows.len());
    for known in rows {
        values.push(match known {
            Some(known) if known.len() > 1 => AnyValue::List(entries(known)?),
            _ => AnyValue::Null,
        });
    }
    Ok(Series::from_any_values_and_dtype(promised.name.into(), &values, &dtype, true)?.into())
}

fn entries(known: &Statuses) -> Result<Series> {
    let at: Vec<i64> = known.iter().map(|(at, _)| *at).collect();
    let statuses: Vec<&str> = known.iter().map(|(_, status)| status.as_str()).collect();
    let at = Series::new("at".into(), at).cast(&Type::Instant.dtype())?;
    let frame = DataFrame::new(known.len(), vec![at.into(), Column::new("status".into(), statuses)])?;
    Ok(frame.into_struct("".into()).into())
}
