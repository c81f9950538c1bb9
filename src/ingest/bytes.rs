//! A dump's bytes → its text: out of its containers, in UTF-8, with its line ends.
//!
//! A UTF-8 file stays on disk and is streamed. What is unpacked, or written in another encoding, goes through a
//! temporary file; workbooks and web pages are read whole.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use ring::digest::{Context, SHA256};
use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::ingest::container::locate::{self, Found};
use crate::ingest::container::{self, Kind, html, mbox, workbook};
use crate::ingest::encoding::{self, Encoded};
use crate::ingest::limits::Limits;

/// Bytes looked at to tell the container and UTF-16 from the rest.
pub(crate) const HEAD: usize = 64 << 10;
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
    /// Whether the last byte is a line feed.
    pub(crate) ends_with_newline: bool,
    /// Of a text made from something else: the line of the original on which each line began.
    pub(crate) lines: Option<Vec<u64>>,
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
        hash(&mut file).map(Some)
    }

    /// The text from byte `from` on.
    pub(crate) fn cut(mut self, from: u64) -> Self {
        self.skip += from;
        self.len -= from.min(self.len);
        self
    }

    /// The line of the original that a line of the text stands for.
    pub(crate) fn original_line(&self, line: u64) -> u64 {
        let found = self.lines.as_ref().map(|lines| {
            let at = usize::try_from(line).unwrap_or(0).wrapping_sub(1);
            lines.get(at).copied().unwrap_or(0)
        });
        found.unwrap_or(line)
    }

    pub(crate) fn in_memory(bytes: Vec<u8>) -> Self {
        Self {
            len: bytes.len() as u64,
            ends_with_newline: bytes.last() == Some(&b'\n'),
            place: Place::Memory(bytes.into()),
            skip: 0,
            lines: None,
        }
    }

    /// A text in a temporary file of `len` bytes.
    pub(crate) fn spooled(path: TempPath, len: u64, ends_with_newline: bool, lines: Option<Vec<u64>>) -> Self {
        Self { place: Place::Spooled(path), skip: 0, len, ends_with_newline, lines }
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
    /// What it was wrapped in, from the outside in: `zip`, `gzip`, `zstd`, `xlsx`, `xls`, `ods`, `html`, `mbox`.
    pub(crate) containers: Vec<&'static str>,
    /// Whether the text was made from a sheet: its n-th record is the sheet's n-th row, whatever lines it takes.
    pub(crate) sheet: bool,
    /// What was assumed, in words.
    pub(crate) assumptions: Vec<String>,
}

/// The first bytes of a file, which is then at its begin again.
///
/// # Errors
/// A failed read.
pub(crate) fn first(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(head)
}

/// Opens `path`; `-` is standard input, `export.zip/tickets.csv` a member of an archive. What can be read only once
/// (standard input, a pipe) is spooled to a temporary file.
///
/// # Errors
/// Missing, a folder, empty, damaged, over a limit, or not text.
pub(crate) fn open(path: &str, limits: &Limits) -> Result<Opened> {
    let failed = |cause: io::Error| Error::io(path, "read it", &cause);
    let (place, file, inner) = on_disk(path).map_err(failed)?;
    let Found { mut file, spooled, rest, containers } = locate::unwrap(file, inner, path, limits)?;
    let place = spooled.map_or(place, Place::Spooled);
    let head = first(&mut file).map_err(failed)?;
    if head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD {
        return Err(Error::no_records("the file is empty").at(path).hint("export it again"));
    }
    let kind = container::kind(&head);
    if !rest.is_empty() && !matches!(kind, Kind::Zip | Kind::OldWorkbook) {
        return Err(Error::failed(format!("\"{rest}\" is not in it")).at(path).hint("name the file without it"));
    }
    match kind {
        Kind::Unreadable(what, hint) => Err(container::unreadable(path, what, hint)),
        // Plain archives and compressed streams are unwrapped by now.
        Kind::Zip => sheet(file, &rest, if head_is_ods(&head) { "ods" } else { "xlsx" }, containers, path),
        Kind::OldWorkbook => sheet(file, &rest, "xls", containers, path),
        Kind::Mbox => {
            let sha256 = hash(&mut file).map_err(failed)?;
            let messages = mbox::messages(file, path, limits)?;
            let len = fs::metadata(&messages.text).map_err(failed)?.len();
            let text = Text::spooled(messages.text, len, true, Some(messages.lines));
            let containers = with(containers, "mbox");
            let encoding = "utf-8";
            Ok(Opened { text, sha256: Some(sha256), encoding, containers, sheet: false, assumptions: Vec::new() })
        }
        Kind::Plain | Kind::Gzip | Kind::Zstd => text(place, file, &head, containers, path),
    }
}

