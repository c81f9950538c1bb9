//! What may move a count besides chance: trend, season, weekday, hour of day and holidays, as columns over periods.

use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::ops::Range;

use jiff::civil::Date;

use crate::trend::baseline::cholesky::{Beta, MOST};
use crate::trend::calendar::{By, Calendar};

/// Hours of the day are a smooth curve of so many harmonics.
const HOUR_HARMONICS: usize = 4;

/// The columns over consecutive periods; made once for all series of a run.
#[derive(Debug, Clone)]
pub struct Design {
    by: By,
    columns: Vec<Vec<f64>>,
    /// The least and the greatest of each.
    ranges: Vec<(f64, f64)>,
    /// Where each block's columns are.
    pub(crate) blocks: Blocks,
}

/// Where each block's columns are; empty where there is none. The first two are the level and the trend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Blocks {
    /// One and two harmonics of the year (or of its months or quarters): pairs of columns.
    pub(crate) harmonics: Range<usize>,
    /// The curve of the day.
    pub(crate) hours: Range<usize>,
    /// Six of the seven weekdays.
    pub(crate) weekdays: Range<usize>,
    /// The share of the period that is holiday.
    pub(crate) holidays: Range<usize>,
}

impl Design {
    /// The columns of `n` periods from number `first` of the calendar on, with the report's holidays.
    pub fn new(calendar: &Calendar, first: i64, n: usize, holidays: &BTreeSet<Date>) -> Self {
        let share = |i: usize| {
            let period = calendar.period(first + i as i64);
            let (from, to) = (period.date(), calendar.last_day(period));
            let days = crate::trend::calendar::day_of(to) - crate::trend::calendar::day_of(from) + 1;
            holidays.range(from..=to).count() as f64 / days.max(1) as f64
        };
        let shares: Vec<f64> = if holidays.is_empty() { Vec::new() } else { (0..n).map(share).collect() };
        Self::of(calendar.by, first, n, shares)
    }

    /// The columns of `n` periods from any time on, without holidays.
    pub fn plain(by: By, n: usize) -> Self {
        Self::of(by, 0, n, Vec::new())
    }

    fn of(by: By, first: i64, n: usize, holidays: Vec<f64>) -> Self {
        let column = |f: &dyn Fn(f64) -> f64| -> Vec<f64> { (0..n).map(|i| f(i as f64)).collect() };
        let mut columns = vec![vec![1.0; n], column(&|i| (i - n as f64 / 2.0) / 52.0)];
        let mut blocks = Blocks::default();
        let waves = |columns: &mut Vec<Vec<f64>>, period: f64, count: usize| {
            let start = columns.len();
            for k in 1..=count {
                columns.push(column(&|i| (TAU * k as f64 * i / period).cos()));
                columns.push(column(&|i| (TAU * k as f64 * i / period).sin()));
            }
            start..columns.len()
        };
        match by {
            // 365.25 days hold 52.18 weeks: the calendar drifts by a day and a quarter a year against 52.
            By::Week => blocks.harmonics = waves(&mut columns, 365.25 / 7.0, 2),
            By::Month | By::Quarter => blocks.harmonics = waves(&mut columns, by.season() as f64, 2),
            By::Day => blocks.harmonics = waves(&mut columns, 365.25, 2),
            By::Hour => blocks.hours = waves(&mut columns, 24.0, HOUR_HARMONICS),
        }
        if matches!(by, By::Day | By::Hour) {
            let start = columns.len();
            let day = |i: usize| (first + i as i64).div_euclid(if by == By::Hour { 24 } else { 1 });
            for weekday in 1..7 {
                columns.push((0..n).map(|i| f64::from(u8::from(day(i).rem_euclid(7) == weekday))).collect());
            }
            blocks.weekdays = start..columns.len();
        }
        if holidays.iter().any(|h| *h > 0.0) {
            blocks.holidays = columns.len()..columns.len() + 1;
            columns.push(holidays);
        }
        let most = |column: &[f64]| column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = |column: &[f64]| column.iter().copied().fold(f64::INFINITY, f64::min);
        let ranges = columns.iter().map(|column| (least(column), most(column))).collect();
        Self { by, columns, ranges, blocks }
    }

    /// How long a period is.
    pub fn by(&self) -> By {
        self.by
    }

    /// Periods of the year whose harmonics it holds; null where it holds none.
    pub(crate) fn year(&self) -> Option<f64> {
        match self.by {
            By::Hour => None,
            By::Day => Some(365.25),
            By::Week => Some(365.25 / 7.0),
            By::Month | By::Quarter => Some(self.by.season() as f64),
        }
    }

    /// How many periods it covers.
    pub fn periods(&self) -> usize {
        self.columns[0].len()
    }

    /// A column over some periods.
    pub(crate) fn column(&self, at: usize, periods: Range<usize>) -> &[f64] {
        &self.columns[at][periods]
    }

    /// Bounds of what a column holds over some periods, one at least: of the trend the least and the greatest, of others
    /// those of all periods.
    pub(crate) fn range(&self, at: usize, periods: Range<usize>) -> (f64, f64) {
        if at == 1 { (self.columns[1][periods.start], self.columns[1][periods.end - 1]) } else { self.ranges[at] }
    }

    /// The row of a period: the values of the columns named, at most [`MOST`].
    pub(crate) fn row(&self, columns: &[usize], period: usize) -> Beta {
        let mut row = [0.0; MOST];
        for (x, column) in row.iter_mut().zip(columns) {
            *x = self.columns[*column][period];
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::WeekStart;
    use jiff::civil::date;

    #[test]
    fn days_have_weekdays_and_holidays() {
        let calendar = Calendar::new(By::Day, WeekStart::Mon, "UTC").unwrap();
        let first = calendar.index(date(2026, 12, 21).at(0, 0, 0, 0));
        let design = Design::new(&calendar, first, 14, &BTreeSet::from([date(2026, 12, 25)]));
        let holidays = design.column(design.blocks.holidays.start, 0..14);
        assert!((holidays[4] - 1.0).abs() < 1e-12 && (holidays.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // Every weekday but one has two days in two weeks.
        assert_eq!(design.blocks.weekdays.len(), 6);
        for at in design.blocks.weekdays.clone() {
            let column = design.column(at, 0..14);
            assert!((column.iter().sum::<f64>() - 2.0).abs() < 1e-12);
            assert!((0..7).all(|i| (column[i] - column[i + 7]).abs() < 1e-12));
        }
    }

    #[test]
    fn a_week_is_as_much_holiday_as_it_has_holidays() {
        let calendar = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let first = calendar.index(date(2026, 12, 21).at(0, 0, 0, 0));
        let days = BTreeSet::from([date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]);
        let design = Design::new(&calendar, first, 3, &days);
        let holidays = design.column(design.blocks.holidays.start, 0..3);
        let wanted = [2.0 / 7.0, 1.0 / 7.0, 0.0];
        assert!(holidays.iter().zip(wanted).all(|(h, w)| (h - w).abs() < 1e-12), "{holidays:?}");
        assert_eq!(Design::plain(By::Week, 3).blocks.holidays.len(), 0);
    }
}
