//! Records → Voiced: what is said, redacted.

pub mod agree;
pub mod brands;
pub mod echo;
pub mod near;
pub mod plain;
pub mod profile;
pub mod reach;
pub mod redact;
#[cfg(test)]
mod testing;

use polars::prelude::{Column as Series, DataFrame, IntoColumn, StringChunked, StringChunkedBuilder};
use rayon::prelude::*;

use crate::contract::{self, Column, Type};
use crate::error::Result;
use crate::normalise::records::{COLUMNS, Records};

/// What `Voiced` adds to the columns of `Records`.
pub const ADDED: &[Column] = &[Column {
    name: "text",
    kind: Type::Text,
    nullable: true,
    about: "title and body, redacted; null when the record has neither",
}];

/// Records with their `text`: the columns of `Records`, then [`ADDED`]; same rows, same order.
#[derive(Debug, Clone)]
pub struct Voiced {
    frame: DataFrame,
    masked: i64,
}

impl Voiced {
    /// Checks the contract. `masked` is how many spans redaction took out.
    ///
    /// # Errors
    /// An internal error when the frame does not keep it.
    pub fn new(frame: DataFrame, masked: i64) -> Result<Self> {
        let columns: Vec<Column> = COLUMNS.iter().chain(ADDED).copied().collect();
        contract::check(&frame, &columns, "voiced")?;
        Ok(Self { frame, masked })
    }

    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frame.height() == 0
    }

    /// What each record says; null when it says nothing.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn text(&self) -> Result<&StringChunked> {
        self.texts_of("text")
    }

    /// A text column by name.
    ///
    /// # Errors
    /// An internal error when there is no such column or it is not text.
    pub fn texts_of(&self, column: &str) -> Result<&StringChunked> {
        Ok(self.frame.column(column)?.str()?)
    }

    /// How many spans were masked.
    pub fn masked(&self) -> i64 {
        self.masked
    }
}

/// Gives every record its text, redacted unless `redact` is off.
///
/// # Errors
/// An internal error when a contract is broken.
pub fn enrich(records: &Records, redact: bool) -> Result<Voiced> {
    let mut frame = records.frame().clone();
    frame.rechunk_mut();
    let (titles, bodies) = (frame.column("title")?.str()?, frame.column("body")?.str()?);
    let texts: Vec<(Option<String>, i64)> = (0..frame.height())
        .into_par_iter()
        .with_min_len(512)
        .map(|row| match join(titles.get(row), bodies.get(row)) {
            Some(text) if redact => {
                let (text, masked) = redact::redact(&text);
                (Some(text.into_owned()), masked.total())
            }
            text => (text, 0),
        })
        .collect();
    let mut column = StringChunkedBuilder::new("text".into(), texts.len());
    let mut masked = 0;
    for (text, count) in &texts {
        column.append_option(text.as_deref());
        masked += *count;
    }
    let text: Series = column.finish().into_column();
    frame.with_column(text)?;
    Voiced::new(frame, masked)
}

/// Title and body on lines of their own; a body that begins with its title is not told it twice.
fn join(title: Option<&str>, body: Option<&str>) -> Option<String> {
    let filled = |text: Option<&str>| text.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    match (filled(title), filled(body)) {
        (Some(title), Some(body)) if body.starts_with(&title) => Some(body),
        (Some(title), Some(body)) => Some(format!("{title}\n{body}")),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::plain::{Plain, records_of};

    #[test]
    fn text_is_title_and_body_redacted() {
        let rows = [
            Plain { uid: "a", title: Some("Late"), body: Some("Mail me: a@b.co"), ..Plain::default() },
            Plain { uid: "b", title: Some("Late"), body: Some("Late again"), ..Plain::default() },
            Plain { uid: "c", title: None, body: Some("  "), ..Plain::default() },
        ];
        let records = records_of(&rows).unwrap();
        let voiced = enrich(&records, true).unwrap();
        let text = voiced.text().unwrap();
        assert_eq!(text.get(0), Some("Late\nMail me: [email]"));
        assert_eq!(text.get(1), Some("Late again"));
        assert_eq!(text.get(2), None);
        assert_eq!(voiced.masked(), 1);
        assert_eq!(enrich(&records, false).unwrap().text().unwrap().get(0), Some("Late\nMail me: a@b.co"));
    }
}
