//! `signals.csv`: one line per signal, over all periods tested.

use crate::chart::Figure;
use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{finer_than_day, fixed, period_id, shortest, whole};
use crate::report::model::Report;
use crate::trend::series::{Found, Level, Series};

/// The columns; others may be appended, none moved.
const HEADER: [&str; 23] = [
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
    "segment",
    "begins",
    "tested",
    "test",
    "alpha",
    "fdr",
    "history",
    "about",
    "caveats",
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
    let signals = series.iter().flat_map(|s| s.signals.iter().map(move |f| row(s, f, finer)));
    csv_table::to_bytes(HEADER, signals)
}

/// `observed` and `compared` are the period's counts, `tested` the number that was tested: the count, or a mean, or
/// echoes.
fn row(series: &Series, found: &Found, finer: bool) -> [String; 23] {
    let point = series.at(found.period);
    [
        series.issue_id.clone(),
        series.issue.clone(),
        period_id(found.period, finer),
        found.kind.name().to_owned(),
        found.level.map_or_else(String::new, |l| l.name().to_owned()),
        whole(point.and_then(|p| p.observed)),
        fixed(found.expected, 3),
        fixed(found.upper, 3),
        shortest(Some(found.p)),
        shortest(found.q),
        fixed(found.effect, 3),
        fixed(found.effect_low, 3),
        fixed(found.effect_high, 3),
        whole(point.and_then(|p| p.compared)),
        series.segment.clone().unwrap_or_default(),
        period_id(found.begins, finer),
        shortest(Some(found.observed)),
        found.test.to_owned(),
        shortest(Some(found.alpha)),
        shortest(Some(Level::fdr(found.level))),
        found.history.to_string(),
        found.about.clone(),
        found.caveats.iter().map(|c| c.name()).collect::<Vec<_>>().join(" "),
    ]
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
