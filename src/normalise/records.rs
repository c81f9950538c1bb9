//! The contract of `Records`: one row per utterance.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::contract::{self, Column, Type};
use crate::error::Result;
use crate::normalise::stack::lean;

const fn column(name: &'static str, kind: Type, about: &'static str) -> Column {
    Column { name, kind, nullable: true, about }
}

const fn required(name: &'static str, kind: Type, about: &'static str) -> Column {
    Column { name, kind, nullable: false, about }
}

/// Every field of a record, in the order of the frame's columns.
pub const COLUMNS: &[Column] = &[
    required("uid", Type::Text, "system[@account]:native id, or a hash of the raw cells; the key"),
    required("kind", Type::Text, "mention, ticket, ticket_message, review, filing or survey"),
    required("system", Type::Text, "where it lives: zendesk, x, google_play, cfpb"),
    column("account", Type::Text, "which of several: host, repository, --account"),
    required("feed", Type::Text, "system[@account][/channel or brand]: what is counted together"),
    required("source", Type::Text, "the source that read it"),
    required("source_file", Type::Text, "the dump's path as named"),
    required("source_row", Type::Int, "1-based data row in the dump"),
    required("source_line", Type::Int, "1-based physical line of the row's first byte; 0 where there are no lines"),
    column("source_id", Type::Text, "the native id, always text"),
    required("id_quality", Type::Text, "native, from_url, hash or lossy_excel"),
    column("thread_id", Type::Text, "the conversation it belongs to"),
    column("parent_id", Type::Text, "what it answers"),
    column("url", Type::Text, "where to see it"),
    column("channel", Type::Text, "x, facebook, email, chat, phone, google_play, regulator, ..."),
    column("channel_raw", Type::Text, "the channel as the dump names it"),
    required("direction", Type::Text, "inbound, outbound (the brand or an agent wrote it), internal or unknown"),
    column("is_repost", Type::Bool, "a retweet or share of somebody else's words"),
    column("created_at", Type::Instant, "when it was written; a day-only date is 00:00 UTC of its written day"),
    column("created_at_raw", Type::Text, "the date cell as written"),
    column(
        "created_tz",
        Type::Text,
        "how the instant was obtained: offset, utc, header:ZONE, user:ZONE, source:ZONE, assumed_utc",
    ),
    column("created_precision", Type::Text, "ms, s, min, hour or day"),
    column("updated_at", Type::Instant, "when it last changed"),
    column("first_response_at", Type::Instant, "when somebody first answered"),
    column("resolved_at", Type::Instant, "when it was solved"),
    column("closed_at", Type::Instant, "when it was closed"),
    column("title", Type::Text, "subject or headline, plain text"),
    column("body", Type::Text, "what the author wrote this time, plain text"),
    column("author_id", Type::Text, "the author's native id"),
    column("author_name", Type::Text, "the author's name"),
    column("author_handle", Type::Text, "the author's handle, without @"),
    column("author_email", Type::Text, "the author's e-mail address"),
    column("author_followers", Type::Int, "accounts that follow the author"),
    column("likes", Type::Int, "likes or upvotes"),
    column("shares", Type::Int, "shares or retweets"),
    column("replies", Type::Int, "replies or comments"),
    column("views", Type::Int, "views or impressions"),
    column("vendor_reach", Type::Float, "the vendor's own estimate of reach, not comparable between vendors"),
    column("vendor_sentiment", Type::Text, "the vendor's own verdict: positive, neutral, negative or mixed"),
    column("vendor_sentiment_score", Type::Float, "the vendor's own score"),
    column("rating", Type::Float, "stars or points given"),
    column("rating_max", Type::Float, "the top of the scale"),
    column("rating_01", Type::Float, "the rating on a scale from 0 (worst) to 1 (best)"),
    column("csat", Type::Text, "good, neutral, bad, offered or not_offered"),
    column("csat_raw", Type::Text, "the satisfaction cell as written"),
    column("nps", Type::Int, "0 to 10: how likely to recommend"),
    column("language", Type::Text, "BCP 47, lower case"),
    column("country", Type::Text, "the country as the dump names it"),
    column("status", Type::Text, "new, open, pending, on_hold, solved, closed, deleted, spam, merged or other"),
    column("status_raw", Type::Text, "the status as the dump names it"),
    column(
        "status_history",
        Type::History,
        "each status its versions had, with their time of change; null where only one is known",
    ),
    column("priority", Type::Text, "low, normal, high or urgent"),
    column("priority_raw", Type::Text, "the priority as the dump names it"),
    column("category", Type::Text, "what the filer or agent ticked"),
    column("assignee", Type::Text, "the agent in charge"),
    column("group", Type::Text, "the team in charge"),
    column("organization", Type::Text, "the author's company"),
    column("brand", Type::Text, "the brand or company it is about"),
    column("product", Type::Text, "the product it is about"),
    column("app_version", Type::Text, "the version it is about"),
    required("tags", Type::Texts, "the dump's tags; empty when none"),
    column("reply_text", Type::Text, "the owner's public reply"),
    column("reply_at", Type::Instant, "when the owner replied"),
    required("extra", Type::Text, "every other non-empty column, one JSON object with sorted keys"),
    required(
        "warnings",
        Type::Texts,
        "what was repaired or assumed: tz_assumed, html_stripped, boilerplate_cut, future_date, ...",
    ),
];

/// One row per utterance, sorted by `uid`, every `uid` once. Columns: [`COLUMNS`].
#[derive(Debug, Clone)]
pub struct Records {
    frame: DataFrame,
    /// The dumps' own headers that became a field: header → field name. Lets `--segment` and `--where` name either.
    headers: BTreeMap<String, String>,
}

impl Records {
    /// Checks the contract.
    ///
    /// # Errors
    /// An internal error when a column is missing, out of order, of another type, or null where it may not be.
    pub fn new(frame: DataFrame, headers: BTreeMap<String, String>) -> Result<Self> {
        contract::check(&frame, COLUMNS, "records")?;
        Ok(Self { frame, headers })
    }

    /// The same records, with what was laid out of empty columns for a reader let go.
    ///
    /// # Errors
    /// Never for checked records.
    pub fn lean(self) -> Result<Self> {
        Ok(Self { frame: lean(self.frame)?, ..self })
    }

    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The dumps' own headers that became a field.
    pub fn headers(&self) -> &BTreeMap<String, String> {
        &self.headers
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frame.height() == 0
    }
}
