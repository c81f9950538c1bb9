//! `plaint issues`: the codebook's issues, what looks wrong in it, and what an edit does.

use jiff::civil::Date;
use serde::Serialize;

use crate::cluster::issues_effect::Effect;
use crate::cluster::issues_lint::{Overlap, Remark, Severity, Unused};
use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{count, share};
use crate::render::table::{Table, flexible, left, right};
use crate::render::{views, words};

/// Keywords named per issue before "and n more".
const NAMED: usize = 8;

/// What `plaint issues list` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// The codebook.
    pub path: String,
    /// Whether records were read, so that they are counted.
    pub counted: bool,
    /// In the file's order.
    pub issues: Vec<Issue>,
}

/// One issue of the codebook.
#[derive(Debug, Clone, Serialize)]
pub struct Issue {
    /// Permanent id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `active`, `candidate`, ...
    pub status: String,
    /// Whom to tell.
    pub owner: String,
    /// When it was first seen.
    pub first_seen: Option<Date>,
    /// Records that match it; null when none were read or it is not looked for.
    pub records: Option<i64>,
    /// A record matches from this score on.
    pub min_score: f64,
    /// Heaviest first.
    pub keywords: Vec<String>,
    /// What it went into.
    pub into: Vec<String>,
}

impl Listed {
    /// For people.
    pub fn text(&self) -> String {
        let owned = self.issues.iter().any(|issue| !issue.owner.is_empty());
        let mut columns = vec![flexible("Issue", 16)];
        if self.counted {
            columns.push(right("Records"));
        }
        columns.push(left("Status"));
        if owned {
            columns.push(flexible("Owner", 8));
        }
        columns.extend([left("Since"), left("Id")]);
        let mut table = Table::new(&columns);
        for issue in &self.issues {
            let mut cells = vec![issue.name.clone()];
            if self.counted {
                cells.push(issue.records.map_or(String::new(), count));
            }
            cells.push(if issue.into.is_empty() { issue.status.clone() } else { format!("{} →", issue.status) });
            if owned {
                cells.push(issue.owner.clone());
            }
            cells.extend([issue.first_seen.map_or(String::new(), |day| day.to_string()), issue.id.clone()]);
            table.row(cells);
        }
        let mut out = table.render(views::WIDTH);
        for issue in self.issues.iter().filter(|issue| !issue.into.is_empty()) {
            push(&mut out, &format!("{} ({}) → {}", issue.name, issue.id, issue.into.join(", ")));
        }
        out
    }

    /// One line per issue.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let rows: Vec<Vec<String>> = self
            .issues
            .iter()
            .map(|issue| {
                vec![
                    issue.id.clone(),
                    issue.name.clone(),
                    issue.status.clone(),
                    issue.owner.clone(),
                    issue.first_seen.map_or(String::new(), |day| day.to_string()),
                    issue.records.map_or(String::new(), |n| n.to_string()),
                    issue.min_score.to_string(),
                    issue.keywords.join("; "),
                    issue.into.join("; "),
                ]
            })
            .collect();
        let header = ["issue_id", "issue", "status", "owner", "first_seen", "records", "min_score", "keywords", "into"];
        csv_table::rows(&header, &rows)
    }
}

/// What `plaint issues lint` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Linted {
    /// The codebook.
    pub path: String,
    /// How many of the remarks are errors.
    pub errors: i64,
    /// What the text shows.
    pub remarks: Vec<Remark>,
    /// What records show; null when none were read.
    pub records: Option<OnRecords>,
}

/// A codebook held against records.
#[derive(Debug, Clone, Serialize)]
pub struct OnRecords {
    /// Counted and undated records.
    pub records: i64,
    /// Those that match an issue that counts.
    pub matched: i64,
    /// Those with text that match none.
    pub unassigned: i64,
    /// Those without text that match none.
    pub no_text: i64,
    /// What the unassigned say more than the others.
    pub unassigned_words: Vec<String>,
    /// Issues that match the same records.
    pub overlaps: Vec<Overlap>,
    /// Keywords no record holds.
    pub unused: Vec<Unused>,
}

