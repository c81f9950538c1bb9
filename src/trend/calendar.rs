//! Periods: one step of time, named by its first moment in the report's calendar.
//!
//! Inside `trend` a period is an index (whole periods since one before all dates); [`Calendar::index`] and
//! [`Calendar::period`] convert. A period is complete once its last day has ended.

use clap::ValueEnum;
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::trend::zone;

/// The first moment of a period (wall clock of the report's zone).
pub type Period = DateTime;

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;
/// Microseconds of a day.
const DAY: i64 = 24 * HOUR;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// One hour.
    Hour,
    /// One day.
    Day,
    /// Seven days.
    #[default]
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
}

impl By {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// Periods in one turn of the season a baseline may have: the hours of a day, the days of a week, the weeks,
    /// months or quarters of a year.
    pub fn season(self) -> usize {
        match self {
            Self::Hour => 24,
            Self::Day => 7,
            Self::Week => 52,
            Self::Month => 12,
            Self::Quarter => 4,
        }
    }
}

/// The day a week starts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeekStart {
    /// Monday: ISO weeks.
    #[default]
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl WeekStart {
    fn after_monday(self) -> i64 {
        self as i64
    }
}

/// The report's calendar: how long periods are, when weeks start, and whose clock it is.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// How long a period is.
    pub by: By,
    /// The day a week starts on.
    pub week_start: WeekStart,
    zone: TimeZone,
    zone_name: String,
}

impl Calendar {
    /// A calendar in the zone `tz` (IANA name).
    ///
    /// # Errors
    /// Bad usage when no zone has that name.
    pub fn new(by: By, week_start: WeekStart, tz: &str) -> Result<Self> {
        let (zone, zone_name) = zone::named(tz)?;
        Ok(Self { by, week_start, zone, zone_name })
    }

    /// The report's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The report's zone, IANA name.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The number of the period that holds a wall time; consecutive periods have consecutive numbers.
    pub fn index(&self, wall: DateTime) -> i64 {
        self.index_of_micros(micros(wall))
    }

    /// The same for a wall time in microseconds since 1970-01-01T00:00.
    pub fn index_of_micros(&self, wall: i64) -> i64 {
        let day = wall.div_euclid(DAY);
        match self.by {
            By::Hour => wall.div_euclid(HOUR),
            By::Day => day,
            // 1970-01-01 was a Thursday, three days after a Monday.
            By::Week => (day + 3 - self.week_start.after_monday()).div_euclid(7),
            By::Month => months(wall),
            By::Quarter => months(wall).div_euclid(3),
        }
    }

    /// The wall time, in microseconds since 1970, at which the period of a number begins.
    pub fn start(&self, index: i64) -> i64 {
        match self.by {
            By::Hour => index.saturating_mul(HOUR),
            By::Day => index.saturating_mul(DAY),
            By::Week => (index.saturating_mul(7) - 3 + self.week_start.after_monday()).saturating_mul(DAY),
            By::Month | By::Quarter => micros(self.period(index)),
        }
    }

    /// The period of a number.
    pub fn period(&self, index: i64) -> Period {
        let month = |m: i64| {
            let year = i16::try_from(m.div_euclid(12)).unwrap_or(if m < 0 { -9999 } else { 9999 });
            let month = i8::try_from(m.rem_euclid(12) + 1).unwrap_or(1);
            Date::new(year, month, 1).unwrap_or(Date::MAX).to_datetime(jiff::civil::Time::midnight())
        };
        match self.by {
            By::Hour | By::Day | By::Week => wall(self.start(index)),
            By::Month => month(index),
            By::Quarter => month(index.saturating_mul(3)),
        }
    }

    /// The period that holds a wall time.
    pub fn period_of(&self, wall: DateTime) -> Period {
        self.period(self.index(wall))
    }

    /// The period after.
    pub fn next(&self, period: Period) -> Period {
        self.period(self.index(period) + 1)
    }

    /// The period before.
    pub fn previous(&self, period: Period) -> Period {
        self.period(self.index(period) - 1)
    }

    /// The last day of a period; for an hour the day it is in.
    pub fn last_day(&self, period: Period) -> Date {
        match self.by {
            By::Hour => period.date(),
            _ => self.next(period).date().saturating_sub(1.day()),
        }
    }

