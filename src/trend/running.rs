//! The period in progress: how much of it is over, by the same days of the periods before.

use crate::trend::calendar::{By, day_of};
use crate::trend::counts::{Counts, Placed};
use crate::trend::coverage::Cover;
use crate::trend::honest::{Elapsed, elapsed};
use crate::trend::now::Days;

/// Whole periods that tell how records fall on their days: half a year of weeks, a year of months.
const WHOLE: usize = 26;

/// Counted records per day of every feed of the grid, in its order.
pub(crate) fn daily(counts: &Counts, placed: &Placed) -> Vec<Days> {
    let mut daily = vec![Days::new(); counts.feeds().len()];
    for row in placed.rows() {
        *daily[row.feed()].entry(crate::trend::calendar::day_number(row.at)).or_default() += 1;
    }
    daily
}

/// How much of the unfinished period at `place` is over, by the days of these feeds' whole periods before; null where it
/// is whole, or not begun, or no day is over that can be told apart (hours, days).
pub fn over(counts: &Counts, daily: &[Days], feeds: &[usize], place: usize) -> Option<Elapsed> {
    let calendar = &counts.calendar;
    let period = counts.period(place);
    let (first, last, now) = (day_of(period.date()), day_of(calendar.last_day(period)), day_of(counts.now));
    if matches!(calendar.by, By::Hour | By::Day) || now < first || now >= last {
        return None;
    }
    let days = usize::try_from(now - first + 1).ok()?;
    let whole: Vec<i64> = (0..place)
        .rev()
        .take_while(|p| feeds.iter().all(|f| counts.cover(*f, *p) == Cover::Whole))
        .take(WHOLE)
        .map(|p| day_of(counts.period(p).date()))
        .collect();
    let sum = |from: i64, to: i64| -> i64 {
        feeds.iter().filter_map(|f| daily.get(*f)).flat_map(|d| d.range(from..to)).map(|(_, n)| n).sum()
    };
    if calendar.by == By::Week {
        let week = |start: &i64| std::array::from_fn(|i| sum(start + i as i64, start + i as i64 + 1));
        return Some(elapsed(&whole.iter().map(week).collect::<Vec<[i64; 7]>>(), days));
    }
    let of = usize::try_from(last - first + 1).ok()?;
    let (mut begun, mut all) = (0, 0);
    for start in &whole {
        let end =
            day_of(calendar.next(calendar.period_of(crate::trend::calendar::date_of(*start).at(0, 0, 0, 0))).date());
        begun += sum(*start, (start + days as i64).min(end));
        all += sum(*start, end);
    }
    let share = if all > 0 { begun as f64 / all as f64 } else { days as f64 / of as f64 };
    Some(Elapsed { days, of, share, from_weekdays: false })
}
