//! Is a rise more of everything, or a greater part of it?

use serde::Serialize;

/// What a change of a count is made of. The two add up to the change of the count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Parts {
    /// From the change of the volume, at the mean share: s̄·ΔN.
    pub volume: f64,
    /// From the change of the share, at the mean volume: N̄·Δs.
    pub share: f64,
}

/// Splits the change from `before` of `all_before` records to `now` of `all_now` into volume and share; null when a
/// total is not positive or smaller than its part.
pub fn parts(now: i64, all_now: i64, before: i64, all_before: i64) -> Option<Parts> {
    let whole = |part: i64, all: i64| all > 0 && (0..=all).contains(&part);
    if !whole(now, all_now) || !whole(before, all_before) {
        return None;
    }
    let (n1, n0) = (all_now as f64, all_before as f64);
    let (s1, s0) = (now as f64 / n1, before as f64 / n0);
    Some(Parts { volume: (s1 + s0) / 2.0 * (n1 - n0), share: (n1 + n0) / 2.0 * (s1 - s0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole() {
        // 10 of 100, then 30 of 200: shares .10 and .15; .125 × 100 and 150 × .05.
        let found = parts(30, 200, 10, 100).unwrap();
        assert!((found.volume - 12.5).abs() < 1e-12 && (found.share - 7.5).abs() < 1e-12);
        let only_volume = parts(20, 200, 10, 100).unwrap();
        assert!((only_volume.volume - 10.0).abs() < 1e-12 && only_volume.share.abs() < 1e-12);
        assert_eq!((parts(1, 0, 0, 5), parts(6, 5, 0, 5), parts(-1, 5, 0, 5)), (None, None, None));
    }
}
