//! The next periods of one issue: the mean and the ranges that four, and nineteen, of five and twenty counts fall into.

use jiff::ToSpan;

use crate::chart::axis::{self, Counts, DATES_HEIGHT};
use crate::chart::canvas::{Area, Canvas, Ink, SMALL, Spot};
use crate::chart::happened::{draw_events, happened, told};
use crate::chart::lines::{self, Line, Pen, grid, span};
use crate::chart::palette::{AXIS, BAND, EXPECTED, INK, MAIN};
use crate::chart::slide::{Key, NOTE, draw_key, draw_nothing, slide};
use crate::chart::words::{Step, count, period};
use crate::chart::{Chart, ChartInput, Figure, stem, text};
use crate::error::Result;
use crate::trend::calendar::Period;
use crate::trend::forecast::Forecast;

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "forecast", about: "the next periods of one issue, with 80 % and 95 % ranges", draw };

/// So much of the past is drawn.
const PAST: usize = 40;

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let step = Step::named(input.by);
    let all = grid(input.series);
    // Up to the period judged: what came after it is what the forecast is about.
    let until = input.period.map_or(all.len(), |p| all.partition_point(|q| *q <= p));
    let past = &all[until.saturating_sub(PAST)..until];
    let line = input.series.first().map(|s| Line::new(s, past));
    let (name, alt) = match (&line, input.extra.forecast, input.series) {
        (Some(line), Some(f), [one, ..]) => {
            let ahead = f.periods.iter().map(|a| {
                let mean = count(a.mean.round() as i64);
                format!(
                    "{mean} (80 %: {} to {}, 95 %: {} to {})",
                    count(a.low80),
                    count(a.high80),
                    count(a.low95),
                    count(a.high95)
                )
            });
            let ahead: Vec<String> = ahead.collect();
            let told = format!(
                "Line chart by {}, {}. {} Next: {}.",
                step.noun(),
                span(past, step),
                line.told(past, step),
                ahead.join("; ")
            );
            (stem(CHART.name, one), told)
        }
        _ => (CHART.name.to_owned(), "Forecast without enough past.".to_owned()),
    };
    let happened = happened(input.events, past);
    let alt = alt + &told(&happened, past, step);
    slide(name, input, &input.subtitle, alt, |canvas, body| match (&line, input.extra.forecast) {
        (Some(line), Some(forecast)) => draw_body(canvas, body, line, past, forecast, step, &happened),
        _ => draw_nothing(canvas, &format!("fewer than 12 whole {}s: nothing is forecast", step.noun()), body),
    })
}

/// The periods after the last one of the grid.
fn ahead(past: &[Period], step: Step, n: usize) -> Vec<Period> {
    let Some(last) = past.last() else { return Vec::new() };
    let one = match step {
        Step::Hour => 1.hour(),
        Step::Day => 1.day(),
        Step::Week => 1.week(),
        Step::Month => 1.month(),
        Step::Quarter => 3.months(),
    };
    (1..=n as i64).map(|i| last.saturating_add(one * i)).collect()
}

