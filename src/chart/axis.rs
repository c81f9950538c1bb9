//! Axes: whole-number ticks from 0, and dates that do not collide.

use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL};
use crate::chart::palette::{AXIS, GREY, GRID};
use crate::chart::text::width;
use crate::chart::words::{Step, count, day, hour, month, period, quarter};
use crate::error::Result;
use crate::trend::calendar::Period;

/// Axis labels.
const LABEL: Ink = Ink { size: SMALL, bold: false, color: GREY, anchor: Anchor::Middle };
/// Pixels between two date labels.
const APART: i32 = 22;
/// More dates than this are noise.
const MOST_DATES: usize = 13;
/// Pixels that two rows of date labels take below the plot.
pub(super) const DATES_HEIGHT: i32 = 72;

/// The counts an axis shows: 0, `step`, 2 `step` … `top`; all whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) step: i64,
    pub(super) top: i64,
}

impl Counts {
    /// At most `intervals` steps of 1, 2 or 5 × a power of ten that hold `max`; never fewer than one step.
    pub(super) fn holding(max: i64, intervals: i64) -> Self {
        let max = max.max(1);
        let mut power: i64 = 1;
        loop {
            for digit in [1, 2, 5] {
                let step = power.saturating_mul(digit);
                let steps = max / step + i64::from(max % step != 0);
                if steps <= intervals {
                    return Self { step, top: step.saturating_mul(steps) };
                }
            }
            power = power.saturating_mul(10);
        }
    }

    /// Every tick, from 0 up.
    pub(super) fn ticks(self) -> impl Iterator<Item = i64> {
        (0..=self.top / self.step).map(move |i| i * self.step)
    }

    /// Where `value` stands in `plot`, in pixels from the top.
    pub(super) fn y(self, value: f64, plot: Area) -> i32 {
        let share = (value / self.top as f64).clamp(0.0, 1.0);
        plot.bottom - (share * f64::from(plot.height())).round() as i32
    }

    /// Pixels that the widest label takes.
    pub(super) fn label_width(self) -> i32 {
        self.ticks().map(|t| width(&count(t), SMALL, false)).max().unwrap_or(0)
    }
}

/// Grid lines and count labels left of `plot`.
pub(super) fn draw_counts(canvas: &Canvas<'_>, counts: Counts, plot: Area) -> Result<()> {
    for tick in counts.ticks() {
        let y = counts.y(tick as f64, plot);
        let color = if tick == 0 { AXIS } else { GRID };
        canvas.line(&[(plot.left, y), (plot.right, y)], color, if tick == 0 { 2 } else { 1 })?;
        canvas.text(&count(tick), (plot.left - 14, y + 9), Ink { anchor: Anchor::End, ..LABEL })?;
    }
    Ok(())
}

/// Where the `i`th of `n` periods stands in `plot`, in pixels from the left; a lone one in the middle.
pub(super) fn x(i: usize, n: usize, plot: Area) -> i32 {
    let (left, right) = (plot.left + 12, plot.right - 12);
    if n < 2 {
        return (left + right) / 2;
    }
    left + (i as f64 / (n - 1) as f64 * f64::from(right - left)).round() as i32
}

/// A date on the axis: which period, its label, and the greater unit in the second row where it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) at: usize,
    pub(super) label: String,
    pub(super) under: Option<String>,
}

/// How far apart dates are; each is tried in turn until the labels fit.
#[derive(Debug, Clone, Copy)]
enum Every {
    Periods(usize),
    Hours(i8),
    Months(i32),
    Years(i32),
}

const HOURLY: &[Every] = &[Every::Hours(1), Every::Hours(2), Every::Hours(3), Every::Hours(6), Every::Hours(12)];
const SHORT: &[Every] = &[Every::Periods(1), Every::Periods(2)];
const DAILY: &[Every] = &[Every::Periods(7), Every::Periods(14)];
const LONG: &[Every] = &[
    Every::Months(1),
    Every::Months(3),
    Every::Months(6),
    Every::Years(1),
    Every::Years(2),
    Every::Years(5),
    Every::Years(10),
    Every::Years(20),
    Every::Years(50),
];

