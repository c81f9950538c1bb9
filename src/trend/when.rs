//! What a person writes for a time: `2026-11-02`, `2026-W46`, `2026-10`, `2026-Q4`, `2026-11-02T14:00`, `13w`.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::error::{Error, Result};
use crate::trend::calendar::{By, Calendar, Period, WeekStart, iso_week};

/// A time as written on the command line, not yet placed in a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A day.
    Day(Date),
    /// An hour, named by any moment in it.
    Hour(DateTime),
    /// An ISO week, named by its Monday.
    Week(Date),
    /// A month, named by its first day.
    Month(Date),
    /// A quarter, named by its first day.
    Quarter(Date),
    /// So many days, weeks or months back from now.
    Back(i32, Unit),
    /// From the first day of one time to the last day of another: `2026-W40..2026-W46`.
    Span(Date, Date),
}

/// The unit of a distance back from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `30d`
    Days,
    /// `13w`
    Weeks,
    /// `6m`
    Months,
    /// `2y`
    Years,
}

/// Reads a date for `--as-of`.
///
/// # Errors
/// What is wrong with it, with an example.
pub fn parse_day(text: &str) -> std::result::Result<Date, String> {
    match When::parse(text) {
        Ok(When::Day(day)) => Ok(day),
        _ => Err("not a date; write it like 2026-11-15".to_owned()),
    }
}

impl When {
    /// Reads any of the forms.
    ///
    /// # Errors
    /// What is wrong with it, with examples.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let text = text.trim();
        if let Some((first, last)) = text.split_once("..") {
            return Self::span(first, last);
        }
        Self::back(text).or_else(|| Self::named(text)).ok_or_else(|| {
            "not a time; write a date (2026-11-02), a week (2026-W46), a month (2026-10), a quarter (2026-Q4) or \
                 a distance back from now (13w, 30d, 6m)"
                .to_owned()
        })
    }

    fn span(first: &str, last: &str) -> std::result::Result<Self, String> {
        let ends = [Self::parse(first)?, Self::parse(last)?];
        if ends.iter().any(|end| matches!(end, Self::Back(..) | Self::Span(..))) {
            return Err("a span has two times, such as 2026-W40..2026-W46 or 2026-10-01..2026-10-31".to_owned());
        }
        // Neither end depends on now.
        let (first, last) = (ends[0].first_day(Date::MIN), ends[1].last_day(Date::MIN));
        if last < first {
            return Err(format!("the span ends ({last}) before it begins ({first})"));
        }
        Ok(Self::Span(first, last))
    }

    fn back(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text.get(digits.len()..)? {
            "d" | "D" => Unit::Days,
            "w" | "W" => Unit::Weeks,
            "m" | "M" => Unit::Months,
            "y" | "Y" => Unit::Years,
            _ => return None,
        };
        let count: i32 = digits.parse().ok()?;
        (1..=10_000).contains(&count).then_some(Self::Back(count, unit))
    }

    fn named(text: &str) -> Option<Self> {
        if let Some((day, time)) = text.split_once(['T', ' ']) {
            let (hour, minute) = time.split_once(':').unwrap_or((time, "00"));
            let day: Date = written_day(day)?;
            let (hour, minute) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
            return jiff::civil::Time::new(hour, minute, 0, 0).ok().map(|time| Self::Hour(day.to_datetime(time)));
        }
        let (year, rest) = text.split_once('-')?;
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: i16 = year.parse().ok()?;
        if let Some(week) = rest.strip_prefix(['W', 'w']) {
            return iso_week(number, week.parse().ok()?).ok().map(Self::Week);
        }
        if let Some(quarter) = rest.strip_prefix(['Q', 'q']) {
            let quarter: i8 = quarter.parse().ok().filter(|q| (1..=4).contains(q))?;
            return Date::new(number, quarter * 3 - 2, 1).ok().map(Self::Quarter);
        }
        if rest.len() == 2 {
            return Date::new(number, rest.parse().ok()?, 1).ok().map(Self::Month);
        }
        written_day(text).map(Self::Day)
    }

    /// Its first day, seen from `now`. `13w` is the first of the 13 × 7 days that end with `now`.
    pub fn first_day(self, now: Date) -> Date {
        match self {
            Self::Day(day) | Self::Week(day) | Self::Month(day) | Self::Quarter(day) => day,
            Self::Hour(moment) => moment.date(),
            Self::Back(count, unit) => back(now, count, unit).saturating_add(1.day()),
            Self::Span(first, _) => first,
        }
    }

    /// Its last day, seen from `now`. `13w` is the day 13 × 7 days before `now`.
    pub fn last_day(self, now: Date) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Hour(moment) => moment.date(),
            Self::Week(day) => day.saturating_add(6.days()),
            Self::Month(day) => day.last_of_month(),
            Self::Quarter(day) => day.saturating_add(2.months()).last_of_month(),
            Self::Back(count, unit) => back(now, count, unit),
            Self::Span(_, last) => last,
        }
    }

    /// The one period of `calendar` it names.
    ///
    /// # Errors
    /// Bad usage when it names another kind of period.
    pub fn period(self, calendar: &Calendar) -> Result<Period> {
        let by = calendar.by;
        let (kind, moment) = match self {
            Self::Day(day) if by == By::Hour => {
                return Err(Error::usage(format!("{day} is a day of 24 periods"))
                    .hint(format!("name an hour: --period {day}T14:00")));
            }
            Self::Day(day) => return Ok(calendar.period_of(day.at(0, 0, 0, 0))),
            Self::Hour(moment) => return Ok(calendar.period_of(moment)),
            Self::Week(day) => (By::Week, day),
            Self::Month(day) => (By::Month, day),
            Self::Quarter(day) => (By::Quarter, day),
            Self::Span(first, last) => {
                return Err(Error::usage(format!("--period names one period, not {first} to {last}"))
                    .hint("plaint compare takes several; --since and --until choose what is shown"));
            }
            Self::Back(..) => {
                return Err(Error::usage("--period names one period, not a distance")
                    .hint("for example --period 2026-W46 or --period 2026-11-02"));
            }
        };
        if kind != by {
            return Err(Error::usage(format!("--period names a {}, but this counts by {}", kind.name(), by.name()))
                .hint(format!("add --by {}, or name a date in the {} you mean", kind.name(), by.name())));
        }
        if kind == By::Week && calendar.week_start != WeekStart::Mon {
            return Err(Error::usage("numbered weeks start on Monday, but --week-start says otherwise")
                .hint(format!("name a date in the week you mean: --period {moment}")));
        }
        Ok(calendar.period_of(moment.at(0, 0, 0, 0)))
    }
}

