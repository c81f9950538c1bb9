//! The report as a value: what every renderer reads. Renderers add no number and no judgement.

use jiff::civil::Date;
use serde::Serialize;

use crate::report::restated::{Ledger, Restated};
use crate::report::slices::{Segment, Slices};
use crate::report::voices::Voices;
use crate::trend::events::Event;
use crate::trend::forecast::Forecast;
use crate::trend::series::{Level, Series, Signal};

/// The whole report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Of this layout; `report.json` carries it.
    pub schema: u32,
    /// The period judged.
    pub period: PeriodName,
    /// What a period is called: `hour`, `day`, `week`, `month` or `quarter`.
    pub step: String,
    /// The report's zone (IANA name).
    pub zone: String,
    /// The last day on which the data is as dense as usual, or `--as-of`.
    pub as_of: Date,
    /// What is counted: `records`, or `complaints` where intent was computed.
    pub unit: String,
    /// Which records the numbers speak of.
    pub population: String,
    /// The store's version; null when the dumps were read directly.
    pub store_version: Option<u64>,
    /// The store, its version and its newest record, in one line; null when the dumps were read directly.
    pub store: Option<String>,
    /// One sentence: the total, its interval and the usual range, or "Nothing unusual this week".
    pub headline: String,
    /// Worse, New, Back, Better, Biggest, Loved, Cannot say; always all seven, in this order.
    pub sections: Vec<Section>,
    /// From rows read to records matched.
    pub funnel: Funnel,
    /// The total of all counted records.
    pub total: Series,
    /// Its next periods.
    pub forecast: Option<Forecast>,
    /// Every issue, biggest in the period first.
    pub issues: Vec<IssueReport>,
    /// What is loved and wished for, whom nobody answered, what spreads, and how each issue is said.
    pub voices: Voices,
    /// What the page counts anew for other dates, channels and products; not in `report.json`, `plaint trends
    /// --segment` gives the same.
    #[serde(skip)]
    pub slices: Slices,
    /// The dumps.
    pub files: Vec<FileReport>,
    /// What each feed covers.
    pub feeds: Vec<FeedReport>,
    /// Reasons to doubt a number.
    pub caveats: Vec<String>,
    /// How the numbers were made.
    pub methods: Vec<Method>,
    /// Where the issues came from.
    pub codebook: CodebookReport,
    /// What happened when (`--events`), in the periods shown.
    pub events: Vec<Event>,
    /// Options that changed a number, as `--flag value`.
    pub options: Vec<String>,
    /// What the report of `--previous` counted otherwise; null without one.
    pub restated: Option<Restated>,
    /// For the `--previous` of a later report.
    pub ledger: Ledger,
}

/// Issues a page lists even when they are quiet.
const FEWEST_LISTED: usize = 10;

impl Report {
    /// The issues worth a reader's time, in the report's order: those with a record in the period or the one before, or
    /// a signal, and the first ten in any case; then how many are left to `issues.csv`.
    pub fn listed(&self) -> (Vec<&IssueReport>, usize) {
        let stirs = |i: &IssueReport| i.observed.unwrap_or(0) > 0 || i.previous.unwrap_or(0) > 0 || i.level.is_some();
        let listed = self.issues.iter().enumerate().filter(|(at, i)| *at < FEWEST_LISTED || stirs(i));
        let listed: Vec<&IssueReport> = listed.map(|(_, issue)| issue).collect();
        let rest = self.issues.len() - listed.len();
        (listed, rest)
    }

    /// The line under a list that leaves issues out; null when it leaves none.
    pub fn rest_line(&self, rest: usize) -> Option<String> {
        let issues = if rest == 1 { "issue" } else { "issues" };
        (rest > 0).then(|| {
            format!("And {rest} more {issues} without a record this {} or the one before, in issues.csv.", self.step)
        })
    }
}

/// A period and its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeriodName {
    /// `2026-W46`, `2026-10`, `2026-11-02`.
    pub id: String,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// `week 46, 9 to 15 Nov 2026`.
    pub label: String,
}

/// One heading of the first screen.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// `worse`, `new`, `back`, `better`, `biggest`, `loved`, `cannot_say`.
    pub key: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What was found; may be empty.
    pub findings: Vec<Finding>,
    /// What to say when nothing was found.
    pub empty: &'static str,
}

/// One sentence with its number, interval and comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Plain English.
    pub text: String,
    /// The issue it is about, if it is about one.
    pub issue_id: Option<String>,
    /// The signal's level, if a test stands behind it.
    pub level: Option<Level>,
}

/// From rows read to records matched. Every step's leavings have one named reason.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Funnel {
    /// Rows read from the dumps.
    pub read: i64,
    /// Rows that were exact or older repeats of a stored record.
    pub duplicates: i64,
    /// Rows set aside with a reason.
    pub rejected: i64,
    /// Footers and ghost rows.
    pub skipped: i64,
    /// Records.
    pub stored: i64,
    /// Records left out of the counts: reason → how many, in the order the reasons are tried.
    pub left_out: Vec<(String, i64)>,
    /// Counted records.
    pub counted: i64,
    /// Counted records with at least one issue.
    pub matched: i64,
    /// Counted records with text that match no issue.
    pub unassigned: i64,
    /// Counted records with nothing to match.
    pub no_text: i64,
    /// The same in one line of words.
    pub line: String,
}

