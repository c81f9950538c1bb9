//! The words of a report, explained for those who were not there when it was set up.

use serde::Serialize;

/// A word and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The word as the report uses it.
    pub word: &'static str,
    /// One or two sentences.
    pub means: &'static str,
}

const fn entry(word: &'static str, means: &'static str) -> Entry {
    Entry { word, means }
}

/// Every word of the report that is not plain English, in the order of the alphabet.
pub const GLOSSARY: &[Entry] = &[
    entry(
        "95 % interval",
        "The values that the data does not rule out. Were the same period drawn again and again, nineteen of twenty such \
         intervals would hold the true value. A change whose interval includes 1× may be chance.",
    ),
    entry(
        "Alert",
        "A signal that chance explains in at most one of twenty alerts, above the usual range, with at least five records.",
    ),
    entry("Caveat", "A reason to doubt a number, printed beside it."),
    entry(
        "Counted record",
        "A record that is dated, by a customer, and neither spam nor deleted nor a repost nor a good rating. The other records are listed with the reason they were left out.",
    ),
    entry("Coverage", "The days that a feed's exports hold. A day outside them is unknown, not zero."),
    entry("Emerging", "An issue that was not there before, or hardly."),
    entry("Expected", "What an ordinary period would bring, learned from earlier periods alone."),
    entry("Feed", "Where records come from: a system, an account, a channel."),
    entry("Issue", "A recurring problem, defined by the keywords in the codebook. A record may match several."),
    entry("Like for like", "Two periods are compared only over the feeds that cover both."),
    entry("q", "The chance that a signal is false, once the number of issues looked at is taken into account."),
    entry(
        "Rate",
        "Records of the issue for each counted record, or for each unit of the exposure that was given. It tells more complaints from more customers.",
    ),
    entry("Record", "One utterance: a ticket, a review, a post, a filing."),
    entry("Returned", "An issue that is back after a longer silence than usual for it."),
    entry("Share of voice", "Of all records that speak of any of the brands, those that speak of this one."),
    entry("Shift", "An issue whose level changed and stayed changed."),
    entry("Signal", "A finding that stood a test: spike, emerging, returned, shift or viral."),
    entry("Spike", "More records in the period than the usual range allows."),
    entry("Times expected", "The count divided by what was expected: 3× is three times as many as usual."),
    entry("Urgent", "An alert with at least twice the expected count, or one that spreads as well."),
    entry("Usual range", "From none up to the highest count that an ordinary period brings."),
    entry(
        "Viral",
        "An issue that spreads: more copies, more authors, more reach, or a channel where it was not heard before.",
    ),
    entry("Watch", "A weak signal: worth a look, not yet worth a meeting."),
];

#[cfg(test)]
mod tests {
    use super::GLOSSARY;

    #[test]
    fn is_in_the_order_of_the_alphabet() {
        let words: Vec<String> = GLOSSARY.iter().map(|e| e.word.to_lowercase()).collect();
        assert!(words.is_sorted(), "{words:?}");
        assert!(GLOSSARY.iter().all(|e| e.means.ends_with('.')));
    }

    #[test]
    fn explains_every_kind_and_level() {
        use crate::trend::series::{Level, Signal};
        let has = |word: &str| GLOSSARY.iter().any(|e| e.word.to_lowercase() == word);
        for kind in [Signal::Spike, Signal::Emerging, Signal::Returned, Signal::Shift, Signal::Viral] {
            assert!(has(kind.name()), "{}", kind.name());
        }
        for level in [Level::Watch, Level::Alert, Level::Urgent] {
            assert!(has(level.name()), "{}", level.name());
        }
    }
}
