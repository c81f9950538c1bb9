//! `plaint show`: an issue's words, or a record's and why it matched.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::cli::Show;
use crate::cluster::codebook::{Codebook, Issue};
use crate::cluster::context;
use crate::cluster::matches::{Match, words as words_of};
use crate::cluster::matching::Matcher;
use crate::compose::analyse::{self, Dates, Found};
use crate::compose::{self, Session, facts};
use crate::enrich;
use crate::error::{Error, Result, nearest};
use crate::render::views::show as view;
use crate::report::funnel;
use crate::report::issues::{Hit, telling};
use crate::report::quotes::{self, Candidate};
use crate::trend::calendar::Period;

/// How many issues a record did not match are named beside those it did.
const NEAREST: usize = 2;
/// Keywords shown in context, and how often each.
const WORDS: usize = 5;
const PER_WORD: usize = 2;
/// Characters kept on either side of one.
const AROUND: usize = 80;

pub(crate) fn run(session: &Session, arguments: &Show) -> Result<u8> {
    // A record can be shown where there are too few to find issues in.
    let found = match analyse::find(session, &arguments.stages, Dates::Optional) {
        Err(error) if arguments.why || arguments.what.contains(':') => {
            analyse::find_given(session, &arguments.stages, Dates::Optional).map_err(|_| error)?
        }
        found => found?,
    };
    let value = match found.issues.codebook.find(&arguments.what) {
        Some(at) => {
            let at = today(session, &found.issues.codebook, at)?;
            view::Shown::Issue(issue(&Known::of(&found)?, at, arguments.top)?)
        }
        None => {
            let uids = found.read.records.frame().column("uid")?.str()?;
            let row = uids
                .iter()
                .position(|uid| uid == Some(arguments.what.as_str()))
                .ok_or_else(|| unknown(&found, &arguments.what))?;
            let mut record = record(&Known::of(&found)?, row)?;
            if arguments.why {
                let options = analyse::enrich_options(session, &arguments.stages.enrich);
                record.why = Some(enrich::why::why(&found.read.records, row, &options, &found.voiced.intents()?)?);
            }
            view::Shown::Record(record)
        }
    };
    let store = found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || value.csv())?;
    Ok(analyse::exit_code(&found))
}

/// The issue that holds today what the one at `at` held.
fn today(session: &Session, codebook: &Codebook, at: usize) -> Result<usize> {
    let (old, now) = (&codebook.issues[at], codebook.current(at));
    let named = |at: &usize| format!("\"{}\" ({})", codebook.issues[*at].name, codebook.issues[*at].id);
    match now.as_slice() {
        [same] if *same == at => Ok(at),
        [one] => {
            session.note(&format!("\"{}\" ({}) went into {}", old.name, old.id, named(one)));
            Ok(*one)
        }
        several => {
            let mut error = Error::usage(format!("\"{}\" was split", old.name)).hint("show one of its parts");
            for at in several {
                error = error.evidence(named(at));
            }
            Err(error)
        }
    }
}

fn unknown(found: &Found, wanted: &str) -> Error {
    let issues = &found.issues.codebook.issues;
    let error = Error::usage(format!("{wanted:?} is neither an issue nor a record"));
    match nearest(wanted, issues.iter().flat_map(|i| [i.name.as_str(), i.id.as_str()])) {
        Some(near) => error.hint(format!("did you mean {near:?}?")),
        None => error.hint("plaint cluster lists the issues; plaint cluster --format csv lists the records"),
    }
}

/// What every record shown needs, worked out once.
struct Known<'a> {
    found: &'a Found,
    /// When each record was written.
    times: Vec<Option<Period>>,
    /// By row.
    matches: Vec<Match>,
    matcher: Matcher<'a>,
}

impl<'a> Known<'a> {
    fn of(found: &'a Found) -> Result<Self> {
        let codebook = &found.issues.codebook;
        Ok(Self {
            found,
            times: facts::walls(found)?,
            matches: found.issues.matches.matches(codebook)?,
            matcher: Matcher::compile(codebook)?,
        })
    }
}

fn issue(known: &Known<'_>, at: usize, top: usize) -> Result<view::Issue> {
    let (found, times) = (known.found, &known.times);
    let issue: &Issue = &found.issues.codebook.issues[at];
    let uids = found.read.records.frame().column("uid")?.str()?;
    let hits = facts::Hits::of(found)?;
    let hits: Vec<Hit<'_>> = hits.all().filter(|h| h.issue == at).collect();
    let own: Vec<&Hit<'_>> = hits.iter().collect();
    let mut rows: Vec<usize> = own.iter().map(|h| h.row).collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(times[*row]), uids.get(*row)));
    let texts = found.voiced.text()?;
    let candidates = own
        .iter()
        .filter_map(|h| Some(Candidate { row: h.row, uid: uids.get(h.row)?, score: h.score, text: texts.get(h.row)? }));
    let typical = quotes::pick(&candidates.collect::<Vec<_>>());
    let folded = rows.iter().filter_map(|row| texts.get(*row)).map(folded);
    let authors = found.counted.frame().column("author")?.i64()?;
    let people: BTreeSet<i64> = rows.iter().filter_map(|row| authors.get(*row)).collect();
    let days: Vec<Date> = rows.iter().filter_map(|row| times[*row].map(|at| at.date())).collect();
    let keywords = telling(issue, &own);
    let newest = rows.iter().take(top);
    Ok(view::Issue {
        id: issue.id.clone(),
        name: issue.name.clone(),
        status: issue.status.word().to_string(),
        owner: issue.owner.clone(),
        min_score: issue.min_score,
        records: rows.len() as i64,
        texts: folded.collect::<BTreeSet<String>>().len() as i64,
        authors: (!people.is_empty()).then_some(people.len() as i64),
        span: days.iter().min().zip(days.iter().max()).map(|(first, last)| [*first, *last]),
        channels: split(found, "channel", &rows)?,
        products: split(found, "product", &rows)?,
        contexts: contexts(known, issue, &keywords, &own, &rows)?,
        typical: typical.into_iter().map(|row| record(known, row)).collect::<Result<_>>()?,
        examples: newest.map(|row| record(known, *row)).collect::<Result<_>>()?,
        keywords,
    })
}

