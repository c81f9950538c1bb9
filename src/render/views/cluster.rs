//! `plaint cluster`: the issues and which record matches which.

use serde::Serialize;

use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{count, share};
use crate::render::table::{Table, flexible, left, right};
use crate::render::{views, words};

/// What `plaint cluster` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Clusters {
    /// Where the issues come from, and what to do to keep them.
    pub note: String,
    /// Counted records.
    pub counted: i64,
    /// Records that would count if they had a date.
    pub undated: i64,
    /// Of both, those with text that match no issue.
    pub unassigned: i64,
    /// Of both, those with nothing to match.
    pub no_text: i64,
    /// Biggest first.
    pub issues: Vec<Issue>,
    /// One per accepted row of the dumps; only in CSV.
    #[serde(skip)]
    pub rows: Vec<Row>,
}

/// One issue.
#[derive(Debug, Clone, Serialize)]
pub struct Issue {
    /// Permanent id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `active`, `candidate`, ...
    pub status: String,
    /// Counted and undated records that match it.
    pub records: i64,
    /// Distinct texts among them: near copies count once.
    pub distinct: i64,
    /// Their share of all of those.
    pub share: Option<f64>,
    /// Share of its records that hold one of its three heaviest keywords; null when it has no record.
    pub cohesion: Option<f64>,
    /// A record matches from this score on.
    pub min_score: f64,
    /// When it was discovered: of the distinct texts that reached `min_score`, the share that were its own.
    pub precision: Option<f64>,
    /// When it was discovered: of its own distinct texts, the share that reached `min_score`.
    pub recall: Option<f64>,
    /// Heaviest first.
    pub keywords: Vec<String>,
    /// Its weekly past as bars.
    pub sparkline: String,
}

/// One accepted row of a dump.
#[derive(Debug, Clone)]
pub struct Row {
    /// The dump.
    pub file: String,
    /// 1-based data row.
    pub row: i64,
    /// The record; for a duplicate the one it repeats.
    pub uid: String,
    /// Its primary issue; empty when unassigned.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// Its score; null when unassigned.
    pub score: Option<f64>,
    /// What made the match.
    pub keywords: Vec<String>,
}

/// An issue whose three heaviest keywords cover fewer of its records than this is mixed (the design's issue 5 point 2).
const COHESIVE: f64 = 0.4;

impl Clusters {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut table = Table::new(&[flexible("Issue", 20), right("Records"), right("Share"), left(""), left("Id")]);
        for issue in &self.issues {
            table.row([
                issue.name.clone(),
                count(issue.records),
                share(issue.share),
                issue.sparkline.clone(),
                format!("{}{}", issue.id, if issue.status == "active" { "" } else { " ?" }),
            ]);
        }
        out.push_str(&table.render(views::WIDTH));
        out.push('\n');
        for issue in self.issues.iter().filter(|i| !i.keywords.is_empty()) {
            let mixed = if issue.cohesion.is_some_and(|c| c < COHESIVE) { ", mixed" } else { "" };
            let told = match (issue.precision, issue.recall) {
                (Some(precision), Some(recall)) => {
                    format!("; found {} of its own, {} of those found", share(Some(recall)), share(Some(precision)))
                }
                _ => String::new(),
            };
            let status = if issue.status == "active" { String::new() } else { format!(" [{}]", issue.status) };
            let line = format!(
                "{}{status} ({} distinct, cohesion {}{mixed}{told}): {}",
                issue.name,
                count(issue.distinct),
                share(issue.cohesion),
                issue.keywords.iter().take(10).cloned().collect::<Vec<_>>().join(", ")
            );
            for (i, line) in words::wrap_after(&line, views::WIDTH, views::WIDTH - 2).iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "  " });
                out.push_str(line);
                out.push('\n');
            }
        }
        let sums = format!(
            "{} counted{} records; {} match no issue, {} have no text. A record may match several issues.",
            count(self.counted),
            if self.undated > 0 { format!(" and {} undated", count(self.undated)) } else { String::new() },
            count(self.unassigned),
            count(self.no_text)
        );
        out.push('\n');
        for line in words::wrap(&sums, views::WIDTH).into_iter().chain(words::wrap(&self.note, views::WIDTH)) {
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    /// One line per accepted row.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|r| {
                vec![
                    r.file.clone(),
                    r.row.to_string(),
                    r.uid.clone(),
                    r.issue_id.clone(),
                    r.issue.clone(),
                    r.score.map_or(String::new(), |s| format!("{s:.3}")),
                    r.keywords.join("; "),
                ]
            })
            .collect();
        csv_table::rows(&["source_file", "source_row", "uid", "issue_id", "issue", "score", "keywords"], &rows)
    }
}
