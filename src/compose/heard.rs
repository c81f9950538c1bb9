//! Records, what they say and which issues they match: from dumps, or from the store and what it keeps of them.

use crate::cli::Reading;
use crate::cluster::codebook::Codebook;
use crate::cluster::matches::Matches;
use crate::cluster::matching;
use crate::compose::cached::{Models, Words};
use crate::compose::read::{self, Read};
use crate::compose::{Session, cached};
use crate::enrich::{self, Voiced};
use crate::error::Result;
use crate::normalise::records::Records;

/// What the caches of a run depend on.
pub(crate) fn models(session: &Session, options: &enrich::Options, codebook: Option<&Codebook>) -> Models {
    let added: Vec<&str> = enrich::ADDED.iter().map(|column| column.name).collect();
    let enrich = cached::model(&[&added.join(" "), cached::CONTENT, &enrich::fingerprint(options)]);
    // Brands are part of what an author attacks.
    let grouped = cached::model(&[&enrich, &format!("{:?}", session.config.brands)]);
    Models {
        grouped: enrich::groups(options).then_some(grouped),
        matching: codebook.map(|codebook| cached::match_model(codebook, &enrich)),
        enrich,
    }
}

/// What was heard in records.
pub(crate) struct Hearing {
    /// The dumps and their records.
    pub(crate) read: Read,
    /// The records' words.
    pub(crate) voiced: Voiced,
    /// Which issues they match; none without a codebook.
    pub(crate) matches: Option<Matches>,
    /// A hash of what the dump said of each; none where it is still there to be looked at.
    pub(crate) contents: Option<Vec<u32>>,
}

/// The records, what they say, and what of it matches; from the store's caches where they hold it. `words`: those wanted
/// of the records where the caches hold all else; none where they no longer do.
///
/// # Errors
/// Those of reading, enriching and matching.
pub(crate) fn heard(
    session: &Session,
    reading: &Reading,
    models: &Models,
    words: Words,
    codebook: Option<&Codebook>,
    options: &enrich::Options,
) -> Result<Option<Hearing>> {
    let mut read = read::read(session, reading, words, models)?;
    let own = |records: &Records| enrich::own(records, options);
    let Some(kept) = &read.kept else {
        let voiced = enrich::enrich(&read.records, options)?.lean()?;
        read.records = read.records.lean()?;
        let matches = codebook.map(|codebook| matching::match_records(&voiced, codebook)).transpose()?;
        return Ok(Some(Hearing { read, voiced, matches, contents: None }));
    };
    let Some((voiced, contents)) = kept.voiced(&read.records, &models.enrich, own)? else { return Ok(None) };
    let voiced = match &models.grouped {
        Some(model) => match kept.grouped(voiced, model, |voiced| enrich::grouped(voiced, options))? {
            Some(voiced) => voiced,
            None => return Ok(None),
        },
        None => voiced,
    };
    let matches = match (codebook, &models.matching) {
        (Some(codebook), Some(model)) => match kept.matches(&voiced, codebook, model)? {
            Some(matches) => Some(matches),
            None => return Ok(None),
        },
        _ => None,
    };
    Ok(Some(Hearing { read, voiced, matches, contents: Some(contents) }))
}
