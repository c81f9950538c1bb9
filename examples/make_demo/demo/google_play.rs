//! Reviews as the Google Play Console exports them: UTF-16LE with a byte-order mark, commas. No author; an id only in
//! the link, and no link where there are only stars. A review that was edited stands twice.

use std::error::Error;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use super::calendar::{after, iso};
use super::phrases::Phrases;
use super::record::{Dump, Entry, Fate, Reason, Role, Utterance};
use super::wording::{Place, Voice};

const HEADER: [&str; 16] = [
    "Package Name",
    "App Version Code",
    "App Version Name",
    "Reviewer Language",
    "Device",
    "Review Submit Date and Time",
    "Review Submit Millis Since Epoch",
    "Review Last Update Date and Time",
    "Review Last Update Millis Since Epoch",
    "Star Rating",
    "Review Title",
    "Review Text",
    "Developer Reply Date and Time",
    "Developer Reply Millis Since Epoch",
    "Developer Reply Text",
    "Review Link",
];

/// Every so many complaints of the first half year, a review was edited later.
const EDITED_EVERY: usize = 20;
const EDITED_AT_MOST: usize = 4;

#[derive(Clone)]
struct Review {
    utterance: Utterance,
    version: usize,
    language: &'static str,
    device: String,
    updated: DateTime,
    stars: usize,
    text: String,
    reply: Option<(DateTime, String)>,
    id: Option<String>,
    fate: Fate,
}

/// Writes the export.
///
/// # Errors
/// When a phrase names an unknown slot.
pub(crate) fn dump(phrases: &Phrases, utterances: &[Utterance]) -> Result<Dump, Box<dyn Error>> {
    let mut reviews = vec![];
    for utterance in utterances {
        reviews.push(review(phrases, utterance)?);
    }
    edit(&mut reviews);

    let mut writer = csv::WriterBuilder::new().from_writer(vec![]);
    writer.write_record(HEADER)?;
    for review in &reviews {
        writer.write_record(cells(review)?)?;
    }
    let text = String::from_utf8(writer.into_inner()?)?;
    let entries = reviews
        .into_iter()
        .map(|review| Entry {
            role: review.utterance.role,
            issues: review.utterance.issues,
            at: Some(review.utterance.at),
            fate: review.fate,
            has_text: !review.text.is_empty(),
        })
        .collect();
    Ok(Dump { name: "google-play-reviews.csv", bytes: utf16(&text), entries })
}

fn review(phrases: &Phrases, utterance: &Utterance) -> Result<Review, Box<dyn Error>> {
    let mut voice = Voice::new(phrases, utterance);
    let stars = match utterance.role {
        Role::Praise => 5,
        Role::MildComplaint => 4,
        Role::RatingOnly => *voice.rng.pick(&[5, 5, 5, 5, 4, 4, 3, 2, 1]),
        Role::Noise => *voice.rng.pick(&[3, 3, 2]),
        _ => *voice.rng.pick(&[1, 1, 1, 2, 2, 3]),
    };
    let foreign = utterance.role == Role::Praise && voice.rng.chance(8);
    let text = match utterance.role {
        Role::RatingOnly => String::new(),
        _ if foreign => voice.one_of(&phrases.praise.foreign)?,
        _ => {
            let mut text = voice.text(utterance, Place::Review)?;
            if voice.rng.chance(10) {
                text = text.replacen(" and ", " &amp; ", 1);
            }
            if voice.rng.chance(10) {
                text = text.replacen('\'', "&#39;", 1);
            }
            text
        }
    };
    let language = match text.split(' ').next() {
        Some("Tolle" | "Bin") if foreign => "de",
        Some("Excellent") if foreign => "fr",
        Some("Muy") if foreign => "es",
        _ => "en",
    };
    let reply = match utterance.issues.first() {
        Some(issue) if voice.rng.chance(18) && issue != &"plastic" => {
            let at = after(utterance.at, Span::new().hours(voice.rng.between(5, 70)));
            Some((at, voice.one_of(&phrases.issue(issue)?.agent)?))
        }
        _ => None,
    };
    let version = match utterance.at.month() {
        ..=6 => 40,
        7..=9 => 41,
        _ => 42,
    };
    let id = (utterance.role != Role::RatingOnly).then(|| format!("AOqpTO{}", voice.rng.code(32)));
    Ok(Review {
        utterance: utterance.clone(),
        version,
        language,
        device: voice.slot("devices")?,
        updated: utterance.at,
        stars,
        text,
        reply,
        id,
        fate: if stars >= 4 { Fate::LeftOut(Reason::GoodRating) } else { Fate::Counted },
    })
}

/// Some reviews were edited days later: the export holds the old and, at its end, the new.
fn edit(reviews: &mut Vec<Review>) {
    let edited: Vec<usize> = (0..reviews.len())
        .filter(|&n| reviews[n].utterance.role == Role::Complaint && reviews[n].utterance.at.month() < 10)
        .step_by(EDITED_EVERY)
        .take(EDITED_AT_MOST)
        .collect();
    for n in edited {
        let mut again = reviews[n].clone();
        again.updated = after(again.updated, 9.days());
        again.text.push_str(" EDIT: still the same nine days later.");
        reviews[n].fate = Fate::Duplicate;
        reviews.push(again);
    }
}

fn cells(review: &Review) -> Result<Vec<String>, Box<dyn Error>> {
    let (reply_at, reply_millis, reply_text) = match &review.reply {
        Some((at, text)) => (iso(*at), millis(*at)?, text.clone()),
        None => Default::default(),
    };
    let link = review.id.as_ref().map_or_else(String::new, |id| {
        format!("https://play.google.com/console/developers/app/user-feedback/review-details?reviewId=gp%3A{id}&corpus=PUBLIC_REVIEWS")
    });
    Ok(vec![
        "com.example.brewmora".to_owned(),
        (review.version * 100 + 7).to_string(),
        format!("{}.{}", review.version / 10, review.version % 10),
        review.language.to_owned(),
        review.device.clone(),
        iso(review.utterance.at),
        millis(review.utterance.at)?,
        iso(review.updated),
        millis(review.updated)?,
        review.stars.to_string(),
        String::new(),
        review.text.clone(),
        reply_at,
        reply_millis,
        reply_text,
        link,
    ])
}

fn millis(at: DateTime) -> Result<String, Box<dyn Error>> {
    Ok(at.to_zoned(TimeZone::UTC)?.timestamp().as_millisecond().to_string())
}

/// UTF-16, little end first, with a byte-order mark.
fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}