/// One issue in the period.
#[derive(Debug, Clone, Serialize)]
pub struct IssueReport {
    /// Permanent id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whom to tell.
    pub owner: String,
    /// `active`, `candidate`, ...
    pub status: String,
    /// The keywords that make most of its matches, with their weights, the most telling (matches × weight) first; at
    /// most 15. Empty when the issues come from labels. The codebook holds them all.
    pub keywords: Vec<(String, f64)>,
    /// Hash of what decides its matches (keywords, weights, least score, exclusions), hex; empty for labels.
    pub definition: String,
    /// One sentence: the period's count, its usual range, the change on the period before with its interval.
    pub sentence: String,
    /// Count in the period; null when no feed covers it.
    pub observed: Option<i64>,
    /// Count in the period before, like for like; null when not comparable.
    pub previous: Option<i64>,
    /// The change on the period before; null when not comparable.
    pub change: Option<Change>,
    /// Share of the counted records of the period that match it, 0 to 1.
    pub share: Option<f64>,
    /// All records that match it, over all periods.
    pub all_records: i64,
    /// The signal in the period.
    pub signal: Option<Signal>,
    /// Its level.
    pub level: Option<Level>,
    /// Complete periods as bars `▁▂▃▄▅▆▇█`, a space where nothing is covered; at most 30 periods.
    pub sparkline: String,
    /// Three redacted quotes nearest the issue's median score.
    pub quotes: Vec<Quote>,
    /// Its rates by channel, product, version, country and language in the period; empty where numbers are hidden.
    pub segments: Vec<Segment>,
    /// The whole series.
    pub series: Series,
    /// The next periods, with how the rule did on the past; null without enough past.
    pub forecast: Option<Forecast>,
    /// File stem of its chart, when one is drawn.
    pub chart: Option<String>,
}

/// A ratio of two counts with its exact interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Rate ratio; infinite is given as null.
    pub ratio: Option<f64>,
    /// Lower end of the exact 95 % interval.
    pub low: f64,
    /// Upper end; null when unbounded.
    pub high: Option<f64>,
    /// Exact two-sided p.
    pub p: f64,
}

/// A record's words, redacted.
#[derive(Debug, Clone, Serialize)]
pub struct Quote {
    /// The record.
    pub uid: String,
    /// Its day; null when undated.
    pub date: Option<Date>,
    /// Its feed.
    pub feed: String,
    /// At most 240 characters.
    pub text: String,
    /// The keywords that made the match.
    pub keywords: Vec<String>,
}

/// One dump.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    /// Path as named.
    pub path: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// The source that read it.
    pub source: String,
    /// Rows read; the sum of the next six.
    pub rows_read: i64,
    /// Records kept.
    pub stored: i64,
    /// Records that took the place of an older version; 0 where dumps were read directly.
    pub updated: i64,
    /// Records the store held already; 0 where dumps were read directly.
    pub unchanged: i64,
    /// Repeats.
    pub duplicates: i64,
    /// Set aside with a reason.
    pub rejected: i64,
    /// Footers and ghost rows.
    pub skipped: i64,
    /// Records without a date.
    pub undated: i64,
    /// Reasons for the rejects, with how many and the first line.
    pub problems: Vec<Problem>,
    /// What was assumed while reading it (dates, zone, encoding), in words.
    pub assumptions: Vec<String>,
}

/// One kind of problem in a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What is wrong, in words.
    pub kind: String,
    /// How many rows.
    pub count: i64,
    /// A physical line that shows it.
    pub example_line: i64,
}

/// What one feed covers.
#[derive(Debug, Clone, Serialize)]
pub struct FeedReport {
    /// The feed.
    pub feed: String,
    /// First day covered; null when it has no dated record.
    pub first: Option<Date>,
    /// Last day covered.
    pub last: Option<Date>,
    /// Counted records.
    pub counted: i64,
    /// Whether it covers the whole period judged.
    pub covers_period: bool,
}

/// How a number was made.
#[derive(Debug, Clone, Serialize)]
pub struct Method {
    /// What it is for.
    pub what: &'static str,
    /// How, in two sentences.
    pub how: String,
    /// Author, year.
    pub source: &'static str,
}

/// Where the issues came from.
#[derive(Debug, Clone, Serialize)]
pub struct CodebookReport {
    /// Path, or null when the issues were discovered in this run or come from labels.
    pub path: Option<String>,
    /// SHA-256 of the codebook's text, hex; null when the issues come from labels.
    pub sha256: Option<String>,
    /// `codebook`, `discovered` or `labels`.
    pub origin: &'static str,
    /// One line of words, with what to do to keep these issues next week.
    pub note: String,
}
