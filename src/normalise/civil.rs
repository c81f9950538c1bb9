//! Calendar arithmetic on plain numbers: fast enough for every cell of a dump.

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;
/// The first year a record can be from; customers did not post before.
pub const FIRST_YEAR: i64 = 1990;
/// The last year a record can be from.
pub const LAST_YEAR: i64 = 2100;

/// Days from 1970-01-01 to a day of the Gregorian calendar; null when there is no such day or its year is outside
/// [`FIRST_YEAR`] to [`LAST_YEAR`]. Howard Hinnant (2013), "chrono-Compatible Low-Level Date Algorithms".
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    if day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Whether microseconds since 1970 lie in [`FIRST_YEAR`] to [`LAST_YEAR`] (UTC).
pub fn in_range(micros: i64) -> bool {
    // 1990-01-01 and 2101-01-01, in days since 1970.
    const FIRST: i64 = 7_305;
    const END: i64 = 47_847;
    (FIRST * DAY..END * DAY).contains(&micros)
}

/// `YYYY-MM-DD` of microseconds since 1970.
pub fn day_text(micros: i64) -> String {
    let (year, month, day) = date_of(micros);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `YYYY-MM-DD HH:MM:SS` of microseconds since 1970, or the day alone.
pub fn moment_text(micros: i64, day_only: bool) -> String {
    let day = day_text(micros);
    if day_only {
        return day;
    }
    let seconds = micros.rem_euclid(DAY) / SECOND;
    format!("{day} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of microseconds since 1970.
pub fn date_of(micros: i64) -> (i64, i64, i64) {
    let z = micros.div_euclid(DAY) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_known_days() {
        assert_eq!(days(2000, 1, 1), Some(10_957));
        assert_eq!(days(2024, 2, 29), Some(19_782));
        assert_eq!(days(2023, 2, 29), None);
        assert_eq!(days(2100, 2, 29), None);
        assert_eq!(days(1990, 1, 1), Some(7_305));
        assert_eq!(days(2100, 12, 31), Some(47_846));
        assert_eq!(days(1989, 12, 31), None);
    }

    #[test]
    fn day_text_undoes_days() {
        for (y, m, d) in [(1990, 1, 1), (2000, 2, 29), (2024, 12, 31), (2099, 3, 1)] {
            let n = days(y, m, d).unwrap();
            assert_eq!(day_text(n * DAY + 5), format!("{y:04}-{m:02}-{d:02}"));
        }
    }
}