impl Linted {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for remark in &self.remarks {
            let place = match (remark.line, remark.column) {
                (Some(line), Some(column)) => format!("{}:{line}:{column}", self.path),
                _ => self.path.clone(),
            };
            let severity = if remark.severity == Severity::Error { "error" } else { "warning" };
            push(&mut out, &format!("{place}: {severity}: {}", remark.what));
            push(&mut out, &format!("  hint: {}", remark.hint));
        }
        if !self.remarks.is_empty() {
            out.push('\n');
        }
        if let Some(records) = &self.records {
            records.text(&mut out);
        }
        let warnings = self.remarks.len() as i64 - self.errors;
        push(&mut out, &format!("{}: {}, {}.", self.path, counted(self.errors, "error"), counted(warnings, "warning")));
        out
    }

    /// One line per thing found.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let number = |n: Option<u64>| n.map_or(String::new(), |n| n.to_string());
        let mut rows: Vec<Vec<String>> = self
            .remarks
            .iter()
            .map(|r| {
                let severity = if r.severity == Severity::Error { "error" } else { "warning" };
                let cells = [severity, "", "", "", &r.what, &r.hint];
                let mut row = vec![number(r.line), number(r.column)];
                row.extend(cells.map(str::to_owned));
                row
            })
            .collect();
        if let Some(records) = &self.records {
            for o in &records.overlaps {
                let what = format!("{} also match {}", share(Some(o.share)), o.other);
                let cells = ["", "", "overlap", &o.issue_id, &o.other_id, &o.records.to_string(), &what, ""];
                rows.push(cells.map(str::to_owned).to_vec());
            }
            for u in &records.unused {
                for keyword in &u.keywords {
                    let cells = ["", "", "unused", &u.issue_id, "", "0", keyword, "no record holds this keyword"];
                    rows.push(cells.map(str::to_owned).to_vec());
                }
            }
        }
        csv_table::rows(&["line", "column", "kind", "issue_id", "other_id", "records", "what", "hint"], &rows)
    }
}

impl OnRecords {
    fn text(&self, out: &mut String) {
        let part = share((self.records > 0).then(|| self.matched as f64 / self.records as f64));
        push(
            out,
            &format!(
                "{} of {} records match an issue ({part}); {} match none, {} have no text.",
                count(self.matched),
                count(self.records),
                count(self.unassigned),
                count(self.no_text)
            ),
        );
        if !self.unassigned_words.is_empty() {
            push(out, &format!("What matches none says above all: {}.", self.unassigned_words.join(", ")));
        }
        if !self.overlaps.is_empty() {
            out.push_str("\nIssues that match the same records:\n");
            let mut table =
                Table::new(&[right("Both"), left("of"), left(""), flexible("Issue", 16), flexible("also", 16)]);
            for o in &self.overlaps {
                table.row([count(o.records), share(Some(o.share)), "of".into(), o.issue.clone(), o.other.clone()]);
            }
            out.push_str(&table.render(views::WIDTH));
        }
        if !self.unused.is_empty() {
            out.push_str("\nKeywords that no record holds:\n");
            for u in &self.unused {
                let more = u.keywords.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let named = u.keywords.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                push(out, &format!("  {}: {} of {}: {named}{more}", u.issue, u.keywords.len(), u.of));
            }
        }
        out.push('\n');
    }
}

/// What a verb did.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    /// The codebook.
    pub path: String,
    /// In one sentence.
    pub what: String,
    /// Whether the file was written.
    pub written: bool,
    /// What a person should know.
    pub notes: Vec<String>,
    /// What it does to the records; null when none were read.
    pub effect: Option<Effect>,
}

