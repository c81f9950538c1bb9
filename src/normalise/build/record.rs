//! One row → one record.

use std::borrow::Cow;

use crate::ingest::raw;
use crate::ingest::source::DateOrder;
use crate::normalise::bindings::Cells;
use crate::normalise::boilerplate;
use crate::normalise::build::{Normaliser, Outcome, fold};
use crate::normalise::dates::Precision;
use crate::normalise::ids::{Key, Native, native};
use crate::normalise::mojibake;
use crate::normalise::numbers::{self, Style};
use crate::normalise::plan::{SNOWFLAKE, as_date, duration, is_missing};
use crate::normalise::row::{Cell, Row, slots};
use crate::normalise::text;
use crate::normalise::values::{self, Meaning};
use crate::normalise::zones::Stamp;

/// What a record can be.
const KINDS: [&str; 6] = ["mention", "ticket", "ticket_message", "review", "filing", "survey"];
/// Fields that are one clean line of text as it stands.
const PLAIN: [usize; 12] = [
    slots::URL,
    slots::AUTHOR_NAME,
    slots::AUTHOR_EMAIL,
    slots::COUNTRY,
    slots::CATEGORY,
    slots::ASSIGNEE,
    slots::GROUP,
    slots::ORGANIZATION,
    slots::BRAND,
    slots::PRODUCT,
    slots::APP_VERSION,
    slots::CHANNEL_RAW,
];
/// Fields that are ids of other things.
const IDS: [usize; 3] = [slots::THREAD_ID, slots::PARENT_ID, slots::AUTHOR_ID];

/// A date cell, read.
enum DateCell<'r, 'a> {
    Missing,
    Stamp { stamp: Stamp<'r>, raw: Cow<'a, str>, from_id: bool },
    Unreadable(String),
}

