//! The test over `testdata/sources`: one small dump per source, and what must be read from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;
use serde::Deserialize;

use crate::ingest::catalog::SOURCES;
use crate::ingest::chunks::{chunk, chunks};
use crate::ingest::open::open;
use crate::ingest::options::Options;
use crate::ingest::raw::{Dump, LINE, PROBLEM, ROW};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    file: String,
    source: String,
    rows: usize,
    #[serde(default)]
    problems: Vec<String>,
    #[serde(default)]
    lines: Vec<i64>,
    encoding: Option<String>,
    container: Option<String>,
    delimiter: Option<char>,
    unmapped: Option<Vec<String>>,
    first: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sources")
}

fn folders() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The whole dump, in chunks of `rows`.
fn frame(dump: &Dump, rows: usize) -> DataFrame {
    let mut all: Option<DataFrame> = None;
    for chunk in chunks(dump, rows).unwrap() {
        let chunk = chunk.unwrap();
        match &mut all {
            None => all = Some(chunk.frame().clone()),
            Some(all) => {
                all.vstack_mut(chunk.frame()).unwrap();
            }
        }
    }
    all.unwrap()
}

fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    frame.column(column).unwrap().str().unwrap().iter().map(|cell| cell.map(str::to_owned)).collect()
}

fn numbers(frame: &DataFrame, column: &str) -> Vec<i64> {
    frame.column(column).unwrap().i64().unwrap().iter().map(Option::unwrap).collect()
}

#[test]
fn every_source_has_a_dump() {
    assert_eq!(folders(), SOURCES.iter().map(|source| source.name).collect::<Vec<_>>());
}

#[test]
fn every_dump_is_read_as_expected() {
    for name in folders() {
        let text = fs::read_to_string(folder().join(&name).join("expect.toml")).unwrap();
        let expected: Expected = toml_edit::de::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let path = folder().join(&name).join(&expected.file);
        let dump = open(path.to_str().unwrap(), &Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((&name, &dump.source.name), (&expected.source, &expected.source));
        let frame = frame(&dump, 2);
        assert_eq!(frame.height(), expected.rows, "{name}");
        assert_eq!(numbers(&frame, ROW), (1..=expected.rows as i64).collect::<Vec<_>>(), "{name}");
        let problems: Vec<String> = texts(&frame, PROBLEM).into_iter().flatten().collect();
        assert_eq!(problems, expected.problems, "{name}");
        if !expected.lines.is_empty() {
            assert_eq!(numbers(&frame, LINE), expected.lines, "{name}");
        }
        expected.encoding.iter().for_each(|encoding| assert_eq!(&dump.encoding, encoding, "{name}"));
        expected.container.iter().for_each(|container| assert_eq!(&dump.container, container, "{name}"));
        expected.delimiter.iter().for_each(|d| assert_eq!(dump.delimiter.map(char::from), Some(*d), "{name}"));
        expected.unmapped.iter().for_each(|unmapped| assert_eq!(&dump.unmapped, unmapped, "{name}"));
        for (field, cell) in &expected.first {
            let binding = dump.fields.get(field).unwrap_or_else(|| panic!("{name}: {field} is not bound"));
            let found = binding.from.iter().find_map(|column| texts(&frame, column)[0].clone());
            assert_eq!(found.as_ref(), Some(cell), "{name}: {field}");
        }
    }
}

#[test]
fn the_size_of_chunks_changes_nothing() {
    for name in folders() {
        let text = fs::read_to_string(folder().join(&name).join("expect.toml")).unwrap();
        let expected: Expected = toml_edit::de::from_str(&text).unwrap();
        let dump = open(folder().join(&name).join(&expected.file).to_str().unwrap(), &Options::default()).unwrap();
        assert!(frame(&dump, 1).equals_missing(&frame(&dump, 100)), "{name}");
    }
}

#[test]
fn a_chunk_can_be_read_by_itself() {
    for name in folders() {
        let text = fs::read_to_string(folder().join(&name).join("expect.toml")).unwrap();
        let expected: Expected = toml_edit::de::from_str(&text).unwrap();
        let dump = open(folder().join(&name).join(&expected.file).to_str().unwrap(), &Options::default()).unwrap();
        let mut chunks = chunks(&dump, 1).unwrap();
        while let Some(raw) = chunks.next() {
            let alone = chunk(&dump, &chunks.span()).unwrap();
            assert!(raw.unwrap().frame().equals_missing(alone.frame()), "{name}: {:?}", chunks.span());
        }
    }
}
