//! Which delimiter a table uses, and where its header is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ingest::bytes::Text;
use crate::ingest::limits::{self, Limits};
use crate::ingest::raw::{LINE, PROBLEM, ROW};
use crate::ingest::table::{Dialect, Place, Quotes, Records};

mod labels;
mod quotes;

use quotes::DELIMITERS;

/// Records looked at for the delimiter and the header: Salesforce writes about ten lines above its header.
pub(crate) const LOOK: usize = 30;
/// Bytes looked at for the delimiter.
const SAMPLE: u64 = 256 << 10;

/// A table's layout.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) dialect: Dialect,
    /// Records before the first data row: the header and what stands above it.
    pub(crate) above: usize,
    /// The columns' names, each once.
    pub(crate) columns: Vec<String>,
    /// Columns at the end whose header is empty: a row may lack them.
    pub(crate) optional: usize,
    pub(crate) assumptions: Vec<String>,
}

/// Usual column names a row must have to be the header when the first row has none.
const USUAL: usize = 3;

/// What is known about headers.
pub(crate) struct Known<'a> {
    /// Whether a row's cells are the header of a source we know.
    pub(crate) is_header: &'a dyn Fn(&[String]) -> bool,
    /// How many fields' usual names are among a row's cells.
    pub(crate) usual: &'a dyn Fn(&[String]) -> usize,
    /// The columns of a source that writes no header, where the first row's cells are that source's.
    pub(crate) headless: &'a dyn Fn(&[String]) -> Option<Vec<String>>,
    /// Places (1-based) the user speaks of, as `column_3`: where a cell of the first row is filled there, it is no name.
    pub(crate) unnamed: &'a [usize],
}

