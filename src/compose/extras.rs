//! What single charts draw beside the series: primary issues, rates by segment, waiting times, the next periods.

use std::collections::BTreeMap;

use crate::chart::{Answered, Rate};
use crate::compose::analyse::Analysis;
use crate::compose::{facts, slices};
use crate::error::{Error, Result};
use crate::trend::calendar;
use crate::trend::options::Options;
use crate::trend::series::Series;
use crate::trend::survival::Curve;

/// Issues with a layer of their own.
const LAYERS: usize = 6;
/// Curves that can be told apart.
const CURVES: usize = 4;
/// Fewer cases give no curve.
const FEWEST_CASES: usize = 5;
const SECOND: i64 = 1_000_000;

/// Records per period shown by primary issue: the biggest, then "other issues" and "no issue".
///
/// # Errors
/// Internal only.
pub(crate) fn primary(analysis: &Analysis) -> Result<Vec<(String, Vec<i64>)>> {
    let found = &analysis.found;
    let shown: Vec<i64> = analysis
        .series
        .iter()
        .find(|s| s.is_total())
        .map_or(Vec::new(), |s| s.points.iter().map(|p| calendar::micros(p.period)).collect());
    if analysis.series.iter().flat_map(|s| &s.points).any(|p| p.hidden) {
        return Ok(Vec::new());
    }
    let counts = found.counted.frame().column("counted")?.bool()?;
    let periods = found.counted.frame().column("period")?.datetime()?;
    let mut own: Vec<Option<usize>> = vec![None; found.counted.frame().height()];
    for hit in found.issues.matches.pairs(&found.issues.codebook)? {
        if hit.primary && found.issues.codebook.issues[hit.issue].status.counts() {
            own[hit.row as usize] = Some(hit.issue);
        }
    }
    let issues = &found.issues.codebook.issues;
    let mut sums = vec![vec![0_i64; shown.len()]; issues.len() + 1];
    for (row, issue) in own.iter().enumerate().filter(|(row, _)| counts.get(*row) == Some(true)) {
        let at = periods.physical().get(row).and_then(|p| shown.binary_search(&p).ok());
        if let Some(at) = at {
            sums[issue.unwrap_or(issues.len())][at] += 1;
        }
    }
    let mut ranked: Vec<usize> = (0..issues.len()).filter(|i| sums[*i].iter().any(|n| *n > 0)).collect();
    ranked.sort_by_key(|i| std::cmp::Reverse(sums[*i].iter().sum::<i64>()));
    let mut layers: Vec<(String, Vec<i64>)> =
        ranked.iter().take(LAYERS).map(|i| (issues[*i].name.clone(), sums[*i].clone())).collect();
    let mut others = vec![0; shown.len()];
    for i in ranked.iter().skip(LAYERS) {
        for (sum, n) in others.iter_mut().zip(&sums[*i]) {
            *sum += n;
        }
    }
    layers.push(("other issues".to_owned(), others));
    layers.push(("no issue".to_owned(), sums.pop().unwrap_or_default()));
    Ok(layers)
}

/// The rates of one issue by `column` (without one, the first that has several values), highest first.
///
/// # Errors
/// Bad usage when the issue has no rates by that column.
pub(crate) fn rates(analysis: &Analysis, series: &Series, column: Option<&str>) -> Result<(String, Vec<Rate>)> {
    let (_, told) = slices::slices(analysis)?;
    let own = told.get(&series.issue_id).map(Vec::as_slice).unwrap_or_default();
    let mut known: Vec<&str> = own.iter().map(|s| s.column).collect();
    known.dedup();
    let wanted = match column {
        Some(column) => known.iter().find(|c| **c == column),
        None => known.first(),
    };
    let Some(wanted) = wanted else {
        let error = Error::usage("there is no column to tell this issue's rates by");
        return Err(if known.is_empty() {
            error.hint("name an issue with --issue; its records need channels, products, versions or countries")
        } else {
            error.hint(format!("--by-column {}", known.join(" or ")))
        });
    };
    let mut rates: Vec<Rate> = own
        .iter()
        .filter(|s| s.column == *wanted)
        .filter_map(|s| {
            let r = s.rate?;
            Some(Rate { name: s.value.clone(), n: r.n, of: r.of, share: r.share, low: r.low, high: r.high })
        })
        .collect();
    rates.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.name.cmp(&b.name)));
    Ok(((*wanted).replace('_', " "), rates))
}

/// First answers over time: of all cases, then of the channels with most of them.
///
/// # Errors
/// Internal only.
pub(crate) fn curves(analysis: &Analysis, trend: &Options) -> Result<Vec<Answered>> {
    let found = &analysis.found;
    let cases = analysis.cases(trend)?;
    let (channels, systems) = (found.read.records.text("channel")?, found.read.records.text("system")?);
    let mut groups: BTreeMap<&str, Vec<(i64, bool)>> = BTreeMap::new();
    let mut all = Vec::new();
    for case in cases.cases.iter().filter(|c| c.tells_first) {
        let wait = ((case.first.unwrap_or(case.seen) - case.asked).max(0) / SECOND, case.first.is_some());
        all.push(wait);
        let channel = channels.get(case.row).or(systems.get(case.row)).unwrap_or_default();
        groups.entry(channel).or_default().push(wait);
    }
    let mut ranked: Vec<(&str, Vec<(i64, bool)>)> = groups.into_iter().filter(|g| g.1.len() >= FEWEST_CASES).collect();
    ranked.sort_by_key(|(name, waits)| (std::cmp::Reverse(waits.len()), *name));
    if ranked.len() < 2 {
        ranked.clear();
    }
    let curve = |name: &str, waits: &[(i64, bool)]| Answered {
        name: name.to_owned(),
        cases: waits.len(),
        steps: Curve::of(waits).ended(),
    };
    let mut curves = Vec::new();
    if all.len() >= FEWEST_CASES {
        curves.push(curve("all", &all));
    }
    curves.extend(ranked.iter().take(CURVES).map(|(name, waits)| curve(name, waits)));
    Ok(curves)
}

/// The next periods of a series after the one judged.
pub(crate) fn forecast(analysis: &Analysis, series: &Series) -> Option<crate::trend::forecast::Forecast> {
    let design = facts::design_ahead(&analysis.counts, &analysis.inputs);
    facts::ahead(&analysis.counts, &design, series, analysis.period)
}
