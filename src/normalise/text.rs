//! Titles and bodies as plain text.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::normalise::html;
use crate::normalise::mojibake;
use crate::normalise::values::is_null;

/// A cleaned text and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned<'a> {
    /// Null when nothing is left.
    pub text: Option<Cow<'a, str>>,
    /// Tags were stripped.
    pub html_stripped: bool,
    /// An apostrophe that an exporter put before `=`, `+`, `-` or `@` was taken away.
    pub guard_stripped: bool,
    /// The network shows `[deleted]` or `[removed]` in its place.
    pub removed: bool,
    /// It had been decoded twice, and was mended.
    pub mended: bool,
}

/// Makes plain text of a cell: line ends are LF, entities decoded (twice where they were encoded twice), HTML
/// stripped where tags are balanced, composed (NFC), without byte-order marks, zero-width spaces and NULs, trimmed.
/// Text that needs nothing is borrowed.
pub fn clean(cell: &str) -> Cleaned<'_> {
    let mut done = Cleaned { text: None, html_stripped: false, guard_stripped: false, removed: false, mended: false };
    let mut text = Cow::Borrowed(cell);
    if let Some(runs) = runs(cell) {
        text = Cow::Owned(runs);
    }
    if !text.is_ascii()
        && let Some(mended) = mojibake::repaired(&text)
    {
        text = Cow::Owned(mended);
        done.mended = true;
    }
    if has(&text, b'<') {
        strip(&mut text, &mut done);
    }
    if has(&text, b'&') {
        text = decoded(text);
        if !done.html_stripped && has(&text, b'<') {
            strip(&mut text, &mut done);
        }
    }
    if text.bytes().any(|b| matches!(b, b'\r' | 0) || b >= 0x80) {
        text = tidied(text);
    }
    let trimmed = text.trim();
    let guarded = trimmed.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).map(str::trim_start);
    done.guard_stripped = guarded.is_some();
    let kept = guarded.unwrap_or(trimmed);
    done.removed = matches!(kept, "[deleted]" | "[removed]");
    if !done.removed && !is_null(kept) {
        done.text = Some(within(text.clone(), kept));
    }
    done
}

/// The words of `{"text":"It "},{"text":"broke"}`, as a Google Takeout writes a comment into a cell.
fn runs(cell: &str) -> Option<String> {
    let cell = cell.trim();
    if !cell.starts_with("{\"text\":") || !cell.ends_with('}') {
        return None;
    }
    let parts: Vec<serde_json::Value> = serde_json::from_str(&format!("[{cell}]")).ok()?;
    parts.iter().map(|part| part.get("text").and_then(serde_json::Value::as_str)).collect()
}

/// A short cell (a name, a category) as one clean line: trimmed, entities decoded, composed, without invisible marks. Null when it is
/// one of the ways to write nothing.
pub fn short(cell: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let cell = if has(&cell, b'&') { decoded(cell) } else { cell };
    let text = if cell.is_ascii() { cell } else { tidied(cell) };
    let kept = text.trim();
    if is_null(kept) {
        return None;
    }
    if kept.len() == text.len() {
        return Some(text);
    }
    let kept = kept.to_owned();
    Some(match text {
        Cow::Borrowed(whole) => Cow::Borrowed(whole.trim()),
        Cow::Owned(_) => Cow::Owned(kept),
    })
}

fn has(text: &str, byte: u8) -> bool {
    text.as_bytes().contains(&byte)
}

fn strip(text: &mut Cow<'_, str>, done: &mut Cleaned<'_>) {
    if let Some(plain) = html::strip(text) {
        *text = Cow::Owned(plain);
        done.html_stripped = true;
    }
}

