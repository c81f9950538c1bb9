//! The tables of a workbook: every table of the report, with cells that say what they are.

use jiff::civil::{Date, DateTime};

use crate::render::number::current;
use crate::render::text::funnel_steps;
use crate::report::glossary::GLOSSARY;
use crate::report::model::{IssueReport, Report};
use crate::report::voice_tables;
use crate::trend::series::{Point, Series};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Words, never a formula.
    Text(String),
    Count(i64),
    Number(f64),
    /// 0 to 1, shown in per cent.
    Share(f64),
    Day(Date),
    Moment(DateTime),
    Empty,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet {
    /// At most 31 characters.
    pub(super) name: &'static str,
    /// The frozen first row.
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// Every table, in the order of the tabs.
pub(super) fn sheets(report: &Report) -> Vec<Sheet> {
    let mut sheets = vec![findings(report), issues(report), counts(report), tests(report), signals(report)];
    sheets.push(segments(report));
    sheets.extend(voice_tables::tables(&report.voices, &report.step).into_iter().map(|table| Sheet {
        name: match table.key {
            "loved" => "Loved",
            "ideas" => "Ideas",
            "questions" => "Questions",
            "spreading" => "Spreading",
            "brands" => "Brands",
            _ => "Voices",
        },
        header: table.columns.iter().map(|c| c.0.to_owned()).collect(),
        rows: table.rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect(),
    }));
    sheets.extend([files(report), feeds(report), funnel(report), about(report), glossary()]);
    sheets
}

fn text(words: impl Into<String>) -> Cell {
    let words: String = words.into();
    if words.is_empty() { Cell::Empty } else { Cell::Text(words) }
}

fn count(n: Option<i64>) -> Cell {
    n.map_or(Cell::Empty, Cell::Count)
}

fn number(x: Option<f64>) -> Cell {
    x.filter(|x| x.is_finite()).map_or(Cell::Empty, Cell::Number)
}

fn share(x: Option<f64>) -> Cell {
    x.filter(|x| x.is_finite()).map_or(Cell::Empty, Cell::Share)
}

fn day(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, Cell::Day)
}

