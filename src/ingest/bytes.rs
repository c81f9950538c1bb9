//! Bytes → text: reading a file once to find its encoding and its line ends.
//!
//! A UTF-8 file stays on disk and is streamed. Any other encoding is decoded whole, in memory.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use ring::digest::{Context, SHA256, digest};
use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::ingest::container;

/// Bytes looked at to tell the container and UTF-16 from the rest.
const HEAD: usize = 64 << 10;
/// Bytes read at a time.
const BLOCK: usize = 1 << 20;

/// A dump's text, UTF-8, readable again and again from any byte.
#[derive(Debug)]
pub(crate) struct Text {
    place: Place,
    /// Bytes of the file that are not text (its byte order mark).
    skip: u64,
    /// Bytes of text.
    pub(crate) len: u64,
}

#[derive(Debug)]
enum Place {
    File(PathBuf),
    /// Standard input or a pipe, kept while anybody holds the text.
    Spooled(TempPath),
    Memory(Arc<[u8]>),
}

impl Text {
    /// Reads on from byte `from` of the text.
    pub(crate) fn reader(&self, from: u64) -> io::Result<TextReader> {
        let file = match &self.place {
            Place::File(path) => File::open(path)?,
            Place::Spooled(path) => File::open(path)?,
            Place::Memory(bytes) => {
                let mut cursor = Cursor::new(Arc::clone(bytes));
                cursor.set_position(from);
                return Ok(TextReader::Memory(cursor));
            }
        };
        let mut file = file;
        file.seek(SeekFrom::Start(self.skip + from))?;
        Ok(TextReader::File(file))
    }

    /// The whole text, in memory.
    pub(crate) fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader(0)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The first `limit` bytes.
    pub(crate) fn head(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader(0)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Of the file's bytes, hex; none for a text in memory, whose file's bytes are gone.
    pub(crate) fn sha256(&self) -> io::Result<Option<String>> {
        let mut file = match &self.place {
            Place::File(path) => File::open(path)?,
            Place::Spooled(path) => File::open(path)?,
            Place::Memory(_) => return Ok(None),
        };
        let mut hash = Context::new(&SHA256);
        let mut block = vec![0; BLOCK];
        loop {
            match file.read(&mut block)? {
                0 => return Ok(Some(hex(hash.finish().as_ref()))),
                read => hash.update(&block[..read]),
            }
        }
    }

    fn in_memory(bytes: Vec<u8>) -> Self {
        Self { len: bytes.len() as u64, place: Place::Memory(bytes.into()), skip: 0 }
    }
}

/// Reads a text.
#[derive(Debug)]
pub(crate) enum TextReader {
    /// From disk.
    File(File),
    /// From memory.
    Memory(Cursor<Arc<[u8]>>),
}

impl Read for TextReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(cursor) => cursor.read(buffer),
        }
    }
}

/// A file, looked through once.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) text: Text,
    /// Of the file's bytes, hex; none where [`Text::sha256`] is yet to be asked, which takes as long as reading.
    pub(crate) sha256: Option<String>,
    /// `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub(crate) encoding: &'static str,
    /// What was assumed, in words.
    pub(crate) assumptions: Vec<String>,
}

