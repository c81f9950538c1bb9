//! `plaint cluster`: discover issues, or keep the codebook's and propose candidates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::chart::sparkline;
use crate::cli::{Cluster, Format, Stages};
use crate::cluster::issues_refit;
use crate::cluster::issues_verbs::{Edited, Verb, apply};
use crate::cluster::matches::Match;
use crate::cluster::{Options, discover, matching};
use crate::compose::analyse::{self, Found};
use crate::compose::candidates::{self, Sought};
use crate::compose::distinct::distinct;
use crate::compose::{self, Session, codebooks, facts};
use crate::enrich::Part;
use crate::error::{Error, Result};
use crate::render::views::cluster as view;
use crate::render::views::trends::SPARKS;

pub(crate) fn run(session: &Session, arguments: &Cluster) -> Result<u8> {
    let mut found = analyse::find(session, &hearing(&arguments.stages), analyse::Dates::Optional)?;
    if arguments.refit {
        return refit(session, arguments, &mut found);
    }
    let sought = match found.issues.report.origin {
        "codebook" => candidates::seek(&found, &arguments.stages.trend)?,
        _ => Sought::default(),
    };
    let new: Vec<_> = sought.proposals.iter().map(|p| p.issue.clone()).collect();
    if !new.is_empty() {
        let edited = edit(&found, &Verb::Propose(new))?;
        take(&mut found, edited)?;
    }
    if let Some(path) = &arguments.write {
        write(session, Path::new(path), &found)?;
    }
    let mut value = clusters(&found, arguments)?;
    value.candidates = candidates::shown(&found, &sought)?;
    value.note.push_str(&sought.note);
    let store = found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || value.csv())?;
    Ok(analyse::exit_code(&found))
}

/// Issues are found by words alone, so no more is heard than the options ask for. Of a store everything is: its caches
/// keep that for the report.
fn hearing(stages: &Stages) -> Stages {
    let mut stages = stages.clone();
    let heard = &mut stages.enrich;
    if !stages.reading.dumps.files.is_empty() {
        heard.off.extend([Part::Sentiment, Part::Reach]);
        if heard.intents.is_empty() && heard.without.is_empty() {
            heard.off.extend([Part::Intent, Part::Authors]);
        }
    }
    stages
}

/// The codebook's text after a verb; the one read stays as it is.
fn edit(found: &Found, verb: &Verb) -> Result<Edited> {
    let path = found.issues.report.path.clone().unwrap_or_default();
    apply(found.issues.text.as_deref().unwrap_or_default(), &path, verb)
}

/// Goes on with an edited codebook.
fn take(found: &mut Found, edited: Edited) -> Result<()> {
    found.issues.codebook = edited.codebook;
    found.issues.text = Some(edited.text);
    found.issues.matches = matching::match_records(&found.voiced, &found.issues.codebook)?;
    Ok(())
}

/// `--refit`: discovers anew and matches what is found with what was known.
fn refit(session: &Session, arguments: &Cluster, found: &mut Found) -> Result<u8> {
    if found.issues.report.origin != "codebook" {
        return Err(Error::usage("there is no codebook to learn anew")
            .hint("leave --refit out: without a codebook the issues are discovered anyway"));
    }
    let rows = analyse::learnable(&found.counted, &found.read)?;
    let options =
        Options { codebook: None, ignore: found.issues.codebook.ignore.clone(), ..arguments.stages.cluster.clone() };
    let learned = discover::discover(&found.voiced, &rows, &options)?;
    let refit = issues_refit::refit(&found.issues.codebook, &learned.issues);
    let account = refit.account.clone();
    let edited = edit(found, &Verb::Refit(refit))?;
    take(found, edited)?;
    if let Some(path) = &arguments.write {
        write(session, Path::new(path), found)?;
    }
    let mut value = clusters(found, arguments)?;
    value.refit = account;
    if arguments.write.is_none() {
        value.note.push_str(" Nothing was written; --write FILE saves the issues as learned anew.");
    }
    let store = found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || value.csv())?;
    Ok(analyse::exit_code(found))
}

/// `--write`: a discovered codebook as it is; a read one as edited, every other byte kept.
fn write(session: &Session, path: &Path, found: &Found) -> Result<()> {
    let Some(text) = &found.issues.text else {
        session.note("nothing was written: the issues are labels of the dump, not a codebook");
        return Ok(());
    };
    let read = found.issues.report.path.as_ref().map(PathBuf::from);
    codebooks::save(path, text, read.as_deref())?;
    session.note(&format!("wrote {}", path.display()));
    Ok(())
}

