//! Records → trends: the pipeline up to what a report or a table shows.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::civil::Date;

use crate::cli::{Reading, Selection, Stages};
use crate::cluster::codebook::{Codebook, Status};
use crate::compose::Session;
use crate::compose::cached::Words;
use crate::compose::codebooks::{self, Issues};
use crate::compose::feeds;
use crate::compose::heard::{Hearing, heard, models};
use crate::compose::inputs::{self, Inputs};
use crate::compose::read::{self, Read};
use crate::compose::segments;
use crate::compose::stored;
use crate::enrich::options::Without;
use crate::enrich::{self, Intent, Intents, Voiced, profile};
use crate::error::{Error, Result, nearest};
use crate::normalise::records::Records;
use crate::normalise::texts::Texts;
use crate::trend::calendar::Period;
use crate::trend::cases::{self, Cases};
use crate::trend::counted::{self, Counted, HOSTILE, OTHER_INTENT};
use crate::trend::counts::{self, Counts, Placed};
use crate::trend::coverage::Declared;
use crate::trend::form::{self, Change};
use crate::trend::judge::{self, Known};
use crate::trend::on_record::OnRecord;
use crate::trend::options::Options;
use crate::trend::series::Series;
use crate::trend::trends::Trends;
use crate::trend::{arrivals, running, spread};

/// Records with their words, their issues, and whether they count.
pub(crate) struct Found {
    /// The dumps and their records.
    pub(crate) read: Read,
    /// The records' words, redacted unless asked otherwise.
    pub(crate) voiced: Voiced,
    /// A hash of what the dump said of each; none where it is still there to be looked at.
    pub(crate) contents: Option<Vec<u32>>,
    /// Which records count, and when.
    pub(crate) counted: Counted,
    /// The issues and what they match.
    pub(crate) issues: Issues,
}

/// Everything a report is made of.
pub(crate) struct Analysis {
    /// Records, words, issues.
    pub(crate) found: Found,
    /// Issue × segment × feed × period.
    pub(crate) counts: Counts,
    /// What is counted where in it.
    pub(crate) placed: Placed,
    cases: OnceLock<Cases>,
    /// What was given beside the dumps.
    pub(crate) inputs: Inputs,
    /// Abrupt changes of feeds.
    pub(crate) changes: Vec<Change>,
    /// Days that nobody recorded.
    pub(crate) record: OnRecord,
    /// Judged.
    pub(crate) trends: Trends,
    /// The trends' series: the total first, then the issues in the codebook's order.
    pub(crate) series: Vec<Series>,
    /// The period judged.
    pub(crate) period: Period,
    /// The one before it.
    pub(crate) before: Period,
}

/// Whether records without a date are of any use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dates {
    /// What comes next counts over time.
    Needed,
    /// So does what comes next, and it shows words as they were heard, nothing of the dump.
    Heard,
    /// So does what comes next, and it shows no words.
    Alone,
    /// Issues and words need no dates.
    Optional,
}

/// Reads the dumps and finds their issues; where none are given, discovers them.
///
/// # Errors
/// Those of reading and of finding issues; no record with a date, where dates are needed.
pub(crate) fn find(session: &Session, stages: &Stages, dates: Dates) -> Result<Found> {
    find_as(session, stages, dates, true)
}

/// As [`find`], of the issues that are given or asked for; where none are, there are none.
///
/// # Errors
/// As [`find`].
pub(crate) fn find_given(session: &Session, stages: &Stages, dates: Dates) -> Result<Found> {
    find_as(session, stages, dates, stages.cluster.issues.is_some())
}

