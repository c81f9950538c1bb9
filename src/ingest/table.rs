//! A table's records, one by one, with their line: CSV and its relatives.
//!
//! Lines end at LF; a CRLF file's CR is taken off the last cell. (With the `csv` crate's own CRLF mode a lone CR in
//! an unquoted cell would end the record.)

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ByteRecord, ReaderBuilder, StringRecord, Terminator};

use crate::error::{Error, Result};
use crate::ingest::bytes::{Text, TextReader};

/// Longest row, in bytes. An unclosed quote swallows the rest of a file; this is where we stop it. The longest real
/// cells seen are about 2 MB (formats.md §8).
const LONGEST_ROW: u64 = 16 << 20;
/// Bytes the CSV reader asks for at a time.
const BUFFER: usize = 256 << 10;

/// Reads on, unless the record under way is longer than [`LONGEST_ROW`].
#[derive(Debug)]
struct Limited {
    inner: TextReader,
    delivered: u64,
    /// Byte at which the record under way began.
    record: Arc<AtomicU64>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.delivered.saturating_sub(self.record.load(Ordering::Relaxed)) > LONGEST_ROW {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.inner.read(buffer)?;
        self.delivered += read as u64;
        Ok(read)
    }
}

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
    reader: csv::Reader<Limited>,
    mark: Arc<AtomicU64>,
    /// Where it was told to begin.
    from: Place,
    /// Where the CSV reader began, whose own places count from there.
    begun: Place,
    text: Arc<Text>,
    path: String,
    dialect: Dialect,
    record: StringRecord,
}

impl Records {
    /// Reads on from a place between two records.
    ///
    /// # Errors
    /// A failed read.
    pub(crate) fn open(text: &Arc<Text>, path: &str, dialect: Dialect, from: Place) -> Result<Self> {
        // The CSV reader takes a byte order mark off what it reads first. One that a cell in the middle of the file
        // begins with must stay: there it first reads the end of the line before, which it skips.
        let begun = match from.byte.checked_sub(1) {
            Some(byte) => Place { byte, line: from.line.saturating_sub(1) },
            None => from,
        };
        let inner = text.reader(begun.byte).map_err(|cause| Error::io(path, "read it", &cause))?;
        let mark = Arc::new(AtomicU64::new(0));
        let limited = Limited { inner, delivered: 0, record: Arc::clone(&mark) };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter)
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER)
            .from_reader(limited);
        let text = Arc::clone(text);
        Ok(Self { reader, mark, from, begun, text, path: path.to_owned(), dialect, record: StringRecord::new() })
    }

    /// Where it stands: after the record read last.
    pub(crate) fn place(&self) -> Place {
        let position = self.reader.position();
        if position.byte() == 0 {
            return self.from;
        }
        Place { byte: self.begun.byte + position.byte(), line: self.begun.line + position.line() - 1 }
    }

    /// Reads the next record and gives its line (1-based), or `None` at the end.
    ///
    /// # Errors
    /// A quote that is never closed, or a row over 16 MiB, with the line where the quote opened; a failed read.
    pub(crate) fn next(&mut self) -> Result<Option<u64>> {
        loop {
            let Place { byte: begin, line: begin_line } = self.place();
            let read = self.reader.read_record(&mut self.record);
            if !read.map_err(|cause| self.failed(&cause, begin, begin_line))? {
                return Ok(None);
            }
            let Place { byte: end, line: end_line } = self.place();
            self.mark.store(self.reader.position().byte(), Ordering::Relaxed);
            let at_end = end >= self.text.len;
            if at_end && let Some(line) = self.open_quote(begin, begin_line) {
                return Err(self.unclosed(line));
            }
            // A blank line of a CRLF file.
            if self.record.len() == 1 && &self.record[0] == "\r" {
                continue;
            }
            // The reader's line is the one after the record; between its two positions lie blank lines, the record's
            // own quoted line feeds, and its end.
            let ending = u64::from(!at_end || self.text.ends_with_newline);
            let mut line = end_line.saturating_sub(ending);
            if line > begin_line {
                line -= self.record.as_byte_record().as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            }
            return Ok(Some(line));
        }
    }

    /// Bytes of the record's cells.
    pub(crate) fn bytes(&self) -> usize {
        self.record.as_slice().len()
    }

    /// How many cells the record has.
    pub(crate) fn len(&self) -> usize {
        self.record.len()
    }

    /// A cell, the line's CR taken off the last; empty where there is none.
    pub(crate) fn cell(&self, at: usize) -> &str {
        let Some(cell) = self.record.get(at) else { return "" };
        match cell.strip_suffix('\r') {
            Some(stripped) if self.dialect.crlf && at + 1 == self.record.len() => stripped,
            _ => cell,
        }
    }

    /// The record's cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.cell(at))
    }

    fn failed(&self, cause: &csv::Error, begin: u64, begin_line: u64) -> Error {
        match cause.kind() {
            csv::ErrorKind::Io(io) if io.kind() == io::ErrorKind::FileTooLarge => {
                match self.open_quote(begin, begin_line) {
                    Some(line) => self.unclosed(line),
                    None => Error::failed("a row is longer than 16 MiB")
                        .at(&self.path)
                        .line(begin_line)
                        .hint("check that the file is a table with one row per line"),
                }
            }
            csv::ErrorKind::Io(io) => Error::io(&self.path, "read it", io),
            _ => Error::failed("the file changed while it was read").at(&self.path).line(begin_line).hint("run again"),
        }
    }

    fn unclosed(&self, line: u64) -> Error {
        Error::failed("a quote opens here and is never closed")
            .at(&self.path)
            .line(line)
            .hint("the file may be cut off: export it again, or close the quote")
    }

    /// The line of the quote that is still open where the text ends or the limit is reached, from a record's begin.
    fn open_quote(&self, begin: u64, begin_line: u64) -> Option<u64> {
        #[derive(PartialEq)]
        enum State {
            Start,
            Plain,
            Quoted,
            QuoteInQuoted,
        }
        let mut reader = self.text.reader(begin).ok()?.take(LONGEST_ROW + 2 * BUFFER as u64);
        let mut bytes = vec![0u8; BUFFER];
        let (mut state, mut line, mut opened) = (State::Start, begin_line, begin_line);
        loop {
            let read = reader.read(&mut bytes).ok()?;
            if read == 0 {
                return (state == State::Quoted).then_some(opened);
            }
            for byte in &bytes[..read] {
                state = match (state, *byte) {
                    (State::Start, b'"') => {
                        opened = line;
                        State::Quoted
                    }
                    (State::Quoted, b'"') => State::QuoteInQuoted,
                    (State::QuoteInQuoted, b'"') | (State::Quoted, _) => State::Quoted,
                    (_, byte) if byte == self.dialect.delimiter || byte == b'\n' => State::Start,
                    _ => State::Plain,
                };
                line += u64::from(*byte == b'\n');
            }
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
        text.extend(std::iter::repeat_n(b"some more text here\n".as_slice(), (LONGEST_ROW as usize) / 10).flatten());
        let error = read(&text, false).unwrap_err();
        assert!(error.to_string().starts_with("error: a.csv:2: a quote opens here"), "{error}");
    }

    proptest! {
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
