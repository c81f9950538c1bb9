//! Where the numbers of a report come from, and what cannot be said.

use clap::ValueEnum;

use crate::chart::missing_glyphs;
use crate::cli::Stages;
use crate::compose::analyse::{Analysis, Found};
use crate::compose::read::FileFacts;
use crate::compose::spoken;
use crate::enrich::Intent;
use crate::error::Result;
use crate::normalise::sums::FileSums;
use crate::normalise::texts::Texts;
use crate::report::model::{FeedReport, FileReport, IssueReport, Problem};
use crate::report::words;
use crate::trend::baseline::detector::LEAST_HISTORY;
use crate::trend::calendar;
use crate::trend::coverage::Cover;
use crate::trend::form;
use crate::trend::options::Count;

/// Feeds named one by one before the rest is only counted.
const FEEDS_NAMED: usize = 5;

/// Sentences about what cannot be said: feeds missing, short history, an unfinished period.
pub(crate) fn cannot_say(analysis: &Analysis, feeds: &[FeedReport]) -> Vec<String> {
    let counts = &analysis.counts;
    let calendar = &counts.calendar;
    let step = calendar.by.name();
    let mut sentences = Vec::new();
    let whole = calendar.is_complete(analysis.period, counts.now);
    if !whole {
        sentences.push(format!("The {step} is not complete: nothing is tested, and nothing is compared with it."));
    }
    match analysis.trends.like_for_like(analysis.period) {
        Some(alike) => {
            let named = alike.left_out.iter().take(FEEDS_NAMED);
            sentences.extend(named.map(|(_, why)| format!("{why}: left out of this {step}'s comparisons.")));
            sentences.extend(more_feeds(alike.left_out.len()));
        }
        None if whole => {
            sentences.push(format!("No feed covers the whole {step}."));
            sentences.extend(counts.feeds().iter().take(FEEDS_NAMED).filter_map(|f| {
                f.span.map(|s| format!("{} covers {} to {}.", f.feed, words::day(s.first), words::day(s.last)))
            }));
            sentences.extend(more_feeds(counts.feeds().len()));
        }
        None => {}
    }
    let all: i64 = feeds.iter().map(|f| f.counted).sum();
    let absent: i64 = feeds.iter().filter(|f| !f.covers_period).map(|f| f.counted).sum();
    if whole && absent * 2 > all {
        sentences.push(format!(
            "{} of the {} counted records are in feeds that do not cover this {step}.",
            words::count(absent),
            words::count(all)
        ));
    }
    let judged = counts.place(analysis.period).unwrap_or(0);
    let recent = |c: &&form::Change| c.place <= judged && judged - c.place < form::DOUBT;
    sentences.extend(analysis.changes.iter().filter(recent).map(|change| {
        let words = form::words(change, counts);
        format!("{words}: what changed there since may be the export, not the customers.")
    }));
    sentences.extend(lost_days(analysis));
    let history =
        analysis.series.iter().find(|s| s.is_total()).and_then(|s| s.at(analysis.period)).map_or(0, |p| p.history);
    if whole && history < LEAST_HISTORY as i64 {
        sentences.push(format!(
            "{} of history before this one, fewer than {LEAST_HISTORY}: nothing is tested.",
            words::counted(history, step)
        ));
    }
    sentences
}

/// What is said of days that nobody recorded: those of the period judged and of what it is compared with, the latest
/// first.
fn lost_days(analysis: &Analysis) -> Vec<String> {
    let words = analysis.record.words(&analysis.counts);
    let judged = calendar::day_of(analysis.counts.calendar.last_day(analysis.period));
    let mut runs: Vec<(i64, String)> = analysis
        .record
        .missing
        .iter()
        .zip(words)
        .filter(|((_, first, _), _)| *first <= judged)
        .map(|(r, w)| (r.1, w))
        .collect();
    runs.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let more = runs.len().saturating_sub(FEEDS_NAMED);
    let said = runs.into_iter().take(FEEDS_NAMED).map(|(_, words)| format!("{words}: taken as missing, not as quiet."));
    let rest = (more > 0).then(|| format!("And {} more.", words::counted(more as i64, "gap")));
    said.chain(rest).collect()
}

fn more_feeds(feeds: usize) -> Option<String> {
    let more = feeds.saturating_sub(FEEDS_NAMED);
    (more > 0).then(|| format!("And {} more, listed under coverage.", words::counted(more as i64, "feed")))
}

/// Reasons to doubt a number, beside those of the first screen.
pub(crate) fn caveats(analysis: &Analysis, cards: &[IssueReport], asked: &[Intent]) -> Result<Vec<String>> {
    let found = &analysis.found;
    let mut caveats = vec![found.issues.report.note.clone()];
    caveats.extend(spoken::caveats(found, asked)?);
    let masked = found.voiced.masked().words();
    if !masked.is_empty() {
        caveats.push(format!("Personal data masked in the texts: {masked}."));
    }
    caveats.extend(found.read.caveats.iter().cloned());
    for one in &found.read.files {
        caveats.extend(one.caveat.iter().map(|c| format!("{}: {c}", one.sums.path)));
    }
    caveats.extend(
        found.read.failed.iter().map(|e| format!("Left out: {}", e.to_string().lines().next().unwrap_or_default())),
    );
    let mut missing: Vec<char> = cards.iter().flat_map(|c| missing_glyphs(&c.name)).collect();
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        let shown: String = missing.iter().take(20).collect();
        caveats.push(format!(
            "The charts' font lacks some letters of the issues' names ({shown}); they are drawn as ·. --font FILE names a \
             font that has them."
        ));
    }
    Ok(caveats)
}

