//! The encoding of a text file, and the text in UTF-8.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use tempfile::TempPath;

/// Bytes read at a time.
const BLOCK: usize = 1 << 20;

/// How a file's text is written.
#[derive(Debug)]
pub(crate) enum Encoded {
    /// UTF-8 with line feeds: it can be read where it is.
    AsItIs { skip: u64, len: u64, ends_with_newline: bool, name: &'static str },
    /// Otherwise: it must be decoded.
    Otherwise(Decode),
}

/// How to decode a file.
#[derive(Debug)]
pub(crate) struct Decode {
    encoding: &'static Encoding,
    name: &'static str,
    /// Lines end with a carriage return alone, which is to become a line feed.
    carriage_returns: bool,
    said: Vec<String>,
}

/// A decoded file.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) path: TempPath,
    pub(crate) len: u64,
    pub(crate) ends_with_newline: bool,
    pub(crate) name: &'static str,
    /// What was assumed, in words.
    pub(crate) said: Vec<String>,
}

/// Reads a file once to find how it is written; `head` are its first bytes.
///
/// # Errors
/// A failed read.
pub(crate) fn survey(head: &[u8], file: &mut File) -> io::Result<Encoded> {
    if let Some((encoding, name)) = utf16(head) {
        return Ok(Encoded::Otherwise(Decode { encoding, name, carriage_returns: false, said: Vec::new() }));
    }
    let seen = Seen::of(file)?;
    let bom = head.starts_with(b"\xef\xbb\xbf");
    let name = if bom { "utf-8-bom" } else { "utf-8" };
    let carriage_returns = seen.carriage_return && seen.newlines == 0;
    if seen.bad == 0 && !carriage_returns {
        let skip = if bom { 3 } else { 0 };
        return Ok(Encoded::AsItIs { skip, len: seen.len, ends_with_newline: seen.last == b'\n', name });
    }
    let first = seen.first_bad_line;
    Ok(Encoded::Otherwise(if seen.bad == 0 {
        Decode { encoding: UTF_8, name, carriage_returns, said: Vec::new() }
    } else if seen.bad * 20 <= seen.good {
        // One bad byte in twenty characters: a legacy encoding would show far more bad ones than good ones.
        let said = format!("{} damaged character(s), the first on line {first}, read as \u{fffd}", seen.bad);
        Decode { encoding: UTF_8, name: "utf-8", carriage_returns, said: vec![said] }
    } else {
        let said = format!(
            "not UTF-8 (first on line {first}): read as windows-1252, the usual encoding of older Windows exports"
        );
        Decode { encoding: WINDOWS_1252, name: "windows-1252", carriage_returns, said: vec![said] }
    }))
}

/// What one pass over the bytes finds.
#[derive(Debug, Default)]
struct Seen {
    len: u64,
    newlines: u64,
    carriage_return: bool,
    last: u8,
    /// Sequences that are not UTF-8, and characters beyond ASCII that are.
    bad: u64,
    good: u64,
    first_bad_line: u64,
}

impl Seen {
    /// Validates block by block; a character may be cut by a block's end.
    fn of(file: &mut File) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut seen = Self::default();
        let mut block = vec![0u8; BLOCK];
        let mut carried = 0;
        loop {
            let read = file.read(&mut block[carried..])?;
            let filled = carried + read;
            seen.len += read as u64;
            if read > 0 {
                seen.last = block[filled - 1];
            }
            seen.carriage_return = seen.carriage_return || count(&block[carried..filled], |byte| byte == b'\r') > 0;
            carried = seen.validate(&block[..filled], read == 0);
            block.copy_within(filled - carried..filled, 0);
            if read == 0 {
                return Ok(seen);
            }
        }
    }

    /// Takes note of a block; gives how many bytes at its end are the begin of a character.
    fn validate(&mut self, block: &[u8], at_end: bool) -> usize {
        let mut rest = block;
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    self.valid(valid.as_bytes());
                    return 0;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    self.valid(valid);
                    let length = match error.error_len() {
                        None if !at_end => return after.len(),
                        None => after.len(),
                        Some(length) => length,
                    };
                    self.bad += 1;
                    if self.bad == 1 {
                        self.first_bad_line = self.newlines + 1;
                    }
                    rest = &after[length..];
                }
            }
        }
    }

    fn valid(&mut self, bytes: &[u8]) {
        self.newlines += count(bytes, |byte| byte == b'\n');
        self.good += count(bytes, |byte| byte >= 0xc0);
    }
}

/// How many bytes are so. Runs that a byte can count are summed as bytes: sixteen to an instruction.
fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> u64 {
    const RUN: usize = u8::MAX as usize;
    bytes.chunks(RUN).map(|run| u64::from(run.iter().fold(0_u8, |sum, byte| sum + u8::from(is(*byte))))).sum()
}

/// UTF-16 by its byte order mark, or by the NULs that every second byte of mostly Latin text is.
pub(crate) fn utf16(head: &[u8]) -> Option<(&'static Encoding, &'static str)> {
    if head.starts_with(b"\xff\xfe") {
        return Some((UTF_16LE, "utf-16le"));
    }
    if head.starts_with(b"\xfe\xff") {
        return Some((UTF_16BE, "utf-16be"));
    }
    let pairs = head.len().min(4096) / 2;
    let (mut even, mut odd) = (0, 0);
    for pair in head[..pairs * 2].chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    if pairs >= 4 && odd * 10 >= pairs * 4 && even * 20 < pairs {
        Some((UTF_16LE, "utf-16le"))
    } else if pairs >= 4 && even * 10 >= pairs * 4 && odd * 20 < pairs {
        Some((UTF_16BE, "utf-16be"))
    } else {
        None
    }
}

impl Decode {
    /// Decodes a file into a temporary one, block by block.
    ///
    /// # Errors
    /// A failed read or write.
    pub(crate) fn decode(mut self, file: &mut File) -> io::Result<Decoded> {
        file.seek(SeekFrom::Start(0))?;
        let mut decoder = self.encoding.new_decoder_with_bom_removal();
        let mut output = tempfile::NamedTempFile::new()?;
        let mut input = vec![0u8; BLOCK];
        // Three bytes of UTF-8 at most for one of input, and room for a character the block before had begun.
        let mut decoded = vec![0u8; BLOCK * 3 + 64];
        let (mut len, mut last, mut damaged, mut carriage_return, mut newline) = (0u64, 0u8, false, false, false);
        loop {
            let read = file.read(&mut input)?;
            let (_, _, written, errors) = decoder.decode_to_utf8(&input[..read], &mut decoded, read == 0);
            damaged |= errors;
            let block = &mut decoded[..written];
            carriage_return = carriage_return || block.contains(&b'\r');
            newline = newline || block.contains(&b'\n');
            if self.carriage_returns {
                // One to one: there are no line feeds.
                block.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
            }
            output.write_all(block)?;
            len += written as u64;
            last = block.last().copied().unwrap_or(last);
            if read == 0 {
                break;
            }
        }
        if damaged && self.said.is_empty() {
            self.said.push(format!("some characters are damaged in this {} file; they read as \u{fffd}", self.name));
        }
        // Only now is it known of UTF-16.
        if !self.carriage_returns && carriage_return && !newline {
            let mut text = output.reopen()?;
            let again = Self { encoding: UTF_8, carriage_returns: true, ..self };
            return again.decode(&mut text);
        }
        if self.carriage_returns {
            self.said.push("lines end with a carriage return alone".to_owned());
        }
        let ends_with_newline = last == b'\n';
        Ok(Decoded { path: output.into_temp_path(), len, ends_with_newline, name: self.name, said: self.said })
    }
}
