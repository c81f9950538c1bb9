//! What happened when: releases, outages, holidays; `date,label`.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::trend::calendar::{By, Calendar, Period, WeekStart};
use crate::trend::counts_file::wall;
use crate::trend::small_csv::{self, Layout};

/// What an events file is made of.
const EVENTS: Layout =
    Layout { what: "an events file", columns: &["date", "label"], needed: &["date", "label"], example: "date,label" };
/// What a holidays file is made of.
const HOLIDAYS: Layout =
    Layout { what: "a holidays file", columns: &["date", "label"], needed: &["date"], example: "date,label" };

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Event {
    /// When, on the report's clock.
    pub at: DateTime,
    /// What.
    pub label: String,
}

/// Reads the text of an events file, sorted by time; `path` is for messages. `tz` is the report's zone.
///
/// # Errors
/// A missing column, a cell that is no time, an event without a label: with its line.
pub fn read(text: &[u8], path: &str, tz: &str) -> Result<Vec<Event>> {
    let base = Calendar::new(By::Day, WeekStart::Mon, tz)?;
    let mut events = Vec::new();
    for row in small_csv::read(text, path, EVENTS)? {
        let at = moment(row.cell(0), &base, path, row.line)?;
        let Some(label) = row.cell(1) else {
            return Err(Error::failed("an event without a label").at(path).line(row.line).hint("say what it was"));
        };
        events.push(Event { at, label: label.to_owned() });
    }
    events.sort();
    events.dedup();
    Ok(events)
}

/// Reads the text of a holidays file: the days on which nothing is usual.
///
/// # Errors
/// A missing column, a cell that is no day: with its line.
pub fn holidays(text: &[u8], path: &str, tz: &str) -> Result<BTreeSet<Date>> {
    let base = Calendar::new(By::Day, WeekStart::Mon, tz)?;
    let rows = small_csv::read(text, path, HOLIDAYS)?;
    rows.iter().map(|row| Ok(moment(row.cell(0), &base, path, row.line)?.date())).collect()
}

fn moment(cell: Option<&str>, calendar: &Calendar, path: &str, line: u64) -> Result<DateTime> {
    let text = cell.unwrap_or("");
    wall(text, calendar).ok_or_else(|| {
        let error = Error::failed("not a date").at(path).line(line).evidence(format!("\"{text}\""));
        error.hint("write a day (2026-11-02) or a time (2026-11-02T14:00)")
    })
}

/// The events no further than one period from `begin`: what may have to do with a signal that begins then.
pub fn near<'a>(events: &'a [Event], calendar: &Calendar, begin: Period) -> Vec<&'a Event> {
    let at = calendar.index(begin);
    events.iter().filter(|e| (calendar.index(e.at) - at).abs() <= 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_near_within_one_period() {
        let text = "date,label\n2026-11-09,3.4 released\n2026-10-01,outage\n2026-11-16T08:00,fixed\n";
        let events = read(text.as_bytes(), "e.csv", "UTC").unwrap();
        assert_eq!(events[0].label, "outage");
        let weeks = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let labels = |begin: &str| -> Vec<String> {
            near(&events, &weeks, begin.parse().unwrap()).iter().map(|e| e.label.clone()).collect()
        };
        assert_eq!(labels("2026-11-09T00:00"), ["3.4 released", "fixed"]);
        assert_eq!(labels("2026-11-02T00:00"), ["3.4 released"]);
        assert!(labels("2026-10-26T00:00").is_empty());
    }

    #[test]
    fn bad_files_are_told() {
        let said = |text: &str| read(text.as_bytes(), "e.csv", "UTC").unwrap_err().to_string();
        assert!(said("date,label\n9.11.2026,x\n").starts_with("error: e.csv:2: not a date"));
        assert!(said("date,label\n2026-11-09,\n").contains("without a label"));
        let days = holidays(b"date\n2026-12-25\n2026-12-26\n", "h.csv", "UTC").unwrap();
        assert_eq!(days.len(), 2);
    }
}
