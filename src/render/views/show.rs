//! `plaint show`: an issue's or a record's words, redacted.

use jiff::civil::Date;
use serde::Serialize;

use crate::enrich::why::Why;
use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{count, day};
use crate::render::{views, words};

/// What `plaint show` prints.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// An issue and some of its records.
    Issue(Issue),
    /// A record and why it matched what it matched.
    Record(Record),
}

/// An issue and some of its records.
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
    /// A record matches from this score on.
    pub min_score: f64,
    /// With their weights, heaviest first.
    pub keywords: Vec<(String, f64)>,
    /// Counted records that match.
    pub records: i64,
    /// Different texts among them: copies count once.
    pub texts: i64,
    /// Different authors among them; null when no record names one.
    pub authors: Option<i64>,
    /// First and last day of the dated ones.
    pub span: Option<[Date; 2]>,
    /// Where they came in, the most frequent first; records that name no channel under "".
    pub channels: Vec<(String, i64)>,
    /// What they are about, the most frequent first; records that name no product under "".
    pub products: Vec<(String, i64)>,
    /// Its words in context, by keyword, the most telling first.
    pub contexts: Vec<Context>,
    /// Nearest the middle score: what a usual record looks like.
    pub typical: Vec<Record>,
    /// Newest first.
    pub examples: Vec<Record>,
}

/// A keyword and the words around it.
#[derive(Debug, Clone, Serialize)]
pub struct Context {
    /// The record.
    pub uid: String,
    /// The keyword as in the codebook.
    pub keyword: String,
    /// What stands before it on its line.
    pub before: String,
    /// The keyword as written there.
    pub found: String,
    /// What stands after it on its line.
    pub after: String,
}

/// A record and its matches.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// Its key.
    pub uid: String,
    /// Its day; null when undated.
    pub day: Option<Date>,
    /// Its feed.
    pub feed: String,
    /// Where it was read.
    pub file: String,
    /// 1-based data row there.
    pub row: i64,
    /// Redacted.
    pub text: Option<String>,
    /// Why it is not counted; null when it is.
    pub left_out: Option<String>,
    /// What it matches, and what it came nearest to.
    pub scores: Vec<Score>,
    /// Why it was heard as it was, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// How near a record came to an issue.
#[derive(Debug, Clone, Serialize)]
pub struct Score {
    /// The issue.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// What the record's words weigh.
    pub score: f64,
    /// What it takes to match.
    pub min_score: f64,
    /// The words.
    pub keywords: Vec<String>,
    /// Whether it matches.
    pub matches: bool,
}

/// Columns before a keyword in context.
const CONTEXT: usize = 30;
/// Channels and products named.
const SPLIT: usize = 6;

impl Shown {
    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::Issue(issue) => issue.text(),
            Self::Record(record) => record.text(true),
        }
    }

    /// One line per record.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let records = match self {
            Self::Issue(issue) => issue.examples.as_slice(),
            Self::Record(record) => std::slice::from_ref(record),
        };
        let rows: Vec<Vec<String>> = records
            .iter()
            .map(|r| {
                let matched: Vec<&Score> = r.scores.iter().filter(|s| s.matches).collect();
                vec![
                    r.uid.clone(),
                    r.day.map_or(String::new(), |d| d.to_string()),
                    r.feed.clone(),
                    r.file.clone(),
                    r.row.to_string(),
                    matched.iter().map(|s| s.issue_id.as_str()).collect::<Vec<_>>().join("; "),
                    matched.iter().flat_map(|s| s.keywords.iter().map(String::as_str)).collect::<Vec<_>>().join("; "),
                    r.text.clone().unwrap_or_default(),
                ]
            })
            .collect();
        csv_table::rows(&["uid", "day", "feed", "source_file", "source_row", "issue_ids", "keywords", "text"], &rows)
    }
}

impl Issue {
    fn text(&self) -> String {
        let status = if self.status == "active" { String::new() } else { format!(" [{}]", self.status) };
        let mut out = format!("{} ({}){status}\n", self.name, self.id);
        if !self.owner.is_empty() {
            out.push_str(&format!("owner: {}\n", self.owner));
        }
        let keywords: Vec<String> = self.keywords.iter().map(|(word, weight)| format!("{word} {weight:.1}")).collect();
        let authors = self.authors.map_or(String::new(), |n| format!(" by {} authors", count(n)));
        let span = self.span.map_or(String::new(), |[a, b]| format!(", {} to {}", day(a), day(b)));
        paragraph(
            &mut out,
            &format!("{} counted records ({} different texts{authors}{span})", count(self.records), count(self.texts)),
        );
        paragraph(&mut out, &format!("a record matches from a score of {}", self.min_score));
        if !keywords.is_empty() {
            paragraph(&mut out, &format!("keywords: {}", keywords.join(", ")));
        }
        for (name, split) in [("channels", &self.channels), ("products", &self.products)] {
            // One value says nothing.
            if split.len() > 1 {
                paragraph(&mut out, &format!("{name}: {}", splits(split)));
            }
        }
        if !self.contexts.is_empty() {
            out.push_str("\nIn context\n");
            self.contexts.iter().for_each(|context| out.push_str(&context.line()));
        }
        for (title, records) in [("Typical", &self.typical), ("Newest", &self.examples)] {
            if !records.is_empty() {
                out.push_str(&format!("\n{title}\n"));
            }
            for (i, record) in records.iter().enumerate() {
                if i > 0 {
                    out.push('\n');
                }
                out.push_str(&record.text(false));
            }
        }
        out
    }
}

