//! Data files: Parquet, written once and never changed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use polars::prelude::{BatchedWriter, DataFrame, ParquetCompression, ParquetWriter};
use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::store::{schema, uniform};

/// Records of a data file before the next is begun: few enough to be read and rewritten in memory when one of them
/// changes, many enough that a store of ten million records has under a hundred files.
pub(crate) const FULL: usize = 131_072;
/// Bytes that go to the disk together: polars writes a file's header fields byte by byte.
const BUFFER: usize = 256 << 10;
/// Bytes in memory after which a data file is full however few its records.
const FULL_BYTES: usize = 256 << 20;

/// One data file of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Its name in the store's folder.
    pub name: String,
    /// Records in it.
    pub records: u64,
    /// Its size.
    pub bytes: u64,
}

/// A data file that no version holds yet; it vanishes unless kept.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) path: TempPath,
    pub(crate) file: DataFile,
}

/// Writes frames of the table's schema into data files of a folder, each until it is full.
pub(crate) struct Sink {
    folder: PathBuf,
    open: Option<Open>,
    done: Vec<NewFile>,
}

struct Open {
    writer: BatchedWriter<BufWriter<Watched>>,
    path: TempPath,
    failure: Failure,
    records: usize,
    bytes: usize,
}

impl Sink {
    /// Into `folder`, which exists.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), open: None, done: Vec::new() }
    }

    /// The number, from 0, of the file that the next frame goes into.
    pub(crate) fn next(&self) -> usize {
        self.done.len()
    }

    /// Appends a frame; all of it goes into one file.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn push(&mut self, frame: &DataFrame) -> Result<()> {
        if frame.height() == 0 {
            return Ok(());
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open::create(&self.folder)?,
        };
        let mut frame = frame.clone();
        frame.rechunk_mut();
        let written = open.writer.write_batch(&frame);
        open.failure.explain(written, &open.path)?;
        open.records += frame.height();
        open.bytes += frame.estimated_size();
        if open.records >= FULL || open.bytes >= FULL_BYTES {
            self.done.push(open.close()?);
        } else {
            self.open = Some(open);
        }
        Ok(())
    }

    /// Ends the last file; gives all of them.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn finish(mut self) -> Result<Vec<NewFile>> {
        if let Some(open) = self.open.take() {
            self.done.push(open.close()?);
        }
        Ok(self.done)
    }
}

impl Open {
    fn create(folder: &Path) -> Result<Self> {
        let fail = |cause: io::Error| Error::io(folder.display(), "write into it", &cause);
        let mut builder = tempfile::Builder::new();
        builder.prefix("part-").suffix(".parquet").rand_bytes(20);
        #[cfg(unix)]
        {
            // Temporary files are for their owner alone; these are for everybody the folder is for.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let (file, path) = builder.tempfile_in(folder).map_err(fail)?.into_parts();
        let failure = Failure::default();
        let watched = BufWriter::with_capacity(BUFFER, Watched { file, failure: failure.clone() });
        // Every reader of Parquet knows it, and it takes a third of the time of Zstandard's fastest level.
        let writer = ParquetWriter::new(watched).with_compression(ParquetCompression::Snappy);
        let writer = failure.explain(writer.batched(&schema::polars()), &path)?;
        Ok(Self { writer, path, failure, records: 0, bytes: 0 })
    }

    fn close(self) -> Result<NewFile> {
        let Self { writer, path, failure, records, .. } = self;
        let ended = writer.finish();
        failure.explain(ended, &path)?;
        drop(writer);
        let fail = |cause: io::Error| Error::io(path.display(), "write it", &cause);
        let file = File::open(&path).map_err(fail)?;
        // What the log is about to speak of must be on the disk before it does.
        file.sync_all().map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(NewFile { file: DataFile { name, records: records as u64, bytes }, path })
    }
}

/// What the disk said: polars passes on that writing failed, not why.
#[derive(Debug, Clone, Default)]
struct Failure(Arc<Mutex<Option<io::Error>>>);

impl Failure {
    fn explain<T>(&self, result: polars::prelude::PolarsResult<T>, path: &Path) -> Result<T> {
        result.map_err(|error| {
            let said = self.0.lock().ok().and_then(|mut said| said.take());
            match said {
                Some(cause) => Error::io(path.display(), "write it", &cause),
                None => error.into(),
            }
        })
    }
}

struct Watched {
    file: File,
    failure: Failure,
}

impl Watched {
    fn watch<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if let Ok(mut said) = self.failure.0.lock() {
                said.get_or_insert(error);
            }
            io::Error::from(kind)
        })
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.watch(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        self.watch(flushed)
    }
}

/// Columns of a data file, in the order asked for.
///
/// # Errors
/// When the file is gone (vacuumed), no Parquet, or has a column of another type.
pub(crate) fn read(path: &Path, columns: &[&str]) -> Result<DataFrame> {
    let file = File::open(path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => Error::failed("this data file is gone: the version that needs it was vacuumed")
            .at(path.display())
            .hint("read the newest version: leave --store-version out"),
        _ => Error::io(path.display(), "read it", &cause),
    })?;
    let broken = |cause: polars::error::PolarsError| {
        Error::failed("this data file cannot be read")
            .at(path.display())
            .evidence(cause.to_string().lines().next().unwrap_or_default())
            .hint("plaint store restore N goes back to a version that does not need it")
    };
    let frame = uniform::read(file, columns).map_err(broken)?;
    schema::complete(&frame, columns, &path.display().to_string())
}