pub(crate) fn files(found: &Found) -> Vec<FileReport> {
    let files = found.read.files.iter().map(|FileFacts { sums, sha256, source, assumptions, .. }| FileReport {
        path: sums.path.clone(),
        sha256: sha256.clone(),
        source: source.clone(),
        rows_read: sums.rows_read,
        stored: sums.stored,
        updated: sums.updated,
        unchanged: sums.unchanged,
        duplicates: sums.duplicates,
        rejected: sums.rejected,
        skipped: sums.skipped,
        undated: sums.undated,
        problems: sums
            .problems
            .iter()
            .map(|p| Problem { kind: p.kind.clone(), count: p.count, example_line: p.example_line })
            .collect(),
        assumptions: assumptions.iter().cloned().chain(known(sums)).collect(),
    });
    files.collect()
}

/// What a dump's rows were beside new records, in words; nothing where dumps were read directly.
fn known(sums: &FileSums) -> Option<String> {
    let parts = [(sums.unchanged, "were in the store already"), (sums.updated, "took the place of an older version")];
    let named = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", words::count(*n)));
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| format!("of its records {}", named.join(", ")))
}

pub(crate) fn feeds(analysis: &Analysis) -> Result<Vec<FeedReport>> {
    let counts = &analysis.counts;
    let frame = analysis.found.counted.frame();
    let (feeds, counted) = (Texts::of(frame, "feed")?.numbered(), frame.column("counted")?.bool()?);
    let mut sums = vec![0; feeds.values.len()];
    for (feed, _) in feeds.of.iter().zip(counted.iter()).filter(|(_, counted)| *counted == Some(true)) {
        sums[*feed as usize] += 1;
    }
    let counted = |name: &str| feeds.values.binary_search(&Some(name)).map_or(0, |at| sums[at]);
    let place = counts.place(analysis.period);
    Ok(counts
        .feeds()
        .iter()
        .enumerate()
        .map(|(at, feed)| FeedReport {
            feed: feed.feed.clone(),
            first: feed.span.map(|s| s.first),
            last: feed.span.map(|s| s.last),
            counted: counted(&feed.feed),
            covers_period: place.is_some_and(|p| counts.cover(at, p) == Cover::Whole),
        })
        .collect())
}

/// Which records the numbers speak of, in words.
pub(crate) fn population(stages: &Stages) -> String {
    let base = match stages.trend.count {
        Count::Standard => {
            "dated records by customers: not deleted, spam or merged, not a repost, not a good rating".to_string()
        }
        Count::Inbound => "dated records by customers (--count inbound)".to_string(),
        Count::All => "all dated records (--count all)".to_string(),
    };
    let base = match stages.enrich.intents.as_slice() {
        [] => base,
        [Intent::Complaint] => base.replacen("records", "complaints", 1),
        several => {
            let words: Vec<&str> = several.iter().map(|intent| intent.word()).collect();
            format!("{base}; only those read as {}", words.join(" or "))
        }
    };
    match stages.reading.conditions.as_slice() {
        [] => base,
        conditions => format!("{base}; only {}", conditions.join(" and ")),
    }
}

/// The options that changed a number, so that a reader can ask for the same again.
pub(crate) fn options(stages: &Stages) -> Vec<String> {
    let trend = &stages.trend;
    let mut options = Vec::new();
    let mut say = |flag: &str, value: Option<String>| options.extend(value.map(|v| format!("--{flag} {v}")));
    say("source", stages.reading.dumps.ingest.source.clone());
    say("dates", stages.reading.dumps.ingest.dates.map(|d| format!("{d:?}").to_lowercase()));
    say("source-tz", stages.reading.dumps.ingest.source_tz.clone());
    say("account", stages.reading.dumps.ingest.account.clone());
    say("as-of", trend.as_of.map(|d| d.to_string()));
    say("by", trend.by.map(|by| by.name().to_string()));
    say("tz", (trend.tz != "UTC").then(|| trend.tz.clone()));
    say("segment", trend.segment.clone());
    for intent in &stages.enrich.intents {
        say("intent", Some(intent.to_string()));
    }
    for part in &stages.enrich.off {
        say("no-enrich", part.to_possible_value().map(|v| v.get_name().to_owned()));
    }
    say("issues", stages.cluster.issues.map(|k| k.to_string()));
    say("issues-from", stages.cluster.issues_from.clone());
    for map in &stages.reading.dumps.ingest.map {
        say("map", Some(map.clone()));
    }
    for condition in &stages.reading.conditions {
        say("where", Some(condition.clone()));
    }
    for word in &stages.cluster.ignore {
        say("ignore", Some(word.clone()));
    }
    options
}
