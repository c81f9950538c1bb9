//! What was computed of a data file, kept beside it: it never changes, so neither does what follows from it.
//!
//! A cache that is missing, cut short or cannot be written is no error: what it holds is computed again.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use polars::io::SerReader;
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{DataFrame, ParquetCompression, ParquetReader, ParquetWriter};

use crate::store::Store;
use crate::store::file::DataFile;

/// Models whose caches are kept: this week's codebook, last week's, and one being tried.
const MODELS: usize = 3;

impl Store {
    /// Whether what `model` gives is kept for all these files.
    pub fn has_cached(&self, kind: &str, model: &str, files: &[DataFile]) -> bool {
        files.iter().all(|file| self.cache(kind, model, file).is_file())
    }

    /// Columns of what `model` gave for a data file, in the order asked for; none where it must be computed.
    pub fn cached(&self, kind: &str, model: &str, file: &DataFile, columns: &[&str]) -> Option<DataFrame> {
        let cached = File::open(self.cache(kind, model, file)).ok()?;
        let names = columns.iter().map(|name| (*name).to_owned()).collect();
        let frame = ParquetReader::new(cached).with_columns(Some(names)).finish().ok()?;
        frame.select(columns.iter().copied()).ok()
    }

    /// Keeps what `model` gave for a data file, whole or not at all; of each kind, the models used last are kept.
    pub fn keep_cached(&self, kind: &str, model: &str, file: &DataFile, mut frame: DataFrame) {
        let path = self.cache(kind, model, file);
        // What cannot be kept is computed again: a store may be on a disk that is full, or not ours to write.
        let _ = path.parent().map(|folder| -> Option<()> {
            let fresh = !folder.is_dir();
            fs::create_dir_all(folder).ok()?;
            let beside = tempfile::Builder::new().prefix(&file.name).tempfile_in(folder).ok()?;
            let level = ZstdLevel::try_new(1).ok()?;
            let writer = ParquetWriter::new(beside.as_file()).with_compression(ParquetCompression::Zstd(Some(level)));
            writer.finish(&mut frame).ok()?;
            beside.persist(&path).ok()?;
            if fresh {
                prune(folder.parent()?);
            }
            Some(())
        });
    }
}

/// Takes away all but the models used last. It only frees space: which ones does not matter for any result.
fn prune(kind: &Path) {
    let Ok(entries) = fs::read_dir(kind) else { return };
    let mut models: Vec<_> = entries
        .flatten()
        .map(|entry| (entry.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH), entry.path()))
        .collect();
    models.sort();
    models.reverse();
    for (_, path) in models.into_iter().skip(MODELS) {
        // Another process may be there already.
        let _ = fs::remove_dir_all(path);
    }
}
