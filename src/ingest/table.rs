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
use crate::ingest::limits::{self, Limits};

/// Bytes the CSV reader asks for at a time.
const BUFFER: usize = 256 << 10;

/// Reads on, unless the record under way is longer than the limit: an unclosed quote swallows the rest of a file.
#[derive(Debug)]
struct Limited {
    inner: TextReader,
    delivered: u64,
    /// Byte at which the record under way began.
    record: Arc<AtomicU64>,
    /// Bytes of the longest row.
    longest: u64,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.delivered.saturating_sub(self.record.load(Ordering::Relaxed)) > self.longest {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.inner.read(buffer)?;
        self.delivered += read as u64;
        Ok(read)
    }
}

/// How cells are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// `"a ""b"" c"`, as RFC 4180 has it.
    Doubled,
    /// `"a \"b\" c"`, as LinkedIn and PHP write it.
    Backslash,
    /// Quotes are text, as in NHTSA's flat file.
    None,
}

/// How bytes become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// What separates cells.
    pub(crate) delimiter: u8,
    /// How cells are quoted.
    pub(crate) quotes: Quotes,
    /// Whether the header line ends with CR LF.
    pub(crate) crlf: bool,
    /// Whether the n-th record is the n-th row of a sheet, whatever lines its cells hold.
    pub(crate) sheet: bool,
    /// Bytes of the longest row.
    pub(crate) longest: u64,
}

impl Dialect {
    /// As most tables are, with a delimiter.
    pub(crate) fn usual(delimiter: u8, limits: &Limits) -> Self {
        Self { delimiter, quotes: Quotes::Doubled, crlf: false, sheet: false, longest: limits.row }
    }

    /// A reader of this dialect, yet to be told what to read.
    fn reader(&self) -> ReaderBuilder {
        let mut reader = ReaderBuilder::new();
        reader.has_headers(false).flexible(true).delimiter(self.delimiter).terminator(Terminator::Any(b'\n'));
        match self.quotes {
            Quotes::Doubled => {}
            Quotes::Backslash => {
                reader.escape(Some(b'\\'));
            }
            Quotes::None => {
                reader.quoting(false);
            }
        }
        reader
    }
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
        let limited = Limited { inner, delivered: 0, record: Arc::clone(&mark), longest: dialect.longest };
        let reader = dialect.reader().buffer_capacity(BUFFER).from_reader(limited);
        let text = Arc::clone(text);
        Ok(Self { reader, mark, from, begun, text, path: path.to_owned(), dialect, record: StringRecord::new() })
    }

    /// Where it stands: after the record read last.
    pub(crate) fn place(&self) -> Place {
        let position = self.reader.position();
        if position.byte() == 0 {
            return self.from;
        }
        let byte = self.begun.byte + position.byte();
        if self.dialect.sheet {
            return Place { byte, line: self.from.line + position.record() };
        }
        Place { byte, line: self.begun.line + position.line() - 1 }
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
            if self.dialect.sheet {
                return Ok(Some(begin_line));
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

    /// The cells from one on, with the delimiter between them.
    pub(crate) fn tail(&self, at: usize) -> String {
        let delimiter = char::from(self.dialect.delimiter).to_string();
        (at..self.len()).map(|at| self.cell(at)).collect::<Vec<_>>().join(&delimiter)
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
                    None => limits::exceeded("row", self.dialect.longest, "a row is very long")
                        .at(&self.path)
                        .line(begin_line),
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
            Escaped,
        }
        if self.dialect.quotes == Quotes::None {
            return None;
        }
        let escapes = self.dialect.quotes == Quotes::Backslash;
        let mut reader = self.text.reader(begin).ok()?.take(self.dialect.longest + 2 * BUFFER as u64);
        let mut bytes = vec![0u8; BUFFER];
        let (mut state, mut line, mut opened) = (State::Start, begin_line, begin_line);
        loop {
            let read = reader.read(&mut bytes).ok()?;
            if read == 0 {
                return matches!(state, State::Quoted | State::Escaped).then_some(opened);
            }
            for byte in &bytes[..read] {
                state = match (state, *byte) {
                    (State::Start, b'"') => {
                        opened = line;
                        State::Quoted
                    }
                    (State::Quoted, b'\\') if escapes => State::Escaped,
                    (State::Quoted, b'"') => State::QuoteInQuoted,
                    (State::QuoteInQuoted, b'"') | (State::Quoted | State::Escaped, _) => State::Quoted,
                    (_, byte) if byte == self.dialect.delimiter || byte == b'\n' => State::Start,
                    _ => State::Plain,
                };
                line += u64::from(*byte == b'\n');
            }
        }
    }
}

/// The first records of a sample, however they look; for scoring a dialect.
pub(crate) fn sample(bytes: &[u8], dialect: Dialect, limit: usize) -> Vec<ByteRecord> {
    dialect.reader().from_reader(bytes).into_byte_records().map_while(std::result::Result::ok).take(limit).collect()
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
        let limits = Limits::default();
        let opened = bytes::open(&path, &limits)?;
        let dialect = Dialect { crlf, ..Dialect::usual(b',', &limits) };
        let mut records = Records::open(&Arc::new(opened.text), "a.csv", dialect, Place::START)?;
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
        text.extend(
            std::iter::repeat_n(b"some more text here\n".as_slice(), (Limits::default().row as usize) / 10).flatten(),
        );
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
