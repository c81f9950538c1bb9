//! Records, what they say and which issues they match: from dumps, or from the store and what it keeps of them.

use crate::cli::Reading;
use crate::cluster::codebook::Codebook;
use crate::cluster::matches::Matches;
use crate::cluster::matching;
use crate::compose::read::{self, Read};
use crate::compose::{Session, cached};
use crate::enrich::{self, Voiced};
use crate::error::Result;
use crate::normalise::records::Records;

/// What the caches of a run's enriching and matching depend on.
pub(crate) struct Models {
    pub(crate) enrich: String,
    pub(crate) matching: Option<String>,
}

impl Models {
    pub(crate) fn of(options: &enrich::Options, codebook: Option<&Codebook>) -> Self {
        let added: Vec<&str> = enrich::ADDED.iter().map(|column| column.name).collect();
        let enrich = cached::model(&[&added.join(" "), &enrich::fingerprint(options)]);
        let matching = codebook.map(|codebook| cached::match_model(codebook, &enrich));
        Self { enrich, matching }
    }
}

/// The records, what they say, and what of it matches; from the store's caches where they hold it. None where they no
/// longer hold what `warm` relied on.
///
/// # Errors
/// Those of reading, enriching and matching.
pub(crate) fn heard(
    session: &Session,
    reading: &Reading,
    warm: Option<(&str, &str)>,
    models: &Models,
    codebook: Option<&Codebook>,
    options: &enrich::Options,
) -> Result<Option<(Read, Voiced, Option<Matches>)>> {
    let read = read::read(session, reading, warm)?;
    let own = |records: &Records| enrich::own(records, options);
    let Some(kept) = &read.kept else {
        let voiced = enrich::enrich(&read.records, options)?;
        let matches = codebook.map(|codebook| matching::match_records(&voiced, codebook)).transpose()?;
        return Ok(Some((read, voiced, matches)));
    };
    let Some(voiced) = kept.voiced(&read.records, &models.enrich, own)? else { return Ok(None) };
    let voiced = enrich::grouped(voiced, options)?;
    let matches = match (codebook, &models.matching) {
        (Some(codebook), Some(model)) => match kept.matches(&voiced, codebook, model)? {
            Some(matches) => Some(matches),
            None => return Ok(None),
        },
        _ => None,
    };
    Ok(Some((read, voiced, matches)))
}
