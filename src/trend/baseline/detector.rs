//! The detector: is a count of a series higher than its own past allows?
//!
//! With a long enough past: a quasi-Poisson regression on a linear trend and what the calendar does (0, 1 or 2 harmonics
//! of the year by BIC; weekday, hour of day and holidays where a test says so), past outbreaks tamed by re-weighting, the
//! last periods kept out; then the negative binomial chance of a count as high, over the uncertainty of the mean, for the
//! period and for the last two together. It is the regression of Noufaily et al. (2013), *Statistics in Medicine* 32,
//! with harmonics in place of their seasonal factor and with a second window. Under that: [`short`].

use std::ops::Range;

use crate::trend::baseline::design::Design;
use crate::trend::baseline::doubt::WORSE;
use crate::trend::baseline::glm::{ABSENT, Fit, Past};
use crate::trend::baseline::lanes::{greatest, sum};
use crate::trend::baseline::pace::{Pace, pace};
use crate::trend::baseline::predict::{Law, sparse};
use crate::trend::baseline::short::{self, FEW, OUTBREAK};
use crate::trend::calendar::By;
use crate::trend::exact::beta_reg;

/// Fewer complete periods before the one tested than this, and it is not tested.
pub const LEAST_HISTORY: usize = 8;
/// p under this is a false alarm in 1 % of quiet weeks (simulated, 42 scenarios of Noufaily et al. 2013).
pub const FULL_ALPHA: f64 = 0.0049;
/// The standard error of the log mean is taken to be no larger.
const MOST_ERROR: f64 = 1.2;
/// Periods after which the number of harmonics is chosen anew: a quarter of weeks.
const RECHOSEN: usize = 13;
/// The log of an exposure over the usual one is no exposure's beyond this: five hundred million times more or less.
const FAR: f64 = 20.0;
/// A block of columns is used when its F test says so at this level.
const BLOCK_ALPHA: f64 = 0.01;

/// From so many complete periods on the full method is used.
pub fn full_history(by: By) -> usize {
    pace(by).full
}

/// What the expected count takes into account besides the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// A trend.
    pub trend: bool,
    /// Harmonics of the year: 0, 1 or 2.
    pub harmonics: u8,
    /// The hour of the day.
    pub hours: bool,
    /// The weekday.
    pub weekdays: bool,
    /// Holidays.
    pub holidays: bool,
}

/// What the past says of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    /// The mean had nothing changed.
    pub expected: f64,
    /// The highest count of the usual range: more than this alone is a signal at `alpha`.
    pub upper: i64,
    /// Chance of a count as high; of the last two together as high where that is smaller (full method only).
    pub p: f64,
    /// The cut on `p` that holds false alarms at 1 % for a history as long as this.
    pub alpha: f64,
    /// Variance over mean.
    pub phi: f64,
    /// Whether the history was long enough for trend and season.
    pub full: bool,
    /// What the expected count takes into account.
    pub terms: Terms,
}

/// Tests the last of `counts`, consecutive complete periods in order, on those before it.
///
/// Null when fewer than [`LEAST_HISTORY`] come before it. To test many periods of a series use [`Tester`].
pub fn detect(counts: &[i64], by: By) -> Option<Baseline> {
    let last = counts.len().checked_sub(1)?;
    Tester::new(counts, &Design::plain(by, counts.len()), 0).test(last)
}

/// What the calendar multiplies an average period's count by, for every period of the design, as the counts (the first is
/// period `from` of the design) show it: harmonics, weekdays, hours and holidays, not the trend. Its geometric mean over
/// the counts is 1. `exposures` as for [`Tester::under`]; null: all are equal. Null when the counts are too short for the
/// full method or show no season.
pub fn season(counts: &[i64], exposures: Option<&[f64]>, design: &Design, from: usize) -> Option<Vec<f64>> {
    let pace = pace(design.by());
    let n = counts.len();
    if n < pace.full.max(LEAST_HISTORY) || from + n > design.periods() {
        return None;
    }
    let mut tester = match exposures {
        Some(exposures) => Tester::under(counts, exposures, design, from),
        None => Tester::new(counts, design, from),
    };
    let past = n.saturating_sub(pace.most)..n;
    if tester.y[past.clone()].iter().sum::<f64>() < FEW {
        return None;
    }
    tester.blocks = tester.test_blocks(past.clone(), &pace);
    tester.seasonal(0, past, &pace).filter(|t| t.harmonics > 0 || t.hours || t.weekdays || t.holidays)?;
    let beta = &tester.tamed[1].beta;
    let log = |period: usize| -> f64 {
        let row = design.row(&tester.chosen, period);
        (2..tester.chosen.len()).map(|a| row[a] * beta[a]).sum()
    };
    let logs: Vec<f64> = (0..design.periods()).map(log).collect();
    let middle = logs[from..from + n].iter().sum::<f64>() / n as f64;
    Some(logs.iter().map(|l| (l - middle).clamp(-20.0, 20.0).exp()).collect())
}

