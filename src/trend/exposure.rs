//! Denominators from the user: orders, active users, passengers; `period[,segment],exposure`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use crate::error::{Error, Result};
use crate::trend::calendar::{By, Calendar, WeekStart};
use crate::trend::counts::Counts;
use crate::trend::counts_file::{infer, wall};
use crate::trend::small_csv::{self, Layout, Row};

/// What an exposure file is made of.
const LAYOUT: Layout = Layout {
    what: "an exposure file",
    columns: &["period", "segment", "exposure"],
    needed: &["period", "exposure"],
    example: "period,exposure",
};

/// Amounts over stretches of time, by segment.
#[derive(Debug, Clone)]
pub struct Exposures {
    /// How long a row's stretch is.
    calendar: Calendar,
    /// Segment (null: all of it) → first moment of the stretch → amount; null where the cell is empty.
    amounts: BTreeMap<Option<String>, BTreeMap<DateTime, Option<f64>>>,
    path: String,
}

/// Reads the text of an exposure file; `path` is for messages. How long a row's stretch is follows from the steps
/// between them, as in a counts file; one alone is a period of `grid`.
///
/// # Errors
/// A missing or unknown column, a cell that is no time or no number from 0 on, a row given twice: with its line.
pub fn read(text: &[u8], path: &str, grid: &Calendar) -> Result<Exposures> {
    let base = Calendar::new(By::Day, WeekStart::Mon, grid.zone_name())?;
    let mut rows: Vec<(u64, DateTime, Option<String>, Option<f64>)> = Vec::new();
    for row in small_csv::read(text, path, LAYOUT)? {
        let period = row.cell(0).unwrap_or("");
        let at = wall(period, &base).ok_or_else(|| {
            let error = Error::failed("not a period").at(path).line(row.line).evidence(format!("\"{period}\""));
            error.hint("write a day (2026-11-02), a timestamp, 2026-W46 or 2026-10")
        })?;
        rows.push((row.line, at, row.cell(1).map(str::to_owned), amount(&row, 2, path)?));
    }
    let walls: BTreeSet<DateTime> = rows.iter().map(|r| r.1).collect();
    if walls.is_empty() {
        return Err(Error::failed("there are no exposures in it").at(path).hint("for example: period,exposure"));
    }
    let (by, week_start) = if walls.len() == 1 { (grid.by, grid.week_start) } else { infer(&walls) };
    let calendar = Calendar::new(by, week_start, grid.zone_name())?;
    let mut amounts: BTreeMap<Option<String>, BTreeMap<DateTime, Option<f64>>> = BTreeMap::new();
    for (line, at, segment, amount) in rows {
        if amounts.entry(segment).or_default().insert(calendar.period_of(at), amount).is_some() {
            return Err(Error::failed("the same period and segment were on an earlier line")
                .at(path)
                .line(line)
                .hint("give each exposure once"));
        }
    }
    Ok(Exposures { calendar, amounts, path: path.to_owned() })
}

/// The number from 0 on in a row's cell; null when it is empty.
///
/// # Errors
/// When it is no such number.
pub(crate) fn amount(row: &Row, column: usize, path: &str) -> Result<Option<f64>> {
    let number = |text: &str| {
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0);
        number.ok_or_else(|| {
            let error = Error::failed("exposure is not a number from 0 on").at(path).line(row.line);
            error.evidence(format!("\"{text}\"")).hint("leave it empty if unknown")
        })
    };
    row.cell(column).map(number).transpose()
}

impl Exposures {
    /// The amount from `from` (included) to `to` (not included), for a segment (null: all); null where a stretch of it
    /// has no row, or where the rows do not add up to exactly it. Without rows of its own a segment has none; without
    /// rows for all, all is the sum of the segments.
    pub fn between(&self, segment: Option<&str>, from: DateTime, to: DateTime) -> Option<f64> {
        match self.amounts.get(&segment.map(str::to_owned)) {
            Some(own) => self.sum(own, from, to),
            None if segment.is_none() => {
                self.amounts.values().map(|own| self.sum(own, from, to)).reduce(|a, b| Some(a? + b?)).flatten()
            }
            None => None,
        }
    }

    fn sum(&self, own: &BTreeMap<DateTime, Option<f64>>, from: DateTime, to: DateTime) -> Option<f64> {
        let mut at = from;
        let mut sum = 0.0;
        while at < to {
            if self.calendar.period_of(at) != at {
                return None;
            }
            sum += (*own.get(&at)?)?;
            at = self.calendar.next(at);
        }
        (at == to).then_some(sum)
    }

    /// Gives every period of the grid its denominator.
    ///
    /// # Errors
    /// When no row's stretch fits the periods counted.
    pub fn apply(&self, counts: &mut Counts) -> Result<()> {
        let calendar = counts.calendar.clone();
        let mut per_segment: Vec<Vec<Option<f64>>> = Vec::new();
        for segment in &counts.segments {
            let of = |place: usize| {
                let period = counts.period(place);
                self.between(segment.as_deref(), period, calendar.next(period))
            };
            per_segment.push((0..counts.periods()).map(of).collect());
        }
        if per_segment.iter().flatten().all(Option::is_none) {
            let (by, step) = (self.calendar.by.name(), calendar.by.name());
            return Err(Error::failed(format!("no exposure fits a {step} that is counted"))
                .at(&self.path)
                .evidence(format!("its rows are by {by}"))
                .hint(format!("give one row per {step} or shorter, over the same days; --by {by} counts as it does")));
        }
        let all = (0..counts.issues.len()).flat_map(|_| per_segment.iter().flatten().copied());
        counts.set_exposure(all.collect());
        Ok(())
    }
}

