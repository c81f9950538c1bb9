//! Names of people, where the words around them leave no doubt.
//!
//! A name masked for nothing takes a word from what is learned and quoted, so a capital letter is not enough. After a
//! greeting stands a firm as often as a person ("Dear Amazon", "Hey Netflix"): there, after thanks and behind a dash a
//! name counts only when it begins with a common given name ([`is_given`]) or a title. After "my name is", a title, or
//! in the line under a letter's closing any capitalised word serves.

use std::sync::LazyLock;

use regex::Regex;

use crate::enrich::pattern::pattern;
use crate::enrich::redact::{Kind, Spans};
use crate::enrich::table::Table;

/// Given names that are common in the languages customers write, lower case. Written by hand; left out is what is
/// oftener something else: firms, places, months.
static GIVEN: LazyLock<Table<()>> = LazyLock::new(|| words(include_str!("given.txt")));

fn words(all: &'static str) -> Table<()> {
    Table::new(all.split_ascii_whitespace().map(|word| (word, ())))
}

/// Words that stand where a name would and name nobody: forms of address, offices, parts of a firm, other words that
/// begin a line in capitals. Lower case.
static NOBODY: LazyLock<Table<()>> = LazyLock::new(|| {
    words(concat!(
        "account accounts admin advance again agent all am and any anyone app are at bank billing bye care chairman ",
        "cheers claims colleague community company consumer corp credit customer customers department desk dr edit ",
        "editor everyone for fraud friend friends from general gmbh governor group guys hello help herr hey hi ",
        "hiring i in inc is it judge ladies legal limited llc ltd madam management manager mayor me minister miss ",
        "moderator mods mr mrs ms my no not note of office officer on please president prof ps regards sales ",
        "secretary security senator sent service services sir sirs so speaker st staff support team tech thank thanks ",
        "the there this to update user users we what who yes you your",
    ))
});

/// Firms, products and works named with a title: `Mr. Cooper` lends money, `Dr. Pepper` is a drink. The word after the
/// title, lower case.
static TITLED_THINGS: LazyLock<Table<()>> = LazyLock::new(|| {
    words(concat!(
        "bean clean coffee cooper coopers dre fields green horrible house kipling krabs lube martens muscle oetker ",
        "oz pepper phil porter potato robot rogers rooter scholl seuss strange who",
    ))
});

/// Lines that close a letter and nothing else. Lower case, sorted, without the punctuation at their ends.
const CLOSINGS: &[&str] = &[
    "all the best",
    "best regards",
    "best wishes",
    "cordialement",
    "cordially",
    "faithfully",
    "gruß",
    "grüße",
    "kind regards",
    "kindest regards",
    "liebe grüße",
    "mfg",
    "mit freundlichen grüßen",
    "regards",
    "respectfully",
    "respectfully submitted",
    "respectfully yours",
    "saludos",
    "sincerely",
    "sincerely yours",
    "un saludo",
    "viele grüße",
    "warm regards",
    "with kind regards",
    "with regards",
    "yours faithfully",
    "yours sincerely",
    "yours truly",
];

/// Words of thanks: they close a letter, and stand before much else.
const THANKS: &[&str] = &[
    "best",
    "cheers",
    "greetings",
    "many thanks",
    "thank you",
    "thank you so much",
    "thank you very much",
    "thanks",
    "thanks a lot",
    "thanks again",
    "thanks in advance",
    "thx",
    "yours",
];

/// Lines that may follow the name under a closing: an address, a number, a firm.
const LINES_AFTER: usize = 5;

static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?m)^\s*(?i:hi|hello|hey|dear|hallo|liebe|lieber|bonjour|cher|chère|hola|estimado|estimada|good morning",
        r"|good afternoon|good evening|guten tag)(?i: there| again)?[ ,]+",
        r"(\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+)?)[ ]*(?:[,!.:;\-–\n@]|and |$)",
    ))
});
static TITLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:^|[^\p{L}:;&])(?:(?:Mr|Mrs|Ms|Dr|Prof|Herr|Frau)\.? (\p{Lu}[\p{L}'’\-]*\p{Ll}[\p{L}'’\-]*(?: \p{Lu}\.)?(?: \p{Lu}\p{Ll}[\p{L}'’\-]+)?)",
        r"|(?:MR|MRS|DR)\. (\p{Lu}[\p{Lu}'’\-]+))",
    ))
});
static MY_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:\b[Mm]y name(?:'s|’s| is)|\bmein Name ist|\bMein Name ist|\b[Jj]e m['’]appelle|\b[Mm]e llamo)[ ,:]+",
        r"(\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+){0,2}|\p{Ll}+)",
    ))
});

