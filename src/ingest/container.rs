//! What a file is, by its first bytes: never by its name.

use crate::error::Error;

/// A kind of file that holds no plain text, and what to do about it.
struct Magic {
    bytes: &'static [u8],
    what: &'static str,
    hint: &'static str,
}

const UNPACK: &str = "unpack it first, then name the file inside";
const SAVE_AS_CSV: &str = "open it and save it as CSV (UTF-8) first";

const MAGICS: &[Magic] = &[
    Magic { bytes: b"PK\x05\x06", what: "is an empty zip archive", hint: "export it again" },
    Magic { bytes: b"\x1f\x8b", what: "is gzip-compressed", hint: "unpack it first: gunzip -k FILE" },
    Magic { bytes: b"\x28\xb5\x2f\xfd", what: "is zstd-compressed", hint: "unpack it first: zstd -d --long=31 FILE" },
    Magic { bytes: b"BZh", what: "is bzip2-compressed", hint: UNPACK },
    Magic { bytes: b"\xfd7zXZ\0", what: "is xz-compressed", hint: UNPACK },
    Magic { bytes: b"7z\xbc\xaf\x27\x1c", what: "is a 7z archive", hint: UNPACK },
    Magic { bytes: b"Rar!\x1a\x07", what: "is a rar archive", hint: UNPACK },
    Magic { bytes: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", what: "is an old Excel workbook (.xls)", hint: SAVE_AS_CSV },
    Magic { bytes: b"%PDF", what: "is a PDF", hint: "export the data itself, as CSV or JSON" },
    Magic { bytes: b"PAR1", what: "is a Parquet file", hint: "write it as CSV first" },
    Magic { bytes: b"SQLite format 3\0", what: "is an SQLite database", hint: "export a table as CSV first" },
];

/// Whether `head`, the first bytes of a file, belongs to a container we cannot read; the error says what it is.
pub(crate) fn refuse(path: &str, head: &[u8]) -> Option<Error> {
    let refusal = |what: &str, hint: &str| Some(Error::failed(what).at(path).hint(hint));
    if head.starts_with(b"PK\x03\x04") {
        return if head.windows(3).any(|w| w == b"xl/") {
            refusal("is an Excel workbook (.xlsx)", SAVE_AS_CSV)
        } else {
            refusal("is a zip archive", UNPACK)
        };
    }
    if let Some(magic) = MAGICS.iter().find(|magic| head.starts_with(magic.bytes)) {
        return refusal(magic.what, magic.hint);
    }
    let start: String = head.iter().take(256).map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
    let start = start.trim_start_matches(['ï', '»', '¿']).trim_start();
    if start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<table") {
        return refusal("is a web page, not a table", "open it in a spreadsheet and save it as CSV (UTF-8)");
    }
    if start.starts_with("window.ytd.") {
        return refusal(
            "is part of an X archive, which cannot be read yet",
            "cut everything before the first [ and save it as .json",
        );
    }
    None
}

/// Whether `head` is neither text nor UTF-16: more than one byte in a hundred is a NUL or another control character.
pub(crate) fn is_binary(head: &[u8]) -> bool {
    let strange = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
    strange * 100 > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_it_is() {
        let said = |head: &[u8]| refuse("a.csv", head).map(|e| e.to_string());
        assert_eq!(
            said(b"PK\x03\x04....").unwrap(),
            "error: a.csv: is a zip archive\nhint: unpack it first, then name the file inside"
        );
        assert!(said(b"PK\x03\x04....xl/workbook.xml").unwrap().contains("Excel"));
        assert!(said(b"\x1f\x8b\x08").unwrap().contains("gzip"));
        assert!(said(b"\n<!DOCTYPE html>").unwrap().contains("web page"));
        assert_eq!(said(b"id,text\n"), None);
    }

    #[test]
    fn tells_text_from_bytes() {
        assert!(is_binary(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
        assert!(!is_binary("id,text\n1,naïve\tcafé\n".as_bytes()));
        assert!(!is_binary(b""));
    }
}
