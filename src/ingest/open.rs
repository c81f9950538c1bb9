//! Opening a dump: everything that is decided once per file, before its rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::ingest::bind::{self, Bound};
use crate::ingest::bytes::{self, Opened, Text};
use crate::ingest::catalog;
use crate::ingest::chunks::{Content, JsonRows, Layout};
use crate::ingest::detect;
use crate::ingest::dialect;
use crate::ingest::documents::{self, Document, Lines};
use crate::ingest::json::{Path, RowPaths};
use crate::ingest::limits::{self, Limits};
use crate::ingest::options::Options;
use crate::ingest::raw::Dump;
use crate::ingest::source::{Shape, Source};
use crate::ingest::split;

/// Documents looked at to detect a JSON dump's source.
const LOOK: usize = 50;
/// A JSON text up to this many bytes is held in memory; a longer one goes through a temporary file.
const HELD: u64 = 32 << 20;

/// Opens one dump: `path` names a file, `-` is standard input. Reads it through once.
///
/// # Errors
/// A file that cannot be read or is not what it seems (with its line), a source that is not known, does not fit or is
/// not the only one that fits, a `--map` that does not fit, or no column that could hold what people said.
pub fn open(path: &str, options: &Options) -> Result<Dump> {
    Ok(open_and(path, options, |_| Ok(()))?.0)
}

/// Opens one dump and does `then` with it, while another thread works out the file's hash.
///
/// # Errors
/// Those of [`open`] and of `then`.
pub fn open_and<T: Send>(
    path: &str,
    options: &Options,
    then: impl FnOnce(&Dump) -> Result<T> + Send,
) -> Result<(Dump, T)> {
    options.check()?;
    let asked = options.source.as_deref().map(catalog::named).transpose()?;
    let limits = options.limits()?;
    let Opened { text, sha256, encoding, mut containers, sheet, assumptions } = bytes::open(path, &limits)?;
    let (mut text, mut sha256) = (text, sha256);
    let head = text.head(4096).map_err(|cause| Error::io(path, "read it", &cause))?;
    if let Some(at) = documents::x_archive(&head) {
        containers.push("x-archive");
        sha256 = text.sha256().map_err(|cause| Error::io(path, "read it", &cause))?.or(sha256);
        text = text.cut(at);
    }
    let text = Arc::new(text);
    let head = text.head(4096).map_err(|cause| Error::io(path, "read it", &cause))?;
    let found = if documents::is_json(&head) {
        open_json(&text, path, asked, options, &limits)?
    } else {
        open_table(&text, path, asked, options, sheet, &limits)?
    };
    let Found { source, confidence, container, delimiter, columns, bound, content, assumptions: more } = found;
    let delimiter = delimiter.filter(|_| !sheet);
    if container != "plain" && containers.last() != Some(&"mbox") {
        containers.push(container);
    }
    let container = if containers.is_empty() { "plain".to_owned() } else { containers.join(", ") };
    let mut dump = Dump {
        path: path.to_owned(),
        sha256: String::new(),
        source,
        confidence,
        container,
        encoding: encoding.to_owned(),
        delimiter,
        columns,
        fields: bound.fields,
        unmapped: bound.unmapped,
        account: options.account.clone(),
        dates: options.dates,
        source_tz: options.source_tz.clone(),
        assumptions: [assumptions, more].concat(),
        content,
    };
    let hash = || sha256.map_or_else(|| text.sha256(), |known| Ok(Some(known)));
    let (hashed, done) = rayon::join(hash, || then(&dump));
    let done = done?;
    dump.sha256 = hashed.map_err(|cause| Error::io(path, "read it", &cause))?.unwrap_or_default();
    Ok((dump, done))
}

/// The columns of a dump, whatever they mean.
///
/// # Errors
/// A file that cannot be read.
pub fn columns(path: &str, options: &Options) -> Result<(Shape, Vec<String>)> {
    let limits = options.limits()?;
    let text = Arc::new(bytes::open(path, &limits)?.text);
    let head = text.head(4096).map_err(|cause| Error::io(path, "read it", &cause))?;
    if documents::is_json(&head) {
        let by_line = documents::is_lines(&text, path, &limits)?;
        let read = if by_line { first_lines(&text, path, &limits)? } else { documents::read(&text, path, &limits)? };
        let generic = catalog::named("generic_json")?;
        let paths = RowPaths::of(&generic);
        return Ok((Shape::Json, columns_of(&read, &paths)));
    }
    let known = dialect::Known { is_header: &|_| false, usual: &|_| 0, headless: &|_| None, unnamed: &[] };
    Ok((Shape::Table, dialect::layout(&text, path, false, &known, &limits)?.columns))
}

