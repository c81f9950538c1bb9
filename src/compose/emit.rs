//! The one place that writes: standard output, files, and the report's folder, swapped in whole.

use std::fs;
use std::io::{ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::{Error, Result};

/// A file of a report's folder: its path in the folder and its bytes.
pub(crate) type Page = (String, Vec<u8>);

/// What tells a folder that plaint wrote.
const MARK: &str = "report.json";
/// Everything a report's folder may hold; anything else in it is somebody's, and stays.
const OURS: [&str; 9] = [
    "charts",
    "codebook.toml",
    "index.html",
    "issues.csv",
    "report.json",
    "report.md",
    "report.xlsx",
    "signals.csv",
    "trends.csv",
];

/// Writes to a file, or to standard output for none and `-`.
pub(crate) fn to(path: Option<&str>, bytes: &[u8]) -> Result<()> {
    all_to(path, &[bytes])
}

/// The same of bytes in several parts.
pub(crate) fn all_to(path: Option<&str>, parts: &[impl AsRef<[u8]>]) -> Result<()> {
    match path {
        None | Some("-") => {
            let mut out = std::io::stdout().lock();
            let written = parts.iter().try_for_each(|part| out.write_all(part.as_ref()));
            written.and_then(|()| out.flush()).map_err(|cause| match cause.kind() {
                ErrorKind::BrokenPipe => Error::closed_pipe(),
                _ => Error::io("standard output", "write", &cause),
            })
        }
        Some(path) => file_of(Path::new(path), parts),
    }
}

/// Whether standard output is a terminal whose owner does not mind colour (no-color.org).
pub(crate) fn is_coloured() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Says something on standard error. Nothing is left to do if even that is closed.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The size of a regular file in bytes; none for anything else.
pub(crate) fn size(path: &str) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| file.len())
}

/// Writes a file whole or not at all: beside it first, then in its place.
pub(crate) fn file(path: &Path, bytes: &[u8]) -> Result<()> {
    file_of(path, &[bytes])
}

fn file_of(path: &Path, parts: &[impl AsRef<[u8]>]) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fail = |cause: std::io::Error| Error::io(path.display(), "write it", &cause);
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    parts.iter().try_for_each(|part| beside.write_all(part.as_ref())).map_err(fail)?;
    let beside = beside.into_temp_path();
    readable(&beside).map_err(fail)?;
    beside.persist(path).map_err(|e| fail(e.error))
}

/// Temporary files are for their owner alone; what is written for others to read must not stay so.
#[cfg(unix)]
fn readable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if path.is_dir() { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Whether `folder` may be replaced: it does not exist, is empty, or holds a report and nothing else.
pub(crate) fn check_folder(folder: &Path) -> Result<()> {
    let fail = |cause: std::io::Error| Error::io(folder.display(), "look into it", &cause);
    let names = match fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect::<std::io::Result<Vec<_>>>()
        }
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        Err(cause) if cause.kind() == ErrorKind::NotADirectory => {
            return Err(Error::failed("it is a file; the report is a folder")
                .at(folder.display())
                .hint("name a folder: -o report"));
        }
        Err(cause) => return Err(fail(cause)),
    };
    let mut names = names.map_err(fail)?;
    names.sort();
    let report = names.iter().any(|name| name == MARK);
    match names.iter().find(|name| !report || !OURS.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => Err(Error::failed(format!("it holds {other:?}, and a report's folder is replaced whole"))
            .at(folder.display())
            .hint("move that away, or name a folder that does not exist yet")),
    }
}

/// Puts a whole folder in the place of another: a reader sees the old one or the new one, never a mixture.
pub(crate) fn folder(folder: &Path, pages: &[Page]) -> Result<()> {
    check_folder(folder)?;
    let fail = |cause: std::io::Error| Error::io(folder.display(), "write the report", &cause);
    // A link stays a link: what it points to is replaced.
    let resolved = if folder.is_symlink() { fs::canonicalize(folder).map_err(fail)? } else { folder.to_path_buf() };
    let folder = resolved.as_path();
    let fail = |cause: std::io::Error| Error::io(folder.display(), "write the report", &cause);
    let parent = match folder.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_path_buf(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(fail)?;
    let beside = tempfile::Builder::new().prefix(".plaint-").tempdir_in(&parent).map_err(fail)?;
    let new = beside.path().join("new");
    fs::create_dir(&new).map_err(fail)?;
    let written = pages.par_iter().map(|(name, bytes)| {
        let path = new.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&path, bytes)
    });
    // The first page that could not be written is named, whichever was tried first.
    written.collect::<Vec<_>>().into_iter().collect::<std::io::Result<()>>().map_err(fail)?;
    readable(&new).map_err(fail)?;
    if folder.exists() {
        // The old report goes into the temporary folder and vanishes with it.
        let old = beside.path().join("old");
        fs::rename(folder, &old).map_err(fail)?;
        if let Err(cause) = fs::rename(&new, folder) {
            let _ = fs::rename(&old, folder);
            return Err(fail(cause));
        }
    } else {
        fs::rename(&new, folder).map_err(fail)?;
    }
    Ok(())
}

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &str) -> Result<Vec<u8>> {
    let fail = |cause: std::io::Error| Error::io(path, "read it", &cause);
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(fail)?;
        return Ok(bytes);
    }
    fs::read(path).map_err(fail)
}

/// A small text file that is there or not.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) if cause.kind() == ErrorKind::InvalidData => {
            Err(Error::failed("it is not UTF-8 text").at(path.display()).hint("save it as UTF-8"))
        }
        Err(cause) => Err(Error::io(path.display(), "read it", &cause)),
    }
}
