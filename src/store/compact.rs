//! Small data files become one: weekly ingests would pile up, and each costs every reader a little.

use std::path::Path;

use crate::error::Result;
use crate::store::file::{self, DataFile, FULL, NewFile, Sink};
use crate::store::schema;

/// Records under which a data file is small.
const SMALL: u64 = FULL as u64 / 2;
/// So many small files are packed into one, with the ingest that makes them so many. Of a hundred weekly ingests of a
/// thousand records each record is rewritten about ten times in all, and a reader meets ten files at most.
const MANY: usize = 10;

/// Packs the small ones of `stored` (save those in `remove`) and `add`, when they are many.
///
/// # Errors
/// What the disk says.
pub(crate) fn pack(
    folder: &Path,
    stored: &[DataFile],
    add: &mut Vec<NewFile>,
    remove: &mut Vec<DataFile>,
) -> Result<()> {
    let small: Vec<DataFile> =
        stored.iter().filter(|file| file.records < SMALL && !remove.contains(file)).cloned().collect();
    if small.len() + add.iter().filter(|new| new.file.records < SMALL).count() < MANY {
        return Ok(());
    }
    let mut sink = Sink::new(folder);
    for file in small {
        sink.push(&file::read(&folder.join(&file.name), &schema::names())?)?;
        remove.push(file);
    }
    let mut large = Vec::new();
    for new in add.drain(..) {
        if new.file.records < SMALL {
            sink.push(&file::read(&new.path, &schema::names())?)?;
        } else {
            large.push(new);
        }
    }
    large.extend(sink.finish()?);
    *add = large;
    Ok(())
}
