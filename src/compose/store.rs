//! `plaint store`: history, restore, forget, vacuum.

use crate::cli::{StoreAction, StoreCommand, StoreForget, StoreHistory, StoreRestore, StoreVacuum, Stored};
use crate::compose::{self, Session};
use crate::error::{Error, Result};
use crate::render::views;
use crate::render::views::history::{File, History, Version};
use crate::render::views::list::Listing;
use crate::report::words;
use crate::store::forget::Forget;
use crate::store::ledger::{Entry, Line, What};
use crate::store::{Store, USUAL};

/// The environment variable that names the store.
const VARIABLE: &str = "PLAINT_STORE";

/// The store asked for: `--store`, else `PLAINT_STORE`, else the usual folder.
pub(crate) fn at(stored: &Stored) -> Store {
    let named = stored.store.clone().map(std::ffi::OsString::from);
    Store::at(named.or_else(variable).unwrap_or_else(|| USUAL.into()))
}

/// Whether a store is asked for by name.
pub(crate) fn is_named(stored: &Stored) -> bool {
    stored.store.is_some() || variable().is_some()
}

fn variable() -> Option<std::ffi::OsString> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty())
}

pub(crate) fn run(session: &Session, arguments: &StoreCommand) -> Result<u8> {
    match &arguments.action {
        StoreAction::History(a) => history(a),
        StoreAction::Restore(a) => restore(session, a),
        StoreAction::Forget(a) => forget(session, a),
        StoreAction::Vacuum(a) => vacuum(session, a),
    }
    .map(|()| 0)
}

fn history(arguments: &StoreHistory) -> Result<()> {
    let store = at(&arguments.stored);
    let versions = store.history()?;
    let readable = store.readable()?;
    let value = History {
        store: store.folder().display().to_string(),
        versions: versions.lines.iter().map(|line| version(line, readable.contains(&line.version))).collect(),
    };
    compose::print(&arguments.output, || value.text(), || views::json(&value), || value.csv())
}

fn version(line: &Line, readable: bool) -> Version {
    let entry = line.entry.as_ref();
    Version {
        version: line.version,
        at: line.at.strftime("%Y-%m-%d %H:%M").to_string(),
        what: entry.map_or("unknown", |entry| entry.what.word()).to_string(),
        records: entry.map(|entry| entry.records),
        readable,
        did: entry.map_or("another program wrote it".to_string(), did),
        files: entry.map_or(Vec::new(), |entry| {
            let file = |dump: &crate::store::ledger::Dump| File {
                path: dump.sums.path.clone(),
                sha256: dump.sha256.clone(),
                stored: dump.sums.stored,
                updated: dump.sums.updated,
            };
            entry.dumps.iter().map(file).collect()
        }),
    }
}

/// What a version did, in words.
fn did(entry: &Entry) -> String {
    match (entry.what, entry.restored) {
        (What::Restore, Some(version)) => format!("back to version {version}"),
        (What::Restore, None) => "back to an older version".to_string(),
        (What::Forget, _) => format!("{} forgotten", words::counted(entry.removed, "record")),
        (What::Ingest, _) => {
            let sum = |of: fn(&crate::normalise::sums::FileSums) -> i64| -> i64 {
                entry.dumps.iter().map(|dump| of(&dump.sums)).sum()
            };
            let mut parts = vec![format!("{} new", words::count(sum(|s| s.stored)))];
            let more = [(sum(|s| s.updated), "updated"), (entry.removed, "removed")];
            parts.extend(more.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", words::count(*n))));
            parts.join(", ")
        }
    }
}

fn restore(session: &Session, arguments: &StoreRestore) -> Result<()> {
    let store = at(&arguments.stored);
    let made = store.restore(arguments.version, &|| waiting(session))?;
    let newest = store.snapshot(None)?;
    let done = match made {
        Some(version) => format!("version {version} is version {} again", arguments.version),
        None => format!("version {} is what the store holds already", arguments.version),
    };
    said(&arguments.output, &done, &[("version", newest.version()), ("records", newest.records())])
}

fn forget(session: &Session, arguments: &StoreForget) -> Result<()> {
    let what =
        Forget { uids: arguments.uids.clone(), authors: arguments.authors.clone(), files: arguments.files.clone() };
    if what.is_empty() {
        return Err(Error::usage("nothing to forget is named").hint("name it with --uid, --author or --file"));
    }
    let store = at(&arguments.stored);
    let forgotten = store.forget(&what, &|| waiting(session))?;
    let Some(version) = forgotten.version else {
        return Err(Error::failed("no record fits, so nothing was forgotten")
            .at(store.folder().display())
            .hint("plaint show UID and plaint store history say how records and dumps are named"));
    };
    let records = words::counted(forgotten.records, "record");
    let done = format!("{records} forgotten; versions before {version} cannot be read any more");
    said(&arguments.output, &done, &[("version", version), ("forgotten", forgotten.records.unsigned_abs())])
}

fn vacuum(session: &Session, arguments: &StoreVacuum) -> Result<()> {
    let swept = at(&arguments.stored).vacuum(&|| waiting(session))?;
    let files = words::counted(swept.files as i64, "file");
    let done = format!("{files} deleted, {} MB", words::count((swept.bytes / 1_000_000) as i64));
    said(&arguments.output, &done, &[("files", swept.files), ("bytes", swept.bytes)])
}

fn waiting(session: &Session) {
    session.note("waiting: another plaint is writing into the store");
}

/// One sentence, or its numbers by name.
fn said(output: &crate::cli::Output, sentence: &str, numbers: &[(&'static str, u64)]) -> Result<()> {
    let object: serde_json::Map<_, _> = numbers.iter().map(|(name, n)| ((*name).to_string(), (*n).into())).collect();
    let listing = Listing {
        columns: numbers.iter().map(|(name, _)| *name).collect(),
        rows: vec![numbers.iter().map(|(_, n)| n.to_string()).collect()],
    };
    compose::print(output, || format!("{sentence}\n"), || views::json(&object), || listing.csv())
}
