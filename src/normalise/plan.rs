//! The first pass: what only a whole column can decide.
//!
//! The order of numeric dates is never decided row by row. One value with a part above 12 decides its column; values
//! that speak for different orders are an error that names both; where nothing speaks, the source's known order
//! does, else the user must (`--dates`, which always wins).

use std::collections::BTreeMap;

use crate::error::Result;
use crate::ingest::raw::{Dump, Raw};
use crate::ingest::source::DateOrder;
use crate::normalise::bindings::{self, Bound, Cells};
use crate::normalise::civil;
use crate::normalise::numbers::{self, Evidence, Style};
use crate::normalise::problems::{Problem, Tally};
use crate::normalise::values;
use crate::normalise::zones::Rule;

mod column;
mod swaps;

pub(crate) use column::{as_date, duration, is_missing};

/// The unit of ids that hold a time, as X's do.
pub(crate) const SNOWFLAKE: &str = "snowflake";

/// The fields that hold dates.
pub const DATES: [&str; 6] = ["created_at", "updated_at", "first_response_at", "resolved_at", "closed_at", "reply_at"];
/// The fields that hold numbers, and whether they are counts.
pub const NUMBERS: [(&str, bool); 9] = [
    ("author_followers", true),
    ("likes", true),
    ("shares", true),
    ("replies", true),
    ("views", true),
    ("nps", true),
    ("vendor_reach", false),
    ("vendor_sentiment_score", false),
    ("rating", false),
];

/// How a dump's columns are to be read, decided from all of its rows.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Date field → how it is read. Only bound fields.
    pub dates: BTreeMap<String, DatePlan>,
    /// Number field → what its commas and points mean. Only bound fields.
    pub thousands: BTreeMap<String, Style>,
    /// Lowest and highest rating possible; null when unknown, and `rating_01` stays null.
    pub scale: Option<[f64; 2]>,
    /// Rows seen.
    pub rows: i64,
    /// First and last written day of `created_at` (`YYYY-MM-DD`); null without a dated row.
    pub span: Option<(String, String)>,
    /// What the reader could not make a row of, and dates that cannot be read: kind, count, a line.
    pub problems: Vec<Problem>,
}

impl Plan {
    /// What was assumed, in words, for whoever reads the numbers: the order of numeric dates where the data alone
    /// did not decide it, zones nobody named, dates taken from ids.
    pub fn assumptions(&self) -> Vec<String> {
        let mut said = Vec::new();
        for (field, date) in &self.dates {
            if let Decided::Source(source) = &date.evidence {
                said.push(format!("{field}: read as {} because source {source} writes them so", date.pattern));
            }
            if date.tz == "assumed_utc" {
                said.push(format!("{field}: times name no zone and are read as UTC (--source-tz names another)"));
            }
            if date.snowflake {
                said.push(format!("{field}: taken from the X ids"));
            }
            if let Some(swap) = &date.swapped {
                said.push(format!("{field}: {swap}"));
            }
        }
        said
    }
}

/// What decided the order of numeric dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// There was nothing to decide.
    Nothing,
    /// `--dates`.
    Flag,
    /// The column: so many numeric dates, all possible in one order only.
    Column(i64),
    /// The column fits several orders; this source is known to write one of them.
    Source(String),
}

/// How one date field is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePlan {
    /// The commonest pattern of its cells, in words.
    pub pattern: String,
    /// Of numeric dates; null when there are none.
    pub order: Option<DateOrder>,
    /// How instants are obtained: `offset`, `utc`, `header:ZONE`, `user:ZONE`, `source:ZONE`, `assumed_utc`, or
    /// `none` when no cell has a time of day.
    pub tz: String,
    /// What decided the order.
    pub evidence: Decided,
    /// The cells are X ids, and the time is taken from them.
    pub snowflake: bool,
    /// What speaks for days and months that a spreadsheet swapped, in words; null where nothing does, or `--dates` has
    /// settled it.
    pub swapped: Option<String>,
    /// A cell, and the moment it is read as; null where none can be read.
    pub example: Option<(String, String)>,
}

/// Builds a [`Plan`] from a dump's chunks, in one pass.
#[derive(Debug)]
pub struct Planner<'a> {
    dump: &'a Dump,
    dates: Vec<(Bound, column::DateColumn)>,
    numbers: Vec<(Bound, bool, Evidence)>,
    ratings: Option<(f64, f64)>,
    rows: i64,
    problems: Tally,
}