/// Tests the periods of one series, each on those before it alone. Ascending periods are quick: each fit starts from the
/// one before.
#[derive(Debug)]
pub struct Tester<'a> {
    counts: &'a [i64],
    pub(super) design: &'a Design,
    /// The place in the design of the first count.
    from: usize,
    pub(super) y: Vec<f64>,
    /// Counts to the power ⅔.
    powers: Vec<f64>,
    /// The log of each period's exposure over the usual one, [`ABSENT`] where there is none; null:
    /// every period is as long as any.
    pub(super) offset: Option<Vec<f64>>,
    /// The period tested last, and what it gave.
    last: Option<(usize, Option<Baseline>)>,
    /// Trend and 0, 1, 2 harmonics on top of the blocks, untamed.
    plain: [Fit; 3],
    /// Once and twice tamed.
    pub(super) tamed: [Fit; 2],
    /// The columns of those fits.
    chosen: Vec<usize>,
    /// Weekdays, hours, holidays, as tested at the start of the chain.
    blocks: (Vec<usize>, Terms),
    /// The number of harmonics chosen last.
    harmonics: usize,
    weights: [Vec<f64>; 2],
}

impl<'a> Tester<'a> {
    /// A tester of `counts`, consecutive complete periods in order; the first is period `from` of the design.
    pub fn new(counts: &'a [i64], design: &'a Design, from: usize) -> Self {
        Self::of(counts, design, from, None)
    }

    /// The same for counts under exposures (orders, all records, days on record): what is tested is the count per
    /// exposure. A period whose exposure is not positive, or beyond all measure of the others', is left out: it is neither
    /// tested nor part of any past.
    pub fn under(counts: &'a [i64], exposures: &[f64], design: &'a Design, from: usize) -> Self {
        let mut sorted: Vec<f64> = exposures.iter().copied().filter(|e| exposed(*e)).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
        let near = |log: f64| if log.abs() < FAR { log } else { ABSENT };
        let log = |i: usize| exposures.get(i).filter(|e| exposed(**e)).map_or(ABSENT, |e| near(e.ln() - usual.ln()));
        Self::of(counts, design, from, Some((0..counts.len()).map(log).collect()))
    }

    fn of(counts: &'a [i64], design: &'a Design, from: usize, offset: Option<Vec<f64>>) -> Self {
        let absent = |i: usize| offset.as_ref().is_some_and(|o| o[i] <= ABSENT);
        let count = |(i, c): (usize, &i64)| if absent(i) { 0.0 } else { (*c).max(0) as f64 };
        let y: Vec<f64> = counts.iter().enumerate().map(count).collect();
        let powers = y.iter().map(|y| y.cbrt().powi(2)).collect();
        Self {
            counts,
            design,
            from,
            y,
            powers,
            offset,
            last: None,
            plain: std::array::from_fn(|_| Fit::quick()),
            tamed: std::array::from_fn(|_| Fit::quick()),
            chosen: Vec::new(),
            blocks: Default::default(),
            harmonics: 0,
            weights: Default::default(),
        }
    }

