//! `index.html`: the report as one page that needs nothing but itself: its style, its script and its font's letters are
//! inside, named by their hashes in the policy, and it makes no request. Without its script it says the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, escape_formatter};
use ring::digest::{self, SHA256};
use serde::Serialize;

use crate::chart::Figure;
use crate::error::{Error, Result};
use crate::render::number::{
    UNKNOWN, change, count_or_unknown, current, day_or_unknown, estimate, moment, probability, share, times,
    usual_range,
};
use crate::render::text::funnel_steps;
use crate::render::words::{capitalised, one_line};
use crate::render::{explore, fonts, inline_svg};
use crate::report::glossary::{Entry, GLOSSARY};
use crate::report::model::{CodebookReport, FeedReport, FileReport, Finding, IssueReport, Method, Report};
use crate::report::restated::Restated;
use crate::report::slices::Segment;
use crate::report::voice_tables::{self, VoiceTable};
use crate::report::voices::Share;
use crate::report::words::percent;
use crate::trend::series::{Level, Point, Series};

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Most lines that the data tables of all cards may have together; a finer or longer grid gets one table of counts for
/// all issues instead. Three years of weeks for fifty issues fit; at about 100 bytes a line that is one megabyte.
const MOST_ROWS: usize = 10_000;
/// Segments of a column that a card names.
const MOST_SEGMENTS: usize = 4;

/// The page. Every text is escaped by the template; figures are inside as images.
///
/// # Errors
/// An internal error when the template does not fit the report.
pub(crate) fn render(report: &Report, figures: &[Figure]) -> Result<Vec<u8>> {
    let broken = |cause: String| {
        Error::failed("internal: render: the page's template failed")
            .evidence(cause)
            .hint("this is a bug in plaint; please report it with this message")
    };
    let mut page = page(report, figures);
    let anchors: Vec<String> = page.cards.iter().map(|card| card.anchor.clone()).collect();
    page.counts_json =
        Value::from_safe_string(explore::json(report, &anchors).map_err(|cause| broken(cause.to_string()))?);
    let env = environment().map_err(|cause| broken(format!("{cause:#}")))?;
    let draw = |page: &Page<'_>| {
        let template = env.get_template("report.html");
        template.and_then(|t| t.render(Serde(page))).map_err(|cause| broken(format!("{cause:#}")))
    };
    // The letters are known only once the page is drawn; the style that holds them is drawn into it then.
    let drawn = draw(&page)?;
    let style = format!("{}{STYLE}", fonts::faces(&drawn)?);
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; font-src data:; img-src data:; base-uri 'none'; \
         form-action 'none'",
        digest(SCRIPT),
        digest(&style)
    );
    let html = drawn.replacen(STYLE_MARK, &style, 1).replacen(POLICY_MARK, &policy, 1);
    Ok((html.trim_end().to_owned() + "\n").into_bytes())
}

/// Stand in the drawn page for its style and its policy, ahead of all that people wrote.
const STYLE_MARK: &str = "/* style */";
const POLICY_MARK: &str = "policy";

/// What a policy calls a text (Content Security Policy Level 3, section 2.3.1).
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(digest::digest(&SHA256, text.as_bytes())))
}

fn environment() -> std::result::Result<Environment<'static>, minijinja::Error> {
    let mut env = Environment::new();
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // What the report quotes is cleaned like everywhere else, then escaped; only drawings made here are markup.
    env.set_formatter(|out, state, value| match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => escape_formatter(out, state, &Value::from(one_line(text))),
        None => escape_formatter(out, state, value),
    });
    env.add_filter("count", |n: Option<i64>| count_or_unknown(n));
    env.add_filter("share", |x: Option<f64>| share(x));
    env.add_filter("day", |date: Option<String>| day_or_unknown(date.and_then(|d| d.parse::<Date>().ok())));
    env.add_filter("capitalised", |text: String| capitalised(&text));
    env.add_filter("short", |hash: String| hash.chars().take(12).collect::<String>());
    env.add_template("report.html", TEMPLATE)?;
    Ok(env)
}

