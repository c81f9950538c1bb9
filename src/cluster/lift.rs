//! Groups → issues: the keywords that tell a group's texts from the rest, their weights, a name, a score to reach.
//!
//! Formulae of methods.md §1.5. For group c with `n_c` of `n` texts, `a` of them holding a term that `df` texts hold:
//! `p = (a + df/n)/(n_c + 1)`, `q = (df − a + df/n)/(n − n_c + 1)`, lift `L = ln(p/q)`, importance `I = (a/n_c)·L`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use crate::cluster::codebook::{Issue, Keyword, Status, new_id};
use crate::cluster::corpus::{Corpus, Terms};
use crate::cluster::intern::NONE;
use crate::error::Result;

/// Keywords kept per issue.
const KEYWORDS: usize = 50;
/// Texts of the group that must hold a keyword.
const FEWEST: u32 = 3;
/// A keyword is more than this many times as frequent in its group.
const LIFT: f64 = 1.5;
/// Terms in a name.
const NAME_TERMS: usize = 3;
/// Scores tried as `min_score`, in quarters: 1, 1.25, ... 12. Long texts hold many keywords, so theirs lie high.
const MIN_SCORES: std::ops::RangeInclusive<u32> = 4..=48;

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
    telling: f64,
}

/// The issues, the largest first. Groups without a keyword make none.
///
/// # Errors
/// Never for a date within the calendar.
pub fn codebook_of(learned: &Learned<'_>) -> Result<Vec<Issue>> {
    Ok(issues_of(learned, learned.groups)?.into_iter().map(|(_, issue)| issue).collect())
}

