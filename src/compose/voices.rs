//! An analysis → what customers say beside what they complain of.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::cli::Report as Arguments;
use crate::compose::analyse::Analysis;
use crate::compose::topics::{self, ByRow};
use crate::compose::{praise, response};
use crate::enrich::{Intent, Intents, profile};
use crate::error::Result;
use crate::normalise::records::Records;
use crate::normalise::texts::Texts;
use crate::report::voices::{BrandVoice, IssueVoice, Mean, OpenQuestion, Share, Spreading, Topic, Voices};
use crate::trend::calendar::{self, Period};
use crate::trend::counted;
use crate::trend::counts::Row;

/// Rows of each list.
const MOST: usize = 5;
/// A contact within so long after another on the same issue is a repeated one.
const AGAIN: i64 = 30 * DAY;
const DAY: i64 = 86_400_000_000;
/// Fewer records in a period are not spreading.
const FEWEST: i64 = 3;
/// Who carried it: names shown.
const CARRIERS: usize = 3;

/// What the voices are worked out from, by row.
struct Rows<'a> {
    analysis: &'a Analysis,
    records: &'a Records,
    /// Period, where the record has one.
    period: Vec<Option<Period>>,
    /// Wall time in microseconds.
    at: Vec<Option<i64>>,
    counted: Vec<bool>,
    /// Written by a customer, neither deleted nor spam nor merged: counted, well rated, or passed on.
    said: Vec<bool>,
    author: Vec<Option<i64>>,
    intents: Vec<Option<Intents>>,
    /// Row of what is echoed → rows of its echoes that a customer said.
    echoes: BTreeMap<usize, Vec<usize>>,
}

/// Works out the voices of the period.
///
/// # Errors
/// Internal only.
pub(crate) fn voices(analysis: &Analysis, arguments: &Arguments, brands: &[String]) -> Result<Voices> {
    let rows = Rows::of(analysis)?;
    let mut notes = Vec::new();
    if rows.intents.iter().all(Option::is_none) {
        notes.push("Intent was switched off: ideas, questions and hostility were not heard.".to_owned());
    }
    // None of these needs another.
    let (topics, (spreading, issues)) = rayon::join(
        || topics(&rows, arguments),
        || (spreading(&rows, arguments.stages.enrich.no_redact), issues(&rows)),
    );
    let (loved, ideas, (questions, unanswered)) = topics?;
    let in_period = |row: &usize| rows.counted[*row] && rows.period[*row] == Some(analysis.period);
    let counted: Vec<usize> = (0..rows.records.len()).filter(in_period).collect();
    let named = counted.iter().filter(|row| rows.author[**row].is_some()).count() as i64;
    let masked = analysis.found.voiced.masked();
    Ok(Voices {
        loved,
        ideas,
        questions,
        unanswered,
        spreading: spreading?,
        issues: issues?,
        brands: brand_voices(&rows, brands)?,
        named: Share::of(named, counted.len() as i64),
        masked: crate::enrich::redact::Kind::ALL
            .iter()
            .zip(masked.0)
            .filter(|(_, n)| *n > 0)
            .map(|(kind, n)| (kind.name().to_owned(), n))
            .collect(),
        notes,
    })
}

/// What is loved, what ideas there are, and which questions wait.
type Told = (Vec<Topic>, Vec<Topic>, (Vec<OpenQuestion>, Option<i64>));

fn topics(rows: &Rows<'_>, arguments: &Arguments) -> Result<Told> {
    let placed = ByRow { analysis: rows.analysis, period: &rows.period, author: &rows.author };
    let cluster = &arguments.stages.cluster;
    let praising = praise::praising(&rows.analysis.found)?;
    let loved = topics::topics(&placed, &praising, cluster, MOST, |t| (t.observed, t.all_records))?;
    let ideas = rows.with(Intent::Idea);
    let ideas = topics::topics(&placed, &ideas, cluster, MOST, |t| (t.supporters, t.likes.unwrap_or(0)))?;
    Ok((loved, ideas, questions(rows, arguments)?))
}

