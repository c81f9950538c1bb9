//! Zip archives: which members hold data, and one member unpacked.

use std::fs::File;
use std::io::{self, BufReader, Read};

use tempfile::TempPath;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{Error, Result};
use crate::ingest::container::unpack;
use crate::ingest::limits::{self, Limits};

/// What systems and programs put beside the data: folders, and how file names begin.
const JUNK_FOLDERS: [&str; 2] = ["__MACOSX", ".git"];
const JUNK_NAMES: [&str; 4] = ["._", ".DS_Store", "Thumbs.db", "desktop.ini"];
/// Endings of files that hold no records: pictures, sound, styles, pages around the data.
const JUNK_ENDINGS: [&str; 22] = [
    "png", "jpg", "jpeg", "gif", "webp", "svg", "ico", "mp4", "mov", "mp3", "wav", "pdf", "css", "html", "htm", "md",
    "woff", "woff2", "ttf", "exe", "dll", "sh",
];

/// An open archive.
pub(crate) type Archive = ZipArchive<BufReader<File>>;

/// Opens an archive's index.
///
/// # Errors
/// Damaged, or with more members than the limit.
pub(crate) fn open(file: File, path: &str, limits: &Limits) -> Result<Archive> {
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|cause| damaged(path, &cause))?;
    if archive.len() as u64 > limits.members {
        let what = format!("the archive holds {} files", archive.len());
        return Err(limits::exceeded("members", limits.members, &what).at(path));
    }
    Ok(archive)
}

/// The members that may hold data, and those that are junk, both sorted.
pub(crate) fn members(archive: &Archive) -> (Vec<String>, Vec<String>) {
    let mut names = names(archive);
    names.retain(|name| !name.ends_with('/'));
    names.into_iter().partition(|name| !is_junk(name))
}

/// The names of all members, sorted.
pub(crate) fn names(archive: &Archive) -> Vec<String> {
    let mut names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    names.sort();
    names
}

fn is_junk(name: &str) -> bool {
    let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
    let ending = file.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
    folders.split('/').any(|folder| JUNK_FOLDERS.contains(&folder))
        || JUNK_NAMES.iter().any(|junk| file.starts_with(junk))
        || JUNK_ENDINGS.contains(&ending.as_str())
}

/// The kind of workbook an archive is; none where it is a plain archive.
pub(crate) fn workbook(archive: &mut Archive) -> Option<&'static str> {
    let names = names(archive);
    let has = |name: &str| names.iter().any(|member| member == name);
    if has("xl/workbook.xml") || has("xl/workbook.bin") {
        return Some("xlsx");
    }
    let mut kind = String::new();
    archive.by_name("mimetype").ok()?.take(80).read_to_string(&mut kind).ok()?;
    kind.starts_with("application/vnd.oasis.opendocument.spreadsheet").then_some("ods")
}

/// One member, unpacked.
///
/// # Errors
/// Encrypted, damaged, or larger than the limit.
pub(crate) fn unpacked(archive: &mut Archive, name: &str, path: &str, limits: &Limits) -> Result<TempPath> {
    let mut member = archive.by_name(name).map_err(|cause| damaged(path, &cause))?;
    let packed = member.compressed_size();
    unpack::limited(&mut member, packed, path, limits)
}

/// Makes sure that a workbook's parts are not larger than the limit, whatever its index says, before all of them are
/// held in memory.
pub(crate) fn check_size(archive: &mut Archive, packed: u64, path: &str, limits: &Limits) -> Result<()> {
    let most = limits.unpacked(packed);
    let mut left = most;
    for at in 0..archive.len() {
        let member = archive.by_index(at).map_err(|cause| damaged(path, &cause))?;
        let read = io::copy(&mut member.take(left.saturating_add(1)), &mut io::sink())
            .map_err(|cause| Error::io(path, "unpack it", &cause))?;
        left = left.checked_sub(read).ok_or_else(|| {
            limits::exceeded("unpacked", most, "unpacks to more than a container of its size may").at(path)
        })?;
    }
    Ok(())
}

fn damaged(path: &str, cause: &ZipError) -> Error {
    match cause {
        ZipError::UnsupportedArchive(why) if why.contains("assword") => {
            Error::failed("is protected by a password").at(path).hint("unpack it first, then name the file inside")
        }
        ZipError::UnsupportedArchive(_) => Error::failed("is packed in a way that cannot be read")
            .at(path)
            .hint("unpack it first, then name the file inside"),
        ZipError::FileNotFound => {
            Error::failed("no such file in the archive").at(path).hint("check the name of the file inside")
        }
        _ => Error::failed("the archive is damaged or cut off").at(path).hint("copy or export it again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_is_told_from_data() {
        for junk in ["__MACOSX/._a.csv", "a/.DS_Store", "data/tweets_media/1.jpg", "._b.csv", "README.md"] {
            assert!(is_junk(junk), "{junk}");
        }
        for data in ["a.csv", "x/tickets.json", "inner.zip", "export_2026_01", "tweets.js", "notes.txt"] {
            assert!(!is_junk(data), "{data}");
        }
    }
}