/// What the template reads: the report, with drawings and anchors beside it.
#[derive(Serialize)]
struct Page<'a> {
    report: Overview<'a>,
    sections: Vec<PageSection<'a>>,
    total: Card<'a, ()>,
    cards: Vec<Card<'a, &'a IssueReport>>,
    /// In place of the cards' data, where that would be too long.
    counts: Option<Counts<'a>>,
    voices: Vec<VoiceTable>,
    notes: &'a [String],
    figures: Vec<PageFigure<'a>>,
    funnel: Vec<(String, i64)>,
    glossary: &'a [Entry],
    restated: Option<&'a Restated>,
    /// What the script recounts; the script itself.
    counts_json: Value,
    script: Value,
    style: Value,
    policy: Value,
}

/// The parts of the report that the template reads as they are.
#[derive(Serialize)]
struct Overview<'a> {
    label: &'a str,
    zone: &'a str,
    as_of: Date,
    unit: &'a str,
    headline: &'a str,
    funnel_line: &'a str,
    files: &'a [FileReport],
    feeds: &'a [FeedReport],
    caveats: &'a [String],
    methods: &'a [Method],
    codebook: &'a CodebookReport,
    options: &'a [String],
}

#[derive(Serialize)]
struct PageSection<'a> {
    key: &'a str,
    title: &'a str,
    empty: &'a str,
    findings: Vec<PageFinding<'a>>,
}

#[derive(Serialize)]
struct PageFinding<'a> {
    text: &'a str,
    level: Option<Level>,
    anchor: Option<String>,
}

/// A series with its drawings and its data; `facts` is what the report says about the issue.
#[derive(Serialize)]
struct Card<'a, Facts> {
    anchor: String,
    name: &'a str,
    facts: Facts,
    change: String,
    usual: String,
    spark: Value,
    trend: Value,
    /// Whether the like-for-like counts differ from the counts anywhere.
    differs: bool,
    rows: Vec<Row>,
    segments: Vec<SegmentLine>,
}

/// An issue's rates by one column, in words.
#[derive(Serialize)]
struct SegmentLine {
    title: String,
    rates: String,
}

/// One period of a data table.
#[derive(Serialize)]
struct Row {
    period: String,
    observed: String,
    compared: String,
    expected: String,
    usual: String,
    effect: String,
    q: String,
    note: String,
}

/// The counts of all issues, one line per period.
#[derive(Serialize)]
struct Counts<'a> {
    names: Vec<&'a str>,
    rows: Vec<(String, Vec<String>)>,
}

#[derive(Serialize)]
struct PageFigure<'a> {
    name: &'a str,
    title: &'a str,
    drawing: Value,
}

fn page<'a>(report: &'a Report, figures: &'a [Figure]) -> Page<'a> {
    let finding = |f: &'a Finding| {
        let about = f.issue_id.as_ref().and_then(|id| report.issues.iter().position(|issue| issue.id == *id));
        PageFinding { text: &f.text, level: f.level, anchor: about.map(|i| anchor(&report.issues[i].id, i)) }
    };
    let long = report.total.points.len() * (report.issues.len() + 1) > MOST_ROWS;
    Page {
        report: Overview {
            label: &report.period.label,
            zone: &report.zone,
            as_of: report.as_of,
            unit: &report.unit,
            headline: &report.headline,
            funnel_line: &report.funnel.line,
            files: &report.files,
            feeds: &report.feeds,
            caveats: &report.caveats,
            methods: &report.methods,
            codebook: &report.codebook,
            options: &report.options,
        },
        sections: report
            .sections
            .iter()
            .map(|s| PageSection {
                key: s.key,
                title: s.title,
                empty: s.empty,
                findings: s.findings.iter().map(finding).collect(),
            })
            .collect(),
        total: card(report, &report.total, long, "total".to_owned(), UNKNOWN.to_owned(), ()),
        cards: report
            .issues
            .iter()
            .enumerate()
            .map(|(i, issue)| {
                let change = change(issue.change.as_ref());
                card(report, &issue.series, long, anchor(&issue.id, i), change, issue).with(&issue.segments)
            })
            .collect(),
        counts: long.then(|| counts(report)),
        voices: voice_tables::tables(&report.voices, &report.step),
        notes: &report.voices.notes,
        // An issue's own slide says what its card says; it is in the folder, beside the page.
        figures: figures
            .iter()
            .filter(|f| !report.issues.iter().any(|i| i.chart.as_ref() == Some(&f.name)))
            .map(|f| PageFigure {
                name: &f.name,
                title: &f.title,
                // Drawn here, its texts escaped; within the page it uses the page's font.
                drawing: Value::from_safe_string(f.svg.trim_end().to_owned()),
            })
            .collect(),
        funnel: funnel_steps(report),
        glossary: GLOSSARY,
        restated: report.restated.as_ref(),
        counts_json: Value::UNDEFINED,
        script: Value::from_safe_string(SCRIPT.to_owned()),
        style: Value::from_safe_string(STYLE_MARK.to_owned()),
        policy: Value::from_safe_string(POLICY_MARK.to_owned()),
    }
}

