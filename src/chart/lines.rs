//! Series as lines: which values are drawn, which are gaps, which are unfinished.

use std::collections::BTreeSet;

use crate::chart::axis::x;
use crate::chart::canvas::{Area, Canvas, Spot};
use crate::chart::palette::Look;
use crate::chart::slide::Key;
use crate::chart::text::drawable;
use crate::chart::words::{Step, count, period, plural};
use crate::error::Result;
use crate::trend::calendar::Period;
use crate::trend::series::{Point, Series};

/// The count a chart draws: like for like where there is one, else as observed; null is a gap.
pub(super) fn value(point: &Point) -> Option<i64> {
    point.compared.or(point.observed)
}

/// Every period of `series`, in order.
pub(super) fn grid(series: &[Series]) -> Vec<Period> {
    let periods: BTreeSet<Period> = series.iter().flat_map(|s| s.points.iter().map(|p| p.period)).collect();
    periods.into_iter().collect()
}

/// A drawn point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dot<'a> {
    /// Index of its period in the grid.
    pub(super) at: usize,
    /// The count.
    pub(super) value: i64,
    /// Where it came from.
    pub(super) point: &'a Point,
}

/// A series on a grid.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// The issue, with its segment if there is one.
    pub(super) name: String,
    /// The series.
    pub(super) series: &'a Series,
    /// One per period of the grid; null is a gap.
    pub(super) dots: Vec<Option<Dot<'a>>>,
}

impl<'a> Line<'a> {
    /// `series` laid on `grid`.
    pub(super) fn new(series: &'a Series, grid: &[Period]) -> Self {
        let mut dots = vec![None; grid.len()];
        for point in &series.points {
            if let (Ok(at), Some(value)) = (grid.binary_search(&point.period), value(point)) {
                dots[at] = Some(Dot { at, value, point });
            }
        }
        // A name that cannot be drawn at all leaves the id.
        let issue = if drawable(&series.issue).is_empty() { &series.issue_id } else { &series.issue };
        let name = match &series.segment {
            Some(segment) => format!("{issue}, {segment}"),
            None => issue.clone(),
        };
        Self { name, series, dots }
    }

    /// Every drawn point.
    pub(super) fn drawn(&self) -> impl DoubleEndedIterator<Item = Dot<'a>> {
        self.dots.iter().flatten().copied()
    }

    /// The last whole period with a count.
    pub(super) fn last_complete(&self) -> Option<Dot<'a>> {
        self.drawn().rev().find(|d| !d.point.partial)
    }

    /// The greatest whole period, the latest if several are.
    pub(super) fn peak(&self) -> Option<Dot<'a>> {
        self.drawn().filter(|d| !d.point.partial).max_by_key(|d| (d.value, d.at))
    }

    /// Periods without a count between the first and the last with one.
    pub(super) fn gaps(&self) -> usize {
        match (self.drawn().next(), self.drawn().next_back()) {
            (Some(first), Some(last)) => last.at - first.at + 1 - self.drawn().count(),
            _ => 0,
        }
    }

    /// Places where whole periods follow each other but are counted over other feeds: like for like on one side
    /// only. A line across would show a jump that is none.
    pub(super) fn breaks(&self) -> usize {
        let whole = |d: &Option<Dot<'a>>| d.filter(|d| !d.point.partial);
        self.dots
            .windows(2)
            .filter_map(|p| Some((whole(&p[0])?, whole(&p[1])?)))
            .filter(|(a, b)| !alike(*a, *b))
            .count()
    }

    /// In words, for the alt text.
    pub(super) fn told(&self, grid: &[Period], step: Step) -> String {
        let Some(last) = self.last_complete() else {
            return format!("{}: no data for a whole {}.", self.name, step.noun());
        };
        let at = |d: Dot<'_>| period(grid[d.at], step);
        let mut out = format!("{}: last complete value {} ({})", self.name, count(last.value), at(last));
        if let Some(peak) = self.peak() {
            out.push_str(&format!(", peak {} ({})", count(peak.value), at(peak)));
        }
        if self.gaps() > 0 {
            out.push_str(&format!(", {} without data", plural(self.gaps(), step.noun())));
        }
        out.push('.');
        out
    }
}

