//! What records say together: who echoes whom, what an author is like.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use polars::prelude::{Float64Chunked, IntoColumn, NewChunkedArray, StringChunked};
use rayon::prelude::*;
use regex::Regex;

use serde::Serialize;

use crate::enrich::echo::{self, Echo, How};
use crate::enrich::options::{Intent, Intents, Options, Part};
use crate::enrich::pattern::pattern;
use crate::enrich::profile::{Deed, Profile, profiles};
use crate::enrich::voiced::Voiced;
use crate::enrich::{near, reach, redact};
use crate::error::Result;
use crate::normalise::people::people;
use crate::normalise::records::{COLUMNS, Records};

/// Words that ask for something, beside questions and ideas.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:please|pls|plz|help|can (?:you|u|someone|anyone|i)|could (?:you|someone|anyone|i)|how (?:do|can|to)",
        r"|(?:need|want) (?:a|my|to|help|it|this|some)|refund|give me|get back to|waiting for|looking for|any (?:update|idea)",
        r"|bitte|hilfe|por favor|ayuda|s'il vous pla[iî]t)\b",
    ))
});
static HANDLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"@([\p{L}\p{N}_]{2,50})"));

/// The unmasked text of every record, as [`echo::echoes`] compares it.
///
/// # Errors
/// Never for checked records.
pub fn raw_texts(records: &Records) -> Result<Vec<Option<Cow<'_, str>>>> {
    let (titles, bodies) = (records.text("title")?, records.text("body")?);
    Ok((0..records.len())
        .into_par_iter()
        .with_min_len(512)
        .map(|row| super::join(titles.get(row), bodies.get(row)))
        .collect())
}

/// The columns that [`grouped`] fills.
pub const TOGETHER: &[&str] = &["echo_of", "help_seeking", "hostile"];

/// Whether [`grouped`] fills any.
pub fn groups(options: &Options) -> bool {
    options.has(Part::Echo) || options.has(Part::Authors)
}

/// Fills [`TOGETHER`], as far as they are not switched off.
///
/// # Errors
/// An internal error when a contract is broken.
pub fn grouped(voiced: Voiced, options: &Options) -> Result<Voiced> {
    if !groups(options) {
        return Ok(voiced);
    }
    let names: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
    let records = &Records::new(voiced.frame().select(names)?, BTreeMap::new())?;
    let texts = raw_texts(records)?;
    let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    let echoes = echo::echoes(records, &texts)?;
    let masked = voiced.masked();
    let mut frame = voiced.frame().clone();
    if options.has(Part::Echo) {
        let uids = records.text("uid")?;
        let of = echoes.iter().map(|echo| echo.and_then(|e| uids.get(e.of)));
        frame.with_column(
            StringChunked::from_iter_options("echo_of".into(), of.map(|o| o.map(str::to_owned))).into_column(),
        )?;
    }
    if options.has(Part::Authors)
        && let Some(found) = authors(records, &texts, &echoes, &voiced.intents()?)?
    {
        let of = |name: &str, score: fn(&Profile) -> f64| {
            Float64Chunked::from_iter_options(name.into(), found.iter().map(|p| p.as_ref().map(score))).into_column()
        };
        frame.with_column(of("help_seeking", Profile::help_seeking))?;
        frame.with_column(of("hostile", Profile::hostile))?;
    }
    Voiced::new(frame, masked)
}

/// The profile of every record's author; nothing at all where intent was not computed.
///
/// # Errors
/// Never for checked records.
pub fn authors(
    records: &Records,
    texts: &[Option<&str>],
    echoes: &[Option<Echo>],
    intents: &[Option<Intents>],
) -> Result<Option<Vec<Option<Profile>>>> {
    if intents.iter().all(Option::is_none) {
        return Ok(None);
    }
    let author = people(records.frame())?.author;
    let parents = echo::parents(records)?;
    let (brands, directions) = (records.text("brand")?, records.text("direction")?);
    let customer = |row: usize| !matches!(directions.get(row), Some("outbound" | "internal"));
    let deeds: Vec<Deed> = (0..records.len())
        .into_par_iter()
        .with_min_len(512)
        .map(|row| {
            let Some(who) = author[row].filter(|_| customer(row)) else { return Deed::default() };
            let held = |intent| intents[row].is_some_and(|held| held.contains(intent));
            let text = texts[row].unwrap_or_default();
            // "Same here" attacks nobody, whatever its few words weigh.
            let agrees = echoes[row].is_some_and(|echo| echo.how == How::Agreement);
            let abuses = held(Intent::Abuse) && !agrees;
            let himself = |other: usize| author[other] == Some(who);
            let answered = parents[row].filter(|parent| !himself(*parent)).and_then(|parent| parents[parent]);
            let mut targets: Vec<String> = Vec::new();
            if abuses {
                targets.extend(brands.get(row).map(str::to_lowercase));
                targets.extend(HANDLE.captures_iter(text).map(|found| found[1].to_lowercase()));
            }
            Deed {
                author: Some(who),
                asks: held(Intent::Question) || held(Intent::Idea) || ASKS.is_match(text),
                complains: held(Intent::Complaint),
                abuses,
                repeats: echoes[row].is_some_and(|echo| echo.how == How::Copy && himself(echo.of)),
                answers: answered.is_some_and(himself) && !abuses,
                targets,
            }
        })
        .collect();
    Ok(Some(profiles(&deeds)))
}

