//! `plaint trends`: every issue over time.

use jiff::civil::Date;
use serde::Serialize;

use crate::error::Result;
use crate::render::number::{UNKNOWN, change, count_or_unknown, current, day, estimate, usual_range};
use crate::render::table::{Table, flexible, left, right};
use crate::render::{trends_csv, views, words};
use crate::report::model::{Change, PeriodName};
use crate::report::words as report_words;
use crate::trend::disproportion::Disproportion;
use crate::trend::events::Event;
use crate::trend::forecast::Forecast;
use crate::trend::series::{Caveat, Point, Series};

/// Most periods a sparkline shows beside the numbers.
pub const SPARKS: usize = 20;

/// What `plaint trends` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Trends {
    /// The period the text looks at.
    pub period: PeriodName,
    /// What a period is called.
    pub step: String,
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
    /// The false discovery rates at which levels are given: watch, alert.
    pub fdr: Fdr,
    /// What a rate is of; null when there is none.
    pub rate: Option<&'static str>,
    /// With segments: which segment has more of an issue than its size says, over the last periods.
    pub disproportion: Vec<Disproportion>,
    /// How many periods those are.
    pub disproportion_periods: usize,
    /// What happened in the periods shown.
    pub events: Vec<Event>,
}

/// The rates behind the levels (Benjamini and Hochberg 1995, over issues and segments per period).
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Fdr {
    /// Of what is worth a look.
    pub watch: f64,
    /// Of an alert.
    pub alert: f64,
}

/// With so few rows every forecast is written out; with more, the total's and those of issues with a signal.
const FEW_ROWS: usize = 4;
/// Cells of the segments' table named in the text.
const CELLS: usize = 10;

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
    /// The next periods, with how the rule did on the past; null without enough past, and beyond the first hundred rows.
    pub forecast: Option<Forecast>,
    /// Events within one period of where its signals of the period looked at begin: `3.4 released (9 Nov 2026)`.
    pub events: Vec<String>,
}

impl Row {
    /// The rate of the period per thousand with its interval: `12 (9.1–15)`.
    fn per_thousand(&self, period: &PeriodName) -> Option<String> {
        let point = current(&self.series, period)?;
        let shown =
            |x: f64| if x * 1000.0 >= 9.95 { format!("{:.0}", x * 1000.0) } else { format!("{:.1}", x * 1000.0) };
        Some(format!("{} ({}–{})", shown(point.rate?), shown(point.rate_low?), shown(point.rate_high?)))
    }

    /// What the table has no room for: what the signals say, why to doubt them, the period in progress, what comes.
    fn told(&self, period: &PeriodName) -> Vec<String> {
        let mut lines = Vec::new();
        let name = match &self.series.segment {
            Some(segment) => format!("{} ({segment})", self.series.issue),
            None => self.series.issue.clone(),
        };
        let point = current(&self.series, period);
        let moment = point.map(|p| p.period);
        for found in self.series.signals.iter().filter(|f| Some(f.period) == moment && f.level.is_some()) {
            let mut words = vec![found.about.clone()];
            let caveats = found.caveats.iter().filter(|c| !matches!(c, Caveat::Exploratory | Caveat::LimitedHistory));
            words.extend(caveats.map(|c| c.words().to_owned()));
            words.extend(self.events.iter().map(|e| format!("begins with {e}")));
            words.retain(|w| !w.is_empty());
            if !words.is_empty() {
                lines.push(format!("{name}: {}: {}", found.kind.name(), words.join("; ")));
            }
        }
        if let Some(running) =
            self.series.points.last().and_then(|p| p.running.as_deref()).filter(|r| r.observed > 0 || r.expected >= 1.0)
        {
            lines.push(format!(
                "{name}: {} of {} days into the next: {} so far, usually {} by now (up to {})",
                running.days,
                running.of,
                count_or_unknown(Some(running.observed)),
                estimate(Some(running.expected)),
                count_or_unknown(Some(running.upper as i64))
            ));
        }
        lines
    }
}

/// `spike, alert`; only the kind where the correction leaves no level.
fn signal(point: Option<&Point>) -> String {
    match point.and_then(|p| Some((p.signal?, p.level))) {
        Some((kind, Some(level))) => format!("{}, {}", kind.name(), level.name()),
        _ => String::new(),
    }
}

