//! Text for a fixed-width page: cleaned of what could steer a terminal, measured in columns, wrapped, cut.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// `text` as one line that is safe to print: runs of white space become one space, control characters and those that
/// change the direction of writing are dropped.
pub fn one_line(text: &str) -> String {
    let kept: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|&c| !steers(c)).collect();
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Control characters (Unicode Cc), and the bidirectional embeddings, overrides and isolates of Unicode annex 9.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Columns a line takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` cut to at most `columns`, the last one a `…` where something was cut.
pub fn truncate(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut out = take(text, columns - 1, 0).0.trim_end().to_owned();
    out.push('…');
    out
}

/// `text` cut at its beginning to at most `columns`, the first one a `…`: for paths, whose end tells them apart.
pub fn truncate_start(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let tails = text.grapheme_indices(true).map(|(start, _)| &text[start..]);
    let tail = tails.skip(1).find(|tail| width(tail) < columns).unwrap_or("");
    if columns == 0 { String::new() } else { format!("…{tail}") }
}

/// `text` with a capital first letter.
pub fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// `text` broken into lines of at most `columns` (at least 1), at spaces; a longer word is broken within.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    wrap_after(text, columns, columns)
}

/// [`wrap`] with another width for the first line, which something else shares.
pub fn wrap_after(text: &str, first: usize, after: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let columns = if lines.is_empty() { first } else { after }.max(1);
        if !line.is_empty() && width(&line) + 1 + width(word) <= columns {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        loop {
            let columns = if lines.is_empty() { first } else { after }.max(1);
            if width(rest) <= columns {
                break;
            }
            let (head, tail) = take(rest, columns, 1);
            lines.push(head.to_owned());
            rest = tail;
        }
        rest.clone_into(&mut line);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The longest beginning that fits `columns`, but at least `least` characters, and the rest.
fn take(text: &str, columns: usize, least: usize) -> (&str, &str) {
    let mut end = 0;
    for (i, (start, grapheme)) in text.grapheme_indices(true).enumerate() {
        let next = start + grapheme.len();
        if i >= least && width(&text[..next]) > columns {
            break;
        }
        end = next;
    }
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn drops_what_steers_a_terminal() {
        assert_eq!(one_line(" a\u{1b}[31m\n\tb\u{202e}c \r\n"), "a[31m bc");
    }

    #[test]
    fn wraps_at_spaces_and_within_long_words() {
        assert_eq!(wrap("the late flight", 8), ["the late", "flight"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert!(wrap("  ", 5).is_empty());
        assert_eq!(wrap_after("abc def ghi", 3, 7), ["abc", "def ghi"]);
    }

    #[test]
    fn cuts_with_an_ellipsis() {
        assert_eq!(truncate("Late flights", 6), "Late…");
        assert_eq!(truncate("日本語", 5), "日本…");
        assert_eq!(truncate("ok", 2), "ok");
        assert_eq!(truncate("日本語", 1), "…");
        assert_eq!(truncate_start("dumps/week46.csv", 8), "…k46.csv");
        assert_eq!(truncate_start("日本語", 1), "…");
    }

    #[test]
    fn capitalises() {
        assert_eq!(capitalised("week 46"), "Week 46");
        assert_eq!(capitalised("été"), "Été");
    }

    proptest! {
        #[test]
        fn no_wrapped_line_is_too_wide(text in "\\PC{0,60}", columns in 2usize..30) {
            let lines = wrap(&one_line(&text), columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns || line.graphemes(true).count() == 1));
            let kept: String = lines.concat().chars().filter(|c| *c != ' ').collect();
            let given: String = one_line(&text).chars().filter(|c| *c != ' ').collect();
            prop_assert_eq!(kept, given);
        }
    }
}
