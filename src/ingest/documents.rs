//! A JSON file's documents: lines of NDJSON, concatenated objects, or the elements of one list.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use serde_json::Value;
use serde_json::error::Category;

use crate::error::{Error, Result};
use crate::ingest::bytes::{Text, TextReader};
use crate::ingest::limits::{self, Limits};
use crate::ingest::repair;
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
    /// Bytes of the longest line.
    longest: u64,
}

impl Lines {
    pub(crate) fn open(text: &Arc<Text>, path: &str, limits: &Limits) -> Result<Self> {
        Self::open_at(text, path, Place::START, limits)
    }

    /// Reads on from the begin of a line.
    ///
    /// # Errors
    /// A failed read.
    pub(crate) fn open_at(text: &Arc<Text>, path: &str, place: Place, limits: &Limits) -> Result<Self> {
        let reader = text.reader(place.byte).map_err(|cause| Error::io(path, "read it", &cause))?;
        let reader = BufReader::with_capacity(256 << 10, reader);
        Ok(Self { reader, path: path.to_owned(), place, bytes: Vec::new(), longest: limits.document })
    }

    /// Where it stands: at the begin of the line after the one read last.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The next line that is not blank, with its number (1-based).
    ///
    /// # Errors
    /// A failed read, or a line over the limit.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        loop {
            self.bytes.clear();
            let read = self.reader.by_ref().take(self.longest + 1).read_until(b'\n', &mut self.bytes);
            let read = read.map_err(|cause| Error::io(&self.path, "read it", &cause))?;
            if read == 0 {
                return Ok(None);
            }
            let line = self.place.line;
            if read as u64 > self.longest {
                return Err(limits::exceeded("document", self.longest, "a line is very long")
                    .at(&self.path)
                    .line(line));
            }
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
pub(crate) fn is_lines(text: &Arc<Text>, path: &str, limits: &Limits) -> Result<bool> {
    let mut lines = Lines::open(text, path, limits)?;
    // A first line over the limit is a document written without line ends; a later one is an error of its own.
    let whole = match lines.next() {
        Ok(Some((_, line))) => line_value(line, limits).is_ok_and(|value| value.is_object() || value.is_array()),
        _ => false,
    };
    Ok(whole && !matches!(lines.next(), Ok(None)))
}

/// A line's value, or why it has none. What writers that are not strict get wrong (half characters, bare control
/// characters, `NaN`) is read as it was meant.
pub(crate) fn line_value(line: &[u8], limits: &Limits) -> std::result::Result<Value, String> {
    if is_deeper(line, limits.depth) {
        let depth = limits.depth;
        return Err(format!("nested deeper than {depth} levels (--limit depth=N allows up to 127)"));
    }
    let cause = match serde_json::from_slice(line) {
        Ok(value) => return Ok(value),
        Err(cause) => cause,
    };
    if let Some(value) = repair::repaired(line).and_then(|line| serde_json::from_slice(&line).ok()) {
        return Ok(value);
    }
    Err(match cause.classify() {
        Category::Eof => "cut off: the line ends in the middle of a JSON value".to_owned(),
        _ => format!("not valid JSON: {}", reason(&cause)),
    })
}

/// Whether JSON text is nested more deeply than `most`.
fn is_deeper(text: &[u8], most: u64) -> bool {
    let opening = |byte: &&u8| matches!(byte, b'{' | b'[');
    if text.iter().filter(opening).count() as u64 <= most {
        return false;
    }
    let (mut depth, mut in_text, mut escaped) = (0u64, false, false);
    for byte in text {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Where the JSON of a part of an X archive begins (`window.YTD.tweets.part0 = [`); none where the text is no such part.
pub(crate) fn x_archive(head: &[u8]) -> Option<u64> {
    let start = head.len() - head.trim_ascii_start().len();
    if !head[start..].starts_with(b"window.YTD.") {
        return None;
    }
    let name = head[start..].iter().take(200).position(|byte| *byte == b'=')?;
    let value = head[start + name..].iter().position(|byte| matches!(byte, b'[' | b'{'))?;
    Some((start + name + value) as u64)
}

/// serde_json's message without its place, which we give ourselves.
fn reason(cause: &serde_json::Error) -> String {
    let message = cause.to_string();
    message.split(" at line ").next().unwrap_or("unknown").to_owned()
}

/// Every document of a text, in memory. The elements of a list are documents of their own.
///
/// # Errors
/// Not JSON or cut off, with line and column; nested too deeply.
pub(crate) fn read(text: &Text, path: &str, limits: &Limits) -> Result<Vec<Document>> {
    let bytes = text.read_all().map_err(|cause| Error::io(path, "read it", &cause))?;
    if is_deeper(&bytes, limits.depth) {
        let what = "the JSON is nested very deeply";
        return Err(limits::exceeded("depth", limits.depth, what).at(path));
    }
    match parse(&bytes, path) {
        Ok(documents) => Ok(documents),
        Err(error) => match repair::repaired(&bytes) {
            Some(repaired) => parse(&repaired, path),
            None => Err(error),
        },
    }
}

fn parse(bytes: &[u8], path: &str) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
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
            // The end of a part of an X archive.
            Some(Err(_)) if !documents.is_empty() && bytes[start..].trim_ascii() == b";" => return Ok(documents),
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
        let limits = Limits::default();
        let opened = bytes::open(file.path().to_str().unwrap(), &limits)?;
        Ok(read(&opened.text, "a.json", &limits)?.into_iter().map(|(line, value)| (line, value.to_string())).collect())
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
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{{\"a\": {}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(documents(&nested(90)).is_ok());
        let error = documents(&nested(100_000)).unwrap_err().to_string();
        assert!(error.contains("limit depth: 100") && error.ends_with("--limit depth=127"), "{error}");
        assert!(!is_deeper(b"[[\"[[[[\\\"[[[[\"]]", 2));
    }

    #[test]
    fn an_x_archive_is_cut_to_its_list() {
        assert_eq!(x_archive(b" window.YTD.tweets.part0 = [ {}"), Some(27));
        assert_eq!(x_archive(b"window.YTD"), None);
        assert_eq!(documents("[{\"a\": 1}]\n;\n").unwrap(), expected(&[(1, "{\"a\":1}")]));
    }

    #[test]
    fn tells_json_from_tables() {
        assert!(["{\"a\": 1}", " [ {", "[]", "{ }"].iter().all(|head| is_json(head.as_bytes())));
        assert!(!["id,text", "[2026-01-01],x", "{name},x", ""].iter().any(|head| is_json(head.as_bytes())));
    }
}
