//! Bursts of brand mentions against the windows people labelled (Numenta Anomaly Benchmark, realTweets).

use jiff::civil::DateTime;
use plaint::trend::calendar::By;
use plaint::trend::viral::{Pace, bursts, pace};
use serde_json::Value;

use crate::Outcome;
use crate::signals::data::{Table, shared};

pub(super) fn run() -> Outcome {
    let windows: Value = serde_json::from_slice(&std::fs::read(shared("data/nab-realTweets/combined_windows.json"))?)?;
    // The hour as the program counts it, and half an hour as the rule was found on.
    for (what, rows, pace) in
        [("hours", 12, pace(By::Hour)), ("half hours", 6, Pace { window: 336, least: 48, hold: 48 })]
    {
        let (mut hit, mut all, mut right, mut told) = (0, 0, 0, 0);
        for brand in ["AAPL", "AMZN", "GOOG", "KO"] {
            let file = format!("Twitter_volume_{brand}.csv");
            let table = Table::read(&format!("data/nab-realTweets/{file}"))?;
            let times: Vec<DateTime> =
                table.column("timestamp").iter().map(|t| t.parse()).collect::<Result<_, jiff::Error>>()?;
            let counts: Vec<f64> = table.numbers("value").chunks(rows).map(|c| c.iter().sum()).collect();
            let spans: Vec<(DateTime, DateTime)> = windows[format!("realTweets/{file}")]
                .as_array()
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .filter_map(|w| Some((w[0].as_str()?.parse().ok()?, w[1].as_str()?.parse().ok()?)))
                .collect();
            let found: Vec<(DateTime, DateTime)> = bursts(&counts, pace)
                .iter()
                .map(|b| (times[b.at * rows], times[(b.at * rows + rows - 1).min(times.len() - 1)]))
                .collect();
            let within =
                |alert: &(DateTime, DateTime), span: &(DateTime, DateTime)| alert.1 >= span.0 && alert.0 <= span.1;
            let here = spans.iter().filter(|s| found.iter().any(|f| within(f, s))).count();
            let good = found.iter().filter(|f| spans.iter().any(|s| within(f, s))).count();
            println!(
                "{brand:<5} by {what}: windows found {here} of {}, alerts {} of which {good} in a window",
                spans.len(),
                found.len()
            );
            (hit, all, right, told) = (hit + here, all + spans.len(), right + good, told + found.len());
        }
        println!(
            "by {what}: recall {:.2}, precision {:.2}",
            f64::from(hit as u32) / all as f64,
            right as f64 / told as f64
        );
    }
    Ok(())
}