/// What is found out about a table or a JSON file.
struct Found {
    source: Arc<Source>,
    confidence: f64,
    container: &'static str,
    delimiter: Option<u8>,
    columns: Vec<String>,
    bound: Bound,
    content: Content,
    assumptions: Vec<String>,
}

fn open_table(
    text: &Arc<Text>,
    path: &str,
    asked: Option<Arc<Source>>,
    options: &Options,
    sheet: bool,
    limits: &Limits,
) -> Result<Found> {
    let known: Vec<Arc<Source>> = match &asked {
        Some(source) => vec![shaped(source, Shape::Table, path)?],
        None => catalog::all()?.iter().filter(|source| source.shape == Shape::Table).cloned().collect(),
    };
    let generic = catalog::named("generic_csv")?;
    let unnamed: Vec<usize> = options.maps()?.iter().filter_map(|(_, column)| dialect::place(column)).collect();
    let layout = dialect::layout(
        text,
        path,
        sheet,
        &dialect::Known {
            is_header: &|cells| {
                let headers = detect::folded(cells);
                known.iter().any(|source| !source.requires.is_empty() && detect::fit(source, &headers).is_some())
            },
            usual: &|cells| detect::bound(&generic, &detect::folded(cells)),
            headless: &|cells| known.iter().find_map(|source| source.headless.as_ref()?.columns(cells)),
            unnamed: &unnamed,
        },
        limits,
    )?;
    let headers = detect::folded(&layout.columns);
    let fits = known.iter().filter_map(|s| Some((Arc::clone(s), detect::fit(s, &headers)?))).collect();
    let (source, confidence) = choose(asked, fits, &headers, &layout.columns, "generic_csv", path)?;
    let bound = bind::bind(&source, &layout.columns, options, path)?;
    let mut assumptions = layout.assumptions;
    assumptions.extend(guess(&source, &bound));
    Ok(Found {
        source,
        confidence,
        container: "plain",
        delimiter: Some(layout.dialect.delimiter),
        columns: layout.columns,
        bound,
        content: Content::new(Layout::Table {
            text: Arc::clone(text),
            dialect: layout.dialect,
            above: layout.above,
            optional: layout.optional,
        }),
        assumptions,
    })
}

fn open_json(
    text: &Arc<Text>,
    path: &str,
    asked: Option<Arc<Source>>,
    options: &Options,
    limits: &Limits,
) -> Result<Found> {
    let known: Vec<Arc<Source>> = match &asked {
        Some(source) => vec![shaped(source, Shape::Json, path)?],
        None => catalog::all()?.iter().filter(|source| source.shape == Shape::Json).cloned().collect(),
    };
    let mut text = Arc::clone(text);
    let mut container = "ndjson";
    let mut by_line = text.lines.is_some() || documents::is_lines(&text, path, limits)?;
    if !by_line {
        container = "json";
        if text.len > HELD.min(limits.document) {
            text = Arc::new(split::split(&text, path, limits)?);
            by_line = true;
        }
    }
    let documents = if by_line { first_lines(&text, path, limits)? } else { documents::read(&text, path, limits)? };
    let look = &documents[..documents.len().min(LOOK)];
    // Each source looks for its rows in its own places, so each sees its own headers.
    let headers = |source: &Source| detect::folded(&columns_of(look, &RowPaths::of(source)));
    let fits = known.iter().filter_map(|s| Some((Arc::clone(s), detect::fit(s, &headers(s))?))).collect();
    let seen = asked.as_deref().map(|source| columns_of(look, &RowPaths::of(source))).unwrap_or_default();
    let (source, confidence) = choose(asked, fits, &detect::folded(&seen), &seen, "generic_json", path)?;
    let paths = RowPaths::of(&source);
    let mut columns =
        if by_line { columns_of_lines(&text, path, &paths, limits)? } else { columns_of(&documents, &paths) };
    if columns.is_empty() {
        return Err(Error::no_records("the file holds no records").at(path).hint("export it again"));
    }
    if columns.len() as u64 > limits.columns {
        let what = format!("the records have {} different fields", columns.len());
        return Err(limits::exceeded("columns", limits.columns, &what).at(path));
    }
    let bound = bind::bind(&source, &columns, options, path)?;
    let mut rows = JsonRows { paths, collected: Vec::new(), limits: *limits };
    for (column, join) in &bound.collected {
        columns.push(column.clone());
        rows.collected.push((column.clone(), Path::parse(column), join.clone()));
    }
    let assumptions = guess(&source, &bound).into_iter().collect();
    let content = if by_line {
        Content::new(Layout::Lines { text, rows })
    } else {
        Content::new(Layout::Documents { documents, rows })
    };
    Ok(Found { source, confidence, container, delimiter: None, columns, bound, content, assumptions })
}

