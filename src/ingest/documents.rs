//! A JSON file's documents: lines of NDJSON, concatenated objects, or the elements of one list.

use std::io::{BufRead, BufReader};
use std::sync::Arc;

use serde_json::Value;
use serde_json::error::Category;

use crate::error::{Error, Result};
use crate::ingest::bytes::{Text, TextReader};
use crate::ingest::table::Place;

/// One document and the line it starts on (1-based; 0: unknown).
pub(crate) type Document = (u64, Value);

/// Whether a text starts like JSON that can hold records.
pub(crate) fn is_json(head: &[u8]) -> bool {
    let mut start = head.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    match (start.next(), start.next()) {
        (Some(b'{'), second) => matches!(second, Some(b'"' | b'}') | None),
        (Some(b'['), second) => matches!(second, Some(b'{' | b'[' | b'"' | b']') | None),
        _ => false,
    }
}

/// Reads a text line by line.
pub(crate) struct Lines {
    reader: BufReader<TextReader>,
    path: String,
    place: Place,
    bytes: Vec<u8>,
}

impl Lines {
    pub(crate) fn open(text: &Arc<Text>, path: &str) -> Result<Self> {
        Self::open_at(text, path, Place::START)
    }

    /// Reads on from the begin of a line.
    ///
    /// # Errors
    /// A failed read.
    pub(crate) fn open_at(text: &Arc<Text>, path: &str, place: Place) -> Result<Self> {
        let reader = text.reader(place.byte).map_err(|cause| Error::io(path, "read it", &cause))?;
        let reader = BufReader::with_capacity(256 << 10, reader);
        Ok(Self { reader, path: path.to_owned(), place, bytes: Vec::new() })
    }

    /// Where it stands: at the begin of the line after the one read last.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The next line that is not blank, with its number (1-based).
    ///
    /// # Errors
    /// A failed read.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        loop {
            self.bytes.clear();
            let read = self.reader.read_until(b'\n', &mut self.bytes);
            let read = read.map_err(|cause| Error::io(&self.path, "read it", &cause))?;
            if read == 0 {
                return Ok(None);
            }
            let line = self.place.line;
            self.place = Place { byte: self.place.byte + read as u64, line: line + 1 };
            if !self.bytes.trim_ascii().is_empty() {
                return Ok(Some((line, self.bytes.trim_ascii())));
            }
        }
    }
}

/// Whether each line is a document: the first is whole by itself, and it is not the only one.
///
/// # Errors
/// A failed read.
pub(crate) fn is_lines(text: &Arc<Text>, path: &str) -> Result<bool> {
    let mut lines = Lines::open(text, path)?;
    let whole = match lines.next()? {
        Some((_, line)) => line_value(line).is_ok_and(|value| value.is_object() || value.is_array()),
        None => false,
    };
    Ok(whole && lines.next()?.is_some())
}

/// A line's value, or why it has none.
pub(crate) fn line_value(line: &[u8]) -> std::result::Result<Value, String> {
    serde_json::from_slice(line).map_err(|cause| match cause.classify() {
        Category::Eof => "cut off: the line ends in the middle of a JSON value".to_owned(),
        _ => format!("not valid JSON: {}", reason(&cause)),
    })
}

/// serde_json's message without its place, which we give ourselves.
fn reason(cause: &serde_json::Error) -> String {
    let message = cause.to_string();
    message.split(" at line ").next().unwrap_or("unknown").to_owned()
}

/// Every document of a text, in memory. The elements of a list are documents of their own.
///
/// # Errors
/// Not JSON or cut off, with line and column.
pub(crate) fn read(text: &Text, path: &str) -> Result<Vec<Document>> {
    let bytes = text.read_all().map_err(|cause| Error::io(path, "read it", &cause))?;
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
    let (mut counted, mut line) = (0, 1);
    loop {
        let blank = bytes[stream.byte_offset()..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = stream.byte_offset() + blank;
        line += bytes[counted..start].iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = start;
        match stream.next() {
            None => return Ok(documents),
            Some(Ok(Value::Array(items))) => {
                let lines = element_lines(&bytes[start..], line);
                let known = lines.len() == items.len();
                documents
                    .extend(items.into_iter().enumerate().map(|(at, item)| (if known { lines[at] } else { 0 }, item)));
            }
            Some(Ok(value)) => documents.push((line, value)),
            Some(Err(cause)) => {
                let what = match cause.classify() {
                    Category::Eof => "the file ends in the middle of a JSON document".to_owned(),
                    _ => format!("not valid JSON: {}", reason(&cause)),
                };
                return Err(Error::failed(what)
                    .at(path)
                    .line(cause.line() as u64)
                    .column(cause.column() as u64)
                    .hint("export it again, or check that the copy is complete"));
            }
        }
    }
}

/// The line on which each element of the list that starts `bytes`, on `line`, begins. The list is known to be valid.
fn element_lines(bytes: &[u8], mut line: u64) -> Vec<u64> {
    let (mut depth, mut in_text, mut escaped, mut awaited) = (0usize, false, false, false);
    let mut lines = Vec::new();
    for byte in bytes {
        if in_text {
            in_text = *byte != b'"' || escaped;
            escaped = *byte == b'\\' && !escaped;
            continue;
        }
        if *byte == b'\n' {
            line += 1;
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        if awaited && *byte != b']' {
            lines.push(line);
            awaited = false;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                awaited = depth == 1;
            }
            b']' | b'}' if depth == 1 => break,
            b']' | b'}' => depth -= 1,
            b',' if depth == 1 => awaited = true,
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::ingest::bytes;

    fn documents(text: &str) -> Result<Vec<(u64, String)>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let opened = bytes::open(file.path().to_str().unwrap())?;
        Ok(read(&opened.text, "a.json")?.into_iter().map(|(line, value)| (line, value.to_string())).collect())
    }

    fn expected(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
        rows.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn documents_have_lines() {
        let list = "[\n {\"a\": \"x]\\\"\"},\n\n {\"a\": [1,\n2]}, 3]\n";
        assert_eq!(documents(list).unwrap(), expected(&[(2, "{\"a\":\"x]\\\"\"}"), (4, "{\"a\":[1,2]}"), (5, "3")]));
        let concatenated = "{\n\"a\": 1}\n\n{\"a\":\n 2}";
        assert_eq!(documents(concatenated).unwrap(), expected(&[(1, "{\"a\":1}"), (4, "{\"a\":2}")]));
        assert_eq!(documents("[]").unwrap(), []);
    }

    #[test]
    fn a_cut_document_is_met_with_its_place() {
        let error = documents("[{\"a\": 1},\n {\"a\": ").unwrap_err().to_string();
        assert!(error.starts_with("error: a.json:2:7: the file ends in the middle of a JSON document"), "{error}");
        let error = documents("[{\"a\": 1},\n {\"a\" 2}]").unwrap_err().to_string();
        assert!(error.starts_with("error: a.json:2:7: not valid JSON: expected `:`"), "{error}");
    }

    #[test]
    fn tells_json_from_tables() {
        assert!(["{\"a\": 1}", " [ {", "[]", "{ }"].iter().all(|head| is_json(head.as_bytes())));
        assert!(!["id,text", "[2026-01-01],x", "{name},x", ""].iter().any(|head| is_json(head.as_bytes())));
    }
}
