//! `plaint response`: how long customers wait, and who waits still.

use jiff::civil::Date;
use serde::Serialize;

use crate::error::Result;
use crate::render::csv_table;
use crate::render::number::{count, day};
use crate::render::table::{Table, flexible, left, right};
use crate::render::{views, words};
use crate::trend::response::Wait;

/// What was asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Asked {
    /// How long customers wait.
    Response(Response),
    /// Who waits still, `--next`.
    Next(Next),
}

impl Asked {
    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::Response(view) => view.text(),
            Self::Next(view) => view.text(),
        }
    }

    /// For spreadsheets.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        match self {
            Self::Response(view) => view.csv(),
            Self::Next(view) => view.csv(),
        }
    }
}

/// How long customers wait, per group.
#[derive(Debug, Clone, Serialize)]
pub struct Response {
    /// The last day of the data.
    pub as_of: Date,
    /// The report's zone.
    pub zone: String,
    /// The target in seconds; null without one.
    pub target: Option<i64>,
    /// The hours that count, in words; null when every hour does.
    pub hours: Option<String>,
    /// All, then per channel, team and issue.
    pub waits: Vec<Wait>,
    /// Reasons to doubt a number, and what was left out.
    pub caveats: Vec<String>,
}

/// Who waits still.
#[derive(Debug, Clone, Serialize)]
pub struct Next {
    /// The last day of the data.
    pub as_of: Date,
    /// How many wait in all.
    pub waiting: i64,
    /// The first to answer, most pressing first.
    pub next: Vec<Waiting>,
    /// How the order is made.
    pub order: &'static str,
    /// What was left out.
    pub caveats: Vec<String>,
}

/// A record that waits for an answer.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// Its key.
    pub uid: String,
    /// Where to answer; null when the dump does not say.
    pub url: Option<String>,
    /// Its day.
    pub day: Option<Date>,
    /// Its feed.
    pub feed: String,
    /// Names of its issues.
    pub issues: Vec<String>,
    /// How long it waits, in seconds.
    pub age: i64,
    /// People reached, by the open formula; null where nothing is known.
    pub reach: Option<f64>,
    /// People reached per hour, with its echoes; null where nothing is known.
    pub growth: Option<f64>,
    /// Its own echoes.
    pub echoes: i64,
    /// From 0 to 1; null where the author is not known.
    pub help_seeking: Option<f64>,
    /// From 0 to 1; null where the author is not known.
    pub hostile: Option<f64>,
    /// The sum the order is made by.
    pub score: f64,
    /// Redacted.
    pub text: Option<String>,
}

impl Response {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!("Response times as of {} · {}\n", day(self.as_of), self.zone);
        let mut how = "Medians over all cases, those still waiting included (Kaplan–Meier).".to_owned();
        if let Some(hours) = &self.hours {
            how.push_str(&format!(" Only business hours count: {hours}."));
        }
        for line in words::wrap(&how, views::WIDTH) {
            out.push_str(&format!("{line}\n"));
        }
        for (measure, title) in [("first_response", "First response"), ("resolution", "Resolution")] {
            let rows: Vec<&Wait> = self.waits.iter().filter(|w| w.measure == measure && w.cases > 0).collect();
            out.push_str(&format!("\n{title}\n"));
            if rows.is_empty() {
                out.push_str("Nothing in the dumps tells of it.\n");
                continue;
            }
            let mut columns = vec![
                left("By"),
                flexible("", 12),
                right("Cases"),
                right("Done"),
                right("Median"),
                right("90 % within"),
            ];
            columns.extend(self.target.map(|_| left("In target (95 %)")));
            let mut table = Table::new(&columns);
            for wait in rows {
                let mut cells = vec![
                    wait.by.to_owned(),
                    wait.name.clone(),
                    count(wait.cases),
                    count(wait.done),
                    time_or(wait.median, "never"),
                    time_or(wait.p90, "never"),
                ];
                cells.extend(self.target.map(|_| share(wait)));
                table.row(cells);
            }
            out.push_str(&table.render(views::WIDTH));
        }
        caveats(&mut out, &self.caveats);
        out
    }

    /// For spreadsheets: one line per group and measure, times in seconds.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let float = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.6}"));
        let int = |v: Option<i64>| v.map_or(String::new(), |v| v.to_string());
        csv_table::to_bytes(
            [
                "by",
                "value",
                "name",
                "measure",
                "cases",
                "done",
                "median_s",
                "p90_s",
                "median_of_done_s",
                "p90_of_done_s",
                "within",
                "within_low",
                "within_high",
                "target_s",
            ],
            self.waits.iter().map(|w| {
                [
                    w.by.to_owned(),
                    w.value.clone(),
                    w.name.clone(),
                    w.measure.to_owned(),
                    w.cases.to_string(),
                    w.done.to_string(),
                    int(w.median),
                    int(w.p90),
                    int(w.median_of_done),
                    int(w.p90_of_done),
                    float(w.within),
                    float(w.within_low),
                    float(w.within_high),
                    int(self.target),
                ]
            }),
        )
    }
}

