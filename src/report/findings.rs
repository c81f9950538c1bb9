//! The first screen: Worse, New, Back, Better, Biggest, Loved, Cannot say, and the headline above them.

use crate::report::model::{Finding, IssueReport, Section};
use crate::report::words;
use crate::trend::calendar::{Calendar, Period};
use crate::trend::events::{self, Event};
use crate::trend::exact::garwood;
use crate::trend::series::{Caveat, Found, Level, Point, Series, Signal};

/// How many issues "Biggest" names.
const BIGGEST: usize = 3;
/// Periods an improvement must last.
const LASTS: usize = 4;
/// It is clear when even the upper end of the interval is below this share of what was expected: the interval knows no
/// over-dispersion, this leaves room for it.
const CLEARLY: f64 = 0.8;
/// How many findings a section names before it only counts the rest.
const MOST: usize = 5;

/// What the first screen is made of.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The period judged.
    pub period: Period,
    /// `week`, `month`, ...
    pub step: &'a str,
    /// The report's calendar.
    pub calendar: &'a Calendar,
    /// Releases, outages and the like.
    pub events: &'a [Event],
    /// All counted records.
    pub total: &'a Series,
    /// Biggest first.
    pub issues: &'a [IssueReport],
    /// Sentences about praise, ready-made.
    pub loved: Vec<String>,
    /// Sentences about what cannot be said, ready-made.
    pub cannot_say: Vec<String>,
}

/// The seven sections, always all, always in this order.
pub fn sections(facts: Facts<'_>) -> Vec<Section> {
    let points: Vec<(&IssueReport, &Point)> =
        facts.issues.iter().filter_map(|issue| issue.series.at(facts.period).map(|point| (issue, point))).collect();
    let step = facts.step;
    // Of each issue the loudest signal of these kinds; an issue that is new or back is not also worse.
    let signalled = |kinds: &[Signal]| {
        let loudest = |issue: &IssueReport| {
            let mut all = issue.series.signals_at(facts.period).filter(|f| f.level.is_some() && f.is_rise());
            all.find(|f| kinds.contains(&f.kind)).cloned()
        };
        let mut found: Vec<(&IssueReport, &Point, Found)> =
            points.iter().filter_map(|(issue, p)| Some((*issue, *p, loudest(issue)?))).collect();
        found.sort_by(|(a, pa, fa), (b, pb, fb)| {
            fb.level.cmp(&fa.level).then(pb.compared.cmp(&pa.compared)).then(a.id.cmp(&b.id))
        });
        found
    };
    let new = signalled(&[Signal::Emerging]);
    let back = signalled(&[Signal::Returned]);
    let mut worse = signalled(&[Signal::Spike, Signal::Viral, Signal::Shift]);
    worse.retain(|(issue, ..)| !new.iter().chain(&back).any(|(other, ..)| other.id == issue.id));
    let told = |found: &[(&IssueReport, &Point, Found)]| -> Vec<Finding> {
        found.iter().map(|(issue, p, found)| about(issue, found.level, risen(issue, p, found, &facts))).collect()
    };
    let (worse, new, back) = (told(&worse), told(&new), told(&back));
    let mut falls: Vec<(&IssueReport, &Point, Fall)> =
        points.iter().filter_map(|(issue, p)| Some((*issue, *p, fall(&issue.series, facts.period)?))).collect();
    let depth = |fall: &Fall| fall.expected - fall.now as f64;
    falls.sort_by(|a, b| depth(&b.2).total_cmp(&depth(&a.2)).then(a.0.id.cmp(&b.0.id)));
    let mut cannot_say = facts.cannot_say.clone();
    if let Some(all) = fall(facts.total, facts.period) {
        // When everything falls, no issue can be said to have got better: the export may be incomplete.
        falls.clear();
        cannot_say.push(format!(
            "All records fell together: {}. Whether anything got better or the dumps are incomplete cannot be told.",
            fallen(&all, step)
        ));
    }
    let better = falls.iter().map(|(issue, p, fall)| about(issue, p.level, fallen(fall, step))).collect();
    let biggest = points
        .iter()
        .filter(|(issue, _)| issue.observed.unwrap_or(0) > 0)
        .take(BIGGEST)
        .map(|(issue, p)| about(issue, p.level, big(issue, step)))
        .collect();
    let plain =
        |texts: Vec<String>| texts.into_iter().map(|text| Finding { text, issue_id: None, level: None }).collect();
    vec![
        section("worse", "Worse", worse, "No issue is above its usual range."),
        section("new", "New", new, "No new issue."),
        section("back", "Back", back, "Nothing came back."),
        section("better", "Better", better, "No issue fell below its usual range."),
        section("biggest", "Biggest", biggest, "No record matched an issue."),
        section("loved", "Loved", plain(facts.loved.clone()), "No praise in the data, by rating or by words."),
        section("cannot_say", "Cannot say", plain(cannot_say), "Nothing was left open."),
    ]
}

