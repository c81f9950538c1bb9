//! Measures discovery against known labels: one table with every figure of the issue.
//!
//! `cargo run --release --example evaluate -- discovery [--write DIR] [NAME[:K]…]`
//!
//! "Clusters" are discovery's own groups; "matches" the primary issue by the codebook, the unassigned counted as one
//! more cluster; both as `score_clusters.py` scores them. `--write DIR` writes each set as `NAME.csv` (text, label), so
//! that the same script can score what the program prints: `plaint cluster DIR/NAME.csv --map body=text --format csv`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use plaint::cluster::Options;
use plaint::cluster::discover::learn;
use plaint::cluster::matching::match_records;
use plaint::enrich::plain::{Plain, records_of};
use plaint::enrich::{Voiced, enrich};

use crate::Outcome;
use crate::agreement::{Agreement, agreement};

pub(crate) type Texts = Vec<(String, String)>;

/// One line of the table: a set, how many issues (null: chosen), and what to reach.
struct Row {
    set: &'static str,
    issues: Option<usize>,
    /// (clusters' NMI, clusters' ACC, matches' NMI, matches' ACC); 0 where nothing is asked.
    reach: [f64; 4],
}

const fn row(set: &'static str, issues: Option<usize>, reach: [f64; 4]) -> Row {
    Row { set, issues, reach }
}

const ROWS: &[Row] = &[
    row("stackoverflow-short", Some(20), [0.74, 0.79, 0.71, 0.80]),
    row("stackoverflow-short", None, [0.0; 4]),
    row("banking77-test", Some(77), [0.66, 0.43, 0.62, 0.0]),
    row("banking77-train", None, [0.64, 0.0, 0.62, 0.0]),
    row("clinc150-test", Some(150), [0.0; 4]),
    row("clinc150-test", None, [0.0; 4]),
    row("reddit", Some(8), [0.0; 4]),
    row("reddit", None, [0.0; 4]),
];

/// Prints the table, or the rows named.
///
/// # Errors
/// When a set cannot be read.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut named: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut folder = None;
    if named.first() == Some(&"--write") {
        folder = Some(PathBuf::from(named.get(1).ok_or("name a folder to write to")?));
        named.drain(..2);
    }
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !shared.exists() {
        println!("no labelled sets at {}", shared.display());
        return Ok(());
    }
    println!(
        "set                  asked found  seconds  clusters NMI/ARI/ACC   matches NMI/ARI/ACC  covered  precision  recall"
    );
    let mut cut: BTreeMap<&str, Texts> = BTreeMap::new();
    for row in ROWS {
        let asked = row.issues.map_or(String::new(), |k| format!(":{k}"));
        if !named.is_empty() && !named.iter().any(|name| *name == row.set || *name == format!("{}{asked}", row.set)) {
            continue;
        }
        if !cut.contains_key(row.set) {
            cut.insert(row.set, read(&shared, row.set)?);
        }
        let texts = &cut[row.set];
        if let Some(folder) = &folder {
            write(folder, row.set, texts)?;
        }
        measure(row, texts)?;
    }
    Ok(())
}

fn measure(row: &Row, texts: &Texts) -> Outcome {
    let voiced = voiced(texts)?;
    let all: Vec<u32> = (0..texts.len() as u32).collect();
    let start = Instant::now();
    let found = learn(&voiced, &all, &Options { issues: row.issues, ..Options::default() })?;
    let seconds = start.elapsed().as_secs_f64();
    let mut clusters = vec![String::new(); texts.len()];
    for (row, issue) in &found.clusters {
        clusters[*row as usize] = issue.map_or(String::new(), |place| place.to_string());
    }
    let matches = match_records(&voiced, &found.codebook)?;
    let mut assigned = vec![String::new(); texts.len()];
    let (rows, ids, primary) = (matches.rows()?, matches.issue_ids()?, matches.primary()?);
    for at in (0..matches.len()).filter(|at| primary.get(*at) == Some(true)) {
        assigned[rows.get(at).unwrap_or_default() as usize] = ids.get(at).unwrap_or_default().to_owned();
    }
    let against = |given: &[String]| {
        agreement(given.iter().map(String::as_str).zip(texts.iter().map(|(_, label)| label.as_str())))
    };
    let (own, matched) = (against(&clusters), against(&assigned));
    let covered = assigned.iter().filter(|id| !id.is_empty()).count() as f64 / texts.len() as f64;
    let issues = &found.codebook.issues;
    let mean = |of: &dyn Fn(usize) -> f64| (0..issues.len()).map(of).sum::<f64>() / issues.len() as f64;
    let show = |a: &Agreement| format!("{:.3}/{:.3}/{:.3}", a.nmi, a.ari, a.acc);
    println!(
        "{:<20} {:>5} {:>5} {seconds:>8.2}   {:>18}    {:>18}    {covered:.3}      {:.3}   {:.3}  {}",
        row.set,
        row.issues.map_or("-".to_owned(), |k| k.to_string()),
        issues.len(),
        show(&own),
        show(&matched),
        mean(&|i| issues[i].precision.unwrap_or_default()),
        mean(&|i| issues[i].recall.unwrap_or_default()),
        verdict(row, [own.nmi, own.acc, matched.nmi, matched.acc])
    );
    Ok(())
}

