//! App Store reviews as some tool of the company's wrote them: semicolons, UTF-8 with a byte-order mark, CRLF, days
//! without times, a footer. The export ends two weeks before the others.

use std::error::Error;

use csv::Terminator;

use super::phrases::Phrases;
use super::record::{Dump, Entry, Fate, Reason, Role, Utterance};
use super::wording::{Place, Voice};

const HEADER: [&str; 9] =
    ["Date", "Rating", "Title", "Review Text", "Author", "Version", "Country", "Review ID", "Source"];

/// This review's date cell holds a day that does not exist (30 days hath June).
const UNREADABLE_ROW: usize = 60;
const UNREADABLE_DATE: &str = "2026-06-31";

/// Writes the export.
///
/// # Errors
/// When a phrase names an unknown slot.
pub(crate) fn dump(phrases: &Phrases, utterances: &[Utterance]) -> Result<Dump, Box<dyn Error>> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut entries = vec![];
    let mut writer = csv::WriterBuilder::new().delimiter(b';').terminator(Terminator::CRLF).from_writer(&mut bytes);
    writer.write_record(HEADER)?;
    for (n, utterance) in utterances.iter().enumerate() {
        let mut voice = Voice::new(phrases, utterance);
        let stars = match utterance.role {
            Role::Praise => 5,
            Role::MildComplaint => 4,
            Role::Noise => 3,
            _ => *voice.rng.pick(&[1, 1, 1, 2, 2, 3]),
        };
        let title = voice.title(utterance)?;
        let mut text = voice.text(utterance, Place::Review)?;
        if voice.rng.chance(10) {
            text = text.replacen(" and ", " &amp; ", 1);
        }
        let date = if n + 1 == UNREADABLE_ROW { UNREADABLE_DATE.to_owned() } else { utterance.at.date().to_string() };
        let author = format!("{}{}", voice.slot("name")?.to_lowercase(), voice.rng.between(10, 9999));
        let country = *voice.rng.pick(&["GBR", "USA", "IRL", "CAN"]);
        let version = if utterance.at.month() < 7 { "4.0" } else { "4.1" };
        writer.write_record([
            &date,
            &stars.to_string(),
            &title,
            &text,
            &author,
            version,
            country,
            &(11_300_000_007 + 4_813 * n).to_string(),
            "App Store",
        ])?;
        let fate = match stars {
            _ if n + 1 == UNREADABLE_ROW => Fate::Rejected,
            4.. => Fate::LeftOut(Reason::GoodRating),
            _ => Fate::Counted,
        };
        entries.push(Entry {
            role: utterance.role,
            issues: utterance.issues.clone(),
            at: Some(utterance.at),
            fate,
            has_text: true,
        });
    }
    writer.write_record(["Total", &utterances.len().to_string(), "", "", "", "", "", "", ""])?;
    entries.push(Entry::none(Fate::Skipped));
    writer.flush()?;
    drop(writer);
    Ok(Dump { name: "app-store-reviews.csv", bytes, entries })
}
