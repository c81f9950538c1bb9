//! Wall times → instants.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::ingest::catalog::zone_in;
use crate::ingest::raw::Dump;
use crate::normalise::civil;
use crate::normalise::dates::{Precision, Written, Zone};

/// How the wall times of one column become instants.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `header:ZONE`, `user:ZONE`, `source:ZONE` or `assumed_utc`.
    pub label: String,
    /// Null where the zone is UTC: nothing to convert.
    zone: Option<TimeZone>,
}

/// A date cell as an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// Microseconds since 1970, UTC; a day-only date is 00:00 UTC of its written day.
    pub micros: i64,
    /// The finest unit named.
    pub precision: Precision,
    /// How the instant was obtained; null for a day-only date, which no zone moves.
    pub tz: Option<&'a str>,
    /// No zone is known: UTC was assumed.
    pub assumed: bool,
    /// The wall time occurred twice (the earlier was taken) or never (the clocks jumped over it).
    pub ambiguous: bool,
}

impl Rule {
    /// The zone of a column's wall times: `--source-tz`, else the zone in the header's parenthesis, else the
    /// source's, else UTC is assumed.
    ///
    /// # Errors
    /// When `--source-tz` or the source names a zone that does not exist.
    pub fn of(column: &str, dump: &Dump) -> Result<Self> {
        if let Some(name) = &dump.source_tz {
            return Self::named("user", name).ok_or_else(|| {
                Error::usage(format!("--source-tz: there is no time zone \"{name}\""))
                    .hint("use an IANA name, for example Europe/Berlin")
            });
        }
        if let Some(rule) = zone_in(column).and_then(|name| Self::named("header", name)) {
            return Ok(rule);
        }
        if let Some(name) = &dump.source.zone {
            return Self::named("source", name).ok_or_else(|| {
                Error::failed(format!("source {}: there is no time zone \"{name}\"", dump.source.name))
                    .at(&dump.path)
                    .hint("correct `zone` in the source's file, or pass --source-tz")
            });
        }
        Ok(Self { label: "assumed_utc".to_owned(), zone: None })
    }

    fn named(how: &str, name: &str) -> Option<Self> {
        if ["utc", "gmt", "z", "etc/utc", "etc/gmt"].iter().any(|utc| name.eq_ignore_ascii_case(utc)) {
            return Some(Self { label: format!("{how}:UTC"), zone: None });
        }
        let zone = TimeZone::get(name).ok()?;
        let label = format!("{how}:{}", zone.iana_name().unwrap_or(name));
        Some(Self { label, zone: Some(zone) })
    }

    /// The instant of a date cell; null when it falls outside the calendar.
    pub fn resolve(&self, written: Written) -> Option<Stamp<'_>> {
        let Written { micros, precision, zone, .. } = written;
        let known = |tz| Stamp { micros, precision, tz, assumed: false, ambiguous: false };
        match zone {
            Zone::Offset => Some(known(Some("offset"))),
            Zone::Utc => Some(known(Some("utc"))),
            Zone::None if precision == Precision::Day => Some(known(None)),
            Zone::None => {
                let assumed = self.label == "assumed_utc";
                let Some(tz) = &self.zone else {
                    return Some(Stamp { assumed, ..known(Some(&self.label)) });
                };
                let wall = TimeZone::UTC.to_datetime(Timestamp::from_microsecond(micros).ok()?);
                let found = tz.to_ambiguous_timestamp(wall);
                let ambiguous = found.is_ambiguous();
                // `compatible` takes the earlier of two, and jumps a gap forward (RFC 5545).
                let micros = found.compatible().ok()?.as_microsecond();
                Some(Stamp { micros, ambiguous, ..known(Some(&self.label)) })
            }
        }
        .filter(|stamp| civil::in_range(stamp.micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::civil::{DAY, SECOND};
    use crate::normalise::dates::parse;
    use crate::normalise::testing::dump;

    fn hours_of(rule: &Rule, cell: &str) -> (i64, bool, Option<String>) {
        let stamp = rule.resolve(parse(cell, None).unwrap()).unwrap();
        (stamp.micros % DAY / (3600 * SECOND), stamp.ambiguous, stamp.tz.map(str::to_owned))
    }

    #[test]
    fn the_nearest_word_about_the_zone_wins() {
        let mut dump = dump("mention", &["Created at (Europe/Berlin)"], &[]);
        let berlin = Some("header:Europe/Berlin".to_owned());
        let column = "Created at (Europe/Berlin)";
        let rule = Rule::of(column, &dump).unwrap();
        assert_eq!(hours_of(&rule, "2024-01-10 12:00"), (11, false, berlin.clone()));
        assert_eq!(hours_of(&rule, "2024-07-10 12:00"), (10, false, berlin));
        assert_eq!(hours_of(&rule, "2024-07-10T12:00Z"), (12, false, Some("utc".to_owned())));
        dump.source_tz = Some("America/New_York".to_owned());
        let rule = Rule::of(column, &dump).unwrap();
        assert_eq!(hours_of(&rule, "2024-01-10 12:00"), (17, false, Some("user:America/New_York".to_owned())));
    }

    #[test]
    fn a_zone_never_moves_a_day() {
        let mut dump = dump("mention", &["d"], &[]);
        dump.source_tz = Some("Asia/Tokyo".to_owned());
        let rule = Rule::of("d", &dump).unwrap();
        assert_eq!(hours_of(&rule, "2024-01-10"), (0, false, None));
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_earlier_and_a_gap_jumps_forward() {
        let mut dump = dump("mention", &["d"], &[]);
        dump.source_tz = Some("America/New_York".to_owned());
        let rule = Rule::of("d", &dump).unwrap();
        // 3 November 2024, 01:30: first in EDT (05:30 UTC), then in EST (06:30 UTC).
        assert_eq!(hours_of(&rule, "2024-11-03 01:30").0, 5);
        assert!(hours_of(&rule, "2024-11-03 01:30").1);
        // 10 March 2024, 02:30 never was; 03:30 EDT is 07:30 UTC.
        assert_eq!(hours_of(&rule, "2024-03-10 02:30").0, 7);
        assert!(hours_of(&rule, "2024-03-10 02:30").1);
    }

    #[test]
    fn an_unknown_zone_is_bad_usage() {
        let mut dump = dump("mention", &["d"], &[]);
        dump.source_tz = Some("Mars/Base".to_owned());
        assert_eq!(Rule::of("d", &dump).unwrap_err().exit_code(), 2);
        dump.source_tz = None;
        assert_eq!(Rule::of("d", &dump).unwrap().label, "assumed_utc");
        assert_eq!(Rule::of("Date (GMT)", &dump).unwrap().label, "header:UTC");
        assert_eq!(Rule::of("Score (1-5)", &dump).unwrap().label, "assumed_utc");
    }
}
