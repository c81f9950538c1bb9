//! Business hours: how much working time lies between two wall times.

use jiff::civil::{Date, Weekday};

use crate::error::{Error, Result};
use crate::trend::calendar::{date_of, day_number, day_of};

const DAY: i64 = 86_400;
const MICROS: i64 = 1_000_000;
/// 1970-01-05, a Monday: where weeks are counted from.
const FIRST_MONDAY: i64 = 4;

/// When a team works: spans of each weekday, and days it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Per weekday from Monday: `(from, to)` in seconds of the day, ascending, apart.
    spans: [Vec<(i64, i64)>; 7],
    /// Days without work, as days since 1970, ascending, with the working seconds lost up to and with each.
    holidays: Vec<(i64, i64)>,
}

impl Hours {
    /// Reads lines such as `mon-fri 09:00-17:00` or `sat 10:00-12:30`, and days off.
    ///
    /// # Errors
    /// What is wrong with a line, with an example; also when no hour is left.
    pub fn parse(lines: &[String], holidays: &[Date]) -> Result<Self> {
        let mut spans: [Vec<(i64, i64)>; 7] = Default::default();
        for line in lines {
            let bad = || Error::failed(format!("{line:?} is no business hours")).hint("write mon-fri 09:00-17:00");
            let (days, times) = line.trim().split_once(' ').ok_or_else(bad)?;
            let (from, to) = times.trim().split_once('-').ok_or_else(bad)?;
            let (from, to) = (seconds(from).ok_or_else(bad)?, seconds(to).ok_or_else(bad)?);
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let (first, last) = (weekday(first).ok_or_else(bad)?, weekday(last).ok_or_else(bad)?);
            if from >= to {
                return Err(bad());
            }
            let mut day = first;
            loop {
                spans[day].push((from, to));
                if day == last {
                    break;
                }
                day = (day + 1) % 7;
            }
        }
        for day in &mut spans {
            day.sort_unstable();
            if day.windows(2).any(|pair| pair[1].0 < pair[0].1) {
                return Err(Error::failed("two business hours of one day overlap").hint("write each hour once"));
            }
        }
        if spans.iter().all(Vec::is_empty) {
            return Err(Error::failed("there are no business hours").hint("write hours = [\"mon-fri 09:00-17:00\"]"));
        }
        let mut days: Vec<i64> = holidays.iter().map(|day| day_of(*day)).collect();
        days.sort_unstable();
        days.dedup();
        let mut hours = Self { spans, holidays: Vec::new() };
        let mut lost = 0;
        for day in days {
            lost += hours.of_day(day, DAY);
            hours.holidays.push((day, lost));
        }
        Ok(hours)
    }

    /// The working seconds between two wall times in microseconds; 0 when `to` is not later.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        if to <= from { 0 } else { self.until(to) - self.until(from) }
    }

    /// Working seconds from the first Monday to a wall time.
    fn until(&self, wall: i64) -> i64 {
        let day = day_number(wall);
        let (week, weekday) = ((day - FIRST_MONDAY).div_euclid(7), (day - FIRST_MONDAY).rem_euclid(7));
        let whole: i64 = (0..7).map(|d| self.of_day(FIRST_MONDAY + d, DAY)).sum();
        let days: i64 = (0..weekday).map(|d| self.of_day(FIRST_MONDAY + d, DAY)).sum();
        let past = self.holidays.partition_point(|(holiday, _)| *holiday < day);
        let lost = past.checked_sub(1).and_then(|at| self.holidays.get(at)).map_or(0, |(_, lost)| *lost);
        let off = self.holidays.get(past).is_some_and(|(holiday, _)| *holiday == day);
        let today = if off { 0 } else { self.of_day(day, wall.div_euclid(MICROS) - day * DAY) };
        week * whole + days + today - lost
    }

    /// Working seconds of a day up to a second of it, holidays aside.
    fn of_day(&self, day: i64, second: i64) -> i64 {
        let weekday = usize::try_from((day - FIRST_MONDAY).rem_euclid(7)).unwrap_or(0);
        self.spans[weekday].iter().map(|(from, to)| (second.min(*to) - from).max(0)).sum()
    }

    /// The hours in words: `Mon 09:00–17:00, …; 2 holidays`.
    pub fn words(&self) -> String {
        let clock = |s: &i64| format!("{:02}:{:02}", s / 3600, s % 3600 / 60);
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let days = names.iter().zip(&self.spans).filter(|(_, spans)| !spans.is_empty()).map(|(name, spans)| {
            let spans: Vec<String> = spans.iter().map(|(from, to)| format!("{}–{}", clock(from), clock(to))).collect();
            format!("{name} {}", spans.join(" and "))
        });
        let mut words = days.collect::<Vec<_>>().join(", ");
        if let (Some((first, _)), Some((last, _))) = (self.holidays.first(), self.holidays.last()) {
            let n = self.holidays.len();
            words.push_str(&format!("; {n} days off from {} to {}", date_of(*first), date_of(*last)));
        }
        words
    }
}