/// The user's source, if the file has its shape.
fn shaped(source: &Arc<Source>, shape: Shape, path: &str) -> Result<Arc<Source>> {
    if source.shape == shape {
        return Ok(Arc::clone(source));
    }
    let is = match shape {
        Shape::Table => "a table",
        Shape::Json => "JSON",
    };
    Err(Error::failed(format!("is {is}, which {} is not", source.name))
        .at(path)
        .hint("leave --source out to have it detected"))
}

/// The source asked for, if it fits; else the best that fits; else the generic one.
fn choose(
    asked: Option<Arc<Source>>,
    fits: Vec<(Arc<Source>, detect::Fit)>,
    headers: &BTreeSet<String>,
    columns: &[String],
    generic: &str,
    path: &str,
) -> Result<(Arc<Source>, f64)> {
    let Some(asked) = asked else {
        return Ok(match detect::best(fits, path)? {
            Some((source, fit)) => (source, fit.confidence),
            None => (catalog::named(generic)?, 0.0),
        });
    };
    match detect::missing(&asked, headers) {
        None => Ok((asked, 1.0)),
        Some(missing) => Err(Error::failed(format!("is not a {} dump: it has no column {missing}", asked.name))
            .at(path)
            .evidence(bind::list(columns))
            .hint("leave --source out to have it detected")),
    }
}

/// What a generic source took for what, in words.
fn guess(source: &Source, bound: &Bound) -> Option<String> {
    if source.system != "generic" {
        return None;
    }
    let pairs: Vec<String> =
        bound.fields.iter().map(|(field, b)| format!("{field} = {}", b.from.join(" + "))).collect();
    Some(format!("no source fits: columns taken by their names: {}", pairs.join(", ")))
}

/// The columns of documents in the order they are first seen.
fn columns_of(documents: &[Document], paths: &RowPaths) -> Vec<String> {
    let mut columns = Columns::default();
    documents.iter().for_each(|(_, value)| columns.see(value, paths));
    columns.names
}

fn columns_of_lines(text: &Arc<Text>, path: &str, paths: &RowPaths, limits: &Limits) -> Result<Vec<String>> {
    let mut columns = Columns::default();
    let mut lines = Lines::open(text, path, limits)?;
    while let Some((_, line)) = lines.next()? {
        // One more than allowed is enough to know.
        if columns.names.len() as u64 > limits.columns {
            break;
        }
        if let Ok(value) = documents::line_value(line, limits) {
            columns.see(&value, paths);
        }
    }
    Ok(columns.names)
}

#[derive(Default)]
struct Columns {
    names: Vec<String>,
    seen: BTreeSet<String>,
}

impl Columns {
    fn see(&mut self, document: &Value, paths: &RowPaths) {
        let mut rows = Vec::new();
        paths.rows(document, &mut rows);
        for row in rows {
            paths.flatten(row, &mut |path, _| {
                if !self.seen.contains(path) {
                    self.seen.insert(path.to_owned());
                    self.names.push(path.to_owned());
                }
            });
        }
    }
}

/// The documents of the first lines.
fn first_lines(text: &Arc<Text>, path: &str, limits: &Limits) -> Result<Vec<Document>> {
    let mut lines = Lines::open(text, path, limits)?;
    let mut documents = Vec::new();
    while documents.len() < LOOK
        && let Some((line, bytes)) = lines.next()?
    {
        documents.extend(documents::line_value(bytes, limits).ok().map(|value| (line, value)));
    }
    Ok(documents)
}