/// Adds what is in the text.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let (mut titled, mut name) = (false, false);
    for window in text.as_bytes().windows(3) {
        titled |= matches!(
            window,
            b"Mr "
                | b"Mr."
                | b"Mrs"
                | b"Ms "
                | b"Ms."
                | b"Dr "
                | b"Dr."
                | b"Pro"
                | b"MR."
                | b"MRS"
                | b"DR."
                | b"Her"
                | b"Fra"
        );
        name |= matches!(window, b"ame" | b"lam" | b"pel");
    }
    if titled {
        for found in TITLED.captures_iter(text).filter_map(|c| c.get(1).or_else(|| c.get(2))) {
            // A headline is all capitals at the beginning of words: "Mr Monk Goes Home".
            let headline = text[found.end()..].trim_start_matches(' ').starts_with(char::is_uppercase);
            if let Some(length) = titled_name(found.as_str(), headline) {
                spans.add(text, found.start(), found.start() + length, Kind::Name);
            }
        }
    }
    if text.lines().any(may_greet) {
        for found in GREETING.captures_iter(text).filter_map(|c| c.get(1)) {
            if let Some(length) = known_name(found.as_str()) {
                spans.add(text, found.start(), found.start() + length, Kind::Name);
            }
        }
    }
    if name {
        for found in MY_NAME.captures_iter(text).filter_map(|c| c.get(1)) {
            if let Some(length) = own_name(found.as_str()) {
                spans.add(text, found.start(), found.start() + length, Kind::Name);
            }
        }
    }
    signed(text, spans);
}

/// Whether a line may begin with a greeting: a cheap test before the pattern.
fn may_greet(line: &str) -> bool {
    matches!(line.as_bytes().trim_ascii_start(), [a, b, ..]
        if matches!((a | 32, b | 32), (b'h', b'i' | b'e' | b'a' | b'o') | (b'd', b'e') | (b'g', b'o' | b'u') | (b'l', b'i')
            | (b'b', b'o') | (b'e', b's') | (b'c', b'h')))
}

/// Whether it is a common given name, whatever its case; of a double name (`Anne-Marie`) the first part.
fn is_given(word: &str) -> bool {
    let first = word.split('-').next().unwrap_or_default();
    GIVEN.get(&first.to_lowercase()).is_some()
}

/// The length of a name that begins with a given one: of one or two words, without a possessive ending.
fn known_name(found: &str) -> Option<usize> {
    let mut words = found.split(' ');
    let first = words.next().filter(|word| is_given(bare(word)))?;
    match words.next() {
        Some(last) if bare(first) == first && !is_nobody(last) => Some(first.len() + 1 + bare(last).len()),
        Some(_) => None,
        None => Some(bare(first).len()),
    }
}

/// The length of a name after a title; in a headline of two words only where the first is a given name.
fn titled_name(found: &str, headline: bool) -> Option<usize> {
    let mut words = found.split(' ');
    let first = words.next()?;
    let initial = words.clone().next().filter(|word| word.ends_with('.'));
    if initial.is_some() {
        return (!is_nobody(first)).then_some(found.len());
    }
    if is_nobody(first) || TITLED_THINGS.get(&bare(first).to_lowercase()).is_some() {
        return None;
    }
    let whole = words.next().filter(|last| bare(first) == first && !is_nobody(last) && (!headline || is_given(first)));
    Some(whole.map_or(bare(first).len(), |last| first.len() + 1 + bare(last).len()))
}

/// The length of a name after "my name is": it ends before a word that names nobody, or that is written all in capitals
/// after one that is not.
///
/// In small letters only a given name is one ("my name is taken").
fn own_name(found: &str) -> Option<usize> {
    if found.starts_with(char::is_lowercase) {
        return is_given(found).then_some(found.len());
    }
    let mut length = 0;
    for (at, word) in found.split(' ').enumerate() {
        let shouted = at > 0 && word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
        if is_nobody(word) || shouted {
            break;
        }
        length += usize::from(at > 0) + word.len();
    }
    (length > 0).then_some(length)
}

