//! A version of the store, to be read.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, IdxSize};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::error::{Error, Result};
use crate::normalise::order::by_uid;
use crate::normalise::records::{COLUMNS, Records};
use crate::normalise::stack::{gathered, stacked};
use crate::store::file::{self, DataFile};
use crate::store::ledger::Ledger;
use crate::store::schema;
use crate::store::table::{self, Table};

const UID: &str = "uid";

/// One version of a store. Reads nothing but the log until asked for records.
#[derive(Debug)]
pub struct Snapshot {
    folder: PathBuf,
    version: u64,
    files: Vec<DataFile>,
    ledger: Ledger,
}

/// All records of a version, and where each lies.
#[derive(Debug)]
pub struct Stored {
    /// The records, sorted by `uid`.
    pub records: Records,
    /// Per record: its data file (position in [`Snapshot::files`]) and its row there, both from 0.
    pub places: Vec<(u32, u32)>,
}

impl Snapshot {
    /// Opens the newest version, or an old one.
    ///
    /// # Errors
    /// No store there, one that a newer plaint wrote, no such version, or one from before a `forget`.
    pub(crate) fn open(folder: &Path, version: Option<u64>) -> Result<Self> {
        let newest = table::load(folder, None)?.ok_or_else(|| absent(folder))?;
        check_version(&newest, folder)?;
        let table = match version {
            None => newest,
            Some(version) if version == newest.version => newest,
            Some(version) => old(folder, &newest, version)?,
        };
        let ledger = Ledger::read(folder, table.version)?;
        Ok(Self { folder: folder.to_path_buf(), version: table.version, files: table.files, ledger })
    }

    /// The version.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Its data files, by name.
    pub fn files(&self) -> &[DataFile] {
        &self.files
    }

    /// How many records.
    pub fn records(&self) -> u64 {
        self.files.iter().map(|file| file.records).sum()
    }

    /// What was done up to this version.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Columns of one data file, in the order asked for.
    ///
    /// # Errors
    /// When the file is gone or cannot be read.
    pub fn frame(&self, file: &DataFile, columns: &[&str]) -> Result<DataFrame> {
        file::read(&self.folder.join(&file.name), columns)
    }

    /// Every record.
    ///
    /// # Errors
    /// When a data file is gone or cannot be read, or a `uid` is stored twice.
    pub fn read(&self) -> Result<Stored> {
        self.read_without(&[])
    }

    /// Every record, but the columns `without`: they are null, or hold nothing.
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub fn read_without(&self, without: &[&str]) -> Result<Stored> {
        let names = COLUMNS.iter().map(|column| column.name).filter(|name| *name != UID);
        let columns: Vec<&str> = names.filter(|name| !without.contains(name)).collect();
        // The uids alone say which row comes where: that is found out while the other columns are read.
        let (ordered, all) = rayon::join(|| self.ordered(), || all(self.frames(&columns)?, &columns));
        let (Ordered { uids, rows, places }, mut all) = (ordered?, all?);
        all.insert_column(0, uids)?;
        let mut all = gathered(&all, &rows)?;
        for (at, column) in COLUMNS.iter().enumerate().filter(|(_, column)| without.contains(&column.name)) {
            all.insert_column(at, schema::nothing(column, all.height())?)?;
        }
        Ok(Stored { records: Records::new(all, self.ledger.headers())?, places })
    }

    /// These columns of every data file.
    fn frames(&self, columns: &[&str]) -> Result<Vec<DataFrame>> {
        self.files.par_iter().map(|file| self.frame(file, columns)).collect()
    }

    /// What order the rows of all data files are to be put in: by `uid`, each once.
    fn ordered(&self) -> Result<Ordered> {
        let frames = self.frames(&[UID])?;
        let files = (0_u32..).zip(&frames);
        let stored: Vec<(u32, u32)> =
            files.flat_map(|(file, frame)| (0..frame.height() as u32).map(move |row| (file, row))).collect();
        let frame = all(frames, &[UID])?;
        let column = frame.column(UID)?;
        let uids: Vec<&str> = column.str()?.iter().map(Option::unwrap_or_default).collect();
        let at = |row: &IdxSize| usize::try_from(*row).unwrap_or(usize::MAX);
        let rows = by_uid(&uids, |_, _| Ordering::Equal).map_err(|error| error.at(self.folder.display()))?;
        if let Some(pair) = rows.windows(2).find(|pair| uids[at(&pair[0])] == uids[at(&pair[1])]) {
            return Err(Error::failed(format!("the record {} is stored twice", uids[at(&pair[0])]))
                .at(self.folder.display())
                .hint("another program wrote into this store; plaint store restore goes back to before it"));
        }
        let places = rows.iter().map(|row| stored[at(row)]).collect();
        Ok(Ordered { uids: column.clone(), rows, places })
    }
}

/// One frame after the other; without one, these columns and no row.
fn all(frames: Vec<DataFrame>, columns: &[&str]) -> Result<DataFrame> {
    stacked(frames)?.map_or_else(|| schema::complete(&DataFrame::empty(), columns, ""), Ok)
}

/// The uids as they lie in the data files, their rows in order, and where each of those lies.
struct Ordered {
    uids: Column,
    rows: Vec<IdxSize>,
    places: Vec<(u32, u32)>,
}

pub(crate) fn absent(folder: &Path) -> Error {
    Error::failed("there is no store here").at(folder.display()).hint("make one: plaint ingest FILE…")
}

/// Refuses a store that a newer plaint wrote, and a table that is no store.
pub(crate) fn check_version(table: &Table, folder: &Path) -> Result<()> {
    match table.number(schema::VERSION_KEY) {
        Some(version) if version <= u64::from(schema::VERSION) => Ok(()),
        Some(version) => Err(Error::failed(format!(
            "a newer plaint wrote this store (layout {version}; this one knows layouts up to {})",
            schema::VERSION
        ))
        .at(folder.display())
        .hint("install the newest plaint; the store stays as it is")),
        None => Err(Error::failed("this Delta table is not a store of plaint")
            .at(folder.display())
            .hint("name another place: --store DIR")),
    }
}

/// Loads an old version, if its past is still there.
pub(crate) fn old(folder: &Path, newest: &Table, version: u64) -> Result<Table> {
    if version > newest.version {
        return Err(Error::usage(format!("there is no version {version} yet; the newest is {}", newest.version))
            .at(folder.display())
            .hint("plaint store history lists them"));
    }
    if let Some(floor) = newest.number(schema::FLOOR_KEY)
        && version < floor
    {
        return Err(Error::failed(format!(
            "version {version} was erased: records were forgotten in version {floor}, and every version before it held \
             them"
        ))
        .at(folder.display())
        .evidence("exports hold personal data, and people have the right to have theirs erased")
        .hint(format!("read version {floor} or a later one")));
    }
    let table = table::load(folder, Some(version))?.ok_or_else(|| absent(folder))?;
    if let Some(gone) = table.files.iter().find(|file| !folder.join(&file.name).is_file()) {
        return Err(Error::failed(format!("version {version} was vacuumed: its data file {} is gone", gone.name))
            .at(folder.display())
            .hint("plaint store history lists the versions; the newest can always be read"));
    }
    Ok(table)
}
