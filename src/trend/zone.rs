//! Instants to the report's wall clock, fast: a zone's offset changes are looked up once, then searched.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::{Error, Result, nearest};

/// The zone of an IANA name, with the name as the database spells it.
///
/// # Errors
/// Bad usage when no zone has that name.
pub fn named(name: &str) -> Result<(TimeZone, String)> {
    if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("z") {
        return Ok((TimeZone::UTC, "UTC".to_owned()));
    }
    match TimeZone::get(name) {
        Ok(zone) => {
            let spelled = zone.iana_name().unwrap_or(name).to_owned();
            Ok((zone, spelled))
        }
        Err(_) => {
            let known: Vec<String> = jiff::tz::db().available().map(|n| n.as_str().to_owned()).collect();
            let hint = match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => "use an IANA name, for example --tz Europe/Berlin or --tz America/New_York".to_owned(),
            };
            Err(Error::usage(format!("there is no time zone \"{name}\"")).hint(hint))
        }
    }
}

/// Converts instants between two bounds to wall times.
#[derive(Debug, Clone)]
pub struct Clock {
    /// From this instant on (microseconds, UTC), add so many microseconds; ascending.
    steps: Vec<(i64, i64)>,
}

impl Clock {
    /// A clock for instants from `first` to `last` (microseconds since 1970, UTC).
    pub fn new(zone: &TimeZone, first: i64, last: i64) -> Self {
        let timestamp =
            |us: i64| Timestamp::from_microsecond(us).unwrap_or(if us < 0 { Timestamp::MIN } else { Timestamp::MAX });
        let offset = |at| i64::from(zone.to_offset(at).seconds()) * 1_000_000;
        let start = timestamp(first);
        let mut steps = vec![(i64::MIN, offset(start))];
        for change in zone.following(start) {
            let at = change.timestamp();
            if at.as_microsecond() > last {
                break;
            }
            steps.push((at.as_microsecond(), i64::from(change.offset().seconds()) * 1_000_000));
        }
        Self { steps }
    }

    /// The wall time of an instant, both in microseconds.
    pub fn wall(&self, instant: i64) -> i64 {
        if let [(_, offset)] = self.steps[..] {
            return instant + offset;
        }
        let next = self.steps.partition_point(|(from, _)| *from <= instant);
        instant + self.steps.get(next.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_jiff_around_every_change() {
        let (zone, name) = named("europe/berlin").unwrap();
        assert_eq!(name, "Europe/Berlin");
        let first: Timestamp = "2024-01-01T00:00Z".parse().unwrap();
        let clock = Clock::new(&zone, first.as_microsecond(), first.as_microsecond() + 3 * 366 * 86_400_000_000);
        for quarter_hour in 0..(3 * 365 * 96) {
            let us = first.as_microsecond() + quarter_hour * 900_000_000;
            let expected = zone.to_datetime(Timestamp::from_microsecond(us).unwrap());
            assert_eq!(crate::trend::calendar::wall(clock.wall(us)), expected);
        }
    }

    #[test]
    fn a_misspelt_zone_is_bad_usage() {
        let error = named("Europe/Berln").unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("did you mean Europe/Berlin?"), "{error}");
    }
}
