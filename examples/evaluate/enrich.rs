//! Measures what is heard in texts, against labelled sets in `../shared`.
//!
//! `cargo run --release --example evaluate -- enrich [vader|abuse|complaint|question|praise|personal|speed]…`
//!
//! `mentions.csv` holds 500 labels given by hand, without the texts: the file and row in `../shared/data` (rows of data,
//! from 1), and whether the text is a complaint. Protocol: of the Reddit posts and CrisisLex tweets of 15 to 400
//! characters (a post is its title and its text on lines of their own), the 250 each with the smallest SHA-256 of
//! `file:row`. One reader labelled all of them before any answer of the program was seen: a complaint says that a
//! product, a service, an organisation or a public body falls short of what the writer expects (a fault, a failure,
//! something missed, dissatisfaction); news, grief, moods, quarrels between people, questions how to do something and
//! one's own mishaps are none. Doubtful ones were decided at once and stayed. The same person wrote the rules later,
//! having read these texts, and chose the complaint's weights on 300 other mentions drawn the same way; none of the 800
//! was trained on. So the figure is that of an author's own rules on texts he knew: take it as an upper bound.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use plaint::enrich::intent::{Beside, Listener};
use plaint::enrich::plain::{Plain, records_of};
use plaint::enrich::{Intent, Options, enrich, language, sentiment};
use plaint::normalise::records::Records;
use polars::prelude::{Int64Chunked, IntoColumn, NewChunkedArray, StringChunked};

use crate::corpora::{self, Example};
use crate::{Outcome, personal};

/// One thing measured.
struct Part {
    name: &'static str,
    run: fn() -> Outcome,
}

const PARTS: &[Part] = &[
    Part { name: "vader", run: vader },
    Part { name: "abuse", run: abuse },
    Part { name: "complaint", run: complaint },
    Part { name: "question", run: question },
    Part { name: "praise", run: praise },
    Part { name: "personal", run: personal::run },
    Part { name: "speed", run: speed },
];

/// Prints the figures asked for, else all.
///
/// # Errors
/// When the data is not there.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    for part in PARTS.iter().filter(|p| arguments.is_empty() || arguments.iter().any(|a| a == p.name)) {
        println!("== {}", part.name);
        (part.run)()?;
    }
    Ok(())
}

fn vader() -> Outcome {
    for (texts, oracle) in
        [("tweets_GroundTruth.txt", "tweets.csv"), ("amazonReviewSnippets_GroundTruth.txt", "amazonReviewSnippets.csv")]
    {
        let oracle = corpora::folder().join("../oracle/vader").join(oracle);
        let mut reader = csv::Reader::from_path(oracle)?;
        let expected: Vec<f64> = reader
            .records()
            .map(|r| Ok(r?.get(5).unwrap_or_default().parse()?))
            .collect::<Result<_, Box<dyn std::error::Error>>>()?;
        let raw = std::fs::read_to_string(corpora::folder().join("vader-groundtruth").join(texts))?;
        let texts: Vec<&str> = raw.lines().filter_map(|line| line.splitn(3, '\t').nth(2)).collect();
        let equal = texts.iter().zip(&expected).filter(|(t, e)| (sentiment::score(t) - **e).abs() < 5e-5).count();
        let handled = texts.iter().filter(|t| language::is_handled(language::found(t))).count();
        println!(
            "{} texts, equal to 4 decimals: {equal} ({:.2} %); sum {:.4} for {:.4}; in a language handled: {handled}",
            texts.len(),
            equal as f64 * 100.0 / texts.len() as f64,
            texts.iter().map(|t| sentiment::score(t)).sum::<f64>(),
            expected.iter().sum::<f64>()
        );
    }
    Ok(())
}

/// The log odds of one intent, as the program hears a mention.
fn odds(listener: &Listener, text: &str, intent: Intent) -> f64 {
    let heard = language::is_handled(language::found(text)).then(|| sentiment::score(text));
    let scores = listener.log_odds(Some(text), heard, Beside { kind: "mention", ..Beside::default() });
    scores[intent.place()]
}

