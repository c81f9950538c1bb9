//! Requests and when they were answered: from tickets' own times, and from the replies under posts.

use std::collections::BTreeMap;

use polars::prelude::Int64Chunked;

use crate::enrich::echo::{openers, parents};
use crate::error::{Error, Result};
use crate::normalise::records::Records;
use crate::normalise::texts::Texts;
use crate::trend::calendar::{Calendar, day_of};
use crate::trend::counted::{Counted, FUTURE};
use crate::trend::options::Options;

/// Something a customer asked or complained of, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// The record that opened it.
    pub row: usize,
    /// When, in microseconds since 1970, UTC; so are the others.
    pub asked: i64,
    /// When somebody first answered; null when nobody had by `seen`.
    pub first: Option<i64>,
    /// When it was solved; null when it was not by `seen`.
    pub resolved: Option<i64>,
    /// The last moment its feed shows: until then it was waited for.
    pub seen: i64,
    /// Whether its feed tells of answers at all.
    pub tells_first: bool,
    /// Whether its feed tells of solutions at all.
    pub tells_resolved: bool,
    /// How many replies the dump counts, where it holds none of them.
    pub replies: Option<i64>,
    /// Whether the dump tells of an answer or a solution after `--as-of`: its status is of a later day.
    pub later: bool,
}

/// The cases of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cases {
    /// In the order of their records.
    pub cases: Vec<Case>,
    /// Feed → counted records in it that no waiting time is known of: its dumps tell neither of answers nor of solutions
    /// nor how many replies there are.
    pub silent: BTreeMap<String, i64>,
    /// Feed → counted posts in it whose dumps only count the replies.
    pub only_counted: BTreeMap<String, i64>,
    /// Cases left out because they were answered or solved before they were asked.
    pub backwards: i64,
    /// Cases whose own time is only a day: their waiting time is off by up to one.
    pub by_day: i64,
    /// Until when those not answered have waited: the end of `--as-of`, else the last moment that any feed shows.
    pub until: i64,
}

/// The cases among the counted records.
///
/// A ticket, a survey, a filing or a review is a case; its answer is `first_response_at`, the owner's `reply_at` or the
/// first outbound record under it, its solution `resolved_at` or `closed_at`. A mention is a case when no record of a
/// customer stands above it; its answer is the first outbound record under it or, in a feed without outbound records,
/// the first reply by another author. Under it means: along `parent_id`, and where that names nothing, in its thread.
/// Answers after `--as-of` have not happened yet; a feed that shows something later was seen until then. A post of a feed without any reply whose dump counts its replies has
/// no waiting time, but is known to wait where the count is 0.
///
/// # Errors
/// Never for checked records.
pub fn cases(records: &Records, counted: &Counted, options: &Options) -> Result<Cases> {
    let counts = counted.frame().column("counted")?.bool()?;
    let (created, feeds) = (records.instants("created_at")?, Texts::of(records.frame(), "feed")?.numbered());
    let (kinds, directions) = (Texts::of(records.frame(), "kind")?, Texts::of(records.frame(), "direction")?);
    let precisions = Texts::of(records.frame(), "created_precision")?;
    let counts_of_replies = records.ints("replies")?;
    let outbound: Vec<bool> = directions.iter().map(|d| d == Some("outbound")).collect();
    let customer: Vec<bool> = directions.iter().map(|d| !matches!(d, Some("outbound" | "internal"))).collect();
    let above = above(records, &customer)?;
    let end = if options.as_of.is_some() { end_of(counted) } else { i64::MAX };
    let reasons = Texts::of(counted.frame(), "reason")?;
    let mut facts: Vec<Feed> = vec![Feed::default(); feeds.values.len()];
    let times = SHOWN.map(|column| Times::of(records, column));
    let [written, changed, first_response, resolved, closed, reply] = times;
    let (first_response, resolved, closed, reply) = (first_response?, resolved?, closed?, reply?);
    let shown = [&written?, &changed?, &first_response, &resolved, &closed, &reply];
    for (row, outbound) in outbound.iter().enumerate() {
        let feed = &mut facts[feeds.of[row] as usize];
        feed.outbound |= outbound;
        // A date mistyped into the future shows nothing.
        if options.as_of.is_some() || reasons.get(row) != Some(FUTURE) {
            for times in shown {
                feed.seen = feed.seen.max(times.get(row).map(|at| at.min(end)));
            }
        }
    }
    let authors = counted.frame().column("author")?.i64()?;
    let mut answer: Vec<Option<i64>> = vec![None; records.len()];
    // Nothing answers a case where nothing is under another.
    let linked = above.iter().enumerate().any(|(row, case)| case.is_some_and(|case| case != row));
    for row in 0..if linked { records.len() } else { 0 } {
        let (Some(case), Some(at)) = (above[row], created.get(row)) else { continue };
        let brand_speaks = facts[feeds.of[case] as usize].outbound;
        let other = || case != row && authors.get(row).is_some() && authors.get(row) != authors.get(case);
        let answers = if brand_speaks { outbound[row] } else { other() && directions.get(row) != Some("internal") };
        if answers && created.get(case).is_some_and(|asked| asked <= at) {
            answer[case] = Some(answer[case].map_or(at, |first| first.min(at)));
        }
    }
    let tells = |row: &usize| {
        answer[*row].is_some()
            || [&first_response, &reply, &resolved, &closed].iter().any(|times| times.get(*row).is_some())
    };
    // A counted record that opens a case, by itself: what its feed tells comes when all of it was seen.
    let opened = |row: usize| -> Option<(Case, [Option<i64>; 2])> {
        let post = matches!(kinds.get(row), Some("mention" | "ticket_message"));
        if counts.get(row) != Some(true) || (post && above[row] != Some(row)) {
            return None;
        }
        let asked = created.get(row)?;
        let told = first_response.get(row).or_else(|| reply.get(row));
        let told = [told.into_iter().chain(answer[row]).min(), resolved.get(row).or_else(|| closed.get(row))];
        let [first, resolved] = told.map(|at| at.filter(|at| *at < end));
        let (later, replies) = ([first, resolved] != told, counts_of_replies.get(row).filter(|_| post));
        let (seen, tells_first, tells_resolved) = (asked, false, false);
        Some((Case { row, asked, first, resolved, seen, tells_first, tells_resolved, replies, later }, told))
    };
    let by_day = |case: &Case| precisions.get(case.row) == Some("day");
    let is_backwards = |case: &Case| [case.first, case.resolved].into_iter().flatten().any(|at| at < case.asked);
    let mut found = Cases::default();
    for (case, told) in (0..records.len()).filter(tells).filter_map(opened) {
        if is_backwards(&case) {
            found.backwards += 1;
            continue;
        }
        let feed = &mut facts[feeds.of[case.row] as usize];
        feed.tells_first |= told[0].is_some();
        feed.tells_resolved |= told[1].is_some();
    }
    for (mut case, _) in (0..records.len()).filter_map(opened).filter(|(case, _)| !is_backwards(case)) {
        let at = feeds.of[case.row] as usize;
        let feed = &mut facts[at];
        (case.tells_first, case.tells_resolved) = (feed.tells_first || feed.outbound, feed.tells_resolved);
        case.seen = feed.seen.unwrap_or(case.asked).max(case.asked);
        case.replies = case.replies.filter(|_| !case.tells_first);
        if !case.tells_first && !case.tells_resolved {
            *(if case.replies.is_some() { &mut feed.only_counted } else { &mut feed.silent }) += 1;
            if case.replies.is_none() {
                continue;
            }
        }
        found.by_day += i64::from(by_day(&case));
        found.cases.push(case);
    }
    for (name, feed) in feeds.values.iter().zip(&facts) {
        for (all, n) in [(&mut found.silent, feed.silent), (&mut found.only_counted, feed.only_counted)] {
            if n > 0 {
                all.insert(name.unwrap_or_default().to_owned(), n);
            }
        }
    }
    let last = facts.iter().filter_map(|feed| feed.seen).max();
    found.until = if options.as_of.is_some() { end } else { last.unwrap_or_default() };
    Ok(found)
}

