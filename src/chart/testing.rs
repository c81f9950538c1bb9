//! Made-up series for the tests of this folder.

use jiff::ToSpan;
use jiff::civil::date;

use crate::trend::calendar::Period;
use crate::trend::series::{Point, Series};

/// `n` weeks from 5 January 2026.
pub(super) fn weeks(n: usize) -> Vec<Period> {
    (0..n).map(|i| date(2026, 1, 5).at(0, 0, 0, 0) + i64::try_from(i).unwrap().weeks()).collect()
}

/// A whole, covered, untested period.
pub(super) fn point(period: Period, observed: Option<i64>) -> Point {
    Point {
        period,
        observed,
        records: observed.unwrap_or(0),
        authors: observed.unwrap_or(0),
        covered: observed.is_some(),
        ..Point::default()
    }
}

/// One issue by weeks.
pub(super) fn series(id: &str, issue: &str, counts: &[Option<i64>]) -> Series {
    let points = weeks(counts.len()).into_iter().zip(counts).map(|(p, c)| point(p, *c)).collect();
    Series { issue_id: id.to_owned(), issue: issue.to_owned(), segment: None, points, signals: Vec::new() }
}
