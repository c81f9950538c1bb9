//! Labels that already exist → issues: `--issues-from category|tags|COLUMN`.

use std::collections::BTreeMap;

use crate::cluster::codebook::{Codebook, Issue, Status, new_id};
use crate::cluster::lift::day;
use crate::cluster::matches::{Match, Matches};
use crate::enrich::Voiced;
use crate::error::{Error, Result};

/// Labels are certain: every match has this score.
const SCORE: f64 = 1.0;

/// One issue per distinct label, and a match for every label of every record. `values` holds the labels of each row of
/// `voiced`. Labels differ by more than case and surrounding space; an issue is named as its label is most often
/// written. The more frequent label is the older issue; a record's first label is its primary.
///
/// # Errors
/// An internal error when there is not one list of labels per record; a failure when no record has a label.
pub fn from_labels(voiced: &Voiced, values: &[Vec<String>]) -> Result<(Codebook, Matches)> {
    if values.len() != voiced.len() {
        return Err(Error::failed("internal: labels of some records are missing"));
    }
    let dates = voiced.frame().column("created_at")?.datetime()?.physical();
    let mut labels: BTreeMap<String, Label> = BTreeMap::new();
    for (row, texts) in values.iter().enumerate() {
        for text in folded(texts) {
            let label = labels.entry(text.0).or_default();
            label.records += 1;
            *label.spelt.entry(text.1).or_default() += 1;
            label.first = label.first.into_iter().chain(dates.get(row)).min();
        }
    }
    if labels.is_empty() {
        return Err(Error::failed("no record has a label to take issues from")
            .hint("name another column, or leave --issues-from out to find issues in the texts"));
    }
    let mut order: Vec<(String, Label)> = labels.into_iter().collect();
    order.sort_by(|a, b| b.1.records.cmp(&a.1.records).then_with(|| a.0.cmp(&b.0)));
    let mut issues: Vec<Issue> = Vec::new();
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    for (key, label) in order {
        place.insert(key.clone(), issues.len());
        issues.push(Issue {
            id: new_id(&format!("label:{key}"), |id| issues.iter().any(|issue| issue.id == id)),
            name: label.name(),
            status: Status::Active,
            owner: String::new(),
            first_seen: label.first.map(day).transpose()?,
            min_score: SCORE,
            precision: None,
            recall: None,
            keywords: Vec::new(),
            exclude: Vec::new(),
            pattern: None,
            into: Vec::new(),
        });
    }
    let codebook = Codebook { issues, ..Codebook::default() };
    let mut matches = Vec::new();
    for (row, texts) in values.iter().enumerate() {
        let from = matches.len();
        for (i, (key, _)) in folded(texts).into_iter().enumerate() {
            // The label itself: the issue has no keywords.
            let keywords = Box::new([0]);
            matches.push(Match { row: row as u32, issue: place[&key], score: SCORE, keywords, primary: i == 0 });
        }
        matches[from..].sort_by_key(|m| m.issue);
    }
    let matches = Matches::build(&matches, voiced.texts_of("uid")?, &codebook)?;
    Ok((codebook, matches))
}

/// What is known of one label.
#[derive(Default)]
struct Label {
    records: usize,
    spelt: BTreeMap<String, usize>,
    first: Option<i64>,
}

impl Label {
    /// The most frequent spelling; of equals the first in the alphabet.
    fn name(&self) -> String {
        let best = self.spelt.iter().min_by_key(|(text, n)| (std::cmp::Reverse(**n), text.as_str()));
        best.map(|(text, _)| text.clone()).unwrap_or_default()
    }
}

/// The distinct labels of one record: folded, and as written.
fn folded(texts: &[String]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let key = text.to_lowercase();
        if !out.iter().any(|(known, _)| *known == key) {
            out.push((key, text.to_owned()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::plain::{Plain, records_of};
    use crate::enrich::{self, enrich};

    #[test]
    fn one_issue_per_label() {
        let rows = ["a", "b", "c"].map(|uid| Plain { uid, created_at: Some(86_400_000_000 * 3), ..Plain::default() });
        let voiced = enrich(&records_of(&rows).unwrap(), &enrich::Options::default()).unwrap();
        let texts = |labels: &[&str]| labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
        let values = [texts(&["Billing", " late "]), texts(&["Late"]), texts(&["Late", "", "LATE"])];
        let (book, matches) = from_labels(&voiced, &values).unwrap();
        assert_eq!(book.issues.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(), ["Late", "Billing"]);
        assert_eq!(book.issues[0].first_seen.unwrap().to_string(), "1970-01-04");
        assert_eq!(matches.len(), 4);
        let words: Vec<String> =
            matches.matches(&book).unwrap().iter().flat_map(|m| m.words(&book)).map(str::to_owned).collect();
        assert_eq!(words, ["Late", "Billing", "Late", "Late"]);
        let primary: Vec<bool> = matches.primary().unwrap().iter().flatten().collect();
        assert_eq!(primary, [false, true, true, true]);
        assert!(from_labels(&voiced, &[Vec::new(), Vec::new(), Vec::new()]).is_err());
    }
}
