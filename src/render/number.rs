//! Numbers and dates as people and spreadsheets read them. Formats values; computes none.

use std::fmt::Write;

use jiff::civil::{Date, DateTime, Time};

use crate::report::model::{Change, PeriodName};
use crate::report::words::percent;
pub use crate::report::words::{count, day, times};
use crate::trend::calendar::Period;
use crate::trend::series::{Point, Series};

/// What stands for a value that is not known.
pub const UNKNOWN: &str = "–";

/// A count that may be unknown.
pub fn count_or_unknown(n: Option<i64>) -> String {
    n.map_or_else(|| UNKNOWN.to_owned(), count)
}

/// An estimate of a count for reading: one decimal under 100, none from there on.
pub fn estimate(x: Option<f64>) -> String {
    match x.filter(|x| x.is_finite()) {
        None => UNKNOWN.to_owned(),
        Some(x) if x.abs() < 99.95 => format!("{:.1}", positive_zero(x)),
        Some(x) if x.abs() < 1e15 => count(x.round() as i64),
        Some(x) => format!("{x:e}"),
    }
}

/// The usual range of a point for reading: `up to 41`, the highest count that is usual.
pub fn usual_range(point: Option<&Point>) -> String {
    match point.and_then(|p| p.upper) {
        Some(upper) if upper.is_finite() => format!("up to {}", count(upper.floor() as i64)),
        _ => UNKNOWN.to_owned(),
    }
}

/// A change with its interval for reading: `1.8× (1.2–2.8)`. Without a number when the period before had none.
pub fn change(change: Option<&Change>) -> String {
    // From none to none there is nothing to say.
    let Some(change) = change.filter(|c| c.ratio.is_some() || c.low > 0.0) else { return UNKNOWN.to_owned() };
    let bare = |x: f64| times(x).trim_end_matches('×').to_owned();
    let interval = match change.high.filter(|h| h.is_finite()) {
        Some(high) => format!("({}–{})", bare(change.low), bare(high)),
        None => format!("(≥ {})", bare(change.low)),
    };
    match change.ratio {
        Some(value) => format!("{} {interval}", times(value)),
        None => format!("from 0 {interval}"),
    }
}

/// A probability for reading: two significant digits, `0.031`, `< 0.0001`.
pub fn probability(p: Option<f64>) -> String {
    match p {
        None => UNKNOWN.to_owned(),
        Some(p) if p < 0.0001 => "< 0.0001".to_owned(),
        Some(p) if p < 0.001 => format!("{p:.4}"),
        Some(p) if p < 0.1 => format!("{p:.3}"),
        Some(p) => format!("{p:.2}"),
    }
}

/// A share for reading: `4.2 %`.
pub fn share(x: Option<f64>) -> String {
    x.map_or_else(|| UNKNOWN.to_owned(), percent)
}

/// A day that may be unknown.
pub fn day_or_unknown(date: Option<Date>) -> String {
    date.map_or_else(|| UNKNOWN.to_owned(), day)
}

/// A period's first moment for reading: `9 Nov 2026`, with the hour where it is not midnight.
pub fn moment(period: Period) -> String {
    if period.time() == Time::midnight() { day(period.date()) } else { period.strftime("%-d %b %Y %H:%M").to_string() }
}

/// A period's first moment for machines: `2026-11-09`; `2026-11-09T14:00:00` when the grid is finer than a day.
pub fn period_id(period: Period, finer_than_day: bool) -> String {
    if finer_than_day { period.to_string() } else { period.date().to_string() }
}

/// Whether any of these series has a period that does not start at midnight.
pub fn finer_than_day<'a>(series: impl IntoIterator<Item = &'a Series>) -> bool {
    series.into_iter().flat_map(|s| &s.points).any(|p| p.period.time() != Time::midnight())
}

/// The point of the period judged.
pub fn current<'a>(series: &'a Series, period: &PeriodName) -> Option<&'a Point> {
    let moment: DateTime = period.id.parse().unwrap_or_else(|_| period.first.to_datetime(Time::midnight()));
    series.at(moment)
}

/// A number for a CSV cell with fixed decimals; empty when unknown.
pub fn fixed(x: Option<f64>, decimals: usize) -> String {
    made(|cell| push_fixed(cell, x, decimals))
}

/// Adds what [`fixed`] gives.
pub fn push_fixed(cell: &mut String, x: Option<f64>, decimals: usize) {
    let Some(x) = x.filter(|x| x.is_finite()) else { return };
    if !push_quick(cell, x, decimals) {
        push(cell, format_args!("{:.decimals$}", positive_zero(x)));
    }
}

