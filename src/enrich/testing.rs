//! Records made by hand, for tests: any field by name, as text.

use std::collections::BTreeMap;

use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, IntoSeries, ListBuilderTrait,
    ListStringChunkedBuilder, NewChunkedArray, StringChunked,
};

use crate::contract::Type;
use crate::normalise::records::{COLUMNS, Records};

/// Records with these fields, `(name, value)`; instants as `2026-11-09T10:00:00Z`, lists with `;` between. What is
/// required besides is a mention, inbound, uid `test:ROW`.
pub(crate) fn records(rows: &[&[(&str, &str)]]) -> Records {
    let value =
        |row: usize, name: &str| rows[row].iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    let fallback = |row: usize, name: &str| match name {
        "uid" => format!("test:{row:04}"),
        "kind" => "mention".to_owned(),
        "direction" => "inbound".to_owned(),
        "extra" => "{}".to_owned(),
        "source_row" | "source_line" => "1".to_owned(),
        _ => "test".to_owned(),
    };
    let mut columns: Vec<Column> = Vec::new();
    for column in COLUMNS {
        let name = column.name;
        let cells: Vec<Option<String>> = (0..rows.len())
            .map(|row| {
                value(row, name)
                    .or_else(|| (!column.nullable && column.kind != Type::Texts).then(|| fallback(row, name)))
            })
            .collect();
        let cells = cells.iter().map(Option::as_deref);
        columns.push(match column.kind {
            Type::Text => {
                StringChunked::from_iter_options(name.into(), cells.map(|c| c.map(str::to_owned))).into_column()
            }
            Type::Int => {
                Int64Chunked::from_iter_options(name.into(), cells.map(|c| c.map(|c| c.parse().unwrap()))).into_column()
            }
            Type::Float => Float64Chunked::from_iter_options(name.into(), cells.map(|c| c.map(|c| c.parse().unwrap())))
                .into_column(),
            Type::Bool => {
                BooleanChunked::from_iter_options(name.into(), cells.map(|c| c.map(|c| c == "true"))).into_column()
            }
            Type::Texts => {
                let mut lists = ListStringChunkedBuilder::new(name.into(), rows.len(), 0);
                for cell in cells {
                    lists.append_values_iter(cell.iter().flat_map(|c| c.split(';')));
                }
                lists.finish().into_column()
            }
            kind => {
                let micros = |c: &str| c.parse::<jiff::Timestamp>().unwrap().as_microsecond();
                let cells = Int64Chunked::from_iter_options(name.into(), cells.map(|c| c.map(micros)));
                cells.into_series().cast(&kind.dtype()).unwrap().into_column()
            }
        });
    }
    Records::new(DataFrame::new(rows.len(), columns).unwrap(), BTreeMap::new()).unwrap()
}
