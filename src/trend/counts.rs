//! `Counts`: issue × segment × feed × period, complete, zeros included, nulls where nothing is known.

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
use rayon::prelude::*;

use crate::contract::{self, Column, Type};
use crate::error::{Error, Result};
use crate::normalise::texts::Texts;
use crate::trend::calendar::{Calendar, Period, micros};
use crate::trend::counted::{Counted, wall_series};
use crate::trend::coverage::{Cover, Coverage, FeedSpan};

const fn column(name: &'static str, kind: Type, nullable: bool, about: &'static str) -> Column {
    Column { name, kind, nullable, about }
}

/// The columns of the frame of [`Counts`], in its order: total first, then the issues as given; segments, feeds and
/// periods ascending.
pub const COLUMNS: &[Column] = &[
    column("issue_id", Type::Text, false, "the issue; empty for the total of distinct counted records"),
    column("segment", Type::Text, true, "the segment; null unless one was asked for"),
    column("feed", Type::Text, false, "the feed"),
    column("period", Type::Wall, false, "the period's first moment"),
    column("observed", Type::Int, true, "one author's records in one thread once; null where nothing is known"),
    column("records", Type::Int, false, "records"),
    column("authors", Type::Int, false, "distinct authors the dump names"),
    column("covered", Type::Bool, false, "whether the feed covers the whole period"),
    column("partial", Type::Bool, false, "whether the feed covers only some of it"),
];

/// More cells than this do not fit the memory of an ordinary machine.
const MOST_CELLS: usize = 40_000_000;

/// One cell of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// One author's records in one thread once; of the total, records. Null where the feed covers none of the period
    /// and has no record in it.
    pub observed: Option<i64>,
    /// Records.
    pub records: i64,
    /// Distinct authors that the dump names; 0 where it names none.
    pub authors: i64,
}

/// The counts of one run.
#[derive(Debug, Clone)]
pub struct Counts {
    /// The report's calendar.
    pub calendar: Calendar,
    /// The last day of the data, itself included.
    pub now: Date,
    /// Id and name; the total, where there is one, is first and has an empty id.
    pub issues: Vec<(String, String)>,
    /// Ascending; one null without segments.
    pub segments: Vec<Option<String>>,
    /// What each feed covers; the feeds of the grid.
    pub coverage: Coverage,
    /// Number of the first period ([`Calendar::index`]).
    first: i64,
    /// How many periods.
    periods: usize,
    /// Issue × segment × feed × period.
    cells: Vec<Cell>,
    /// Feed × period.
    cover: Vec<Cover>,
    /// The user's denominators, issue × segment × period; empty when there are none.
    exposure: Vec<Option<f64>>,
}

/// The name of the total.
pub const TOTAL: &str = "All records";

impl Counts {
    /// An empty grid from period `first` on, all cells as the coverage has them: 0 or null.
    ///
    /// # Errors
    /// When it would not fit into memory.
    pub(crate) fn empty(
        calendar: Calendar,
        now: Date,
        issues: Vec<(String, String)>,
        segments: Vec<Option<String>>,
        coverage: Coverage,
        span: std::ops::Range<i64>,
    ) -> Result<Self> {
        let periods = usize::try_from(span.end - span.start).unwrap_or(0);
        let feeds = coverage.feeds.len();
        let size = issues.len().saturating_mul(segments.len()).saturating_mul(feeds).saturating_mul(periods);
        if size > MOST_CELLS {
            let by = calendar.by.name();
            return Err(Error::failed(format!("{size} counts are more than fit into memory"))
                .evidence(format!(
                    "{} issues × {} segments × {feeds} feeds × {periods} periods",
                    issues.len(),
                    segments.len()
                ))
                .hint(format!("count by something longer than a {by}, or by a column with fewer values")));
        }
        let mut cover = Vec::with_capacity(feeds * periods);
        for feed in 0..feeds {
            cover.extend(span.clone().map(|i| coverage.of(feed, calendar.period(i), &calendar)));
        }
        let known = |at: usize| cover[at % (feeds * periods)] != Cover::None;
        let cells = (0..size).map(|at| Cell { observed: known(at).then_some(0), ..Cell::default() }).collect();
        let exposure = Vec::new();
        Ok(Self { calendar, now, issues, segments, coverage, first: span.start, periods, cells, cover, exposure })
    }

    /// How many periods the grid has.
    pub fn periods(&self) -> usize {
        self.periods
    }

