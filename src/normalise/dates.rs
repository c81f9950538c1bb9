//! One date cell: what it says, and what it leaves open (order, zone).
//!
//! Every pattern of real exports is read by one small cursor; nothing is guessed: a numeric date is read only in the
//! order the caller gives, which [`plan`](crate::normalise::plan) decided from the whole column.

use crate::ingest::source::DateOrder;
use crate::normalise::civil::{self, DAY, SECOND};
use crate::normalise::epoch;

mod cursor;

use cursor::Cursor;

/// The finest unit a date cell names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Milliseconds or finer.
    Milli,
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// A day without a time.
    Day,
}

impl Precision {
    /// Its name in `created_precision`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Milli => "ms",
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

/// What a cell says about its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// An offset; `micros` is the instant.
    Offset,
    /// UTC; `micros` is the instant.
    Utc,
    /// Nothing: `micros` is the wall time, as if it were UTC.
    None,
}

/// How a cell is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// `2026-02-25`, `2026/2/5`, `2026-02-25T16:38:58.123Z`
    YearFirst,
    /// `25/02/2026`, `2.25.26`: the order is the column's.
    Numeric,
    /// `25/Feb/26 10:17 PM`, `06-Feb-2026`, `Tue, 5 Apr 2024 18:15:00 +0200`
    DayMonthName,
    /// `Apr 5, 2024 6:15 PM`
    MonthNameDay,
    /// `Tue Oct 31 22:10:47 +0000 2017`
    YearLast,
    /// `20260225`
    Compact,
    /// `45352.604`
    Serial,
    /// Unix time in seconds.
    EpochSeconds,
    /// Unix time in milliseconds.
    EpochMillis,
    /// Unix time in microseconds.
    EpochMicros,
    /// Unix time in nanoseconds.
    EpochNanos,
    /// The time inside an X id.
    Snowflake,
}

impl Pattern {
    /// Its name for `plaint inspect`.
    pub fn name(self) -> &'static str {
        match self {
            Self::YearFirst => "year-month-day",
            Self::Numeric => "numeric",
            Self::DayMonthName => "day month-name year",
            Self::MonthNameDay => "month-name day year",
            Self::YearLast => "weekday month-name day time year",
            Self::Compact => "YYYYMMDD",
            Self::Serial => "spreadsheet serial",
            Self::EpochSeconds => "unix seconds",
            Self::EpochMillis => "unix milliseconds",
            Self::EpochMicros => "unix microseconds",
            Self::EpochNanos => "unix nanoseconds",
            Self::Snowflake => "X id",
        }
    }
}

/// A date cell, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Microseconds since 1970: the instant, or the wall time as if it were UTC (see [`Zone`]).
    pub micros: i64,
    /// The finest unit named.
    pub precision: Precision,
    /// What it says about its zone.
    pub zone: Zone,
    /// How it is written.
    pub pattern: Pattern,
}

impl Written {
    /// A day without a time.
    pub fn day(micros: i64, pattern: Pattern) -> Self {
        Self { micros, precision: Precision::Day, zone: Zone::None, pattern }
    }
}

/// The orders a numeric date fits, and its outer parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fits {
    /// As day/month/year.
    pub dmy: bool,
    /// As month/day/year.
    pub mdy: bool,
    /// As year/month/day with a two-digit year.
    pub ymd: bool,
    /// First number.
    pub first: u8,
    /// Last two digits of the last number.
    pub last: u8,
}

/// Longest cell that can be a date; a longer one is text.
const LONGEST: usize = 64;

/// Reads a date cell. `order` is for all-numeric dates that do not start with a four-digit year; without it they are
/// not read. Null when it is no date, or its year is outside 1990 to 2100.
pub fn parse(cell: &str, order: Option<DateOrder>) -> Option<Written> {
    let text = cell.trim().trim_start_matches('\'');
    let bytes = text.as_bytes();
    if bytes.len() < 5 || bytes.len() > LONGEST {
        return None;
    }
    let mut c = Cursor { bytes, at: 0 };
    if !bytes[0].is_ascii_digit() {
        return words_first(&mut c);
    }
    if bytes.iter().take(5).all(u8::is_ascii_digit) {
        return epoch::number(text);
    }
    let (first, len) = c.digits()?;
    if len == 4 {
        let separator = c.any(b"-/.")?;
        let (month, _) = c.digits_up_to(2)?;
        c.eat(separator).then_some(())?;
        let (day, _) = c.digits_up_to(2)?;
        return finish(&mut c, first, month, day, Pattern::YearFirst);
    }
    if len > 2 {
        return None;
    }
    c.ordinal();
    let separator = c.any(b"/-. ")?;
    c.spaces();
    if c.peek().is_some_and(|b| b.is_ascii_alphabetic()) {
        let month = c.month()?;
        c.eat(b'.');
        if separator != b' ' && separator != b'.' {
            c.eat(separator).then_some(())?;
        } else {
            c.eat(b',');
            c.spaces();
        }
        let year = c.year()?;
        return finish(&mut c, year, month, first, Pattern::DayMonthName);
    }
    let (a, b, y, two) = numeric_rest(&mut c, first, separator)?;
    let (year, month, day) = match (order?, two) {
        (DateOrder::Dmy, _) => (y, b, a),
        (DateOrder::Mdy, _) => (y, a, b),
        (DateOrder::Ymd, true) => (century(a), b, y % 100),
        (DateOrder::Ymd, false) => return None,
    };
    finish(&mut c, year, month, day, Pattern::Numeric)
}

