//! Dumps → records: which files, how each is read, what was set aside.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::{Dumps, MaxRejects, Reading};
use crate::compose::cached::{Kept, Models, Words};
use crate::compose::progress::Progress;
use crate::compose::{Session, emit, stored};
use crate::config::Input;
use crate::enrich::brands::Brands;
use crate::error::{Error, Kind, Result};
use crate::ingest::container::locate;
use crate::ingest::options::Options;
use crate::normalise::build::Normalised;
use crate::normalise::filter::{self, Filter};
use crate::normalise::merge::{self, Duplicates};
use crate::normalise::records::Records;
use crate::normalise::stream::{self, Understood};
use crate::normalise::sums::FileSums;
use crate::report::words;

/// What is told of a dump, whether it was read now or when it was ingested.
pub(crate) struct FileFacts {
    /// What became of its rows.
    pub(crate) sums: FileSums,
    /// SHA-256 of its bytes, hex.
    pub(crate) sha256: String,
    /// The source that read it.
    pub(crate) source: String,
    /// What the source warns of.
    pub(crate) caveat: Option<String>,
    /// What was assumed, in words.
    pub(crate) assumptions: Vec<String>,
    /// Its columns; empty where they are no longer known.
    pub(crate) columns: Vec<String>,
}

/// The store that was read.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Origin {
    /// Its folder, as named.
    pub(crate) path: String,
    /// The version read.
    pub(crate) version: u64,
    /// The day its newest record was written; none where no record is dated.
    pub(crate) newest_record: Option<Date>,
}

/// All records asked for.
pub(crate) struct Read {
    /// The dumps, in the order of their paths or ingests.
    pub(crate) files: Vec<FileFacts>,
    /// The records the conditions let through.
    pub(crate) records: Records,
    /// How many records there are, with those the conditions held back.
    pub(crate) all: i64,
    /// Rows that repeat a record; of the dumps read now.
    pub(crate) duplicates: Option<Duplicates>,
    /// Reasons to doubt a number, in words.
    pub(crate) caveats: Vec<String>,
    /// Files that could not be read, under `--keep-going`.
    pub(crate) failed: Vec<Error>,
    /// Feed → first and last day, where `[[input]]` says `covers`.
    pub(crate) covers: BTreeMap<String, (Date, Date)>,
    /// The store; none where dumps were read.
    pub(crate) store: Option<Origin>,
    /// Where the store keeps the records, and what is computed of them.
    pub(crate) kept: Option<Kept>,
}

impl Read {
    /// Records the conditions held back.
    pub(crate) fn filtered(&self) -> i64 {
        self.all - self.records.len() as i64
    }
}

/// Reads every dump named, else the store, else the dumps of `plaint.toml`.
///
/// # Errors
/// The first file that cannot be read (unless `--keep-going` and another can), too many rejects, a bad condition.
/// `words` are those wanted where `models`, those of what is heard in the records, have all of it in the store's caches.
pub(crate) fn read(session: &Session, reading: &Reading, words: Words, models: &Models) -> Result<Read> {
    let filters = reading.conditions.iter().map(|c| Filter::parse(c)).collect::<Result<Vec<_>>>()?;
    let mut read = match stored::asked(session, reading)? {
        Some(store) => stored::read(&store, reading, words, models)?,
        None => dumps(session, &reading.dumps)?,
    };
    if let Some(brands) = Brands::compile(&session.config.brands).map_err(|e| e.at(crate::config::FILE))? {
        read.records = brands.assign(&read.records)?;
    }
    if !filters.is_empty() {
        let kept = filter::mask(&read.records, &filters)?;
        read.records = filter::keep(&read.records, &kept)?;
        read.kept.iter_mut().for_each(|places| places.filter(&kept));
    }
    if read.records.is_empty() && !filters.is_empty() {
        return Err(Error::failed(format!(
            "none of the {} records fits --where {}",
            read.all,
            reading.conditions.join(" --where ")
        ))
        .hint("plaint cluster --issues-from COLUMN shows a column's values"));
    }
    read.covers = covers(session, &read.records)?;
    Ok(read)
}

