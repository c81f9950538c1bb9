//! A table's records, one by one, with their line: CSV and its relatives.
//!
//! The rules are those of the `csv` crate (a test compares the two): a cell that begins with a quote ends with one,
//! doubled quotes inside are one, and what follows the closing quote stands as it is. Lines end at LF; a CRLF file's CR
//! is taken off the last cell. Own code because ingest reads every byte twice, and looking for the few bytes that mean
//! something instead of stepping through all of them takes not much more than half the time, and because a record's line
//! and byte are known without looking back.

use std::io::Read;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder, Terminator};
use memchr::{memchr, memchr_iter, memchr2};

use crate::error::{Error, Result};
use crate::ingest::bytes::{Text, TextReader};

/// Longest row, in bytes. An unclosed quote swallows the rest of a file; this is where we stop it. The longest real
/// cells seen are about 2 MB (formats.md §8).
const LONGEST_ROW: usize = 16 << 20;
/// Bytes read at a time.
const BLOCK: usize = 256 << 10;

/// How bytes become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// What separates cells.
    pub(crate) delimiter: u8,
    /// Whether the header line ends with CR LF.
    pub(crate) crlf: bool,
}

/// A place between two records of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Bytes of the text before it.
    pub(crate) byte: u64,
    /// The line it is on (1-based).
    pub(crate) line: u64,
}

impl Place {
    /// Before the first record.
    pub(crate) const START: Self = Self { byte: 0, line: 1 };
}

/// Reads a table's records, blank lines left out.
pub(crate) struct Records {
    input: TextReader,
    path: String,
    dialect: Dialect,
    /// What was read of the text; the next record begins at `at`.
    block: Vec<u8>,
    at: usize,
    /// Whether nothing is left to be read.
    ended: bool,
    place: Place,
    /// The cells of the record read last, one after the other, and where each ends.
    cells: String,
    ends: Vec<usize>,
}

impl Records {
    /// Reads on from a place between two records.
    ///
    /// # Errors
    /// A failed read.
    pub(crate) fn open(text: &Arc<Text>, path: &str, dialect: Dialect, from: Place) -> Result<Self> {
        let input = text.reader(from.byte).map_err(|cause| Error::io(path, "read it", &cause))?;
        Ok(Self {
            input,
            path: path.to_owned(),
            dialect,
            block: Vec::new(),
            at: 0,
            ended: false,
            place: from,
            cells: String::new(),
            ends: Vec::new(),
        })
    }

    /// Where it stands: after the record read last.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Reads the next record and gives its line (1-based), or `None` at the end.
    ///
    /// # Errors
    /// A quote that is never closed, or a row over 16 MiB, with the line where the quote opened; a failed read.
    pub(crate) fn next(&mut self) -> Result<Option<u64>> {
        loop {
            if self.block.get(self.at) == Some(&b'\n') {
                self.pass(1, 1);
                continue;
            }
            if self.at == self.block.len() && self.ended {
                return Ok(None);
            }
            let mut cells = std::mem::take(&mut self.cells).into_bytes();
            cells.clear();
            self.ends.clear();
            let cut = split(&self.block[self.at..], self.dialect.delimiter, self.ended, &mut cells, &mut self.ends);
            let line = self.place.line;
            match cut {
                Cut::Whole { bytes, lines } => {
                    self.cells = String::from_utf8(cells).map_err(|_| self.changed())?;
                    self.pass(bytes, lines);
                    // A blank line of a CRLF file.
                    if self.ends.len() != 1 || self.cells != "\r" {
                        return Ok(Some(line));
                    }
                }
                Cut::Open { quote } => {
                    let long = self.block.len() - self.at > LONGEST_ROW;
                    match quote {
                        Some(lines) if long || self.ended => return Err(self.unclosed(line + lines)),
                        None if long => {
                            return Err(Error::failed("a row is longer than 16 MiB")
                                .at(&self.path)
                                .line(line)
                                .hint("check that the file is a table with one row per line"));
                        }
                        _ => self.read()?,
                    }
                }
            }
        }
    }

