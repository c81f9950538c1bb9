//! Living with a codebook: what 52 weekly runs move, and what the candidate test finds and makes up.
//!
//! `cargo run --release --example evaluate -- weekly [REDDIT_FOLDER]` runs the program itself, week after week, over a
//! growing set of dumps: `plaint cluster` with the codebook of the first week, its candidates written and every fourth
//! one accepted. No match may move between issues that were there.
//!
//! `… -- emerging FOLDER` plants a label that no baseline week holds into a week, after methods.md §1.6, in
//! `stackoverflow-short` (1,500 texts a week) and `banking77` (1,000).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use plaint::cluster::Options;
use plaint::cluster::codebook::{Codebook, Status};
use plaint::cluster::discover::discover;
use plaint::cluster::matching::match_records;
use plaint::cluster::prng::Pcg;
use plaint::cluster::propose::{BASELINE, Proposal, When, propose};
use plaint::enrich::enrich;
use plaint::enrich::plain::{Plain, records_of};

use crate::Outcome;

const WEEKS: usize = 52;
const WEEK: i64 = 7 * 86_400;

/// The year of weekly runs.
///
/// # Errors
/// When the folder cannot be read or a run fails.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let folder = arguments.first().map_or("../shared/data/reddit", String::as_str);
    let work = tempfile::tempdir()?;
    let weeks = dumps(Path::new(folder), work.path())?;
    let book = work.path().join("codebook.toml");
    let book = book.to_str().unwrap();
    let csv = work.path().join("out.csv");
    let csv = csv.to_str().unwrap();
    let mut primary: BTreeMap<String, [String; 3]> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let (mut moved, mut taken, mut candidates, mut accepted, mut quiet) = (0, 0, 0, 0, 0);
    for (week, dump) in weeks.iter().enumerate() {
        let mut line = vec!["plaint", "cluster", "--quiet", "--format", "csv", "-o", csv, "--write", book];
        if week > 0 {
            line.extend(["--codebook", book]);
        }
        line.extend(weeks[..=week].iter().map(String::as_str));
        plaint::run(line.iter().map(|a| (*a).into()))?;
        let mut now: BTreeMap<String, [String; 3]> = BTreeMap::new();
        for row in csv::Reader::from_path(csv)?.records() {
            let row = row?;
            now.insert(row[2].to_owned(), [row[3].to_owned(), row[5].to_owned(), row[6].to_owned()]);
        }
        for (uid, before) in &primary {
            let after = &now[uid];
            if known.contains(&after[0]) || after[0].is_empty() {
                moved += usize::from(after != before);
            } else {
                taken += 1;
            }
        }
        let read = Codebook::parse(&fs::read_to_string(book)?, book)?;
        known = read.issues.iter().filter(|issue| issue.status.counts()).map(|issue| issue.id.clone()).collect();
        primary = now;
        let new: Vec<&str> = read
            .issues
            .iter()
            .filter(|i| i.status == Status::Candidate)
            .map(|i| i.id.as_str())
            .skip(candidates - accepted)
            .collect();
        quiet += usize::from(new.is_empty() && week > 0);
        for id in &new {
            candidates += 1;
            let name = &read.issue(id).unwrap().name;
            println!("week {week:>2}  {dump}  candidate {id}  {name}");
            if candidates % 4 == 0 {
                plaint::run(["plaint", "issues", "accept", id, "--codebook", book, "--quiet"].map(Into::into))?;
                accepted += 1;
            }
        }
    }
    println!(
        "{} weekly runs, {} records, {} issues: {moved} records moved between issues that were there, {taken} went to an \
         issue accepted since; {candidates} candidates ({accepted} accepted), {quiet} weeks without one",
        weeks.len() - 1,
        primary.len(),
        known.len() - accepted
    );
    if moved > 0 { Err("matches moved".into()) } else { Ok(()) }
}