/// The dates to print under `plot`: as many as fit without touching; at least the first and the last.
pub(super) fn dates(grid: &[Period], step: Step, plot: Area) -> Vec<Date> {
    let choices: Vec<Every> = match step {
        Step::Hour => [HOURLY, LONG].concat(),
        Step::Day => [SHORT, DAILY, LONG].concat(),
        Step::Week => [SHORT, LONG].concat(),
        Step::Month | Step::Quarter => [&SHORT[..1], &LONG[1..]].concat(),
    };
    let fewest = grid.len().min(3);
    choices
        .into_iter()
        .map(|every| pick(grid, step, every))
        .find(|d| d.len() >= fewest && d.len() <= MOST_DATES && apart(d, grid.len(), plot))
        .unwrap_or_else(|| ends(grid, step))
}

/// The first and the last period, in full.
fn ends(grid: &[Period], step: Step) -> Vec<Date> {
    let last = grid.len().saturating_sub(1);
    let mut out: Vec<Date> = Vec::new();
    for (at, p) in grid.iter().enumerate().filter(|(i, _)| *i == 0 || *i == last) {
        let label = period(*p, step).trim_start_matches("week of ").to_owned();
        out.push(Date { at, label, under: None });
    }
    out
}

fn pick(grid: &[Period], step: Step, every: Every) -> Vec<Date> {
    let months = |p: Period| i32::from(p.year()) * 12 + i32::from(p.month()) - 1;
    let mut out: Vec<Date> = Vec::new();
    let mut above: Option<String> = None;
    for (i, p) in grid.iter().copied().enumerate() {
        // A first period that only ends a month is not where the month starts.
        let starts = |unit: &dyn Fn(Period) -> i32| match i.checked_sub(1) {
            Some(before) => unit(grid[before]) != unit(p),
            None => p.day() <= 7,
        };
        let chosen = match every {
            Every::Periods(k) => i % k == 0,
            Every::Hours(k) => p.hour() % k == 0,
            Every::Months(k) => starts(&|p| months(p).div_euclid(k)) && months(p).rem_euclid(k) == 0,
            Every::Years(k) => {
                starts(&|p| i32::from(p.year()).div_euclid(k))
                    && (i > 0 || p.month() == 1)
                    && i32::from(p.year()).rem_euclid(k) == 0
            }
        };
        if !chosen {
            continue;
        }
        let year = p.year().to_string();
        let (label, group) = match (every, step) {
            (Every::Years(_), _) => (year, None),
            (Every::Months(_), Step::Quarter) | (Every::Periods(_), Step::Quarter) => (quarter(p), Some(year)),
            (Every::Months(_), _) | (Every::Periods(_), Step::Month) => (month(p).to_owned(), Some(year)),
            (Every::Hours(_), _) => (hour(p), Some(day(p))),
            (Every::Periods(_), _) => (day(p), Some(year)),
        };
        let under = group.filter(|g| above.as_ref() != Some(g));
        if under.is_some() {
            above.clone_from(&under);
        }
        out.push(Date { at: i, label, under });
    }
    // Where the second row's first label would touch its second, the change is the one worth printing.
    let mut seconds = out.iter().enumerate().filter(|(_, d)| d.under.is_some()).map(|(i, _)| i);
    if let (Some(0), Some(1)) = (seconds.next(), seconds.next()) {
        out[0].under = None;
    }
    out
}

/// Whether the labels of both rows keep their distance.
fn apart(dates: &[Date], n: usize, plot: Area) -> bool {
    let clear = |labels: Vec<(usize, &str)>| {
        labels.windows(2).all(|pair| {
            let half = |label: &str| width(label, SMALL, false) / 2;
            let room = x(pair[1].0, n, plot) - x(pair[0].0, n, plot);
            room >= half(pair[0].1) + half(pair[1].1) + APART
        })
    };
    clear(dates.iter().map(|d| (d.at, d.label.as_str())).collect())
        && clear(dates.iter().filter_map(|d| d.under.as_deref().map(|u| (d.at, u))).collect())
}

