//! What one date column says about itself.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::ingest::raw::Dump;
use crate::ingest::source::DateOrder;
use crate::normalise::bindings::Bound;
use crate::normalise::civil::{self, SECOND};
use crate::normalise::dates::{self, Fits, Pattern, Precision, Written, Zone};
use crate::normalise::epoch;
use crate::normalise::plan::swaps::Months;
use crate::normalise::plan::{Decided, SNOWFLAKE};
use crate::normalise::problems::Tally;
use crate::normalise::values;

/// A number of seconds this large is unix time since 1990, not a duration of twenty years.
const EPOCH_NOT_DURATION_S: i64 = 631_152_000;
/// All three orders, in the order of the bits of a mask.
const ORDERS: [(DateOrder, &str, &str); 3] = [
    (DateOrder::Dmy, "day/month/year", "dmy"),
    (DateOrder::Mdy, "month/day/year", "mdy"),
    (DateOrder::Ymd, "year/month/day", "ymd"),
];

/// The first cell, by row, that says something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Example {
    row: i64,
    line: i64,
    text: String,
}

/// Tallies of one date field.
#[derive(Debug, Default)]
pub(crate) struct DateColumn {
    /// Numeric dates by the orders they fit (bit 0 dmy, 1 mdy, 2 ymd): how many, and the first.
    fits: [(i64, Option<Example>); 8],
    /// Outer numbers seen, as bits: a day takes more values than a year.
    first: u128,
    last: u128,
    patterns: BTreeMap<Pattern, i64>,
    /// Cells with an offset, in UTC, wall times, days.
    zones: [i64; 4],
    /// First and last moment of dates that need no order, and of numeric dates under each order.
    spans: [Option<(i64, i64)>; 4],
    unreadable: (i64, i64),
    /// Cells; of those, integers of 15 to 19 digits; of those, plausible microseconds or whole nanoseconds.
    cells: i64,
    long_numbers: i64,
    plausible_epochs: i64,
    /// First and last moment of the long numbers, read as X ids.
    id_span: Option<(i64, i64)>,
    /// Months and days, of dates that need no order and of numeric dates under each order.
    months: [Months; 4],
    /// The first cell, by row.
    sample: Option<(i64, String)>,
}

impl DateColumn {
    pub(crate) fn observe(&mut self, cell: &str, bound: &Bound, _from: usize, line: i64, row: i64) {
        let text = cell.trim();
        if is_missing(text) {
            return;
        }
        self.cells += 1;
        if self.sample.as_ref().is_none_or(|(first, _)| row < *first) {
            self.sample = Some((row, text.chars().take(40).collect()));
        }
        self.observe_long_number(text);
        if let Some(unit) = &bound.unit {
            match as_date(text, None, Some(unit), unit == SNOWFLAKE) {
                Some(written) => self.take(written),
                None if duration(text, unit).is_some() || unit == SNOWFLAKE => {}
                None => note_count(&mut self.unreadable, line),
            }
            return;
        }
        if let Some(written) = dates::parse(text, None) {
            self.take(written);
        } else if let Some(fit) = dates::fits(text) {
            self.take_numeric(text, fit, line, row);
        } else {
            note_count(&mut self.unreadable, line);
        }
    }

    fn observe_long_number(&mut self, text: &str) {
        let digits = epoch::unwrapped(text);
        if !(15..=19).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        self.long_numbers += 1;
        if let Some(written) = epoch::snowflake(digits) {
            widen(&mut self.id_span, written.micros);
        }
        // Clocks that count nanoseconds mostly tick in microseconds or milliseconds; the low bits of ids do not.
        let epoch_like = match digits.len() {
            19 => digits.ends_with("000"),
            16 => epoch::number(digits).is_some(),
            _ => false,
        };
        self.plausible_epochs += i64::from(epoch_like && digits.len() == text.len());
    }

    fn take(&mut self, written: Written) {
        *self.patterns.entry(written.pattern).or_default() += 1;
        self.take_zone(written);
        widen(&mut self.spans[3], written.micros);
        if written.pattern == Pattern::YearFirst {
            self.months[3].take(written.micros);
        }
    }

    fn take_zone(&mut self, written: Written) {
        let kind = match (written.zone, written.precision) {
            (Zone::Offset, _) => 0,
            (Zone::Utc, _) => 1,
            (Zone::None, Precision::Day) => 3,
            (Zone::None, _) => 2,
        };
        self.zones[kind] += 1;
    }

    fn take_numeric(&mut self, text: &str, fit: Fits, line: i64, row: i64) {
        let mask = usize::from(fit.dmy) | usize::from(fit.mdy) << 1 | usize::from(fit.ymd) << 2;
        let (count, example) = &mut self.fits[mask];
        *count += 1;
        if example.as_ref().is_none_or(|e| row < e.row) {
            *example = Some(Example { row, line, text: text.to_owned() });
        }
        self.first |= 1_u128 << fit.first.min(127);
        self.last |= 1_u128 << fit.last.min(127);
        *self.patterns.entry(Pattern::Numeric).or_default() += 1;
        let mut zone_taken = false;
        for (bit, (order, ..)) in ORDERS.iter().enumerate() {
            if let Some(written) = dates::parse(text, Some(*order)) {
                widen(&mut self.spans[bit], written.micros);
                self.months[bit].take(written.micros);
                if !zone_taken {
                    self.take_zone(written);
                    zone_taken = true;
                }
            }
        }
    }

