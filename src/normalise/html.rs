//! HTML → plain text, only where the text really is HTML.

use std::collections::BTreeSet;

/// Elements that start a new line of text.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "hr",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
    "tbody",
    "thead",
    "body",
    "html",
    "title",
    "aside",
    "figure",
    "figcaption",
    "details",
    "summary",
    "main",
    "nav",
];
/// Elements that hold somebody else's words.
const QUOTES: &[&str] = &["blockquote", "aside"];
/// Elements within a line.
const INLINE: &[&str] = &[
    "a", "b", "i", "u", "s", "em", "strong", "span", "font", "small", "big", "sub", "sup", "code", "tt", "center",
    "strike", "del", "ins", "mark", "label", "abbr", "cite", "q", "img", "wbr", "td", "th", "head", "style", "script",
    "meta", "link", "input", "button", "video", "audio", "source", "iframe",
];
/// Elements without an end tag.
const VOID: &[&str] = &["br", "hr", "img", "wbr", "meta", "link", "input", "source"];
/// Elements whose end tag may be left out.
const OPTIONAL_END: &[&str] = &["p", "li", "td", "th", "tr", "dt", "dd", "tbody", "thead", "body", "html", "head"];
/// Elements whose content is not text.
const HIDDEN: &[&str] = &["style", "script", "head"];
/// Longest tag; more without a `>` is text.
const LONGEST_TAG: usize = 4096;

struct Tag {
    name: &'static str,
    closing: bool,
    end: usize,
}

/// The text of an HTML fragment; null when the text holds no known tag, or tags that are not balanced. Entities are
/// left for the caller to decode.
pub fn strip(text: &str) -> Option<String> {
    let mut open: Vec<&'static str> = Vec::new();
    let mut plain = String::with_capacity(text.len());
    let mut found = BTreeSet::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find('<') {
        let start = at + offset;
        let hidden = open.iter().any(|name| HIDDEN.contains(name));
        if !hidden {
            plain.push_str(&text[at..start]);
        }
        if let Some(end) = comment(&text[start..]) {
            at = start + end;
            continue;
        }
        let Some(tag) = tag(&text[start..]) else {
            if !hidden {
                plain.push('<');
            }
            at = start + 1;
            continue;
        };
        found.insert(tag.name);
        at = start + tag.end;
        if QUOTES.contains(&tag.name) {
            plain.push_str(if tag.closing { "\n\u{2}\n" } else { "\n\u{1}\n" });
        } else if BLOCKS.contains(&tag.name) {
            plain.push('\n');
        } else if matches!(tag.name, "td" | "th") {
            plain.push(' ');
        }
        if VOID.contains(&tag.name) {
            continue;
        }
        if tag.closing {
            // An end tag closes what may be left open inside it; anything else inside it is not balanced.
            while open.last().is_some_and(|name| *name != tag.name && OPTIONAL_END.contains(name)) {
                open.pop();
            }
            if open.pop() != Some(tag.name) && !OPTIONAL_END.contains(&tag.name) {
                return None;
            }
        } else {
            open.push(tag.name);
        }
    }
    let balanced = open.iter().all(|name| OPTIONAL_END.contains(name));
    if found.is_empty() || !balanced {
        return None;
    }
    plain.push_str(&text[at..]);
    Some(squeezed(&plain))
}

fn comment(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("<!--");
    if let Some(inside) = inside {
        return inside.find("-->").map(|end| end + 7);
    }
    let doctype = text.get(..9)?.eq_ignore_ascii_case("<!doctype");
    doctype.then(|| text.find('>').map(|end| end + 1)).flatten()
}

/// A known tag at the start of `text`: `<p>`, `</p>`, `<br />`, `<a href="…">`.
fn tag(text: &str) -> Option<Tag> {
    let bytes = text.as_bytes();
    let closing = bytes.get(1) == Some(&b'/');
    let from = if closing { 2 } else { 1 };
    let len = bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let name = text.get(from..from + len).filter(|n| !n.is_empty())?.to_ascii_lowercase();
    let name = BLOCKS.iter().chain(INLINE).find(|known| **known == name)?;
    if !matches!(bytes.get(from + len)?, b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r') {
        return None;
    }
    let mut quote = None;
    for (i, byte) in bytes.iter().enumerate().skip(from + len).take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(Tag { name, closing, end: i + 1 }),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(q), b) if q == *b => quote = None,
            _ => {}
        }
    }
    None
}

/// Spaces at line ends gone, at most one empty line in a row, quoted lines as mail has them (`> `). U+0001 and U+0002
/// alone on a line begin and end a quotation.
fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut empty, mut quoted) = (0, 0usize);
    for line in text.lines().map(str::trim) {
        match line {
            "\u{1}" => quoted += 1,
            "\u{2}" => quoted = quoted.saturating_sub(1),
            _ => {}
        }
        if matches!(line, "\u{1}" | "\u{2}") {
            continue;
        }
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 1 { "\n\n" } else { "\n" });
        }
        if quoted > 0 {
            out.push_str("> ");
        }
        out.push_str(line);
        empty = 0;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    #[test]
    fn strips_what_is_html() {
        assert_eq!(strip("<p>One</p><p>Two</p>").as_deref(), Some("One\nTwo"));
        assert_eq!(strip("a<br>b<BR/>c").as_deref(), Some("a\nb\nc"));
        assert_eq!(strip("<ul><li>x<li>y</ul>").as_deref(), Some("x\ny"));
        assert_eq!(strip("see <a href=\"http://x/?a>b\">here</a>!").as_deref(), Some("see here!"));
        assert_eq!(strip("<style>p{}</style><div>Hi<!-- no --></div>").as_deref(), Some("Hi"));
        assert_eq!(strip("<table><tr><td>a</td><td>b</td></tr></table>").as_deref(), Some("a  b"));
    }

    #[test]
    fn quotations_are_marked() {
        let html = "<aside class=\"quote\"><div>Ann:</div><blockquote><p>Broken?</p></blockquote></aside><p>Yes.</p>";
        assert_eq!(strip(html).as_deref(), Some("> Ann:\n\n> Broken?\n\nYes."));
    }

    #[test]
    fn leaves_what_is_not() {
        for text in [
            "I <3 this",
            "a < b and c > d",
            "<ann@example.com> wrote",
            "<https://x.y>",
            "<b>never closed",
            "closed </b> never opened",
            "<pain>",
            "<",
            "</",
            "<p",
        ] {
            assert_eq!(strip(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[<>/a-c!\" =é-]{0,40}") {
            let _ = strip(&text);
        }
    }
}
