//! Patterns of ours, compiled.

use regex::Regex;

/// Compiles a constant pattern. `\b` is the boundary of a word in ASCII: with Unicode's the engine must leave its fast
/// automaton at the first byte that is not ASCII, and takes fifty times as long for an emoji anywhere in the text.
#[expect(clippy::expect_used, reason = "the patterns are constants; a test compiles every one")]
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(&text.replace(r"\b", r"(?-u:\b)")).expect("a constant pattern")
}
