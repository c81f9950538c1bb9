//! Two sides counted and tested: stretches of days, or a segment with the others.

use polars::prelude::DataFrame;
use serde::Serialize;

use crate::error::Result;
use crate::trend::calendar::{date_of, day_label, day_number};
use crate::trend::compare::{Change, proportion, rate_ratio};
use crate::trend::counted::Counted;
use crate::trend::counts;
use crate::trend::coverage::Span;
use crate::trend::exact::garwood;
use crate::trend::exposure::Exposures;
use crate::trend::fdr::benjamini_hochberg;
use crate::trend::sides::length;

/// q at or under this is called a difference.
pub const CLEAR: f64 = 0.05;

/// One side: the days, and which segment of them.
#[derive(Debug, Clone)]
pub struct Side {
    /// What readers see.
    pub label: String,
    /// Its days.
    pub span: Span,
    /// The segment; null: all.
    pub segment: Option<String>,
    /// All segments but that one.
    pub others: bool,
}

impl Side {
    fn holds(&self, day: i64, segment: Option<&str>) -> bool {
        let day = date_of(day);
        let ours = match &self.segment {
            Some(wanted) => (segment == Some(wanted)) != self.others,
            None => true,
        };
        (self.span.first..=self.span.last).contains(&day) && ours
    }
}

/// One side's numbers of one issue.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tally {
    /// One author's records in one thread once; of the total, records.
    pub count: i64,
    /// Its denominator: all counted records of the side, or the user's exposure; null where that is missing or 0.
    pub exposure: Option<f64>,
    /// `count` ÷ `exposure`.
    pub rate: Option<f64>,
    /// Lower end of its exact 95 % interval.
    pub rate_low: Option<f64>,
    /// Upper end.
    pub rate_high: Option<f64>,
}

/// An issue on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The issue; empty for the total; among the shares `share_of_voice`, `share_of_complaint` or `complaints`.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// The first side.
    pub a: Tally,
    /// The second side.
    pub b: Tally,
    /// The change of the count per day; null between segments.
    pub count: Option<Tested>,
    /// The change of the rate; null for the total without exposures.
    pub rate: Option<Tested>,
    /// What may be said: `more`, `less`, `only volume`, `greater share`, `smaller share`, `no clear difference`.
    pub verdict: &'static str,
    /// Too small to be shown.
    pub hidden: bool,
}

/// A ratio with its exact interval and what is left of its p after all issues were tested.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tested {
    /// Ratio, interval and p.
    #[serde(flatten)]
    pub change: Change,
    /// Benjamini and Hochberg's over the issues; the total's is its p.
    pub q: f64,
}

/// Two sides with everything counted on them.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The total first, then the issues in their order.
    pub lines: Vec<Line>,
    /// Feeds compared.
    pub feeds: Vec<String>,
    /// Feeds that do not cover both, each with the reason.
    pub left_out: Vec<String>,
    /// Rows of the counted records of each side, ascending.
    pub rows: [Vec<usize>; 2],
}

