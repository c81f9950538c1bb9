//! Counts → Trends: each complete period tested as it would have been then, on earlier periods alone.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::error::Result;
use crate::trend::arrivals::Arrivals;
use crate::trend::baseline::design::Design;
use crate::trend::baseline::detector::LEAST_HISTORY;
use crate::trend::counts::Counts;
use crate::trend::draft::{Draft, Lane};
use crate::trend::fdr::benjamini_hochberg;
use crate::trend::form::Change;
use crate::trend::levels;
use crate::trend::like_for_like::{LikeForLike, Starts, alike, like_for_like};
use crate::trend::now::Days;
use crate::trend::on_record::OnRecord;
use crate::trend::options::Options;
use crate::trend::series::{Series, Signal};
use crate::trend::spread::Spread;
use crate::trend::trends::Trends;

/// What is known beside the counts.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Ids of issues that the codebook says are resolved: their return is a signal however short the silence was.
    pub resolved: BTreeSet<String>,
    /// The issues were found on the same data: every test of one says so.
    pub exploratory: bool,
    /// Abrupt changes of feeds.
    pub changes: Vec<Change>,
    /// Counted records per day of every feed; empty where only counts are known.
    pub daily: Vec<Days>,
    /// Echoes, authors and reach.
    pub spread: Spread,
    /// How late records come in; null where that is not known.
    pub arrivals: Option<Arrivals>,
    /// Days on which nothing is usual.
    pub holidays: BTreeSet<Date>,
}

/// Tests every complete period from `--since` to `--until`; see [`judge_with`].
///
/// # Errors
/// An internal error when the frame does not keep its contract.
pub fn judge(counts: &Counts, options: &Options) -> Result<Trends> {
    judge_with(counts, options, &Known::default())
}

/// Tests every complete period from `--since` to `--until`, for every issue (and segment) and the total.
///
/// The test is [`crate::trend::baseline::detector::Tester`]'s, on the feeds that [`alike`] finds, for an issue by its
/// own records. q is Benjamini and Hochberg's over the issues and segments with at least five records in the last four
/// periods, per period and per kind of test; the total is no part of that family, its q is its p. `effect` is compared
/// ÷ expected, its interval Garwood's for the count over `expected`, widened by √φ. Levels are [`levels`]'.
///
/// # Errors
/// An internal error when the frame does not keep its contract.
pub fn judge_with(counts: &Counts, options: &Options, known: &Known) -> Result<Trends> {
    let shown: Vec<usize> =
        (0..counts.periods()).filter(|p| options.shows(&counts.calendar, counts.now, counts.period(*p))).collect();
    let complete = |place: usize| counts.calendar.is_complete(counts.period(place), counts.now);
    let starts = Starts::of(counts);
    let record = OnRecord::of(counts, &known.daily);
    let first = counts.calendar.index(counts.period(0));
    let design = Design::new(&counts.calendar, first, counts.periods(), &known.holidays);
    let lanes: Vec<(usize, usize)> =
        (0..counts.issues.len()).flat_map(|i| (0..counts.segments.len()).map(move |s| (i, s))).collect();
    let mut drafts: Vec<Vec<Draft>> = lanes
        .par_iter()
        // One takes milliseconds, some far more than others.
        .with_max_len(1)
        .map(|(issue, segment)| {
            let lane = Lane { counts, known, record: &record, issue: *issue, segment: *segment };
            // An issue weighs the feeds by its own records: one that lives in a young feed is judged in that feed.
            let weighing = (!lane.is_total()).then_some(*issue);
            let feeds = |p: usize| complete(p).then(|| alike(counts, &starts, p, LEAST_HISTORY, weighing)).flatten();
            let mut drafts = lane.drafts(&shown, feeds, &design);
            if let (Some(p), Some(last)) = (shown.last().copied().filter(|p| !complete(*p)), drafts.last_mut())
                && let Some(before) = p.checked_sub(1).and_then(feeds)
            {
                last.point.running = lane.running(p, &before, &design).map(Box::new);
            }
            drafts
        })
        .collect();
    let families: Vec<Corrected> =
        (0..shown.len()).into_par_iter().map(|at| correct(counts, &lanes, &drafts, at)).collect();
    for (at, corrected) in families.into_iter().enumerate() {
        corrected.apply(&mut drafts, at);
    }
    let series = lanes.par_iter().zip(drafts).map(|((issue, segment), drafts)| {
        let (points, signals) = drafts.into_iter().map(levels::finish).unzip::<_, _, Vec<_>, Vec<_>>();
        let mut series = Series {
            issue_id: counts.issues[*issue].0.clone(),
            issue: counts.issues[*issue].1.clone(),
            segment: counts.segments[*segment].clone(),
            points,
            signals: signals.into_iter().flatten().collect(),
        };
        levels::runs(counts, &mut series);
        series
    });
    let of = |p: usize| complete(p).then(|| like_for_like(counts, p, LEAST_HISTORY, None)).flatten();
    let periods: Vec<(_, Option<LikeForLike>)> = shown.iter().map(|p| (counts.period(*p), of(*p))).collect();
    Ok(Trends::new(series.collect(), periods))
}

