//! Dumps → records: which files, how each is read, what was set aside.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::cli::{MaxRejects, Reading};
use crate::compose::{Session, emit};
use crate::config::Input;
use crate::enrich::brands::Brands;
use crate::error::{Error, Result};
use crate::ingest::chunks::chunks;
use crate::ingest::open::open;
use crate::ingest::options::Options;
use crate::ingest::raw::Dump;
use crate::normalise::build::{Normalised, Normaliser};
use crate::normalise::filter::{self, Filter};
use crate::normalise::merge::{self, Merged};
use crate::normalise::plan::{Plan, Planner};
use crate::normalise::records::Records;

/// Rows read at a time.
const CHUNK: usize = 65_536;

/// One dump, understood.
pub(crate) struct Opened {
    /// How it is read.
    pub(crate) dump: Dump,
    /// What its columns decided.
    pub(crate) plan: Plan,
    /// Its rows.
    pub(crate) chunks: Vec<Normalised>,
}

/// All dumps.
pub(crate) struct Read {
    /// In the order of their paths.
    pub(crate) opened: Vec<Opened>,
    /// Every record once, with the sums.
    pub(crate) merged: Merged,
    /// The records the conditions let through.
    pub(crate) records: Records,
    /// Records the conditions held back.
    pub(crate) filtered: i64,
    /// Files that could not be read, under `--keep-going`.
    pub(crate) failed: Vec<Error>,
    /// Feed → first and last day, where `[[input]]` says `covers`.
    pub(crate) covers: BTreeMap<String, (Date, Date)>,
}

/// Reads every dump asked for.
///
/// # Errors
/// The first file that cannot be read (unless `--keep-going` and another can), too many rejects, a bad condition.
pub(crate) fn read(session: &Session, reading: &Reading) -> Result<Read> {
    reading.ingest.check()?;
    let filters = reading.conditions.iter().map(|c| Filter::parse(c)).collect::<Result<Vec<_>>>()?;
    let jobs = jobs(session, reading)?;
    let results: Vec<Result<Opened>> = jobs.par_iter().map(|(path, options)| open_one(path, options)).collect();
    let (mut opened, mut failed) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(one) => opened.push(one),
            Err(error) if reading.keep_going => {
                emit::complain(&error.to_string());
                failed.push(error);
            }
            Err(error) => return Err(error),
        }
    }
    if opened.is_empty() {
        return Err(Error::failed("no dump could be read").hint("see the messages above, one per file"));
    }
    write_rejects(reading, &opened)?;
    let merged = merge::merge(opened.iter_mut().flat_map(|o| std::mem::take(&mut o.chunks)).collect())?;
    check_rejects(reading.max_rejects, &merged)?;
    if merged.records.is_empty() {
        return Err(nothing_read(&merged));
    }
    let records = match Brands::compile(&session.config.brands).map_err(|e| e.at(crate::config::FILE))? {
        Some(brands) => filter::apply(&brands.assign(&merged.records)?, &filters)?,
        None => filter::apply(&merged.records, &filters)?,
    };
    if records.is_empty() {
        return Err(Error::failed(format!(
            "none of the {} records fits --where {}",
            merged.records.len(),
            reading.conditions.join(" --where ")
        ))
        .hint("plaint cluster --issues-from COLUMN shows a column's values"));
    }
    let filtered = (merged.records.len() - records.len()) as i64;
    let covers = covers(session, &merged)?;
    Ok(Read { opened, merged, records, filtered, failed, covers })
}

/// Opens a dump and reads it twice: once to decide, once to normalise.
pub(crate) fn open_one(path: &str, options: &Options) -> Result<Opened> {
    let dump = open(path, options)?;
    let mut planner = Planner::new(&dump)?;
    for raw in chunks(&dump, CHUNK)? {
        planner.observe(&raw?)?;
    }
    let plan = planner.finish()?;
    let mut normaliser = Normaliser::new(&dump, &plan)?;
    let mut normalised = Vec::new();
    for raw in chunks(&dump, CHUNK)? {
        normalised.push(normaliser.normalise(&raw?)?);
    }
    drop(normaliser);
    Ok(Opened { dump, plan, chunks: normalised })
}

