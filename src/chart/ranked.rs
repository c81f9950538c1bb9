//! Bars: issues by their count in one period, and the change on the period before.

use crate::chart::canvas::{Anchor, Area, Canvas, Ink, SMALL};
use crate::chart::lines::{Line, biggest, grid, value};
use crate::chart::palette::{ALARM, AXIS, GREY, INK, MAIN};
use crate::chart::slide::{Key, NOTE, draw_key, draw_nothing, slide};
use crate::chart::words::{Step, count, decimals, period, plural};
use crate::chart::{Chart, ChartInput, Figure, text};
use crate::error::Result;
use crate::trend::series::{Level, Point};

/// Its entry in the table.
pub(super) const CHART: Chart =
    Chart { name: "ranked", about: "issues by their count in one period, biggest first, with the change", draw };

/// More bars than this are not read.
const MOST: usize = 15;
/// So few bars are drawn broader, or they would hang at the top of an empty slide.
const FEW: usize = 4;
/// The widest name.
const NAME_ROOM: i32 = 560;
/// Below this many records in the greater of two periods, a ratio says less than a difference.
const RATIO_FROM: i64 = 10;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
struct Bar {
    name: String,
    count: i64,
    /// On the period before; then the kind of signal if it is loud, so that colour is not its only code.
    beside: String,
    /// An alert or an urgent signal.
    loud: bool,
}

fn draw(input: &ChartInput<'_>) -> Result<Figure> {
    let step = Step::named(input.by);
    let grid = grid(input.series);
    // The total is not an issue; it would dwarf them all.
    let only_total = input.series.iter().all(|s| s.is_total());
    let lines: Vec<Line<'_>> = biggest(input.series, &grid, None);
    let lines: Vec<Line<'_>> = lines.into_iter().filter(|l| only_total || !l.series.is_total()).collect();
    let at = input.period.and_then(|p| grid.binary_search(&p).ok());
    let at = at.or_else(|| lines.iter().filter_map(|l| l.last_complete()).map(|d| d.at).max());
    let bars = at.map(|at| bars(&lines, at)).unwrap_or_default();
    let unfinished = at.is_some_and(|at| lines.iter().filter_map(|l| l.dots[at]).any(|d| d.point.partial));
    let when = at.map_or_else(String::new, |at| {
        format!("{}{}", period(grid[at], step), if unfinished { ", unfinished" } else { "" })
    });
    let alt = alt(&bars, &when, lines.len());
    slide(CHART.name.to_owned(), input, &input.subtitle, alt, |canvas, body| {
        draw_body(canvas, body, &bars, lines.len(), &when, step)
    })
}