fn decoded(text: Cow<'_, str>) -> Cow<'_, str> {
    let twice = text.contains("&amp;") && looks_encoded_twice(&text);
    let once = htmlize::unescape(text);
    if twice { Cow::Owned(htmlize::unescape(once.as_ref()).into_owned()) } else { once }
}

/// `&amp;lt;`, `&amp;#39;`: an entity whose ampersand is itself an entity.
fn looks_encoded_twice(text: &str) -> bool {
    text.match_indices("&amp;").any(|(at, found)| {
        let rest = &text[at + found.len()..];
        let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
        (2..=8).contains(&name) && rest.as_bytes().get(name) == Some(&b';')
    })
}

fn tidied(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut text = text;
    if text.contains('\r') {
        text = Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    if text.contains(['\u{feff}', '\u{200b}', '\0']) {
        text = Cow::Owned(text.replace(['\u{feff}', '\u{200b}', '\0'], ""));
    }
    if is_nfc_quick(text.chars()) != IsNormalized::Yes {
        text = Cow::Owned(text.nfc().collect());
    }
    text
}

/// `part`, which lies within `whole`, borrowed where `whole` is.
fn within<'a>(whole: Cow<'a, str>, part: &str) -> Cow<'a, str> {
    if part.len() == whole.len() {
        return whole;
    }
    match whole {
        Cow::Borrowed(all) => {
            let start = part.as_ptr().addr() - all.as_ptr().addr();
            Cow::Borrowed(&all[start..start + part.len()])
        }
        Cow::Owned(_) => Cow::Owned(part.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    fn text(cell: &str) -> Option<String> {
        clean(cell).text.map(Cow::into_owned)
    }

    #[track_caller]
    fn becomes(cell: &str, expected: &str) {
        assert_eq!(text(cell).as_deref(), Some(expected), "{cell:?}");
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(clean("  late again ").text, Some(Cow::Borrowed("late again"))));
        assert!(matches!(clean("café ☕").text, Some(Cow::Borrowed("café ☕"))));
    }

    #[test]
    fn entities_and_line_ends() {
        becomes("a\r\nb\rc", "a\nb\nc");
        becomes("I &lt;3 you &amp; yours", "I <3 you & yours");
        becomes("&amp;lt;3 &amp;amp;", "<3 &");
        becomes("AT&T; R&D", "AT&T; R&D");
        becomes("\u{feff}e\u{301}\u{200b}", "é");
        becomes("a\0b", "ab");
    }

    #[test]
    fn html_is_stripped_and_flagged() {
        let cleaned = clean("<p>Late <b>again</b> &amp; again</p>");
        assert_eq!(cleaned.text.as_deref(), Some("Late again & again"));
        assert!(cleaned.html_stripped);
        let cleaned = clean("&lt;p&gt;Late&lt;/p&gt;");
        assert_eq!(cleaned.text.as_deref(), Some("Late"));
        assert!(!clean("a <3 b").html_stripped);
    }

    #[test]
    fn guards_and_removed_posts() {
        let cleaned = clean("'@united why");
        assert_eq!(cleaned.text.as_deref(), Some("@united why"));
        assert!(cleaned.guard_stripped);
        becomes("'tis late", "'tis late");
        let removed = clean("[deleted]");
        assert!(removed.removed && removed.text.is_none());
        assert_eq!(text("nan"), None);
        assert_eq!(text(" "), None);
        becomes("?", "?");
    }

    #[test]
    fn broken_and_wrapped_text() {
        let cleaned = clean("It doesnâ€™t work");
        assert_eq!((cleaned.text.as_deref(), cleaned.mended), (Some("It doesn’t work"), true));
        becomes("{\"text\":\"It \"},{\"text\":\"broke\",\"bold\":true}", "It broke");
        becomes("{\"text\": cut", "{\"text\": cut");
    }

    #[test]
    fn short_cells() {
        let of = |s: &'static str| short(Cow::Borrowed(s));
        assert_eq!(of(" Ann "), Some(Cow::Borrowed("Ann")));
        assert_eq!(of("-"), None);
        assert_eq!(of("Fees &amp; charges"), Some(Cow::Borrowed("Fees & charges")));
        assert_eq!(of("\u{feff}Ann"), Some(Cow::Borrowed("Ann")));
    }

    proptest! {
        #[test]
        fn cleaning_never_panics_and_leaves_no_blank(cell in any::<String>()) {
            if let Some(text) = clean(&cell).text {
                assert!(!text.is_empty());
                assert_eq!(text.trim(), text.as_ref());
            }
        }
    }
}
