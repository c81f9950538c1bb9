//! What an earlier report counted otherwise, and why: every difference is a sum of causes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::report::words::count;

/// What a report keeps so that a later one can say why a number changed: which records of the last periods counted,
/// and for what. Records are named by a hash of their uid, their content by another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Ids of the issues that `records` name by place.
    pub issues: Vec<String>,
    /// The last periods, oldest first.
    pub periods: Vec<LedgerPeriod>,
}

/// One period's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPeriod {
    /// `2026-W46`.
    pub id: String,
    /// One per record dated in it: `UID CONTENT COUNTED ISSUES`, the two hashes in hexadecimal, `1` when it counts, and the
    /// issues it is counted for by place (`-` for none).
    pub records: Vec<String>,
}

/// A record of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Hash of its uid.
    pub uid: u64,
    /// Hash of its content.
    pub content: u32,
    /// Whether it counts.
    pub counted: bool,
    /// The issues it is counted for, by place in [`Ledger::issues`].
    pub issues: Vec<usize>,
}

impl Entry {
    /// As a line of the ledger.
    pub fn line(&self) -> String {
        let issues: Vec<String> = self.issues.iter().map(usize::to_string).collect();
        let issues = if issues.is_empty() { "-".to_owned() } else { issues.join(",") };
        format!("{:016x} {:08x} {} {issues}", self.uid, self.content, i32::from(self.counted))
    }

    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let uid = u64::from_str_radix(parts.next()?, 16).ok()?;
        let content = u32::from_str_radix(parts.next()?, 16).ok()?;
        let counted = parts.next()? == "1";
        let issues = match parts.next()? {
            "-" => Vec::new(),
            list => list.split(',').map(str::parse).collect::<Result<_, _>>().ok()?,
        };
        Some(Self { uid, content, counted, issues })
    }
}

/// What is said of an earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restated {
    /// The period the earlier report judged.
    pub previous_period: String,
    /// Numbers that are others now; the total's first.
    pub lines: Vec<Restatement>,
    /// What was edited in the codebook meanwhile.
    pub edits: Vec<String>,
    /// How many numbers of both reports were compared.
    pub compared: i64,
}

impl Restated {
    /// The heading, and a line for every number that changed and every edit.
    pub fn told(&self) -> (String, Vec<String>) {
        let mut lines: Vec<String> = self.lines.iter().map(|l| format!("{}: {}", l.issue, l.text)).collect();
        if lines.is_empty() {
            lines.push(format!("None of the {} numbers of both reports is another one now.", self.compared));
        }
        lines.extend(self.edits.iter().map(|edit| format!("Codebook: {edit}")));
        (format!("Since the report of {}", self.previous_period), lines)
    }
}

/// One number that changed. `now - was` is the sum of the five causes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Restatement {
    /// `2026-W46`.
    pub period: String,
    /// The issue; empty for the total.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// The earlier report's count.
    pub was: i64,
    /// This one's.
    pub now: i64,
    /// Records the earlier report did not have.
    pub late: i64,
    /// Records that changed, those that came less those that went.
    pub updated: i64,
    /// Records that are gone; 0 or less.
    pub removed: i64,
    /// Records that the codebook's edits moved, those that came less those that went.
    pub codebook: i64,
    /// Records that are counted otherwise though neither they nor the codebook changed: other options, or another record
    /// of the same author and thread.
    pub counted_otherwise: i64,
    /// In one sentence.
    pub text: String,
}

/// One of two ledgers, to be looked up.
struct Side<'a> {
    issues: Vec<&'a str>,
    periods: BTreeMap<&'a str, BTreeMap<u64, Entry>>,
    content: BTreeMap<u64, u32>,
}

