//! What enriching and matching give for the store's records, kept per data file: computed once, read from then on.

use polars::prelude::{Column, DataFrame, IdxSize};
use rayon::prelude::*;

use crate::cluster::codebook::Codebook;
use crate::cluster::matches::{Match, Matches};
use crate::cluster::matching::Matcher;
use crate::compose::restate::contents;
use crate::enrich::redact::Masked;
use crate::enrich::{ADDED, TOGETHER, Voiced};
use crate::error::Result;
use crate::normalise::records::Records;
use crate::normalise::stack::{gathered, stacked};
use crate::store::file::DataFile;
use crate::store::{Store, cache};

const ENRICH: &str = "enrich";
const MATCH: &str = "match";
/// What records say together, of all data files of a version.
const GROUPED: &str = "grouped";
/// How many spans of a data file redaction took out, by kind, in its first row.
const MASKED: &str = "_masked";
/// Whether a record says anything.
const SPEAKS: &str = "_speaks";
const TEXT: &str = "text";
const NONE: u32 = u32::MAX;

/// A hash of what a record's dump said of it, see [`contents`].
pub(crate) const CONTENT: &str = "_content";

/// Which of the records' words are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// As they were written.
    Written,
    /// As they were heard, and what is shown of a record: not what its dump said of it.
    Heard,
    /// Only whether there are any.
    Presence,
}

impl Words {
    /// The fields that are not looked at then. (A title is: whether a feed still has them.)
    pub(crate) fn unread(self) -> &'static [&'static str] {
        match self {
            Self::Written => &[],
            Self::Heard => &["body", "reply_text", "extra", "created_at_raw"],
            Self::Presence => &["body", "reply_text", "extra", "url", "created_at_raw"],
        }
    }
}

/// Where the records that were read lie in the store.
pub(crate) struct Kept {
    store: Store,
    files: Vec<DataFile>,
    /// Per record: its data file and its row there.
    places: Vec<(u32, u32)>,
    /// Where not all were read enriching must come from the cache.
    words: Words,
    /// Whether all records of the version are there.
    whole: bool,
}

/// A hash of what a cache depends on beside the records; a new version of the program trusts no other's.
pub(crate) fn model(parts: &[&str]) -> String {
    let mut all = vec![env!("CARGO_PKG_VERSION")];
    all.extend(parts);
    Codebook::digest(&all.join("\n"))[..16].to_owned()
}

/// The model of matching with a codebook over texts of a model.
pub(crate) fn match_model(codebook: &Codebook, enrich: &str) -> String {
    model(&[enrich, &codebook.to_toml()])
}

/// What the caches of a run depend on.
pub(crate) struct Models {
    /// What each record says by itself.
    pub(crate) enrich: String,
    /// What they say together; none where nothing of it is asked for.
    pub(crate) grouped: Option<String>,
    /// Which issues they match; none without a codebook.
    pub(crate) matching: Option<String>,
}

impl Models {
    /// Whether everything that counting needs is kept, so that no record's words have to be read.
    pub(crate) fn are_warm(&self, store: &Store, files: &[DataFile]) -> bool {
        let grouped = |model: &String| store.cache_of_all(GROUPED, model, files).is_file();
        store.has_cached(ENRICH, &self.enrich, files)
            && self.matching.as_ref().is_some_and(|model| store.has_cached(MATCH, model, files))
            && self.grouped.as_ref().is_none_or(grouped)
    }
}

impl Kept {
    pub(crate) fn new(store: Store, files: Vec<DataFile>, places: Vec<(u32, u32)>, words: Words) -> Self {
        Self { store, files, places, words, whole: true }
    }

    /// Keeps the places of those records that `kept` says.
    pub(crate) fn filter(&mut self, kept: &[bool]) {
        self.whole &= kept.iter().all(|kept| *kept);
        let mut keep = kept.iter();
        self.places.retain(|_| keep.next().copied().unwrap_or(false));
    }