fn find_as(session: &Session, stages: &Stages, dates: Dates, discover: bool) -> Result<Found> {
    let Stages { reading, cluster, enrich, trend } = stages;
    // A codebook with an error is told before minutes of reading.
    let book = if cluster.issues_from.is_none() { codebooks::load(cluster, &reading.stored)? } else { None };
    let options = enrich_options(session, enrich);
    let codebook = book.as_ref().map(|book| &book.codebook);
    let models = models(session, &options, codebook);
    // A segment, a label and a day of arrival may be any word; brands are known by words.
    let by_words = trend.segment.is_some()
        || trend.received.is_some()
        || cluster.issues_from.is_some()
        || !session.config.brands.is_empty();
    let words = match dates {
        _ if by_words => Words::Written,
        Dates::Alone => Words::Presence,
        Dates::Heard => Words::Heard,
        Dates::Needed | Dates::Optional => Words::Written,
    };
    let hear = |words| -> Result<Option<(Read, Hearing, InTime)>> {
        let read = read::read(session, reading, words, &models)?;
        // When a record counts does not depend on what it says.
        let (hearing, counted) =
            rayon::join(|| heard(&read, &models, codebook, &options), || in_time(session, &read, trend, &options));
        let Some(hearing) = hearing? else { return Ok(None) };
        if dates != Dates::Optional {
            check_dated(&read)?;
        }
        Ok(Some((read, hearing, counted?)))
    };
    let all = match hear(words)? {
        Some(all) => Some(all),
        None => hear(Words::Written)?,
    };
    let (read, Hearing { voiced, matches, contents }, in_time) = all.ok_or_else(wordless)?;
    let (mut read, mut counted) = in_time.of(read);
    if !options.intents.is_empty() {
        counted.leave_out(&lacks(&voiced, &options.intents)?, OTHER_INTENT)?;
    }
    if enrich.without.contains(&Without::Hostile) {
        let hostile: Vec<bool> =
            voiced.floats_of("hostile")?.iter().map(|score| score.is_some_and(|s| s >= profile::HOSTILE)).collect();
        counted.leave_out(&hostile, HOSTILE)?;
    }
    let given = book.zip(matches);
    let issues = match discover || given.is_some() || cluster.issues_from.is_some() {
        true => codebooks::find(&read.records, &voiced, || learnable(&counted, &read), cluster, given)?,
        false => codebooks::none(&voiced)?,
    };
    read.records = read.records.lean()?;
    let voiced = voiced.lean()?;
    Ok(Found { read, voiced, contents, counted, issues })
}

/// Records with their words and whether they count, before any issue is looked for.
pub(crate) struct Heard {
    /// The dumps and their records.
    pub(crate) read: Read,
    /// The records' words, redacted.
    pub(crate) voiced: Voiced,
    /// Which records count, and when.
    pub(crate) counted: Counted,
}

/// Reads the records and their words, redacted; no codebook is held against them yet.
///
/// # Errors
/// Those of reading.
pub(crate) fn hear(session: &Session, reading: &Reading, trend: &Options) -> Result<Heard> {
    let options = enrich_options(session, &enrich::Options::default());
    let models = models(session, &options, None);
    let read = read::read(session, reading, Words::Written, &models)?;
    let voiced = heard(&read, &models, None, &options)?.ok_or_else(wordless)?.voiced;
    let (read, counted) = in_time(session, &read, trend, &options)?.of(read);
    Ok(Heard { read, voiced, counted })
}

fn wordless() -> Error {
    Error::failed("internal: records without their words")
}

/// What the records and their dates alone say.
struct InTime {
    /// The records, their feeds' names masked.
    records: Records,
    covers: BTreeMap<String, (Date, Date)>,
    counted: Counted,
    /// The day of the store's newest record; none where dumps were read, and without a date.
    newest: Option<Date>,
}

impl InTime {
    /// What was read as it is shown, and what of it counts.
    fn of(self, mut read: Read) -> (Read, Counted) {
        (read.records, read.covers) = (self.records, self.covers);
        read.store.iter_mut().for_each(|store| store.newest_record = self.newest);
        (read, self.counted)
    }
}

fn in_time(session: &Session, read: &Read, trend: &Options, options: &enrich::Options) -> Result<InTime> {
    let expected = &session.config.expect;
    let (records, covers) = match options.no_redact {
        true => (read.records.clone(), read.covers.clone()),
        false => feeds::masked(read, expected)?,
    };
    let declared = Declared { spans: covers.clone(), expected: expected.clone() };
    let segments = trend.segment.as_ref().map(|name| segments::masked(&records, name, options)).transpose()?;
    let counted = counted::counted_by(&records, trend, &declared, segments)?;
    let newest = if read.store.is_some() { stored::newest(&records, &counted)? } else { None };
    Ok(InTime { records, covers, counted, newest })
}

