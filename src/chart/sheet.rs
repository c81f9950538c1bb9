//! The sheet a chart is drawn on: its size and its theme.

use plotters::style::RGBColor;

use crate::chart::palette::{ALARM, AXIS, BAND, EXPECTED, GREY, GRID, INK, LOOKS, PAPER, SHADES};

/// Units of area that every sheet has: those of a 1600×900 slide, so that text takes the same share of it.
const UNITS: f64 = 1600.0 * 900.0;
/// Fewer units across or down than this do not hold a chart's words.
const LEAST: (f64, f64) = (1000.0, 760.0);

/// The size in pixels, and what inch they are of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pixels per inch of a PDF's page.
    pub dpi: f32,
}

/// A slide of 16:9, 16⅔ × 9⅜ inches.
const SLIDE: Size = Size { width: 1600, height: 900, dpi: 96.0 };
/// A sheet of A4 lying on its side, 297 × 210 mm.
const A4: Size = Size { width: 1754, height: 1240, dpi: 150.0 };
/// For chats and cards.
const SQUARE: Size = Size { width: 1200, height: 1200, dpi: 96.0 };

impl std::str::FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || format!("{text:?} is no size: slide, a4, square, or pixels as 1280x720 (200 to 8000 each)");
        match text {
            "slide" => return Ok(SLIDE),
            "a4" => return Ok(A4),
            "square" => return Ok(SQUARE),
            _ => {}
        }
        let (width, height) = text.split_once(['x', '×', 'X']).ok_or_else(bad)?;
        let side = |t: &str| t.trim().parse::<u32>().ok().filter(|n| (200..=8000).contains(n)).ok_or_else(bad);
        let (width, height) = (side(width)?, side(height)?);
        let shape = f64::from(width) / f64::from(height);
        if !(0.4..=4.0).contains(&shape) {
            return Err(format!("{text:?} is too narrow or too flat for a chart: between 2:5 and 4:1"));
        }
        Ok(Self { width, height, dpi: 96.0 })
    }
}

/// The colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Theme {
    /// On white.
    #[default]
    Light,
    /// On near black.
    Dark,
    /// Black and greys on white.
    Print,
}

/// Size and theme of one drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sheet {
    /// How large.
    pub size: Size,
    /// In which colours.
    pub theme: Theme,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { size: SLIDE, theme: Theme::Light }
    }
}

impl Sheet {
    /// The units that charts are laid out in, across and down: as many as a slide has, in the sheet's shape.
    pub(super) fn units(self) -> (i32, i32) {
        let (width, height) = (f64::from(self.size.width), f64::from(self.size.height));
        let scale = (UNITS / (width * height)).sqrt().max(LEAST.0 / width).max(LEAST.1 / height);
        ((width * scale).round() as i32, (height * scale).round() as i32)
    }
}

const fn grey(level: u8) -> RGBColor {
    RGBColor(level, level, level)
}

/// Our colours, those of the dark theme (each at least 4.5:1 on its paper where it is text), and those for print.
const THEMES: [(RGBColor, RGBColor, RGBColor); 12] = [
    (PAPER, RGBColor(0x14, 0x17, 0x1a), grey(0xff)),
    (INK, RGBColor(0xe6, 0xe8, 0xeb), grey(0x00)),
    (GREY, RGBColor(0xa4, 0xad, 0xb8), grey(0x3c)),
    (AXIS, RGBColor(0x79, 0x83, 0x8e), grey(0x64)),
    (GRID, RGBColor(0x2c, 0x32, 0x38), grey(0xd2)),
    (BAND, RGBColor(0x22, 0x36, 0x4a), grey(0xe2)),
    (EXPECTED, RGBColor(0x7f, 0x9f, 0xbd), grey(0x64)),
    (ALARM, RGBColor(0xff, 0x9d, 0x66), grey(0x00)),
    (LOOKS[0].color, RGBColor(0x7d, 0xb7, 0xee), grey(0x28)),
    (LOOKS[2].color, RGBColor(0x5f, 0xd3, 0xa5), grey(0x6e)),
    (LOOKS[3].color, RGBColor(0xe3, 0xa4, 0xcb), grey(0x8c)),
    (LOOKS[4].color, RGBColor(0xf0, 0xd2, 0x64), grey(0x50)),
];

impl Theme {
    /// A colour of ours as this theme has it.
    pub(super) fn of(self, color: RGBColor) -> RGBColor {
        let themed = THEMES.iter().find(|(ours, ..)| *ours == color);
        match (self, themed) {
            (Self::Light, _) => color,
            (Self::Dark, Some((_, dark, _))) => *dark,
            (Self::Print, Some((.., print))) => *print,
            (Self::Dark, None) => color,
            // What stands beside another shade must differ in lightness.
            (Self::Print, None) => match SHADES.iter().position(|s| *s == color) {
                Some(at) => grey([0x20, 0xd8, 0x58, 0xb8, 0x80, 0xf0, 0x3c, 0xa0][at % 8]),
                None => color,
            },
        }
    }

    /// Paper and the main colour mixed: `share` of the latter, 0 to 1.
    pub(super) fn shade(self, share: f64) -> RGBColor {
        let (paper, main) = (self.of(PAPER), self.of(LOOKS[0].color));
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share.clamp(0.0, 1.0)).round() as u8;
        RGBColor(mix(paper.0, main.0), mix(paper.1, main.1), mix(paper.2, main.2))
    }
}

#[cfg(test)]
mod tests {
    use super::{A4, SLIDE, Sheet, Size, Theme};
    use crate::chart::palette::{GREY, INK, LOOKS, PAPER};
    use plotters::style::RGBColor;

    #[test]
    fn sizes_are_read() {
        assert_eq!("slide".parse(), Ok(SLIDE));
        assert_eq!("a4".parse(), Ok(A4));
        assert_eq!("800x600".parse::<Size>().map(|s| (s.width, s.height)), Ok((800, 600)));
        for bad in ["", "800", "800x", "0x900", "9000x900", "1000x200", "200x600"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }

    #[test]
    fn sheets_hold_as_much_as_a_slide() {
        assert_eq!(Sheet::default().units(), (1600, 900));
        let square = Sheet { size: "square".parse().unwrap(), theme: Theme::Light };
        assert_eq!(square.units(), (1200, 1200));
        let small = Sheet { size: "400x225".parse().unwrap(), theme: Theme::Light };
        assert_eq!(small.units(), (1600, 900));
    }

    /// Contrast of two colours (WCAG 2.2, relative luminance).
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let light = |c: RGBColor| 0.2126 * part(c.0) + 0.7152 * part(c.1) + 0.0722 * part(c.2);
        let (high, low) = (light(a).max(light(b)), light(a).min(light(b)));
        (high + 0.05) / (low + 0.05)
    }

    #[test]
    fn words_can_be_read_and_lines_seen() {
        for theme in [Theme::Light, Theme::Dark, Theme::Print] {
            for ink in [INK, GREY] {
                assert!(contrast(theme.of(ink), theme.of(PAPER)) >= 4.5, "{theme:?}");
            }
            for look in LOOKS {
                assert!(contrast(theme.of(look.color), theme.of(PAPER)) >= 2.9, "{theme:?} {look:?}");
            }
        }
    }
}
