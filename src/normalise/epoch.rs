//! Dates written as one number: unix time, X ids, spreadsheet serials, `YYYYMMDD`.

use crate::normalise::civil::{self, DAY, SECOND};
use crate::normalise::dates::{Pattern, Precision, Written, Zone};

/// First moment of X's id scheme, milliseconds since 1970.
const SNOWFLAKE_EPOCH_MS: i64 = 1_288_834_974_657;
/// Ids below this were counted, not timed.
const FIRST_SNOWFLAKE: i64 = 30_000_000_000;
/// Days from the spreadsheets' day 0 (1899-12-30) to 1970-01-01.
const SERIAL_OF_1970: i64 = 25_569;

/// Reads a cell that is one plain number: `YYYYMMDD`, a spreadsheet serial (five digits before the point, wall time),
/// or unix time, whose unit follows from its size: below 1e11 seconds, 1e14 milliseconds, 1e17 microseconds, above
/// nanoseconds. Null when it is none of them or its year is outside 1990 to 2100.
pub fn number(text: &str) -> Option<Written> {
    let (whole, fraction) = split(text)?;
    let value: i64 = whole.parse().ok()?;
    let has_fraction = fraction.bytes().any(|b| b != b'0');
    if whole.len() == 8
        && fraction.is_empty()
        && let Some(day) = civil::days(value / 10_000, value / 100 % 100, value % 100)
    {
        return Some(Written::day(day * DAY, Pattern::Compact));
    }
    if whole.len() == 5 {
        return serial(value, fraction);
    }
    let (unit, pattern) = match value {
        ..100_000_000_000 => (SECOND, Pattern::EpochSeconds),
        100_000_000_000..100_000_000_000_000 => (1_000, Pattern::EpochMillis),
        100_000_000_000_000..100_000_000_000_000_000 => (1, Pattern::EpochMicros),
        _ => (0, Pattern::EpochNanos),
    };
    let micros = if unit == 0 { value / 1_000 } else { value.checked_mul(unit)? };
    let micros = if has_fraction { micros + fraction_of(fraction, unit) } else { micros };
    let precision =
        if pattern == Pattern::EpochSeconds && !has_fraction { Precision::Second } else { Precision::Milli };
    instant(micros, precision, pattern)
}

/// Reads unix time in a unit the source names: `s` or `ms`.
pub fn in_unit(text: &str, unit: &str) -> Option<Written> {
    let (whole, fraction) = split(text)?;
    let value: i64 = whole.parse().ok()?;
    let has_fraction = fraction.bytes().any(|b| b != b'0');
    let (scale, pattern, precision) = match unit {
        "ms" => (1_000, Pattern::EpochMillis, Precision::Milli),
        _ if has_fraction => (SECOND, Pattern::EpochSeconds, Precision::Milli),
        _ => (SECOND, Pattern::EpochSeconds, Precision::Second),
    };
    instant(value.checked_mul(scale)?.checked_add(fraction_of(fraction, scale))?, precision, pattern)
}

/// The time in an X id: the upper 42 bits are milliseconds since 2010-11-04.
pub fn snowflake(text: &str) -> Option<Written> {
    let id: i64 = unwrapped(text).parse().ok()?;
    if id < FIRST_SNOWFLAKE {
        return None;
    }
    instant(((id >> 22) + SNOWFLAKE_EPOCH_MS) * 1_000, Precision::Milli, Pattern::Snowflake)
}

/// A cell without the apostrophes or quotes that exporters wrap around ids.
pub fn unwrapped(text: &str) -> &str {
    text.trim().trim_matches(|c| matches!(c, '\'' | '"' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}')).trim()
}

fn instant(micros: i64, precision: Precision, pattern: Pattern) -> Option<Written> {
    civil::in_range(micros).then_some(Written { micros, precision, zone: Zone::Utc, pattern })
}

fn serial(whole: i64, fraction: &str) -> Option<Written> {
    let day = (whole - SERIAL_OF_1970) * DAY;
    if !civil::in_range(day) {
        return None;
    }
    if fraction.bytes().all(|b| b == b'0') {
        return Some(Written::day(day, Pattern::Serial));
    }
    // A serial holds about eleven significant digits; below a second it is noise.
    let seconds = (fraction_of(fraction, DAY) + SECOND / 2) / SECOND;
    Some(Written {
        micros: day + seconds * SECOND,
        precision: Precision::Second,
        zone: Zone::None,
        pattern: Pattern::Serial,
    })
}

/// `0.fraction` of `unit`, in whole units below; at most nine digits are read.
fn fraction_of(fraction: &str, unit: i64) -> i64 {
    let mut value: i128 = 0;
    let mut scale: i128 = 1;
    for digit in fraction.bytes().take(9) {
        value = value * 10 + i128::from(digit - b'0');
        scale *= 10;
    }
    i64::try_from(i128::from(unit) * value / scale).unwrap_or(0)
}

/// Whole and fractional digits of `123`, `123.0`. The exponent form is refused: spreadsheets lose digits in it.
fn split(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 19 || !digits(whole) || !digits(fraction) {
        return None;
    }
    Some((whole, fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<i64> {
        number(text).map(|w| w.micros)
    }

    #[test]
    fn unix_time_follows_its_size() {
        assert_eq!(micros("1352762768"), Some(1_352_762_768_000_000));
        assert_eq!(micros("1352762768.0"), Some(1_352_762_768_000_000));
        assert_eq!(micros("1352762768.25"), Some(1_352_762_768_250_000));
        assert_eq!(micros("1588687728923"), Some(1_588_687_728_923_000));
        assert_eq!(micros("1588687728923456"), Some(1_588_687_728_923_456));
        assert_eq!(micros("1588687728923456789"), Some(1_588_687_728_923_456));
        assert_eq!(number("1352762768").map(|w| w.precision), Some(Precision::Second));
        assert_eq!(number("1588687728923").map(|w| w.precision), Some(Precision::Milli));
    }

    #[test]
    fn numbers_that_are_no_dates() {
        for text in ["0", "7", "119237", "99999999", "4102444800000000000000", "1.5.2", "", ".", "-5", "99999"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn compact_and_serial() {
        assert_eq!(number("20240229"), Some(Written::day(19_782 * DAY, Pattern::Compact)));
        // 45352 is 2024-03-01 in every spreadsheet; .604 of a day is 14:29:45.6.
        assert_eq!(number("45352"), Some(Written::day(19_783 * DAY, Pattern::Serial)));
        assert_eq!(micros("45352.604"), Some(19_783 * DAY + (14 * 3600 + 29 * 60 + 46) * SECOND));
    }

    #[test]
    fn snowflakes_hold_their_time() {
        // id 1212092628029698048 (2020-01-01 by its own upper bits).
        let id: i64 = 1_212_092_628_029_698_048;
        let expected = ((id >> 22) + 1_288_834_974_657) * 1_000;
        assert_eq!(snowflake("'1212092628029698048'").map(|w| w.micros), Some(expected));
        assert_eq!(civil::day_text(expected), "2019-12-31");
        assert_eq!(snowflake("12"), None);
    }
}
