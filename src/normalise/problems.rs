//! What went wrong in a dump, by kind: counted, with a line that shows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One kind of problem in a dump.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong, in words.
    pub kind: String,
    /// How many rows.
    pub count: i64,
    /// The first physical line that shows it; 0 where there are no lines.
    pub example_line: i64,
}

/// Problems being counted: kind → how many, first line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(BTreeMap<String, (i64, i64)>);

impl Tally {
    /// Counts `count` more of `kind`. What follows a colon or a quotation differs from row to row and is left out.
    pub(crate) fn add(&mut self, kind: &str, count: i64, line: i64) {
        if count == 0 {
            return;
        }
        let general = kind.split([':', '"']).next().unwrap_or(kind).trim_end();
        let (n, first) = self.0.entry(general.to_owned()).or_insert((0, line));
        *n += count;
        *first = (*first).min(line);
    }

    /// By kind.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.0.into_iter().map(|(kind, (count, example_line))| Problem { kind, count, example_line }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_with_their_first_line() {
        let mut tally = Tally::default();
        tally.add("unreadable date \"soon\"", 1, 9);
        tally.add("unreadable date \"later\"", 2, 4);
        tally.add("ragged row: 3 cells under 7 headers", 1, 5);
        tally.add("footer", 0, 1);
        let problem = |kind: &str, count, example_line| Problem { kind: kind.to_owned(), count, example_line };
        assert_eq!(tally.into_problems(), [problem("ragged row", 1, 5), problem("unreadable date", 3, 4)]);
    }
}
