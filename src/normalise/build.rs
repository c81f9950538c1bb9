//! Raw → records and rejects, chunk by chunk.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::error::{Error, Result, nearest};
use crate::ingest::raw::{Dump, Raw};
use crate::ingest::source::DateOrder;
use crate::normalise::bindings::{self, Bound, Cells};
use crate::normalise::frame::FrameBuilder;
use crate::normalise::ids::{HashOrder, Key, hex};
use crate::normalise::numbers::Style;
use crate::normalise::plan::{DATES, NUMBERS, Plan};
use crate::normalise::problems::{Problem, Tally};
use crate::normalise::records::COLUMNS;
use crate::normalise::rejects::Rejects;
use crate::normalise::repeats::{Draft, Repeats};
use crate::normalise::row::{Cell, Row, position, slots};
use crate::normalise::zones::Rule;

mod record;

/// Everything a chunk became. Every row read is exactly one of a row of `records`, a reject, or skipped.
#[derive(Debug, Clone)]
pub struct Normalised {
    /// Path of the dump.
    pub file: String,
    /// The dump's headers that became a field: header → field.
    pub headers: BTreeMap<String, String>,
    /// The columns of `Records`, in the dump's order; a `uid` may come twice.
    pub records: DataFrame,
    /// Rows set aside.
    pub rejects: Rejects,
    /// Footers, ghost rows and rows that are no utterances: reason, count, a line.
    pub skipped: Vec<Problem>,
    /// Rows of the chunk.
    pub rows_read: i64,
    /// Records keyed by a hash of their cells, for want of a native id.
    pub hashed: i64,
}

/// Turns the chunks of one dump into records; its bindings are compiled once. Chunks must come in the dump's order.
#[derive(Debug)]
pub struct Normaliser<'a> {
    dump: &'a Dump,
    plan: &'a Plan,
    /// By position in `COLUMNS`.
    bound: Vec<Option<Bound>>,
    fixed: Vec<Option<String>>,
    /// Raw value in lower case → ours, by position in `COLUMNS`.
    values: Vec<Option<BTreeMap<String, String>>>,
    /// Rows with one of these raw values (lower case) are no utterances.
    skip: Vec<(Bound, Vec<String>)>,
    /// Date fields: position in `COLUMNS`, order of numeric dates, whether the cells are X ids; `created_at` first.
    dates: Vec<(usize, Option<DateOrder>, bool)>,
    /// Number fields: position in `COLUMNS`, whether they are counts, how they are written.
    numbers: Vec<(usize, bool, Style)>,
    /// Zone of each column that holds dates.
    zones: BTreeMap<usize, Rule>,
    /// Unmapped columns in the order of their names: the name as a JSON key, and its position.
    extra: Vec<(String, usize)>,
    headers: BTreeMap<String, String>,
    hash_order: HashOrder,
    feed: Vec<usize>,
    repeats: Repeats,
}

/// What became of a row.
enum Outcome {
    Kept(Key),
    Rejected(String),
    Skipped(String),
}

impl<'a> Normaliser<'a> {
    /// Compiles the dump's bindings.
    ///
    /// # Errors
    /// When a binding names an unknown field or column, a pattern is no regular expression, or a zone is unknown.
    pub fn new(dump: &'a Dump, plan: &'a Plan) -> Result<Self> {
        let source = &dump.source;
        let compiled = bindings::compile(dump)?;
        let mut bound = vec![None; COLUMNS.len()];
        let mut headers = BTreeMap::new();
        let mut zones = BTreeMap::new();
        for (field, binding) in &compiled {
            let Some(slot) = position(field) else {
                if source.skip.contains_key(field) {
                    continue;
                }
                return Err(unknown_field(dump, field));
            };
            for column in &binding.columns {
                headers.entry(dump.columns[*column].clone()).or_insert_with(|| field.clone());
                if plan.dates.contains_key(field) {
                    zones.insert(*column, Rule::of(&dump.columns[*column], dump)?);
                }
            }
            bound[slot] = Some(binding.clone());
        }
        let mut fixed = vec![None; COLUMNS.len()];
        for (field, value) in &source.fixed {
            fixed[position(field).ok_or_else(|| unknown_field(dump, field))?] = Some(value.clone());
        }
        let mut values = vec![None; COLUMNS.len()];
        for (field, map) in &source.values {
            let folded = map.iter().map(|(raw, ours)| (fold(raw).into_owned(), ours.clone())).collect();
            values[position(field).ok_or_else(|| unknown_field(dump, field))?] = Some(folded);
        }
        let skip = source
            .skip
            .iter()
            .filter_map(|(field, raw)| {
                let raw = raw.iter().map(|r| fold(r).into_owned()).collect();
                compiled.get(field).map(|b| (b.clone(), raw))
            })
            .collect();
        let mut extra: Vec<(&String, usize)> = dump
            .unmapped
            .iter()
            .filter_map(|name| dump.columns.iter().position(|c| c == name).map(|at| (name, at)))
            .collect();
        extra.sort();
        let extra = extra.into_iter().map(|(name, at)| (record::json_string(name), at)).collect();
        let feed = source
            .feed
            .iter()
            .map(|field| position(field).ok_or_else(|| unknown_field(dump, field)))
            .collect::<Result<_>>()?;
        let dates = DATES
            .iter()
            .filter_map(|field| plan.dates.get(*field).map(|date| (position(field), date)))
            .filter_map(|(slot, date)| Some((slot?, date.order, date.snowflake)))
            .collect();
        let numbers = NUMBERS
            .iter()
            .filter_map(|(field, count)| {
                let style = plan.thousands.get(*field).copied().unwrap_or_else(|| Style::usual(*count));
                Some((position(field)?, *count, style))
            })
            .collect();
        let hash_order = HashOrder::of(&dump.columns);
        let repeats = Repeats::default();
        Ok(Self {
            dump,
            plan,
            bound,
            fixed,
            values,
            skip,
            dates,
            numbers,
            zones,
            extra,
            headers,
            hash_order,
            feed,
            repeats,
        })
    }

