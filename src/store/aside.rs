//! Rows that come with a known `uid` and other content, kept on disk until the end of the ingest.
//!
//! They are resolved together with the data file that holds their record, so each data file has its own pile. A pile
//! is a file of small Parquet blocks, one after the other: encoded, they hold nothing of the chunk they came from.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use polars::io::SerReader;
use polars::prelude::{DataFrame, ParquetReader, ParquetWriter};
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::store::lock::OURS;
use crate::store::schema;

/// What its folders' names begin with; one left by a killed ingest is swept away by the next.
pub(crate) const STAGING: &str = "staging-";

/// The piles.
#[derive(Debug)]
pub(crate) struct Aside {
    store: PathBuf,
    folder: Option<TempDir>,
    /// Data file → lengths of its blocks.
    piles: BTreeMap<u32, Vec<usize>>,
}

impl Aside {
    /// In the store at `folder`; nothing is written until there is a row.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { store: folder.to_path_buf(), folder: None, piles: BTreeMap::new() }
    }

    /// Adds rows (of the table's schema) to the pile of a data file.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn push(&mut self, file: u32, rows: DataFrame) -> Result<()> {
        let folder = match &self.folder {
            Some(folder) => folder.path().to_path_buf(),
            None => {
                let ours = self.store.join(OURS);
                let made = tempfile::Builder::new().prefix(STAGING).tempdir_in(&ours);
                let made = made.map_err(|cause| Error::io(self.store.display(), "write into the store", &cause))?;
                self.folder.insert(made).path().to_path_buf()
            }
        };
        let mut bytes = Vec::new();
        let mut rows = rows;
        ParquetWriter::new(&mut bytes).finish(&mut rows)?;
        let path = pile(&folder, file);
        let fail = |cause: std::io::Error| Error::io(path.display(), "write it", &cause);
        let mut out = OpenOptions::new().create(true).append(true).open(&path).map_err(fail)?;
        out.write_all(&bytes).map_err(fail)?;
        self.piles.entry(file).or_default().push(bytes.len());
        Ok(())
    }

    /// Whether a data file has a pile.
    pub(crate) fn has(&self, file: u32) -> bool {
        self.piles.contains_key(&file)
    }

    /// The rows of a pile in the order they came; none for an empty one.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn read(&self, file: u32) -> Result<Option<DataFrame>> {
        let (Some(folder), Some(lengths)) = (&self.folder, self.piles.get(&file)) else { return Ok(None) };
        let path = pile(folder.path(), file);
        let fail = |cause: std::io::Error| Error::io(path.display(), "read it", &cause);
        let mut source = std::fs::File::open(&path).map_err(fail)?;
        let mut all: Option<DataFrame> = None;
        for length in lengths {
            let mut bytes = vec![0; *length];
            source.read_exact(&mut bytes).map_err(fail)?;
            let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
            let frame = schema::complete(&frame, &schema::names(), &path.display().to_string())?;
            match &mut all {
                Some(all) => drop(all.vstack_mut(&frame)?),
                None => all = Some(frame),
            }
        }
        Ok(all)
    }
}

fn pile(folder: &Path, file: u32) -> PathBuf {
    folder.join(format!("{file}.blocks"))
}
