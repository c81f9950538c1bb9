//! Records without personal data, for a store that must never hold any (`--redact-at-ingest`).

use std::sync::LazyLock;

use polars::prelude::{Column, IntoColumn, NewChunkedArray, StringChunked};
use rayon::prelude::*;
use regex::Regex;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

use crate::enrich::pattern::pattern;
use crate::enrich::redact::redact;
use crate::error::Result;
use crate::normalise::people::NAMES;
use crate::normalise::records::Records;

/// Columns of words: what identifies somebody in them is masked.
const WORDS: [&str; 3] = ["title", "body", "reply_text"];
/// Columns that name a person and nothing else.
const PERSONS: [&str; 3] = ["author_name", "author_handle", "author_email"];

/// Keys of `extra` whose values identify somebody by their nature.
static PERSONAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:e-?mails?|phone|mobile|fax|(?:first|last|full|user|display|screen|sur|nick|customer|requester|author",
        r"|contact|real) ?name|name|address|street|zip|postcode|postal|ip|birth\w*|dob|ssn|passport|iban|card|avatar",
        r"|profile|latitude|longitude|location)\b",
    ))
});

/// The same records without what identifies a person: texts masked; the author's name, handle and e-mail address gone,
/// the author's id replaced by a hash of the best of them, so that authors can still be counted; in `extra`, values under
/// a telling key gone and the others masked. Nothing of it can be undone.
///
/// # Errors
/// An internal error when a contract is broken.
pub fn redacted(records: &Records) -> Result<Records> {
    let mut frame = records.frame().clone();
    let column = |name: &str, cells: Vec<Option<String>>| -> Column {
        StringChunked::from_iter_options(name.into(), cells.into_iter()).into_column()
    };
    for name in WORDS {
        let texts = records.text(name)?;
        let masked = (0..records.len())
            .into_par_iter()
            .with_min_len(512)
            .map(|row| texts.get(row).map(|text| redact(text).0.into_owned()))
            .collect();
        frame.with_column(column(name, masked))?;
    }
    let names = NAMES.iter().map(|name| records.text(name)).collect::<Result<Vec<_>>>()?;
    let hashed = (0..records.len()).map(|row| {
        let named = NAMES.iter().zip(&names).find_map(|(name, cells)| Some((name, cells.get(row)?)))?;
        let digest = digest(&SHA256, format!("{}\0{}", named.0, named.1).as_bytes());
        Some(format!("h:{}", digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>()))
    });
    frame.with_column(column("author_id", hashed.collect()))?;
    for name in PERSONS {
        frame.with_column(column(name, vec![None; records.len()]))?;
    }
    let extras = records.text("extra")?;
    let cleaned = (0..records.len()).into_par_iter().with_min_len(512).map(|row| extras.get(row).map(extra)).collect();
    frame.with_column(column("extra", cleaned))?;
    Records::new(frame, records.headers().clone())
}

fn extra(json: &str) -> String {
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(json) else { return "{}".to_owned() };
    let kept: Map<String, Value> = object
        .into_iter()
        .filter(|(key, _)| !PERSONAL.is_match(&key.replace(['_', '-', '.'], " ")))
        .map(|(key, value)| (key, masked(value)))
        .collect();
    Value::Object(kept).to_string()
}

fn masked(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redact(&text).0.into_owned()),
        Value::Array(list) => Value::Array(list.into_iter().map(masked).collect()),
        Value::Object(object) => Value::Object(object.into_iter().map(|(key, value)| (key, masked(value))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::testing::records;

    #[test]
    fn nothing_personal_is_left() {
        let rows: [&[(&str, &str)]; 3] = [
            &[
                ("author_name", "Ann Lee"),
                ("author_email", "ann@lee.example"),
                ("body", "Hi Bob,\ncall +44 20 7946 0958"),
                ("extra", r#"{"Contact Name":"Ann","Plan":"gold","note":"mail ann@lee.example"}"#),
            ],
            &[("author_email", "ann@lee.example"), ("title", "again")],
            &[("title", "anonymous")],
        ];
        let clean = redacted(&records(&rows)).unwrap();
        let cell = |column: &str, row: usize| clean.text(column).unwrap().get(row).map(str::to_owned);
        assert_eq!(cell("body", 0).unwrap(), "Hi [name],\ncall [phone]");
        assert_eq!(cell("extra", 0).unwrap(), r#"{"Plan":"gold","note":"mail [email]"}"#);
        assert_eq!((cell("author_name", 0), cell("author_email", 0)), (None, None));
        let id = cell("author_id", 0).unwrap();
        assert!(id.starts_with("h:") && id.len() == 34);
        assert_eq!(cell("author_id", 1).as_deref(), Some(id.as_str()));
        assert_eq!(cell("author_id", 2), None);
        assert!(!format!("{:?}", clean.frame()).contains("lee.example"));
    }
}
