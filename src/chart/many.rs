//! Many issues on one grid of periods: what `trend`, `multiples` and `heatmap` have in common.

use crate::chart::canvas::{Area, Canvas};
use crate::chart::happened;
use crate::chart::lines::{Line, biggest, grid, span};
use crate::chart::slide::{draw_nothing, slide};
use crate::chart::words::{Step, count};
use crate::chart::{ChartInput, Figure};
use crate::error::Result;
use crate::trend::calendar::Period;

/// The issues drawn, the biggest first, and what they are drawn on.
#[derive(Debug)]
pub(super) struct Many<'a> {
    pub(super) lines: Vec<Line<'a>>,
    pub(super) grid: Vec<Period>,
    pub(super) step: Step,
    /// The events inside the grid, by place.
    pub(super) happened: Vec<(usize, String)>,
    subtitle: String,
}

impl<'a> Many<'a> {
    /// The `most` biggest of the input that `shown` lets through; the subtitle says when there are more.
    pub(super) fn of(input: &ChartInput<'a>, most: usize, shown: impl Fn(&Line<'a>) -> bool) -> Self {
        let grid = grid(input.series);
        let mut lines = biggest(input.series, &grid, input.period);
        lines.retain(shown);
        let mut subtitle = input.subtitle.clone();
        if lines.len() > most {
            subtitle.push_str(&format!(" · {most} biggest of {}", count(lines.len() as i64)));
            lines.truncate(most);
        }
        let happened = happened::happened(input.events, &grid);
        Self { lines, grid, step: Step::named(input.by), happened, subtitle }
    }

    /// In words, for the alt text: what kind of chart it is, then every line.
    pub(super) fn told(&self, kind: &str) -> String {
        let mut out = format!("{kind} by {}, {}.", self.step.noun(), span(&self.grid, self.step));
        for line in &self.lines {
            out.push(' ');
            out.push_str(&line.told(&self.grid, self.step));
        }
        out
    }

    /// Whether any of the points drawn carries a signal.
    pub(super) fn signals(&self) -> bool {
        self.lines.iter().any(|l| l.drawn().any(|d| d.point.signal.is_some()))
    }

    /// The slide: what `draw` draws where there is anything to, `alt` and the events in its alt text.
    pub(super) fn slide(
        &self,
        name: String,
        input: &ChartInput<'_>,
        alt: &str,
        draw: impl FnOnce(&Canvas<'_>, Area, &Self) -> Result<()>,
    ) -> Result<Figure> {
        let alt = format!("{alt}{}", happened::told(&self.happened, &self.grid, self.step));
        slide(name, input, &self.subtitle, alt, |canvas, body| {
            if self.lines.iter().all(|l| l.drawn().next().is_none()) {
                return draw_nothing(canvas, "no data in these periods", body);
            }
            draw(canvas, body, self)
        })
    }
}
