//! When records came in, where that is known beside when they were written: how many of a period's are still to come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::error::{Error, Result};
use crate::trend::calendar::Calendar;
use crate::trend::counts::{Counts, Placed};
use crate::trend::delay::{Delays, delays};

/// Whole periods that delays are learned from (methods.md §2.6), beyond the longest delay told apart.
const WINDOW: i64 = 8;
/// Delays beyond so many periods count as so many.
const MOST: usize = 8;

/// How late records are, and up to when arrivals are known.
#[derive(Debug, Clone)]
pub struct Arrivals {
    /// Learned from the periods before.
    pub delays: Delays,
    /// The place of the last complete period.
    pub last: usize,
}

/// Reads the dates of a column, row by row; null where the cell is empty.
///
/// # Errors
/// A cell that is no date: said with what is understood.
pub fn days(cells: &[Option<String>], column: &str, calendar: &Calendar) -> Result<Vec<Option<Date>>> {
    let day = |cell: &Option<String>| {
        let Some(text) = cell.as_deref().map(str::trim).filter(|t| !t.is_empty()) else { return Ok(None) };
        written(text, calendar).map(Some).ok_or_else(|| {
            Error::failed(format!("--received {column}: not a date"))
                .evidence(format!("\"{text}\""))
                .hint("dates are understood as 2026-11-02, 2026/11/2, 20261102 or a timestamp")
        })
    };
    cells.iter().map(day).collect()
}

fn written(text: &str, calendar: &Calendar) -> Option<Date> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(calendar.zone().to_datetime(instant).date());
    }
    if let Ok(moment) = text.parse::<DateTime>() {
        return Some(moment.date());
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Date::strptime("%Y%m%d", text).ok();
    }
    Date::strptime("%Y/%m/%d", text.split([' ', 'T']).next()?).ok()
}

/// Learns how late the counted records come in; `received` by row. Null when no record has both dates, or none is late.
pub(crate) fn learn(counts: &Counts, placed: &Placed, received: &[Option<Date>]) -> Option<Arrivals> {
    let calendar = &counts.calendar;
    let complete = |p: &usize| calendar.is_complete(counts.period(*p), counts.now);
    let last = (0..counts.periods()).rev().find(complete)?;
    let first = calendar.index(counts.period(0));
    let mut seen: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for row in placed.rows() {
        if let Some(Some(day)) = received.get(row.row()) {
            let period = row.period() as i64;
            let delay = calendar.index(day.at(0, 0, 0, 0)) - first - period;
            *seen.entry((period, delay)).or_default() += 1;
        }
    }
    let records: Vec<(i64, i64, i64)> = seen.into_iter().map(|((p, d), n)| (p, d, n)).collect();
    let late = records.iter().any(|(_, delay, _)| *delay > 0);
    let learned = delays(&records, last as i64, WINDOW + MOST as i64, MOST);
    learned.filter(|_| late).map(|delays| Arrivals { delays, last })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::{By, WeekStart};
    use crate::trend::counts::count_placed;
    use crate::trend::coverage::Declared;
    use crate::trend::options::Options;
    use crate::trend::testing::{line, matches, records};
    use jiff::ToSpan;
    use jiff::civil::date;

    #[test]
    fn dates_of_several_kinds_are_read() {
        let calendar = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let cells = ["2026-11-02", "2026/11/2", "20261102", "2026-11-02T10:00Z", ""].map(|c| Some(c.to_owned()));
        let read = days(&cells, "LDATE", &calendar).unwrap();
        assert!(read[..4].iter().all(|d| *d == Some(date(2026, 11, 2))) && read[4].is_none());
        let error = days(&[Some("02.11.2026".to_owned())], "LDATE", &calendar).unwrap_err().to_string();
        assert!(error.contains("--received LDATE") && error.contains("02.11.2026"), "{error}");
    }

    #[test]
    fn half_that_come_a_week_late_are_half_there() {
        let start = date(2026, 1, 5);
        let mut lines = Vec::new();
        let mut received = Vec::new();
        for week in 0..20_i64 {
            for i in 0..10_i64 {
                let written = start.saturating_add((week * 7 + i % 5).days());
                let arrives = if i < 5 { written } else { written.saturating_add(7.days()) };
                // What has not arrived by the end is not in the dump.
                if arrives <= date(2026, 5, 24) {
                    lines.push(line(&format!("u{week:02}{i}"), "f", &written.to_string()));
                    received.push(Some(arrives));
                }
            }
        }
        let options = Options { as_of: Some(date(2026, 5, 24)), ..Options::default() };
        let counted = crate::trend::counted::counted(&records(&lines), &options, &Declared::default()).unwrap();
        let (counts, placed) = count_placed(&counted, &matches(&[]), &[]).unwrap();
        let arrivals = learn(&counts, &placed, &received).unwrap();
        assert_eq!(arrivals.last, 19);
        assert!((arrivals.delays.reported(0) - 0.5).abs() < 1e-9 && (arrivals.delays.reported(1) - 1.0).abs() < 1e-9);
    }
}