/// Opens `path`; `-` is standard input. What can be read only once (that, a pipe) is spooled to a temporary file.
///
/// # Errors
/// Missing, a folder, empty, a container, or not text.
pub(crate) fn open(path: &str) -> Result<Opened> {
    let failed = |cause: io::Error| Error::io(path, "read it", &cause);
    let (place, file) = if path == "-" {
        let spooled = spool(&mut io::stdin().lock()).map_err(failed)?;
        let file = File::open(&spooled).map_err(failed)?;
        (Place::Spooled(spooled), file)
    } else {
        let kind = fs::metadata(path).map_err(failed)?;
        if kind.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let mut file = File::open(path).map_err(failed)?;
        if kind.is_file() {
            (Place::File(PathBuf::from(path)), file)
        } else {
            let spooled = spool(&mut file).map_err(failed)?;
            let file = File::open(&spooled).map_err(failed)?;
            (Place::Spooled(spooled), file)
        }
    };
    let mut reader = BufReader::with_capacity(BLOCK, file);
    let mut head = Vec::new();
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(failed)?;
    if head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD {
        return Err(Error::failed("the file is empty").at(path).hint("export it again"));
    }
    if let Some(refusal) = container::refuse(path, &head) {
        return Err(refusal);
    }
    if let Some((encoding, name)) = utf16(&head) {
        let (bytes, sha256) = rest(head, reader).map_err(failed)?;
        return Ok(decoded(&bytes, encoding, name, sha256));
    }
    if container::is_binary(&head) {
        return Err(Error::failed("is not a text file").at(path).hint("export the data as CSV or JSON"));
    }
    match survey(&head, &mut reader).map_err(failed)? {
        Survey { utf8: true, len, carriage_returns_only } => {
            let bom = head.starts_with(b"\xef\xbb\xbf");
            let skip = if bom { 3 } else { 0 };
            let encoding = if bom { "utf-8-bom" } else { "utf-8" };
            let text = Text { place, skip, len: len - skip };
            if carriage_returns_only {
                let bytes = text.read_all().map_err(failed)?;
                let sha256 = text.sha256().map_err(failed)?.unwrap_or_default();
                return Ok(finished(bytes, sha256, encoding, Vec::new()));
            }
            Ok(Opened { text, sha256: None, encoding, assumptions: Vec::new() })
        }
        _ => {
            let file = match &place {
                Place::File(path) => File::open(path),
                Place::Spooled(path) => File::open(path),
                Place::Memory(_) => Err(io::ErrorKind::NotFound.into()),
            };
            let (bytes, sha256) = rest(Vec::new(), BufReader::new(file.map_err(failed)?)).map_err(failed)?;
            Ok(not_utf8(&bytes, sha256))
        }
    }
}

/// Keeps what can be read only once in a file: a dump is read more than once.
fn spool(input: &mut impl Read) -> io::Result<TempPath> {
    let mut file = tempfile::NamedTempFile::new()?;
    io::copy(input, file.as_file_mut())?;
    Ok(file.into_temp_path())
}

