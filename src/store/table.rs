//! The Delta table: versions, their data files, and the commit that makes a new one.
//!
//! The only file that speaks to `deltalake`. Its futures run on a runtime of their own and are awaited here, outside
//! every polars call: polars blocks, and must not do so inside a runtime.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::future::Future;
use std::path::Path;

use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TransactionError};
use deltalake::kernel::{Action, Add, Metadata, Protocol, Remove, StructType, new_metadata};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, checkpoints};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::store::file::DataFile;
use crate::store::ledger::{Entry, LEDGER};
use crate::store::schema;

/// A version of the table, loaded.
pub(crate) struct Table {
    delta: DeltaTable,
    /// The version.
    pub(crate) version: u64,
    /// Its data files, by name.
    pub(crate) files: Vec<DataFile>,
    /// The table's properties.
    pub(crate) properties: BTreeMap<String, String>,
    /// How many columns it has.
    columns: usize,
}

/// What a commit changes.
#[derive(Default)]
pub(crate) struct Change {
    /// Data files that become part of the table.
    pub(crate) add: Vec<DataFile>,
    /// Data files that are no longer part of it.
    pub(crate) remove: Vec<DataFile>,
    /// Set where a `forget` makes the versions before this one unreadable.
    pub(crate) floor: Option<u64>,
}

/// Loads the newest version, or an old one; none where there is no table.
///
/// # Errors
/// A log that cannot be read, or no such version.
pub(crate) fn load(folder: &Path, version: Option<u64>) -> Result<Option<Table>> {
    if !folder.join("_delta_log").is_dir() {
        return Ok(None);
    }
    let builder = builder(folder)?;
    let builder = match version {
        Some(version) => builder.with_version(version),
        None => builder,
    };
    match wait(builder.load())? {
        Ok(delta) => Ok(Some(Table::of(delta, folder)?)),
        // A killed first ingest leaves a log without a version.
        Err(DeltaTableError::NotATable(_)) if version.is_none() && is_bare(folder) => Ok(None),
        Err(error) => Err(explain(folder, "read the log", &error)),
    }
}

fn is_bare(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder.join("_delta_log")) else { return true };
    !entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with(".json"))
}

impl Table {
    fn of(delta: DeltaTable, folder: &Path) -> Result<Self> {
        let snapshot = delta.snapshot().map_err(|error| explain(folder, "read the log", &error))?;
        let version = snapshot.version();
        let mut files: Vec<DataFile> = snapshot
            .log_data()
            .iter()
            .map(|view| DataFile {
                name: view.path().into_owned(),
                records: view.num_records().unwrap_or(0) as u64,
                bytes: view.size().unsigned_abs(),
            })
            .collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let configured = snapshot.metadata().configuration();
        let properties = configured.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let columns = snapshot.schema().fields().count();
        Ok(Self { version, files, properties, columns, delta })
    }

    /// A property that is a number.
    pub(crate) fn number(&self, key: &str) -> Option<u64> {
        self.properties.get(key)?.parse().ok()
    }

    /// How many columns it has.
    #[cfg(test)]
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// How many records.
    pub(crate) fn records(&self) -> u64 {
        self.files.iter().map(|file| file.records).sum()
    }

    /// Writes a checkpoint of this version, so that the log before it is not needed.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn checkpoint(&self, folder: &Path) -> Result<()> {
        wait(checkpoints::create_checkpoint(&self.delta, None))?
            .map_err(|error| explain(folder, "write a checkpoint", &error))
    }
}

/// Commits on top of `before`, or makes the table; gives the new version, or none when somebody else committed since
/// `before` was loaded.
///
/// # Errors
/// What the disk says; nothing changed then.
pub(crate) fn commit(folder: &Path, before: Option<&Table>, change: Change, entry: &Entry) -> Result<Option<u64>> {
    let mut actions = Vec::new();
    if before.is_none() {
        let protocol: Protocol =
            internal(serde_json::from_value(json!({"minReaderVersion": 1, "minWriterVersion": 2})))?;
        actions.push(Action::Protocol(protocol));
    }
    let floor = change.floor.or_else(|| before.and_then(|table| table.number(schema::FLOOR_KEY)));
    let grown = before.is_some_and(|table| table.columns < schema::polars().len());
    if before.is_none() || change.floor.is_some() || grown {
        actions.push(Action::Metadata(metadata(floor, before)?));
    }
    actions.extend(change.remove.iter().map(|file| Action::Remove(remove(file))));
    actions.extend(change.add.iter().map(|file| Action::Add(add(file))));
    let properties = CommitProperties::default()
        .with_max_retries(0)
        .with_metadata([(LEDGER.to_owned(), internal(serde_json::to_value(entry))?)]);
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let log = match before {
        Some(table) => table.delta.log_store(),
        None => builder(folder)?.build_storage().map_err(|error| explain(folder, "open the log", &error))?,
    };
    settle(&[folder]);
    let done = wait(async {
        let state = match before {
            Some(table) => Some(table.delta.snapshot()?),
            None => None,
        };
        let reference = state.map(|state| state as &dyn deltalake::kernel::transaction::TableReference);
        CommitBuilder::from(properties).with_actions(actions).build(reference, log, operation).await
    })?;
    match done {
        Ok(done) => {
            let log = folder.join("_delta_log");
            settle(&[&log.join(format!("{:020}.json", done.version())), &log]);
            Ok(Some(done.version()))
        }
        Err(error) if is_overtaken(&error) => Ok(None),
        Err(error) => Err(explain(folder, "commit", &error)),
    }
}

