//! `plaint check`: signals for a batch job.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::cli::Check;
use crate::cluster::codebook::Codebook;
use crate::compose::analyse::{self, Analysis};
use crate::compose::inputs::Inputs;
use crate::compose::trends::{Ready, judge_ready};
use crate::compose::{Session, codebooks, emit, facts};
use crate::error::{Error, Result};
use crate::report::told::{State, Subject};
use crate::trend::baseline::detector::LEAST_HISTORY;
use crate::trend::calendar::{Calendar, Period};
use crate::trend::counts::{Counts, last_day_of};
use crate::trend::coverage::Cover;
use crate::trend::events;
use crate::trend::series::{Caveat, Found, Level, Series, Signal};

/// Signals at or above `--fail-on`.
const SIGNALS: u8 = 3;
/// Something could not be judged.
const UNJUDGED: u8 = 4;
/// Records named with a signal; `record_count` says how many there are.
const NAMED: usize = 100;

/// One line of output.
#[derive(Debug, Serialize)]
struct Line<'a> {
    kind: Signal,
    level: Level,
    issue: &'a str,
    issue_id: &'a str,
    owner: &'a str,
    segment: Option<&'a str>,
    period: String,
    first: String,
    last: String,
    begins: String,
    observed: f64,
    expected: Option<f64>,
    upper: Option<f64>,
    p: f64,
    q: Option<f64>,
    effect: Option<f64>,
    effect_low: Option<f64>,
    effect_high: Option<f64>,
    test: &'static str,
    alpha: f64,
    /// The false discovery rate of the level.
    fdr: f64,
    history: i64,
    about: &'a str,
    caveats: &'a [Caveat],
    events: Vec<&'a str>,
    record_count: i64,
    records: Vec<&'a str>,
}

/// A line that says what could not be judged.
#[derive(Debug, Serialize)]
struct Unjudged {
    kind: &'static str,
    reason: &'static str,
    period: String,
    feed: Option<String>,
    message: String,
}

/// What is told of: the series judged, and where they came from.
struct Judged<'a> {
    counts: &'a Counts,
    inputs: &'a Inputs,
    series: &'a [Series],
    period: Period,
    /// The records behind them; null for ready counts.
    analysis: Option<&'a Analysis>,
}

impl Judged<'_> {
    fn codebook(&self) -> Option<&Codebook> {
        self.analysis.map(|a| &a.found.issues.codebook)
    }
}

pub(crate) fn run(session: &Session, arguments: &Check) -> Result<u8> {
    let (cluster, trend) = (&arguments.stages.cluster, &arguments.stages.trend);
    if let Some(path) = &arguments.counts {
        let ready = judge_ready(path, trend)?;
        ready.caveats.iter().for_each(|caveat| session.note(caveat));
        let Ready { counts, inputs, series, period, .. } = &ready;
        let state = state(arguments, &counts.calendar)?;
        return tell(session, arguments, state, &Judged { counts, inputs, series, period: *period, analysis: None });
    }
    if cluster.issues_from.is_none() && codebooks::file(cluster, &arguments.stages.reading.stored)?.is_none() {
        return Err(Error::failed("check needs a codebook: issues found anew each time are not the same issues")
            .hint("make one: plaint cluster FILE… --write codebook.toml; or use labels: --issues-from category"));
    }
    let state = state(arguments, &trend.calendar()?)?;
    let found = analyse::find(session, &arguments.stages, analyse::Dates::Needed)?;
    let analysis = analyse::analyse(session, found, trend)?;
    if let Some(store) = &analysis.found.read.store {
        session.note(&store.line());
    }
    let Analysis { counts, inputs, series, period, .. } = &analysis;
    tell(session, arguments, state, &Judged { counts, inputs, series, period: *period, analysis: Some(&analysis) })
}

