//! The report on a terminal.

use crate::render::number::{change, count, count_or_unknown, current, day, day_or_unknown, usual_range};
use crate::render::table::{Table, flexible, left, right};
use crate::render::words::{capitalised, one_line, truncate, truncate_start, width, wrap_after};
use crate::report::model::{Finding, IssueReport, Quote, Report};
use crate::report::restated::Restated;
use crate::report::voice_tables;
use crate::trend::series::Level;

/// Narrower pages are laid out as if they were this wide.
const NARROWEST: usize = 48;

/// How the page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// Whether to colour with ANSI escapes (SGR).
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

/// The report; no line wider than `style.width` (48 at least).
pub fn render(report: &Report, style: TextStyle) -> String {
    let mut page = Page { out: String::new(), color: style.color, width: style.width.max(NARROWEST) };
    page.first_screen(report);
    page.issue_table(report);
    for issue in report.listed().0 {
        page.issue(issue);
    }
    page.voices(report);
    page.files(report);
    page.counted(report);
    page.feeds(report);
    page.methods(report);
    page.caveats(report);
    page.out
}

/// ANSI select-graphic-rendition codes (ECMA-48).
const BOLD: &str = "1";
const FAINT: &str = "2";

fn level_code(level: Level) -> &'static str {
    match level {
        Level::Watch => "36",
        Level::Alert => "33",
        Level::Urgent => "1;31",
    }
}

struct Page {
    out: String,
    color: bool,
    width: usize,
}

impl Page {
    fn first_screen(&mut self, report: &Report) {
        let period = &report.period;
        if let Some(store) = &report.store {
            self.paragraph(0, store);
        }
        let first = format!("{} · {} · as of {}", period.label, report.zone, day(report.as_of));
        self.hanging("", "", 0, &capitalised(&first), BOLD);
        self.line(&"─".repeat(self.width));
        self.paragraph(0, &report.headline);
        self.blank();
        let indent = 2 + report.sections.iter().map(|s| width(s.title)).max().unwrap_or(0);
        for section in &report.sections {
            let mut lead = pad(section.title, indent);
            if section.findings.is_empty() {
                self.hanging(&lead, BOLD, indent, section.empty, FAINT);
            }
            for finding in &section.findings {
                self.finding(&lead, indent, finding);
                lead = " ".repeat(indent);
            }
        }
        self.blank();
        self.paragraph(0, &report.funnel.line);
        if let Some((title, lines)) = report.restated.as_ref().map(Restated::told) {
            self.heading(&title);
            for line in lines {
                self.paragraph(2, &line);
            }
        }
    }

    fn finding(&mut self, lead: &str, indent: usize, finding: &Finding) {
        let Some(level) = finding.level else {
            return self.hanging(&format!("{lead}• "), BOLD, indent + 2, &finding.text, "");
        };
        let badge = format!("[{}]", level.name());
        let text = format!("{badge} {}", one_line(&finding.text));
        let at = self.out.len();
        self.hanging(&format!("{lead}• "), BOLD, indent + 2, &text, "");
        if self.color {
            let coloured = self.out[at..].replacen(&badge, &self.ink(level_code(level), &badge), 1);
            self.out.truncate(at);
            self.out.push_str(&coloured);
        }
    }

    fn issue_table(&mut self, report: &Report) {
        self.heading("Issues");
        if report.issues.is_empty() {
            return self.paragraph(0, "None.");
        }
        let mut table = Table::new(&[
            flexible("Issue", 12),
            right("Now"),
            right("Before"),
            left("Change (95 %)"),
            left("Usual range"),
            left("Signal"),
        ]);
        let (listed_issues, rest) = report.listed();
        for issue in listed_issues {
            let point = current(&issue.series, &report.period);
            table.row([
                listed(issue),
                count_or_unknown(issue.observed),
                count_or_unknown(issue.previous),
                change(issue.change.as_ref()),
                usual_range(point),
                issue.level.map_or("", Level::name).to_owned(),
            ]);
        }
        self.table(&table);
        if let Some(line) = report.rest_line(rest) {
            self.paragraph(0, &line);
        }
        self.paragraph(0, "A record may count in several issues. Quotes are those nearest the issue's median score.");
    }

