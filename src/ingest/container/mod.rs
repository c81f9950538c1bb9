//! What a file is, by its first bytes: never by its name.

use crate::error::Error;

pub(crate) mod archive;
pub(crate) mod html;
pub mod locate;
pub(crate) mod mbox;
pub(crate) mod unpack;
pub(crate) mod workbook;

/// What a file's bytes are wrapped in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: text.
    Plain,
    /// One compressed stream.
    Gzip,
    /// One compressed stream; Pushshift's need a window of 2 GiB.
    Zstd,
    /// An archive of members, or a workbook (XLSX, ODS).
    Zip,
    /// A workbook of the old kind (BIFF in an OLE container).
    OldWorkbook,
    /// Messages.
    Mbox,
    /// Something that holds no records we can read.
    Unreadable(&'static str, &'static str),
}

/// A kind of file that holds no plain text, and what to do about it.
struct Magic {
    bytes: &'static [u8],
    what: &'static str,
    hint: &'static str,
}

const UNPACK: &str = "unpack it first, then name the file inside";

const MAGICS: &[Magic] = &[
    Magic { bytes: b"PK\x05\x06", what: "is an empty zip archive", hint: "export it again" },
    Magic { bytes: b"BZh", what: "is bzip2-compressed", hint: UNPACK },
    Magic { bytes: b"\xfd7zXZ\0", what: "is xz-compressed", hint: UNPACK },
    Magic { bytes: b"7z\xbc\xaf\x27\x1c", what: "is a 7z archive", hint: UNPACK },
    Magic { bytes: b"Rar!\x1a\x07", what: "is a rar archive", hint: UNPACK },
    Magic { bytes: b"%PDF", what: "is a PDF", hint: "export the data itself, as CSV or JSON" },
    Magic { bytes: b"PAR1", what: "is a Parquet file", hint: "write it as CSV first" },
    Magic { bytes: b"SQLite format 3\0", what: "is an SQLite database", hint: "export a table as CSV first" },
    Magic { bytes: b"\x89PNG", what: "is a picture", hint: "export the data itself, as CSV or JSON" },
    Magic { bytes: b"\xff\xd8\xff", what: "is a picture", hint: "export the data itself, as CSV or JSON" },
    Magic { bytes: b"GIF8", what: "is a picture", hint: "export the data itself, as CSV or JSON" },
];

/// What a file that begins with `head` is.
pub(crate) fn kind(head: &[u8]) -> Kind {
    if head.starts_with(b"PK\x03\x04") {
        return Kind::Zip;
    }
    if head.starts_with(b"\x1f\x8b") {
        return Kind::Gzip;
    }
    if head.starts_with(b"\x28\xb5\x2f\xfd") {
        return Kind::Zstd;
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Kind::OldWorkbook;
    }
    if mbox::is_mbox(head) {
        return Kind::Mbox;
    }
    match MAGICS.iter().find(|magic| head.starts_with(magic.bytes)) {
        Some(magic) => Kind::Unreadable(magic.what, magic.hint),
        None => Kind::Plain,
    }
}

/// Whether `head`, decoded, is a web page or a table of one.
pub(crate) fn is_html(head: &[u8]) -> bool {
    let start: Vec<u8> = head.iter().take(512).map(u8::to_ascii_lowercase).collect();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    let tag = |name: &[u8]| start.starts_with(name);
    tag(b"<!doctype html") || tag(b"<html") || tag(b"<table") || (tag(b"<meta ") && contains(head, b"<table"))
}

fn contains(head: &[u8], wanted: &[u8]) -> bool {
    head.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted))
}

/// Whether `head` is neither text nor UTF-16: more than one byte in a hundred is a NUL or another control character.
pub(crate) fn is_binary(head: &[u8]) -> bool {
    let strange = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
    strange * 100 > head.len()
}

/// A file that holds no records.
pub(crate) fn unreadable(path: &str, what: &str, hint: &str) -> Error {
    Error::no_records(what).at(path).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_it_is() {
        assert_eq!(kind(b"PK\x03\x04...."), Kind::Zip);
        assert_eq!(kind(b"\x1f\x8b\x08"), Kind::Gzip);
        assert_eq!(kind(b"id,text\n"), Kind::Plain);
        assert_eq!(kind(b"From ann@example.com Mon Apr  5 10:00:00 2024\nFrom: Ann\n"), Kind::Mbox);
        assert!(matches!(kind(b"%PDF-1.4"), Kind::Unreadable("is a PDF", _)));
        assert!(is_html(b"\xef\xbb\xbf\n<!DOCTYPE html>"));
        assert!(is_html(b"<META http-equiv=x>\n<style></style><TABLE>"));
        assert!(!is_html(b"id,<table>"));
    }

    #[test]
    fn tells_text_from_bytes() {
        assert!(is_binary(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
        assert!(!is_binary("id,text\n1,naïve\tcafé\n".as_bytes()));
        assert!(!is_binary(b""));
    }
}