/// A period: its day, with the hour where the grid is finer.
fn period(report: &Report, at: DateTime) -> Cell {
    if report.step == "hour" { Cell::Moment(at) } else { Cell::Day(at.date()) }
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn findings(report: &Report) -> Sheet {
    let line = |part: &str, words: &str, level: &str| vec![text(part), text(words), text(level)];
    let mut rows = vec![
        line("Period", &report.period.label, ""),
        line("Headline", &report.headline, ""),
        line("Records", &report.funnel.line, ""),
    ];
    for section in &report.sections {
        for finding in &section.findings {
            rows.push(line(section.title, &finding.text, finding.level.map_or("", |l| l.name())));
        }
        if section.findings.is_empty() {
            rows.push(line(section.title, section.empty, ""));
        }
    }
    Sheet { name: "Report", header: header(&["Part", "What", "Level"]), rows }
}

fn issues(report: &Report) -> Sheet {
    let row = |i: &IssueReport| {
        let now = current(&i.series, &report.period);
        let change = i.change.as_ref();
        vec![
            text(&i.name),
            count(i.observed),
            count(i.previous),
            number(change.and_then(|c| c.ratio)),
            number(change.map(|c| c.low)),
            number(change.and_then(|c| c.high)),
            share(i.share),
            number(now.and_then(|p| p.expected)),
            number(now.and_then(|p| p.upper)),
            text(i.signal.map_or("", |s| s.name())),
            text(i.level.map_or("", |l| l.name())),
            text(&i.status),
            text(&i.owner),
            count(Some(i.all_records)),
            text(i.keywords.iter().map(|k| k.0.as_str()).collect::<Vec<_>>().join(", ")),
            text(&i.id),
        ]
    };
    Sheet {
        name: "Issues",
        header: header(&[
            "Issue",
            "This period",
            "Before",
            "Change",
            "Change from",
            "Change to",
            "Share",
            "Expected",
            "Usual range up to",
            "Signal",
            "Level",
            "Status",
            "Owner",
            "All records",
            "Keywords",
            "Id",
        ]),
        rows: report.issues.iter().map(row).collect(),
    }
}

/// The total and its usual range, then the issues, one column each: what the charts are drawn from.
fn counts(report: &Report) -> Sheet {
    let mut names = header(&["Period", "All records", "Expected", "Usual range up to", "Whole"]);
    names.extend(report.issues.iter().map(|i| i.name.clone()));
    let row = |(at, point): (usize, &Point)| {
        let whole = if point.partial { "no" } else { "yes" };
        let mut cells = vec![
            period(report, point.period),
            count(point.observed),
            number(point.expected),
            number(point.upper),
            text(whole),
        ];
        let own = |i: &IssueReport| count(i.series.points.get(at).and_then(|p| p.observed));
        cells.extend(report.issues.iter().map(own));
        cells
    };
    Sheet { name: "Counts", header: names, rows: report.total.points.iter().enumerate().map(row).collect() }
}

fn tests(report: &Report) -> Sheet {
    let all = std::iter::once(&report.total).chain(report.issues.iter().map(|i| &i.series));
    let row = |s: &Series, p: &Point| {
        vec![
            text(&s.issue),
            period(report, p.period),
            count(p.observed),
            count(p.compared),
            number(p.exposure),
            share(p.rate),
            number(p.expected),
            number(p.upper),
            number(p.effect),
            number(p.effect_low),
            number(p.effect_high),
            number(p.p),
            number(p.q),
            text(p.signal.map_or("", |s| s.name())),
            text(p.level.map_or("", |l| l.name())),
        ]
    };
    Sheet {
        name: "Tests",
        header: header(&[
            "Issue",
            "Period",
            "Count",
            "Like for like",
            "Exposure",
            "Rate",
            "Expected",
            "Usual range up to",
            "Times expected",
            "From",
            "To",
            "p",
            "q",
            "Signal",
            "Level",
        ]),
        rows: all.flat_map(|s| s.points.iter().map(move |p| row(s, p))).collect(),
    }
}

fn signals(report: &Report) -> Sheet {
    let all = std::iter::once(&report.total).chain(report.issues.iter().map(|i| &i.series));
    let rows = all.flat_map(|s| {
        s.signals.iter().map(move |f| {
            vec![
                text(&s.issue),
                period(report, f.period),
                text(f.kind.name()),
                text(f.level.map_or("", |l| l.name())),
                period(report, f.begins),
                number(Some(f.observed)),
                number(f.expected),
                number(f.effect),
                number(f.effect_low),
                number(f.effect_high),
                number(Some(f.p)),
                number(f.q),
                text(&f.about),
                text(f.caveats.iter().map(|c| c.words()).collect::<Vec<_>>().join("; ")),
            ]
        })
    });
    Sheet {
        name: "Signals",
        header: header(&[
            "Issue",
            "Period",
            "Signal",
            "Level",
            "Begins",
            "Tested",
            "Expected",
            "Times expected",
            "From",
            "To",
            "p",
            "q",
            "About",
            "Caveats",
        ]),
        rows: rows.collect(),
    }
}

fn segments(report: &Report) -> Sheet {
    let rows = report.issues.iter().flat_map(|i| {
        i.segments.iter().map(move |s| {
            vec![
                text(&i.name),
                text(s.column),
                text(&s.value),
                count(s.rate.map(|r| r.n)),
                count(s.rate.map(|r| r.of)),
                share(s.rate.map(|r| r.share)),
                share(s.rate.map(|r| r.low)),
                share(s.rate.map(|r| r.high)),
            ]
        })
    });
    Sheet {
        name: "Segments",
        header: header(&["Issue", "Column", "Segment", "Records", "Of counted records", "Rate", "From", "To"]),
        rows: rows.collect(),
    }
}

fn files(report: &Report) -> Sheet {
    let rows = report.files.iter().map(|f| {
        vec![
            text(&f.path),
            text(&f.source),
            count(Some(f.rows_read)),
            count(Some(f.stored)),
            count(Some(f.updated)),
            count(Some(f.unchanged)),
            count(Some(f.duplicates)),
            count(Some(f.rejected)),
            count(Some(f.skipped)),
            count(Some(f.undated)),
            text(&f.sha256),
        ]
    });
    Sheet {
        name: "Files",
        header: header(&[
            "File",
            "Source",
            "Rows",
            "Stored",
            "Updated",
            "Unchanged",
            "Repeats",
            "Rejects",
            "Skipped",
            "Undated",
            "SHA-256",
        ]),
        rows: rows.collect(),
    }
}

fn feeds(report: &Report) -> Sheet {
    let rows = report.feeds.iter().map(|f| {
        let whole = if f.covers_period { "yes" } else { "no" };
        vec![text(&f.feed), day(f.first), day(f.last), count(Some(f.counted)), text(whole)]
    });
    Sheet {
        name: "Coverage",
        header: header(&["Feed", "First day", "Last day", "Counted", "Whole period"]),
        rows: rows.collect(),
    }
}

fn funnel(report: &Report) -> Sheet {
    let rows = funnel_steps(report).into_iter().map(|(step, n)| vec![text(step), Cell::Count(n)]);
    Sheet { name: "Records", header: header(&["Step", "Rows or records"]), rows: rows.collect() }
}

fn about(report: &Report) -> Sheet {
    let line = |part: &str, words: &str, source: &str| vec![text(part), text(words), text(source)];
    let mut rows: Vec<Vec<Cell>> = report.methods.iter().map(|m| line(m.what, &m.how, m.source)).collect();
    rows.push(line("Issues", &report.codebook.note, report.codebook.sha256.as_deref().unwrap_or_default()));
    rows.extend(report.options.iter().map(|o| line("Option", o, "")));
    rows.extend(report.caveats.iter().map(|c| line("Caveat", c, "")));
    Sheet { name: "Methods and caveats", header: header(&["What", "How", "Source"]), rows }
}

fn glossary() -> Sheet {
    let rows = GLOSSARY.iter().map(|e| vec![text(e.word), text(e.means)]).collect();
    Sheet { name: "Glossary", header: header(&["Word", "Meaning"]), rows }
}
