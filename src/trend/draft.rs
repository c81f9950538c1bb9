//! One period of one issue: its counts, and every test on earlier periods alone, before the correction for many tests.

use crate::trend::baseline::design::Design;
use crate::trend::baseline::detector::{Baseline, Tester, season};
use crate::trend::baseline::nb;
use crate::trend::calendar::By;
use crate::trend::compare::proportion;
use crate::trend::counts::Counts;
use crate::trend::coverage::Cover;
use crate::trend::exact::garwood;
use crate::trend::forecast;
use crate::trend::form::{Change, DOUBT};
use crate::trend::honest::{Elapsed, so_far};
use crate::trend::judge::Known;
use crate::trend::lasting::{self, Seen, Usual};
use crate::trend::lifecycle::{self, Past};
use crate::trend::like_for_like::LikeForLike;
use crate::trend::on_record::OnRecord;
use crate::trend::running;
use crate::trend::series::{Caveat, Found, Point, Running, Signal};
use crate::trend::shift::{least_periods, least_regime};
use crate::trend::sums::Sums;

/// A spike needs as many records in the last four periods (Farrington et al. 1996).
pub(crate) const FLOOR: i64 = 5;
/// The periods the floor looks at.
const FLOOR_PERIODS: usize = 4;

/// A point and what is needed to tell whether it is a signal.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) point: Point,
    pub(crate) baseline: Option<Baseline>,
    /// Enough records lately to be a signal.
    pub(crate) floor: bool,
    /// Tests other than of the count itself; each is a member of its kind's family, signal or not.
    pub(crate) others: Vec<Found>,
    /// The chance of the share, where a spike must be one of the share, borne out by the count: see [`Lane::beside`].
    pub(crate) beside: Option<f64>,
    /// Whether it was looked at for a shift and for spreading too: then nothing found is a test passed, with p = 1.
    pub(crate) tests: bool,
}

fn untested(point: Point) -> Draft {
    Draft { point, baseline: None, floor: false, others: Vec::new(), beside: None, tests: false }
}

/// What one period is judged by.
struct Judged<'a> {
    place: usize,
    alike: &'a LikeForLike,
    /// The counts of the compared feeds, those that are known.
    sums: &'a Sums<'a>,
    /// How many of them reach up to this period.
    to: usize,
    /// The places of all of them in the grid.
    places: &'a [usize],
    /// All counted records of the same; null for the total, and where there is none.
    totals: Option<&'a [i64]>,
    /// The chance of the count per exposure.
    p_share: Option<f64>,
    /// How much of the period is on record.
    recorded: f64,
    /// The same counts with those that are not known, for their season.
    seen: Seen<'a>,
}

/// One issue and segment, by place.
pub(crate) struct Lane<'a> {
    pub(crate) counts: &'a Counts,
    pub(crate) known: &'a Known,
    pub(crate) record: &'a OnRecord,
    pub(crate) issue: usize,
    pub(crate) segment: usize,
}

