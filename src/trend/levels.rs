//! From tests to signals: what is one, how loud it is, when it began.

use crate::trend::counts::Counts;
use crate::trend::draft::{Draft, FLOOR};
use crate::trend::series::{ALERT, Caveat, Found, Level, Point, Series, Signal, WATCH};

/// An alert with as many times the expected count is urgent.
pub const URGENT: f64 = 2.0;
/// No sign that the share rose either.
const SHARE_QUIET: f64 = 0.05;

/// Sets a point's signal and level, and gives all its signals, the loudest first.
///
/// A spike is a p below the cut for the history's length (under a whole day of hours, that of the share which the count
/// bears out: [`Draft::beside`]), with five records in the last four periods; where the issue
/// is emerging or returned, that says the same better, and the spike is left out. Watch is q ≤ .10, alert q ≤ .05 with
/// a count above `upper` of at least five, urgent an alert at twice the expected count, or one of an issue that is
/// viral too. A signal with q > .10 has no level, nor has a shift to less. Nothing that is below what was expected is a signal, nor is a period
/// without a record.
pub(crate) fn finish(draft: Draft) -> (Point, Vec<Found>) {
    let mut point = draft.point;
    let Some(baseline) = draft.baseline else { return (point, Vec::new()) };
    let rises = point.compared.is_some_and(|count| count > 0 && count as f64 > baseline.expected);
    // Raised beyond doubt for the count, no sign of it for the share.
    if rises && baseline.p < baseline.alpha && point.p_share.is_some_and(|p| p > SHARE_QUIET) {
        point.caveats.push(Caveat::OnlyVolume);
    }
    let mut found: Vec<Found> = draft.others.into_iter().filter(|f| f.p < f.alpha).collect();
    found.retain(|f| rises || f.kind == Signal::Shift || f.kind == Signal::Viral);
    let said = found.iter().any(|f| matches!(f.kind, Signal::Emerging | Signal::Returned));
    if said {
        // A level that begins with a birth or a return is that birth or return.
        found.retain(|f| f.kind != Signal::Shift);
    } else if rises && draft.floor {
        let p = draft.beside.map_or(baseline.p, |share| borne_out(share, baseline.p));
        if p < baseline.alpha {
            found.push(spike(&point, p, draft.beside.is_some()));
        }
    }
    let viral = found.iter().any(|f| f.kind == Signal::Viral);
    for one in &mut found {
        one.level = level(one, viral);
        one.caveats.extend(point.caveats.iter().copied());
        one.caveats.sort_unstable();
        one.caveats.dedup();
    }
    found.sort_by(|a, b| b.level.cmp(&a.level).then(rank(a.kind).cmp(&rank(b.kind))));
    point.signal = found.first().map(|f| f.kind);
    point.level = found.first().and_then(|f| f.level);
    point.caveats.sort_unstable();
    point.caveats.dedup();
    (point, found)
}

/// The chance of a share as high, and of share and count together as high: the greater of the two. For two tests however
/// dependent it is e times the geometric mean of their p (Vovk and Wang 2020, *Biometrika* 107, §3).
fn borne_out(share: f64, count: f64) -> f64 {
    share.max(std::f64::consts::E * (share * count).sqrt()).min(1.0)
}

/// Which of two equally loud signals speaks first: the one that says more.
fn rank(kind: Signal) -> u8 {
    match kind {
        Signal::Emerging => 0,
        Signal::Returned => 1,
        Signal::Spike => 2,
        Signal::Viral => 3,
        Signal::Shift => 4,
    }
}

/// `share`: one of the share, which the count bears out.
fn spike(point: &Point, p: f64, share: bool) -> Found {
    let (q, test) = if share {
        (point.q.into_iter().chain(point.q_share).reduce(f64::max), "nb_share_and_level")
    } else {
        (point.q, point.test.unwrap_or("nb_level"))
    };
    Found {
        period: point.period,
        kind: Signal::Spike,
        level: None,
        begins: point.period,
        observed: point.compared.unwrap_or(0) as f64,
        records: point.compared.unwrap_or(0),
        expected: point.expected,
        upper: point.upper,
        p,
        q,
        effect: point.effect,
        effect_low: point.effect_low,
        effect_high: point.effect_high,
        history: point.history,
        test,
        alpha: point.alpha.unwrap_or(0.0),
        about: String::new(),
        caveats: Vec::new(),
    }
}

fn level(found: &Found, viral: bool) -> Option<Level> {
    let q = found.q.filter(|_| found.is_rise())?;
    let above = found.upper.is_none_or(|upper| found.observed > upper);
    if q <= ALERT && above && found.records >= FLOOR {
        let twice = found.effect.is_none_or(|e| e >= URGENT);
        Some(if twice || viral { Level::Urgent } else { Level::Alert })
    } else {
        (q <= WATCH).then_some(Level::Watch)
    }
}

/// Sets when each signal began: the first of the consecutive periods that have one of its kind. Emergence, return and
/// shift know by themselves.
pub(crate) fn runs(counts: &Counts, series: &mut Series) {
    let mut began: Vec<(Signal, i64, i64)> = Vec::new();
    for found in &mut series.signals {
        let at = counts.calendar.index(found.period);
        let run = began.iter().position(|(kind, _, last)| *kind == found.kind && at - last <= 1);
        let first = run.map_or(at, |i| began[i].1);
        began.retain(|(kind, ..)| *kind != found.kind);
        began.push((found.kind, first, at));
        if matches!(found.kind, Signal::Spike | Signal::Viral) {
            found.begins = counts.calendar.period(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_beyond_doubt_makes_up_for_a_doubtful_count_and_no_count_for_a_share() {
        // e·√(4e-10 · .0001) = 2e-7·e
        assert!((borne_out(4e-10, 1e-4) - 2e-7 * std::f64::consts::E).abs() < 1e-15);
        assert!((borne_out(1e-3, 1e-12) - 1e-3).abs() < 1e-15, "only volume");
        assert!(borne_out(3e-4, 4e-3) > 1e-3, "neither is beyond doubt");
        assert!((borne_out(1.0, 1.0) - 1.0).abs() < 1e-15);
    }
}
