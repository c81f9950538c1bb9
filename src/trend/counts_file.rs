//! Ready counts: `period,observed[,issue][,segment][,exposure]`, from an engine or a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::trend::calendar::{By, Calendar, WeekStart, micros};
use crate::trend::counts::{Counts, TOTAL, last_day_of};
use crate::trend::coverage::{Coverage, FeedSpan, Span};
use crate::trend::exposure;
use crate::trend::options::Options;
use crate::trend::small_csv::{self, Layout, Row};
use crate::trend::when::When;

/// What a counts file is made of.
const LAYOUT: Layout = Layout {
    what: "a counts file",
    columns: &["period", "observed", "issue", "segment", "exposure"],
    needed: &["period", "observed"],
    example: "period,observed,issue",
};

/// The greatest count taken: thousands of them still add up to what 64 bits hold.
const MOST: i64 = 1_000_000_000_000_000;

/// What the one feed of a counts file is called.
const FEED: &str = "counts";

struct Line {
    number: u64,
    wall: DateTime,
    observed: Option<i64>,
    issue: String,
    segment: Option<String>,
    exposure: Option<f64>,
}

/// Reads the text of a counts file; `path` is for messages.
///
/// Periods are days (`2026-11-02`), timestamps (`2026-11-02T14:00`, with an offset also: moved to `--tz`), or names
/// (`2026-W46`, `2026-10`). How long a period is follows from the steps between them (`infer`) unless `--by` says it:
/// then rows of one period are added up. A period or issue without a row inside the file's span is 0; an empty
/// `observed` is unknown. Rows with an empty issue are the total; a file without such rows has no total, since records
/// may count in several issues. Everything is complete unless `--as-of` says otherwise.
///
/// # Errors
/// A missing or unknown column, a cell that is no number or time, a row given twice: with line and evidence.
pub fn read(text: &[u8], path: &str, options: &Options) -> Result<(Counts, Vec<String>)> {
    let base = Calendar::new(By::Day, WeekStart::Mon, &options.tz)?;
    let lines = lines(text, path, &base)?;
    let walls = distinct(&lines, |line| line.wall);
    let (Some(first), Some(last)) = (walls.first(), walls.last()) else {
        return Err(Error::failed("there are no counts in it")
            .at(path)
            .hint("see plaint trends --help for the columns"));
    };
    let (by, week_start) = match options.by {
        Some(by) => (by, options.week_start),
        None => infer(&walls.iter().copied().collect()),
    };
    let calendar = Calendar::new(by, week_start, &options.tz)?;
    let (from, to) = (calendar.index(*first), calendar.index(*last));
    let now = options.as_of.unwrap_or(last_day_of(&calendar, to));
    let span = Span { first: calendar.period(from).date(), last: last_day_of(&calendar, to).min(now) };
    let span = (span.first <= now).then_some(span);
    let coverage = Coverage { feeds: vec![FeedSpan { feed: FEED.to_owned(), span, expected: false }] };
    let issues: Vec<(String, String)> = distinct(&lines, |line| line.issue.as_str())
        .into_iter()
        .map(|id| (id.to_owned(), if id.is_empty() { TOTAL.to_owned() } else { id.to_owned() }))
        .collect();
    let segments: Vec<Option<String>> = distinct(&lines, |line| &line.segment).into_iter().cloned().collect();
    let mut counts = Counts::empty(calendar.clone(), now, issues, segments, coverage, from..to + 1)?;
    let places: Vec<usize> = walls.iter().map(|w| usize::try_from(calendar.index(*w) - from).unwrap_or(0)).collect();
    let place = |line: &Line| walls.binary_search(&line.wall).map_or(0, |at| places[at]);
    fill(&mut counts, &lines, place, path, options.by.is_some())?;
    let caveats = gaps(&counts, &lines, &places);
    Ok((counts, caveats))
}

/// The values that lines have, ascending, each once.
fn distinct<'a, T: Ord + Copy + Send>(lines: &'a [Line], of: impl Fn(&'a Line) -> T + Sync + Send) -> Vec<T> {
    let mut values: Vec<T> = lines.par_iter().map(of).collect();
    // Lines one after the other often have the same one.
    values.dedup();
    values.par_sort();
    values.dedup();
    values
}

