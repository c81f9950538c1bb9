//! Readers: every dump beside the checkout with its source, rows and rejects, next to what Python's own csv and json
//! count; the sums of every file are checked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plaint::ingest::options::Options;
use plaint::ingest::source::Shape;
use plaint::normalise::stream::{Understood, understand};

use crate::Outcome;

/// Files that hold no customer's words, or name no column for them: read with these options, or refused, as they
/// should be.
const MAPPED: &[(&str, &[&str])] = &[
    ("-tweetids_entire_period.csv", &["source_id=Tweet-ID", "title=Tweet-ID"]),
    ("title_StackOverflow.txt", &["body=column_1"]),
    ("label_StackOverflow.txt", &["category=column_1"]),
    ("tweets_GroundTruth.txt", &["body=column_3", "source_id=column_1"]),
    ("amazonReviewSnippets_GroundTruth.txt", &["body=column_3", "source_id=column_1"]),
    ("utf-8.csv", &["body=col1"]),
];
/// Counts, labels and descriptions: no dumps.
const NO_DUMPS: &[&str] = &[
    "nab-realTweets",
    "surveillance",
    "tcpd",
    "SOURCE.txt",
    "LICENSE",
    "README",
    "_README_.txt",
    "categories.json",
    "data_full.json",
];

/// `[PYTHON]`: the interpreter to count with; without one, rows are printed alone.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let python = arguments.first();
    let mut files = Vec::new();
    walk(&data, &mut files)?;
    files.sort();
    println!("{:<66} {:<20} {:>7} {:>7} {:>7} {:>7}", "file", "source", "rows", "python", "rejects", "skipped");
    let (mut wrong, mut all) = (0, 0);
    for file in files {
        let name = file.strip_prefix(&data)?.display().to_string();
        if NO_DUMPS.iter().any(|part| name.contains(part)) {
            continue;
        }
        all += 1;
        match read(&file, &name) {
            Err(error) => {
                wrong += 1;
                println!("{name:<66} {error}");
            }
            Ok((one, rejected, skipped)) => {
                let rows = one.plan.rows;
                let counted = python.map(|python| count(python, &file, &one)).transpose()?;
                let same = counted.is_none_or(|counted| counted == rows);
                wrong += i64::from(!same);
                let counted = counted.map_or("-".to_owned(), |counted| counted.to_string());
                let note = if same { "" } else { "  DIFFERS" };
                let source = &one.dump.source.name;
                println!("{name:<66} {source:<20} {rows:>7} {counted:>7} {rejected:>7} {skipped:>7}{note}");
            }
        }
    }
    println!("{all} files, {wrong} not read or counted otherwise");
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads a dump through; rows set aside and skipped. Every row must be one of stored, set aside and skipped.
fn read(file: &Path, name: &str) -> Result<(Understood, i64, i64), Box<dyn std::error::Error>> {
    let maps = MAPPED.iter().find(|(ending, _)| name.ends_with(ending)).map_or(&[][..], |(_, maps)| maps);
    let options = Options { map: maps.iter().map(ToString::to_string).collect(), ..Options::default() };
    let one = understand(&file.display().to_string(), &options, &|_| {})?;
    let (mut rows, mut kept, mut rejected, mut skipped) = (0, 0, 0, 0);
    for chunk in one.stream()? {
        let chunk = chunk?;
        rows += chunk.rows_read;
        kept += chunk.records.height() as i64;
        rejected += chunk.rejects.len() as i64;
        skipped += chunk.skipped.iter().map(|problem| problem.count).sum::<i64>();
    }
    assert_eq!(rows, kept + rejected + skipped, "{name}: a row is lost");
    assert_eq!(rows, one.plan.rows, "{name}: the two passes differ");
    Ok((one, rejected, skipped))
}

fn count(python: &str, file: &Path, one: &Understood) -> Result<i64, Box<dyn std::error::Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/evaluate/readers.py");
    let mut command = Command::new(python);
    command.arg(script).arg(file);
    if one.dump.source.shape == Shape::Json {
        command.args(["json", &one.dump.source.name]);
    } else {
        let said = |words: &str| one.dump.assumptions.iter().any(|said| said.contains(words));
        let delimiter = match one.dump.delimiter {
            Some(b'\t') => "tab".to_owned(),
            other => char::from(other.unwrap_or(b',')).to_string(),
        };
        let quotes = if said("quotes are text") { "none" } else { "double" };
        let headless = said("no header") || one.dump.columns.iter().all(|column| column.starts_with("column_"));
        command.args(["table", &delimiter, quotes, if headless { "0" } else { "1" }]);
    }
    let output = command.output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
