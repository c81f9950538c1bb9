//! Signals that are not of one period's count: lasting shifts, and words that spread.

use crate::trend::baseline::design::Design;
use crate::trend::baseline::detector::season;
use crate::trend::compare::rate_ratio;
use crate::trend::counts::Counts;
use crate::trend::coverage::Cover;
use crate::trend::exact::garwood;
use crate::trend::lifecycle::BASELINE;
use crate::trend::like_for_like::LikeForLike;
use crate::trend::series::{Found, Point, Signal};
use crate::trend::shift::{self, least_regime};
use crate::trend::spread::{Measures, NAMES};
use crate::trend::sums::Sums;
use crate::trend::viral::{CUT, latest, pace};

/// The chance of a shift as great anywhere in the two levels' periods, had nothing changed.
const SHIFT_ALPHA: f64 = 0.01;
/// The one-sided level of a first appearance.
const NEW_FEED_ALPHA: f64 = 0.01;
/// Records that make a first appearance more than a stray match.
const NEW_FEED_LEAST: i64 = 3;

fn found(point: &Point, kind: Signal, history: usize) -> Found {
    Found {
        period: point.period,
        kind,
        level: None,
        begins: point.period,
        observed: 0.0,
        records: point.compared.unwrap_or(0),
        expected: None,
        upper: None,
        p: 1.0,
        q: None,
        effect: None,
        effect_low: None,
        effect_high: None,
        history: history as i64,
        test: "",
        alpha: 0.0,
        about: String::new(),
        caveats: Vec::new(),
    }
}

/// The counts of a series as its season is learned from them: those of the compared feeds up to the period judged, one
/// after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// 0 where one is not known.
    pub(crate) counts: &'a [i64],
    /// How much of each period is on record; null: all of all.
    pub(crate) exposures: Option<&'a [f64]>,
    /// What may move them.
    pub(crate) design: &'a Design,
}

/// The season of a series, learned anew once a year of weeks from what was known then.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    /// How many counts it was learned from.
    known: usize,
    season: Option<Vec<f64>>,
    /// The lengths of the counts so far in average periods.
    lengths: Vec<f64>,
}

impl Usual {
    /// The lengths of the counts at these places of the grid, and of the design, the first of which begins `seen`; null
    /// while there is no season.
    fn of(&mut self, seen: &Seen<'_>, places: &[usize]) -> Option<&[f64]> {
        /// Periods after which it is learned anew.
        const ANEW: usize = 52;
        let known = seen.counts.len() / ANEW * ANEW;
        if known != self.known {
            let first = places.last()? + 1 - seen.counts.len();
            let exposures = seen.exposures.map(|e| &e[..known]);
            let season = season(&seen.counts[..known], exposures, seen.design, first);
            *self = Self { known, season, lengths: shift::lengths(&[]) };
        }
        let season = self.season.as_ref()?;
        for place in &places[(self.lengths.len() - 1).min(places.len())..] {
            shift::lengthen(&mut self.lengths, season[*place]);
        }
        Some(&self.lengths)
    }
}

/// A lasting change of level that is news in the last of the counts at `places` of the grid. What the season brings back
/// every year, or every week of days, is no change.
pub(crate) fn shifted(
    sums: &Sums<'_>,
    places: &[usize],
    point: &Point,
    counts: &Counts,
    seen: &Seen<'_>,
    usual: &mut Usual,
) -> Option<Found> {
    let to = places.len();
    let history = sums.counts(to);
    let shift = shift::news(sums, to, least_regime(counts.calendar.by), || usual.of(seen, places))?;
    // A few outliers are no level: three quarters of the periods since lie on the new level's side of the middle.
    let middle = (shift.before + shift.after) / 2.0;
    let since = &history[shift.at..];
    let beyond = since.iter().filter(|y| (**y as f64 - middle) * (shift.after - shift.before) > 0.0).count();
    if beyond * 4 < since.len() * 3 {
        return None;
    }
    let step = counts.calendar.by.name();
    let begins = counts.period(places[shift.at]);
    let mean = |x: f64| if x >= 9.95 { format!("{x:.0}") } else { format!("{x:.1}") };
    Some(Found {
        begins,
        observed: shift.after,
        records: history[shift.at..].iter().sum(),
        expected: Some(shift.before),
        p: shift.p,
        effect: shift.effect,
        effect_low: Some(shift.low),
        effect_high: shift.high,
        test: "pelt_quasi_poisson",
        alpha: SHIFT_ALPHA,
        about: format!(
            "{} a {step} since {}, {} before",
            mean(shift.after),
            crate::trend::calendar::day_label(begins.date()),
            mean(shift.before)
        ),
        ..found(point, Signal::Shift, history.len() - 1)
    })
}

