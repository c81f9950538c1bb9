//! Records for tests: one line each, everything not said is empty.

use std::collections::BTreeMap;

use jiff::Timestamp;
use polars::prelude::{
    BooleanChunked, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, IntoSeries, ListBuilderTrait,
    ListStringChunkedBuilder, NamedFrom, NewChunkedArray, Series, StringChunked,
};

use crate::contract::Type;
use crate::normalise::records::{COLUMNS, Records};

/// A record by the cells that are not empty, as text: `("created_at", "2026-11-02T10:00Z")`.
pub(crate) type Line = Vec<(&'static str, String)>;

/// A record of `feed` written `at` (a day, or an instant).
pub(crate) fn line(uid: &str, feed: &str, at: &str) -> Line {
    let mut line = vec![("uid", uid.to_owned()), ("feed", feed.to_owned())];
    if at.len() == 10 {
        line.extend([("created_at", format!("{at}T00:00Z")), ("created_precision", "day".to_owned())]);
    } else if !at.is_empty() {
        line.extend([("created_at", at.to_owned()), ("created_precision", "s".to_owned())]);
    }
    line
}

/// The line with more cells.
pub(crate) fn with(mut line: Line, cells: &[(&'static str, &str)]) -> Line {
    line.extend(cells.iter().map(|(name, cell)| (*name, (*cell).to_owned())));
    line
}

/// Records of the lines, sorted by uid as the contract has it.
pub(crate) fn records(lines: &[Line]) -> Records {
    let mut lines: Vec<BTreeMap<&str, String>> = lines.iter().map(|l| l.iter().cloned().collect()).collect();
    lines.sort_by(|a, b| a["uid"].cmp(&b["uid"]));
    let columns = COLUMNS.iter().map(|column| {
        let name = column.name;
        let cells: Vec<Option<&str>> = lines.iter().map(|l| l.get(name).map(String::as_str)).collect();
        let series = match column.kind {
            Type::Text if column.nullable => Series::new(name.into(), cells),
            Type::Text => {
                let usual = match name {
                    "direction" => "inbound",
                    "system" => "test",
                    "extra" => "{}",
                    _ => "",
                };
                StringChunked::from_iter_values(name.into(), cells.iter().map(|c| c.unwrap_or(usual))).into_series()
            }
            Type::Int => {
                let usual = if column.nullable { None } else { Some(0) };
                let cells: Vec<Option<i64>> = cells.iter().map(|c| c.map(|c| c.parse().unwrap()).or(usual)).collect();
                Int64Chunked::from_slice_options(name.into(), &cells).into_series()
            }
            Type::Float => {
                let cells: Vec<Option<f64>> = cells.iter().map(|c| c.map(|c| c.parse().unwrap())).collect();
                Float64Chunked::from_slice_options(name.into(), &cells).into_series()
            }
            Type::Bool => {
                let cells: Vec<Option<bool>> = cells.iter().map(|c| c.map(|c| c == "true")).collect();
                BooleanChunked::from_slice_options(name.into(), &cells).into_series()
            }
            Type::Instant | Type::Wall => {
                let micros = |c: &str| c.parse::<Timestamp>().unwrap().as_microsecond();
                let cells: Vec<Option<i64>> = cells.iter().map(|c| c.map(micros)).collect();
                Int64Chunked::from_slice_options(name.into(), &cells).into_series().cast(&column.kind.dtype()).unwrap()
            }
            Type::History | Type::Places => Series::full_null(name.into(), lines.len(), &column.kind.dtype()),
            Type::Texts => {
                let mut lists = ListStringChunkedBuilder::new(name.into(), lines.len(), 0);
                lines.iter().for_each(|_| lists.append_values_iter(std::iter::empty()));
                lists.finish().into_series()
            }
        };
        series.into_column()
    });
    let frame = DataFrame::new(lines.len(), columns.collect()).unwrap();
    Records::new(frame, BTreeMap::from([("Country of customer".to_owned(), "country".to_owned())])).unwrap()
}

/// Matches of records (by row) with issues; all count.
pub(crate) fn matches(pairs: &[(i64, &str)]) -> DataFrame {
    let rows: Vec<i64> = pairs.iter().map(|p| p.0).collect();
    let issues: Vec<&str> = pairs.iter().map(|p| p.1).collect();
    let columns = vec![
        Series::new("row".into(), rows).into_column(),
        Series::new("issue_id".into(), issues).into_column(),
        Series::new("counts".into(), vec![true; pairs.len()]).into_column(),
    ];
    DataFrame::new(pairs.len(), columns).unwrap()
}
