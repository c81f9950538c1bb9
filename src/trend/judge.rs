//! Counts → Trends: each complete period tested as it would have been then, on earlier periods alone.

use rayon::prelude::*;

use crate::error::Result;
use crate::trend::baseline::detector::{Baseline, LEAST_HISTORY, detect};
use crate::trend::counts::Counts;
use crate::trend::coverage::Cover;
use crate::trend::exact::garwood;
use crate::trend::fdr::benjamini_hochberg;
use crate::trend::lifecycle::{emerging, silence};
use crate::trend::like_for_like::{LikeForLike, like_for_like};
use crate::trend::options::Options;
use crate::trend::series::{Level, Point, Series, Signal};
use crate::trend::trends::Trends;

/// A spike needs as many records in the last four periods (Farrington et al. 1996).
const FLOOR: i64 = 5;
/// The periods the floor looks at.
const FLOOR_PERIODS: usize = 4;
/// q at or under this is worth a look.
const WATCH: f64 = 0.10;
/// q at or under this, above the usual range and with five records, is an alert.
const ALERT: f64 = 0.05;
/// An alert with as many times the expected count is urgent.
const URGENT: f64 = 2.0;

/// Periods tested without `--since`: two years of weeks. Every test fits its own past, and few read older verdicts.
const TESTED: usize = 104;

/// A point and what is needed to tell whether it is a signal.
struct Draft {
    point: Point,
    baseline: Option<Baseline>,
    /// Enough records lately to be a signal.
    floor: bool,
    emerging: bool,
    returned: bool,
}

/// Tests every complete period from `--since` to `--until`, for every issue (and segment) and the total.
///
/// Without `--since` only the last 104 complete periods are tested. The test is [`detect`]'s, on the feeds that
/// [`like_for_like`] finds, for an issue by its own records. q is Benjamini and Hochberg's over the issues
/// with at least five records in the last four periods, per period; the total is no part of that family, its q is its
/// p. `effect` is compared ÷ expected, its interval Garwood's for the count over `expected`, widened by √φ.
///
/// A signal is `emerging` or `returned` (see [`crate::trend::lifecycle`]; never the total), else `spike` when p is
/// below the cut for the history's length and the last four periods hold five records. Its level is watch at q ≤ .10,
/// alert at q ≤ .05 with a count above `upper` of at least 5, urgent at twice the expected count; new and returned
/// issues are at least watch. A spike with q > .10 has no level.
///
/// # Errors
/// An internal error when the frame does not keep its contract.
pub fn judge(counts: &Counts, options: &Options) -> Result<Trends> {
    let shown: Vec<usize> =
        (0..counts.periods()).filter(|p| options.shows(&counts.calendar, counts.now, counts.period(*p))).collect();
    let alike_all: Vec<Option<LikeForLike>> = shown
        .iter()
        .map(|place| {
            let complete = counts.calendar.is_complete(counts.period(*place), counts.now);
            let recent = options.since.is_some() || place + TESTED >= complete_up_to(counts);
            (complete && recent).then(|| like_for_like(counts, *place, LEAST_HISTORY, None)).flatten()
        })
        .collect();
    let lanes: Vec<(usize, usize)> =
        (0..counts.issues.len()).flat_map(|i| (0..counts.segments.len()).map(move |s| (i, s))).collect();
    let mut drafts: Vec<Vec<Draft>> = lanes
        .par_iter()
        .map(|lane| {
            // An issue weighs the feeds by its own records: one that lives in a young feed is judged in that feed.
            let own = |place: usize| like_for_like(counts, place, LEAST_HISTORY, Some(lane.0));
            let alike = |place: usize, all: &Option<LikeForLike>| match all {
                Some(_) if !(counts.has_total() && lane.0 == 0) => own(place),
                all => all.clone(),
            };
            shown.iter().zip(&alike_all).map(|(p, all)| draft(counts, *lane, *p, alike(*p, all).as_ref())).collect()
        })
        .collect();
    for at in 0..shown.len() {
        correct(counts, &lanes, &mut drafts, at);
    }
    let series = lanes.iter().zip(drafts).map(|((issue, segment), drafts)| Series {
        issue_id: counts.issues[*issue].0.clone(),
        issue: counts.issues[*issue].1.clone(),
        segment: counts.segments[*segment].clone(),
        points: drafts.into_iter().map(finish).collect(),
    });
    let periods = shown.iter().map(|place| counts.period(*place)).zip(alike_all).collect();
    Trends::new(series.collect(), periods)
}

/// How many periods there are up to the last complete one.
fn complete_up_to(counts: &Counts) -> usize {
    (0..counts.periods())
        .rev()
        .find(|p| counts.calendar.is_complete(counts.period(*p), counts.now))
        .map_or(0, |p| p + 1)
}

