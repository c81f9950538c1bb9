//! False alarms in a first day of hours, when nobody knows yet what the time of day brings: quiet days, simulated, through
//! the program.

use std::f64::consts::TAU;
use std::fmt::Write;

use crate::Outcome;
use crate::signals::data::{Draws, Table, plaint};

/// Days simulated.
const DAYS: u64 = 200;
/// The word of each issue and its mean records per hour.
const ISSUES: [(&str, f64); 12] = [
    ("anchor", 0.2),
    ("basket", 0.3),
    ("candle", 0.5),
    ("drawer", 0.7),
    ("engine", 1.0),
    ("faucet", 1.4),
    ("garage", 2.0),
    ("hammer", 3.0),
    ("insect", 4.0),
    ("jacket", 6.0),
    ("kettle", 10.0),
    ("ladder", 16.0),
];
/// Records per hour of no issue.
const OTHERS: f64 = 40.0;
/// Standard deviation of the log mean over the day: what `plaint` allows for (`short::HOURS`).
const DAY: f64 = 0.6;

pub(super) fn run() -> Outcome {
    for (words, phi, own) in [
        ("Poisson counts", 1.0, 0.0),
        ("counts that spread twice as much", 2.0, 0.0),
        ("issues with hours of their own", 1.5, 0.3),
    ] {
        let (mut tests, mut spikes, mut levels, mut days) = (0, 0, 0, 0);
        for seed in 0..DAYS {
            let (tested, spike, level) = day(seed, phi, own)?;
            (tests, spikes, levels) = (tests + tested, spikes + spike, levels + level);
            days += usize::from(level > 0);
        }
        println!(
            "{words}: {spikes} spikes ({levels} with a level) in {tests} tests of a quiet first day ({:.4}); {days} of {DAYS} days with one of a level",
            f64::from(spikes) / f64::from(tests)
        );
    }
    Ok(())
}

/// Tests, spikes and spikes with a level of one day of 24 hours that begins at a time of day of its own.
///
/// `phi`: variance over mean of a count; `own`: how much an issue's hours differ from everybody's, as `DAY`.
fn day(seed: u64, phi: f64, own: f64) -> Result<(u32, u32, u32), Box<dyn std::error::Error>> {
    let mut draws = Draws::new(seed * 3 + 1);
    // A sine's standard deviation is its height over √2.
    let wave = |phase: f64, hour: u32, deviation: f64| {
        deviation * 2.0_f64.sqrt() * (TAU * (f64::from(hour) / 24.0 + phase)).sin()
    };
    let common = draws.uniform();
    let (mut dump, mut codebook) = ("id,created_at,body\n".to_owned(), "version = 1\n".to_owned());
    let mut id = 0;
    for (word, mean) in ISSUES.into_iter().chain([("nothing", OTHERS)]) {
        if word != "nothing" {
            writeln!(codebook, "\n[[issue]]\nid = \"i-{word}\"\nname = \"{word}\"\nkeywords = [\"{word}\"]")?;
        }
        let phase = draws.uniform();
        for hour in 0..24 {
            let log = wave(common, hour, DAY) + wave(phase, hour, own);
            for _ in 0..draws.count(mean * log.exp(), phi) {
                id += 1;
                writeln!(dump, "{id},2026-03-02T{hour:02}:{:02}:00Z,the {word} of case {id}", id % 60)?;
            }
        }
    }
    let folder = tempfile::tempdir()?;
    let (records, issues) = (folder.path().join("day.csv"), folder.path().join("codebook.toml"));
    std::fs::write(&records, dump)?;
    std::fs::write(&issues, codebook)?;
    let (records, issues) = (records.display().to_string(), issues.display().to_string());
    let out = plaint(&["trends", &records, "--codebook", &issues, "--by", "hour", "--format", "csv", "--quiet"])?;
    let out = Table::parse(&out)?;
    let (id, p, signal, level) = (out.column("issue_id"), out.column("p"), out.column("signal"), out.column("level"));
    let tested = (0..id.len()).filter(|i| !id[*i].is_empty() && !p[*i].is_empty());
    Ok(tested.fold((0, 0, 0), |(tests, spikes, levels), i| {
        let spike = signal[i] == "spike";
        (tests + 1, spikes + u32::from(spike), levels + u32::from(spike && !level[i].is_empty()))
    }))
}