impl Changed {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let verb = if self.written { "Changed" } else { "Would change" };
        push(&mut out, &format!("{verb} {}: {}.", self.path, self.what));
        self.notes.iter().for_each(|note| push(&mut out, note));
        if let Some(effect) = &self.effect {
            let mut table = Table::new(&[flexible("Issue", 20), right("Records"), right("Now"), left("Id")]);
            for issue in &effect.issues {
                table.row([issue.issue.clone(), count(issue.before), count(issue.after), issue.issue_id.clone()]);
            }
            out.push('\n');
            out.push_str(&table.render(views::WIDTH));
            out.push('\n');
            let mut said = format!("The primary issue of {} changes", counted(effect.primary_changed, "record"));
            let parts: Vec<String> = [(effect.gained, "had none"), (effect.lost, "has none now")]
                .into_iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, what)| format!("{} {}", count(n), if n == 1 { what } else { plural(what) }))
                .collect();
            if !parts.is_empty() {
                said.push_str(&format!(" ({})", parts.join(", ")));
            }
            push(&mut out, &format!("{said}. No match of another issue moves."));
        }
        out
    }

    /// One line per issue named.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let issues = self.effect.iter().flat_map(|effect| &effect.issues);
        let rows: Vec<Vec<String>> = issues
            .map(|i| vec![i.issue_id.clone(), i.issue.clone(), i.before.to_string(), i.after.to_string()])
            .collect();
        csv_table::rows(&["issue_id", "issue", "records_before", "records_after"], &rows)
    }
}

fn plural(what: &str) -> &str {
    if what == "has none now" { "have none now" } else { what }
}

/// What `plaint issues split` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Parts {
    /// The issue that falls into parts.
    pub issue: String,
    /// The parts.
    #[serde(flatten)]
    pub shown: Split,
    /// What the edit does.
    pub change: Changed,
}

/// An issue's parts.
#[derive(Debug, Clone, Serialize)]
pub struct Split {
    /// Records of the issue.
    pub records: i64,
    /// Those that match no part.
    pub in_none: i64,
    /// Those that match several.
    pub in_several: i64,
    /// The parts, the largest first.
    pub parts: Vec<Part>,
}

/// One part.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// Its id from now on.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Records that match it.
    pub records: i64,
    /// Those of them that matched the issue.
    pub inside: i64,
    /// Heaviest first.
    pub keywords: Vec<String>,
    /// Typical records, redacted and shortened.
    pub examples: Vec<String>,
}

impl Parts {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let n = counted(self.shown.records, "record");
        push(&mut out, &format!("\"{}\" ({n}) falls into {} parts:", self.issue, self.shown.parts.len()));
        for part in &self.shown.parts {
            out.push('\n');
            let beside = part.records - part.inside;
            let beside = if beside > 0 { format!(", {} beside it", count(beside)) } else { String::new() };
            push(&mut out, &format!("{} ({}): {} of its records{beside}", part.name, part.id, count(part.inside)));
            let keywords = part.keywords.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            push(&mut out, &format!("  keywords: {keywords}"));
            part.examples.iter().for_each(|text| push(&mut out, &format!("  “{text}”")));
        }
        out.push('\n');
        push(
            &mut out,
            &format!(
                "{} match no part, {} several.",
                counted(self.shown.in_none, "record"),
                count(self.shown.in_several)
            ),
        );
        self.change.notes.iter().for_each(|note| push(&mut out, note));
        let last = match self.change.written {
            true => format!("Changed {}: {}.", self.change.path, self.change.what),
            false => "Nothing was changed; --write puts the parts in its place.".to_owned(),
        };
        push(&mut out, &last);
        out
    }

    /// One line per part.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let rows: Vec<Vec<String>> = self
            .shown
            .parts
            .iter()
            .map(|p| {
                let numbers = [p.records.to_string(), p.inside.to_string()];
                [vec![p.id.clone(), p.name.clone()], numbers.to_vec(), vec![p.keywords.join("; ")]].concat()
            })
            .collect();
        csv_table::rows(&["issue_id", "issue", "records", "inside", "keywords"], &rows)
    }
}

fn counted(n: i64, what: &str) -> String {
    format!("{} {what}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A paragraph, wrapped; lines after the first are indented.
fn push(out: &mut String, text: &str) {
    let indent = text.len() - text.trim_start().len();
    for (i, line) in
        words::wrap_after(text.trim_start(), views::WIDTH - indent, views::WIDTH - indent - 2).iter().enumerate()
    {
        out.push_str(&" ".repeat(if i == 0 { indent } else { indent + 2 }));
        out.push_str(line);
        out.push('\n');
    }
}
