//! Compressed streams → a temporary file: a dump is read more than once, and from any place.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use flate2::read::MultiGzDecoder;
use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::ingest::limits::{self, Limits};

/// Bytes copied at a time.
const BLOCK: usize = 256 << 10;
/// zstd's largest window, which the dumps of Pushshift and Arctic Shift need.
const WINDOW_LOG: u32 = 31;

/// What a gzip file holds, all its members one after the other.
pub(crate) fn gzip(file: File, path: &str, limits: &Limits) -> Result<TempPath> {
    let packed = length(&file, path)?;
    limited(&mut MultiGzDecoder::new(BufReader::with_capacity(BLOCK, file)), packed, path, limits)
}

/// What a zstd file holds, all its frames one after the other.
pub(crate) fn zstd(file: File, path: &str, limits: &Limits) -> Result<TempPath> {
    let packed = length(&file, path)?;
    let failed = |cause: io::Error| Error::io(path, "unpack it", &cause);
    let mut decoder = zstd::stream::read::Decoder::new(file).map_err(failed)?;
    decoder.window_log_max(WINDOW_LOG).map_err(failed)?;
    limited(&mut decoder, packed, path, limits)
}

fn length(file: &File, path: &str) -> Result<u64> {
    file.metadata().map(|data| data.len()).map_err(|cause| Error::io(path, "read it", &cause))
}

/// Copies a stream into a temporary file, unless it holds more than `packed` bytes may.
pub(crate) fn limited(input: &mut impl Read, packed: u64, path: &str, limits: &Limits) -> Result<TempPath> {
    let most = limits.unpacked(packed);
    let mut file = tempfile::NamedTempFile::new().map_err(|cause| Error::io(path, "unpack it", &cause))?;
    let mut block = vec![0; BLOCK];
    let mut unpacked = 0u64;
    loop {
        let read = match input.read(&mut block) {
            Ok(0) => return Ok(file.into_temp_path()),
            Ok(read) => read,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(damaged(path, &cause)),
        };
        unpacked += read as u64;
        if unpacked > most {
            return Err(limits::exceeded("unpacked", most, "unpacks to more than a container of its size may").at(path));
        }
        file.write_all(&block[..read]).map_err(|cause| Error::io(path, "unpack it", &cause))?;
    }
}

/// A stream that cannot be unpacked to its end.
fn damaged(path: &str, cause: &io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::UnexpectedEof => Error::failed("ends in the middle of its compressed data").at(path),
        _ => Error::failed("its compressed data are damaged").at(path),
    }
    .hint("copy or export it again")
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    fn packed(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = flate2::write::GzEncoder::new(&mut file, flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn gzip_and_zstd_are_unpacked() {
        let unpacked = gzip(packed(b"id,text\n"), "a.gz", &Limits::default()).unwrap();
        assert_eq!(std::fs::read(unpacked).unwrap(), b"id,text\n");
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&zstd::encode_all(&b"one\n"[..], 3).unwrap()).unwrap();
        file.write_all(&zstd::encode_all(&b"two\n"[..], 3).unwrap()).unwrap();
        file.rewind().unwrap();
        let unpacked = super::zstd(file, "a.zst", &Limits::default()).unwrap();
        assert_eq!(std::fs::read(unpacked).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn a_bomb_is_met_with_the_limit() {
        let limits = Limits { unpacked: Some(1 << 20), ..Limits::default() };
        let error = gzip(packed(&vec![0; 2 << 20]), "a.gz", &limits).unwrap_err().to_string();
        assert!(error.contains("limit unpacked: 1MiB") && error.contains("--limit unpacked="), "{error}");
    }

    #[test]
    fn a_cut_stream_is_an_error() {
        let mut bytes = Vec::new();
        packed(&[b'a'; 5000]).read_to_end(&mut bytes).unwrap();
        let mut cut = tempfile::tempfile().unwrap();
        cut.write_all(&bytes[..bytes.len() - 12]).unwrap();
        cut.rewind().unwrap();
        let error = gzip(cut, "a.gz", &Limits::default()).unwrap_err().to_string();
        assert!(error.contains("in the middle of its compressed data"), "{error}");
    }
}
