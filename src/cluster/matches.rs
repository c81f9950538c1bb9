//! Record × issue: the contract of what matching found.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{
    BooleanChunked, ChunkTake, DataFrame, DataType, Float64Chunked, IdxSize, Int64Chunked, Int64Type, IntoColumn,
    ListBuilderTrait, ListPrimitiveChunkedBuilder, NamedFrom, PlHashMap, Series, StringChunked,
};

use crate::cluster::codebook::{Codebook, Issue};
use crate::contract::{self, Column, Type};
use crate::error::{Error, Result};

const fn column(name: &'static str, kind: Type, about: &'static str) -> Column {
    Column { name, kind, nullable: false, about }
}

/// Every column of a match.
pub const COLUMNS: &[Column] = &[
    column("row", Type::Int, "the record's row in Voiced, from 0"),
    column("uid", Type::Text, "the record"),
    column("issue_id", Type::Text, "the issue"),
    column("score", Type::Float, "sum of the weights of the issue's keywords that the record holds"),
    column("keywords", Type::Places, "places of those keywords in the issue's list, heaviest first; see [`Match`]"),
    column("primary", Type::Bool, "the record's best match among those that count"),
    column("counts", Type::Bool, "the issue is active or resolved; false for a candidate"),
];

/// The place of a pin, which is no keyword.
pub const PINNED: u32 = u32::MAX;

/// One match.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The record's row.
    pub row: u32,
    /// The issue's place in the codebook.
    pub issue: usize,
    /// Its score.
    pub score: f64,
    /// The places, in the issue's list, of the keywords that made it, heaviest first. The place after the last one is
    /// the issue's pattern (a label of the dump where there is none); [`PINNED`] is a pin.
    pub keywords: Box<[u32]>,
    /// Whether it is the record's primary.
    pub primary: bool,
}

impl Match {
    /// The keywords as the codebook writes them.
    pub fn words<'c>(&self, codebook: &'c Codebook) -> impl Iterator<Item = &'c str> {
        words(&self.keywords, &codebook.issues[self.issue])
    }
}

/// The keywords at some places of an issue, see [`Match`].
pub fn words<'c>(places: &[u32], issue: &'c Issue) -> impl Iterator<Item = &'c str> {
    places.iter().map(|place| match issue.keywords.get(*place as usize) {
        Some(keyword) => keyword.text.as_str(),
        None if *place == PINNED => "pinned",
        None => issue.pattern.as_deref().unwrap_or(&issue.name),
    })
}

/// A match without what made it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The record's row.
    pub row: u32,
    /// The issue's place in the codebook.
    pub issue: usize,
    /// Whether it is the record's primary.
    pub primary: bool,
}

/// All matches, by row, then in the codebook's order. Columns: [`COLUMNS`].
#[derive(Debug, Clone)]
pub struct Matches {
    frame: DataFrame,
    /// The place of each one's issue in the codebook, where they were made here.
    issues: Option<Arc<[u32]>>,
}

impl Matches {
    /// Checks the contract.
    ///
    /// # Errors
    /// An internal error when the frame does not keep it.
    pub fn new(frame: DataFrame) -> Result<Self> {
        contract::check(&frame, COLUMNS, "matches")?;
        Ok(Self { frame, issues: None })
    }

    /// From matches by row, then by issue. `uids` is the column of the records.
    ///
    /// # Errors
    /// An internal error when the contract is broken.
    pub fn build(matches: &[Match], uids: &StringChunked, codebook: &Codebook) -> Result<Self> {
        let issues = &codebook.issues;
        let rows: Vec<IdxSize> = matches.iter().map(|m| m.row).collect();
        let (uid, columns) = rayon::join(
            || uids.take(&rows),
            || {
                let places = matches.iter().map(|m| m.keywords.len()).sum();
                let mut keywords = ListPrimitiveChunkedBuilder::<Int64Type>::new(
                    "keywords".into(),
                    matches.len(),
                    places,
                    DataType::Int64,
                );
                for m in matches {
                    keywords.append_values_iter(m.keywords.iter().map(|place| i64::from(*place)));
                }
                let ids: Vec<&str> = matches.iter().map(|m| issues[m.issue].id.as_str()).collect();
                let scores: Vec<f64> = matches.iter().map(|m| m.score).collect();
                let primary: Vec<bool> = matches.iter().map(|m| m.primary).collect();
                let counts: Vec<bool> = matches.iter().map(|m| issues[m.issue].status.counts()).collect();
                [
                    Series::new("issue_id".into(), ids).into_column(),
                    Series::new("score".into(), scores).into_column(),
                    keywords.finish().into_column(),
                    Series::new("primary".into(), primary).into_column(),
                    Series::new("counts".into(), counts).into_column(),
                ]
            },
        );
        let row = Series::new("row".into(), rows.iter().map(|row| i64::from(*row)).collect::<Vec<_>>()).into_column();
        let uid = uid?.with_name("uid".into()).into_column();
        let frame = DataFrame::new(matches.len(), [row, uid].into_iter().chain(columns).collect())?;
        let issues = Some(matches.iter().map(|m| m.issue as u32).collect());
        Ok(Self { issues, ..Self::new(frame)? })
    }