/// The whole file and its hash.
fn rest(mut head: Vec<u8>, mut reader: BufReader<File>) -> io::Result<(Vec<u8>, String)> {
    reader.read_to_end(&mut head)?;
    let hash = hex(digest(&SHA256, &head).as_ref());
    Ok((head, hash))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// What one pass over the bytes finds.
struct Survey {
    utf8: bool,
    len: u64,
    carriage_returns_only: bool,
}

/// Validates block by block; a character may be cut by a block's end. Stops at the first bad byte.
fn survey(head: &[u8], reader: &mut BufReader<File>) -> io::Result<Survey> {
    let (mut len, mut newline, mut carriage_return) = (0u64, false, false);
    let mut carried: Vec<u8> = Vec::with_capacity(4);
    let mut look = |block: &[u8]| -> bool {
        len += block.len() as u64;
        newline = newline || block.contains(&b'\n');
        carriage_return = carriage_return || block.contains(&b'\r');
        let joined;
        let block = if carried.is_empty() {
            block
        } else {
            joined = [carried.as_slice(), block].concat();
            joined.as_slice()
        };
        match std::str::from_utf8(block) {
            Ok(_) => carried.clear(),
            Err(error) if error.error_len().is_none() => carried = block[error.valid_up_to()..].to_vec(),
            Err(_) => return false,
        }
        true
    };
    let mut utf8 = look(head);
    while utf8 {
        let block = reader.fill_buf()?;
        let read = block.len();
        if read == 0 {
            break;
        }
        utf8 = look(block);
        reader.consume(read);
    }
    utf8 = utf8 && carried.is_empty();
    Ok(Survey { utf8, len, carriage_returns_only: carriage_return && !newline })
}

/// UTF-16 by its byte order mark, or by the NULs that every second byte of mostly Latin text is.
fn utf16(head: &[u8]) -> Option<(&'static Encoding, &'static str)> {
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

fn decoded(bytes: &[u8], encoding: &'static Encoding, name: &'static str, sha256: String) -> Opened {
    let (text, damaged) = encoding.decode_with_bom_removal(bytes);
    let assumptions = if damaged {
        vec![format!("some characters are damaged in this {name} file; they read as \u{fffd}")]
    } else {
        Vec::new()
    };
    finished(text.into_owned().into_bytes(), sha256, name, assumptions)
}

/// Not valid UTF-8: nearly valid (few bad bytes among many good characters) stays UTF-8; else it is windows-1252.
fn not_utf8(bytes: &[u8], sha256: String) -> Opened {
    let (mut bad, mut good, mut first_bad_line, mut line) = (0usize, 0usize, 0usize, 1usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        line += chunk.valid().bytes().filter(|byte| *byte == b'\n').count();
        if !chunk.invalid().is_empty() {
            bad += 1;
            if bad == 1 {
                first_bad_line = line;
            }
        }
    }
    // One bad byte in twenty characters: a legacy encoding would show far more bad ones than good ones.
    if bad * 20 <= good {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
        let said = format!("{bad} damaged character(s), the first on line {first_bad_line}, read as \u{fffd}");
        return finished(text.into_bytes(), sha256, "utf-8", vec![said]);
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let said = format!(
        "not UTF-8 (first on line {first_bad_line}): read as windows-1252, the usual encoding of older Windows exports"
    );
    finished(text.into_owned().into_bytes(), sha256, "windows-1252", vec![said])
}

/// A text in memory. Where carriage returns alone end the lines, they become line feeds: one to one, since there are none.
fn finished(mut bytes: Vec<u8>, sha256: String, encoding: &'static str, mut assumptions: Vec<String>) -> Opened {
    if bytes.contains(&b'\r') && !bytes.contains(&b'\n') {
        bytes.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        assumptions.push("lines end with a carriage return alone".to_owned());
    }
    Opened { text: Text::in_memory(bytes), sha256: Some(sha256), encoding, assumptions }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn opened(bytes: &[u8]) -> Opened {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let path = file.into_temp_path();
        let mut opened = open(path.to_str().unwrap()).unwrap();
        opened.sha256 = opened.sha256.or_else(|| opened.text.sha256().unwrap());
        // The text outlives the test's file.
        opened.text = Text::in_memory(opened.text.read_all().unwrap());
        opened
    }

    fn text(opened: &Opened) -> String {
        String::from_utf8(opened.text.read_all().unwrap()).unwrap()
    }

    #[test]
    fn finds_the_encoding() {
        let utf16: Vec<u8> = "id,text\n1,é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "id,text\n1,é".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let cases: [(&[u8], &str); 6] = [
            ("id,text\n1,é".as_bytes(), "utf-8"),
            ("\u{feff}id,text\n1,é".as_bytes(), "utf-8-bom"),
            (&[b"\xff\xfe".as_slice(), &utf16].concat(), "utf-16le"),
            (&utf16, "utf-16le"),
            (&utf16be, "utf-16be"),
            (b"id,text\n1,\xe9", "windows-1252"),
        ];
        for (bytes, encoding) in cases {
            let opened = opened(bytes);
            assert_eq!((opened.encoding, text(&opened).as_str()), (encoding, "id,text\n1,é"));
        }
    }

    #[test]
    fn one_bad_byte_does_not_turn_a_utf8_file_into_windows_1252() {
        let mut bytes = "é".repeat(40).into_bytes();
        bytes.extend(b"\n\xff\n");
        let opened = opened(&bytes);
        assert_eq!(opened.encoding, "utf-8");
        assert_eq!(opened.assumptions, ["1 damaged character(s), the first on line 2, read as \u{fffd}"]);
    }

    #[test]
    fn a_character_cut_by_a_block_is_whole() {
        let mut text_in = "a".repeat(HEAD - 1);
        text_in.push_str("é\n");
        assert_eq!(opened(text_in.as_bytes()).encoding, "utf-8");
    }

    #[test]
    fn carriage_returns_alone_end_lines() {
        assert_eq!(text(&opened(b"a,b\r1,2\r")), "a,b\n1,2\n");
    }

    #[test]
    fn standard_input_can_be_read_again() {
        let spooled = spool(&mut b"id,text\n".as_slice()).unwrap();
        assert_eq!(
            (fs::read(&spooled).unwrap(), fs::read(&spooled).unwrap()),
            (b"id,text\n".to_vec(), b"id,text\n".to_vec())
        );
    }

    #[test]
    fn hashes_the_bytes() {
        // printf 'abc' | sha256sum
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(opened(b"abc").sha256.as_deref(), Some(expected));
    }

    #[test]
    fn says_what_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &str| open(path).unwrap_err().to_string();
        assert!(said(folder.path().to_str().unwrap()).contains("it is a folder"));
        assert!(said("no/such/file.csv").contains("no such file or folder"));
        let empty = folder.path().join("empty.csv");
        fs::write(&empty, "\n \n").unwrap();
        assert!(said(empty.to_str().unwrap()).contains("the file is empty"));
        let image = folder.path().join("image.csv");
        fs::write(&image, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0").unwrap();
        assert!(said(image.to_str().unwrap()).contains("is not a text file"));
    }
}