    /// Whether a period is over at the end of the day `now`.
    pub fn is_complete(&self, period: Period, now: Date) -> bool {
        self.last_day(period) <= now
    }

    /// The last period that is complete at the end of the day `now`.
    pub fn last_complete(&self, now: Date) -> Period {
        let last = match self.by {
            By::Hour => self.period_of(now.at(23, 0, 0, 0)),
            _ => self.period_of(now.at(0, 0, 0, 0)),
        };
        if self.is_complete(last, now) { last } else { self.previous(last) }
    }

    /// Its name in files: `2026-W46` (weeks that start on Monday), `2026-10`, `2026-Q4`, `2026-11-02`,
    /// `2026-11-02T14:00`. Weeks that start on another day have no number; their first day names them.
    pub fn id(&self, period: Period) -> String {
        let (date, year) = (period.date(), period.year());
        match self.by {
            By::Hour => format!("{date}T{:02}:00", period.hour()),
            By::Day => date.to_string(),
            By::Week if self.week_start == WeekStart::Mon => {
                let week = date.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            By::Week => date.to_string(),
            By::Month => format!("{year:04}-{:02}", period.month()),
            By::Quarter => format!("{year:04}-Q{}", (period.month() - 1) / 3 + 1),
        }
    }

    /// Its name in sentences: `week 46, 9 to 15 Nov 2026`.
    pub fn label(&self, period: Period) -> String {
        let (first, last) = (period.date(), self.last_day(period));
        match self.by {
            By::Hour => format!("{}, {:02}:00 to {:02}:59", day_label(first), period.hour(), period.hour()),
            By::Day => format!("{} {}", weekday(first), day_label(first)),
            By::Week if self.week_start == WeekStart::Mon => {
                format!("week {}, {}", first.iso_week_date().week(), span_label(first, last))
            }
            By::Week => format!("week of {}", span_label(first, last)),
            By::Month => format!("{} {}", month(first), first.year()),
            By::Quarter => {
                format!(
                    "quarter {} of {}, {} to {}",
                    (first.month() - 1) / 3 + 1,
                    first.year(),
                    month(first),
                    month(last)
                )
            }
        }
    }
}

/// `9 to 15 Nov 2026`, with as much of the first day as differs from the last.
pub fn span_label(first: Date, last: Date) -> String {
    let start = if first.year() != last.year() {
        day_label(first)
    } else if first.month() != last.month() {
        format!("{} {}", first.day(), month(first))
    } else {
        first.day().to_string()
    };
    format!("{start} to {}", day_label(last))
}

/// `9 Nov 2026`.
pub fn day_label(day: Date) -> String {
    format!("{} {} {}", day.day(), month(day), day.year())
}

fn month(day: Date) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(day.month() - 1).ok().and_then(|m| NAMES.get(m)).copied().unwrap_or("")
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// A wall time as microseconds since 1970-01-01T00:00 of the same clock.
pub fn micros(wall: DateTime) -> i64 {
    Offset::UTC.to_timestamp(wall).map_or(i64::MIN, Timestamp::as_microsecond)
}

/// The inverse of [`micros`]; times no calendar holds are given as the nearest it does.
pub fn wall(micros: i64) -> DateTime {
    let at = Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX });
    Offset::UTC.to_datetime(at)
}

/// The day of a wall time in microseconds, as days since 1970-01-01.
pub fn day_number(micros: i64) -> i64 {
    micros.div_euclid(DAY)
}

/// The inverse of [`day_number`].
pub fn date_of(day: i64) -> Date {
    wall(day.saturating_mul(DAY)).date()
}

/// Days since 1970-01-01.
pub fn day_of(date: Date) -> i64 {
    day_number(micros(date.at(0, 0, 0, 0)))
}

fn months(micros: i64) -> i64 {
    let at = wall(micros);
    i64::from(at.year()) * 12 + i64::from(at.month()) - 1
}

