//! Groups → issues: the keywords that tell a group's texts from the rest, their weights, a name, a score to reach.
//!
//! Formulae of methods.md §1.5. For group c with `n_c` of `n` texts, `a` of them holding a term that `df` texts hold:
//! `p = (a + ½)/(n_c + 1)`, `q = (df − a + ½)/(n − n_c + 1)`, lift `L = ln(p/q)`, importance `I = (a/n_c)·L`. The halves
//! (Jeffreys 1946) instead of §1.5's `df/n`: with that, three texts of 20,000 made a word weigh more than one that
//! hundreds of the group's texts and a handful of others hold.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use crate::cluster::codebook::{Issue, Keyword, Status, new_id};
use crate::cluster::corpus::{Corpus, Terms};
use crate::cluster::surfaces::Surfaces;
use crate::cluster::threshold::{self, MISSED};
use crate::error::Result;

/// Keywords kept per issue.
const KEYWORDS: usize = 50;
/// Texts of the group that must hold a keyword.
const FEWEST: u32 = 3;
/// A keyword is more than this many times as frequent in its group.
const LIFT: f64 = 1.5;
/// Texts with and without the term added to each side (Jeffreys 1946).
const PRIOR: f64 = 0.5;
/// Terms in a name.
const NAME_TERMS: usize = 3;

/// What discovery knows when the groups are final.
pub struct Learned<'a> {
    /// The texts.
    pub corpus: &'a Corpus,
    /// Their terms.
    pub terms: &'a Terms,
    /// The group of each text.
    pub labels: &'a [u32],
    /// How many groups.
    pub groups: usize,
    /// When each text was first written, microseconds since 1970; null where unknown.
    pub first_seen: &'a [Option<i64>],
}

/// One term of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Speaks {
    pub(crate) term: usize,
    pub(crate) lift: f64,
    importance: f64,
    /// `p·L`: orders the words of a name (methods.md §1.4).
    pub(crate) telling: f64,
}

/// The issues, the largest first, and for each group the place of its issue. Groups without a keyword make none.
///
/// # Errors
/// Never for a date within the calendar.
pub fn codebook_of(learned: &Learned<'_>) -> Result<(Vec<Issue>, Vec<Option<usize>>)> {
    let (spoken, sizes) = spoken_of(learned);
    let groups = learned.groups;
    let surfaces = Surfaces::of(learned, &spoken);
    let fits = threshold::fits(learned, &spoken, MISSED);
    let mut order: Vec<usize> = (0..groups).filter(|group| !spoken[*group].is_empty()).collect();
    order.sort_by_key(|group| (std::cmp::Reverse(sizes[*group]), surfaces.name(&spoken[*group], learned.terms, 9)));
    let mut issues: Vec<Issue> = Vec::new();
    let mut place = vec![None; groups];
    for group in order {
        place[group] = Some(issues.len());
        let speaks = &spoken[group];
        let mut keywords: Vec<Keyword> =
            speaks.iter().map(|s| Keyword { text: surfaces.text(s.term), weight: round(s.lift) }).collect();
        keywords.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
        // Two languages may write two stems alike; a keyword is written once.
        let mut written = BTreeSet::new();
        keywords.retain(|keyword| written.insert(keyword.text.clone()));
        let mut top: Vec<String> = speaks.iter().take(10).map(|s| surfaces.text(s.term)).collect();
        top.sort_unstable();
        let id = new_id(&top.join("\n"), |id| issues.iter().any(|issue| issue.id == id));
        let name = (NAME_TERMS..=KEYWORDS)
            .map(|terms| surfaces.name(speaks, learned.terms, terms))
            .find(|name| !issues.iter().any(|issue| issue.name == *name))
            .unwrap_or_else(|| id.clone());
        let members = learned.labels.iter().zip(learned.first_seen).filter(|(label, _)| **label as usize == group);
        issues.push(Issue {
            id,
            name,
            status: Status::Active,
            owner: String::new(),
            first_seen: members.filter_map(|(_, at)| *at).min().map(day).transpose()?,
            min_score: fits[group].min_score,
            precision: fits[group].precision.map(round),
            recall: Some(round(fits[group].recall)),
            keywords,
            exclude: Vec::new(),
            pattern: None,
            into: Vec::new(),
        });
    }
    Ok((issues, place))
}