/// Adds what `{:.decimals$}` writes, where rounding a multiple cannot err; false, and nothing, where it can. A thousand
/// issues over ten years of weeks have two million such cells.
fn push_quick(cell: &mut String, x: f64, decimals: usize) -> bool {
    /// Further from the middle between two numbers than a product is rounded.
    const CLEAR: f64 = 1e-3;
    let scale = u32::try_from(decimals).ok().and_then(|d| 10_i64.checked_pow(d)).filter(|_| decimals > 0);
    let Some(scale) = scale else { return false };
    let scaled = x * scale as f64;
    let clear = ((scaled - scaled.floor()) - 0.5).abs() > CLEAR;
    if !clear || !(0.0..1e9).contains(&scaled) {
        return false;
    }
    let whole = scaled.round() as i64;
    push(cell, format_args!("{}", whole / scale));
    cell.push('.');
    let mut place = scale;
    while place > 1 {
        place /= 10;
        cell.push(char::from(b'0' + (whole / place % 10) as u8));
    }
    true
}

/// A number for a CSV cell in the shortest form that reads back as the same number; empty when unknown.
/// Plain between 0.0001 and 10^15, else scientific.
pub fn shortest(x: Option<f64>) -> String {
    made(|cell| push_shortest(cell, x))
}

/// Adds what [`shortest`] gives.
pub fn push_shortest(cell: &mut String, x: Option<f64>) {
    match x.filter(|x| x.is_finite()) {
        None => (),
        Some(0.0) => cell.push('0'),
        Some(x) if (1e-4..1e15).contains(&x.abs()) => push(cell, format_args!("{x}")),
        Some(x) => push(cell, format_args!("{x:e}")),
    }
}

/// A count for a CSV cell; empty when unknown.
pub fn whole(n: Option<i64>) -> String {
    made(|cell| push_whole(cell, n))
}

/// Adds what [`whole`] gives.
pub fn push_whole(cell: &mut String, n: Option<i64>) {
    if let Some(n) = n {
        push(cell, format_args!("{n}"));
    }
}

fn made(push: impl FnOnce(&mut String)) -> String {
    let mut cell = String::new();
    push(&mut cell);
    cell
}

fn push(cell: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = cell.write_fmt(what);
}

fn positive_zero(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn groups_thousands() {
        let shown = [0, 999, 1000, 1_234_567, -1000, i64::MIN].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567", "-1,000", "-9,223,372,036,854,775,808"]);
    }

    proptest! {
        #[test]
        fn quick_digits_are_the_exact_ones(x in 0.0..2e6_f64, thousandths in 0_i64..9_000_000, decimals in 0_usize..6) {
            for x in [x, thousandths as f64 / 1e3, thousandths as f64 / 2e3, thousandths as f64 / 1024.0] {
                prop_assert_eq!(fixed(Some(x), decimals), format!("{x:.decimals$}"));
            }
        }
    }

    #[test]
    fn shows_estimates_by_size() {
        assert_eq!(estimate(Some(41.25)), "41.2");
        assert_eq!(estimate(Some(99.97)), "100");
        assert_eq!(estimate(Some(1234.5)), "1,235");
        assert_eq!(estimate(Some(-0.0)), "0.0");
        assert_eq!(estimate(Some(f64::NAN)), UNKNOWN);
    }

    #[test]
    fn shows_changes_with_their_interval() {
        let known = Change { ratio: Some(1.838), low: 1.2, high: Some(12.345), p: 0.01 };
        assert_eq!(change(Some(&known)), "1.8× (1.2–12)");
        let from_zero = Change { ratio: None, low: 2.5, high: None, p: 0.01 };
        assert_eq!(change(Some(&from_zero)), "from 0 (≥ 2.5)");
        assert_eq!(change(None), UNKNOWN);
    }

    #[test]
    fn names_periods() {
        let noon = date(2026, 11, 9).at(14, 0, 0, 0);
        assert_eq!(moment(noon), "9 Nov 2026 14:00");
        assert_eq!(period_id(noon, true), "2026-11-09T14:00:00");
        assert_eq!(period_id(date(2026, 11, 9).at(0, 0, 0, 0), false), "2026-11-09");
    }

    #[test]
    fn writes_cells() {
        assert_eq!(fixed(Some(2.0), 3), "2.000");
        assert_eq!(fixed(None, 3), "");
        assert_eq!(shortest(Some(0.05)), "0.05");
        assert_eq!(shortest(Some(1.5e-9)), "1.5e-9");
        assert_eq!(shortest(Some(1200.0)), "1200");
    }

    proptest! {
        #[test]
        fn shortest_reads_back(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
            prop_assert_eq!(shortest(Some(x)).parse::<f64>().ok(), Some(x));
        }
    }
}
