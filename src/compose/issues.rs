//! `plaint issues`: work on the codebook.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::cli::{Book, IssuesLook, IssuesOne, IssuesSplit, IssuesVerb, Output, Reading, Stored};
use crate::cluster::codebook::Codebook;
use crate::cluster::corpus::Source;
use crate::cluster::issues_effect::{Effect, effect};
use crate::cluster::issues_lint::{self, Remark, Severity};
use crate::cluster::issues_split;
use crate::cluster::issues_verbs::{Edited, Verb, apply};
use crate::cluster::matches::Match;
use crate::cluster::matching::{Matcher, match_records};
use crate::cluster::{Options, words};
use crate::compose::analyse::{self, Heard};
use crate::compose::{self, Session, codebooks, emit, stored};
use crate::error::{Error, Result, nearest};
use crate::render::views::{self, issues as view};
use crate::report::quotes::{self, Candidate};
use crate::trend;

/// Words shown of the records that match nothing.
const WORDS: usize = 12;

pub(crate) fn run(session: &dyn Fn(bool) -> Session, verb: &IssuesVerb) -> Result<u8> {
    match verb {
        IssuesVerb::List(a) => list(&session(a.output.quiet), a),
        IssuesVerb::Lint(a) => lint(&session(a.output.quiet), a),
        IssuesVerb::Rename(a) => {
            let file = File::load(&a.book, &Stored::default())?;
            let issue = file.issue(&a.issue)?;
            change(
                &session(a.output.quiet),
                &file,
                &a.book,
                &a.output,
                &Verb::Rename { issue, name: a.name.clone() },
                None,
            )
        }
        IssuesVerb::Merge(a) => {
            let file = File::load(&a.work.book, &a.work.reading.stored)?;
            let verb = Verb::Merge { from: file.issue(&a.issue)?, into: file.issue(&a.into)? };
            let heard = Some((&a.work.reading, &a.work.trend));
            change(&session(a.work.output.quiet), &file, &a.work.book, &a.work.output, &verb, heard)
        }
        IssuesVerb::Split(a) => split(&session(a.work.output.quiet), a),
        IssuesVerb::Accept(a) => one(&session(a.work.output.quiet), a, Verb::Accept),
        IssuesVerb::Resolve(a) => one(&session(a.work.output.quiet), a, Verb::Resolve),
        IssuesVerb::Retire(a) => one(&session(a.work.output.quiet), a, Verb::Retire),
    }
}

/// The codebook file worked on.
struct File {
    path: PathBuf,
    text: String,
    codebook: Codebook,
}