impl Analysis {
    /// The cases among the counted records, worked out once; `trend` are the options of the analysis.
    ///
    /// # Errors
    /// Internal only.
    pub(crate) fn cases(&self, trend: &Options) -> Result<&Cases> {
        match self.cases.get() {
            Some(known) => Ok(known),
            None => {
                let cases = cases::cases(&self.found.read.records, &self.found.counted, trend)?;
                Ok(self.cases.get_or_init(|| cases))
            }
        }
    }
}

/// Counts and judges what was found.
///
/// # Errors
/// When no record counts.
pub(crate) fn analyse(session: &Session, found: Found, trend: &Options) -> Result<Analysis> {
    if found.counted.counted()? == 0 {
        let mut error = Error::failed("no record counts");
        for (reason, n) in found.counted.left_out()? {
            error = error.evidence(format!("{n} × {reason}"));
        }
        return Err(error.hint("--count all counts every dated record"));
    }
    let names: Vec<(String, String)> =
        found.issues.codebook.issues.iter().map(|i| (i.id.clone(), i.name.clone())).collect();
    let inputs = inputs::read(trend, &found.counted.calendar)?;
    let (mut counts, placed) = counts::count_placed(&found.counted, found.issues.matches.frame(), &names)?;
    if let Some(exposures) = &inputs.exposures {
        exposures.apply(&mut counts)?;
    }
    let known = known(&found, (&counts, &placed), &names, trend, &inputs)?;
    let trends = judge::judge_with(&counts, trend, &known)?;
    let record = OnRecord::of(&counts, &known.daily);
    let calendar = &found.counted.calendar;
    let mut period = trend.period(calendar, found.counted.now)?;
    if trend.period.is_none() && counts.place(period).is_none() {
        // Less than one whole period of data: show what there is, marked as unfinished.
        period = calendar.period_of(found.counted.now.at(0, 0, 0, 0));
    }
    if counts.place(period).is_none() {
        return Err(Error::usage(format!("no data covers {}", calendar.label(period)))
            .evidence(format!("the data goes from {} to {}", counts.period(0).date(), found.counted.now))
            .hint("name a period within these days"));
    }
    let before = calendar.previous(period);
    for error in &found.read.failed {
        session.note(&format!("left out: {}", error.to_string().lines().next().unwrap_or_default()));
    }
    let (changes, series) = (known.changes, trends.series().to_vec());
    let cases = OnceLock::new();
    Ok(Analysis { changes, record, series, trends, inputs, counts, placed, cases, period, before, found })
}

/// What the judgement is told beside the counts.
fn known(
    found: &Found,
    (counts, placed): (&Counts, &Placed),
    names: &[(String, String)],
    options: &Options,
    inputs: &Inputs,
) -> Result<Known> {
    let (voiced, matches) = (found.voiced.frame(), found.issues.matches.frame());
    let issues = found.issues.codebook.issues.iter();
    let arrivals = match &options.received {
        Some(column) => {
            let cells = found.read.records.values_of(column)?;
            arrivals::learn(counts, placed, &arrivals::days(&cells, column, &counts.calendar)?)
        }
        None => None,
    };
    let (changes, (spread, daily)) = rayon::join(
        || form::changes(&found.counted, voiced, counts, placed),
        || {
            rayon::join(
                || spread::spread(&found.counted, voiced, matches, names, counts),
                || running::daily(counts, placed),
            )
        },
    );
    Ok(Known {
        arrivals,
        holidays: inputs.holidays.clone(),
        resolved: issues.filter(|i| i.status == Status::Resolved).map(|i| i.id.clone()).collect(),
        exploratory: found.issues.report.origin == "discovered",
        changes: changes?,
        daily,
        spread: spread?,
    })
}

/// The flags' options with the rules of `plaint.toml`.
pub(crate) fn enrich_options(session: &Session, flags: &enrich::Options) -> enrich::Options {
    enrich::Options { rules: session.config.rules.clone(), ..flags.clone() }
}

