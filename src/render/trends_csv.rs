//! `trends.csv`, and what `trends --format csv` prints: one line per issue, segment and period.

use rayon::prelude::*;

use crate::chart::Figure;
use crate::error::Result;
use crate::render::csv_table::{self, Body};
use crate::render::number::{finer_than_day, period_id, push_fixed, push_shortest, push_whole};
use crate::report::model::Report;
use crate::trend::calendar::Period;
use crate::trend::series::{Level, Point, Series, Signal};

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
    Ok(parts(&all)?.concat())
}

/// Any series, in the order given: the header, then the rows of each. Unknown cells are empty.
///
/// # Errors
/// An internal error when a row does not fit the header.
pub fn parts(series: &[&Series]) -> Result<Vec<Vec<u8>>> {
    let finer = finer_than_day(series.iter().copied());
    let mut periods: Vec<Period> = series.iter().flat_map(|s| s.points.iter().map(|p| p.period)).collect();
    periods.par_sort_unstable();
    periods.dedup();
    let names: Vec<String> = periods.iter().map(|period| period_id(*period, finer)).collect();
    let rows = |series: &&Series| {
        let mut body = Body::default();
        for point in &series.points {
            let name = periods.binary_search(&point.period).map_or("", |at| &names[at]);
            row(&mut body, series, point, name)?;
        }
        Ok(body.into_bytes())
    };
    let header = csv_table::to_bytes(HEADER, [])?;
    let rows: Vec<Vec<u8>> = series.par_iter().map(rows).collect::<Result<_>>()?;
    Ok(std::iter::once(header).chain(rows).collect())
}

fn row(body: &mut Body, series: &Series, point: &Point, period: &str) -> Result<()> {
    let yes = |is: bool| if is { "true" } else { "false" };
    let seen = |n: i64| Some(n).filter(|_| !point.hidden);
    body.text(&series.issue_id)?;
    body.text(&series.issue)?;
    body.text(series.segment.as_deref().unwrap_or_default())?;
    body.plain(|cell| cell.push_str(period));
    body.plain(|cell| push_whole(cell, point.observed));
    body.plain(|cell| push_shortest(cell, point.exposure));
    body.plain(|cell| push_fixed(cell, point.expected, 3));
    body.plain(|cell| push_fixed(cell, point.upper, 3));
    body.plain(|cell| push_shortest(cell, point.p));
    body.plain(|cell| cell.push_str(point.signal.map_or("", Signal::name)));
    body.plain(|cell| cell.push_str(yes(point.partial)));
    body.plain(|cell| push_whole(cell, seen(point.records)));
    body.plain(|cell| push_whole(cell, seen(point.authors)));
    body.plain(|cell| push_shortest(cell, point.rate));
    body.plain(|cell| push_shortest(cell, point.q));
    body.plain(|cell| cell.push_str(point.level.map_or("", Level::name)));
    body.plain(|cell| push_fixed(cell, point.effect, 3));
    body.plain(|cell| push_fixed(cell, point.effect_low, 3));
    body.plain(|cell| push_fixed(cell, point.effect_high, 3));
    body.plain(|cell| push_whole(cell, Some(point.history)));
    body.plain(|cell| cell.push_str(yes(point.covered)));
    body.plain(|cell| push_whole(cell, point.compared));
    body.plain(|cell| cell.push_str(point.test.unwrap_or_default()));
    body.plain(|cell| push_shortest(cell, point.alpha));
    body.plain(|cell| push_shortest(cell, point.fdr()));
    body.plain(|cell| push_shortest(cell, point.rate_low));
    body.plain(|cell| push_shortest(cell, point.rate_high));
    body.plain(|cell| push_shortest(cell, point.p_share));
    body.plain(|cell| push_shortest(cell, point.q_share));
    body.plain(|cell| push_fixed(cell, point.nowcast, 1));
    body.plain(|cell| cell.push_str(&series.kinds_at(point.period)));
    body.plain(|cell| cell.push_str(&point.caveat_names()));
    body.plain(|cell| cell.push_str(yes(point.hidden)));
    body.end();
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn keeps_the_columns_promised() {
        let bytes = super::parts(&[]).expect("renders").concat();
        let promised = "issue_id,issue,segment,period,observed,exposure,expected,upper,p,signal,partial,\
            records,authors,rate,q,level,effect,effect_low,effect_high,history,covered,compared,\
            test,alpha,fdr,rate_low,rate_high,p_share,q_share,nowcast,signals,caveats,hidden\n";
        assert_eq!(String::from_utf8(bytes).expect("utf-8"), promised);
    }

    #[test]
    fn shows_every_period_of_an_issue() {
        let (report, _) = sample::report();
        let bytes = super::parts(&[&report.issues[0].series]).expect("renders").concat();
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
