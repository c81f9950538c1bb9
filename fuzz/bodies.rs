//! What the fuzz targets do with their bytes: `cargo fuzz run csv|json|dates`, or without a nightly compiler
//! `cargo run --release --example evaluate -- fuzz SECONDS`.

use std::io::Write;

use plaint::ingest::options::Options;
use plaint::ingest::source::DateOrder;
use plaint::normalise::dates;
use plaint::normalise::stream::understand;

/// Reads bytes as a dump, through both passes; every row must be one of stored, set aside and skipped.
#[expect(clippy::expect_used, reason = "a panic is how a fuzz target tells")]
fn read(bytes: &[u8], options: &Options) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("room for a few bytes");
    let Ok(one) = understand(&file.path().display().to_string(), options, &|_| {}) else { return };
    let chunks = one.all(&|_, _| {}).expect("what was read once can be read again");
    let mut rows = 0;
    for chunk in &chunks {
        let skipped: i64 = chunk.skipped.iter().map(|problem| problem.count).sum();
        assert_eq!(chunk.rows_read, chunk.records.height() as i64 + chunk.rejects.len() as i64 + skipped);
        rows += chunk.rows_read;
    }
    assert_eq!(rows, one.plan.rows);
}

/// Tables of any dialect.
pub(crate) fn csv(bytes: &[u8]) {
    read(bytes, &Options::default());
    let named = vec!["body=column_1".to_owned()];
    read(bytes, &Options { map: named, dates: Some(DateOrder::Dmy), ..Options::default() });
}

/// JSON of any shape.
pub(crate) fn json(bytes: &[u8]) {
    read(bytes, &Options::default());
}

/// A date cell in every order.
pub(crate) fn dates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for order in [None, Some(DateOrder::Dmy), Some(DateOrder::Mdy), Some(DateOrder::Ymd)] {
        let _ = dates::parse(&text, order);
    }
    let _ = dates::fits(&text);
}