fn dumps(session: &Session, dumps: &Dumps) -> Result<Read> {
    let (opened, failed, progress) = open_all(session, dumps)?;
    let seen = |bytes, rows| progress.read(bytes, rows);
    let chunks: Vec<Vec<Normalised>> = opened.par_iter().map(|one| one.all(&seen)).collect::<Result<_>>()?;
    progress.done();
    write_rejects(dumps, &opened, &chunks)?;
    let merged = merge::merge(chunks.into_iter().flatten().collect())?;
    check_rejects(dumps.max_rejects, &merged.files.iter().collect::<Vec<_>>())?;
    if merged.records.is_empty() {
        return Err(nothing_read(&merged.files));
    }
    let all = merged.records.len() as i64;
    let files = merged
        .files
        .into_iter()
        .filter_map(|sums| Some(facts(opened.iter().find(|o| o.dump.path == sums.path)?, sums)));
    Ok(Read {
        files: files.collect(),
        records: merged.records,
        all,
        duplicates: Some(merged.duplicates),
        caveats: merged.caveats,
        failed,
        covers: BTreeMap::new(),
        store: None,
        kept: None,
    })
}

fn facts(one: &Understood, sums: FileSums) -> FileFacts {
    let dump = &one.dump;
    FileFacts {
        sums,
        sha256: dump.sha256.clone(),
        source: dump.source.name.clone(),
        caveat: dump.source.caveat.clone(),
        assumptions: dump.assumptions.iter().cloned().chain(one.plan.assumptions()).collect(),
        columns: dump.columns.clone(),
    }
}

/// Every dump asked for, its columns decided, sorted by path; those that cannot be read, under `--keep-going`; and how far
/// that is.
///
/// # Errors
/// The first file that cannot be read (unless `--keep-going` and another can).
pub(crate) fn open_all(session: &Session, dumps: &Dumps) -> Result<(Vec<Understood>, Vec<Error>, Progress)> {
    dumps.ingest.check()?;
    let jobs = jobs(session, dumps)?;
    let progress = Progress::over(session, jobs.iter().map(|(path, _)| path.as_str()));
    let results: Vec<Result<Understood>> =
        jobs.par_iter().map(|(path, options)| open_one(path, options, &progress)).collect();
    let (mut opened, mut failed) = (Vec::new(), Vec::new());
    let left_out = without_records(&jobs, &results);
    for (at, result) in results.into_iter().enumerate() {
        match result {
            Ok(one) => opened.push(one),
            Err(error) if left_out[at] => session.note(&format!("left out: {}", told(&error, &jobs[at].0))),
            Err(error) if dumps.keep_going => {
                emit::complain(&error.to_string());
                failed.push(error);
            }
            Err(error) => return Err(error),
        }
    }
    if opened.is_empty() {
        return Err(Error::failed("no dump could be read").hint("see the messages above, one per file"));
    }
    Ok((opened, failed, progress))
}

/// Which files of an archive, or sheets of a workbook, hold no records while another beside them does: a list of
/// agents, a read-me.
fn without_records(jobs: &[(String, Options)], results: &[Result<Understood>]) -> Vec<bool> {
    let outer = |path: &str| locate::on_disk(path).len();
    let read: Vec<&str> =
        jobs.iter().zip(results).filter(|(_, r)| r.is_ok()).map(|((path, _), _)| &path[..outer(path)]).collect();
    let left_out = |((path, _), result): (&(String, Options), &Result<Understood>)| {
        let own = outer(path);
        let none = result.as_ref().is_err_and(|error| error.kind() == Kind::NoRecords);
        none && own < path.len() && read.contains(&&path[..own])
    };
    jobs.iter().zip(results).map(left_out).collect()
}

/// Why a file of an archive is left out.
fn told(error: &Error, path: &str) -> String {
    format!("{path}: {}", error.what())
}

