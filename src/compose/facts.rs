//! What reports, tables and charts are told of an analysis: names, bars, changes, hits, the funnel.

use crate::chart::sparkline;
use crate::cluster::matches::Pair;
use crate::compose::analyse::Found;
use crate::compose::inputs::Inputs;
use crate::error::Result;
use crate::normalise::sums::FileSums;
use crate::render::views::trends::{Row, SPARKS};
use crate::report::funnel as funnel_words;
use crate::report::issues::Hit;
use crate::report::model::{Change, Funnel, PeriodName};
use crate::trend::baseline::design::Design;
use crate::trend::baseline::detector::{LEAST_HISTORY, season};
use crate::trend::between::between;
use crate::trend::calendar::{self, Calendar, Period, day_label};
use crate::trend::compare;
use crate::trend::counts::Counts;
use crate::trend::events::{self, Event};
use crate::trend::forecast::{AHEAD, Forecast, forecast};
use crate::trend::like_for_like::like_for_like;
use crate::trend::series::{Point, Series};

/// A period with its names.
pub(crate) fn period_name(calendar: &Calendar, period: Period) -> PeriodName {
    PeriodName {
        id: calendar.id(period),
        first: period.date(),
        last: calendar.last_day(period),
        label: calendar.label(period),
    }
}

/// A series with its change and its bars, for a table.
pub(crate) fn trend_row(counts: &Counts, series: Series, period: Period, before: Period, all: &[Event]) -> Row {
    let mut near: Vec<&Event> = Vec::new();
    for found in series.signals_at(period).filter(|f| f.level.is_some()) {
        near.extend(events::near(all, &counts.calendar, found.begins));
    }
    near.sort();
    near.dedup();
    let places = (
        counts.issues.iter().position(|(id, _)| *id == series.issue_id),
        counts.segments.iter().position(|s| *s == series.segment),
    );
    // A change would give away what is hidden.
    let hidden = [period, before].iter().any(|p| series.at(*p).is_some_and(|point| point.hidden));
    let found = match places {
        _ if hidden => None,
        (Some(issue), Some(segment)) => between(counts, issue, segment, period, before),
        _ => None,
    };
    Row {
        previous: found.as_ref().map(|b| b.before),
        change: found.and_then(|b| b.count).map(change),
        sparkline: bars(&series, period, SPARKS),
        forecast: None,
        events: near.into_iter().map(|e| format!("{} ({})", e.label, day_label(e.at.date()))).collect(),
        series,
    }
}

/// The events in the periods that the series show.
pub(crate) fn shown(events: &[Event], calendar: &Calendar, series: &[Series]) -> Vec<Event> {
    let inside = |e: &&Event| series.iter().any(|s| s.at(calendar.period_of(e.at)).is_some());
    events.iter().filter(inside).cloned().collect()
}

/// Rows that get a forecast, the first ones: trying the rule on the past is the dearest thing of all.
pub(crate) const FORECASTS: usize = 100;

/// What the calendar may do to the periods counted and to those a forecast looks at.
pub(crate) fn design_ahead(counts: &Counts, inputs: &Inputs) -> Design {
    let first = counts.calendar.index(counts.period(0));
    Design::new(&counts.calendar, first, counts.periods() + AHEAD, &inputs.holidays)
}

/// The next periods of a series after `period`, from the feeds it was compared on; null without enough past. `design` is
/// that of [`design_ahead`].
pub(crate) fn ahead(counts: &Counts, design: &Design, series: &Series, period: Period) -> Option<Forecast> {
    let issue = counts.issues.iter().position(|(id, _)| *id == series.issue_id)?;
    let segment = counts.segments.iter().position(|s| *s == series.segment)?;
    let place = counts.place(period).filter(|_| counts.calendar.is_complete(period, counts.now))?;
    if series.points.iter().any(|p| p.hidden) {
        return None;
    }
    let alike = like_for_like(counts, place, LEAST_HISTORY, (!series.is_total()).then_some(issue))?;
    let cell = |feed: &usize, p: usize| counts.cell(issue, segment, *feed, p).observed;
    let sum = |p: usize| alike.feeds.iter().map(|feed| cell(feed, p)).sum::<Option<i64>>();
    let mut past: Vec<i64> = (alike.from..=place).rev().map_while(sum).collect();
    past.reverse();
    let first = place + 1 - past.len();
    let usual = season(&past, None, design, first);
    forecast(&past, usual.as_ref().map(|s| &s[first..]))
}

