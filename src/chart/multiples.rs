//! Small multiples: up to twelve issues, one panel each, the same periods in all.

use crate::chart::axis::{Counts, x};
use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL};
use crate::chart::happened::{draw_line, key};
use crate::chart::lines::{self, Line, Pen};
use crate::chart::many::Many;
use crate::chart::palette::{AXIS, GRID, INK, MAIN};
use crate::chart::slide::{Key, NOTE, SIGNAL, draw_key};
use crate::chart::text::{drawable, shorten, width};
use crate::chart::words::{Step, compact, count, day, hour, month, period, quarter};
use crate::chart::{Chart, ChartInput, Figure};
use crate::error::Result;
use crate::trend::calendar::Period;

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "multiples", about: "up to twelve issues over time, one small panel each", draw };

/// More panels than this cannot be read.
const MOST: usize = 12;
/// Panels share one scale while their peaks are within this factor; beyond, small ones would be flat.
const SHARED_WITHIN: i64 = 10;
/// Between two panels.
const GUTTER: i32 = 44;
/// Above the panels, between two rows of them, and for the dates below them.
const TOP: i32 = 16;
const SPACE: i32 = 40;
const DATES: i32 = 44;
/// The title of a panel; not bold, so that more of it fits.
const NAME: Ink = Ink { size: SMALL, bold: false, color: INK, anchor: Anchor::Start };
/// The last complete value.
const VALUE: Ink = Ink { bold: true, ..NAME };

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let many = Many::of(input, MOST, |_| true);
    let alt = many.told(&format!("{} small line charts", many.lines.len()));
    many.slide(CHART.name.to_owned(), input, &alt, draw_body)
}

/// Columns and rows for `n` panels: wide rather than tall.
fn layout(n: usize) -> (usize, usize) {
    match n {
        0 | 1 => (1, 1),
        2 => (2, 1),
        3 => (3, 1),
        4 => (2, 2),
        5 | 6 => (3, 2),
        7..=9 => (3, 3),
        _ => (4, 3),
    }
}

/// The greatest count of a line, at least 1.
fn peak(line: &Line<'_>) -> i64 {
    line.drawn().map(|d| d.value).max().unwrap_or(0).max(1)
}

