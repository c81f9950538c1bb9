//! How fast issues are found and matched: two million short records, a large codebook, beside the notebooks' tools.
//!
//! `cargo run --release --example evaluate -- pace [RECORDS] [--peers PYTHON]`

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use plaint::cluster::Options;
use plaint::cluster::discover::discover;
use plaint::cluster::matching::match_records;
use plaint::cluster::prng::Pcg;
use plaint::enrich::enrich;
use plaint::enrich::plain::{Plain, records_of};

use crate::Outcome;
use crate::discovery;
use crate::process::{measured, program};

/// Records matched with the large codebook.
const MATCHED: usize = 200_000;
/// Its issues.
const ISSUES: usize = 100;
/// Runs beside a notebook of seconds.
const ROUNDS: usize = 5;

/// Prints one line per figure.
///
/// # Errors
/// When the titles cannot be read or a program fails.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let peers = arguments.iter().position(|a| a == "--peers").and_then(|at| arguments.get(at + 1));
    let records = arguments.first().and_then(|n| n.parse().ok()).unwrap_or(2_000_000);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let titles = shared.join("data/stackoverflow-short/title_StackOverflow.txt");
    if !titles.exists() {
        println!("no titles at {}", titles.display());
        return Ok(());
    }
    let titles = fs::read_to_string(titles)?;
    let titles: Vec<Vec<&str>> = titles.lines().map(|line| line.split_whitespace().collect()).collect();
    let folder = tempfile::tempdir()?;
    matching(&titles)?;
    reddit(&shared, folder.path(), peers.map(String::as_str))?;
    millions(&titles, records, folder.path())
}

/// Matching alone, with a codebook of a hundred issues.
fn matching(titles: &[Vec<&str>]) -> Outcome {
    let mut chance = Pcg::new(1, 1);
    let texts: Vec<String> = (0..MATCHED).map(|_| like(titles, &mut chance)).collect();
    let uids: Vec<String> = (0..texts.len()).map(|i| format!("row:{i:08}")).collect();
    let plain: Vec<Plain<'_>> =
        texts.iter().zip(&uids).map(|(text, uid)| Plain { uid, body: Some(text), ..Plain::default() }).collect();
    let voiced = enrich(&records_of(&plain)?, &Default::default())?;
    let rows: Vec<u32> = (0..20_000).collect();
    let book = discover(&voiced, &rows, &Options { issues: Some(ISSUES), ..Options::default() })?;
    let keywords = book.issues.iter().map(|issue| issue.keywords.len()).sum::<usize>() / book.issues.len();
    for _ in 0..3 {
        let begun = Instant::now();
        let matches = match_records(&voiced, &book)?;
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "matching: {MATCHED} records, {} issues of {keywords} keywords: {:.0} a second, {} matches (bar 100,000)",
            book.issues.len(),
            MATCHED as f64 / seconds,
            matches.len()
        );
    }
    Ok(())
}

/// The reddit folder, beside the notebooks where there is a Python to run them: one after the other, as often as
/// [`ROUNDS`] says, so that a busy moment of the machine meets both.
fn reddit(shared: &Path, folder: &Path, peers: Option<&str>) -> Outcome {
    let texts = discovery::read(&shared.join("data"), "reddit")?;
    let voiced = discovery::voiced(&texts)?;
    let rows: Vec<u32> = (0..texts.len() as u32).collect();
    let mut dumps: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(shared.join("data/reddit"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "csv") {
            dumps.push(path);
        }
    }
    dumps.sort();
    let out = folder.join("clusters.txt");
    let bench = shared.join("bench/peers");
    let sklearn = [bench.join("weekly_sklearn.py"), folder.join("sk"), "title,selftext".into(), "created_utc".into()];
    let bertopic = [bench.join("bertopic_lite.py"), folder.join("bt"), "title,selftext".into()];
    for (issues, rounds, peer) in [(Some(20), ROUNDS, &sklearn[..]), (None, 2, &bertopic[..])] {
        let asked = issues.map_or("chosen".to_owned(), |k| k.to_string());
        let (mut learning, mut whole, mut beside) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let begun = Instant::now();
            discover(&voiced, &rows, &Options { issues, ..Options::default() })?;
            learning.push(begun.elapsed().as_secs_f64());
            let mut command = Command::new(program()?);
            command.arg("cluster").args(&dumps).arg("-o").arg(&out).arg("--quiet");
            command.args(issues.map(|k| ["--issues".to_owned(), k.to_string()]).iter().flatten());
            whole.push(measured(&mut command)?.seconds);
            if let Some(python) = peers {
                let said = measured(Command::new(python).args(peer).args(&dumps))?.output;
                let said: serde_json::Value = serde_json::from_str(&said)?;
                let seconds = |key: &str| said[key].as_f64();
                // The notebook's own time of finding issues; of the other the whole, which is little else.
                let finding = seconds("vectorise_s").zip(seconds("cluster_s")).map(|(a, b)| a + b);
                beside.extend(finding.or_else(|| seconds("total_s")));
            }
        }
        println!("reddit, {asked} issues: discovery {}, the whole program {}", range(&learning), range(&whole));
        if !beside.is_empty() {
            let times = |ours: &[f64]| beside.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect::<Vec<_>>();
            println!(
                "    {} {}: discovery {} times as fast, the whole program {}",
                peer[0].file_name().unwrap_or_default().display(),
                range(&beside),
                range(&times(&learning)),
                range(&times(&whole))
            );
        }
    }
    Ok(())
}

/// The middle one of some numbers, and the least and the greatest.
fn range(numbers: &[f64]) -> String {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.as_slice() {
        [] => "–".to_owned(),
        [first, .., last] => format!("{:.2} ({first:.2} to {last:.2})", sorted[sorted.len() / 2]),
        [one] => format!("{one:.2}"),
    }
}

/// Titles with a word exchanged and every second one a word longer, found and matched by the program.
fn millions(titles: &[Vec<&str>], records: usize, folder: &Path) -> Outcome {
    let path = folder.join("millions.csv");
    let mut chance = Pcg::new(2, 2);
    let mut file = BufWriter::new(fs::File::create(&path)?);
    writeln!(file, "id,created_at,body")?;
    for i in 0..records {
        let (day, second) = (i / 86_400 % 28 + 1, i % 86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let body = like(titles, &mut chance).replace('"', "");
        writeln!(file, "{i},2024-01-{day:02}T{hour:02}:{minute:02}:{second:02}Z,\"{body}\"")?;
    }
    file.flush()?;
    let mut command = Command::new(program()?);
    command.arg("cluster").arg(&path).args(["--issues", "20", "--format", "json", "--quiet", "-o"]);
    let ours = measured(command.arg(folder.join("millions.json")))?;
    println!(
        "{records} short records found and matched: {:.1} s, {:.0} MB (bar 40 s, 2048 MB)",
        ours.seconds, ours.megabytes
    );
    Ok(())
}

/// A title with one word of another, half of them with one more.
fn like(titles: &[Vec<&str>], chance: &mut Pcg) -> String {
    let mut pick = |n: usize| ((chance.unit() * n as f64) as usize).min(n - 1);
    let word = |from: &mut dyn FnMut(usize) -> usize| {
        let title = &titles[from(titles.len())];
        if title.is_empty() { "" } else { title[from(title.len())] }
    };
    let mut title = titles[pick(titles.len())].clone();
    if !title.is_empty() {
        let at = pick(title.len());
        title[at] = word(&mut pick);
    }
    if pick(2) == 0 {
        title.push(word(&mut pick));
    }
    title.join(" ")
}