/// A caveat for periods without any row, and one for counts that are not known.
fn gaps(counts: &Counts, lines: &[Line], given: &[usize]) -> Vec<String> {
    let mut caveats = Vec::new();
    let step = counts.calendar.by.name();
    let empty: Vec<usize> = (0..counts.periods()).filter(|p| given.binary_search(p).is_err()).collect();
    if let Some(first) = empty.first() {
        caveats.push(format!(
            "{} of {} {step}s have no row and are taken for 0, the first {}; where they are unknown, give them a row \
             with an empty observed.",
            empty.len(),
            counts.periods(),
            counts.calendar.id(counts.period(*first))
        ));
    }
    let unknown = lines.iter().filter(|l| l.observed.is_none()).count();
    if unknown > 0 {
        caveats.push(format!(
            "{unknown} counts are empty, so unknown: they are left out, neither tested nor part of any baseline."
        ));
    }
    caveats.extend(giants(counts, lines));
    caveats
}

/// A caveat for counts so far above the usual one of their issue that they may be mistakes.
fn giants(counts: &Counts, lines: &[Line]) -> Option<String> {
    /// Times the median; no burst of complaints is as great.
    const FAR: i64 = 1_000;
    let mut own: BTreeMap<_, Vec<(i64, &Line)>> = BTreeMap::new();
    // A median is taken to be at least 1.
    if lines.iter().all(|line| line.observed.is_none_or(|n| n / FAR <= 1)) {
        return None;
    }
    for line in lines {
        if let Some(n) = line.observed {
            own.entry((&line.issue, &line.segment)).or_default().push((n, line));
        }
    }
    let mut found = Vec::new();
    for mut counts in own.into_values() {
        counts.sort_by_key(|(n, line)| (*n, line.number));
        let median = counts[counts.len() / 2].0.max(1);
        found.extend(counts.into_iter().filter(|(n, _)| *n / FAR > median));
    }
    let (n, line) = found.iter().min_by_key(|(_, line)| line.number)?;
    let many = if found.len() == 1 { "1 count is".to_owned() } else { format!("{} counts are", found.len()) };
    Some(format!(
        "{many} over {FAR} times the usual one, the first {n} in {}: a mistake would widen the usual range of what comes \
         after it.",
        counts.calendar.id(counts.calendar.period_of(line.wall))
    ))
}

/// `period` is the place in the grid of a line's period.
fn fill(
    counts: &mut Counts,
    lines: &[Line],
    period: impl Fn(&Line) -> usize + Sync,
    path: &str,
    add: bool,
) -> Result<()> {
    // Where rows add up they are told apart by their time, else by their period.
    let mut seen: BTreeMap<(usize, usize, DateTime), u64> = BTreeMap::new();
    let (segments, periods) = (counts.segments.len(), counts.periods());
    let mut exposure: Vec<Option<f64>> = vec![None; counts.issues.len() * segments * periods];
    let mut given = false;
    // The line that each cell was on; 0: none yet.
    let mut touched: Vec<u64> = vec![0; exposure.len()];
    let place = |line: &Line| {
        let issue = counts.issues.binary_search_by(|(id, _)| id.as_str().cmp(&line.issue)).unwrap_or(0);
        let segment = counts.segments.binary_search(&line.segment).unwrap_or(0);
        (issue, segment, period(line))
    };
    let placed: Vec<(usize, usize, usize)> = lines.par_iter().map(place).collect();
    for (line, (issue, segment, period)) in lines.iter().zip(placed) {
        let at_line = |error: Error| error.at(path).line(line.number);
        let slot = (issue * segments + segment) * periods + period;
        let new = touched[slot] == 0;
        let other = match add {
            true => seen.insert((issue, segment, line.wall), line.number),
            false => Some(touched[slot]).filter(|_| !new),
        };
        touched[slot] = line.number;
        if let Some(other) = other {
            return Err(at_line(Error::failed("the same period, issue and segment were on an earlier line"))
                .evidence(format!("line {other}"))
                .hint("give each count once, or name the periods to add up to with --by"));
        }
        let cell = counts.cell_mut(issue, segment, 0, period);
        let before = if new { Some(0) } else { cell.observed };
        let sum = match (before, line.observed) {
            (Some(a), Some(b)) => Some(
                a.checked_add(b).ok_or_else(|| at_line(Error::failed("the counts add up to more than can be held")))?,
            ),
            _ => None,
        };
        cell.observed = sum;
        cell.records = sum.unwrap_or(0);
        let slot = &mut exposure[slot];
        given |= line.exposure.is_some();
        *slot = match (new, *slot, line.exposure) {
            (true, _, value) => value,
            (false, Some(a), Some(b)) => Some(a + b),
            (false, ..) => None,
        };
    }
    if given {
        counts.set_exposure(exposure);
    }
    Ok(())
}

