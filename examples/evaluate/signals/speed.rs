//! How long 1,000 issues × 520 weeks take, all tested, through the program and without it.

use std::io::Write;
use std::time::Instant;

use jiff::ToSpan;
use jiff::civil::date;
use plaint::trend::baseline::design::Design;
use plaint::trend::baseline::detector::Tester;
use plaint::trend::calendar::By;
use rayon::prelude::*;

use crate::Outcome;
use crate::signals::data::{Draws, plaint};

pub(super) fn run() -> Outcome {
    let mut draws = Draws::new(11);
    let series: Vec<Vec<i64>> = (0..1_000)
        .map(|issue| {
            let level = 1.0 + 2.0 * f64::from(issue % 10);
            let wave = if issue % 2 == 0 { 0.4 } else { 0.0 };
            (0..520).map(|t| draws.count(level * (wave * (f64::from(t) * 0.1204).cos()).exp(), 1.3)).collect()
        })
        .collect();
    let design = Design::plain(By::Week, 520);
    let start = Instant::now();
    let tests: usize = series
        .par_iter()
        .with_max_len(1)
        .map(|counts| {
            let mut tester = Tester::new(counts, &design, 0);
            (0..520).filter(|place| tester.test(*place).is_some()).count()
        })
        .sum();
    println!("detector alone: {tests} tests in {:.2?}", start.elapsed());
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("counts.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    writeln!(file, "period,issue,observed")?;
    for (issue, counts) in series.iter().enumerate() {
        let mut day = date(2016, 1, 4);
        for count in counts {
            writeln!(file, "{day},issue-{issue:04},{count}")?;
            day = day.checked_add(7.days())?;
        }
    }
    file.flush()?;
    let path = path.display().to_string();
    for (what, since) in [("all tested", "2016-01-04"), ("the last week tested", "2025-12-15")] {
        // To a file: whoever reads from a pipe would take part of the two cores.
        let written = folder.path().join("trends.csv").display().to_string();
        let start = Instant::now();
        plaint(&["trends", "--counts", &path, "--since", since, "--format", "csv", "-o", &written])?;
        let took = start.elapsed();
        let lines = std::fs::read(&written)?.iter().filter(|b| **b == b'\n').count();
        println!("plaint trends, {what}: {took:.2?} ({lines} lines)");
    }
    Ok(())
}
