//! Chunks of normalised dumps → data files and one commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use polars::prelude::{DataFrame, IdxCa, IdxSize, NewChunkedArray};
use rayon::slice::ParallelSliceMut;

use crate::error::{Error, Result, nearest};
use crate::normalise::build::Normalised;
use crate::normalise::sums::{FileSums, Sums};
use crate::normalise::versions;
use crate::store::aside::Aside;
use crate::store::compact;
use crate::store::file::{self, DataFile, NewFile, Sink};
use crate::store::keys::{self, Key, Keys, Uid};
use crate::store::ledger::{Dump, Entry, Replace, What};
use crate::store::lock::Lock;
use crate::store::revise::revise;
use crate::store::schema;
use crate::store::snapshot::check_version;
use crate::store::sweep;
use crate::store::table::{self, Change, Table};

/// What the ledger says of a dump, known before its rows are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Path as named.
    pub path: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// A hash of everything else that decides how it is read.
    pub reading: String,
    /// The source that reads it.
    pub source: String,
    /// What the source warns of.
    pub caveat: Option<String>,
    /// What was assumed, in words.
    pub assumptions: Vec<String>,
}

/// One ingest: takes chunks, then commits. Dropped without a commit, it leaves the store as it was.
pub struct Writer {
    folder: PathBuf,
    _lock: Lock,
    before: Option<Table>,
    keys: Keys,
    sink: Sink,
    aside: Aside,
    dumps: Vec<Taking>,
    entry: Entry,
    /// Feed → first and last instant of this call's records; none while undated.
    feeds: BTreeMap<String, Option<[i64; 2]>>,
}

/// A dump of this call.
struct Taking {
    facts: Facts,
    /// What its chunks say before their records are compared with any other.
    read: Sums,
    stored: i64,
    updated: i64,
    unchanged: i64,
    duplicates: i64,
    undated: i64,
}

/// How a commit ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is done.
    Done(Box<Done>),
    /// Somebody without the lock committed since this writer began: begin again.
    Overtaken,
}

/// A finished ingest.
#[derive(Debug)]
pub struct Done {
    /// The newest version; none where there is still no store, for there was no record.
    pub version: Option<u64>,
    /// Whether this ingest made it.
    pub changed: bool,
    /// What it did: sums by dump, records afterwards, removed, contested.
    pub entry: Entry,
}

impl Writer {
    /// Loads the keys of what is stored.
    pub(crate) fn open(folder: &Path, lock: Lock, replace: Option<Replace>) -> Result<Self> {
        let before = table::load(folder, None)?;
        if let Some(table) = &before {
            check_version(table, folder)?;
            sweep::unfinished(folder, table)?;
        }
        let files = before.as_ref().map_or(&[][..], |table| &table.files);
        let keys = load_keys(folder, files)?;
        let mut entry = Entry::new(What::Ingest);
        entry.replace = replace;
        Ok(Self {
            folder: folder.to_path_buf(),
            _lock: lock,
            keys,
            sink: Sink::new(folder),
            aside: Aside::new(folder),
            dumps: Vec::new(),
            entry,
            feeds: BTreeMap::new(),
            before,
        })
    }

    /// Begins a dump; the chunks pushed next are its.
    pub fn dump(&mut self, facts: Facts) {
        let read = Sums::new(&facts.path);
        self.dumps.push(Taking { facts, read, stored: 0, updated: 0, unchanged: 0, duplicates: 0, undated: 0 });
    }

    /// Takes a chunk of the dump begun last; chunks come in the dump's order, dumps in the order of their paths.
    ///
    /// # Errors
    /// What the disk says.
    pub fn push(&mut self, chunk: Normalised) -> Result<()> {
        let dump = self.dumps.len().wrapping_sub(1);
        let Some(taking) = self.dumps.last_mut() else { return Err(Error::failed("internal: a chunk of no dump")) };
        taking.read.add(&chunk)?;
        note_feeds(&mut self.feeds, &chunk.records)?;
        for (header, field) in chunk.headers {
            let known = self.entry.headers.entry(header).or_insert_with(|| field.clone());
            if field < *known {
                *known = field;
            }
        }
        let versions = versions::of(&chunk.records)?;
        let frame = schema::with_hashes(&chunk.records, &versions, &taking.facts.sha256)?;
        let texts: Vec<&str> = frame.column("uid")?.str()?.iter().map(Option::unwrap_or_default).collect();
        let uids: Vec<Uid> = keys::uids(&texts);
        let mut order: Vec<usize> = (0..uids.len()).collect();
        order.par_sort_unstable_by_key(|row| (uids[*row], *row));
        let file = (self.before.as_ref().map_or(0, |table| table.files.len()) + self.sink.next()) as u32;
        let (mut fresh, mut rows): (Vec<Key>, Vec<IdxSize>) = (Vec::new(), Vec::new());
        let mut contested: BTreeMap<u32, Vec<IdxSize>> = BTreeMap::new();
        for row in order {
            let version = versions[row];
            let again = fresh.last_mut().filter(|key| key.uid == uids[row]);
            let Some(key) = again.or_else(|| self.keys.get_mut(&uids[row])) else {
                let mut key = Key::new(uids[row], version, file);
                key.see(dump, true);
                fresh.push(key);
                rows.push(row as IdxSize);
                taking.stored += 1;
                continue;
            };
            let same = key.version().content == version.content;
            // Contested records count as unchanged until they are resolved.
            *(if key.dump().is_none() { &mut taking.unchanged } else { &mut taking.duplicates }) += 1;
            key.see(dump, same);
            if !same {
                contested.entry(key.file).or_default().push(row as IdxSize);
                self.entry.contested += 1;
            }
        }
        self.keys.add(&fresh);
        rows.sort_unstable();
        let new = taken(&frame, &rows)?;
        taking.undated += new.column("created_at")?.null_count() as i64;
        self.sink.push(&new)?;
        for (file, mut rows) in contested {
            rows.sort_unstable();
            self.aside.push(file, taken(&frame, &rows)?)?;
        }
        Ok(())
    }

