//! The frame of every chart: title, subtitle, key, footer; and the SVG around it.

use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL, Spot, paint};
use crate::chart::palette::{ALARM, BAND, EXPECTED, GREY, INK, Look, MAIN, Marker};
use crate::chart::{ChartInput, Figure, text};
use crate::error::Result;

/// White space at both sides.
pub(super) const MARGIN: i32 = 64;
/// Title sizes and lines, tried until they hold it.
const TITLES: [(i32, usize); 5] = [(44, 1), (40, 1), (44, 2), (38, 2), (34, 2)];
const SUBTITLE: Ink = Ink { size: 28, bold: false, color: GREY, anchor: Anchor::Start };
/// Plain small text.
pub(super) const NOTE: Ink = Ink { size: SMALL, bold: false, color: GREY, anchor: Anchor::Start };
/// Height of a row of the key.
const KEY_ROW: i32 = 38;

/// The sign of a signal.
pub(super) const SIGNAL: Look = Look { color: ALARM, marker: Marker::Diamond };

/// A figure: the frame with `input`'s words, and what `draw` puts into the area between them.
///
/// `name` is the file stem; `subtitle` and `alt` are the chart's own.
pub(super) fn slide(
    name: String,
    input: &ChartInput<'_>,
    subtitle: &str,
    alt: String,
    draw: impl FnOnce(&Canvas<'_>, Area) -> Result<()>,
) -> Result<Figure> {
    let svg = paint(input.sheet, |canvas| {
        let body = frame(canvas, &input.title, subtitle, &input.footer)?;
        draw(canvas, body)
    })?;
    let svg = described(&svg, &name, &input.title, &alt);
    Ok(Figure { name, title: input.title.clone(), alt, svg })
}

/// Title and subtitle at the top, footer at the bottom; returns what is left between them.
fn frame(canvas: &Canvas<'_>, title: &str, subtitle: &str, footer: &str) -> Result<Area> {
    let room = canvas.width - 2 * MARGIN;
    let title = text::drawable(title);
    let (size, lines) =
        TITLES.into_iter().find(|(size, lines)| text::fits(&title, room, *size, true, *lines)).unwrap_or(TITLES[4]);
    let mut y = 44;
    for line in text::balance(&title, room, size, true, lines) {
        y += size * 5 / 4;
        let at = (MARGIN, y - size / 4);
        canvas.text(&line, at, Ink { size, bold: true, color: INK, anchor: Anchor::Start })?;
    }
    y += 4;
    for line in text::wrap(&text::drawable(subtitle), room, SUBTITLE.size, false, 2) {
        y += 36;
        canvas.text(&line, (MARGIN, y - 4), SUBTITLE)?;
    }
    let lines = text::wrap(&text::drawable(footer), room, NOTE.size, false, 2);
    let mut bottom = canvas.height - 40;
    for line in lines.iter().rev() {
        canvas.text(line, (MARGIN, bottom), NOTE)?;
        bottom -= 34;
    }
    Ok(Area { left: MARGIN, top: y + 20, right: canvas.width - MARGIN, bottom: bottom - 8 })
}

/// One entry of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// The band of the usual range.
    Range,
    /// The expected line.
    Expected,
    /// A tested finding.
    Signal,
    /// A bar in the colour of signals.
    Alarm,
    /// A hollow point: the noun of the step that has not ended.
    Unfinished(&'static str),
    /// Words alone.
    Words(String),
}

/// The key in a row (or two) at the top of `area`; returns the area below it.
pub(super) fn draw_key(canvas: &Canvas<'_>, keys: &[Key], area: Area) -> Result<Area> {
    let mut at: Spot = (area.left, area.top + 26);
    for key in keys {
        let (sign, words) = match key {
            Key::Range => (44, "usual range".to_owned()),
            Key::Expected => (44, "expected".to_owned()),
            Key::Signal => (24, "signal: beyond chance".to_owned()),
            Key::Alarm => (24, "signal: beyond chance".to_owned()),
            Key::Unfinished(noun) => (24, format!("unfinished {noun}")),
            Key::Words(words) => (0, words.clone()),
        };
        let indent = if sign > 0 { sign + 12 } else { 0 };
        let words = text::shorten(&words, area.width() - indent, NOTE.size, false);
        let wide = indent + text::width(&words, NOTE.size, false);
        if at.0 > area.left && at.0 + wide > area.right {
            at = (area.left, at.1 + KEY_ROW);
        }
        let middle = at.1 - 9;
        match key {
            Key::Range => {
                canvas.rect(Area { left: at.0, top: middle - 11, right: at.0 + sign, bottom: middle + 11 }, BAND)?;
            }
            Key::Alarm => {
                canvas.rect(Area { left: at.0, top: middle - 11, right: at.0 + sign, bottom: middle + 11 }, ALARM)?;
            }
            Key::Expected => canvas.dashed(&[(at.0, middle), (at.0 + sign, middle)], EXPECTED, 3, 8.0)?,
            Key::Signal => canvas.marker((at.0 + sign / 2, middle), 8, SIGNAL, false)?,
            Key::Unfinished(_) => canvas.marker((at.0 + sign / 2, middle), 8, MAIN, true)?,
            Key::Words(_) => {}
        }
        canvas.text(&words, (at.0 + indent, at.1), NOTE)?;
        at.0 += wide + 44;
    }
    Ok(if keys.is_empty() { area } else { Area { top: at.1 + 14, ..area } })
}

/// Words in the middle of `area`, for a chart without anything to draw.
pub(super) fn draw_nothing(canvas: &Canvas<'_>, words: &str, area: Area) -> Result<()> {
    let at = ((area.left + area.right) / 2, (area.top + area.bottom) / 2);
    canvas.text(words, at, Ink { size: 32, anchor: Anchor::Middle, ..NOTE })
}

/// The SVG with its title and description for screen readers, round line joins, and text without line breaks.
fn described(svg: &str, name: &str, title: &str, alt: &str) -> String {
    let id: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let mut out = String::with_capacity(svg.len() + alt.len() + 300);
    let mut lines = svg.lines();
    if let Some(open) = lines.next() {
        out.push_str(open.trim_end_matches('>'));
        out.push_str(&format!(
            " role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" stroke-linejoin=\"round\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
            escape(title),
            escape(alt)
        ));
    }
    // Plotters breaks the line after `<text …>` and before `</text>`; some viewers draw that as a space.
    // Text content is the one kind of line that starts without a tag: `<` in it is escaped.
    for line in lines {
        // What a drawing without these says anyway; a heat map has thousands of them.
        let line = match line.starts_with('<') {
            true => line.replacen(" opacity=\"1\"", "", 1).replacen(" stroke=\"none\"", "", 1),
            false => line.to_owned(),
        };
        out.push_str(&settled(&line));
        if line.starts_with('<') && !line.starts_with("<text ") {
            out.push('\n');
        }
    }
    out
}

/// A text's shift below its place made part of the place: of a shift, a drawer may give only the first letter its part,
/// which in a script from right to left stands alone then.
fn settled(line: &str) -> std::borrow::Cow<'_, str> {
    let value = |name: &str| {
        let from = line.find(name)? + name.len();
        line[from..].split('"').next()?.parse::<f64>().ok()
    };
    match (line.find(" dy=\"0.76em\""), value(" y=\""), value("font-size=\"")) {
        (Some(_), Some(y), Some(size)) if line.starts_with("<text ") => {
            let placed = format!(" y=\"{:.2}\"", y + 0.76 * size);
            line.replacen(&format!(" y=\"{y}\" dy=\"0.76em\""), &placed, 1).into()
        }
        _ => line.into(),
    }
}

/// For XML: markup escaped, characters that XML forbids left out, one line.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_whitespace() => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{described, escape};

    #[test]
    fn escapes_markup_and_drops_controls() {
        assert_eq!(escape("<b>&\u{0}\"x\"\n"), "&lt;b&gt;&amp;&quot;x&quot; ");
    }

    #[test]
    fn describes_and_joins_text_lines() {
        let svg = "<svg width=\"1\">\n<rect/>\n<text x=\"1\">\nLate\n</text>\n<text y=\"1\">\nb\n</text>\n</svg>\n";
        assert_eq!(
            described(svg, "trend-i 1", "A & B", "Line."),
            "<svg width=\"1\" role=\"img\" aria-labelledby=\"trend-i-1-title trend-i-1-desc\" \
             stroke-linejoin=\"round\">\n<title id=\"trend-i-1-title\">A &amp; B</title>\n\
             <desc id=\"trend-i-1-desc\">Line.</desc>\n<rect/>\n<text x=\"1\">Late</text>\n<text y=\"1\">b</text>\n</svg>\n"
        );
    }
}
