//! Records ⇄ Delta table: never counts twice, never loses a row.
//!
//! ```text
//! Normalised, Normalised, … ─Writer▶ data files, then one commit        Snapshot ─read▶ Records
//! ```
//!
//! A store is a folder with a Delta Lake table of normalised records (one Parquet file per some 100,000 of them), and
//! `_plaint/` with a lock and caches. One ingest is one commit: data files first, then the log. What is not in the log
//! does not exist, so a killed ingest leaves only files that `vacuum` takes away.
//!
//! # Writing
//!
//! ```text
//! if let Some(sums) = store.known(&facts)? { … }  // same bytes, same reading, nothing changed since: not read again
//! let mut writer = store.writer(replace, waiting)?; // takes the lock, loads the keys: 40 bytes a record
//! for dump in dumps (sorted by path) {
//!     writer.dump(facts);
//!     for chunk in chunks { writer.push(chunk?)?; }  // in the dump's order; nothing of a chunk stays in memory
//! }
//! writer.sums() …                                  // too many rejects? drop the writer: nothing was stored
//! match writer.commit()? {
//!     Outcome::Done(done) => …
//!     Outcome::Overtaken => again from store.writer   // somebody without the lock committed first
//! }
//! ```
//!
//! A chunk is a [`Normalised`](crate::normalise::build::Normalised): its rejects are counted here and forgotten, so who
//! wants them written does that before `push`. New records go straight into data files; rows whose `uid` is known with
//! other content are kept aside (in a temporary file) and resolved at the end by the rules of
//! [`versions`](crate::normalise::versions), the same that merge dumps read directly.
//!
//! # Reading
//!
//! [`Store::snapshot`] opens a version: its data files ([`Snapshot::files`], in a fixed order, each with its number of
//! records), one file's columns ([`Snapshot::frame`]), everything as [`Records`](crate::normalise::records::Records)
//! ([`Snapshot::read`]), and the ledger of what was ingested ([`Snapshot::ledger`]). A data file never changes: what is
//! a pure function of its records can be cached under `_plaint/{enrich,match}/<hash of model or codebook>/<data file>`
//! ([`Store::cache`]); such a file is deleted together with its data file.

pub(crate) mod aside;
pub mod cache;
pub(crate) mod compact;
pub mod file;
pub mod forget;
pub(crate) mod keys;
pub mod ledger;
pub(crate) mod lock;
pub(crate) mod revise;
pub(crate) mod schema;
pub mod snapshot;
pub mod sweep;
pub(crate) mod table;
mod uniform;
pub mod writer;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::normalise::sums::FileSums;
use crate::store::file::DataFile;
use crate::store::forget::{Forget, Forgotten, TRIES, busy};
use crate::store::ledger::{Entry, Ledger, Replace, What};
use crate::store::lock::{Lock, OURS};
use crate::store::snapshot::{Snapshot, absent, check_version, old};
use crate::store::sweep::Swept;
use crate::store::table::Change;
use crate::store::writer::{Facts, Writer};

/// Where a store is kept unless told otherwise.
pub const USUAL: &str = "plaint-store";

/// Files a folder may hold before it becomes a store.
const HARMLESS: [&str; 2] = ["codebook.toml", "plaint.toml"];

