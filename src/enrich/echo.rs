//! What echoes what: near copies, and replies that only agree.
//!
//! An echo is counted, but beside it stand the distinct texts and the distinct authors: five hundred copies of a letter
//! are one text, ten customers nodding under a post are one complaint and eleven people.

use std::collections::BTreeMap;

use polars::prelude::StringChunked;
use rayon::prelude::*;

use crate::enrich::{agree, near};
use crate::error::Result;
use crate::normalise::records::Records;

/// Fewer words are no evidence of copying: many people write "great app".
pub const FEWEST_WORDS: usize = 5;
/// A chain of replies is followed this far up.
const MOST_STEPS: usize = 64;

/// Why a record is an echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It says the same in nearly the same words.
    Copy,
    /// It answers it, and only agrees.
    Agreement,
}

/// What a record echoes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echo {
    /// Row of the earliest record of its group.
    pub of: usize,
    /// Why.
    pub how: How,
}

/// What each record echoes; null when nothing. `texts` is what each says, unmasked, by row.
///
/// Near copies ([`near::groups`]) of five words or more are echoes of the earliest of them: by time of writing, then
/// by uid; undated ones last. A reply that only agrees ([`agree::agrees`]) is an echo of what its `parent_id` names, or
/// else of the first record of its thread; replies of the brand and other agreements in between are passed over, and
/// nobody echoes himself. Records of the brand (outbound, internal) echo nothing and are not echoed.
///
/// # Errors
/// Never for checked records.
pub fn echoes(records: &Records, texts: &[Option<&str>]) -> Result<Vec<Option<Echo>>> {
    let rows = records.len();
    let directions = records.text("direction")?;
    let customer: Vec<bool> =
        directions.iter().map(|direction| !matches!(direction, Some("outbound" | "internal"))).collect();
    let agreeing: Vec<bool> = texts
        .par_iter()
        .zip(&customer)
        .with_min_len(256)
        .map(|(text, customer)| *customer && text.is_some_and(agree::agrees))
        .collect();
    let copied: Vec<Option<&str>> =
        texts.iter().enumerate().map(|(row, text)| text.filter(|_| customer[row] && !agreeing[row])).collect();
    let (groups, lengths) = near::groups_and_lengths(&copied);
    let long: Vec<bool> = lengths.iter().map(|words| *words >= FEWEST_WORDS).collect();
    let (instants, uids) = (records.instants("created_at")?, records.text("uid")?);
    let age = |row: usize| (instants.get(row).is_none(), instants.get(row), uids.get(row));
    // The earliest of each group, kept at the group's number.
    let mut first: Vec<usize> = (0..rows).collect();
    for row in (0..rows).filter(|row| long[*row]) {
        let earliest = &mut first[groups[row]];
        if age(row) < age(*earliest) || !long[*earliest] {
            *earliest = row;
        }
    }
    let mut found: Vec<Option<Echo>> = (0..rows)
        .map(|row| {
            let of = first[groups[row]];
            (long[row] && of != row).then_some(Echo { of, how: How::Copy })
        })
        .collect();
    if agreeing.iter().any(|agrees| *agrees) {
        let family = Family::of(records)?;
        for row in (0..rows).filter(|row| agreeing[*row]) {
            let Some(said) = family.echoed(row, &customer, &agreeing) else { continue };
            let of = found[said].map_or(said, |echo| echo.of);
            if of != row && age(of) < age(row) {
                found[row] = Some(Echo { of, how: How::Agreement });
            }
        }
    }
    Ok(found)
}

/// Who answers whom.
struct Family<'a> {
    parent: Vec<Option<usize>>,
    opener: Vec<Option<usize>>,
    authors: Vec<Option<&'a str>>,
}

impl<'a> Family<'a> {
    fn of(records: &'a Records) -> Result<Self> {
        let columns = ["author_id", "author_handle", "author_email", "author_name"];
        let columns: Vec<&StringChunked> = columns.iter().map(|c| records.text(c)).collect::<Result<_>>()?;
        let authors = (0..records.len()).map(|row| columns.iter().find_map(|c| c.get(row))).collect();
        Ok(Self { parent: parents(records)?, opener: openers(records)?, authors })
    }

    /// What an agreeing reply agrees with.
    fn echoed(&self, row: usize, customer: &[bool], agreeing: &[bool]) -> Option<usize> {
        let mut at = row;
        for _ in 0..MOST_STEPS {
            at = self.parent[at].or(self.opener[at].filter(|opener| *opener != at))?;
            if customer[at] && !agreeing[at] {
                let himself = self.authors[at].is_some() && self.authors[at] == self.authors[row];
                return (at != row && !himself).then_some(at);
            }
        }
        None
    }
}

/// System, account and id.
type Name<'a> = (Option<&'a str>, Option<&'a str>, &'a str);

/// The row that each record's `parent_id` names, within its system and account; null where it is not there.
///
/// # Errors
/// Never for checked records.
pub fn parents(records: &Records) -> Result<Vec<Option<usize>>> {
    let (systems, accounts) = (records.text("system")?, records.text("account")?);
    let (ids, parents) = (records.text("source_id")?, records.text("parent_id")?);
    if parents.null_count() == records.len() {
        return Ok(vec![None; records.len()]);
    }
    let mut known: Vec<(Name<'_>, usize)> = (0..records.len())
        .filter_map(|row| Some(((systems.get(row), accounts.get(row), ids.get(row)?), row)))
        .collect();
    known.par_sort_unstable();
    let named = |row: usize| {
        let key = (systems.get(row), accounts.get(row), parents.get(row)?);
        let at = known.partition_point(|(other, _)| *other < key);
        known.get(at).filter(|(other, parent)| *other == key && *parent != row).map(|(_, parent)| *parent)
    };
    Ok((0..records.len()).map(named).collect())
}

/// The first record of each record's thread that a customer wrote, or itself; null without a thread.
///
/// # Errors
/// Never for checked records.
pub fn openers(records: &Records) -> Result<Vec<Option<usize>>> {
    let (systems, accounts) = (records.text("system")?, records.text("account")?);
    let (ids, threads) = (records.text("source_id")?, records.text("thread_id")?);
    let (instants, uids, directions) =
        (records.instants("created_at")?, records.text("uid")?, records.text("direction")?);
    if threads.null_count() == records.len() {
        return Ok(vec![None; records.len()]);
    }
    // A thread is often named after the record that opened it, which itself names none.
    let named: BTreeMap<Name<'_>, ()> = (0..records.len())
        .filter_map(|row| Some(((systems.get(row), accounts.get(row), threads.get(row)?), ())))
        .collect();
    let key = |row: usize| {
        let own = threads.get(row).map(|thread| (systems.get(row), accounts.get(row), thread));
        own.or_else(|| {
            ids.get(row).map(|id| (systems.get(row), accounts.get(row), id)).filter(|k| named.contains_key(k))
        })
    };
    let mut members: Vec<_> = (0..records.len())
        .filter(|row| !matches!(directions.get(*row), Some("outbound" | "internal")))
        .filter_map(|row| Some((key(row)?, (instants.get(row).is_none(), instants.get(row), uids.get(row)), row)))
        .collect();
    members.par_sort_unstable();
    members.dedup_by(|later, first| later.0 == first.0);
    let opener = |row: usize| {
        let wanted = key(row)?;
        let at = members.partition_point(|(thread, ..)| *thread < wanted);
        members.get(at).filter(|(thread, ..)| *thread == wanted).map(|(.., opener)| *opener)
    };
    Ok((0..records.len()).map(opener).collect())
}

#[cfg(test)]
#[path = "echo_tests.rs"]
mod tests;