impl Next {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!("{} waiting for an answer as of {}\n", count(self.waiting), day(self.as_of));
        for line in words::wrap(self.order, views::WIDTH) {
            out.push_str(&format!("{line}\n"));
        }
        for (place, one) in self.next.iter().enumerate() {
            let mut facts = vec![format!("waits {}", time(one.age))];
            facts.extend(one.reach.map(|reach| format!("reach {}", count(reach.round() as i64))));
            facts.extend(one.growth.filter(|g| *g >= 0.05).map(|growth| format!("{growth:.1} per hour")));
            facts.extend((one.echoes > 0).then(|| format!("{} echoes", count(one.echoes))));
            facts.extend(one.help_seeking.map(|help| format!("asks for help {help:.2}")));
            facts.extend(one.hostile.filter(|h| *h > 0.0).map(|hostile| format!("hostile {hostile:.2}")));
            out.push_str(&format!("\n{}. {} · {}\n", place + 1, one.uid, one.feed));
            if let Some(url) = &one.url {
                out.push_str(&format!("   {url}\n"));
            }
            let mut lines = words::wrap(&facts.join(", "), views::WIDTH - 3);
            if !one.issues.is_empty() {
                lines.extend(words::wrap(&format!("issue: {}", one.issues.join("; ")), views::WIDTH - 3));
            }
            let text = words::truncate(&words::one_line(one.text.as_deref().unwrap_or("(no text)")), 3 * views::WIDTH);
            lines.extend(words::wrap(&format!("> {text}"), views::WIDTH - 3));
            for line in lines {
                out.push_str(&format!("   {line}\n"));
            }
        }
        caveats(&mut out, &self.caveats);
        out
    }

    /// For spreadsheets: one line per record.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let float = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.4}"));
        csv_table::to_bytes(
            [
                "rank",
                "uid",
                "url",
                "day",
                "feed",
                "issues",
                "age_s",
                "reach",
                "growth_per_hour",
                "echoes",
                "help_seeking",
                "hostile",
                "score",
                "text",
            ],
            self.next.iter().enumerate().map(|(place, one)| {
                [
                    (place + 1).to_string(),
                    one.uid.clone(),
                    one.url.clone().unwrap_or_default(),
                    one.day.map_or(String::new(), |d| d.to_string()),
                    one.feed.clone(),
                    one.issues.join("; "),
                    one.age.to_string(),
                    float(one.reach),
                    float(one.growth),
                    one.echoes.to_string(),
                    float(one.help_seeking),
                    float(one.hostile),
                    float(Some(one.score)),
                    one.text.clone().unwrap_or_default(),
                ]
            }),
        )
    }
}

fn caveats(out: &mut String, caveats: &[String]) {
    for caveat in caveats {
        for line in words::wrap(&format!("caveat: {caveat}"), views::WIDTH) {
            out.push_str(&format!("{line}\n"));
        }
    }
}

/// `45 s`, `12 min`, `3.5 h`, `4.2 d`.
pub fn time(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", (seconds + 30) / 60),
        3_600..172_800 => format!("{:.1} h", seconds as f64 / 3_600.0),
        _ => format!("{:.1} d", seconds as f64 / 86_400.0),
    }
}

fn time_or(seconds: Option<i64>, none: &str) -> String {
    seconds.map_or(none.to_owned(), time)
}

fn share(wait: &Wait) -> String {
    let percent = |v: f64| format!("{:.0}", v * 100.0);
    match (wait.within, wait.within_low, wait.within_high) {
        (Some(share), Some(low), Some(high)) => {
            format!("{} % ({}–{})", percent(share), percent(low), percent(high))
        }
        (Some(share), ..) => format!("{} %", percent(share)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(
            [5, 59, 90, 3_599, 5_400, 172_799, 172_800].map(time),
            ["5 s", "59 s", "2 min", "60 min", "1.5 h", "48.0 h", "2.0 d"]
        );
    }
}
