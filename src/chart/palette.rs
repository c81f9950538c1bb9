//! Colours that stay apart for colour-blind readers, each with its own marker shape.

use plotters::style::RGBColor;

/// Text that matters.
pub(super) const INK: RGBColor = RGBColor(0x1a, 0x1a, 0x1a);
/// Text beside it; 7:1 on white.
pub(super) const GREY: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// The axis.
pub(super) const AXIS: RGBColor = RGBColor(0x8c, 0x8c, 0x8c);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
/// The usual range.
pub(super) const BAND: RGBColor = RGBColor(0xd9, 0xe6, 0xf0);
/// The expected line within it.
pub(super) const EXPECTED: RGBColor = RGBColor(0x6b, 0x8c, 0xa8);
/// Paper.
pub(super) const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// Signals: the vermillion of Okabe and Ito.
pub(super) const ALARM: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// How one of several series is told from the others: by colour and by shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Of line and markers.
    pub(super) color: RGBColor,
    /// Drawn on the line.
    pub(super) marker: Marker,
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Up,
    /// ◆
    Diamond,
    /// ▼
    Down,
}

/// The first five colours of Okabe and Ito ("Color universal design", 2008) that are dark enough for lines on white.
pub(super) const LOOKS: [Look; 5] = [
    Look { color: RGBColor(0x00, 0x72, 0xb2), marker: Marker::Circle },
    Look { color: ALARM, marker: Marker::Square },
    Look { color: RGBColor(0x00, 0x9e, 0x73), marker: Marker::Up },
    Look { color: RGBColor(0xcc, 0x79, 0xa7), marker: Marker::Diamond },
    Look { color: RGBColor(0x00, 0x00, 0x00), marker: Marker::Down },
];

/// The look of a lone series, of bars and of panels.
pub(super) const MAIN: Look = LOOKS[0];

/// Fills that stand beside each other: Okabe and Ito's, the lighter ones too; the last two for "other" and "none".
pub(super) const SHADES: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb3),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x74),
    RGBColor(0xcc, 0x79, 0xa8),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xd5, 0x5e, 0x01),
    RGBColor(0x8a, 0x8f, 0x96),
    RGBColor(0xc9, 0xcd, 0xd2),
];
