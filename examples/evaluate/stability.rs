//! Whether a few records more or less change the issues: the demo, again and again without a random twentieth.
//!
//! `cargo run --release --example evaluate -- stability [DRAWS]`
//!
//! What discovery's constants `EXPLAINED`, `SAME` and `CHOOSING_RESTARTS` are judged by.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use plaint::cluster::discover::learn;
use plaint::cluster::matching::match_records;
use plaint::cluster::prng::Pcg;
use plaint::enrich::enrich;
use plaint::ingest::options::Options;
use plaint::normalise::merge;
use plaint::normalise::stream::understand;

use crate::Outcome;

/// The share of records left out of a draw.
const LEFT_OUT: f64 = 0.05;
/// An issue is found when what some discovered issue matches differs from its records by at most this share of them.
const OFF: f64 = 0.2;
const DRAWS: u64 = 8;

/// (file, row) → issues.
type Labels = BTreeMap<(String, i64), BTreeSet<String>>;

/// Prints one line per draw; the first leaves nothing out.
///
/// # Errors
/// When the demo cannot be read, or a draw holds no issue.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let draws = arguments.first().map_or(Ok(DRAWS), |n| n.parse())?;
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files: Vec<String> = Vec::new();
    for entry in fs::read_dir(testdata.join("demo"))? {
        files.push(entry?.path().to_string_lossy().into_owned());
    }
    files.sort();
    let mut read = Vec::new();
    for path in &files {
        read.extend(understand(path, &Options::default(), &|_| {})?.all(&|_, _| {})?);
    }
    let records = merge::merge(read)?.records;
    let voiced = enrich(&records, &Default::default())?;
    let labels = labels(&testdata.join("demo-labels.csv"))?;
    let (names, numbers) = (records.text("source_file")?, records.frame().column("source_row")?.i64()?.clone());
    // Row → the issues it speaks of; only rows that count, as a report learns from them.
    let mut truth: BTreeMap<u32, &BTreeSet<String>> = BTreeMap::new();
    for row in 0..records.len() {
        let name = Path::new(names.get(row).unwrap_or_default()).file_name().unwrap_or_default();
        let key = (name.to_string_lossy().into_owned(), numbers.get(row).unwrap_or(0));
        if let Some(issues) = labels.get(&key) {
            truth.insert(row as u32, issues);
        }
    }
    let mut all_found = 0;
    for draw in 0..=draws {
        let mut chance = Pcg::new(draw, 20);
        let rows: Vec<u32> = truth.keys().copied().filter(|_| chance.unit() >= LEFT_OUT || draw == 0).collect();
        let book = learn(&voiced, &rows, &Default::default())?.codebook;
        let matches = match_records(&voiced, &book)?;
        let (matched, ids) = (matches.rows()?, matches.issue_ids()?);
        let mut found: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for at in 0..matches.len() {
            let row = matched.get(at).unwrap_or_default() as u32;
            if rows.binary_search(&row).is_ok() {
                found.entry(ids.get(at).unwrap_or_default()).or_default().insert(row);
            }
        }
        let names: BTreeSet<&String> = truth.values().flat_map(|issues| issues.iter()).collect();
        let mut missed: Vec<String> = Vec::new();
        for name in &names {
            let own: BTreeSet<u32> = rows.iter().copied().filter(|row| truth[row].contains(*name)).collect();
            let off = |found: &BTreeSet<u32>| found.symmetric_difference(&own).count() as f64 / own.len() as f64;
            let best = found.values().map(off).fold(1.0, f64::min);
            if best > OFF {
                missed.push(format!("{name} ({:.0} % off)", best * 100.0));
            }
        }
        all_found += usize::from(missed.is_empty() && draw > 0);
        let line = if missed.is_empty() { "all found".to_owned() } else { format!("missed {}", missed.join(", ")) };
        println!("draw {draw}: {} records, {} issues of {}: {line}", rows.len(), book.issues.len(), names.len());
    }
    println!("all issues found in {all_found} of {draws} draws");
    Ok(())
}

/// The labels of the rows that count.
fn labels(path: &Path) -> Result<Labels, Box<dyn std::error::Error>> {
    let mut labels = BTreeMap::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        if &row[4] == "counted" {
            let issues = row[2].split('|').filter(|issue| !issue.is_empty()).map(str::to_owned).collect();
            labels.insert((row[0].to_owned(), row[1].parse()?), issues);
        }
    }
    Ok(labels)
}
