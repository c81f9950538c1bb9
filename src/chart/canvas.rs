//! What charts draw on: a sheet's units (a slide has 1600×900, which are its pixels), through plotters into SVG text.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, IntoTextStyle, RGBColor, ShapeStyle};

use crate::chart::palette::{Look, Marker, PAPER};
use crate::chart::sheet::{Sheet, Size, Theme};
use crate::chart::text;
use crate::error::{Error, Result};

/// The smallest text, in pixels: readable from the back row.
pub(super) const SMALL: i32 = 24;

/// Plotters writes a font size divided by this (its idea of a point), so we multiply first. All sizes from 24
/// to 48 but 26, 27 and 30 come back whole.
const PLOTTERS_POINT: f64 = 1.24;

/// A place on the sheet: pixels from the left, pixels from the top.
pub(super) type Spot = (i32, i32);

/// A part of the sheet, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

impl Area {
    /// Pixels across.
    pub(super) fn width(self) -> i32 {
        self.right - self.left
    }

    /// Pixels down.
    pub(super) fn height(self) -> i32 {
        self.bottom - self.top
    }
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    /// Pixels per em.
    pub(super) size: i32,
    pub(super) bold: bool,
    pub(super) color: RGBColor,
    pub(super) anchor: Anchor,
}

/// The sheet.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    theme: Theme,
    /// Units across.
    pub(super) width: i32,
    /// Units down.
    pub(super) height: i32,
}

/// The SVG text of what `paint` draws on a sheet, in the sheet's units.
pub(super) fn paint(sheet: Sheet, paint: impl FnOnce(&Canvas<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    let (width, height) = sheet.units();
    let size = (width.unsigned_abs(), height.unsigned_abs());
    let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
    let canvas = Canvas { area, theme: sheet.theme, width, height };
    canvas.rect(Area { left: 0, top: 0, right: width, bottom: height }, PAPER)?;
    paint(&canvas)?;
    canvas.area.present().map_err(|e| broken(&e))?;
    drop(canvas);
    let Size { width, height, .. } = sheet.size;
    let units = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    Ok(svg.replacen(&units, &format!("width=\"{width}\" height=\"{height}\""), 1))
}

fn broken<E: std::error::Error + Send + Sync>(cause: &DrawingAreaErrorKind<E>) -> Error {
    Error::failed("internal: a chart could not be drawn")
        .evidence(cause.to_string())
        .hint("this is a bug in plaint; please report it with this message")
}

impl<'b> Canvas<'b> {
    fn draw<'a, E>(&self, element: &'a E) -> Result<()>
    where
        &'a E: PointCollection<'a, Spot>,
        E: Drawable<SVGBackend<'b>>,
    {
        self.area.draw(element).map_err(|e| broken(&e))
    }

    /// A filled rectangle.
    pub(super) fn rect(&self, area: Area, color: RGBColor) -> Result<()> {
        self.draw(&Rectangle::new([(area.left, area.top), (area.right, area.bottom)], self.theme.of(color).filled()))
    }

    /// A filled rectangle, `share` of the way from paper to the main colour.
    pub(super) fn shaded(&self, area: Area, share: f64) -> Result<()> {
        let color = self.theme.shade(share).filled();
        self.draw(&Rectangle::new([(area.left, area.top), (area.right, area.bottom)], color))
    }

    /// A line through `points`.
    pub(super) fn line(&self, points: &[Spot], color: RGBColor, stroke: u32) -> Result<()> {
        if points.len() < 2 {
            return Ok(());
        }
        self.draw(&PathElement::new(points.to_vec(), pen(self.theme.of(color), stroke)))
    }

    /// A line through `points` in dashes of `dash` pixels with gaps as long.
    pub(super) fn dashed(&self, points: &[Spot], color: RGBColor, stroke: u32, dash: f64) -> Result<()> {
        for piece in dashes(points, dash) {
            self.line(&piece, color, stroke)?;
        }
        Ok(())
    }

    /// A filled shape.
    pub(super) fn polygon(&self, points: &[Spot], color: RGBColor) -> Result<()> {
        self.draw(&Polygon::new(points.to_vec(), self.theme.of(color).filled()))
    }

    /// A marker of `radius` pixels; hollow ones are outlined on white.
    pub(super) fn marker(&self, at: Spot, radius: i32, look: Look, hollow: bool) -> Result<()> {
        let Look { color, marker } = look;
        let (x, y) = at;
        let r = radius;
        let corners = match marker {
            Marker::Circle => {
                let fill = self.theme.of(if hollow { PAPER } else { color });
                self.draw(&Circle::new(at, r, fill.filled()))?;
                let line = pen(self.theme.of(color), 3);
                return if hollow { self.draw(&Circle::new(at, r, line)) } else { Ok(()) };
            }
            Marker::Square => vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
            Marker::Up => vec![(x, y - r - 2), (x + r + 1, y + r), (x - r - 1, y + r)],
            Marker::Down => vec![(x, y + r + 2), (x + r + 1, y - r), (x - r - 1, y - r)],
            Marker::Diamond => vec![(x, y - r - 3), (x + r + 3, y), (x, y + r + 3), (x - r - 3, y)],
        };
        self.polygon(&corners, if hollow { PAPER } else { color })?;
        if hollow {
            let closed: Vec<Spot> = corners.iter().chain(corners.iter().take(2)).copied().collect();
            self.line(&closed, color, 3)?;
        }
        Ok(())
    }

    /// `text` with its baseline at `at`; characters without a glyph are replaced (see `text::drawable`).
    pub(super) fn text(&self, text: &str, at: Spot, ink: Ink) -> Result<()> {
        let text = text::drawable(text);
        if text.is_empty() {
            return Ok(());
        }
        let style = if ink.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name(text::family()), f64::from(ink.size) * PLOTTERS_POINT, style);
        let across = match ink.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // `Top` puts the baseline 0.76 em below the place in every viewer; the other two depend on its x-height.
        let color = self.theme.of(ink.color);
        let style = font.into_text_style(&self.area).color(&color).pos(Pos::new(across, VPos::Top));
        let top = at.1 - (ink.size * 76 + 50) / 100;
        self.area.draw_text(&text, &style, (at.0, top)).map_err(|e| broken(&e))
    }
}

