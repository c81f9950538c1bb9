//! Issue × segment in one stretch of periods: which segment has more of an issue than its size says.

use serde::Serialize;

use crate::trend::counts::Counts;
use crate::trend::coverage::Cover;
use crate::trend::ebgm::{Prior, STANDS_OUT, WORTH_WATCHING, independent, shrunk};
use crate::trend::ebgm_prior::{self, Cell};

/// One issue in one segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disproportion {
    /// The issue.
    pub issue_id: String,
    /// Its name.
    pub issue: String,
    /// The segment.
    pub segment: String,
    /// Its count.
    pub observed: i64,
    /// What it would be were issues spread over segments as all counted records are.
    pub expected: f64,
    /// Shrunk ratio (DuMouchel 1999); null where no prior could be fitted.
    pub ebgm: Option<f64>,
    /// Its 5 % quantile.
    pub eb05: Option<f64>,
    /// Its 95 % quantile.
    pub eb95: Option<f64>,
    /// `stands out` (EB05 ≥ 2), `watch` (≥ 1.5) or neither.
    pub flag: Option<&'static str>,
}

/// The table over the last `periods` complete periods up to the one at `place`, on the feeds that cover all of them,
/// and the prior fitted to it; cells with EB05 first, the greatest first. The expected count is the issue's count ×
/// segment's counted records ÷ all counted records. Empty without segments or without a total.
pub fn table(counts: &Counts, place: usize, periods: usize) -> (Vec<Disproportion>, Option<Prior>) {
    if counts.segments.len() < 2 || !counts.has_total() {
        return (Vec::new(), None);
    }
    let span = (place + 1).saturating_sub(periods)..place + 1;
    let whole = |feed: &usize| span.clone().all(|p| counts.cover(*feed, p) == Cover::Whole);
    let feeds: Vec<usize> = (0..counts.feeds().len()).filter(whole).collect();
    let sum = |issue: usize, segment: usize| -> i64 {
        let cell = |feed: &usize, p| counts.cell(issue, segment, *feed, p).observed.unwrap_or(0);
        span.clone().map(|p| feeds.iter().map(|f| cell(f, p)).sum::<i64>()).sum()
    };
    let segments = 0..counts.segments.len();
    let sizes: Vec<i64> = segments.clone().map(|s| sum(0, s)).collect();
    let all: i64 = sizes.iter().sum();
    let mut cells: Vec<(usize, usize, Cell)> = Vec::new();
    for issue in 1..counts.issues.len() {
        let row: Vec<i64> = segments.clone().map(|s| sum(issue, s)).collect();
        let total = row.iter().sum();
        cells.extend(
            segments.clone().map(|s| (issue, s, Cell { n: row[s], expected: independent(total, sizes[s], all) })),
        );
    }
    let prior = ebgm_prior::fit(&cells.iter().map(|c| c.2).collect::<Vec<_>>(), false);
    let mut found: Vec<Disproportion> = cells
        .into_iter()
        .filter(|(.., cell)| cell.expected > 0.0)
        .map(|(issue, segment, cell)| {
            let ratio = prior.as_ref().and_then(|prior| shrunk(cell.n, cell.expected, prior));
            let flag = ratio.and_then(|r| match r.eb05 {
                low if low >= STANDS_OUT => Some("stands out"),
                low if low >= WORTH_WATCHING => Some("watch"),
                _ => None,
            });
            Disproportion {
                issue_id: counts.issues[issue].0.clone(),
                issue: counts.issues[issue].1.clone(),
                segment: counts.segments[segment].clone().unwrap_or_default(),
                observed: cell.n,
                expected: cell.expected,
                ebgm: ratio.map(|r| r.ebgm),
                eb05: ratio.map(|r| r.eb05),
                eb95: ratio.map(|r| r.eb95),
                flag,
            }
        })
        .collect();
    found.sort_by(|a, b| {
        let low = |d: &Disproportion| d.eb05.unwrap_or(0.0);
        low(b)
            .total_cmp(&low(a))
            .then(b.observed.cmp(&a.observed))
            .then_with(|| (&a.issue_id, &a.segment).cmp(&(&b.issue_id, &b.segment)))
    });
    (found, prior)
}
