//! What is wrong, or looks wrong, in a codebook file: without records what the text shows, with them what they show.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cluster::codebook::{Codebook, Issue, Status};
use crate::cluster::codebook_layout::{Layout, Page, Span};
use crate::cluster::intern::Interner;
use crate::cluster::language::ENGLISH;
use crate::cluster::matches::Match;
use crate::cluster::tokens::{NOT, cut_keyword};
use crate::error::{Error, Result};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// It can, but something in it has no effect or a surprising one.
    Warning,
}

/// One thing found, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// How bad it is.
    pub severity: Severity,
    /// 1-based; null where it is not at one place.
    pub line: Option<u64>,
    /// 1-based, in characters.
    pub column: Option<u64>,
    /// What.
    pub what: String,
    /// The one thing to do.
    pub hint: String,
}

impl From<&Error> for Remark {
    fn from(error: &Error) -> Self {
        let (line, column) = error.place();
        let hint = error.advice().unwrap_or_default().to_owned();
        Self { severity: Severity::Error, line, column, what: error.what().to_owned(), hint }
    }
}

/// Everything the text alone shows, in the file's order. Errors only, where there are any: they hide the rest.
///
/// # Errors
/// Never for a file that was read without one.
pub fn lint(text: &str, path: &str) -> Result<Vec<Remark>> {
    let errors: Vec<Remark> = Codebook::problems(text, path).iter().map(Remark::from).collect();
    if !errors.is_empty() {
        return Ok(errors);
    }
    let book = Codebook::parse(text, path)?;
    let page = Page { text, path };
    let mut linter = Linter { page, layout: Layout::of(&page.document()?), remarks: Vec::new() };
    for (at, issue) in book.issues.iter().enumerate() {
        linter.status(at, issue, &book);
        if issue.status.matched() {
            linter.keywords(at, issue, &book);
            linter.reach(at, issue);
        }
    }
    linter.shared(&book);
    linter.pins(&book);
    linter.remarks.sort_by_key(|remark| (remark.line, remark.column));
    Ok(linter.remarks)
}

struct Linter<'a> {
    page: Page<'a>,
    layout: Layout,
    remarks: Vec<Remark>,
}

/// A keyword as its stems. In the language most records have, for a first look; matching cuts it for each.
fn stems(text: &str, names: &mut Interner) -> Vec<u32> {
    cut_keyword(text, ENGLISH, &mut |stem| names.add(stem))
}