/// Whether two points are counted over the same feeds.
fn alike(a: Dot<'_>, b: Dot<'_>) -> bool {
    a.point.compared.is_some() == b.point.compared.is_some()
}

/// What the key says of gaps, breaks, unfinished periods and like-for-like counts, where there are any.
pub(super) fn notes(lines: &[Line<'_>], step: Step) -> Vec<Key> {
    let any = |test: fn(Dot<'_>) -> bool| lines.iter().any(|l| l.drawn().any(test));
    let mut notes = Vec::new();
    if any(|d| d.point.partial) {
        notes.push(Key::Unfinished(step.noun()));
    }
    if lines.iter().any(|l| l.gaps() > 0) {
        notes.push(Key::Words("gap: no data".to_owned()));
    }
    if lines.iter().any(|l| l.breaks() > 0) {
        notes.push(Key::Words("break: other feeds".to_owned()));
    }
    if any(|d| d.point.compared.is_some() && d.point.compared != d.point.observed) {
        notes.push(Key::Words("like for like".to_owned()));
    }
    notes
}

/// All of `series` on `grid`, biggest first: by the count in `judged`, then by the sum of the whole periods, then by
/// id, name and segment, so that the order of the input does not matter.
pub(super) fn biggest<'a>(series: &'a [Series], grid: &[Period], judged: Option<Period>) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = series.iter().map(|s| Line::new(s, grid)).collect();
    lines.sort_by_cached_key(|line| {
        let now = judged.and_then(|p| line.series.at(p)).and_then(value);
        let all: i128 = line.drawn().filter(|d| !d.point.partial).map(|d| i128::from(d.value)).sum();
        let s = line.series;
        (std::cmp::Reverse((now, all)), s.issue_id.clone(), s.issue.clone(), s.segment.clone())
    });
    lines
}

/// `week of 20 Apr 2026 to week of 9 Nov 2026`; empty without periods.
pub(super) fn span(grid: &[Period], step: Step) -> String {
    match grid {
        [] => String::new(),
        [one] => period(*one, step),
        [first, .., last] => format!("{} to {}", period(*first, step), period(*last, step)),
    }
}

/// Draws `line`: solid between whole periods, dashed to unfinished ones, nothing across gaps and breaks; markers every `apart`
/// pixels or more, on unfinished points (hollow), on points between two gaps, and on the last whole one (larger).
pub(super) fn draw(canvas: &Canvas<'_>, line: &Line<'_>, y: impl Fn(i64) -> i32, plot: Area, pen: Pen) -> Result<()> {
    let n = line.dots.len();
    let spot = |d: Dot<'_>| (x(d.at, n, plot), y(d.value));
    let mut run: Vec<Spot> = Vec::new();
    let mut before: Option<Dot<'_>> = None;
    for dot in line.dots.iter().copied().chain([None]) {
        let whole = matches!((before, dot), (Some(b), Some(d)) if !b.point.partial && !d.point.partial);
        let joined = whole && matches!((before, dot), (Some(b), Some(d)) if alike(b, d));
        if !joined {
            canvas.line(&run, pen.look.color, pen.stroke)?;
            run.clear();
        }
        if let (Some(b), Some(d), false) = (before, dot, whole) {
            canvas.dashed(&[spot(b), spot(d)], pen.look.color, pen.stroke.saturating_sub(1).max(2), 7.0)?;
        }
        run.extend(dot.map(spot));
        before = dot;
    }
    let last = line.last_complete().map(|d| d.at);
    let mut next = if pen.apart == i32::MAX { i32::MAX } else { i32::MIN };
    for dot in line.drawn() {
        let beside = |i: Option<usize>| i.and_then(|i| line.dots.get(i).copied().flatten());
        let apart = |i| beside(i).is_none_or(|d| !alike(d, dot));
        let alone = apart(dot.at.checked_sub(1)) && apart(dot.at.checked_add(1));
        let at = spot(dot);
        if dot.point.partial {
            canvas.marker(at, pen.radius + 1, pen.look, true)?;
        } else if Some(dot.at) == last {
            canvas.marker(at, pen.radius + 3, pen.look, false)?;
        } else if alone || at.0 >= next {
            canvas.marker(at, pen.radius, pen.look, false)?;
        } else {
            continue;
        }
        next = at.0.saturating_add(pen.apart);
    }
    Ok(())
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub(super) look: Look,
    /// Pixels across.
    pub(super) stroke: u32,
    /// Of markers, in pixels.
    pub(super) radius: i32,
    /// Least pixels between two markers.
    pub(super) apart: i32,
}

