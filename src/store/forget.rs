//! Removing records for good: people have the right to have their data erased.

use std::path::Path;

use polars::prelude::{DataFrame, IdxSize};

use crate::error::{Error, Result};
use crate::store::file::{self, Sink};
use crate::store::ledger::{Entry, Ledger, What};
use crate::store::schema;
use crate::store::snapshot::{absent, check_version};
use crate::store::sweep;
use crate::store::table;
use crate::store::writer::{finish, taken};

/// Where an author may be named.
const AUTHORS: [&str; 4] = ["author_id", "author_name", "author_handle", "author_email"];
/// Tries before giving up on a store that others keep committing to without the lock.
pub(crate) const TRIES: usize = 20;

/// Whom or what to forget; a record that fits any of these goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forget {
    /// Records by `uid`.
    pub uids: Vec<String>,
    /// Records by author: id, name, handle (with or without @) or e-mail, whatever their case.
    pub authors: Vec<String>,
    /// Records by the dump they name as their place.
    pub files: Vec<String>,
}

/// What was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// Records.
    pub records: i64,
    /// The new version; those before it are gone. None where nothing fitted and nothing changed.
    pub version: Option<u64>,
}

/// Under the lock: rewrites the data files that hold such records, commits, and takes away every older file and log.
pub(crate) fn forget(folder: &Path, what: &Forget) -> Result<Forgotten> {
    for _ in 0..TRIES {
        let newest = table::load(folder, None)?.ok_or_else(|| absent(folder))?;
        check_version(&newest, folder)?;
        sweep::unfinished(folder, &newest)?;
        let mut out = Sink::new(folder);
        let mut remove = Vec::new();
        let mut records = 0;
        for file in &newest.files {
            let frame = file::read(&folder.join(&file.name), &schema::names())?;
            let left = what.leaves(&frame)?;
            if left.len() < frame.height() {
                records += (frame.height() - left.len()) as i64;
                out.push(&taken(&frame, &left)?)?;
                remove.push(file.clone());
            }
        }
        let mut ledger = Ledger::read(folder, newest.version)?;
        let named = what.strike(&mut ledger);
        if records == 0 && !named {
            return Ok(Forgotten { records, version: None });
        }
        let mut entry = Entry::new(What::Forget);
        entry.removed = records;
        entry.records = newest.records() - records.unsigned_abs();
        entry.earlier = ledger.lines;
        let floor = newest.version + 1;
        if let Some(version) = finish(folder, Some(&newest), out.finish()?, remove, Some(floor), &entry)? {
            if let Some(now) = table::load(folder, None)? {
                sweep::data(folder, &now)?;
            }
            sweep::log(folder, floor)?;
            return Ok(Forgotten { records, version: Some(version) });
        }
    }
    Err(busy(folder))
}

pub(crate) fn busy(folder: &Path) -> Error {
    Error::failed("others keep writing into this store")
        .at(folder.display())
        .hint("run again when they are done; nothing was changed")
}

impl Forget {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.uids.is_empty() && self.authors.is_empty() && self.files.is_empty()
    }

    /// The rows that stay.
    fn leaves(&self, frame: &DataFrame) -> Result<Vec<IdxSize>> {
        let text = |name: &str| -> Result<_> { Ok(frame.column(name)?.str()?.clone()) };
        let (uids, files) = (text("uid")?, text("source_file")?);
        let authors = AUTHORS.iter().map(|name| text(name)).collect::<Result<Vec<_>>>()?;
        let wanted: Vec<String> = self.authors.iter().map(|author| plain(author)).collect();
        let goes = |row: usize| {
            let is = |list: &[String], value: Option<&str>| value.is_some_and(|v| list.iter().any(|one| one == v));
            is(&self.uids, uids.get(row))
                || is(&self.files, files.get(row))
                || (!wanted.is_empty()
                    && authors.iter().any(|a| a.get(row).is_some_and(|a| wanted.contains(&plain(a)))))
        };
        Ok((0..frame.height()).filter(|row| !goes(*row)).map(|row| row as IdxSize).collect())
    }

    /// Takes the forgotten dumps out of the ledger; says whether there were any.
    fn strike(&self, ledger: &mut Ledger) -> bool {
        let mut struck = false;
        for entry in ledger.lines.iter_mut().filter_map(|line| line.entry.as_mut()) {
            let before = entry.dumps.len();
            entry.dumps.retain(|dump| !self.files.contains(&dump.sums.path));
            struck |= entry.dumps.len() < before;
        }
        struck
    }
}

/// As authors are compared.
fn plain(author: &str) -> String {
    author.trim().trim_start_matches('@').to_lowercase()
}
