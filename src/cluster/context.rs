//! Where in a text a keyword stands: for showing it with the words around it.

use std::ops::Range;

use regex::RegexBuilder;

use crate::cluster::intern::Interner;
use crate::cluster::language::{self, LanguageId};
use crate::cluster::tokens::cut_keyword;

/// A word of a text and its stem.
struct Word {
    stem: u32,
    at: Range<usize>,
}

/// The bytes of `text` in which `keyword` is first found: from its first word to its last. `tag` is the text's BCP 47
/// tag. A `keyword` that is an issue's pattern is found as a regular expression. Null when it is not there.
pub fn find(text: &str, tag: Option<&str>, keyword: &str, is_pattern: bool) -> Option<Range<usize>> {
    if is_pattern {
        let pattern = RegexBuilder::new(keyword).case_insensitive(true).build().ok()?;
        return pattern.find(text).map(|found| found.range());
    }
    let id = language::language(tag);
    let mut names = Interner::default();
    let wanted = cut_keyword(keyword, id, &mut |stem| names.add(stem));
    if wanted.is_empty() {
        return None;
    }
    let words = words(text, id, &mut names);
    let runs = words.windows(wanted.len());
    let run = runs.into_iter().find(|run| run.iter().zip(&wanted).all(|(word, stem)| word.stem == *stem))?;
    let (start, end) = (run.first()?.at.start, run.last()?.at.end);
    // Words that matching passes over belong to the keyword all the same: the "in" of "log in".
    let whole = start + keyword.len();
    let written = text.get(start..whole).is_some_and(|found| found.eq_ignore_ascii_case(keyword));
    let ends = !text.get(whole..).unwrap_or_default().starts_with(char::is_alphanumeric);
    Some(start..if written && ends { whole.max(end) } else { end })
}

/// The words of a text that can be part of a keyword, in order.
fn words(text: &str, id: LanguageId, names: &mut Interner) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || c == '\'' || c == '’';
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                // An ideograph is a word of its own, so a run may be several; they share the run's place.
                for stem in cut_keyword(&text[from..at], id, &mut |stem| names.add(stem)) {
                    words.push(Word { stem, at: from..at });
                }
                start = None;
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, keyword: &str) -> Option<&'t str> {
        find(text, None, keyword, false).map(|at| &text[at])
    }

    #[test]
    fn finds_what_matching_finds() {
        assert_eq!(found("My FLIGHTS were delayed", "flight"), Some("FLIGHTS"));
        assert_eq!(found("They lost all of my bags, again", "lost bag"), Some("lost all of my bags"));
        assert_eq!(found("It didn't arrive", "never arrived"), Some("didn't arrive"));
        assert_eq!(found("I can't Log in, help", "log in"), Some("Log in"));
        assert_eq!(found("lost, then a bag", "bag lost"), None);
        assert_eq!(found("", "bag"), None);
        assert_eq!(find("see ERR-42.", None, r"\berr-\d+", true), Some(4..10));
        assert_eq!(find("l'avion est en retard", Some("fr"), "avions retard", false).map(|at| at.end), Some(21));
    }
}
