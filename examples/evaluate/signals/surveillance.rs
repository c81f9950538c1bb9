//! Our Farrington flexible and EARS against R's, week by week.

use jiff::civil::Date;
use jiff::{ToSpan, Unit};

use crate::Outcome;
use crate::signals::data::Table;
use crate::signals::ears::{self, Ears};
use crate::signals::farrington;

const FARRINGTON: &[(&str, &str, usize, bool)] = &[
    // file, series, years of reference, windows by date
    ("agona_nodate_nbPlugin_a0.01", "salmonella_agona", 4, false),
    ("agona_nodate_muan_a0.01", "salmonella_agona", 4, false),
    ("agona_nodate_delta_a0.01", "salmonella_agona", 4, false),
    ("newport_nodate_nbPlugin_a0.01", "salmNewport_total", 4, false),
    ("agona_ff_nbPlugin_a0.01", "salmonella_agona", 4, true),
    ("agona_ff_muan_a0.01", "salmonella_agona", 4, true),
    ("agona_ff_delta_a0.1", "salmonella_agona", 4, true),
    ("newport2011_ff_nbPlugin_a0.01", "salmNewport_total", 4, true),
    ("newport2011_ff_muan_a0.01", "salmNewport_total", 4, true),
];

const EARS: &[(&str, Ears)] = &[
    ("newport_nodate_ears_C1", Ears::C1),
    ("newport_nodate_ears_C2", Ears::C2),
    ("newport_nodate_ears_C3", Ears::C3),
    ("newport2011_ears_C1", Ears::C1),
    ("newport2011_ears_C2", Ears::C2),
    ("newport2011_ears_C3", Ears::C3),
];

pub(super) fn run() -> Outcome {
    for (file, series, years, dated) in FARRINGTON {
        let reference = Table::read(&format!("oracle/surveillance/{file}.csv"))?;
        let series = Table::read(&format!("oracle/surveillance/{series}.csv"))?;
        let (counts, dates) = (series.counts("observed"), dates(&series.column("date"))?);
        let level = if file.ends_with("a0.1") { farrington::TENTH } else { farrington::HUNDREDTH };
        let (mut weeks, mut bounds, mut alarms, mut worst) = (0, 0, 0, 0.0_f64);
        let places = reference.numbers("idx");
        let (upper, expected) = (reference.numbers("upperbound"), reference.numbers("expected"));
        let alarm = reference.numbers("alarm");
        for (i, place) in places.iter().enumerate() {
            let at = *place as usize - 1;
            let centres = if *dated { by_date(&dates, at, *years) } else { farrington::years(at, *years) };
            let Some(found) = centres.and_then(|c| farrington::test(&counts, at, &c, level)) else { continue };
            weeks += 1;
            let bound = if file.contains("muan") {
                found.muan
            } else if file.contains("delta") {
                found.delta
            } else {
                found.plugin
            };
            // Without five cases in four weeks R gives no bound and no alarm.
            let same = (bound - upper[i]).abs() <= 1e-5 * bound.max(1.0);
            bounds += usize::from(if upper[i].is_nan() { !found.enough } else { same });
            let ours = found.enough && counts[at] as f64 > bound;
            alarms += usize::from(ours == (alarm[i] > 0.5));
            if expected[i].is_finite() {
                worst = worst.max((found.expected / expected[i] - 1.0).abs());
            }
        }
        println!(
            "{file:<32} weeks {weeks:>3}  thresholds equal {bounds:>3}  alarms equal {alarms:>3}  expected off by {worst:.1e}"
        );
    }
    original()?;
    for (file, which) in EARS {
        let reference = Table::read(&format!("oracle/surveillance/{file}.csv"))?;
        let counts = Table::read("oracle/surveillance/salmNewport_total.csv")?.counts("observed");
        let (mut weeks, mut bounds, mut alarms) = (0, 0, 0);
        let (upper, alarm) = (reference.numbers("upperbound"), reference.numbers("alarm"));
        for (i, place) in reference.numbers("idx").iter().enumerate() {
            let at = *place as usize - 1;
            let Some(bound) = ears::bound(&counts, at, *which) else { continue };
            weeks += 1;
            bounds += usize::from((bound - upper[i]).abs() <= 1e-6 * bound.abs().max(1.0));
            alarms += usize::from((counts[at] as f64 > bound) == (alarm[i] > 0.5));
        }
        println!("{file:<32} weeks {weeks:>3}  thresholds equal {bounds:>3}  alarms equal {alarms:>3}");
    }
    Ok(())
}

/// One level for all the year and the old weights.
fn original() -> Outcome {
    let file = "agona_nodate_nbPlugin_np1_orig";
    let reference = Table::read(&format!("oracle/surveillance/{file}.csv"))?;
    let counts = Table::read("oracle/surveillance/salmonella_agona.csv")?.counts("observed");
    let (upper, expected) = (reference.numbers("upperbound"), reference.numbers("expected"));
    let (mut weeks, mut bounds, mut alarms, mut worst) = (0, 0, 0, 0.0_f64);
    for (i, (place, alarm)) in reference.numbers("idx").iter().zip(reference.numbers("alarm")).enumerate() {
        let at = *place as usize - 1;
        let found = farrington::years(at, 4).and_then(|c| farrington::original(&counts, at, &c, farrington::HUNDREDTH));
        let Some((mean, bound)) = found else { continue };
        weeks += 1;
        let enough = counts[at - 3..=at].iter().sum::<i64>() >= 5;
        bounds += usize::from(if upper[i].is_nan() { !enough } else { (bound - upper[i]).abs() < 0.5 });
        alarms += usize::from((enough && counts[at] as f64 > bound) == (alarm > 0.5));
        if expected[i].is_finite() {
            worst = worst.max((mean / expected[i] - 1.0).abs());
        }
    }
    println!(
        "{file:<32} weeks {weeks:>3}  thresholds equal {bounds:>3}  alarms equal {alarms:>3}  expected off by {worst:.1e}"
    );
    Ok(())
}

fn dates(cells: &[&str]) -> Result<Vec<Date>, jiff::Error> {
    cells.iter().map(|c| c.parse()).collect()
}

/// The weeks nearest to the date `years` … 1 years before.
fn by_date(dates: &[Date], at: usize, years: usize) -> Option<Vec<usize>> {
    let near = |year: usize| -> Option<usize> {
        let wanted = dates[at].checked_sub((year as i64).years()).ok()?;
        let days = wanted.since((Unit::Day, dates[0])).ok()?.get_days();
        usize::try_from((days + 3).div_euclid(7)).ok()
    };
    (1..=years).rev().map(near).collect()
}
