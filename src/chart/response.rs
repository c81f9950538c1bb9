//! How long customers wait: the share answered by each time, those still waiting counted as waiting.

use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL, Spot};
use crate::chart::lines::spread;
use crate::chart::palette::{AXIS, GRID, INK, LOOKS};
use crate::chart::slide::{NOTE, draw_nothing, slide};
use crate::chart::text::{drawable, shorten, width};
use crate::chart::words::{count, percent};
use crate::chart::{Answered, Chart, ChartInput, Figure};
use crate::error::Result;

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "response", about: "the share of cases answered by each time, per channel", draw };

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// What an axis may end at, and the time between its ticks.
const ENDS: [(i64, i64); 11] = [
    (HOUR, 15 * MINUTE),
    (4 * HOUR, HOUR),
    (8 * HOUR, 2 * HOUR),
    (DAY, 4 * HOUR),
    (2 * DAY, 12 * HOUR),
    (4 * DAY, DAY),
    (7 * DAY, DAY),
    (14 * DAY, 2 * DAY),
    (30 * DAY, 5 * DAY),
    (90 * DAY, 15 * DAY),
    (360 * DAY, 60 * DAY),
];
/// The axis ends where no curve rises any more, or where nineteen of twenty of those ever answered are.
const REST: f64 = 0.95;

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let curves = &input.extra.curves[..input.extra.curves.len().min(LOOKS.len())];
    let told: Vec<String> = curves
        .iter()
        .map(|c| {
            let half = c.steps.iter().find(|s| s.1 >= 0.5).map_or("never".to_owned(), |s| lasted(s.0));
            format!("{}: {} cases, half answered by {half}", c.name, count(c.cases as i64))
        })
        .collect();
    let alt = format!("Curves of the share answered over time. {}.", told.join("; "));
    slide(CHART.name.to_owned(), input, &input.subtitle, alt, |canvas, body| draw_body(canvas, body, curves))
}

/// `15 min`, `4 h`, `2 d`.
fn lasted(seconds: i64) -> String {
    match seconds {
        ..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY if seconds % HOUR == 0 => format!("{} h", seconds / HOUR),
        HOUR..DAY => format!("{} h {} min", seconds / HOUR, seconds % HOUR / MINUTE),
        _ if seconds % DAY == 0 => format!("{} d", seconds / DAY),
        _ => format!("{} d {} h", seconds / DAY, seconds % DAY / HOUR),
    }
}

fn draw_body(canvas: &Canvas<'_>, body: Area, curves: &[Answered]) -> Result<()> {
    if curves.iter().all(|c| c.steps.is_empty()) {
        return draw_nothing(canvas, "no dump tells when customers were answered", body);
    }
    let late = |c: &Answered| {
        let most = c.steps.last().map_or(0.0, |s| s.1);
        c.steps.iter().find(|s| s.1 >= most * REST).map_or(0, |s| s.0)
    };
    let longest = curves.iter().map(late).max().unwrap_or(0);
    let (end, tick) = ENDS.into_iter().find(|(end, _)| *end >= longest).unwrap_or(ENDS[ENDS.len() - 1]);
    let names: Vec<String> = curves.iter().map(|c| shorten(&drawable(&c.name), 300, SMALL, false)).collect();
    let plot = Area {
        left: body.left + width("100 %", SMALL, false) + 14,
        top: body.top + 24,
        right: body.right - names.iter().map(|n| width(n, SMALL, false)).max().unwrap_or(0) - 130,
        bottom: body.bottom - 84,
    };
    let x = |t: i64| plot.left + (t as f64 / end as f64 * f64::from(plot.width())).round() as i32;
    let y = |share: f64| plot.bottom - (share * f64::from(plot.height())).round() as i32;
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let color = if step == 0 { AXIS } else { GRID };
        canvas.line(&[(plot.left, y(share)), (plot.right, y(share))], color, if step == 0 { 2 } else { 1 })?;
        canvas.text(&percent(share), (plot.left - 14, y(share) + 9), Ink { anchor: Anchor::End, ..NOTE })?;
    }
    for at in (0..=end).step_by(usize::try_from(tick).unwrap_or(1)) {
        canvas.line(&[(x(at), plot.bottom), (x(at), plot.bottom + 8)], AXIS, 2)?;
        canvas.text(&lasted(at), (x(at), plot.bottom + 36), Ink { anchor: Anchor::Middle, ..NOTE })?;
    }
    canvas.text("after the first contact", (plot.left, plot.bottom + 70), NOTE)?;
    let mut ends = Vec::new();
    for (curve, look) in curves.iter().zip(LOOKS) {
        let mut path: Vec<Spot> = vec![(x(0), y(0.0))];
        let mut level = 0.0;
        for (time, share) in curve.steps.iter().filter(|s| s.0 <= end) {
            path.extend([(x(*time), y(level)), (x(*time), y(*share))]);
            level = *share;
        }
        path.push((x(end), y(level)));
        canvas.line(&path, look.color, 4)?;
        ends.push((level, y(level)));
    }
    let heights = vec![68; curves.len()];
    let tops: Vec<i32> = ends.iter().map(|e| e.1 - 20).collect();
    let placed = spread(&tops, &heights, plot.top - 10, plot.bottom + 60);
    for (i, (curve, look)) in curves.iter().zip(LOOKS).enumerate() {
        let (left, baseline) = (plot.right + 40, placed[i] + 26);
        canvas.marker((left - 18, baseline - 9), 7, look, false)?;
        canvas.line(&[(plot.right + 4, ends[i].1), (left - 28, baseline - 9)], look.color, 1)?;
        let share = percent(ends[i].0);
        canvas.text(&share, (left, baseline), Ink { bold: true, color: INK, ..NOTE })?;
        canvas.text(&names[i], (left + width(&share, SMALL, true) + 10, baseline), Ink { color: INK, ..NOTE })?;
        canvas.text(&format!("{} cases", count(curve.cases as i64)), (left, baseline + 30), NOTE)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::lasted;

    #[test]
    fn times_are_said_in_the_largest_whole_unit() {
        assert_eq!(
            [900, 7_200, 5_400, 172_800, 180_000].map(lasted),
            ["15 min", "2 h", "1 h 30 min", "2 d", "2 d 2 h"]
        );
    }
}
