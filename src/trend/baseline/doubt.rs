//! When a regression is not to be believed: what it says is worse than the plain mean, was never seen at this time of
//! year, or is no longer so.

use std::ops::Range;

use crate::trend::baseline::detector::Tester;
use crate::trend::baseline::lanes::{squares, sum};
use crate::trend::baseline::pace::Pace;

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

    /// Whether the last known periods hold less than half of what the fit has them hold, and no chance explains it.
    pub(super) fn has_fallen(&self, past: &Range<usize>, pace: &Pace) -> bool {
        let fit = &self.tamed[1];
        let late = pace.late.min(past.len());
        let seen = sum(&self.y[past.end - late..past.end]);
        let fitted = sum(&fit.means[fit.means.len().saturating_sub(late)..]);
        2.0 * seen < fitted && fitted - seen > NO_CHANCE * (fit.phi * fitted).sqrt()
    }
}
