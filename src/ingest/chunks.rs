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
use crate::ingest::limits::Limits;
use crate::ingest::problems::Problems;
use crate::ingest::raw::{Dump, LINE, PROBLEM, ROW, Raw};
use crate::ingest::table::{Dialect, Place, Records};

/// Most cells in a chunk: 16 bytes each before their text, so 32 MB.
const MOST_CELLS: usize = 2 << 20;
/// A chunk with this many bytes of text takes no further row: several chunks are in memory at once, however long
/// their rows.
const MOST_BYTES: usize = 4 << 20;

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
    pub(crate) limits: Limits,
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

/// A chunk's place in its dump: with it the chunk can be read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Rows before it.
    before: i64,
    /// Its rows.
    rows: usize,
    /// Bytes of the file it covers, blank lines before it included; 0 for documents held in memory.
    pub bytes: u64,
    start: Start,
}

/// Where a chunk starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Before a table's record or an NDJSON line.
    At(Place),
    /// At a row of a document.
    Document { document: usize, row: usize },
}

/// The rows of a dump in its order, at most `rows` a chunk (fewer where the cells are many or long; the rows of one
/// NDJSON line stay together); can be called again and again. No chunk is empty.
///
/// # Errors
/// Here or from the iterator: the file cannot be read (any more), or a quote is never closed. After an error it ends.
pub fn chunks(dump: &Dump, rows: usize) -> Result<Chunks> {
    let layout = layout(dump)?;
    let start = match &*layout {
        Layout::Table { text, dialect, above, .. } => {
            let mut records = Records::open(text, &dump.path, *dialect, Place::START)?;
            for _ in 0..*above {
                records.next()?;
            }
            Start::At(records.place())
        }
        Layout::Lines { .. } => Start::At(Place::START),
        Layout::Documents { .. } => Start::Document { document: 0, row: 0 },
    };
    let rows = rows.min(MOST_CELLS / dump.columns.len().max(1)).max(1);
    Chunks::open(dump, layout, Span { before: 0, rows, bytes: 0, start })
}

/// One chunk, as [`Chunks`] gave it when [`Chunks::span`] was `span`.
///
/// # Errors
/// The file cannot be read any more, or has changed.
pub fn chunk(dump: &Dump, span: &Span) -> Result<Raw> {
    let mut chunks = Chunks::open(dump, layout(dump)?, *span)?;
    chunks.most_bytes = usize::MAX;
    match chunks.next() {
        Some(Ok(raw)) if raw.frame().height() == span.rows => Ok(raw),
        Some(Err(error)) => Err(error),
        _ => Err(Error::failed("the file changed while it was read").at(&dump.path).hint("run again")),
    }
}

fn layout(dump: &Dump) -> Result<Arc<Layout>> {
    dump.content.0.clone().ok_or_else(|| Error::failed("internal: the dump was not opened").at(&dump.path))
}

/// Iterator over a dump's chunks; see [`chunks`].
pub struct Chunks {
    dump: Dump,
    layout: Arc<Layout>,
    state: State,
    most_rows: usize,
    most_bytes: usize,
    /// A table's columns to be read; the others stay null.
    wanted: Vec<bool>,
    row: i64,
    span: Span,
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
        let start = self.start();
        let mut chunk = Chunk::new(&self.dump, self.row, self.most_rows);
        let filled = self.fill(&mut chunk);
        let bytes = match (start, self.start()) {
            (Start::At(from), Start::At(to)) => to.byte - from.byte,
            _ => 0,
        };
        self.span = Span { before: self.row, rows: chunk.len(), bytes, start };
        self.row = chunk.row;
        self.ended = !matches!(filled, Ok(true));
        match filled {
            Err(error) => Some(Err(error)),
            Ok(_) if chunk.len() == 0 => None,
            Ok(_) => Some(chunk.finish(&self.dump)),
        }
    }
}