fn wrapped(out: &mut String, text: &str) {
    for line in words::wrap(text, views::WIDTH) {
        out.push_str(&line);
        out.push('\n');
    }
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
        columns.push(right("Now"));
        let rated = self.rate.is_some_and(|_| self.rows.iter().any(|r| r.per_thousand(&self.period).is_some()));
        if rated {
            columns.push(left("Per 1,000"));
        }
        columns.extend([left("Change (95 %)"), left("Usual range"), left("Signal"), flexible("", 5)]);
        let mut table = Table::new(&columns);
        for row in &self.rows {
            let point = current(&row.series, &self.period);
            let mut cells = vec![row.series.issue.clone()];
            if segmented {
                cells.push(row.series.segment.clone().unwrap_or_default());
            }
            cells.push(match point {
                Some(point) if point.hidden => "hidden".to_owned(),
                _ => count_or_unknown(point.and_then(|p| p.observed)),
            });
            if rated {
                cells.push(row.per_thousand(&self.period).unwrap_or_else(|| UNKNOWN.to_owned()));
            }
            cells.extend([change(row.change.as_ref()), usual_range(point), signal(point), row.sparkline.clone()]);
            table.row(cells);
        }
        out.push_str(&table.render(views::WIDTH));
        let few = self.rows.len() <= FEW_ROWS;
        for row in &self.rows {
            for line in row.told(&self.period) {
                wrapped(&mut out, &line);
            }
            let loud = current(&row.series, &self.period).is_some_and(|p| p.level.is_some());
            if let Some(forecast) = row
                .forecast
                .as_ref()
                .filter(|f| f.periods.iter().any(|p| p.high80 > 0) && (few || loud || row.series.is_total()))
            {
                wrapped(&mut out, &format!("{}: {}", row.series.issue, report_words::ahead(forecast, &self.step)));
            }
        }
        self.told_segments(&mut out);
        self.told_tests(&mut out);
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

    /// The cells that stand out of issue × segment.
    fn told_segments(&self, out: &mut String) {
        let flagged: Vec<&Disproportion> = self.disproportion.iter().filter(|d| d.flag.is_some()).collect();
        if self.disproportion.is_empty() {
            return;
        }
        let periods = self.disproportion_periods;
        out.push('\n');
        if flagged.is_empty() {
            wrapped(out, &format!("No segment has more of an issue than its size says (last {periods} periods)."));
            return;
        }
        wrapped(out, &format!("More of an issue than the segment's size says, over the last {periods} periods:"));
        let columns = [
            flexible("Issue", 12),
            flexible("Segment", 8),
            right("Seen"),
            right("Expected"),
            left("Ratio (90 %)"),
            left(""),
        ];
        let mut table = Table::new(&columns);
        for cell in flagged.iter().take(CELLS) {
            let ratio = match (cell.ebgm, cell.eb05, cell.eb95) {
                (Some(m), Some(low), Some(high)) => format!("{m:.1}× ({low:.1}–{high:.1})"),
                _ => UNKNOWN.to_owned(),
            };
            let seen = count_or_unknown(Some(cell.observed));
            let flag = cell.flag.unwrap_or_default().to_owned();
            table.row([cell.issue.clone(), cell.segment.clone(), seen, estimate(Some(cell.expected)), ratio, flag]);
        }
        out.push_str(&table.render(views::WIDTH));
        if flagged.len() > CELLS {
            wrapped(out, &format!("And {} more, in --format json.", flagged.len() - CELLS));
        }
    }

    /// Which tests stand behind the signals, and at what rate.
    fn told_tests(&self, out: &mut String) {
        let tested =
            self.rows.iter().filter_map(|r| current(&r.series, &self.period)).filter(|p| p.q.is_some()).count();
        let Some(point) = self.rows.iter().find_map(|r| current(&r.series, &self.period).filter(|p| p.test.is_some()))
        else {
            return;
        };
        let test = match point.test {
            Some("nb_glm") => "negative-binomial regression with trend and season",
            _ => "negative-binomial level",
        };
        out.push('\n');
        wrapped(
            out,
            &format!(
                "Tests: {test} on up to {} earlier periods; {tested} tested, corrected together (Benjamini-Hochberg): \
                 watch at {:.0} %, alert at {:.0} % false discoveries.",
                point.history,
                self.fdr.watch * 100.0,
                self.fdr.alert * 100.0
            ),
        );
    }

    /// For spreadsheets: one line per issue, segment and period.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv_parts(&self) -> Result<Vec<Vec<u8>>> {
        trends_csv::parts(&self.rows.iter().map(|r| &r.series).collect::<Vec<_>>())
    }
}
