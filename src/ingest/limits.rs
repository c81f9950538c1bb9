//! What reading a dump may cost, so that a bomb or a broken file is an error and not a full memory or disk.
//!
//! Every limit has a name; its error says the name and how to raise it (`--limit row=64MiB`).

use crate::error::{Error, Result};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A container may always unpack to this much, whatever its own size.
const UNPACKED_AT_LEAST: u64 = GIB;
/// How many times its size a container may unpack to. Text compresses 3 to 30 times; bombs a thousand times.
const UNPACKED_TIMES: u64 = 100;
/// What serde_json reads at most before it gives up.
const DEEPEST: u64 = 127;

/// The limits of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of one row, or of one JSON line.
    pub(crate) row: u64,
    /// Columns of a table, or paths of JSON.
    pub(crate) columns: u64,
    /// Nesting of JSON.
    pub(crate) depth: u64,
    /// Bytes of one JSON document, or of one message of an mbox: what must be held in memory at once.
    pub(crate) document: u64,
    /// Bytes a container unpacks to; none: 1 GiB, or 100 times its size where that is more.
    pub(crate) unpacked: Option<u64>,
    /// Files in an archive.
    pub(crate) members: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // The longest real cells seen are about 2 MB (formats.md §8).
            row: 16 * MIB,
            // A workbook's own limit is 16,384; the widest export seen has 197.
            columns: 20_000,
            depth: 100,
            document: 128 * MIB,
            unpacked: None,
            members: 10_000,
        }
    }
}

impl Limits {
    /// The defaults, with each `NAME=VALUE` put over them.
    ///
    /// # Errors
    /// Bad usage: an unknown name, or a value that is no size.
    pub(crate) fn of(raised: &[String]) -> Result<Self> {
        let mut limits = Self::default();
        for text in raised {
            let wrong = |what: &str| {
                Error::usage(format!("--limit \"{text}\": {what}"))
                    .evidence("limits: row, columns, depth, document, unpacked, members")
                    .hint("write a name and a size, e.g. --limit row=64MiB")
            };
            let (name, value) = text.split_once('=').ok_or_else(|| wrong("has no \"=\""))?;
            let value = size(value.trim()).ok_or_else(|| wrong("is no size"))?;
            match name.trim() {
                "row" => limits.row = value,
                "columns" => limits.columns = value,
                "depth" if value > DEEPEST => return Err(wrong("deeper than 127 cannot be read")),
                "depth" => limits.depth = value,
                "document" => limits.document = value,
                "unpacked" => limits.unpacked = Some(value),
                "members" => limits.members = value,
                _ => return Err(wrong("there is no limit of that name")),
            }
        }
        Ok(limits)
    }

    /// Bytes that `packed` bytes may unpack to.
    pub(crate) fn unpacked(&self, packed: u64) -> u64 {
        self.unpacked.unwrap_or_else(|| packed.saturating_mul(UNPACKED_TIMES).max(UNPACKED_AT_LEAST))
    }
}

/// An error about a limit: what is too large, and how to allow it.
pub(crate) fn exceeded(name: &str, limit: u64, what: &str) -> Error {
    Error::failed(format!("{what} (limit {name}: {})", shown(limit))).hint(format!(
        "if that is how it should be, allow more: --limit {name}={}",
        shown(limit.saturating_mul(8).min(if name == "depth" { DEEPEST } else { u64::MAX }))
    ))
}

/// A size in the largest unit that divides it.
fn shown(size: u64) -> String {
    let units = [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")];
    match units.iter().find(|(unit, _)| size >= *unit && size % unit == 0) {
        Some((unit, name)) => format!("{}{name}", size / unit),
        None => size.to_string(),
    }
}

/// `64MiB`, `64M`, `100000`, `2 GB`: bytes, or a bare count.
fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => KIB,
        "m" | "mb" | "mib" => MIB,
        "g" | "gb" | "gib" => GIB,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Limits> {
        Limits::of(&[text.to_owned()])
    }

    #[test]
    fn limits_are_raised_by_name() {
        assert_eq!(of("row=64MiB").unwrap().row, 64 << 20);
        assert_eq!(of("columns = 200000").unwrap().columns, 200_000);
        assert_eq!(of("unpacked=2 GB").unwrap().unpacked(1), 2 << 30);
        assert_eq!(Limits::default().unpacked(1), 1 << 30);
        assert_eq!(Limits::default().unpacked(1 << 30), 100 << 30);
        for wrong in ["row", "row=big", "rows=1", "depth=128", "row=99999999999999GiB"] {
            assert_eq!(of(wrong).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }

    #[test]
    fn the_error_names_the_limit_and_how_to_raise_it() {
        assert_eq!(
            exceeded("row", 16 << 20, "a row is too long").to_string(),
            "error: a row is too long (limit row: 16MiB)\nhint: if that is how it should be, allow more: --limit row=128MiB"
        );
    }
}