/// Moves labels of `heights` pixels, whose tops are wanted at `tops`, apart: their tops, within `low..high`, in the
/// order wanted. Labels that would overlap form a group, which stands where its members want it on average. Where
/// they do not fit at all, they overflow at the bottom.
pub(super) fn spread(tops: &[i32], heights: &[i32], low: i32, high: i32) -> Vec<i32> {
    struct Group {
        members: Vec<usize>,
        height: i32,
        /// Sum over the members of where each wants the group's top.
        wanted: i32,
    }
    let top = |g: &Group| (g.wanted / g.members.len() as i32).min(high - g.height).max(low);
    let mut order: Vec<usize> = (0..tops.len()).collect();
    order.sort_by_key(|i| (tops[*i], *i));
    let mut groups: Vec<Group> = Vec::new();
    for i in order {
        let mut group = Group { members: vec![i], height: heights[i], wanted: tops[i] };
        while let Some(above) = groups.pop_if(|above| top(above) + above.height > top(&group)) {
            let moved = group.wanted - above.height * group.members.len() as i32;
            group = Group {
                members: [above.members, group.members].concat(),
                height: above.height + group.height,
                wanted: above.wanted + moved,
            };
        }
        groups.push(group);
    }
    let mut placed = vec![low; tops.len()];
    for group in &groups {
        let mut at = top(group);
        for i in &group.members {
            placed[*i] = at;
            at += heights[*i];
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::{Line, biggest, grid, spread};
    use crate::chart::testing::{series, weeks};
    use crate::chart::words::Step;

    #[test]
    fn spreads_labels() {
        assert_eq!(spread(&[80, 280], &[40, 40], 0, 500), [80, 280]);
        assert_eq!(spread(&[80, 80], &[40, 40], 0, 500), [60, 100]);
        assert_eq!(spread(&[490, -10], &[40, 40], 0, 500), [460, 0]);
        assert_eq!(spread(&[100, 105], &[90, 30], 0, 500), [57, 147]);
    }

    proptest! {
        #[test]
        fn labels_never_overlap(wanted in proptest::collection::vec(0i32..500, 1..6)) {
            let heights = vec![60; wanted.len()];
            let mut tops = spread(&wanted, &heights, 0, 500);
            tops.sort_unstable();
            prop_assert!(tops[0] >= 0 && tops[tops.len() - 1] + 60 <= 500);
            prop_assert!(tops.windows(2).all(|t| t[1] - t[0] >= 60));
        }
    }

    #[test]
    fn sorts_by_the_judged_period_then_by_all() {
        let periods = weeks(3);
        let all = [
            series("i-1", "one", &[Some(9), Some(1), Some(2)]),
            series("i-2", "two", &[Some(1), Some(1), Some(5)]),
            series("i-3", "three", &[Some(90), Some(1), None]),
            series("i-0", "zero", &[Some(9), Some(1), Some(2)]),
        ];
        let names =
            |judged| -> Vec<String> { biggest(&all, &grid(&all), judged).into_iter().map(|l| l.name).collect() };
        assert_eq!(names(Some(periods[2])), ["two", "zero", "one", "three"]);
        assert_eq!(names(None), ["three", "zero", "one", "two"]);
    }

    #[test]
    fn tells_gaps_and_partials_apart() {
        let mut s = series("i-1", "Late", &[None, Some(4), None, Some(7), Some(3)]);
        s.points[4].partial = true;
        s.points[1].compared = Some(2);
        let all = [s];
        let grid = grid(&all);
        let line = Line::new(&all[0], &grid);
        assert_eq!(line.drawn().map(|d| d.value).collect::<Vec<_>>(), [2, 7, 3]);
        assert_eq!(line.last_complete().map(|d| d.value), Some(7));
        assert_eq!(line.gaps(), 1);
        assert_eq!(
            line.told(&grid, Step::Week),
            "Late: last complete value 7 (week of 26 Jan 2026), peak 7 (week of 26 Jan 2026), 1 week without data."
        );
    }
}
