//! Lasting changes of level: where a series of counts settles on another rate.

use serde::Serialize;
use statrs::function::erf::erfc;

use crate::trend::calendar::By;
use crate::trend::compare::rate_ratio_dispersed;
use crate::trend::pelt::pelt;
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
    let cost = Cost::new(counts, season);
    let changes = cost.changes(counts.len(), least);
    let ends: Vec<usize> = std::iter::once(0).chain(changes).chain([counts.len()]).collect();
    ends.windows(3).map(|w| cost.shift(w[0], w[1], w[2], least)).collect()
}

/// The shift that is news in the last of the first `to` counts: the last one, as [`shifts`] sees it from the last five
/// years alone, when it is at most twice `least` periods old. Its places count from the start of the counts. `season` (as
/// for [`shifts`], one per count) is asked for only where there is something to look at.
pub fn news(sums: &Sums<'_>, to: usize, least: usize, season: impl FnOnce() -> Option<Vec<f64>>) -> Option<Shift> {
    let skip = to.saturating_sub(MOST_PERIODS);
    let n = to - skip;
    if n < least_periods(least) || !worth_a_look(sums, to, n, least) {
        return None;
    }
    let season = season().filter(|s| s.len() == to);
    let cost = Cost::new(&sums.counts(to)[skip..], season.as_ref().map(|s| &s[skip..]));
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
    let phi = dispersion(&sums.counts(to)[start..]);
    cuts.any(|(a, b)| may_gain(a, b, bar * phi) && gain(a, b) > bar * phi)
}

/// Whether the best cut can end with a piece that is news: then dropping its beginning must cost at least the penalty,
/// wherever the piece before it begins.
fn may_be_news(cost: &Cost, n: usize, least: usize) -> bool {
    /// Beginnings looked at together.
    const CHUNK: usize = 16;
    let penalty = PENALTY * (n as f64).ln() * cost.phi;
    (n.saturating_sub(newest(least)).max(least)..=n - least).any(|at| {
        let b = cost.sums(at, n);
        let last = (at - least).min(n - 2 * least);
        let (counts, lengths) = (&cost.counts[..=last], &cost.length[..=last]);
        let chunks = counts.chunks(CHUNK).zip(lengths.chunks(CHUNK));
        chunks.zip((0..).step_by(CHUNK)).any(|((counts, lengths), start)| {
            let mut may = [false; CHUNK];
            for ((may, count), length) in may.iter_mut().zip(counts).zip(lengths) {
                *may = may_gain((cost.counts[at] - count, cost.length[at] - length), b, penalty);
            }
            let gains = |from: usize| gain(cost.sums(from, at), b) >= penalty;
            may.contains(&true) && (0..counts.len()).any(|i| may[i] && gains(start + i))
        })
    })
}

/// What cutting a piece in two gains for a φ of 1; each part's count and length.
fn gain(a: (f64, f64), b: (f64, f64)) -> f64 {
    likelihood(a) + likelihood(b) - likelihood((a.0 + b.0, a.1 + b.1))
}

/// Whether it can be as much as `bar`: a likelihood ratio is at most twice Pearson's χ², for ln x ≤ x − 1.
fn may_gain((k1, l1): (f64, f64), (k2, l2): (f64, f64), bar: f64) -> bool {
    let apart = k1 * l2 - k2 * l1;
    2.0 * apart * apart * (1.0 + 1e-9) >= bar * (k1 + k2) * l1 * l2
}

/// Twice the Poisson likelihood of a piece with its own rate: 2[K·ln(K/L) − K], K its count and L its length.
fn likelihood((k, l): (f64, f64)) -> f64 {
    if k > 0.0 { 2.0 * (k * (k / l).ln() - k) } else { 0.0 }
}

/// The over-dispersion of counts about a slowly moving mean: the mean of (y_t − y_{t−1})²/(y_t + y_{t−1}) over pairs
/// that are not both 0, at least 1. Steps of the level touch it only at their own place.
pub fn dispersion(counts: &[i64]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for pair in counts.windows(2) {
        let (a, b) = (pair[0].max(0) as f64, pair[1].max(0) as f64);
        if a + b > 0.0 {
            sum += (b - a).powi(2) / (a + b);
            pairs += 1.0;
        }
    }
    if pairs > 0.0 { f64::max(sum / pairs, 1.0) } else { 1.0 }
}

/// Sums that give the cost of any piece at once.
struct Cost {
    /// Σ counts up to each place.
    counts: Vec<f64>,
    /// Σ season up to each place: the length in average periods.
    length: Vec<f64>,
    phi: f64,
}

impl Cost {
    fn new(counts: &[i64], season: Option<&[f64]>) -> Self {
        let running = |values: &mut dyn Iterator<Item = f64>| -> Vec<f64> {
            let mut sum = 0.0;
            let mut sums = vec![0.0];
            sums.extend(values.map(|v| {
                sum += v;
                sum
            }));
            sums
        };
        Self {
            counts: running(&mut counts.iter().map(|y| (*y).max(0) as f64)),
            length: match season {
                Some(season) => running(&mut season.iter().map(|s| s.max(1e-9))),
                None => running(&mut counts.iter().map(|_| 1.0)),
            },
            phi: dispersion(counts),
        }
    }

    fn sums(&self, from: usize, to: usize) -> (f64, f64) {
        (self.counts[to] - self.counts[from], self.length[to] - self.length[from])
    }

    /// Minus twice the quasi-Poisson likelihood of a piece.
    fn of(&self, from: usize, to: usize) -> f64 {
        -likelihood(self.sums(from, to)) / self.phi
    }

    /// Where the best cut of the first `n` periods cuts.
    fn changes(&self, n: usize, least: usize) -> Vec<usize> {
        pelt(n, least, PENALTY * (n as f64).ln(), |a, b| self.of(a, b)).0
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