    /// Tests the count at `place` on those before it; null when there are fewer than [`LEAST_HISTORY`], and outside.
    pub fn test(&mut self, place: usize) -> Option<Baseline> {
        if place < LEAST_HISTORY || place >= self.counts.len() || self.from + place >= self.design.periods() {
            return None;
        }
        if self.offset.is_some() && (self.is_absent(place) || self.present(0..place) < LEAST_HISTORY) {
            return None;
        }
        let pace = pace(self.design.by());
        if place < pace.full {
            let before = place.saturating_sub(pace.full + pace.guard)..place - short::GUARD;
            let present = self.present(before.clone());
            if present == 0 {
                return None;
            }
            let times = self.times(before.clone(), place);
            let law = short::law(&self.y[before.clone()], &self.powers[before.clone()], times.as_deref());
            // A share knows the time of day: all records have it.
            let error = if place < pace.day && self.offset.is_none() { short::HOURS } else { 0.0 };
            let (law, alpha) = (Law { error, ..law }, short::alpha(present));
            return Some(finish(self.counts[place], None, &law, alpha, None));
        }
        match self.last {
            Some((last, found)) if last == place => return found,
            // Along the chain from where it is.
            Some((last, _)) if last < place && last / pace.chain == place / pace.chain => (),
            _ => self.last = None,
        }
        let start = (place / pace.chain * pace.chain).max(pace.full);
        for at in self.last.map_or(start, |(last, _)| last + 1)..=place {
            let cold = at == start;
            let found = self.full(at, &pace, cold);
            self.last = Some((at, found));
        }
        self.last.and_then(|(_, found)| found)
    }

    pub(super) fn is_absent(&self, place: usize) -> bool {
        self.offset.as_ref().is_some_and(|o| o[place] <= ABSENT)
    }

    /// How many of these have an exposure.
    fn present(&self, places: Range<usize>) -> usize {
        places.filter(|place| !self.is_absent(*place)).count()
    }

    /// The exposures of some periods over that of `place`; null where all are equal.
    pub(super) fn times(&self, places: Range<usize>, place: usize) -> Option<Vec<f64>> {
        let offset = self.offset.as_ref()?;
        let over = |o: &f64| if *o <= ABSENT { 0.0 } else { (o - offset[place]).exp() };
        Some(offset[places].iter().map(over).collect())
    }

    fn full(&mut self, place: usize, pace: &Pace, cold: bool) -> Option<Baseline> {
        if self.is_absent(place) {
            return None;
        }
        let past = place.saturating_sub(pace.most + pace.guard)..place - pace.guard;
        let times = self.times(past.clone(), place);
        // The past in periods as exposed as this one.
        let n = times.as_ref().map_or(past.len() as f64, |t| t.iter().sum());
        let sum = sum(&self.y[past.clone()]);
        let (now, before) = (self.counts[place], self.y[place - 1] as i64);
        if cold {
            self.chosen.clear();
        }
        if n <= 0.0 {
            return None;
        }
        if sum < FEW {
            self.chosen.clear();
            return Some(finish(now, None, &sparse(sum, n), FULL_ALPHA, Some(Terms::default())));
        }
        let most = match &times {
            None => greatest(&self.y[past.clone()]),
            Some(times) => {
                let rates = self.y[past.clone()].iter().zip(times).filter(|(_, time)| **time > 0.0);
                rates.map(|(y, time)| y / time).fold(0.0, f64::max)
            }
        };
        if cold || self.chosen.is_empty() {
            self.blocks = self.test_blocks(past.clone(), pace);
        }
        let seasonal = self.seasonal(place, past.clone(), pace).filter(|_| {
            // A trend that predicts clearly more than there ever was is dropped (Farrington et al. 1996, §3.2): far from its
            // middle an exponential means nothing.
            let now = self.offset.as_ref().map_or(0.0, |o| o[place]);
            let plausible = [place, place - 1].iter().all(|t| (self.log_rate(*t) + now).exp() <= 1.1 * most);
            plausible && self.tamed[1].phi <= WORSE * self.spread_about_mean(past.clone())
        });
        let Some(terms) = seasonal.or_else(|| self.level(past.clone())) else {
            self.chosen.clear();
            return Some(finish(now, None, &sparse(sum, n), FULL_ALPHA, Some(Terms::default())));
        };
        if let Some(late) = self.fallen(place, &past, pace) {
            // What went before is no measure of it any more: the level of late, as of a short history.
            self.chosen.clear();
            let times = self.times(late.clone(), place);
            let law = short::law(&self.y[late.clone()], &self.powers[late.clone()], times.as_deref());
            return Some(finish(now, None, &law, short::alpha(self.present(late).max(1)), None));
        }
        let floor = 0.5 / n;
        let exposure = |t: usize| self.offset.as_ref().map_or(0.0, |o| o[t]);
        let mean = |t: usize| {
            if self.is_absent(t) { 0.0 } else { (self.log_rate(t) + exposure(t)).exp().max(floor) }
        };
        let fit = &self.tamed[1];
        let error = fit.error(&self.design.row(&self.chosen, self.from + place)).min(MOST_ERROR);
        let (here, there) = (mean(place), mean(place - 1));
        let law = Law { mean: here, phi: fit.phi, error };
        let both = Law { mean: here + there, phi: fit.phi, error };
        if !terms.trend || usize::from(terms.harmonics) != self.harmonics {
            // The level, or no season, is a way out of this period alone.
            self.chosen.clear();
        }
        Some(finish(now, Some((now + before, both)), &law, FULL_ALPHA, Some(terms)))
    }

