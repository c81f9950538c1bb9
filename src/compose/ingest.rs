//! `plaint ingest`: dumps → store.

use jiff::civil::Date;
use xxhash_rust::xxh3::xxh3_64;

use crate::cli::{Ingest, MaxRejects};
use crate::compose::progress::Progress;
use crate::compose::read;
use crate::compose::{self, Session, emit, store};
use crate::enrich::redact::redacted;
use crate::error::{Error, Result};
use crate::normalise::records::Records;
use crate::normalise::rejects::Rejects;
use crate::normalise::stream::Understood;
use crate::normalise::sums::FileSums;
use crate::render::views::{self, ingest as view};
use crate::report::words;
use crate::store::Store;
use crate::store::forget::TRIES;
use crate::store::ledger::{Entry, Replace};
use crate::store::writer::{Done, Facts, Outcome, Writer};
use crate::trend::when::When;

/// A finished ingest: the store's version and records, and what became of the rows.
struct Finished {
    version: u64,
    changed: bool,
    records: u64,
    removed: i64,
    sums: Vec<FileSums>,
    caveats: Vec<String>,
}

/// The dumps, ready to be read.
struct Reading<'a> {
    opened: &'a [Understood],
    facts: &'a [Facts],
    progress: &'a Progress,
}

pub(crate) fn run(session: &Session, arguments: &Ingest) -> Result<u8> {
    arguments.dumps.ingest.check()?;
    let store = store::at(&arguments.stored);
    let replace = replace(arguments)?;
    let (opened, mut failed, progress) = read::open_all(session, &arguments.dumps)?;
    let facts: Vec<Facts> = opened.iter().map(facts).collect();
    let known = match replace {
        Some(_) => None,
        None => store.known(&facts)?,
    };
    // Rows set aside are read again where somebody wants to see them.
    let wanted = |sums: &[FileSums]| arguments.dumps.rejects.is_some() && sums.iter().any(|file| file.rejected > 0);
    let finished = match known {
        Some((sums, snapshot)) if !wanted(&sums) => {
            check(arguments.dumps.max_rejects, &sums, arguments.dumps.keep_going, &mut failed)?;
            Finished {
                version: snapshot.version(),
                changed: false,
                records: snapshot.records(),
                removed: 0,
                sums,
                caveats: Vec::new(),
            }
        }
        _ => {
            let reading = Reading { opened: &opened, facts: &facts, progress: &progress };
            ingest(session, arguments, &store, replace.as_ref(), &reading, &mut failed)?
        }
    };
    progress.done();
    let value = view::Ingested {
        files: finished.sums.iter().zip(&facts).map(|(sums, facts)| file(sums, &facts.source)).collect(),
        store: view::Store {
            path: store.folder().display().to_string(),
            version: finished.version,
            records: finished.records,
            changed: finished.changed,
        },
        removed: finished.removed,
        caveats: finished.caveats,
    };
    compose::print(&arguments.output, || value.text(), || views::json(&value), || value.csv())?;
    Ok(read::exit_code(&failed))
}

/// Reads the dumps into the store; again from the start where somebody without the lock was first.
fn ingest(
    session: &Session,
    arguments: &Ingest,
    store: &Store,
    replace: Option<&Replace>,
    reading: &Reading<'_>,
    failed: &mut Vec<Error>,
) -> Result<Finished> {
    for _ in 0..TRIES {
        let waiting = || session.note("waiting: another plaint is writing into the store");
        let mut writer = store.writer(replace.cloned(), &waiting)?;
        let rejects = take(&mut writer, reading, arguments.dumps.rejects.is_some(), arguments.redact_at_ingest)?;
        if let Some(path) = &arguments.dumps.rejects {
            emit::to(Some(path), &rejects)?;
        }
        let failed_before = failed.len();
        check(arguments.dumps.max_rejects, &writer.sums(), arguments.dumps.keep_going, failed)?;
        match writer.commit()? {
            Outcome::Done(done) => return finished(*done),
            Outcome::Overtaken => failed.truncate(failed_before),
        }
    }
    Err(crate::store::forget::busy(store.folder()))
}