/// What was told before, of the same question.
fn state(arguments: &Check, calendar: &Calendar) -> Result<State> {
    let question = format!(
        "by {}, weeks from {:?}, {}, segment {}",
        calendar.by.name(),
        calendar.week_start,
        calendar.zone_name(),
        arguments.stages.trend.segment.as_deref().unwrap_or("none")
    );
    let text = match &arguments.state {
        Some(path) => emit::read_if_there(Path::new(path))?.map(|text| (path, text)),
        None => None,
    };
    text.map_or_else(|| Ok(State::new(&question)), |(path, text)| State::parse(&text, path, &question))
}

fn tell(session: &Session, arguments: &Check, mut state: State, judged: &Judged<'_>) -> Result<u8> {
    let wanted: Vec<String> = analyse::resolve_all(&arguments.named, judged.series, judged.codebook())?;
    let signals = signals(judged, &wanted)?;
    let told = state.tell(&judged.counts.calendar.id(judged.period), signals);
    let unjudged = unjudged(session, judged);
    let mut bytes = Vec::new();
    for line in &told {
        push(&mut bytes, line)?;
    }
    for line in &unjudged {
        push(&mut bytes, line)?;
    }
    emit::to(arguments.output.as_deref(), &bytes)?;
    // Last: a run that could not say what it found has told nothing.
    if let Some(path) = &arguments.state {
        emit::file(Path::new(path), state.text()?.as_bytes())?;
    }
    let loud = told.iter().filter(|line| level(line) >= Some(arguments.fail_on)).count() as i64;
    let period = judged.counts.calendar.label(judged.period);
    session.note(&format!("{period}: {} to tell, {loud} at or above {}", told.len(), arguments.fail_on.name()));
    let code = judged.analysis.map_or(0, |a| analyse::exit_code(&a.found));
    Ok(match (loud, unjudged.is_empty(), code) {
        (1.., ..) => SIGNALS,
        (_, false, _) => UNJUDGED,
        (_, true, code) => code,
    })
}

fn push(bytes: &mut Vec<u8>, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *bytes, line)
        .map_err(|cause| Error::failed("internal: a signal has no JSON form").evidence(cause.to_string()))?;
    bytes.push(b'\n');
    Ok(())
}

fn level(line: &Value) -> Option<Level> {
    serde_json::from_value(line.get("level")?.clone()).ok()
}

/// The period's signals with a level, the loudest first.
fn signals(judged: &Judged<'_>, wanted: &[String]) -> Result<Vec<(Subject, Level, Value)>> {
    let mut all: Vec<(&Series, &Found, Level)> = Vec::new();
    for series in judged.series {
        if !wanted.is_empty() && !wanted.contains(&series.issue_id) {
            continue;
        }
        all.extend(series.signals_at(judged.period).filter_map(|f| Some((series, f, f.level?))));
    }
    all.sort_by(|a, b| b.2.cmp(&a.2).then(b.1.records.cmp(&a.1.records)).then_with(|| a.0.issue_id.cmp(&b.0.issue_id)));
    let calendar = &judged.counts.calendar;
    let mut told = Vec::new();
    for (series, found, level) in all {
        let issue = judged.codebook().and_then(|book| book.issue(&series.issue_id));
        let near = events::near(&judged.inputs.events, calendar, found.begins);
        let uids = judged.analysis.map(|a| records(a, series)).transpose()?;
        let line = Line {
            kind: found.kind,
            level,
            issue: &series.issue,
            issue_id: &series.issue_id,
            owner: issue.map_or("", |i| i.owner.as_str()),
            segment: series.segment.as_deref(),
            period: calendar.id(found.period),
            first: found.period.date().to_string(),
            last: calendar.last_day(found.period).to_string(),
            begins: calendar.id(found.begins),
            observed: found.observed,
            expected: found.expected,
            upper: found.upper,
            p: found.p,
            q: found.q,
            effect: found.effect,
            effect_low: found.effect_low,
            effect_high: found.effect_high,
            test: found.test,
            alpha: found.alpha,
            fdr: Level::fdr(Some(level)),
            history: found.history,
            about: &found.about,
            caveats: &found.caveats,
            events: near.iter().map(|e| e.label.as_str()).collect(),
            record_count: uids.as_ref().map_or(found.records, |uids| uids.len() as i64),
            records: uids.iter().flatten().take(NAMED).map(String::as_str).collect(),
        };
        let value = serde_json::to_value(&line)
            .map_err(|cause| Error::failed("internal: a signal has no JSON form").evidence(cause.to_string()))?;
        told.push((Subject::new(&series.issue_id, series.segment.as_deref(), found.kind), level, value));
    }
    Ok(told)
}

