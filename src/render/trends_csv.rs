//! `trends.csv`, and what `trends --format csv` prints: one line per issue, segment and period.

use rayon::prelude::*;

use crate::chart::Figure;
use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{finer_than_day, fixed, period_id, shortest, whole};
use crate::report::model::Report;
use crate::trend::series::{Point, Series};

/// The columns; others may be appended, none moved.
const HEADER: [&str; 33] = [
    "issue_id",
    "issue",
    "segment",
    "period",
    "observed",
    "exposure",
    "expected",
    "upper",
    "p",
    "signal",
    "partial",
    "records",
    "authors",
    "rate",
    "q",
    "level",
    "effect",
    "effect_low",
    "effect_high",
    "history",
    "covered",
    "compared",
    "test",
    "alpha",
    "fdr",
    "rate_low",
    "rate_high",
    "p_share",
    "q_share",
    "nowcast",
    "signals",
    "caveats",
    "hidden",
];

/// The total (with an empty `issue_id`), then every issue in the report's order.
///
/// # Errors
/// An internal error when a row does not fit the header.
pub(crate) fn render(report: &Report, _: &[Figure]) -> Result<Vec<u8>> {
    let all: Vec<&Series> =
        std::iter::once(&report.total).chain(report.issues.iter().map(|issue| &issue.series)).collect();
    write(&all)
}

/// Any series, in the order given. Unknown cells are empty.
///
/// # Errors
/// An internal error when a row does not fit the header.
pub fn write(series: &[&Series]) -> Result<Vec<u8>> {
    let finer = finer_than_day(series.iter().copied());
    let rows = |s: &&Series| csv_table::body(s.points.iter().map(|p| row(s, p, finer)));
    let mut bytes = csv_table::to_bytes(HEADER, [])?;
    let parts: Vec<Vec<u8>> = series.par_iter().map(rows).collect::<Result<_>>()?;
    bytes.reserve_exact(parts.iter().map(Vec::len).sum());
    parts.into_iter().for_each(|part| bytes.extend(part));
    Ok(bytes)
}

fn row(series: &Series, point: &Point, finer: bool) -> [String; 33] {
    [
        series.issue_id.clone(),
        series.issue.clone(),
        series.segment.clone().unwrap_or_default(),
        period_id(point.period, finer),
        whole(point.observed),
        shortest(point.exposure),
        fixed(point.expected, 3),
        fixed(point.upper, 3),
        shortest(point.p),
        point.signal.map_or_else(String::new, |s| s.name().to_owned()),
        point.partial.to_string(),
        if point.hidden { String::new() } else { point.records.to_string() },
        if point.hidden { String::new() } else { point.authors.to_string() },
        shortest(point.rate),
        shortest(point.q),
        point.level.map_or_else(String::new, |l| l.name().to_owned()),
        fixed(point.effect, 3),
        fixed(point.effect_low, 3),
        fixed(point.effect_high, 3),
        point.history.to_string(),
        point.covered.to_string(),
        whole(point.compared),
        point.test.unwrap_or_default().to_owned(),
        shortest(point.alpha),
        shortest(point.fdr()),
        shortest(point.rate_low),
        shortest(point.rate_high),
        shortest(point.p_share),
        shortest(point.q_share),
        fixed(point.nowcast, 1),
        series.kinds_at(point.period),
        point.caveat_names(),
        point.hidden.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn keeps_the_columns_promised() {
        let bytes = super::write(&[]).expect("renders");
        let promised = "issue_id,issue,segment,period,observed,exposure,expected,upper,p,signal,partial,\
            records,authors,rate,q,level,effect,effect_low,effect_high,history,covered,compared,\
            test,alpha,fdr,rate_low,rate_high,p_share,q_share,nowcast,signals,caveats,hidden\n";
        assert_eq!(String::from_utf8(bytes).expect("utf-8"), promised);
    }

    #[test]
    fn shows_every_period_of_an_issue() {
        let (report, _) = sample::report();
        let bytes = super::write(&[&report.issues[0].series]).expect("renders");
        insta::assert_snapshot!(String::from_utf8(bytes).expect("utf-8"));
    }

    #[test]
    fn holds_the_total_and_every_issue() {
        let (report, _) = sample::report();
        let bytes = super::render(&report, &[]).expect("renders");
        let lines = String::from_utf8(bytes).expect("utf-8").lines().count();
        assert_eq!(lines, 1 + (1 + report.issues.len()) * report.total.points.len());
    }
}