/// How long a period is, from the times given: hours when any is not midnight; quarters or months when all are first
/// days of one (two or more of them); weeks, starting on that weekday, when all are whole weeks apart; else days.
pub(crate) fn infer(walls: &BTreeSet<DateTime>) -> (By, WeekStart) {
    let midnight = |w: &DateTime| w.time() == jiff::civil::Time::midnight();
    if !walls.iter().all(midnight) {
        return (By::Hour, WeekStart::Mon);
    }
    if walls.len() > 1 && walls.iter().all(|w| w.day() == 1) {
        let quarters = walls.iter().all(|w| (w.month() - 1) % 3 == 0);
        return (if quarters { By::Quarter } else { By::Month }, WeekStart::Mon);
    }
    let days: Vec<i64> = walls.iter().map(|w| micros(*w) / 86_400_000_000).collect();
    if days.len() > 1 && days.windows(2).all(|pair| (pair[1] - pair[0]) % 7 == 0) {
        return (By::Week, walls.first().map_or(WeekStart::Mon, |w| week_start(w.date())));
    }
    (By::Day, WeekStart::Mon)
}

fn week_start(day: Date) -> WeekStart {
    match day.weekday() {
        Weekday::Monday => WeekStart::Mon,
        Weekday::Tuesday => WeekStart::Tue,
        Weekday::Wednesday => WeekStart::Wed,
        Weekday::Thursday => WeekStart::Thu,
        Weekday::Friday => WeekStart::Fri,
        Weekday::Saturday => WeekStart::Sat,
        Weekday::Sunday => WeekStart::Sun,
    }
}

fn lines(text: &[u8], path: &str, calendar: &Calendar) -> Result<Vec<Line>> {
    let line = |row: Row| {
        let bad = |what: &str, cell: &str, hint: &str| {
            Error::failed(what).at(path).line(row.line).evidence(format!("\"{cell}\"")).hint(hint)
        };
        let Some(period) = row.cell(0) else {
            return Err(bad("a row without a period", "", "write a day, 2026-11-02"));
        };
        let wall = wall(period, calendar)
            .ok_or_else(|| bad("not a period", period, "write a day (2026-11-02), a timestamp, 2026-W46 or 2026-10"))?;
        let count = |text: &str| {
            // Tables that were numbers with gaps once write 12 as 12.0.
            let text = text.strip_suffix(".0").unwrap_or(text);
            let whole = text.parse::<i64>().ok().filter(|n| *n >= 0);
            let whole = whole
                .ok_or_else(|| bad("observed is not a whole number from 0 on", text, "leave it empty if unknown"))?;
            if whole > MOST {
                return Err(bad("observed is more than can be added up", text, "leave it empty if unknown"));
            }
            Ok(whole)
        };
        Ok(Line {
            number: row.line,
            wall,
            observed: row.cell(1).map(count).transpose()?,
            issue: row.cell(2).unwrap_or("").to_owned(),
            segment: row.cell(3).map(str::to_owned),
            exposure: exposure::amount(&row, 4, path)?,
        })
    };
    let lines: Vec<Result<Line>> = small_csv::read(text, path, LAYOUT)?.into_par_iter().map(line).collect();
    lines.into_iter().collect()
}