/// One scale for all, or none where peaks differ too much. Lines without any record do not count.
fn shared(chosen: &[Line<'_>], intervals: i64) -> Option<Counts> {
    let peaks: Vec<i64> = chosen.iter().filter(|l| l.drawn().any(|d| d.value > 0)).map(peak).collect();
    let most = peaks.iter().max().copied().unwrap_or(1);
    let least = peaks.iter().min().copied().unwrap_or(1);
    (most / SHARED_WITHIN <= least).then(|| Counts::holding(most, intervals))
}

fn draw_body(canvas: &Canvas<'_>, body: Area, many: &Many<'_>) -> Result<()> {
    let Many { lines, grid, step, happened, .. } = many;
    let (columns, rows) = layout(lines.len());
    let intervals = 4;
    let shared = shared(lines, intervals);
    let keys: Vec<Key> = keys(many, shared.is_some()).into_iter().chain(key(happened, grid, *step)).collect();
    let area = draw_key(canvas, &keys, body)?;
    let wide = (area.width() - GUTTER * (columns as i32 - 1)) / columns as i32;
    // Dates stand only under the lowest panel of each column.
    let high = (area.height() - TOP - DATES - SPACE * (rows as i32 - 1)) / rows as i32;
    let scale = |line| shared.unwrap_or_else(|| Counts::holding(peak(line), intervals));
    let labels = lines.iter().map(|l| label_width(scale(l))).max().unwrap_or(0);
    let values = lines.iter().map(|l| width(&end(l), VALUE.size, VALUE.bold)).max().unwrap_or(0);
    for (i, line) in lines.iter().enumerate() {
        let left = area.left + (wide + GUTTER) * (i % columns) as i32;
        let top = area.top + TOP + (high + SPACE) * (i / columns) as i32;
        let panel = Area { left, top, right: left + wide, bottom: top + high };
        let plot =
            Area { left: left + labels + 10, top: top + 46, right: panel.right - values - 10, bottom: panel.bottom };
        for (at, _) in happened {
            draw_line(canvas, x(*at, grid.len(), plot), plot)?;
        }
        draw_panel(canvas, panel, plot, line, scale(line))?;
        if i + columns >= lines.len() {
            draw_ends(canvas, grid, *step, plot, panel.right)?;
        }
    }
    Ok(())
}

/// Pixels that the labels of a scale take.
fn label_width(counts: Counts) -> i32 {
    width(&compact(counts.top), SMALL, false).max(width("0", SMALL, false))
}

/// The last complete value, as printed.
fn end(line: &Line<'_>) -> String {
    line.last_complete().map_or_else(String::new, |d| count(d.value))
}

fn draw_panel(canvas: &Canvas<'_>, panel: Area, plot: Area, line: &Line<'_>, counts: Counts) -> Result<()> {
    let name = shorten(&drawable(&line.name), panel.width(), NAME.size, NAME.bold);
    canvas.text(&name, (panel.left, panel.top + 22), NAME)?;
    for tick in counts.ticks() {
        let y = counts.y(tick as f64, plot);
        canvas.line(&[(plot.left, y), (plot.right, y)], if tick == 0 { AXIS } else { GRID }, 1)?;
        if tick == 0 || tick == counts.top {
            canvas.text(&compact(tick), (plot.left - 10, y + 9), Ink { anchor: Anchor::End, ..NOTE })?;
        }
    }
    let y = |v: i64| counts.y(v as f64, plot);
    lines::draw(canvas, line, y, plot, Pen { look: MAIN, stroke: 3, radius: 4, apart: i32::MAX })?;
    for dot in line.drawn().filter(|d| d.point.signal.is_some()) {
        canvas.marker((x(dot.at, line.dots.len(), plot), y(dot.value)), 6, SIGNAL, false)?;
    }
    if let Some(last) = line.last_complete() {
        let baseline = (y(last.value) + 9).clamp(plot.top + 12, plot.bottom + 4);
        canvas.text(&end(line), (plot.right + 10, baseline), VALUE)?;
    }
    Ok(())
}

/// First and last period under a panel, as exactly as there is room for.
fn draw_ends(canvas: &Canvas<'_>, grid: &[Period], step: Step, plot: Area, right: i32) -> Result<()> {
    let baseline = plot.bottom + 34;
    let (Some(first), Some(last)) = (grid.first(), grid.last()) else { return Ok(()) };
    if grid.len() == 1 {
        let middle = ((plot.left + plot.right) / 2, baseline);
        return canvas.text(&date(*first, step), middle, Ink { anchor: Anchor::Middle, ..NOTE });
    }
    let exact: fn(Period, Step) -> String = if first.year() == last.year() { short } else { date };
    for form in [exact, |p, _| format!("{} {}", month(p), p.year()), |p, _| p.year().to_string()] {
        let (from, to) = (form(*first, step), form(*last, step));
        let (from_width, to_width) = (width(&from, SMALL, false), width(&to, SMALL, false));
        // Centred under the last point where it fits, else as far right as the panel goes.
        let at = (x(grid.len() - 1, grid.len(), plot) - to_width / 2).min(right - to_width);
        if plot.left + from_width + 20 <= at {
            canvas.text(&from, (plot.left, baseline), NOTE)?;
            return canvas.text(&to, (at, baseline), NOTE);
        }
    }
    let last = last.year().to_string();
    canvas.text(&last, (plot.right, baseline), Ink { anchor: Anchor::End, ..NOTE })
}

/// `9 Nov 2026`; for weeks their first day.
fn date(p: Period, step: Step) -> String {
    period(p, if step == Step::Week { Step::Day } else { step })
}

/// Within one year.
fn short(p: Period, step: Step) -> String {
    match step {
        Step::Hour => format!("{} {}", day(p), hour(p)),
        Step::Day | Step::Week => day(p),
        Step::Month => month(p).to_owned(),
        Step::Quarter => quarter(p),
    }
}

fn keys(many: &Many<'_>, shared: bool) -> Vec<Key> {
    let mut keys = vec![Key::Words(format!("number: last complete {}", many.step.noun()))];
    if !shared {
        keys.push(Key::Words("each panel has its own scale".to_owned()));
    }
    if many.signals() {
        keys.push(Key::Signal);
    }
    keys.extend(lines::notes(&many.lines, many.step));
    keys
}

#[cfg(test)]
mod tests {
    use super::{layout, shared};
    use crate::chart::lines::{Line, grid};
    use crate::chart::testing::series;

    #[test]
    fn panels_hold_all() {
        for n in 1..=12 {
            let (columns, rows) = layout(n);
            assert!(columns * rows >= n && columns * (rows - 1) < n, "{n}");
        }
    }

    #[test]
    fn shares_the_scale_within_a_factor_of_ten() {
        let top = |a: i64, b: i64| {
            let all = [series("i-1", "a", &[Some(a)]), series("i-2", "b", &[Some(b)]), series("i-3", "c", &[Some(0)])];
            let grid = grid(&all);
            let lines: Vec<Line<'_>> = all.iter().map(|s| Line::new(s, &grid)).collect();
            shared(&lines, 2).map(|c| c.top)
        };
        assert_eq!(top(10, 100), Some(100));
        assert_eq!(top(9, 200), None);
    }
}
