//! Candidates for the codebook: what comes up in the period looked at that no issue stands for yet.

use crate::cluster::propose::{BASELINE, LEAST, Proposal, When, propose};
use crate::compose::analyse::Found;
use crate::error::Result;
use crate::render::views::cluster as view;
use crate::report::quotes;
use crate::report::words;
use crate::trend::calendar;
use crate::trend::counts::{self, Counts};
use crate::trend::like_for_like::like_for_like;
use crate::trend::options::Options;

/// Records shown per candidate.
const EXAMPLES: usize = 2;

/// What was looked for and found.
#[derive(Debug, Default)]
pub(crate) struct Sought {
    /// The candidates, the clearest first.
    pub(crate) proposals: Vec<Proposal>,
    /// What was compared with what, or why nothing was; begins with a space.
    pub(crate) note: String,
}

/// Looks for words that rise in the period looked at, over its up to eight complete predecessors, in the feeds that
/// cover them all.
///
/// # Errors
/// An internal error when a contract is broken; bad usage of `--period`.
pub(crate) fn seek(found: &Found, options: &Options) -> Result<Sought> {
    let nothing =
        |why: &str| Ok(Sought { note: format!(" No candidates were looked for: {why}"), ..Sought::default() });
    if found.counted.counted()? == 0 {
        return nothing("no counted record has a date. --refit learns the issues anew from all records.");
    }
    let names: Vec<(String, String)> =
        found.issues.codebook.issues.iter().map(|i| (i.id.clone(), i.name.clone())).collect();
    let counts = counts::count(&found.counted, found.issues.matches.frame(), &names)?;
    let calendar = &found.counted.calendar;
    let step = calendar.by.name();
    let period = options.period(calendar, found.counted.now)?;
    let Some((place, feeds, back)) = compared(&counts, period) else {
        return nothing(&format!(
            "they need {LEAST} complete {step}s before the {step} looked at. --refit learns the issues anew from all records.",
        ));
    };
    let frame = found.counted.frame();
    let (counted, at) = (frame.column("counted")?.bool()?, frame.column("period")?.datetime()?.physical().clone());
    let (names, authors) = (frame.column("feed")?.str()?, frame.column("author")?.i64()?);
    let back_of = |row: usize| -> Option<u8> {
        let place_of = counts.place(calendar::wall(at.get(row).filter(|_| counted.get(row) == Some(true))?))?;
        let feed = names.get(row)?;
        let compared = feeds.iter().any(|f| counts.feeds()[*f].feed == feed);
        let periods = place.checked_sub(place_of).filter(|periods| compared && *periods <= back)?;
        u8::try_from(periods).ok()
    };
    let back_of: Vec<Option<u8>> = (0..frame.height()).map(back_of).collect();
    let author: Vec<Option<i64>> = authors.iter().collect();
    let when = When { back: &back_of, author: &author };
    let proposals = propose(&found.voiced, &when, &found.issues.matches, &found.issues.codebook)?;
    let label = calendar.label(period);
    let before = format!("with the {back} {step}s before");
    let note = match proposals.len() {
        0 => {
            format!(" No candidates: {label} was compared {before}, and no word rises that an issue does not explain.")
        }
        n => format!(
            " {} proposed from {label}, compared {before}; marked ? and not counted. To keep: --write FILE; to count one: \
             plaint issues accept ID.",
            words::counted(n as i64, "candidate")
        ),
    };
    Ok(Sought { proposals, note })
}

/// The place of the period, the feeds that can be compared, and with how many periods before.
fn compared(counts: &Counts, period: calendar::Period) -> Option<(usize, Vec<usize>, usize)> {
    let place = counts.place(period)?;
    let like = like_for_like(counts, place, usize::from(BASELINE), None)?;
    let back = (place - like.from).min(usize::from(BASELINE));
    (back >= usize::from(LEAST)).then_some((place, like.feeds, back))
}

/// The candidates as shown.
pub(crate) fn shown(found: &Found, sought: &Sought) -> Result<Vec<view::Candidate>> {
    let (uids, texts) = (found.voiced.texts_of("uid")?, found.voiced.text()?);
    let candidate = |proposal: &Proposal| {
        let mut rows: Vec<usize> = proposal.rows.iter().map(|row| *row as usize).collect();
        rows.sort_by_key(|row| uids.get(*row));
        let records: Vec<String> = rows.iter().filter_map(|row| uids.get(*row).map(str::to_owned)).collect();
        let mut examples: Vec<String> = Vec::new();
        for text in rows.iter().filter_map(|row| texts.get(*row)).map(quotes::shorten) {
            if examples.len() < EXAMPLES && !examples.contains(&text) {
                examples.push(text);
            }
        }
        let inside = proposal.inside.as_ref().map(|(id, n)| {
            let name = found.issues.codebook.issue(id).map_or(String::new(), |issue| issue.name.clone());
            (name, *n)
        });
        view::Candidate {
            id: proposal.issue.id.clone(),
            name: proposal.issue.name.clone(),
            rises: proposal.rises.clone(),
            keywords: proposal.issue.keywords.iter().map(|k| k.text.clone()).collect(),
            records,
            inside,
            examples,
        }
    };
    Ok(sought.proposals.iter().map(candidate).collect())
}
