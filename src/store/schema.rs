//! The columns of the table, and what a store says of itself.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame, DataType, Int64Chunked, PlSmallStr, Schema};
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::contract::Type;
use crate::error::{Error, Result};
use crate::normalise::records::COLUMNS;
use crate::normalise::versions::Version;

/// Of the table's layout. A later one may only add columns: they are null in the records stored before.
pub(crate) const VERSION: u32 = 1;
/// The table property that holds [`VERSION`].
pub(crate) const VERSION_KEY: &str = "plaint.schemaVersion";
/// The table property that holds the first version after the last `forget`: those before it are gone.
pub(crate) const FLOOR_KEY: &str = "plaint.forgottenBefore";
/// Beside the record's own columns: [`Version::content`], so that a record met again need not be read to be known.
pub(crate) const CONTENT: &str = "content_hash";
/// And a hash of the dump's bytes and the row that gave the content: the same row read in another way is told from
/// another version of the record.
pub(crate) const ROW: &str = "row_hash";

/// Ten years: a log that cleans itself up would take away the past that `--store-version` promises.
const RETENTION: &str = "interval 3650 days";

/// The table's properties.
pub(crate) fn properties(floor: Option<u64>) -> BTreeMap<String, String> {
    let mut properties: BTreeMap<String, String> = [
        ("delta.enableExpiredLogCleanup", "false"),
        ("delta.logRetentionDuration", RETENTION),
        ("delta.deletedFileRetentionDuration", RETENTION),
    ]
    .iter()
    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
    .collect();
    properties.insert(VERSION_KEY.to_owned(), VERSION.to_string());
    properties.extend(floor.map(|floor| (FLOOR_KEY.to_owned(), floor.to_string())));
    properties
}

/// The table's columns as Delta writes them down.
pub(crate) fn delta() -> Value {
    let own = COLUMNS.iter().map(|column| (column.name, delta_type(column.kind)));
    let fields: Vec<Value> = own
        .chain([(CONTENT, json!("long")), (ROW, json!("long"))])
        .map(|(name, kind)| json!({"name": name, "type": kind, "nullable": true, "metadata": {}}))
        .collect();
    json!({"type": "struct", "fields": fields})
}

fn delta_type(kind: Type) -> Value {
    let list = |of: Value| json!({"type": "array", "elementType": of, "containsNull": true});
    match kind {
        Type::Text => json!("string"),
        Type::Int => json!("long"),
        Type::Float => json!("double"),
        Type::Bool => json!("boolean"),
        Type::Instant => json!("timestamp"),
        Type::Wall => json!("timestamp_ntz"),
        Type::Texts => list(json!("string")),
        Type::Places => list(json!("long")),
        Type::History => list(json!({"type": "struct", "fields": [
            {"name": "at", "type": "timestamp", "nullable": true, "metadata": {}},
            {"name": "status", "type": "string", "nullable": true, "metadata": {}},
        ]})),
    }
}

/// The type of a column of the table; none for a column it does not have.
pub(crate) fn dtype(name: &str) -> Option<DataType> {
    if name == CONTENT || name == ROW {
        return Some(DataType::Int64);
    }
    COLUMNS.iter().find(|column| column.name == name).map(|column| column.kind.dtype())
}

/// The schema of every data file written.
pub(crate) fn polars() -> Schema {
    let own = COLUMNS.iter().map(|column| (column.name, column.kind.dtype()));
    own.chain([(CONTENT, DataType::Int64), (ROW, DataType::Int64)]).map(|(name, dtype)| (name.into(), dtype)).collect()
}

/// Every column of the table.
pub(crate) fn names() -> Vec<&'static str> {
    COLUMNS.iter().map(|column| column.name).chain([CONTENT, ROW]).collect()
}