impl Linter<'_> {
    fn warn(&mut self, span: Option<Span>, what: String, hint: &str) {
        let place = span.and_then(|span| self.page.place(span.start));
        self.remarks.push(Remark {
            severity: Severity::Warning,
            line: place.map(|p| p.0),
            column: place.map(|p| p.1),
            what,
            hint: hint.to_owned(),
        });
    }

    fn key(&self, at: usize, key: &str) -> Option<Span> {
        let block = &self.layout.issues[at];
        block.entry(key).or_else(|| block.entries.first()).map(|entry| entry.at.clone())
    }

    fn status(&mut self, at: usize, issue: &Issue, book: &Codebook) {
        if issue.status == Status::Merged && issue.into.is_empty() {
            let what = format!("\"{}\" is merged, but not said into what", issue.name);
            self.warn(self.key(at, "status"), what, "add into = [\"ID\"], so that its old id still leads somewhere");
        }
        if issue.status.matched() && !issue.into.is_empty() {
            let what = format!("\"{}\" went into another issue, but is still {}", issue.name, issue.status.word());
            self.warn(self.key(at, "into"), what, "set status = \"merged\" or take out into");
        }
        let same = book.issues[..at].iter().any(|other| {
            other.status.matched() && issue.status.matched() && other.name.to_lowercase() == issue.name.to_lowercase()
        });
        if same {
            let what = format!("a second issue is called \"{}\"", issue.name);
            self.warn(self.key(at, "name"), what, "give it another name, so that --issue can tell them apart");
        }
    }

    fn keywords(&mut self, at: usize, issue: &Issue, book: &Codebook) {
        let mut names = Interner::default();
        let ignored: Vec<u32> = book.ignore.iter().flat_map(|word| stems(word, &mut names)).collect();
        let excluded: Vec<(Vec<u32>, &String)> =
            issue.exclude.iter().map(|text| (stems(text, &mut names), text)).collect();
        let mut known: Vec<(Vec<u32>, &str)> = Vec::new();
        for keyword in &issue.keywords {
            let span = self.layout.issues[at].keyword(&keyword.text).map(|entry| entry.at.clone());
            let cut = stems(&keyword.text, &mut names);
            if cut.iter().all(|stem| *stem == NOT) {
                let what = format!("the keyword \"{}\" is made of stop words, which never match", keyword.text);
                self.warn(span, what, "take it out, or write it as pattern = '…'");
                continue;
            }
            if let Some((_, first)) = known.iter().find(|(other, _)| *other == cut && !cut.is_empty()) {
                let what =
                    format!("the keyword \"{}\" is the same as \"{first}\": endings do not matter", keyword.text);
                self.warn(span, what, "take one of them out; the heavier one counts");
                continue;
            }
            let ruled =
                excluded.iter().find(|(out, _)| !out.is_empty() && cut.windows(out.len()).any(|part| part == out));
            if let Some((_, out)) = ruled {
                let what = format!("the keyword \"{}\" is ruled out by exclude = \"{out}\"", keyword.text);
                self.warn(span.clone(), what, "take out one of the two");
            }
            if cut.iter().any(|stem| ignored.contains(stem)) {
                let what = format!("the keyword \"{}\" holds a word that is under ignore", keyword.text);
                self.warn(span, what, "it still matches; ignore only keeps discovery from choosing it");
            }
            known.push((cut, &keyword.text));
        }
    }

    /// Whether a record can reach the score at all.
    fn reach(&mut self, at: usize, issue: &Issue) {
        if issue.pattern.is_some() {
            return;
        }
        let all: f64 = issue.keywords.iter().map(|k| k.weight).sum();
        let pinned = |book: &Layout| !book.pins.is_empty();
        if issue.keywords.is_empty() && !pinned(&self.layout) {
            let what = format!("\"{}\" has neither keywords nor a pattern, so nothing matches it", issue.name);
            self.warn(self.key(at, "name"), what, "add keywords = [\"…\"]");
        } else if !issue.keywords.is_empty() && all < issue.min_score {
            let what = format!(
                "all keywords of \"{}\" together weigh {all:.3}, less than min_score {}",
                issue.name, issue.min_score
            );
            self.warn(self.key(at, "min_score"), what, "lower min_score or raise the weights");
        }
    }

    /// Keywords that are enough alone in two issues.
    fn shared(&mut self, book: &Codebook) {
        let mut names = Interner::default();
        let mut first: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
        for (at, issue) in book.issues.iter().enumerate().filter(|(_, issue)| issue.status.counts()) {
            for keyword in issue.keywords.iter().filter(|k| k.weight >= issue.min_score) {
                let cut = stems(&keyword.text, &mut names);
                match first.get(&cut).copied() {
                    Some(other) if other != at && !cut.is_empty() => {
                        let span = self.layout.issues[at].keyword(&keyword.text).map(|entry| entry.at.clone());
                        let what = format!(
                            "the keyword \"{}\" is enough alone here and in \"{}\": its records match both",
                            keyword.text, book.issues[other].name
                        );
                        self.warn(span, what, "keep it in one, or give it less weight than min_score in the other");
                    }
                    Some(_) => {}
                    None => {
                        first.insert(cut, at);
                    }
                }
            }
        }
    }

    fn pins(&mut self, book: &Codebook) {
        for (at, pin) in book.pins.iter().enumerate() {
            let span = self.layout.pins.get(at).and_then(|block| block.entries.first()).map(|entry| entry.at.clone());
            let id = pin.issue.as_ref().or(pin.not.as_ref());
            if let Some(issue) = id.and_then(|id| book.issue(id)).filter(|issue| !issue.status.matched()) {
                let what = format!("the pin of {} names \"{}\", which is {}", pin.uid, issue.name, issue.status.word());
                self.warn(span.clone(), what, "name an issue that is looked for, or take the pin out");
            }
            let against = |other: &&crate::cluster::codebook::Pin| {
                other.uid == pin.uid
                    && (pin.issue.is_some() && pin.issue == other.not || pin.not.is_some() && pin.not == other.issue)
            };
            if book.pins[..at].iter().any(|other| against(&other)) {
                let what = format!("two pins of {} say the opposite of each other", pin.uid);
                self.warn(span, what, "take one out; the later one holds");
            }
        }
    }
}

/// Two issues that match the same records.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// The smaller of the two.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// The other.
    pub other_id: String,
    /// Its name.
    pub other: String,
    /// Records that match both.
    pub records: i64,
    /// Their share of the smaller one's records.
    pub share: f64,
}

/// Shares of the smaller issue from which an overlap is told.
pub const OVERLAP: f64 = 0.2;
/// Records from which an overlap is told: fewer is chance.
const FEW: i64 = 3;

/// Pairs of issues of which the larger holds [`OVERLAP`] of the smaller or more, the largest share first. `matches` are
/// those of the records looked at.
pub fn overlaps(matches: &[Match], codebook: &Codebook) -> Vec<Overlap> {
    let n = codebook.issues.len();
    let mut both = vec![0_i64; n * n];
    for record in matches.chunk_by(|a, b| a.row == b.row) {
        for a in record {
            record.iter().for_each(|b| both[a.issue * n + b.issue] += 1);
        }
    }
    let size = |at: usize| both[at * n + at];
    let mut found = Vec::new();
    for a in 0..n {
        for b in a + 1..n {
            let (small, large) = if size(a) <= size(b) { (a, b) } else { (b, a) };
            let records = both[a * n + b];
            let share = records as f64 / size(small).max(1) as f64;
            if records >= FEW && share >= OVERLAP {
                let (small, large) = (&codebook.issues[small], &codebook.issues[large]);
                found.push(Overlap {
                    issue_id: small.id.clone(),
                    issue: small.name.clone(),
                    other_id: large.id.clone(),
                    other: large.name.clone(),
                    records,
                    share,
                });
            }
        }
    }
    found.sort_by(|x, y| y.share.total_cmp(&x.share).then(y.records.cmp(&x.records)));
    found
}

