//! What is known of each language: its stemmer, its stop words, its negations.

use std::sync::LazyLock;

use polars::prelude::StringChunked;
use rust_stemmers::{Algorithm, Stemmer};

use crate::cluster::intern::{Interner, NONE};
use crate::enrich::Voiced;
use crate::error::Result;

/// A language's place in `LANGUAGES`.
pub type LanguageId = usize;

/// The language of a record that names none.
pub const ENGLISH: LanguageId = 0;

struct Entry {
    /// BCP 47 primary subtags.
    tags: &'static [&'static str],
    /// Its Snowball stemmer (Porter 2001), where there is one.
    algorithm: Option<Algorithm>,
    /// Its stop list (NLTK's, by way of the `stop-words` crate); empty where there is none.
    stops: &'static str,
    /// Words that turn a sentence round. Dropped when issues are learned; a keyword may hold them.
    negations: &'static [&'static str],
    /// Whether an apostrophe ends an article (l'avion) rather than joining a word.
    elides: bool,
}

const fn entry(tags: &'static [&'static str], algorithm: Option<Algorithm>, stops: &'static str) -> Entry {
    Entry { tags, algorithm, stops, negations: &[], elides: false }
}

/// English first: it is the default. The last, without tags, is every language not listed.
const LANGUAGES: &[Entry] = &[
    Entry {
        tags: &["en"],
        algorithm: Some(Algorithm::English),
        stops: "en",
        negations: &["cannot", "cant", "dont", "never", "no", "nor", "not", "nothing", "without", "wont"],
        elides: false,
    },
    entry(&["ar"], Some(Algorithm::Arabic), "ar"),
    entry(&["da"], Some(Algorithm::Danish), "da"),
    Entry {
        negations: &["kein", "keine", "keinen", "nicht", "nie", "ohne"],
        ..entry(&["de"], Some(Algorithm::German), "de")
    },
    entry(&["el"], Some(Algorithm::Greek), "el"),
    Entry { negations: &["no", "nunca", "sin"], ..entry(&["es"], Some(Algorithm::Spanish), "es") },
    entry(&["fi"], Some(Algorithm::Finnish), "fi"),
    Entry {
        elides: true,
        negations: &["jamais", "ne", "pas", "sans"],
        ..entry(&["fr"], Some(Algorithm::French), "fr")
    },
    entry(&["hu"], Some(Algorithm::Hungarian), "hu"),
    Entry { elides: true, negations: &["mai", "non", "senza"], ..entry(&["it"], Some(Algorithm::Italian), "it") },
    Entry { negations: &["geen", "niet", "nooit", "zonder"], ..entry(&["nl"], Some(Algorithm::Dutch), "nl") },
    entry(&["no", "nb", "nn"], Some(Algorithm::Norwegian), "no"),
    Entry { negations: &["nunca", "não", "sem"], ..entry(&["pt"], Some(Algorithm::Portuguese), "pt") },
    entry(&["ro"], Some(Algorithm::Romanian), "ro"),
    Entry { negations: &["без", "не", "нет"], ..entry(&["ru"], Some(Algorithm::Russian), "ru") },
    entry(&["sv"], Some(Algorithm::Swedish), "sv"),
    entry(&["ta"], Some(Algorithm::Tamil), "ta"),
    entry(&["tr"], Some(Algorithm::Turkish), "tr"),
    entry(&["id"], None, "id"),
    entry(&["he", "iw"], None, "he"),
    entry(&["ca"], None, "ca"),
    entry(&["sl"], None, "sl"),
    entry(&["bn"], None, "bn"),
    entry(&["kk"], None, "kk"),
    entry(&[], None, ""),
];

/// How many languages there are.
pub const COUNT: usize = LANGUAGES.len();

/// English words NLTK's list leaves in that say nothing about a problem: auxiliaries, courtesies, web shorthand, and
/// contractions typed without their apostrophe.
const ENGLISH_MORE: &[&str] = &[
    "also",
    "although",
    "amp",
    "another",
    "anyone",
    "anything",
    "anyway",
    "around",
    "arent",
    "could",
    "couldnt",
    "didnt",
    "doesnt",
    "done",
    "either",
    "else",
    "even",
    "ever",
    "every",
    "everyone",
    "everything",
    "fyi",
    "get",
    "gets",
    "getting",
    "go",
    "goes",
    "going",
    "gonna",
    "got",
    "gotten",
    "gt",
    "hadnt",
    "hasnt",
    "havent",
    "hello",
    "hey",
    "hi",
    "however",
    "id",
    "ill",
    "im",
    "isnt",
    "ive",
    "know",
    "let",
    "lets",
    "like",
    "lt",
    "made",
    "make",
    "many",
    "may",
    "maybe",
    "might",
    "much",
    "must",
    "nbsp",
    "ok",
    "okay",
    "one",
    "per",
    "please",
    "pls",
    "quite",
    "quot",
    "rather",
    "really",
    "rt",
    "said",
    "say",
    "says",
    "shall",
    "since",
    "someone",
    "something",
    "still",
    "sure",
    "take",
    "thank",
    "thanks",
    "thats",
    "theres",
    "theyre",
    "thing",
    "things",
    "think",
    "though",
    "thus",
    "till",
    "upon",
    "us",
    "via",
    "want",
    "wanna",
    "wasnt",
    "well",
    "went",
    "werent",
    "whats",
    "whether",
    "within",
    "wouldnt",
    "yeah",
    "yes",
    "yet",
    "youre",
];

