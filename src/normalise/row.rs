//! One record on its way into the frame: a cell per column of [`COLUMNS`].

use std::borrow::Cow;

use crate::normalise::records::COLUMNS;

/// A value of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Text(Cow<'a, str>),
    Int(i64),
    Float(f64),
    Bool(bool),
    Texts(Vec<Cow<'a, str>>),
}

/// A record's values by position in [`COLUMNS`].
#[derive(Debug)]
pub(crate) struct Row<'a> {
    cells: Vec<Cell<'a>>,
    warnings: Vec<&'static str>,
}

impl<'a> Row<'a> {
    pub(crate) fn new() -> Self {
        Self { cells: vec![Cell::Null; COLUMNS.len()], warnings: Vec::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.cells.fill(Cell::Null);
        self.warnings.clear();
    }

    pub(crate) fn cells(&self) -> &[Cell<'a>] {
        &self.cells
    }

    pub(crate) fn text(&self, slot: usize) -> Option<&str> {
        match &self.cells[slot] {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self, slot: usize) -> bool {
        self.cells[slot] == Cell::Null
    }

    pub(crate) fn set(&mut self, slot: usize, cell: Cell<'a>) {
        self.cells[slot] = cell;
    }

    pub(crate) fn set_text(&mut self, slot: usize, text: Option<Cow<'a, str>>) {
        self.cells[slot] = text.map_or(Cell::Null, Cell::Text);
    }

    pub(crate) fn set_word(&mut self, slot: usize, word: Option<&'a str>) {
        self.set_text(slot, word.map(Cow::Borrowed));
    }

    pub(crate) fn set_int(&mut self, slot: usize, number: Option<i64>) {
        self.cells[slot] = number.map_or(Cell::Null, Cell::Int);
    }

    pub(crate) fn set_float(&mut self, slot: usize, number: Option<f64>) {
        self.cells[slot] = number.map_or(Cell::Null, Cell::Float);
    }

    pub(crate) fn warn(&mut self, what: &'static str) {
        self.warnings.push(what);
    }

    /// Moves the warnings into their column, sorted, each once.
    pub(crate) fn seal(&mut self) {
        self.warnings.sort_unstable();
        self.warnings.dedup();
        let warnings = self.warnings.iter().map(|w| Cow::Borrowed(*w)).collect();
        self.cells[slots::WARNINGS] = Cell::Texts(warnings);
    }
}

/// Position of a field in [`COLUMNS`].
pub(crate) fn position(field: &str) -> Option<usize> {
    COLUMNS.iter().position(|c| c.name == field)
}

/// Positions by name, checked when compiled.
pub(crate) mod slots {
    use crate::normalise::records::COLUMNS;

    const fn same(a: &str, b: &str) -> bool {
        let (a, b) = (a.as_bytes(), b.as_bytes());
        let mut i = 0;
        while i < a.len() && i < b.len() && a[i] == b[i] {
            i += 1;
        }
        a.len() == b.len() && i == a.len()
    }

    const fn slot(name: &str) -> usize {
        let mut i = 0;
        while i < COLUMNS.len() {
            if same(COLUMNS[i].name, name) {
                return i;
            }
            i += 1;
        }
        panic!("no such column");
    }

    pub(crate) const UID: usize = slot("uid");
    pub(crate) const KIND: usize = slot("kind");
    pub(crate) const SYSTEM: usize = slot("system");
    pub(crate) const ACCOUNT: usize = slot("account");
    pub(crate) const FEED: usize = slot("feed");
    pub(crate) const SOURCE: usize = slot("source");
    pub(crate) const SOURCE_FILE: usize = slot("source_file");
    pub(crate) const SOURCE_ROW: usize = slot("source_row");
    pub(crate) const SOURCE_LINE: usize = slot("source_line");
    pub(crate) const SOURCE_ID: usize = slot("source_id");
    pub(crate) const ID_QUALITY: usize = slot("id_quality");
    pub(crate) const THREAD_ID: usize = slot("thread_id");
    pub(crate) const PARENT_ID: usize = slot("parent_id");
    pub(crate) const URL: usize = slot("url");
    pub(crate) const CHANNEL: usize = slot("channel");
    pub(crate) const CHANNEL_RAW: usize = slot("channel_raw");
    pub(crate) const DIRECTION: usize = slot("direction");
    pub(crate) const IS_REPOST: usize = slot("is_repost");
    pub(crate) const CREATED_AT: usize = slot("created_at");
    pub(crate) const CREATED_AT_RAW: usize = slot("created_at_raw");
    pub(crate) const CREATED_TZ: usize = slot("created_tz");
    pub(crate) const CREATED_PRECISION: usize = slot("created_precision");
    pub(crate) const UPDATED_AT: usize = slot("updated_at");
    pub(crate) const TITLE: usize = slot("title");
    pub(crate) const BODY: usize = slot("body");
    pub(crate) const AUTHOR_ID: usize = slot("author_id");
    pub(crate) const AUTHOR_NAME: usize = slot("author_name");
    pub(crate) const AUTHOR_HANDLE: usize = slot("author_handle");
    pub(crate) const AUTHOR_EMAIL: usize = slot("author_email");
    pub(crate) const VENDOR_SENTIMENT: usize = slot("vendor_sentiment");
    pub(crate) const RATING: usize = slot("rating");
    pub(crate) const RATING_MAX: usize = slot("rating_max");
    pub(crate) const RATING_01: usize = slot("rating_01");
    pub(crate) const CSAT: usize = slot("csat");
    pub(crate) const CSAT_RAW: usize = slot("csat_raw");
    pub(crate) const NPS: usize = slot("nps");
    pub(crate) const LANGUAGE: usize = slot("language");
    pub(crate) const COUNTRY: usize = slot("country");
    pub(crate) const STATUS: usize = slot("status");
    pub(crate) const STATUS_RAW: usize = slot("status_raw");
    pub(crate) const STATUS_HISTORY: usize = slot("status_history");
    pub(crate) const PRIORITY: usize = slot("priority");
    pub(crate) const PRIORITY_RAW: usize = slot("priority_raw");
    pub(crate) const CATEGORY: usize = slot("category");
    pub(crate) const ASSIGNEE: usize = slot("assignee");
    pub(crate) const GROUP: usize = slot("group");
    pub(crate) const ORGANIZATION: usize = slot("organization");
    pub(crate) const BRAND: usize = slot("brand");
    pub(crate) const PRODUCT: usize = slot("product");
    pub(crate) const APP_VERSION: usize = slot("app_version");
    pub(crate) const TAGS: usize = slot("tags");
    pub(crate) const REPLY_TEXT: usize = slot("reply_text");
    pub(crate) const EXTRA: usize = slot("extra");
    pub(crate) const WARNINGS: usize = slot("warnings");
}