/// An issue's keywords that no record holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unused {
    /// The issue.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// How many keywords it has, its pattern included.
    pub of: usize,
    /// Those no record holds, as written.
    pub keywords: Vec<String>,
}

/// Keywords and patterns that no record holds. `held` is what [`crate::cluster::matching::Matcher::held`] counted.
pub fn unused(held: &[Vec<u32>], codebook: &Codebook) -> Vec<Unused> {
    let mut found = Vec::new();
    for (issue, counts) in codebook.issues.iter().zip(held).filter(|(issue, _)| issue.status.matched()) {
        let texts = issue.keywords.iter().map(|k| &k.text).chain(&issue.pattern);
        let keywords: Vec<String> = texts.zip(counts).filter(|(_, n)| **n == 0).map(|(text, _)| text.clone()).collect();
        if !keywords.is_empty() {
            let of = issue.keywords.len() + usize::from(issue.pattern.is_some());
            found.push(Unused { issue_id: issue.id.clone(), issue: issue.name.clone(), of, keywords });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let remarks = lint(text, "x").unwrap();
        remarks.iter().map(|r| format!("{}:{} {}", r.line.unwrap(), r.column.unwrap(), r.what)).collect()
    }

    #[test]
    fn a_clean_file_has_nothing_to_remark() {
        assert!(told("ignore=['acme']\n[[issue]]\nname='Late'\nkeywords=['late flight','delay']\n").is_empty());
    }

    #[test]
    fn says_what_has_no_effect_and_where() {
        let text = "ignore = ['acme']\n[[issue]]\nid='a'\nname='Late'\nkeywords = ['delay', 'delays',\n  'about the', 'acme late', 'late thanks gift']\n\
                    exclude = ['gift']\n[[issue]]\nid='b'\nname='late'\nmin_score=9\nkeywords={ delay = 9, lag = 1 }\n\
                    [[issue]]\nid='c'\nname='C'\nmin_score=5\nkeywords={ lag = 1 }\n\
                    [[issue]]\nid='d'\nname='D'\nstatus='merged'\n[[pin]]\nuid='u'\nissue='d'\n[[pin]]\nuid='v'\nissue='a'\n[[pin]]\nuid='v'\nnot='a'\n";
        assert_eq!(
            told(text),
            [
                "5:22 the keyword \"delays\" is the same as \"delay\": endings do not matter",
                "6:3 the keyword \"about the\" is made of stop words, which never match",
                "6:16 the keyword \"acme late\" holds a word that is under ignore",
                "6:29 the keyword \"late thanks gift\" is ruled out by exclude = \"gift\"",
                "10:1 a second issue is called \"late\"",
                "12:12 the keyword \"delay\" is enough alone here and in \"Late\": its records match both",
                "16:1 all keywords of \"C\" together weigh 1.000, less than min_score 5",
                "21:1 \"D\" is merged, but not said into what",
                "23:1 the pin of u names \"D\", which is merged",
                "29:1 two pins of v say the opposite of each other",
            ]
        );
    }

    #[test]
    fn errors_come_alone() {
        let remarks = lint("[[issue]]\nname='a'\nstatus='open'\n[[issue]]\nname='a'", "x").unwrap();
        assert_eq!(remarks.len(), 1);
        assert_eq!((remarks[0].severity, remarks[0].line, remarks[0].column), (Severity::Error, Some(3), Some(8)));
        assert!(remarks[0].hint.starts_with("one of active"));
    }

    #[test]
    fn overlap_is_the_share_of_the_smaller() {
        let book = Codebook::parse(
            "[[issue]]\nid='a'\nname='A'\n[[issue]]\nid='b'\nname='B'\n[[issue]]\nid='c'\nname='C'",
            "x",
        );
        let book = book.unwrap();
        let one = |row: u32, issue: usize| Match { row, issue, score: 1.0, keywords: Box::default(), primary: false };
        // A in rows 0..10, B in rows 6..16 except that 6..9 are both (3 of 8 in B), C once.
        let mut matches: Vec<Match> = (0..9).map(|row| one(row, 0)).chain((6..14).map(|row| one(row, 1))).collect();
        matches.push(one(3, 2));
        matches.sort_by_key(|m| (m.row, m.issue));
        let found = overlaps(&matches, &book);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].issue.as_str(), found[0].records, found[0].share), ("B", 3, 0.375));
    }
}
