//! The page's font: the letters it needs, as `@font-face` rules with the bytes inside.
//!
//! Every browser then draws the same letters. What needs shaping (Arabic, Indic scripts) or is not in the font (Chinese,
//! emoji) is left to the reader's system, which draws it whole; a subset would tear it apart.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use font_subset::{FontReader, ParseError};

use crate::chart::fonts;
use crate::error::{Error, Result};

/// What the page's styles call it.
pub(super) const FAMILY: &str = "plaint";
/// The second family: the user's font.
const EXTRA: &str = "plaint extra";

/// The rules for the characters of `text`, and those that the page's script may write.
///
/// # Errors
/// An internal error when the font cannot be cut.
pub(super) fn faces(text: &str) -> Result<String> {
    let used = distinct(text);
    let mut wanted: BTreeSet<char> = (' '..='~').chain("–−×·…≥≤½\u{a0}’“”".chars()).collect();
    // A letter it lacks would be cut as the box that stands for none, and hide the system's own.
    wanted.extend(used.iter().filter(|c| stands_alone(**c) && fonts::has_own(**c)));
    let weights = [(400, dejavu::sans_condensed::regular()), (700, dejavu::sans_condensed::bold())];
    let mut rules = String::new();
    for (weight, bytes) in weights {
        let subset = cut(bytes, &wanted).map_err(|cause| {
            Error::failed("internal: the page's font cannot be cut")
                .evidence(cause.to_string())
                .hint("this is a bug in plaint; please report it with this message")
        })?;
        rules.push_str(&rule(FAMILY, weight, &subset));
    }
    // A font that cannot be cut (outlines that are not TrueType's) stays outside: the system draws its letters.
    if let Some(extra) = fonts::extra() {
        let lacking: BTreeSet<char> =
            used.iter().copied().filter(|c| stands_alone(*c) && !fonts::has_own(*c) && extra.has(*c)).collect();
        if let (false, Ok(subset)) = (lacking.is_empty(), cut(extra.bytes(), &lacking)) {
            rules.push_str(&rule(EXTRA, 400, &subset));
        }
    }
    Ok(rules)
}

/// The characters of a text, each once.
fn distinct(text: &str) -> BTreeSet<char> {
    let mut ascii = [false; 128];
    let mut others = BTreeSet::new();
    for c in text.chars() {
        match ascii.get_mut(c as usize) {
            Some(seen) => *seen = true,
            None => _ = others.insert(c),
        }
    }
    others.extend((0_u8..).zip(ascii).filter(|(_, seen)| *seen).map(|(byte, _)| char::from(byte)));
    others
}

fn cut(bytes: &[u8], wanted: &BTreeSet<char>) -> std::result::Result<Vec<u8>, ParseError> {
    let bytes = modern(bytes).unwrap_or_else(|| bytes.to_vec());
    let reader = FontReader::new(&bytes)?;
    Ok(reader.read()?.subset(wanted)?.to_opentype())
}

/// A font of the format's earlier days as the cutter wants it (OpenType 1.9: table OS/2 of version 4, `head` with a
/// direction hint of 2); null when `font` is no font.
fn modern(font: &[u8]) -> Option<Vec<u8>> {
    let short = |at: usize| Some(u16::from_be_bytes(font.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_be_bytes(font.get(at..at + 4)?.try_into().ok()?));
    let count = usize::from(short(4)?);
    let mut out = font.get(..12)?.to_vec();
    let mut body = Vec::new();
    for entry in (0..count).map(|i| 12 + 16 * i) {
        let (offset, length) = (long(entry + 8)? as usize, long(entry + 12)? as usize);
        let mut table = font.get(offset..offset.checked_add(length)?)?.to_vec();
        let changed = match font.get(entry..entry + 4)? {
            b"head" if length >= 54 => {
                // Of the whole font, which is another one now; its table's sum is taken without it.
                table[8..12].fill(0);
                table[48..50].copy_from_slice(&2_u16.to_be_bytes());
                true
            }
            b"OS/2" if short(offset)? < 2 => {
                table.resize(96, 0);
                table[..2].copy_from_slice(&4_u16.to_be_bytes());
                true
            }
            _ => false,
        };
        let start = 12 + 16 * count + body.len();
        let length = table.len();
        table.resize(length.next_multiple_of(4), 0);
        let words = table.chunks_exact(4).map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]]));
        let sum = if changed { words.fold(0, u32::wrapping_add) } else { long(entry + 4)? };
        out.extend(font.get(entry..entry + 4)?);
        for word in [sum, start as u32, length as u32] {
            out.extend(word.to_be_bytes());
        }
        body.extend(table);
    }
    out.extend(body);
    Some(out)
}

fn rule(family: &str, weight: u32, bytes: &[u8]) -> String {
    let data = STANDARD.encode(bytes);
    format!(
        "@font-face {{ font-family: \"{family}\"; font-weight: {weight}; src: url(data:font/ttf;base64,{data}); }}\n"
    )
}

/// Letters that are drawn by themselves: no marks that are set onto others, no script whose letters join or move.
fn stands_alone(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{590}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1ab0}'..='\u{1cff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fb1d}'..='\u{fdff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe70}'..='\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::{faces, stands_alone};

    #[test]
    fn holds_what_the_page_needs_and_little_more() {
        let few = faces("Late").unwrap();
        assert_eq!(few.matches("@font-face").count(), 2);
        assert!(few.len() < 120_000, "{} bytes", few.len());
        assert!(faces("Größe Ёлка ▁▂▃").unwrap().len() > few.len());
        assert_eq!(faces("航班").unwrap(), faces("").unwrap(), "what the font lacks is not asked of it");
    }

    #[test]
    fn leaves_joined_scripts_to_the_system() {
        assert!(stands_alone('é') && stands_alone('Ё') && stands_alone('▁'));
        assert!(!stands_alone('ت') && !stands_alone('न') && !stands_alone('\u{301}'));
    }
}
