//! A dump's rows, chunk by chunk, as text columns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series, StringChunkedBuilder};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::ingest::bytes::Text;
use crate::ingest::documents::{self, Document, Lines};
use crate::ingest::json::{self, Path, RowPaths};
use crate::ingest::problems::Problems;
use crate::ingest::raw::{Dump, LINE, PROBLEM, ROW, Raw};
use crate::ingest::table::{Dialect, Records};

/// Most cells in a chunk: 16 bytes each before their text, so 128 MB.
const MOST_CELLS: usize = 8 << 20;

/// Where a dump's rows are read from; holds standard input's temporary file as long as any copy lives.
#[derive(Clone, Default)]
pub struct Content(Option<Arc<Layout>>);

/// How the rows lie there.
pub(crate) enum Layout {
    /// Records under a header, from disk.
    Table {
        text: Arc<Text>,
        dialect: Dialect,
        /// Records before the first row.
        above: usize,
        /// Columns at the end a row may lack.
        optional: usize,
    },
    /// Each line a document, from disk.
    Lines { text: Arc<Text>, rows: JsonRows },
    /// Documents in memory.
    Documents { documents: Vec<Document>, rows: JsonRows },
}

/// How a JSON document becomes rows and cells.
#[derive(Clone, Default)]
pub(crate) struct JsonRows {
    pub(crate) paths: RowPaths,
    /// Column, the path through lists it collects, and what joins the texts.
    pub(crate) collected: Vec<(String, Path, Option<String>)>,
}

impl Content {
    pub(crate) fn new(layout: Layout) -> Self {
        Self(Some(Arc::new(layout)))
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.as_deref() {
            None => "Content(none)",
            Some(Layout::Table { .. }) => "Content(table)",
            Some(Layout::Lines { .. }) => "Content(lines)",
            Some(Layout::Documents { .. }) => "Content(documents)",
        })
    }
}

/// The rows of a dump in its order, at most `rows` a chunk (fewer in a very wide dump; the rows of one NDJSON line
/// stay together); can be called again and again. No chunk is empty.
///
/// # Errors
/// Here or from the iterator: the file cannot be read (any more), or a quote is never closed. After an error it ends.
pub fn chunks(dump: &Dump, rows: usize) -> Result<Chunks> {
    let Some(layout) = dump.content.0.clone() else {
        return Err(Error::failed("internal: the dump was not opened").at(&dump.path));
    };
    let mut optional = 0;
    let state = match &*layout {
        Layout::Table { text, dialect, above, optional: may_lack } => {
            optional = *may_lack;
            let mut records = Records::open(text, &dump.path, *dialect)?;
            for _ in 0..*above {
                records.next()?;
            }
            State::Table(Box::new(records))
        }
        Layout::Lines { text, .. } => State::Lines(Lines::open(text, &dump.path)?),
        Layout::Documents { .. } => State::Documents { document: 0, row: 0 },
    };
    let places = dump.columns.iter().enumerate().map(|(at, column)| (column.clone(), at)).collect();
    let problems = Problems::of(dump, optional);
    let rows = rows.min(MOST_CELLS / dump.columns.len().max(1)).max(1);
    Ok(Chunks { dump: dump.clone(), layout, state, rows, row: 0, problems, places, ended: false })
}

/// Iterator over a dump's chunks; see [`chunks`].
pub struct Chunks {
    dump: Dump,
    layout: Arc<Layout>,
    state: State,
    rows: usize,
    row: i64,
    problems: Problems,
    places: BTreeMap<String, usize>,
    ended: bool,
}

enum State {
    Table(Box<Records>),
    Lines(Lines),
    Documents { document: usize, row: usize },
}

impl Iterator for Chunks {
    type Item = Result<Raw>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut chunk = Chunk::new(&self.dump, self.row, self.rows);
        let filled = self.fill(&mut chunk);
        self.row = chunk.row;
        if filled.is_err() || chunk.len() < self.rows {
            self.ended = true;
        }
        match filled {
            Err(error) => Some(Err(error)),
            Ok(()) if chunk.len() == 0 => None,
            Ok(()) => Some(chunk.finish(&self.dump)),
        }
    }
}

