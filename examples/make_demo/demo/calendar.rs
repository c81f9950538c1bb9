//! The demo's thirty weeks, and the three days after them. All times are UTC.

use jiff::civil::{Date, DateTime, date};
use jiff::{Span, ToSpan};

use super::rng::Rng;

/// The Monday of the first week, 2026-W17.
pub(crate) const FIRST_DAY: Date = date(2026, 4, 20);
/// The last day any feed shows: a Wednesday, so that the last week, 2026-W47, is in progress.
pub(crate) const LAST_DAY: Date = date(2026, 11, 18);
/// ISO number of the first week.
pub(crate) const FIRST_WEEK: usize = 17;
/// ISO number of the week in progress.
pub(crate) const LAST_WEEK: usize = 47;
/// Days of the week in progress that have happened.
pub(crate) const DAYS_IN_PROGRESS: usize = 3;

/// How busy Monday to Sunday are.
const DAY_WEIGHTS: [usize; 7] = [18, 16, 15, 14, 14, 12, 11];

/// `2026-W17` to `2026-W47`.
pub(crate) fn week_names() -> Vec<String> {
    (FIRST_WEEK..=LAST_WEEK).map(|week| format!("2026-W{week}")).collect()
}

/// The Monday of an ISO week of 2026.
pub(crate) fn monday(week: usize) -> Date {
    FIRST_DAY + (7 * (week - FIRST_WEEK) as i64).days()
}

/// The ISO week (of 2026) of a day within the demo's span; none outside it.
pub(crate) fn week_of(day: Date) -> Option<usize> {
    let week = usize::try_from(day.iso_week_date().week()).ok()?;
    (day >= FIRST_DAY && day <= LAST_DAY).then_some(week)
}

/// Some waking moment of a week.
pub(crate) fn moment(rng: &mut Rng, week: usize) -> DateTime {
    let days = if week == LAST_WEEK { DAYS_IN_PROGRESS } else { DAY_WEIGHTS.len() };
    let day = rng.weighted(&DAY_WEIGHTS[..days]) as i64;
    waking(rng, monday(week) + day.days())
}

/// Some waking moment of a day: 06:30 to 22:29.
pub(crate) fn waking(rng: &mut Rng, day: Date) -> DateTime {
    let seconds = rng.between(6 * 3600 + 1800, 22 * 3600 + 1799);
    after(day.at(0, 0, 0, 0), seconds.seconds())
}

/// `moment` plus `span`.
pub(crate) fn after(moment: DateTime, span: Span) -> DateTime {
    moment.saturating_add(span)
}

/// `2026-05-03T14:40:32Z`
pub(crate) fn iso(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
