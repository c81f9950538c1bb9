//! One writer at a time: a lock file in the store.
//!
//! It saves work, it does not keep the store right: that is the commit's part. Where the file system has no locks, two
//! writers meet at the commit, and the second begins again.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{Error, Result};

/// The folder in a store for everything that is no data file; readers of the table skip names that begin so.
pub(crate) const OURS: &str = "_plaint";

/// Held until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Waits for the lock of the store in `folder`, which exists. `waiting` is called once if somebody holds it.
    ///
    /// # Errors
    /// A folder that cannot be written into.
    pub(crate) fn take(folder: &Path, waiting: &dyn Fn()) -> Result<Self> {
        let ours = folder.join(OURS);
        let fail = |cause: std::io::Error| Error::io(folder.display(), "write into the store", &cause);
        std::fs::create_dir_all(&ours).map_err(fail)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(ours.join("lock")).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(fail)?;
            }
            Err(TryLockError::Error(cause)) if cause.kind() == std::io::ErrorKind::Unsupported => {
                return Ok(Self { _file: None });
            }
            Err(TryLockError::Error(cause)) => return Err(fail(cause)),
        }
        Ok(Self { _file: Some(file) })
    }

    /// Where the file system has no locks.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self { _file: None }
    }
}