/// Counts both sides on the feeds that cover both, and tests every issue.
///
/// The count's change is per day, the rate's per exposure where one is given, else per counted record of the side. Both
/// are exact conditional tests (see [`rate_ratio`]); q is Benjamini and Hochberg's over the issues, of the counts and of
/// the rates each by itself. Sides that are segments have no change of the count.
///
/// # Errors
/// Internal only.
pub fn compare(
    counted: &Counted,
    matches: &DataFrame,
    issues: &[(String, String)],
    sides: &[Side; 2],
    exposures: Option<&Exposures>,
) -> Result<Compared> {
    let (grid, placed) = counts::placed(counted, matches, issues)?;
    let covers =
        |span: Option<Span>, side: &Side| span.is_some_and(|s| s.first <= side.span.first && side.span.last <= s.last);
    let feeds = grid.feeds();
    let both: Vec<bool> = feeds.iter().map(|f| sides.iter().all(|side| covers(f.span, side))).collect();
    let mut counts = [vec![0_i64; issues.len() + 1], vec![0_i64; issues.len() + 1]];
    let mut members = [Vec::new(), Vec::new()];
    placed.walk(|issue, row, new| {
        if !both[row.feed()] {
            return;
        }
        let segment = grid.segments[row.segment()].as_deref();
        for (side, (count, rows)) in sides.iter().zip(counts.iter_mut().zip(&mut members)) {
            if side.holds(day_number(row.at), segment) {
                count[issue] += i64::from(new);
                if issue == 0 {
                    rows.push(row.row());
                }
            }
        }
    });
    let segments = sides.iter().any(|s| s.others) || sides[0].span == sides[1].span;
    let exposure = |side: &Side| exposures.and_then(|e| exposed(e, side, &grid.segments)).filter(|e| *e > 0.0);
    let given = [exposure(&sides[0]), exposure(&sides[1])];
    let totals = [counts[0][0], counts[1][0]];
    let mut lines: Vec<Line> = Vec::new();
    for issue in 0..=issues.len() {
        let tally =
            |side: usize| tally(counts[side][issue], totals[side], given[side], exposures.is_some(), issue == 0);
        let (a, b) = (tally(0), tally(1));
        let days = |side: usize| length(sides[side].span) as f64;
        let plain = |change: Option<Change>| change.map(|change| Tested { change, q: change.p });
        let count = (!segments).then(|| plain(rate_ratio(a.count, days(0), b.count, days(1)))).flatten();
        let rate = match (a.exposure, b.exposure) {
            (Some(n1), Some(n2)) => plain(rate_ratio(a.count, n1, b.count, n2)),
            _ => None,
        };
        let (issue_id, issue) = if issue == 0 { grid.issues[0].clone() } else { issues[issue - 1].clone() };
        lines.push(Line { issue_id, issue, a, b, count, rate, verdict: "", hidden: false });
    }
    correct(&mut lines, |line| line.count.as_mut());
    correct(&mut lines, |line| line.rate.as_mut());
    for line in &mut lines {
        line.verdict = verdict(line.count.as_ref(), line.rate.as_ref());
    }
    let left_out = feeds.iter().zip(&both).filter(|(_, both)| !**both).map(|(f, _)| match f.span {
        None => format!("{} has no dated records", f.feed),
        Some(s) => format!("{} covers {} to {}", f.feed, day_label(s.first), day_label(s.last)),
    });
    Ok(Compared {
        left_out: left_out.collect(),
        feeds: feeds.iter().zip(&both).filter(|(_, both)| **both).map(|(f, _)| f.feed.clone()).collect(),
        lines,
        rows: members,
    })
}

/// A side's exposure: of its segment, or of all other segments that occur.
fn exposed(exposures: &Exposures, side: &Side, segments: &[Option<String>]) -> Option<f64> {
    let from = side.span.first.at(0, 0, 0, 0);
    let to = side.span.last.tomorrow().ok()?.at(0, 0, 0, 0);
    if !side.others {
        return exposures.between(side.segment.as_deref(), from, to);
    }
    let others = segments.iter().filter(|s| **s != side.segment);
    others.map(|s| exposures.between(s.as_deref(), from, to)).sum()
}

fn tally(count: i64, total: i64, given: Option<f64>, by_exposure: bool, is_total: bool) -> Tally {
    let exposure = if by_exposure { given } else { (!is_total && total > 0).then_some(total as f64) };
    let interval = exposure.map(|exposure| {
        let (low, high) = garwood(count as f64, 0.95, 1.0);
        if by_exposure { (low / exposure, high / exposure) } else { proportion(count, total) }
    });
    Tally {
        count,
        exposure,
        rate: exposure.map(|e| count as f64 / e),
        rate_low: interval.map(|i| i.0),
        rate_high: interval.map(|i| i.1),
    }
}

/// q over the issues, the total left alone.
fn correct(lines: &mut [Line], of: impl Fn(&mut Line) -> Option<&mut Tested>) {
    let mut tested: Vec<&mut Tested> = lines.iter_mut().skip(1).filter_map(of).collect();
    let p: Vec<f64> = tested.iter().map(|t| t.change.p).collect();
    for (test, q) in tested.iter_mut().zip(benjamini_hochberg(&p)) {
        test.q = q;
    }
}

/// What may be said of a line with these tests.
pub fn verdict(count: Option<&Tested>, rate: Option<&Tested>) -> &'static str {
    // Up, down, or not clear.
    let direction = |test: &Tested| match test.q <= CLEAR {
        true if test.change.p_up < test.change.p_down => 1,
        true => -1,
        false => 0,
    };
    match (count.map(direction), rate.map(direction)) {
        (Some(1), None | Some(1)) | (None, Some(1)) => "more",
        (Some(-1), None | Some(-1)) | (None, Some(-1)) => "less",
        (Some(1 | -1), Some(0)) if rate.is_some_and(|r| r.change.p > CLEAR) => "only volume",
        (Some(1), Some(0)) => "more",
        (Some(-1), Some(0)) => "less",
        (Some(1), Some(-1)) => "more, but a smaller share",
        (Some(-1), Some(1)) => "less, but a greater share",
        (Some(0), Some(1)) => "greater share",
        (Some(0), Some(-1)) => "smaller share",
        _ => "no clear difference",
    }
}
