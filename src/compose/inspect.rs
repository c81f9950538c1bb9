//! `plaint inspect`: how each dump would be read; stores nothing.

use std::collections::BTreeMap;

use polars::prelude::AnyValue;

use crate::cli::Inspect;
use crate::compose::progress::Progress;
use crate::compose::{self, Session, emit, read};
use crate::enrich::redact;
use crate::error::{Error, Kind, Result};
use crate::ingest::options::Options;
use crate::ingest::raw::Dump;
use crate::ingest::{self, skeleton};
use crate::normalise::plan::Decided;
use crate::normalise::records::Records;
use crate::normalise::{civil, merge};
use crate::render::views::inspect::{Dates, File, Inspection};
use crate::report::model::Problem;

pub(crate) fn run(session: &Session, arguments: &Inspect) -> Result<u8> {
    arguments.dumps.ingest.check()?;
    let mut files = Vec::new();
    let mut code = 0;
    let jobs = read::jobs(session, &arguments.dumps)?;
    let progress = Progress::over(session, jobs.iter().map(|(path, _)| path.as_str()));
    for (path, options) in &jobs {
        match inspect(path, options, &progress, arguments) {
            Ok(file) => files.push(file),
            // Every file is looked at: that is what the command is for.
            Err(error) => {
                emit::complain(&error.to_string());
                code = 1;
            }
        }
    }
    progress.done();
    let inspection = Inspection { files };
    compose::print(
        &arguments.output,
        || inspection.text(),
        || crate::render::views::json(&inspection),
        || inspection.csv(),
    )?;
    Ok(code)
}

