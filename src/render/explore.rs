//! What the page's script recounts: the counts of every issue per period, group of feeds, channel and product, as JSON.

use serde::Serialize;

use crate::render::number::{current, day, moment};
use crate::render::words::one_line;
use crate::report::model::{IssueReport, Report};
use crate::report::slices::Part;
use crate::trend::events::Event;
use crate::trend::series::{Level, Point, Series};

#[derive(Serialize)]
struct Data<'a> {
    step: &'a str,
    unit: &'a str,
    /// Place of the period judged.
    judged: usize,
    /// First days, last days, lengths.
    periods: Vec<String>,
    ends: Vec<String>,
    days: Vec<i64>,
    /// `1` for periods that are not whole.
    partial: String,
    /// What happened: the place of its period, and what it was.
    events: Vec<(usize, String)>,
    groups: Vec<Group<'a>>,
    columns: Vec<Column<'a>>,
    /// The total, then the issues in the report's order.
    series: Vec<Line>,
}

#[derive(Serialize)]
struct Group<'a> {
    feeds: Vec<&'a str>,
    whole: String,
    some: String,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    values: Vec<String>,
}

#[derive(Serialize)]
struct Line {
    anchor: String,
    name: String,
    status: String,
    owner: String,
    /// Keywords, for the search.
    words: String,
    /// Per period `w`, `a`, `u` or a dot.
    levels: String,
    upper: Option<f64>,
    parts: Vec<Slice>,
}

/// `slice` is `column:value` by place, empty for all records; `counts` are separated by commas, none for 0.
#[derive(Serialize)]
struct Slice {
    group: usize,
    slice: String,
    counts: String,
}

/// The data as JSON that may stand in a `script` element: no `<` is left in it.
///
/// # Errors
/// An internal error when a value has no JSON form.
pub(super) fn json(report: &Report, anchors: &[String]) -> serde_json::Result<String> {
    let points = &report.total.points;
    let marks = |mark: &dyn Fn(usize) -> bool| (0..points.len()).map(|i| if mark(i) { '1' } else { '0' }).collect();
    let groups = if report.slices.groups.is_empty() {
        vec![Group {
            feeds: Vec::new(),
            whole: marks(&|i| points[i].observed.is_some() && !points[i].partial),
            some: marks(&|i| points[i].observed.is_some()),
        }]
    } else {
        let group = |g: &'_ crate::report::slices::Group| (marks(&|i| g.whole[i]), marks(&|i| g.some[i]));
        let named = report.slices.groups.iter().map(|g| {
            let (whole, some) = group(g);
            Group { feeds: g.feeds.iter().map(String::as_str).collect(), whole, some }
        });
        named.collect()
    };
    let columns = report.slices.columns.iter();
    let mut series = vec![line(report, &report.total, "total", None)];
    series.extend(report.issues.iter().zip(anchors).map(|(issue, at)| line(report, &issue.series, at, Some(issue))));
    let last = |i: usize| points.get(i + 1).map(|next| next.period.date());
    let end = |i: usize| match last(i) {
        Some(next) if next > points[i].period.date() => next.yesterday().unwrap_or(next),
        Some(next) => next,
        None if points[i].period.date() == report.period.first => report.period.last,
        // The last period is as long as its step says; what it is called is its last day.
        None => length(points, i).map_or(points[i].period.date(), |days| {
            points[i].period.date().saturating_add(jiff::Span::new().days(days - 1))
        }),
    };
    let judged =
        current(&report.total, &report.period).and_then(|now| points.iter().position(|p| p.period == now.period));
    let place = |event: &Event| points.partition_point(|p| p.period <= event.at).checked_sub(1);
    let marked =
        |event: &Event| Some((place(event)?, format!("{} ({})", one_line(&event.label), day(event.at.date()))));
    let happened = report.events.iter().filter_map(marked).collect();
    let data = Data {
        step: &report.step,
        unit: &report.unit,
        judged: judged.unwrap_or(points.len().saturating_sub(1)),
        periods: points.iter().map(|p| moment(p.period)).collect(),
        ends: (0..points.len())
            .map(|i| if report.step == "hour" { moment(points[i].period) } else { day(end(i)) })
            .collect(),
        days: (0..points.len())
            .map(|i| (end(i) - points[i].period.date()).get_days().into())
            .map(|d: i64| d + 1)
            .collect(),
        partial: marks(&|i| points[i].partial),
        events: happened,
        groups,
        columns: columns
            .map(|c| Column { name: c.name, values: c.values.iter().map(|v| one_line(v)).collect() })
            .collect(),
        series,
    };
    Ok(serde_json::to_string(&data)?.replace('<', "\\u003c"))
}

/// Days from one period to the next, taken from the one before.
fn length(points: &[Point], i: usize) -> Option<i64> {
    let before = points.get(i.checked_sub(1)?)?.period.date();
    Some((points[i].period.date() - before).get_days().into())
}

fn line(report: &Report, series: &Series, anchor: &str, issue: Option<&IssueReport>) -> Line {
    let own = report.slices.parts.iter().filter(|p| p.issue_id == series.issue_id);
    let mut parts: Vec<Slice> = own.map(slice).collect();
    if report.slices.groups.is_empty() {
        let counts: Vec<i64> = series.points.iter().map(|p| p.observed.unwrap_or(0)).collect();
        parts = vec![Slice { group: 0, slice: String::new(), counts: joined(&counts) }];
    }
    let level = |p: &Point| match p.level {
        Some(Level::Watch) => 'w',
        Some(Level::Alert) => 'a',
        Some(Level::Urgent) => 'u',
        None => '.',
    };
    Line {
        anchor: anchor.to_owned(),
        name: one_line(&series.issue),
        status: issue.map_or(String::new(), |i| i.status.clone()),
        owner: issue.map_or(String::new(), |i| one_line(&i.owner)),
        words: issue.map_or(String::new(), |i| {
            one_line(&i.keywords.iter().map(|k| k.0.as_str()).collect::<Vec<_>>().join(" "))
        }),
        levels: series.points.iter().map(level).collect(),
        upper: current(series, &report.period).and_then(|p| p.upper),
        parts,
    }
}

fn slice(part: &Part) -> Slice {
    let slice = part.slice.map_or(String::new(), |(column, value)| format!("{column}:{value}"));
    Slice { group: part.group, slice, counts: joined(&part.counts) }
}

/// `3,,1,`: most counts of a channel's or product's weeks are 0.
fn joined(counts: &[i64]) -> String {
    let cells: Vec<String> = counts.iter().map(|n| if *n == 0 { String::new() } else { n.to_string() }).collect();
    cells.join(",")
}