fn pen(color: RGBColor, stroke: u32) -> ShapeStyle {
    ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: stroke }
}

/// `points` cut into dashes of `dash` pixels and gaps as long, corners kept. Plotters has no dash attribute.
fn dashes(points: &[Spot], dash: f64) -> Vec<Vec<Spot>> {
    let round = |x: f64, y: f64| (x.round() as i32, y.round() as i32);
    let mut out: Vec<Vec<Spot>> = Vec::new();
    let mut left = dash;
    let mut on = true;
    let mut piece: Vec<Spot> = points.iter().take(1).copied().collect();
    for pair in points.windows(2) {
        let (mut x, mut y) = (f64::from(pair[0].0), f64::from(pair[0].1));
        let (to_x, to_y) = (f64::from(pair[1].0), f64::from(pair[1].1));
        loop {
            let way = (to_x - x).hypot(to_y - y);
            if way < left {
                left -= way;
                if on {
                    piece.push(pair[1]);
                }
                break;
            }
            x += (to_x - x) / way * left;
            y += (to_y - y) / way * left;
            if on {
                piece.push(round(x, y));
                out.push(std::mem::take(&mut piece));
            } else {
                piece.push(round(x, y));
            }
            on = !on;
            left = dash;
        }
    }
    if piece.len() > 1 {
        out.push(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::dashes;

    #[test]
    fn dashes_go_round_corners() {
        assert_eq!(dashes(&[(0, 0), (25, 0)], 10.0), [vec![(0, 0), (10, 0)], vec![(20, 0), (25, 0)]]);
        assert_eq!(dashes(&[(0, 0), (5, 0), (5, 20)], 10.0), [vec![(0, 0), (5, 0), (5, 5)], vec![(5, 15), (5, 20)]]);
        assert!(dashes(&[(3, 3)], 10.0).is_empty());
        assert!(dashes(&[(3, 3), (3, 3)], 10.0).len() <= 1);
    }
}
