//! Now: the last day on which any feed is as dense as usual.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::trend::calendar::date_of;

/// Records per day of one feed: day number (days since 1970-01-01) → records, only days that have some.
pub type Days = BTreeMap<i64, i64>;

/// How many days back a day's density looks, itself included.
const WINDOW: i64 = 28;

/// The last dense day of any feed; where no feed has one, the last day of all; null without days.
///
/// A feed's density on a day is its records in the 28 days that end with it. A day with records is dense when that is
/// at least two records and a quarter of the feed's median density over its days with records. So a mistyped date in
/// 2099, alone in its month, moves nothing.
pub fn now(feeds: &[Days]) -> Option<Date> {
    let dense = feeds.iter().filter_map(last_dense).max();
    dense.or_else(|| feeds.iter().filter_map(|days| days.keys().next_back().copied()).max()).map(date_of)
}

fn last_dense(days: &Days) -> Option<i64> {
    let days: Vec<(i64, i64)> = days.iter().map(|(d, n)| (*d, *n)).collect();
    let (mut from, mut sum) = (0, 0);
    let mut density = Vec::with_capacity(days.len());
    for (day, records) in &days {
        sum += records;
        while days[from].0 <= day - WINDOW {
            sum -= days[from].1;
            from += 1;
        }
        density.push(sum);
    }
    let mut sorted = density.clone();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    // Twice the median, so that it stays a whole number.
    let twice = match sorted.len() {
        0 => return None,
        n if n % 2 == 1 => 2 * sorted[middle],
        _ => sorted[middle - 1] + sorted[middle],
    };
    (0..days.len()).rev().find(|i| density[*i] >= 2 && 8 * density[*i] >= twice).map(|i| days[i].0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::calendar::day_of;
    use jiff::civil::date;

    fn daily(first: Date, days: i64, records: i64) -> Days {
        (0..days).map(|d| (day_of(first) + d, records)).collect()
    }

    #[test]
    fn a_typo_in_2099_does_not_move_now() {
        let mut feed = daily(date(2026, 9, 1), 60, 3);
        assert_eq!(now(&[feed.clone()]), Some(date(2026, 10, 30)));
        feed.insert(day_of(date(2099, 1, 1)), 1);
        assert_eq!(now(&[feed.clone()]), Some(date(2026, 10, 30)));
        // Nor do a few together: 5 are less than a quarter of the usual 84.
        feed.insert(day_of(date(2099, 1, 2)), 4);
        assert_eq!(now(&[feed]), Some(date(2026, 10, 30)));
    }

    #[test]
    fn the_latest_feed_decides_even_a_thin_one() {
        let loud = daily(date(2026, 9, 1), 60, 100);
        let thin: Days = (0..9).map(|week| (day_of(date(2026, 9, 10)) + 7 * week, 1)).collect();
        assert_eq!(now(&[loud, thin]), Some(date(2026, 11, 5)));
    }

    #[test]
    fn without_a_dense_day_the_last_day_is_now() {
        let one = Days::from([(day_of(date(2026, 3, 1)), 1)]);
        let other = Days::from([(day_of(date(2026, 5, 1)), 1)]);
        assert_eq!(now(&[one, other]), Some(date(2026, 5, 1)));
        assert_eq!(now(&[]), None);
        assert_eq!(now(&[Days::new()]), None);
    }
}