    /// The log of the mean at an exposure of 1.
    pub(super) fn log_rate(&self, place: usize) -> f64 {
        self.tamed[1].log_mean(&self.design.row(&self.chosen, self.from + place))
    }

    /// Which of hours, weekdays and holidays the past shows (quasi-F test of each on top of those before it).
    fn test_blocks(&self, past: Range<usize>, pace: &Pace) -> (Vec<usize>, Terms) {
        let blocks = &self.design.blocks;
        let mut used = vec![0, 1];
        let mut terms = Terms { trend: true, ..Terms::default() };
        if blocks.hours.is_empty() && blocks.weekdays.is_empty() && blocks.holidays.is_empty() {
            return (used, terms);
        }
        let fitted = |columns: &[usize]| {
            let mut fit = Fit::default();
            let columns = self.columns(columns, past.clone());
            fit.run(&self.seen(&past, &columns), None, false).then_some(fit)
        };
        let mut small = fitted(&used);
        let long = past.len() + pace.guard;
        for (block, enough) in
            [(&blocks.hours, true), (&blocks.weekdays, long >= pace.weekdays), (&blocks.holidays, true)]
        {
            if block.is_empty() || !enough {
                continue;
            }
            let wide: Vec<usize> = used.iter().copied().chain(block.clone()).collect();
            let (Some(before), Some(after)) = (&small, fitted(&wide)) else { continue };
            let y = &self.y[past.clone()];
            let gain = 2.0 * (after.quasi_likelihood(y) - before.quasi_likelihood(y));
            let (d1, d2) = (block.len() as f64, (self.present(past.clone()) - wide.len()) as f64);
            let f = gain / d1 / after.phi;
            // P(F > f) = I(d₂/(d₂ + d₁f)) of (d₂/2, d₁/2).
            if f > 0.0 && beta_reg(d2 / 2.0, d1 / 2.0, d2 / (d2 + d1 * f)) <= BLOCK_ALPHA {
                terms.hours |= *block == blocks.hours;
                terms.weekdays |= *block == blocks.weekdays;
                terms.holidays |= *block == blocks.holidays;
                used = wide;
                small = Some(after);
            }
        }
        (used, terms)
    }

