//! Lines over time: one issue with its usual range and signals, or up to five side by side.

use crate::chart::axis::{self, Counts, DATES_HEIGHT};
use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL, Spot};
use crate::chart::happened::draw_events;
use crate::chart::lines::{self, Line, Pen, spread};
use crate::chart::many::Many;
use crate::chart::palette::{AXIS, BAND, EXPECTED, INK, LOOKS, Look, MAIN};
use crate::chart::slide::{Key, NOTE, SIGNAL, draw_key};
use crate::chart::words::{Step, count, period, plural};
use crate::chart::{Chart, ChartInput, Figure, stem, text};
use crate::error::Result;
use crate::trend::calendar::Period;

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "trend", about: "counts over time, with the usual range and signals; at most five issues", draw };

/// More lines than this nobody can tell apart.
const MOST: usize = 5;
/// The usual range may take this many times the height of the greatest count; beyond, it is cut off.
const RANGE_ROOM: f64 = 2.5;
/// Widest label at the right.
const LABEL_ROOM: i32 = 300;
/// From the plot to the labels.
const LEADER: i32 = 44;

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let many = Many::of(input, MOST, |_| true);
    let name = match input.series {
        [one] => stem(CHART.name, one),
        _ => CHART.name.to_owned(),
    };
    many.slide(name, input, &alt(&many), |canvas, body, many| draw_body(canvas, body, many, input.period))
}

/// What it shows, in words.
fn alt(many: &Many<'_>) -> String {
    let mut out = many.told("Line chart");
    if let [line] = many.lines.as_slice() {
        let at = line.last_complete().map(|d| d.point);
        if let Some(upper) = at.and_then(|p| p.upper).filter(|u| u.is_finite()) {
            out.push_str(&format!(" Usual range then: 0 to {}.", count(upper.floor() as i64)));
        }
        let signals: Vec<_> = line.drawn().filter_map(|d| Some((d, d.point.signal?))).collect();
        if let Some((dot, signal)) = signals.last() {
            let total = plural(signals.len(), "signal");
            let when = period(many.grid[dot.at], many.step);
            out.push_str(&format!(" {total}, the last a {} ({when}).", signal.name()));
        }
    }
    if many.lines.iter().any(|l| l.drawn().any(|d| d.point.partial)) {
        out.push_str(&format!(" Hollow points are unfinished {}s.", many.step.noun()));
    }
    out
}

fn draw_body(canvas: &Canvas<'_>, body: Area, many: &Many<'_>, judged: Option<Period>) -> Result<()> {
    let (chosen, grid, step) = (many.lines.as_slice(), many.grid.as_slice(), many.step);
    let alone = if let [line] = chosen { Some(line) } else { None };
    let area = draw_key(canvas, &keys(chosen, grid, step), body)?;
    let counts = Counts::holding(top(chosen), 5);
    let labels: Vec<Vec<(String, Ink)>> = chosen.iter().map(|l| label(l, grid, step, chosen)).collect();
    let widths = labels.iter().flatten().map(|(words, ink)| text::width(words, ink.size, ink.bold));
    let named = judged.and_then(|p| grid.binary_search(&p).ok()).filter(|at| Some(*at) != common(chosen));
    let plot = Area {
        left: area.left + counts.label_width() + 14,
        top: area.top + if named.is_some() || !many.happened.is_empty() { 52 } else { 34 },
        right: area.right - widths.max().unwrap_or(0) - LEADER,
        bottom: area.bottom - DATES_HEIGHT,
    };
    if let Some(line) = alone {
        draw_range(canvas, line, counts, plot)?;
    }
    axis::draw_counts(canvas, counts, plot)?;
    axis::draw_dates(canvas, &axis::dates(grid, step, plot), grid.len(), plot)?;
    let mut taken = Vec::new();
    if let Some(at) = named {
        taken.push(draw_judged(canvas, &period(grid[at], step), axis::x(at, grid.len(), plot), plot)?);
    }
    draw_events(canvas, &many.happened, |at| axis::x(at, grid.len(), plot), plot, &mut taken)?;
    let y = |v: i64| counts.y(v as f64, plot);
    for (line, look) in chosen.iter().zip(LOOKS).rev() {
        lines::draw(canvas, line, y, plot, pen(look, alone.is_some(), grid.len(), plot))?;
    }
    if let Some(line) = alone {
        draw_signals(canvas, line, y, plot, taken)?;
    }
    draw_labels(canvas, chosen, &labels, y, plot)
}

