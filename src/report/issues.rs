//! One issue in the period: its numbers, its sentence, its three quotes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::cluster::codebook::{Codebook, Issue, Keyword};
use crate::cluster::matches::words;
use crate::report::findings;
use crate::report::model::{Change, IssueReport, Quote};
use crate::report::quotes::{self, Candidate};
use crate::trend::calendar::Period;
use crate::trend::series::Series;

/// A counted record that matches an issue.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// Row in the records.
    pub row: usize,
    /// Index of the issue in the codebook.
    pub issue: usize,
    /// Its score.
    pub score: f64,
    /// The places of the keywords that made the match, heaviest first ([`crate::cluster::matches::Match`]).
    pub keywords: &'a [u32],
}

/// What an issue's card may show of a record.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// The record's key.
    pub uid: &'a str,
    /// Its feed.
    pub feed: &'a str,
    /// Its redacted text; null when it has none.
    pub text: Option<&'a str>,
    /// Its day; null when undated.
    pub day: Option<Date>,
}

/// What cards look up of records, by row.
pub trait Lookup<'a>: Sync {
    /// Whether it is counted, and in the period judged.
    fn is_now(&self, row: usize) -> bool;
    /// What may be shown of it.
    fn word(&self, row: usize) -> Word<'a>;
}

/// Everything the cards are made of.
pub struct Evidence<'a> {
    /// The period judged.
    pub period: Period,
    /// `week`, `month`, ...
    pub step: &'a str,
    /// The issues.
    pub codebook: &'a Codebook,
    /// One per issue, found by id.
    pub series: &'a [Series],
    /// Of counted records, sorted by row.
    pub hits: &'a [Hit<'a>],
    /// The records.
    pub words: &'a dyn Lookup<'a>,
    /// Distinct counted records of the period.
    pub counted_in_period: i64,
    /// Issue id → count before and the change on it, like for like; only where there is something to compare.
    pub changes: &'a BTreeMap<String, (i64, Option<Change>)>,
}

/// Every issue, biggest in the period first, then biggest over all, then the older.
pub fn issues(evidence: &Evidence<'_>) -> Vec<IssueReport> {
    let mut by_issue: Vec<Vec<&Hit<'_>>> = vec![Vec::new(); evidence.codebook.issues.len()];
    for hit in evidence.hits {
        by_issue[hit.issue].push(hit);
    }
    let mut reports: Vec<IssueReport> = evidence
        .codebook
        .issues
        .par_iter()
        .zip(&by_issue)
        .filter(|(issue, _)| issue.status.matched())
        .filter_map(|(issue, hits)| {
            let series = evidence.series.iter().find(|s| s.issue_id == issue.id && s.segment.is_none())?;
            Some(card(evidence, issue, hits, series))
        })
        .collect();
    // A stable sort keeps the codebook's order, older first, among equals.
    reports.sort_by_key(|r| (std::cmp::Reverse(r.observed.unwrap_or(0)), std::cmp::Reverse(r.all_records)));
    reports
}

fn card(evidence: &Evidence<'_>, issue: &Issue, hits: &[&Hit<'_>], series: &Series) -> IssueReport {
    let now = series.at(evidence.period);
    let observed = now.and_then(|p| p.observed);
    let between = evidence.changes.get(&issue.id);
    let (previous, change) = (between.map(|b| b.0), between.and_then(|b| b.1));
    let matched_now = hits.iter().filter(|h| evidence.words.is_now(h.row)).count() as i64;
    let share = (evidence.counted_in_period > 0).then(|| matched_now as f64 / evidence.counted_in_period as f64);
    IssueReport {
        id: issue.id.clone(),
        name: issue.name.clone(),
        owner: issue.owner.clone(),
        status: issue.status.word().to_string(),
        keywords: telling(issue, hits),
        definition: definition(issue),
        sentence: now.map_or_else(
            || format!("No record this {}.", evidence.step),
            |p| findings::sentence(p, previous, change.as_ref(), evidence.step),
        ),
        observed,
        previous,
        change,
        share,
        all_records: hits.len() as i64,
        signal: now.and_then(|p| p.signal),
        level: now.and_then(|p| p.level),
        sparkline: String::new(),
        quotes: quoted(evidence, issue, hits),
        segments: Vec::new(),
        series: series.clone(),
        forecast: None,
        chart: None,
    }
}

/// What decides an issue's matches, as a short hash; empty for one that has no keywords (labels).
fn definition(issue: &Issue) -> String {
    if issue.keywords.is_empty() && issue.pattern.is_none() {
        return String::new();
    }
    let keywords: Vec<String> = issue.keywords.iter().map(|k| format!("{}={}", k.text, k.weight)).collect();
    let all = format!("{} {keywords:?} {:?} {:?}", issue.min_score, issue.exclude, issue.pattern);
    Codebook::digest(&all)[..16].to_owned()
}

/// Keywords an issue's card shows.
pub const KEYWORDS: usize = 15;

/// The issue's keywords by matches × weight: rare words weigh most, but it is the common ones that people know it by.
pub fn telling(issue: &Issue, hits: &[&Hit<'_>]) -> Vec<(String, f64)> {
    let mut held = vec![0.0; issue.keywords.len()];
    for place in hits.iter().flat_map(|h| h.keywords) {
        held.get_mut(*place as usize).into_iter().for_each(|held| *held += 1.0);
    }
    let mut ranked: Vec<(f64, &Keyword)> = held.iter().zip(&issue.keywords).map(|(n, k)| (n * k.weight, k)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.iter().take(KEYWORDS).map(|(_, k)| (k.text.clone(), k.weight)).collect()
}

/// Quotes from the period; from all periods when the period has none.
fn quoted(evidence: &Evidence<'_>, issue: &Issue, hits: &[&Hit<'_>]) -> Vec<Quote> {
    let candidates = |only_now: bool| -> Vec<Candidate<'_>> {
        hits.iter()
            .filter(|hit| !only_now || evidence.words.is_now(hit.row))
            .filter_map(|hit| {
                let word = evidence.words.word(hit.row);
                Some(Candidate { row: hit.row, uid: word.uid, score: hit.score, text: word.text? })
            })
            .collect()
    };
    let mut chosen = quotes::pick(&candidates(true));
    if chosen.is_empty() {
        chosen = quotes::pick(&candidates(false));
    }
    chosen
        .into_iter()
        .map(|row| {
            let word = evidence.words.word(row);
            Quote {
                uid: word.uid.to_string(),
                date: word.day,
                feed: word.feed.to_string(),
                text: quotes::shorten(word.text.unwrap_or_default()),
                keywords: hits
                    .iter()
                    .filter(|h| h.row == row)
                    .flat_map(|h| words(h.keywords, issue))
                    .map(str::to_owned)
                    .collect(),
            }
        })
        .collect()
}
