//! `signals.csv`: one line per signal, over all periods tested.

use crate::chart::Figure;
use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{finer_than_day, fixed, period_id, shortest, whole};
use crate::report::model::Report;
use crate::trend::series::{Point, Series};

/// The columns; others may be appended, none moved.
const HEADER: [&str; 14] = [
    "issue_id",
    "issue",
    "period",
    "signal",
    "level",
    "observed",
    "expected",
    "upper",
    "p",
    "q",
    "effect",
    "effect_low",
    "effect_high",
    "compared",
];

/// The signals of the total (with an empty `issue_id`), then those of every issue in the report's order.
///
/// # Errors
/// An internal error when a row does not fit the header.
pub(crate) fn render(report: &Report, _: &[Figure]) -> Result<Vec<u8>> {
    let all: Vec<&Series> =
        std::iter::once(&report.total).chain(report.issues.iter().map(|issue| &issue.series)).collect();
    write(&all)
}

/// The signals of any series, in the order given. Unknown cells are empty.
///
/// # Errors
/// An internal error when a row does not fit the header.
pub fn write(series: &[&Series]) -> Result<Vec<u8>> {
    let finer = finer_than_day(series.iter().copied());
    let signals = series.iter().flat_map(|s| s.points.iter().filter_map(move |p| row(s, p, finer)));
    csv_table::to_bytes(HEADER, signals)
}

fn row(series: &Series, point: &Point, finer: bool) -> Option<[String; 14]> {
    let signal = point.signal?;
    Some([
        series.issue_id.clone(),
        series.issue.clone(),
        period_id(point.period, finer),
        signal.name().to_owned(),
        point.level.map_or_else(String::new, |l| l.name().to_owned()),
        whole(point.observed),
        fixed(point.expected, 3),
        fixed(point.upper, 3),
        shortest(point.p),
        shortest(point.q),
        fixed(point.effect, 3),
        fixed(point.effect_low, 3),
        fixed(point.effect_high, 3),
        whole(point.compared),
    ])
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn shows_signals_only() {
        let bytes = super::render(&sample::report().0, &[]).expect("renders");
        insta::assert_snapshot!(String::from_utf8(bytes).expect("utf-8"));
    }
}