fn clusters(found: &Found, arguments: &Cluster) -> Result<view::Clusters> {
    let codebook = &found.issues.codebook;
    let funnel = facts::funnel(found)?;
    // Issues are learned from undated records too, so they are counted here, though in no trend.
    let mut eligible = vec![false; found.read.records.len()];
    for row in analyse::learnable(&found.counted, &found.read)? {
        eligible[row as usize] = true;
    }
    let undated = eligible.iter().filter(|e| **e).count() as i64 - funnel.counted;
    let mut records = vec![0; codebook.issues.len()];
    let mut matched = vec![false; eligible.len()];
    let all = found.issues.matches.pairs(codebook)?;
    let distinct = distinct(&found.voiced, all.iter().filter(|m| eligible[m.row as usize]), codebook.issues.len())?;
    for m in all.iter().filter(|m| eligible[m.row as usize]) {
        records[m.issue] += 1;
        matched[m.row as usize] |= codebook.issues[m.issue].status.counts();
    }
    let texts = found.voiced.text()?;
    let none = |text: bool| {
        (0..eligible.len()).filter(|r| eligible[*r] && !matched[*r] && texts.get(*r).is_some() == text).count() as i64
    };
    let cohesions = found.issues.matches.cohesion(codebook)?;
    let sparklines = sparklines(found)?;
    let mut issues: Vec<view::Issue> = codebook
        .issues
        .iter()
        .zip(records.iter().zip(&distinct))
        .filter(|(issue, _)| issue.status.matched())
        .map(|(issue, (records, distinct))| view::Issue {
            id: issue.id.clone(),
            name: issue.name.clone(),
            status: issue.status.word().to_string(),
            records: *records,
            distinct: *distinct,
            share: (funnel.counted + undated > 0).then(|| *records as f64 / (funnel.counted + undated) as f64),
            cohesion: cohesions.get(&issue.id).copied(),
            min_score: issue.min_score,
            precision: issue.precision,
            recall: issue.recall,
            keywords: issue.keywords.iter().map(|k| k.text.clone()).collect(),
            sparkline: sparklines.get(&issue.id).cloned().unwrap_or_default(),
        })
        .collect();
    issues.sort_by_key(|i| std::cmp::Reverse(i.records));
    if let Some(top) = arguments.selection.top {
        issues.truncate(top);
    }
    Ok(view::Clusters {
        note: found.issues.report.note.clone(),
        counted: funnel.counted,
        undated,
        unassigned: none(true),
        no_text: none(false),
        issues,
        rows: if arguments.output.format == Format::Csv { rows(found)? } else { Vec::new() },
        candidates: Vec::new(),
        refit: Vec::new(),
    })
}

/// Issue id → its past as bars; nothing where no record is dated.
fn sparklines(found: &Found) -> Result<BTreeMap<String, String>> {
    if found.counted.counted()? == 0 {
        return Ok(BTreeMap::new());
    }
    let names: Vec<(String, String)> =
        found.issues.codebook.issues.iter().map(|i| (i.id.clone(), i.name.clone())).collect();
    let counts = crate::trend::counts::count(&found.counted, found.issues.matches.frame(), &names)?;
    let complete: Vec<usize> =
        (0..counts.periods()).filter(|p| counts.calendar.is_complete(counts.period(*p), counts.now)).collect();
    let shown = &complete[complete.len().saturating_sub(SPARKS)..];
    let of = |issue: usize, place: usize| -> Option<i64> {
        let cells = (0..counts.feeds().len()).flat_map(|feed| (0..counts.segments.len()).map(move |s| (feed, s)));
        cells.filter_map(|(feed, segment)| counts.cell(issue, segment, feed, place).observed).reduce(|a, b| a + b)
    };
    let bars = |at: usize| sparkline(&shown.iter().map(|place| of(at, *place)).collect::<Vec<_>>());
    // A candidate is not counted, so it has no past to show.
    let active = |id: &str| found.issues.codebook.issue(id).is_none_or(|issue| issue.status.counts());
    let shown = counts.issues.iter().enumerate().filter(|(_, (id, _))| active(id));
    Ok(shown.map(|(at, (id, _))| (id.clone(), bars(at))).collect())
}

/// One line per accepted row: every record's own, and every duplicate's with its record's issue.
fn rows(found: &Found) -> Result<Vec<view::Row>> {
    let frame = found.read.records.frame();
    let (files, numbers, uids) =
        (frame.column("source_file")?.str()?, frame.column("source_row")?.i64()?, frame.column("uid")?.str()?);
    let matches = found.issues.matches.matches(&found.issues.codebook)?;
    let mut primary: Vec<Option<&Match>> = vec![None; frame.height()];
    for m in matches.iter().filter(|m| m.primary) {
        primary[m.row as usize] = Some(m);
    }
    let line = |file: &str, number: i64, row: usize| {
        let issue = primary[row].map(|m| &found.issues.codebook.issues[m.issue]);
        view::Row {
            file: file.to_string(),
            row: number,
            uid: uids.get(row).unwrap_or_default().to_string(),
            issue_id: issue.map_or(String::new(), |i| i.id.clone()),
            issue: issue.map_or(String::new(), |i| i.name.clone()),
            score: primary[row].map(|m| m.score),
            keywords: primary[row].map_or(Vec::new(), |m| m.words(&found.issues.codebook).map(str::to_owned).collect()),
        }
    };
    let mut rows: Vec<view::Row> = (0..frame.height())
        .map(|row| line(files.get(row).unwrap_or_default(), numbers.get(row).unwrap_or(0), row))
        .collect();
    let Some(repeats) = &found.read.duplicates else { return Ok(sorted(rows)) };
    let repeats = repeats.frame();
    let by_uid: BTreeMap<&str, usize> =
        uids.iter().enumerate().map(|(row, uid)| (uid.unwrap_or_default(), row)).collect();
    let (files, numbers, repeated) =
        (repeats.column("source_file")?.str()?, repeats.column("source_row")?.i64()?, repeats.column("uid")?.str()?);
    for at in 0..repeats.height() {
        if let Some(row) = repeated.get(at).and_then(|uid| by_uid.get(uid)) {
            rows.push(line(files.get(at).unwrap_or_default(), numbers.get(at).unwrap_or(0), *row));
        }
    }
    Ok(sorted(rows))
}

fn sorted(mut rows: Vec<view::Row>) -> Vec<view::Row> {
    rows.sort_by(|a, b| (&a.file, a.row).cmp(&(&b.file, b.row)));
    rows
}
