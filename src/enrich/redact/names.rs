//! Names of people, where the words around them say so.

use std::sync::LazyLock;

use regex::Regex;

use crate::enrich::redact::{Kind, Spans, pattern};

/// Words that follow a greeting or close a letter and name nobody.
const NOBODY: &[&str] = &[
    "advance",
    "again",
    "all",
    "and",
    "any",
    "anyone",
    "anyway",
    "are",
    "bye",
    "can",
    "cheers",
    "customer",
    "customers",
    "does",
    "edit",
    "everybody",
    "everyone",
    "folks",
    "for",
    "friends",
    "fuck",
    "god",
    "great",
    "guys",
    "hello",
    "help",
    "hey",
    "hi",
    "how",
    "i",
    "if",
    "in",
    "is",
    "it",
    "ladies",
    "lol",
    "lord",
    "madam",
    "miss",
    "much",
    "my",
    "note",
    "obama",
    "ok",
    "people",
    "please",
    "ps",
    "reddit",
    "redditors",
    "reply",
    "sent",
    "service",
    "sir",
    "sirs",
    "so",
    "support",
    "team",
    "thank",
    "thanks",
    "that",
    "the",
    "there",
    "they",
    "this",
    "to",
    "twitter",
    "update",
    "very",
    "we",
    "well",
    "what",
    "why",
    "world",
    "would",
    "yes",
    "you",
    "your",
];

/// Lines that close a letter; the next holds the name. Lower case, without the punctuation at their ends.
const CLOSINGS: &[&str] = &[
    "all the best",
    "best",
    "best regards",
    "best wishes",
    "cheers",
    "cordialement",
    "cordially",
    "faithfully",
    "greetings",
    "gruß",
    "grüße",
    "kind regards",
    "liebe grüße",
    "many thanks",
    "mfg",
    "mit freundlichen grüßen",
    "regards",
    "respectfully",
    "respectfully yours",
    "saludos",
    "sincerely",
    "sincerely yours",
    "thank you",
    "thanks",
    "thanks again",
    "thanks in advance",
    "thx",
    "un saludo",
    "viele grüße",
    "warm regards",
    "with regards",
    "yours",
    "yours faithfully",
    "yours sincerely",
    "yours truly",
];

static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?m)^\s*(?i:hi|hello|hey|dear|hallo|liebe|lieber|bonjour|hola|estimado|estimada|good morning|good afternoon",
        r"|good evening)(?i: there)?[ ,]+",
        r"(?:(?i:mr|mrs|ms|miss|dr|prof|herr|frau)\.?[ ]+(?P<titled>\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+)?)",
        r"|(?P<name>\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+)?)[ ]*(?:[,!.:;\-–\n]|$))",
    ))
});
static TITLED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:Mr|Mrs|Ms|Dr|Prof|MR|MRS|MS|DR)\.? (\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+)?)"));
static MY_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?i:my name is|my name's|mein name ist|je m'appelle|me llamo)[ ,:]+(\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+){0,2})",
    )
});

/// Adds what is in the text.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let (mut greets, mut titled, mut name) = (false, false, false);
    for window in text.as_bytes().windows(3) {
        titled |= matches!(
            window,
            b"Mr " | b"Mr." | b"Mrs" | b"Ms " | b"Ms." | b"Dr " | b"Dr." | b"Pro" | b"MR " | b"MR." | b"MS " | b"DR "
        );
        name |= matches!(window, b"ame" | b"lam" | b"AME" | b"pel");
    }
    for line in text.lines() {
        greets |= may_greet(line);
    }
    if greets {
        for found in GREETING.captures_iter(text) {
            let named = found.name("titled").or_else(|| found.name("name").filter(|m| !is_nobody(m.as_str())));
            if let Some(named) = named {
                spans.add(text, named.start(), named.end(), Kind::Name);
            }
        }
    }
    if titled {
        spans.find(text, &TITLED, Kind::Name, |found| !is_nobody(found));
    }
    if name {
        spans.find(text, &MY_NAME, Kind::Name, |found| !is_nobody(found));
    }
    signed(text, spans);
}

/// Whether a line may begin with a greeting: a cheap test before the pattern.
fn may_greet(line: &str) -> bool {
    matches!(line.as_bytes().trim_ascii_start(), [a, b, ..]
        if matches!((a | 32, b | 32), (b'h', b'i' | b'e' | b'a' | b'o') | (b'd', b'e') | (b'g', b'o') | (b'l', b'i')
            | (b'b', b'o') | (b'e', b's')))
}

/// A name under a closing (`Regards,` and on the next line `Ann Smith`), after one (`Thanks, Ann` at the end of the
/// text), or by itself behind a dash on the last line (`- Ann`).
fn signed(text: &str, spans: &mut Spans) {
    let mut closed = false;
    let mut last = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        let start = start + (line.len() - line.trim_start().len());
        if closed && let Some(length) = person(trimmed) {
            spans.add(text, start, start + length, Kind::Name);
        }
        closed = trimmed.len() < 40 && is_closing(trimmed);
        last = Some((start, trimmed));
    }
    let Some((start, line)) = last else { return };
    if let Some(rest) = line.strip_prefix(['-', '–', '—', '~']).map(|r| r.trim_start_matches('-').trim_start()) {
        let dashed = start + line.len() - rest.len();
        if person(rest).is_some_and(|length| length == rest.trim_end_matches(['.', '!']).len())
            && line.len() < text.len()
        {
            spans.add(text, dashed, dashed + rest.trim_end_matches(['.', '!']).len(), Kind::Name);
        }
        return;
    }
    // The last sentence: `… Thanks, Ann Smith`.
    let tail = line.rfind(['.', '!', '?']).filter(|end| end + 1 < line.len()).map_or(0, |end| end + 1);
    let sentence = line[tail..].trim_start();
    let Some(comma) = sentence.find([',', '\u{2013}']) else { return };
    if is_closing(&sentence[..comma]) {
        let rest = sentence[comma..].trim_start_matches([',', '\u{2013}', ' ']);
        let begin = start + line.len() - rest.len();
        if let Some(length) = person(rest) {
            spans.add(text, begin, begin + length, Kind::Name);
        }
    }
}

fn is_closing(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    CLOSINGS.binary_search(&bare.as_str()).is_ok()
}

/// The length of a line that is nothing but one to three capitalised words, without the mark at its end.
fn person(line: &str) -> Option<usize> {
    let bare = line.trim_end_matches(['.', ',', '!']).trim_end();
    let words: Vec<&str> = bare.split(' ').collect();
    let capitalised = |word: &&str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_uppercase)
            && chars.all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.'))
    };
    (words.len() <= 3 && bare.chars().count() >= 2 && words.iter().all(capitalised) && !is_nobody(bare))
        .then_some(bare.len())
}

fn is_nobody(name: &str) -> bool {
    let first = name.split([' ', '\'', '’']).next().unwrap_or_default().to_lowercase();
    // `XXXX` is somebody whose name was taken out already.
    first.bytes().all(|b| b == b'x') || NOBODY.binary_search(&first.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(NOBODY.is_sorted());
        assert!(CLOSINGS.is_sorted());
    }
}
