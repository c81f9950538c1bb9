//! Share of voice and share of complaint: how much of what is said two segments have, and how much of it complains.

use crate::compose::analyse::Found;
use crate::enrich::Intent;
use crate::error::Result;
use crate::trend::compare::{proportion, rate_ratio};
use crate::trend::fdr::benjamini_hochberg;
use crate::trend::side_by_side::{Line, Side, Tally, Tested, verdict};

/// Three lines for two segments of the same days; none for other sides. `rows` are each side's counted records.
///
/// Share of voice: a side's records of those of both. Share of complaint: its complaints of those of both; these two are
/// tested against each other (exact, as counts of equal exposure) where one segment stands against one. Complaints per
/// record: of the records whose intent was computed. q is Benjamini and Hochberg's over the three.
///
/// # Errors
/// Internal only.
pub(crate) fn shares(found: &Found, rows: &[Vec<usize>; 2], sides: &[Side; 2]) -> Result<Vec<Line>> {
    if sides.iter().any(|side| side.segment.is_none()) || sides[0].span != sides[1].span {
        return Ok(Vec::new());
    }
    let intents = found.voiced.intents()?;
    let complains = |row: &&usize| intents[**row].is_some_and(|held| held.contains(Intent::Complaint));
    let count = |of: &dyn Fn(&Vec<usize>) -> usize| [of(&rows[0]) as i64, of(&rows[1]) as i64];
    let records = count(&|rows| rows.len());
    let heard = count(&|rows| rows.iter().filter(|row| intents[**row].is_some()).count());
    let complaints = count(&|rows| rows.iter().filter(complains).count());
    let all = |counts: [i64; 2]| [counts[0] + counts[1]; 2];
    let one_to_one = sides.iter().all(|side| !side.others);
    let mut lines = vec![line("share_of_voice", "Share of voice", records, all(records), one_to_one)];
    if heard.iter().sum::<i64>() > 0 {
        lines.push(line("share_of_complaint", "Share of complaint", complaints, all(complaints), one_to_one));
        lines.push(line("complaints", "Complaints per record", complaints, heard, true));
    }
    let p: Vec<f64> = lines.iter().filter_map(|line| Some(line.rate?.change.p)).collect();
    for (test, q) in lines.iter_mut().filter_map(|line| line.rate.as_mut()).zip(benjamini_hochberg(&p)) {
        test.q = q;
    }
    for line in &mut lines {
        line.verdict = verdict(None, line.rate.as_ref());
    }
    Ok(lines)
}

fn line(id: &str, name: &str, counts: [i64; 2], of: [i64; 2], tested: bool) -> Line {
    let tally = |side: usize| {
        let (count, of) = (counts[side], of[side]);
        let interval = (of > 0).then(|| proportion(count, of));
        Tally {
            count,
            exposure: (of > 0).then_some(of as f64),
            rate: (of > 0).then(|| count as f64 / of as f64),
            rate_low: interval.map(|i| i.0),
            rate_high: interval.map(|i| i.1),
        }
    };
    let change = (tested && of.iter().all(|n| *n > 0))
        .then(|| rate_ratio(counts[0], of[0] as f64, counts[1], of[1] as f64))
        .flatten();
    Line {
        issue_id: id.to_owned(),
        issue: name.to_owned(),
        a: tally(0),
        b: tally(1),
        count: None,
        rate: change.map(|change| Tested { change, q: change.p }),
        verdict: "",
        hidden: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_by_hand() {
        // 42 of 70 records against 28 of 70: half as many again; 42 of 70 is 0.4762 to 0.7153 (Clopper & Pearson).
        let voice = line("share_of_voice", "Share of voice", [42, 28], [70, 70], true);
        assert_eq!((voice.a.rate, voice.b.rate), (Some(0.6), Some(0.4)));
        assert!((voice.rate.unwrap().change.ratio.unwrap() - 1.5).abs() < 1e-12);
        // Under equal voices 42 of 70 or more is binomial with ½: two-sided 0.1189.
        assert!((voice.rate.unwrap().change.p - 0.1189).abs() < 5e-3, "{}", voice.rate.unwrap().change.p);
        assert!(line("x", "x", [0, 0], [0, 0], true).rate.is_none());
    }
}
