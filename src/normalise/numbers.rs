//! Numbers as people and spreadsheets write them; a column decides what its commas and points mean.

use crate::normalise::values::is_null;

/// What a mark means in the numbers of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Between groups of three digits.
    Thousands,
    /// Before the fraction.
    #[default]
    Decimal,
}

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// The comma.
    pub comma: Mark,
    /// The point.
    pub point: Mark,
}

impl Style {
    /// Where nothing decides: `1,200` is twelve hundred everywhere; `1.200` is for counts, which have no fraction.
    pub fn usual(count: bool) -> Self {
        Self { comma: Mark::Thousands, point: if count { Mark::Thousands } else { Mark::Decimal } }
    }
}

/// What the cells of a column say about its marks, collected in the first pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence {
    comma: [i64; 2],
    point: [i64; 2],
}

impl Evidence {
    /// Takes note of a cell. A mark that comes twice, or before another mark, is between thousands; one not
    /// followed by exactly three digits is before a fraction.
    pub fn observe(&mut self, cell: &str) {
        let cell = trim(cell);
        let of = |mark: u8| cell.bytes().filter(|b| *b == mark).count();
        let (commas, points) = (of(b','), of(b'.'));
        if commas + points == 0 {
            return;
        }
        let (last_comma, last_point) = (cell.rfind(','), cell.rfind('.'));
        self.comma_or_point(cell, b',', commas, last_point > last_comma);
        self.comma_or_point(cell, b'.', points, last_comma > last_point);
    }

    fn comma_or_point(&mut self, cell: &str, mark: u8, times: usize, before_other: bool) {
        let Some(last) = cell.bytes().rposition(|b| b == mark) else { return };
        let tally = if mark == b',' { &mut self.comma } else { &mut self.point };
        let after = cell[last + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let before = &cell[..last];
        if times > 1 || before_other {
            tally[0] += 1;
        } else if after != 3 || before.is_empty() || before.trim_start_matches(['-', '+']).len() > 3 || before == "0" {
            tally[1] += 1;
        }
    }

    /// What the marks of the column mean; `count` where its numbers are whole.
    pub fn decide(&self, count: bool) -> Style {
        let usual = Style::usual(count);
        let mark = |[thousands, decimal]: [i64; 2], usual| match thousands.cmp(&decimal) {
            std::cmp::Ordering::Greater => Mark::Thousands,
            std::cmp::Ordering::Less => Mark::Decimal,
            std::cmp::Ordering::Equal => usual,
        };
        Style { comma: mark(self.comma, usual.comma), point: mark(self.point, usual.point) }
    }
}

fn trim(cell: &str) -> &str {
    cell.trim().trim_matches(['"', '\''])
}

/// Reads a number: `1,200`, `1 200`, `1.2K`, `6.5%` (as 6.5), `"5"`. Null when it is none.
pub fn parse(cell: &str, style: Style) -> Option<f64> {
    let text = trim(cell);
    if text.is_empty() || is_null(text) {
        return None;
    }
    if text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (text, scale) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (&text[..at], 1e3),
        (at, 'm' | 'M') => (&text[..at], 1e6),
        (at, '%') => (&text[..at], 1.0),
        _ => (text, 1.0),
    };
    let mut plain = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '0'..='9' | '-' | '+' | 'e' | 'E' => plain.push(c),
            ',' if style.comma == Mark::Decimal => plain.push('.'),
            '.' if style.point == Mark::Decimal => plain.push('.'),
            '.' if scale > 1.0 => plain.push('.'),
            ',' | '.' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '_' => {}
            _ => return None,
        }
    }
    plain.parse::<f64>().ok().map(|n| n * scale).filter(|n| n.is_finite())
}

/// Reads a whole number that a 64-bit integer holds.
pub fn parse_whole(cell: &str, style: Style) -> Option<i64> {
    let text = trim(cell);
    if text.len() <= 18 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    // `12.0` is a whole number that passed through a float column; its point is no thousands mark.
    let text = text.strip_suffix(".0").unwrap_or(text);
    let number = parse(text, style)?.round();
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked; a float's whole part is meant")]
    (number.abs() < 9e15).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(cells: &[&str], count: bool) -> Style {
        let mut evidence = Evidence::default();
        cells.iter().for_each(|c| evidence.observe(c));
        evidence.decide(count)
    }

    #[test]
    fn a_column_decides_its_marks() {
        let english = decided(&["1,200", "3.5"], false);
        assert_eq!(parse("1,200", english), Some(1200.0));
        assert_eq!(parse("3.5", english), Some(3.5));
        let german = decided(&["1.200", "3,5", "1.234,5"], false);
        assert_eq!(parse("1.200", german), Some(1200.0));
        assert_eq!(parse("3,5", german), Some(3.5));
        let counts = decided(&["1.200", "7"], true);
        assert_eq!(parse_whole("1.200", counts), Some(1200));
        assert_eq!(parse("1.200", decided(&["1.200"], false)), Some(1.2));
    }

    #[test]
    fn the_usual_forms() {
        let style = Style::usual(false);
        assert_eq!(parse("1 200", style), Some(1200.0));
        assert_eq!(parse("1.2K", style), Some(1200.0));
        assert_eq!(parse("6.5%", style), Some(6.5));
        assert_eq!(parse("\"5\"", style), Some(5.0));
        assert_eq!(parse("-3", style), Some(-3.0));
        assert_eq!(parse_whole("12.0", Style::usual(true)), Some(12));
        assert_eq!(parse_whole("1.2K", Style::usual(true)), Some(1200));
        for none in ["", "-", "N/A", "nan", "null", "five", "1.2.3x", "inf"] {
            assert_eq!(parse(none, style), None, "{none}");
        }
    }
}
