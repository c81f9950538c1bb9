//! The figures of a report: the total, the ranked bars, the small multiples, the heat map, the shares, the forecast,
//! waiting times, and one trend per issue.

use rayon::prelude::*;

use crate::chart::sheet::Sheet;
use crate::chart::words as told;
use crate::chart::{Answered, CHARTS, ChartInput, Extra, Figure, Rate, fonts};
use crate::compose::analyse::Analysis;
use crate::compose::front::{Front, UNIT};
use crate::compose::{emit, extras};
use crate::error::{Error, Result};
use crate::report::words;
use crate::trend::calendar::Period;
use crate::trend::events::Event;
use crate::trend::forecast::Forecast;
use crate::trend::options::Options;
use crate::trend::series::{Level, Series};

/// What the figure of an issue's trend is called.
pub(crate) fn trend_of(id: &str) -> String {
    format!("trend-{id}")
}

/// The charts of the whole, and one trend per issue.
pub(crate) fn figures(report: &Front, analysis: &Analysis, trend: &Options) -> Result<Vec<Figure>> {
    let events: &[Event] = &analysis.inputs.events;
    let (curves, primary) = rayon::join(|| extras::curves(analysis, trend), || extras::primary(analysis));
    let (curves, primary) = (curves?, primary?);
    let primary = primary.as_slice();
    let ahead = report.forecast.as_ref();
    let period = report.total.points.iter().map(|p| p.period).find(|p| p.date() == report.period.first);
    let calendar = &analysis.found.counted.calendar;
    let step = calendar.by.name();
    let named: Vec<&str> = report.feeds.iter().filter(|f| f.counted > 0).map(|f| f.feed.as_str()).collect();
    let feeds = match named.as_slice() {
        [one] => (*one).to_string(),
        many if many.len() <= 3 => many.join(", "),
        many => format!("{} feeds", many.len()),
    };
    let all: Vec<Series> = report.issues.iter().map(|i| i.series.clone()).collect();
    let now = report.total.points.iter().find(|p| Some(p.period) == period).and_then(|p| p.observed).unwrap_or(0);
    let footer = |n: i64| {
        format!(
            "{} · n = {} · {} · as of {}",
            told::days(&report.period.label, report.period.first, report.period.last),
            told::count(n),
            calendar.zone_name(),
            told::date(analysis.found.counted.now)
        )
    };
    let input =
        |series: &'_ [Series], title: String, subtitle: String, n: i64| -> (Vec<Series>, String, String, String) {
            (series.to_vec(), title, subtitle, footer(n))
        };
    let biggest = report.issues.first().map_or("No issue".to_string(), |i| format!("{} is the biggest issue", i.name));
    let loud = report.issues.iter().filter(|i| i.level.is_some_and(|l| l >= Level::Alert)).count();
    let many = match loud {
        0 => format!("No issue is worse than chance allows this {step}"),
        1 => format!("One issue is worse than chance allows this {step}"),
        n => format!("{n} issues are worse than chance allows this {step}"),
    };
    let counted = format!("{} per {step} · {feeds}", capital(UNIT));
    let mut jobs = vec![
        ("trend", input(std::slice::from_ref(&report.total), report.headline.clone(), counted.clone(), now)),
        (
            "ranked",
            input(&all, biggest, format!("{} per issue · a record may count in several · {feeds}", capital(UNIT)), now),
        ),
        ("multiples", input(&all, many.clone(), counted.clone(), now)),
        ("heatmap", input(&all, many, counted.clone(), now)),
    ];
    let of_total = std::slice::from_ref(&report.total);
    if primary.len() > 2 {
        jobs.push(("share", input(of_total, share_title(primary, &report.total, period, step), counted.clone(), now)));
    }
    if ahead.is_some() {
        jobs.push(("forecast", input(of_total, forecast_title(&report.total, ahead, step), counted.clone(), now)));
    }
    if !curves.is_empty() {
        let what = "Share of cases first answered by each time; those still waiting count as waiting";
        let cases = curves.first().map_or(0, |c| c.cases as i64);
        jobs.push(("response", input(of_total, answered_title(&curves), format!("{what} · {feeds}"), cases)));
    }
    for issue in &report.issues {
        let title = title(&issue.series, period, step);
        jobs.push((
            "trend",
            input(std::slice::from_ref(&issue.series), title, counted.clone(), issue.observed.unwrap_or(0)),
        ));
    }
    let drawn: Vec<Result<Figure>> = jobs
        .into_par_iter()
        .map(|(name, (series, title, subtitle, footer))| {
            let chart =
                CHARTS.iter().find(|c| c.name == name).ok_or_else(|| Error::failed("internal: no such chart"))?;
            (chart.draw)(&ChartInput {
                series: &series,
                period,
                title,
                subtitle,
                footer,
                by: step,
                events,
                sheet: Sheet::default(),
                extra: Extra { forecast: ahead, primary, curves: &curves, rates: &[] },
            })
        })
        .collect();
    drawn.into_iter().collect()
}

