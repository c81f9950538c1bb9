//! The counts by channel and product that the page recounts for other dates, and an issue's rates by segment.

use serde::Serialize;

use crate::report::voices::Share;

/// An issue's records of the period in one segment, of all counted records of that segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// The column: `channel`, `product`, `app_version`, `country` or `language`.
    pub column: &'static str,
    /// Its value; `(none)` where the record has none.
    pub value: String,
    /// Records of the issue, of the segment's counted records, with Wilson's 95 % interval; null without any record.
    pub rate: Option<Share>,
}

/// Feeds that cover exactly the same periods: they are compared together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Their names.
    pub feeds: Vec<String>,
    /// Per period shown, whether they cover all of it.
    pub whole: Vec<bool>,
    /// Per period shown, whether they cover any of it.
    pub some: Vec<bool>,
}

/// A column the page filters by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceColumn {
    /// `channel` or `product`.
    pub name: &'static str,
    /// Its values, the biggest first; the rest is together in the last one, `(others)`.
    pub values: Vec<String>,
}

/// One issue's counts in one group of feeds, of one value or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The issue; empty for the total.
    pub issue_id: String,
    /// By place in [`Slices::groups`].
    pub group: usize,
    /// Column and value by place; null for all records.
    pub slice: Option<(usize, usize)>,
    /// `observed` per period shown.
    pub counts: Vec<i64>,
}

/// What the page counts anew when a reader picks dates, a channel or a product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slices {
    /// Groups of feeds.
    pub groups: Vec<Group>,
    /// Columns with at least two values.
    pub columns: Vec<SliceColumn>,
    /// Parts with any count; those of all records always, in the order of issue, slice, group.
    pub parts: Vec<Part>,
}
