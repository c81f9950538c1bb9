//! Records from texts alone: for tests and measurements, where no dump is read.

use std::collections::BTreeMap;

use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, IntoSeries, ListBuilderTrait,
    ListStringChunkedBuilder, NamedFrom, NewChunkedArray, Series, StringChunked,
};

use crate::contract::Type;
use crate::error::Result;
use crate::normalise::records::{COLUMNS, Records};

/// The few fields of a record that matter to issues.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain<'a> {
    /// The key.
    pub uid: &'a str,
    /// Subject or headline.
    pub title: Option<&'a str>,
    /// What was written.
    pub body: Option<&'a str>,
    /// BCP 47.
    pub language: Option<&'a str>,
    /// The brand it is about.
    pub brand: Option<&'a str>,
    /// Microseconds since 1970, UTC.
    pub created_at: Option<i64>,
}

/// Records with these fields; what is required besides is filled with a constant, the rest is null.
///
/// # Errors
/// An internal error when the contract is broken.
pub fn records_of(rows: &[Plain<'_>]) -> Result<Records> {
    let n = rows.len();
    let texts = |name: &str, get: &dyn Fn(&Plain<'_>) -> Option<String>| {
        StringChunked::from_iter_options(name.into(), rows.iter().map(get)).into_column()
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let mut columns: Vec<Column> = Vec::new();
    for column in COLUMNS {
        let name = column.name;
        columns.push(match (name, column.kind) {
            ("uid", _) => texts(name, &|row| Some(row.uid.to_owned())),
            ("title", _) => texts(name, &|row| owned(row.title)),
            ("body", _) => texts(name, &|row| owned(row.body)),
            ("language", _) => texts(name, &|row| owned(row.language)),
            ("brand", _) => texts(name, &|row| owned(row.brand)),
            ("created_at", kind) => {
                let instants: Int64Chunked =
                    Int64Chunked::from_iter_options(name.into(), rows.iter().map(|row| row.created_at));
                instants.into_series().cast(&kind.dtype())?.into_column()
            }
            ("kind", _) => texts(name, &|_| Some("mention".into())),
            ("direction", _) => texts(name, &|_| Some("inbound".into())),
            ("id_quality", _) => texts(name, &|_| Some("native".into())),
            ("extra", _) => texts(name, &|_| Some("{}".into())),
            (_, Type::Text) if !column.nullable => texts(name, &|_| Some("plain".into())),
            (_, Type::Texts) => {
                let mut lists = ListStringChunkedBuilder::new(name.into(), n, 0);
                for _ in 0..n {
                    lists.append_values_iter(std::iter::empty());
                }
                lists.finish().into_column()
            }
            (_, Type::Int) if !column.nullable => Series::new(name.into(), vec![1_i64; n]).into_column(),
            (_, Type::Int) => Int64Chunked::from_iter_options(name.into(), vec![None; n].into_iter()).into_column(),
            (_, Type::Float) => Float64Chunked::from_iter_options(name.into(), vec![None; n].into_iter()).into_column(),
            (_, Type::Bool) => BooleanChunked::from_iter_options(name.into(), vec![None; n].into_iter()).into_column(),
            (_, kind) => Series::full_null(name.into(), n, &kind.dtype()).into_column(),
        });
    }
    Records::new(DataFrame::new(n, columns)?, BTreeMap::new())
}