impl File {
    fn load(book: &Book, stored: &Stored) -> Result<Self> {
        let (path, text) = file(&Options { codebook: book.codebook.clone(), ..Options::default() }, stored)?;
        let codebook = Codebook::parse(&text, &path.display().to_string())?;
        Ok(Self { path, text, codebook })
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The place of the issue a user names.
    fn issue(&self, wanted: &str) -> Result<usize> {
        self.codebook.find(wanted).ok_or_else(|| {
            let issues = &self.codebook.issues;
            let error = Error::usage(format!("there is no issue {wanted:?} in {}", self.name()));
            match nearest(wanted, issues.iter().flat_map(|i| [i.name.as_str(), i.id.as_str()])) {
                Some(near) => error.hint(format!("did you mean {near:?}?")),
                None => error.hint("plaint issues list shows them"),
            }
        })
    }
}

fn file(options: &Options, stored: &Stored) -> Result<(PathBuf, String)> {
    codebooks::file(options, stored)?.ok_or_else(|| {
        Error::usage("there is no codebook here")
            .hint("name one with --codebook FILE, or make one: plaint cluster FILE… --write codebook.toml")
    })
}

/// The records to look at, if any are named.
fn heard(session: &Session, reading: &Reading, trend: &trend::options::Options) -> Result<Option<Heard>> {
    if !stored::anything(session, reading) {
        return Ok(None);
    }
    analyse::hear(session, reading, trend).map(Some)
}

/// Which records are told of: those that count, and those that would if they had a date.
fn eligible(heard: &Heard) -> Result<Vec<bool>> {
    let mut eligible = vec![false; heard.voiced.len()];
    for row in analyse::learnable(&heard.counted, &heard.read)? {
        eligible[row as usize] = true;
    }
    Ok(eligible)
}

/// The matches of the records told of.
fn own_matches(heard: &Heard, codebook: &Codebook, eligible: &[bool]) -> Result<Vec<Match>> {
    let mut matches = match_records(&heard.voiced, codebook)?.matches(codebook)?;
    matches.retain(|m| eligible[m.row as usize]);
    Ok(matches)
}

fn list(session: &Session, arguments: &IssuesLook) -> Result<u8> {
    let (path, text) = file(&arguments.cluster, &arguments.reading.stored)?;
    let codebook = Codebook::parse(&text, &path.display().to_string())?;
    let heard = heard(session, &arguments.reading, &arguments.trend)?;
    let records = match &heard {
        None => None,
        Some(heard) => {
            let eligible = eligible(heard)?;
            let mut records = vec![0; codebook.issues.len()];
            own_matches(heard, &codebook, &eligible)?.iter().for_each(|m| records[m.issue] += 1);
            Some(records)
        }
    };
    let issues = codebook.issues.iter().enumerate().map(|(at, issue)| view::Issue {
        id: issue.id.clone(),
        name: issue.name.clone(),
        status: issue.status.word().to_owned(),
        owner: issue.owner.clone(),
        first_seen: issue.first_seen,
        records: records.as_ref().filter(|_| issue.status.matched()).map(|records| records[at]),
        min_score: issue.min_score,
        keywords: issue.keywords.iter().map(|k| k.text.clone()).collect(),
        into: issue.into.clone(),
    });
    let value = view::Listed { path: path.display().to_string(), counted: records.is_some(), issues: issues.collect() };
    compose::print(&arguments.output, || value.text(), || views::json(&value), || value.csv())?;
    Ok(0)
}

fn lint(session: &Session, arguments: &IssuesLook) -> Result<u8> {
    let (path, text) = file(&arguments.cluster, &arguments.reading.stored)?;
    let path = path.display().to_string();
    let remarks: Vec<Remark> = issues_lint::lint(&text, &path)?;
    let errors = remarks.iter().filter(|r| r.severity == Severity::Error).count();
    // A codebook with errors matches nothing, so there is nothing to say of records.
    let heard = if errors == 0 { heard(session, &arguments.reading, &arguments.trend)? } else { None };
    let records = heard.map(|heard| on_records(&heard, &Codebook::parse(&text, &path)?)).transpose()?;
    let value = view::Linted { path, errors: errors as i64, remarks, records };
    compose::print(&arguments.output, || value.text(), || views::json(&value), || value.csv())?;
    Ok(u8::from(errors > 0))
}

/// What the records say of a codebook.
fn on_records(heard: &Heard, codebook: &Codebook) -> Result<view::OnRecords> {
    let eligible = eligible(heard)?;
    let matches = own_matches(heard, codebook, &eligible)?;
    let mut covered = vec![false; eligible.len()];
    for m in matches.iter().filter(|m| codebook.issues[m.issue].status.counts()) {
        covered[m.row as usize] = true;
    }
    let (texts, languages) = (heard.voiced.text()?, heard.voiced.texts_of("language")?);
    let with_text = |row: &usize| eligible[*row] && texts.get(*row).is_some();
    let pile = |wanted: bool| -> Vec<Source<'_>> {
        let rows = (0..eligible.len()).filter(with_text).filter(|row| covered[*row] == wanted);
        rows.map(|row| Source { text: texts.get(row).unwrap_or_default(), language: languages.get(row) }).collect()
    };
    let (matched, left) = (pile(true), pile(false));
    let held = Matcher::compile(codebook)?.held(&heard.voiced)?;
    Ok(view::OnRecords {
        records: eligible.iter().filter(|e| **e).count() as i64,
        matched: covered.iter().filter(|c| **c).count() as i64,
        unassigned: left.len() as i64,
        no_text: (0..eligible.len()).filter(|row| eligible[*row] && !covered[*row] && texts.get(*row).is_none()).count()
            as i64,
        unassigned_words: words::distinctive(&left, &matched, WORDS),
        overlaps: issues_lint::overlaps(&matches, codebook),
        unused: issues_lint::unused(&held, codebook),
    })
}

fn one(session: &Session, arguments: &IssuesOne, verb: fn(usize) -> Verb) -> Result<u8> {
    let file = File::load(&arguments.work.book, &arguments.work.reading.stored)?;
    let verb = verb(file.issue(&arguments.issue)?);
    let heard = Some((&arguments.work.reading, &arguments.work.trend));
    change(session, &file, &arguments.work.book, &arguments.work.output, &verb, heard)
}

/// Edits the file and says what that does.
fn change(
    session: &Session,
    file: &File,
    book: &Book,
    output: &Output,
    verb: &Verb,
    records: Option<(&Reading, &trend::options::Options)>,
) -> Result<u8> {
    let edited = apply(&file.text, &file.name(), verb)?;
    let heard = match records {
        Some((reading, trend)) => heard(session, reading, trend)?,
        None => None,
    };
    let effect = heard.as_ref().map(|heard| effect_of(heard, file, &edited)).transpose()?;
    if !book.dry_run {
        emit::file(&file.path, edited.text.as_bytes())?;
    }
    let value = changed(file, &edited, verb, effect, !book.dry_run);
    compose::print(output, || value.text(), || views::json(&value), || value.csv())?;
    Ok(0)
}

/// What the edit does to the records. Nothing is written when it would move a match of an issue it does not name.
fn effect_of(heard: &Heard, file: &File, edited: &Edited) -> Result<Effect> {
    let (before, after) =
        (match_records(&heard.voiced, &file.codebook)?, match_records(&heard.voiced, &edited.codebook)?);
    let effect = effect((&file.codebook, &before), (&edited.codebook, &after), &edited.named, &eligible(heard)?)?;
    if effect.others_moved > 0 {
        return Err(Error::failed(format!("internal: {} matches of other issues would move", effect.others_moved))
            .at(file.name())
            .hint("nothing was written; this is a bug in plaint, please report it with the file"));
    }
    Ok(effect)
}

