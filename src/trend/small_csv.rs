//! The small CSV files people write beside their dumps: counts, exposures, events, holidays.

use std::sync::Arc;

use csv::StringRecord;
use rayon::prelude::*;

use crate::error::{Error, Result, nearest};

/// One row of a file of known columns.
#[derive(Debug, Clone)]
pub struct Row {
    /// The physical line, 1-based.
    pub line: u64,
    record: StringRecord,
    /// Where the columns of the layout are in the record; null where the file has no such column.
    at: Arc<[Option<usize>]>,
}

impl Row {
    /// The cell of this column of the layout, trimmed; null where the file has no such column or the cell is empty.
    pub fn cell(&self, column: usize) -> Option<&str> {
        let cell = self.record.get((*self.at.get(column)?)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }
}

/// What a kind of file is made of.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// What messages call it: `a counts file`.
    pub what: &'static str,
    /// Every column it may have.
    pub columns: &'static [&'static str],
    /// How many of the first must be there.
    pub needed: &'static [&'static str],
    /// A header that is right.
    pub example: &'static str,
}

/// Reads a file of this layout; `path` is for messages. Headers are told apart without regard to case.
///
/// # Errors
/// An unknown, missing or repeated column, a row of another length, bytes that are not UTF-8: with their line.
pub fn read(text: &[u8], path: &str, layout: Layout) -> Result<Vec<Row>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = csv::Reader::from_reader(text);
    let broken = |cause: &csv::Error, before: u64, text: &[u8]| {
        let line = before + cause.position().map_or(1, |position| line_of(position, text));
        let what = match cause.kind() {
            csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text",
            _ => "it cannot be read as CSV",
        };
        Error::failed(what).at(path).line(line)
    };
    let headers: Vec<String> = reader
        .headers()
        .map_err(|cause| broken(&cause, 0, text))?
        .iter()
        .map(|header| header.trim().to_lowercase())
        .collect();
    let mut at = vec![None; layout.columns.len()];
    for (i, header) in headers.iter().enumerate() {
        let Some(column) = layout.columns.iter().position(|c| c == header) else {
            let hint = match nearest(header, layout.columns.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("{} has {}", layout.what, layout.columns.join(", ")),
            };
            return Err(Error::failed(format!("unknown column \"{header}\"")).at(path).line(1).hint(hint));
        };
        if at[column].replace(i).is_some() {
            return Err(Error::failed(format!("the column \"{header}\" is there twice")).at(path).line(1));
        }
    }
    let missing = layout.needed.iter().any(|name| !headers.iter().any(|h| h == name));
    if missing {
        let names = layout.needed.join(" and ");
        let plural = if layout.needed.len() == 1 { "column" } else { "columns" };
        let error = Error::failed(format!("{} needs the {plural} {names}", layout.what)).at(path).line(1);
        return Err(error.evidence(headers.join(",")).hint(format!("for example: {}", layout.example)));
    }
    let at: Arc<[Option<usize>]> = at.into();
    let body = &text[usize::try_from(reader.position().byte()).unwrap_or(text.len()).min(text.len())..];
    let rows = |(before, part): (u64, &[u8])| -> Result<Vec<Row>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(part);
        let row = |record: csv::Result<StringRecord>| {
            let record = record.map_err(|cause| broken(&cause, before, part))?;
            let line = before + record.position().map_or(0, |position| line_of(position, part));
            if record.len() != headers.len() {
                let what = format!("{} cells under {} headers", record.len(), headers.len());
                return Err(Error::failed(what).at(path).line(line));
            }
            Ok(Row { line, record, at: Arc::clone(&at) })
        };
        reader.records().map(row).collect()
    };
    let parts = parts(body, reader.position().line() - 1);
    let read: Vec<Result<Vec<Row>>> = parts.into_par_iter().map(rows).collect();
    // The first error of the file, however many parts have one.
    Ok(read.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The line of what is read at a position of `text`: the reader is there before it has passed the rest of the line end, and
/// the empty lines, that come first.
fn line_of(position: &csv::Position, text: &[u8]) -> u64 {
    let rest = text.get(usize::try_from(position.byte()).unwrap_or(usize::MAX)..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + ends.count() as u64
}

/// Parts of a text that end where a line does, each with the number of lines before it, `before` at the first. A text with
/// quotes, which a line end may stand between, is one part.
fn parts(text: &[u8], mut before: u64) -> Vec<(u64, &[u8])> {
    /// Bytes of a part, about.
    const PART: usize = 1 << 18;
    let whole = text.contains(&b'"');
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let ends = if whole { None } else { rest.iter().skip(PART).position(|byte| *byte == b'\n') };
        let (part, after) = rest.split_at(ends.map_or(rest.len(), |at| PART + at + 1));
        parts.push((before, part));
        before += part.iter().filter(|byte| **byte == b'\n').count() as u64;
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout =
        Layout { what: "a test file", columns: &["date", "label"], needed: &["date"], example: "date,label" };

    #[test]
    fn cells_come_in_the_layouts_order() {
        let rows = read(b"\xef\xbb\xbfLabel,Date\n a ,2026-11-02\n,x\n", "f.csv", LAYOUT).unwrap();
        assert_eq!((rows[0].line, rows[0].cell(0), rows[0].cell(1)), (2, Some("2026-11-02"), Some("a")));
        assert_eq!((rows[1].line, rows[1].cell(1)), (3, None));
        assert!(read(b"date\n", "f.csv", LAYOUT).unwrap().is_empty());
        let lines = |text: &[u8]| read(text, "f.csv", LAYOUT).unwrap().iter().map(|row| row.line).collect::<Vec<_>>();
        assert_eq!((lines(b"date\r\n1\r\n\r\n2\r\n"), lines(b"date\n1\n\n2")), (vec![2, 4], vec![2, 4]));
    }

    #[test]
    fn a_long_file_is_read_in_parts_as_in_one() {
        let line = |i: usize| format!("2026-11-{:02},{}\r\n", i % 30 + 1, "x".repeat(i % 50));
        let long: String = std::iter::once("date,label\r\n".to_owned()).chain((0..30_000).map(line)).collect();
        assert!(parts(long.as_bytes(), 0).len() > 2);
        let rows = read(long.as_bytes(), "f.csv", LAYOUT).unwrap();
        let cells = |rows: &[Row]| rows.iter().map(|r| (r.line, r.cell(0).map(str::to_owned))).collect::<Vec<_>>();
        let quoted = long.replace("2026-11-30", "\"2026-11-30\"");
        assert!(cells(&rows) == cells(&read(quoted.as_bytes(), "f.csv", LAYOUT).unwrap()));
        assert_eq!((rows.len(), rows[29_999].line, rows[29_999].cell(0)), (30_000, 30_001, Some("2026-11-30")));
        let broken = long.replacen("2026-11-17,", "2026-11-17", 1_000).replacen("2026-11-17", "2026-11-17,", 900);
        let said = read(broken.as_bytes(), "f.csv", LAYOUT).unwrap_err().to_string();
        assert!(said.starts_with("error: f.csv:27018: 1 cells under 2 headers"), "{said}");
    }

    #[test]
    fn errors_name_the_line() {
        let said = |text: &[u8]| read(text, "f.csv", LAYOUT).unwrap_err().to_string();
        assert!(said(b"dat\n").contains("f.csv:1: unknown column \"dat\"\nhint: did you mean date?"));
        assert!(said(b"label\n").contains("a test file needs the column date"));
        assert!(said(b"date,date\n").contains("twice"));
        assert!(said(b"date,label\n1\n").starts_with("error: f.csv:2: 1 cells under 2 headers"));
    }
}
