//! A series as a small SVG within the page. Colours are the page's CSS variables, so that dark mode and print work.

use std::fmt::Write;

use crate::render::number::{count, day, moment};
use crate::render::path::{Path, tenths};
use crate::render::words::one_line;
use crate::trend::series::{Level, Point, Series};

/// A drawing's box and the margins around its plot, in SVG units.
struct Frame {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Greatest value of the y axis, which starts at 0.
    top_value: f64,
    points: usize,
}

impl Frame {
    fn x(&self, i: usize) -> f64 {
        let room = self.width - self.left - self.right;
        let steps = self.points.saturating_sub(1).max(1) as f64;
        self.left + room * if self.points == 1 { 0.5 } else { i as f64 / steps }
    }

    fn y(&self, value: f64) -> f64 {
        let room = self.height - self.top - self.bottom;
        self.height - self.bottom - room * (value / self.top_value).clamp(0.0, 1.0)
    }
}

/// The trend of an issue's card: the counts as a line from 0, the usual range as a band, hollow points for periods that
/// are not whole, gaps where nothing is covered, signals as filled points. 400 × 132 units; the name goes into the label.
pub(crate) fn trend(series: &Series, unit: &str) -> String {
    let points = &series.points;
    let top_value = nice_top(greatest(points));
    let frame = Frame {
        width: 400.0,
        height: 132.0,
        // Room for the labels: a digit is about 6.5 units wide, a bold one 8.
        left: 10.0 + 6.5 * count(top_value as i64).len() as f64,
        right: 12.0 + 8.0 * last_complete(points).map_or(0, |(_, _, n)| count(n).len()) as f64,
        top: 12.0,
        bottom: 22.0,
        top_value,
        points: points.len(),
    };
    let mut svg = format!(
        "<svg class=\"trend\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        frame.width,
        frame.height,
        escape(&label(series, unit))
    );
    axes(&mut svg, &frame, points);
    band(&mut svg, &frame, points);
    if points.iter().any(|p| p.compared.is_some() && p.compared != p.observed) {
        line(&mut svg, &frame, points, "compared", |p| p.compared);
    }
    line(&mut svg, &frame, points, "observed", |p| p.observed);
    marks(&mut svg, &frame, points);
    svg.push_str("</svg>");
    svg
}

/// The line alone, for a table's cell; hidden from screen readers, who have the row's numbers. 120 × 26 units.
pub(crate) fn spark(series: &Series) -> String {
    let points = &series.points;
    let frame = Frame {
        width: 120.0,
        height: 26.0,
        left: 2.0,
        right: 4.0,
        top: 3.0,
        bottom: 2.0,
        top_value: greatest(points).max(1.0),
        points: points.len(),
    };
    let mut svg = "<svg class=\"spark\" viewBox=\"0 0 120 26\" aria-hidden=\"true\">".to_owned();
    line(&mut svg, &frame, points, "observed", |p| p.observed);
    if let Some((i, point, n)) = last_complete(points) {
        let class = level_class(point);
        put(
            &mut svg,
            format_args!(
                "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.4\"/>",
                frame.x(i),
                frame.y(n as f64)
            ),
        );
    }
    svg.push_str("</svg>");
    svg
}

/// What the drawing shows, in words.
fn label(series: &Series, unit: &str) -> String {
    let Some((first, last)) = series.points.first().zip(series.points.last()) else {
        return format!("{}: no periods", series.issue);
    };
    let span = format!("{}: {unit} per period, {} to {}", series.issue, moment(first.period), moment(last.period));
    match last_complete(&series.points) {
        Some((_, point, n)) => format!("{span}; {} in the last complete one, from {}", count(n), moment(point.period)),
        None => span,
    }
}

