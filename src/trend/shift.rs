//! Lasting changes of level: where a series of counts settles on another rate.

use multiversion::multiversion;
use serde::Serialize;
use statrs::function::erf::erfc;

use crate::trend::baseline::ln::ln;
use crate::trend::calendar::By;
use crate::trend::compare::rate_ratio_dispersed;
use crate::trend::pelt::pelt_of;
use crate::trend::sums::Sums;

/// A regime lasts at least so many periods, of weeks and longer.
pub const LEAST_REGIME: usize = 4;

/// A regime lasts at least so many periods: a whole turn of the day or the week, for the busy part of one is no new level.
pub const fn least_regime(by: By) -> usize {
    match by {
        By::Hour => 24,
        By::Day => 7,
        By::Week | By::Month | By::Quarter => LEAST_REGIME,
    }
}

/// Under so many periods there is no shift to find: two regimes and something to compare them with.
pub const fn least_periods(least: usize) -> usize {
    3 * least
}

/// A shift is news while it is at most so many periods old.
const fn newest(least: usize) -> usize {
    2 * least
}

/// The penalty of a change point is this times ln n.
const PENALTY: f64 = 3.0;
/// No more of the past than this is looked at: five years of weeks.
const MOST_PERIODS: usize = 260;

/// A change of level that lasts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shift {
    /// Place of the first period of the new level.
    pub at: usize,
    /// Place of the first period of the level before.
    pub from: usize,
    /// Place after the last period of the new level.
    pub to: usize,
    /// Mean count per period before (of an average period, where the season is known).
    pub before: f64,
    /// Mean count per period since.
    pub after: f64,
    /// `after` ÷ `before`; null when there was nothing before.
    pub effect: Option<f64>,
    /// Lower end of its 95 % interval, given that the level changed here.
    pub low: f64,
    /// Upper end; null when unbounded.
    pub high: Option<f64>,
    /// Chance of a change as great anywhere in the two levels' periods, had nothing changed (likelihood ratio, χ² with
    /// one degree of freedom, times the places a change could be at: Bonferroni).
    pub p: f64,
}

/// Finds the shifts of a series of counts by PELT with a quasi-Poisson cost, penalty 3·ln n, regimes of at least
/// `least` periods.
///
/// `season`: what an average period's expected count is multiplied by in each period (mean about 1, positive), so that
/// the season is no shift; null: none. Negative counts are taken as 0. Under [`least_periods`] there are none.
pub fn shifts(counts: &[i64], least: usize, season: Option<&[f64]>) -> Vec<Shift> {
    if counts.len() < least_periods(least) {
        return Vec::new();
    }
    let sums = Sums::of(counts);
    let lengths = season.map(lengths);
    let cost = Cost::of(&sums, 0, counts.len(), lengths.as_deref());
    let changes = cost.changes(counts.len(), least);
    let ends: Vec<usize> = std::iter::once(0).chain(changes).chain([counts.len()]).collect();
    ends.windows(3).map(|w| cost.shift(w[0], w[1], w[2], least)).collect()
}

/// The length of a series in average periods before each place, and of all of it: running sums of its season.
pub fn lengths(season: &[f64]) -> Vec<f64> {
    let mut lengths = vec![0.0];
    season.iter().for_each(|factor| lengthen(&mut lengths, *factor));
    lengths
}

/// Adds a period with this factor to the lengths of a series.
pub fn lengthen(lengths: &mut Vec<f64>, factor: f64) {
    lengths.push(lengths.last().copied().unwrap_or(0.0) + factor.max(1e-9));
}

/// The shift that is news in the last of the first `to` counts: the last one, as [`shifts`] sees it from the last five
/// years alone, when it is at most twice `least` periods old. Its places count from the start of the counts. The
/// [`lengths`] of the season (as for [`shifts`], of these counts at least) are asked for only where there is something to
/// look at.
pub fn news<'l>(
    sums: &Sums<'_>,
    to: usize,
    least: usize,
    lengths: impl FnOnce() -> Option<&'l [f64]>,
) -> Option<Shift> {
    let skip = to.saturating_sub(MOST_PERIODS);
    let n = to - skip;
    if n < least_periods(least) || !worth_a_look(sums, to, n, least) {
        return None;
    }
    let cost = Cost::of(sums, skip, to, lengths().filter(|l| l.len() > to));
    if !may_be_news(&cost, n, least) {
        return None;
    }
    let changes = cost.changes(n, least);
    let (at, from) = (*changes.last()?, changes.iter().rev().nth(1).copied().unwrap_or(0));
    (n - at <= newest(least)).then(|| {
        let last = cost.shift(from, at, n, least);
        Shift { at: at + skip, from: from + skip, to, ..last }
    })
}

/// A cheap look before the dear one: whether some last periods, as many as a shift in the news may have, differ from the
/// year before them by as much as half the penalty asks (that of `n` periods). Few quiet series do.
fn worth_a_look(sums: &Sums<'_>, to: usize, n: usize, least: usize) -> bool {
    let start = to - n.min(13 * least + newest(least));
    let bar = PENALTY * (n as f64).ln() / 2.0;
    let piece = |from: usize, at: usize| (sums.sum(from, at) as f64, (at - from) as f64);
    let cuts = (least..=newest(least).min(to - start - least)).flat_map(|back| {
        let at = to - back;
        [start, start.max(at.saturating_sub(3 * least + 1))].map(|from| (piece(from, at), piece(at, to)))
    });
    let mut cuts = cuts.filter(|(a, b)| may_gain(*a, *b, bar)).peekable();
    if cuts.peek().is_none() {
        return false;
    }
    let phi = sums.dispersion(start, to);
    cuts.any(|(a, b)| may_gain(a, b, bar * phi) && gain(a, b) > bar * phi)
}

