//! The delimiter of a table, and how its cells are quoted, by which of the readings fits best.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::ingest::table::{self, Dialect, Quotes};

/// Delimiters tried, in the order that decides a tie.
pub(super) const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Records looked at for the delimiter.
const LOOK: usize = 31;
/// Records looked at for the quotes, of which one in a hundred may be the first to matter.
const LOOK_FOR_QUOTES: usize = 4000;

/// The dialect that fits a sample best; its delimiter is given where the file says it.
pub(super) fn best(sample: &[u8], cut: bool, tried: Dialect, declared: bool) -> Dialect {
    let delimiter = if declared { tried.delimiter } else { delimiter(sample, cut, tried) };
    let usual = Dialect { delimiter, ..tried };
    if !sample.contains(&b'"') {
        return usual;
    }
    let mut best = (usual, fit(sample, cut, usual));
    let backslash = sample.windows(2).any(|pair| pair == b"\\\"");
    // A stray quote in comma-separated text is likelier a cell that was never closed: only tabs do without quotes.
    let others = [(Quotes::Backslash, backslash), (Quotes::None, delimiter == b'\t')];
    for (quotes, _) in others.into_iter().filter(|(_, possible)| *possible) {
        let other = Dialect { quotes, ..usual };
        let score = fit(sample, cut, other);
        if score > best.1 {
            best = (other, score);
        }
    }
    best.0
}

/// Records of the commonest width less the others: a wrong reading of quotes makes rows of other widths, and swallows
/// rows into one.
fn fit(sample: &[u8], cut: bool, dialect: Dialect) -> i64 {
    let widths = widths(sample, cut, dialect, LOOK_FOR_QUOTES);
    let most = commonest(&widths).map_or(0, |(_, count)| count);
    2 * i64::try_from(most).unwrap_or(i64::MAX) - i64::try_from(widths.len()).unwrap_or(0)
}

/// The delimiter under which most records agree on a width above one; wider wins among equals.
fn delimiter(sample: &[u8], cut: bool, tried: Dialect) -> u8 {
    let score = |delimiter: u8| {
        let widths = widths(sample, cut, Dialect { delimiter, ..tried }, LOOK);
        let Some((width, count)) = commonest(&widths) else { return 0.0 };
        let agreement = count as f64 / widths.len() as f64;
        // A first row of one cell is a title above the header at best: more likely one column of prose.
        let doubt = if widths.first() == Some(&1) { 0.25 } else { 1.0 };
        doubt * agreement * agreement * (width.min(20) - 1) as f64
    };
    let mut best = (b',', 0.0);
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// The widths of the first records, but for the last where the sample cuts it.
fn widths(sample: &[u8], cut: bool, dialect: Dialect, look: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = table::sample(sample, dialect, look).iter().map(csv::ByteRecord::len).collect();
    if cut && widths.len() > 1 {
        widths.pop();
    }
    widths
}

/// The commonest width and how many records have it; among equals the first record's, then the narrowest.
fn commonest(widths: &[usize]) -> Option<(usize, usize)> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    widths.iter().for_each(|width| *counts.entry(*width).or_default() += 1);
    counts.into_iter().max_by_key(|(width, count)| (*count, widths.first() == Some(width), Reverse(*width)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::limits::Limits;

    fn found(sample: &[u8]) -> (u8, Quotes) {
        let dialect = best(sample, false, Dialect::usual(b',', &Limits::default()), false);
        (dialect.delimiter, dialect.quotes)
    }

    #[test]
    fn finds_the_delimiter() {
        assert_eq!(found(b"a,b\n\"x;y\",2\n").0, b',');
        assert_eq!(found(b"a;b\n\"1,5\";\"2,5\"\n3,5;4,5\n").0, b';');
        assert_eq!(found(b"date\ttext\n1\tone, two, three\n2\tfour\n").0, b'\t');
        assert_eq!(found(b"a|b|c\n1|2|3\n").0, b'|');
        assert_eq!(found(b"text\nhello; world\n").0, b',');
        assert_eq!(found(b"text;id\n\"never\nclosed;\n").0, b';');
    }

    #[test]
    fn finds_how_cells_are_quoted() {
        assert_eq!(found(b"a,b\n\"x, \"\"y\"\", z\",2\n").1, Quotes::Doubled);
        assert_eq!(found(b"a,b\n\"x, \\\"y\\\", z\",2\n\"p, \\\"q\\\"\",2\n3,4\n").1, Quotes::Backslash);
        assert_eq!(found(b"a,b\n\"C:\\\\\",2\n\"D:\\\",3\n").1, Quotes::Doubled);
        assert_eq!(found(b"1\ta \"quoted\n2\t\"b\n3\tc\n4\td\n").1, Quotes::None);
        assert_eq!(found(b"1\t\"a\nb\"\n2\tc\n").1, Quotes::Doubled);
        assert_eq!(found(b"id,text\n1,\"never\nclosed\n2,x\n").1, Quotes::Doubled);
    }
}