fn back(now: Date, count: i32, unit: Unit) -> Date {
    match unit {
        Unit::Days => now.saturating_sub(count.days()),
        Unit::Weeks => now.saturating_sub(count.weeks()),
        Unit::Months => now.saturating_sub(count.months()),
        Unit::Years => now.saturating_sub(count.years()),
    }
}

fn written_day(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn when(text: &str) -> When {
        When::parse(text).unwrap()
    }

    #[test]
    fn reads_every_form_and_includes_both_ends() {
        let now = date(2026, 11, 15);
        let span = |text: &str| (when(text).first_day(now), when(text).last_day(now));
        assert_eq!(span("2026-11-02"), (date(2026, 11, 2), date(2026, 11, 2)));
        assert_eq!(span("2026-W46"), (date(2026, 11, 9), date(2026, 11, 15)));
        assert_eq!(span("2026-w53"), (date(2026, 12, 28), date(2027, 1, 3)));
        assert_eq!(span("2026-02"), (date(2026, 2, 1), date(2026, 2, 28)));
        assert_eq!(span("2026-Q4"), (date(2026, 10, 1), date(2026, 12, 31)));
        assert_eq!(span("2026-W45..2026-11-15"), (date(2026, 11, 2), date(2026, 11, 15)));
        assert_eq!(span("2026-09..2026-10"), (date(2026, 9, 1), date(2026, 10, 31)));
        // The last two weeks: Monday 2 to Sunday 15 November.
        assert_eq!(when("2w").first_day(now), date(2026, 11, 2));
        assert_eq!(when("30d").first_day(now), date(2026, 10, 17));
        assert_eq!(when("6m").last_day(now), date(2026, 5, 15));
        for bad in [
            "",
            "yesterday",
            "2025-W53",
            "2026-13",
            "2026-02-30",
            "02.11.2026",
            "0w",
            "2026-Q5",
            "w",
            "é1w",
            "2026-10..2026-09",
            "2w..2026-10",
        ] {
            assert!(When::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_period_is_named_by_its_id_or_by_a_date_in_it() {
        let weeks = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let week = "2026-11-09T00:00".parse().unwrap();
        assert_eq!(when("2026-W46").period(&weeks).unwrap(), week);
        assert_eq!(when("2026-11-15").period(&weeks).unwrap(), week);
        assert!(when("2026-11").period(&weeks).unwrap_err().to_string().contains("--by month"));
        assert!(when("3w").period(&weeks).is_err());
        let sundays = Calendar::new(By::Week, WeekStart::Sun, "UTC").unwrap();
        assert!(when("2026-W46").period(&sundays).is_err());
        for by in [By::Hour, By::Day, By::Week, By::Month, By::Quarter] {
            let calendar = Calendar::new(by, WeekStart::Mon, "UTC").unwrap();
            let period = calendar.period_of("2026-11-02T14:30".parse().unwrap());
            assert_eq!(when(&calendar.id(period)).period(&calendar).unwrap(), period);
        }
    }
}
