//! Text → tokens, version 1: what a keyword is made of.
//!
//! Lower-case words without their endings; stop words, numbers, single letters, URLs, handles, masks (`[email]`,
//! `XXXX`) and over-long strings are no tokens. Keywords are cut the same way as records, so a phrase matches when its
//! stems follow each other with at most such non-tokens between them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::cluster::intern::Interner;
use crate::cluster::language::{Grammar, LanguageId, Role};
use crate::enrich::redact::MASKS;

/// The stem of every negation: "not", "never" and "doesn't" are the same word to a keyword.
pub const NOT: u32 = u32::MAX - 1;
const DROPPED: u32 = u32::MAX - 2;
/// Longer strings are hashes or keys, not words.
const LONGEST: usize = 40;

/// One token of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What the resolver made of its stem, or [`NOT`].
    pub stem: u32,
    /// Its lower-case surface: a number in [`Cutter::words`].
    pub word: u32,
}

/// Cuts texts of one language; remembers every word it has seen, so that a word is stemmed once.
pub struct Cutter {
    grammar: Grammar,
    /// Every surface seen.
    pub words: Interner,
    stems: Vec<u32>,
    buffer: String,
}

impl Cutter {
    /// For one language.
    pub fn new(language: LanguageId) -> Self {
        Self { grammar: Grammar::new(language), words: Interner::default(), stems: Vec::new(), buffer: String::new() }
    }

    /// Appends the tokens of `text` to `out`. `resolve` gives a stem its number; it must be the same function of the
    /// stem in every call.
    pub fn cut(&mut self, text: &str, resolve: &mut impl FnMut(&str) -> u32, out: &mut Vec<Token>) {
        let Self { grammar, words, stems, buffer } = self;
        each_word(text, grammar.elides(), buffer, &mut |surface| {
            let word = words.add(surface);
            if word as usize == stems.len() {
                stems.push(match grammar.role(surface) {
                    Role::Stop => DROPPED,
                    Role::Negation => NOT,
                    Role::Word => resolve(&grammar.stem(surface)),
                });
            }
            let stem = stems[word as usize];
            if stem != DROPPED {
                out.push(Token { stem, word });
            }
        });
    }
}

/// The stems of a keyword in one language, numbered by `resolve`; negations are [`NOT`].
pub fn cut_keyword(text: &str, language: LanguageId, resolve: &mut impl FnMut(&str) -> u32) -> Vec<u32> {
    let mut tokens = Vec::new();
    Cutter::new(language).cut(&text.nfc().collect::<String>(), resolve, &mut tokens);
    tokens.iter().map(|token| token.stem).collect()
}

/// Whether a text holds any word at all, stop words included.
pub fn has_word(text: &str) -> bool {
    let mut any = false;
    each_word(text, false, &mut String::new(), &mut |_| any = true);
    any
}

/// Calls `f` with every lower-case word of `text`.
fn each_word(text: &str, elides: bool, buffer: &mut String, f: &mut impl FnMut(&str)) {
    let mut at = 0;
    let mut before = ' ';
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c == '@' && !before.is_alphanumeric() {
            at += 1 + rest[1..].find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len() - 1);
            before = '@';
        } else if c == '['
            && let Some(mask) = MASKS.iter().find(|mask| rest.starts_with(**mask))
        {
            at += mask.len();
            before = ']';
        } else if is_ideograph(c) {
            f(c.encode_utf8(&mut [0; 4]));
            at += c.len_utf8();
            before = c;
        } else if c.is_alphanumeric() {
            if is_url(rest) {
                at += rest.find(|c: char| c.is_whitespace() || ")>\"]".contains(c)).unwrap_or(rest.len());
                before = ' ';
                continue;
            }
            let length = take_word(rest, elides, buffer);
            at += length;
            before = 'x';
            let mut after = text[at..].chars();
            if after.next() == Some('@') && after.next().is_some_and(char::is_alphanumeric) {
                // An e-mail address that was not masked.
                at += text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
            } else if is_token(buffer) {
                f(buffer);
            }
        } else {
            at += c.len_utf8();
            before = c;
        }
    }
}