    fn pass(&mut self, bytes: usize, lines: u64) {
        self.at += bytes;
        self.place = Place { byte: self.place.byte + bytes as u64, line: self.place.line + lines };
    }

    /// Reads more of the text, behind what is left of the block.
    fn read(&mut self) -> Result<()> {
        self.block.drain(..self.at);
        self.at = 0;
        let left = self.block.len();
        // As much again as a long record has already, so that it is gone through a few times only.
        let wanted = BLOCK.max(left) as u64;
        let read = self.input.by_ref().take(wanted).read_to_end(&mut self.block);
        self.ended = read.map_err(|cause| Error::io(&self.path, "read it", &cause))? == 0;
        // A byte order mark behind the file's own is none of the first cell's.
        if self.place == Place::START && left == 0 && self.block.starts_with("\u{feff}".as_bytes()) {
            self.pass("\u{feff}".len(), 0);
        }
        Ok(())
    }

    /// Bytes of the record's cells.
    pub(crate) fn bytes(&self) -> usize {
        self.cells.len()
    }

    /// How many cells the record has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell, the line's CR taken off the last; empty where there is none.
    pub(crate) fn cell(&self, at: usize) -> &str {
        let begin = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let whole = begin.zip(self.ends.get(at)).and_then(|(begin, end)| self.cells.get(begin..*end));
        let Some(cell) = whole else { return "" };
        match cell.strip_suffix('\r') {
            Some(stripped) if self.dialect.crlf && at + 1 == self.len() => stripped,
            _ => cell,
        }
    }

    /// The record's cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.cell(at))
    }

    fn changed(&self) -> Error {
        Error::failed("the file changed while it was read").at(&self.path).line(self.place.line).hint("run again")
    }

    fn unclosed(&self, line: u64) -> Error {
        Error::failed("a quote opens here and is never closed")
            .at(&self.path)
            .line(line)
            .hint("the file may be cut off: export it again, or close the quote")
    }
}

/// How far a record goes.
enum Cut {
    /// To its end, which took so many bytes and lines.
    Whole { bytes: usize, lines: u64 },
    /// Beyond the bytes there are; within a quote that opened so many lines below the record's first.
    Open { quote: Option<u64> },
}

/// Cuts the first record of `bytes` into cells. `ended`: there are no more bytes than these.
fn split(bytes: &[u8], delimiter: u8, ended: bool, cells: &mut Vec<u8>, ends: &mut Vec<usize>) -> Cut {
    let (mut at, mut lines) = (0, 0);
    if bytes.is_empty() {
        return Cut::Open { quote: None };
    }
    loop {
        if bytes.get(at) == Some(&b'"') {
            let opened = lines;
            at += 1;
            loop {
                let Some(quote) = memchr(b'"', &bytes[at..]).map(|n| at + n) else {
                    return Cut::Open { quote: Some(opened) };
                };
                cells.extend_from_slice(&bytes[at..quote]);
                lines += memchr_iter(b'\n', &bytes[at..quote]).count() as u64;
                at = quote + 1;
                match bytes.get(at) {
                    Some(b'"') => {
                        cells.push(b'"');
                        at += 1;
                    }
                    None if !ended => return Cut::Open { quote: None },
                    _ => break,
                }
            }
        }
        let Some(end) = memchr2(delimiter, b'\n', &bytes[at..]).map(|n| at + n) else {
            if !ended {
                return Cut::Open { quote: None };
            }
            cells.extend_from_slice(&bytes[at..]);
            ends.push(cells.len());
            return Cut::Whole { bytes: bytes.len(), lines };
        };
        cells.extend_from_slice(&bytes[at..end]);
        ends.push(cells.len());
        at = end + 1;
        if bytes[end] == b'\n' {
            return Cut::Whole { bytes: at, lines: lines + 1 };
        }
    }
}

