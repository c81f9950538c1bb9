//! Taking away files: what `vacuum` and `forget` leave behind, and what a killed ingest left.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::store::aside::STAGING;
use crate::store::cache;
use crate::store::ledger;
use crate::store::lock::OURS;
use crate::store::schema;
use crate::store::table::{self, Table};

/// Files taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Takes away every data file that `table`, the newest version, does not need, with what was cached of it.
///
/// # Errors
/// What the disk says.
pub(crate) fn data(folder: &Path, table: &Table) -> Result<Swept> {
    let mut swept = Swept::default();
    let needed = |name: &str| table.files.iter().any(|file| file.name == name);
    for path in list(folder)? {
        if let Some(name) = name(&path)
            && name.ends_with(".parquet")
            && path.is_file()
            && !needed(name)
        {
            delete(&path, &mut swept)?;
        }
    }
    let of_all = cache::name_of_all(&table.files);
    // _plaint/<kind>/<hash of model or codebook>/<data file, or the hash of all>
    for kind in list(&folder.join(OURS))? {
        for cache in list(&kind)? {
            for path in list(&cache)? {
                let alive = name(&path)
                    .is_some_and(|name| name == of_all || table.files.iter().any(|file| name.starts_with(&file.name)));
                if !alive {
                    delete(&path, &mut swept)?;
                }
            }
        }
    }
    staging(folder, &mut swept)?;
    Ok(swept)
}

/// Takes away the log before the last `forget`: its versions held what was forgotten.
///
/// # Errors
/// What the disk says.
pub(crate) fn log(folder: &Path, floor: u64) -> Result<()> {
    let log = folder.join("_delta_log");
    let old: Vec<PathBuf> = list(&log)?.into_iter().filter(|path| version(path).is_some_and(|v| v < floor)).collect();
    if old.is_empty() {
        return Ok(());
    }
    // The log from here on must stand without what goes.
    if let Some(first) = table::load(folder, Some(floor))? {
        first.checkpoint(folder)?;
    }
    let mut swept = Swept::default();
    for path in old {
        delete(&path, &mut swept)?;
    }
    Ok(())
}

/// Ends what a killed process began: a `forget` whose files are still there, the piles of an ingest.
///
/// # Errors
/// What the disk says.
pub(crate) fn unfinished(folder: &Path, newest: &Table) -> Result<()> {
    if let Some(floor) = newest.number(schema::FLOOR_KEY)
        && ledger::versions(&folder.join("_delta_log"))?.first().is_some_and(|first| *first < floor)
    {
        data(folder, newest)?;
        log(folder, floor)?;
    }
    staging(folder, &mut Swept::default())
}

fn staging(folder: &Path, swept: &mut Swept) -> Result<()> {
    for path in list(&folder.join(OURS))? {
        if name(&path).is_some_and(|name| name.starts_with(STAGING)) {
            for file in list(&path)? {
                delete(&file, swept)?;
            }
            std::fs::remove_dir(&path).map_err(|cause| Error::io(path.display(), "delete it", &cause))?;
        }
    }
    Ok(())
}

/// `00000000000000000012.json`, `00000000000000000012.checkpoint.parquet`: 12.
fn version(path: &Path) -> Option<u64> {
    name(path)?.get(..20)?.parse().ok()
}

fn name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// What is in a folder, by name; nothing where there is none.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |cause: std::io::Error| Error::io(folder.display(), "look into it", &cause);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn delete(path: &Path, swept: &mut Swept) -> Result<()> {
    let bytes = path.metadata().map_or(0, |metadata| metadata.len());
    std::fs::remove_file(path).map_err(|cause| Error::io(path.display(), "delete it", &cause))?;
    swept.files += 1;
    swept.bytes += bytes;
    Ok(())
}
