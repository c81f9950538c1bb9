//! What customers say beside what they complain of: what they love and wish, whom nobody answered, what spreads.

use jiff::civil::Date;
use serde::Serialize;

use crate::report::model::{Change, Quote};

/// The second half of the report.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Voices {
    /// What is praised, the most this period first.
    pub loved: Vec<Topic>,
    /// What is wished for, the most supported first.
    pub ideas: Vec<Topic>,
    /// Questions without an answer, the most pressing first.
    pub questions: Vec<OpenQuestion>,
    /// How many there are in all; null where no dump tells of answers.
    pub unanswered: Option<i64>,
    /// What is passed on, the farthest first.
    pub spreading: Vec<Spreading>,
    /// Every issue with a record in the period, in the report's order.
    pub issues: Vec<IssueVoice>,
    /// Per brand of `[brands]`, the biggest first; empty without that table.
    pub brands: Vec<BrandVoice>,
    /// Counted records of the period that name their author.
    pub named: Option<Share>,
    /// Personal data masked in the texts: kind → how many.
    pub masked: Vec<(String, i64)>,
    /// Why a part is empty.
    pub notes: Vec<String>,
}

/// Records that praise, or wish for, the same.
#[derive(Debug, Clone, Serialize)]
pub struct Topic {
    /// Its telling words, or the words of its first record.
    pub name: String,
    /// Records in the period.
    pub observed: i64,
    /// Records in the period before, over the feeds that cover both; null where none does.
    pub previous: Option<i64>,
    /// The change over those feeds.
    pub change: Option<Change>,
    /// Records over all periods.
    pub all_records: i64,
    /// Distinct authors over all periods; a record without one counts as one.
    pub supporters: i64,
    /// Likes of these records, where the dump tells.
    pub likes: Option<i64>,
    /// Complete periods as bars.
    pub sparkline: String,
    /// Its counts: first day of the period, records.
    pub series: Vec<(Date, i64)>,
    /// The record most liked, redacted.
    pub quote: Option<Quote>,
}

/// A question that nobody answered.
#[derive(Debug, Clone, Serialize)]
pub struct OpenQuestion {
    /// Its record, redacted.
    pub quote: Quote,
    /// Where to answer.
    pub url: Option<String>,
    /// Seconds it has waited.
    pub age: i64,
    /// People reached, by the open formula.
    pub reach: Option<f64>,
}

/// A record and those that pass it on.
#[derive(Debug, Clone, Serialize)]
pub struct Spreading {
    /// The first of them, redacted.
    pub quote: Quote,
    /// Records in the period, the first included.
    pub observed: i64,
    /// In the period before.
    pub previous: i64,
    /// Distinct authors in the period; those without a name count one each.
    pub authors: i64,
    /// People reached in the period; null where nothing is known.
    pub reach: Option<f64>,
    /// Records per hour over the last day of the period on which it was passed on.
    pub per_hour: f64,
    /// Who carried it, the farthest-reaching first; masked unless personal data is shown.
    pub carriers: Vec<String>,
    /// Whether it praises.
    pub praise: bool,
}

/// Normal quantile of a two-sided 95 % interval.
const Z95: f64 = 1.959_963_984_540_054;

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub n: i64,
    /// Of how many.
    pub of: i64,
    /// `n` ÷ `of`.
    pub share: f64,
    /// Lower end of Wilson's 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// Null of none.
    pub fn of(n: i64, of: i64) -> Option<Self> {
        let (low, high) = crate::trend::exact::wilson(n as f64, of as f64, Z95)?;
        Some(Self { n, of, share: n as f64 / of as f64, low, high })
    }
}

/// A mean with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Lower end of Student's 95 % interval; null of one value.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Of how many.
    pub n: i64,
}

impl Mean {
    /// Of values in a fixed order; null of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        if values.is_empty() {
            return None;
        }
        let half = (values.len() > 1).then(|| {
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
            crate::trend::exact::student95(n - 1.0) * (variance / n).sqrt()
        });
        Some(Self { mean, low: half.map(|h| mean - h), high: half.map(|h| mean + h), n: values.len() as i64 })
    }
}

/// An issue's voices in the period.
#[derive(Debug, Clone, Serialize)]
pub struct IssueVoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Volume: records, with what echoes them (copies, reposts, "same here").
    pub records: i64,
    /// Distinct texts: an echo is the text of its original.
    pub texts: i64,
    /// Distinct authors that the dumps name.
    pub authors: i64,
    /// Net sentiment: the mean over its records, −1 to 1.
    pub sentiment: Option<Mean>,
    /// Records by hostile authors, of those whose author is known.
    pub hostile: Option<Share>,
    /// Contacts whose author had written on the same issue within the 30 days before, of those whose author is known.
    pub again: Option<Share>,
    /// Authors who had not complained before, of all known ones.
    pub first_time: Option<Share>,
    /// Records whose author is known.
    pub named: Option<Share>,
}

/// A brand's voice in the period.
#[derive(Debug, Clone, Serialize)]
pub struct BrandVoice {
    /// Its name.
    pub brand: String,
    /// Its records, of those that any brand has.
    pub voice: Option<Share>,
    /// Complaints among its records; null where intent was not computed.
    pub complaints: Option<Share>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_wilsons_interval() {
        // Newcombe (1998), table I: 81 of 263 is 0.3080, 0.2553 to 0.3662.
        let share = Share::of(81, 263).unwrap();
        assert!((share.share - 0.3080).abs() < 5e-5 && (share.low - 0.2553).abs() < 5e-5);
        assert!((share.high - 0.3662).abs() < 5e-5);
        assert_eq!(Share::of(0, 0), None);
    }

    #[test]
    fn means_have_students_interval() {
        // t(0.975; 4) = 2.776445; of 1..5 the mean is 3, the standard error √0.5.
        let mean = Mean::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!((mean.high.unwrap() - (3.0 + 2.776_445 * 0.5_f64.sqrt())).abs() < 1e-5);
        assert_eq!(Mean::of(&[0.5]).unwrap().low, None);
        assert_eq!(Mean::of(&[]), None);
    }
}