/// A text file, in whatever encoding; a web page is read for its table.
fn text(place: Place, mut file: File, head: &[u8], containers: Vec<&'static str>, path: &str) -> Result<Opened> {
    let failed = |cause: io::Error| Error::io(path, "read it", &cause);
    if encoding::utf16(head).is_none() && container::is_binary(head) {
        return Err(Error::no_records("is not a text file").at(path).hint("export the data as CSV or JSON"));
    }
    let found = encoding::survey(head, &mut file).map_err(failed)?;
    let mut opened = match found {
        Encoded::AsItIs { skip, len, ends_with_newline, name } => Opened {
            text: Text { place, skip, len: len - skip, ends_with_newline, lines: None },
            sha256: None,
            encoding: name,
            containers,
            sheet: false,
            assumptions: Vec::new(),
        },
        Encoded::Otherwise(how) => {
            let sha256 = hash(&mut file).map_err(failed)?;
            let decoded = how.decode(&mut file).map_err(failed)?;
            Opened {
                text: Text::spooled(decoded.path, decoded.len, decoded.ends_with_newline, None),
                sha256: Some(sha256),
                encoding: decoded.name,
                containers,
                sheet: false,
                assumptions: decoded.said,
            }
        }
    };
    if container::is_html(&opened.text.head(HEAD as u64).map_err(failed)?) {
        let page = opened.text.read_all().map_err(failed)?;
        let table = html::table_as_csv(&String::from_utf8_lossy(&page)).ok_or_else(|| {
            let hint = "open it in a spreadsheet and save it as CSV (UTF-8)";
            container::unreadable(path, "is a web page without a table", hint)
        })?;
        opened.sha256 = Some(hash(&mut file).map_err(failed)?);
        opened.text = Text::in_memory(table);
        opened.sheet = true;
        opened.containers.push("html");
    }
    Ok(opened)
}

fn sheet(file: File, name: &str, kind: &'static str, containers: Vec<&'static str>, path: &str) -> Result<Opened> {
    let mut bytes = file.try_clone().map_err(|cause| Error::io(path, "read it", &cause))?;
    let text = Text::in_memory(workbook::sheet_as_csv(file, name, path)?);
    let sha256 = hash(&mut bytes).map_err(|cause| Error::io(path, "read it", &cause))?;
    let containers = with(containers, kind);
    Ok(Opened { text, sha256: Some(sha256), encoding: "utf-8", containers, sheet: true, assumptions: Vec::new() })
}

fn head_is_ods(head: &[u8]) -> bool {
    head.windows(40).any(|window| window.starts_with(b"mimetypeapplication/vnd.oasis"))
}

fn with(mut containers: Vec<&'static str>, kind: &'static str) -> Vec<&'static str> {
    containers.push(kind);
    containers
}

/// The file on disk a path lies in, spooled where it can be read only once, and the way on from there.
fn on_disk(path: &str) -> io::Result<(Place, File, &str)> {
    if path == "-" {
        let spooled = spool(&mut io::stdin().lock())?;
        let file = File::open(&spooled)?;
        return Ok((Place::Spooled(spooled), file, ""));
    }
    let (outer, inner) = locate::split(path);
    let kind = fs::metadata(&outer)?;
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut file = File::open(&outer)?;
    if kind.is_file() {
        return Ok((Place::File(outer), file, inner));
    }
    let spooled = spool(&mut file)?;
    let file = File::open(&spooled)?;
    Ok((Place::Spooled(spooled), file, inner))
}

/// Keeps what can be read only once in a file: a dump is read more than once.
fn spool(input: &mut impl Read) -> io::Result<TempPath> {
    let mut file = tempfile::NamedTempFile::new()?;
    io::copy(input, file.as_file_mut())?;
    Ok(file.into_temp_path())
}

/// SHA-256 of a whole file, hex.
fn hash(file: &mut File) -> io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Context::new(&SHA256);
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block)? {
            0 => break,
            read => hash.update(&block[..read]),
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(hex(hash.finish().as_ref()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn opened(bytes: &[u8]) -> Opened {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let path = file.into_temp_path();
        let mut opened = open(path.to_str().unwrap(), &Limits::default()).unwrap();
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
        let said = |path: &str| open(path, &Limits::default()).unwrap_err().to_string();
        assert!(said(folder.path().to_str().unwrap()).contains("it is a folder"));
        assert!(said("no/such/file.csv").contains("no such file or folder"));
        let empty = folder.path().join("empty.csv");
        fs::write(&empty, "\n \n").unwrap();
        assert!(said(empty.to_str().unwrap()).contains("the file is empty"));
        let image = folder.path().join("image.csv");
        fs::write(&image, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0").unwrap();
        assert!(said(image.to_str().unwrap()).contains("is a picture"));
    }
}
