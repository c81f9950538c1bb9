//! The sources that come with plaint, and the user's own.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, OnceLock};

use regex::Regex;

use crate::error::{self, Error, Result};
use crate::ingest::options::FIELDS;
use crate::ingest::source::Source;

/// A source's file, in the binary.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// The file's name without `.toml`.
    pub name: &'static str,
    /// Its text.
    pub toml: &'static str,
}

/// Every source that comes with plaint, in the order of `plaint list sources`.
pub const SOURCES: &[Embedded] = &[
    Embedded { name: "amazon_2018", toml: include_str!("sources/amazon_2018.toml") },
    Embedded { name: "amazon_2023", toml: include_str!("sources/amazon_2023.toml") },
    Embedded { name: "asc_api", toml: include_str!("sources/asc_api.toml") },
    Embedded { name: "bluesky_json", toml: include_str!("sources/bluesky_json.toml") },
    Embedded { name: "boston311", toml: include_str!("sources/boston311.toml") },
    Embedded { name: "brand24", toml: include_str!("sources/brand24.toml") },
    Embedded { name: "brandwatch", toml: include_str!("sources/brandwatch.toml") },
    Embedded { name: "call_log", toml: include_str!("sources/call_log.toml") },
    Embedded { name: "cfpb_csv", toml: include_str!("sources/cfpb_csv.toml") },
    Embedded { name: "cfpb_json", toml: include_str!("sources/cfpb_json.toml") },
    Embedded { name: "chatwoot_json", toml: include_str!("sources/chatwoot_json.toml") },
    Embedded { name: "delighted_api", toml: include_str!("sources/delighted_api.toml") },
    Embedded { name: "delighted_csv", toml: include_str!("sources/delighted_csv.toml") },
    Embedded { name: "determ", toml: include_str!("sources/determ.toml") },
    Embedded { name: "discourse_json", toml: include_str!("sources/discourse_json.toml") },
    Embedded { name: "fb_dyi_comments", toml: include_str!("sources/fb_dyi_comments.toml") },
    Embedded { name: "fcc_csv", toml: include_str!("sources/fcc_csv.toml") },
    Embedded { name: "freshdesk_csv", toml: include_str!("sources/freshdesk_csv.toml") },
    Embedded { name: "freshservice_csv", toml: include_str!("sources/freshservice_csv.toml") },
    Embedded { name: "front_csv", toml: include_str!("sources/front_csv.toml") },
    Embedded { name: "gbp_reviews", toml: include_str!("sources/gbp_reviews.toml") },
    Embedded { name: "generic_csv", toml: include_str!("sources/generic_csv.toml") },
    Embedded { name: "generic_json", toml: include_str!("sources/generic_json.toml") },
    Embedded { name: "github_issues_json", toml: include_str!("sources/github_issues_json.toml") },
    Embedded { name: "google_play_csv", toml: include_str!("sources/google_play_csv.toml") },
    Embedded { name: "gorgias_csv", toml: include_str!("sources/gorgias_csv.toml") },
    Embedded { name: "gplay_scraper", toml: include_str!("sources/gplay_scraper.toml") },
    Embedded { name: "graph_comments", toml: include_str!("sources/graph_comments.toml") },
    Embedded { name: "helpscout_json", toml: include_str!("sources/helpscout_json.toml") },
    Embedded { name: "hootsuite_inbox_csv", toml: include_str!("sources/hootsuite_inbox_csv.toml") },
    Embedded { name: "hootsuite_posts", toml: include_str!("sources/hootsuite_posts.toml") },
    Embedded { name: "hubspot_tickets", toml: include_str!("sources/hubspot_tickets.toml") },
    Embedded { name: "ig_dyi_comments", toml: include_str!("sources/ig_dyi_comments.toml") },
    Embedded { name: "instagram_api", toml: include_str!("sources/instagram_api.toml") },
    Embedded { name: "intercom_csv", toml: include_str!("sources/intercom_csv.toml") },
    Embedded { name: "intercom_json", toml: include_str!("sources/intercom_json.toml") },
    Embedded { name: "itunes_rss", toml: include_str!("sources/itunes_rss.toml") },
    Embedded { name: "jira_csv", toml: include_str!("sources/jira_csv.toml") },
    Embedded { name: "jira_datapipeline", toml: include_str!("sources/jira_datapipeline.toml") },
    Embedded { name: "kitsune_json", toml: include_str!("sources/kitsune_json.toml") },
    Embedded { name: "letters", toml: include_str!("sources/letters.toml") },
    Embedded { name: "linkedin_comments", toml: include_str!("sources/linkedin_comments.toml") },
    Embedded { name: "mastodon_api", toml: include_str!("sources/mastodon_api.toml") },
    Embedded { name: "mastodon_outbox", toml: include_str!("sources/mastodon_outbox.toml") },
    Embedded { name: "mbox", toml: include_str!("sources/mbox.toml") },
    Embedded { name: "meltwater_legacy", toml: include_str!("sources/meltwater_legacy.toml") },
    Embedded { name: "meltwater_new", toml: include_str!("sources/meltwater_new.toml") },
    Embedded { name: "netbase_quid", toml: include_str!("sources/netbase_quid.toml") },
    Embedded { name: "nhtsa_flat", toml: include_str!("sources/nhtsa_flat.toml") },
    Embedded { name: "nyc311", toml: include_str!("sources/nyc311.toml") },
    Embedded { name: "osticket_csv", toml: include_str!("sources/osticket_csv.toml") },
    Embedded { name: "pinterest_json", toml: include_str!("sources/pinterest_json.toml") },
    Embedded { name: "pulsar_trac", toml: include_str!("sources/pulsar_trac.toml") },
    Embedded { name: "qualtrics", toml: include_str!("sources/qualtrics.toml") },
    Embedded { name: "reddit_csv", toml: include_str!("sources/reddit_csv.toml") },
    Embedded { name: "reddit_json", toml: include_str!("sources/reddit_json.toml") },
    Embedded { name: "redditextractor", toml: include_str!("sources/redditextractor.toml") },
    Embedded { name: "salesforce_api", toml: include_str!("sources/salesforce_api.toml") },
    Embedded { name: "salesforce_case", toml: include_str!("sources/salesforce_case.toml") },
    Embedded { name: "servicenow_csv", toml: include_str!("sources/servicenow_csv.toml") },
    Embedded { name: "slack_json", toml: include_str!("sources/slack_json.toml") },
    Embedded { name: "sprinklr", toml: include_str!("sources/sprinklr.toml") },
    Embedded { name: "sprinklr_widget", toml: include_str!("sources/sprinklr_widget.toml") },
    Embedded { name: "sprout_posts", toml: include_str!("sources/sprout_posts.toml") },
    Embedded { name: "surveymonkey", toml: include_str!("sources/surveymonkey.toml") },
    Embedded { name: "talkwalker", toml: include_str!("sources/talkwalker.toml") },
    Embedded { name: "telegram_bot", toml: include_str!("sources/telegram_bot.toml") },
    Embedded { name: "telegram_export", toml: include_str!("sources/telegram_export.toml") },
    Embedded { name: "tiktok_apify", toml: include_str!("sources/tiktok_apify.toml") },
    Embedded { name: "trustpilot_api", toml: include_str!("sources/trustpilot_api.toml") },
    Embedded { name: "trustpilot_csv", toml: include_str!("sources/trustpilot_csv.toml") },
    Embedded { name: "tumblr_json", toml: include_str!("sources/tumblr_json.toml") },
    Embedded { name: "twcs_csv", toml: include_str!("sources/twcs_csv.toml") },
    Embedded { name: "typeform_csv", toml: include_str!("sources/typeform_csv.toml") },
    Embedded { name: "x_archive", toml: include_str!("sources/x_archive.toml") },
    Embedded { name: "x_v1_json", toml: include_str!("sources/x_v1_json.toml") },
    Embedded { name: "x_v2_json", toml: include_str!("sources/x_v2_json.toml") },
    Embedded { name: "yelp_ndjson", toml: include_str!("sources/yelp_ndjson.toml") },
    Embedded { name: "youtube_json", toml: include_str!("sources/youtube_json.toml") },
    Embedded { name: "yt_takeout_comments", toml: include_str!("sources/yt_takeout_comments.toml") },
    Embedded { name: "ytdlp_json", toml: include_str!("sources/ytdlp_json.toml") },
    Embedded { name: "zammad_table", toml: include_str!("sources/zammad_table.toml") },
    Embedded { name: "zendesk_csv", toml: include_str!("sources/zendesk_csv.toml") },
    Embedded { name: "zendesk_explore_csv", toml: include_str!("sources/zendesk_explore_csv.toml") },
    Embedded { name: "zendesk_json", toml: include_str!("sources/zendesk_json.toml") },
    Embedded { name: "zendesk_view_csv", toml: include_str!("sources/zendesk_view_csv.toml") },
    Embedded { name: "zoho_desk_csv", toml: include_str!("sources/zoho_desk_csv.toml") },
];

