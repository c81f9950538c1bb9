//! The store → records, for the commands that analyse.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::cli::Reading;
use crate::compose::cached::{Kept, Models, Words};
use crate::compose::read::{FileFacts, Origin, Read};
use crate::compose::{Session, store};
use crate::error::{Error, Result};
use crate::normalise::merge;
use crate::normalise::records::Records;
use crate::normalise::texts::Texts;
use crate::store::Store;
use crate::store::snapshot::Stored;
use crate::trend::calendar;
use crate::trend::counted::{Counted, FUTURE};

/// The store, if it is to be read: no dump is named, and a store is, or there is one in its usual place.
///
/// # Errors
/// Bad usage when an old version is asked for of a store that is not there.
pub(crate) fn asked(session: &Session, reading: &Reading) -> Result<Option<Store>> {
    if !reading.dumps.files.is_empty() {
        return Ok(None);
    }
    let found = store::at(&reading.stored);
    if found.exists() || store::is_named(&reading.stored) || reading.store_version.is_some() {
        return Ok(Some(found));
    }
    if session.config.inputs.is_empty() {
        return Err(Error::usage("no dump is named, and there is no store")
            .hint("name the files after the command, or keep them in a store: plaint ingest FILE…"));
    }
    Ok(None)
}

/// Whether there is anything to read: dumps named here or in `plaint.toml`, or a store.
pub(crate) fn anything(session: &Session, reading: &Reading) -> bool {
    !reading.dumps.files.is_empty()
        || !session.config.inputs.is_empty()
        || reading.store_version.is_some()
        || store::is_named(&reading.stored)
        || store::at(&reading.stored).exists()
}

/// Every record of a version, with what was said when it was ingested.
///
/// # Errors
/// No such version, or a data file that cannot be read.
/// `words` and `models` as for [`read::read`](crate::compose::read::read).
pub(crate) fn read(store: &Store, reading: &Reading, words: Words, models: &Models) -> Result<Read> {
    let snapshot = store.snapshot(reading.store_version)?;
    // A condition may ask for any word.
    let spared = reading.conditions.is_empty() && words != Words::Written && models.are_warm(store, snapshot.files());
    let words = if spared { words } else { Words::Written };
    let Stored { records, places } = snapshot.read_without(words.unread())?;
    let kept = Kept::new(store.clone(), snapshot.files().to_vec(), places, words);
    if records.is_empty() {
        return Err(Error::failed("the store holds no record")
            .at(store.folder().display())
            .hint("plaint ingest FILE… puts some in"));
    }
    let ledger = snapshot.ledger();
    let files = ledger.dumps().map(|dump| FileFacts {
        sums: dump.sums.clone(),
        sha256: dump.sha256.clone(),
        source: dump.source.clone(),
        caveat: dump.caveat.clone(),
        assumptions: dump.assumptions.clone(),
        columns: Vec::new(),
    });
    let arbitrary: i64 = ledger.standing().iter().map(|entry| entry.arbitrary).sum();
    let origin =
        Origin { path: store.folder().display().to_string(), version: snapshot.version(), newest_record: None };
    Ok(Read {
        files: files.collect(),
        all: records.len() as i64,
        records,
        duplicates: None,
        caveats: if arbitrary > 0 { vec![merge::arbitrary(arbitrary)] } else { Vec::new() },
        failed: Vec::new(),
        covers: BTreeMap::new(),
        store: Some(origin),
        kept: Some(kept),
    })
}

/// The day the newest record was written, in UTC; dates beyond the last dense day are mistakes and left out.
pub(crate) fn newest(records: &Records, counted: &Counted) -> Result<Option<Date>> {
    let reasons = Texts::of(counted.frame(), "reason")?;
    let dated = records.instants("created_at")?.iter().zip(reasons.iter());
    let newest = dated.filter(|(_, reason)| *reason != Some(FUTURE)).filter_map(|(at, _)| at).max();
    Ok(newest.map(|micros| calendar::wall(micros).date()))
}

impl Origin {
    /// The first line of what is printed.
    pub(crate) fn line(&self) -> String {
        let newest = self.newest_record.map_or("no dated record".to_string(), |day| format!("newest record {day}"));
        format!("store {} · version {} · {newest}", self.path, self.version)
    }
}