/// Which records have none of the intents asked for.
fn lacks(voiced: &Voiced, wanted: &[Intent]) -> Result<Vec<bool>> {
    let has = |held: Intents| wanted.iter().any(|intent| held.contains(*intent));
    Ok(voiced.intents()?.into_iter().map(|held| !held.is_some_and(has)).collect())
}

fn check_dated(read: &Read) -> Result<()> {
    let dated = read.records.len() - read.records.frame().column("created_at")?.null_count();
    if dated == 0 {
        let mut error = Error::failed("no record has a date, so nothing can be counted over time");
        for one in read.files.iter().filter(|one| !one.columns.is_empty()).take(3) {
            error = error.evidence(format!("{} has the columns {}", one.sums.path, one.columns.join(", ")));
        }
        return Err(error.hint("name the date's column: --map created_at=COLUMN; plaint cluster needs no dates"));
    }
    Ok(())
}

/// The rows that issues are learned from: what counts, and what would if it had a date.
pub(crate) fn learnable(counted: &Counted, read: &Read) -> Result<Vec<u32>> {
    let counts = counted.frame().column("counted")?.bool()?;
    let reasons = Texts::of(counted.frame(), "reason")?;
    let directions = Texts::of(read.records.frame(), "direction")?;
    let rows = (0..counted.frame().height()).filter(|row| {
        counts.get(*row) == Some(true)
            || (reasons.get(*row) == Some("undated") && !matches!(directions.get(*row), Some("outbound" | "internal")))
    });
    Ok(rows.map(|row| row as u32).collect())
}

/// The series to show: those selected by `--issue` (the total only without it), then the biggest `--top`.
///
/// # Errors
/// Bad usage when `--issue` names none.
pub(crate) fn select(
    analysis_period: Period,
    series: Vec<Series>,
    codebook: Option<&Codebook>,
    selection: &Selection,
) -> Result<Vec<Series>> {
    let ids = match selection.named.is_empty() {
        true => None,
        false => Some(resolve_all(&selection.named, &series, codebook)?),
    };
    let (mut chosen, mut rest): (Vec<Series>, Vec<Series>) = series.into_iter().partition(Series::is_total);
    if let Some(ids) = ids {
        chosen.clear();
        rest.retain(|s| ids.contains(&s.issue_id));
    }
    let size = |s: &Series| s.at(analysis_period).and_then(|p| p.observed).unwrap_or(0);
    rest.sort_by_cached_key(|s| std::cmp::Reverse(size(s)));
    if let Some(top) = selection.top {
        rest.truncate(top);
    }
    chosen.append(&mut rest);
    Ok(chosen)
}

/// The ids of the issues that a user names. What a codebook says was merged or split is what it went into.
///
/// # Errors
/// Bad usage, with the nearest name.
pub(crate) fn resolve_all(named: &[String], series: &[Series], codebook: Option<&Codebook>) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for name in named {
        let gone =
            codebook.and_then(|book| Some((book, book.find(name).filter(|at| !book.issues[*at].into.is_empty())?)));
        match gone {
            Some((book, at)) => ids.extend(book.current(at).into_iter().map(|at| book.issues[at].id.clone())),
            None => ids.push(resolve(name, series)?),
        }
    }
    Ok(ids)
}

/// The id of the issue that a user names by id or name.
///
/// # Errors
/// Bad usage, with the nearest name.
fn resolve(wanted: &str, series: &[Series]) -> Result<String> {
    let folded = wanted.to_lowercase();
    let mut issues = series.iter().filter(|s| !s.is_total());
    if let Some(found) = issues.find(|s| s.issue_id == wanted || s.issue.to_lowercase() == folded) {
        return Ok(found.issue_id.clone());
    }
    let names = || series.iter().filter(|s| !s.is_total()).flat_map(|s| [s.issue.as_str(), s.issue_id.as_str()]);
    let error = Error::usage(format!("there is no issue {wanted:?}"));
    Err(match nearest(wanted, names()) {
        Some(near) => error.hint(format!("did you mean {near:?}?")),
        None => error.hint("plaint cluster lists the issues"),
    })
}

/// The exit code of a run: 1 when `--keep-going` left files out.
pub(crate) fn exit_code(found: &Found) -> u8 {
    read::exit_code(&found.read.failed)
}