impl<'a> Rows<'a> {
    fn of(analysis: &'a Analysis) -> Result<Self> {
        let found = &analysis.found;
        let frame = found.counted.frame();
        let periods = frame.column("period")?.datetime()?;
        let at = frame.column("at")?.datetime()?;
        let reasons = Texts::of(frame, "reason")?;
        let said: Vec<bool> = reasons.iter().map(counted::is_said).collect();
        Ok(Self {
            analysis,
            echoes: echoes(analysis, &said)?,
            records: &found.read.records,
            period: periods.physical().iter().map(|p| p.map(calendar::wall)).collect(),
            at: at.physical().iter().collect(),
            counted: frame.column("counted")?.bool()?.iter().map(|c| c == Some(true)).collect(),
            said,
            author: frame.column("author")?.i64()?.iter().collect(),
            intents: found.voiced.intents()?,
        })
    }

    fn has(&self, row: usize, intent: Intent) -> bool {
        self.intents[row].is_some_and(|held| held.contains(intent))
    }

    /// Rows a customer wrote with this intent.
    fn with(&self, intent: Intent) -> Vec<usize> {
        (0..self.records.len()).filter(|row| self.said[*row] && self.has(*row, intent)).collect()
    }
}

/// Row of what is echoed → the rows of its echoes among those that are `said`.
fn echoes(analysis: &Analysis, said: &[bool]) -> Result<BTreeMap<usize, Vec<usize>>> {
    let voiced = &analysis.found.voiced;
    let echo_of = Texts::of(voiced.frame(), "echo_of")?;
    let mut echoes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    if matches!(echo_of, Texts::Same(None, _)) {
        return Ok(echoes);
    }
    // Records are sorted by uid.
    let uids: Vec<Option<&str>> = voiced.texts_of("uid")?.iter().collect();
    let echoed = echo_of.numbered();
    let place: Vec<Option<usize>> =
        echoed.values.par_iter().map(|of| uids.binary_search(of).ok().filter(|_| of.is_some())).collect();
    for (row, of) in echoed.of.iter().enumerate().filter(|(row, _)| said[*row]) {
        place[*of as usize].into_iter().for_each(|original| echoes.entry(original).or_default().push(row));
    }
    Ok(echoes)
}

/// Questions without an answer, and how many; null where no dump tells of answers.
fn questions(rows: &Rows<'_>, arguments: &Arguments) -> Result<(Vec<OpenQuestion>, Option<i64>)> {
    let found = &rows.analysis.found;
    let cases = rows.analysis.cases(&arguments.stages.trend)?;
    if !cases.cases.iter().any(|case| case.tells_first || case.replies.is_some()) {
        return Ok((Vec::new(), None));
    }
    let waiting = response::waiting(found, cases)?;
    let asked: Vec<_> = waiting.into_iter().filter(|(row, _)| rows.has(*row, Intent::Question)).collect();
    let all = asked.len() as i64;
    let first = asked.into_iter().take(MOST).map(|(row, one)| {
        Ok(OpenQuestion { quote: topics::quote(rows.analysis, row)?, url: one.url, age: one.age, reach: one.reach })
    });
    Ok((first.collect::<Result<_>>()?, Some(all)))
}