/// Columns whose times show how far a feed was seen.
const SHOWN: [&str; 6] = ["created_at", "updated_at", "first_response_at", "resolved_at", "closed_at", "reply_at"];

/// What is known of a feed.
#[derive(Debug, Clone, Default)]
struct Feed {
    outbound: bool,
    seen: Option<i64>,
    tells_first: bool,
    tells_resolved: bool,
    /// Cases that it tells nothing of.
    silent: i64,
    /// Cases of which it only counts the replies.
    only_counted: i64,
}

/// A column of instants; most dumps leave most of them empty, and one that is need not be laid out.
struct Times<'a>(Option<&'a Int64Chunked>);

impl<'a> Times<'a> {
    fn of(records: &'a Records, column: &str) -> Result<Self> {
        let empty = records.frame().column(column)?.null_count() == records.len();
        Ok(Self(if empty { None } else { Some(records.instants(column)?) }))
    }

    fn get(&self, row: usize) -> Option<i64> {
        self.0?.get(row)
    }
}

/// The first moment after the last day of the data, in UTC microseconds.
fn end_of(counted: &Counted) -> i64 {
    let calendar: &Calendar = &counted.calendar;
    let next = counted.now.tomorrow().unwrap_or(counted.now).at(0, 0, 0, 0);
    match next.to_zoned(calendar.zone().clone()) {
        Ok(zoned) => zoned.timestamp().as_microsecond(),
        Err(_) => (day_of(counted.now) + 1) * 86_400_000_000,
    }
}

/// The case each record belongs to: the topmost record of a customer above it, itself included.
fn above(records: &Records, customer: &[bool]) -> Result<Vec<Option<usize>>> {
    let empty = |column: &str| Ok::<_, Error>(records.frame().column(column)?.null_count() == records.len());
    if empty("parent_id")? && empty("thread_id")? {
        return Ok(customer.iter().enumerate().map(|(row, customer)| customer.then_some(row)).collect());
    }
    let (parent, opener) = (parents(records)?, openers(records)?);
    let up = |row: usize| parent[row].or(opener[row].filter(|opener| *opener != row));
    let mut case: Vec<Option<Option<usize>>> = vec![None; records.len()];
    // The walk that last came by a row.
    let mut walk = vec![usize::MAX; records.len()];
    let mut path = Vec::new();
    for start in 0..records.len() {
        path.clear();
        let mut at = start;
        // Up to a record whose case is known, to the top, or once around a circle.
        let mut known = loop {
            if let Some(known) = case[at] {
                break known;
            }
            if walk[at] == start {
                break None;
            }
            walk[at] = start;
            path.push(at);
            match up(at) {
                Some(next) => at = next,
                None => break None,
            }
        };
        for row in path.iter().rev() {
            known = known.or(customer[*row].then_some(*row));
            case[*row] = Some(known);
        }
    }
    Ok(case.into_iter().map(Option::flatten).collect())
}

#[cfg(test)]
#[path = "cases_tests.rs"]
mod tests;