static STOPS: LazyLock<Vec<Interner>> = LazyLock::new(|| {
    let list = |entry: &Entry| {
        let mut words = Interner::default();
        for word in stop_words::lookup(entry.stops).unwrap_or_default() {
            words.add(word);
        }
        if entry.stops == "en" {
            ENGLISH_MORE.iter().for_each(|word| {
                words.add(word);
            });
        }
        words
    };
    LANGUAGES.iter().map(list).collect()
});

/// The language a record's BCP 47 tag names; English where it names none.
pub fn language(tag: Option<&str>) -> LanguageId {
    let primary = tag.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
    if matches!(primary, "en" | "" | "und" | "mul" | "zxx") {
        return ENGLISH;
    }
    let known = LANGUAGES.iter().position(|entry| entry.tags.iter().any(|tag| primary.eq_ignore_ascii_case(tag)));
    known.unwrap_or(COUNT - 1)
}

/// The languages records are cut in: that of the text where it was heard, else the one the dump names.
pub struct Languages<'a> {
    heard: Option<&'a StringChunked>,
    named: &'a StringChunked,
}

impl<'a> Languages<'a> {
    /// Of all records.
    ///
    /// # Errors
    /// Never for a checked frame.
    pub fn of(voiced: &'a Voiced) -> Result<Self> {
        Ok(Self { heard: voiced.texts_of("text_language").ok(), named: voiced.texts_of("language")? })
    }

    /// The BCP 47 tag of one record; null where nothing is known.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        self.heard.and_then(|heard| heard.get(row)).or_else(|| self.named.get(row))
    }
}

/// What one word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It may be a keyword.
    Word,
    /// It turns the sentence round.
    Negation,
    /// It holds the sentence together.
    Stop,
}

/// A language at work.
pub struct Grammar {
    id: LanguageId,
    stemmer: Option<Stemmer>,
}

impl Grammar {
    /// Of one language.
    pub fn new(id: LanguageId) -> Self {
        Self { id, stemmer: LANGUAGES[id].algorithm.map(Stemmer::create) }
    }

    /// Whether an apostrophe ends an article rather than joining a word.
    pub fn elides(&self) -> bool {
        LANGUAGES[self.id].elides
    }

    /// What a lower-case word is.
    pub fn role(&self, word: &str) -> Role {
        if LANGUAGES[self.id].negations.contains(&word) || (self.id == ENGLISH && word.ends_with("n't")) {
            Role::Negation
        } else if STOPS[self.id].find(word) != NONE {
            Role::Stop
        } else {
            Role::Word
        }
    }

    /// A lower-case word without its ending.
    pub fn stem<'w>(&self, word: &'w str) -> std::borrow::Cow<'w, str> {
        match &self.stemmer {
            Some(stemmer) => stemmer.stem(word),
            None => word.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_named_stop_list_is_there() {
        for entry in LANGUAGES.iter().filter(|entry| !entry.stops.is_empty()) {
            assert!(stop_words::lookup(entry.stops).is_some(), "{}", entry.stops);
        }
        assert_eq!(LANGUAGES[ENGLISH].tags, ["en"]);
    }

    #[test]
    fn tags_are_read_by_their_first_part() {
        assert_eq!(language(Some("en-US")), ENGLISH);
        assert_eq!(language(None), ENGLISH);
        assert_eq!(LANGUAGES[language(Some("pt-BR"))].stops, "pt");
        assert_eq!(LANGUAGES[language(Some("ja"))].stops, "");
    }

    #[test]
    fn roles() {
        let english = Grammar::new(ENGLISH);
        assert_eq!(
            ["the", "don't", "never", "delays"].map(|w| english.role(w)),
            [Role::Stop, Role::Negation, Role::Negation, Role::Word]
        );
        assert_eq!(english.stem("delays"), english.stem("delayed"));
    }

    proptest! {
        #[test]
        fn no_stemmer_fails(word in "[\\p{L}']{1,12}") {
            for id in 0..COUNT {
                let _ = Grammar::new(id).stem(&word.to_lowercase());
            }
        }
    }
}