/// The fastest growing of echoes, authors and reach, the last of `measures` being judged.
pub(crate) fn spreading(measures: &[Measures], point: &Point, counts: &Counts) -> Option<Found> {
    // As many authors as records is what any rise looks like; words spread when more speak than are counted.
    let beyond =
        |which: usize| NAMES[which] != "authors" || measures.last().is_some_and(|m| m[1] > point.records as f64);
    let burst = |which: usize| {
        let series: Vec<f64> = measures.iter().map(|m| m[which]).collect();
        latest(&series, pace(counts.calendar.by)).map(|burst| (which, burst))
    };
    let mut bursts: Vec<_> = (0..NAMES.len()).filter(|w| beyond(*w)).filter_map(burst).collect();
    bursts.sort_by(|a, b| a.1.p.total_cmp(&b.1.p).then(a.0.cmp(&b.0)));
    let (which, best) = *bursts.first()?;
    let interval = (best.expected > 0.0 && NAMES[which] != "reach").then(|| {
        let (low, high) = garwood(best.observed, 0.95, 1.0);
        (low / best.expected, high / best.expected)
    });
    let usual = if best.expected >= 9.95 { format!("{:.0}", best.expected) } else { format!("{:.1}", best.expected) };
    Some(Found {
        observed: best.observed,
        expected: Some(best.expected),
        p: best.p,
        effect: best.growth,
        effect_low: interval.map(|i| i.0),
        effect_high: interval.map(|i| i.1),
        test: "nb_window",
        alpha: CUT,
        about: format!("spreads: {:.0} {} against {usual} usual", best.observed, NAMES[which]),
        ..found(point, Signal::Viral, measures.len().saturating_sub(1))
    })
}

/// A feed that speaks of the issue for the first time, though it has covered at least eight periods before: the one
/// where that is least a chance, given how many records it has (conditional exact, one-sided).
pub(crate) fn arrives(
    counts: &Counts,
    issue: usize,
    segment: usize,
    place: usize,
    alike: &LikeForLike,
    point: &Point,
) -> Option<Found> {
    let own = |feed: usize, p: usize| counts.cell(issue, segment, feed, p).observed.unwrap_or(0);
    let total = |feed: usize, p: usize| counts.cell(0, segment, feed, p).observed.unwrap_or(0);
    let mut best: Option<(f64, usize, i64, i64)> = None;
    // It must have been known elsewhere, or it is a new issue and not a new place.
    let elsewhere =
        |feed: usize| alike.feeds.iter().filter(|f| **f != feed).any(|f| (alike.from..place).any(|p| own(*f, p) > 0));
    for feed in alike.feeds.iter().copied() {
        let since = (0..place).rev().take_while(|p| counts.cover(feed, *p) == Cover::Whole).count();
        let now = own(feed, place);
        // One article is news.
        let least = if counts.feeds()[feed].feed.ends_with("/news") { 1 } else { NEW_FEED_LEAST };
        if now < least || since < BASELINE || (0..place).any(|p| own(feed, p) > 0) || !elsewhere(feed) {
            continue;
        }
        let before: i64 = (place - since..place).map(|p| total(feed, p)).sum();
        let change = rate_ratio(now, total(feed, place) as f64, 0, before as f64);
        let Some(change) = change.filter(|c| c.p_up <= NEW_FEED_ALPHA) else { continue };
        if best.is_none_or(|b| change.p_up < b.0) {
            best = Some((change.p_up, feed, now, before));
        }
    }
    let (p, feed, now, before) = best?;
    let name = &counts.feeds()[feed].feed;
    Some(Found {
        observed: now as f64,
        records: now,
        expected: None,
        p,
        test: "conditional_exact",
        alpha: NEW_FEED_ALPHA,
        about: format!("first seen in {name}: {now}, none in {before} records before"),
        ..found(point, Signal::Viral, place)
    })
}
