//! What a user may say about a dump: `--source`, `--map`, `--dates`, `--source-tz`, `--account`.

use clap::Args;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::error::{self, Error, Result};
use crate::ingest::container::locate::{self, Members};
use crate::ingest::limits::Limits;
use crate::ingest::source::DateOrder;

/// How to read the dumps named; everything unsaid is decided from the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(default)]
#[group(skip)]
pub struct Options {
    /// What the columns mean: a known source, or a TOML file of your own
    #[arg(long, value_name = "NAME|FILE.toml")]
    pub source: Option<String>,
    /// Take a field from this column (repeatable), e.g. body=Comment
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub map: Vec<String>,
    /// Order of day, month and year in numeric dates
    #[arg(long, value_enum, value_name = "ORDER")]
    pub dates: Option<DateOrder>,
    /// Zone of times that carry none, e.g. Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    #[serde(alias = "source-tz")]
    pub source_tz: Option<String>,
    /// Which of several accounts of the system the dumps come from
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Allow more than usual (repeatable): row, columns, depth, document, unpacked or members, e.g. row=64MiB
    #[arg(long, value_name = "NAME=SIZE")]
    pub limit: Vec<String>,
}

/// The fields a column may be bound to, in the order of a record; the others are computed.
pub const FIELDS: &[&str] = &[
    "account",
    "source_id",
    "thread_id",
    "parent_id",
    "url",
    "channel",
    "direction",
    "is_repost",
    "created_at",
    "updated_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "title",
    "body",
    "author_id",
    "author_name",
    "author_handle",
    "author_email",
    "author_followers",
    "likes",
    "shares",
    "replies",
    "views",
    "vendor_reach",
    "vendor_sentiment",
    "vendor_sentiment_score",
    "rating",
    "rating_max",
    "csat",
    "nps",
    "language",
    "country",
    "status",
    "priority",
    "category",
    "assignee",
    "group",
    "organization",
    "brand",
    "product",
    "app_version",
    "tags",
    "reply_text",
    "reply_at",
];

impl Options {
    /// The `--map`s as (field, column) pairs, in the order given; `text` is another word for `body`.
    ///
    /// # Errors
    /// Bad usage: no `=`, or a field that does not exist.
    pub fn maps(&self) -> Result<Vec<(&'static str, &str)>> {
        self.map.iter().map(|map| pair(map)).collect()
    }

    /// What reading may cost.
    ///
    /// # Errors
    /// Bad usage: an unknown limit, or a value that is no size.
    pub(crate) fn limits(&self) -> Result<Limits> {
        Limits::of(&self.limit)
    }

    /// The dumps in a file: the members of an archive, the filled sheets of a workbook, or itself.
    ///
    /// # Errors
    /// A container that is damaged, or over a limit.
    pub fn members(&self, path: &str) -> Result<Members> {
        locate::members(path, &self.limits()?)
    }

    /// Checks what does not depend on any file.
    ///
    /// # Errors
    /// Bad usage: a malformed `--map` or `--limit`, or an unknown zone.
    pub fn check(&self) -> Result<()> {
        self.maps()?;
        self.limits()?;
        match &self.source_tz {
            Some(zone) if TimeZone::get(zone).is_err() => {
                Err(Error::usage(format!("--source-tz: there is no zone \"{zone}\""))
                    .hint("name a zone like Europe/Berlin, America/New_York or UTC"))
            }
            _ => Ok(()),
        }
    }
}

fn pair(map: &str) -> Result<(&'static str, &str)> {
    let Some((field, column)) = map.split_once('=') else {
        return Err(Error::usage(format!("--map \"{map}\" has no \"=\""))
            .hint("write --map FIELD=COLUMN, e.g. --map body=Comment"));
    };
    let wanted = match field.trim() {
        "text" => "body",
        other => other,
    };
    if let Some(known) = FIELDS.iter().find(|known| **known == wanted) {
        return Ok((known, column));
    }
    let error = Error::usage(format!("--map: there is no field \"{wanted}\""));
    Err(match error::nearest(wanted, FIELDS.iter().copied()) {
        Some(near) => error.hint(format!("did you mean --map {near}={column}?")),
        None => error.evidence(format!("fields: {}", FIELDS.join(", "))).hint("use one of these fields"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::records::COLUMNS;

    #[test]
    fn fields_are_columns_of_a_record_and_the_rest_is_computed() {
        const COMPUTED: &[&str] = &[
            "uid",
            "kind",
            "system",
            "feed",
            "source",
            "source_file",
            "source_row",
            "source_line",
            "id_quality",
            "channel_raw",
            "created_at_raw",
            "created_tz",
            "created_precision",
            "rating_01",
            "csat_raw",
            "status_raw",
            "status_history",
            "priority_raw",
            "extra",
            "warnings",
        ];
        let bindable = COLUMNS.iter().map(|column| column.name).filter(|name| !COMPUTED.contains(name));
        assert_eq!(bindable.collect::<Vec<_>>(), FIELDS);
    }

    fn options(map: &[&str]) -> Options {
        Options { map: map.iter().map(ToString::to_string).collect(), ..Options::default() }
    }

    #[test]
    fn text_is_the_body() {
        assert_eq!(
            options(&["text=a=b", "created_at=When"]).maps().unwrap(),
            [("body", "a=b"), ("created_at", "When")]
        );
    }

    #[test]
    fn an_unknown_field_is_met_with_the_nearest() {
        let error = options(&["creatd_at=When"]).maps().unwrap_err();
        assert!(error.to_string().ends_with("hint: did you mean --map created_at=When?"), "{error}");
        assert_eq!(error.exit_code(), 2);
        assert!(options(&["uid=id"]).maps().is_err());
    }

    #[test]
    fn an_unknown_zone_is_bad_usage() {
        let wrong = Options { source_tz: Some("Mars/Base".to_owned()), ..Options::default() };
        assert_eq!(wrong.check().unwrap_err().exit_code(), 2);
        let right = Options { source_tz: Some("America/New_York".to_owned()), ..Options::default() };
        right.check().unwrap();
    }
}
