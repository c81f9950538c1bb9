//! A frame against its list of columns: what every stage's value promises.

use polars::prelude::{DataFrame, DataType, Field, TimeUnit, TimeZone};

use crate::error::{Error, Result};

/// The types a column may have; few, so that Delta and every reader of it can hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// UTF-8 text.
    Text,
    /// 64-bit signed integer: counts, rows, ratings in points.
    Int,
    /// 64-bit float: scores, estimates.
    Float,
    /// true or false.
    Bool,
    /// An instant: microseconds, UTC.
    Instant,
    /// A wall-clock time without zone, in the report's calendar: microseconds.
    Wall,
    /// A list of texts.
    Texts,
    /// A list of whole numbers.
    Places,
    /// A list of `{at: Instant, status: Text}`, by `at`.
    History,
}

impl Type {
    /// The polars type that holds it.
    pub fn dtype(self) -> DataType {
        match self {
            Self::Text => DataType::String,
            Self::Int => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Bool => DataType::Boolean,
            Self::Instant => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
            Self::Wall => DataType::Datetime(TimeUnit::Microseconds, None),
            Self::Texts => DataType::List(Box::new(DataType::String)),
            Self::Places => DataType::List(Box::new(DataType::Int64)),
            Self::History => {
                let at = Field::new("at".into(), Self::Instant.dtype());
                let status = Field::new("status".into(), DataType::String);
                DataType::List(Box::new(DataType::Struct(vec![at, status])))
            }
        }
    }

    /// Its name in listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "integer",
            Self::Float => "number",
            Self::Bool => "true/false",
            Self::Instant => "instant (UTC)",
            Self::Wall => "calendar time",
            Self::Texts => "list of texts",
            Self::Places => "list of integers",
            Self::History => "list of time and status",
        }
    }
}

/// One promised column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// Whether cells may be null (unknown).
    pub nullable: bool,
    /// What it means, with its unit.
    pub about: &'static str,
}

/// Checks that `frame` has exactly `columns`, in order, with their types, and no null where none may be.
///
/// # Errors
/// An internal error naming `stage` and the column: a broken contract is a bug of ours, never of the data.
pub fn check(frame: &DataFrame, columns: &[Column], stage: &str) -> Result<()> {
    let broken = |what: String| {
        Error::failed(format!("internal: {stage}: {what}")).hint("this is a bug in plaint; please report it")
    };
    if frame.width() != columns.len() {
        return Err(broken(format!("{} columns where {} are promised", frame.width(), columns.len())));
    }
    for (found, promised) in frame.columns().iter().zip(columns) {
        if found.name().as_str() != promised.name {
            return Err(broken(format!("column {} where {} is promised", found.name(), promised.name)));
        }
        if found.dtype() != &promised.kind.dtype() {
            return Err(broken(format!(
                "column {} is {}, promised {}",
                promised.name,
                found.dtype(),
                promised.kind.name()
            )));
        }
        if !promised.nullable && found.null_count() > 0 {
            return Err(broken(format!("column {} has {} nulls, promised none", promised.name, found.null_count())));
        }
    }
    Ok(())
}