/// The uids of the counted records of a series in the period judged, oldest first; of the total all of them.
fn records(analysis: &Analysis, series: &Series) -> Result<Vec<String>> {
    let found = &analysis.found;
    let frame = found.counted.frame();
    let (counts, segments) = (frame.column("counted")?.bool()?, frame.column("segment")?.str()?);
    let times = facts::walls(found)?;
    let calendar = &analysis.counts.calendar;
    let inside = |row: usize| {
        counts.get(row) == Some(true)
            && segments.get(row) == series.segment.as_deref()
            && times[row].is_some_and(|at| calendar.period_of(at) == analysis.period)
    };
    let mut rows: Vec<usize> = if series.is_total() {
        (0..frame.height()).filter(|row| inside(*row)).collect()
    } else {
        let issues = &found.issues.codebook.issues;
        let hits = facts::Hits::of(found)?;
        let own = hits.all().filter(|h| issues[h.issue].id == series.issue_id);
        own.map(|h| h.row).filter(|row| inside(*row)).collect()
    };
    rows.sort_by_key(|row| (times[*row], *row));
    let uids = found.read.records.frame().column("uid")?.str()?;
    Ok(rows.into_iter().filter_map(|row| uids.get(row)).map(str::to_owned).collect())
}

/// Why something could not be judged: an expected feed that does not cover the period, no feed at all, an unfinished
/// period, too little history.
fn unjudged(session: &Session, judged: &Judged<'_>) -> Vec<Unjudged> {
    let counts = judged.counts;
    let calendar = &counts.calendar;
    let period = calendar.id(judged.period);
    let said = |reason, feed: Option<&str>, message: String| Unjudged {
        kind: "cannot_judge",
        reason,
        period: period.clone(),
        feed: feed.map(str::to_owned),
        message,
    };
    let mut lines = Vec::new();
    let place = counts.place(judged.period);
    let covered = |feed: usize| place.is_some_and(|p| counts.cover(feed, p) == Cover::Whole);
    let expected: BTreeSet<&str> = match judged.analysis {
        Some(_) => session.config.expect.iter().map(String::as_str).collect(),
        None => BTreeSet::new(),
    };
    for (at, feed) in counts.feeds().iter().enumerate() {
        if expected.contains(feed.feed.as_str()) && !covered(at) {
            let message = match feed.span {
                Some(span) => format!("{} covers {} to {}", feed.feed, span.first, span.last),
                None => format!("{} has no dated records", feed.feed),
            };
            lines.push(said("feed_missing", Some(&feed.feed), message));
        }
    }
    if !calendar.is_complete(judged.period, counts.now) {
        let last = last_day_of(calendar, calendar.index(judged.period));
        lines.push(said("unfinished", None, format!("the data ends {}, the period {last}", counts.now)));
    } else if !(0..counts.feeds().len()).any(covered) {
        lines.push(said("no_feed", None, "no feed covers the whole period".to_owned()));
    } else {
        // Ready counts may have no total.
        let history = judged
            .series
            .iter()
            .filter(|s| s.is_total() || !counts.has_total())
            .filter_map(|s| s.at(judged.period))
            .map(|p| p.history)
            .max()
            .unwrap_or(0);
        if history < LEAST_HISTORY as i64 {
            let message = format!("{history} earlier periods, fewer than {LEAST_HISTORY}: nothing was tested");
            lines.push(said("history", None, message));
        }
    }
    lines
}