impl Chunks {
    fn fill(&mut self, chunk: &mut Chunk) -> Result<()> {
        let (rows, problems, places) = (self.rows, &self.problems, &self.places);
        match (&mut self.state, &*self.layout) {
            (State::Table(records), _) => {
                while chunk.len() < rows
                    && let Some(line) = records.next()?
                {
                    let problem = problems.of_row(records.len(), |at| records.cell(at));
                    chunk.push(line, problem.as_deref(), |at| Some(records.cell(at)).filter(|cell| !cell.is_empty()));
                }
            }
            // A line may hold several rows (a page of an API): its rows stay in one chunk.
            (State::Lines(lines), Layout::Lines { rows: json, .. }) => {
                while chunk.len() < rows
                    && let Some((line, bytes)) = lines.next()?
                {
                    match documents::line_value(bytes) {
                        Ok(value) => {
                            let mut found = Vec::new();
                            json.paths.rows(&value, &mut found);
                            found.into_iter().for_each(|row| push_json(chunk, line, row, json, places, problems));
                        }
                        Err(why) => chunk.push(line, Some(&why), |_| None),
                    }
                }
            }
            (State::Documents { document, row }, Layout::Documents { documents, rows: json }) => {
                while chunk.len() < rows
                    && let Some((line, value)) = documents.get(*document)
                {
                    let mut found = Vec::new();
                    json.paths.rows(value, &mut found);
                    let taken = found.len().min(*row + rows - chunk.len());
                    // A document's line is its only row's; the rows of a list inside it have none that we know.
                    let line = if found.len() == 1 { *line } else { 0 };
                    found[*row..taken].iter().for_each(|row| push_json(chunk, line, row, json, places, problems));
                    *row = taken;
                    if taken == found.len() {
                        (*document, *row) = (*document + 1, 0);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn push_json(
    chunk: &mut Chunk,
    line: u64,
    row: &Value,
    json: &JsonRows,
    places: &BTreeMap<String, usize>,
    problems: &Problems,
) {
    if !row.is_object() {
        chunk.push(line, Some("not a JSON object"), |_| None);
        return;
    }
    let width = places.len();
    let mut cells: Vec<Option<Cow<'_, str>>> = vec![None; width];
    json.paths.flatten(row, &mut |path, value| {
        if let Some(at) = places.get(path)
            && cells[*at].is_none()
        {
            cells[*at] = json::cell(value);
        }
    });
    for (column, path, join) in &json.collected {
        if let Some(at) = places.get(column) {
            cells[*at] = json::collected(path, row, join.as_deref()).map(Cow::Owned);
        }
    }
    let problem = problems.of_row(width, |at| cells[at].as_deref().unwrap_or(""));
    chunk.push(line, problem.as_deref(), |at| cells[at].as_deref());
}

/// A chunk being filled.
struct Chunk {
    rows: Vec<i64>,
    lines: Vec<i64>,
    problems: StringChunkedBuilder,
    columns: Vec<StringChunkedBuilder>,
    /// The last row's number.
    row: i64,
}

impl Chunk {
    fn new(dump: &Dump, row: i64, rows: usize) -> Self {
        // A caller may ask for everything at once: no memory is taken ahead for rows that may not be there.
        let capacity = rows.min(16 << 10);
        let column = |name: &str| StringChunkedBuilder::new(name.into(), capacity);
        Self {
            rows: Vec::with_capacity(capacity),
            lines: Vec::with_capacity(capacity),
            problems: column(PROBLEM),
            columns: dump.columns.iter().map(|name| column(name)).collect(),
            row,
        }
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn push<'a>(&mut self, line: u64, problem: Option<&str>, cell: impl Fn(usize) -> Option<&'a str>) {
        self.row += 1;
        self.rows.push(self.row);
        self.lines.push(i64::try_from(line).unwrap_or(0));
        self.problems.append_option(problem);
        for (at, column) in self.columns.iter_mut().enumerate() {
            match cell(at) {
                Some(cell) => column.append_value(cell),
                None => column.append_null(),
            }
        }
    }

    fn finish(self, dump: &Dump) -> Result<Raw> {
        let height = self.rows.len();
        let mut columns: Vec<Column> = vec![
            Series::new(ROW.into(), self.rows).into_column(),
            Series::new(LINE.into(), self.lines).into_column(),
            self.problems.finish().into_column(),
        ];
        columns.extend(self.columns.into_iter().map(|column| column.finish().into_column()));
        Raw::new(DataFrame::new(height, columns)?, dump)
    }
}
