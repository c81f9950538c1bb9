//! `plaint trends`: issue × period.

use rayon::prelude::*;

use crate::cli::{Format, Trends};
use crate::compose::inputs::{self, Inputs};
use crate::compose::{self, Session, analyse, emit, facts, provenance};
use crate::error::{Error, Result};
use crate::render::views::{self, trends as view};
use crate::report::words;
use crate::trend::baseline::detector::LEAST_HISTORY;
use crate::trend::counts::Counts;
use crate::trend::disproportion::table;
use crate::trend::judge::{self, Known};
use crate::trend::options::Options;
use crate::trend::series::{ALERT, Caveat, Point, Series, WATCH};
use crate::trend::{calendar::Period, counts_file, exposure};

/// Periods that a segment's part of an issue is taken over: a quarter of weeks.
const SEGMENTS_OVER: usize = 13;

pub(crate) fn run(session: &Session, arguments: &Trends) -> Result<u8> {
    if let Some(path) = &arguments.counts {
        return ready(path, arguments);
    }
    let found = analyse::find(session, &arguments.stages, analyse::Dates::Alone)?;
    let analysis = analyse::analyse(session, found, &arguments.stages.trend)?;
    let series = analyse::select(
        analysis.period,
        analysis.series.clone(),
        Some(&analysis.found.issues.codebook),
        &arguments.selection,
    )?;
    let mut value = view(&analysis.counts, &analysis.inputs, series, analysis.period, arguments);
    value.funnel = facts::funnel(&analysis.found)?.line;
    value.caveats.splice(0..0, provenance::cannot_say(&analysis, &provenance::feeds(&analysis)?));
    let store = analysis.found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || Ok(value.csv_parts()?.concat()))?;
    Ok(analyse::exit_code(&analysis.found))
}

/// Ready counts, judged.
pub(crate) struct Ready {
    pub(crate) counts: Counts,
    pub(crate) inputs: Inputs,
    pub(crate) series: Vec<Series>,
    /// The period looked at.
    pub(crate) period: Period,
    /// Reasons to doubt the counts.
    pub(crate) caveats: Vec<String>,
}

/// Reads and judges `--counts FILE`: somebody else counted.
///
/// # Errors
/// Those of the file, and a `--period` it does not hold.
pub(crate) fn judge_ready(path: &str, options: &Options) -> Result<Ready> {
    let (mut counts, mut caveats) = counts_file::read(&emit::read(path)?, path, options)?;
    let inputs = inputs::read(options, &counts.calendar)?;
    if let Some(exposures) = &inputs.exposures {
        exposures.apply(&mut counts)?;
    }
    let known = Known { holidays: inputs.holidays.clone(), ..Known::default() };
    let trends = judge::judge_with(&counts, options, &known)?;
    let mut period = options.period(&counts.calendar, counts.now)?;
    if counts.place(period).is_none() {
        if options.period.is_some() {
            let last = counts.period(counts.periods().saturating_sub(1));
            return Err(Error::usage(format!("no count is of {}", counts.calendar.label(period)))
                .evidence(format!("the counts go from {} to {}", counts.period(0).date(), last.date()))
                .hint("name a period within these"));
        }
        period = counts.period(counts.periods().saturating_sub(1));
    }
    let series = trends.into_series();
    caveats.extend(untested(&counts, &series, period));
    Ok(Ready { series, counts, inputs, period, caveats })
}

/// Why nothing of the period was tested; null where something was.
fn untested(counts: &Counts, series: &[Series], period: Period) -> Option<String> {
    let points: Vec<&Point> = series.iter().filter_map(|s| s.at(period)).collect();
    if points.iter().any(|p| p.p.is_some()) {
        return None;
    }
    let (label, step) = (counts.calendar.label(period), counts.calendar.by.name());
    if !counts.calendar.is_complete(period, counts.now) {
        return Some(format!("Nothing of {label} is tested: it is not over."));
    }
    let history = points.iter().map(|p| p.history).max().unwrap_or(0);
    Some(format!(
        "Nothing of {label} is tested: {} before it {} known, {LEAST_HISTORY} are needed.",
        words::counted(history, step),
        if history == 1 { "is" } else { "are" }
    ))
}