/// Every source of [`SOURCES`], read.
///
/// # Errors
/// An internal error when one of them is malformed; a test reads them all.
pub fn all() -> Result<&'static [Arc<Source>]> {
    static ALL: OnceLock<Result<Vec<Arc<Source>>>> = OnceLock::new();
    ALL.get_or_init(|| {
        SOURCES.iter().map(|s| parse(s.toml, &format!("sources/{}.toml", s.name)).map(Arc::new)).collect()
    })
    .as_deref()
    .map_err(Clone::clone)
}

/// The source the user named: one of ours, or the path of a `.toml` file.
///
/// # Errors
/// Bad usage when there is none of that name; a file that cannot be read, or is not a source (with its line).
pub fn named(name: &str) -> Result<Arc<Source>> {
    if name.ends_with(".toml") {
        let text = fs::read_to_string(name).map_err(|cause| Error::io(name, "read the source", &cause))?;
        return parse(&text, name).map(Arc::new);
    }
    let all = all()?;
    if let Some(source) = all.iter().find(|source| source.name == name) {
        return Ok(Arc::clone(source));
    }
    let names = || all.iter().map(|source| source.name.as_str());
    let error = Error::usage(format!("--source: there is no source \"{name}\""));
    Err(match error::nearest(name, names()) {
        Some(near) => error.hint(format!("did you mean --source {near}?")),
        None => error
            .evidence(format!("sources: {}", names().collect::<Vec<_>>().join(", ")))
            .hint("name one of these, or a file ending in .toml"),
    })
}