    fn issue(&mut self, issue: &IssueReport) {
        self.blank();
        let mut facts = vec![one_line(&issue.id)];
        if issue.status != "active" {
            facts.push(one_line(&issue.status));
        }
        if !issue.owner.is_empty() {
            facts.push(format!("owner: {}", one_line(&issue.owner)));
        }
        let badge = match (issue.level, issue.signal) {
            (Some(level), Some(signal)) => format!("[{}] {}", level.name(), signal.name()),
            (Some(level), None) => format!("[{}]", level.name()),
            _ => String::new(),
        };
        let room = self.width.saturating_sub(if badge.is_empty() { 0 } else { width(&badge) + 2 });
        let name = truncate(&one_line(&issue.name), room);
        let badge = issue.level.map_or(String::new(), |level| format!("  {}", self.ink(level_code(level), &badge)));
        let name = self.ink(BOLD, &name);
        self.line(&format!("{name}{badge}"));
        self.hanging("  ", "", 2, &facts.join(" · "), FAINT);
        if !issue.sparkline.trim().is_empty() {
            let bars = truncate(&issue.sparkline, self.width - 2);
            self.line(&format!("  {bars}"));
        }
        self.paragraph(2, &issue.sentence);
        if !issue.keywords.is_empty() {
            let words: Vec<String> = issue.keywords.iter().map(|(word, _)| one_line(word)).collect();
            self.hanging("  Keywords: ", FAINT, 4, &words.join(", "), "");
        }
        for quote in &issue.quotes {
            self.quote(quote);
        }
    }

    fn quote(&mut self, quote: &Quote) {
        self.hanging("  > ", FAINT, 4, &one_line(&quote.text), "");
        let when = quote.date.map_or("undated".to_owned(), day);
        self.hanging("    ", "", 4, &one_line(&format!("{when} · {} · {}", quote.feed, quote.uid)), FAINT);
    }

    /// Every voice as a bullet: the tables are too wide for a terminal.
    fn voices(&mut self, report: &Report) {
        self.heading("Voices");
        for note in &report.voices.notes {
            self.paragraph(0, note);
        }
        for table in voice_tables::tables(&report.voices, &report.step) {
            self.blank();
            let title = self.ink(BOLD, table.title);
            self.line(&title);
            if table.rows.is_empty() {
                self.hanging("", "", 0, table.empty, FAINT);
                continue;
            }
            self.hanging("", "", 0, &table.note, FAINT);
            for row in &table.rows {
                let cells = table.columns.iter().zip(row).skip(1).filter(|(_, cell)| !cell.trim().is_empty());
                let facts: Vec<String> =
                    cells.map(|((title, _), cell)| format!("{}: {cell}", title.to_lowercase())).collect();
                let name = row.first().map_or("", String::as_str);
                self.bullet(&format!("{name} — {}", facts.join("; ")));
            }
        }
    }

    fn files(&mut self, report: &Report) {
        self.heading("Files");
        let mut table = Table::new(&[
            flexible("File", 12),
            right("Rows"),
            right("Stored"),
            right("Repeats"),
            right("Rejects"),
            right("Skipped"),
            right("Undated"),
        ]);
        for file in &report.files {
            let numbers = [file.rows_read, file.stored, file.duplicates, file.rejected, file.skipped, file.undated];
            table.row([truncate_start(&file.path, self.width / 3)].into_iter().chain(numbers.map(count)));
        }
        self.table(&table);
        for file in &report.files {
            self.bullet(&format!("{}: read as {}", file.path, file.source));
            for problem in &file.problems {
                let text = format!("{}, first on line {}", problem.kind, problem.example_line);
                self.bullet(&format!("{}: {} × {text}", file.path, count(problem.count)));
            }
            for assumption in &file.assumptions {
                self.bullet(&format!("{}: {assumption}", file.path));
            }
        }
    }

    fn counted(&mut self, report: &Report) {
        self.heading("From rows to records counted");
        let mut table = Table::new(&[flexible("", 20), right("")]);
        for (step, n) in funnel_steps(report) {
            table.row([step, count(n)]);
        }
        self.table(&table);
    }

    fn feeds(&mut self, report: &Report) {
        self.heading("Coverage");
        let mut table = Table::new(&[
            flexible("Feed", 12),
            right("First day"),
            right("Last day"),
            right("Counted"),
            left("Whole period"),
        ]);
        for feed in &report.feeds {
            table.row([
                feed.feed.clone(),
                day_or_unknown(feed.first),
                day_or_unknown(feed.last),
                count(feed.counted),
                if feed.covers_period { "yes" } else { "no" }.to_owned(),
            ]);
        }
        self.table(&table);
    }