fn axes(svg: &mut String, frame: &Frame, points: &[Point]) {
    let (left, right) = (frame.left, frame.width - frame.right);
    for (value, class) in [(frame.top_value, "grid"), (frame.top_value / 2.0, "grid"), (0.0, "axis")] {
        let y = frame.y(value);
        put(svg, format_args!("<path class=\"{class}\" d=\"M{left:.1} {y:.1}H{right:.1}\"/>"));
        if class == "axis" || value.fract() == 0.0 {
            let (x, y) = (left - 6.0, y + 3.5);
            let text = count(value as i64);
            put(svg, format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{text}</text>"));
        }
    }
    if let Some((first, last)) = points.first().zip(points.last()) {
        let y = frame.height - 6.0;
        put(svg, format_args!("<text x=\"{left:.1}\" y=\"{y:.1}\">{}</text>", day(first.period.date())));
        if points.len() > 1 {
            let text = day(last.period.date());
            put(svg, format_args!("<text x=\"{right:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{text}</text>"));
        }
    }
}

/// The usual range, 0 to upper, and the expected count as a dashed line within it.
fn band(svg: &mut String, frame: &Frame, points: &[Point]) {
    for run in runs(points, |p| p.upper.filter(|u| u.is_finite())) {
        let (start, end) = (half_step(frame, run[0].0, -0.5), half_step(frame, run[run.len() - 1].0, 0.5));
        let mut path = Path::from(start, frame.y(0.0));
        let mut height = frame.y(run[0].1);
        path.to(start, height);
        for &(at, upper) in &run {
            let (x, next) = (half_step(frame, at, -0.5), frame.y(upper));
            // A corner only where the range changes.
            if tenths(next) != tenths(height) {
                path.to(x, height);
                path.to(x, next);
                height = next;
            }
        }
        path.to(end, height);
        path.to(end, frame.y(0.0));
        put(svg, format_args!("<path class=\"band\" d=\"{}z\"/>", path.text()));
    }
    for run in runs(points, |p| p.expected.filter(|e| e.is_finite())) {
        put(svg, format_args!("<path class=\"expected\" d=\"{}\"/>", polyline(frame, &run).text()));
    }
}

/// Half a period beside a point, kept within the plot.
fn half_step(frame: &Frame, i: usize, by: f64) -> f64 {
    let step = if frame.points > 1 { frame.x(1) - frame.x(0) } else { frame.width - frame.left - frame.right };
    (frame.x(i) + by * step).clamp(frame.left, frame.width - frame.right)
}

/// The whole periods joined by a line, broken where there is no count; the others hang on by a dashed one.
fn line(svg: &mut String, frame: &Frame, points: &[Point], class: &str, value: impl Fn(&Point) -> Option<i64>) {
    for run in runs(points, |p| value(p).filter(|_| !p.partial).map(|n| n as f64)) {
        if let [(i, n)] = run[..] {
            let (x, y) = (frame.x(i), frame.y(n));
            put(svg, format_args!("<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.6\"/>"));
        } else {
            put(svg, format_args!("<path class=\"{class}\" d=\"{}\"/>", polyline(frame, &run).text()));
        }
    }
    for (i, pair) in points.windows(2).enumerate() {
        if let (true, Some(a), Some(b)) = (pair[0].partial || pair[1].partial, value(&pair[0]), value(&pair[1])) {
            let path = polyline(frame, &[(i, a as f64), (i + 1, b as f64)]);
            put(svg, format_args!("<path class=\"{class} open\" d=\"{}\"/>", path.text()));
        }
    }
}

/// Hollow points, signals, and the number of the last complete period.
fn marks(svg: &mut String, frame: &Frame, points: &[Point]) {
    for (i, point) in points.iter().enumerate() {
        let Some(n) = point.observed else { continue };
        let (x, y) = (frame.x(i), frame.y(n as f64));
        if point.partial {
            put(svg, format_args!("<circle class=\"hollow\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"));
        } else if point.level.is_some() {
            let class = level_class(point);
            put(svg, format_args!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.6\"/>"));
        }
    }
    if let Some((i, point, n)) = last_complete(points) {
        let (x, y) = (frame.x(i), frame.y(n as f64));
        if point.level.is_none() {
            put(svg, format_args!("<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"));
        }
        // Beside the plot, clear of the line and of later points.
        let (x, y) = (frame.width - frame.right + 7.0, y + 4.0);
        let text = count(n);
        put(svg, format_args!("<text class=\"value\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"));
    }
}

