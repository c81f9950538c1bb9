//! Measures discovery against known labels: a CSV of two columns (text, label) with a header.
//!
//! `cargo run --release --example evaluate -- discovery FILE.csv [K]`
//!
//! The primary match is the assignment; unassigned records count as one more group. Prints the number of issues,
//! coverage, NMI (arithmetic), ARI, purity and the share right when each issue is matched greedily to one label.

use std::collections::BTreeMap;
use std::time::Instant;

use plaint::cluster::Options;
use plaint::cluster::discover::discover;
use plaint::cluster::matching::match_records;
use plaint::enrich::enrich;
use plaint::enrich::plain::{Plain, records_of};

use crate::Outcome;

/// Scores discovery on one labelled file.
///
/// # Errors
/// When no file is named or it cannot be read.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let path = arguments.first().ok_or("name a CSV of two columns: text, label")?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let uids: Vec<String> = (0..rows.len()).map(|i| format!("row:{i:08}")).collect();
    let plain: Vec<Plain<'_>> =
        rows.iter().zip(&uids).map(|(row, uid)| Plain { uid, body: row.get(0), ..Plain::default() }).collect();
    let records = records_of(&plain).unwrap();
    let start = Instant::now();
    let voiced = enrich(&records, &Default::default()).unwrap();
    println!("enrich    {:>8.2?}", start.elapsed());
    let options = Options { issues: arguments.get(1).map(|k| k.parse()).transpose()?, ..Options::default() };
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let start = Instant::now();
    let codebook = discover(&voiced, &all, &options).unwrap();
    println!("discover  {:>8.2?}", start.elapsed());
    let start = Instant::now();
    let matches = match_records(&voiced, &codebook).unwrap();
    println!("match     {:>8.2?}", start.elapsed());
    let mut assigned = vec![String::new(); rows.len()];
    let (ids, primary) = (matches.issue_ids().unwrap(), matches.primary().unwrap());
    for (i, row) in matches.rows().unwrap().iter().enumerate() {
        if primary.get(i) == Some(true) {
            assigned[row.unwrap() as usize] = ids.get(i).unwrap().to_owned();
        }
    }
    let labels: Vec<&str> = rows.iter().map(|row| row.get(1).unwrap_or_default()).collect();
    let cohesion = matches.cohesion(&codebook).unwrap();
    for issue in &codebook.issues {
        let n = assigned.iter().filter(|id| **id == issue.id).count();
        let cohesion = cohesion.get(&issue.id).copied().unwrap_or_default();
        println!("{n:>6}  {:>5}  {cohesion:.2}  {}  {}", issue.min_score, issue.id, issue.name);
    }
    println!("issues {}  matches per record {:.2}", codebook.issues.len(), matches.len() as f64 / rows.len() as f64);
    report("all", assigned.iter().map(String::as_str).zip(labels.iter().copied()).collect());
    let known = assigned.iter().map(String::as_str).zip(labels.iter().copied()).filter(|(id, _)| !id.is_empty());
    let known: Vec<(&str, &str)> = known.collect();
    println!("coverage {:.3}", known.len() as f64 / rows.len() as f64);
    report("assigned", known);
    Ok(())
}

fn report(what: &str, pairs: Vec<(&str, &str)>) {
    let n = pairs.len() as f64;
    let mut table: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let (mut left, mut right): (BTreeMap<&str, f64>, BTreeMap<&str, f64>) = Default::default();
    for (a, b) in pairs {
        *table.entry((a, b)).or_default() += 1.0;
        *left.entry(a).or_default() += 1.0;
        *right.entry(b).or_default() += 1.0;
    }
    let entropy = |counts: &BTreeMap<&str, f64>| -counts.values().map(|c| c / n * (c / n).ln()).sum::<f64>();
    let mutual: f64 = table.iter().map(|((a, b), c)| c / n * (c * n / (left[a] * right[b])).ln()).sum();
    let nmi = 2.0 * mutual / (entropy(&left) + entropy(&right));
    let pairs_of = |c: f64| c * (c - 1.0) / 2.0;
    let together: f64 = table.values().map(|c| pairs_of(*c)).sum();
    let (a, b): (f64, f64) = (left.values().map(|c| pairs_of(*c)).sum(), right.values().map(|c| pairs_of(*c)).sum());
    let expected = a * b / pairs_of(n);
    let ari = (together - expected) / ((a + b) / 2.0 - expected);
    let purity: f64 = left
        .keys()
        .map(|a| right.keys().filter_map(|b| table.get(&(*a, *b))).copied().fold(0.0, f64::max))
        .sum::<f64>();
    let mut cells: Vec<(f64, &str, &str)> = table.iter().map(|((a, b), c)| (*c, *a, *b)).collect();
    cells.sort_by(|x, y| y.0.total_cmp(&x.0));
    let (mut used_a, mut used_b, mut right_ones) = (Vec::new(), Vec::new(), 0.0);
    for (c, a, b) in cells {
        if !used_a.contains(&a) && !used_b.contains(&b) {
            used_a.push(a);
            used_b.push(b);
            right_ones += c;
        }
    }
    println!("{what:<9} NMI {nmi:.3}  ARI {ari:.3}  greedy ACC {:.3}  purity {:.3}", right_ones / n, purity / n);
}