/// The one sentence above everything: the total, its interval and the usual range.
///
/// `interval` is the exact 95 % interval of the total's count.
pub fn headline(total: &Point, interval: (f64, f64), step: &str, unit: &str, issues: &[IssueReport]) -> String {
    let Some(observed) = total.observed else {
        return format!("Nothing can be said: no feed covers this {step}.");
    };
    let mut count = format!(
        "{} this {step} (95 % interval {} to {})",
        words::counted(observed, unit),
        words::count(interval.0.round() as i64),
        words::count(interval.1.round() as i64)
    );
    if let Some(compared) = total.compared.filter(|compared| *compared != observed) {
        count.push_str(&format!(", {} of them in feeds that can be compared", words::count(compared)));
    }
    let loud = issues.iter().filter(|i| i.level.is_some_and(|l| l >= Level::Alert)).count() as i64;
    let range = match (total.upper, total.compared) {
        (Some(upper), Some(compared)) if compared as f64 > upper => {
            format!("above the usual range of up to {}", words::count(upper as i64))
        }
        (Some(upper), _) => format!("within the usual range of up to {}", words::count(upper as i64)),
        (None, _) if total.partial => format!("in an unfinished {step}, so nothing is tested"),
        (None, _) => "too little history for a usual range".to_string(),
    };
    match (loud, total.signal, total.upper) {
        (0, None, Some(_)) => format!("Nothing unusual this {step}: {count}, {range}."),
        (0, _, _) => format!("{count}, {range}."),
        (n, _, _) => {
            let verb = if n == 1 { "is" } else { "are" };
            format!("{count}, {range}; {} {verb} worse than chance allows.", words::counted(n, "issue"))
        }
    }
}

fn section(key: &'static str, title: &'static str, mut findings: Vec<Finding>, empty: &'static str) -> Section {
    if findings.len() > MOST && key != "cannot_say" {
        let rest = findings.len() - MOST;
        findings.truncate(MOST);
        findings.push(Finding { text: format!("and {rest} more, in the table below"), issue_id: None, level: None });
    }
    Section { key, title, findings, empty }
}

fn about(issue: &IssueReport, level: Option<Level>, words: String) -> Finding {
    Finding { text: format!("{}: {words}", issue.name), issue_id: Some(issue.id.clone()), level }
}

/// What was found, what is special about it, what happened then, and why to doubt it.
fn risen(issue: &IssueReport, point: &Point, found: &Found, facts: &Facts<'_>) -> String {
    let step = facts.step;
    let now = words::count(point.compared.unwrap_or(0));
    let mut text = match found.kind {
        Signal::Spike => against(issue, point, step),
        Signal::Emerging => format!("{now} this {step}; {}", found.about),
        Signal::Returned => format!("{now} this {step}, {}", found.about),
        Signal::Shift | Signal::Viral => format!("{now} this {step}; {}", found.about),
    };
    for event in events::near(facts.events, facts.calendar, found.begins) {
        text.push_str(&format!("; begins with {} ({})", event.label, words::day(event.at.date())));
    }
    for caveat in found.caveats.iter().filter(|c| !matches!(c, Caveat::Exploratory | Caveat::LimitedHistory)) {
        text.push_str(&format!("; {}", caveat.words()));
    }
    text
}