/// The confusion table of a yes/no answer and its macro-F1.
fn table(name: &str, answers: &[(f64, bool)]) {
    let count =
        |yes: bool, truth: bool| answers.iter().filter(|(s, t)| (*s >= 0.0) == yes && *t == truth).count() as f64;
    let (tp, fp, false_no, tn) = (count(true, true), count(true, false), count(false, true), count(false, false));
    let f1 = |hit: f64, wrong: f64, missed: f64| 2.0 * hit / (2.0 * hit + wrong + missed).max(1.0);
    let (yes, no) = (f1(tp, fp, false_no), f1(tn, false_no, fp));
    println!(
        "{name}: {} texts, {} are; heard and are {tp}, heard and are not {fp}, missed {false_no}, rightly not {tn}",
        answers.len(),
        tp + false_no
    );
    println!(
        "  macro-F1 {:.3} (F1 of yes {yes:.3}, of no {no:.3}), precision {:.3}, recall {:.3}, AUC {:.3}",
        (yes + no) / 2.0,
        tp / (tp + fp).max(1.0),
        tp / (tp + false_no).max(1.0),
        auc(answers)
    );
}

/// The chance that a yes scores higher than a no (Mann & Whitney 1947).
fn auc(answers: &[(f64, bool)]) -> f64 {
    let mut sorted: Vec<(f64, bool)> = answers.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut rank_sum, mut at) = (0.0, 0);
    while at < sorted.len() {
        let end = at + sorted[at..].iter().take_while(|(s, _)| *s == sorted[at].0).count();
        let rank = (at + 1 + end) as f64 / 2.0;
        rank_sum += rank * sorted[at..end].iter().filter(|(_, yes)| *yes).count() as f64;
        at = end;
    }
    let yes = sorted.iter().filter(|(_, yes)| *yes).count() as f64;
    (rank_sum - yes * (yes + 1.0) / 2.0) / (yes * (sorted.len() as f64 - yes))
}

fn abuse() -> Outcome {
    let listener = Listener::new(&[])?;
    let held: Vec<Example> = corpora::davidson()?.into_iter().filter(|e| e.held_out).collect();
    let answers: Vec<(f64, bool)> =
        held.iter().map(|e| (odds(&listener, &e.text, Intent::Abuse), e.labels[0] == Some(true))).collect();
    table("davidson-hate, held-out fifth, abuse against neither", &answers);
    Ok(())
}

/// The labelled mentions of a file: text and label.
fn mentions(path: &Path) -> Result<Vec<(String, bool)>, Box<dyn std::error::Error>> {
    let mut wanted: BTreeMap<String, BTreeMap<usize, bool>> = BTreeMap::new();
    for record in csv::Reader::from_path(path)?.records() {
        let record = record?;
        let cell = |at: usize| record.get(at).unwrap_or_default();
        wanted.entry(cell(0).into()).or_default().insert(cell(1).parse()?, cell(2) == "1");
    }
    let mut found = Vec::new();
    for (file, rows) in wanted {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(corpora::folder().join(&file))?;
        let headers = reader.headers()?.clone();
        let column = |name: &str| headers.iter().position(|h| h.trim() == name);
        let columns: Vec<usize> = match (column("title"), column("selftext")) {
            (Some(title), Some(text)) => vec![title, text],
            _ => vec![1],
        };
        for (row, record) in reader.records().enumerate() {
            let record = record?;
            if let Some(label) = rows.get(&(row + 1)) {
                let parts: Vec<&str> = columns.iter().filter_map(|c| record.get(*c)).map(str::trim).collect();
                found.push((htmlize::unescape(parts.join("\n").trim()).into_owned(), *label));
            }
        }
    }
    Ok(found)
}

