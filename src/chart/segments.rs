//! An issue's rate in each segment, with its interval: where it is a problem, not where most records are.

use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL};
use crate::chart::palette::{AXIS, GRID, INK, MAIN};
use crate::chart::slide::{Key, NOTE, draw_key, draw_nothing, slide};
use crate::chart::text::{drawable, shorten, width};
use crate::chart::words::{count, percent};
use crate::chart::{Chart, ChartInput, Figure, Rate};
use crate::error::Result;

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "segments", about: "one issue's rate in each segment, with 95 % intervals", draw };

/// More rows than this are not read.
const MOST: usize = 16;

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let rates = input.extra.rates;
    let told: Vec<String> = rates.iter().take(MOST).map(said).collect();
    let alt = format!("Rates with 95 % intervals: {}.", told.join("; "));
    let name = match input.series {
        [one] => crate::chart::stem(CHART.name, one),
        _ => CHART.name.to_owned(),
    };
    slide(name, input, &input.subtitle, alt, |canvas, body| draw_body(canvas, body, rates))
}

fn said(r: &Rate) -> String {
    format!(
        "{} {} ({} of {}, {} to {})",
        r.name,
        percent(r.share),
        count(r.n),
        count(r.of),
        percent(r.low),
        percent(r.high)
    )
}

fn draw_body(canvas: &Canvas<'_>, body: Area, rates: &[Rate]) -> Result<()> {
    if rates.is_empty() {
        return draw_nothing(canvas, "no segment with a counted record", body);
    }
    let shown = &rates[..rates.len().min(MOST)];
    let mut keys = vec![Key::Words("dot: records of the issue ÷ counted records of the segment".to_owned())];
    keys.push(Key::Words("line: 95 % interval".to_owned()));
    if rates.len() > MOST {
        keys.push(Key::Words(format!("and {} smaller segments", rates.len() - MOST)));
    }
    let area = draw_key(canvas, &keys, body)?;
    let names: Vec<String> =
        shown.iter().map(|r| shorten(&drawable(&r.name), canvas.width * 3 / 10, SMALL, false)).collect();
    let counts: Vec<String> = shown.iter().map(|r| format!("{} of {}", count(r.n), count(r.of))).collect();
    let widest = |words: &mut dyn Iterator<Item = i32>| words.max().unwrap_or(0);
    let shares = widest(&mut shown.iter().map(|r| width(&percent(r.share), SMALL, true)));
    let plot = Area {
        left: area.left + widest(&mut names.iter().map(|n| width(n, SMALL, false))) + 24,
        top: area.top + 12,
        right: area.right - shares - widest(&mut counts.iter().map(|c| width(c, SMALL, false))) - 54,
        bottom: area.bottom - 44,
    };
    let top = nice(shown.iter().map(|r| r.high).fold(0.0, f64::max));
    let x = |share: f64| plot.left + (share / top * f64::from(plot.width())).round() as i32;
    let row = (plot.height() / shown.len() as i32).min(72);
    let plot = Area { bottom: plot.top + row * shown.len() as i32, ..plot };
    for tick in 0..=4 {
        let share = top * f64::from(tick) / 4.0;
        let color = if tick == 0 { AXIS } else { GRID };
        canvas.line(&[(x(share), plot.top), (x(share), plot.bottom)], color, if tick == 0 { 2 } else { 1 })?;
        canvas.text(&percent(share), (x(share), plot.bottom + 34), Ink { anchor: Anchor::Middle, ..NOTE })?;
    }
    for (i, (rate, name)) in shown.iter().zip(&names).enumerate() {
        let middle = plot.top + row * i as i32 + row / 2;
        canvas.text(name, (plot.left - 14, middle + 9), Ink { color: INK, anchor: Anchor::End, ..NOTE })?;
        canvas.line(&[(x(rate.low), middle), (x(rate.high), middle)], MAIN.color, 4)?;
        for end in [rate.low, rate.high] {
            canvas.line(&[(x(end), middle - 8), (x(end), middle + 8)], MAIN.color, 3)?;
        }
        canvas.marker((x(rate.share), middle), 9, MAIN, false)?;
        canvas.text(&percent(rate.share), (plot.right + 24, middle + 9), Ink { bold: true, color: INK, ..NOTE })?;
        canvas.text(&counts[i], (plot.right + 38 + shares, middle + 9), NOTE)?;
    }
    Ok(())
}

/// The least of 1, 2, 4, 6, 8 and 10 times a power of ten that holds `top`, at most 1.
fn nice(top: f64) -> f64 {
    let mut power = 1e-6;
    loop {
        for digit in [1.0, 2.0, 4.0, 6.0, 8.0] {
            if digit * power >= top.min(1.0) - 1e-12 {
                return (digit * power).min(1.0);
            }
        }
        power *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn axes_hold_the_widest_interval() {
        for (top, wanted) in [(0.013, 0.02), (0.31, 0.4), (0.5, 0.6), (0.9, 1.0), (1.0, 1.0)] {
            assert!((nice(top) - wanted).abs() < 1e-9, "{top}: {}", nice(top));
        }
    }
}