/// Finds the layout of a text; `sheet` says whether it was made from a sheet.
///
/// # Errors
/// No rows at all, a quote that is never closed, a row or a header over its limit.
pub(crate) fn layout(text: &Arc<Text>, path: &str, sheet: bool, known: &Known<'_>, limits: &Limits) -> Result<Layout> {
    let sample = text.head(SAMPLE).map_err(|cause| Error::io(path, "read it", &cause))?;
    let cut = (sample.len() as u64) < text.len;
    let declared = declared_delimiter(&sample);
    let tried = Dialect { sheet, ..Dialect::usual(declared.unwrap_or(b','), limits) };
    let found = if sheet { tried } else { quotes::best(&sample, cut, tried, declared.is_some()) };
    // Whether lines end with CR LF is known only when the header is; until then cells keep their CR.
    let mut records = Records::open(text, path, found, Place::START)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    while rows.len() < LOOK && records.next()?.is_some() {
        if records.len() as u64 > limits.columns {
            let what = format!("a row has {} cells", records.len());
            return Err(limits::exceeded("columns", limits.columns, &what).at(path).line(records.place().line));
        }
        rows.push(records.cells().map(str::to_owned).collect());
    }
    let first = usize::from(declared.is_some());
    let mut assumptions = Vec::new();
    match found.quotes {
        Quotes::Doubled => {}
        Quotes::Backslash => assumptions.push("quotes in cells are written \\\"".to_owned()),
        Quotes::None => assumptions.push("quotes are text: cells are not quoted in this file".to_owned()),
    }
    let crlf = |cells: &[String]| cells.last().is_some_and(|cell| cell.ends_with('\r'));
    if let Some(cells) = rows.get(first)
        && let Some(columns) = headless(cells, known)
    {
        let dialect = Dialect { crlf: crlf(cells), ..found };
        assumptions.push("no header: columns are known by their place".to_owned());
        return Ok(Layout { dialect, above: first, columns, optional: 0, assumptions });
    }
    let header = (first..rows.len()).find(|at| (known.is_header)(&names(&rows[*at]).0)).unwrap_or_else(|| {
        let counts: Vec<usize> = rows.iter().map(|row| (known.usual)(&names(row).0)).collect();
        match counts.get(first) {
            Some(0) => counts.iter().position(|count| *count >= USUAL).unwrap_or(first),
            _ => first,
        }
    });
    let Some(cells) = rows.get(header) else {
        return Err(Error::no_records("the file is empty").at(path).hint("export it again"));
    };
    let crlf = crlf(cells);
    let (below, cells) = labels::join(cells, &rows[header + 1..]);
    let (columns, optional) = names(&cells);
    if header > first {
        let above: Vec<String> = rows[first..header]
            .iter()
            .map(|row| row.join(" ").split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        assumptions.push(format!("{} line(s) above the header are not data: {}", header - first, above.join("; ")));
    }
    if below > 0 {
        assumptions.push(format!("{below} line(s) under the header name its columns once more and are not data"));
    }
    let above = header + 1 + below;
    Ok(Layout { dialect: Dialect { crlf, ..found }, above, columns, optional, assumptions })
}

/// The columns of a table without a header: a source's, or numbered ones where the user names them so.
fn headless(cells: &[String], known: &Known<'_>) -> Option<Vec<String>> {
    let clean: Vec<String> = cells.iter().map(|cell| clean(cell).to_owned()).collect();
    if known.unnamed.iter().any(|at| clean.get(at.wrapping_sub(1)).is_some_and(|cell| !cell.is_empty())) {
        return Some((1..=cells.len()).map(|at| format!("column_{at}")).collect());
    }
    (known.headless)(&clean)
}

/// Excel's own first line, `sep=;`.
fn declared_delimiter(sample: &[u8]) -> Option<u8> {
    match sample {
        [b's', b'e', b'p', b'=', delimiter, b'\r' | b'\n', ..] if DELIMITERS.contains(delimiter) => Some(*delimiter),
        _ => None,
    }
}

/// The columns' names and how many at the end have none: byte order marks and outer spaces taken off, an empty one
/// `column_3`, a repeated one `Name#2`.
fn names(cells: &[String]) -> (Vec<String>, usize) {
    let clean: Vec<&str> = cells.iter().map(|cell| clean(cell)).collect();
    let optional = clean.iter().rev().take_while(|name| name.is_empty()).count();
    // The reader's own columns stand beside the dump's.
    let mut taken = BTreeSet::from([ROW, LINE, PROBLEM].map(str::to_owned));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let names = clean.iter().enumerate().map(|(at, name)| {
        let base = if name.is_empty() { format!("column_{}", at + 1) } else { (*name).to_owned() };
        let count = seen.entry(base.clone()).or_default();
        let mut name = base.clone();
        *count += 1;
        while *count > 1 || taken.contains(&name) {
            name = format!("{base}#{}", (*count).max(2));
            if !taken.contains(&name) {
                break;
            }
            *count += 1;
        }
        taken.insert(name.clone());
        name
    });
    (names.collect(), optional)
}

/// A header cell without byte order marks (also read as windows-1252: `ï»¿`, `ÿþ`), the quotes behind them, and spaces.
fn clean(cell: &str) -> &str {
    let spaces = |c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}';
    let cell = cell.trim_matches(spaces);
    match cell.strip_prefix("ï»¿").or_else(|| cell.strip_prefix("ÿþ")) {
        Some(rest) => rest.trim_matches(spaces).trim_matches('"').trim_matches(spaces),
        None => cell,
    }
}

/// The place (1-based) a column is spoken of by: 3 for `column_3`.
pub(crate) fn place(column: &str) -> Option<usize> {
    column.trim().strip_prefix("column_")?.parse().ok()
}

/// Whether a cell is a value rather than a column's name: a number, a date, an address, or nothing.
pub(crate) fn looks_like_data(name: &str) -> bool {
    let value = name.trim_start_matches(['\'', '-', '+', '$', '€']);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    name.starts_with("column_")
        || name.starts_with("http")
        || (value.starts_with(|c: char| c.is_ascii_digit()) && letters <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(cells: &[&str]) -> (Vec<String>, usize) {
        names(&cells.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn names_each_column_once() {
        let (names, optional) = named(&["\u{feff}ID", " Comment", "Comment", "", "Comment", "Comment#2", "", ""]);
        let expected = ["ID", "Comment", "Comment#2", "column_4", "Comment#3", "Comment#2#2", "column_7", "column_8"];
        assert_eq!((names, optional), (expected.map(str::to_owned).to_vec(), 2));
        assert_eq!(named(&["ï»¿\"Case Number\"", "Inner  space\r"]).0, ["Case Number", "Inner  space"]);
    }

    #[test]
    fn tells_names_from_values() {
        assert!(["12", "2026-01-03", "3.5", "1e5", "01/02/2026 3:04 PM"].iter().all(|cell| looks_like_data(cell)));
        assert!(!["id", "Q1", "V2", "Rating 1 to 5", "created_at"].iter().any(|cell| looks_like_data(cell)));
    }
}