    /// Per data file: per row the record, or [`NONE`] where a condition held it back.
    fn records_of_files(&self) -> Vec<Vec<u32>> {
        let empty = |file: &DataFile| vec![NONE; usize::try_from(file.records).unwrap_or(0)];
        let mut records: Vec<Vec<u32>> = self.files.iter().map(empty).collect();
        for (record, (file, row)) in self.places.iter().enumerate() {
            records[*file as usize][*row as usize] = record as u32;
        }
        records
    }

    /// The records with what `own` hears in each alone, and a hash of what their dumps said of each. None where a cache
    /// that was there is gone, and the words were not read.
    ///
    /// # Errors
    /// Those of `own`.
    pub(crate) fn voiced(
        &self,
        records: &Records,
        model: &str,
        own: impl Fn(&Records) -> Result<Voiced> + Sync,
    ) -> Result<Option<(Voiced, Vec<u32>)>> {
        let of_files = self.records_of_files();
        let wordless = self.words == Words::Presence;
        let added: Vec<&str> = ADDED.iter().map(|column| column.name).collect();
        let mut wanted: Vec<&str> = added.iter().copied().filter(|name| !wordless || *name != TEXT).collect();
        wanted.extend([MASKED, SPEAKS, CONTENT]);
        let parts: Vec<Result<Option<DataFrame>>> = self
            .files
            .par_iter()
            .zip(&of_files)
            .map(|(file, rows)| {
                if let Some(frame) = cache::read(&self.store.cache(ENRICH, model, file), &wanted)
                    && frame.height() == rows.len()
                {
                    let held: Vec<IdxSize> = positions(rows);
                    let mut frame = if held.len() == rows.len() { frame } else { take(&frame, &held)? };
                    if wordless {
                        frame.with_column(speaking(&frame)?)?;
                    }
                    return Ok(Some(frame));
                }
                if self.words != Words::Written {
                    return Ok(None);
                }
                let held: Vec<IdxSize> = rows.iter().copied().filter(|record| *record != NONE).collect();
                let there = Records::new(take(records.frame(), &held)?, records.headers().clone())?;
                let contents: Vec<i64> = contents(&there)?.into_iter().map(i64::from).collect();
                let own = own(&there)?;
                let mut frame = own.frame().select(added.iter().copied())?;
                let mut masked: Vec<Option<String>> = vec![None; frame.height()];
                masked.iter_mut().take(1).for_each(|first| *first = Some(own.masked().line()));
                let speaks = Column::new(SPEAKS.into(), own.text()?.is_not_null().iter().collect::<Vec<_>>());
                frame.with_column(Column::new(MASKED.into(), masked))?;
                frame.with_column(speaks)?;
                frame.with_column(Column::new(CONTENT.into(), contents))?;
                if held.len() == rows.len() {
                    cache::keep(&self.store.cache(ENRICH, model, file), frame.clone());
                }
                Ok(Some(frame))
            })
            .collect();
        let mut all = Vec::with_capacity(parts.len());
        let mut order = vec![0; records.len()];
        let mut at = 0;
        for (part, rows) in parts.into_iter().zip(&of_files) {
            let Some(part) = part? else { return Ok(None) };
            for record in rows.iter().filter(|record| **record != NONE) {
                order[*record as usize] = at;
                at += 1;
            }
            all.push(part.select(added.iter().copied().chain([MASKED, CONTENT]))?);
        }
        let Some(all) = stacked(all)? else { return Ok(None) };
        let lines = all.column(MASKED)?.str()?.iter().flatten();
        let masked = lines.fold(Masked::default(), |sum, line| sum.and(Masked::of_line(line)));
        let all = take(&all, &order)?;
        let mut frame = records.frame().clone();
        for name in added {
            frame.with_column(all.column(name)?.clone())?;
        }
        let contents = all.column(CONTENT)?.i64()?.iter().map(|content| content.unwrap_or_default() as u32).collect();
        Ok(Some((Voiced::new(frame, masked)?, contents)))
    }

