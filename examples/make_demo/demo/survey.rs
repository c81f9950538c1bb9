//! A survey's open answers, tabs between the cells: dates as day/month/year, some missing, two a year off, one row broken
//! by a stray tab, two answers sent twice.

use std::error::Error;

use csv::QuoteStyle;

use super::phrases::Phrases;
use super::record::{Dump, Entry, Fate, Reason, Role, Utterance};
use super::wording::{Place, Voice};

const HEADER: [&str; 6] = ["Respondent ID", "Timestamp", "Likely to recommend (0-10)", "Comment", "City", "Channel"];

/// A stray tab in this answer makes one cell too many.
const RAGGED_ROW: usize = 41;
/// These answers were sent twice; the copy follows.
const SENT_TWICE: [usize; 2] = [20, 77];

/// Writes the export.
///
/// # Errors
/// When a phrase names an unknown slot.
pub(crate) fn dump(phrases: &Phrases, utterances: &[Utterance]) -> Result<Dump, Box<dyn Error>> {
    let mut entries = vec![];
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b'\t')
        .quote_style(QuoteStyle::Necessary)
        .flexible(true)
        .from_writer(vec![]);
    writer.write_record(HEADER)?;
    for (n, utterance) in utterances.iter().enumerate() {
        let mut voice = Voice::new(phrases, utterance);
        let mut cells = vec![
            (118_240_000_000 + 7_351 * n).to_string(),
            match utterance.role {
                Role::Undated => String::new(),
                Role::Future => utterance.at.strftime("%d/%m/2027 %H:%M").to_string(),
                _ => utterance.at.strftime("%d/%m/%Y %H:%M").to_string(),
            },
            score(utterance.role, &mut voice).to_string(),
            voice.text(utterance, Place::Survey)?,
            voice.slot("city")?,
            "Survey".to_owned(),
        ];
        let fate = match utterance.role {
            _ if n + 1 == RAGGED_ROW => Fate::Rejected,
            Role::Undated => Fate::LeftOut(Reason::Undated),
            Role::Future => Fate::LeftOut(Reason::FutureDate),
            _ => Fate::Counted,
        };
        if n + 1 == RAGGED_ROW {
            cells.insert(4, "(see above)".to_owned());
        }
        let entry = Entry {
            role: utterance.role,
            issues: utterance.issues.clone(),
            at: (utterance.role != Role::Undated).then_some(utterance.at),
            fate,
            has_text: true,
        };
        writer.write_record(&cells)?;
        entries.push(entry.clone());
        if SENT_TWICE.contains(&(n + 1)) {
            writer.write_record(&cells)?;
            entries.push(Entry { fate: Fate::Duplicate, ..entry });
        }
    }
    Ok(Dump { name: "survey-comments.tsv", bytes: writer.into_inner()?, entries })
}

fn score(role: Role, voice: &mut Voice) -> i64 {
    match role {
        Role::Praise => voice.rng.between(9, 10),
        Role::Noise => voice.rng.between(4, 8),
        _ => voice.rng.between(0, 6),
    }
}