/// The issues of the first `wanted` groups, each with its group; the other groups are only what they are told from.
///
/// # Errors
/// Never for a date within the calendar.
pub(crate) fn issues_of(learned: &Learned<'_>, wanted: usize) -> Result<Vec<(usize, Issue)>> {
    let (spoken, sizes) = spoken_of(learned);
    let surfaces = Surfaces::of(learned, &spoken);
    let min_scores = min_scores(learned, &spoken);
    let mut order: Vec<usize> = (0..wanted).filter(|group| !spoken[*group].is_empty()).collect();
    order.sort_by_key(|group| (std::cmp::Reverse(sizes[*group]), surfaces.name(&spoken[*group], learned.terms, 9)));
    let mut issues: Vec<(usize, Issue)> = Vec::new();
    for group in order {
        let speaks = &spoken[group];
        let mut keywords: Vec<Keyword> =
            speaks.iter().map(|s| Keyword { text: surfaces.text(s.term), weight: round(s.lift) }).collect();
        keywords.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
        // Two languages may write two stems alike; a keyword is written once.
        let mut written = BTreeSet::new();
        keywords.retain(|keyword| written.insert(keyword.text.clone()));
        let mut top: Vec<String> = speaks.iter().take(10).map(|s| surfaces.text(s.term)).collect();
        top.sort_unstable();
        let id = new_id(&top.join("\n"), |id| issues.iter().any(|(_, issue)| issue.id == id));
        let name = (NAME_TERMS..=KEYWORDS)
            .map(|terms| surfaces.name(speaks, learned.terms, terms))
            .find(|name| !issues.iter().any(|(_, issue)| issue.name == *name))
            .unwrap_or_else(|| id.clone());
        let members = learned.labels.iter().zip(learned.first_seen).filter(|(label, _)| **label as usize == group);
        let issue = Issue {
            id,
            name,
            status: Status::Active,
            owner: String::new(),
            first_seen: members.filter_map(|(_, at)| *at).min().map(day).transpose()?,
            min_score: min_scores[group],
            keywords,
            exclude: Vec::new(),
            pattern: None,
            into: Vec::new(),
        };
        issues.push((group, issue));
    }
    Ok(issues)
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
    let df = |term: usize| holds[term * groups..(term + 1) * groups].iter().sum::<u32>();
    let spoken: Vec<Vec<Speaks>> = (0..groups)
        .into_par_iter()
        .map(|group| {
            let all = (0..learned.terms.len())
                .filter_map(|term| speaks(term, holds[term * groups + group], df(term), sizes[group], n as u32));
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
    let prior = df / n;
    let p = (a + prior) / (n_c + 1.0);
    let q = (df - a + prior) / (n - n_c + 1.0);
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

/// For each group the score that tells its own texts from the rest best: the largest F1 (van Rijsbergen 1979) of
/// "score reaches it" against membership, over the scores of [`MIN_SCORES`]; of equals the lowest.
pub(crate) fn min_scores(learned: &Learned<'_>, spoken: &[Vec<Speaks>]) -> Vec<f64> {
    let weights = weights(learned, spoken);
    let steps = MIN_SCORES.count();
    // Per group and score: texts that reach it, members that do.
    let mut reached = vec![(0_u32, 0_u32); learned.groups * steps];
    let mut sizes = vec![0_u32; learned.groups];
    let mut scores = vec![0.0_f64; learned.groups];
    for (text, label) in learned.labels.iter().enumerate() {
        sizes[*label as usize] += 1;
        score(learned, &weights, text, &mut scores);
        for (group, score) in scores.iter().enumerate() {
            for (step, quarter) in MIN_SCORES.enumerate() {
                if *score >= f64::from(quarter) / 4.0 {
                    let cell = &mut reached[group * steps + step];
                    cell.0 += 1;
                    cell.1 += u32::from(*label as usize == group);
                }
            }
        }
    }
    (0..learned.groups)
        .map(|group| {
            let f1 = |step: usize| {
                let (all, own) = reached[group * steps + step];
                2.0 * f64::from(own) / f64::from(all + sizes[group]).max(1.0)
            };
            let best = (0..steps).map(f1).fold(0.0, f64::max);
            let chosen = (0..steps).find(|step| f1(*step) >= best).unwrap_or(0);
            f64::from(*MIN_SCORES.start() + chosen as u32) / 4.0
        })
        .collect()
}

/// How people write each term.
struct Surfaces {
    texts: Vec<String>,
}

impl Surfaces {
    /// The most frequent surface of every keyword; of equals the first in the alphabet.
    fn of(learned: &Learned<'_>, spoken: &[Vec<Speaks>]) -> Self {
        let terms: BTreeSet<usize> = spoken.iter().flatten().map(|s| s.term).collect();
        let mut word_term = vec![NONE; learned.corpus.stems.len()];
        let mut phrase_term: Vec<([u32; 2], u32)> = Vec::new();
        for term in terms {
            match learned.terms.stems[term] {
                [word, NONE] => word_term[word as usize] = term as u32,
                phrase => phrase_term.push((phrase, term as u32)),
            }
        }
        phrase_term.sort_unstable();
        let mut seen: Vec<(u32, [u32; 2])> = Vec::new();
        for text in &learned.corpus.texts {
            for (i, token) in text.iter().enumerate() {
                let term = word_term[token.stem as usize];
                if term != NONE {
                    seen.push((term, [token.word, NONE]));
                }
                if let Some(next) = text.get(i + 1)
                    && let Ok(at) = phrase_term.binary_search_by_key(&[token.stem, next.stem], |(stems, _)| *stems)
                {
                    seen.push((phrase_term[at].1, [token.word, next.word]));
                }
            }
        }
        seen.par_sort_unstable();
        let spell = |words: [u32; 2]| {
            let first = learned.corpus.surfaces.word(words[0]);
            match words[1] {
                NONE => first.to_owned(),
                second => format!("{first} {}", learned.corpus.surfaces.word(second)),
            }
        };
        let mut texts = vec![String::new(); learned.terms.len()];
        for term in seen.chunk_by(|a, b| a.0 == b.0) {
            let forms = term.chunk_by(|a, b| a == b).map(|same| (std::cmp::Reverse(same.len()), spell(same[0].1)));
            texts[term[0].0 as usize] = forms.min().map(|(_, text)| text).unwrap_or_default();
        }
        Self { texts }
    }

    fn text(&self, term: usize) -> String {
        self.texts[term].clone()
    }

    /// The most telling terms, without a word that a better phrase holds: "Late flight / delayed / connection".
    fn name(&self, speaks: &[Speaks], terms: &Terms, length: usize) -> String {
        let mut order: Vec<&Speaks> = speaks.iter().collect();
        order.sort_by(|a, b| b.telling.total_cmp(&a.telling).then(a.term.cmp(&b.term)));
        let mut taken: Vec<usize> = Vec::new();
        for speaks in order {
            let [word, second] = terms.stems[speaks.term];
            let contained = second == NONE && taken.iter().any(|term| terms.stems[*term].contains(&word));
            if !contained && taken.len() < length {
                taken.push(speaks.term);
            }
        }
        let joined = taken.iter().map(|term| self.texts[*term].as_str()).collect::<Vec<_>>().join(" / ");
        let mut chars = joined.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lift_by_hand() {
        // 4 of 8 texts in the group, all 4 hold the term, 1 elsewhere does: df 5, prior 5/8.
        // p = 4.625/5 = 0.925, q = 1.625/5 = 0.325, L = ln(2.846154) = 1.045969; I = 1·L.
        let found = speaks(7, 4, 5, 4, 8).unwrap();
        assert!((found.lift - 1.045_968_6).abs() < 1e-6, "{}", found.lift);
        assert_eq!(found.importance, found.lift);
        assert!((found.telling - 0.925 * found.lift).abs() < 1e-12);
        assert_eq!(round(found.lift), 1.046);
        // 3 of 4 and 2 elsewhere: p = 3.625/5, q = 2.625/5, ratio 1.38 < 1.5.
        assert_eq!(speaks(7, 3, 5, 4, 8), None);
        assert_eq!(speaks(7, 2, 2, 4, 8), None);
    }

    #[test]
    fn days_are_utc() {
        assert_eq!(day(1_424_044_800_000_000).unwrap().to_string(), "2015-02-16");
    }
}