/// A text without what makes copies look different: case and spacing.
fn folded(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// How the records divide over the values of a column, the most frequent first; nothing where all cells are empty.
fn split(found: &Found, column: &str, rows: &[usize]) -> Result<Vec<(String, i64)>> {
    let cells = found.read.records.frame().column(column)?.str()?;
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(cells.get(*row).unwrap_or_default()).or_default() += 1);
    if counts.keys().all(|value| value.is_empty()) {
        return Ok(Vec::new());
    }
    let mut split: Vec<(String, i64)> = counts.into_iter().map(|(value, n)| (value.to_owned(), n)).collect();
    split.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(split)
}

/// The most telling keywords with the words around them, the newest first, no text and no author twice.
fn contexts(
    known: &Known<'_>,
    issue: &Issue,
    keywords: &[(String, f64)],
    own: &[&Hit],
    newest: &[usize],
) -> Result<Vec<view::Context>> {
    let found = known.found;
    let (texts, languages) = (found.voiced.text()?, found.voiced.texts_of("language")?);
    let uids = found.voiced.texts_of("uid")?;
    let authors = found.counted.frame().column("author")?.i64()?;
    let by_row: BTreeMap<usize, &Hit> = own.iter().map(|hit| (hit.row, *hit)).collect();
    let (mut said, mut people): (BTreeSet<String>, BTreeSet<i64>) = (BTreeSet::new(), BTreeSet::new());
    let mut contexts = Vec::new();
    let words = issue.pattern.iter().map(|pattern| (pattern.as_str(), true));
    for (keyword, is_pattern) in keywords.iter().map(|(word, _)| (word.as_str(), false)).chain(words).take(WORDS) {
        let mut shown = 0;
        for row in newest
            .iter()
            .filter(|row| by_row.get(row).is_some_and(|hit| words_of(hit.keywords, issue).any(|k| k == keyword)))
        {
            let Some(text) = texts.get(*row).filter(|_| shown < PER_WORD) else { continue };
            let Some(at) = context::find(text, languages.get(*row), keyword, is_pattern) else { continue };
            let new = !said.contains(&folded(text)) && authors.get(*row).is_none_or(|author| !people.contains(&author));
            if new {
                shown += 1;
                said.insert(folded(text));
                people.extend(authors.get(*row));
                contexts.push(view::Context {
                    uid: uids.get(*row).unwrap_or_default().to_owned(),
                    keyword: keyword.to_owned(),
                    before: around(text[..at.start].rsplit('\n').next().unwrap_or_default(), true),
                    found: text[at.clone()].to_owned(),
                    after: around(text[at.end..].split('\n').next().unwrap_or_default(), false),
                });
            }
        }
    }
    Ok(contexts)
}

/// The end or the beginning of a line, as much as is shown of it.
fn around(line: &str, end: bool) -> String {
    let length = line.chars().count();
    if end { line.chars().skip(length.saturating_sub(AROUND)).collect() } else { line.chars().take(AROUND).collect() }
}

fn record(known: &Known<'_>, row: usize) -> Result<view::Record> {
    let found = known.found;
    let frame = found.read.records.frame();
    let cell =
        |name: &str| -> Result<String> { Ok(frame.column(name)?.str()?.get(row).unwrap_or_default().to_string()) };
    let text = found.voiced.text()?.get(row);
    let language = found.voiced.texts_of("language")?.get(row);
    let codebook = &found.issues.codebook;
    let matched: Vec<view::Score> = known
        .matches
        .iter()
        .filter(|m| m.row as usize == row)
        .map(|m| {
            let issue = &codebook.issues[m.issue];
            view::Score {
                issue_id: issue.id.clone(),
                issue: issue.name.clone(),
                score: m.score,
                min_score: issue.min_score,
                keywords: m.words(codebook).map(str::to_owned).collect(),
                matches: true,
            }
        })
        .collect();
    let mut scores = matched;
    if let Some(text) = text {
        let standings = known.matcher.explain(text, language);
        let missed = standings.into_iter().filter(|s| !scores.iter().any(|m| m.issue_id == s.issue_id)).take(NEAREST);
        let missed: Vec<view::Score> = missed
            .map(|s| view::Score {
                issue: codebook.issue(&s.issue_id).map_or(String::new(), |i| i.name.clone()),
                issue_id: s.issue_id,
                score: s.score,
                min_score: s.min_score,
                keywords: s.keywords,
                matches: false,
            })
            .collect();
        scores.extend(missed);
    }
    let reason = found.counted.frame().column("reason")?.str()?.get(row);
    Ok(view::Record {
        uid: cell("uid")?,
        day: known.times[row].map(|at| at.date()),
        feed: cell("feed")?,
        file: cell("source_file")?,
        row: frame.column("source_row")?.i64()?.get(row).unwrap_or(0),
        text: text.map(str::to_string),
        left_out: reason.map(|r| funnel::plainly(r).to_string()),
        scores,
        why: None,
    })
}