fn seconds(clock: &str) -> Option<i64> {
    let (hour, minute) = clock.trim().split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let second = hour * 3600 + minute * 60;
    ((0..=24).contains(&hour) && (0..60).contains(&minute) && second <= DAY).then_some(second)
}

fn weekday(name: &str) -> Option<usize> {
    let days = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let name = name.trim().to_lowercase();
    (name.len() >= 2)
        .then(|| days.iter().position(|day| format!("{day:?}").to_lowercase().starts_with(&name)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::micros;
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        micros(text.parse().unwrap())
    }

    fn office() -> Hours {
        Hours::parse(&["mon-fri 09:00-17:00".into(), "sat 10:00-12:30".into()], &["2026-11-11".parse().unwrap()])
            .unwrap()
    }

    #[test]
    fn counts_working_time_only() {
        let hours = office();
        // Friday 16:00 to Monday 10:00: 1 h + Saturday 2½ h + 1 h.
        assert_eq!(hours.between(at("2026-11-06T16:00"), at("2026-11-09T10:00")), 9 * 1800);
        // Tuesday 16:30 to Thursday 09:30 over a day off: ½ h + ½ h.
        assert_eq!(hours.between(at("2026-11-10T16:30"), at("2026-11-12T09:30")), 3600);
        assert_eq!(hours.between(at("2026-11-08T03:00"), at("2026-11-08T23:00")), 0);
        assert_eq!(hours.between(at("2026-11-10T16:30"), at("2026-11-10T15:30")), 0);
        assert!(hours.words().starts_with("Mon 09:00–17:00, "), "{}", hours.words());
    }

    #[test]
    fn a_bad_line_comes_with_an_example() {
        for line in ["mon-fri", "mon-fri 17:00-09:00", "xyz 09:00-17:00", "mon 9-17", "mon 09:00-25:00"] {
            let error = Hours::parse(&[line.into()], &[]).unwrap_err().to_string();
            assert!(error.contains("mon-fri 09:00-17:00"), "{error}");
        }
        assert!(Hours::parse(&[], &[]).is_err());
        assert!(Hours::parse(&["mon 09:00-12:00".into(), "mon 11:00-13:00".into()], &[]).is_err());
    }

    proptest! {
        #[test]
        fn time_adds_up(a in 0_i64..4_000_000_000, b in 0_i64..4_000_000_000, c in 0_i64..4_000_000_000) {
            let hours = office();
            let mut times = [a * MICROS, b * MICROS, c * MICROS];
            times.sort_unstable();
            let [a, b, c] = times;
            prop_assert_eq!(hours.between(a, b) + hours.between(b, c), hours.between(a, c));
            prop_assert!(hours.between(a, b) <= (b - a) / MICROS);
        }
    }
}
