//! A path into a container: `export.zip/data/tickets.csv`, `book.xlsx/Sheet1`, `outer.zip/inner.zip/a.csv`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::ingest::bytes;
use crate::ingest::container::{self, Kind, archive, unpack, workbook};
use crate::ingest::limits::Limits;

/// Archives in archives, at most.
const DEEPEST: usize = 4;

/// What a path names when it is opened up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// One path per dump; the path itself where it is no container of several.
    pub paths: Vec<String>,
    /// Members that hold no data, left out.
    pub junk: Vec<String>,
}

/// The file on disk that a path lies in, and the way on from there; empty where the path is the file itself.
pub(crate) fn split(path: &str) -> (PathBuf, &str) {
    if fs::metadata(path).is_ok() {
        return (PathBuf::from(path), "");
    }
    let slashes = path.match_indices('/').map(|(at, _)| at).rev();
    for at in slashes {
        if Path::new(&path[..at]).is_file() {
            return (PathBuf::from(&path[..at]), &path[at + 1..]);
        }
    }
    (PathBuf::from(path), "")
}

/// The file on disk that a path lies in.
pub fn on_disk(path: &str) -> &str {
    let (_, inner) = split(path);
    let cut = if inner.is_empty() { path.len() } else { path.len() - inner.len() - 1 };
    &path[..cut]
}

/// The dumps in a file: the members of an archive, the filled sheets of a workbook, or itself. A file that is not
/// there, a folder and standard input are themselves: opening them says what is wrong.
///
/// # Errors
/// A container that is damaged, or over a limit.
pub(crate) fn members(path: &str, limits: &Limits) -> Result<Members> {
    let mut found = Members { paths: Vec::new(), junk: Vec::new() };
    let (file, inner) = split(path);
    if path == "-" || !inner.is_empty() || !file.is_file() {
        found.paths.push(path.to_owned());
        return Ok(found);
    }
    let file = File::open(&file).map_err(|cause| Error::io(path, "read it", &cause))?;
    collect(file, path, limits, 0, &mut found)?;
    Ok(found)
}

fn collect(mut file: File, path: &str, limits: &Limits, depth: usize, found: &mut Members) -> Result<()> {
    let failed = |cause: std::io::Error| Error::io(path, "read it", &cause);
    match container::kind(&bytes::first(&mut file).map_err(failed)?) {
        Kind::OldWorkbook => {
            found.paths.extend(sheets(file, path)?);
            return Ok(());
        }
        Kind::Zip => {}
        _ => {
            found.paths.push(path.to_owned());
            return Ok(());
        }
    }
    let copy = file.try_clone().map_err(failed)?;
    let packed = file.metadata().map_err(failed)?.len();
    let mut open = archive::open(file, path, limits)?;
    if archive::workbook(&mut open).is_some() {
        archive::check_size(&mut open, packed, path, limits)?;
        found.paths.extend(sheets(copy, path)?);
        return Ok(());
    }
    let (members, junk) = archive::members(&open);
    found.junk.extend(junk.iter().map(|name| format!("{path}/{name}")));
    for name in members {
        let inner = format!("{path}/{name}");
        let mut head = Vec::new();
        let is_container = match open.by_name(&name) {
            Ok(member) => {
                use std::io::Read;
                member.take(8).read_to_end(&mut head).is_ok()
                    && matches!(container::kind(&head), Kind::Zip | Kind::OldWorkbook)
            }
            Err(_) => false,
        };
        if is_container && depth < DEEPEST {
            let unpacked = archive::unpacked(&mut open, &name, &inner, limits)?;
            let file = File::open(&unpacked).map_err(failed)?;
            collect(file, &inner, limits, depth + 1, found)?;
        } else {
            found.paths.push(inner);
        }
    }
    Ok(())
}

/// The filled sheets of a workbook; the workbook itself where one is filled, or none.
fn sheets(file: File, path: &str) -> Result<Vec<String>> {
    let names = workbook::sheets(file, path)?;
    Ok(if names.len() < 2 {
        vec![path.to_owned()]
    } else {
        names.into_iter().map(|name| format!("{path}/{name}")).collect()
    })
}

/// A file taken out of its containers: open, and which containers it was in.
pub(crate) struct Found {
    pub(crate) file: File,
    /// The temporary file it is in; none where it is the file on disk.
    pub(crate) spooled: Option<tempfile::TempPath>,
    /// What is left of the path: the sheet of a workbook.
    pub(crate) rest: String,
    /// `zip`, `gzip`, `zstd`.
    pub(crate) containers: Vec<&'static str>,
}

/// Takes the file that `inner` names out of the containers around it; an archive of one is opened without a name.
///
/// # Errors
/// No such member, several and none named, a damaged container, or one over a limit.
pub(crate) fn unwrap(file: File, inner: &str, path: &str, limits: &Limits) -> Result<Found> {
    let mut found = Found { file, spooled: None, rest: inner.to_owned(), containers: Vec::new() };
    for _ in 0..=DEEPEST {
        let failed = |cause: std::io::Error| Error::io(path, "read it", &cause);
        let unpacked = match container::kind(&bytes::first(&mut found.file).map_err(failed)?) {
            Kind::Gzip => {
                found.containers.push("gzip");
                unpack::gzip(found.file, path, limits)?
            }
            Kind::Zstd => {
                found.containers.push("zstd");
                unpack::zstd(found.file, path, limits)?
            }
            Kind::Zip => {
                let copy = found.file.try_clone().map_err(failed)?;
                let mut open = archive::open(copy, path, limits)?;
                if archive::workbook(&mut open).is_some() {
                    let packed = found.file.metadata().map_err(failed)?.len();
                    archive::check_size(&mut open, packed, path, limits)?;
                    return Ok(found);
                }
                found.containers.push("zip");
                let (name, rest) = member(&open, &found.rest, path)?;
                found.rest = rest;
                archive::unpacked(&mut open, &name, path, limits)?
            }
            _ => return Ok(found),
        };
        found.file = File::open(&unpacked).map_err(failed)?;
        found.spooled = Some(unpacked);
    }
    Err(Error::failed(format!("containers in containers, more than {DEEPEST} deep")).at(path).hint("unpack it first"))
}

/// The member that `inner` begins with, and what is left of it.
fn member(open: &archive::Archive, inner: &str, path: &str) -> Result<(String, String)> {
    let (members, _) = archive::members(open);
    if inner.is_empty() {
        return match members.as_slice() {
            [] => Err(container::unreadable(path, "the archive holds no data", "export it again")),
            [one] => Ok((one.clone(), String::new())),
            [first, ..] => Err(Error::failed(format!("the archive holds {} files", members.len()))
                .at(path)
                .evidence(members.iter().take(20).cloned().collect::<Vec<_>>().join(", "))
                .hint(format!("name one of them: {path}/{first}"))),
        };
    }
    let named = archive::names(open).into_iter().find_map(|name| match inner.strip_prefix(name.as_str()) {
        Some("") => Some((name, String::new())),
        Some(rest) => rest.strip_prefix('/').map(str::to_owned).map(|rest| (name, rest)),
        None => None,
    });
    named.ok_or_else(|| {
        Error::failed("no such file in the archive")
            .at(path)
            .evidence(members.iter().take(20).cloned().collect::<Vec<_>>().join(", "))
            .hint("name one of these")
    })
}