fn complaint() -> Outcome {
    let listener = Listener::new(&[])?;
    let path = match std::env::var("PLAINT_MENTIONS") {
        Ok(path) => PathBuf::from(path),
        Err(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/evaluate/mentions.csv"),
    };
    let labelled = mentions(&path)?;
    let answers: Vec<(f64, bool)> =
        labelled.iter().map(|(text, label)| (odds(&listener, text, Intent::Complaint), *label)).collect();
    table("mentions labelled by hand, complaint against rest", &answers);
    if std::env::var("PLAINT_SHOW_ERRORS").is_ok() {
        for ((text, label), (score, _)) in labelled.iter().zip(&answers).filter(|(l, (s, _))| (*s >= 0.0) != l.1) {
            println!("  {score:>6.2} {} {}", u8::from(*label), text.replace('\n', " // "));
        }
    }
    Ok(())
}

fn question() -> Outcome {
    let listener = Listener::new(&[])?;
    for (name, examples) in
        [("banking77 test", corpora::banking("test.csv")?), ("clinc150 test", corpora::clinc("test")?)]
    {
        let heard = examples.iter().filter(|e| odds(&listener, &e.text, Intent::Question) >= 0.0).count();
        let asked: Vec<&Example> = examples.iter().filter(|e| e.labels[3] == Some(true)).collect();
        let right = asked.iter().filter(|e| odds(&listener, &e.text, Intent::Question) >= 0.0).count();
        println!(
            "{name}: {heard} of {} heard as questions ({:.1} %); of {} worded as one, {right}",
            examples.len(),
            heard as f64 * 100.0 / examples.len() as f64,
            asked.len()
        );
    }
    let tweets = corpora::rated("tweets_GroundTruth.txt", false)?;
    let held: Vec<(f64, bool)> = tweets
        .iter()
        .filter(|e| e.held_out)
        .filter_map(|e| Some((odds(&listener, &e.text, Intent::Question), e.labels[3]?)))
        .collect();
    table("tweets, held-out fifth, worded as a question", &held);
    Ok(())
}

fn praise() -> Outcome {
    let listener = Listener::new(&[])?;
    for (file, products) in [("tweets_GroundTruth.txt", false), ("amazonReviewSnippets_GroundTruth.txt", true)] {
        let all = corpora::rated(file, products)?;
        let truth = |e: &Example| e.rating.is_some_and(|r| r > 1.5);
        let alone: Vec<(f64, bool)> = all.iter().map(|e| (sentiment::score(&e.text), truth(e))).collect();
        println!("{file}: AUC of sentiment alone {:.3} on all {}", auc(&alone), all.len());
        let held = all.iter().filter(|e| e.held_out);
        let answers: Vec<(f64, bool)> = held.map(|e| (odds(&listener, &e.text, Intent::Praise), truth(e))).collect();
        table("  praise (rating > 1.5), held-out fifth", &answers);
    }
    Ok(())
}

fn speed() -> Outcome {
    let mut texts: Vec<String> = corpora::rated("tweets_GroundTruth.txt", false)?.into_iter().map(|e| e.text).collect();
    texts.extend(corpora::davidson()?.into_iter().map(|e| e.text));
    texts.extend(corpora::banking("train.csv")?.into_iter().map(|e| e.text));
    let n = 200_000;
    // A number at the end keeps copies of a text from being echoes of each other only by our doing.
    let bodies: Vec<String> = (0..n).map(|i| format!("{} {}", texts[i % texts.len()], i / texts.len())).collect();
    let uids: Vec<String> = (0..n).map(|i| format!("x:{i:07}")).collect();
    let rows: Vec<Plain<'_>> = bodies
        .iter()
        .zip(&uids)
        .map(|(body, uid)| Plain { uid, body: Some(body), created_at: Some(1_600_000_000_000_000), ..Plain::default() })
        .collect();
    // Four records of each author, so that profiles are made too; likes, so that there is a reach.
    let mut frame = records_of(&rows)?.frame().clone();
    let authors =
        StringChunked::from_iter_options("author_id".into(), (0..n).map(|i| Some(format!("a{}", i % 50_000))));
    frame.with_column(authors.into_column())?;
    frame.with_column(
        Int64Chunked::from_iter_options("likes".into(), (0..n).map(|i| Some(i as i64 % 40))).into_column(),
    )?;
    let records = Records::new(frame, BTreeMap::new())?;
    let letters: usize = bodies.iter().map(String::len).sum();
    for _ in 0..3 {
        let (start, before) = (Instant::now(), processor());
        let voiced = enrich(&records, &Options::default())?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{} records of {:.0} bytes in {seconds:.2} s: {:.0} a second on {} threads",
            voiced.len(),
            letters as f64 / n as f64,
            n as f64 / seconds,
            std::thread::available_parallelism()?
        );
        // On a machine that others use too, what it would be with two cores to itself.
        if let (Some(before), Some(after)) = (before, processor()) {
            let used = after - before;
            println!("  {used:.2} s of processor: {:.0} a second on two cores fully used", 2.0 * n as f64 / used);
        }
    }
    Ok(())
}

/// Seconds of processor time of all threads so far (Linux; null elsewhere).
fn processor() -> Option<f64> {
    let mut nanoseconds = 0.0;
    for thread in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        nanoseconds += text.split(' ').next()?.parse::<f64>().ok()?;
    }
    Some(nanoseconds / 1e9)
}