    /// The matches as values, in the frame's order. `codebook` is the one they were made with.
    ///
    /// # Errors
    /// Internal: an issue that the codebook does not have.
    pub fn matches(&self, codebook: &Codebook) -> Result<Vec<Match>> {
        let (starts, places) = self.keywords()?;
        let scores = self.scores()?;
        let ends = starts.windows(2).map(|ends| places[ends[0] as usize..ends[1] as usize].into());
        let pairs = self.pairs(codebook)?.into_iter().zip(ends).zip(scores.iter());
        Ok(pairs
            .map(|((pair, keywords), score)| Match {
                row: pair.row,
                issue: pair.issue,
                score: score.unwrap_or_default(),
                keywords,
                primary: pair.primary,
            })
            .collect())
    }

    /// As [`Matches::matches`], without scores and keywords.
    ///
    /// # Errors
    /// Internal: an issue that the codebook does not have.
    pub fn pairs(&self, codebook: &Codebook) -> Result<Vec<Pair>> {
        let issues = match &self.issues {
            Some(issues) => Arc::clone(issues),
            None => self.places(codebook)?.into(),
        };
        let pairs = self.rows()?.iter().zip(self.primary()?.iter()).zip(issues.iter());
        let pair = |((row, primary), issue): ((Option<i64>, Option<bool>), &u32)| Pair {
            row: row.unwrap_or_default() as u32,
            issue: *issue as usize,
            primary: primary.unwrap_or_default(),
        };
        Ok(pairs.map(pair).collect())
    }

    /// The place of each one's issue in the codebook.
    fn places(&self, codebook: &Codebook) -> Result<Vec<u32>> {
        let places: PlHashMap<&str, u32> = codebook.issues.iter().map(|i| i.id.as_str()).zip(0..).collect();
        let place = |id: Option<&str>| id.and_then(|id| places.get(id)).copied();
        let lacking = || Error::failed("internal: matches: an issue that the codebook lacks");
        self.issue_ids()?.iter().map(|id| place(id).ok_or_else(lacking)).collect()
    }

    /// Where each match's keywords begin, one more for the end; and all their places.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn keywords(&self) -> Result<(Vec<i64>, Vec<u32>)> {
        let lists = self.frame.column("keywords")?.list()?.rechunk();
        let starts = lists.downcast_iter().flat_map(|array| array.offsets().as_slice().to_vec()).collect();
        let inner = lists.get_inner();
        Ok((starts, inner.i64()?.iter().map(|place| place.unwrap_or_default() as u32).collect()))
    }

    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// How many matches.
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frame.height() == 0
    }

    /// Rows in Voiced.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn rows(&self) -> Result<&Int64Chunked> {
        Ok(self.frame.column("row")?.i64()?)
    }

    /// Ids of issues.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn issue_ids(&self) -> Result<&StringChunked> {
        Ok(self.frame.column("issue_id")?.str()?)
    }

    /// Scores.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn scores(&self) -> Result<&Float64Chunked> {
        Ok(self.frame.column("score")?.f64()?)
    }

    /// Which match is its record's best.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn primary(&self) -> Result<&BooleanChunked> {
        Ok(self.frame.column("primary")?.bool()?)
    }

    /// How much of each issue its few best keywords hold together: the share of its records that hold one of the three
    /// that matter most here (records holding it × weight). Low values are mixed issues (methods.md §1.4). By issue
    /// id; issues without a match, or without keywords, are not in it.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn cohesion(&self, codebook: &Codebook) -> Result<BTreeMap<String, f64>> {
        let (starts, places) = self.keywords()?;
        let (pairs, issues) = (self.pairs(codebook)?, &codebook.issues);
        let held = |at: usize| &places[starts[at] as usize..starts[at + 1] as usize];
        let mut holding: Vec<Vec<f64>> = issues.iter().map(|issue| vec![0.0; issue.keywords.len()]).collect();
        for (at, pair) in pairs.iter().enumerate() {
            for place in held(at) {
                holding[pair.issue].get_mut(*place as usize).into_iter().for_each(|n| *n += 1.0);
            }
        }
        let best: Vec<Vec<u32>> = issues
            .iter()
            .zip(holding)
            .map(|(issue, n)| {
                let worth = n.iter().zip(&issue.keywords).map(|(n, k)| n * k.weight);
                let mut ranked: Vec<(f64, u32)> = worth.zip(0..).collect();
                ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
                ranked.into_iter().take(3).map(|(_, place)| place).collect()
            })
            .collect();
        // Records with one of the best, and all.
        let mut of = vec![(0_u32, 0_u32); issues.len()];
        for (at, pair) in pairs.iter().enumerate() {
            of[pair.issue].0 += u32::from(held(at).iter().any(|place| best[pair.issue].contains(place)));
            of[pair.issue].1 += 1;
        }
        let share = |(issue, (with, all)): (&Issue, (u32, u32))| {
            (all > 0 && !issue.keywords.is_empty()).then(|| (issue.id.clone(), f64::from(with) / f64::from(all)))
        };
        Ok(issues.iter().zip(of).filter_map(share).collect())
    }
}

/// Marks each record's best match among those that count: the highest score, of equals the first issue. `matches` are
/// one record's.
pub(crate) fn mark_primary(matches: &mut [Match], codebook: &Codebook) {
    let mut best: Option<usize> = None;
    for i in 0..matches.len() {
        matches[i].primary = false;
        if codebook.issues[matches[i].issue].status.counts() && best.is_none_or(|b| matches[i].score > matches[b].score)
        {
            best = Some(i);
        }
    }
    if let Some(best) = best {
        matches[best].primary = true;
    }
}