fn level_class(point: &Point) -> &'static str {
    match point.level {
        Some(Level::Urgent) => "mark urgent",
        Some(Level::Alert) => "mark alert",
        Some(Level::Watch) => "mark watch",
        None => "dot",
    }
}

fn last_complete(points: &[Point]) -> Option<(usize, &Point, i64)> {
    let known = |(i, p): (usize, &'_ Point)| p.observed.filter(|_| !p.partial).map(|n| (i, n));
    let (i, n) = points.iter().enumerate().rev().find_map(known)?;
    Some((i, &points[i], n))
}

/// Unbroken stretches of points that have a value, as (index, value).
fn runs(points: &[Point], value: impl Fn(&Point) -> Option<f64>) -> Vec<Vec<(usize, f64)>> {
    let mut out: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut open = false;
    for (i, point) in points.iter().enumerate() {
        let Some(v) = value(point) else {
            open = false;
            continue;
        };
        match out.last_mut().filter(|_| open) {
            Some(run) => run.push((i, v)),
            None => out.push(vec![(i, v)]),
        }
        open = true;
    }
    out
}

/// A run of at least one point as a line.
fn polyline(frame: &Frame, run: &[(usize, f64)]) -> Path {
    let mut path = Path::from(frame.x(run[0].0), frame.y(run[0].1));
    run.iter().for_each(|&(i, v)| path.to(frame.x(i), frame.y(v)));
    path
}

fn greatest(points: &[Point]) -> f64 {
    let values = points.iter().flat_map(|p| [p.observed.map(|n| n as f64), p.compared.map(|n| n as f64), p.upper]);
    values.flatten().filter(|v| v.is_finite()).fold(0.0, f64::max)
}

/// The smallest round number that is at least `value`, of those whose half is whole, too.
fn nice_top(value: f64) -> f64 {
    let mut scale = 1.0;
    while value > 20.0 * scale {
        scale *= 10.0;
    }
    [2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0]
        .into_iter()
        .map(|n| n * scale)
        .find(|&top| top >= value)
        .unwrap_or(20.0 * scale)
}

fn put(out: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(what);
}

/// `text` for an attribute's value.
fn escape(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    use super::*;

    #[test]
    fn rounds_the_axis_up() {
        assert_eq!(
            [0.0, 1.0, 9.0, 10.0, 57.0, 101.0, 1_498.0].map(nice_top),
            [2.0, 2.0, 10.0, 10.0, 60.0, 120.0, 1600.0]
        );
    }

    #[test]
    fn leaves_gaps_and_draws_the_unfinished_apart() {
        let (report, _) = sample::report();
        let svg = trend(&report.issues[0].series, "records");
        assert_eq!(svg.matches("class=\"observed\"").count(), 2, "the gap breaks the line in two");
        assert_eq!(svg.matches("class=\"hollow\"").count(), 1);
        assert_eq!(svg.matches("mark urgent").count(), 1);
        assert!(svg.contains(">57</text>"), "the last complete value is printed");
        assert!(svg.contains("27 Apr 2026") && svg.contains("16 Nov 2026"));
        assert!(!svg.contains("class=\"compared\""));
    }

    #[test]
    fn draws_what_is_compared_where_it_differs() {
        let (report, _) = sample::report();
        let mut series = report.issues[0].series.clone();
        series.points[20].compared = Some(3);
        assert!(trend(&series, "records").contains("class=\"compared\""));
    }

    #[test]
    fn stands_short_series() {
        let (report, _) = sample::report();
        let mut series = report.issues[0].series.clone();
        series.issue = "<a> & \"b\"".to_owned();
        for points in [1, 0] {
            series.points.truncate(points);
            let svg = trend(&series, "records") + &spark(&series);
            assert!(svg.contains("&lt;a&gt; &amp; &quot;b&quot;"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