    fn methods(&mut self, report: &Report) {
        self.heading("Methods");
        for method in &report.methods {
            let source = if method.source.is_empty() { String::new() } else { format!(" ({})", method.source) };
            self.hanging(&format!("{}: ", method.what), BOLD, 2, &one_line(&format!("{}{source}", method.how)), "");
        }
        self.paragraph(0, &report.codebook.note);
        if let Some(sha256) = &report.codebook.sha256 {
            let path = report.codebook.path.as_deref().unwrap_or(report.codebook.origin);
            self.bullet(&format!("{path}: sha256 {sha256}"));
        }
        for option in &report.options {
            self.bullet(&format!("option {option}"));
        }
    }

    fn caveats(&mut self, report: &Report) {
        self.heading("Caveats");
        if report.caveats.is_empty() {
            self.paragraph(0, "None.");
        }
        for caveat in &report.caveats {
            self.bullet(caveat);
        }
    }

    fn heading(&mut self, title: &str) {
        self.blank();
        let title = self.ink(BOLD, &title.to_uppercase());
        self.line(&title);
        self.blank();
    }

    fn table(&mut self, table: &Table) {
        for line in table.lines(self.width) {
            self.line(&line);
        }
        self.blank();
    }

    fn bullet(&mut self, text: &str) {
        self.hanging("• ", "", 2, &one_line(text), "");
    }

    fn paragraph(&mut self, indent: usize, text: &str) {
        self.hanging(&" ".repeat(indent), "", indent, text, "");
    }

    /// `text` after `lead`, wrapped; the lines after the first start at `indent`.
    fn hanging(&mut self, lead: &str, lead_code: &str, indent: usize, text: &str, code: &str) {
        let lead = truncate(lead, self.width / 2);
        let lines = wrap_after(&one_line(text), self.width - width(&lead), self.width - indent);
        for (i, line) in lines.into_iter().enumerate() {
            let before = if i == 0 { self.ink(lead_code, &lead) } else { " ".repeat(indent) };
            let line = self.ink(code, &line);
            self.line(&format!("{before}{line}"));
        }
    }

    fn ink(&self, code: &str, text: &str) -> String {
        if self.color && !code.is_empty() && !text.trim().is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// An empty line, never two.
    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// The funnel, step by step; what is left out starts with `–`, the parts of what is counted with `·`.
pub(crate) fn funnel_steps(report: &Report) -> Vec<(String, i64)> {
    let funnel = &report.funnel;
    let mut steps = vec![
        ("Rows read".to_owned(), funnel.read),
        ("– repeats of a stored record".to_owned(), funnel.duplicates),
        ("– rejected".to_owned(), funnel.rejected),
        ("– skipped (footers, empty rows)".to_owned(), funnel.skipped),
        ("Records stored".to_owned(), funnel.stored),
    ];
    steps.extend(funnel.left_out.iter().map(|(reason, n)| (format!("– {reason}"), *n)));
    steps.extend([
        ("Records counted".to_owned(), funnel.counted),
        ("· with an issue".to_owned(), funnel.matched),
        ("· unassigned".to_owned(), funnel.unassigned),
        ("· no text".to_owned(), funnel.no_text),
    ]);
    steps
}

/// An issue's name in a table of issues, with its status where that is not `active`.
pub(crate) fn listed(issue: &IssueReport) -> String {
    if issue.status == "active" { issue.name.clone() } else { format!("{} ({})", issue.name, issue.status) }
}

fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    use super::*;

    #[test]
    fn reads_well_on_80_columns() {
        insta::assert_snapshot!(render(&sample::report().0, TextStyle::default()));
    }

    #[test]
    fn is_never_too_wide() {
        let (report, _) = sample::report();
        for columns in [48, 60, 80, 120] {
            let page = render(&report, TextStyle { color: false, width: columns });
            for line in page.lines() {
                assert!(width(line) <= columns, "{} columns in {line:?}", width(line));
            }
        }
    }

    #[test]
    fn colours_only_when_asked_and_passes_no_escape_on() {
        let (report, _) = sample::report();
        assert!(!render(&report, TextStyle::default()).contains('\u{1b}'));
        let coloured = render(&report, TextStyle { color: true, width: 80 });
        assert!(coloured.contains("\u{1b}[1;31m[urgent]\u{1b}[0m"));
        assert!(!coloured.contains("\u{1b}[31m"), "an escape from a quote got through");
        let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern").replace_all(&coloured, "").into_owned();
        assert_eq!(plain, render(&report, TextStyle::default()));
    }
}