/// Ticks and date labels under `plot`.
pub(super) fn draw_dates(canvas: &Canvas<'_>, dates: &[Date], n: usize, plot: Area) -> Result<()> {
    for date in dates {
        let at = x(date.at, n, plot);
        canvas.line(&[(at, plot.bottom), (at, plot.bottom + 8)], AXIS, 2)?;
        canvas.text(&date.label, (at, plot.bottom + 36), LABEL)?;
        if let Some(under) = &date.under {
            canvas.text(under, (at, plot.bottom + 66), LABEL)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{DateTime, datetime};
    use jiff::{Span, ToSpan};
    use proptest::prelude::{prop_assert, proptest};

    use super::{Counts, Date, apart, dates};
    use crate::chart::canvas::Area;
    use crate::chart::words::Step;

    const PLOT: Area = Area { left: 100, top: 200, right: 1250, bottom: 760 };

    fn grid(first: DateTime, step: Span, n: usize) -> Vec<DateTime> {
        (0..n).map(|i| first + step * i64::try_from(i).unwrap()).collect()
    }

    fn shown(dates: &[Date]) -> Vec<String> {
        dates.iter().map(|d| d.under.as_ref().map_or_else(|| d.label.clone(), |u| format!("{}/{u}", d.label))).collect()
    }

    #[test]
    fn counts_are_whole_and_start_at_zero() {
        let ticks = |max| Counts::holding(max, 5).ticks().collect::<Vec<_>>();
        assert_eq!(ticks(0), [0, 1]);
        assert_eq!(ticks(3), [0, 1, 2, 3]);
        assert_eq!(ticks(47), [0, 10, 20, 30, 40, 50]);
        assert_eq!(ticks(1_000_000), [0, 200_000, 400_000, 600_000, 800_000, 1_000_000]);
        assert_eq!(Counts::holding(7, 5), Counts { step: 2, top: 8 });
    }

    proptest! {
        #[test]
        fn counts_hold_the_greatest(max in 0i64..i64::MAX, intervals in 1i64..9) {
            let counts = Counts::holding(max, intervals);
            prop_assert!(counts.top >= max && counts.step >= 1);
            prop_assert!(counts.top / counts.step <= intervals);
        }

        #[test]
        fn dates_never_touch(n in 1usize..600, day in 1i8..28) {
            let grid = grid(datetime(2021, 3, day, 0, 0, 0, 0), 1.week(), n);
            let dates = dates(&grid, Step::Week, PLOT);
            prop_assert!(!dates.is_empty() && apart(&dates, n, PLOT));
        }
    }

    #[test]
    fn prints_months_for_half_a_year_of_weeks() {
        let dates = dates(&grid(datetime(2026, 4, 20, 0, 0, 0, 0), 1.week(), 30), Step::Week, PLOT);
        assert_eq!(shown(&dates), ["May/2026", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]);
    }

    #[test]
    fn prints_every_date_where_it_fits() {
        let weeks = dates(&grid(datetime(2026, 12, 21, 0, 0, 0, 0), 1.week(), 4), Step::Week, PLOT);
        assert_eq!(shown(&weeks), ["21 Dec/2026", "28 Dec", "4 Jan/2027", "11 Jan"]);
        let one = dates(&grid(datetime(2026, 11, 9, 0, 0, 0, 0), 1.week(), 1), Step::Week, PLOT);
        assert_eq!(shown(&one), ["9 Nov/2026"]);
        let years = dates(&grid(datetime(2017, 1, 2, 0, 0, 0, 0), 1.week(), 500), Step::Week, PLOT);
        assert_eq!(shown(&years)[..3], ["2017", "2018", "2019"]);
        let hours = dates(&grid(datetime(2026, 11, 9, 0, 0, 0, 0), 1.hour(), 48), Step::Hour, PLOT);
        assert_eq!(shown(&hours)[..2], ["00:00/9 Nov", "06:00"]);
        let quarters = dates(&grid(datetime(2025, 7, 1, 0, 0, 0, 0), 3.months(), 6), Step::Quarter, PLOT);
        assert_eq!(shown(&quarters), ["Q3/2025", "Q4", "Q1/2026", "Q2", "Q3", "Q4"]);
    }

    #[test]
    fn no_periods_no_dates() {
        assert!(dates(&[], Step::Week, PLOT).is_empty());
    }
}