/// Records of a dump with their hashes, as they are stored.
///
/// # Errors
/// An internal error when the lengths differ.
pub(crate) fn with_hashes(records: &DataFrame, versions: &[Version], dump_sha256: &str) -> Result<DataFrame> {
    let mut frame = records.clone();
    let contents: Vec<i64> = versions.iter().map(|version| version.content.cast_signed()).collect();
    let rows = records.column("source_row")?.i64()?;
    let rows: Vec<i64> = rows.iter().map(|row| row_hash(dump_sha256, row.unwrap_or_default())).collect();
    frame.with_column(Column::new(CONTENT.into(), contents))?;
    frame.with_column(Column::new(ROW.into(), rows))?;
    Ok(frame)
}

fn row_hash(dump_sha256: &str, row: i64) -> i64 {
    xxh3_64_with_seed(dump_sha256.as_bytes(), row.cast_unsigned()).cast_signed()
}

/// The versions of stored records, from their own columns.
///
/// # Errors
/// An internal error when a column is missing.
pub(crate) fn versions(stored: &DataFrame) -> Result<Vec<Version>> {
    let hashes: &Int64Chunked = stored.column(CONTENT)?.i64()?;
    let updated = stored.column("updated_at")?.datetime()?.physical();
    let pairs = updated.iter().zip(hashes.iter());
    Ok(pairs.map(|(updated, hash)| Version { updated, content: hash.unwrap_or_default().cast_unsigned() }).collect())
}

/// The columns asked for, in that order; those a data file was written without are null, or empty lists.
///
/// # Errors
/// When a column has another type than ours: somebody else wrote the file.
pub(crate) fn complete(frame: &DataFrame, columns: &[&str], path: &str) -> Result<DataFrame> {
    let height = frame.height();
    let mut all = Vec::with_capacity(columns.len());
    for name in columns {
        let wanted = dtype(name).ok_or_else(|| Error::failed(format!("internal: the store has no column {name}")))?;
        let column = match frame.column(name) {
            Ok(column) if column.dtype() == &wanted => column.clone(),
            Ok(column) if same_instant(column.dtype(), &wanted) => column.cast(&wanted)?,
            Ok(column) => {
                return Err(Error::failed(format!("column {name} holds {}, not {wanted}", column.dtype()))
                    .at(path)
                    .hint("another program wrote this file; plaint store restore goes back to before it"));
            }
            Err(_) => absent(name, height, &wanted)?,
        };
        all.push(column);
    }
    Ok(DataFrame::new(height, all)?)
}

/// A column that was not read.
///
/// # Errors
/// An internal error where a column that may not be null is no text.
pub(crate) fn nothing(column: &crate::contract::Column, height: usize) -> Result<Column> {
    match (column.nullable, column.kind) {
        (true, _) => Ok(Column::full_null(column.name.into(), height, &column.kind.dtype())),
        (false, Type::Text) => Ok(Column::new_scalar(column.name.into(), PlSmallStr::from_static("{}").into(), height)),
        _ => Err(Error::failed(format!("internal: the column {} cannot be left out", column.name))),
    }
}

/// Another program may write instants in another unit or zone's name.
fn same_instant(found: &DataType, wanted: &DataType) -> bool {
    matches!((found, wanted), (DataType::Datetime(..), DataType::Datetime(..)))
}

/// A column that did not exist when the file was written.
fn absent(name: &str, height: usize, dtype: &DataType) -> Result<Column> {
    let promised = COLUMNS.iter().find(|column| column.name == name);
    if promised.is_some_and(|column| !column.nullable && column.kind == Type::Texts) {
        let empty = polars::prelude::Series::new_empty("".into(), &DataType::String);
        let lists: polars::prelude::ListChunked = std::iter::repeat_n(Some(empty), height).collect();
        let mut column = Column::from(polars::prelude::IntoSeries::into_series(lists)).cast(dtype)?;
        column.rename(name.into());
        return Ok(column);
    }
    Ok(Column::full_null(name.into(), height, dtype))
}