/// The folder's posts as one dump of everything before the last 52 weeks, then one for each of those.
fn dumps(folder: &Path, to: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut paths: Vec<_> = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "csv"));
    paths.sort();
    let (mut header, mut rows) = (csv::StringRecord::new(), Vec::new());
    for path in paths {
        let mut reader = csv::Reader::from_path(path)?;
        header = reader.headers()?.clone();
        for row in reader.records() {
            let row = row?;
            rows.push((row[0].parse::<f64>()? as i64, row));
        }
    }
    rows.sort_by(|a, b| (a.0, &a.1[3]).cmp(&(b.0, &b.1[3])));
    let last = rows.last().ok_or("no posts")?.0;
    let first = last - WEEKS as i64 * WEEK;
    let mut names = Vec::new();
    for week in 0..=WEEKS as i64 {
        let until = first + week * WEEK;
        let name = to.join(format!("{}.csv", Timestamp::from_second(until)?.strftime("%Y-%m-%d")));
        let mut writer = csv::Writer::from_path(&name)?;
        writer.write_record(&header)?;
        for (at, row) in &rows {
            if *at <= until && (week == 0 || *at > until - WEEK) {
                writer.write_record(row)?;
            }
        }
        writer.flush()?;
        names.push(name.to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Planted labels.
///
/// # Errors
/// When a set cannot be read.
pub(crate) fn emerging(arguments: &[String]) -> Outcome {
    let folder = Path::new(arguments.first().map_or("../shared/data", String::as_str));
    let so = folder.join("stackoverflow-short");
    let titles = fs::read_to_string(so.join("title_StackOverflow.txt"))?;
    let labels = fs::read_to_string(so.join("label_StackOverflow.txt"))?;
    let so: Vec<(String, String)> =
        titles.lines().zip(labels.lines()).map(|(t, l)| (t.to_owned(), l.trim().to_owned())).collect();
    planted("stackoverflow-short", &so, 1500)?;
    let mut banking = Vec::new();
    for name in ["train.csv", "test.csv"] {
        for row in csv::Reader::from_path(folder.join("banking77").join(name))?.records() {
            let row = row?;
            banking.push((row[0].to_owned(), row[1].to_owned()));
        }
    }
    planted("banking77", &banking, 1000)
}

/// Ten labels in turn are new in the last of nine weeks, with m texts each; m = 0 is a week without anything new.
fn planted(name: &str, set: &[(String, String)], weekly: usize) -> Outcome {
    let labels: Vec<&String> = set.iter().map(|(_, l)| l).collect::<BTreeSet<_>>().into_iter().collect();
    let chosen: Vec<&String> = (0..10).map(|i| labels[i * labels.len() / 10]).collect();
    // Per m: trials, detected, other groups, sums of recall and precision of the detected.
    let mut sums: BTreeMap<usize, [f64; 5]> = BTreeMap::new();
    for (number, new) in chosen.iter().enumerate() {
        let mut old: Vec<usize> = (0..set.len()).filter(|i| set[*i].1 != **new).collect();
        let mut held: Vec<usize> = (0..set.len()).filter(|i| set[*i].1 == **new).collect();
        let mut prng = Pcg::new(number as u64, 54);
        shuffle(&mut old, &mut prng);
        shuffle(&mut held, &mut prng);
        let weekly = weekly.min(old.len() / (usize::from(BASELINE) + 1));
        let past = &old[weekly..weekly * (usize::from(BASELINE) + 1)];
        // The codebook is of the past alone.
        let book = learned(set, past)?;
        for m in [0, 5, 10, 20, 40] {
            let mut texts: Vec<(usize, u8)> = old[..weekly].iter().map(|i| (*i, 0)).collect();
            texts.extend(held[..m].iter().map(|i| (*i, 0)));
            texts.extend(past.iter().enumerate().map(|(at, i)| (*i, 1 + (at / weekly) as u8)));
            let (found, is_new) = proposals(set, &texts, &book, new)?;
            let sum = sums.entry(m).or_default();
            sum[0] += 1.0;
            let mut hit: Option<(f64, f64)> = None;
            for proposal in &found {
                let right = proposal.rows.iter().filter(|row| is_new[**row as usize]).count() as f64;
                let (precision, recall) = (right / proposal.rows.len() as f64, right / m.max(1) as f64);
                if precision >= 0.5 && recall >= 0.2 && hit.is_none() {
                    hit = Some((recall, precision));
                } else {
                    sum[2] += 1.0;
                }
            }
            if let Some((recall, precision)) = hit {
                sum[1] += 1.0;
                sum[3] += recall;
                sum[4] += precision;
            }
        }
    }
    println!("{name}: {weekly} texts a week, ten labels planted in turn");
    for (m, [trials, detected, others, recall, precision]) in sums {
        println!(
            "  m {m:>2}  detected {:.2}  recall {:.2}  precision {:.2}  other groups {:.2} a week",
            detected / trials,
            recall / detected.max(1.0),
            precision / detected.max(1.0),
            others / trials
        );
    }
    Ok(())
}

fn shuffle(places: &mut [usize], prng: &mut Pcg) {
    for i in (1..places.len()).rev() {
        places.swap(i, prng.next_u32() as usize % (i + 1));
    }
}

fn learned(set: &[(String, String)], past: &[usize]) -> Result<Codebook, Box<dyn std::error::Error>> {
    let uids: Vec<String> = (0..past.len()).map(|i| format!("row:{i:06}")).collect();
    let plain: Vec<Plain<'_>> =
        past.iter().zip(&uids).map(|(i, uid)| Plain { uid, body: Some(&set[*i].0), ..Plain::default() }).collect();
    let voiced = enrich(&records_of(&plain)?, &Default::default())?;
    let all: Vec<u32> = (0..past.len() as u32).collect();
    Ok(discover(&voiced, &all, &Options { issues: Some(20), ..Options::default() })?)
}

/// The candidates, and which rows are of the new label. `texts` are places in the set with their weeks back.
fn proposals(
    set: &[(String, String)],
    texts: &[(usize, u8)],
    book: &Codebook,
    new: &str,
) -> Result<(Vec<Proposal>, Vec<bool>), Box<dyn std::error::Error>> {
    let uids: Vec<String> = (0..texts.len()).map(|i| format!("row:{i:06}")).collect();
    let plain: Vec<Plain<'_>> = texts
        .iter()
        .zip(&uids)
        .map(|((i, _), uid)| Plain { uid, body: Some(&set[*i].0), ..Plain::default() })
        .collect();
    let voiced = enrich(&records_of(&plain)?, &Default::default())?;
    let matches = match_records(&voiced, book)?;
    let back: Vec<Option<u8>> = texts.iter().map(|(_, back)| Some(*back)).collect();
    let author = vec![None; texts.len()];
    let found = propose(&voiced, &When { back: &back, author: &author }, &matches, book)?;
    Ok((found, texts.iter().map(|(i, _)| set[*i].1 == new).collect()))
}
