//! Which delimiter a table uses, and where its header is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ingest::bytes::Text;
use crate::ingest::raw::{LINE, PROBLEM, ROW};
use crate::ingest::table::{self, Dialect, Place, Records};

/// Delimiters tried, in the order that decides a tie.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
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

/// Finds the layout. `is_header` says whether a row's cells are the header of a source we know; `usual` counts the
/// fields whose usual names are among them.
///
/// # Errors
/// No rows at all, or a quote that is never closed.
pub(crate) fn layout(
    text: &Arc<Text>,
    path: &str,
    is_header: impl Fn(&[String]) -> bool,
    usual: impl Fn(&[String]) -> usize,
) -> Result<Layout> {
    let sample = text.head(SAMPLE).map_err(|cause| Error::io(path, "read it", &cause))?;
    let cut = (sample.len() as u64) < text.len;
    let declared = declared_delimiter(&sample);
    let delimiter = declared.unwrap_or_else(|| best_delimiter(&sample, cut));
    // Whether lines end with CR LF is known only when the header is; until then cells keep their CR.
    let mut records = Records::open(text, path, Dialect { delimiter, crlf: false }, Place::START)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    while rows.len() < LOOK && records.next()?.is_some() {
        rows.push(records.cells().map(str::to_owned).collect());
    }
    let first = usize::from(declared.is_some());
    let header = (first..rows.len()).find(|at| is_header(&names(&rows[*at]).0)).unwrap_or_else(|| {
        let counts: Vec<usize> = rows.iter().map(|row| usual(&names(row).0)).collect();
        match counts.get(first) {
            Some(0) => counts.iter().position(|count| *count >= USUAL).unwrap_or(first),
            _ => first,
        }
    });
    let Some(cells) = rows.get(header) else {
        return Err(Error::failed("the file is empty").at(path).hint("export it again"));
    };
    let crlf = cells.last().is_some_and(|cell| cell.ends_with('\r'));
    let (columns, optional) = names(cells);
    let mut assumptions = Vec::new();
    if header > first {
        let above: Vec<String> = rows[first..header]
            .iter()
            .map(|row| row.join(" ").split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assumptions.push(format!("{} line(s) above the header are not data: {}", header - first, above.join("; ")));
    }
    Ok(Layout { dialect: Dialect { delimiter, crlf }, above: header + 1, columns, optional, assumptions })
}

/// Excel's own first line, `sep=;`.
fn declared_delimiter(sample: &[u8]) -> Option<u8> {
    match sample {
        [b's', b'e', b'p', b'=', delimiter, b'\r' | b'\n', ..] if DELIMITERS.contains(delimiter) => Some(*delimiter),
        _ => None,
    }
}

/// The delimiter under which most records agree on a width above one; wider wins among equals.
fn best_delimiter(sample: &[u8], cut: bool) -> u8 {
    let score = |delimiter: u8| {
        let mut widths: Vec<usize> =
            table::sample(sample, delimiter, LOOK + 1).iter().map(csv::ByteRecord::len).collect();
        // The last record may be cut by the end of the sample.
        if cut && widths.len() > 1 {
            widths.pop();
        }
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        widths.iter().for_each(|width| *counts.entry(*width).or_default() += 1);
        let most =
            counts.into_iter().max_by_key(|(width, count)| (*count, widths.first() == Some(width), Reverse(*width)));
        let Some((width, count)) = most else { return 0.0 };
        let agreement = count as f64 / widths.len() as f64;
        // A first row of one cell is a title above the header at best: more likely one column of prose.
        let doubt = if widths.first() == Some(&1) { 0.25 } else { 1.0 };
        doubt * agreement * agreement * (width.min(20) - 1) as f64
    };
    let mut best = (b',', 0.0);
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
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
    fn finds_the_delimiter() {
        assert_eq!(best_delimiter(b"a,b\n\"x;y\",2\n", false), b',');
        assert_eq!(best_delimiter(b"a;b\n\"1,5\";\"2,5\"\n3,5;4,5\n", false), b';');
        assert_eq!(best_delimiter(b"date\ttext\n1\tone, two, three\n2\tfour\n", false), b'\t');
        assert_eq!(best_delimiter(b"a|b|c\n1|2|3\n", false), b'|');
        assert_eq!(best_delimiter(b"text\nhello; world\n", false), b',');
        assert_eq!(best_delimiter(b"text;id\n\"never\nclosed;\n", false), b';');
    }

    #[test]
    fn tells_names_from_values() {
        assert!(["12", "2026-01-03", "3.5", "1e5", "01/02/2026 3:04 PM"].iter().all(|cell| looks_like_data(cell)));
        assert!(!["id", "Q1", "V2", "Rating 1 to 5", "created_at"].iter().any(|cell| looks_like_data(cell)));
    }
}