/// `46 this week against 4.2 expected (11×, 95 % interval 8.1 to 15)`
fn against(issue: &IssueReport, point: &Point, step: &str) -> String {
    let now = point.compared.or(issue.observed).unwrap_or(0);
    match (point.expected, point.effect, point.effect_low, point.effect_high) {
        (Some(expected), Some(effect), Some(low), Some(high)) if now > 0 => format!(
            "{} this {step} against {} expected ({}, 95 % interval {} to {})",
            words::count(now),
            words::mean(expected),
            words::times(effect),
            words::times(low).trim_end_matches('×'),
            words::times(high).trim_end_matches('×')
        ),
        (Some(expected), ..) => format!("{} this {step} against {} expected", words::count(now), words::mean(expected)),
        _ => format!("{} this {step}", words::count(now)),
    }
}

/// The issue's complete periods up to this one that can be compared.
fn comparable(series: &Series, period: Period) -> Vec<&Point> {
    series.points.iter().filter(|p| p.period <= period && !p.partial && p.compared.is_some()).collect()
}

/// An improvement that lasts: the count of the last periods and what was expected of them.
struct Fall {
    periods: usize,
    now: i64,
    expected: f64,
    /// 95 % interval of `now`, Garwood's.
    interval: (f64, f64),
}

/// How far the last four periods together lie below what was expected; null unless clearly, and this one too.
fn fall(series: &Series, period: Period) -> Option<Fall> {
    let past = comparable(series, period);
    let last = &past[past.len().checked_sub(LASTS)?..];
    let now: i64 = last.iter().filter_map(|p| p.compared).sum();
    let expected = last.iter().map(|p| p.expected).sum::<Option<f64>>()?;
    let this = last.last().filter(|p| p.period == period)?;
    let interval = garwood(now as f64, 0.95, 1.0);
    let below = (this.compared? as f64) < this.expected? && interval.1 < CLEARLY * expected;
    below.then_some(Fall { periods: LASTS, now, expected, interval })
}

/// `4 in the last 4 weeks against 30 expected (0.13×, 95 % interval 0.04 to 0.34)`
fn fallen(fall: &Fall, step: &str) -> String {
    let ratio = |n: f64| words::times(n / fall.expected);
    format!(
        "{} in the last {} against {} expected ({}, 95 % interval {} to {})",
        words::count(fall.now),
        words::counted(fall.periods as i64, step),
        words::mean(fall.expected),
        ratio(fall.now as f64),
        ratio(fall.interval.0).trim_end_matches('×'),
        ratio(fall.interval.1).trim_end_matches('×')
    )
}

fn big(issue: &IssueReport, step: &str) -> String {
    let now = words::count(issue.observed.unwrap_or(0));
    let share = issue.share.map_or(String::new(), |s| format!(", {} of all", words::percent(s)));
    match (issue.previous, &issue.change) {
        (Some(before), Some(change)) => {
            let compared = issue.observed.unwrap_or(0);
            format!("{now} this {step}{share}; {}", words::change(compared, before, change))
        }
        _ => format!("{now} this {step}{share}"),
    }
}

/// The sentence on an issue's card.
pub fn sentence(
    point: &Point,
    previous: Option<i64>,
    change: Option<&crate::report::model::Change>,
    step: &str,
) -> String {
    let Some(observed) = point.observed else {
        return format!("No feed covers this {step}.");
    };
    let mut parts = vec![format!("{} this {step}", words::count(observed))];
    if let (Some(compared), true) = (point.compared, point.compared != point.observed) {
        parts.push(format!("{} of them in feeds that can be compared", words::count(compared)));
    }
    match (point.expected, point.upper) {
        (Some(expected), Some(upper)) => {
            parts.push(format!("usually about {} and up to {}", words::mean(expected), words::count(upper as i64)));
        }
        _ if point.partial => parts.push(format!("the {step} is not complete, so nothing is tested")),
        _ => parts.push(format!("too little history to judge ({})", words::counted(point.history, step))),
    }
    if let (Some(before), Some(change)) = (previous, change) {
        parts.push(words::change(point.compared.unwrap_or(observed), before, change));
    }
    format!("{}.", parts.join("; "))
}