/// The Monday of an ISO week.
pub(crate) fn iso_week(year: i16, week: i8) -> Result<Date> {
    ISOWeekDate::new(year, week, Weekday::Monday)
        .map(Date::from_iso_week_date)
        .map_err(|_| Error::usage(format!("{year} has no week {week}")).hint("weeks run from W01 to W52 or W53"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn weeks(start: WeekStart) -> Calendar {
        Calendar::new(By::Week, start, "UTC").unwrap()
    }

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_starts_where_its_date_says() {
        for by in [By::Hour, By::Day, By::Week, By::Month, By::Quarter] {
            for week_start in [WeekStart::Mon, WeekStart::Sun] {
                let calendar = Calendar::new(by, week_start, "UTC").unwrap();
                for index in [-500, -1, 0, 1, 700] {
                    assert_eq!(calendar.start(index), micros(calendar.period(index)), "{by:?} {index}");
                    assert_eq!(calendar.index_of_micros(calendar.start(index)), index);
                }
            }
        }
    }

    #[test]
    fn weeks_follow_iso_also_in_years_of_53() {
        let calendar = weeks(WeekStart::Mon);
        // 2026 has 53 ISO weeks; the last one ends on 3 January 2027.
        let week = calendar.period_of(at("2027-01-02T10:00"));
        assert_eq!(week, at("2026-12-28T00:00"));
        assert_eq!(calendar.id(week), "2026-W53");
        assert_eq!(calendar.label(week), "week 53, 28 Dec 2026 to 3 Jan 2027");
        assert_eq!(calendar.id(calendar.next(week)), "2027-W01");
        assert_eq!(calendar.last_day(week), date(2027, 1, 3));
        assert_eq!(calendar.label(calendar.period_of(at("2026-11-12T00:00"))), "week 46, 9 to 15 Nov 2026");
        assert_eq!(calendar.label(calendar.period_of(at("2026-10-30T00:00"))), "week 44, 26 Oct to 1 Nov 2026");
    }

    #[test]
    fn weeks_may_start_on_sunday() {
        let calendar = weeks(WeekStart::Sun);
        let week = calendar.period_of(at("2026-11-14T23:59"));
        assert_eq!(week, at("2026-11-08T00:00"));
        assert_eq!(calendar.period_of(at("2026-11-15T00:00")), at("2026-11-15T00:00"));
        assert_eq!(calendar.id(week), "2026-11-08");
        assert_eq!(calendar.label(week), "week of 8 to 14 Nov 2026");
    }

    #[test]
    fn every_period_has_a_name() {
        let name = |by| {
            let calendar = Calendar::new(by, WeekStart::Mon, "UTC").unwrap();
            let period = calendar.period_of(at("2026-11-02T14:30"));
            (calendar.id(period), calendar.label(period), calendar.last_day(period))
        };
        let hour = ("2026-11-02T14:00".into(), "2 Nov 2026, 14:00 to 14:59".into(), date(2026, 11, 2));
        assert_eq!(name(By::Hour), hour);
        assert_eq!(name(By::Day), ("2026-11-02".into(), "Mon 2 Nov 2026".into(), date(2026, 11, 2)));
        assert_eq!(name(By::Month), ("2026-11".into(), "Nov 2026".into(), date(2026, 11, 30)));
        let quarter = ("2026-Q4".into(), "quarter 4 of 2026, Oct to Dec".into(), date(2026, 12, 31));
        assert_eq!(name(By::Quarter), quarter);
    }

    #[test]
    fn numbers_and_periods_agree_before_and_after_1970() {
        for by in [By::Hour, By::Day, By::Week, By::Month, By::Quarter] {
            let calendar = Calendar::new(by, WeekStart::Wed, "UTC").unwrap();
            for text in ["1969-12-31T23:59", "1970-01-01T00:00", "2024-02-29T12:00", "2026-12-31T23:00"] {
                let index = calendar.index(at(text));
                assert_eq!(calendar.index(calendar.period(index)), index, "{by:?} {text}");
                assert!(calendar.period(index) <= at(text) && at(text) < calendar.period(index + 1), "{by:?} {text}");
            }
        }
    }

    #[test]
    fn a_period_is_complete_at_the_end_of_its_last_day() {
        let calendar = weeks(WeekStart::Mon);
        assert_eq!(calendar.last_complete(date(2026, 11, 15)), at("2026-11-09T00:00"));
        assert_eq!(calendar.last_complete(date(2026, 11, 14)), at("2026-11-02T00:00"));
        let hours = Calendar::new(By::Hour, WeekStart::Mon, "UTC").unwrap();
        assert_eq!(hours.last_complete(date(2026, 11, 15)), at("2026-11-15T23:00"));
    }
}
