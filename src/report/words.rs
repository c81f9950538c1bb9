//! Numbers as words: no false precision, thousands separated, one way everywhere.

use jiff::civil::Date;

use crate::report::model::Change;
use crate::trend::forecast::Forecast;

/// `1234567` → `1,234,567`.
pub fn count(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        grouped.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `n` and its noun: `1 record`, `2 records`.
pub fn counted(n: i64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{} {noun}s", count(n)) }
}

/// A ratio as people say it: `12×`, `3.3×`, `0.45×`.
pub fn times(ratio: f64) -> String {
    if ratio >= 9.95 || ratio == 0.0 {
        format!("{}×", count(ratio.round() as i64))
    } else if ratio >= 0.95 {
        format!("{ratio:.1}×")
    } else {
        format!("{ratio:.2}×")
    }
}

/// A mean as people say it: whole from ten on, one decimal below.
pub fn mean(value: f64) -> String {
    if value >= 9.95 { count(value.round() as i64) } else { format!("{value:.1}") }
}

/// A share as people say it: `12 %`, `0.4 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 9.95 || percent == 0.0 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

/// `12 Nov 2026`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// The change on the period before: `up from 14: 3.3× (95 % interval 2.3 to 4.6)`.
pub fn change(now: i64, before: i64, change: &Change) -> String {
    let direction = match now.cmp(&before) {
        std::cmp::Ordering::Greater => "up from",
        std::cmp::Ordering::Less => "down from",
        std::cmp::Ordering::Equal => return format!("the same as the {} before", count(before)),
    };
    match (change.ratio, change.high) {
        (Some(ratio), Some(high)) => format!(
            "{direction} {} before: {} (95 % interval {} to {})",
            count(before),
            times(ratio),
            times(change.low).trim_end_matches('×'),
            times(high).trim_end_matches('×')
        ),
        _ => format!("{direction} {} before", if before == 0 { "none".to_string() } else { count(before) }),
    }
}

/// A forecast in a sentence: `next 4 weeks about 10 each (80 %: 6 to 15, 95 %: 4 to 18); tried on the past ...`. The
/// intervals are those of the last period, the widest.
pub fn ahead(forecast: &Forecast, step: &str) -> String {
    let (Some(first), Some(last)) = (forecast.periods.first(), forecast.periods.last()) else { return String::new() };
    let n = forecast.periods.len() as i64;
    let mut text = if mean(first.mean) == mean(last.mean) {
        format!("next {} about {} each", counted(n, step), mean(first.mean))
    } else {
        format!("next {} from about {} to {}", counted(n, step), mean(first.mean), mean(last.mean))
    };
    text.push_str(&format!(
        " (80 %: {} to {}, 95 %: {} to {})",
        count(last.low80),
        count(last.high80),
        count(last.low95),
        count(last.high95)
    ));
    if let Some(record) = &forecast.backtest {
        text.push_str(&format!(
            "; tried on the past it was off by {} on average, and {} fell inside the 80 % interval",
            mean(record.mae),
            percent(record.within80)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(-1000), "-1,000");
    }

    #[test]
    fn no_false_precision() {
        assert_eq!(times(11.24), "11×");
        assert_eq!(times(3.26), "3.3×");
        assert_eq!(times(0.447), "0.45×");
        assert_eq!(mean(14.4), "14");
        assert_eq!(mean(4.06), "4.1");
        assert_eq!(percent(0.004), "0.4 %");
        assert_eq!(percent(0.123), "12 %");
    }

    #[test]
    fn a_change_says_direction_and_interval() {
        let rise = Change { ratio: Some(3.29), low: 2.31, high: Some(4.62), p: 0.001 };
        assert_eq!(change(46, 14, &rise), "up from 14 before: 3.3× (95 % interval 2.3 to 4.6)");
        let fresh = Change { ratio: None, low: 1.1, high: None, p: 0.03 };
        assert_eq!(change(5, 0, &fresh), "up from none before");
    }
}