/// The wall time a cell names; null when it names none.
pub(crate) fn wall(text: &str, calendar: &Calendar) -> Option<DateTime> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(calendar.zone().to_datetime(instant));
    }
    match When::parse(text) {
        Ok(When::Day(day) | When::Week(day) | When::Month(day) | When::Quarter(day)) => Some(day.at(0, 0, 0, 0)),
        Ok(When::Hour(moment)) => Some(moment),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::judge::judge;

    fn counts(text: &str) -> Result<Counts> {
        read(text.as_bytes(), "counts.csv", &Options::default()).map(|(counts, _)| counts)
    }

    fn values(counts: &Counts, issue: usize) -> Vec<Option<i64>> {
        (0..counts.periods()).map(|p| counts.cell(issue, 0, 0, p).observed).collect()
    }

    #[test]
    fn weeks_follow_from_steps_of_seven_days() {
        let counts = counts("period,observed\n2026-11-01,3\n2026-11-15,4\n").unwrap();
        assert_eq!((counts.calendar.by, counts.calendar.week_start), (By::Week, WeekStart::Sun));
        assert_eq!(values(&counts, 0), [Some(3), Some(0), Some(4)]);
        assert_eq!(counts.now, jiff::civil::date(2026, 11, 21));
        assert!(counts.has_total());
    }

    #[test]
    fn other_steps() {
        let by = |text: &str| counts(&format!("period,observed\n{text}")).unwrap().calendar.by;
        assert_eq!(by("2026-01-01,1\n2026-02-01,1\n"), By::Month);
        assert_eq!(by("2026-01-01,1\n2026-04-01,1\n"), By::Quarter);
        assert_eq!(by("2026-01-01,1\n2026-01-03,1\n"), By::Day);
        assert_eq!(by("2026-01-01T03:00,1\n2026-01-01T00:00,1\n"), By::Hour);
        assert_eq!(by("2026-01-01T03:00Z,1\n2026-01-01 05:00,1\n"), By::Hour);
        assert_eq!(by("2026-W01,1\n2026-W03,1\n"), By::Week);
    }

    #[test]
    fn issues_without_rows_are_zero_and_empty_cells_unknown() {
        let counts =
            counts("period,issue,observed,exposure\n2026-11-02,b,1,10\n2026-11-09,a,2,\n2026-11-16,a,,\n").unwrap();
        assert!(!counts.has_total());
        assert_eq!(values(&counts, 0), [Some(0), Some(2), None]);
        assert_eq!(values(&counts, 1), [Some(1), Some(0), Some(0)]);
        assert_eq!((counts.exposure(1, 0, 0), counts.exposure(0, 0, 1)), (Some(10.0), None));
    }

    #[test]
    fn gaps_are_told() {
        let text = "period,observed\n2026-11-02,3.0\n2026-11-23,\n";
        let (_, caveats) = read(text.as_bytes(), "c.csv", &Options::default()).unwrap();
        assert!(
            caveats[0].starts_with("2 of 4 weeks have no row and are taken for 0, the first 2026-W46"),
            "{caveats:?}"
        );
        assert!(caveats[1].starts_with("1 counts are empty"), "{caveats:?}");
    }

    #[test]
    fn a_giant_is_told_and_a_burst_is_not() {
        let rows = |last: &str| {
            let rows: String = (1..=9).map(|d| format!("2026-11-0{d},4\n")).collect();
            format!("period,observed\n{rows}2026-11-10,{last}\n")
        };
        let said = |last: &str| read(rows(last).as_bytes(), "c.csv", &Options::default()).unwrap().1.join(" ");
        assert!(said("4000000000000").starts_with("1 count is over 1000 times the usual one, the first 4000000000000"));
        assert_eq!(said("900"), "");
        let refused =
            read(rows("9223372036854775807").as_bytes(), "c.csv", &Options::default()).unwrap_err().to_string();
        assert!(refused.starts_with("error: c.csv:11: observed is more than can be added up"), "{refused}");
    }

    #[test]
    fn a_length_given_adds_up() {
        let options = Options { by: Some(By::Week), ..Options::default() };
        let text = "period,observed\n2026-11-02,1\n2026-11-03,2\n2026-11-10,5\n";
        let (counts, _) = read(text.as_bytes(), "c.csv", &options).unwrap();
        assert_eq!(values(&counts, 0), [Some(3), Some(5)]);
    }

    #[test]
    fn as_of_makes_the_last_period_partial() {
        let options = Options { as_of: Some(jiff::civil::date(2026, 11, 20)), ..Options::default() };
        let text = "period,observed\n2026-11-02,1\n2026-11-09,2\n2026-11-16,5\n";
        let (counts, _) = read(text.as_bytes(), "c.csv", &options).unwrap();
        let points = judge(&counts, &options).unwrap().into_series().remove(0).points;
        assert_eq!(points.iter().map(|p| p.partial).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(points[2].observed, Some(5));
    }

    #[test]
    fn errors_name_line_and_evidence() {
        let text = |text: &str| counts(text).unwrap_err().to_string();
        assert!(
            text("period,observd\n").contains("counts.csv:1: unknown column \"observd\"\nhint: did you mean observed?")
        );
        assert!(text("period,observed\n2026-11-02,1\n02.11.2026,1\n").starts_with("error: counts.csv:3: not a period"));
        assert!(text("period,observed\n2026-11-02,1.5\n").contains("\"1.5\""));
        assert!(text("period,observed\n2026-11-02\n").contains("1 cells under 2 headers"));
        assert!(text("period,observed\n2026-11-02,1\n2026-11-02,1\n").contains("earlier line"));
        assert!(text("period,observed\n").contains("no counts"));
        assert!(text("observed\n1\n").contains("needs the columns"));
    }
}