/// Opens a dump and reads it through, to decide how its columns are read; its rows stay in the file.
pub(crate) fn open_one(path: &str, options: &Options, progress: &Progress) -> Result<Understood> {
    stream::understand(path, options, &|bytes| progress.looked(bytes))
}

/// Every path with the options that fit it, sorted, each path once.
pub(crate) fn jobs(session: &Session, reading: &Dumps) -> Result<Vec<(String, Options)>> {
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
    let mut dumps = Vec::new();
    for (path, options) in jobs {
        let found = options.members(&path)?;
        if !found.junk.is_empty() {
            session.note(&format!(
                "{path}: {} left out: {}",
                words::counted(found.junk.len() as i64, "file"),
                listed(&found.junk)
            ));
        }
        dumps.extend(found.paths.into_iter().map(|path| (path, options.clone())));
    }
    dumps.sort_by(|a, b| a.0.cmp(&b.0));
    dumps.dedup_by(|a, b| a.0 == b.0);
    Ok(dumps)
}

/// The first few of many names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", "))
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
fn write_rejects(dumps: &Dumps, opened: &[Understood], read: &[Vec<Normalised>]) -> Result<()> {
    let Some(path) = &dumps.rejects else { return Ok(()) };
    let mut bytes = Vec::new();
    for (one, chunks) in opened.iter().zip(read) {
        let mut chunks = chunks.iter().map(|c| &c.rejects).filter(|r| !r.is_empty());
        let Some(first) = chunks.next() else { continue };
        let mut all = first.clone();
        for later in chunks {
            all.append(later)?;
        }
        bytes.extend(all.written(&one.dump)?);
    }
    emit::to(Some(path), &bytes)
}

/// No row became a record: said with what became of them.
pub(crate) fn nothing_read(files: &[FileSums]) -> Error {
    let mut error = Error::failed("there is no record in what was read");
    for file in files {
        let fate = format!("{} rows, {} set aside, {} skipped", file.rows_read, file.rejected, file.skipped);
        error = error.evidence(format!("{}: {fate}", file.path));
    }
    error.hint("export again with at least one row, or see plaint inspect")
}

/// `--max-rejects`.
///
/// # Errors
/// When more was set aside, with what and where.
pub(crate) fn check_rejects(most: MaxRejects, files: &[&FileSums]) -> Result<()> {
    let read: i64 = files.iter().map(|f| f.rows_read).sum();
    let rejected: i64 = files.iter().map(|f| f.rejected).sum();
    if !most.exceeded(rejected, read) {
        return Ok(());
    }
    let mut error = Error::failed(format!("{rejected} of {read} rows were set aside, more than --max-rejects allows"));
    for file in files.iter().filter(|f| f.rejected > 0) {
        for problem in &file.problems {
            error =
                error.evidence(format!("{}:{}: {} × {}", file.path, problem.example_line, problem.count, problem.kind));
        }
    }
    Err(error.hint("see them with --rejects FILE, or allow more with --max-rejects 5%"))
}

/// The exit code of a run: 1 when `--keep-going` left files out.
pub(crate) fn exit_code(failed: &[Error]) -> u8 {
    if failed.is_empty() {
        return 0;
    }
    emit::complain(&format!("{} could not be read", words::counted(failed.len() as i64, "file")));
    1
}

/// The declared days of the feeds whose dumps all have `covers`.
fn covers(session: &Session, records: &Records) -> Result<BTreeMap<String, (Date, Date)>> {
    let mut spans: BTreeMap<String, (Date, Date)> = BTreeMap::new();
    if session.config.inputs.iter().all(|i| i.covers.is_none()) {
        return Ok(spans);
    }
    let feeds = records.frame().column("feed")?.str()?;
    let files = records.frame().column("source_file")?.str()?;
    for (feed, file) in feeds.iter().zip(files.iter()) {
        let (Some(feed), Some(file)) = (feed, file) else { continue };
        if let Some([first, last]) = session.config.input_for(file).and_then(|i| i.covers) {
            let span = spans.entry(feed.to_string()).or_insert((first, last));
            *span = (span.0.min(first), span.1.max(last));
        }
    }
    Ok(spans)
}