/// The last `most` complete periods up to `period` as bars.
pub(crate) fn bars(series: &Series, period: Period, most: usize) -> String {
    let points: Vec<&Point> = series.points.iter().filter(|p| !p.partial && p.period <= period).collect();
    let values: Vec<Option<i64>> = points[points.len().saturating_sub(most)..].iter().map(|p| p.observed).collect();
    sparkline(&values)
}

/// The report's form of a comparison.
pub(crate) fn change(c: compare::Change) -> Change {
    Change { ratio: c.ratio, low: c.low, high: c.high, p: c.p }
}

/// When each record was written, in the report's calendar.
pub(crate) fn walls(found: &Found) -> Result<Vec<Option<Period>>> {
    let at = found.counted.frame().column("at")?.datetime()?;
    Ok(at.physical().iter().map(|micros| micros.map(calendar::wall)).collect())
}

/// The matches of counted records.
pub(crate) struct Hits {
    pairs: Vec<Pair>,
    scores: Vec<f64>,
    /// Where each one's keywords begin, one more for the end, and all their places.
    keywords: (Vec<i64>, Vec<u32>),
    counts: Vec<bool>,
}

impl Hits {
    /// Of all matches found.
    ///
    /// # Errors
    /// Internal only.
    pub(crate) fn of(found: &Found) -> Result<Self> {
        let matches = &found.issues.matches;
        Ok(Self {
            pairs: matches.pairs(&found.issues.codebook)?,
            scores: matches.scores()?.iter().map(Option::unwrap_or_default).collect(),
            keywords: matches.keywords()?,
            counts: found.counted.frame().column("counted")?.bool()?.iter().map(|c| c == Some(true)).collect(),
        })
    }

    /// Each of them, by row, then in the codebook's order.
    pub(crate) fn all(&self) -> impl Iterator<Item = Hit<'_>> {
        let (starts, places) = &self.keywords;
        let hit = |((pair, score), ends): ((&Pair, &f64), &[i64])| Hit {
            row: pair.row as usize,
            issue: pair.issue,
            score: *score,
            keywords: &places[ends[0] as usize..ends[1] as usize],
        };
        let all = self.pairs.iter().zip(&self.scores).zip(starts.windows(2)).map(hit);
        all.filter(|hit| self.counts.get(hit.row) == Some(&true))
    }
}

/// From rows read to records matched.
pub(crate) fn funnel(found: &Found) -> Result<Funnel> {
    let sum = |of: fn(&FileSums) -> i64| found.read.files.iter().map(|file| of(&file.sums)).sum();
    let mut left_out = Vec::new();
    if found.read.filtered() > 0 {
        left_out.push(("not asked for (--where)".to_string(), found.read.filtered()));
    }
    left_out.extend(found.counted.left_out()?);
    let counts = found.counted.frame().column("counted")?.bool()?;
    let texts = found.voiced.text()?;
    let mut matched = vec![false; found.read.records.len()];
    for hit in found.issues.matches.pairs(&found.issues.codebook)? {
        matched[hit.row as usize] |= found.issues.codebook.issues[hit.issue].status.counts();
    }
    let (mut with, mut unassigned, mut no_text) = (0, 0, 0);
    for (row, hit) in matched.iter().enumerate().filter(|(row, _)| counts.get(*row) == Some(true)) {
        match (hit, texts.get(row)) {
            (true, _) => with += 1,
            (false, Some(_)) => unassigned += 1,
            (false, None) => no_text += 1,
        }
    }
    let mut funnel = Funnel {
        read: sum(|f| f.rows_read),
        duplicates: sum(|f| f.duplicates),
        rejected: sum(|f| f.rejected),
        skipped: sum(|f| f.skipped),
        stored: found.read.all,
        left_out,
        counted: with + unassigned + no_text,
        matched: with,
        unassigned,
        no_text,
        line: String::new(),
    };
    funnel.line = funnel_words::line(&funnel);
    Ok(funnel)
}