/// A name under a closing (`Regards,` and on the next line `Ann Smith`) or after one (`… Thanks, Ann`), or behind a
/// dash on the last line (`- Ann`).
fn signed(text: &str, spans: &mut Spans) {
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut closings: Vec<(usize, bool)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if line.len() < 40
            && let Some(sure) = closing(line)
        {
            closings.push((lines.len(), sure));
        }
        lines.push((start, line));
    }
    for (closing, sure) in closings {
        let after = lines.len() - closing - 1;
        if let Some((start, line)) = lines.get(closing + 1)
            && let Some((from, length)) = person(line)
            // A list may follow thanks; under the name of a letter stand few lines.
            && (is_given(&line[from..from + length].split(' ').next().unwrap_or_default().to_lowercase())
                || (if sure { after <= LINES_AFTER } else { after == 1 }))
        {
            spans.add(text, start + from, start + from + length, Kind::Name);
        }
    }
    let Some((start, line)) = lines.last() else { return };
    if let Some(rest) = line.strip_prefix(['-', '–', '—', '~']).map(|r| r.trim_start_matches('-').trim_start()) {
        // Under a quotation stands whom it is from.
        let quoted = lines.len() < 2 || lines[lines.len() - 2].1.ends_with(['"', '”', '»']);
        if let Some((from, length)) = person(rest).filter(|_| !quoted)
            && is_given(rest[from..from + length].split(' ').next().unwrap_or_default())
        {
            let from = start + line.len() - rest.len() + from;
            spans.add(text, from, from + length, Kind::Name);
        }
        return;
    }
    // The last sentence: `… Thanks, Ann Smith`.
    let tail = line.rfind(['.', '!', '?']).filter(|end| end + 1 < line.len()).map_or(0, |end| end + 1);
    let sentence = line[tail..].trim_start();
    let Some(comma) = sentence.find([',', '\u{2013}']) else { return };
    let rest = sentence[comma..].trim_start_matches([',', '\u{2013}', ' ']);
    if let Some(sure) = closing(&sentence[..comma])
        && let Some((from, length)) = person(rest)
        && (sure || is_given(rest[from..from + length].split(' ').next().unwrap_or_default()))
    {
        let from = start + line.len() - rest.len() + from;
        spans.add(text, from, from + length, Kind::Name);
    }
}

/// Whether a line closes a letter: surely, or by its thanks; null when it does not.
fn closing(line: &str) -> Option<bool> {
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if CLOSINGS.binary_search(&bare.as_str()).is_ok() {
        return Some(true);
    }
    THANKS.binary_search(&bare.as_str()).is_ok().then_some(false)
}

/// Where the name begins, and its length, in a line that is nothing but a name of one to three capitalised words, with or
/// without a title before it.
fn person(line: &str) -> Option<(usize, usize)> {
    let line = line.trim_end_matches(['.', ',', '!']).trim_end();
    let named = ["Mr", "Mrs", "Ms", "Dr", "Prof"].iter().find_map(|title| {
        let rest = line.strip_prefix(title)?;
        rest.strip_prefix(". ").or_else(|| rest.strip_prefix(' '))
    });
    let name = named.unwrap_or(line);
    let words: Vec<&str> = name.split(' ').collect();
    let capitalised = |word: &&str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_uppercase)
            && chars.all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.'))
            && !is_nobody(word)
    };
    // Three or more capitals and nothing else are a firm's letters more often than a name, unless it is a known one.
    let letters = words.len() == 1 && name.chars().all(char::is_uppercase) && !is_given(name);
    (words.len() <= 3 && name.chars().count() >= 2 && !letters && words.iter().all(capitalised))
        .then_some((line.len() - name.len(), name.len()))
}

/// Without `'s` or `’` at its end.
fn bare(word: &str) -> &str {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    word.trim_end_matches(['\'', '’', '-'])
}

fn is_nobody(word: &str) -> bool {
    let folded = word.trim_end_matches('.').to_lowercase();
    let folded = folded.split(['\'', '’']).next().unwrap_or_default();
    // `XXXX` is somebody whose name was taken out already.
    (!folded.is_empty() && folded.bytes().all(|b| b == b'x')) || NOBODY.get(folded).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        for list in [CLOSINGS, THANKS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn given_names_are_known_whatever_their_case() {
        assert!(is_given("Anna") && is_given("JOHN") && is_given("Anne-Marie") && is_given("Jürgen"));
        assert!(!is_given("Amazon") && !is_given(""));
    }
}
