//! Feeds' names as they are printed: an account or a channel may be a person's.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::{IntoColumn, NewChunkedArray, StringChunked};

use crate::compose::read::Read;
use crate::enrich::redact;
use crate::error::Result;
use crate::normalise::records::Records;
use crate::normalise::texts::Texts;

/// Feed → first and last day, where they were declared.
type Covers = BTreeMap<String, (Date, Date)>;

/// The same records and spans with what identifies a person masked in the names of the feeds. Feeds whose names no longer
/// differ get a number, so that each stays a feed of its own; those that `expected` names stay as they are: the user
/// wrote them down.
///
/// # Errors
/// Internal only.
pub(crate) fn masked(read: &Read, expected: &[String]) -> Result<(Records, Covers)> {
    let names = masked_names(&read.records, expected)?;
    if names.iter().all(|(name, masked)| name == masked) {
        return Ok((read.records.clone(), read.covers.clone()));
    }
    let shown = |name: &str| names.get(name).map_or(name, String::as_str).to_owned();
    let mut frame = read.records.frame().clone();
    let cells = read.records.text("feed")?.iter().map(|feed| feed.map(shown));
    frame.with_column(StringChunked::from_iter_options("feed".into(), cells).into_column())?;
    let covers = read.covers.iter().map(|(feed, span)| (shown(feed), *span)).collect();
    Ok((Records::new(frame, read.records.headers().clone())?, covers))
}

/// Each feed's name with what is printed for it.
fn masked_names(records: &Records, expected: &[String]) -> Result<BTreeMap<String, String>> {
    let of = |name| Texts::of(records.frame(), name);
    let (feeds, systems, accounts) = (of("feed")?, of("system")?, of("account")?);
    let feeds = feeds.numbered();
    let mut first = vec![None; feeds.values.len()];
    for (row, feed) in feeds.of.iter().enumerate() {
        first[*feed as usize].get_or_insert(row);
    }
    // Each with the system and the account of its first record.
    let parts: Vec<(&str, &str, Option<&str>)> = feeds
        .values
        .iter()
        .zip(first)
        .filter_map(|(feed, row)| Some(((*feed)?, systems.get(row?).unwrap_or_default(), accounts.get(row?))))
        .collect();
    let mut taken: BTreeSet<String> = parts.iter().map(|(feed, ..)| (*feed).to_owned()).collect();
    let mut names = BTreeMap::new();
    for (feed, system, account) in parts {
        let kept = expected.iter().any(|name| name == feed);
        let plain = if kept { feed.to_owned() } else { masked_name(feed, system, account) };
        let mut name = plain.clone();
        let mut number = 2;
        while name != feed && !taken.insert(name.clone()) {
            name = format!("{plain} {number}");
            number += 1;
        }
        names.insert(feed.to_owned(), name);
    }
    Ok(names)
}

/// `system[@account][/channel or brand]` with every part masked by itself: a host after the `@` is no e-mail address.
fn masked_name(feed: &str, system: &str, account: Option<&str>) -> String {
    let rest = feed.strip_prefix(system).unwrap_or(feed);
    let (account, rest) =
        match account.and_then(|account| Some((account, rest.strip_prefix('@')?.strip_prefix(account)?))) {
            Some((account, rest)) => (format!("@{}", redact::redact(account).0), rest),
            None => (String::new(), rest),
        };
    let values: Vec<String> = rest.split('/').map(|value| redact::redact(value).0.into_owned()).collect();
    let system = if feed.starts_with(system) { system } else { "" };
    format!("{system}{account}{}", values.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::testing::records;

    #[test]
    fn each_part_is_masked_by_itself_and_feeds_stay_apart() {
        let rows: [&[(&str, &str)]; 5] = [
            &[("system", "zendesk"), ("account", "acme.zendesk.com"), ("feed", "zendesk@acme.zendesk.com/web")],
            &[("system", "mbox"), ("account", "ann@lee.example"), ("feed", "mbox@ann@lee.example")],
            &[("system", "mbox"), ("account", "bob@lee.example"), ("feed", "mbox@bob@lee.example")],
            &[("system", "x"), ("feed", "x/@ann_lee")],
            &[("system", "x"), ("feed", "x/@acme_care")],
        ];
        let records = records(&rows);
        let names = masked_names(&records, &["x/@acme_care".to_owned()]).unwrap();
        let shown: Vec<&str> = names.values().map(String::as_str).collect();
        assert_eq!(
            shown,
            ["mbox@[email]", "mbox@[email] 2", "x/@acme_care", "x/[handle]", "zendesk@acme.zendesk.com/web"]
        );
    }
}