    /// The records with what `grouped` hears in all of them together. None where a cache that was there is gone, and
    /// the words were not read.
    ///
    /// # Errors
    /// Those of `grouped`.
    pub(crate) fn grouped(
        &self,
        voiced: Voiced,
        model: &str,
        grouped: impl FnOnce(Voiced) -> Result<Voiced>,
    ) -> Result<Option<Voiced>> {
        let path = self.store.cache_of_all(GROUPED, model, &self.files);
        if self.whole
            && let Some(found) = cache::read(&path, TOGETHER)
            && found.height() == voiced.len()
        {
            let mut frame = voiced.frame().clone();
            for column in found.into_columns() {
                frame.with_column(column)?;
            }
            return Voiced::new(frame, voiced.masked()).map(Some);
        }
        if self.words != Words::Written {
            return Ok(None);
        }
        let voiced = grouped(voiced)?;
        if self.whole {
            cache::keep(&path, voiced.frame().select(TOGETHER.iter().copied())?);
        }
        Ok(Some(voiced))
    }

    /// The matches that the caches hold, by data file; none where one must be matched.
    pub(crate) fn known_matches(&self, codebook: &Codebook, model: &str) -> Vec<Option<Vec<Match>>> {
        let names: Vec<&str> = crate::cluster::matches::COLUMNS.iter().map(|column| column.name).collect();
        let known = |(file, rows): (&DataFile, &Vec<u32>)| {
            let frame = cache::read(&self.store.cache(MATCH, model, file), &names)?;
            let found = Matches::new(frame).and_then(|matches| matches.matches(codebook)).ok()?;
            found.iter().all(|found| (found.row as usize) < rows.len()).then(|| placed(found, rows))
        };
        self.files.par_iter().zip(&self.records_of_files()).map(known).collect()
    }

    /// The matches of all records, of those `known` and of what is matched now. None where the words were not read and
    /// some are not known.
    ///
    /// # Errors
    /// Those of matching.
    pub(crate) fn matches(
        &self,
        voiced: &Voiced,
        codebook: &Codebook,
        model: &str,
        known: Vec<Option<Vec<Match>>>,
    ) -> Result<Option<Matches>> {
        if self.words != Words::Written && known.iter().any(Option::is_none) {
            return Ok(None);
        }
        let matcher = Matcher::compile(codebook)?;
        let found = |((file, rows), known): ((&DataFile, &Vec<u32>), Option<Vec<Match>>)| {
            if let Some(known) = known {
                return Ok(known);
            }
            let held: Vec<IdxSize> = rows.iter().copied().filter(|record| *record != NONE).collect();
            let own = Voiced::new(take(voiced.frame(), &held)?, Masked::default())?;
            let matches = matcher.match_records(&own)?;
            if held.len() == rows.len() {
                cache::keep(&self.store.cache(MATCH, model, file), matches.frame().clone());
            }
            Ok(placed(matches.matches(codebook)?, &held))
        };
        let of_files = self.records_of_files();
        let parts: Vec<Vec<Match>> =
            self.files.par_iter().zip(&of_files).zip(known).map(found).collect::<Result<_>>()?;
        let mut all: Vec<Match> = parts.into_iter().flatten().collect();
        all.par_sort_unstable_by_key(|found| (found.row, found.issue));
        Matches::build(&all, voiced.texts_of("uid")?, codebook).map(Some)
    }
}

/// The matches of records that are there, with their rows among all.
fn placed(mut found: Vec<Match>, records: &[u32]) -> Vec<Match> {
    found.iter_mut().for_each(|found| found.row = records[found.row as usize]);
    found.retain(|found| found.row != NONE);
    found
}

fn positions(rows: &[u32]) -> Vec<IdxSize> {
    (0..).zip(rows).filter(|(_, record)| **record != NONE).map(|(row, _)| row).collect()
}

fn take(frame: &DataFrame, rows: &[IdxSize]) -> Result<DataFrame> {
    gathered(frame, rows)
}

/// In the place of words that were not read: empty where there are some, null where there are none.
fn speaking(frame: &DataFrame) -> Result<Column> {
    let speaks = frame.column(SPEAKS)?.bool()?;
    let texts: Vec<Option<&str>> = speaks.iter().map(|speaks| (speaks == Some(true)).then_some("")).collect();
    Ok(Column::new(TEXT.into(), texts))
}
