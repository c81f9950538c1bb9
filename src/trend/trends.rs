//! `Trends`: one row per issue, segment and period, with what was tested and found.

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series as Cells};

use crate::contract::{self, Column, Type};
use crate::error::Result;
use crate::trend::calendar::{Period, micros};
use crate::trend::counted::wall_series;
use crate::trend::like_for_like::LikeForLike;
use crate::trend::series::{Point, Series};

const fn column(name: &'static str, kind: Type, nullable: bool, about: &'static str) -> Column {
    Column { name, kind, nullable, about }
}

/// The columns of the frame of [`Trends`], in the order of `trends --format csv`.
pub const COLUMNS: &[Column] = &[
    column("issue_id", Type::Text, false, "the issue; empty for the total"),
    column("issue", Type::Text, false, "its name"),
    column("segment", Type::Text, true, "the segment; null unless one was asked for"),
    column("period", Type::Wall, false, "the period's first moment"),
    column("observed", Type::Int, true, "count; null when no feed covers the period"),
    column("exposure", Type::Float, true, "the denominator of rate: counted records of the feeds compared, or given"),
    column("expected", Type::Float, true, "baseline mean from earlier periods alone; null when untested"),
    column("upper", Type::Float, true, "upper bound of the usual range; null when untested"),
    column("p", Type::Float, true, "chance of a count as high had nothing changed; null when untested"),
    column("signal", Type::Text, true, "the loudest signal: spike, emerging, shift, returned or viral"),
    column("partial", Type::Bool, false, "not a whole period; never tested"),
    column("records", Type::Int, false, "records"),
    column("authors", Type::Int, false, "distinct authors the dump names"),
    column("rate", Type::Float, true, "compared ÷ exposure"),
    column("q", Type::Float, true, "p corrected for the number of issues tested in the period"),
    column("level", Type::Text, true, "watch, alert or urgent"),
    column("effect", Type::Float, true, "compared ÷ expected"),
    column("effect_low", Type::Float, true, "lower end of its 95 % interval"),
    column("effect_high", Type::Float, true, "upper end of its 95 % interval"),
    column("history", Type::Int, false, "complete earlier periods the test could use"),
    column("covered", Type::Bool, false, "whether every feed covers the period"),
    column("compared", Type::Int, true, "the count over the feeds that also cover the history"),
    column("test", Type::Text, true, "which test gave expected, upper and p; null when untested"),
    column("alpha", Type::Float, true, "the cut on p below which it is a signal"),
    column("fdr", Type::Float, true, "the false discovery rate behind the level: .05 for alerts, else .1"),
    column("rate_low", Type::Float, true, "lower end of the exact 95 % interval of rate"),
    column("rate_high", Type::Float, true, "upper end of it"),
    column("p_share", Type::Float, true, "p of the count per exposure"),
    column("q_share", Type::Float, true, "p_share corrected as q"),
    column("nowcast", Type::Float, true, "the count when late records are in; null where no delay is known"),
    column("signals", Type::Text, true, "every signal of the period, the loudest first"),
    column("caveats", Type::Text, true, "reasons to doubt these numbers"),
    column("hidden", Type::Bool, false, "too small to be shown (--min-cell)"),
];

/// The judged counts: total first, then the issues, each over the periods shown.
#[derive(Debug, Clone)]
pub struct Trends {
    series: Vec<Series>,
    like_for_like: Vec<(Period, Option<LikeForLike>)>,
}

impl Trends {
    pub(crate) fn new(series: Vec<Series>, like_for_like: Vec<(Period, Option<LikeForLike>)>) -> Self {
        Self { series, like_for_like }
    }

    /// The trends as a frame. Columns: [`COLUMNS`].
    ///
    /// # Errors
    /// An internal error when the frame does not keep its contract.
    pub fn frame(&self) -> Result<DataFrame> {
        let frame = frame(&self.series)?;
        contract::check(&frame, COLUMNS, "trends")?;
        Ok(frame)
    }

    /// One series per issue and segment, the total first; one point per period shown.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The same, for good.
    pub fn into_series(self) -> Vec<Series> {
        self.series
    }

    /// The feeds a period was compared on; null when no feed covers it, or it is not complete or not shown.
    pub fn like_for_like(&self, period: Period) -> Option<&LikeForLike> {
        self.like_for_like.iter().find(|(p, _)| *p == period).and_then(|(_, l)| l.as_ref())
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn frame(series: &[Series]) -> Result<DataFrame> {
    let rows: Vec<(&Series, &Point)> = series.iter().flat_map(|s| s.points.iter().map(move |p| (s, p))).collect();
    let periods: Vec<Option<i64>> = rows.iter().map(|(_, p)| Some(micros(p.period))).collect();
    let text = |name: &str, cell: fn(&Series, &Point) -> Option<String>| {
        Cells::new(name.into(), rows.iter().map(|(s, p)| cell(s, p)).collect::<Vec<_>>()).into_column()
    };
    let int = |name: &str, cell: fn(&Point) -> Option<i64>| {
        Cells::new(name.into(), rows.iter().map(|(_, p)| cell(p)).collect::<Vec<_>>()).into_column()
    };
    let float = |name: &str, cell: fn(&Point) -> Option<f64>| {
        Cells::new(name.into(), rows.iter().map(|(_, p)| cell(p)).collect::<Vec<_>>()).into_column()
    };
    let flag = |name: &str, cell: fn(&Point) -> bool| {
        Cells::new(name.into(), rows.iter().map(|(_, p)| cell(p)).collect::<Vec<_>>()).into_column()
    };
    let columns = vec![
        text("issue_id", |s, _| Some(s.issue_id.clone())),
        text("issue", |s, _| Some(s.issue.clone())),
        text("segment", |s, _| s.segment.clone()),
        wall_series("period", &periods)?.into_column(),
        int("observed", |p| p.observed),
        float("exposure", |p| p.exposure),
        float("expected", |p| p.expected),
        float("upper", |p| p.upper),
        float("p", |p| p.p),
        text("signal", |_, p| p.signal.map(|s| s.name().to_owned())),
        flag("partial", |p| p.partial),
        int("records", |p| Some(p.records)),
        int("authors", |p| Some(p.authors)),
        float("rate", |p| p.rate),
        float("q", |p| p.q),
        text("level", |_, p| p.level.map(|l| l.name().to_owned())),
        float("effect", |p| p.effect),
        float("effect_low", |p| p.effect_low),
        float("effect_high", |p| p.effect_high),
        int("history", |p| Some(p.history)),
        flag("covered", |p| p.covered),
        int("compared", |p| p.compared),
        text("test", |_, p| p.test.map(str::to_owned)),
        float("alpha", |p| p.alpha),
        float("fdr", Point::fdr),
        float("rate_low", |p| p.rate_low),
        float("rate_high", |p| p.rate_high),
        float("p_share", |p| p.p_share),
        float("q_share", |p| p.q_share),
        float("nowcast", |p| p.nowcast),
        text("signals", |s, p| some(s.kinds_at(p.period))),
        text("caveats", |_, p| some(p.caveat_names())),
        flag("hidden", |p| p.hidden),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}
