//! What the texts' languages and intents mean for the numbers, in sentences.

use std::collections::BTreeMap;

use crate::compose::analyse::Found;
use crate::enrich::{Intent, language};
use crate::error::Result;
use crate::normalise::texts::Texts;
use crate::report::words::{count, counted};

/// Languages named one by one before the rest is only counted.
const LANGUAGES_NAMED: usize = 5;

/// Which languages are not handled, and how many of the counted records are complaints by their words.
pub(crate) fn caveats(found: &Found, asked: &[Intent]) -> Result<Vec<String>> {
    let counts = found.counted.frame().column("counted")?.bool()?;
    let is_counted = |row: &usize| counts.get(*row) == Some(true);
    let rows: Vec<usize> = (0..found.voiced.len()).filter(is_counted).collect();
    let mut sentences: Vec<String> = Vec::new();
    let languages = Texts::of(found.voiced.frame(), "text_language")?.numbered();
    let mut sums = vec![0; languages.values.len()];
    rows.iter().for_each(|row| sums[languages.of[*row] as usize] += 1);
    let spoken = languages.values.iter().zip(sums).filter(|(_, n)| *n > 0);
    let mut others: BTreeMap<&str, i64> = spoken.filter_map(|(tag, n)| Some(((*tag)?, n))).collect();
    let unknown = others.remove(language::UNKNOWN).unwrap_or(0);
    others.retain(|tag, _| !language::is_handled(tag));
    let sum: i64 = others.values().sum();
    if sum > 0 {
        let mut named: Vec<(&str, i64)> = others.into_iter().collect();
        named.sort_by_key(|(tag, n)| (std::cmp::Reverse(*n), *tag));
        let more = named.len().saturating_sub(LANGUAGES_NAMED);
        let mut named: Vec<String> =
            named.iter().take(LANGUAGES_NAMED).map(|(tag, n)| format!("{tag} {}", count(*n))).collect();
        if more > 0 {
            named.push(format!("{} more", count(more as i64)));
        }
        sentences.push(format!(
            "{} of {} are in a language whose sentiment and intent are not heard ({}); they are counted all the same.",
            count(sum),
            counted(rows.len() as i64, "counted record"),
            named.join(", ")
        ));
    }
    if unknown > 0 {
        sentences.push(format!(
            "{} too short or unclear to tell the language of: taken as English.",
            if unknown == 1 { "1 counted record is".into() } else { format!("{} counted records are", count(unknown)) }
        ));
    }
    let intents = found.voiced.intents()?;
    if intents.iter().all(Option::is_none) {
        sentences.push("Intent was not computed: counts are of records, not of complaints alone.".into());
    } else if asked.is_empty() {
        let held = |row: &&usize| intents[**row].is_some_and(|held| held.contains(Intent::Complaint));
        let complaints = rows.iter().filter(held).count() as i64;
        sentences.push(format!(
            "Counts are of records, whatever their intent: {} of {} read as complaints. --intent complaint counts only \
             those.",
            count(complaints),
            count(rows.len() as i64)
        ));
    }
    Ok(sentences)
}
