//! Dumps and chunks made by hand, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{Column, DataFrame};

use crate::ingest::raw::{Dump, LINE, PROBLEM, ROW, Raw};
use crate::ingest::source::{Binding, Shape, Source};

pub(crate) fn binding(from: &[&str]) -> Binding {
    Binding {
        from: from.iter().map(|s| (*s).to_owned()).collect(),
        pattern: None,
        unit: None,
        join: None,
        split: None,
        scale: None,
    }
}

/// A dump of system `sys` with `columns`; `fields` binds each field to one column.
pub(crate) fn dump(kind: &str, columns: &[&str], fields: &[(&str, &str)]) -> Dump {
    let fields: BTreeMap<String, Binding> =
        fields.iter().map(|(field, column)| ((*field).to_owned(), binding(&[column]))).collect();
    let source = Source {
        name: "test".to_owned(),
        about: String::new(),
        kind: kind.to_owned(),
        system: "sys".to_owned(),
        shape: Shape::Table,
        requires: Vec::new(),
        requires_any: Vec::new(),
        forbids: Vec::new(),
        rows_at: Vec::new(),
        zone: None,
        dates: None,
        feed: Vec::new(),
        fields: fields.clone(),
        fixed: BTreeMap::new(),
        values: BTreeMap::new(),
        skip: BTreeMap::new(),
        caveat: None,
        headless: None,
        rows_within: Vec::new(),
    };
    let taken: Vec<&String> = fields.values().flat_map(|b| &b.from).collect();
    let unmapped = columns.iter().map(|c| (*c).to_owned()).filter(|c| !taken.contains(&c)).collect();
    Dump {
        path: "dump.csv".to_owned(),
        sha256: String::new(),
        source: Arc::new(source),
        confidence: 1.0,
        container: "plain".to_owned(),
        encoding: "utf-8".to_owned(),
        delimiter: Some(b','),
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        fields,
        unmapped,
        account: None,
        dates: None,
        source_tz: None,
        assumptions: Vec::new(),
        content: Default::default(),
    }
}

/// Changes the dump's source.
pub(crate) fn with_source(dump: &mut Dump, change: impl FnOnce(&mut Source)) {
    let mut source = (*dump.source).clone();
    change(&mut source);
    dump.source = Arc::new(source);
}

/// Rows numbered from `first`, line = row + 1; an empty cell is null.
pub(crate) fn raw_from(dump: &Dump, first: i64, rows: &[Vec<&str>]) -> Raw {
    raw_with_problems(dump, first, rows, &vec![None; rows.len()])
}

/// Rows numbered from 1.
pub(crate) fn raw(dump: &Dump, rows: &[Vec<&str>]) -> Raw {
    raw_from(dump, 1, rows)
}

pub(crate) fn raw_with_problems(dump: &Dump, first: i64, rows: &[Vec<&str>], problems: &[Option<&str>]) -> Raw {
    let count = i64::try_from(rows.len()).unwrap();
    let numbers: Vec<i64> = (first..first + count).collect();
    let lines: Vec<i64> = numbers.iter().map(|n| n + 1).collect();
    let mut columns = vec![
        Column::new(ROW.into(), numbers),
        Column::new(LINE.into(), lines),
        Column::new(PROBLEM.into(), problems.to_vec()),
    ];
    for (i, name) in dump.columns.iter().enumerate() {
        let cells: Vec<Option<&str>> =
            rows.iter().map(|row| row.get(i).copied().filter(|cell| !cell.is_empty())).collect();
        columns.push(Column::new(name.as_str().into(), cells));
    }
    Raw::new(DataFrame::new(rows.len(), columns).unwrap(), dump).unwrap()
}