/// What is passed on more often than in the period before.
fn spreading(rows: &Rows<'_>, shown: bool) -> Result<Vec<Spreading>> {
    let reach = rows.analysis.found.voiced.floats_of("reach")?;
    let mut found = Vec::new();
    for (original, echoes) in &rows.echoes {
        let original = *original;
        let members: Vec<usize> = echoes.iter().copied().chain([original]).collect();
        let within = |period: Period| members.iter().copied().filter(|row| rows.period[*row] == Some(period)).collect();
        let now: Vec<usize> = within(rows.analysis.period);
        let before: Vec<usize> = within(rows.analysis.before);
        if (now.len() as i64) < FEWEST || now.len() <= before.len() {
            continue;
        }
        let last = now.iter().filter_map(|row| rows.at[*row]).max().unwrap_or(0);
        let recent = now.iter().filter(|row| rows.at[**row].is_some_and(|at| at > last - DAY)).count();
        let known: Vec<f64> = now.iter().filter_map(|row| reach.get(*row)).collect();
        found.push(Spreading {
            quote: topics::quote(rows.analysis, original)?,
            observed: now.len() as i64,
            previous: before.len() as i64,
            authors: topics::heads(&now, &rows.author),
            reach: (!known.is_empty()).then(|| known.iter().sum()),
            per_hour: recent as f64 / 24.0,
            carriers: carriers(rows, &now, shown)?,
            praise: rows.has(original, Intent::Praise),
        });
    }
    found.sort_by(|a, b| {
        let reach = b.reach.unwrap_or(0.0).total_cmp(&a.reach.unwrap_or(0.0));
        reach.then(b.observed.cmp(&a.observed)).then(a.quote.uid.cmp(&b.quote.uid))
    });
    found.truncate(MOST);
    Ok(found)
}

/// The authors who carried it farthest; masked unless personal data is shown.
fn carriers(rows: &Rows<'_>, members: &[usize], shown: bool) -> Result<Vec<String>> {
    let reach = rows.analysis.found.voiced.floats_of("reach")?;
    let (handles, names) = (rows.records.text("author_handle")?, rows.records.text("author_name")?);
    let ids = rows.records.text("author_id")?;
    let followers = rows.records.ints("author_followers")?;
    let mut carried: BTreeMap<i64, (f64, usize)> = BTreeMap::new();
    for row in members {
        if let Some(author) = rows.author[*row] {
            let sum = carried.entry(author).or_insert((0.0, *row));
            sum.0 += reach.get(*row).unwrap_or(0.0);
        }
    }
    let mut ranked: Vec<(f64, usize)> = carried.into_values().collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(ranked
        .into_iter()
        .take(CARRIERS)
        .map(|(_, row)| {
            let handle = handles.get(row).map(|h| format!("@{h}"));
            let name = handle.or_else(|| names.get(row).or(ids.get(row)).map(str::to_owned)).filter(|_| shown);
            let name = name.unwrap_or_else(|| "[handle]".to_owned());
            match followers.get(row) {
                Some(n) => format!("{name} ({} followers)", crate::report::words::count(n)),
                None => name,
            }
        })
        .collect())
}