/// The finding of an issue's slide.
pub(crate) fn title(series: &Series, period: Option<Period>, step: &str) -> String {
    let point = period.and_then(|p| series.at(p));
    let now = told::count(point.and_then(|p| p.observed).unwrap_or(0));
    match point.and_then(|p| p.level.and(p.expected)) {
        Some(expected) => format!("{}: {now} this {step}, usually about {}", series.issue, words::mean(expected)),
        None => format!("{}: {now} this {step}", series.issue),
    }
}

/// The finding of the shares.
fn share_title(primary: &[(String, Vec<i64>)], total: &Series, period: Option<Period>, step: &str) -> String {
    let at = period.and_then(|p| total.points.iter().position(|point| point.period == p));
    let of = |counts: &[i64]| at.and_then(|at| counts.get(at)).copied().unwrap_or(0);
    let all: i64 = primary.iter().map(|(_, counts)| of(counts)).sum();
    let named = &primary[..primary.len().saturating_sub(2)];
    match named.iter().max_by_key(|(_, counts)| of(counts)) {
        Some((name, counts)) if all > 0 => {
            format!("{name} has {} of all records this {step}", words::percent(of(counts) as f64 / all as f64))
        }
        _ => format!("No record this {step}"),
    }
}

/// The finding of a forecast.
pub(crate) fn forecast_title(series: &Series, forecast: Option<&Forecast>, step: &str) -> String {
    match forecast.and_then(|f| f.periods.first().zip(f.periods.last())) {
        Some((first, last)) => format!(
            "{}: about {} next {step}; four of five {step}s between {} and {}",
            series.issue,
            words::mean(first.mean),
            told::count(last.low80),
            told::count(last.high80)
        ),
        None => format!("{}: too little history for a forecast", series.issue),
    }
}

/// The finding of an issue's rates.
pub(crate) fn rates_title(series: &Series, rates: &[Rate]) -> String {
    match rates.first() {
        Some(top) if top.n > 0 => {
            format!("{}: {} of the records of {}", series.issue, words::percent(top.share), top.name)
        }
        _ => format!("{}: no record in this period", series.issue),
    }
}

/// The finding of the waiting times.
pub(crate) fn answered_title(curves: &[Answered]) -> String {
    let Some(all) = curves.first() else { return "No dump tells when customers were answered".to_string() };
    match all.steps.iter().find(|s| s.1 >= 0.5) {
        Some((seconds, _)) if *seconds < 172_800 => {
            format!("Half of the customers are answered within {:.1} hours", *seconds as f64 / 3_600.0)
        }
        Some((seconds, _)) => {
            format!("Half of the customers are answered within {:.1} days", *seconds as f64 / 86_400.0)
        }
        None => "More than half of the customers were not answered".to_string(),
    }
}

/// Reads the user's font, for what our own lacks.
///
/// # Errors
/// When the file cannot be read or is no font.
pub(crate) fn take_font(path: Option<&str>) -> Result<()> {
    match path {
        Some(path) => fonts::take(path, emit::read(path)?),
        None => Ok(()),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
