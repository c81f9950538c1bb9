//! The word lists of VADER's rules, and its lexicon.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use vader_sentiment::{EMOJI_LEXICON, LEXICON};

use crate::enrich::table::Table;

/// What a word that strengthens or weakens adds (Hutto & Gilbert 2014, §3.3: the mean effect of a degree modifier).
pub(super) const DEGREE: f64 = 0.293;

/// Words that strengthen the word after them. Sorted.
const STRENGTHEN: &[&str] = &[
    "absolutely",
    "amazingly",
    "awfully",
    "completely",
    "considerable",
    "considerably",
    "decidedly",
    "deeply",
    "effing",
    "enormous",
    "enormously",
    "entirely",
    "especially",
    "exceptional",
    "exceptionally",
    "extreme",
    "extremely",
    "fabulously",
    "flippin",
    "flipping",
    "frackin",
    "fracking",
    "frickin",
    "fricking",
    "friggin",
    "frigging",
    "fuckin",
    "fucking",
    "fuggin",
    "fugging",
    "fully",
    "greatly",
    "hella",
    "highly",
    "hugely",
    "incredible",
    "incredibly",
    "intensely",
    "major",
    "majorly",
    "more",
    "most",
    "particularly",
    "purely",
    "quite",
    "really",
    "remarkably",
    "so",
    "substantially",
    "thoroughly",
    "total",
    "totally",
    "tremendous",
    "tremendously",
    "uber",
    "unbelievably",
    "unusually",
    "utter",
    "utterly",
    "very",
];

/// Words that weaken the word after them. Sorted.
const WEAKEN: &[&str] = &[
    "almost",
    "barely",
    "hardly",
    "kind-of",
    "kinda",
    "kindof",
    "less",
    "little",
    "marginal",
    "marginally",
    "occasional",
    "occasionally",
    "partly",
    "scarce",
    "scarcely",
    "slight",
    "slightly",
    "somewhat",
    "sort-of",
    "sorta",
    "sortof",
];

/// Pairs of words that weaken like one.
const WEAKEN_PAIRS: &[[&str; 2]] = &[["just", "enough"], ["kind", "of"], ["sort", "of"]];

/// Words that turn the word after them round, beside every word with "n't" in it. Sorted.
const NEGATE: &[&str] = &[
    "aint", "arent", "cannot", "cant", "couldnt", "darent", "despite", "didnt", "doesnt", "dont", "hadnt", "hasnt",
    "havent", "isnt", "mightnt", "mustnt", "neednt", "neither", "never", "none", "nope", "nor", "not", "nothing",
    "nowhere", "oughtnt", "rarely", "seldom", "shant", "shouldnt", "uh-uh", "uhuh", "wasnt", "werent", "without",
    "wont", "wouldnt",
];

/// Phrases whose value is not that of their words.
const IDIOMS: &[(&[&str], f64)] = &[
    (&["the", "shit"], 3.0),
    (&["the", "bomb"], 3.0),
    (&["bad", "ass"], 1.5),
    (&["bus", "stop"], 0.0),
    (&["yeah", "right"], -2.0),
    (&["kiss", "of", "death"], -1.5),
    (&["to", "die", "for"], 3.0),
    (&["beating", "heart"], 3.1),
    (&["broken", "heart"], -2.9),
];

/// Where the crate's lexicon differs from the reference's.
const CORRECTED: &[(&str, f64)] = &[(":p", 1.0), ("heart", 3.2), ("hearts", 3.3)];

/// What the lists say of a word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// Mean valence of ten raters, -4 to 4.
    pub(super) valence: Option<f64>,
    /// How much it strengthens (above 0) or weakens (below 0) the next word.
    pub(super) degree: Option<f64>,
    /// Whether it turns what follows round.
    pub(super) negates: bool,
}

/// Only lower-case words: others are never looked up.
static KNOWN: LazyLock<Table<Known>> = LazyLock::new(|| {
    let mut all: BTreeMap<&'static str, Known> = BTreeMap::new();
    for (word, value) in LEXICON.iter() {
        let word: &'static str = word.as_ref();
        if !word.chars().any(char::is_uppercase) {
            all.entry(word).or_default().valence = Some(*value);
        }
    }
    for (word, value) in CORRECTED {
        all.entry(word).or_default().valence = Some(*value);
    }
    STRENGTHEN.iter().for_each(|word| all.entry(word).or_default().degree = Some(DEGREE));
    WEAKEN.iter().for_each(|word| all.entry(word).or_default().degree = Some(-DEGREE));
    NEGATE.iter().for_each(|word| all.entry(word).or_default().negates = true);
    Table::new(all)
});

/// What is known of a lower-case word.
pub(super) fn known(word: &str) -> Known {
    let known = KNOWN.get(word).copied().unwrap_or_default();
    Known { negates: known.negates || (word.contains('\'') && word.contains("n't")), ..known }
}

/// Whether two words weaken like one.
pub(super) fn weakens(first: &str, second: &str) -> bool {
    WEAKEN_PAIRS.contains(&[first, second])
}

/// The idioms with their values.
pub(super) fn idioms() -> &'static [(&'static [&'static str], f64)] {
    IDIOMS
}

/// What an emoji shows, in words.
pub(super) fn described(emoji: char) -> Option<&'static str> {
    EMOJI_LEXICON.get(&*emoji.encode_utf8(&mut [0; 4])).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        for list in [STRENGTHEN, WEAKEN, NEGATE] {
            assert!(list.is_sorted());
        }
        assert!(known("not").negates && known("shouldn't've").negates && !known("knot").negates);
    }

    #[test]
    fn the_lexicon_is_corrected() {
        let valence = |word| known(word).valence;
        assert_eq!((valence("heart"), valence("hearts"), valence(":p")), (Some(3.2), Some(3.3), Some(1.0)));
        assert_eq!((valence("great"), valence("the")), (Some(3.1), None));
    }
}