impl<'d> Normaliser<'d> {
    /// Fills `row` from a row of cells; says what is to become of it.
    pub(super) fn record<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) -> Outcome {
        if let Some(problem) = cells.problem[at] {
            let no_utterance = raw::is_skipped(problem);
            return if no_utterance { Outcome::Skipped(problem.into()) } else { Outcome::Rejected(problem.into()) };
        }
        if let Some(reason) = self.skipped(cells, at) {
            return Outcome::Skipped(reason);
        }
        self.provenance(cells, at, row);
        self.words(cells, at, row);
        if let Err(reason) = self.dates(cells, at, row) {
            return Outcome::Rejected(reason);
        }
        let key = self.id(cells, at, row);
        self.plain_fields(cells, at, row);
        self.numbers(cells, at, row);
        let empty = [slots::TITLE, slots::BODY, slots::CATEGORY, slots::RATING, slots::CREATED_AT, slots::SOURCE_ID];
        if empty.iter().all(|slot| row.is_null(*slot)) && row.is_null(slots::CSAT_RAW) && row.is_null(slots::NPS) {
            return Outcome::Skipped("ghost row".to_owned());
        }
        self.verdicts(cells, at, row);
        self.feed(row);
        row.set(slots::EXTRA, Cell::Text(Cow::Owned(self.extra(cells, at))));
        let key = key.unwrap_or_else(|| Key::Hashed { hash: self.hash_order.hash(cells, at), exact: is_exact(row) });
        Outcome::Kept(key)
    }

    fn skipped(&self, cells: &Cells<'_>, at: usize) -> Option<String> {
        self.skip.iter().find_map(|(bound, raw)| {
            let (cell, _) = bound.value(cells, at)?;
            let folded = fold(&cell);
            let named = raw.iter().any(|r| r == "*" || *r == folded);
            named.then(|| format!("{} {}", bound.field, if raw.iter().any(|r| r == "*") { "set" } else { &*folded }))
        })
    }

    /// The raw value of a field: its cell as the source translates it, else the source's fixed value.
    fn value<'r>(&'r self, cells: &Cells<'r>, at: usize, slot: usize) -> Option<Cow<'r, str>> {
        let cell = self.bound[slot].as_ref().and_then(|bound| bound.value(cells, at)).map(|(cell, _)| cell);
        match cell {
            None => self.fixed[slot].as_deref().map(Cow::Borrowed),
            Some(cell) => Some(self.translated(slot, &cell).map_or(cell, Cow::Borrowed)),
        }
    }

    /// What the source says a raw value means.
    fn translated(&self, slot: usize, cell: &str) -> Option<&str> {
        let map = self.values[slot].as_ref()?;
        let ours = map.get(fold(cell).as_ref()).or_else(|| map.get("*").filter(|_| !values::is_null(cell.trim())));
        ours.map(String::as_str)
    }

    fn provenance<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) {
        let source = &self.dump.source;
        row.set_word(slots::UID, Some(""));
        row.set_word(slots::SYSTEM, Some(&source.system));
        row.set_word(slots::SOURCE, Some(&source.name));
        row.set_word(slots::SOURCE_FILE, Some(&self.dump.path));
        row.set_int(slots::SOURCE_ROW, Some(cells.row[at]));
        row.set_int(slots::SOURCE_LINE, Some(cells.line[at]));
        let account = match &self.dump.account {
            Some(account) => Some(Cow::Borrowed(account.as_str())),
            None => self.value(cells, at, slots::ACCOUNT).and_then(text::short),
        };
        row.set_text(slots::ACCOUNT, account);
        let kind = self.value(cells, at, slots::KIND);
        let kind = kind.and_then(|k| KINDS.iter().find(|known| **known == fold(&k)).copied());
        row.set_word(slots::KIND, Some(kind.unwrap_or(&source.kind)));
        let raw = self.raw(cells, at, slots::CHANNEL, slots::CHANNEL_RAW);
        let channel = raw.as_ref().map(|raw| {
            let ours = self.ours(values::CHANNEL, slots::CHANNEL, slots::CHANNEL_RAW, raw);
            ours.unwrap_or("other")
        });
        row.set_word(slots::CHANNEL, channel.or(self.fixed[slots::CHANNEL].as_deref()));
    }

    /// The untranslated cell of a field that is also kept raw: bound under either name.
    fn raw<'r>(&'r self, cells: &Cells<'r>, at: usize, slot: usize, raw_slot: usize) -> Option<Cow<'r, str>> {
        [slot, raw_slot]
            .iter()
            .find_map(|s| self.bound[*s].as_ref()?.value(cells, at))
            .and_then(|(c, _)| text::short(c))
    }

    /// Ours for a raw word: the source's word for it, else the common table's.
    fn ours(&self, table: &[Meaning], slot: usize, raw_slot: usize, raw: &str) -> Option<&str> {
        self.translated(slot, raw).or_else(|| self.translated(raw_slot, raw)).or_else(|| values::meaning(table, raw))
    }

    fn words<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) {
        for slot in [slots::TITLE, slots::BODY, slots::REPLY_TEXT] {
            let Some(cell) = self.value(cells, at, slot) else { continue };
            let cleaned = match cell {
                Cow::Borrowed(cell) => text::clean(cell),
                Cow::Owned(cell) => {
                    let own = text::clean(&cell);
                    let text = own.text.map(|t| Cow::Owned(t.into_owned()));
                    text::Cleaned { text, ..own }
                }
            };
            let flags = [
                (cleaned.html_stripped, "html_stripped"),
                (cleaned.guard_stripped, "csv_guard_stripped"),
                (cleaned.removed, "text_removed"),
                (cleaned.mended, "mojibake_fixed"),
            ];
            flags.iter().filter(|(set, _)| *set).for_each(|(_, flag)| row.warn(flag));
            row.set_text(slot, cleaned.text);
        }
        let mail_like = matches!(row.text(slots::KIND), Some("ticket" | "ticket_message"))
            || matches!(row.text(slots::CHANNEL), Some("email" | "forum"));
        if !mail_like {
            return;
        }
        if boilerplate::is_auto_reply(row.text(slots::TITLE), row.text(slots::BODY)) {
            row.warn("auto_reply");
        }
        if let Some(rest) = row.text(slots::BODY).and_then(boilerplate::cut) {
            row.set(slots::BODY, Cell::Text(Cow::Owned(rest)));
            row.warn("boilerplate_cut");
        }
    }

    fn date<'r>(
        &'r self,
        cells: &Cells<'r>,
        at: usize,
        (slot, order, snowflake): (usize, Option<DateOrder>, bool),
        created: Option<i64>,
    ) -> DateCell<'r, 'r> {
        let Some(bound) = &self.bound[slot] else { return DateCell::Missing };
        let Some((raw, column)) = bound.value(cells, at) else { return DateCell::Missing };
        let cell = raw.trim();
        if is_missing(cell) {
            return DateCell::Missing;
        }
        let stamp = as_date(cell, order, bound.unit.as_deref(), snowflake)
            .and_then(|written| self.zones.get(&column)?.resolve(written));
        if let Some(stamp) = stamp {
            return DateCell::Stamp { stamp, raw, from_id: snowflake };
        }
        let took = bound.unit.as_deref().and_then(|unit| duration(cell, unit)).filter(|_| slot != slots::CREATED_AT);
        match (took, created) {
            (Some(took), Some(created)) => {
                let micros = created + took;
                let stamp = Stamp { micros, precision: Precision::Second, tz: None, assumed: false, ambiguous: false };
                DateCell::Stamp { stamp, raw, from_id: false }
            }
            (Some(_), None) => DateCell::Missing,
            // An id that is not X's has no time in it: the record is undated, and not set aside for it.
            (None, _) if bound.unit.as_deref() == Some(SNOWFLAKE) => DateCell::Missing,
            (None, _) => DateCell::Unreadable(cell.chars().take(60).collect()),
        }
    }

    /// Dates. A `created_at` or `updated_at` that cannot be read rejects the row: the one decides its period, the
    /// other which version of a record is the newer. Of the others, the cell alone is lost, with a warning.
    fn dates<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) -> Result<(), String> {
        let mut created = None;
        for date in &self.dates {
            let slot = date.0;
            match self.date(cells, at, *date, created) {
                DateCell::Missing => {}
                DateCell::Unreadable(text) if matches!(slot, slots::CREATED_AT | slots::UPDATED_AT) => {
                    return Err(format!("unreadable date \"{text}\""));
                }
                DateCell::Unreadable(_) => row.warn("unreadable_date"),
                DateCell::Stamp { stamp, raw, from_id } => {
                    row.set(slot, Cell::Int(stamp.micros));
                    if slot != slots::CREATED_AT {
                        continue;
                    }
                    // A duration on top of a day without a time would invent a time.
                    created = (stamp.precision != Precision::Day).then_some(stamp.micros);
                    row.set_text(slots::CREATED_AT_RAW, Some(raw));
                    row.set_word(slots::CREATED_TZ, stamp.tz);
                    row.set_word(slots::CREATED_PRECISION, Some(stamp.precision.name()));
                    let flags = [
                        (stamp.assumed, "tz_assumed"),
                        (stamp.ambiguous, "dst_ambiguous"),
                        (from_id, "snowflake_date"),
                    ];
                    flags.iter().filter(|(set, _)| *set).for_each(|(_, flag)| row.warn(flag));
                }
            }
        }
        Ok(())
    }

    /// The native key; null when the record is to be keyed by its cells.
    fn id<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) -> Option<Key> {
        for slot in IDS {
            match self.value(cells, at, slot).map(native) {
                Some(Native::Id(id)) => row.set(slot, Cell::Text(id)),
                Some(Native::Lossy(_)) => row.warn("lossy_id"),
                _ => {}
            }
        }
        match self.value(cells, at, slots::SOURCE_ID).map_or(Native::Missing, native) {
            Native::Id(id) => {
                let columns = |slot: usize| self.bound[slot].as_ref().map(|b| b.columns.as_slice());
                let from_url = columns(slots::SOURCE_ID).is_some_and(|own| {
                    columns(slots::URL).is_some_and(|url| own.iter().all(|column| url.contains(column)))
                });
                row.set_word(slots::ID_QUALITY, Some(if from_url { "from_url" } else { "native" }));
                let key = Key::Native(id.clone().into_owned());
                row.set(slots::SOURCE_ID, Cell::Text(id));
                Some(key)
            }
            Native::Lossy(id) => {
                row.set_word(slots::ID_QUALITY, Some("lossy_excel"));
                row.set(slots::SOURCE_ID, Cell::Text(id));
                row.warn("lossy_id");
                None
            }
            Native::Missing => {
                row.set_word(slots::ID_QUALITY, Some("hash"));
                None
            }
        }
    }

    fn plain_fields<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) {
        for slot in PLAIN {
            let mut cell = self.value(cells, at, slot);
            if let Some(mended) = cell.as_deref().filter(|c| !c.is_ascii()).and_then(mojibake::repaired) {
                cell = Some(Cow::Owned(mended));
                row.warn("mojibake_fixed");
            }
            row.set_text(slot, cell.and_then(text::short));
        }
        if row.is_null(slots::CHANNEL_RAW) {
            row.set_text(slots::CHANNEL_RAW, self.raw(cells, at, slots::CHANNEL, slots::CHANNEL_RAW));
        }
        let handle = self.value(cells, at, slots::AUTHOR_HANDLE).and_then(text::short).map(|h| match h {
            Cow::Borrowed(h) => Cow::Borrowed(h.trim_start_matches('@')),
            Cow::Owned(h) => Cow::Owned(h.trim_start_matches('@').to_owned()),
        });
        row.set_text(slots::AUTHOR_HANDLE, handle.filter(|h| !h.is_empty()));
        let language = self.value(cells, at, slots::LANGUAGE).and_then(text::short).map(|l| {
            match values::meaning(values::LANGUAGE, &l) {
                Some(tag) => Cow::Borrowed(tag),
                None if l.bytes().all(|b| b.is_ascii_lowercase()) => l,
                None => Cow::Owned(l.to_lowercase().replace('_', "-")),
            }
        });
        row.set_text(slots::LANGUAGE, language);
        let csat = self.raw(cells, at, slots::CSAT, slots::CSAT_RAW);
        row.set_text(slots::CSAT_RAW, csat);
        row.set(slots::TAGS, Cell::Texts(self.tags(cells, at)));
    }

    fn tags<'r>(&'r self, cells: &Cells<'r>, at: usize) -> Vec<Cow<'r, str>> {
        let Some(bound) = &self.bound[slots::TAGS] else { return Vec::new() };
        let mut tags: Vec<Cow<'r, str>> = Vec::new();
        for cell in bound.all(cells, at) {
            let listed: Option<Vec<String>> =
                cell.trim_start().starts_with('[').then(|| serde_json::from_str(cell).ok()).flatten();
            let parts: Vec<Cow<'r, str>> = match (listed, bound.split.as_deref()) {
                (Some(list), _) => list.into_iter().map(Cow::Owned).collect(),
                (None, None) => vec![Cow::Borrowed(cell)],
                (None, Some(split)) if split.trim().is_empty() => cell.split_whitespace().map(Cow::Borrowed).collect(),
                (None, Some(split)) => cell.split(split).map(Cow::Borrowed).collect(),
            };
            for tag in parts.into_iter().filter_map(text::short) {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
        }
        tags
    }

    fn numbers<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) {
        for (slot, count, style) in self.numbers.iter().copied() {
            let Some(cell) = self.value(cells, at, slot) else { continue };
            if slot == slots::RATING {
                self.rating(&cell, style, self.value(cells, at, slots::RATING_MAX).as_deref(), row);
            } else if count {
                row.set_int(slot, numbers::parse_whole(&cell, style));
            } else {
                row.set_float(slot, numbers::parse(&cell, style));
            }
            if row.is_null(slot) && !values::is_null(cell.trim()) && cell.trim() != "?" {
                row.warn("unreadable_number");
            }
        }
        if let Cell::Int(nps) = row.cells()[slots::NPS]
            && !(0..=10).contains(&nps)
        {
            row.set_int(slots::NPS, None);
            row.warn("unreadable_number");
        }
        let points = row.text(slots::CSAT_RAW).and_then(values::points_of_five);
        if let (Some(points), true) = (points, self.bound[slots::RATING].is_none()) {
            self.rating(&points.to_string(), Style::usual(false), Some("5"), row);
        }
    }

    /// Rating, the top of its scale, and its place between the ends. The scale is the one the cell names, else the
    /// column's; a rating outside it has no place on it.
    fn rating(&self, cell: &str, style: Style, max: Option<&str>, row: &mut Row<'_>) {
        let number = numbers::parse(cell, style).map(|n| (n, None));
        let Some((rating, named)) = number.or_else(|| values::rating_in_words(cell)) else { return };
        // Stars start at one; points at nought.
        let from_top = |top: f64| [if top <= 5.0 { 1.0 } else { 0.0 }, top];
        let max = max.and_then(|m| numbers::parse(m, Style::usual(false))).filter(|m| *m > 0.0);
        let planned = self.plan.scale.filter(|[_, top]| named.or(max).is_none_or(|n| n.total_cmp(top).is_eq()));
        let scale = planned.or_else(|| named.or(max).map(from_top));
        row.set_float(slots::RATING, Some(rating));
        row.set_float(slots::RATING_MAX, scale.map(|[_, top]| top));
        let place = scale.filter(|[low, top]| low < top && (*low..=*top).contains(&rating));
        row.set_float(slots::RATING_01, place.map(|[low, top]| (rating - low) / (top - low)));
        if scale.is_some() && place.is_none() {
            row.warn("rating_off_scale");
        }
    }

    /// Status, priority, satisfaction, tone, direction, repost.
    fn verdicts<'r>(&'r self, cells: &Cells<'r>, at: usize, row: &mut Row<'r>) {
        let status = self.raw(cells, at, slots::STATUS, slots::STATUS_RAW);
        let ours = status.as_ref().and_then(|raw| {
            let known = self.ours(values::STATUS, slots::STATUS, slots::STATUS_RAW, raw);
            known.or(self.bound[slots::STATUS].as_ref().map(|_| "other"))
        });
        row.set_word(slots::STATUS, ours.or(self.fixed[slots::STATUS].as_deref()));
        row.set_text(slots::STATUS_RAW, status);
        let priority = self.raw(cells, at, slots::PRIORITY, slots::PRIORITY_RAW);
        let ours =
            priority.as_ref().and_then(|raw| self.ours(values::PRIORITY, slots::PRIORITY, slots::PRIORITY_RAW, raw));
        row.set_word(slots::PRIORITY, ours.or(self.fixed[slots::PRIORITY].as_deref()));
        row.set_text(slots::PRIORITY_RAW, priority);
        let csat = row.text(slots::CSAT_RAW).and_then(|raw| {
            self.translated(slots::CSAT, raw)
                .or_else(|| self.translated(slots::CSAT_RAW, raw))
                .or_else(|| values::csat(raw))
        });
        row.set_word(slots::CSAT, csat);
        let tone = self.value(cells, at, slots::VENDOR_SENTIMENT).and_then(|raw| values::sentiment(&raw));
        row.set_word(slots::VENDOR_SENTIMENT, tone);
        let direction =
            self.value(cells, at, slots::DIRECTION).and_then(|raw| values::meaning(values::DIRECTION, &raw));
        let usual = match row.text(slots::KIND) {
            Some("review" | "filing" | "survey" | "ticket") => "inbound",
            _ => "unknown",
        };
        row.set_word(slots::DIRECTION, Some(direction.unwrap_or(usual)));
        let told = self.value(cells, at, slots::IS_REPOST).and_then(|raw| values::boolean(&raw));
        let words = row.text(slots::BODY).or_else(|| row.text(slots::TITLE));
        let repost = if words.is_some_and(|w| w.starts_with("RT @")) { Some(true) } else { told };
        row.set(slots::IS_REPOST, repost.map_or(Cell::Null, Cell::Bool));
    }

    /// `system[@account][/channel or brand]`.
    fn feed(&self, row: &mut Row<'_>) {
        let mut feed = self.dump.source.system.clone();
        if let Some(account) = row.text(slots::ACCOUNT) {
            feed.push('@');
            feed.push_str(account);
        }
        for value in self.feed.iter().filter_map(|slot| row.text(*slot)) {
            feed.push('/');
            feed.push_str(value);
        }
        row.set(slots::FEED, Cell::Text(Cow::Owned(feed)));
    }

    /// Unmapped non-empty cells as one JSON object, keys sorted.
    fn extra(&self, cells: &Cells<'_>, at: usize) -> String {
        let mut json = String::from("{");
        for (key, column) in &self.extra {
            if let Some(cell) = cells.get(*column, at) {
                if json.len() > 1 {
                    json.push(',');
                }
                json.push_str(key);
                json.push(':');
                push_json(&mut json, cell);
            }
        }
        json.push('}');
        json
    }
}

/// Equal rows with an author and a time of at least minute precision are one utterance.
fn is_exact(row: &Row<'_>) -> bool {
    let author = [slots::AUTHOR_ID, slots::AUTHOR_NAME, slots::AUTHOR_HANDLE, slots::AUTHOR_EMAIL];
    let timed = matches!(row.text(slots::CREATED_PRECISION), Some("ms" | "s" | "min"));
    timed && author.iter().any(|slot| !row.is_null(*slot))
}

/// A text as a JSON string.
pub(super) fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    push_json(&mut json, text);
    json
}

fn push_json(json: &mut String, text: &str) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&serde_json::Value::from(text).to_string());
    }
}