/// One per line that has a count in period `at`, biggest first (equal ones stay in the order of `lines`).
fn bars(lines: &[Line<'_>], at: usize) -> Vec<Bar> {
    let mut out: Vec<Bar> = Vec::new();
    for line in lines {
        let Some(dot) = line.dots[at] else { continue };
        let before = at.checked_sub(1).and_then(|i| line.dots[i]).map(|d| d.point);
        let change = change(before, dot.point);
        let loud = dot.point.signal.filter(|_| dot.point.level >= Some(Level::Alert));
        let beside = match loud {
            Some(signal) if change.is_empty() => signal.name().to_owned(),
            Some(signal) => format!("{change} · {}", signal.name()),
            None => change,
        };
        out.push(Bar { name: line.name.clone(), count: dot.value, beside, loud: loud.is_some() });
    }
    out.sort_by_key(|bar| std::cmp::Reverse(bar.count));
    out
}

/// `+12`, `−3`, `±0`, `3.1× ▲`, `new`; empty where the two periods cannot be compared: one has no count, is
/// unfinished, or only one of them is counted like for like.
fn change(before: Option<&Point>, now: &Point) -> String {
    let Some(before) = before else { return String::new() };
    if before.partial || now.partial || before.compared.is_some() != now.compared.is_some() {
        return String::new();
    }
    let (Some(was), Some(is)) = (value(before), value(now)) else { return String::new() };
    if was == 0 && is > 0 {
        return format!("+{}, from 0", count(is));
    }
    if was > 0 && is > 0 && was.max(is) >= RATIO_FROM {
        let ratio = is as f64 / was as f64;
        let digits = if ratio >= 100.0 { count(ratio.round() as i64) } else { decimals(ratio, 1) };
        if ratio >= 2.0 {
            return format!("{digits}× ▲");
        }
        if ratio <= 0.5 {
            return format!("{}× ▼", decimals(ratio, 2));
        }
    }
    match is.saturating_sub(was) {
        0 => "±0".to_owned(),
        more if more > 0 => format!("+{}", count(more)),
        less => count(less),
    }
}

/// What it shows, in words.
fn alt(bars: &[Bar], when: &str, issues: usize) -> String {
    if bars.is_empty() {
        return "Bar chart without data.".to_owned();
    }
    let mut out = format!("Bar chart of {}, {when}.", plural(issues, "issue"));
    let told: Vec<String> = bars
        .iter()
        .take(MOST)
        .map(|bar| match bar.beside.as_str() {
            "" => format!("{} {}", bar.name, count(bar.count)),
            beside => format!("{} {} ({beside})", bar.name, count(bar.count)),
        })
        .collect();
    if !told.is_empty() {
        out.push_str(&format!(" {}.", told.join("; ")));
    }
    if bars.len() > MOST {
        out.push_str(&format!(" And {}.", rest(bars)));
    }
    if bars.len() < issues {
        out.push_str(&format!(" No data for {}.", plural(issues - bars.len(), "issue")));
    }
    out
}

/// What is not drawn, in words.
fn rest(bars: &[Bar]) -> String {
    let left = bars.get(MOST..).unwrap_or_default();
    let sum: i128 = left.iter().map(|b| i128::from(b.count)).sum();
    let sum = count(i64::try_from(sum).unwrap_or(i64::MAX));
    match left.len() {
        1 => format!("1 more issue: {sum}"),
        n => format!("{} more issues, {sum} together; a record can count in several", count(n as i64)),
    }
}

fn draw_body(canvas: &Canvas<'_>, body: Area, bars: &[Bar], issues: usize, when: &str, step: Step) -> Result<()> {
    if bars.is_empty() {
        return draw_nothing(canvas, &format!("no data in this {}", step.noun()), body);
    }
    let shown = &bars[..bars.len().min(MOST)];
    let mut keys = vec![Key::Words(when.to_owned())];
    if shown.iter().any(|b| !b.beside.is_empty()) {
        keys.push(Key::Words(format!("beside each number: change on the {} before", step.noun())));
    }
    if shown.iter().any(|b| b.loud) {
        keys.push(Key::Alarm);
    }
    let mut area = draw_key(canvas, &keys, body)?;
    area.top += 12;
    let mut notes = Vec::new();
    if bars.len() > MOST {
        notes.push(format!("and {}", rest(bars)));
    }
    if bars.len() < issues {
        notes.push(format!("no data for {}", plural(issues - bars.len(), "issue")));
    }
    if !notes.is_empty() {
        let words = text::shorten(&notes.join(" · "), area.width(), SMALL, false);
        canvas.text(&words, (area.left, area.bottom - 4), NOTE)?;
        area.bottom -= 40;
    }
    draw_bars(canvas, area, shown)
}

fn draw_bars(canvas: &Canvas<'_>, area: Area, shown: &[Bar]) -> Result<()> {
    let names: Vec<String> = shown
        .iter()
        .map(|b| text::shorten(&text::drawable(&b.name), NAME_ROOM.min(canvas.width * 2 / 5), SMALL, false))
        .collect();
    let widest = |words: &mut dyn Iterator<Item = i32>| words.max().unwrap_or(0);
    let name_width = widest(&mut names.iter().map(|n| text::width(n, SMALL, false)));
    let value_width = widest(&mut shown.iter().map(|b| text::width(&count(b.count), SMALL, true)));
    let beside_width = widest(&mut shown.iter().map(|b| text::width(&b.beside, SMALL, false)));
    let left = area.left + name_width + 20;
    let longest = (area.right - left - value_width - beside_width - 44).max(1);
    let top = shown.iter().map(|b| b.count).max().unwrap_or(0).max(1);
    let row = (area.height() / shown.len() as i32).min(if shown.len() <= FEW { 112 } else { 64 });
    let ink = Ink { size: SMALL, bold: false, color: INK, anchor: Anchor::End };
    for (i, (bar, name)) in shown.iter().zip(&names).enumerate() {
        let middle = area.top + row * i as i32 + row / 2;
        let baseline = middle + 9;
        let long = (bar.count.max(0) as f64 / top as f64 * f64::from(longest)).round() as i32;
        let half = row * 36 / 100;
        canvas.text(name, (left - 16, baseline), ink)?;
        let color = if bar.loud { ALARM } else { MAIN.color };
        canvas.rect(Area { left, top: middle - half, right: left + long, bottom: middle + half }, color)?;
        let at = left + long + 14;
        canvas.text(&count(bar.count), (at, baseline), Ink { bold: true, anchor: Anchor::Start, ..ink })?;
        let next = at + text::width(&count(bar.count), SMALL, true) + 16;
        canvas.text(&bar.beside, (next, baseline), Ink { color: GREY, anchor: Anchor::Start, ..ink })?;
    }
    canvas.line(&[(left, area.top), (left, area.top + row * shown.len() as i32)], AXIS, 2)
}

#[cfg(test)]
mod tests {
    use super::{bars, change};
    use crate::chart::lines::{biggest, grid};
    use crate::chart::testing::{point, series, weeks};
    use crate::trend::series::{Level, Signal};

    #[test]
    fn says_the_change() {
        let p = |v| point(weeks(1)[0], v);
        let say = |was, is| change(Some(&p(was)), &p(is));
        assert_eq!(say(Some(35), Some(47)), "+12");
        assert_eq!(say(Some(47), Some(35)), "−12");
        assert_eq!(say(Some(10), Some(31)), "3.1× ▲");
        assert_eq!(say(Some(40), Some(10)), "0.25× ▼");
        assert_eq!(say(Some(1000), Some(20)), "0.02× ▼");
        assert_eq!(say(Some(1), Some(3)), "+2");
        assert_eq!(say(Some(5), Some(5)), "±0");
        assert_eq!(say(Some(0), Some(4)), "+4, from 0");
        assert_eq!(say(Some(4), Some(0)), "−4");
        assert_eq!(say(None, Some(4)), "");
        let mut unfinished = p(Some(9));
        unfinished.partial = true;
        assert_eq!(change(Some(&p(Some(3))), &unfinished), "");
        let mut alike = p(Some(9));
        alike.compared = Some(5);
        assert_eq!(change(Some(&p(Some(3))), &alike), "");
    }

    #[test]
    fn ranks_by_the_period() {
        let mut all = [
            series("i-1", "small now", &[Some(90), Some(1)]),
            series("i-2", "big now", &[Some(2), Some(7)]),
            series("i-3", "not covered", &[Some(2), None]),
        ];
        all[1].points[1].signal = Some(Signal::Spike);
        all[1].points[1].level = Some(Level::Alert);
        all[0].points[1].signal = Some(Signal::Spike);
        all[0].points[1].level = Some(Level::Watch);
        let lines = biggest(&all, &grid(&all), None);
        let told: Vec<_> = bars(&lines, 1).into_iter().map(|b| (b.name, b.beside, b.loud)).collect();
        let told: Vec<_> = told.iter().map(|(n, b, l)| (n.as_str(), b.as_str(), *l)).collect();
        assert_eq!(told, [("big now", "+5 · spike", true), ("small now", "0.01× ▼", false)]);
    }
}
