//! A source: what the columns of one kind of export mean. Data, not code: `sources/*.toml`, or the user's own file.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

/// One kind of export. Everything but `name`, `kind`, `system` and `fields` may be left out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `zendesk_csv`; the file's name without `.toml`.
    pub name: String,
    /// One line for `plaint list sources`.
    pub about: String,
    /// What a row is: mention, ticket, ticket_message, review, filing or survey.
    pub kind: String,
    /// Where it lives: zendesk, x, google_play, cfpb.
    pub system: String,
    /// `table` (CSV, TSV) or `json`.
    pub shape: Shape,
    /// Headers (or JSON paths, dotted) that tell this source from all others; all must be there. Compared after
    /// normalisation (case, spaces, underscores). Empty: never detected, only named (`generic_csv`).
    #[serde(default)]
    pub requires: Vec<String>,
    /// At least one of these must be there, when the list is not empty.
    #[serde(default)]
    pub requires_any: Vec<String>,
    /// None of these may be there.
    #[serde(default)]
    pub forbids: Vec<String>,
    /// JSON: dotted path to the list of rows, or to one row (`tickets`, `data.children[].data`, `hits.hits[]._source`).
    /// Several are tried in order; empty: the document itself is the list, or each line is a row. `a[]` must be a list,
    /// `a[key]` takes those that have the key, `a[key=value]` and `a[key!=value]` those whose key is (not) the value.
    #[serde(default)]
    pub rows_at: Vec<String>,
    /// JSON: paths within a row to further rows of the same kind (`replies.data.children[].data`); what lies there is
    /// rows, not columns of the row around it.
    #[serde(default)]
    pub rows_within: Vec<String>,
    /// The zone of wall times that carry none (IANA name); null: unknown.
    pub zone: Option<String>,
    /// The order of numeric dates where a column cannot decide: `dmy`, `mdy` or `ymd`.
    pub dates: Option<DateOrder>,
    /// Which fields beside system and account tell feeds apart: `channel`, `channel_raw` or `brand`.
    #[serde(default)]
    pub feed: Vec<String>,
    /// Field → the columns it comes from.
    pub fields: BTreeMap<String, Binding>,
    /// Field → a value every row has (`channel = "regulator"`).
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
    /// Field → raw value (compared trimmed, case-folded) → ours. `"*"` is any other non-empty value; a raw value
    /// without an entry falls through to the common value tables.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Rows whose field, or whose column of the dump, has one of these raw values are not utterances and are skipped;
    /// `"*"` is any non-empty value. The reader skips by column (`"pull_request.url" = ["*"]`), normalisation by field.
    #[serde(default)]
    pub skip: BTreeMap<String, Vec<String>>,
    /// What a reader of the report should know about this kind of export.
    #[serde(default)]
    pub caveat: Option<String>,
    /// Table: how it is known without a header line; such a dump has none.
    #[serde(default)]
    pub headless: Option<Headless>,
}

/// A table without a header line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headless {
    /// The columns' names, in order; a dump may lack the last `missing`.
    pub columns: Vec<String>,
    /// How many columns at the end older dumps lack.
    #[serde(default)]
    pub missing: usize,
    /// Column → a regular expression that its cell in the first row fits; what tells it from other tables.
    pub first: BTreeMap<String, String>,
}

impl Headless {
    /// The columns of a dump whose first row has these cells; none where it is no dump of this source.
    pub(crate) fn columns(&self, cells: &[String]) -> Option<Vec<String>> {
        if cells.len() > self.columns.len() || cells.len() + self.missing < self.columns.len() {
            return None;
        }
        let fits = |(column, pattern): (&String, &String)| {
            let cell = self.columns.iter().position(|known| known == column).and_then(|at| cells.get(at));
            cell.is_some_and(|cell| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(cell)))
        };
        self.first.iter().all(fits).then(|| self.columns[..cells.len()].to_vec())
    }
}

/// How the dump is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Rows and columns with a header line.
    Table,
    /// Objects, flattened to dotted paths.
    Json,
}

/// The order of day, month and year in numeric dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// 31/12/2026
    Dmy,
    /// 12/31/2026
    Mdy,
    /// 2026/12/31
    Ymd,
}

/// Where a field's value comes from. In TOML a column name, a list of them, or a table with the details.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "BindingForm")]
pub struct Binding {
    /// Columns in order of preference: the first non-empty cell of the row wins.
    pub from: Vec<String>,
    /// A regular expression; its first group (or whole match) is the value, no match is null.
    pub pattern: Option<String>,
    /// For durations and epochs: `s`, `ms`, `min`, `hours`; for created_at also `snowflake`.
    pub unit: Option<String>,
    /// For texts: join all non-empty `from` columns (and repeats of a header) with this instead of taking the first.
    pub join: Option<String>,
    /// For tags: what separates them within a cell.
    pub split: Option<String>,
    /// For ratings: `[lowest, highest]`.
    pub scale: Option<[f64; 2]>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum BindingForm {
    One(String),
    Many(Vec<String>),
    Full(FullBinding),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullBinding {
    from: OneOrMany,
    pattern: Option<String>,
    unit: Option<String>,
    join: Option<String>,
    split: Option<String>,
    scale: Option<[f64; 2]>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<BindingForm> for Binding {
    fn from(form: BindingForm) -> Self {
        let plain = |from| Self { from, pattern: None, unit: None, join: None, split: None, scale: None };
        match form {
            BindingForm::One(column) => plain(vec![column]),
            BindingForm::Many(columns) => plain(columns),
            BindingForm::Full(full) => Self {
                from: match full.from {
                    OneOrMany::One(column) => vec![column],
                    OneOrMany::Many(columns) => columns,
                },
                pattern: full.pattern,
                unit: full.unit,
                join: full.join,
                split: full.split,
                scale: full.scale,
            },
        }
    }
}
