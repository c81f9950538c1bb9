//! An analysis → its counts by channel and product for the page, and every issue's rates by segment.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::compose::analyse::Analysis;
use crate::error::Result;
use crate::report::slices::{Group, Part, Segment, SliceColumn, Slices};
use crate::report::voices::Share;
use crate::trend::calendar::Period;
use crate::trend::counts::Row;
use crate::trend::coverage::Cover;
use crate::trend::segment::{Segments, segments};

/// So many of these columns, the first ones, the page filters by.
const FILTERS: usize = 2;
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
    let cells: Vec<Segments> =
        RATES.par_iter().map(|name| segments(&found.read.records, name)).collect::<Result<_>>()?;
    let (filters, value_of) = told_by(&cells[..FILTERS], &counted, MOST_VALUES);
    let (rates, rate_of) = told_by(&cells, &counted, MOST_RATES);
    // By issue, slice (column and value; null: all) and group of feeds.
    let mut keys = vec![None];
    let starts: Vec<usize> = filters
        .iter()
        .enumerate()
        .map(|(column, filter)| {
            keys.extend((0..filter.values.len()).map(|value| Some((column, value))));
            keys.len() - filter.values.len()
        })
        .collect();
    let issues = analysis.counts.issues.len();
    let mut sums: Vec<Option<Vec<i64>>> = vec![None; issues * keys.len() * groups.len()];
    let at = |issue: usize, key: usize, group: usize| (issue * keys.len() + key) * groups.len() + group;
    for issue in 0..issues {
        for group in 0..groups.len() {
            sums[at(issue, 0, group)] = Some(vec![0; shown.len()]);
        }
    }
    let judged = analysis.counts.place(analysis.period);
    let nothing: Vec<Vec<i64>> = rates.iter().map(|c| vec![0; c.values.len()]).collect();
    let mut told = vec![nothing; issues];
    analysis.placed.walk(|issue, row, new| {
        if Some(row.period()) == judged {
            for (column, value) in rate_of.iter().enumerate() {
                told[issue][column][value[row.row()] as usize] += 1;
            }
        }
        let (Some(period), true) = (place[row.period()], new) else { return };
        let group = group_of[row.feed()];
        let own = starts.iter().zip(&value_of).map(|(start, values)| start + values[row.row()] as usize);
        for key in std::iter::once(0).chain(own) {
            sums[at(issue, key, group)].get_or_insert_with(|| vec![0; shown.len()])[period] += 1;
        }
    });
    let id = |issue: usize| analysis.counts.issues[issue].0.clone();
    let mut parts = Vec::new();
    for (place, counts) in sums.into_iter().enumerate() {
        let (rest, group) = (place / groups.len(), place % groups.len());
        let (issue, slice) = (rest / keys.len(), keys[rest % keys.len()]);
        parts.extend(counts.map(|counts| Part { issue_id: id(issue), group, slice, counts }));
    }
    let told = (1..issues).map(|issue| (id(issue), of_issue(&rates, &told[issue], &told[0]))).collect();
    Ok((Slices { groups, columns: filters, parts }, told))
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

/// Of these columns those with more than one value, and every row's by place.
fn told_by(cells: &[Segments], counted: &[usize], most: usize) -> (Vec<SliceColumn>, Vec<Vec<u32>>) {
    let several = RATES.iter().zip(cells).filter_map(|(name, cells)| {
        let (values, places) = biggest(cells, counted, most);
        (values.len() > 1).then_some((SliceColumn { name, values }, places))
    });
    several.unzip()
}

/// An issue's rates; `told` by column and value, `all` of the total.
fn of_issue(rates: &[SliceColumn], told: &[Vec<i64>], all: &[Vec<i64>]) -> Vec<Segment> {
    let mut out = Vec::new();
    for ((column, told), all) in rates.iter().zip(told).zip(all) {
        for ((name, n), of) in column.values.iter().zip(told).zip(all) {
            out.push(Segment { column: column.name, value: name.clone(), rate: Share::of(*n, *of) });
        }
    }
    out
}