/// Reads a source's file; `path` is for the errors.
///
/// # Errors
/// Not TOML, an unknown key, or a value that means nothing, with the line.
pub fn parse(text: &str, path: &str) -> Result<Source> {
    let source: Source = toml_edit::de::from_str(text).map_err(|cause| {
        let (line, column) = cause.span().map_or((1, 1), |span| place(text, span.start));
        let what = cause.message().lines().collect::<Vec<_>>().join("; ");
        Error::failed(format!("not a source: {what}")).at(path).line(line).column(column)
    })?;
    check(&source).map_err(|(key, what, hint)| {
        let error = Error::failed(what).at(path).hint(hint);
        match text.lines().position(|line| line.trim_start().trim_start_matches('"').starts_with(&key)) {
            Some(line) => error.line(line as u64 + 1),
            None => error,
        }
    })?;
    Ok(source)
}

/// Line and column (1-based) of a byte.
fn place(text: &str, byte: usize) -> (u64, u64) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u64 + 1;
    (line, column)
}

const KINDS: [&str; 6] = ["mention", "ticket", "ticket_message", "review", "filing", "survey"];
const FEEDS: [&str; 3] = ["channel", "channel_raw", "brand"];

/// What the types cannot say. A failure is the key it is about, what is wrong, and a hint.
fn check(source: &Source) -> Result<(), (String, String, String)> {
    let wrong = |key: &str, what: String, hint: String| Err((key.to_owned(), what, hint));
    if !KINDS.contains(&source.kind.as_str()) {
        let hint = format!("kind is one of {}", KINDS.join(", "));
        return wrong("kind", format!("there is no kind \"{}\"", source.kind), hint);
    }
    if let Some(feed) = source.feed.iter().find(|feed| !FEEDS.contains(&feed.as_str())) {
        return wrong(
            "feed",
            format!("a feed cannot be told by \"{feed}\""),
            format!("feed lists {}", FEEDS.join(", ")),
        );
    }
    for (field, binding) in &source.fields {
        if !FIELDS.contains(&field.as_str()) {
            let hint = match error::nearest(field, FIELDS.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("fields: {}", FIELDS.join(", ")),
            };
            return wrong(field, format!("there is no field \"{field}\""), hint);
        }
        if let Some(pattern) = &binding.pattern
            && let Err(cause) = Regex::new(pattern)
        {
            let what = format!("the pattern of {field} is not a regular expression");
            return wrong(field, what, cause.to_string().lines().last().unwrap_or("check the pattern").to_owned());
        }
        if binding.scale.is_some_and(|[low, high]| low >= high) {
            return wrong(
                field,
                format!("the scale of {field} is upside down"),
                "write scale = [lowest, highest]".to_owned(),
            );
        }
    }
    Ok(())
}