/// The first records of a sample, read with `delimiter`, however they look; for scoring.
pub(crate) fn sample(bytes: &[u8], delimiter: u8, limit: usize) -> Vec<ByteRecord> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(bytes)
        .into_byte_records()
        .map_while(std::result::Result::ok)
        .take(limit)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::ingest::bytes;

    fn read(text: &[u8], crlf: bool) -> Result<Vec<(u64, Vec<String>)>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        let opened = bytes::open(&path)?;
        let mut records =
            Records::open(&Arc::new(opened.text), "a.csv", Dialect { delimiter: b',', crlf }, Place::START)?;
        let mut rows = Vec::new();
        while let Some(line) = records.next()? {
            rows.push((line, records.cells().map(str::to_owned).collect()));
        }
        Ok(rows)
    }

    fn lines(text: &str, crlf: bool) -> Vec<u64> {
        read(text.as_bytes(), crlf).unwrap().into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn lines_are_physical() {
        assert_eq!(lines("a,b\n1,\"x\ny\"\n2,z\n", false), [1, 2, 4]);
        assert_eq!(lines("\n\na,b\n\n1,2", false), [3, 5]);
        assert_eq!(lines("a,b\r\n\r\n1,\"x\r\ny\"\r\n2,z", true), [1, 3, 5]);
        assert_eq!(lines("a\n\n\"x\n\"", false), [1, 3]);
    }

    #[test]
    fn takes_the_carriage_return_off_the_last_cell_only() {
        let rows = read(b"a,b\r\nx\r,\"y\"\r\n", true).unwrap();
        assert_eq!(rows[1].1, ["x\r", "y"]);
    }

    #[test]
    fn an_unclosed_quote_is_met_with_its_line() {
        let error = read(b"a,b\n1,x\n2,\"never\nclosed\n3,y\n", false).unwrap_err();
        assert!(error.to_string().starts_with("error: a.csv:3: a quote opens here and is never closed"), "{error}");
        assert!(read(b"a,b\n1,x\"y\n2,\"z\"", false).is_ok());
    }

    #[test]
    fn an_unclosed_quote_does_not_swallow_a_large_file() {
        let mut text = b"a,b\n1,\"never\n".to_vec();
        text.extend(std::iter::repeat_n(b"some more text here\n".as_slice(), LONGEST_ROW / 10).flatten());
        let error = read(&text, false).unwrap_err();
        assert!(error.to_string().starts_with("error: a.csv:2: a quote opens here"), "{error}");
    }

    /// What the csv crate makes of it.
    fn by_csv(text: &[u8]) -> Vec<Vec<String>> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).terminator(Terminator::Any(b'\n')).from_reader(text);
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.filter(|row: &Vec<String>| row != &["\r"]).collect()
    }

    #[test]
    fn a_record_longer_than_a_block_is_whole() {
        let long = "é\"\"\n,".repeat(BLOCK / 3);
        let text = format!("a,b\n1,\"{long}\"\n2,x\n");
        let rows = read(text.as_bytes(), false).unwrap();
        assert_eq!((rows[1].1[1].clone(), rows[2].0), (long.replace("\"\"", "\""), 3 + BLOCK as u64 / 3));
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_the_csv_crate_reads_it(text in "[a,\"\n\ré ]{0,60}") {
            // With a line feed in it: a text with carriage returns alone is read in another way.
            let text = format!("a,b\n{text}");
            let by_csv = by_csv(text.as_bytes());
            match read(text.as_bytes(), false) {
                Ok(rows) => prop_assert_eq!(rows.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>(), by_csv),
                Err(error) => prop_assert!(error.to_string().contains("a quote opens here"), "{}", error),
            }
        }

        #[test]
        fn what_a_csv_writer_writes_is_read_back(
            rows in proptest::collection::vec(proptest::collection::vec("[a-z,\" \n\ré]{0,6}", 3), 1..6), crlf: bool,
        ) {
            let mut writer = csv::WriterBuilder::new()
                .quote_style(csv::QuoteStyle::Always)
                .terminator(if crlf { Terminator::CRLF } else { Terminator::Any(b'\n') })
                .from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).unwrap();
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = writer.into_inner().unwrap();
            let read = read(&text, crlf).unwrap();
            prop_assert_eq!(read[1..].iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>(), rows.clone());
            let mut line = 2;
            for (row, (at, _)) in rows.iter().zip(&read[1..]) {
                prop_assert_eq!(*at, line);
                line += 1 + row.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
            }
        }
    }
}
