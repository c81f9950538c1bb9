//! `plaint compare`: two sides, with tests.

use jiff::civil::Date;
use serde::Serialize;

use crate::error::Result;
use crate::render::number::{UNKNOWN, count, day, fixed, shortest, times};
use crate::render::table::{Table, flexible, left, right};
use crate::render::{csv_table, views, words};
use crate::trend::side_by_side::{Line, Tally, Tested};

/// What `plaint compare` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Comparisons {
    /// The report's zone.
    pub zone: String,
    /// The last day of the data.
    pub as_of: Date,
    /// What rates are of.
    pub rate: &'static str,
    /// The false discovery rate at which a difference is called one.
    pub fdr: f64,
    /// From rows read to records matched, in one line.
    pub funnel: String,
    /// One per pair of sides.
    pub comparisons: Vec<Comparison>,
    /// Reasons to doubt a number.
    pub caveats: Vec<String>,
}

/// Two sides.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The first.
    pub a: Side,
    /// The second.
    pub b: Side,
    /// The feeds that cover both.
    pub feeds: Vec<String>,
    /// Between segments: share of voice, share of complaint, complaints per record.
    pub shares: Vec<Line>,
    /// The total, then the issues: those that differ first, then the biggest.
    pub lines: Vec<Line>,
    /// Words that differ.
    pub words: Vec<Word>,
    /// Reasons to doubt its numbers.
    pub caveats: Vec<String>,
}

/// One side.
#[derive(Debug, Clone, Serialize)]
pub struct Side {
    /// What readers see.
    pub label: String,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
}

/// A word that is said more on one side.
#[derive(Debug, Clone, Serialize)]
pub struct Word {
    /// As most often written.
    pub word: String,
    /// Times on the first side, copies of a text counted once.
    pub a: i64,
    /// Times on the second.
    pub b: i64,
    /// Log-odds ratio with a Dirichlet prior (Monroe et al. 2008); positive: the first side's.
    pub log_odds: f64,
    /// Its z.
    pub z: f64,
    /// Its two-sided p corrected for all words.
    pub q: f64,
}

impl Comparisons {
    /// For people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for one in &self.comparisons {
            out.push_str(&one.text(self.rate, self.fdr));
            out.push('\n');
        }
        out.push_str(&format!("{} · as of {}\n", self.zone, day(self.as_of)));
        wrapped(&mut out, &self.funnel);
        for caveat in &self.caveats {
            wrapped(&mut out, &format!("caveat: {caveat}"));
        }
        out
    }

    /// For spreadsheets: one line per pair of sides and issue.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        const HEADER: [&str; 25] = [
            "a",
            "b",
            "issue_id",
            "issue",
            "count_a",
            "count_b",
            "exposure_a",
            "exposure_b",
            "rate_a",
            "rate_a_low",
            "rate_a_high",
            "rate_b",
            "rate_b_low",
            "rate_b_high",
            "count_ratio",
            "count_low",
            "count_high",
            "count_p",
            "count_q",
            "rate_ratio",
            "rate_low",
            "rate_high",
            "rate_p",
            "rate_q",
            "verdict",
        ];
        let rows = self.comparisons.iter().flat_map(|c| c.all().map(move |line| row(c, line)));
        csv_table::to_bytes(HEADER, rows)
    }
}

fn row(pair: &Comparison, line: &Line) -> [String; 25] {
    let n = |tally: &Tally| if line.hidden { String::new() } else { tally.count.to_string() };
    let test = |test: Option<&Tested>| match test {
        Some(t) => [
            fixed(t.change.ratio, 3),
            fixed(Some(t.change.low), 3),
            fixed(t.change.high, 3),
            shortest(Some(t.change.p)),
            shortest(Some(t.q)),
        ],
        None => Default::default(),
    };
    let (a, b) = (&line.a, &line.b);
    let [ratio, low, high, p, q] = test(line.count.as_ref());
    let [rate, rate_low, rate_high, rate_p, rate_q] = test(line.rate.as_ref());
    [
        pair.a.label.clone(),
        pair.b.label.clone(),
        line.issue_id.clone(),
        line.issue.clone(),
        n(a),
        n(b),
        shortest(a.exposure),
        shortest(b.exposure),
        shortest(a.rate),
        shortest(a.rate_low),
        shortest(a.rate_high),
        shortest(b.rate),
        shortest(b.rate_low),
        shortest(b.rate_high),
        ratio,
        low,
        high,
        p,
        q,
        rate,
        rate_low,
        rate_high,
        rate_p,
        rate_q,
        line.verdict.to_owned(),
    ]
}