fn counts(report: &Report) -> Counts<'_> {
    let all: Vec<&Series> =
        std::iter::once(&report.total).chain(report.issues.iter().map(|issue| &issue.series)).collect();
    let at = |i: usize| all.iter().map(|s| count_or_unknown(s.points.get(i).and_then(|p| p.observed))).collect();
    Counts {
        names: all.iter().map(|s| s.issue.as_str()).collect(),
        rows: report.total.points.iter().enumerate().map(|(i, p)| (moment(p.period), at(i))).collect(),
    }
}

fn card<'a, Facts>(
    report: &'a Report,
    series: &'a Series,
    long: bool,
    anchor: String,
    change: String,
    facts: Facts,
) -> Card<'a, Facts> {
    Card {
        anchor,
        name: &series.issue,
        facts,
        change,
        usual: usual_range(current(series, &report.period)),
        spark: Value::from_safe_string(inline_svg::spark(series)),
        trend: Value::from_safe_string(inline_svg::trend(series, &report.unit)),
        differs: series.points.iter().any(|p| p.compared != p.observed),
        rows: if long { Vec::new() } else { series.points.iter().map(row).collect() },
        segments: Vec::new(),
    }
}

impl<Facts> Card<'_, Facts> {
    /// With the segments of a column that have a record, the highest rate first.
    fn with(mut self, segments: &[Segment]) -> Self {
        for own in segments.chunk_by(|a, b| a.column == b.column) {
            let mut rates: Vec<(&str, Share)> =
                own.iter().filter_map(|s| Some((s.value.as_str(), s.rate.filter(|r| r.n > 0)?))).collect();
            rates.sort_by(|a, b| b.1.share.total_cmp(&a.1.share).then(a.0.cmp(b.0)));
            let named: Vec<String> = rates.iter().take(MOST_SEGMENTS).map(|(value, r)| rate(value, r)).collect();
            if let Some(first) = own.first().filter(|_| !named.is_empty()) {
                let title = format!("By {}", first.column.replace('_', " "));
                self.segments.push(SegmentLine { title, rates: named.join("; ") });
            }
        }
        self
    }
}

/// `email 46 of 300 (15 %, 95 % interval 12 to 20)`
fn rate(value: &str, r: &Share) -> String {
    let bare = |x: f64| percent(x).replace(" %", "");
    let (n, of) = (count_or_unknown(Some(r.n)), count_or_unknown(Some(r.of)));
    format!("{value} {n} of {of} ({}, {} to {})", percent(r.share), bare(r.low), bare(r.high))
}

fn row(point: &Point) -> Row {
    let mut notes = Vec::new();
    if let Some(level) = point.level {
        notes.push(level.name());
    }
    if let Some(signal) = point.signal {
        notes.push(signal.name());
    }
    if point.partial {
        notes.push("not whole");
    }
    if point.observed.is_none() {
        notes.push("not covered");
    }
    // The column says that these are times.
    let bare = |x: f64| times(x).replace('×', "");
    let effect = match (point.effect, point.effect_low, point.effect_high) {
        (Some(x), Some(low), Some(high)) => format!("{} ({}–{})", bare(x), bare(low), bare(high)),
        (Some(x), ..) => bare(x),
        _ => UNKNOWN.to_owned(),
    };
    let upper = point.upper.filter(|u| u.is_finite()).map(|u| u.floor() as i64);
    Row {
        period: moment(point.period),
        observed: count_or_unknown(point.observed),
        compared: count_or_unknown(point.compared),
        expected: estimate(point.expected),
        usual: count_or_unknown(upper),
        effect,
        q: probability(point.q),
        note: notes.join(", "),
    }
}

