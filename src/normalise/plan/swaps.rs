//! Days and months that a spreadsheet swapped.
//!
//! A spreadsheet that reads 04/03/2026 the other way round can do so only while both numbers are months: every date
//! with a day up to 12 is swapped, every other one is right. So the months of the later days are true; the early days
//! fall outside of them as they are written, and inside once they are swapped back.

use std::collections::BTreeMap;

use crate::normalise::civil;

/// Days up to this one can be taken for a month.
const LAST_MONTH: i64 = 12;
/// Fewer dates of either kind prove nothing.
const ENOUGH: i64 = 20;

/// Dates by year and month.
#[derive(Debug, Clone, Default)]
pub(super) struct Months {
    /// Month (years × 12 + month) → dates with a day after the 12th.
    late: BTreeMap<i64, i64>,
    /// Month as written, month when swapped → dates with another day.
    early: BTreeMap<(i64, i64), i64>,
}

impl Months {
    pub(super) fn take(&mut self, micros: i64) {
        let (year, month, day) = civil::date_of(micros);
        let at = |month: i64| year * 12 + month - 1;
        if day > LAST_MONTH {
            *self.late.entry(at(month)).or_default() += 1;
        } else {
            *self.early.entry((at(month), at(day))).or_default() += 1;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        other.late.iter().for_each(|(month, count)| *self.late.entry(*month).or_default() += count);
        other.early.iter().for_each(|(months, count)| *self.early.entry(*months).or_default() += count);
    }

    /// What speaks for a swap: half of the early days outside of the months of the late ones as written, and nearly
    /// all inside once swapped.
    pub(super) fn swapped(&self) -> Option<String> {
        let (first, last) = (*self.late.keys().next()?, *self.late.keys().next_back()?);
        let late: i64 = self.late.values().sum();
        let early: i64 = self.early.values().sum();
        // The last month may have had no later day yet.
        let inside = |month: i64| (first..=last + 1).contains(&month);
        let count = |is: &dyn Fn(&(i64, i64)) -> bool| -> i64 {
            self.early.iter().filter(|(months, _)| is(months)).map(|(_, count)| count).sum()
        };
        let as_written = count(&|(written, _)| inside(*written));
        let as_swapped = count(&|(_, swapped)| inside(*swapped));
        (late >= ENOUGH && early >= ENOUGH && as_written * 2 < early && as_swapped * 20 >= early * 19).then(|| {
            format!(
                "{early} dates with a day up to 12 look as if a spreadsheet had swapped day and month (the others lie \
                 in {} to {}); export again without opening it in a spreadsheet, or settle it with --dates",
                text(first),
                text(last)
            )
        })
    }
}

fn text(month: i64) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(swap: bool) -> Months {
        let mut months = Months::default();
        for day in 1..=31 {
            let (month, day) = if swap && day <= 12 { (day, 3) } else { (3, day) };
            let days = civil::days(2026, month, day).unwrap();
            (0..5).for_each(|_| months.take(days * civil::DAY));
        }
        months
    }

    #[test]
    fn a_swapped_month_is_noticed_and_a_whole_one_is_not() {
        let said = months(true).swapped().unwrap();
        assert!(said.starts_with("60 dates with a day up to 12") && said.contains("in 2026-03 to 2026-03"), "{said}");
        assert_eq!(months(false).swapped(), None);
    }
}
