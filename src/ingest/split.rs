//! A long JSON file → one document a line, in a temporary file: neither its list nor its text is ever held whole.

use std::io::{self, BufReader, BufWriter, Read, Write};

use crate::error::{Error, Result};
use crate::ingest::bytes::Text;
use crate::ingest::limits::{self, Limits};

/// Splits the elements of a list, or documents written one after the other.
///
/// # Errors
/// A failed read or write, a file cut off, or a document over the limit.
pub(crate) fn split(text: &Text, path: &str, limits: &Limits) -> Result<Text> {
    let failed = |cause: io::Error| Error::io(path, "read it", &cause);
    let reader = BufReader::with_capacity(1 << 20, text.reader(0).map_err(failed)?);
    let (file, output) = tempfile::NamedTempFile::new().map_err(failed)?.into_parts();
    let mut splitter = Splitter {
        out: BufWriter::with_capacity(1 << 20, file),
        written: 0,
        line: 1,
        lines: Vec::new(),
        length: 0,
        depth: 0,
        outer: 0,
        in_text: false,
        escaped: false,
    };
    for byte in reader.bytes() {
        splitter.take(byte.map_err(failed)?).map_err(failed)?;
        if splitter.length > limits.document {
            let what = "a JSON document is very long";
            return Err(limits::exceeded("document", limits.document, what).at(path).line(splitter.begun()));
        }
    }
    if splitter.depth > 0 || splitter.in_text {
        return Err(Error::failed("the file ends in the middle of a JSON document")
            .at(path)
            .line(splitter.line)
            .hint("export it again, or check that the copy is complete"));
    }
    splitter.end().map_err(failed)?;
    splitter.out.flush().map_err(failed)?;
    let Splitter { written, lines, .. } = splitter;
    Ok(Text::spooled(output, written, true, Some(lines)))
}

struct Splitter<W: Write> {
    out: W,
    written: u64,
    /// Of the original.
    line: u64,
    /// On which each document began.
    lines: Vec<u64>,
    /// Bytes of the document under way; 0 between two.
    length: u64,
    depth: u64,
    /// 1 within a list of documents, 0 outside.
    outer: u64,
    in_text: bool,
    escaped: bool,
}

impl<W: Write> Splitter<W> {
    fn begun(&self) -> u64 {
        self.lines.last().copied().unwrap_or(self.line)
    }

    fn take(&mut self, byte: u8) -> io::Result<()> {
        if byte == b'\n' {
            self.line += 1;
        }
        if self.in_text {
            self.in_text = byte != b'"' || self.escaped;
            self.escaped = byte == b'\\' && !self.escaped;
            // A bare line end in a text is not allowed, but met.
            return if byte == b'\n' { self.put(b"\\n") } else { self.put(&[byte]) };
        }
        if byte.is_ascii_whitespace() || byte == b';' {
            return if self.length > 0 { self.put(b" ") } else { Ok(()) };
        }
        match byte {
            b'[' if self.depth == 0 && self.length == 0 => {
                (self.depth, self.outer) = (1, 1);
                return Ok(());
            }
            b']' if self.depth == 1 && self.outer == 1 => {
                self.end()?;
                (self.depth, self.outer) = (0, 0);
                return Ok(());
            }
            b',' if self.depth == self.outer => return self.end(),
            _ => {}
        }
        if self.length == 0 {
            self.lines.push(self.line);
        }
        self.put(&[byte])?;
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == self.outer {
                    self.end()?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.length += bytes.len() as u64;
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        if self.length > 0 {
            self.out.write_all(b"\n")?;
            self.written += 1;
            self.length = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<(String, Vec<u64>)> {
        let text = split(&Text::in_memory(text.as_bytes().to_vec()), "a.json", &Limits::default())?;
        let lines = (1..).map(|line| text.original_line(line)).take_while(|line| *line > 0).collect();
        Ok((String::from_utf8(text.read_all().unwrap()).unwrap(), lines))
    }

    #[test]
    fn lists_and_concatenated_documents_become_lines() {
        let (text, lines) = of("[\n {\"a\": \"x]\\\"\"},\n\n {\"a\": [1,\n2]}, 3]\n;").unwrap();
        assert_eq!((text.as_str(), lines.as_slice()), ("{\"a\": \"x]\\\"\"}\n{\"a\": [1, 2]}\n3\n", &[2, 4, 5][..]));
        let (text, lines) = of("{\n\"a\": 1}\n\n{\"a\":\n 2}[3]").unwrap();
        assert_eq!((text.as_str(), lines.as_slice()), ("{ \"a\": 1}\n{\"a\":  2}\n3\n", &[1, 4, 5][..]));
    }

    #[test]
    fn a_cut_file_is_met_with_its_line() {
        let error = of("[{\"a\": 1},\n {\"a\": ").unwrap_err().to_string();
        assert!(error.starts_with("error: a.json:2: the file ends in the middle"), "{error}");
    }
}
