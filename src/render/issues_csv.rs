//! `issues.csv`: one line per issue in the period judged.

use crate::chart::Figure;
use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{current, fixed, shortest, whole};
use crate::report::model::{IssueReport, PeriodName, Report};

const HEADER: [&str; 22] = [
    "issue_id",
    "issue",
    "owner",
    "status",
    "period",
    "observed",
    "previous",
    "change",
    "change_low",
    "change_high",
    "change_p",
    "share",
    "expected",
    "upper",
    "p",
    "q",
    "signal",
    "level",
    "all_records",
    "keywords",
    "sentence",
    "chart",
];

/// The issues, biggest first. Unknown cells are empty; keywords are separated by `; `.
///
/// # Errors
/// An internal error when a row does not fit the header.
pub(crate) fn render(report: &Report, _: &[Figure]) -> Result<Vec<u8>> {
    csv_table::to_bytes(HEADER, report.issues.iter().map(|issue| row(issue, &report.period)))
}

fn row(issue: &IssueReport, period: &PeriodName) -> [String; 22] {
    let point = current(&issue.series, period);
    let change = issue.change.as_ref();
    [
        issue.id.clone(),
        issue.name.clone(),
        issue.owner.clone(),
        issue.status.clone(),
        period.id.clone(),
        whole(issue.observed),
        whole(issue.previous),
        fixed(change.and_then(|c| c.ratio), 3),
        fixed(change.map(|c| c.low), 3),
        fixed(change.and_then(|c| c.high), 3),
        shortest(change.map(|c| c.p)),
        fixed(issue.share, 4),
        fixed(point.and_then(|p| p.expected), 3),
        fixed(point.and_then(|p| p.upper), 3),
        shortest(point.and_then(|p| p.p)),
        shortest(point.and_then(|p| p.q)),
        issue.signal.map_or_else(String::new, |s| s.name().to_owned()),
        issue.level.map_or_else(String::new, |l| l.name().to_owned()),
        issue.all_records.to_string(),
        issue.keywords.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join("; "),
        issue.sentence.clone(),
        issue.chart.clone().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn shows_every_issue() {
        let bytes = super::render(&sample::report().0, &[]).expect("renders");
        insta::assert_snapshot!(String::from_utf8(bytes).expect("utf-8"));
    }
}