/// Sets q over all issues of one period.
fn correct(counts: &Counts, lanes: &[(usize, usize)], drafts: &mut [Vec<Draft>], at: usize) {
    let total = |lane: usize| counts.has_total() && lanes[lane].0 == 0;
    let mut family = Vec::new();
    for (lane, drafts) in drafts.iter_mut().enumerate() {
        let draft = &mut drafts[at];
        match draft.baseline {
            Some(baseline) if total(lane) => draft.point.q = Some(baseline.p),
            Some(baseline) if draft.floor => family.push((lane, baseline.p)),
            _ => (),
        }
    }
    let p: Vec<f64> = family.iter().map(|(_, p)| *p).collect();
    for ((lane, _), q) in family.into_iter().zip(benjamini_hochberg(&p)) {
        drafts[lane][at].point.q = Some(q);
    }
}

/// Sets signal and level.
fn finish(draft: Draft) -> Point {
    let mut point = draft.point;
    let Some(baseline) = draft.baseline else { return point };
    // Nothing that is below what was expected is a signal, nor is a period without a record.
    if point.compared.is_none_or(|count| count == 0 || (count as f64) <= baseline.expected) {
        return point;
    }
    point.signal = if draft.emerging {
        Some(Signal::Emerging)
    } else if draft.returned {
        Some(Signal::Returned)
    } else if draft.floor && baseline.p < baseline.alpha {
        Some(Signal::Spike)
    } else {
        None
    };
    if point.signal.is_some() {
        point.level = level(&point, &baseline);
        if point.signal != Some(Signal::Spike) {
            point.level = point.level.or(Some(Level::Watch));
        }
    }
    point
}

fn level(point: &Point, baseline: &Baseline) -> Option<Level> {
    let (q, count) = (point.q?, point.compared?);
    if q <= ALERT && count > baseline.upper && count >= FLOOR {
        Some(if count as f64 >= URGENT * baseline.expected { Level::Urgent } else { Level::Alert })
    } else {
        (q <= WATCH).then_some(Level::Watch)
    }
}

fn draft(counts: &Counts, (issue, segment): (usize, usize), place: usize, alike: Option<&LikeForLike>) -> Draft {
    let feeds = 0..counts.feeds().len();
    let cells: Vec<_> = feeds.clone().map(|feed| counts.cell(issue, segment, feed, place)).collect();
    let period = counts.period(place);
    let cover = |wanted: Cover| feeds.clone().any(|feed| counts.cover(feed, place) == wanted);
    let complete = counts.calendar.is_complete(period, counts.now);
    let seen = |feed: &usize| counts.feeds()[*feed].span.is_some();
    let mut point = Point {
        period,
        observed: cells.iter().filter_map(|c| c.observed).reduce(|a, b| a + b),
        compared: None,
        records: cells.iter().map(|c| c.records).sum(),
        authors: cells.iter().map(|c| c.authors).sum(),
        exposure: counts.exposure(issue, segment, place),
        rate: None,
        expected: None,
        upper: None,
        p: None,
        q: None,
        signal: None,
        level: None,
        effect: None,
        effect_low: None,
        effect_high: None,
        history: 0,
        partial: !complete || (cover(Cover::Part) && !cover(Cover::Whole)),
        covered: feeds.clone().filter(seen).all(|feed| counts.cover(feed, place) == Cover::Whole)
            && cover(Cover::Whole),
    };
    let untested = |point| Draft { point, baseline: None, floor: false, emerging: false, returned: false };
    let Some(alike) = alike else { return untested(point) };
    let total = counts.has_total() && issue == 0;
    // Newest first, up to a cell that is not known.
    let lane = |issue: usize, least: usize| -> Vec<i64> {
        let sum = |p| alike.feeds.iter().map(|f| counts.cell(issue, segment, *f, p).observed).sum::<Option<i64>>();
        let mut lane: Vec<i64> = (least..=place).rev().map_while(sum).collect();
        lane.reverse();
        lane
    };
    let history = lane(issue, alike.from);
    let Some(&compared) = history.last() else { return untested(point) };
    point.compared = Some(compared);
    point.history = history.len() as i64 - 1;
    let totals = (counts.has_total() && !total).then(|| lane(0, place + 1 - history.len()));
    if point.exposure.is_none() {
        point.exposure = totals.as_ref().and_then(|t| t.last()).map(|t| *t as f64);
    }
    point.rate = point.exposure.filter(|e| *e > 0.0).map(|e| compared as f64 / e);
    let Some(baseline) = detect(&history, counts.calendar.by) else { return untested(point) };
    point.expected = Some(baseline.expected);
    point.upper = Some(baseline.upper as f64);
    point.p = Some(baseline.p);
    let (low, high) = garwood(compared as f64, 0.95, baseline.phi);
    point.effect = Some(compared as f64 / baseline.expected);
    point.effect_low = Some(low / baseline.expected);
    point.effect_high = Some(high / baseline.expected);
    let lately: i64 = history.iter().rev().take(FLOOR_PERIODS).sum();
    let totals = totals.filter(|t| t.len() == history.len());
    Draft {
        point,
        baseline: Some(baseline),
        floor: lately >= FLOOR,
        emerging: !total && emerging(&history, totals.as_deref()),
        returned: !total && silence(&history).is_some(),
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
