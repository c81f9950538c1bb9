//! A text as rules and features see it: lower-case words and sentence marks, one space between each.
//!
//! What people hide behind is undone: zero-width signs and accents are dropped, look-alike letters become the letter
//! they look like, fancy alphabets (𝐛𝐨𝐥𝐝, ｆｕｌｌ) plain ones, and looong letters are shortened to two. URLs become
//! `xurl`, handles `xuser`, numbers `xnum`, `#` before a word `xtag`, masks nothing; `?`, `!` and `.` (any end of a sentence) are words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::enrich::redact::MASKS;

/// Bytes looked at: what somebody wants shows in the first pages.
const LOOKED_AT: usize = 20_000;
/// Longer words are hashes or keys, not words.
const LONGEST: usize = 40;

/// Look-alikes of Latin letters in Cyrillic and Greek (Unicode TR39, confusables: the ones drawn alike in most fonts).
const LOOK_ALIKE: &[(char, char)] = &[
    ('α', 'a'),
    ('β', 'b'),
    ('ε', 'e'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('а', 'a'),
    ('в', 'b'),
    ('е', 'e'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
    ('ѕ', 's'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ԁ', 'd'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
];

/// The text, plainly; it begins and ends with a space.
pub fn plainly(text: &str) -> String {
    let end = (LOOKED_AT.min(text.len())..).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let mut out = String::with_capacity(end + 2);
    out.push(' ');
    for raw in text[..end].split_inclusive(char::is_whitespace) {
        let word = raw.trim_end();
        if word.is_ascii() {
            take(word.chars(), word, &mut out);
        } else {
            let bare: String = word.nfkd().filter(|c| !is_combining_mark(*c) && !is_hidden(*c)).collect();
            let bare = alike(bare);
            take(bare.chars(), &bare, &mut out);
        }
        if raw.ends_with('\n') && !out.ends_with(". ") {
            out.push_str(". ");
        }
    }
    out
}

/// Signs that take no room.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Look-alikes replaced, in a word that has Latin letters too.
fn alike(word: String) -> String {
    if !word.bytes().any(|b| b.is_ascii_alphabetic()) {
        return word;
    }
    let latin = |c: char| {
        let lower = c.to_lowercase().next().unwrap_or(c);
        LOOK_ALIKE.iter().find(|(from, _)| *from == lower).map_or(c, |(_, to)| *to)
    };
    word.chars().map(latin).collect()
}

/// Appends one run of signs without white space.
fn take(chars: impl Iterator<Item = char>, raw: &str, out: &mut String) {
    let lead = raw.trim_start_matches(|c: char| c.is_ascii_punctuation() && c != '@' && c != '[' && c != '#');
    if lead.starts_with('@') && lead.len() > 1 {
        out.push_str("xuser ");
        return;
    }
    let starts = |prefix: &str| lead.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if starts("http") && lead.contains("://") || starts("www.") {
        out.push_str("xurl ");
        return;
    }
    if let Some(mask) = MASKS.iter().find(|mask| lead.starts_with(**mask)) {
        // What follows a mask directly is punctuation.
        marks(lead[mask.len()..].chars(), out);
        return;
    }
    if lead.starts_with('#') && lead.len() > 1 {
        out.push_str("xtag ");
    }
    let mut start = out.len();
    let (mut digits, mut letters) = (false, 0);
    let (mut last, mut run) = (' ', 0);
    for c in chars.flat_map(char::to_lowercase) {
        let c = if matches!(c, '’' | '‘' | '`' | '´') { '\'' } else { c };
        if c.is_alphanumeric() || (c == '\'' && out.len() > start) {
            run = if c == last { run + 1 } else { 1 };
            last = c;
            digits |= c.is_numeric();
            letters += usize::from(c.is_alphabetic());
            if run <= 2 && out.len() - start < LONGEST {
                out.push(c);
            }
            continue;
        }
        finish(start, digits && letters == 0, out);
        mark(c, out);
        (start, digits, letters, last) = (out.len(), false, 0, ' ');
    }
    finish(start, digits && letters == 0, out);
}

/// Ends the word that begins at `start`.
fn finish(start: usize, number: bool, out: &mut String) {
    while out.len() > start && out.ends_with('\'') {
        out.pop();
    }
    if out.len() == start {
        return;
    }
    if number {
        out.truncate(start);
        out.push_str("xnum");
    }
    out.push(' ');
}

fn marks(chars: impl Iterator<Item = char>, out: &mut String) {
    chars.for_each(|c| mark(c, out));
}

/// A sentence mark as a word; not twice in a row.
fn mark(c: char, out: &mut String) {
    let word = match c {
        '?' | '¿' => "? ",
        '!' | '¡' => "! ",
        '.' | ';' | ':' | '…' => ". ",
        _ => return,
    };
    if !out.ends_with(word) {
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_marks_are_left() {
        assert_eq!(
            plainly("My app DOESN’T work!!! Why??\nsee http://a.b/c"),
            " my app doesn't work ! why ? . see xurl "
        );
        assert_eq!(
            plainly("@acme, refund of $30.50 (soooo late)... [email]"),
            " xuser refund of xnum . xnum soo late . "
        );
        assert_eq!(plainly(""), " ");
    }

    #[test]
    fn disguises_are_undone() {
        // Zero-width signs, Cyrillic look-alikes, mathematical bold, full width, accents.
        for text in ["id\u{200b}iot", "idiоt", "𝐢𝐝𝐢𝐨𝐭", "ｉｄｉｏｔ", "ídïöt", "i\u{335}d\u{336}i\u{336}ot", "IDIOT"]
        {
            assert_eq!(plainly(text), " idiot ", "{text}");
        }
        assert_eq!(plainly("кот"), " кот ");
    }

    #[test]
    fn long_texts_are_cut_and_cheap() {
        assert!(plainly(&"word ".repeat(1_000_000)).len() < LOOKED_AT + 50);
        assert!(plainly(&"\u{301}".repeat(2_500_000)).len() < 10);
        assert!(plainly(&"a".repeat(5_000_000)).len() < 50);
    }

    proptest! {
        #[test]
        fn any_text_is_words_with_single_spaces(text in "\\PC{0,120}") {
            let plain = plainly(&text);
            prop_assert!(plain.starts_with(' ') && plain.ends_with(' ') && !plain.contains("  "));
        }
    }
}