    /// A period of the grid by its place.
    pub fn period(&self, place: usize) -> Period {
        self.calendar.period(self.first + place as i64)
    }

    /// The place of a period in the grid.
    pub fn place(&self, period: Period) -> Option<usize> {
        usize::try_from(self.calendar.index(period) - self.first).ok().filter(|p| *p < self.periods)
    }

    /// The feeds of the grid.
    pub fn feeds(&self) -> &[FeedSpan] {
        &self.coverage.feeds
    }

    /// Whether there is a total.
    pub fn has_total(&self) -> bool {
        self.issues.first().is_some_and(|(id, _)| id.is_empty())
    }

    /// One cell, all by place.
    pub fn cell(&self, issue: usize, segment: usize, feed: usize, period: usize) -> Cell {
        self.cells[self.at(issue, segment, feed, period)]
    }

    /// How a feed stands to a period.
    pub fn cover(&self, feed: usize, period: usize) -> Cover {
        self.cover[feed * self.periods + period]
    }

    /// The user's denominator; null without.
    pub fn exposure(&self, issue: usize, segment: usize, period: usize) -> Option<f64> {
        self.exposure.get((issue * self.segments.len() + segment) * self.periods + period).copied().flatten()
    }

    /// Whether the user gave denominators.
    pub fn has_exposure(&self) -> bool {
        !self.exposure.is_empty()
    }

    /// Sets denominators, issue × segment × period.
    pub(crate) fn set_exposure(&mut self, exposure: Vec<Option<f64>>) {
        self.exposure = exposure;
    }

    fn at(&self, issue: usize, segment: usize, feed: usize, period: usize) -> usize {
        ((issue * self.segments.len() + segment) * self.coverage.feeds.len() + feed) * self.periods + period
    }

    pub(crate) fn cell_mut(&mut self, issue: usize, segment: usize, feed: usize, period: usize) -> &mut Cell {
        let at = self.at(issue, segment, feed, period);
        &mut self.cells[at]
    }

    /// The counts as a frame. Columns: [`COLUMNS`].
    ///
    /// # Errors
    /// An internal error when the frame does not keep its contract.
    pub fn frame(&self) -> Result<DataFrame> {
        let mut issue = Vec::with_capacity(self.cells.len());
        let mut segment = Vec::with_capacity(self.cells.len());
        let mut feed = Vec::with_capacity(self.cells.len());
        let mut period = Vec::with_capacity(self.cells.len());
        let walls: Vec<i64> = (0..self.periods).map(|p| micros(self.period(p))).collect();
        for (id, _) in &self.issues {
            for value in &self.segments {
                for span in &self.coverage.feeds {
                    for wall in &walls {
                        issue.push(id.as_str());
                        segment.push(value.as_deref());
                        feed.push(span.feed.as_str());
                        period.push(Some(*wall));
                    }
                }
            }
        }
        let cover = |wanted: Cover| -> Vec<bool> {
            (0..self.cells.len()).map(|at| self.cover[at % self.cover.len()] == wanted).collect()
        };
        let columns = vec![
            Series::new("issue_id".into(), issue).into_column(),
            Series::new("segment".into(), segment).into_column(),
            Series::new("feed".into(), feed).into_column(),
            wall_series("period", &period)?.into_column(),
            Series::new("observed".into(), self.cells.iter().map(|c| c.observed).collect::<Vec<_>>()).into_column(),
            Series::new("records".into(), self.cells.iter().map(|c| c.records).collect::<Vec<_>>()).into_column(),
            Series::new("authors".into(), self.cells.iter().map(|c| c.authors).collect::<Vec<_>>()).into_column(),
            Series::new("covered".into(), cover(Cover::Whole)).into_column(),
            Series::new("partial".into(), cover(Cover::Part)).into_column(),
        ];
        let frame = DataFrame::new(self.cells.len(), columns)?;
        contract::check(&frame, COLUMNS, "counts")?;
        Ok(frame)
    }
}

/// What counting needs of a counted record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Wall time in microseconds; with the row it orders records: they are sorted by uid.
    pub(crate) at: i64,
    row: u32,
    period: u32,
    feed: u32,
    segment: u32,
    unit: u32,
    author: Option<u32>,
}

impl Row {
    /// Its place in the records.
    pub(crate) fn row(&self) -> usize {
        self.row as usize
    }

    /// Its period's place in the grid.
    pub(crate) fn period(&self) -> usize {
        self.period as usize
    }