/// Asks that what was written be on the disk, should the power fail now. Where the file system cannot promise that for
/// folders, nothing is lost by asking.
fn settle(paths: &[&Path]) {
    for path in paths {
        let _ = std::fs::File::open(path).and_then(|file| file.sync_all());
    }
}

fn is_overtaken(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: TransactionError::MaxCommitAttempts(_)
                    | TransactionError::VersionAlreadyExists(_)
                    | TransactionError::CommitConflict(_)
            }
    )
}

fn metadata(floor: Option<u64>, before: Option<&Table>) -> Result<Metadata> {
    let schema: StructType = internal(serde_json::from_value(schema::delta()))?;
    let fresh = new_metadata(&schema, Vec::<String>::new(), schema::properties(floor))
        .map_err(|error| Error::failed(format!("internal: the store's schema: {error}")))?;
    let Some(before) = before else { return Ok(fresh) };
    // The table stays the same table: its id is kept.
    let snapshot = before.delta.snapshot().map_err(|error| Error::failed(format!("internal: {error}")))?;
    let old: Value = internal(serde_json::to_value(snapshot.metadata()))?;
    let mut new: Value = internal(serde_json::to_value(&fresh))?;
    for kept in ["id", "createdTime"] {
        new[kept] = old[kept].clone();
    }
    internal(serde_json::from_value(new))
}

/// `stats` holds the number of records only: least and greatest values would put names into the log.
fn add(file: &DataFile) -> Add {
    Add {
        path: file.name.clone(),
        partition_values: Default::default(),
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        modification_time: now(),
        data_change: true,
        stats: Some(json!({"numRecords": file.records}).to_string()),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}

fn remove(file: &DataFile) -> Remove {
    Remove {
        path: file.name.clone(),
        data_change: true,
        deletion_timestamp: Some(now()),
        extended_file_metadata: Some(true),
        partition_values: Some(Default::default()),
        size: Some(i64::try_from(file.bytes).unwrap_or(i64::MAX)),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
    }
}

/// Milliseconds since 1970: Delta's own housekeeping goes by them, our results never do.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn builder(folder: &Path) -> Result<DeltaTableBuilder> {
    let path = folder.canonicalize().map_err(|cause| Error::io(folder.display(), "open it", &cause))?;
    let path = path.to_str().ok_or_else(|| {
        Error::failed("the store's path is not UTF-8").at(folder.display()).hint("name another place: --store DIR")
    })?;
    let url = deltalake::ensure_table_uri(path).map_err(|error| explain(folder, "open it", &error))?;
    DeltaTableBuilder::from_url(url).map_err(|error| explain(folder, "open it", &error))
}

/// Runs a future to its end.
fn wait<F: Future>(future: F) -> Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::io("the store", "start reading", &cause))?;
    Ok(runtime.block_on(future))
}

fn internal<T>(result: std::result::Result<T, serde_json::Error>) -> Result<T> {
    result.map_err(|cause| Error::failed(format!("internal: the store's log: {cause}")))
}

/// What the disk said, if it was the disk; else what the log's reader says.
fn explain(folder: &Path, doing: &str, error: &DeltaTableError) -> Error {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(io) = one.downcast_ref::<std::io::Error>() {
            return Error::io(folder.display(), doing, io);
        }
        cause = one.source();
    }
    Error::failed(format!("cannot {doing}"))
        .at(folder.display())
        .evidence(error.to_string().lines().next().unwrap_or_default())
        .hint("is this folder a store that plaint made? plaint ingest FILE… --store DIR makes a new one")
}
