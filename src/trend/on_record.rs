//! Days that nobody recorded: how much of each period a feed's dumps hold.

use crate::trend::calendar::{By, date_of, day_label, day_of};
use crate::trend::counts::Counts;
use crate::trend::honest::{missing_days, week_on_record};
use crate::trend::now::Days;

/// How much of every period each feed has on record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OnRecord {
    /// Feed × period; empty when every day is on record.
    shares: Vec<f64>,
    periods: usize,
    /// Feed, first and last day of every run of missing days.
    pub missing: Vec<(usize, i64, i64)>,
}

impl OnRecord {
    /// Finds the missing days ([`missing_days`]) of every feed inside its span; `daily` holds the feeds' counted records
    /// per day, and is empty where only counts are known.
    ///
    /// A week with fewer than four days on record is not on record at all, nor is another period with less than half of
    /// its days; otherwise what is on record is the share of its days.
    pub fn of(counts: &Counts, daily: &[Days]) -> Self {
        let calendar = &counts.calendar;
        let periods = counts.periods();
        let mut found = Self { shares: Vec::new(), periods, missing: Vec::new() };
        for (feed, days) in daily.iter().enumerate() {
            let Some(span) = counts.feeds().get(feed).and_then(|f| f.span) else { continue };
            let (first, last) = (day_of(span.first), day_of(span.last));
            let totals: Vec<i64> = (first..=last).map(|day| days.get(&day).copied().unwrap_or(0)).collect();
            let missing: Vec<i64> = missing_days(&totals).into_iter().map(|i| first + i as i64).collect();
            if missing.is_empty() {
                continue;
            }
            found.shares.resize(counts.feeds().len() * periods, 1.0);
            for run in missing.chunk_by(|a, b| b - a == 1) {
                found.missing.push((feed, run[0], run[run.len() - 1]));
            }
            let mut lost = vec![0_usize; periods];
            for day in missing {
                // The hours of a day are periods of their own.
                let hours = if calendar.by == By::Hour { 24 } else { 1 };
                for hour in 0..hours {
                    let at = calendar.period_of(date_of(day).at(hour, 0, 0, 0));
                    lost[counts.place(at).unwrap_or(periods - 1)] += 1;
                }
            }
            for (place, lost) in lost.into_iter().enumerate().filter(|(_, lost)| *lost > 0) {
                let period = counts.period(place);
                let days = (day_of(calendar.last_day(period)) - day_of(period.date()) + 1).max(1) as usize;
                let left = days.saturating_sub(lost);
                let share = match calendar.by {
                    By::Week => week_on_record(left).unwrap_or(0.0),
                    _ if left * 2 < days => 0.0,
                    _ => left as f64 / days as f64,
                };
                found.shares[feed * periods + place] = share;
            }
        }
        found
    }

    /// The share of the period at `place` that this feed has on record.
    pub fn share(&self, feed: usize, place: usize) -> f64 {
        self.shares.get(feed * self.periods + place).copied().unwrap_or(1.0)
    }

    /// The missing days in words: `zendesk: no record at all from 3 Nov 2026 to 5 Nov 2026`.
    pub fn words(&self, counts: &Counts) -> Vec<String> {
        let one = |(feed, first, last): &(usize, i64, i64)| {
            let name = &counts.feeds()[*feed].feed;
            let day = |day: i64| day_label(date_of(day));
            if first == last {
                format!("{name}: no record at all on {}", day(*first))
            } else {
                format!("{name}: no record at all from {} to {}", day(*first), day(*last))
            }
        };
        self.missing.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::counted::counted;
    use crate::trend::counts::count_placed;
    use crate::trend::coverage::Declared;
    use crate::trend::judge::{Known, judge_with};
    use crate::trend::options::Options;
    use crate::trend::running::daily;
    use crate::trend::series::Caveat;
    use crate::trend::testing::{Line, line, matches, records};
    use jiff::ToSpan;
    use jiff::civil::date;

    /// Twenty weeks of six records a day, less the days that `lost` names.
    fn counts(lost: &[i64]) -> (Counts, Vec<Days>) {
        let start = date(2026, 1, 5);
        let mut lines: Vec<Line> = Vec::new();
        for day in (0..140_i64).filter(|d| !lost.contains(d)) {
            for i in 0..6 {
                lines.push(line(&format!("u{day:03}{i}"), "f", &start.saturating_add(day.days()).to_string()));
            }
        }
        let options = Options { as_of: Some(date(2026, 5, 24)), ..Options::default() };
        let counted = counted(&records(&lines), &options, &Declared::default()).unwrap();
        let (counts, placed) = count_placed(&counted, &matches(&[]), &[]).unwrap();
        let daily = daily(&counts, &placed);
        (counts, daily)
    }

    #[test]
    fn a_week_is_on_record_by_its_days() {
        // Two days of week 16, five of week 10.
        let (counts, daily) = counts(&[114, 115, 70, 71, 72, 73, 74]);
        let found = OnRecord::of(&counts, &daily);
        assert!((found.share(0, 16) - 5.0 / 7.0).abs() < 1e-12 && found.share(0, 10).abs() < 1e-12);
        assert!((found.share(0, 15) - 1.0).abs() < 1e-12);
        assert_eq!(found.missing.len(), 2);
        assert!(found.words(&counts)[1].ends_with(": no record at all from 29 Apr 2026 to 30 Apr 2026"));
        let whole = OnRecord::of(&counts, &[]);
        assert!(whole.missing.is_empty() && (whole.share(0, 10) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_week_with_lost_days_is_judged_by_those_it_has_and_one_without_four_not_at_all() {
        let (counts, daily) = counts(&[114, 115, 70, 71, 72, 73, 74]);
        let known = Known { daily, ..Known::default() };
        let trends = judge_with(&counts, &Options::default(), &known).unwrap().into_series();
        let points = &trends[0].points;
        // Six a day: 42 a whole week, 30 in five days, whatever the lost days left out of the past.
        assert!((points[16].expected.unwrap() - 30.0).abs() < 0.5, "{:?}", points[16]);
        assert!((points[17].expected.unwrap() - 42.0).abs() < 0.5, "{:?}", points[17]);
        assert!(points[16].caveats.contains(&Caveat::MissingDays));
        assert!(points[10].p.is_none() && points[10].caveats.contains(&Caveat::MissingDays), "{:?}", points[10]);
        assert!(points.iter().all(|p| p.signal.is_none()));
    }
}
