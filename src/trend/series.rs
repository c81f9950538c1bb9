//! Trends as charts and reports read them: one series per issue (and segment), one point per period.

use clap::ValueEnum;
use serde::{Deserialize, Serialize, Serializer};

use crate::trend::calendar::Period;

/// q at or under this is worth a look.
pub const WATCH: f64 = 0.10;
/// q at or under this, above the usual range and with five records, is an alert.
pub const ALERT: f64 = 0.05;

/// How loud a signal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// q ≤ 0.10: worth a look.
    Watch,
    /// q ≤ 0.05, above the usual range, at least five records.
    Alert,
    /// An alert with at least twice the expected count, or one that is viral too.
    Urgent,
}

impl Level {
    /// The false discovery rate at which a level is given: .05 from an alert on, .1 for what is only worth a look.
    pub fn fdr(level: Option<Self>) -> f64 {
        if level >= Some(Self::Alert) { ALERT } else { WATCH }
    }

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// More than chance allows, given the issue's own past.
    Spike,
    /// Not seen before, or hardly.
    Emerging,
    /// Quiet for longer than its usual gap, and back.
    Returned,
    /// Its level has changed for good: a change point.
    Shift,
    /// Spreading: echoes, authors or reach grow, or a channel speaks of it for the first time.
    Viral,
}

impl Signal {
    /// Its name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spike => "spike",
            Self::Emerging => "emerging",
            Self::Returned => "returned",
            Self::Shift => "shift",
            Self::Viral => "viral",
        }
    }
}

/// A reason to doubt one tested number; data, so that a program can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caveat {
    /// The history is too short for trend and season: the level of proof is tightened.
    LimitedHistory,
    /// Everything rose with it: the issue's share of its exposure did not.
    OnlyVolume,
    /// A feed's volume or form changed abruptly just before: it may be the export that changed.
    SourceChange,
    /// Records of this period are still coming in.
    Delay,
    /// The issues were found on the same data they are tested on.
    Exploratory,
    /// The denominator is missing or zero: the count alone was judged.
    NoExposure,
    /// Days of the period are not on record: judged by those that are, or, with too few, not at all.
    MissingDays,
}

impl Caveat {
    /// Its name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::LimitedHistory => "limited_history",
            Self::OnlyVolume => "only_volume",
            Self::SourceChange => "source_change",
            Self::Delay => "delay",
            Self::Exploratory => "exploratory",
            Self::NoExposure => "no_exposure",
            Self::MissingDays => "missing_days",
        }
    }

    /// What a reader is told.
    pub fn words(self) -> &'static str {
        match self {
            Self::LimitedHistory => "limited history: the level of proof is tightened",
            Self::OnlyVolume => "only volume: its share did not rise",
            Self::SourceChange => "a feed changed abruptly: it may be the export, not the customers",
            Self::Delay => "records of this period are still coming in",
            Self::Exploratory => "exploratory: the issues were found on the same data",
            Self::NoExposure => "no exposure: the count alone was judged",
            Self::MissingDays => "days are missing from it",
        }
    }
}

impl Serialize for Caveat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One signal of one period: a series may have several at once, a point shows the loudest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The period judged.
    pub period: Period,
    /// What was found.
    pub kind: Signal,
    /// How loud; null where the correction for many tests leaves nothing.
    pub level: Option<Level>,
    /// First moment of what it speaks of: the first period of the run, the change point, the return.
    pub begins: Period,
    /// The number tested: the count, echoes, authors or reach of the period; of a shift the mean since.
    pub observed: f64,
    /// How many records that number stands on.
    pub records: i64,
    /// What it would be had nothing changed; null where there is no such number.
    pub expected: Option<f64>,
    /// The greatest usual value; null where the test has none.
    pub upper: Option<f64>,
    /// Chance of as much had nothing changed.
    pub p: f64,
    /// `p` corrected for all tests of this kind in the period.
    pub q: Option<f64>,
    /// Ratio to what was expected; null when that is nothing.
    pub effect: Option<f64>,
    /// Lower end of its 95 % interval.
    pub effect_low: Option<f64>,
    /// Upper end; null when unbounded.
    pub effect_high: Option<f64>,
    /// Complete earlier periods the test could use.
    pub history: i64,
    /// Which test.
    pub test: &'static str,
    /// The cut on `p`.
    pub alpha: f64,
    /// In words what is special about it: `after 17 quiet weeks`.
    pub about: String,
    /// Reasons to doubt it.
    pub caveats: Vec<Caveat>,
}

