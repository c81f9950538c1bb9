//! What `compare` sets side by side: stretches of days, or segments.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::error::{Error, Result};
use crate::trend::calendar::{By, Calendar, day_of, span_label};
use crate::trend::coverage::Span;
use crate::trend::when::When;

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// As long, just before.
    Previous,
    /// The same a year earlier.
    Year,
    /// Another one.
    Time(When),
}

impl Against {
    /// Reads `previous`, `year` or a time.
    ///
    /// # Errors
    /// What is wrong with it, with examples.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        match text.trim() {
            "previous" => Ok(Self::Previous),
            "year" => Ok(Self::Year),
            other => {
                When::parse(other).map(Self::Time).map_err(|said| format!("neither previous nor year, and {said}"))
            }
        }
    }
}

/// The days of a time: a week, month, quarter or span its own; a day or an hour the period it is in, by the calendar;
/// `13w` the last 13 weeks up to `now`.
pub fn days(when: When, calendar: &Calendar, now: Date) -> Span {
    match when {
        When::Day(day) => period(calendar, day),
        When::Hour(moment) => period(calendar, moment.date()),
        When::Back(..) => Span { first: when.first_day(now), last: now },
        _ => Span { first: when.first_day(now), last: when.last_day(now) },
    }
}

/// The days of the period that holds a day; of hours it is the day.
pub fn period(calendar: &Calendar, day: Date) -> Span {
    if calendar.by == By::Hour {
        return Span { first: day, last: day };
    }
    let period = calendar.period_of(day.at(0, 0, 0, 0));
    Span { first: period.date(), last: calendar.last_day(period) }
}

/// The days that `span` is compared with.
///
/// `previous` is the calendar month or quarter before where the span is one, else as many days. `year` is 52 weeks
/// earlier where the span is whole weeks, so that weekdays agree, else the same dates.
///
/// # Errors
/// Bad usage when the two overlap.
pub fn other(span: Span, against: Against, calendar: &Calendar, now: Date) -> Result<Span> {
    let other = match against {
        Against::Time(when) => days(when, calendar, now),
        Against::Previous => previous(span),
        Against::Year => year_before(span),
    };
    if other.first <= span.last && span.first <= other.last {
        return Err(Error::usage("the two periods overlap")
            .evidence(span_label(span.first, span.last))
            .evidence(span_label(other.first, other.last))
            .hint("name two that do not, or --against previous"));
    }
    Ok(other)
}

/// How many days.
pub fn length(span: Span) -> i64 {
    day_of(span.last) - day_of(span.first) + 1
}

fn whole_months(span: Span) -> Option<i32> {
    let whole = span.first.day() == 1 && span.last == span.last.last_of_month();
    let months = |d: Date| i32::from(d.year()) * 12 + i32::from(d.month());
    whole.then(|| months(span.last) - months(span.first) + 1)
}

fn previous(span: Span) -> Span {
    let last = span.first.saturating_sub(1.day());
    match whole_months(span) {
        Some(months) => Span { first: span.first.saturating_sub(months.months()), last },
        None => Span { first: span.first.saturating_sub(length(span).days()), last },
    }
}

fn year_before(span: Span) -> Span {
    let weeks = length(span) % 7 == 0 && matches!(span.first.weekday(), Weekday::Monday | Weekday::Sunday);
    if weeks && whole_months(span).is_none() {
        return Span { first: span.first.saturating_sub(364.days()), last: span.last.saturating_sub(364.days()) };
    }
    let last = span.last.saturating_sub(1.year());
    let last = if whole_months(span).is_some() { last.last_of_month() } else { last };
    Span { first: span.first.saturating_sub(1.year()), last }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::WeekStart;
    use jiff::civil::date;

    fn span(first: Date, last: Date) -> Span {
        Span { first, last }
    }

    #[test]
    fn previous_and_year_keep_the_kind_of_span() {
        let weeks = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let now = date(2026, 11, 18);
        let of = |text: &str, against: Against| {
            let span = days(When::parse(text).unwrap(), &weeks, now);
            (span, other(span, against, &weeks, now).unwrap())
        };
        let (week, before) = of("2026-W46", Against::Previous);
        assert_eq!(week, span(date(2026, 11, 9), date(2026, 11, 15)));
        assert_eq!(before, span(date(2026, 11, 2), date(2026, 11, 8)));
        assert_eq!(of("2026-11-12", Against::Year).1, span(date(2025, 11, 10), date(2025, 11, 16)));
        assert_eq!(of("2026-03", Against::Previous).1, span(date(2026, 2, 1), date(2026, 2, 28)));
        assert_eq!(of("2024-02", Against::Year).1, span(date(2023, 2, 1), date(2023, 2, 28)));
        assert_eq!(of("2026-10-05..2026-10-07", Against::Previous).1, span(date(2026, 10, 2), date(2026, 10, 4)));
        let back = days(When::parse("2w").unwrap(), &weeks, now);
        assert_eq!((back, length(back)), (span(date(2026, 11, 5), now), 14));
    }

    #[test]
    fn overlapping_periods_are_refused() {
        let weeks = Calendar::new(By::Week, WeekStart::Mon, "UTC").unwrap();
        let october = span(date(2026, 10, 1), date(2026, 10, 31));
        let against = Against::parse("2026-W44").unwrap();
        let error = other(october, against, &weeks, october.last).unwrap_err().to_string();
        assert!(error.contains("overlap") && error.contains("26 Oct to 1 Nov 2026"), "{error}");
        assert!(Against::parse("last").unwrap_err().contains("previous nor year"));
    }
}
