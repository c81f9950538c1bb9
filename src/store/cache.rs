//! What was computed of a data file, kept beside it: it never changes, so neither does what follows from it. What was
//! computed of all data files of a version together is kept for as long as a version has the same ones.
//!
//! A cache that is missing, cut short or cannot be written is no error: what it holds is computed again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter};
use xxhash_rust::xxh3::xxh3_64;

use crate::store::file::DataFile;
use crate::store::lock::OURS;
use crate::store::{Store, uniform};

/// Caches kept of a kind, those used last: this week's codebook, last week's, and one being tried.
const MOST: usize = 3;

impl Store {
    /// Where what was computed from a data file is kept. `kind`: `enrich` or `match`; `model`: a hash of what else it
    /// depends on. The file need not be there, and the store may not be writable.
    pub fn cache(&self, kind: &str, model: &str, file: &DataFile) -> PathBuf {
        self.caches(kind, model).join(&file.name)
    }

    /// Where what was computed from all data files of a version together is kept, as [`Store::cache`].
    pub fn cache_of_all(&self, kind: &str, model: &str, files: &[DataFile]) -> PathBuf {
        self.caches(kind, model).join(name_of_all(files))
    }

    fn caches(&self, kind: &str, model: &str) -> PathBuf {
        self.folder().join(OURS).join(kind).join(model)
    }

    /// Whether what `model` gives is kept for all these files.
    pub fn has_cached(&self, kind: &str, model: &str, files: &[DataFile]) -> bool {
        files.iter().all(|file| self.cache(kind, model, file).is_file())
    }
}

/// Columns of a cache, in the order asked for; none where it must be computed.
pub fn read(path: &Path, columns: &[&str]) -> Option<DataFrame> {
    let cached = File::open(path).ok()?;
    uniform::read(cached, columns).ok()?.select(columns.iter().copied()).ok()
}

/// Keeps what a model gave, whole or not at all; of each kind, the models used last are kept, and of each model the
/// versions used last.
pub fn keep(path: &Path, mut frame: DataFrame) {
    // What cannot be kept is computed again: a store may be on a disk that is full, or not ours to write.
    let _ = path.parent().zip(path.file_name()).map(|(folder, name)| -> Option<()> {
        let fresh = !folder.is_dir();
        fs::create_dir_all(folder).ok()?;
        let beside = tempfile::Builder::new().prefix(name).tempfile_in(folder).ok()?;
        let level = ZstdLevel::try_new(1).ok()?;
        let writer = ParquetWriter::new(beside.as_file()).with_compression(ParquetCompression::Zstd(Some(level)));
        writer.finish(&mut frame).ok()?;
        beside.persist(path).ok()?;
        if name.to_str().is_some_and(|name| name.starts_with(ALL)) {
            prune(folder);
        }
        if fresh {
            prune(folder.parent()?);
        }
        Some(())
    });
}

/// What the names of caches of all data files begin with.
const ALL: &str = "all-";

/// The name of a cache of all data files: data files never change, so their names say what is in them.
pub(crate) fn name_of_all(files: &[DataFile]) -> String {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    format!("{ALL}{:016x}.parquet", xxh3_64(names.join("\n").as_bytes()))
}

/// Takes away all but the caches used last. It only frees space: which ones does not matter for any result.
fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut caches: Vec<_> = entries
        .flatten()
        .map(|entry| (entry.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH), entry.path()))
        .collect();
    caches.sort();
    caches.reverse();
    for (_, path) in caches.into_iter().skip(MOST) {
        // Another process may be there already.
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}
