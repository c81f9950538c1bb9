//! The figures of a report: the total, the ranked bars, the small multiples, one trend per issue.

use rayon::prelude::*;

use crate::chart::{CHARTS, ChartInput, Figure};
use crate::error::{Error, Result};
use crate::report::model::Report;
use crate::report::words;
use crate::trend::calendar::Period;
use crate::trend::events::Event;
use crate::trend::series::{Level, Series};

/// One chart of the total, the ranked bars, the small multiples, and one trend per issue; names each issue's chart.
pub(crate) fn figures(report: &mut Report, events: &[Event]) -> Result<Vec<Figure>> {
    let period = report.total.points.iter().map(|p| p.period).find(|p| p.date() == report.period.first);
    let step = report.step.clone();
    let step = step.as_str();
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
            report.period.label,
            words::count(n),
            report.zone,
            words::day(report.as_of)
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
    let counted = format!("{} per {step} · {feeds}", capital(&report.unit));
    let mut jobs = vec![
        ("trend", input(std::slice::from_ref(&report.total), report.headline.clone(), counted.clone(), now)),
        (
            "ranked",
            input(
                &all,
                biggest,
                format!("{} per issue · a record may count in several · {feeds}", capital(&report.unit)),
                now,
            ),
        ),
        ("multiples", input(&all, many, counted.clone(), now)),
    ];
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
            (chart.draw)(&ChartInput { series: &series, period, title, subtitle, footer, by: step, events })
        })
        .collect();
    let figures = drawn.into_iter().collect::<Result<Vec<Figure>>>()?;
    for issue in &mut report.issues {
        let stem = format!("trend-{}", issue.id);
        issue.chart = figures.iter().find(|f| f.name == stem).map(|f| f.name.clone());
    }
    Ok(figures)
}

/// The finding of an issue's slide.
pub(crate) fn title(series: &Series, period: Option<Period>, step: &str) -> String {
    let point = period.and_then(|p| series.at(p));
    let now = words::count(point.and_then(|p| p.observed).unwrap_or(0));
    match point.and_then(|p| p.level.and(p.expected)) {
        Some(expected) => format!("{}: {now} this {step}, usually about {}", series.issue, words::mean(expected)),
        None => format!("{}: {now} this {step}", series.issue),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