/// The most frequent values with their counts.
fn splits(split: &[(String, i64)]) -> String {
    let named = |(value, n): &(String, i64)| {
        format!("{} {}", if value.is_empty() { "(none named)" } else { value.as_str() }, count(*n))
    };
    let shown: Vec<String> = split.iter().take(SPLIT).map(named).collect();
    let rest: i64 = split.iter().skip(SPLIT).map(|(_, n)| n).sum();
    let more = if rest > 0 { format!(", {} others {}", split.len() - SPLIT, count(rest)) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn paragraph(out: &mut String, text: &str) {
    for (i, line) in words::wrap_after(text, views::WIDTH, views::WIDTH - 2).iter().enumerate() {
        out.push_str(if i == 0 { "" } else { "  " });
        out.push_str(line);
        out.push('\n');
    }
}

impl Context {
    /// One line with the keyword in the middle, as concordances print it.
    fn line(&self) -> String {
        let (before, found, after) =
            (words::one_line(&self.before), words::one_line(&self.found), words::one_line(&self.after));
        // As it was written: a comma stays at its word.
        let gap = |spaced: bool| if spaced { " " } else { "" };
        let left = words::truncate_start(before.trim_end(), CONTEXT) + gap(self.before.ends_with(char::is_whitespace));
        let pad = " ".repeat(CONTEXT + 1 - words::width(&left));
        let found = words::truncate(&found, views::WIDTH - CONTEXT - 10);
        let room = views::WIDTH - CONTEXT - 4 - words::width(&found);
        let right = words::truncate(after.trim_start(), room);
        let space = gap(self.after.starts_with(char::is_whitespace));
        format!("  {pad}{left}{found}{space}{right}").trim_end().to_owned() + "\n"
    }
}

impl Record {
    fn text(&self, whole: bool) -> String {
        let when = self.day.map_or("undated".to_string(), day);
        let mut out = format!("{} · {when} · {}\n", self.uid, self.feed);
        if whole {
            out.push_str(&format!("{}, row {}\n", self.file, self.row));
        }
        if let Some(reason) = &self.left_out {
            out.push_str(&format!("not counted: {reason}\n"));
        }
        let text = self.text.as_deref().unwrap_or("(no text)");
        for line in text.lines().filter(|l| !l.trim().is_empty()).flat_map(|l| words::wrap(l, views::WIDTH - 2)) {
            out.push_str(&format!("  {line}\n"));
        }
        for score in self.scores.iter().filter(|s| whole || s.matches) {
            let verdict = if score.matches { "matches" } else { "not" };
            let by =
                if score.keywords.is_empty() { String::new() } else { format!(" by {}", score.keywords.join(", ")) };
            let line = format!("{verdict} {}: {:.2} of {:.2}{by}", score.issue, score.score, score.min_score);
            for (i, line) in words::wrap_after(&line, views::WIDTH - 2, views::WIDTH - 4).iter().enumerate() {
                out.push_str(&format!("{}{line}\n", if i == 0 { "  " } else { "    " }));
            }
        }
        if let Some(why) = &self.why {
            out.push_str(&heard(why));
        }
        out
    }
}

/// A record's language, sentiment and intents with their reasons.
fn heard(why: &Why) -> String {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let named = if why.language_found { "" } else { " (not clear from the text)" };
    lines.push((2, format!("language {}{named}", why.language.as_deref().unwrap_or("not computed"))));
    match &why.sentiment {
        None => lines.push((2, "sentiment: none (no text, a language not handled, or switched off)".into())),
        Some(sentiment) => {
            lines.push((2, format!("sentiment {:+.4}", sentiment.score)));
            for word in &sentiment.words {
                let rules = if word.rules.is_empty() { String::new() } else { format!(" ({})", word.rules.join(", ")) };
                lines.push((4, format!("{:+.2} {}{rules}", word.weight, word.word)));
            }
            if sentiment.punctuation != 0.0 {
                lines.push((4, format!("{:+.2} by ! and ?", sentiment.punctuation)));
            }
        }
    }
    for intent in &why.intents {
        let verdict = if intent.score >= 0.0 { "yes" } else { "no" };
        lines.push((2, format!("{}: {verdict}, {:+.2} (from 0 on it holds)", intent.intent, intent.score)));
        for reason in &intent.reasons {
            let features = match (reason.what.as_str(), intent.features.as_slice()) {
                ("the model", features @ [_, ..]) => {
                    let named: Vec<String> = features.iter().map(|(what, by)| format!("{what} {by:+.2}")).collect();
                    format!("; weighed most: {}", named.join(", "))
                }
                _ => String::new(),
            };
            lines.push((4, format!("{:+.2} {}{features}", reason.weight, reason.what)));
        }
    }
    let together = &why.together;
    let named = [
        ("echo", &together.echo, "echoes nothing"),
        ("reach", &together.reach, "reach: nothing is known"),
        ("author", &together.author, "author: not known"),
        ("masked", &together.masked, "nothing is masked"),
    ];
    for (name, told, none) in named {
        lines.push((2, told.as_ref().map_or(none.to_owned(), |told| format!("{name}: {told}"))));
    }
    let mut out = String::new();
    for (indent, line) in lines {
        for (i, line) in words::wrap_after(&line, views::WIDTH - indent, views::WIDTH - indent - 2).iter().enumerate() {
            out.push_str(&format!("{}{line}\n", " ".repeat(if i == 0 { indent } else { indent + 2 })));
        }
    }
    out
}