impl Comparison {
    /// The total, the shares, the issues.
    fn all(&self) -> impl Iterator<Item = &Line> {
        let total = self.lines.iter().take_while(|line| line.issue_id.is_empty());
        let issues = self.lines.iter().skip_while(|line| line.issue_id.is_empty());
        total.chain(&self.shares).chain(issues)
    }

    fn text(&self, rate: &str, fdr: f64) -> String {
        let mut out = String::new();
        wrapped(&mut out, &format!("A: {}", self.a.label));
        wrapped(&mut out, &format!("B: {}", self.b.label));
        out.push('\n');
        let counts = self.lines.iter().any(|l| l.count.is_some());
        let mut columns = vec![flexible("Issue", 12), right("A"), right("B"), right("A ‰"), right("B ‰")];
        if counts {
            columns.push(left("Count (95 %)"));
        }
        columns.extend([left("Rate (95 %)"), left("Verdict")]);
        let mut table = Table::new(&columns);
        for line in self.all() {
            let n = |tally: &Tally| if line.hidden { "hidden".to_owned() } else { count(tally.count) };
            let mut cells = vec![line.issue.clone(), n(&line.a), n(&line.b), per_mille(&line.a), per_mille(&line.b)];
            if counts {
                cells.push(ratio(line.count.as_ref()));
            }
            cells.extend([ratio(line.rate.as_ref()), verdict(line)]);
            table.row(cells);
        }
        out.push_str(&table.render(views::WIDTH));
        let of = if self.shares.is_empty() { "" } else { "; of a share, of both sides together" };
        wrapped(
            &mut out,
            &format!("‰: {rate}{of}. A difference is called one at a false discovery rate of {:.0} %.", fdr * 100.0),
        );
        for (side, more) in [("A", true), ("B", false)] {
            let said: Vec<&Word> = self.words.iter().filter(|w| (w.z > 0.0) == more).collect();
            let named: Vec<String> = said.iter().map(|w| format!("{} ({}:{})", w.word, w.a, w.b)).collect();
            if !named.is_empty() {
                wrapped(&mut out, &format!("Words of {side}: {}", named.join(", ")));
            }
        }
        if self.words.is_empty() {
            out.push_str("No word differs beyond chance (copies of a text count once).\n");
        }
        for caveat in &self.caveats {
            wrapped(&mut out, &format!("caveat: {caveat}"));
        }
        out
    }
}

/// A rate per thousand.
fn per_mille(tally: &Tally) -> String {
    tally.rate.map_or_else(
        || UNKNOWN.to_owned(),
        |r| {
            let rate = r * 1000.0;
            if rate >= 9.95 || rate == 0.0 { format!("{rate:.0}") } else { format!("{rate:.2}") }
        },
    )
}

fn ratio(test: Option<&Tested>) -> String {
    let Some(test) = test.filter(|t| t.change.ratio.is_some() || t.change.low > 0.0) else { return UNKNOWN.to_owned() };
    let bare = |x: f64| times(x).trim_end_matches('×').to_owned();
    match (test.change.ratio, test.change.high) {
        (Some(ratio), Some(high)) => format!("{} ({}–{})", times(ratio), bare(test.change.low), bare(high)),
        _ => format!("from 0 (≥ {})", bare(test.change.low)),
    }
}

fn verdict(line: &Line) -> String {
    if line.verdict == "no clear difference" { UNKNOWN.to_owned() } else { line.verdict.to_owned() }
}

fn wrapped(out: &mut String, text: &str) {
    for line in words::wrap(text, views::WIDTH) {
        out.push_str(&line);
        out.push('\n');
    }
}