/// How each issue with a record in the period is said, and by whom.
fn issues(rows: &Rows<'_>) -> Result<Vec<IssueVoice>> {
    let analysis = rows.analysis;
    let voiced = &analysis.found.voiced;
    let (sentiments, hostile) = (voiced.floats_of("sentiment")?, voiced.floats_of("hostile")?);
    let (uids, echo_of) = (voiced.texts_of("uid")?, Texts::of(voiced.frame(), "echo_of")?);
    // An author's first counted record of all, by the author's number.
    let authors = rows.author.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    let mut first: Vec<i64> = vec![i64::MAX; authors];
    for row in (0..rows.records.len()).filter(|row| rows.counted[*row]) {
        if let (Some(author), Some(at)) = (rows.author[row], rows.at[row]) {
            first[author as usize] = first[author as usize].min(at);
        }
    }
    let start = calendar::micros(analysis.period);
    let judged = analysis.counts.place(analysis.period);
    let voice = |(place, hits): (usize, &[(u32, Row)])| -> Option<IssueVoice> {
        let issue = &analysis.found.issues.codebook.issues[place - 1];
        let mut now: Vec<usize> =
            hits.iter().filter(|(_, hit)| Some(hit.period()) == judged).map(|(_, hit)| hit.row()).collect();
        now.sort_unstable();
        if now.is_empty() {
            return None;
        }
        // Who only says "same here", or passes it on, has no keyword of the issue, but belongs to what he echoes.
        let own: BTreeSet<usize> = now.iter().copied().collect();
        let joined = hits.iter().filter_map(|(_, hit)| rows.echoes.get(&hit.row())).flatten().copied();
        let joined = joined.filter(|row| rows.period[*row] == Some(analysis.period) && !own.contains(row));
        let volume: BTreeSet<usize> = now.iter().copied().chain(joined).collect();
        let texts: BTreeSet<&str> = volume.iter().filter_map(|row| echo_of.get(*row).or(uids.get(*row))).collect();
        let voices: BTreeSet<i64> = volume.iter().filter_map(|row| rows.author[*row]).collect();
        let values: Vec<f64> = now.iter().filter_map(|row| sentiments.get(*row)).collect();
        let scored: Vec<f64> = now.iter().filter_map(|row| hostile.get(*row)).collect();
        let attacks = scored.iter().filter(|score| **score >= profile::HOSTILE).count() as i64;
        let named: Vec<(i64, usize)> = now.iter().filter_map(|row| Some((rows.author[*row]?, *row))).collect();
        let authors: BTreeSet<i64> = named.iter().map(|(author, _)| *author).collect();
        let fresh = authors.iter().filter(|author| first[**author as usize] >= start).count() as i64;
        Some(IssueVoice {
            id: issue.id.clone(),
            name: issue.name.clone(),
            records: volume.len() as i64,
            texts: texts.len() as i64,
            authors: voices.len() as i64,
            sentiment: Mean::of(&values),
            hostile: Share::of(attacks, scored.len() as i64),
            again: Share::of(again(rows, hits, &named), named.len() as i64),
            first_time: Share::of(fresh, authors.len() as i64),
            named: Share::of(named.len() as i64, now.len() as i64),
        })
    };
    let own: Vec<(usize, &[(u32, Row)])> = analysis.placed.of_issues().collect();
    let mut found: Vec<IssueVoice> = own.into_par_iter().with_max_len(1).filter_map(voice).collect();
    found.sort_by_key(|voice| std::cmp::Reverse(voice.records));
    Ok(found)
}

/// How many of the `named` records have one of the same author on the issue within the 30 days before.
fn again(rows: &Rows<'_>, hits: &[(u32, Row)], named: &[(i64, usize)]) -> i64 {
    let who: BTreeSet<i64> = named.iter().map(|(author, _)| *author).collect();
    let mut contacts: Vec<(i64, i64)> = hits
        .iter()
        .filter_map(|(_, hit)| Some((rows.author[hit.row()].filter(|author| who.contains(author))?, hit.at)))
        .collect();
    contacts.sort_unstable();
    let earlier = |author: &i64, at: i64| {
        let since = contacts.partition_point(|contact| *contact < (*author, at - AGAIN));
        contacts.get(since).is_some_and(|(other, earlier)| other == author && *earlier < at)
    };
    named.iter().filter(|(author, row)| rows.at[*row].is_some_and(|at| earlier(author, at))).count() as i64
}

/// The brands' shares of the period's records; empty without `[brands]`.
fn brand_voices(rows: &Rows<'_>, brands: &[String]) -> Result<Vec<BrandVoice>> {
    let assigned = rows.records.text("brand")?;
    let now = |row: &usize| rows.counted[*row] && rows.period[*row] == Some(rows.analysis.period);
    let own =
        |brand: &str| (0..rows.records.len()).filter(now).filter(|row| assigned.get(*row) == Some(brand)).collect();
    let counted: Vec<(&String, Vec<usize>)> = brands.iter().map(|brand| (brand, own(brand))).collect();
    let all: i64 = counted.iter().map(|(_, rows)| rows.len() as i64).sum();
    let mut found: Vec<BrandVoice> = counted
        .into_iter()
        .map(|(brand, own)| {
            let heard = own.iter().filter(|row| rows.intents[**row].is_some()).count() as i64;
            let complaints = own.iter().filter(|row| rows.has(**row, Intent::Complaint)).count() as i64;
            BrandVoice {
                brand: brand.clone(),
                voice: Share::of(own.len() as i64, all),
                complaints: Share::of(complaints, heard),
            }
        })
        .collect();
    found.sort_by_key(|brand| std::cmp::Reverse(brand.voice.map_or(0, |v| v.n)));
    Ok(found)
}