/// Every chunk of every dump; gives the rows set aside, as they are written.
fn take(writer: &mut Writer, reading: &Reading<'_>, keep: bool, redact: bool) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (one, facts) in reading.opened.iter().zip(reading.facts) {
        writer.dump(facts.clone());
        let mut rejects: Option<Rejects> = None;
        let mut stream = one.stream()?;
        while let Some(chunk) = stream.next() {
            let mut chunk = chunk?;
            if redact {
                let records = Records::new(chunk.records, chunk.headers.clone())?;
                chunk.records = redacted(&records)?.frame().clone();
            }
            reading.progress.read(stream.bytes(), chunk.rows_read);
            if keep && !chunk.rejects.is_empty() {
                match &mut rejects {
                    Some(earlier) => earlier.append(&chunk.rejects)?,
                    None => rejects = Some(chunk.rejects.clone()),
                }
            }
            writer.push(chunk)?;
        }
        if let Some(rejects) = rejects {
            bytes.extend(rejects.written(&one.dump)?);
        }
    }
    Ok(bytes)
}

fn finished(done: Done) -> Result<Finished> {
    let Done { version, changed, entry } = done;
    let sums: Vec<FileSums> = entry.dumps.iter().map(|dump| dump.sums.clone()).collect();
    let caveats = caveats(&entry, &sums);
    let version = version.ok_or_else(|| read::nothing_read(&sums))?;
    Ok(Finished { version, changed, records: entry.records, removed: entry.removed, sums, caveats })
}

fn caveats(entry: &Entry, sums: &[FileSums]) -> Vec<String> {
    let mut caveats = Vec::new();
    if entry.arbitrary > 0 {
        caveats.push(crate::normalise::merge::arbitrary(entry.arbitrary));
    }
    let hashed: i64 = sums.iter().map(|file| file.hashed).sum();
    if hashed > 0 {
        caveats.push(format!("{} without an id are known by their content", words::counted(hashed, "row")));
    }
    caveats
}

/// A dump set aside whole is not what it seems, and a run without a record is none; then `--max-rejects`.
fn check(most: MaxRejects, sums: &[FileSums], keep_going: bool, failed: &mut Vec<Error>) -> Result<()> {
    let mut good: Vec<&FileSums> = Vec::new();
    for file in sums {
        if file.rejected == 0 || file.accepted() > 0 {
            good.push(file);
            continue;
        }
        let mut error = Error::failed("every row of it was set aside, so it is not what it seems").at(&file.path);
        for problem in file.problems.iter().take(3) {
            error = error.evidence(format!("line {}: {} × {}", problem.example_line, problem.count, problem.kind));
        }
        let error = error.hint("plaint inspect shows how it is read; --keep-going leaves it out");
        if !keep_going {
            return Err(error);
        }
        emit::complain(&error.to_string());
        failed.push(error);
    }
    if good.iter().all(|file| file.accepted() == 0) {
        return Err(read::nothing_read(sums));
    }
    read::check_rejects(most, &good)
}

fn facts(one: &Understood) -> Facts {
    let dump = &one.dump;
    let reading = format!(
        "{} {:?} {:?} {:?} {:?} {:?}",
        env!("CARGO_PKG_VERSION"),
        dump.source,
        dump.fields,
        dump.account,
        dump.dates,
        dump.source_tz
    );
    Facts {
        path: dump.path.clone(),
        sha256: dump.sha256.clone(),
        reading: format!("{:016x}", xxh3_64(reading.as_bytes())),
        source: dump.source.name.clone(),
        caveat: dump.source.caveat.clone(),
        assumptions: dump.assumptions.iter().cloned().chain(one.plan.assumptions()).collect(),
    }
}

fn replace(arguments: &Ingest) -> Result<Option<Replace>> {
    let (Some(feed), Some(since), Some(until)) = (&arguments.replace, arguments.since, arguments.until) else {
        return Ok(None);
    };
    let fixed = |when: When, flag: &str| match when {
        When::Back(..) => Err(Error::usage(format!("--{flag}: a window that is replaced needs fixed days"))
            .hint("write a date (2026-11-02), a week (2026-W46) or a month (2026-10)")),
        _ => Ok(when),
    };
    // Fixed days are the same seen from any day.
    let (since, until) =
        (fixed(since, "since")?.first_day(Date::default()), fixed(until, "until")?.last_day(Date::default()));
    if until < since {
        return Err(Error::usage(format!("--until {until} is before --since {since}")));
    }
    Ok(Some(Replace { feed: feed.clone(), since, until }))
}

fn file(sums: &FileSums, source: &str) -> view::File {
    view::File {
        path: sums.path.clone(),
        source: source.to_string(),
        rows_read: sums.rows_read,
        stored: sums.stored,
        updated: sums.updated,
        unchanged: sums.unchanged,
        duplicates: sums.duplicates,
        rejected: sums.rejected,
        skipped: sums.skipped,
    }
}
