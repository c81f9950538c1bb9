//! Keys: native ids as text, or a hash of the raw cells.

use std::borrow::Cow;

use ring::digest::{Context, SHA256};

use crate::normalise::bindings::Cells;
use crate::normalise::epoch::unwrapped;
use crate::normalise::values::is_null;

/// What a native id cell is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Native<'a> {
    /// A key.
    Id(Cow<'a, str>),
    /// A spreadsheet rounded it (`5.40E+17`): many records may share it, so it is no key.
    Lossy(Cow<'a, str>),
    /// None.
    Missing,
}

/// Reads an id cell. Ids are text: trimmed, without wrapping quotes, without the `.0` of a float column; leading
/// zeros and digits beyond a float's precision stay.
pub fn native(cell: Cow<'_, str>) -> Native<'_> {
    let text = unwrapped(&cell);
    if is_null(text) {
        return Native::Missing;
    }
    let id = match text.split_once('.') {
        Some((whole, zeros)) if !whole.is_empty() && all(whole, b'0'..=b'9') && zeros == "0" => whole,
        _ => text,
    };
    if is_in_thousands(id) {
        return Native::Id(Cow::Owned(id.replace(',', "")));
    }
    let lossy = is_lossy(id);
    let id = match &cell {
        Cow::Borrowed(whole) if id.len() == whole.len() => Cow::Borrowed(*whole),
        _ => Cow::Owned(id.to_owned()),
    };
    if lossy { Native::Lossy(id) } else { Native::Id(id) }
}

/// `11,568,231`: a number as a spreadsheet or a web page shows it, in groups of three.
fn is_in_thousands(text: &str) -> bool {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or("");
    let mut others = groups.peekable();
    (1..=3).contains(&first.len())
        && all(first, b'0'..=b'9')
        && !first.starts_with('0')
        && others.peek().is_some()
        && others.all(|group| group.len() == 3 && all(group, b'0'..=b'9'))
}

fn all(text: &str, range: std::ops::RangeInclusive<u8>) -> bool {
    text.bytes().all(|b| range.contains(&b))
}

/// `5.40E+17`, `1E+10`: one digit, perhaps a fraction, an exponent with a sign.
fn is_lossy(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |s: &str| !s.is_empty() && all(s, b'0'..=b'9');
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    whole.len() == 1 && digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits)
}

/// 128 bits of SHA-256.
pub type Hash = [u8; 16];

/// The columns of a dump, sorted by name: what a row's hash runs over.
#[derive(Debug, Clone)]
pub struct HashOrder(Vec<(String, usize)>);

impl HashOrder {
    /// Of a dump's columns.
    pub fn of(columns: &[String]) -> Self {
        let mut order: Vec<(String, usize)> = columns.iter().cloned().zip(0..).collect();
        order.sort();
        Self(order)
    }

    /// Hash of a row's non-empty raw cells with their columns' names; the order of columns, and columns that are
    /// empty in this row, do not matter.
    pub(crate) fn hash(&self, cells: &Cells<'_>, row: usize) -> Hash {
        let mut hasher = Context::new(&SHA256);
        for (name, column) in &self.0 {
            if let Some(cell) = cells.get(*column, row) {
                for part in [name.as_str(), cell] {
                    hasher.update(&(part.len() as u64).to_le_bytes());
                    hasher.update(part.as_bytes());
                }
            }
        }
        let mut hash = Hash::default();
        hash.copy_from_slice(&hasher.finish().as_ref()[..16]);
        hash
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|n| char::from_digit(u32::from(n), 16)).collect()
}

/// What a record is keyed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Its native id.
    Native(String),
    /// The hash of its cells. `exact` where author and a time of at least minute precision are among them: equal
    /// rows are then the same utterance; elsewhere they are counted apart.
    Hashed {
        /// Of the raw cells.
        hash: Hash,
        /// Equal rows are one utterance.
        exact: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::testing::{dump, raw};

    fn id(cell: &str) -> Option<String> {
        match native(Cow::Borrowed(cell)) {
            Native::Id(id) => Some(id.into_owned()),
            Native::Lossy(id) => Some(format!("lossy {id}")),
            Native::Missing => None,
        }
    }

    #[test]
    fn ids_stay_text() {
        assert_eq!(id(" 00001026 ").as_deref(), Some("00001026"));
        assert_eq!(id("17890000000000001").as_deref(), Some("17890000000000001"));
        assert_eq!(id("119237.0").as_deref(), Some("119237"));
        assert_eq!(id("'211040709124440064'").as_deref(), Some("211040709124440064"));
        assert_eq!(id("\"x\"").as_deref(), Some("x"));
        assert_eq!(id("gp%3AAOqp").as_deref(), Some("gp%3AAOqp"));
        assert_eq!(id("v1.0").as_deref(), Some("v1.0"));
        assert_eq!(id("11,568,231").as_deref(), Some("11568231"));
        assert_eq!(id("12,13").as_deref(), Some("12,13"));
        assert_eq!(id("0,123").as_deref(), Some("0,123"));
        assert_eq!(id("nan"), None);
        assert_eq!(id("''"), None);
    }

    #[test]
    fn rounded_ids_are_no_keys() {
        assert_eq!(id("5.40E+17").as_deref(), Some("lossy 5.40E+17"));
        assert_eq!(id("1.03006E+13").as_deref(), Some("lossy 1.03006E+13"));
        assert_eq!(id("1E+10").as_deref(), Some("lossy 1E+10"));
        assert_eq!(id("12E+10").as_deref(), Some("12E+10"));
        assert_eq!(id("aE+10").as_deref(), Some("aE+10"));
    }

    #[test]
    fn the_hash_is_of_names_and_cells_whatever_their_order() {
        let hash = |columns: &[&str], row: Vec<&str>| {
            let dump = dump("mention", columns, &[]);
            let raw = raw(&dump, &[row]);
            HashOrder::of(&dump.columns).hash(&Cells::of(raw.frame()).unwrap(), 0)
        };
        let one = hash(&["a", "b"], vec!["1", "2"]);
        assert_eq!(one, hash(&["b", "a"], vec!["2", "1"]));
        assert_eq!(one, hash(&["a", "b", "ghost"], vec!["1", "2", ""]));
        assert_ne!(one, hash(&["a", "b"], vec!["2", "1"]));
        assert_ne!(hash(&["a", "b"], vec!["12", ""]), hash(&["a", "b"], vec!["1", "2"]));
        assert_eq!(hex(&one).len(), 32);
    }
}