impl<'a> Side<'a> {
    fn of(ledger: &'a Ledger) -> Self {
        let mut periods: BTreeMap<&str, BTreeMap<u64, Entry>> = BTreeMap::new();
        let mut content = BTreeMap::new();
        for period in &ledger.periods {
            let entries = period.records.iter().filter_map(|line| Entry::parse(line));
            let entries: BTreeMap<u64, Entry> = entries.map(|e| (e.uid, e)).collect();
            content.extend(entries.values().map(|e| (e.uid, e.content)));
            periods.insert(&period.id, entries);
        }
        Self { issues: ledger.issues.iter().map(String::as_str).collect(), periods, content }
    }

    /// The records counted in a cell; of the total for null.
    fn cell(&self, period: &str, issue: Option<&str>) -> BTreeSet<u64> {
        let place = issue.map(|id| self.issues.iter().position(|i| *i == id));
        let holds = |e: &Entry| match place {
            None => e.counted,
            Some(place) => place.is_some_and(|at| e.issues.contains(&at)),
        };
        let entries = self.periods.get(period).into_iter().flat_map(BTreeMap::values);
        entries.filter(|e| holds(e)).map(|e| e.uid).collect()
    }
}

/// Compares the numbers of both ledgers' periods, except those in `unfinished` (then not whole): the total, and the
/// issues (id, name) that both know. `present` says whether a record, by the hash of its uid, still exists; `edited`
/// whether the codebook is another one.
pub fn compare(
    then: &Ledger,
    now: &Ledger,
    issues: &[(String, String)],
    unfinished: &[String],
    present: &dyn Fn(u64) -> bool,
    edited: bool,
) -> (Vec<Restatement>, i64) {
    let (old, new) = (Side::of(then), Side::of(now));
    let mut lines = Vec::new();
    let mut compared = 0;
    let total = (String::new(), "All records".to_owned());
    let known = issues.iter().filter(|(id, _)| old.issues.contains(&id.as_str()) && new.issues.contains(&id.as_str()));
    for (id, name) in std::iter::once(&total).chain(known) {
        for period in then.periods.iter().map(|p| p.id.as_str()) {
            if !new.periods.contains_key(period) || unfinished.iter().any(|u| u == period) {
                continue;
            }
            compared += 1;
            let issue = (!id.is_empty()).then_some(id.as_str());
            let (was, is) = (old.cell(period, issue), new.cell(period, issue));
            let changed = |uid: u64| match (old.content.get(&uid), new.content.get(&uid)) {
                (Some(a), Some(b)) => a != b,
                // It has left the ledger's periods, or come into them: its date is another.
                _ => true,
            };
            let mut line = Restatement {
                period: period.to_owned(),
                issue_id: id.clone(),
                issue: name.clone(),
                was: was.len() as i64,
                now: is.len() as i64,
                ..Restatement::default()
            };
            for uid in is.difference(&was) {
                *match (old.content.contains_key(uid), changed(*uid), edited && issue.is_some()) {
                    (false, ..) => &mut line.late,
                    (_, true, _) => &mut line.updated,
                    (_, _, true) => &mut line.codebook,
                    _ => &mut line.counted_otherwise,
                } += 1;
            }
            for uid in was.difference(&is) {
                *match (present(*uid), changed(*uid), edited && issue.is_some()) {
                    (false, ..) => &mut line.removed,
                    (_, true, _) => &mut line.updated,
                    (_, _, true) => &mut line.codebook,
                    _ => &mut line.counted_otherwise,
                } -= 1;
            }
            let causes = [line.late, line.updated, line.removed, line.codebook, line.counted_otherwise];
            if causes.iter().any(|n| *n != 0) {
                line.text = said(&line);
                lines.push(line);
            }
        }
    }
    (lines, compared)
}