    /// What became of each dump's rows so far; records that contest a stored one count as unchanged until the commit.
    pub fn sums(&self) -> Vec<FileSums> {
        self.dumps.iter().map(Taking::sums).collect()
    }

    /// Resolves what is contested, removes what a replaced window lacks, packs small files, and commits.
    ///
    /// # Errors
    /// What the disk says, or a replaced feed that no dump holds; nothing changed then.
    pub fn commit(mut self) -> Result<Outcome> {
        if let Some(replace) = &self.entry.replace
            && !self.feeds.contains_key(&replace.feed)
        {
            return Err(unknown_feed(&replace.feed, &self.feeds));
        }
        let stored = self.before.as_ref().map_or(Vec::new(), |table| table.files.clone());
        let new = std::mem::replace(&mut self.sink, Sink::new(&self.folder)).finish()?;
        let mut remove: Vec<DataFile> = Vec::new();
        let mut add: Vec<NewFile> = Vec::new();
        let mut out = Sink::new(&self.folder);
        for (at, file) in stored.iter().enumerate() {
            if let Some(frame) = self.revised(at, &self.folder.join(&file.name), true)? {
                out.push(&frame)?;
                remove.push(file.clone());
            }
        }
        for (at, file) in new.into_iter().enumerate() {
            match self.revised(stored.len() + at, &file.path, false)? {
                Some(frame) => out.push(&frame)?,
                None => add.push(file),
            }
        }
        add.extend(out.finish()?);
        self.entry.feeds = self.days();
        for taking in &mut self.dumps {
            let sums = taking.sums();
            sums.check()?;
            self.entry.dumps.push(Dump {
                sha256: taking.facts.sha256.clone(),
                reading: taking.facts.reading.clone(),
                source: taking.facts.source.clone(),
                caveat: taking.facts.caveat.clone(),
                assumptions: taking.facts.assumptions.clone(),
                sums,
            });
        }
        if add.is_empty() && remove.is_empty() {
            let before = self.before.as_ref();
            self.entry.records = before.map_or(0, Table::records);
            let version = before.map(|table| table.version);
            return Ok(Outcome::Done(Box::new(Done { version, changed: false, entry: self.entry })));
        }
        compact::pack(&self.folder, &stored, &mut add, &mut remove)?;
        let kept = stored.iter().filter(|file| !remove.contains(file)).map(|file| file.records).sum::<u64>();
        self.entry.records = kept + add.iter().map(|new| new.file.records).sum::<u64>();
        match finish(&self.folder, self.before.as_ref(), add, remove, None, &self.entry)? {
            Some(version) => {
                Ok(Outcome::Done(Box::new(Done { version: Some(version), changed: true, entry: self.entry })))
            }
            None => Ok(Outcome::Overtaken),
        }
    }

    /// The new content of a data file, by its number; none where it stays as it is.
    fn revised(&mut self, at: usize, path: &Path, stored: bool) -> Result<Option<DataFrame>> {
        let replace = self.entry.replace.clone().filter(|_| stored);
        if !self.aside.has(at as u32) && replace.is_none() {
            return Ok(None);
        }
        let base = file::read(path, &schema::names())?;
        let mut changed = None;
        if let Some(contested) = self.aside.read(at as u32)? {
            let revised = revise(&base, &contested, &self.keys, stored)?;
            for dump in revised.updated {
                self.dumps[dump].unchanged -= 1;
                self.dumps[dump].updated += 1;
            }
            self.entry.revised += if stored { revised.revised } else { 0 };
            self.entry.arbitrary += revised.arbitrary;
            changed = revised.frame;
        }
        if let Some(replace) = &replace {
            let frame = changed.as_ref().unwrap_or(&base);
            let left = self.outside(frame, replace)?;
            if left.len() < frame.height() {
                self.entry.removed += (frame.height() - left.len()) as i64;
                changed = Some(taken(frame, &left)?);
            }
        }
        Ok(changed)
    }