/// For each group its keywords, the most important first, and its number of texts.
pub(crate) fn spoken_of(learned: &Learned<'_>) -> (Vec<Vec<Speaks>>, Vec<u32>) {
    let (groups, n) = (learned.groups, learned.labels.len());
    let mut holds = vec![0_u32; learned.terms.len() * groups];
    let mut sizes = vec![0_u32; groups];
    for (text, label) in learned.labels.iter().enumerate() {
        sizes[*label as usize] += 1;
        for (term, _) in learned.terms.counts.row(text) {
            holds[term * groups + *label as usize] += 1;
        }
    }
    // How often a term is in the distinct texts as counted here, phrases included.
    let df: Vec<u32> = holds.chunks_exact(groups.max(1)).map(|of| of.iter().sum()).collect();
    let spoken: Vec<Vec<Speaks>> = (0..groups)
        .into_par_iter()
        .map(|group| {
            let all = (0..learned.terms.len())
                .filter_map(|term| speaks(term, holds[term * groups + group], df[term], sizes[group], n as u32));
            let mut all: Vec<Speaks> = all.collect();
            all.sort_by(|a, b| b.importance.total_cmp(&a.importance).then(a.term.cmp(&b.term)));
            all.truncate(KEYWORDS);
            all
        })
        .collect();
    (spoken, sizes)
}

/// The day of an instant, in UTC.
pub(crate) fn day(micros: i64) -> Result<Date> {
    let instant = Timestamp::from_microsecond(micros)
        .map_err(|_| crate::error::Error::failed("internal: an instant outside the calendar"))?;
    Ok(instant.to_zoned(TimeZone::UTC).date())
}

/// Whether and how much a term speaks for a group. `a` of its `n_c` texts and `df` of all `n` hold it.
fn speaks(term: usize, a: u32, df: u32, n_c: u32, n: u32) -> Option<Speaks> {
    if a < FEWEST {
        return None;
    }
    let (a, df, n_c, n) = (f64::from(a), f64::from(df), f64::from(n_c), f64::from(n));
    let p = (a + PRIOR) / (n_c + 2.0 * PRIOR);
    let q = (df - a + PRIOR) / (n - n_c + 2.0 * PRIOR);
    let lift = (p / q).ln();
    (lift > LIFT.ln()).then(|| Speaks { term, lift, importance: a / n_c * lift, telling: p * lift })
}

/// Weights are saved to 3 decimals and used as saved.
pub(crate) fn round(weight: f64) -> f64 {
    (weight * 1000.0).round() / 1000.0
}

/// Term → the groups it speaks for, with its weight there.
pub(crate) fn weights(learned: &Learned<'_>, spoken: &[Vec<Speaks>]) -> Vec<Vec<(u32, f64)>> {
    let mut weights: Vec<Vec<(u32, f64)>> = vec![Vec::new(); learned.terms.len()];
    for (group, speaks) in spoken.iter().enumerate() {
        speaks.iter().for_each(|s| weights[s.term].push((group as u32, round(s.lift))));
    }
    weights
}

/// A text's score in every group.
pub(crate) fn score(learned: &Learned<'_>, weights: &[Vec<(u32, f64)>], text: usize, scores: &mut [f64]) {
    scores.fill(0.0);
    for (term, _) in learned.terms.counts.row(text) {
        weights[term].iter().for_each(|(group, weight)| scores[*group as usize] += weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lift_by_hand() {
        // 4 of 8 texts in the group, all 4 hold the term, 1 elsewhere does: df 5.
        // p = 4.5/5 = 0.9, q = 1.5/5 = 0.3, L = ln 3 = 1.098612; I = 1·L.
        let found = speaks(7, 4, 5, 4, 8).unwrap();
        assert!((found.lift - 1.098_612_3).abs() < 1e-6, "{}", found.lift);
        assert_eq!(found.importance, found.lift);
        assert!((found.telling - 0.9 * found.lift).abs() < 1e-12);
        assert_eq!(round(found.lift), 1.099);
        // 3 of 4 and 2 elsewhere: p = 3.5/5, q = 2.5/5, ratio 1.4 < 1.5.
        assert_eq!(speaks(7, 3, 5, 4, 8), None);
        assert_eq!(speaks(7, 2, 2, 4, 8), None);
    }

    #[test]
    fn days_are_utc() {
        assert_eq!(day(1_424_044_800_000_000).unwrap().to_string(), "2015-02-16");
    }
}