    /// The column's order, and what decided it; null where no date needs one.
    pub(crate) fn order(&self, dump: &Dump, name: &str) -> Result<(Option<DateOrder>, Decided)> {
        let seen: i64 = self.fits.iter().map(|(count, _)| count).sum();
        if let Some(asked) = dump.dates {
            return Ok((Some(asked), Decided::Flag));
        }
        if seen == 0 {
            return Ok((None, Decided::Nothing));
        }
        let mut mask = self.fits.iter().enumerate().filter(|(_, (n, _))| *n > 0).fold(7, |all, (m, _)| all & m);
        if mask == 0 {
            return Err(self.contradiction(dump, name));
        }
        // A year that comes first takes fewer values than a day; a year that comes last likewise.
        if mask & 4 != 0 && mask != 4 {
            match self.first.count_ones().cmp(&self.last.count_ones()) {
                std::cmp::Ordering::Greater => mask &= 3,
                std::cmp::Ordering::Less => mask = 4,
                std::cmp::Ordering::Equal => {}
            }
        }
        let left: Vec<_> =
            ORDERS.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, order)| order).collect();
        if let [(order, ..)] = left.as_slice() {
            return Ok((Some(*order), Decided::Column(seen)));
        }
        if let Some(known) = dump.source.dates.filter(|known| left.iter().any(|(order, ..)| order == known)) {
            return Ok((Some(known), Decided::Source(dump.source.name.clone())));
        }
        Err(self.ambiguity(dump, name, &left))
    }

    fn ambiguity(&self, dump: &Dump, name: &str, left: &[&(DateOrder, &str, &str)]) -> Error {
        let example = self.fits.iter().filter_map(|(_, e)| e.as_ref()).min();
        let short = |words: &str| words.trim_end_matches("/year").trim_start_matches("year/").to_owned();
        let two = left.iter().all(|(order, ..)| *order != DateOrder::Ymd);
        let orders: Vec<String> =
            left.iter().map(|(_, words, _)| if two { short(words) } else { (*words).to_owned() }).collect();
        let text = example.map_or("", |e| e.text.as_str());
        let flags: Vec<String> = left.iter().map(|(.., flag)| format!("--dates {flag}")).collect();
        let error = Error::failed(format!("column \"{name}\" could be {}: \"{text}\"", orders.join(" or ")))
            .at(&dump.path)
            .hint(format!("pass {}", flags.join(" or ")));
        match example {
            Some(e) if e.line > 0 => error.line(e.line.unsigned_abs()),
            _ => error,
        }
    }

    /// Two cells that share no order. Every set of masks without a common bit holds two that are enough to show it,
    /// or three that are; the two rarest disjoint ones are named.
    fn contradiction(&self, dump: &Dump, name: &str) -> Error {
        let mut present: Vec<(usize, i64, &Example)> = self
            .fits
            .iter()
            .enumerate()
            .filter_map(|(mask, (count, example))| example.as_ref().map(|e| (mask, *count, e)))
            .filter(|(mask, ..)| *mask != 7)
            .collect();
        present.sort_by_key(|(mask, _, e)| (mask.count_ones(), e.row));
        let mut error =
            Error::failed(format!("column \"{name}\" holds dates of different orders: no one order fits all"))
                .at(&dump.path)
                .hint("pass --dates dmy or --dates mdy: rows that do not fit it are set aside as rejects");
        if let Some((.., first)) = present.first().filter(|(.., e)| e.line > 0) {
            error = error.line(first.line.unsigned_abs());
        }
        for (mask, count, e) in present {
            let words: Vec<&str> =
                ORDERS.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, o)| o.1).collect();
            let place = if e.line > 0 { format!("line {}", e.line) } else { format!("row {}", e.row) };
            let others = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
            error = error.evidence(format!("{place}: \"{}\" is {}{others}", e.text, words.join(" or ")));
        }
        error
    }

    /// What speaks for days and months that a spreadsheet swapped, in words.
    pub(crate) fn swapped(&self, order: Option<DateOrder>) -> Option<String> {
        let mut all = self.months[3].clone();
        if let Some(bit) = order.and_then(|o| ORDERS.iter().position(|(known, ..)| *known == o)) {
            all.add(&self.months[bit]);
        }
        all.swapped()
    }

    /// A cell and what it is read as.
    pub(crate) fn example(&self, bound: &Bound, order: Option<DateOrder>, snowflake: bool) -> Option<(String, String)> {
        let (_, text) = self.sample.as_ref()?;
        let written = as_date(text, order, bound.unit.as_deref(), snowflake)?;
        Some((text.clone(), civil::moment_text(written.micros, written.precision == Precision::Day)))
    }

    /// First and last moment, as written, under the order decided.
    pub(crate) fn span(&self, order: Option<DateOrder>, snowflake: bool) -> Option<(i64, i64)> {
        if snowflake {
            return self.id_span;
        }
        let numeric = order.and_then(|o| ORDERS.iter().position(|(known, ..)| *known == o)).and_then(|i| self.spans[i]);
        match (self.spans[3], numeric) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        }
    }

    /// Adds the dates that cannot be read to `problems`.
    pub(crate) fn misfits(&self, order: Option<DateOrder>, problems: &mut Tally) {
        let (mut count, mut line) = self.unreadable;
        if let Some(bit) = order.and_then(|o| ORDERS.iter().position(|(known, ..)| *known == o)) {
            for (_, (n, example)) in self.fits.iter().enumerate().filter(|(mask, _)| mask >> bit & 1 == 0) {
                count += n;
                line = example.as_ref().map_or(line, |e| if line == 0 { e.line } else { line.min(e.line) });
            }
        }
        problems.add("unreadable date", count, line);
    }

    /// Whether the cells are X ids: the source says so, or all are integers of 15 to 19 digits that are no unix time.
    pub(crate) fn is_snowflake(&self, bound: &Bound) -> bool {
        match bound.unit.as_deref() {
            Some(unit) => unit == SNOWFLAKE,
            None => {
                bound.field == "created_at"
                    && self.cells > 0
                    && self.long_numbers == self.cells
                    && self.plausible_epochs < self.cells
            }
        }
    }

    pub(crate) fn pattern(&self, order: Option<DateOrder>, snowflake: bool) -> String {
        if snowflake {
            return Pattern::Snowflake.name().to_owned();
        }
        let commonest = self.patterns.iter().max_by_key(|(pattern, count)| (**count, std::cmp::Reverse(**pattern)));
        match (commonest, order.and_then(|o| ORDERS.iter().find(|(known, ..)| *known == o))) {
            (Some((Pattern::Numeric, _)), Some((_, words, _))) => (*words).to_owned(),
            (Some((pattern, _)), _) => pattern.name().to_owned(),
            (None, _) => "none".to_owned(),
        }
    }

    pub(crate) fn tz(&self, wall: &str) -> String {
        let [offset, utc, walls, _] = self.zones;
        match (walls, utc, offset) {
            (1.., ..) => wall.to_owned(),
            (_, 1.., o) if utc >= o => "utc".to_owned(),
            (_, _, 1..) => "offset".to_owned(),
            _ => "none".to_owned(),
        }
    }
}

