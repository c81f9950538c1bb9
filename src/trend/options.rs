//! What the user chose: calendar, span and which records count.

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::trend::calendar::{By, Calendar, Period, WeekStart};
use crate::trend::when::{When, parse_day};

/// Which records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Count {
    /// Inbound, not deleted, spam, merged or a repost, and not a good rating.
    #[default]
    Standard,
    /// Everything customers wrote: all but outbound and internal records.
    Inbound,
    /// Every record with a date.
    All,
}

/// How to count.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Counting")]
#[group(skip)]
pub struct Options {
    /// The last day of the data, that day included [default: the last day as dense as usual]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub as_of: Option<Date>,
    /// How long a period is [default: week; with --counts what the file shows]
    #[arg(long, value_enum)]
    pub by: Option<By>,
    /// The day a week starts on
    #[arg(long, value_enum, default_value_t, value_name = "DAY")]
    pub week_start: WeekStart,
    /// The report's time zone, an IANA name such as Europe/Berlin
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub tz: String,
    /// First period shown and tested: a date, 2026-W40, 2026-10, or 13w back from now; earlier ones stay in the baseline
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub since: Option<When>,
    /// Last period shown and tested, itself included
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub until: Option<When>,
    /// The period to look at: 2026-W46, 2026-10, or a date in it; compare also takes A..B [default: the last complete
    /// one]
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub period: Option<When>,
    /// Which records count
    #[arg(long, value_enum, default_value_t)]
    pub count: Count,
    /// Count each value of this column apart: a field or the dump's own header
    #[arg(long, value_name = "COLUMN")]
    pub segment: Option<String>,
    /// Denominators, such as orders or active users: a CSV file `period[,segment],exposure`
    #[arg(long, value_name = "FILE")]
    pub exposure: Option<String>,
    /// Releases, outages and the like: a CSV file `date,label`; marked in charts and beside signals that begin with them
    #[arg(long, value_name = "FILE")]
    pub events: Option<String>,
    /// The column that says when a record came in, where created_at says when it happened: corrects the last periods for
    /// records still to come
    #[arg(long, value_name = "COLUMN")]
    pub received: Option<String>,
    /// Days on which nothing is usual: a CSV file `date[,label]`
    #[arg(long, value_name = "FILE")]
    pub holidays: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            as_of: None,
            by: None,
            week_start: WeekStart::Mon,
            tz: "UTC".to_owned(),
            since: None,
            until: None,
            period: None,
            count: Count::Standard,
            segment: None,
            exposure: None,
            events: None,
            received: None,
            holidays: None,
        }
    }
}

impl Options {
    /// The report's calendar.
    ///
    /// # Errors
    /// Bad usage when no zone has the name given.
    pub fn calendar(&self) -> Result<Calendar> {
        Calendar::new(self.by.unwrap_or_default(), self.week_start, &self.tz)
    }

    /// The period looked at: the one named, else the last complete one at `now`.
    ///
    /// # Errors
    /// Bad usage when `--period` names another kind of period.
    pub fn period(&self, calendar: &Calendar, now: Date) -> Result<Period> {
        self.period.map_or_else(|| Ok(calendar.last_complete(now)), |when| when.period(calendar))
    }

    /// Whether a period is shown and tested: it holds a day from `--since` to `--until`. Both only choose what is
    /// looked at; nothing is left out of the counts, and baselines use all of the past.
    pub fn shows(&self, calendar: &Calendar, now: Date, period: Period) -> bool {
        self.since.is_none_or(|since| calendar.last_day(period) >= since.first_day(now))
            && self.until.is_none_or(|until| period.date() <= until.last_day(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use jiff::civil::date;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn parse(line: &str) -> std::result::Result<Options, String> {
        Line::try_parse_from(line.split(' ')).map(|l| l.options).map_err(|e| e.to_string())
    }

    #[test]
    fn reads_the_flags() {
        let options = parse("plaint --by month --tz Europe/Berlin --since 6m --until 2026-10 --count inbound").unwrap();
        let calendar = options.calendar().unwrap();
        assert_eq!((calendar.zone_name(), options.count), ("Europe/Berlin", Count::Inbound));
        let now = date(2026, 11, 15);
        let shown = |text: &str| options.shows(&calendar, now, text.parse().unwrap());
        assert!(!shown("2026-04-01T00:00") && shown("2026-05-01T00:00"));
        assert!(shown("2026-10-01T00:00") && !shown("2026-11-01T00:00"));
        assert_eq!(options.period(&calendar, now).unwrap(), "2026-10-01T00:00".parse().unwrap());
    }

    #[test]
    fn a_bad_value_comes_with_examples() {
        assert!(parse("plaint --since lately").unwrap_err().contains("2026-W46"));
        assert!(parse("plaint --as-of 15.11.2026").unwrap_err().contains("2026-11-15"));
        assert!(parse("plaint --by decade").unwrap_err().contains("quarter"));
    }
}