/// The fragment of an issue's card: its id, or its place where the id holds what a fragment may not.
fn anchor(id: &str, place: usize) -> String {
    let plain = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if plain { format!("issue-{id}") } else { format!("issue.{}", place + 1) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::render::sample;

    use super::*;

    fn sample_page() -> String {
        let (report, figures) = sample::report();
        String::from_utf8(render(&report, &figures).expect("renders")).expect("utf-8")
    }

    #[test]
    fn asks_for_nothing() {
        let page = sample_page();
        assert!(page.starts_with("<!DOCTYPE html>"));
        for banned in ["https://", "<link", "@import", "url(http", "javascript:alert(1)\"", "onerror", " style="] {
            assert!(!page.contains(banned), "{banned} in the page");
        }
        assert!(!page.replace("http://www.w3.org/2000/svg", "").contains("http://"));
        assert_eq!(page.matches("<script>").count(), 1);
        assert_eq!(page.matches("<style>").count(), 1);
    }

    #[test]
    fn the_policy_names_what_is_in_the_page() {
        let page = sample_page();
        let between = |from: &str, to: &str| {
            let rest = page.split_once(from).map(|(_, rest)| rest).expect("is there");
            rest.split_once(to).map(|(inner, _)| inner.to_owned()).expect("ends")
        };
        let policy = between("Content-Security-Policy\" content=\"", "\"");
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(policy.contains(&digest(&between("<script>", "</script>"))));
        assert!(policy.contains(&digest(&between("<style>", "</style>"))));
    }

    #[test]
    fn what_the_script_reads_is_whole_and_cannot_end_its_element() {
        let page = sample_page();
        let json = page.split_once("id=\"data-counts\">").and_then(|(_, rest)| rest.split_once("</script>"));
        let (json, _) = json.expect("the data");
        assert!(!json.contains('<'));
        let data: serde_json::Value = serde_json::from_str(json).expect("is JSON");
        assert_eq!(data["series"].as_array().map(Vec::len), Some(9), "the total and eight issues");
        assert_eq!(data["periods"].as_array().map(Vec::len), Some(30));
        assert_eq!(data["judged"], 28);
        assert_eq!(data["ends"][28], "15 Nov 2026");
        assert_eq!(data["series"][7]["name"], "Seat <b>map</b> | frozen `app`");
    }

    #[test]
    fn escapes_what_people_wrote() {
        let page = sample_page();
        assert!(page.contains("&lt;script&gt;alert(1)"));
        assert!(page.contains("Seat &lt;b&gt;map&lt;"));
        assert!(!page.contains("<b>"));
        assert!(!page.contains('\u{1b}'));
    }

    #[test]
    fn links_every_row_and_finding_to_its_card() {
        let page = sample_page();
        let links = page.matches("href=\"#issue-").count();
        assert_eq!(links, 8 + 7, "8 rows and 7 findings about an issue");
        for id in ["i-3f9a01c7", "i-01", "i-08"] {
            assert!(page.contains(&format!("<article class=\"card\" id=\"issue-{id}\"")));
        }
        assert_eq!(anchor("a b", 2), "issue.3");
    }

    #[test]
    fn fifty_issues_over_three_years_stay_under_two_megabytes() {
        let (mut report, figures) = sample::report();
        let mut long = report.issues[0].clone();
        long.series.points = long.series.points.iter().cycle().take(156).cloned().collect();
        report.issues = vec![long; 50];
        let bytes = render(&report, &figures).expect("renders").len();
        assert!(bytes < 2_000_000, "{bytes} bytes");
    }

    #[test]
    fn a_long_grid_has_one_table_of_counts() {
        let (mut report, figures) = sample::report();
        assert!(!sample_page().contains("Counts per period"));
        let longer = |series: &mut Series| series.points = series.points.iter().cycle().take(1_200).cloned().collect();
        longer(&mut report.total);
        report.issues.iter_mut().for_each(|issue| longer(&mut issue.series));
        let page = String::from_utf8(render(&report, &figures).expect("renders")).expect("utf-8");
        assert_eq!(page.matches("<summary>").count(), 2, "the counts, and those picked");
        assert!(page.contains("Counts per period"));
        assert!(
            page.contains("<tr><th scope=\"row\">9 Nov 2026<td>1,412<td>57<td>98<td>44<td>28<td>21<td>14<td>12<td>3")
        );
    }

    /// Writes the sample to look at: `cargo test --lib html -- --ignored`, then open `render.html` in the folder of
    /// temporary files.
    #[test]
    #[ignore = "for eyes"]
    fn writes_the_sample() {
        fs::write(std::env::temp_dir().join("render.html"), sample_page()).expect("a writable folder");
    }
}