fn inspect(path: &str, options: &Options, progress: &Progress, arguments: &Inspect) -> Result<File> {
    let (source, no_redact) = (arguments.write_source.as_deref(), arguments.no_redact);
    let opened = match read::open_one(path, options, progress) {
        Ok(opened) => opened,
        // An unknown kind of dump is what a new source is for.
        Err(error) if source.is_some() && error.kind() == Kind::NoRecords => {
            let columns = ingest::open::columns(path, options)?;
            write_source(source, path, &skeleton::of_columns(path, &columns))?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    write_source(source, path, &skeleton::of(&opened.dump))?;
    let merged = merge::merge(opened.all(&|bytes, rows| progress.read(bytes, rows))?)?;
    let (dump, plan) = (&opened.dump, &opened.plan);
    let sums = merged.files.first().ok_or_else(|| Error::failed("internal: a dump without sums").at(path))?;
    let day = |text: &str| text.parse::<jiff::civil::Date>().ok();
    Ok(File {
        path: dump.path.clone(),
        source: dump.source.name.clone(),
        confidence: dump.confidence,
        container: dump.container.clone(),
        encoding: dump.encoding.clone(),
        delimiter: dump.delimiter.map(|d| if d == b'\t' { "tab".to_string() } else { (d as char).to_string() }),
        rows: plan.rows,
        columns: dump.fields.iter().map(|(field, binding)| (field.clone(), binding.from.join(", "))).collect(),
        unmapped: dump.unmapped.clone(),
        dates: plan
            .dates
            .iter()
            .map(|(field, d)| {
                let order = d.order.map(|o| format!("{o:?}").to_lowercase());
                let evidence = match &d.evidence {
                    Decided::Nothing => None,
                    Decided::Flag => Some("said with --dates".to_owned()),
                    Decided::Column(1) => Some("one numeric date, possible in this order only".to_owned()),
                    Decided::Column(n) => Some(format!("{n} numeric dates, possible together in this order only")),
                    Decided::Source(source) => {
                        Some(format!("the column fits several orders; {source} writes this one"))
                    }
                };
                let example = d.example.as_ref().map(|(cell, read)| format!("{cell} = {read}"));
                (field.clone(), Dates { pattern: d.pattern.clone(), order, tz: d.tz.clone(), evidence, example })
            })
            .collect(),
        span: plan.span.as_ref().and_then(|(first, last)| Some([day(first)?, day(last)?])),
        problems: sums
            .problems
            .iter()
            .map(|p| Problem { kind: p.kind.clone(), count: p.count, example_line: p.example_line })
            .collect(),
        undated: sums.undated,
        assumptions: dump.assumptions.iter().cloned().chain(plan.assumptions()).collect(),
        records: first_records(&merged.records, no_redact)?,
        again: again(dump, options),
    })
}

/// Fields shown of a record, where they are filled.
const SHOWN: [&str; 14] = [
    "uid",
    "kind",
    "created_at",
    "created_tz",
    "channel",
    "direction",
    "author_name",
    "author_handle",
    "rating",
    "category",
    "status",
    "title",
    "body",
    "warnings",
];
/// Records shown.
const RECORDS: usize = 3;
/// Characters shown of a value.
const LONGEST: usize = 120;

/// The first records as they will be stored: field and value, masked unless told otherwise.
fn first_records(records: &Records, no_redact: bool) -> Result<Vec<BTreeMap<String, String>>> {
    let frame = records.frame().head(Some(RECORDS));
    let mut shown = vec![BTreeMap::new(); frame.height()];
    for field in SHOWN {
        let column = frame.column(field)?;
        for (at, record) in shown.iter_mut().enumerate() {
            let value = match column.get(at)? {
                AnyValue::Null => continue,
                value if value.get_str().is_some() => value.get_str().unwrap_or_default().to_owned(),
                AnyValue::List(list) if list.is_empty() => continue,
                AnyValue::List(list) => list.str()?.iter().flatten().collect::<Vec<_>>().join(", "),
                AnyValue::Datetime(micros, ..) => civil::moment_text(micros, false),
                other => other.to_string(),
            };
            let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
            let one_line = match field {
                _ if no_redact => one_line,
                "author_name" => redact::Kind::Name.mask().to_owned(),
                "author_handle" => redact::Kind::Handle.mask().to_owned(),
                "title" | "body" => redact::redact(&one_line).0.into_owned(),
                _ => one_line,
            };
            let cut = match one_line.char_indices().nth(LONGEST) {
                Some((at, _)) => format!("{}…", &one_line[..at]),
                None => one_line,
            };
            record.insert(field.to_owned(), cut);
        }
    }
    Ok(shown)
}

/// The command line that reads the dump as it was read now, whatever is detected another time.
fn again(dump: &Dump, options: &Options) -> String {
    let mut words = vec!["plaint ingest".to_owned(), quoted(&dump.path)];
    let source = options.source.as_ref().unwrap_or(&dump.source.name);
    words.push(format!("--source {}", quoted(source)));
    let generic = dump.source.system == "generic";
    for (field, binding) in &dump.fields {
        let said = options.map.iter().any(|map| map.split('=').next().is_some_and(|f| f.trim() == field));
        if said || (generic && binding.unit.is_none()) {
            words.extend(binding.from.iter().map(|column| format!("--map {}", quoted(&format!("{field}={column}")))));
        }
    }
    words.extend(dump.dates.map(|order| format!("--dates {}", format!("{order:?}").to_lowercase())));
    words.extend(dump.source_tz.as_ref().map(|zone| format!("--source-tz {zone}")));
    words.extend(dump.account.as_ref().map(|account| format!("--account {}", quoted(account))));
    words.extend(options.limit.iter().map(|limit| format!("--limit {limit}")));
    words.join(" ")
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn write_source(to: Option<&str>, path: &str, text: &str) -> Result<()> {
    let Some(to) = to else { return Ok(()) };
    if !to.ends_with(".toml") {
        return Err(Error::usage(format!("--write-source {to}: a source's file ends in .toml")));
    }
    if emit::size(to).is_some() {
        return Err(Error::failed("is there already").at(to).hint("name a new file, so that nothing is lost"));
    }
    emit::file(std::path::Path::new(to), text.as_bytes())?;
    emit::complain(&format!("wrote {to}: complete it, then read with plaint inspect {} --source {to}", quoted(path)));
    Ok(())
}
