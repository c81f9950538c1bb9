//! What records say and which issues they match: worked out, or what the store keeps of it.

use crate::cluster::codebook::Codebook;
use crate::cluster::matches::Matches;
use crate::cluster::matching;
use crate::compose::cached::Models;
use crate::compose::read::Read;
use crate::compose::{Session, cached};
use crate::enrich::{self, Voiced};
use crate::error::{Error, Result};
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
    /// The records' words.
    pub(crate) voiced: Voiced,
    /// Which issues they match; none without a codebook.
    pub(crate) matches: Option<Matches>,
    /// A hash of what the dump said of each; none where it is still there to be looked at.
    pub(crate) contents: Option<Vec<u32>>,
}

/// What the records say, and what of it matches; from the store's caches where they hold it. None where the caches were
/// to hold all of it and no longer do.
///
/// # Errors
/// Those of enriching and matching.
pub(crate) fn heard(
    read: &Read,
    models: &Models,
    codebook: Option<&Codebook>,
    options: &enrich::Options,
) -> Result<Option<Hearing>> {
    let own = |records: &Records| enrich::own(records, options);
    let Some(kept) = &read.kept else {
        let voiced = enrich::enrich(&read.records, options)?.lean()?;
        let matches = codebook.map(|codebook| matching::match_records(&voiced, codebook)).transpose()?;
        return Ok(Some(Hearing { voiced, matches, contents: None }));
    };
    let matching = codebook.zip(models.matching.as_deref());
    let (voiced, known) = rayon::join(
        || {
            let Some((voiced, contents)) = kept.voiced(&read.records, &models.enrich, own)? else { return Ok(None) };
            let voiced = match &models.grouped {
                Some(model) => kept.grouped(voiced, model, |voiced| enrich::grouped(voiced, options))?,
                None => Some(voiced),
            };
            Ok::<_, Error>(voiced.zip(Some(contents)))
        },
        || matching.map(|(codebook, model)| kept.known_matches(codebook, model)),
    );
    let Some((voiced, contents)) = voiced? else { return Ok(None) };
    let matches = match matching.zip(known) {
        Some(((codebook, model), known)) => match kept.matches(&voiced, codebook, model, known)? {
            Some(matches) => Some(matches),
            None => return Ok(None),
        },
        None => None,
    };
    Ok(Some(Hearing { voiced, matches, contents: Some(contents) }))
}
