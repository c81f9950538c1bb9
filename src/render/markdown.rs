//! `report.md`: GitHub-flavoured Markdown (CommonMark with tables).

use crate::chart::Figure;
use crate::error::Result;
use crate::render::number::{change, count, count_or_unknown, current, day, day_or_unknown, share, usual_range};
use crate::render::table::Align;
use crate::render::text::{funnel_steps, listed};
use crate::render::words::{capitalised, one_line, width};
use crate::report::glossary::GLOSSARY;
use crate::report::model::{Finding, IssueReport, Report};
use crate::report::restated::Restated;
use crate::report::voice_tables;
use crate::trend::series::Level;

/// The report. Figures are linked as `charts/<name>.svg`, where the report's folder holds them.
///
/// # Errors
/// None; the signature is that of every format.
pub(crate) fn render(report: &Report, figures: &[Figure]) -> Result<Vec<u8>> {
    let mut page = Page { out: String::new() };
    page.first_screen(report);
    page.issues(report);
    page.voices(report);
    page.figures(figures);
    page.files(report);
    page.counted(report);
    page.feeds(report);
    page.methods(report);
    page.caveats(report);
    page.glossary();
    Ok(page.out.into_bytes())
}

struct Page {
    out: String,
}

impl Page {
    fn first_screen(&mut self, report: &Report) {
        let label = capitalised(&escape(&report.period.label));
        let facts = format!("{label} · {} · as of {}", escape(&report.zone), day(report.as_of));
        self.block(&format!("# {facts}"));
        report.store.iter().for_each(|store| self.block(&escape(store)));
        self.block(&format!("**{}**", escape(&report.headline)));
        for section in &report.sections {
            self.block(&format!("## {}", section.title));
            if section.findings.is_empty() {
                self.block(&format!("*{}*", escape(section.empty)));
            } else {
                self.list(section.findings.iter().map(finding));
            }
        }
        self.block("---");
        self.block(&escape(&report.funnel.line));
        if let Some((title, lines)) = report.restated.as_ref().map(Restated::told) {
            self.block(&format!("## {}", escape(&title)));
            self.list(lines.iter().map(|line| escape(line)));
        }
    }

    fn issues(&mut self, report: &Report) {
        self.block("## Issues");
        if report.issues.is_empty() {
            return self.block("None.");
        }
        let (shown, rest) = report.listed();
        let rows = shown.iter().map(|issue| {
            [
                escape(&listed(issue)),
                count_or_unknown(issue.observed),
                count_or_unknown(issue.previous),
                change(issue.change.as_ref()),
                share(issue.share),
                usual_range(current(&issue.series, &report.period)),
                issue.level.map_or("", Level::name).to_owned(),
                format!("`{}`", issue.sparkline),
            ]
        });
        self.table(
            [
                ("Issue", Align::Left),
                ("This period", Align::Right),
                ("Before", Align::Right),
                ("Change (95 %)", Align::Left),
                ("Share", Align::Right),
                ("Usual range", Align::Left),
                ("Signal", Align::Left),
                ("Trend", Align::Left),
            ],
            rows,
        );
        if let Some(line) = report.rest_line(rest) {
            self.block(&line);
        }
        self.block("A record may count in several issues. Quotes are those nearest the issue's median score.");
        for issue in shown {
            self.issue(issue);
        }
    }

    fn issue(&mut self, issue: &IssueReport) {
        let badge = match (issue.level, issue.signal) {
            (Some(level), Some(signal)) => format!(" **[{}]** {}", level.name(), signal.name()),
            (Some(level), None) => format!(" **[{}]**", level.name()),
            _ => String::new(),
        };
        self.block(&format!("### {}{badge}", escape(&issue.name)));
        if !issue.sparkline.trim().is_empty() {
            self.block(&format!("`{}`", issue.sparkline));
        }
        self.block(&escape(&issue.sentence));
        let mut facts = vec![format!("Id: {}", escape(&issue.id))];
        if issue.status != "active" {
            facts.push(format!("Status: {}", escape(&issue.status)));
        }
        if !issue.owner.is_empty() {
            facts.push(format!("Owner: {}", escape(&issue.owner)));
        }
        if !issue.keywords.is_empty() {
            let words: Vec<String> = issue.keywords.iter().map(|(word, _)| inline(word)).collect();
            facts.push(format!("Keywords: {}", words.join(", ")));
        }
        self.list(facts.into_iter());
        for quote in &issue.quotes {
            let when = quote.date.map_or("undated".to_owned(), day);
            let from = format!("{when} · {} · {}", inline(&quote.feed), inline(&quote.uid));
            self.block(&format!("> {}\n>\n> — {from}", escape(&quote.text)));
        }
    }

