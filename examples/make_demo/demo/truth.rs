//! The truth: what a reader of the dumps ought to find, counted from what was written.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::calendar::{self, FIRST_WEEK, LAST_WEEK};
use super::phrases::Phrases;
use super::record::{Dump, Entry, Fate, Reason};
use super::story;

/// The labels: which row speaks of which issues. `row` is the 1-based data row; several issues are joined by `|`; `role`
/// says what it is, `fate` what becomes of it.
pub(crate) fn labels(dumps: &[Dump]) -> String {
    let mut text = String::from("file,row,issues,role,fate\n");
    for dump in dumps {
        for (n, entry) in dump.entries.iter().enumerate() {
            let issues = entry.issues.join("|");
            line(&mut text, format!("{},{},{issues},{},{}", dump.name, n + 1, entry.role.name(), entry.fate.name()));
        }
    }
    text
}

/// The truth file.
pub(crate) fn truth(phrases: &Phrases, dumps: &[Dump]) -> String {
    let all: Vec<&Entry> = dumps.iter().flat_map(|dump| &dump.entries).collect();
    let mut text = String::from(
        "# What is in testdata/demo, counted by its generator (examples/make_demo) from what it wrote. Do not edit.\n\n\
         brand = \"brewmora\"\n",
    );
    line(&mut text, format!("first_day = {}", calendar::FIRST_DAY));
    line(&mut text, format!("last_day = {}  # Wednesday: 2026-W{LAST_WEEK} is in progress", calendar::LAST_DAY));
    line(&mut text, format!("last_complete_week = \"2026-W{}\"", LAST_WEEK - 1));
    line(&mut text, format!("weeks = {}", quoted(&calendar::week_names())));
    text.push_str(
        "\n# rows = stored + duplicates + rejected + skipped. A record that stands in two files is stored by the\n",
    );
    text.push_str("# first by name, and a duplicate in the other. undated are among the stored.\n");
    for dump in dumps {
        line(&mut text, format!("\n[[file]]\nname = \"{}\"", dump.name));
        rows(&mut text, &dump.entries.iter().collect::<Vec<_>>());
        span(&mut text, dump);
    }
    text.push_str("\n[total]\n");
    rows(&mut text, &all);
    funnel(&mut text, &all);
    issues(&mut text, phrases, &all);
    text.push_str(EXPECTED);
    text
}

fn rows(text: &mut String, entries: &[&Entry]) {
    let count = |test: &dyn Fn(Fate) -> bool| entries.iter().filter(|entry| test(entry.fate)).count();
    let stored = count(&|fate| matches!(fate, Fate::Counted | Fate::LeftOut(_)));
    line(text, format!("rows = {}", entries.len()));
    line(text, format!("stored = {stored}"));
    line(text, format!("duplicates = {}", count(&|fate| fate == Fate::Duplicate)));
    line(text, format!("rejected = {}", count(&|fate| fate == Fate::Rejected)));
    line(text, format!("skipped = {}", count(&|fate| fate == Fate::Skipped)));
    line(text, format!("undated = {}", count(&|fate| fate == Fate::LeftOut(Reason::Undated))));
    line(text, format!("counted = {}", count(&|fate| fate == Fate::Counted)));
}

/// First and last day of the dump's readable, believable dates.
fn span(text: &mut String, dump: &Dump) {
    let believable = |entry: &&Entry| !matches!(entry.fate, Fate::Rejected | Fate::LeftOut(Reason::FutureDate));
    let days = || dump.entries.iter().filter(believable).filter_map(|entry| entry.at).map(|at| at.date());
    if let (Some(first), Some(last)) = (days().min(), days().max()) {
        line(text, format!("first_day = {first}\nlast_day = {last}"));
    }
}