/// Whether the best cut can end with a piece that is news: then dropping its beginning must cost at least the penalty,
/// wherever the piece before it begins.
fn may_be_news(cost: &Cost<'_>, n: usize, least: usize) -> bool {
    /// Beginnings looked at together.
    const CHUNK: usize = 16;
    let penalty = PENALTY * (n as f64).ln() * cost.phi;
    (n.saturating_sub(newest(least)).max(least)..=n - least).any(|at| {
        let (here, b) = ((cost.counts[at], cost.length[at]), cost.sums(at, n));
        let last = (at - least).min(n - 2 * least);
        let (counts, lengths) = (&cost.counts[..=last], &cost.length[..=last]);
        let chunks = counts.chunks(CHUNK).zip(lengths.chunks(CHUNK));
        chunks.zip((0..).step_by(CHUNK)).any(|((counts, lengths), start)| {
            let gains = |from: usize| {
                let a = cost.sums(from, at);
                may_gain(a, b, penalty) && gain(a, b) >= penalty
            };
            any_may_gain(counts, lengths, here, b, penalty) && (start..start + counts.len()).any(gains)
        })
    })
}

/// Whether any piece from one of these places to `here` may gain as much as `bar` by being cut from `b`.
#[multiversion(targets("x86_64+avx2"))]
fn any_may_gain(counts: &[f64], lengths: &[f64], here: (f64, f64), b: (f64, f64), bar: f64) -> bool {
    let mut any = false;
    for (count, length) in counts.iter().zip(lengths) {
        any |= may_gain((here.0 - count, here.1 - length), b, bar);
    }
    any
}

/// What cutting a piece in two gains for a φ of 1; each part's count and length.
fn gain(a: (f64, f64), b: (f64, f64)) -> f64 {
    likelihood(a) + likelihood(b) - likelihood((a.0 + b.0, a.1 + b.1))
}

/// Whether it can be as much as `bar`: a likelihood ratio is at most twice Pearson's χ², for ln x ≤ x − 1.
#[inline(always)]
fn may_gain((k1, l1): (f64, f64), (k2, l2): (f64, f64), bar: f64) -> bool {
    let apart = k1 * l2 - k2 * l1;
    2.0 * apart * apart * (1.0 + 1e-9) >= bar * (k1 + k2) * l1 * l2
}

/// Twice the Poisson likelihood of a piece with its own rate: 2[K·ln(K/L) − K], K its count and L its length.
#[inline(always)]
fn likelihood((k, l): (f64, f64)) -> f64 {
    let some = 2.0 * (k * ln(k / l) - k);
    if k > 0.0 { some } else { 0.0 }
}

/// Minus the likelihood over φ of pieces that begin at these places and end `here`.
#[multiversion(targets("x86_64+avx2"))]
fn costs(counts: &[f64], lengths: &[f64], here: (f64, f64), phi: f64, costs: &mut [f64]) {
    for ((cost, k), l) in costs.iter_mut().zip(counts).zip(lengths) {
        *cost = -likelihood((here.0 - k, here.1 - l)) / phi;
    }
}

/// Sums that give the cost of any piece at once.
struct Cost<'a> {
    /// Σ counts before each place.
    counts: &'a [f64],
    /// Σ season before each place: the length in average periods.
    length: &'a [f64],
    phi: f64,
}

impl<'a> Cost<'a> {
    /// That of the counts from `from` to `to`, the last excluded; its places count from there.
    fn of(sums: &'a Sums<'_>, from: usize, to: usize, lengths: Option<&'a [f64]>) -> Self {
        Self {
            counts: sums.running(from, to),
            length: lengths.map_or_else(|| sums.places(from, to), |lengths| &lengths[from..=to]),
            phi: sums.dispersion(from, to),
        }
    }

    fn sums(&self, from: usize, to: usize) -> (f64, f64) {
        (self.counts[to] - self.counts[from], self.length[to] - self.length[from])
    }

    /// Where the best cut of the first `n` periods cuts: a piece costs minus twice its quasi-Poisson likelihood.
    fn changes(&self, n: usize, least: usize) -> Vec<usize> {
        self.cut(n, least, PENALTY * (n as f64).ln()).0
    }

    fn cut(&self, n: usize, least: usize, penalty: f64) -> (Vec<usize>, f64) {
        let (mut counts, mut lengths) = (Vec::with_capacity(n), Vec::with_capacity(n));
        pelt_of(n, least, penalty, |from, to, found| {
            counts.clear();
            counts.extend(from.iter().map(|from| self.counts[*from]));
            lengths.clear();
            lengths.extend(from.iter().map(|from| self.length[*from]));
            costs(&counts, &lengths, (self.counts[to], self.length[to]), self.phi, found);
        })
    }

    fn shift(&self, from: usize, at: usize, to: usize, least: usize) -> Shift {
        let ((k1, l1), (k2, l2)) = (self.sums(from, at), self.sums(at, to));
        let change = rate_ratio_dispersed(k2, l2, k1, l1, self.phi);
        // χ² with one degree of freedom beyond g: erfc(√(g/2)).
        let gain = gain((k1, l1), (k2, l2)) / self.phi;
        let once = erfc((gain.max(0.0) / 2.0).sqrt());
        let places = (to - from).saturating_sub(2 * least - 1).max(1) as f64;
        Shift {
            at,
            from,
            to,
            before: k1 / l1,
            after: k2 / l2,
            effect: change.and_then(|c| c.ratio),
            low: change.map_or(0.0, |c| c.low),
            high: change.and_then(|c| c.high),
            p: (once * places).min(1.0),
        }
    }
}

#[cfg(test)]
#[path = "shift_tests.rs"]
mod tests;
