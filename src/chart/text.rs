//! The chart font: how wide a text is, how it is shortened or wrapped, and which glyphs it has.
//!
//! Everything is measured with the same DejaVu Sans that draws PNG and PDF, never with a font of the system, so that
//! a text that fits here fits there.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::chart::fonts;

/// The families a browser may use, best first; PNG and PDF always use the first, from our own bytes, then the user's.
pub(super) fn family() -> &'static str {
    static FAMILY: OnceLock<String> = OnceLock::new();
    FAMILY.get_or_init(|| {
        let extra = fonts::extra().map_or(String::new(), |e| format!(", {}", e.family()));
        format!("{}{extra}, Verdana, sans-serif", fonts::FAMILY)
    })
}

/// Stands where the font has no glyph.
const STAND_IN: char = '·';

/// Width of `text` in pixels at `size` pixels per em, without kerning (which only makes it narrower).
pub(super) fn width(text: &str, size: i32, bold: bool) -> i32 {
    let face = fonts::own(bold);
    let per_em = i64::from(face.units_per_em());
    let units: i64 = text
        .chars()
        .map(|c| match face.glyph_index(c) {
            Some(glyph) => face.glyph_hor_advance(glyph).map_or(0, i64::from),
            None => fonts::extra().and_then(|e| e.advance(c)).map_or(0, |wide| (wide * per_em as f64).ceil() as i64),
        })
        .sum();
    i32::try_from((units * i64::from(size) + per_em - 1) / per_em).unwrap_or(i32::MAX)
}

/// `text` if it fits `room` pixels, else its longest beginning that does, with `…`.
pub(super) fn shorten(text: &str, room: i32, size: i32, bold: bool) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while kept.pop().is_some() {
        let short = format!("{}…", kept.trim_end());
        if width(&short, size, bold) <= room {
            return short;
        }
    }
    "…".to_owned()
}

/// `text` in at most `lines` lines of `room` pixels, broken at spaces; what does not fit ends in `…`.
pub(super) fn wrap(text: &str, room: i32, size: i32, bold: bool, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut words = text.split(' ').filter(|w| !w.is_empty()).peekable();
    while words.peek().is_some() && out.len() < lines {
        let last = out.len() + 1 == lines;
        let mut line = String::new();
        while let Some(word) = words.peek() {
            let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
            if !last && !line.is_empty() && width(&longer, size, bold) > room {
                break;
            }
            line = longer;
            words.next();
        }
        out.push(shorten(&line, room, size, bold));
    }
    out
}

/// Like `wrap`, with lines about as long as each other: no lone word at the end.
pub(super) fn balance(text: &str, room: i32, size: i32, bold: bool, lines: usize) -> Vec<String> {
    let widest = wrap(text, room, size, bold, lines);
    let same = |room: i32| fits(text, room, size, bold, widest.len());
    if widest.len() < 2 || !same(room) {
        return widest;
    }
    // The narrowest room that still holds it in as many lines.
    let (mut low, mut high) = (room / 2, room);
    while low < high {
        let middle = (low + high) / 2;
        if same(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    wrap(text, high, size, bold, widest.len())
}

/// Whether all of `text` fits `lines` lines of `room` pixels.
pub(super) fn fits(text: &str, room: i32, size: i32, bold: bool, lines: usize) -> bool {
    !wrap(text, room, size, bold, lines).iter().any(|line| line.ends_with('…')) || text.ends_with('…')
}

/// The characters of `text` that charts cannot draw, each once, in code-point order; empty when all can be.
///
/// DejaVu Sans covers Latin, Greek, Cyrillic, Arabic, Armenian, Georgian and most symbols, but neither Chinese,
/// Japanese and Korean nor Indic scripts. For a caveat: "charts cannot show 配 送".
pub fn missing_glyphs(text: &str) -> Vec<char> {
    let missing: BTreeSet<char> =
        text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c) && !fonts::has(*c)).collect();
    missing.into_iter().collect()
}

/// `text` as charts draw it: one line, single spaces, no control or invisible characters; pictographs that the font
/// lacks are left out, other characters that it lacks become `·` (never boxes).
pub(super) fn drawable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if is_invisible(c) {
        } else if fonts::has(c) {
            out.push(c);
        } else if !is_pictograph(c) {
            out.push(STAND_IN);
        }
    }
    out.trim_end().to_owned()
}

/// Controls, joiners, direction marks, variation selectors, soft hyphens, tags, non-characters: nothing to see, and
/// some of them are forbidden in XML.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e01ef}')
}

/// The blocks that hold emoji.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::{balance, drawable, fits, missing_glyphs, shorten, width, wrap};

    #[test]
    fn measures_like_the_font_tables_say() {
        // DejaVu Sans, 2048 units per em: every digit is 1303 wide.
        assert_eq!(width("0", 2048, false), 1303);
        assert_eq!(width("000", 2048, false), 3909);
        assert!(width("Late flights", 24, true) > width("Late flights", 24, false));
        assert_eq!(width("", 24, false), 0);
    }

    #[test]
    fn shortens_to_the_room() {
        assert_eq!(shorten("Late flights", 1000, 24, false), "Late flights");
        let short = shorten("Late flights and lost luggage", 150, 24, false);
        assert!(short.ends_with('…') && short.starts_with("Late"), "{short}");
        assert!(width(&short, 24, false) <= 150);
        assert_eq!(shorten("Late", 1, 24, false), "…");
    }

    #[test]
    fn wraps_at_spaces_and_ends_in_an_ellipsis() {
        let room = width("one two", 24, false);
        assert_eq!(wrap("one two three four", room, 24, false, 9), ["one two", "three", "four"]);
        let two = wrap("one two three four", room, 24, false, 2);
        assert_eq!(two[0], "one two");
        assert!(two[1].ends_with('…') && width(&two[1], 24, false) <= room);
        assert!(fits("one two three", room, 24, false, 2));
        assert!(!fits("one two three four", room, 24, false, 2));
        assert!(wrap("", room, 24, false, 2).is_empty());
        let wide = width("one two three four", 24, false) - 1;
        assert_eq!(wrap("one two three four", wide, 24, false, 2), ["one two three", "four"]);
        assert_eq!(balance("one two three four", wide, 24, false, 2), ["one two", "three four"]);
        assert_eq!(balance("one two", wide, 24, false, 2), ["one two"]);
    }

    #[test]
    fn draws_no_boxes() {
        assert_eq!(drawable("Größe  Ёлка\n<b>&\u{0}"), "Größe Ёлка <b>&");
        assert_eq!(drawable("配送 late"), "·· late");
        assert_eq!(drawable("late 🛫\u{fe0f}!"), "late !");
        assert_eq!(missing_glyphs("配送 配 late 🛫\u{fe0f}"), ['送', '配', '🛫']);
        assert!(missing_glyphs("Größe “×3” ▲ · …").is_empty());
        assert!(missing_glyphs(&drawable("配送 🛫")).is_empty());
    }
}
