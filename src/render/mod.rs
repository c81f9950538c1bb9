//! Report → text, Markdown, HTML, JSON, CSV: one file per format.
//!
//! Every renderer is a pure function from the report (and the figures drawn for it) to bytes. It lays out what the
//! report says and adds no number and no judgement. To add a format: one file, one `mod` line, one line in [`FORMATS`].

use crate::chart::Figure;
use crate::error::Result;
use crate::report::model::Report;

mod csv_table;
mod explore;
mod fonts;
mod html;
mod inline_svg;
mod issues_csv;
mod json;
mod markdown;
pub mod number;
mod path;
mod sheets;
pub mod signals_csv;
pub mod table;
pub mod text;
pub mod trends_csv;
pub mod views;
pub mod words;
mod xlsx;

#[cfg(test)]
mod sample;

/// One file of a report's folder.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name of its module: `html`, `trends_csv`.
    pub name: &'static str,
    /// What `--only` and `--also` call it: `html`, `md`, `json`, `csv`; several files may share one.
    pub flag: &'static str,
    /// The file's name in the report's folder, the same every week.
    pub file: &'static str,
    /// One line for `plaint list formats`.
    pub about: &'static str,
    /// Draws it.
    pub render: fn(&Report, &[Figure]) -> Result<Vec<u8>>,
}

/// Every format, in the order in which they are listed.
pub const FORMATS: &[Format] = &[
    Format {
        name: "html",
        flag: "html",
        file: "index.html",
        about: "the report as one self-contained page, for screens and paper",
        render: html::render,
    },
    Format {
        name: "markdown",
        flag: "md",
        file: "report.md",
        about: "the report for wikis, merge requests and mail",
        render: markdown::render,
    },
    Format {
        name: "json",
        flag: "json",
        file: "report.json",
        about: "the whole report for other programs",
        render: json::render,
    },
    Format {
        name: "issues_csv",
        flag: "csv",
        file: "issues.csv",
        about: "one line per issue: its count in the period, the change, its keywords",
        render: issues_csv::render,
    },
    Format {
        name: "trends_csv",
        flag: "csv",
        file: "trends.csv",
        about: "one line per issue and period: counts, usual range, tests",
        render: trends_csv::render,
    },
    Format {
        name: "signals_csv",
        flag: "csv",
        file: "signals.csv",
        about: "one line per signal, over all periods",
        render: signals_csv::render,
    },
    Format {
        name: "xlsx",
        flag: "xlsx",
        file: "report.xlsx",
        about: "the tables as a workbook, with charts that the spreadsheet draws",
        render: xlsx::render,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// What the formats share; not formats themselves. `text` goes to the terminal, not into the folder.
    const SHARED: &[&str] = &[
        "csv_table",
        "explore",
        "fonts",
        "inline_svg",
        "mod",
        "number",
        "path",
        "sample",
        "sheets",
        "table",
        "text",
        "words",
    ];

    #[test]
    fn the_table_lists_the_directory() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render");
        let files: BTreeSet<String> = fs::read_dir(folder)
            .expect("the source folder")
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned))
            .filter(|stem| !SHARED.contains(&stem.as_str()))
            .collect();
        let listed: BTreeSet<String> = FORMATS.iter().map(|format| format.name.to_owned()).collect();
        assert_eq!(files, listed);
        assert_eq!(listed.len(), FORMATS.len(), "a format is listed twice");
    }

    #[test]
    fn every_file_has_its_own_name() {
        let files: BTreeSet<&str> = FORMATS.iter().map(|format| format.file).collect();
        assert_eq!(files.len(), FORMATS.len());
    }

    #[test]
    fn same_report_same_bytes() {
        let (report, figures) = sample::report();
        for format in FORMATS {
            let once = (format.render)(&report, &figures).expect(format.name);
            assert_eq!(once, (format.render)(&report, &figures).expect(format.name), "{}", format.name);
            if format.name != "xlsx" {
                assert_eq!(once.last(), Some(&b'\n'), "{} does not end its last line", format.name);
            }
        }
    }

    #[test]
    fn an_empty_report_is_still_a_report() {
        let (mut report, _) = sample::report();
        report.issues.clear();
        report.files.clear();
        report.feeds.clear();
        report.caveats.clear();
        report.total.points.clear();
        report.sections.iter_mut().for_each(|section| section.findings.clear());
        assert!(xlsx::render(&report, &[]).is_ok());
        for format in FORMATS.iter().filter(|f| f.name != "xlsx") {
            let bytes = (format.render)(&report, &[]).expect(format.name);
            let page = String::from_utf8(bytes).expect("utf-8");
            assert!(!page.contains("NaN") && !page.contains("inf,"), "{}", format.name);
        }
        assert!(text::render(&report, text::TextStyle::default()).contains("No issue has come back."));
    }

    #[test]
    fn no_text_of_the_report_becomes_markup() {
        let (mut report, mut figures) = sample::report();
        let hostile = || "\"><img src=x onerror=alert(1)>'</style>".to_owned();
        report.headline = hostile();
        report.zone = hostile();
        report.unit = hostile();
        report.period.label = hostile();
        report.funnel.line = hostile();
        report.funnel.left_out[0].0 = hostile();
        report.sections[0].findings[0].text = hostile();
        report.caveats[0] = hostile();
        report.options[0] = hostile();
        report.methods[0].how = hostile();
        report.codebook.note = hostile();
        report.codebook.path = Some(hostile());
        report.files[0].path = hostile();
        report.files[0].source = hostile();
        report.files[0].assumptions = vec![hostile()];
        report.feeds[0].feed = hostile();
        report.total.issue = hostile();
        let issue = &mut report.issues[0];
        (issue.id, issue.name, issue.owner, issue.status) = (hostile(), hostile(), hostile(), hostile());
        (issue.sentence, issue.series.issue) = (hostile(), hostile());
        issue.keywords[0].0 = hostile();
        issue.quotes[0].uid = hostile();
        figures[0].title = hostile();
        figures[0].alt = hostile();
        let html = String::from_utf8(html::render(&report, &figures).expect("html")).expect("utf-8");
        assert!(!html.contains("<img src=x") && html.matches("</style>").count() == 1);
        assert!(html.matches("&lt;img src").count() > 20);
        let markdown = String::from_utf8(markdown::render(&report, &figures).expect("markdown")).expect("utf-8");
        assert_eq!(markdown.matches("<img").count(), markdown.matches("\\<img").count());
    }

    #[test]
    fn the_first_screen_has_one_order_everywhere() {
        let (report, figures) = sample::report();
        let html = html::render(&report, &figures).expect("html");
        let markdown = markdown::render(&report, &figures).expect("markdown");
        let text = text::render(&report, text::TextStyle::default());
        for (name, page) in [
            ("html", String::from_utf8(html).expect("utf-8")),
            ("markdown", String::from_utf8(markdown).expect("utf-8")),
            ("text", text),
        ] {
            let body = page.split_once("<body").map_or(page.as_str(), |(_, body)| body);
            let mut after = 0;
            let titles = report.sections.iter().map(|s| s.title);
            let headline = report.headline.split(' ').next().unwrap_or_default();
            let funnel = report.funnel.line.split(' ').next().unwrap_or_default();
            let order = ["9 to 15 Nov 2026", "UTC", headline].into_iter().chain(titles).chain([funnel, "Late flights"]);
            for word in order {
                let found = body[after..].find(word);
                assert!(found.is_some(), "{name}: {word} is missing or out of order");
                after += found.unwrap_or(0) + 1;
            }
        }
    }
}
