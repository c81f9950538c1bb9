//! Which part of all records each issue has: stacked to 100 % by primary issue, every record once.

use crate::chart::axis::{self, DATES_HEIGHT};
use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL};
use crate::chart::happened::{draw_events, happened, told};
use crate::chart::lines::{grid, span, spread};
use crate::chart::palette::{AXIS, GRID, INK, SHADES};
use crate::chart::slide::{NOTE, draw_nothing, slide};
use crate::chart::text::{drawable, shorten, width};
use crate::chart::words::{Step, percent};
use crate::chart::{Chart, ChartInput, Figure};
use crate::error::Result;
use crate::trend::calendar::Period;

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "share", about: "each issue's part of all records over time, by primary issue", draw };

/// The widest name.
const NAME_ROOM: i32 = 330;

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let step = Step::named(input.by);
    let grid = grid(input.series);
    let layers = input.extra.primary;
    let at = input.period.and_then(|p| grid.binary_search(&p).ok()).unwrap_or(grid.len().saturating_sub(1));
    let mut alt = format!("Stacked chart by {}, {}. Share of each primary issue", step.noun(), span(&grid, step));
    let parts: Vec<String> = layers
        .iter()
        .filter_map(|(name, counts)| Some(format!("{name} {}", percent(of(layers, at, *counts.get(at)?)?))))
        .collect();
    alt.push_str(&format!(": {}.", parts.join("; ")));
    let happened = happened(input.events, &grid);
    alt.push_str(&told(&happened, &grid, step));
    let subtitle = format!("{} · every record once, by its primary issue", input.subtitle);
    slide(CHART.name.to_owned(), input, &subtitle, alt, |canvas, body| {
        let plot = draw_body(canvas, body, layers, &grid, step, at)?;
        let Some(plot) = plot else { return Ok(()) };
        let middle =
            |i: usize| plot.left + ((i as f64 + 0.5) / grid.len() as f64 * f64::from(plot.width())).round() as i32;
        draw_events(canvas, &happened, middle, plot, &mut Vec::new())
    })
}

/// `n` of all records of a period; null without any.
fn of(layers: &[(String, Vec<i64>)], at: usize, n: i64) -> Option<f64> {
    let all: i64 = layers.iter().filter_map(|(_, counts)| counts.get(at)).sum();
    (all > 0).then(|| n as f64 / all as f64)
}

/// Gives where the periods are; null without any record.
fn draw_body(
    canvas: &Canvas<'_>,
    body: Area,
    layers: &[(String, Vec<i64>)],
    grid: &[Period],
    step: Step,
    judged: usize,
) -> Result<Option<Area>> {
    if layers.iter().all(|(_, counts)| counts.iter().all(|n| *n == 0)) {
        draw_nothing(canvas, "no data in these periods", body)?;
        return Ok(None);
    }
    let plot = Area {
        left: body.left + width("100 %", SMALL, false) + 14,
        top: body.top + 16,
        right: body.right - NAME_ROOM - 50,
        bottom: body.bottom - DATES_HEIGHT,
    };
    for tick in 0..=4 {
        let y = plot.bottom - plot.height() * tick / 4;
        canvas.line(&[(plot.left, y), (plot.right, y)], if tick == 0 { AXIS } else { GRID }, 1)?;
        let words = percent(f64::from(tick) / 4.0);
        canvas.text(&words, (plot.left - 12, y + 9), Ink { anchor: Anchor::End, ..NOTE })?;
    }
    let edge = |i: usize| plot.left + (i as f64 / grid.len() as f64 * f64::from(plot.width())).round() as i32;
    let gap = if plot.width() / grid.len().max(1) as i32 > 8 { 2 } else { 0 };
    let y = |share: f64| plot.bottom - (share * f64::from(plot.height())).round() as i32;
    // Where each layer's middle is in the period judged: its name stands level with it.
    let mut middles = vec![plot.bottom; layers.len()];
    for i in 0..grid.len() {
        let mut below = 0;
        for (at, (_, counts)) in layers.iter().enumerate() {
            let n = counts.get(i).copied().unwrap_or(0);
            let (Some(low), Some(high)) = (of(layers, i, below), of(layers, i, below + n)) else { continue };
            let color = SHADES[shade(at, layers.len())];
            canvas.rect(Area { left: edge(i), top: y(high), right: edge(i + 1) - gap, bottom: y(low) }, color)?;
            below += n;
            if i == judged {
                middles[at] = (y(low) + y(high)) / 2;
            }
        }
    }
    let heights = vec![34; layers.len()];
    let tops: Vec<i32> = middles.iter().map(|m| m - 17).collect();
    let placed = spread(&tops, &heights, plot.top - 10, plot.bottom + 20);
    for (at, (name, counts)) in layers.iter().enumerate() {
        let share = counts.get(judged).and_then(|n| of(layers, judged, *n)).map_or(String::new(), percent);
        let wide = width(&share, SMALL, true);
        let left = plot.right + 22;
        let baseline = placed[at] + 26;
        let color = SHADES[shade(at, layers.len())];
        canvas.rect(Area { left, top: baseline - 18, right: left + 20, bottom: baseline + 2 }, color)?;
        canvas.text(&share, (left + 30, baseline), Ink { bold: true, color: INK, ..NOTE })?;
        let room = body.right - left - 40 - wide;
        canvas.text(&shorten(&drawable(name), room, SMALL, false), (left + 40 + wide, baseline), NOTE)?;
    }
    let half = plot.width() / grid.len().max(1) as i32 / 2;
    let dates = Area { left: plot.left + half - 12, right: plot.right - half + 12, ..plot };
    axis::draw_dates(canvas, &axis::dates(grid, step, dates), grid.len(), dates)?;
    Ok(Some(plot))
}

/// The last two layers are always "other issues" and "no issue".
fn shade(at: usize, layers: usize) -> usize {
    let last = SHADES.len() - 1;
    if at + 2 >= layers { last + at + 1 - layers } else { at.min(last - 2) }
}

#[cfg(test)]
mod tests {
    use super::shade;

    #[test]
    fn others_and_none_are_grey() {
        assert_eq!((0..5).map(|at| shade(at, 5)).collect::<Vec<_>>(), [0, 1, 2, 6, 7]);
        assert_eq!((0..8).map(|at| shade(at, 8)).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
