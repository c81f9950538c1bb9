//! Typed access to the columns of `Records`, and COLUMN as users name it.

use std::collections::BTreeMap;

use polars::prelude::{BooleanChunked, Column, DataType, Float64Chunked, Int64Chunked, StringChunked};

use crate::error::{Error, Result, nearest};
use crate::normalise::records::{COLUMNS, Records};
use crate::normalise::versions;

/// What a user's COLUMN turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    /// A field of ours.
    Field(&'static str),
    /// A key of `extra`, as the dump spells it.
    Extra(Vec<String>),
}

impl Records {
    /// A text field.
    ///
    /// # Errors
    /// An internal error when there is no such field, or it is no text.
    pub fn text(&self, name: &str) -> Result<&StringChunked> {
        Ok(self.frame().column(name)?.str()?)
    }

    /// A whole-number field.
    ///
    /// # Errors
    /// An internal error when there is no such field, or it holds no whole numbers.
    pub fn ints(&self, name: &str) -> Result<&Int64Chunked> {
        Ok(self.frame().column(name)?.i64()?)
    }

    /// A number field.
    ///
    /// # Errors
    /// An internal error when there is no such field, or it holds no numbers.
    pub fn floats(&self, name: &str) -> Result<&Float64Chunked> {
        Ok(self.frame().column(name)?.f64()?)
    }

    /// A true/false field.
    ///
    /// # Errors
    /// An internal error when there is no such field, or it is not true or false.
    pub fn bools(&self, name: &str) -> Result<&BooleanChunked> {
        Ok(self.frame().column(name)?.bool()?)
    }

    /// A field of instants: microseconds since 1970, UTC.
    ///
    /// # Errors
    /// An internal error when there is no such field, or it holds no instants.
    pub fn instants(&self, name: &str) -> Result<&Int64Chunked> {
        Ok(self.frame().column(name)?.datetime()?.physical())
    }

    /// The values of COLUMN, one per record: a field of ours (as text; of a list the first entry; instants as
    /// `2026-02-25T16:38:58Z`), else the field a dump's own header became, else a column that no field took.
    ///
    /// # Errors
    /// Bad usage when there is no such column, naming the nearest.
    pub fn values_of(&self, column: &str) -> Result<Vec<Option<String>>> {
        match self.named(column)? {
            Named::Field(field) => texts_of(self.frame().column(field)?),
            Named::Extra(keys) => self.extra_values(&keys),
        }
    }

    /// The values of COLUMN as lists: all entries of a list field; of any other column its value alone, or nothing.
    ///
    /// # Errors
    /// Bad usage when there is no such column, naming the nearest.
    pub fn lists_of(&self, column: &str) -> Result<Vec<Vec<String>>> {
        match self.named(column)? {
            Named::Field(field) if matches!(self.frame().column(field)?.dtype(), DataType::List(_)) => {
                lists(self.frame().column(field)?)
            }
            _ => Ok(self.values_of(column)?.into_iter().map(|value| value.into_iter().collect()).collect()),
        }
    }

    fn named(&self, column: &str) -> Result<Named> {
        let wanted = folded(column);
        if let Some(field) = COLUMNS.iter().find(|c| c.name == column || folded(c.name) == wanted) {
            return Ok(Named::Field(field.name));
        }
        let header = self.headers().iter().find(|(header, _)| folded(header) == wanted).map(|(_, field)| field);
        if let Some(field) = header.and_then(|field| COLUMNS.iter().find(|c| c.name == field)) {
            return Ok(Named::Field(field.name));
        }
        let keys = self.extra_keys()?;
        let same: Vec<String> = keys.iter().filter(|key| folded(key) == wanted).cloned().collect();
        if !same.is_empty() {
            return Ok(Named::Extra(same));
        }
        let known = COLUMNS.iter().map(|c| c.name).chain(self.headers().keys().map(String::as_str));
        let near = nearest(column, known.chain(keys.iter().map(String::as_str)));
        let error = Error::usage(format!("there is no column \"{column}\""));
        Err(match near {
            Some(near) => error.hint(format!("did you mean \"{near}\"?")),
            None => error.hint("`plaint list columns` names our fields, `plaint inspect FILE` a dump's own"),
        })
    }

    /// Every key of `extra`, sorted.
    fn extra_keys(&self) -> Result<Vec<String>> {
        let mut keys: BTreeMap<String, ()> = BTreeMap::new();
        for extra in self.text("extra")?.iter().flatten() {
            for key in object(extra).into_keys() {
                keys.entry(key).or_default();
            }
        }
        Ok(keys.into_keys().collect())
    }

    fn extra_values(&self, keys: &[String]) -> Result<Vec<Option<String>>> {
        Ok(self
            .text("extra")?
            .iter()
            .map(|extra| {
                let mut object = extra.map(object).unwrap_or_default();
                keys.iter().find_map(|key| object.remove(key))
            })
            .collect())
    }
}

/// A JSON object of texts; other values as they are written.
fn object(json: &str) -> BTreeMap<String, String> {
    if json == "{}" {
        return BTreeMap::new();
    }
    let parsed: BTreeMap<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    parsed
        .into_iter()
        .map(|(key, value)| match value {
            serde_json::Value::String(text) => (key, text),
            other => (key, other.to_string()),
        })
        .collect()
}

/// Headers are compared without case, and with spaces, underscores and hyphens alike.
fn folded(name: &str) -> String {
    let plain = name.trim().to_lowercase().replace(['_', '-'], " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn texts_of(column: &Column) -> Result<Vec<Option<String>>> {
    Ok(match column.dtype() {
        DataType::String => column.str()?.iter().map(|v| v.map(str::to_owned)).collect(),
        DataType::Int64 => column.i64()?.iter().map(|v| v.map(|n| n.to_string())).collect(),
        DataType::Float64 => column.f64()?.iter().map(|v| v.map(|n| n.to_string())).collect(),
        DataType::Boolean => column.bool()?.iter().map(|v| v.map(|b| b.to_string())).collect(),
        DataType::Datetime(..) => {
            let instants = column.datetime()?.physical();
            instants.iter().map(|v| v.and_then(instant)).collect()
        }
        _ => lists(column)?.into_iter().map(|list| list.into_iter().next()).collect(),
    })
}

fn instant(micros: i64) -> Option<String> {
    jiff::Timestamp::from_microsecond(micros).ok().map(|t| t.to_string())
}

fn lists(column: &Column) -> Result<Vec<Vec<String>>> {
    let lists = column.list()?;
    let mut all = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        all.push(match lists.get_as_series(row) {
            Some(list) if list.str().is_ok() => list.str()?.iter().flatten().map(str::to_owned).collect(),
            Some(history) => versions::entries_of(&history)?
                .into_iter()
                .map(|(at, status)| format!("{} {status}", instant(at).unwrap_or_default()))
                .collect(),
            None => Vec::new(),
        });
    }
    Ok(all)
}