    fn voices(&mut self, report: &Report) {
        self.block("## Voices");
        for note in &report.voices.notes {
            self.block(&escape(note));
        }
        for table in voice_tables::tables(&report.voices, &report.step) {
            self.block(&format!("### {}", table.title));
            if table.rows.is_empty() {
                self.block(&format!("*{}*", escape(table.empty)));
                continue;
            }
            self.block(&escape(&table.note));
            let align = |number: &bool| if *number { Align::Right } else { Align::Left };
            let columns: Vec<(&str, Align)> = table.columns.iter().map(|(title, n)| (*title, align(n))).collect();
            let rows = table.rows.iter().map(|row| row.iter().map(|cell| inline(cell)).collect()).collect();
            self.grid(&columns, rows);
        }
    }

    fn figures(&mut self, figures: &[Figure]) {
        if figures.is_empty() {
            return;
        }
        self.block("## Charts");
        for figure in figures {
            self.block(&format!("**{}**", escape(&figure.title)));
            self.block(&format!("![{}](charts/{}.svg)", inline(&figure.alt), figure.name));
        }
    }

    fn files(&mut self, report: &Report) {
        self.block("## Files");
        let rows = report.files.iter().map(|file| {
            let n =
                [file.rows_read, file.stored, file.duplicates, file.rejected, file.skipped, file.undated].map(count);
            let [read, stored, repeats, rejects, skipped, undated] = n;
            [
                escape(&file.path),
                escape(&file.source),
                read,
                stored,
                repeats,
                rejects,
                skipped,
                undated,
                escape(file.sha256.get(..12).unwrap_or(&file.sha256)),
            ]
        });
        self.table(
            [
                ("File", Align::Left),
                ("Source", Align::Left),
                ("Rows", Align::Right),
                ("Stored", Align::Right),
                ("Repeats", Align::Right),
                ("Rejects", Align::Right),
                ("Skipped", Align::Right),
                ("Undated", Align::Right),
                ("SHA-256", Align::Left),
            ],
            rows,
        );
        let notes = report.files.iter().flat_map(|file| {
            let path = escape(&file.path);
            let problem = {
                let path = path.clone();
                move |(kind, n, line): (&str, i64, i64)| {
                    format!("{path}: {} × {}, first on line {line}", count(n), inline(kind))
                }
            };
            let problems = file.problems.iter().map(|p| (p.kind.as_str(), p.count, p.example_line)).map(problem);
            problems.chain(file.assumptions.iter().map(move |a| format!("{path}: {}", inline(a))))
        });
        self.list(notes);
    }

    fn counted(&mut self, report: &Report) {
        self.block("## From rows to records counted");
        let rows = funnel_steps(report).into_iter().map(|(step, n)| [escape(&step), count(n)]);
        self.table([("Step", Align::Left), ("Rows or records", Align::Right)], rows);
    }

    fn feeds(&mut self, report: &Report) {
        self.block("## Coverage");
        let rows = report.feeds.iter().map(|feed| {
            [
                escape(&feed.feed),
                day_or_unknown(feed.first),
                day_or_unknown(feed.last),
                count(feed.counted),
                if feed.covers_period { "yes" } else { "no" }.to_owned(),
            ]
        });
        self.table(
            [
                ("Feed", Align::Left),
                ("First day", Align::Right),
                ("Last day", Align::Right),
                ("Counted", Align::Right),
                ("Whole period", Align::Left),
            ],
            rows,
        );
    }

    fn methods(&mut self, report: &Report) {
        self.block("## Methods");
        self.list(report.methods.iter().map(|method| {
            let source = if method.source.is_empty() { String::new() } else { format!(" ({})", inline(method.source)) };
            format!("**{}**: {}{source}", inline(method.what), inline(&method.how))
        }));
        self.block(&escape(&report.codebook.note));
        let sha256 = report.codebook.sha256.iter().map(|sha256| {
            let path = report.codebook.path.as_deref().unwrap_or(report.codebook.origin);
            format!("{}: SHA-256 {sha256}", escape(path))
        });
        self.list(sha256.chain(report.options.iter().map(|option| format!("Option {}", inline(option)))));
    }