/// Puts the lower-case word that `rest` begins with into `buffer`; its length in bytes.
fn take_word(rest: &str, elides: bool, buffer: &mut String) -> usize {
    buffer.clear();
    let mut end = 0;
    let mut marked = false;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_ascii_alphanumeric() {
            buffer.push(c.to_ascii_lowercase());
        } else if c == '\'' || c == '’' {
            let joins = !elides && chars.peek().is_some_and(|(_, next)| next.is_alphabetic() && !is_ideograph(*next));
            if !joins {
                break;
            }
            buffer.push('\'');
        } else if !c.is_ascii() && !is_ideograph(c) && (c.is_alphanumeric() || is_combining_mark(c)) {
            buffer.extend(c.to_lowercase());
            marked |= is_combining_mark(c);
        } else {
            break;
        }
        end = at + c.len_utf8();
    }
    if marked {
        // A small letter may have its mark built in where the capital has none: Y̊, ẙ.
        *buffer = buffer.nfc().collect();
    }
    if buffer.ends_with("'s") {
        buffer.truncate(buffer.len() - 2);
    }
    end
}

/// Not a number, a single letter, a mask of Xs (the US consumer bureau's redaction) or something no person typed.
fn is_token(word: &str) -> bool {
    let mut letters = 0;
    let (mut digits_only, mut mask_only) = (true, true);
    for c in word.chars() {
        letters += 1;
        digits_only &= c.is_numeric();
        mask_only &= c == 'x' || c.is_ascii_digit();
    }
    (2..=LONGEST).contains(&letters) && !digits_only && !(mask_only && word.contains("xx"))
}

fn is_url(rest: &str) -> bool {
    let starts = |prefix: &str| rest.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    matches!(rest.as_bytes()[0] | 32, b'h' | b'w') && (starts("http://") || starts("https://") || starts("www."))
}

/// Scripts where one character is a word (Unicode, Han).
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::language::{ENGLISH, language};

    fn stems(text: &str, tag: &str) -> Vec<String> {
        let mut names = Interner::default();
        let ids = cut_keyword(text, language(Some(tag)), &mut |stem| names.add(stem));
        ids.iter().map(|id| if *id == NOT { "¬".to_owned() } else { names.word(*id).to_owned() }).collect()
    }

    #[test]
    fn cuts_words_and_drops_the_rest() {
        assert_eq!(stems("My flights were DELAYED by 5 hours", "en"), ["flight", "delay", "hour"]);
        assert_eq!(stems("see http://t.co/abc or www.acme.com/x now @JetAir a.b@c.de!", "en"), ["see"]);
        assert_eq!(stems("[email] wrote on XX/XX/2019 about {$300.00} to XXXX", "en"), ["wrote"]);
        assert_eq!(stems("passenger’s 3g phone", "en"), ["passeng", "3g", "phone"]);
        assert_eq!(stems("doesn't work, never worked, not working", "en"), ["¬", "work", "¬", "work", "¬", "work"]);
        assert_eq!(stems("l'avion est en retard", "fr"), ["avion", "retard"]);
        assert_eq!(stems("退款慢", "zh"), ["退", "款", "慢"]);
    }

    #[test]
    fn a_capital_and_its_mark_are_the_small_letter() {
        assert_eq!(stems("Y\u{30a}le", "en"), stems("\u{1e99}le", "en"));
        assert!(stems("Y\u{30a}", "en").is_empty(), "a single letter");
    }

    #[test]
    fn a_stop_word_between_is_no_matter() {
        assert_eq!(stems("lost my bag", "en"), stems("lost the bags", "en"));
    }

    #[test]
    fn knows_a_text_without_words() {
        assert!(!has_word("@jet 12 x http://a.b"));
        assert!(has_word("the"));
    }

    proptest! {
        #[test]
        fn a_surface_is_cut_to_its_own_stem(text in "\\PC{0,40}") {
            let mut names = Interner::default();
            let mut cutter = Cutter::new(ENGLISH);
            let mut tokens = Vec::new();
            cutter.cut(&text.nfc().collect::<String>(), &mut |stem| names.add(stem), &mut tokens);
            for token in tokens {
                let again = cut_keyword(cutter.words.word(token.word), ENGLISH, &mut |stem| names.add(stem));
                prop_assert_eq!(again, vec![token.stem]);
            }
        }
    }
}
