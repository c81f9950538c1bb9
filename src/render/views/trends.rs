//! `plaint trends`: every issue over time.

use jiff::civil::Date;
use serde::Serialize;

use crate::error::Result;
use crate::render::number::{change, count_or_unknown, current, day, usual_range};
use crate::render::table::{Table, flexible, left, right};
use crate::render::{trends_csv, views, words};
use crate::report::model::{Change, PeriodName};
use crate::trend::series::{Level, Series};

/// Most periods a sparkline shows beside the numbers.
pub const SPARKS: usize = 20;

/// What `plaint trends` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Trends {
    /// The period the text looks at.
    pub period: PeriodName,
    /// The report's zone.
    pub zone: String,
    /// The last day of the data.
    pub as_of: Date,
    /// From rows read to records matched, in one line; empty for ready counts.
    pub funnel: String,
    /// The lines shown: the total, then the issues.
    pub rows: Vec<Row>,
    /// Reasons to doubt a number.
    pub caveats: Vec<String>,
}

/// One issue (and segment).
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Count in the period before, like for like.
    pub previous: Option<i64>,
    /// The change on it.
    pub change: Option<Change>,
    /// Its past as bars.
    pub sparkline: String,
    /// Its points.
    pub series: Series,
}

impl Trends {
    /// For people: one line per issue.
    pub fn text(&self) -> String {
        let mut out = format!("{} · {} · as of {}\n\n", self.period.label, self.zone, day(self.as_of));
        let segmented = self.rows.iter().any(|r| r.series.segment.is_some());
        let mut columns = vec![flexible("Issue", 12)];
        if segmented {
            columns.push(flexible("Segment", 8));
        }
        columns.extend([right("Now"), left("Change (95 %)"), left("Usual range"), left("Signal"), left("")]);
        let mut table = Table::new(&columns);
        for row in &self.rows {
            let point = current(&row.series, &self.period);
            let mut cells = vec![row.series.issue.clone()];
            if segmented {
                cells.push(row.series.segment.clone().unwrap_or_default());
            }
            cells.extend([
                count_or_unknown(point.and_then(|p| p.observed)),
                change(row.change.as_ref()),
                usual_range(point),
                point.and_then(|p| p.level).map_or("", Level::name).to_string(),
                row.sparkline.clone(),
            ]);
            table.row(cells);
        }
        out.push_str(&table.render(views::WIDTH));
        if !self.funnel.is_empty() {
            out.push('\n');
            for line in words::wrap(&self.funnel, views::WIDTH) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        for caveat in &self.caveats {
            for line in words::wrap(&format!("caveat: {caveat}"), views::WIDTH) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        out
    }

    /// For spreadsheets: one line per issue, segment and period.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        trends_csv::write(&self.rows.iter().map(|r| &r.series).collect::<Vec<_>>())
    }
}
