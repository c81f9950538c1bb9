//! Trends as charts and reports read them: one series per issue (and segment), one point per period.

use serde::Serialize;

use crate::trend::calendar::Period;

/// How loud a signal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// q ≤ 0.10: worth a look.
    Watch,
    /// q ≤ 0.05, above the usual range, at least five records.
    Alert,
    /// An alert with at least twice the expected count.
    Urgent,
}

impl Level {
    /// Its name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Alert => "alert",
            Self::Urgent => "urgent",
        }
    }
}

/// A tested finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// More than chance allows, given the issue's own past.
    Spike,
    /// Not seen before, or hardly.
    Emerging,
    /// Quiet for longer than its usual gap, and back.
    Returned,
}

impl Signal {
    /// Its name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spike => "spike",
            Self::Emerging => "emerging",
            Self::Returned => "returned",
        }
    }
}

/// One period of one series.
///
/// `observed` is the fact: every feed that covers the period, null when none does. `compared` is the same count over
/// the like-for-like feeds only; `expected`, `upper`, `p` and `effect` belong to `compared`. The two differ only
/// where a feed starts or ends within the history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// First moment of the period, in the report's calendar.
    pub period: Period,
    /// Count (one author's records in one thread once), null when no feed covers the period.
    pub observed: Option<i64>,
    /// The count over the like-for-like feeds; null when they do not cover the period.
    pub compared: Option<i64>,
    /// Records, before counting an author once per thread.
    pub records: i64,
    /// Distinct authors.
    pub authors: i64,
    /// The denominator: all counted records of the feeds compared, or the user's exposure.
    pub exposure: Option<f64>,
    /// `compared` ÷ `exposure`.
    pub rate: Option<f64>,
    /// Baseline mean for this period from earlier periods alone; null when untested.
    pub expected: Option<f64>,
    /// Upper bound of the usual range; null when untested.
    pub upper: Option<f64>,
    /// Chance of a count as high as this if nothing had changed; null when untested.
    pub p: Option<f64>,
    /// `p` corrected for the number of issues tested in this period (Benjamini and Hochberg 1995).
    pub q: Option<f64>,
    /// The finding, if there is one.
    pub signal: Option<Signal>,
    /// How loud.
    pub level: Option<Level>,
    /// `compared` ÷ `expected`.
    pub effect: Option<f64>,
    /// Lower end of the 95 % interval of `effect`.
    pub effect_low: Option<f64>,
    /// Upper end of the 95 % interval of `effect`.
    pub effect_high: Option<f64>,
    /// Complete earlier periods the test could use.
    pub history: i64,
    /// Not a whole period: the first or last of the data, or still running. Never tested.
    pub partial: bool,
    /// Whether every feed seen in the data covers this period.
    pub covered: bool,
}

/// One line of a chart: an issue (and segment) over all periods of the grid, in order, without holes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// The issue's id; empty for the total of all counted records.
    pub issue_id: String,
    /// The issue's name; `All records` for the total.
    pub issue: String,
    /// The segment's value, if the counts are segmented.
    pub segment: Option<String>,
    /// One per period of the grid.
    pub points: Vec<Point>,
}

impl Series {
    /// The point of `period`.
    pub fn at(&self, period: Period) -> Option<&Point> {
        self.points.iter().find(|p| p.period == period)
    }

    /// Whether it is the total of all counted records.
    pub fn is_total(&self) -> bool {
        self.issue_id.is_empty()
    }
}