/// The orders in which an all-numeric date can be read; null when the cell is not one, or fits none.
pub fn fits(cell: &str) -> Option<Fits> {
    let text = cell.trim().trim_start_matches('\'');
    let bytes = text.as_bytes();
    if bytes.len() < 6 || bytes.len() > LONGEST || !bytes[0].is_ascii_digit() {
        return None;
    }
    let mut c = Cursor { bytes, at: 0 };
    let (first, len) = c.digits()?;
    if len > 2 {
        return None;
    }
    let separator = c.any(b"/-.")?;
    let (a, b, y, two) = numeric_rest(&mut c, first, separator)?;
    c.time()?;
    let found = Fits {
        dmy: civil::days(y, b, a).is_some(),
        mdy: civil::days(y, a, b).is_some(),
        ymd: two && civil::days(century(a), b, y % 100).is_some(),
        first: u8::try_from(a).ok()?,
        last: u8::try_from(y % 100).ok()?,
    };
    (found.dmy || found.mdy || found.ymd).then_some(found)
}

/// The rest of `a/b/y` after `a/`: the three numbers, the last as a full year, and whether it had two digits.
fn numeric_rest(c: &mut Cursor<'_>, a: i64, separator: u8) -> Option<(i64, i64, i64, bool)> {
    let (b, _) = c.digits_up_to(2)?;
    c.eat(separator).then_some(())?;
    c.spaces();
    let (y, len) = c.digits()?;
    match len {
        2 => Some((a, b, century(y), true)),
        4 => Some((a, b, y, false)),
        _ => None,
    }
}

/// Two-digit years: 69 to 99 are 1900s (POSIX `%y`).
fn century(year: i64) -> i64 {
    if year >= 69 { 1900 + year } else { 2000 + year }
}

/// `Tue Oct 31 22:10:47 +0000 2017`, `Tue, 5 Apr 2024 18:15`, `Apr 5, 2024 6:15 PM`.
fn words_first(c: &mut Cursor<'_>) -> Option<Written> {
    if c.weekday() {
        c.eat(b'.');
        c.eat(b',');
        c.spaces();
        if c.peek()?.is_ascii_digit() {
            let (day, _) = c.digits_up_to(2)?;
            c.ordinal();
            c.any(b" -")?;
            c.spaces();
            let month = c.month()?;
            c.any(b" -,.")?;
            c.spaces();
            let year = c.year()?;
            return finish(c, year, month, day, Pattern::DayMonthName);
        }
    }
    let month = c.month()?;
    c.eat(b'.');
    c.spaces();
    let (day, _) = c.digits_up_to(2)?;
    c.ordinal();
    let comma = c.eat(b',');
    c.spaces();
    if comma || c.bytes.get(c.at + 2) != Some(&b':') && c.bytes.get(c.at + 1) != Some(&b':') {
        let year = c.year()?;
        return finish(c, year, month, day, Pattern::MonthNameDay);
    }
    let (micros, precision) = c.clock()?;
    c.spaces();
    let zone = if c.peek().is_some_and(|b| !b.is_ascii_digit()) { c.zone()? } else { (Zone::None, 0) };
    c.spaces();
    let year = c.year()?;
    c.end().then_some(())?;
    let day = civil::days(year, month, day)?;
    assemble(day, micros, precision, zone, Pattern::YearLast)
}

fn finish(c: &mut Cursor<'_>, year: i64, month: i64, day: i64, pattern: Pattern) -> Option<Written> {
    let day = civil::days(year, month, day)?;
    let (micros, precision, zone) = c.time()?;
    assemble(day, micros, precision, zone, pattern)
}

fn assemble(day: i64, micros: i64, precision: Precision, zone: (Zone, i64), pattern: Pattern) -> Option<Written> {
    Some(Written { micros: day * DAY + micros - zone.1 * SECOND, precision, zone: zone.0, pattern })
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
