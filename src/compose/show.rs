//! `plaint show`: an issue's words, or a record's and why it matched.

use crate::cli::Show;
use crate::cluster::codebook::Issue;
use crate::cluster::matches::Match;
use crate::cluster::matching::Matcher;
use crate::compose::analyse::{self, Found};
use crate::compose::{self, Session, facts};
use crate::enrich;
use crate::error::{Error, Result, nearest};
use crate::render::views::show as view;
use crate::report::funnel;
use crate::report::issues::{Hit, telling};
use crate::trend::calendar::Period;

/// How many issues a record did not match are named beside those it did.
const NEAREST: usize = 2;

pub(crate) fn run(session: &Session, arguments: &Show) -> Result<u8> {
    let found = analyse::find(
        session,
        &arguments.reading,
        &arguments.cluster,
        &arguments.enrich,
        &arguments.trend,
        analyse::Dates::Optional,
    )?;
    let wanted = arguments.what.to_lowercase();
    let issues = &found.issues.codebook.issues;
    let value = match issues.iter().position(|i| i.id == arguments.what || i.name.to_lowercase() == wanted) {
        Some(at) => view::Shown::Issue(issue(&Known::of(&found)?, at, arguments.top)?),
        None => {
            let uids = found.read.records.frame().column("uid")?.str()?;
            let row = uids
                .iter()
                .position(|uid| uid == Some(arguments.what.as_str()))
                .ok_or_else(|| unknown(&found, &arguments.what))?;
            let mut record = record(&Known::of(&found)?, row)?;
            if arguments.why {
                let options = analyse::enrich_options(session, &arguments.enrich);
                record.why = Some(enrich::why::why(&found.read.records, row, &options, &found.voiced.intents()?)?);
            }
            view::Shown::Record(record)
        }
    };
    let store = found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || value.csv())?;
    Ok(analyse::exit_code(&found))
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
    let hits = facts::hits(found)?;
    let own: Vec<&Hit> = hits.iter().filter(|h| h.issue == at).collect();
    let mut rows: Vec<usize> = own.iter().map(|h| h.row).collect();
    let records = rows.len() as i64;
    rows.sort_by_key(|row| (std::cmp::Reverse(times[*row]), uids.get(*row)));
    rows.truncate(top);
    Ok(view::Issue {
        id: issue.id.clone(),
        name: issue.name.clone(),
        status: issue.status.word().to_string(),
        owner: issue.owner.clone(),
        min_score: issue.min_score,
        keywords: telling(issue, &own),
        records,
        examples: rows.into_iter().map(|row| record(known, row)).collect::<Result<_>>()?,
    })
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
                keywords: m.keywords.clone(),
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