/// Reads a date cell as its column is to be read: X id, unix time in a named unit, or as written.
pub(crate) fn as_date(text: &str, order: Option<DateOrder>, unit: Option<&str>, snowflake: bool) -> Option<Written> {
    match unit {
        _ if snowflake => epoch::snowflake(text),
        Some(unit @ ("s" | "ms")) => epoch::in_unit(text, unit).or_else(|| written_out(text, order)),
        Some(_) => written_out(text, order),
        None => dates::parse(text, order),
    }
}

/// A date in words or parts; a bare number is none.
fn written_out(text: &str, order: Option<DateOrder>) -> Option<Written> {
    dates::parse(text, order).filter(|w| w.pattern < Pattern::Compact)
}

/// A duration in microseconds: a number of `unit`, or `HH:MM[:SS]` with any number of hours. Null when it is none,
/// or so large that it must be a moment.
pub(crate) fn duration(text: &str, unit: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let plain = text.trim_start_matches('-');
    let seconds = if plain.contains(':') {
        let parts: Vec<i64> = plain.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
        match parts.as_slice() {
            [h, m] => h.checked_mul(3600)?.checked_add(m.checked_mul(60)?)?,
            [h, m, s] => h.checked_mul(3600)?.checked_add(m.checked_mul(60)?)?.checked_add(*s)?,
            _ => return None,
        }
    } else {
        let number: f64 = plain.parse().ok().filter(|n: &f64| n.is_finite())?;
        let scale = match unit {
            "s" => 1.0,
            "ms" => 0.001,
            "min" => 60.0,
            "hours" => 3600.0,
            _ => return None,
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float too large saturates, and the limit below drops it"
        )]
        let seconds = (number * scale).round() as i64;
        seconds
    };
    // Vendors write negative durations where clocks disagree; they mean none.
    (seconds < EPOCH_NOT_DURATION_S).then_some(if negative { 0 } else { seconds * SECOND })
}

/// Whether a date cell says that there is no date.
pub(crate) fn is_missing(text: &str) -> bool {
    values::is_null(text) || matches!(text, "0" | "0.0" | "?") || text.starts_with("0000-00-00")
}

fn widen(span: &mut Option<(i64, i64)>, micros: i64) {
    let (first, last) = span.get_or_insert((micros, micros));
    *first = (*first).min(micros);
    *last = (*last).max(micros);
}

fn note_count(tally: &mut (i64, i64), line: i64) {
    tally.0 += 1;
    tally.1 = if tally.1 == 0 { line } else { tally.1.min(line) };
}