fn changed(file: &File, edited: &Edited, verb: &Verb, effect: Option<Effect>, written: bool) -> view::Changed {
    let name = |at: &usize| file.codebook.issues[*at].name.clone();
    let what = match verb {
        Verb::Rename { issue, name: new } => format!("\"{}\" is called \"{}\" now", name(issue), new.trim()),
        Verb::Accept(issue) => format!("\"{}\" counts from now on", name(issue)),
        Verb::Resolve(issue) => format!("\"{}\" is resolved: it is counted, and its return is a signal", name(issue)),
        Verb::Retire(issue) => format!("\"{}\" is no longer looked for", name(issue)),
        Verb::Merge { from, into } => format!("\"{}\" went into \"{}\"; its id leads there", name(from), name(into)),
        Verb::Split { issue, parts } => format!("{} issues take the place of \"{}\"", parts.len(), name(issue)),
        Verb::Propose(issues) => format!("{} candidates were added", issues.len()),
        Verb::Refit(_) => "the issues were learned anew".to_owned(),
    };
    view::Changed { path: file.name(), what, written, notes: edited.notes.clone(), effect }
}

fn split(session: &Session, arguments: &IssuesSplit) -> Result<u8> {
    let file = File::load(&arguments.work.book, &arguments.work.reading.stored)?;
    let at = file.issue(&arguments.issue)?;
    let heard = heard(session, &arguments.work.reading, &arguments.work.trend)?.ok_or_else(|| {
        Error::usage("no dump is named, and a split is found in the records")
            .hint("name the dumps after the issue: plaint issues split ISSUE FILE…")
    })?;
    let rows = analyse::learnable(&heard.counted, &heard.read)?;
    let before = match_records(&heard.voiced, &file.codebook)?;
    let parts = issues_split::split(&heard.voiced, &rows, &before, &file.codebook, at, arguments.issues)?;
    let verb = Verb::Split { issue: at, parts };
    let edited = apply(&file.text, &file.name(), &verb)?;
    let effect = effect_of(&heard, &file, &edited)?;
    if arguments.write && !arguments.work.book.dry_run {
        emit::file(&file.path, edited.text.as_bytes())?;
    }
    let shown = parts_of(&heard, &file, &edited, at)?;
    let change = changed(&file, &edited, &verb, Some(effect), arguments.write);
    let value = view::Parts { issue: file.codebook.issues[at].name.clone(), shown, change };
    compose::print(&arguments.work.output, || value.text(), || views::json(&value), || value.csv())?;
    Ok(0)
}

/// The parts with their records and the most typical words of each.
fn parts_of(heard: &Heard, file: &File, edited: &Edited, at: usize) -> Result<view::Split> {
    let eligible = eligible(heard)?;
    let before = own_matches(heard, &file.codebook, &eligible)?;
    let after = own_matches(heard, &edited.codebook, &eligible)?;
    let mut by_row: BTreeMap<u32, Vec<usize>> =
        before.iter().filter(|m| m.issue == at).map(|m| (m.row, Vec::new())).collect();
    let records = by_row.len() as i64;
    let (uids, texts) = (heard.voiced.texts_of("uid")?, heard.voiced.text()?);
    let first = file.codebook.issues.len();
    let mut parts = Vec::new();
    for (place, issue) in edited.codebook.issues.iter().enumerate().skip(first) {
        let own: Vec<&Match> = after.iter().filter(|m| m.issue == place).collect();
        for m in &own {
            if let Some(parts) = by_row.get_mut(&m.row) {
                parts.push(place);
            }
        }
        let candidates: Vec<Candidate<'_>> = own
            .iter()
            .filter_map(|m| {
                let row = m.row as usize;
                Some(Candidate { row, uid: uids.get(row)?, score: m.score, text: texts.get(row)? })
            })
            .collect();
        let typical = quotes::pick(&candidates);
        let inside = own.iter().filter(|m| by_row.contains_key(&m.row)).count() as i64;
        parts.push(view::Part {
            id: issue.id.clone(),
            name: issue.name.clone(),
            records: own.len() as i64,
            inside,
            keywords: issue.keywords.iter().map(|k| k.text.clone()).collect(),
            examples: typical.iter().take(2).map(|row| quotes::shorten(texts.get(*row).unwrap_or_default())).collect(),
        });
    }
    let of = |wanted: fn(usize) -> bool| {
        let rows = before.iter().filter(|m| m.issue == at).map(|m| m.row);
        rows.filter(|row| by_row.get(row).is_some_and(|parts| wanted(parts.len()))).count() as i64
    };
    Ok(view::Split { records, in_none: of(|n| n == 0), in_several: of(|n| n > 1), parts })
}