/// Why a record is an echo, got as far as it did, and how its author stands; each null where there is nothing to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Why {
    /// What it echoes, and how alike they are.
    pub echo: Option<String>,
    /// The formula of its reach with its numbers.
    pub reach: Option<String>,
    /// Its author's profile and scores.
    pub author: Option<String>,
    /// What is masked in its text, by kind.
    pub masked: Option<String>,
}

/// Explains the record in `row`.
///
/// # Errors
/// Never for checked records.
pub fn why(records: &Records, row: usize, options: &Options, intents: &[Option<Intents>]) -> Result<Why> {
    let texts = raw_texts(records)?;
    let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    let echoes = echo::echoes(records, &texts)?;
    let uids = records.text("uid")?;
    let of = |echo: Echo| {
        let of = uids.get(echo.of).unwrap_or_default();
        match (echo.how, texts[row], texts[echo.of]) {
            (How::Copy, Some(own), Some(said)) => {
                let alike = (near::resemblance(own, said) * 100.0).round();
                format!("a near copy of {of}: {alike} % of their runs of three words together are common to both")
            }
            _ => format!("agrees with {of} and says nothing else"),
        }
    };
    let profile = match options.has(Part::Authors) {
        true => authors(records, &texts, &echoes, intents)?.and_then(|all| all[row]),
        false => None,
    };
    let spread = reach::spreads(records)?[row];
    let masked = texts[row].map(|text| redact::redact(text).1.words()).filter(|words| !words.is_empty());
    Ok(Why {
        echo: echoes[row].filter(|_| options.has(Part::Echo)).map(of),
        reach: spread.formula().filter(|_| options.has(Part::Reach)),
        author: profile
            .map(|p| format!("help-seeking {:.2}, hostile {:.2}: {}", p.help_seeking(), p.hostile(), p.words())),
        masked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::testing::records;
    use crate::enrich::{enrich, own};

    const TROLL: &str = "fuck you, you fucking idiots, you are all retarded scum";

    fn row<'a>(id: &'a str, author: &'a str, body: &'a str) -> [(&'a str, &'a str); 3] {
        [("source_id", id), ("author_id", author), ("body", body)]
    }

    #[test]
    fn a_troll_is_told_from_an_angry_customer() {
        let rows = [
            row("1", "troll", TROLL),
            row("2", "troll", "@acme fuck you bitch, die you stupid cunt"),
            row("3", "angry", "My order never came! Please help, I want my money back, how do I get a refund?"),
            [("source_id", "4"), ("body", TROLL), ("title", "")],
        ];
        let rows: Vec<&[(&str, &str)]> = rows.iter().map(|r| r.as_slice()).collect();
        let records = records(&rows);
        let voiced = enrich(&records, &Options::default()).unwrap();
        let (hostile, help) = (voiced.floats_of("hostile").unwrap(), voiced.floats_of("help_seeking").unwrap());
        assert!(hostile.get(0).unwrap() >= crate::enrich::profile::HOSTILE, "{:?}", hostile.get(0));
        assert!(hostile.get(2).unwrap() < 0.1 && help.get(2).unwrap() > 0.9);
        assert_eq!((hostile.get(3), help.get(3)), (None, None));
    }

    #[test]
    fn parts_can_be_switched_off() {
        let said = "My flight to Boston was cancelled and nobody told us";
        let rows = [row("1", "a", said), row("2", "b", said)];
        let rows: Vec<&[(&str, &str)]> = rows.iter().map(|r| r.as_slice()).collect();
        let records = records(&rows);
        let on = enrich(&records, &Options::default()).unwrap();
        assert_eq!(on.texts_of("echo_of").unwrap().get(1), Some("test:0000"));
        let off = Options { off: vec![Part::Echo, Part::Authors], ..Options::default() };
        let off = enrich(&records, &off).unwrap();
        assert_eq!(off.texts_of("echo_of").unwrap().get(1), None);
        assert_eq!(off.floats_of("hostile").unwrap().get(1), None);
        let without_intent = Options { off: vec![Part::Intent], ..Options::default() };
        assert_eq!(enrich(&records, &without_intent).unwrap().floats_of("hostile").unwrap().get(1), None);
        assert_eq!(own(&records, &Options::default()).unwrap().texts_of("echo_of").unwrap().get(1), None);
    }
}