    /// Normalises the next chunk.
    ///
    /// # Errors
    /// Internal errors only: what is wrong with a row makes it a reject.
    pub fn normalise(&mut self, raw: &Raw) -> Result<Normalised> {
        let draft = self.draft(raw)?;
        self.repeats.number(draft)
    }

    /// Normalises a chunk, whichever; equal rows without an id are yet to be numbered, by [`Repeats::number`] in the
    /// dump's order.
    ///
    /// # Errors
    /// Internal errors only: what is wrong with a row makes it a reject.
    pub fn draft(&self, raw: &Raw) -> Result<Draft> {
        let height = raw.frame().height();
        let cells = Cells::of(raw.frame())?;
        let mut builder = FrameBuilder::new(height);
        let (mut positions, mut reasons, mut loose) = (Vec::new(), Vec::new(), Vec::new());
        let mut skipped = Tally::default();
        let (mut kept, mut hashed) = (0, 0);
        let mut row = Row::new();
        for at in 0..height {
            row.clear();
            match self.record(&cells, at, &mut row) {
                Outcome::Kept(key) => {
                    if let Key::Hashed { hash, exact } = key {
                        hashed += 1;
                        if !exact {
                            loose.push((kept, hash));
                        }
                    }
                    let uid = self.uid(&row, &key);
                    row.set(slots::UID, Cell::Text(Cow::Owned(uid)));
                    row.seal();
                    builder.push(&row);
                    kept += 1;
                }
                Outcome::Rejected(reason) => {
                    positions.push(at);
                    reasons.push(reason);
                }
                Outcome::Skipped(reason) => skipped.add(&reason, 1, cells.line[at]),
            }
        }
        let normalised = Normalised {
            file: self.dump.path.clone(),
            headers: self.headers.clone(),
            records: builder.finish()?,
            rejects: Rejects::of(raw, self.dump, &positions, reasons)?,
            skipped: skipped.into_problems(),
            rows_read: i64::try_from(height).unwrap_or(i64::MAX),
            hashed,
        };
        Ok(Draft { normalised, loose })
    }

    /// `system[@account]:id`, where the id is the native one or the hash.
    fn uid(&self, row: &Row<'_>, key: &Key) -> String {
        let mut uid = self.dump.source.system.clone();
        if let Some(account) = row.text(slots::ACCOUNT) {
            uid.push('@');
            uid.push_str(account);
        }
        uid.push(':');
        match key {
            Key::Native(id) => uid.push_str(id),
            Key::Hashed { hash, .. } => uid.push_str(&hex(hash)),
        }
        uid
    }
}

/// Trimmed and in lower case, as the tables are compared.
fn fold(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().any(|b| b.is_ascii_uppercase() || b >= 0x80) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn unknown_field(dump: &Dump, field: &str) -> Error {
    let error = Error::usage(format!("source {}: there is no field \"{field}\"", dump.source.name)).at(&dump.path);
    match nearest(field, COLUMNS.iter().map(|c| c.name)) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("`plaint list columns` names all fields"),
    }
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