/// What the correction of one period gives, by lane.
struct Corrected {
    q: Vec<(usize, f64)>,
    shares: Vec<(usize, f64)>,
    /// Lane and place among its other tests.
    others: Vec<((usize, usize), f64)>,
}

impl Corrected {
    fn apply(self, drafts: &mut [Vec<Draft>], at: usize) {
        for (lane, q) in self.q {
            drafts[lane][at].point.q = Some(q);
        }
        for (lane, q) in self.shares {
            drafts[lane][at].point.q_share = Some(q);
        }
        for ((lane, i), q) in self.others {
            drafts[lane][at].others[i].q = Some(q);
        }
    }
}

/// A lasting finding that was tested, as (lane, its place in the draft), and its p; without a finding the test was made
/// and found nothing.
type Tested = (Option<(usize, usize)>, f64);

/// q over all issues and segments of one period, each kind of test by itself.
fn correct(counts: &Counts, lanes: &[(usize, usize)], drafts: &[Vec<Draft>], at: usize) -> Corrected {
    const KINDS: [Signal; 4] = [Signal::Emerging, Signal::Returned, Signal::Shift, Signal::Viral];
    let total = |lane: usize| counts.has_total() && lanes[lane].0 == 0;
    let (mut totals, mut family, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    let mut kinds: [Vec<Tested>; 4] = Default::default();
    for (lane, drafts) in drafts.iter().enumerate() {
        let draft = &drafts[at];
        match draft.baseline {
            Some(baseline) if total(lane) => totals.push((lane, baseline.p)),
            Some(baseline) if draft.floor => family.push((lane, baseline.p)),
            _ => (),
        }
        shares.extend(draft.point.p_share.filter(|_| draft.floor).map(|p| (lane, p)));
        for (kind, family) in KINDS.into_iter().zip(&mut kinds) {
            let before = family.len();
            let tested = draft.others.iter().enumerate().filter(|(_, f)| f.kind == kind);
            family.extend(tested.map(|(i, f)| (Some((lane, i)), f.p)));
            let lasting = matches!(kind, Signal::Shift | Signal::Viral);
            if lasting && draft.tests && draft.floor && family.len() == before {
                family.push((None, 1.0));
            }
        }
    }
    let others = kinds.iter().flat_map(|family| corrected(family)).filter_map(|(key, q)| Some((key?, q)));
    Corrected {
        q: totals.into_iter().chain(corrected(&family)).collect(),
        shares: corrected(&shares).collect(),
        others: others.collect(),
    }
}

fn corrected<K: Copy>(family: &[(K, f64)]) -> impl Iterator<Item = (K, f64)> {
    let p: Vec<f64> = family.iter().map(|(_, p)| *p).collect();
    family.iter().map(|(key, _)| *key).collect::<Vec<K>>().into_iter().zip(benjamini_hochberg(&p))
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