/// The texts as records, heard.
pub(crate) fn voiced(texts: &Texts) -> Result<Voiced, Box<dyn std::error::Error>> {
    let uids: Vec<String> = (0..texts.len()).map(|i| format!("row:{i:08}")).collect();
    let plain: Vec<Plain<'_>> =
        texts.iter().zip(&uids).map(|((text, _), uid)| Plain { uid, body: Some(text), ..Plain::default() }).collect();
    Ok(enrich(&records_of(&plain)?, &Default::default())?)
}

/// What falls short of what is to be reached.
fn verdict(row: &Row, found: [f64; 4]) -> String {
    const NAMES: [&str; 4] = ["clusters NMI", "clusters ACC", "matches NMI", "matches ACC"];
    let short = (0..4).filter(|i| found[*i] < row.reach[*i]);
    let short: Vec<String> = short.map(|i| format!("{} < {:.2}", NAMES[i], row.reach[i])).collect();
    match row.reach.iter().any(|reach| *reach > 0.0) {
        false => String::new(),
        true if short.is_empty() => "reached".to_owned(),
        true => short.join(", "),
    }
}

/// Every text of a set and its label.
pub(crate) fn read(shared: &Path, set: &str) -> Result<Texts, Box<dyn std::error::Error>> {
    match set {
        "stackoverflow-short" => {
            let folder = shared.join(set);
            let titles = fs::read_to_string(folder.join("title_StackOverflow.txt"))?;
            let labels = fs::read_to_string(folder.join("label_StackOverflow.txt"))?;
            Ok(titles.lines().zip(labels.lines()).map(|(t, l)| (t.to_owned(), l.trim().to_owned())).collect())
        }
        "banking77-test" => columns(&shared.join("banking77/test.csv"), &["text"], Some("category")),
        "banking77-train" => columns(&shared.join("banking77/train.csv"), &["text"], Some("category")),
        "clinc150-test" => {
            let all: serde_json::Value = serde_json::from_slice(&fs::read(shared.join("clinc150/data_full.json"))?)?;
            let pairs = all["test"].as_array().ok_or("clinc150: no test split")?;
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            Ok(pairs.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect())
        }
        _ => {
            let mut paths: Vec<PathBuf> = fs::read_dir(shared.join(set))?
                .map(|e| Ok::<_, std::io::Error>(e?.path()))
                .collect::<Result<_, _>>()?;
            paths.retain(|path| path.extension().is_some_and(|e| e == "csv"));
            paths.sort();
            let mut texts = Texts::new();
            for path in paths {
                let label = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let rows = columns(&path, &["title", "selftext"], None)?;
                texts.extend(rows.into_iter().map(|(text, _)| (text, label.clone())));
            }
            Ok(texts)
        }
    }
}

/// The named columns of a CSV on lines of their own, and its label.
fn columns(path: &Path, named: &[&str], label: Option<&str>) -> Result<Texts, Box<dyn std::error::Error>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let headers = reader.headers()?.clone();
    let place = |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name);
    let places: Vec<usize> = named.iter().filter_map(|name| place(name)).collect();
    let label = label.and_then(place);
    let mut texts = Texts::new();
    for record in reader.records() {
        let record = record?;
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        let text = places.iter().map(|at| cell(*at)).collect::<Vec<_>>().join("\n");
        texts.push((text, label.map(cell).unwrap_or_default()));
    }
    Ok(texts)
}

fn write(folder: &Path, set: &str, texts: &Texts) -> Outcome {
    fs::create_dir_all(folder)?;
    let mut writer = csv::Writer::from_path(folder.join(format!("{set}.csv")))?;
    writer.write_record(["text", "label"])?;
    for (text, label) in texts {
        writer.write_record([text, label])?;
    }
    Ok(writer.flush()?)
}
