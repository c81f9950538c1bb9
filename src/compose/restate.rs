//! The report's ledger, and what an earlier report counted otherwise.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use ring::digest::{Context, SHA256};
use serde_json::Value;

use crate::compose::analyse::Analysis;
use crate::compose::emit;
use crate::error::{Error, Result};
use crate::normalise::records::Records;
use crate::normalise::texts::Texts;
use crate::report::model::Report;
use crate::report::restated::{Entry, Ledger, LedgerPeriod, Restated, compare};
use crate::trend::calendar::micros;

/// Periods a ledger keeps: the one judged and those before it.
const PERIODS: usize = 8;
/// Records a ledger keeps; the oldest periods go first. At 40 bytes each these are two megabytes.
const MOST: usize = 50_000;
/// What a record's content is, beside its text.
const CONTENT: [&str; 10] =
    ["title", "body", "status", "direction", "channel", "product", "category", "language", "created_at_raw", "csat"];

fn hash(parts: &[&str]) -> u64 {
    let mut digest = Context::new(&SHA256);
    for part in parts {
        digest.update(part.as_bytes());
        digest.update(&[0]);
    }
    digest.finish().as_ref().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// A hash of what its dump says of each record.
///
/// # Errors
/// Internal only.
pub(crate) fn contents(records: &Records) -> Result<Vec<u32>> {
    let cells = CONTENT.iter().map(|name| Texts::of(records.frame(), name)).collect::<Result<Vec<_>>>()?;
    Ok((0..records.len()).into_par_iter().map(|row| content(&cells, row)).collect())
}

fn content(cells: &[Texts<'_>], row: usize) -> u32 {
    let content: Vec<&str> = cells.iter().map(|cells| cells.get(row).unwrap_or_default()).collect();
    (hash(&content) >> 32) as u32
}

/// The records of the last periods and what they are counted for; empty where small numbers are hidden.
///
/// # Errors
/// Internal only.
pub(crate) fn ledger(analysis: &Analysis) -> Result<Ledger> {
    let found = &analysis.found;
    let counts = &analysis.counts;
    let Some(judged) = counts.place(analysis.period) else { return Ok(Ledger::default()) };
    if analysis.series.iter().flat_map(|s| &s.points).any(|p| p.hidden) {
        return Ok(Ledger::default());
    }
    let names: Vec<(String, String)> = counts.issues.iter().skip(1).cloned().collect();
    let first = judged.saturating_sub(PERIODS - 1);
    let mut counted_for: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    analysis.placed.walk(|issue, row, new| {
        if issue > 0 && new && (first..=judged).contains(&row.period()) {
            counted_for.entry(row.row()).or_default().push(issue - 1);
        }
    });
    let records = &found.read.records;
    let uids = records.text("uid")?;
    let cells = CONTENT.iter().map(|name| Texts::of(records.frame(), name)).collect::<Result<Vec<_>>>()?;
    let periods = found.counted.frame().column("period")?.datetime()?;
    let does_count = found.counted.frame().column("counted")?.bool()?;
    let mut kept: Vec<Vec<Entry>> = vec![Vec::new(); judged + 1 - first];
    let starts: Vec<i64> = (first..=judged).map(|at| micros(counts.period(at))).collect();
    for (row, period) in periods.physical().iter().enumerate() {
        let Some(at) = period.and_then(|period| starts.binary_search(&period).ok()) else { continue };
        kept[at].push(Entry {
            uid: hash(&[uids.get(row).unwrap_or_default()]),
            content: found.contents.as_ref().map_or_else(|| content(&cells, row), |contents| contents[row]),
            counted: does_count.get(row) == Some(true),
            issues: counted_for.remove(&row).unwrap_or_default(),
        });
    }
    let mut room = MOST;
    let mut periods = Vec::new();
    for (at, mut entries) in kept.into_iter().enumerate().rev() {
        if entries.len() > room {
            break;
        }
        room -= entries.len();
        entries.sort_by_key(|e| e.uid);
        let id = counts.calendar.id(counts.period(first + at));
        periods.push(LedgerPeriod { id, records: entries.iter().map(Entry::line).collect() });
    }
    periods.reverse();
    Ok(Ledger { issues: names.into_iter().map(|(id, _)| id).collect(), periods })
}

/// What the report at `path` counted otherwise.
///
/// # Errors
/// When the file is no report, or one that counts by another step or keeps no ledger.
pub(crate) fn restated(analysis: &Analysis, report: &Report, path: &str) -> Result<Restated> {
    let bad = |what: &str| Error::failed(what).at(path);
    let value: Value = serde_json::from_slice(&emit::read(path)?)
        .map_err(|cause| bad("it is not JSON").evidence(cause.to_string()).hint("name a report.json"))?;
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    if value["schema"].as_u64() != Some(u64::from(report.schema)) {
        return Err(bad("it is no report that this plaint can compare with")
            .evidence(format!("schema {}, not {}", value["schema"], report.schema))
            .hint("write the earlier report again with this version"));
    }
    if text("step") != report.step {
        return Err(bad(&format!("it counts by {}, this report by {}", text("step"), report.step))
            .hint(format!("--by {}", text("step"))));
    }
    let then: Ledger = serde_json::from_value(value["ledger"].clone())
        .map_err(|_| bad("it keeps no list of its records").hint("write it again with this version of plaint"))?;
    let empty = Vec::new();
    let points = value["total"]["points"].as_array().unwrap_or(&empty);
    let id_of = |point: &Value| {
        let at: Option<jiff::civil::DateTime> = point["period"].as_str().and_then(|p| p.parse().ok());
        at.map(|at| analysis.counts.calendar.id(at))
    };
    let unfinished: Vec<String> = points.iter().filter(|p| p["partial"] == true).filter_map(id_of).collect();
    let uids = analysis.found.read.records.text("uid")?;
    let present: BTreeSet<u64> = uids.iter().flatten().map(|uid| hash(&[uid])).collect();
    let issues: Vec<(String, String)> = report.issues.iter().map(|i| (i.id.clone(), i.name.clone())).collect();
    let edited = value["codebook"]["sha256"].as_str() != report.codebook.sha256.as_deref();
    let (lines, compared) = compare(&then, &report.ledger, &issues, &unfinished, &|uid| present.contains(&uid), edited);
    let edits = if edited { edits(&value, report) } else { Vec::new() };
    let previous_period = value["period"]["id"].as_str().unwrap_or_default().to_owned();
    Ok(Restated { previous_period, lines, edits, compared })
}

/// What is otherwise in the issues of both reports, in words.
fn edits(then: &Value, report: &Report) -> Vec<String> {
    let empty = Vec::new();
    let old = then["issues"].as_array().unwrap_or(&empty);
    let of = |id: &str| old.iter().find(|i| i["id"] == id);
    let mut edits = Vec::new();
    for issue in &report.issues {
        let Some(before) = of(&issue.id) else {
            edits.push(format!("{} ({}) is new", issue.name, issue.id));
            continue;
        };
        let word = |key: &str| before[key].as_str().unwrap_or_default();
        if word("name") != issue.name {
            edits.push(format!("{} was called {}", issue.name, word("name")));
        }
        if word("status") != issue.status {
            edits.push(format!("{} was {}, is {}", issue.name, word("status"), issue.status));
        }
        if word("definition") != issue.definition {
            edits.push(format!("{}: its keywords, weights or least score were edited", issue.name));
        }
    }
    for gone in old.iter().filter(|i| !report.issues.iter().any(|now| i["id"] == now.id.as_str())) {
        let name = gone["name"].as_str().unwrap_or_default();
        edits.push(format!("{name} ({}) is no longer reported", gone["id"].as_str().unwrap_or_default()));
    }
    edits
}