/// A folder that is or becomes a store.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// In this folder, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Its folder, as named.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether somebody ingested something.
    pub fn exists(&self) -> bool {
        self.folder.join("_delta_log").is_dir()
    }

    /// The newest version, or an old one.
    ///
    /// # Errors
    /// No store there, one that a newer plaint wrote, no such version, or one that was forgotten or vacuumed.
    pub fn snapshot(&self, version: Option<u64>) -> Result<Snapshot> {
        Snapshot::open(&self.folder, version)
    }

    /// Begins an ingest; makes the folder where there is none. `waiting` is called once when another process writes.
    ///
    /// # Errors
    /// A folder that cannot be written into or holds other things, or a store that a newer plaint wrote.
    pub fn writer(&self, replace: Option<Replace>, waiting: &dyn Fn()) -> Result<Writer> {
        self.check_folder()?;
        std::fs::create_dir_all(&self.folder)
            .map_err(|cause| Error::io(self.folder.display(), "make the store", &cause))?;
        let lock = Lock::take(&self.folder, waiting)?;
        Writer::open(&self.folder, lock, replace)
    }

    /// What these dumps became, if ingesting them again would change nothing: the same bytes, read the same way, and
    /// no stored record changed since. The version is the newest.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn known(&self, dumps: &[Facts]) -> Result<Option<(Vec<FileSums>, Snapshot)>> {
        if !self.exists() || table::load(&self.folder, None)?.is_none() {
            return Ok(None);
        }
        let snapshot = self.snapshot(None)?;
        let names: Vec<(&str, &str)> = dumps.iter().map(|d| (d.sha256.as_str(), d.reading.as_str())).collect();
        let Some(mut sums) = snapshot.ledger().known(&names) else { return Ok(None) };
        for (sums, dump) in sums.iter_mut().zip(dumps) {
            sums.path.clone_from(&dump.path);
        }
        Ok(Some((sums, snapshot)))
    }

    /// Makes an old version the newest; none where it is the newest already, or the same.
    ///
    /// # Errors
    /// As [`Store::snapshot`]; what the disk says.
    pub fn restore(&self, version: u64, waiting: &dyn Fn()) -> Result<Option<u64>> {
        let _lock = self.lock(waiting)?;
        for _ in 0..TRIES {
            let newest = table::load(&self.folder, None)?.ok_or_else(|| absent(&self.folder))?;
            check_version(&newest, &self.folder)?;
            if version == newest.version {
                return Ok(None);
            }
            let wanted = old(&self.folder, &newest, version)?;
            let lacking = |from: &[DataFile], of: &[DataFile]| -> Vec<DataFile> {
                of.iter().filter(|file| !from.contains(file)).cloned().collect()
            };
            let add = lacking(&newest.files, &wanted.files);
            let remove = lacking(&wanted.files, &newest.files);
            if add.is_empty() && remove.is_empty() {
                return Ok(None);
            }
            let mut entry = Entry::new(What::Restore);
            entry.restored = Some(version);
            entry.records = wanted.records();
            let change = Change { add, remove, floor: None };
            if let Some(version) = table::commit(&self.folder, Some(&newest), change, &entry)? {
                return Ok(Some(version));
            }
        }
        Err(busy(&self.folder))
    }

    /// Removes records for good, and with them every older version.
    ///
    /// # Errors
    /// No store there; what the disk says.
    pub fn forget(&self, what: &Forget, waiting: &dyn Fn()) -> Result<Forgotten> {
        let _lock = self.lock(waiting)?;
        forget::forget(&self.folder, what)
    }

    /// Takes away the files that the newest version does not need.
    ///
    /// # Errors
    /// No store there; what the disk says.
    pub fn vacuum(&self, waiting: &dyn Fn()) -> Result<Swept> {
        let _lock = self.lock(waiting)?;
        let newest = table::load(&self.folder, None)?.ok_or_else(|| absent(&self.folder))?;
        check_version(&newest, &self.folder)?;
        sweep::unfinished(&self.folder, &newest)?;
        sweep::data(&self.folder, &newest)
    }

    /// What every version did.
    ///
    /// # Errors
    /// No store there, or a log that cannot be read.
    pub fn history(&self) -> Result<Ledger> {
        Ok(self.snapshot(None)?.ledger().clone())
    }

    /// The versions that can still be read: not forgotten, and all their data files there.
    ///
    /// # Errors
    /// No store there, or a log that cannot be read.
    pub fn readable(&self) -> Result<BTreeSet<u64>> {
        let log = self.folder.join("_delta_log");
        let mut readable = BTreeSet::new();
        let mut files: Option<BTreeSet<String>> = None;
        for version in ledger::versions(&log)? {
            let names = match files.take() {
                Some(mut names) => {
                    ledger::changes(&log, version)?.into_iter().for_each(|(name, there)| {
                        if there {
                            names.insert(name)
                        } else {
                            names.remove(&name)
                        };
                    });
                    names
                }
                None => {
                    let first = table::load(&self.folder, Some(version))?.ok_or_else(|| absent(&self.folder))?;
                    first.files.into_iter().map(|file| file.name).collect()
                }
            };
            if names.iter().all(|name| self.folder.join(name).is_file()) {
                readable.insert(version);
            }
            files = Some(names);
        }
        Ok(readable)
    }

    fn lock(&self, waiting: &dyn Fn()) -> Result<Lock> {
        if !self.exists() {
            return Err(absent(&self.folder));
        }
        Lock::take(&self.folder, waiting)
    }

    /// A store is made in a folder of its own.
    fn check_folder(&self) -> Result<()> {
        if self.exists() || self.folder.join(OURS).is_dir() || !self.folder.exists() {
            return Ok(());
        }
        let fail = |cause: std::io::Error| Error::io(self.folder.display(), "make the store", &cause);
        for entry in std::fs::read_dir(&self.folder).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            if !HARMLESS.iter().any(|harmless| name == *harmless) {
                return Err(Error::failed(format!(
                    "it holds {:?}, and a store has a folder of its own",
                    name.to_string_lossy()
                ))
                .at(self.folder.display())
                .hint("name a folder that does not exist yet: --store plaint-store"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
