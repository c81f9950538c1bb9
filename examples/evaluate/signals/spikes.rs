//! Outbreaks found and false alarms among the simulated scenarios, as `score_spikes.py` scores them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::Outcome;
use crate::signals::data::{Table, plaint, shared};
use crate::signals::farrington;

/// The first of the 49 current weeks.
const FIRST: &str = "2011-01-10";

/// One tested week.
struct Week {
    series: String,
    outbreak: bool,
    p: f64,
    signal: bool,
}

pub(super) fn run() -> Outcome {
    let truth = Table::read("oracle/spikes/truth.csv")?;
    let truth: BTreeSet<(&str, &str)> = truth.column("issue").into_iter().zip(truth.column("period")).collect();
    let counts = shared("oracle/spikes/counts.csv").display().to_string();
    let out = plaint(&["trends", "--counts", &counts, "--since", FIRST, "--format", "csv"])?;
    let out = Table::parse(&out)?;
    let names = out.column("issue");
    let (periods, p, signals) = (out.column("period"), out.numbers("p"), out.column("signal"));
    let ours: Vec<Week> = (0..names.len())
        .filter(|i| periods[*i] >= FIRST)
        .map(|i| Week {
            series: names[i].to_owned(),
            outbreak: truth.contains(&(names[i], &periods[i][..10])),
            p: if p[i].is_nan() { 1.0 } else { p[i] },
            signal: !signals[i].is_empty(),
        })
        .collect();
    report("default detector", &ours);
    let table = Table::read("oracle/spikes/counts.csv")?;
    let mut series: BTreeMap<&str, Vec<(&str, i64)>> = BTreeMap::new();
    for ((name, period), count) in
        table.column("issue").into_iter().zip(table.column("period")).zip(table.counts("observed"))
    {
        series.entry(name).or_default().push((period, count));
    }
    let series: Vec<(&str, Vec<(&str, i64)>)> = series.into_iter().collect();
    let theirs: Vec<Vec<Week>> = series
        .par_iter()
        .map(|(name, points)| {
            let counts: Vec<i64> = points.iter().map(|p| p.1).collect();
            (0..points.len())
                .filter(|at| points[*at].0 >= FIRST)
                .map(|at| {
                    let found =
                        farrington::years(at, 5).and_then(|c| farrington::test(&counts, at, &c, farrington::HUNDREDTH));
                    let p = found.as_ref().map_or(1.0, |f| f.p);
                    let signal = found.is_some_and(|f| f.enough && counts[at] as f64 > f.plugin);
                    Week { series: (*name).to_owned(), outbreak: truth.contains(&(*name, points[at].0)), p, signal }
                })
                .collect()
        })
        .collect();
    report("Farrington flexible", &theirs.into_iter().flatten().collect::<Vec<_>>());
    Ok(())
}

fn report(name: &str, weeks: &[Week]) {
    let quiet = |w: &&Week| w.series.ends_with("-quiet");
    let mut null: Vec<f64> = weeks.iter().filter(quiet).map(|w| w.p).collect();
    null.sort_by(f64::total_cmp);
    let Some(cut) = null.get((null.len().saturating_sub(1)) / 100).copied() else {
        println!("{name}: no quiet series");
        return;
    };
    rates(&format!("{name} at FPR .01 (p < {cut:.5})"), weeks, |w| w.p < cut + 1e-15);
    rates(&format!("{name}, own signal"), weeks, |w| w.signal);
}

fn rates(name: &str, weeks: &[Week], alarm: impl Fn(&Week) -> bool) {
    let quiet: Vec<&Week> = weeks.iter().filter(|w| w.series.ends_with("-quiet")).collect();
    let false_alarms = quiet.iter().filter(|w| alarm(w)).count() as f64 / quiet.len() as f64;
    let loud: Vec<&Week> = weeks.iter().filter(|w| !w.series.ends_with("-quiet")).collect();
    let count = |alarmed: bool, outbreak: bool| {
        loud.iter().filter(|w| alarm(w) == alarmed && w.outbreak == outbreak).count() as f64
    };
    let (tp, fp, fnn) = (count(true, true), count(true, false), count(false, true));
    let all: BTreeSet<&str> = loud.iter().filter(|w| w.outbreak).map(|w| w.series.as_str()).collect();
    let hit: BTreeSet<&str> = loud.iter().filter(|w| w.outbreak && alarm(w)).map(|w| w.series.as_str()).collect();
    let pod = hit.len() as f64 / all.len() as f64;
    let f1 = 2.0 * tp / (2.0 * tp + fp + fnn);
    println!("{name:<46} FPR {false_alarms:.4}  POD {pod:.3} of {}  F1 {f1:.3}", all.len());
}