impl<'a> Planner<'a> {
    /// Compiles the dump's bindings.
    ///
    /// # Errors
    /// When a binding's pattern is no regular expression or names a column the dump lacks.
    pub fn new(dump: &'a Dump) -> Result<Self> {
        let mut bound = bindings::compile(dump)?;
        let dates =
            DATES.iter().filter_map(|field| bound.remove(*field)).map(|b| (b, column::DateColumn::default())).collect();
        let numbers = NUMBERS
            .iter()
            .filter_map(|(field, count)| bound.remove(*field).map(|b| (b, *count, Evidence::default())))
            .collect();
        Ok(Self { dump, dates, numbers, ratings: None, rows: 0, problems: Tally::default() })
    }

    /// The columns it looks at, by position in the dump's.
    pub fn columns(&self) -> Vec<usize> {
        let dates = self.dates.iter().flat_map(|(bound, _)| &bound.columns);
        dates.chain(self.numbers.iter().flat_map(|(bound, ..)| &bound.columns)).copied().collect()
    }

    /// Takes note of a chunk. The order of chunks does not matter for what is decided.
    ///
    /// # Errors
    /// An internal error when the chunk is not raw.
    pub fn observe(&mut self, raw: &Raw) -> Result<()> {
        let cells = Cells::of(raw.frame())?;
        self.rows += i64::try_from(cells.len()).unwrap_or(i64::MAX);
        for row in 0..cells.len() {
            if let Some(problem) = cells.problem[row] {
                self.problems.add(problem, 1, cells.line[row]);
                continue;
            }
            for (bound, dates) in &mut self.dates {
                if let Some((cell, from)) = bound.value(&cells, row) {
                    dates.observe(&cell, bound, from, cells.line[row], cells.row[row]);
                }
            }
            for (bound, _, evidence) in &mut self.numbers {
                if let Some((cell, _)) = bound.value(&cells, row) {
                    if cell.bytes().any(|b| matches!(b, b',' | b'.')) {
                        evidence.observe(&cell);
                    }
                    if bound.field == "rating" {
                        observe_rating(&mut self.ratings, &cell);
                    }
                }
            }
        }
        Ok(())
    }

    /// Decides.
    ///
    /// # Errors
    /// When a column of numeric dates fits several orders and neither source nor `--dates` says which, or holds
    /// dates that fit no one order; when a zone's name is unknown.
    pub fn finish(self) -> Result<Plan> {
        let mut problems = self.problems;
        let mut dates = BTreeMap::new();
        let mut span = None;
        for (bound, found) in &self.dates {
            let name = bound.columns.first().map_or("", |c| self.dump.columns[*c].as_str());
            let (order, evidence) = found.order(self.dump, name)?;
            let rule = Rule::of(name, self.dump)?;
            let snowflake = found.is_snowflake(bound);
            if bound.field == "created_at" {
                span = found.span(order, snowflake).map(|(a, b)| (civil::day_text(a), civil::day_text(b)));
            }
            // Only these two reject a row; see `build`.
            if matches!(bound.field.as_str(), "created_at" | "updated_at") && !snowflake {
                found.misfits(order, &mut problems);
            }
            let plan = DatePlan {
                pattern: found.pattern(order, snowflake),
                order,
                tz: if snowflake { "utc".to_owned() } else { found.tz(&rule.label) },
                swapped: found.swapped(order).filter(|_| evidence != Decided::Flag),
                example: found.example(bound, order, snowflake),
                evidence,
                snowflake,
            };
            dates.insert(bound.field.clone(), plan);
        }
        let rating = self.numbers.iter().find(|(bound, ..)| bound.field == "rating");
        let scale = rating.and_then(|(bound, ..)| bound.scale.or_else(|| usual_scale(self.ratings)));
        let thousands = self.numbers.iter().map(|(b, count, e)| (b.field.clone(), e.decide(*count))).collect();
        let problems = problems.into_problems();
        Ok(Plan { dates, thousands, scale, rows: self.rows, span, problems })
    }
}

fn observe_rating(range: &mut Option<(f64, f64)>, cell: &str) {
    let number = numbers::parse(cell, Style::usual(false))
        .or_else(|| numbers::parse(&cell.replace(',', "."), Style::usual(false)))
        .or_else(|| values::rating_in_words(cell).map(|(points, _)| points));
    if let Some(n) = number {
        let (low, high) = range.get_or_insert((n, n));
        *low = low.min(n);
        *high = high.max(n);
    }
}

/// Stars from 1 to 5 where all values are; points from 0 to 10 where all values are; else unknown.
fn usual_scale(range: Option<(f64, f64)>) -> Option<[f64; 2]> {
    match range? {
        (low, high) if low >= 1.0 && high <= 5.0 => Some([1.0, 5.0]),
        (low, high) if low >= 0.0 && high <= 10.0 => Some([0.0, 10.0]),
        _ => None,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