/// Every path with the options that fit it, sorted, each path once.
pub(crate) fn jobs(session: &Session, reading: &Reading) -> Result<Vec<(String, Options)>> {
    let mut jobs: Vec<(String, Options)> = Vec::new();
    if reading.files.is_empty() {
        for input in &session.config.inputs {
            for pattern in &input.files {
                let found = expand(pattern)?;
                jobs.extend(found.into_iter().map(|path| (path, options_for(&reading.ingest, Some(input)))));
            }
        }
        if jobs.is_empty() {
            return Err(Error::usage("no dump is named")
                .hint("name the files after the command, or list them under [[input]] in plaint.toml"));
        }
    } else {
        for path in &reading.files {
            let input = session.config.input_for(path);
            jobs.push((path.clone(), options_for(&reading.ingest, input)));
        }
    }
    jobs.sort_by(|a, b| a.0.cmp(&b.0));
    jobs.dedup_by(|a, b| a.0 == b.0);
    Ok(jobs)
}

/// The files of a glob; an empty one is an error, for a batch job must not report on nothing.
fn expand(pattern: &str) -> Result<Vec<String>> {
    let bad = |what: String| Error::failed(what).at(crate::config::FILE).hint("check the files of [[input]]");
    let paths = glob::glob(pattern).map_err(|e| bad(format!("{pattern:?} is not a file pattern: {}", e.msg)))?;
    let mut found = Vec::new();
    for path in paths {
        let path = path.map_err(|e| Error::io(e.path().display(), "look into it", e.error()))?;
        found.push(path.to_string_lossy().into_owned());
    }
    if found.is_empty() {
        return Err(bad(format!("no file fits {pattern:?}")));
    }
    Ok(found)
}

/// The command line's options, completed by those of the `[[input]]`.
fn options_for(options: &Options, input: Option<&Input>) -> Options {
    let mut options = options.clone();
    if let Some(input) = input {
        options.source = options.source.or_else(|| input.source.clone());
        options.dates = options.dates.or(input.dates);
        options.source_tz = options.source_tz.or_else(|| input.source_tz.clone());
        options.account = options.account.or_else(|| input.account.clone());
        // The command line's own mappings come last: the later one wins.
        let mut map: Vec<String> = input.map.iter().map(|(field, column)| format!("{field}={column}")).collect();
        map.append(&mut options.map);
        options.map = map;
    }
    options
}

/// Writes what was set aside, before anything may fail over it. Several dumps go one below the other, each with its
/// own header.
fn write_rejects(reading: &Reading, opened: &[Opened]) -> Result<()> {
    let Some(path) = &reading.rejects else { return Ok(()) };
    let mut bytes = Vec::new();
    for one in opened {
        let mut chunks = one.chunks.iter().map(|c| &c.rejects).filter(|r| !r.is_empty());
        let Some(first) = chunks.next() else { continue };
        let mut all = first.clone();
        for later in chunks {
            all.append(later)?;
        }
        bytes.extend(all.to_csv(&one.dump)?);
    }
    emit::to(Some(path), &bytes)
}

/// No row became a record: said with what became of them.
fn nothing_read(merged: &Merged) -> Error {
    let mut error = Error::failed("there is no record in what was read");
    for file in &merged.files {
        let fate = format!("{} rows, {} set aside, {} skipped", file.rows_read, file.rejected, file.skipped);
        error = error.evidence(format!("{}: {fate}", file.path));
    }
    error.hint("export again with at least one row, or see plaint inspect")
}

fn check_rejects(most: MaxRejects, merged: &Merged) -> Result<()> {
    let read: i64 = merged.files.iter().map(|f| f.rows_read).sum();
    let rejected: i64 = merged.files.iter().map(|f| f.rejected).sum();
    if !most.exceeded(rejected, read) {
        return Ok(());
    }
    let mut error = Error::failed(format!("{rejected} of {read} rows were set aside, more than --max-rejects allows"));
    for file in merged.files.iter().filter(|f| f.rejected > 0) {
        for problem in &file.problems {
            error =
                error.evidence(format!("{}:{}: {} × {}", file.path, problem.example_line, problem.count, problem.kind));
        }
    }
    Err(error.hint("see them with --rejects FILE, or allow more with --max-rejects 5%"))
}

/// The declared days of the feeds whose dumps all have `covers`.
fn covers(session: &Session, merged: &Merged) -> Result<BTreeMap<String, (Date, Date)>> {
    let mut spans: BTreeMap<String, (Date, Date)> = BTreeMap::new();
    if session.config.inputs.iter().all(|i| i.covers.is_none()) {
        return Ok(spans);
    }
    let feeds = merged.records.frame().column("feed")?.str()?;
    let files = merged.records.frame().column("source_file")?.str()?;
    for (feed, file) in feeds.iter().zip(files.iter()) {
        let (Some(feed), Some(file)) = (feed, file) else { continue };
        if let Some([first, last]) = session.config.input_for(file).and_then(|i| i.covers) {
            let span = spans.entry(feed.to_string()).or_insert((first, last));
            *span = (span.0.min(first), span.1.max(last));
        }
    }
    Ok(spans)
}
