//! Bodies: what is cut from them, against 200 real ones labelled by hand (`bodies.tsv` holds hashes, no words).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plaint::ingest::chunks::chunks;
use plaint::ingest::open::open;
use plaint::ingest::options::Options;
use plaint::normalise::{boilerplate, text};
use ring::digest::{SHA256, digest};

use crate::Outcome;

/// The dumps the bodies are from.
const FILES: [(&str, &[&str]); 5] = [
    ("reddit-api", &["body", "selftext"]),
    ("grimoirelab-discourse", &["cooked"]),
    ("grimoirelab-kitsune", &["content"]),
    ("nhtsa-flat", &["CDESCR"]),
    ("youtube-api", &["snippet.topLevelComment.snippet.textOriginal", "textOriginal"]),
];

/// `[--show]`: also the lines that were wrongly cut or kept.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let show = arguments.iter().any(|argument| argument == "--show");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut labels: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let table = include_str!("bodies.tsv");
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut hashes = line.split('\t');
        labels.insert(hashes.next().unwrap_or_default(), hashes.collect());
    }
    let bodies = bodies(&root.join("../shared/data/exports"))?;
    let (mut found, mut hit, mut wrong, mut missed, mut harmed) = (0, 0, 0, 0, 0);
    for body in &bodies {
        let Some(expected) = labels.get(hash(&plain(body)).as_str()) else { continue };
        found += 1;
        let kept = boilerplate::cut(body).unwrap_or_else(|| body.clone());
        let kept: BTreeSet<String> = kept.lines().map(|line| hash(&plain(line))).collect();
        let lines: BTreeMap<String, String> =
            body.lines().map(plain).filter(|l| !l.is_empty()).map(|l| (hash(&l), l)).collect();
        let mut harms = 0;
        for (line, words) in &lines {
            match (expected.contains(line.as_str()), !kept.contains(line)) {
                (true, true) => hit += 1,
                (false, true) => {
                    harms += 1;
                    if show {
                        println!("cut  {} {words}", hash(&plain(body)));
                    }
                }
                (true, false) => {
                    missed += 1;
                    if show {
                        println!("kept {} {words}", hash(&plain(body)));
                    }
                }
                (false, false) => {}
            }
        }
        wrong += harms;
        harmed += usize::from(harms > 0);
    }
    let share = |part: usize, rest: usize| 100.0 * part as f64 / (part + rest).max(1) as f64;
    println!("{found} of {} labelled bodies found; {} lines to cut", labels.len(), hit + missed);
    println!("precision {:.1} %, recall {:.1} % (lines)", share(hit, wrong), share(hit, missed));
    println!("lines of the author's own cut: {wrong}, in {harmed} bodies");
    Ok(())
}

fn bodies(exports: &Path) -> Result<BTreeSet<String>, Box<dyn std::error::Error>> {
    let mut bodies = BTreeSet::new();
    for (folder, columns) in FILES {
        for entry in std::fs::read_dir(exports.join(folder))? {
            let path = entry?.path().display().to_string();
            let Ok(dump) = open(&path, &Options::default()) else { continue };
            let wanted: Vec<&String> =
                dump.columns.iter().filter(|column| columns.iter().any(|wanted| column.ends_with(wanted))).collect();
            for chunk in chunks(&dump, 1000)? {
                let chunk = chunk?;
                for column in &wanted {
                    for cell in chunk.frame().column(column)?.str()?.iter().flatten() {
                        bodies.extend(text::clean(cell).text.map(|text| text.into_owned()));
                    }
                }
            }
        }
    }
    Ok(bodies)
}

/// Words alone: quote marks and spaces do not matter.
fn plain(text: &str) -> String {
    let lines =
        text.lines().map(|line| line.trim().trim_start_matches('>').split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn hash(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