    fn glossary(&mut self) {
        self.block("## Glossary");
        self.list(GLOSSARY.iter().map(|entry| format!("**{}**: {}", escape(entry.word), escape(entry.means))));
    }

    fn caveats(&mut self, report: &Report) {
        self.block("## Caveats");
        if report.caveats.is_empty() {
            self.block("None.");
        }
        self.list(report.caveats.iter().map(|caveat| escape(caveat)));
    }

    /// A paragraph, heading or quote, an empty line before it.
    fn block(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn list(&mut self, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.map(|item| format!("- {item}")).collect();
        if !items.is_empty() {
            self.block(&items.join("\n"));
        }
    }

    fn table<const N: usize>(&mut self, columns: [(&str, Align); N], rows: impl Iterator<Item = [String; N]>) {
        self.grid(&columns, rows.map(Vec::from).collect());
    }

    /// A table whose number of columns is known only at run time; every row has as many cells as there are columns.
    fn grid(&mut self, columns: &[(&str, Align)], rows: Vec<Vec<String>>) {
        let room: Vec<usize> = (0..columns.len())
            .map(|i| rows.iter().map(|row| width(&row[i])).chain([width(columns[i].0), 3]).max().unwrap_or(3))
            .collect();
        let line = |cells: Vec<&str>| {
            let cells: Vec<String> = (0..columns.len())
                .map(|i| {
                    let pad = " ".repeat(room[i].saturating_sub(width(cells[i])));
                    match columns[i].1 {
                        Align::Left => format!("{}{pad}", cells[i]),
                        Align::Right => format!("{pad}{}", cells[i]),
                    }
                })
                .collect();
            format!("| {} |", cells.join(" | "))
        };
        let rules: Vec<String> = columns
            .iter()
            .zip(&room)
            .map(|(column, room)| match column.1 {
                Align::Left => "-".repeat(*room),
                Align::Right => format!("{}:", "-".repeat(room - 1)),
            })
            .collect();
        let texts = |cells: &[String]| line(cells.iter().map(String::as_str).collect());
        let mut lines = vec![line(columns.iter().map(|c| c.0).collect()), texts(&rules)];
        lines.extend(rows.iter().map(|row| texts(row)));
        self.block(&lines.join("\n"));
    }
}

fn finding(finding: &Finding) -> String {
    match finding.level {
        Some(level) => format!("**[{}]** {}", level.name(), inline(&finding.text)),
        None => escape(&finding.text),
    }
}

/// `text` so that it stands for itself at the start of a block.
fn escape(text: &str) -> String {
    let text = inline(text);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let after = text[digits..].chars().next();
    match text.chars().next() {
        Some('-' | '+' | '=' | ':') => format!("\\{text}"),
        _ if digits > 0 && matches!(after, Some('.' | ')')) => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text,
    }
}

/// `text` so that it stands for itself within a line: one line, every character that means something to Markdown, to
/// tables, to GitHub's mathematics or to HTML behind a backslash.
fn inline(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let within_word = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        let special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' => true,
            '_' => !within_word,
            '#' => before == ' ',
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    use super::*;

    #[test]
    fn reads_well_as_text() {
        let (report, figures) = sample::report();
        let bytes = render(&report, &figures).expect("renders");
        insta::assert_snapshot!(String::from_utf8(bytes).expect("utf-8"));
    }

    #[test]
    fn lets_no_markup_through() {
        assert_eq!(escape("# <b>a|b</b> `x` *y*\n- z"), "\\# \\<b\\>a\\|b\\</b\\> \\`x\\` \\*y\\* - z");
        assert_eq!(escape("12. april"), "12\\. april");
        assert_eq!(escape("- no"), "\\- no");
        assert_eq!(inline("app_store _now_ [a](b) $x$ &lt;"), "app_store \\_now\\_ \\[a\\](b) \\$x\\$ \\&lt;");
    }

    #[test]
    fn escapes_the_sample_everywhere() {
        let (report, figures) = sample::report();
        let page = String::from_utf8(render(&report, &figures).expect("renders")).expect("utf-8");
        assert!(!page.replace("\\<", "").contains('<'), "a tag got through");
        assert!(!page.contains("[click]("));
        for line in page.lines().filter(|line| line.starts_with('|')) {
            let bars = line.replace("\\|", "").matches('|').count();
            assert!([3, 5, 6, 7, 8, 9, 10].contains(&bars), "{bars} bars in {line}");
        }
    }
}