fn funnel(text: &mut String, all: &[&Entry]) {
    let counted: Vec<&&Entry> = all.iter().filter(|entry| entry.fate == Fate::Counted).collect();
    text.push_str("\n# Stored but not counted, by the first reason that applies, in this order.\n[funnel]\n");
    for reason in Reason::ALL {
        let left_out = all.iter().filter(|entry| entry.fate == Fate::LeftOut(reason)).count();
        line(text, format!("{} = {left_out}", reason.name()));
    }
    let matched = counted.iter().filter(|entry| !entry.issues.is_empty()).count();
    let silent = counted.iter().filter(|entry| !entry.has_text).count();
    line(text, format!("counted = {}", counted.len()));
    text.push_str("\n# The counted records, by what there is to match.\n[counted]\n");
    line(text, format!("with_issue = {matched}"));
    line(text, format!("without_issue = {}", counted.len() - matched - silent));
    line(text, format!("no_text = {silent}"));
    let two = counted.iter().filter(|entry| entry.issues.len() > 1).count();
    line(text, format!("with_two_issues = {two}"));
    line(text, format!("weekly = {:?}", weekly(counted.iter().map(|entry| **entry))));
}

fn issues(text: &mut String, phrases: &Phrases, all: &[&Entry]) {
    text.push_str(
        "\n# counted: counted records of the issue in each of the weeks above. phrases: nearly every record of\n",
    );
    text.push_str("# it holds one of them, as a part of a word, whatever the case.\n");
    for key in story::issue_keys() {
        let (name, defining) = match phrases.issues.get(key) {
            Some(theme) => (&theme.name, &theme.phrases),
            None => (&phrases.letter.name, &phrases.letter.phrases),
        };
        let of_issue =
            || all.iter().filter(|entry| entry.fate == Fate::Counted && entry.issues.contains(&key)).copied();
        line(text, format!("\n[[issue]]\nkey = \"{key}\"\nname = \"{name}\""));
        line(text, format!("phrases = {}", quoted(defining)));
        line(text, format!("total = {}", of_issue().count()));
        line(text, format!("counted = {:?}", weekly(of_issue())));
    }
}

fn weekly<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<usize> {
    let mut weeks: BTreeMap<usize, usize> = (FIRST_WEEK..=LAST_WEEK).map(|week| (week, 0)).collect();
    for week in entries.filter_map(|entry| entry.at.and_then(|at| calendar::week_of(at.date()))) {
        *weeks.entry(week).or_default() += 1;
    }
    weeks.into_values().collect()
}

fn quoted(items: &[String]) -> String {
    format!("{items:?}")
}

fn line(text: &mut String, content: String) {
    // writing to a string cannot fail
    let _ = writeln!(text, "{content}");
}

/// What a report for the last complete week ought to say.
const EXPECTED: &str = r#"
# What a report of the last complete week ought to find.

[[expected]]
finding = "spike"
issue = "login"
week = "2026-W46"
about = "the app goes down on Tuesday, 10 November; 46 records against about 4 a week"

[[expected]]
finding = "new"
issue = "descale"
week = "2026-W42"
about = "none before 12 October, then 3, 6, 9, 12, 15"

[[expected]]
finding = "back"
issue = "billing"
week = "2026-W44"
silent_from = "2026-W27"
silent_to = "2026-W43"
about = "about 7 a week until the end of June, none for 17 weeks, then 6 a week"

[[expected]]
finding = "better"
issue = "pods"
week = "2026-W41"
about = "about 10 a week, about 2 since the warehouse was put right"

[[expected]]
finding = "seasonal"
issue = "milk"
from = "2026-W23"
to = "2026-W35"
about = "about 9 a week from June to August, hardly any before or after"

[[expected]]
finding = "echo"
issue = "plastic"
from = "2026-W37"
to = "2026-W38"
about = "25 copies of one letter"

[[expected]]
finding = "feed_ends"
file = "app-store-reviews.csv"
last_day = 2026-11-01
about = "two weeks before the others: 2026-W45 and 2026-W46 are not covered"
"#;