fn ready(path: &str, arguments: &Trends) -> Result<u8> {
    print_ready(judge_ready(path, &arguments.stages.trend)?, arguments)
}

/// Prints ready counts, judged.
///
/// # Errors
/// An issue named that is not there, and those of writing.
pub(crate) fn print_ready(mut ready: Ready, arguments: &Trends) -> Result<u8> {
    let series = analyse::select(ready.period, std::mem::take(&mut ready.series), None, &arguments.selection)?;
    let mut value = view(&ready.counts, &ready.inputs, series, ready.period, arguments);
    value.caveats.extend(ready.caveats);
    compose::print_parts(&arguments.output, || value.text(), || views::json(&value), || value.csv_parts())?;
    Ok(0)
}

fn view(counts: &Counts, inputs: &Inputs, mut series: Vec<Series>, period: Period, arguments: &Trends) -> view::Trends {
    let calendar = &counts.calendar;
    let place = counts.place(period).unwrap_or(0);
    let (mut cells, prior) = table(counts, place, SEGMENTS_OVER);
    let mut caveats = Vec::new();
    if !cells.is_empty() && prior.is_none() {
        caveats.push("Too few cells to compare segments: no shrunk ratio could be fitted.".to_owned());
    }
    if let Some(least) = arguments.min_cell {
        let shown = cells.len();
        cells.retain(|cell| cell.observed >= least);
        let hidden: usize = series.iter_mut().map(|s| hide(s, least)).sum();
        if hidden + shown > cells.len() {
            caveats.push(format!(
                "{} of periods and {} of the segments' table hold fewer than {least} and are hidden.",
                words::counted(hidden as i64, "cell"),
                words::counted((shown - cells.len()) as i64, "cell")
            ));
        }
    }
    let missing = |p: &Point| p.caveats.contains(&Caveat::NoExposure);
    let without = series.first().map_or(0, |s| s.points.iter().filter(|p| missing(p)).count());
    if without > 0 {
        caveats.push(format!(
            "The exposure of {} is missing or 0: no rate there, and only the count is judged.",
            words::counted(without as i64, calendar.by.name())
        ));
    }
    caveats.extend(exposure::doubts(counts));
    let events = facts::shown(&inputs.events, calendar, &series);
    let before = calendar.previous(period);
    let mut rows: Vec<view::Row> =
        series.into_par_iter().map(|s| facts::trend_row(counts, s, period, before, &inputs.events)).collect();
    if arguments.output.format != Format::Csv {
        let design = facts::design_ahead(counts, inputs);
        rows.par_iter_mut()
            .take(facts::FORECASTS)
            .for_each(|row| row.forecast = facts::ahead(counts, &design, &row.series, period));
    }
    view::Trends {
        period: facts::period_name(calendar, period),
        step: calendar.by.name().to_string(),
        zone: calendar.zone_name().to_string(),
        as_of: counts.now,
        funnel: String::new(),
        fdr: view::Fdr { watch: WATCH, alert: ALERT },
        rate: counts.has_exposure().then_some("per 1,000 of the exposure given"),
        disproportion: cells,
        disproportion_periods: SEGMENTS_OVER.min(place + 1),
        events,
        caveats,
        rows,
    }
}

/// Takes out every number of the points under `least`; gives how many.
fn hide(series: &mut Series, least: i64) -> usize {
    let mut hidden = 0;
    for point in &mut series.points {
        if point.observed.is_none_or(|n| n >= least) {
            continue;
        }
        *point = Point {
            period: point.period,
            partial: point.partial,
            covered: point.covered,
            history: point.history,
            hidden: true,
            ..Point::default()
        };
        hidden += 1;
    }
    let hides: Vec<Period> = series.points.iter().filter(|p| p.hidden).map(|p| p.period).collect();
    series.signals.retain(|f| !hides.contains(&f.period));
    hidden
}