/// A header as it is compared: NFKC, byte order marks and outer spaces off, a time zone in parentheses at the end off,
/// spaces and underscores one space, lower case.
pub(crate) fn fold(header: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let header = match zone_in(header) {
        Some(_) => header.rsplit_once('(').map_or(header, |(name, _)| name),
        None => header,
    };
    let plain: String = header.nfkc().flat_map(char::to_lowercase).map(|c| if c == '_' { ' ' } else { c }).collect();
    let plain = plain.trim_start_matches('\u{feff}');
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The time zone a header names at its end: `Europe/Berlin` of `Created at (Europe/Berlin)`.
pub(crate) fn zone_in(header: &str) -> Option<&str> {
    let inside = header.trim().strip_suffix(')')?.rsplit_once('(')?.1.trim();
    let known = |name: &str| ["UTC", "GMT"].iter().any(|zone| name.eq_ignore_ascii_case(zone));
    let zone = known(inside) || (inside.contains('/') && jiff::tz::TimeZone::get(inside).is_ok());
    zone.then_some(inside)
}

/// Column by folded name; a repeat (`Name#2`) stands behind its first.
pub(crate) fn index(columns: &[String]) -> BTreeMap<String, Vec<usize>> {
    let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        let base = match column.rsplit_once('#') {
            Some((base, n)) if n.bytes().all(|b| b.is_ascii_digit()) && columns[..at].iter().any(|c| c == base) => base,
            _ => column,
        };
        index.entry(fold(base)).or_default().push(at);
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_directory() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/ingest/sources");
        let mut files: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".toml", ""))
            .collect();
        files.sort();
        assert_eq!(files, SOURCES.iter().map(|s| s.name).collect::<Vec<_>>());
    }

    #[test]
    fn every_source_reads_and_bears_its_files_name() {
        for (source, embedded) in all().unwrap().iter().zip(SOURCES) {
            assert_eq!(source.name, embedded.name);
            assert!(!source.about.is_empty());
            let folded: Vec<String> = source.requires.iter().map(|r| fold(r)).collect();
            assert!(folded.iter().all(|r| !r.is_empty()), "{}", source.name);
        }
    }

    #[test]
    fn folds_headers() {
        assert_eq!(fold(" Created_At  (UTC) "), "created at");
        assert_eq!(fold("Started at (America/Argentina/Buenos_Aires)"), "started at");
        assert_eq!(fold("Good / bad (yes/no)"), "good / bad (yes/no)");
        assert_eq!(fold("ＩＤ"), "id");
    }

    #[test]
    fn repeats_stand_behind_their_first() {
        let columns = ["Comment", "Id", "Comment#2", "Issue#7"].map(str::to_owned);
        let index = index(&columns);
        assert_eq!(index["comment"], [0, 2]);
        assert_eq!(index["issue#7"], [3]);
    }

    const MINE: &str = "name = \"mine\"\nabout = \"a\"\nkind = \"review\"\nsystem = \"shop\"\nshape = \"table\"\n[fields]\nbody = \"Text\"\n";

    #[test]
    fn a_users_source_is_read_and_its_mistakes_have_a_line() {
        assert_eq!(parse(MINE, "mine.toml").unwrap().fields["body"].from, ["Text"]);
        let said = |text: &str| parse(text, "mine.toml").unwrap_err().to_string();
        let unknown = said(&MINE.replace("body", "bodi"));
        assert_eq!(unknown, "error: mine.toml:7: there is no field \"bodi\"\nhint: did you mean body?");
        assert!(said(&MINE.replace("\"review\"", "\"rant\"")).starts_with("error: mine.toml:3: there is no kind"));
        assert!(said(&MINE.replace("shape = \"table\"", "shape = ")).starts_with("error: mine.toml:5:"));
        assert!(said(&MINE.replace("about", "abuot")).contains("abuot"));
    }

    #[test]
    fn an_unknown_source_is_met_with_the_nearest() {
        assert!(named("cfpb").unwrap_err().to_string().contains("hint:"));
        assert!(named("reddit-csv").unwrap_err().to_string().contains("did you mean --source reddit_csv?"));
    }
}
