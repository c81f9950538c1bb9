//! Records that arrive late: how many of a period's are there yet.

use serde::Serialize;

use crate::trend::exact::garwood;

/// With a smaller share than this there yet, no estimate is made.
pub const LEAST_REPORTED: f64 = 0.25;

/// How long records take to arrive.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delays {
    /// Share of all records that have arrived after d periods, for d = 0, 1, …; the last is 1.
    reported: Vec<f64>,
}

/// What a period's count will be once all is in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Nowcast {
    /// The count expected in the end.
    pub count: f64,
    /// Lower end of its 95 % interval; never below what is there.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The share that is there yet.
    pub reported: f64,
}

/// Learns the delays from records with two dates: each its period (when it happened) and its delay in whole periods,
/// with how many there are. `now` is the last period whose arrivals are all known.
///
/// Only the periods from `now` − `window` on are used; delays beyond `most` count as `most`. Right-truncation is
/// corrected by hazards in reverse time (Lawless 1994, *Canadian Journal of Statistics* 22, §2): g(j) = n(j)/N(j) of
/// the records of periods early enough to show a delay of j, with delay j and with at most j; F(d) = Π over j > d of
/// 1 − g(j). Null when there is not one usable record.
pub fn delays(records: &[(i64, i64, i64)], now: i64, window: i64, most: usize) -> Option<Delays> {
    let mut at = vec![0.0; most + 1];
    let mut up_to = vec![0.0; most + 1];
    let mut any = false;
    for (period, delay, count) in records {
        if *delay < 0 || *count <= 0 || *period > now || period + delay > now || *period < now - window {
            continue;
        }
        any = true;
        let delay = usize::try_from(*delay).unwrap_or(most).min(most);
        // The period shows delays up to now − period.
        let shows = usize::try_from(now - period).unwrap_or(0).min(most);
        if delay <= shows {
            at[delay] += *count as f64;
            for sum in &mut up_to[delay..=shows] {
                *sum += *count as f64;
            }
        }
    }
    if !any {
        return None;
    }
    let mut reported = vec![1.0; most + 1];
    for d in (0..most).rev() {
        let hazard = if up_to[d + 1] > 0.0 { at[d + 1] / up_to[d + 1] } else { 0.0 };
        reported[d] = reported[d + 1] * (1.0 - hazard);
    }
    Some(Delays { reported })
}

impl Delays {
    /// The share of a period's records that are there `passed` periods after it.
    pub fn reported(&self, passed: usize) -> f64 {
        self.reported.get(passed).copied().unwrap_or(1.0)
    }

    /// The final count of a period of which `observed` records are there `passed` periods after it; null under
    /// [`LEAST_REPORTED`].
    ///
    /// N = y/F; what is missing has variance φN(1−F)/F (thinning; F taken as known), `phi` at least 1. Its interval is
    /// Garwood's of the missing count at that dispersion.
    pub fn nowcast(&self, observed: i64, passed: usize, phi: f64) -> Option<Nowcast> {
        let reported = self.reported(passed);
        if reported < LEAST_REPORTED || observed < 0 {
            return None;
        }
        let there = observed as f64;
        let count = there / reported;
        let missing = count - there;
        if missing <= 0.0 {
            return Some(Nowcast { count: there, low: there, high: there, reported });
        }
        // Variance over mean of what is missing.
        let (low, high) = garwood(missing, 0.95, phi.max(1.0) / reported);
        Some(Nowcast { count, low: there + low, high: there + high, reported })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazards_in_reverse_time_by_hand() {
        // Periods 0 to 3, now 3. Each starts with 10 at once; 4 come one period later, 2 two later.
        let mut records = Vec::new();
        for period in 0..=3 {
            for (delay, count) in [(0, 10), (1, 4), (2, 2)] {
                if period + delay <= 3 {
                    records.push((period, delay, count));
                }
            }
        }
        let found = delays(&records, 3, 8, 2).unwrap();
        // g(2) = 4/32 over periods 0 and 1; g(1) = 12/42 over periods 0 to 2.
        assert!((found.reported(1) - 28.0 / 32.0).abs() < 1e-12, "{found:?}");
        assert!((found.reported(0) - 28.0 / 32.0 * 30.0 / 42.0).abs() < 1e-12);
        assert!((found.reported(0) - 10.0 / 16.0).abs() < 1e-12, "ten of sixteen are there at once");
        assert!((found.reported(2) - 1.0).abs() < 1e-12 && (found.reported(99) - 1.0).abs() < 1e-12);
        let now = found.nowcast(10, 0, 1.0).unwrap();
        assert!((now.count - 16.0).abs() < 1e-12 && now.low >= 10.0 && now.low < 16.0 && now.high > 16.0);
    }

    #[test]
    fn too_little_is_not_guessed_at() {
        assert_eq!(delays(&[], 5, 8, 3), None);
        assert_eq!(delays(&[(9, 0, 4), (1, -1, 2), (2, 1, 0)], 5, 8, 3), None);
        let slow = delays(&[(0, 0, 1), (0, 1, 9), (1, 0, 1), (1, 1, 9)], 2, 8, 1).unwrap();
        assert!((slow.reported(0) - 0.1).abs() < 1e-12 && slow.nowcast(5, 0, 1.0).is_none());
        let all = slow.nowcast(50, 1, 1.0).unwrap();
        assert!((all.count - 50.0).abs() < 1e-12 && (all.high - 50.0).abs() < 1e-12);
        let none = slow.nowcast(0, 1, 2.0).unwrap();
        assert!(none.count.abs() < 1e-12 && none.high.is_finite());
    }
}