impl Chunks {
    fn open(dump: &Dump, layout: Arc<Layout>, from: Span) -> Result<Self> {
        let mut optional = 0;
        let state = match (&*layout, from.start) {
            (Layout::Table { text, dialect, optional: may_lack, .. }, Start::At(place)) => {
                optional = *may_lack;
                State::Table(Box::new(Records::open(text, &dump.path, *dialect, place)?))
            }
            (Layout::Lines { text, rows }, Start::At(place)) => {
                State::Lines(Lines::open_at(text, &dump.path, place, &rows.limits)?)
            }
            (_, Start::Document { document, row }) => State::Documents { document, row },
            (Layout::Documents { .. }, Start::At(_)) => State::Documents { document: 0, row: 0 },
        };
        let places = dump.columns.iter().enumerate().map(|(at, column)| (column.clone(), at)).collect();
        Ok(Self {
            layout,
            state,
            most_rows: from.rows,
            most_bytes: MOST_BYTES,
            wanted: vec![true; dump.columns.len()],
            row: from.before,
            span: from,
            problems: Problems::of(dump, optional),
            places,
            ended: false,
            dump: dump.clone(),
        })
    }

    /// Leaves the cells of a table's other columns null: a look at a few columns need not copy the rest.
    pub fn only(mut self, columns: &[usize]) -> Self {
        self.wanted = (0..self.dump.columns.len()).map(|at| columns.contains(&at)).collect();
        self
    }

    /// The place of the chunk given last.
    pub fn span(&self) -> Span {
        self.span
    }

    fn start(&self) -> Start {
        match &self.state {
            State::Table(records) => Start::At(records.place()),
            State::Lines(lines) => Start::At(lines.place()),
            State::Documents { document, row } => Start::Document { document: *document, row: *row },
        }
    }

    /// Reads rows until the chunk is full; whether there may be more.
    fn fill(&mut self, chunk: &mut Chunk) -> Result<bool> {
        let (problems, places, wanted) = (&self.problems, &self.places, &self.wanted);
        let (rows, bytes) = (self.most_rows, self.most_bytes);
        let width = self.dump.columns.len();
        match (&mut self.state, &*self.layout) {
            (State::Table(records), _) => {
                while chunk.len() < rows && chunk.bytes < bytes {
                    let Some(line) = records.next()? else { return Ok(false) };
                    let problem = problems.of_row(records.len(), |at| records.cell(at));
                    chunk.bytes += records.bytes();
                    // What a ragged row has too many of is kept with its last cell, for whoever mends it.
                    let spare = (problem.is_some() && records.len() > width).then(|| records.tail(width - 1));
                    chunk.push(line, problem.as_deref(), |at| match &spare {
                        Some(spare) if at + 1 == width => Some(spare.as_str()),
                        _ => Some(records.cell(at)).filter(|cell| wanted[at] && !cell.is_empty()),
                    });
                }
            }
            // A line may hold several rows (a page of an API): its rows stay in one chunk.
            (State::Lines(lines), Layout::Lines { text: whole, rows: json }) => {
                while chunk.len() < rows && chunk.bytes < bytes {
                    let Some((line, text)) = lines.next()? else { return Ok(false) };
                    chunk.bytes += text.len();
                    let line = whole.original_line(line);
                    match documents::line_value(text, &json.limits) {
                        Ok(value) => {
                            let mut found = Vec::new();
                            json.paths.rows(&value, &mut found);
                            found.into_iter().for_each(|row| push_json(chunk, line, row, json, places, problems));
                        }
                        // The line itself, for whoever mends it.
                        Err(why) => {
                            let line_text = String::from_utf8_lossy(text);
                            chunk.push(line, Some(&why), |at| (at == 0).then_some(&*line_text));
                        }
                    }
                }
            }
            (State::Documents { document, row }, Layout::Documents { documents, rows: json }) => {
                while chunk.len() < rows {
                    let Some((line, value)) = documents.get(*document) else { return Ok(false) };
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
            _ => return Ok(false),
        }
        Ok(true)
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
        let text = row.to_string();
        chunk.push(line, Some("not a JSON object"), |at| (at == 0).then_some(text.as_str()));
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
    /// Of text read.
    bytes: usize,
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
            bytes: 0,
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
