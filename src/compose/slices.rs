//! An analysis → its counts by channel and product for the page, and every issue's rates by segment.

use std::collections::BTreeMap;

use crate::compose::analyse::Analysis;
use crate::error::Result;
use crate::report::slices::{Group, Part, Segment, SliceColumn, Slices};
use crate::report::voices::Share;
use crate::trend::calendar::Period;
use crate::trend::counts::Row;
use crate::trend::coverage::Cover;
use crate::trend::segment::{Segments, segments};

/// Columns the page filters by.
const FILTERS: [&str; 2] = ["channel", "product"];
/// Columns an issue's rates are told by.
const RATES: [&str; 5] = ["channel", "product", "app_version", "country", "language"];
/// Values of a filter; the rest is one more.
const MOST_VALUES: usize = 8;
/// Values of a column that an issue's rates are told of.
const MOST_RATES: usize = 6;
const OTHERS: &str = "(others)";

/// The slices of the series shown, and per issue id its rates by segment in the period. Without slices where small
/// numbers are hidden: their sums would give them away.
///
/// # Errors
/// Internal only.
pub(crate) fn slices(analysis: &Analysis) -> Result<(Slices, BTreeMap<String, Vec<Segment>>)> {
    if analysis.series.iter().flat_map(|s| &s.points).any(|p| p.hidden) {
        return Ok((Slices::default(), BTreeMap::new()));
    }
    let found = &analysis.found;
    let shown: Vec<Period> = analysis
        .series
        .iter()
        .find(|s| s.is_total())
        .map_or(Vec::new(), |s| s.points.iter().map(|p| p.period).collect());
    let (groups, group_of) = groups(analysis, &shown);
    // The place of a grid's period among those shown.
    let place: Vec<Option<usize>> =
        (0..analysis.counts.periods()).map(|at| shown.binary_search(&analysis.counts.period(at)).ok()).collect();
    let counted: Vec<usize> = analysis.placed.rows().map(Row::row).collect();
    let mut columns = Vec::new();
    let mut value_of: Vec<Vec<u32>> = Vec::new();
    for name in FILTERS {
        let cells = segments(&found.read.records, name)?;
        let (values, places) = biggest(&cells, &counted, MOST_VALUES);
        if values.len() > 1 {
            value_of.push(places);
            columns.push(SliceColumn { name, values });
        }
    }
    // By issue, slice (column and value; null: all) and group of feeds.
    let mut sums: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for issue in 0..analysis.counts.issues.len() {
        for group in 0..groups.len() {
            sums.insert((issue, None, group), vec![0; shown.len()]);
        }
    }
    let judged = analysis.counts.place(analysis.period);
    let rates = Rates::of(analysis, &counted)?;
    let mut told = rates.empty(analysis.counts.issues.len());
    analysis.placed.walk(|issue, row, new| {
        if Some(row.period()) == judged {
            for (column, value) in rates.value_of.iter().enumerate() {
                told[issue][column][value[row.row()] as usize] += 1;
            }
        }
        let (Some(at), true) = (place[row.period()], new) else { return };
        let group = group_of[row.feed()];
        let own = value_of.iter().enumerate().map(|(column, values)| Some((column, values[row.row()] as usize)));
        for slice in std::iter::once(None).chain(own) {
            sums.entry((issue, slice, group)).or_insert_with(|| vec![0; shown.len()])[at] += 1;
        }
    });
    let id = |issue: usize| analysis.counts.issues[issue].0.clone();
    let parts = sums
        .into_iter()
        .map(|((issue, slice, group), counts)| Part { issue_id: id(issue), group, slice, counts })
        .collect();
    let told = (1..analysis.counts.issues.len()).map(|issue| (id(issue), rates.of_issue(&told, issue))).collect();
    Ok((Slices { groups, columns, parts }, told))
}

/// Feeds of equal coverage together, and every feed's group.
fn groups(analysis: &Analysis, shown: &[Period]) -> (Vec<Group>, Vec<usize>) {
    let counts = &analysis.counts;
    let covers: Vec<Option<usize>> = shown.iter().map(|p| counts.place(*p)).collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut group_of = Vec::new();
    for (feed, span) in counts.feeds().iter().enumerate() {
        let cover = |at: &Option<usize>| at.map_or(Cover::None, |at| counts.cover(feed, at));
        let whole: Vec<bool> = covers.iter().map(|at| cover(at) == Cover::Whole).collect();
        let some: Vec<bool> = covers.iter().map(|at| cover(at) != Cover::None).collect();
        let known = groups.iter().position(|g| g.whole == whole && g.some == some);
        let at = known.unwrap_or_else(|| {
            groups.push(Group { feeds: Vec::new(), whole, some });
            groups.len() - 1
        });
        groups[at].feeds.push(span.feed.clone());
        group_of.push(at);
    }
    (groups, group_of)
}

/// The values of the counted rows, the most frequent first, at most `most` and `(others)`; and every row's by place, the
/// last for those not named.
fn biggest(cells: &Segments, counted: &[usize], most: usize) -> (Vec<String>, Vec<u32>) {
    let mut sums = vec![0_i64; cells.values.len()];
    for row in counted {
        sums[cells.of[*row] as usize] += 1;
    }
    let mut ranked: Vec<usize> = (0..sums.len()).filter(|at| sums[*at] > 0).collect();
    // Among equals in the order of the values.
    ranked.sort_by_key(|at| std::cmp::Reverse(sums[*at]));
    let rest = ranked.len() > most + 1;
    ranked.truncate(if rest { most } else { ranked.len() });
    let mut values: Vec<String> = ranked.iter().map(|at| cells.values[*at].clone()).collect();
    if rest {
        values.push(OTHERS.to_owned());
    }
    let mut place = vec![values.len().saturating_sub(1) as u32; sums.len()];
    for (at, value) in ranked.into_iter().enumerate() {
        place[value] = at as u32;
    }
    (values, cells.of.iter().map(|at| place[*at as usize]).collect())
}

/// The columns with more than one value, and every row's.
struct Rates {
    columns: Vec<SliceColumn>,
    value_of: Vec<Vec<u32>>,
}

impl Rates {
    fn of(analysis: &Analysis, counted: &[usize]) -> Result<Self> {
        let mut rates = Self { columns: Vec::new(), value_of: Vec::new() };
        for name in RATES {
            let cells = segments(&analysis.found.read.records, name)?;
            let (values, places) = biggest(&cells, counted, MOST_RATES);
            if values.len() > 1 {
                rates.value_of.push(places);
                rates.columns.push(SliceColumn { name, values });
            }
        }
        Ok(rates)
    }

    /// Records per issue, column and value.
    fn empty(&self, issues: usize) -> Vec<Vec<Vec<i64>>> {
        vec![self.columns.iter().map(|c| vec![0; c.values.len()]).collect(); issues]
    }

    fn of_issue(&self, told: &[Vec<Vec<i64>>], issue: usize) -> Vec<Segment> {
        let mut out = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            for (value, name) in column.values.iter().enumerate() {
                let rate = Share::of(told[issue][at][value], told[0][at][value]);
                out.push(Segment { column: column.name, value: name.clone(), rate });
            }
        }
        out
    }
}