impl Lane<'_> {
    /// Whether it is the total of all counted records.
    pub(crate) fn is_total(&self) -> bool {
        self.counts.has_total() && self.issue == 0
    }

    /// The periods at `places` (ascending, one after the other), each compared on the feeds that `feeds` gives for it;
    /// untested where it gives none.
    pub(crate) fn drafts(
        &self,
        places: &[usize],
        feeds: impl Fn(usize) -> Option<LikeForLike>,
        design: &Design,
    ) -> Vec<Draft> {
        let alike: Vec<Option<LikeForLike>> = places.iter().map(|p| feeds(*p)).collect();
        let mut drafts = Vec::with_capacity(places.len());
        // Periods compared on the same feeds over the same past share one tester.
        for group in (0..places.len()).collect::<Vec<_>>().chunk_by(|a, b| alike[*a] == alike[*b]) {
            let (first, last) = (group[0], group[group.len() - 1]);
            match &alike[first] {
                None => drafts.extend(places[first..=last].iter().map(|p| untested(self.point(*p)))),
                Some(alike) => drafts.extend(self.group(&places[first..=last], alike, design)),
            }
        }
        drafts
    }

    fn group(&self, places: &[usize], alike: &LikeForLike, design: &Design) -> Vec<Draft> {
        let Some(last) = places.last().copied() else { return Vec::new() };
        let sum = |issue: usize, place: usize| -> Option<i64> {
            alike.feeds.iter().map(|feed| self.counts.cell(issue, self.segment, *feed, place).observed).sum()
        };
        let cells: Vec<Option<i64>> = (alike.from..=last).map(|p| sum(self.issue, p)).collect();
        let totals: Vec<Option<i64>> = match self.counts.has_total() && !self.is_total() {
            true => (alike.from..=last).map(|p| sum(0, p)).collect(),
            false => Vec::new(),
        };
        // A count that is not known, and one that is not known of the whole, is left out: neither tested nor any past.
        let counts: Vec<i64> = cells.iter().map(|c| c.unwrap_or(0)).collect();
        let kept: Vec<usize> =
            (alike.from..).zip(&cells).filter(|(_, cell)| cell.is_some()).map(|(place, _)| place).collect();
        let whole = kept.len() == cells.len();
        let only = |values: &[i64]| kept.iter().map(|place| values[place - alike.from]).collect::<Vec<i64>>();
        let known = if whole { Vec::new() } else { only(&counts) };
        let all: Option<Vec<i64>> = (!totals.is_empty()).then(|| totals.iter().map(|t| t.unwrap_or(0)).collect());
        let all_known = all.as_ref().filter(|_| kept.iter().all(|place| totals[place - alike.from].is_some()));
        let all_known = all_known.map(|all| if whole { all.clone() } else { only(all) });
        let mut recorded = self.recorded(alike, alike.from, last);
        if !whole {
            let recorded = recorded.get_or_insert_with(|| vec![1.0; counts.len()]);
            recorded.iter_mut().zip(&cells).filter(|(_, cell)| cell.is_none()).for_each(|(share, _)| *share = 0.0);
        }
        let mut tester = match &recorded {
            Some(recorded) => Tester::under(&counts, recorded, design, alike.from),
            None => Tester::new(&counts, design, alike.from),
        };
        let mut exposures = self.exposures(all.as_deref(), alike.from, last);
        for (exposure, cell) in exposures.iter_mut().flatten().zip(&cells) {
            // One that is not known of the whole has an exposure of 0 already.
            *exposure = if cell.is_some() { *exposure } else { 0.0 };
        }
        let mut shares = exposures.map(|e| Tester::under(&counts, &e, design, alike.from));
        let mut usual = Usual::default();
        let sums = Sums::of(if whole { &counts } else { &known });
        let draft = |at: usize| {
            let i = at - alike.from;
            if cells[i].is_none() {
                return untested(self.point(at));
            }
            let to = kept.partition_point(|place| *place <= at);
            let past = Judged {
                place: at,
                alike,
                sums: &sums,
                to,
                places: &kept,
                totals: all_known.as_deref().map(|t| &t[..to]),
                p_share: shares.as_mut().and_then(|s| s.test(i)).map(|b| b.p),
                recorded: recorded.as_ref().map_or(1.0, |r| r[i]),
                seen: Seen { counts: &counts[..=i], exposures: recorded.as_ref().map(|r| &r[..=i]), design },
            };
            let baseline = tester.test(i);
            self.draft(&past, baseline, &mut usual)
        };
        places.iter().copied().map(draft).collect()
    }

    fn draft(&self, past: &Judged<'_>, baseline: Option<Baseline>, usual: &mut Usual) -> Draft {
        let Judged { place, alike, totals, .. } = *past;
        let history = past.sums.counts(past.to);
        let mut point = self.point(place);
        let Some(&compared) = history.last() else { return untested(point) };
        point.compared = Some(compared);
        point.history = history.len() as i64 - 1;
        self.rate(&mut point, compared, totals.and_then(|t| t.last()).copied());
        if past.recorded < 1.0 {
            point.caveats.push(Caveat::MissingDays);
        }
        let Some(baseline) = baseline else { return untested(point) };
        point.p_share = past.p_share;
        let baseline = self.so_far_in(&mut point, baseline, place, compared);
        point.expected = Some(baseline.expected);
        point.upper = Some(baseline.upper as f64);
        point.p = Some(baseline.p);
        point.test = Some(if baseline.full { "nb_glm" } else { "nb_level" });
        point.alpha = Some(baseline.alpha);
        let (low, high) = garwood(compared as f64, 0.95, baseline.phi);
        point.effect = Some(compared as f64 / baseline.expected);
        point.effect_low = Some(low / baseline.expected);
        point.effect_high = Some(high / baseline.expected);
        if !baseline.full {
            point.caveats.push(Caveat::LimitedHistory);
        }
        if self.known.exploratory && !self.is_total() {
            point.caveats.push(Caveat::Exploratory);
        }
        if self.artefact(place, alike) {
            point.caveats.push(Caveat::SourceChange);
        }
        let lately: i64 = history.iter().rev().take(FLOOR_PERIODS).sum();
        let mut others = Vec::new();
        if !self.is_total() {
            let life = Past {
                sums: past.sums,
                to: past.to,
                totals,
                places: past.places,
                resolved: self.known.resolved.contains(&self.counts.issues[self.issue].0),
                point: &point,
            };
            others.extend(lifecycle::tests(&life, self.counts));
            others.extend(self.lasting(past, &point, usual));
        }
        let tests = !self.is_total() && history.len() >= least_periods(least_regime(self.counts.calendar.by));
        let beside = self.beside(&point);
        if beside.is_some() {
            // Every morning something is back after a night.
            others.retain(|f| f.kind != Signal::Returned);
        }
        Draft { point, baseline: Some(baseline), floor: lately >= FLOOR, others, beside, tests }
    }

    /// Under a whole day of hours nobody knows what the time of day brings: then a rise must be one of the issue's share,
    /// for the share of all records in the same hour knows it, and the count must bear it out. The total has no share, and
    /// is not judged. Null where a day is known, and where counts have no total.
    fn beside(&self, point: &Point) -> Option<f64> {
        /// Hours that hold every time of day.
        const DAY: i64 = 24;
        let known = self.counts.calendar.by != By::Hour || point.history >= DAY || !self.counts.has_total();
        (!known).then(|| point.p_share.unwrap_or(1.0))
    }

    /// The unfinished period at `place` against the same part of those before, on the feeds that the last whole one was
    /// compared on and that are not at their end; null where nothing can be said.
    pub(crate) fn running(&self, place: usize, before: &LikeForLike, design: &Design) -> Option<Running> {
        let counts = self.counts;
        let ends = |feed: &usize| counts.feeds()[*feed].span.is_some_and(|s| s.last >= counts.now);
        let feeds: Vec<usize> = before.feeds.iter().copied().filter(ends).collect();
        let alike = LikeForLike { feeds, ..before.clone() };
        if alike.feeds.is_empty() {
            return None;
        }
        let over = running::over(counts, &self.known.daily, &alike.feeds, place)?;
        let cell = |feed: &usize| counts.cell(self.issue, self.segment, *feed, place).observed.unwrap_or(0);
        let observed = alike.feeds.iter().map(cell).sum();
        let past = self.past(self.issue, &alike, alike.from, place.checked_sub(1)?);
        let first = place - past.len();
        // What is forecast of it; where there is too little for that, what a whole one would be tested against.
        let usual = season(&past, None, design, first).map(|s| s[first..].to_vec());
        let (expected, phi) = forecast::next(&past, usual.as_deref()).or_else(|| {
            // The count of a period that is not over plays no part in what is expected of it.
            let history: Vec<i64> = past.iter().copied().chain([0]).collect();
            let baseline = Tester::new(&history, design, first).test(past.len())?;
            Some((baseline.expected, baseline.phi))
        })?;
        let so_far = so_far(observed, expected, phi, &over)?;
        Some(Running {
            days: over.days as i64,
            of: over.of as i64,
            observed,
            expected: so_far.expected,
            upper: so_far.upper as f64,
            p: so_far.p,
            test: "nb_elapsed",
            history: past.len() as i64,
        })
    }

    /// What each period's count is a part of: the exposures given, else all counted records of the compared feeds; null
    /// where neither is known.
    fn exposures(&self, totals: Option<&[i64]>, from: usize, to: usize) -> Option<Vec<f64>> {
        if self.counts.has_exposure() {
            let given = |p| self.counts.exposure(self.issue, self.segment, p).unwrap_or(0.0);
            return Some((from..=to).map(given).collect());
        }
        Some(totals?.iter().map(|t| *t as f64).collect())
    }

    /// How much of each period is on record, each feed weighing by the records it has in all; null when all of it is.
    fn recorded(&self, alike: &LikeForLike, from: usize, to: usize) -> Option<Vec<f64>> {
        let whole = |feed: &usize| (from..=to).all(|p| self.record.share(*feed, p) >= 1.0);
        if alike.feeds.iter().all(whole) {
            return None;
        }
        let own = |feed: usize| -> i64 {
            (from..=to).filter_map(|p| self.counts.cell(self.issue, self.segment, feed, p).observed).sum()
        };
        let weights: Vec<f64> = alike.feeds.iter().map(|feed| own(*feed).max(1) as f64).collect();
        let all: f64 = weights.iter().sum();
        let share = |p: usize| {
            let parts = alike.feeds.iter().zip(&weights).map(|(feed, w)| w * self.record.share(*feed, p));
            // A sum of parts of 1 is 1 to the last digits only.
            let share = parts.sum::<f64>() / all;
            if share > 1.0 - 1e-9 { 1.0 } else { share }
        };
        Some((from..=to).map(share).collect())
    }

    /// The baseline of what is there yet, where records of the period are still coming in: the share of them that
    /// usually is there by now thins the expected count. Under 1 % missing nothing is changed.
    fn so_far_in(&self, point: &mut Point, baseline: Baseline, place: usize, compared: i64) -> Baseline {
        /// Less missing than this is not worth a word.
        const MISSING: f64 = 0.01;
        let Some(arrivals) = &self.known.arrivals else { return baseline };
        let Some(passed) = arrivals.last.checked_sub(place) else { return baseline };
        let share = arrivals.delays.reported(passed);
        if share > 1.0 - MISSING {
            return baseline;
        }
        point.caveats.push(Caveat::Delay);
        point.nowcast = arrivals.delays.nowcast(compared, passed, baseline.phi).map(|n| n.count);
        let there = Elapsed { days: 0, of: 0, share, from_weekdays: false };
        match so_far(compared, baseline.expected, baseline.phi, &there) {
            Some(now) => {
                let guess = nb::normal_guess(1.0 - baseline.alpha, now.expected, baseline.phi);
                let upper = nb::bound(baseline.alpha, guess, |y| nb::tail(y, now.expected, baseline.phi));
                Baseline { expected: now.expected, upper, p: now.p, ..baseline }
            }
            None => baseline,
        }
    }

    /// A lasting shift, and words that spread.
    fn lasting(&self, past: &Judged<'_>, point: &Point, usual: &mut Usual) -> Vec<Found> {
        let Judged { place, alike, sums, to, places, .. } = *past;
        let counts = self.counts;
        let measures = self.known.spread.sums(self.issue, self.segment, &alike.feeds, places[0], place);
        let shifted = lasting::shifted(sums, &places[..to], point, counts, &past.seen, usual);
        let spreading = lasting::spreading(&measures, point, counts);
        let arrives = || lasting::arrives(counts, self.issue, self.segment, place, alike, point);
        let viral = spreading.or_else(|| counts.has_total().then(arrives).flatten());
        shifted.into_iter().chain(viral).collect()
    }

    /// Whether the feed that most of its records are from changed its form or volume abruptly just before.
    fn artefact(&self, place: usize, alike: &LikeForLike) -> bool {
        let own = |feed: usize| self.counts.cell(self.issue, self.segment, feed, place).observed.unwrap_or(0);
        let all: i64 = alike.feeds.iter().map(|feed| own(*feed)).sum();
        let recent = |c: &&Change| c.place <= place && place - c.place < DOUBT && alike.feeds.contains(&c.feed);
        self.known.changes.iter().filter(recent).any(|change| own(change.feed) * 2 >= all)
    }

    /// The counts of the compared feeds from `least` to `place`, up to a cell that is not known, going back.
    fn past(&self, issue: usize, alike: &LikeForLike, least: usize, place: usize) -> Vec<i64> {
        let cell = |feed: &usize, p| self.counts.cell(issue, self.segment, *feed, p).observed;
        let sum = |p| alike.feeds.iter().map(|f| cell(f, p)).sum::<Option<i64>>();
        let mut past: Vec<i64> = (least..=place).rev().map_while(sum).collect();
        past.reverse();
        past
    }

    /// What was counted, untested.
    fn point(&self, place: usize) -> Point {
        let counts = self.counts;
        let feeds = 0..counts.feeds().len();
        let cells = || feeds.clone().map(|feed| counts.cell(self.issue, self.segment, feed, place));
        let period = counts.period(place);
        let cover = |wanted: Cover| feeds.clone().any(|feed| counts.cover(feed, place) == wanted);
        let complete = counts.calendar.is_complete(period, counts.now);
        let seen = |feed: &usize| counts.feeds()[*feed].span.is_some();
        Point {
            period,
            observed: cells().filter_map(|c| c.observed).reduce(|a, b| a + b),
            records: cells().map(|c| c.records).sum(),
            authors: cells().map(|c| c.authors).sum(),
            exposure: counts.exposure(self.issue, self.segment, place),
            partial: !complete || (cover(Cover::Part) && !cover(Cover::Whole)),
            covered: feeds.clone().filter(seen).all(|feed| counts.cover(feed, place) == Cover::Whole)
                && cover(Cover::Whole),
            ..Point::default()
        }
    }

    /// The rate and its interval: Garwood's on an exposure given, Clopper and Pearson's on a share of all records.
    fn rate(&self, point: &mut Point, compared: i64, total: Option<i64>) {
        let given = self.counts.has_exposure();
        // Under the least of exposures a count per thousand of it, and its interval, is more than a number holds.
        let whole = |e: &f64| *e > 0.0 && ((compared + 1) as f64 * 1e6 / e).is_finite();
        if given && !point.exposure.as_ref().is_some_and(whole) {
            point.caveats.push(Caveat::NoExposure);
        }
        if !given {
            point.exposure = total.map(|t| t as f64);
        }
        let Some(exposure) = point.exposure.filter(whole) else { return };
        let (low, high) = match total {
            Some(total) if !given => proportion(compared, total),
            _ => {
                let (low, high) = garwood(compared as f64, 0.95, 1.0);
                (low / exposure, high / exposure)
            }
        };
        point.rate = Some(compared as f64 / exposure);
        (point.rate_low, point.rate_high) = (Some(low), Some(high));
    }
}