/// Every point of a lone short series has a marker; shapes along several lines stand wider apart.
fn pen(look: Look, alone: bool, n: usize, plot: Area) -> Pen {
    let apart = match (alone, n) {
        (true, 0..=70) => 0,
        (true, _) => i32::MAX,
        (false, _) => plot.width() / 14,
    };
    let stroke = if n > 150 { 3 } else { 4 };
    Pen { look, stroke, radius: if alone { 5 } else { 6 }, apart }
}

/// The greatest count to show.
fn top(chosen: &[Line<'_>]) -> i64 {
    let most = chosen.iter().flat_map(Line::drawn).map(|d| d.value).max().unwrap_or(0);
    let room = most.max(1) as f64 * RANGE_ROOM;
    let range = match chosen {
        [line] => tested(line).map(|(_, _, upper)| upper.min(room)).fold(0.0, f64::max),
        _ => 0.0,
    };
    most.max(range.ceil() as i64)
}

/// Whole periods with a usual range: index, expected, upper.
fn tested<'l>(line: &'l Line<'_>) -> impl Iterator<Item = (usize, Option<f64>, f64)> + 'l {
    line.drawn().filter(|d| !d.point.partial).filter_map(|d| {
        let upper = d.point.upper.filter(|u| u.is_finite())?;
        Some((d.at, d.point.expected.filter(|e| e.is_finite()), upper.max(0.0)))
    })
}

/// The usual range as a band from 0, and the expected count within it; broken where a period was not tested.
fn draw_range(canvas: &Canvas<'_>, line: &Line<'_>, counts: Counts, plot: Area) -> Result<()> {
    let n = line.dots.len();
    let all: Vec<(usize, Option<f64>, f64)> = tested(line).collect();
    let runs = || all.chunk_by(|a, b| a.0 + 1 == b.0);
    // A run of one period still has some width.
    let half = if n > 1 { (plot.width() / (n as i32 - 1) / 2).clamp(2, 24) } else { 24 };
    for run in runs() {
        let mut edge: Vec<Spot> = run.iter().map(|t| (axis::x(t.0, n, plot), counts.y(t.2, plot))).collect();
        if let [(x, y)] = edge[..] {
            edge = vec![(x - half, y), (x + half, y)];
        }
        if let (Some(first), Some(last)) = (edge.first().copied(), edge.last().copied()) {
            edge.extend([(last.0, plot.bottom), (first.0, plot.bottom)]);
            canvas.polygon(&edge, BAND)?;
        }
    }
    for run in runs() {
        let middle: Vec<Spot> =
            run.iter().filter_map(|t| Some((axis::x(t.0, n, plot), counts.y(t.1?, plot)))).collect();
        canvas.dashed(&middle, EXPECTED, 2, 8.0)?;
    }
    Ok(())
}

/// A thin line at the judged period where that is not the last one; returns the place of its name.
fn draw_judged(canvas: &Canvas<'_>, name: &str, at: i32, plot: Area) -> Result<Area> {
    canvas.dashed(&[(at, plot.top - 4), (at, plot.bottom)], AXIS, 2, 4.0)?;
    let wide = text::width(name, SMALL, false);
    let left = (at - wide / 2).clamp(plot.left, (plot.right - wide).max(plot.left));
    canvas.text(name, (left, plot.top - 12), NOTE)?;
    Ok(Area { left, top: plot.top - 40, right: left + wide, bottom: plot.top })
}

/// A diamond on every signal, and its kind above the loudest of those that have room for it.
fn draw_signals(
    canvas: &Canvas<'_>,
    line: &Line<'_>,
    y: impl Fn(i64) -> i32,
    plot: Area,
    mut taken: Vec<Area>,
) -> Result<()> {
    let n = line.dots.len();
    let radius = if n > 150 { 6 } else { 9 };
    let mut found: Vec<_> = line.drawn().filter_map(|d| Some((d, d.point.signal?))).collect();
    let place = |at: usize, value: i64| (axis::x(at, n, plot), y(value));
    for (dot, _) in &found {
        canvas.marker(place(dot.at, dot.value), radius, SIGNAL, false)?;
    }
    found.sort_by_key(|(dot, _)| std::cmp::Reverse((dot.point.level, dot.at)));
    for (dot, signal) in found {
        let words = match dot.point.level {
            Some(level) => format!("{}, {}", signal.name(), level.name()),
            None => signal.name().to_owned(),
        };
        let wide = text::width(&words, SMALL, true);
        let (at, height) = place(dot.at, dot.value);
        let left = (at - wide / 2).clamp(plot.left, (plot.right - wide).max(plot.left));
        let box_ = Area { left, top: height - 46, right: left + wide, bottom: height - 16 };
        let hit = |other: &Area| {
            box_.left < other.right + 12
                && other.left < box_.right + 12
                && box_.top < other.bottom
                && other.top < box_.bottom
        };
        let over_line = line.drawn().any(|d| {
            let (px, py) = place(d.at, d.value);
            d.at != dot.at && px > box_.left - 4 && px < box_.right + 4 && py < box_.bottom + 4
        });
        if over_line || taken.iter().any(hit) {
            continue;
        }
        canvas.text(&words, (left, height - 22), Ink { size: SMALL, bold: true, color: INK, anchor: Anchor::Start })?;
        taken.push(box_);
    }
    Ok(())
}

fn keys(chosen: &[Line<'_>], grid: &[Period], step: Step) -> Vec<Key> {
    let mut keys = Vec::new();
    if let [line] = chosen {
        if tested(line).next().is_some() {
            keys.push(Key::Range);
        }
        if tested(line).any(|t| t.1.is_some()) {
            keys.push(Key::Expected);
        }
        if line.drawn().any(|d| d.point.signal.is_some()) {
            keys.push(Key::Signal);
        }
    } else if let Some(at) = common(chosen) {
        keys.push(Key::Words(format!("numbers: {}", period(grid[at], step))));
    }
    keys.extend(lines::notes(chosen, step));
    keys
}

/// The latest last complete period of all lines: the one their printed numbers are of, unless they say otherwise.
fn common(chosen: &[Line<'_>]) -> Option<usize> {
    chosen.iter().filter_map(|l| l.last_complete()).map(|d| d.at).max()
}

/// The words at a line's right end: its last complete value, of when, and its name.
fn label(line: &Line<'_>, grid: &[Period], step: Step, chosen: &[Line<'_>]) -> Vec<(String, Ink)> {
    let alone = chosen.len() == 1;
    let size = if alone { 48 } else { 32 };
    let big = Ink { size, bold: true, color: INK, anchor: Anchor::Start };
    let last = line.last_complete();
    let mut out = vec![(last.map_or_else(|| "no data".to_owned(), |d| count(d.value)), big)];
    if let Some(dot) = last.filter(|d| alone || Some(d.at) != common(chosen)) {
        out.push((period(grid[dot.at], step), NOTE));
    }
    let rows = if alone { 3 } else { 2 };
    let name = text::wrap(&text::drawable(&line.name), LABEL_ROOM, SMALL, false, rows);
    out.extend(name.into_iter().map(|row| (row, Ink { color: INK, ..NOTE })));
    out
}

/// Pixels that a row of a label takes.
fn row(ink: &Ink) -> i32 {
    ink.size * 6 / 5
}

/// The labels, spread so that none overlaps, each joined to its line's end by a thin leader.
fn draw_labels(
    canvas: &Canvas<'_>,
    chosen: &[Line<'_>],
    labels: &[Vec<(String, Ink)>],
    y: impl Fn(i64) -> i32,
    plot: Area,
) -> Result<()> {
    let space = 14;
    let heights: Vec<i32> = labels.iter().map(|l| l.iter().map(|(_, ink)| row(ink)).sum::<i32>() + space).collect();
    // The value, the first row, should stand level with the end of the line.
    let ends: Vec<i32> = chosen.iter().map(|l| l.last_complete().map_or(plot.bottom, |d| y(d.value))).collect();
    let first = labels.first().and_then(|l| l.first()).map_or(0, |(_, ink)| row(ink));
    let wanted: Vec<i32> = ends.iter().map(|end| end - first / 2 - space / 2).collect();
    let tops = spread(&wanted, &heights, plot.top - first / 2 - space, plot.bottom + DATES_HEIGHT);
    let left = plot.right + LEADER;
    for (i, line) in chosen.iter().enumerate() {
        let look = if chosen.len() == 1 { MAIN } else { LOOKS[i] };
        let mut bottom = tops[i] + space / 2;
        let middle = bottom + first / 2;
        if chosen.len() > 1 {
            // From an unfinished or an early end a leader would cross other lines; the marker is enough.
            let n = line.dots.len();
            if let Some(end) = line.dots.last().copied().flatten().filter(|d| !d.point.partial && n > 1) {
                let from = (axis::x(end.at, n, plot) + 14, y(end.value));
                canvas.line(&[from, (left - 30, middle)], look.color, 1)?;
            }
            canvas.marker((left - 16, middle), 7, look, false)?;
        }
        for (words, ink) in &labels[i] {
            bottom += row(ink);
            canvas.text(words, (left, bottom - row(ink) / 5), *ink)?;
        }
    }
    Ok(())
}