/// An unfinished period against the same part of the periods before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Running {
    /// Days over.
    pub days: i64,
    /// Days in all.
    pub of: i64,
    /// The count of those days.
    pub observed: i64,
    /// What the same weekdays usually bring.
    pub expected: f64,
    /// The most they usually bring, in nineteen of twenty.
    pub upper: f64,
    /// Chance of as many had nothing changed.
    pub p: f64,
    /// Which test: the whole period's law, thinned to the part that is over. It has no cut, for it makes no signal.
    pub test: &'static str,
    /// Complete earlier periods it could use.
    pub history: i64,
}

/// One period of one series.
///
/// `observed` is the fact: every feed that covers the period, null when none does. `compared` is the same count over
/// the like-for-like feeds only; `expected`, `upper`, `p` and `effect` belong to `compared`. The two differ only
/// where a feed starts or ends within the history.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
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
    /// Which test gave `expected`, `upper` and `p`; null when untested.
    pub test: Option<&'static str>,
    /// The cut on `p`; null when untested.
    pub alpha: Option<f64>,
    /// Lower end of the exact 95 % interval of `rate`.
    pub rate_low: Option<f64>,
    /// Upper end of it.
    pub rate_high: Option<f64>,
    /// The chance as `p`, of the count per exposure; null without an exposure, and for the total.
    pub p_share: Option<f64>,
    /// What `p_share` becomes over all issues tested in this period.
    pub q_share: Option<f64>,
    /// What the count will be when all records have come in; null where no delay is known.
    pub nowcast: Option<f64>,
    /// An unfinished period against the same days of those before; null for whole ones.
    pub running: Option<Box<Running>>,
    /// Reasons to doubt these numbers.
    pub caveats: Vec<Caveat>,
    /// Too small to be shown (`--min-cell`): all its counts are taken out.
    pub hidden: bool,
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
    /// Every signal, by period, the loudest of a period first.
    pub signals: Vec<Found>,
}

impl Found {
    /// Whether it tells of more, not of less.
    pub fn is_rise(&self) -> bool {
        self.effect.is_none_or(|effect| effect > 1.0)
    }
}

impl Point {
    /// The false discovery rate behind its level: .05 for alerts, else .1; null when untested.
    pub fn fdr(&self) -> Option<f64> {
        self.q.map(|_| Level::fdr(self.level))
    }

    /// The names of its caveats, a space between two.
    pub fn caveat_names(&self) -> String {
        self.caveats.iter().map(|c| c.name()).collect::<Vec<_>>().join(" ")
    }
}

impl Series {
    /// The kinds of the signals of `period`, the loudest first, a space between two.
    pub fn kinds_at(&self, period: Period) -> String {
        self.signals_at(period).map(|f| f.kind.name()).collect::<Vec<_>>().join(" ")
    }

    /// The point of `period`.
    pub fn at(&self, period: Period) -> Option<&Point> {
        self.points.iter().find(|p| p.period == period)
    }

    /// The signals of `period`, the loudest first.
    pub fn signals_at(&self, period: Period) -> impl Iterator<Item = &Found> {
        self.signals.iter().filter(move |f| f.period == period)
    }

    /// Whether it is the total of all counted records.
    pub fn is_total(&self) -> bool {
        self.issue_id.is_empty()
    }
}