fn draw_body(
    canvas: &Canvas<'_>,
    body: Area,
    line: &Line<'_>,
    past: &[Period],
    forecast: &Forecast,
    step: Step,
    happened: &[(usize, String)],
) -> Result<()> {
    let next = ahead(past, step, forecast.periods.len());
    let grid: Vec<Period> = past.iter().copied().chain(next).collect();
    let wide = Line::new(line.series, past);
    let keys = [
        Key::Words("dashed: expected".to_owned()),
        Key::Words("dark: four of five counts".to_owned()),
        Key::Words("light: nineteen of twenty".to_owned()),
    ];
    let area = draw_key(canvas, &keys, body)?;
    let most = line.drawn().map(|d| d.value).chain(forecast.periods.iter().map(|a| a.high95)).max().unwrap_or(1);
    let counts = Counts::holding(most, 5);
    let label: Vec<String> = forecast.periods.first().zip(forecast.periods.last()).map_or(Vec::new(), |(a, b)| {
        vec![
            format!("about {}", mean(a.mean)),
            format!("{} to {}", count(b.low80), count(b.high80)),
            "(four of five)".into(),
        ]
    });
    let room = label.iter().map(|l| text::width(l, 32, true)).max().unwrap_or(0);
    let plot = Area {
        left: area.left + counts.label_width() + 14,
        top: area.top + 34,
        right: area.right - room - 30,
        bottom: area.bottom - DATES_HEIGHT,
    };
    let n = grid.len();
    let y = |v: f64| counts.y(v, plot);
    let x = |i: usize| axis::x(i, n, plot);
    let first = past.len();
    let band = |low: &dyn Fn(usize) -> i64, high: &dyn Fn(usize) -> i64| -> Vec<Spot> {
        let upper = (0..forecast.periods.len()).map(|i| (x(first + i), y(high(i) as f64)));
        let lower = (0..forecast.periods.len()).rev().map(|i| (x(first + i), y(low(i) as f64)));
        upper.chain(lower).collect()
    };
    let f = &forecast.periods;
    canvas.polygon(&band(&|i| f[i].low95, &|i| f[i].high95), BAND)?;
    let inner = band(&|i| f[i].low80, &|i| f[i].high80);
    canvas.polygon(&inner, EXPECTED)?;
    axis::draw_counts(canvas, counts, plot)?;
    axis::draw_dates(canvas, &axis::dates(&grid, step, plot), n, plot)?;
    let start = (x(first) + x(first.saturating_sub(1))) / 2;
    canvas.dashed(&[(start, plot.top - 4), (start, plot.bottom)], AXIS, 2, 4.0)?;
    let middle: Vec<Spot> = f.iter().enumerate().map(|(i, a)| (x(first + i), y(a.mean))).collect();
    let from = wide.drawn().next_back().filter(|d| d.at + 1 == first).map(|d| (x(d.at), y(d.value as f64)));
    let path: Vec<Spot> = from.into_iter().chain(middle.iter().copied()).collect();
    canvas.dashed(&path, INK, 3, 8.0)?;
    for spot in &middle {
        canvas.marker(*spot, 6, MAIN, true)?;
    }
    // On the longer grid the past's places are the same.
    let mut longer = wide;
    longer.dots.resize(n, None);
    lines::draw(canvas, &longer, |v| y(v as f64), plot, Pen { look: MAIN, stroke: 4, radius: 5, apart: i32::MAX })?;
    let level = middle.last().map_or(plot.top, |s| s.1);
    for (i, words) in label.iter().enumerate() {
        let ink = if i == 0 { Ink { size: 32, bold: true, color: INK, ..NOTE } } else { NOTE };
        canvas.text(words, (plot.right + 20, level + 10 + 34 * i as i32), ink)?;
    }
    let named = past.last().map_or(String::new(), |p| format!("known to {}", period(*p, step)));
    let wide = text::width(&named, SMALL, false);
    let left = (start - wide - 10).max(plot.left);
    let known = Area { left, top: plot.top - 40, right: left + wide, bottom: plot.top };
    draw_events(canvas, happened, x, plot, &mut vec![known])?;
    canvas.text(&named, (left, plot.top - 12), NOTE)
}

fn mean(value: f64) -> String {
    if value >= 9.95 { count(value.round() as i64) } else { crate::chart::words::decimals(value, 1) }
}

#[cfg(test)]
mod tests {
    use super::ahead;
    use crate::chart::testing::weeks;
    use crate::chart::words::Step;

    #[test]
    fn the_next_weeks_follow_the_last() {
        let all = weeks(6);
        assert_eq!(ahead(&all[..4], Step::Week, 2), all[4..]);
        assert!(ahead(&[], Step::Week, 2).is_empty());
    }
}