/// A caveat for exposures so small that a rate over them says nothing: under a thousandth of the usual one, or of one
/// with more than a thousand records to a unit.
pub fn doubts(counts: &Counts) -> Option<String> {
    const FAR: f64 = 1_000.0;
    let all: Vec<(usize, f64, i64)> = (0..counts.issues.len())
        .flat_map(|issue| (0..counts.segments.len()).map(move |segment| (issue, segment)))
        .flat_map(|(issue, segment)| (0..counts.periods()).map(move |place| (issue, segment, place)))
        .filter_map(|(issue, segment, place)| {
            let exposure = counts.exposure(issue, segment, place).filter(|e| *e > 0.0)?;
            let seen = |feed| counts.cell(issue, segment, feed, place).observed.unwrap_or(0);
            Some((place, exposure, (0..counts.feeds().len()).map(seen).sum()))
        })
        .collect();
    let mut sorted: Vec<f64> = all.iter().map(|(_, exposure, _)| *exposure).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let usual = *sorted.get(sorted.len() / 2)?;
    let odd = |(_, exposure, seen): &&(usize, f64, i64)| *exposure < usual / FAR || *seen as f64 > exposure * FAR;
    let mut places: Vec<(usize, f64)> =
        all.iter().filter(odd).map(|(place, exposure, _)| (*place, *exposure)).collect();
    places.sort_by_key(|(place, _)| *place);
    places.dedup_by_key(|(place, _)| *place);
    let (first, exposure) = *places.first()?;
    let step = counts.calendar.by.name();
    let many = if places.len() == 1 { format!("1 {step} is") } else { format!("{} {step}s are", places.len()) };
    Some(format!(
        "The exposure of {many} under a thousandth of the usual one, or of the records counted, the first {exposure:e} in \
         {}: rates over it say nothing.",
        counts.calendar.id(counts.period(first))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn weeks() -> Calendar {
        Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap()
    }

    fn at(day: i8) -> DateTime {
        date(2026, 11, day).at(0, 0, 0, 0)
    }

    #[test]
    fn days_add_up_to_weeks_and_a_missing_day_is_unknown() {
        let mut text = String::from("period,exposure\n");
        for day in (2..=15).filter(|d| *d != 12) {
            text.push_str(&format!("2026-11-{day:02},10\n"));
        }
        let read = read(text.as_bytes(), "e.csv", &weeks()).unwrap();
        assert_eq!(read.between(None, at(2), at(9)), Some(70.0));
        assert_eq!(read.between(None, at(9), at(16)), None);
        assert_eq!(read.between(Some("a"), at(2), at(9)), None);
    }

    #[test]
    fn segments_add_up_to_all_unless_all_is_given() {
        let text = "period,segment,exposure\n2026-W45,a,10\n2026-W45,b,30\n2026-W46,a,\n2026-W46,b,5\n";
        let weekly = read(text.as_bytes(), "e.csv", &weeks()).unwrap();
        assert_eq!(weekly.between(None, at(2), at(9)), Some(40.0));
        assert_eq!(weekly.between(Some("b"), at(2), at(16)), Some(35.0));
        assert_eq!(weekly.between(None, at(9), at(16)), None);
        // Weeks do not fit days.
        assert_eq!(weekly.between(None, at(2), at(3)), None);
    }

    #[test]
    fn errors_name_the_line() {
        let said = |text: &str| read(text.as_bytes(), "e.csv", &weeks()).unwrap_err().to_string();
        assert!(said("period,exposure\n2026-11-02,-1\n").starts_with("error: e.csv:2: exposure is not a number"));
        assert!(said("period,exposure\n2026-11-02,1\n2026-11-02,1\n").starts_with("error: e.csv:3: the same period"));
        assert!(said("period,exposure\nsoon,1\n").contains("\"soon\""));
        assert!(said("period,exposure\n").contains("no exposures"));
    }

    #[test]
    fn an_exposure_next_to_nothing_is_told() {
        use crate::trend::counts_file;
        use crate::trend::options::Options;
        let said = |odd: &str| {
            let rows: String = (1..=9).map(|d| format!("2026-11-0{d},4,1000\n")).collect();
            let text = format!("period,observed,exposure\n{rows}2026-11-10,4,{odd}\n");
            doubts(&counts_file::read(text.as_bytes(), "c.csv", &Options::default()).unwrap().0)
        };
        let told = said("1e-300").unwrap();
        assert!(
            told.starts_with("The exposure of 1 day is under a thousandth") && told.contains("2026-11-10"),
            "{told}"
        );
        assert_eq!((said("900"), said("0"), said("")), (None, None, None));
    }
}
