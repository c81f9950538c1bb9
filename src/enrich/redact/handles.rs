//! Accounts' names: `@name`, `@name@host.example`, `u/name`.
//!
//! Read by hand, not by a pattern: every other post addresses somebody, and a pattern with a group costs more than all
//! else that is looked for.

use std::sync::LazyLock;

use regex::Regex;

use crate::enrich::pattern::pattern;
use crate::enrich::redact::{Kind, Spans};

static REDDITOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[\s(\[,])(/?u/[A-Za-z0-9_\-]{3,20})\b"));

/// Signs in an account's name, at least and at most.
const SIGNS: std::ops::RangeInclusive<usize> = 2..=50;

/// Adds `@name`, and `@name@host.example`.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let mut after = 0;
    for (at, _) in text.match_indices('@') {
        // An address has a letter before its @, a link a slash; the second @ of a name is part of it.
        let before = text[..at].chars().next_back();
        if at < after || before.is_some_and(|c| is_sign(c) || matches!(c, '@' | '/')) {
            continue;
        }
        let name = run(&text[at + 1..], is_sign, *SIGNS.end());
        if name.chars().nth(SIGNS.start() - 1).is_none() || !is_handle(name) {
            continue;
        }
        let end = at + 1 + name.len();
        after = end + host(&text[end..]);
        spans.add(text, at, after, Kind::Handle);
    }
}

/// Adds `u/name`.
pub(super) fn redditors(text: &str, spans: &mut Spans) {
    spans.find(text, &REDDITOR, Kind::Handle, |_| true);
}

/// The length of `@host.example`, from the @ on; 0 where none follows.
fn host(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('@') else { return 0 };
    let label = |text: &str| run(text, |c| c.is_alphanumeric() || c == '-', usize::MAX).len();
    let first = label(rest);
    let mut length = first;
    while first > 0 && rest[length..].starts_with('.') {
        match label(&rest[length + 1..]) {
            0 => break,
            more => length += 1 + more,
        }
    }
    if length > first { 1 + length } else { 0 }
}

/// A handle holds a letter, and is no time of day (`@5pm`).
fn is_handle(name: &str) -> bool {
    let after = name.trim_start_matches(|c: char| c.is_ascii_digit());
    after.chars().any(char::is_alphabetic)
        && !(after.len() < name.len() && matches!(after.to_ascii_lowercase().as_str(), "am" | "pm" | "h"))
}

fn is_sign(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The signs a text begins with, at most so many.
fn run(text: &str, is: impl Fn(char) -> bool, most: usize) -> &str {
    let end = text.char_indices().enumerate().find(|(n, (_, c))| *n >= most || !is(*c));
    &text[..end.map_or(text.len(), |(_, (at, _))| at)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut spans = Spans::default();
        find(text, &mut spans);
        spans.found.iter().map(|span| &text[span.start..span.end]).collect()
    }

    #[test]
    fn names_and_their_hosts_are_found() {
        assert_eq!(found("@ann_lee, ask @bob!"), ["@ann_lee", "@bob"]);
        assert_eq!(found("(@ann@social.example.org)."), ["@ann@social.example.org"]);
        assert_eq!(found("@ann@host and @zoë"), ["@ann", "@zoë"]);
        assert_eq!(found("ann@lee.example x/@ann @@ann @a @5pm @1234 @ "), Vec::<&str>::new());
    }

    #[test]
    fn long_runs_take_linear_time() {
        assert_eq!(found(&"@".repeat(1_000_000)), Vec::<&str>::new());
        assert_eq!(found(&format!("@{}", "a".repeat(1_000_000))).len(), 1);
        assert_eq!(found(&"@ab".repeat(300_000)).len(), 1);
    }
}
