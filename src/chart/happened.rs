//! What happened when, on charts whose axis is time: a thin dashed line, with its label where there is room.

use crate::chart::canvas::{Area, Canvas, SMALL};
use crate::chart::palette::INK;
use crate::chart::slide::{Key, NOTE};
use crate::chart::text;
use crate::chart::words::{Step, period};
use crate::error::Result;
use crate::trend::calendar::Period;
use crate::trend::events::Event;

/// The events inside the grid, by place, the labels of one place joined.
pub(super) fn happened(events: &[Event], grid: &[Period]) -> Vec<(usize, String)> {
    let mut places: Vec<(usize, String)> = Vec::new();
    // After the last period's first moment its length decides; an event much later is not drawn.
    let step = grid.windows(2).last().map(|pair| pair[1].duration_since(pair[0]));
    for event in events {
        let Some(at) = grid.partition_point(|p| *p <= event.at).checked_sub(1) else { continue };
        if at + 1 == grid.len() && step.is_some_and(|step| event.at.duration_since(grid[at]) >= step) {
            continue;
        }
        match places.last_mut() {
            Some((last, label)) if *last == at => {
                label.push_str(", ");
                label.push_str(&event.label);
            }
            _ => places.push((at, event.label.clone())),
        }
    }
    places
}

/// The same in words: ` Marked: 3.4 released (9 Nov 2026).`
pub(super) fn told(events: &[(usize, String)], grid: &[Period], step: Step) -> String {
    events.iter().map(|(at, label)| format!(" Marked: {label} ({}).", period(grid[*at], step))).collect()
}

/// For charts without room for labels: which lines are dashed for what.
pub(super) fn key(events: &[(usize, String)], grid: &[Period], step: Step) -> Option<Key> {
    /// More would crowd out the other keys.
    const NAMED: usize = 3;
    let named: Vec<String> = events
        .iter()
        .take(NAMED)
        .map(|(at, label)| format!("{} ({})", text::drawable(label), period(grid[*at], step)))
        .collect();
    let more = if events.len() > NAMED { format!(" and {} more", events.len() - NAMED) } else { String::new() };
    (!named.is_empty()).then(|| Key::Words(format!("dashed: {}{more}", named.join(", "))))
}

/// The line of an event.
pub(super) fn draw_line(canvas: &Canvas<'_>, x: i32, plot: Area) -> Result<()> {
    canvas.dashed(&[(x, plot.top - 4), (x, plot.bottom)], INK, 2, 10.0)
}

/// A thin line at every event, its label at the top where there is room.
pub(super) fn draw_events(
    canvas: &Canvas<'_>,
    events: &[(usize, String)],
    x: impl Fn(usize) -> i32,
    plot: Area,
    taken: &mut Vec<Area>,
) -> Result<()> {
    for (at, label) in events {
        let x = x(*at);
        draw_line(canvas, x, plot)?;
        let words = text::drawable(label);
        let wide = text::width(&words, SMALL, false);
        let left = (x - wide / 2).clamp(plot.left, (plot.right - wide).max(plot.left));
        let room = Area { left, top: plot.top - 40, right: left + wide, bottom: plot.top };
        if wide <= plot.width() && !taken.iter().any(|t| room.left < t.right + 12 && t.left < room.right + 12) {
            canvas.text(&words, (left, plot.top - 12), NOTE)?;
            taken.push(room);
        }
    }
    Ok(())
}
