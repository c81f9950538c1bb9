//! `plaint inspect`: how each dump would be read; stores nothing.

use crate::cli::Inspect;
use crate::compose::progress::Progress;
use crate::compose::{self, Session, emit, read};
use crate::error::{Error, Result};
use crate::ingest::options::Options;
use crate::normalise::merge;
use crate::render::views::inspect::{Dates, File, Inspection};
use crate::report::model::Problem;

pub(crate) fn run(session: &Session, arguments: &Inspect) -> Result<u8> {
    arguments.dumps.ingest.check()?;
    let mut files = Vec::new();
    let mut code = 0;
    let jobs = read::jobs(session, &arguments.dumps)?;
    let progress = Progress::over(session, jobs.iter().map(|(path, _)| path.as_str()));
    for (path, options) in &jobs {
        match inspect(path, options, &progress) {
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

fn inspect(path: &str, options: &Options, progress: &Progress) -> Result<File> {
    let opened = read::open_one(path, options, progress)?;
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
                (field.clone(), Dates { pattern: d.pattern.clone(), order, tz: d.tz.clone() })
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
    })
}