/// `2026-W46 was 381, is now 398: 14 late, 5 updated, 2 removed`
fn said(line: &Restatement) -> String {
    let causes = [
        (line.late, "late", "late"),
        (line.updated, "updated", "fewer after updates"),
        (line.removed, "removed", "removed"),
        (line.codebook, "more by the codebook’s edits", "fewer by the codebook’s edits"),
        (line.counted_otherwise, "more by counting otherwise", "fewer by counting otherwise"),
    ];
    let named: Vec<String> = causes
        .iter()
        .filter(|(n, ..)| *n != 0)
        .map(|(n, more, less)| format!("{} {}", count(n.abs()), if *n > 0 { more } else { less }))
        .collect();
    let verb = if line.was == line.now { "is still" } else { "is now" };
    format!("{} was {}, {verb} {}: {}", line.period, count(line.was), count(line.now), named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert_eq, proptest};

    fn ledger(records: &[(u64, u32, bool, &[usize])]) -> Ledger {
        let line = |(uid, content, counted, issues): &(u64, u32, bool, &[usize])| {
            Entry { uid: *uid, content: *content, counted: *counted, issues: issues.to_vec() }.line()
        };
        let records = records.iter().map(line).collect();
        Ledger { issues: vec!["a".into()], periods: vec![LedgerPeriod { id: "2026-W46".into(), records }] }
    }

    fn names() -> Vec<(String, String)> {
        vec![("a".to_owned(), "Late flights".to_owned())]
    }

    #[test]
    fn tells_late_updated_and_removed_apart() {
        let then = ledger(&[(1, 1, true, &[0]), (2, 1, true, &[0]), (3, 1, true, &[]), (4, 1, false, &[])]);
        let now = ledger(&[
            (1, 1, true, &[0]),
            (3, 2, true, &[0]),
            (4, 1, false, &[]),
            (5, 1, true, &[0]),
            (6, 1, true, &[0]),
        ]);
        let (lines, compared) = compare(&then, &now, &names(), &[], &|uid| uid != 2, false);
        assert_eq!(compared, 2);
        assert_eq!(lines[0].text, "2026-W46 was 3, is now 4: 2 late, 1 removed");
        assert_eq!(lines[1].text, "2026-W46 was 2, is now 4: 2 late, 1 updated, 1 removed");
    }

    #[test]
    fn the_codebook_is_a_cause_of_its_own() {
        let then = ledger(&[(1, 1, true, &[0]), (2, 1, true, &[])]);
        let now = ledger(&[(1, 1, true, &[]), (2, 1, true, &[])]);
        let (lines, _) = compare(&then, &now, &names(), &[], &|_| true, true);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].text, "2026-W46 was 1, is now 0: 1 fewer by the codebook’s edits");
        let (lines, _) = compare(&then, &now, &names(), &["2026-W46".to_owned()], &|_| true, true);
        assert!(lines.is_empty(), "what was not whole is not restated");
    }

    proptest! {
        #[test]
        fn causes_sum_to_the_difference(
            then in proptest::collection::btree_map(0u64..30, (0u32..3, 0u8..2, 0u8..2), 0..20),
            now in proptest::collection::btree_map(0u64..30, (0u32..3, 0u8..2, 0u8..2), 0..20),
            edited in 0u8..2,
        ) {
            let of = |side: &std::collections::BTreeMap<u64, (u32, u8, u8)>| {
                let rows: Vec<(u64, u32, bool, &[usize])> = side
                    .iter()
                    .map(|(uid, (content, counted, issue))| {
                        let issues: &[usize] = if *issue == 1 { &[0] } else { &[] };
                        (*uid, *content, *counted == 1, issues)
                    })
                    .collect();
                ledger(&rows)
            };
            let present = |uid: u64| now.contains_key(&uid);
            let (lines, _) = compare(&of(&then), &of(&now), &names(), &[], &present, edited == 1);
            for l in lines {
                prop_assert_eq!(l.now - l.was, l.late + l.updated + l.removed + l.codebook + l.counted_otherwise);
            }
        }
    }

    #[test]
    fn lines_are_read_back() {
        let entry = Entry { uid: u64::MAX, content: 7, counted: true, issues: vec![0, 12] };
        assert_eq!(Entry::parse(&entry.line()), Some(entry));
        assert_eq!(Entry::parse("x y"), None);
    }
}
