//! A dump's bindings, compiled once: which cells give a field its raw value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};
use regex::Regex;

use crate::error::{Error, Result};
use crate::ingest::raw::{Dump, LINE, PROBLEM, ROW};
use crate::ingest::source::Binding;

/// A range of a chunk's rows, its cells borrowed: column by column, in the dump's order.
pub(crate) struct Cells<'a> {
    pub(crate) row: Vec<i64>,
    pub(crate) line: Vec<i64>,
    pub(crate) problem: Vec<Option<&'a str>>,
    pub(crate) columns: Vec<Vec<Option<&'a str>>>,
}

impl<'a> Cells<'a> {
    /// Borrows the cells of `columns` (a part of a raw frame); empty and blank cells are null.
    ///
    /// # Errors
    /// An internal error when the frame is not raw.
    pub(crate) fn of(frame: &'a DataFrame) -> Result<Self> {
        let texts = |column: &'a Column| -> Result<Vec<Option<&'a str>>> {
            Ok(column.str()?.iter().map(|cell| cell.filter(|text| !text.trim_ascii().is_empty())).collect())
        };
        let ints = |name: &str| -> Result<Vec<i64>> {
            Ok(frame.column(name)?.i64()?.iter().map(Option::unwrap_or_default).collect())
        };
        Ok(Self {
            row: ints(ROW)?,
            line: ints(LINE)?,
            problem: texts(frame.column(PROBLEM)?)?,
            columns: frame.columns().iter().skip(3).map(texts).collect::<Result<_>>()?,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.row.len()
    }

    pub(crate) fn get(&self, column: usize, row: usize) -> Option<&'a str> {
        self.columns[column][row]
    }
}

/// One field's binding, its columns as positions.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) field: String,
    /// Positions in the dump's columns, in order of preference; with `join` or `split`, repeats of a header too.
    pub(crate) columns: Vec<usize>,
    pattern: Option<Regex>,
    pub(crate) unit: Option<String>,
    join: Option<String>,
    pub(crate) split: Option<String>,
    pub(crate) scale: Option<[f64; 2]>,
}

/// Compiles every binding of the dump: field → bound columns.
///
/// # Errors
/// When a pattern is no regular expression, or a column is not in the dump.
pub(crate) fn compile(dump: &Dump) -> Result<BTreeMap<String, Bound>> {
    dump.fields.iter().map(|(field, binding)| Ok((field.clone(), bound(dump, field, binding)?))).collect()
}

fn bound(dump: &Dump, field: &str, binding: &Binding) -> Result<Bound> {
    let position = |name: &String| {
        dump.columns.iter().position(|c| c == name).ok_or_else(|| {
            Error::failed(format!("field {field}: there is no column \"{name}\""))
                .at(&dump.path)
                .hint("name one of the dump's own headers; `plaint inspect` lists them")
        })
    };
    let many = binding.join.is_some() || binding.split.is_some() || field == "tags";
    let mut columns = Vec::new();
    for name in &binding.from {
        columns.push(position(name)?);
        if many {
            let repeats = dump.columns.iter().enumerate().filter(|(_, c)| is_repeat(c, name)).map(|(i, _)| i);
            columns.extend(repeats);
        }
    }
    let mut kept = Vec::new();
    for column in columns {
        if !kept.contains(&column) {
            kept.push(column);
        }
    }
    let pattern = match &binding.pattern {
        None => None,
        Some(text) => Some(Regex::new(text).map_err(|_| {
            Error::failed(format!("source {}: field {field}: not a regular expression: {text}", dump.source.name))
                .hint("correct `pattern` in the source's file")
        })?),
    };
    Ok(Bound {
        field: field.to_owned(),
        columns: kept,
        pattern,
        unit: binding.unit.clone(),
        join: binding.join.clone(),
        split: binding.split.clone(),
        scale: binding.scale,
    })
}

/// Whether `column` is `name#2`, `name#3`, ...: a repeat of the same header.
fn is_repeat(column: &str, name: &str) -> bool {
    column
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('#'))
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

impl Bound {
    /// The raw value of row `row` and the column it comes from: the first non-empty cell, or all of them joined;
    /// then what the pattern takes of it.
    pub(crate) fn value<'a>(&self, cells: &Cells<'a>, row: usize) -> Option<(Cow<'a, str>, usize)> {
        let mut found = self.columns.iter().filter_map(|&c| cells.get(c, row).map(|cell| (cell, c)));
        let (cell, column) = found.next()?;
        let whole = match &self.join {
            None => Cow::Borrowed(cell),
            Some(with) => found.fold(Cow::Borrowed(cell), |all, (next, _)| Cow::Owned(format!("{all}{with}{next}"))),
        };
        match &self.pattern {
            None => Some((whole, column)),
            Some(pattern) => {
                let captures = pattern.captures(&whole)?;
                let part = captures.get(1).or_else(|| captures.get(0))?.as_str().trim();
                (!part.is_empty()).then(|| (Cow::Owned(part.to_owned()), column))
            }
        }
    }

    /// Every non-empty cell of the bound columns (tags come from repeated headers).
    pub(crate) fn all<'a>(&self, cells: &Cells<'a>, row: usize) -> impl Iterator<Item = &'a str> {
        self.columns.iter().filter_map(move |&c| cells.get(c, row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::testing::{binding, dump, raw};

    fn values(dump: &Dump, rows: &[Vec<&str>]) -> Vec<Option<String>> {
        let raw = raw(dump, rows);
        let cells = Cells::of(raw.frame()).unwrap();
        let bound = &compile(dump).unwrap()["body"];
        (0..cells.len()).map(|i| bound.value(&cells, i).map(|(v, _)| v.into_owned())).collect()
    }

    #[test]
    fn first_non_empty_cell_wins() {
        let mut dump = dump("mention", &["a", "b"], &[]);
        dump.fields.insert("body".to_owned(), binding(&["b", "a"]));
        let found = values(&dump, &[vec!["x", "y"], vec!["x", "  "], vec!["", ""]]);
        assert_eq!(found, [Some("y".to_owned()), Some("x".to_owned()), None]);
    }

    #[test]
    fn join_takes_repeats_of_the_header() {
        let mut dump = dump("mention", &["c", "c#2", "c#x"], &[]);
        dump.fields.insert("body".to_owned(), Binding { join: Some(" | ".to_owned()), ..binding(&["c"]) });
        assert_eq!(values(&dump, &[vec!["1", "2", "3"]]), [Some("1 | 2".to_owned())]);
    }

    #[test]
    fn pattern_takes_its_group() {
        let mut dump = dump("mention", &["c"], &[]);
        dump.fields.insert("body".to_owned(), Binding { pattern: Some("id=([0-9]+)".to_owned()), ..binding(&["c"]) });
        assert_eq!(values(&dump, &[vec!["?id=42&x"], vec!["none"]]), [Some("42".to_owned()), None]);
        dump.fields.insert("body".to_owned(), Binding { pattern: Some("(".to_owned()), ..binding(&["c"]) });
        assert!(compile(&dump).unwrap_err().to_string().contains("not a regular expression"));
    }
}
