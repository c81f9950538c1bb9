//! `plaint inspect`: how each dump would be read.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{count, day};
use crate::render::{views, words};
use crate::report::model::Problem;

/// What `plaint inspect` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// One per dump.
    pub files: Vec<File>,
}

/// How one dump would be read.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    /// Path as named.
    pub path: String,
    /// The source that fits.
    pub source: String,
    /// Share of the source's evidence found, 0 to 1.
    pub confidence: f64,
    /// `plain`, `json`, `ndjson`.
    pub container: String,
    /// Of the bytes.
    pub encoding: String,
    /// Of a table; null for JSON.
    pub delimiter: Option<String>,
    /// Rows read.
    pub rows: i64,
    /// Field → the columns it comes from, first that is filled wins.
    pub columns: BTreeMap<String, String>,
    /// Columns that go to `extra`.
    pub unmapped: Vec<String>,
    /// Field → how its dates are read.
    pub dates: BTreeMap<String, Dates>,
    /// First and last day; null when nothing is dated.
    pub span: Option<[Date; 2]>,
    /// Rows that would be set aside or skipped, and why.
    pub problems: Vec<Problem>,
    /// Records without a date.
    pub undated: i64,
    /// What was assumed.
    pub assumptions: Vec<String>,
    /// The first records as they will be stored: field and value, long ones cut.
    pub records: Vec<BTreeMap<String, String>>,
    /// The command line that reads it just so.
    pub again: String,
}

/// How a date column is read.
#[derive(Debug, Clone, Serialize)]
pub struct Dates {
    /// The pattern most cells have.
    pub pattern: String,
    /// `dmy`, `mdy`, `ymd`; null where no order is needed.
    pub order: Option<String>,
    /// The zone of its wall times.
    pub tz: String,
    /// What decided the order; null where no order is needed.
    pub evidence: Option<String>,
    /// A cell and what it is read as.
    pub example: Option<String>,
}

impl Inspection {
    /// For people.
    pub fn text(&self) -> String {
        self.files.iter().map(text).collect::<Vec<_>>().join("\n")
    }

    /// One line per file and field.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let rows: Vec<Vec<String>> = self
            .files
            .iter()
            .flat_map(|f| {
                f.columns
                    .iter()
                    .map(|(field, column)| vec![f.path.clone(), f.source.clone(), field.clone(), column.clone()])
            })
            .collect();
        csv_table::rows(&["path", "source", "field", "column"], &rows)
    }
}

fn text(file: &File) -> String {
    let mut out = format!("{}\n", file.path);
    let mut fact = |name: &str, value: &str| {
        let lines = words::wrap(value, views::WIDTH - 14);
        for (i, line) in lines.iter().enumerate() {
            out.push_str(&format!("  {:<11} {line}\n", if i == 0 { name } else { "" }));
        }
    };
    let why = match file.confidence {
        0.0 => "no known source fits; columns are taken by their names".to_string(),
        share => format!("{:.0} % of its evidence", share * 100.0),
    };
    fact("source", &format!("{} ({why})", file.source));
    let delimiter = file.delimiter.as_deref().map_or(String::new(), |d| format!(", separated by {d}"));
    fact("read as", &format!("{}, {}{delimiter}", file.container, file.encoding));
    let span =
        file.span.map_or("nothing is dated".to_string(), |[first, last]| format!("{} to {}", day(first), day(last)));
    fact("rows", &format!("{}, {span}", count(file.rows)));
    if file.undated > 0 {
        fact("undated", &format!("{} without a date: stored, but in no period", count(file.undated)));
    }
    for (field, dates) in &file.dates {
        let order = dates.order.as_ref().map_or(String::new(), |o| format!(", {o}"));
        let why = dates.evidence.as_ref().map_or(String::new(), |why| format!(" ({why})"));
        let example = dates.example.as_ref().map_or(String::new(), |example| format!(": {example}"));
        fact("dates", &format!("{field}: {}{order}{why}, {}{example}", dates.pattern, dates.tz));
    }
    let width = file.columns.keys().map(|k| k.len()).max().unwrap_or(0);
    for (i, (field, column)) in file.columns.iter().enumerate() {
        fact(if i == 0 { "fields" } else { "" }, &format!("{field:<width$} ← {column}"));
    }
    if !file.unmapped.is_empty() {
        fact("to extra", &file.unmapped.join(", "));
    }
    for problem in &file.problems {
        fact(
            "problem",
            &format!("{} × {}, first on line {}", count(problem.count), problem.kind, problem.example_line),
        );
    }
    for assumption in &file.assumptions {
        fact("assumed", assumption);
    }
    for (i, record) in file.records.iter().enumerate() {
        let values: Vec<String> = record.iter().map(|(field, value)| format!("{field}: {value}")).collect();
        fact(&format!("record {}", i + 1), &values.join("; "));
    }
    fact("again", &file.again);
    out
}