    /// The rows that a replaced window leaves: outside it, or met again in this call.
    fn outside(&self, frame: &DataFrame, replace: &Replace) -> Result<Vec<IdxSize>> {
        let (uids, feeds) = (frame.column("uid")?.str()?, frame.column("feed")?.str()?);
        let days = frame.column("created_at")?.datetime()?.physical();
        let left = (0..frame.height()).filter(|row| {
            let within = days.get(*row).and_then(day).is_some_and(|day| (replace.since..=replace.until).contains(&day));
            let met =
                || self.keys.get(&keys::uid(uids.get(*row).unwrap_or_default())).is_some_and(|k| k.dump().is_some());
            feeds.get(*row) != Some(replace.feed.as_str()) || !within || met()
        });
        Ok(left.map(|row| row as IdxSize).collect())
    }

    fn days(&self) -> BTreeMap<String, [Date; 2]> {
        let span = |span: &Option<[i64; 2]>| {
            let [first, last] = (*span)?;
            Some([day(first)?, day(last)?])
        };
        self.feeds.iter().filter_map(|(feed, instants)| Some((feed.clone(), span(instants)?))).collect()
    }
}

impl Taking {
    fn sums(&self) -> FileSums {
        let Self { stored, updated, unchanged, duplicates, undated, .. } = *self;
        FileSums { stored, updated, unchanged, duplicates, undated, ..self.read.clone().finish() }
    }
}

/// Keeps the new files and commits; takes them away again where somebody else was first or the disk failed.
pub(crate) fn finish(
    folder: &Path,
    before: Option<&Table>,
    add: Vec<NewFile>,
    remove: Vec<DataFile>,
    floor: Option<u64>,
    entry: &Entry,
) -> Result<Option<u64>> {
    let mut change = Change { add: Vec::new(), remove, floor };
    let mut kept = Vec::new();
    for new in add {
        let path = new.path.keep().map_err(|e| Error::io(folder.display(), "write into the store", &e.error))?;
        kept.push(path);
        change.add.push(new.file);
    }
    let done = table::commit(folder, before, change, entry);
    // A commit that failed in a way unheard of may have landed: only what the log does not speak of may go.
    let landed = matches!(done, Ok(Some(_)))
        || (done.is_err()
            && table::load(folder, None).map_or(true, |now| now.map(|t| t.version) != before.map(|t| t.version)));
    if !landed {
        for path in kept {
            let _ = std::fs::remove_file(path);
        }
    }
    done
}

/// The keys of all records of a version.
fn load_keys(folder: &Path, files: &[DataFile]) -> Result<Keys> {
    let records: u64 = files.iter().map(|file| file.records).sum();
    let mut keys = Vec::with_capacity(usize::try_from(records).unwrap_or_default());
    for (at, file) in files.iter().enumerate() {
        let frame = file::read(&folder.join(&file.name), &["uid", "updated_at", schema::CONTENT])?;
        let texts: Vec<&str> = frame.column("uid")?.str()?.iter().map(Option::unwrap_or_default).collect();
        let versions = schema::versions(&frame)?;
        keys.extend(keys::uids(&texts).into_iter().zip(versions).map(|(uid, v)| Key::new(uid, v, at as u32)));
    }
    Ok(Keys::load(keys))
}

/// Rows by number, all of them as they are.
pub(crate) fn taken(frame: &DataFrame, rows: &[IdxSize]) -> Result<DataFrame> {
    if rows.len() == frame.height() {
        return Ok(frame.clone());
    }
    Ok(frame.take(&IdxCa::from_slice("".into(), rows))?)
}

fn note_feeds(feeds: &mut BTreeMap<String, Option<[i64; 2]>>, records: &DataFrame) -> Result<()> {
    let names = records.column("feed")?.str()?;
    let days = records.column("created_at")?.datetime()?.physical();
    for (feed, at) in names.iter().zip(days.iter()) {
        let feed = feed.unwrap_or_default();
        let span = match feeds.get_mut(feed) {
            Some(span) => span,
            None => feeds.entry(feed.to_owned()).or_default(),
        };
        if let Some(at) = at {
            let [first, last] = span.get_or_insert([at, at]);
            (*first, *last) = ((*first).min(at), (*last).max(at));
        }
    }
    Ok(())
}

/// The UTC day of an instant; a record's written day, where it has no time.
fn day(micros: i64) -> Option<Date> {
    let at = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}

fn unknown_feed(feed: &str, feeds: &BTreeMap<String, Option<[i64; 2]>>) -> Error {
    let error = Error::usage(format!("--replace {feed}: no dump read holds a record of that feed"));
    let error = error.evidence(format!("they hold {}", feeds.keys().cloned().collect::<Vec<_>>().join(", ")));
    match nearest(feed, feeds.keys().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint("name one of these; a window is replaced by dumps that hold it"),
    }
}
