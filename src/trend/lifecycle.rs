//! Issues that appear and issues that come back.

use crate::trend::compare::rate_ratio;

/// An issue is new for so many periods: as many as it is compared with.
const NEW: usize = 8;
/// An issue is back for so many periods.
const BACK: usize = 4;
/// A quiet period holds at most the usual count divided by this.
const QUIET: i64 = 5;
/// Periods before those that its share is compared with.
const BASELINE: usize = 8;
/// The share test's one-sided level.
const SHARE_ALPHA: f64 = 0.01;

/// Whether an issue is new: not one record before the last eight periods, at least five since and one in the last, and more of all records
/// since than in the eight periods before allow (exact conditional test, one-sided p ≤ .01).
///
/// `counts` are consecutive complete periods, the last being judged; `totals` the same periods' totals, or null: then
/// periods stand in for records.
pub fn emerging(counts: &[i64], totals: Option<&[i64]>) -> bool {
    if counts.len() <= NEW {
        return false;
    }
    let begin = counts.len() - NEW;
    let since: i64 = counts[begin..].iter().sum();
    if since < 5 || counts.last() == Some(&0) || counts[..begin].iter().any(|c| *c > 0) {
        return false;
    }
    let baseline = begin.saturating_sub(BASELINE)..begin;
    let exposure = |range: std::ops::Range<usize>| match totals {
        Some(totals) => totals[range].iter().sum::<i64>() as f64,
        None => range.len() as f64,
    };
    rate_ratio(since, exposure(begin..counts.len()), 0, exposure(baseline))
        .is_some_and(|change| change.p_up <= SHARE_ALPHA)
}

/// The silence an issue is back from: how many periods, and the records in them. Null when it is not back.
///
/// It is back when it had at least five records once, was then quiet for longer than four periods and three times its
/// own usual gap (95 % quantile of the quiet periods between two that are not), when that ended within the last four
/// periods, and when the last two together hold at least three records and one period's usual count. That is the
/// median of its periods with records before; a period is quiet when it holds at most a fifth of it.
///
/// `counts` are consecutive complete periods, the last being judged.
pub fn silence(counts: &[i64]) -> Option<(usize, i64)> {
    let recent = counts.len().checked_sub(BACK)?;
    if counts[..recent].iter().sum::<i64>() < 5 {
        return None;
    }
    let mut usual: Vec<i64> = counts[..recent].iter().copied().filter(|c| *c > 0).collect();
    usual.sort_unstable();
    let usual = usual[usual.len() / 2];
    if counts[counts.len() - 2..].iter().sum::<i64>() < usual.max(3) {
        return None;
    }
    let loud: Vec<usize> = (0..counts.len()).filter(|i| counts[*i] * QUIET > usual).collect();
    let again = loud.iter().position(|i| *i >= recent)?;
    let last = *loud.get(again.checked_sub(1)?)?;
    let mut gaps: Vec<usize> = loud[..again].windows(2).map(|pair| pair[1] - pair[0] - 1).collect();
    gaps.sort_unstable();
    let gap = gaps.get((gaps.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or(0);
    let quiet = last + 1..loud[again];
    (quiet.len() > (3 * gap).max(4)).then(|| (quiet.len(), counts[quiet].iter().sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_after_nothing_are_new() {
        let mut counts = vec![0; 20];
        let totals = vec![100; 20];
        counts[19] = 7;
        // (800 / 1600)^7 = .0078
        assert!(emerging(&counts, Some(&totals)) && emerging(&counts, None));
        counts[19] = 4;
        assert!(!emerging(&counts, Some(&totals)));
        counts[19] = 7;
        counts[3] = 1;
        assert!(!emerging(&counts, Some(&totals)));
    }

    #[test]
    fn growth_of_everything_is_not_a_new_issue() {
        let mut counts = vec![0; 20];
        counts[19] = 5;
        let mut totals = vec![10; 20];
        totals[12..].fill(1_000);
        // (8000 / 8080)^5 = .95
        assert!(!emerging(&counts, Some(&totals)));
        assert!(!emerging(&[9, 9, 9], None));
    }

    #[test]
    fn silence_longer_than_usual_makes_a_return() {
        let with = |quiet: usize, last: [i64; 2]| {
            let mut counts = vec![3, 0, 2, 1];
            counts.extend(vec![0; quiet]);
            counts.extend(last);
            silence(&counts).is_some()
        };
        assert!(with(5, [3, 0]) && with(4, [0, 3]));
        assert!(!with(4, [3, 0]), "four empty weeks are not more than four");
        assert_eq!(silence(&[3, 2, 1, 1, 0, 0, 0, 0, 0, 0, 6, 6, 6]), Some((6, 0)), "the third week of a return");
        assert_eq!(silence(&[7, 6, 8, 6, 0, 1, 0, 0, 1, 0, 6, 6]), Some((6, 2)), "a stray record is no noise");
        assert_eq!(silence(&[3, 2, 1, 1, 0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6]), None, "the fifth is no news");
        assert!(!with(9, [1, 1]), "two records are not enough");
        // Its usual gap of two empty weeks asks for more than six.
        let gaps = |quiet: usize| {
            let mut counts = vec![3, 0, 0, 3];
            counts.extend(vec![0; quiet]);
            counts.extend([5, 5]);
            silence(&counts).is_some()
        };
        assert!(!gaps(6) && gaps(7));
        assert_eq!(silence(&[9, 8, 9, 9, 1, 0, 1, 0, 1, 2, 2]), None, "two where nine are usual is no return");
        assert_eq!((silence(&[0, 0, 0, 0, 0, 0, 9, 9]), silence(&[])), (None, None));
    }
}
