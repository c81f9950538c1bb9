//! When a regression is not to be believed: what it says is worse than the plain mean, was never seen at this time of
//! year, or is no longer so.

use std::ops::Range;

use crate::trend::baseline::detector::{LEAST_HISTORY, Tester};
use crate::trend::baseline::lanes::{squares, sum};
use crate::trend::baseline::pace::Pace;
use crate::trend::baseline::short::GUARD;
use crate::trend::exact::beta_reg;

/// A regression whose counts spread as many times as much about it as about their plain mean describes nothing.
pub(super) const WORSE: f64 = 2.0;
/// So many standard deviations are no chance.
const NO_CHANCE: f64 = 4.0;

impl Tester<'_> {
    /// Whether what the season promises now was seen at this time of most earlier years too, if only once in the weeks
    /// about it: one great outbreak a year ago makes no season.
    pub(super) fn recurs(&self, place: usize, past: &Range<usize>) -> bool {
        let Some(year) = self.design.year() else { return true };
        let half = (year / 17.0) as usize;
        let times = self.times(past.clone(), place);
        let rate = |at: usize| match times.as_ref().map(|t| t[at - past.start]) {
            Some(time) if time > 0.0 => self.y[at] / time,
            Some(_) => 0.0,
            None => self.y[at],
        };
        let mut highest: Vec<f64> = (1..)
            .map(|k| place as f64 - f64::from(k) * year)
            .take_while(|centre| *centre >= (past.start + half) as f64)
            .map(|centre| {
                let centre = centre.round() as usize;
                (centre - half..=centre + half).filter(|at| past.contains(at)).map(rate).fold(0.0, f64::max)
            })
            .collect();
        highest.sort_unstable_by(f64::total_cmp);
        let Some(middle) = highest.get(highest.len().saturating_sub(1) / 2) else { return true };
        let now = self.offset.as_ref().map_or(0.0, |o| o[place]);
        (self.log_rate(place) + now).exp() <= 2.0 * middle.max(1.0)
    }

    /// Variance over mean of the past had it one rate throughout; at least 1.
    pub(super) fn spread_about_mean(&self, past: Range<usize>) -> f64 {
        let Some(times) = self.times(past.clone(), past.end - 1) else {
            let y = &self.y[past];
            let mean = sum(y) / y.len() as f64;
            let phi = squares(y, mean) / (mean * f64::max(y.len() as f64 - 1.0, 1.0));
            return if phi.is_finite() { phi.max(1.0) } else { 1.0 };
        };
        let exposure = |i: usize| times[i];
        let y = &self.y[past];
        let rate = y.iter().sum::<f64>() / times.iter().sum::<f64>();
        let mut present = 0.0;
        let mut squares = 0.0;
        for (i, y) in y.iter().enumerate().filter(|(i, _)| exposure(*i) > 0.0) {
            let mean = rate * exposure(i);
            squares += (y - mean) * (y - mean) / mean;
            present += 1.0;
        }
        let phi = squares / f64::max(present - 1.0, 1.0);
        if phi.is_finite() { phi.max(1.0) } else { 1.0 }
    }

    /// The periods since the series fell to another level, two before `place` left out: they hold less than half of what
    /// the fit has them hold, and no chance explains it. Null while it has not fallen.
    ///
    /// At least eight (a third of `pace.late`), at most `pace.late`, as far back as each period is low too.
    /// Chance: so few records in all, by the fit's dispersion; or, for a fit that spans the fall spreads widely, so many
    /// periods under half of their mean, by how often that was so in the past before them (binomial).
    pub(super) fn fallen(&self, place: usize, past: &Range<usize>, pace: &Pace) -> Option<Range<usize>> {
        /// The chance of so many low periods; it is asked for in every period, so that a chance of one in a thousand would
        /// come about once in a long series.
        const RARE: f64 = 1e-5;
        let fit = &self.tamed[1];
        let (end, exposure) = (place - GUARD, |t: usize| self.offset.as_ref().map_or(0.0, |o| o[t]));
        let fitted = |t: usize| match fit.means.get(t - past.start) {
            Some(mean) => *mean,
            None if self.is_absent(t) => 0.0,
            None => (self.log_rate(t) + exposure(t)).exp(),
        };
        let totals = |range: Range<usize>| (sum(&self.y[range.clone()]), range.map(fitted).sum::<f64>());
        let mut start = end.checked_sub((pace.late / 3).max(LEAST_HISTORY)).filter(|start| *start > past.start)?;
        let (seen, promised) = totals(start..end);
        if 2.0 * seen >= promised {
            return None;
        }
        let low = |t: &usize| 2.0 * self.y[*t] < fitted(*t);
        let older = (end.saturating_sub(pace.late).max(past.start)..start).rev();
        start -= older.take_while(low).count();
        let (seen, promised) = totals(start..end);
        let rare = || {
            let lows = (start..end).filter(low).count() as f64;
            // As often as in the past before them: a long fall is no reason to doubt it.
            let usual = (past.start..start).filter(low).count() as f64 / (start - past.start).max(1) as f64;
            lows > 0.0 && beta_reg(lows, (end - start) as f64 - lows + 1.0, usual) <= RARE
        };
        if promised - seen <= NO_CHANCE * (fit.phi * promised).sqrt() && !rare() {
            return None;
        }
        Some(start..end)
    }
}