    /// By place in the grid.
    pub(crate) fn feed(&self) -> usize {
        self.feed as usize
    }

    /// By place in the grid.
    pub(crate) fn segment(&self) -> usize {
        self.segment as usize
    }
}

/// Counts every issue, and the total of all counted records.
///
/// An issue's `observed` holds one author's matching records in one thread once, in the period (feed, segment) of the
/// first; the total holds records. `matches` are record × issue (`row`, `issue_id`, `counts`, among others); those of
/// issues not in `issues` (id, name) and those whose `counts` is false (candidates) are not looked at. The order of
/// rows changes nothing.
///
/// # Errors
/// When the grid would not fit into memory; an internal error when a frame breaks its contract.
pub fn count(counted: &Counted, matches: &DataFrame, issues: &[(String, String)]) -> Result<Counts> {
    count_placed(counted, matches, issues).map(|(counts, _)| counts)
}

/// As [`count`], and what was counted where.
pub(crate) fn count_placed(
    counted: &Counted,
    matches: &DataFrame,
    issues: &[(String, String)],
) -> Result<(Counts, Placed)> {
    let (mut counts, placed) = placed(counted, matches, issues)?;
    // A cell's place above an author's number: quicker to sort than the two.
    let mut authors: Vec<u64> = Vec::new();
    placed.walk(|issue, row, new| {
        let at = counts.at(issue, row.segment(), row.feed(), row.period());
        let cell = &mut counts.cells[at];
        cell.observed = Some(cell.observed.unwrap_or(0) + i64::from(new));
        cell.records += 1;
        authors.extend(row.author.map(|who| (at as u64) << 32 | u64::from(who)));
    });
    authors.par_sort_unstable();
    authors.dedup();
    for one in authors {
        counts.cells[(one >> 32) as usize].authors += 1;
    }
    Ok((counts, placed))
}

/// Counted records in their places, and the issues they match.
pub(crate) struct Placed {
    /// By record; null where it does not count.
    rows: Vec<Option<Row>>,
    /// An issue's place (from 1) and a record that matches it, by issue, an issue's oldest first.
    pairs: Vec<(u32, Row)>,
}

impl Placed {
    /// The counted records, in the records' order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flatten()
    }

    /// The counted records of each issue that counts, by its place (from 1), the oldest first.
    pub(crate) fn of_issues(&self) -> impl Iterator<Item = (usize, &[(u32, Row)])> {
        self.pairs.chunk_by(|a, b| a.0 == b.0).map(|pairs| (pairs[0].0 as usize, pairs))
    }

    /// Visits every counted record for the total (place 0) and for each issue it matches (places from 1), an issue's
    /// oldest first. The last argument says whether it is the first of its author and thread for that issue: those are
    /// `observed`.
    pub(crate) fn walk(&self, mut visit: impl FnMut(usize, &Row, bool)) {
        for row in self.rows() {
            visit(0, row, true);
        }
        // The last issue each unit was seen in; issues come one after the other, their records oldest first.
        let units = self.rows().map(|r| r.unit as usize + 1).max().unwrap_or(0);
        let mut seen: Vec<u32> = vec![0; units];
        for (issue, row) in &self.pairs {
            let unit = row.unit as usize;
            visit(*issue as usize, row, seen[unit] != *issue);
            seen[unit] = *issue;
        }
    }
}

/// The empty grid, and what is counted in it.
///
/// # Errors
/// When the grid would not fit into memory; an internal error when a match names a record that is not there.
pub(crate) fn placed(counted: &Counted, matches: &DataFrame, issues: &[(String, String)]) -> Result<(Counts, Placed)> {
    let (counts, rows) = grid(counted, issues)?;
    let place: BTreeMap<&str, u32> = issues.iter().zip(1..).map(|((id, _), at)| (id.as_str(), at)).collect();
    let ids = Texts::of(matches, "issue_id")?.numbered();
    let place: Vec<Option<u32>> = ids.values.iter().map(|id| place.get((*id)?).copied()).collect();
    let (found, active) = (matches.column("row")?.i64()?, matches.column("counts")?.bool()?);
    if found.iter().flatten().max().is_some_and(|last| last >= rows.len() as i64) {
        return Err(Error::failed("internal: counts: a match names a record that is not there"));
    }
    let pair = |at: usize| {
        let issue = place[ids.of[at] as usize].filter(|_| active.get(at) == Some(true))?;
        let own = rows.get(usize::try_from(found.get(at)?).ok()?)?.as_ref()?;
        Some((issue, own.at, own.row))
    };
    let matched: Vec<(u32, i64, u32)> =
        (0..matches.height()).into_par_iter().with_min_len(4096).filter_map(pair).collect();
    let mut by_issue: Vec<Vec<(i64, u32)>> = vec![Vec::new(); issues.len() + 1];
    for (issue, at, row) in matched {
        by_issue[issue as usize].push((at, row));
    }
    by_issue.par_iter_mut().for_each(|records| {
        records.sort_unstable();
        records.dedup();
    });
    let of = |(issue, records): (u32, Vec<(i64, u32)>)| {
        let rows = &rows;
        records.into_iter().filter_map(move |(_, row)| Some((issue, rows[row as usize]?)))
    };
    let by_issue: Vec<(u32, Vec<(i64, u32)>)> = (0..).zip(by_issue).collect();
    let pairs = by_issue.into_par_iter().flat_map_iter(of).collect();
    Ok((counts, Placed { rows, pairs }))
}

