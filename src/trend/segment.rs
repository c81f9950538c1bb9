//! The column that segments: one of our fields, or the dump's own header.

use std::collections::BTreeSet;

use polars::prelude::{DataType, StringChunked};

use crate::error::{Error, Result, nearest};
use crate::normalise::records::{COLUMNS, Records};
use crate::normalise::texts::{Numbered, Texts};

/// What stands for an empty cell.
const EMPTY: &str = "(none)";

/// The segment of every record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// Every value there is, ascending.
    pub values: Vec<String>,
    /// The place of each record's among them.
    pub of: Vec<u32>,
}

impl Segments {
    fn new(cells: Numbered<'_>) -> Self {
        let values: BTreeSet<&str> = cells.values.iter().map(|cell| named(*cell)).collect();
        let values: Vec<&str> = values.into_iter().collect();
        let places: Vec<u32> =
            cells.values.iter().map(|cell| values.partition_point(|value| *value < named(*cell)) as u32).collect();
        let mut of = cells.of;
        of.iter_mut().for_each(|at| *at = places[*at as usize]);
        Self { values: values.into_iter().map(str::to_owned).collect(), of }
    }

    /// Each record's value.
    pub fn texts(&self) -> Vec<String> {
        self.of.iter().map(|at| self.values[*at as usize].clone()).collect()
    }
}

/// The segment of every record by the column `name`: a field, a dump's header that became a field, or a key of
/// `extra`. Empty cells are `(none)`.
///
/// # Errors
/// Bad usage when there is no such column, or it holds times or lists.
pub fn segments(records: &Records, name: &str) -> Result<Segments> {
    let field = records.headers().get(name).map_or(name, String::as_str);
    if let Some(column) = COLUMNS.iter().find(|c| c.name == field && c.name != "extra") {
        let cells = records.frame().column(column.name)?;
        if matches!(cells.dtype(), DataType::Datetime(..) | DataType::List(_)) {
            return Err(Error::usage(format!("--segment {name}: cannot count by {}", column.kind.name()))
                .hint("name a column with one short value per record, for example --segment country"));
        }
        let cells = cells.cast(&DataType::String)?;
        if cells.null_count() == cells.len() {
            return Ok(Segments { values: vec![EMPTY.to_owned()], of: vec![0; cells.len()] });
        }
        return Ok(Segments::new(Texts::in_column(&cells)?.numbered()));
    }
    let mut known = false;
    let mut found: Vec<Option<String>> = Vec::with_capacity(records.len());
    for cell in records.frame().column("extra")?.str()?.iter() {
        let value = cell.filter(|text| text.contains(name)).and_then(|text| value_of(text, name));
        known |= value.is_some();
        found.push(value);
    }
    if known || records.is_empty() {
        return Ok(Segments::new(Texts::Each(&StringChunked::from_iter(found)).numbered()));
    }
    let error = Error::usage(format!("--segment: there is no column \"{name}\""));
    let columns = COLUMNS.iter().map(|c| c.name).chain(records.headers().keys().map(String::as_str));
    Err(match nearest(name, columns) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("see plaint list columns; a dump's own headers can be named too"),
    })
}

fn named(cell: Option<&str>) -> &str {
    cell.map(str::trim).filter(|c| !c.is_empty()).unwrap_or(EMPTY)
}

fn value_of(extra: &str, name: &str) -> Option<String> {
    let object: serde_json::Value = serde_json::from_str(extra).ok()?;
    match object.get(name)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