    fn seen<'b>(&'b self, past: &Range<usize>, columns: &'b [&'b [f64]]) -> Past<'b> {
        seen(&self.y, self.offset.as_deref(), past, columns)
    }

    fn columns(&self, columns: &[usize], past: Range<usize>) -> Vec<&'a [f64]> {
        let places = self.from + past.start..self.from + past.end;
        columns.iter().map(|c| self.design.column(*c, places.clone())).collect()
    }

    /// Trend, blocks and 0, 1 or 2 harmonics, re-weighted twice. How many harmonics is chosen anew where a chain begins
    /// and every [`RECHOSEN`] periods.
    fn seasonal(&mut self, place: usize, past: Range<usize>, pace: &Pace) -> Option<Terms> {
        let enough = past.len() + pace.guard >= pace.harmonics;
        let harmonics = if enough { self.design.blocks.harmonics.clone() } else { 0..0 };
        if self.chosen.is_empty() || place.is_multiple_of(RECHOSEN) {
            self.harmonics = self.choose(past.clone(), harmonics.clone())?;
        } else if !self.fit_plain(self.harmonics, past.clone(), &harmonics) {
            return None;
        }
        let columns = self.with_harmonics(self.harmonics, &harmonics);
        self.tame(past.clone(), columns, self.harmonics);
        if self.harmonics > 0 && place < self.y.len() && !self.recurs(place, &past) {
            self.chosen.clear();
            if !self.fit_plain(0, past.clone(), &harmonics) {
                return None;
            }
            self.tame(past, self.with_harmonics(0, &harmonics), 0);
            return Some(self.blocks.1);
        }
        Some(Terms { harmonics: u8::try_from(self.harmonics).unwrap_or(2), ..self.blocks.1 })
    }

    fn with_harmonics(&self, k: usize, harmonics: &Range<usize>) -> Vec<usize> {
        self.blocks.0.iter().copied().chain(harmonics.clone().take(2 * k)).collect()
    }

    fn fit_plain(&mut self, k: usize, past: Range<usize>, harmonics: &Range<usize>) -> bool {
        let views = self.columns(&self.with_harmonics(k, harmonics), past.clone());
        let past = seen(&self.y, self.offset.as_deref(), &past, &views);
        let warm = !self.chosen.is_empty();
        self.plain[k].run(&past, None, warm) || self.plain[k].run(&past, None, false)
    }

    /// The number of harmonics with the least BIC, −2·QLL/φ + p·ln n, with the φ of the largest model for all (Burnham
    /// and Anderson 2002, §2.5).
    fn choose(&mut self, past: Range<usize>, harmonics: Range<usize>) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        let mut phi = None;
        let ln_n = (past.len() as f64).ln();
        // The largest first, for its φ.
        for k in (0..=harmonics.len() / 2).rev() {
            if !self.fit_plain(k, past.clone(), &harmonics) {
                continue;
            }
            let fit = &self.plain[k];
            let phi = *phi.get_or_insert(fit.phi);
            let cost = -2.0 * fit.quasi_likelihood(&self.y[past.clone()]) / phi + fit.width as f64 * ln_n;
            if best.is_none_or(|(least, _)| cost <= least) {
                best = Some((cost, k));
            }
        }
        best.map(|(_, k)| k)
    }

    fn level(&mut self, past: Range<usize>) -> Option<Terms> {
        let views = self.columns(&[0], past.clone());
        self.chosen.clear();
        if !self.plain[0].run(&seen(&self.y, self.offset.as_deref(), &past, &views), None, false) {
            return None;
        }
        self.tame(past, vec![0], 0);
        Some(Terms::default())
    }

    /// Two passes of taming past outbreaks; a pass that cannot be fitted leaves the fit before it.
    fn tame(&mut self, past: Range<usize>, columns: Vec<usize>, k: usize) {
        let views = self.columns(&columns, past.clone());
        let places = self.from + past.start..self.from + past.end;
        let ranges: Vec<(f64, f64)> = columns.iter().map(|c| self.design.range(*c, places.clone())).collect();
        let powers = &self.powers[past.clone()];
        let past = seen(&self.y, self.offset.as_deref(), &past, &views);
        let warm = self.chosen == columns;
        self.chosen = columns;
        let [first, second] = &mut self.tamed;
        let [weights, again] = &mut self.weights;
        let plain = &mut self.plain[k];
        if !plain.tame(powers, &views, &ranges, None, OUTBREAK, weights) {
            // Nothing to tame: all three fits are one.
            first.clone_from(plain);
            second.clone_from(plain);
            return;
        }
        if !warm {
            first.clone_from(plain);
        }
        if !first.run(&past, Some(weights), true) {
            first.clone_from(plain);
            second.clone_from(plain);
            return;
        }
        first.tame(powers, &views, &ranges, Some(weights), OUTBREAK, again);
        if !warm {
            second.clone_from(first);
        }
        if !second.run(&past, Some(again), true) {
            second.clone_from(first);
        }
    }
}

/// What a fit sees of a series.
fn seen<'a>(y: &'a [f64], offset: Option<&'a [f64]>, past: &Range<usize>, columns: &'a [&'a [f64]]) -> Past<'a> {
    Past { from: past.start, y: &y[past.clone()], columns, offset: offset.map(|o| &o[past.clone()]) }
}

/// Whether something can be counted under it.
fn exposed(exposure: f64) -> bool {
    exposure > 0.0 && exposure.is_finite()
}

/// `terms` are null for the short method.
fn finish(last: i64, both: Option<(i64, Law)>, law: &Law, alpha: f64, terms: Option<Terms>) -> Baseline {
    let (alone, bound) = law.tail_and_bound(last, Some(alpha));
    let p = both.map_or(alone, |(sum, law)| alone.min(law.tail(sum)));
    // With extreme over-dispersion the quantile falls below the mean; nobody would call the mean unusual.
    let upper = bound.max(law.mean as i64);
    Baseline {
        expected: law.mean,
        upper,
        p: p.clamp(0.0, 1.0),
        alpha,
        phi: law.phi,
        full: terms.is_some(),
        terms: terms.unwrap_or_default(),
    }
}

#[cfg(test)]
#[path = "detector_tests.rs"]
mod tests;