/// The empty grid, and every record's place in it; null when it does not count.
fn grid(counted: &Counted, issues: &[(String, String)]) -> Result<(Counts, Vec<Option<Row>>)> {
    let frame = counted.frame();
    let calendar = counted.calendar.clone();
    let counts = frame.column("counted")?.bool()?;
    // The segments of the counted, and where among them each value is.
    let segments = Texts::of(frame, "segment")?.numbered();
    let mut used = vec![false; segments.values.len()];
    for (segment, _) in segments.of.iter().zip(counts.iter()).filter(|(_, counts)| *counts == Some(true)) {
        used[*segment as usize] = true;
    }
    let mut values: Vec<Option<&str>> = Vec::new();
    let mut segment_place = vec![0; used.len()];
    for (at, value) in segments.values.iter().enumerate().filter(|(at, _)| used[*at]) {
        segment_place[at] = values.len() as u32;
        values.push(*value);
    }
    if values.is_empty() {
        values.push(None);
    }
    let walls = frame.column("at")?.datetime()?.physical();
    let periods = frame.column("period")?.datetime()?.physical();
    let index_of = |row: usize| periods.get(row).map(|wall| calendar.index_of_micros(wall));
    let index: Vec<Option<i64>> = (0..frame.height()).into_par_iter().with_min_len(4096).map(index_of).collect();
    let spans = counted.coverage.feeds.iter().filter_map(|f| f.span);
    let starts = spans.map(|s| calendar.index(s.first.at(0, 0, 0, 0)));
    let first = starts.chain(index.iter().flatten().copied()).min();
    let range = first.map_or(0..0, |first| first..calendar.index(counted.now.at(23, 0, 0, 0)) + 1);

    let place: BTreeMap<&str, u32> =
        counted.coverage.feeds.iter().zip(0..).map(|(f, at)| (f.feed.as_str(), at)).collect();
    let (units, authors) = (frame.column("unit")?.i64()?, frame.column("author")?.i64()?);
    let feeds = Texts::of(frame, "feed")?.numbered();
    let place: Vec<Option<u32>> = feeds.values.iter().map(|feed| place.get((*feed)?).copied()).collect();
    let row = |i: usize| {
        let known = place[feeds.of[i] as usize];
        match (counts.get(i), index[i], walls.get(i), known, units.get(i)) {
            (Some(true), Some(period), Some(at), Some(feed), Some(unit)) => {
                let (period, segment) = ((period - range.start) as u32, segment_place[segments.of[i] as usize]);
                let author = authors.get(i).map(|author| author as u32);
                Some(Row { at, row: i as u32, period, feed, segment, unit: unit as u32, author })
            }
            _ => None,
        }
    };
    let rows = (0..index.len()).into_par_iter().with_min_len(4096).map(row).collect();
    let total = std::iter::once((String::new(), TOTAL.to_owned()));
    let issues = total.chain(issues.iter().cloned()).collect();
    let values = values.into_iter().map(|v| v.map(str::to_owned)).collect();
    let grid = Counts::empty(calendar, counted.now, issues, values, counted.coverage.clone(), range)?;
    Ok((grid, rows))
}

/// The last day of a grid's period by its number; shorthand of the counts file.
pub(crate) fn last_day_of(calendar: &Calendar, index: i64) -> Date {
    calendar.last_day(calendar.period(index))
}

#[cfg(test)]
#[path = "counts_tests.rs"]
mod tests;
