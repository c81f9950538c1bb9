//! Trends → Figure: one file per chart, one table.
//!
//! Every chart is a slide of 1600×900 pixels on white, unless another sheet is asked for: the finding as its title, what is counted below it, a footer
//! with period, zone and as-of; counts from 0, lines labelled directly, no text below 24 pixels. Missing periods are
//! gaps, never zeros; unfinished ones are hollow and dashed. Colours are safe for colour-blind readers and never the
//! only code. The same input gives the same bytes.

mod axis;
mod canvas;
pub mod export;
pub mod fonts;
mod forecast;
mod happened;
mod heatmap;
mod lines;
mod many;
mod multiples;
mod palette;
mod ranked;
mod response;
mod segments;
mod share;
pub mod sheet;
mod slide;
mod sparkline;
#[cfg(test)]
mod testing;
mod text;
mod trend;
pub mod words;

pub use sparkline::sparkline;
pub use text::missing_glyphs;

use crate::chart::sheet::Sheet;
use crate::error::Result;
use crate::trend::calendar::Period;
use crate::trend::events::Event;
use crate::trend::forecast::Forecast;
use crate::trend::series::Series;

/// One drawn instance of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// File stem, stable from week to week: `<chart>-<issue id>`.
    pub name: String,
    /// The finding as a sentence.
    pub title: String,
    /// What it shows, in words, for those who cannot see it.
    pub alt: String,
    /// The drawing: SVG 1.1 text.
    pub svg: String,
}

/// What a chart draws. The words are composed by the caller: a chart adds no judgement, only the alt text, which is
/// read off the data.
#[derive(Debug, Clone)]
pub struct ChartInput<'a> {
    /// The issues to draw, in any order (charts sort by size); all on the same grid of periods. An empty slice gives
    /// a slide that says there is no data.
    pub series: &'a [Series],
    /// The period judged: decides which issues are biggest and which period `ranked` shows; null is the last
    /// complete one.
    pub period: Option<Period>,
    /// The finding as a sentence; at most two lines are drawn (about 110 characters), the rest is cut with `…`.
    pub title: String,
    /// What is counted, its unit and feeds; at most two lines.
    pub subtitle: String,
    /// Period, number of records, zone, as-of; at most two lines.
    pub footer: String,
    /// The grid's step: `hour`, `day`, `week`, `month` or `quarter`.
    pub by: &'a str,
    /// Releases, outages and the like, by time; those outside the periods drawn are left out.
    pub events: &'a [Event],
    /// How large, in which colours.
    pub sheet: Sheet,
    /// What only some charts draw.
    pub extra: Extra<'a>,
}

/// What is beside the series for the charts that need it; a chart without its own says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extra<'a> {
    /// `forecast`: the next periods of the one series.
    pub forecast: Option<&'a Forecast>,
    /// `share`: names and records per period by primary issue, the last two "other issues" and "no issue".
    pub primary: &'a [(String, Vec<i64>)],
    /// `segments`: name, records of the issue, all counted records, and the share with its interval.
    pub rates: &'a [Rate],
    /// `response`: names, cases, and the share answered by a time in seconds as steps.
    pub curves: &'a [Answered],
}

/// One segment's rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    /// The segment.
    pub name: String,
    /// Records of the issue.
    pub n: i64,
    /// Counted records.
    pub of: i64,
    /// `n` ÷ `of`.
    pub share: f64,
    /// Its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How long customers of one group waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The group.
    pub name: String,
    /// Cases in it.
    pub cases: usize,
    /// Time in seconds and the share answered by then (Kaplan and Meier's estimate), ascending.
    pub steps: Vec<(i64, f64)>,
}

/// A kind of drawing.
#[derive(Debug, Clone, Copy)]
pub struct Chart {
    /// What `plaint chart` and `plaint list charts` call it; also its file in this folder.
    pub name: &'static str,
    /// One line of what it shows.
    pub about: &'static str,
    /// Draws it; fails only for internal reasons.
    pub draw: fn(&ChartInput<'_>) -> Result<Figure>,
}

/// Every chart.
pub const CHARTS: &[Chart] = &[
    trend::CHART,
    ranked::CHART,
    multiples::CHART,
    heatmap::CHART,
    share::CHART,
    segments::CHART,
    forecast::CHART,
    response::CHART,
];

/// The chart of that name.
pub fn find(name: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|chart| chart.name == name)
}

/// The file stem of `chart` for one issue: `<chart>-<issue id>[-<segment>]`, `all` for the total.
fn stem(chart: &str, series: &Series) -> String {
    let id = if series.is_total() { "all" } else { &series.issue_id };
    let plain = |s: &str| -> String {
        s.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '-' }).collect()
    };
    match &series.segment {
        Some(segment) => format!("{chart}-{}-{}", plain(id), plain(segment)),
        None => format!("{chart}-{}", plain(id)),
    }
}

#[cfg(test)]
mod tests;
