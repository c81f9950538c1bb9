//! Issues × periods as shades: when each of many issues was loud.

use crate::chart::axis::{self, DATES_HEIGHT};
use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL};
use crate::chart::happened::{draw_line, key};
use crate::chart::many::Many;
use crate::chart::palette::{GRID, INK};
use crate::chart::slide::{Key, NOTE, SIGNAL, draw_key};
use crate::chart::text::{drawable, shorten, width};
use crate::chart::words::count;
use crate::chart::{Chart, ChartInput, Figure};
use crate::error::Result;

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "heatmap", about: "issues by periods as shades, each issue on its own scale", draw };

/// More rows than this are too thin for their names.
const MOST: usize = 20;
/// The widest name, as a share of the sheet.
const NAMES: i32 = 3;

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let only_total = input.series.iter().all(|s| s.is_total());
    let many = Many::of(input, MOST, |l| only_total || !l.series.is_total());
    let alt = many.told(&format!("Heat map of {}", many.lines.len()));
    many.slide(CHART.name.to_owned(), input, &alt, draw_body)
}

fn draw_body(canvas: &Canvas<'_>, body: Area, many: &Many<'_>) -> Result<()> {
    let Many { lines, grid, step, happened, .. } = many;
    let mut keys = vec![Key::Words(format!("darkest: the issue’s greatest {}, its count at the right", step.noun()))];
    if many.signals() {
        keys.push(Key::Signal);
    }
    if lines.iter().any(|l| l.dots.iter().any(Option::is_none)) {
        keys.push(Key::Words("framed: not covered".to_owned()));
    }
    keys.extend(key(happened, grid, *step));
    let area = draw_key(canvas, &keys, body)?;
    let names: Vec<String> =
        lines.iter().map(|l| shorten(&drawable(&l.name), canvas.width / NAMES, SMALL, false)).collect();
    let wide = |words: &mut dyn Iterator<Item = i32>| words.max().unwrap_or(0);
    let peaks: Vec<i64> = lines.iter().map(|l| l.drawn().map(|d| d.value).max().unwrap_or(0)).collect();
    let plot = Area {
        left: area.left + wide(&mut names.iter().map(|n| width(n, SMALL, false))) + 16,
        top: area.top + 12,
        right: area.right - wide(&mut peaks.iter().map(|p| width(&count(*p), SMALL, true))) - 14,
        bottom: area.bottom - DATES_HEIGHT,
    };
    let high = (plot.height() / lines.len() as i32).clamp(18, 56);
    let plot = Area { bottom: plot.top + high * lines.len() as i32, ..plot };
    let edge = |i: usize| plot.left + (i as f64 / grid.len() as f64 * f64::from(plot.width())).round() as i32;
    let gap = if plot.width() / grid.len() as i32 > 8 { 2 } else { 0 };
    for (row, ((line, name), peak)) in lines.iter().zip(&names).zip(&peaks).enumerate() {
        let top = plot.top + high * row as i32;
        let baseline = top + high / 2 + 9;
        canvas.text(name, (plot.left - 12, baseline), Ink { color: INK, anchor: Anchor::End, ..NOTE })?;
        canvas.text(&count(*peak), (plot.right + 10, baseline), Ink { bold: true, color: INK, ..NOTE })?;
        for (i, dot) in line.dots.iter().enumerate() {
            let cell = Area { left: edge(i), top: top + 1, right: edge(i + 1) - gap, bottom: top + high - 1 };
            match dot {
                // Roots, not counts: one of a hundred must still be seen.
                Some(d) => canvas.shaded(cell, (d.value.max(0) as f64 / (*peak).max(1) as f64).sqrt())?,
                None => {
                    let corners = [(cell.left, cell.top), (cell.right, cell.top), (cell.right, cell.bottom)];
                    canvas.line(
                        &[&corners[..], &[(cell.left, cell.bottom), (cell.left, cell.top)]].concat(),
                        GRID,
                        1,
                    )?;
                }
            }
            if dot.is_some_and(|d| d.point.signal.is_some()) {
                let middle = ((cell.left + cell.right) / 2, (cell.top + cell.bottom) / 2);
                canvas.marker(middle, (high / 6).clamp(4, 8), SIGNAL, false)?;
            }
        }
    }
    for (at, _) in happened {
        draw_line(canvas, edge(*at) - gap / 2, plot)?;
    }
    // Dates stand under the middle of their column.
    let half = plot.width() / grid.len() as i32 / 2;
    let dates = Area { left: plot.left + half - 12, right: plot.right - half + 12, ..plot };
    axis::draw_dates(canvas, &axis::dates(grid, *step, dates), grid.len(), dates)
}
