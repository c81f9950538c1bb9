//! The best cut of a series into pieces: exact, by dynamic programming with pruning.

/// Finds the change points that make Σ cost(piece) + `penalty` × (pieces − 1) least; each is the length of the series
/// before it, ascending, with the least total cost, without the penalty of a first piece that is always there.
///
/// `cost(from, to)` is that of the piece `[from, to)`; cutting a piece in two must not make the sum of costs greater
/// (Killick, Fearnhead and Eckley 2012, *JASA* 107, eq. 4, with K = 0). No piece is shorter than `least`.
pub fn pelt(n: usize, least: usize, penalty: f64, cost: impl Fn(usize, usize) -> f64) -> (Vec<usize>, f64) {
    let costs = |from: &[usize], to: usize, costs: &mut [f64]| {
        costs.iter_mut().zip(from).for_each(|(found, from)| *found = cost(*from, to));
    };
    pelt_of(n, least, penalty, costs)
}

/// The same where the costs of several pieces are worked out together: `costs(from, to, found)` sets each of `found` to
/// that of `[from, to)`, as many as `from`.
pub fn pelt_of(
    n: usize,
    least: usize,
    penalty: f64,
    mut costs: impl FnMut(&[usize], usize, &mut [f64]),
) -> (Vec<usize>, f64) {
    let least = least.max(1);
    let mut values = vec![0.0; n.max(1)];
    if n < 2 * least {
        if n > 0 {
            costs(&[0], n, &mut values[..1]);
        }
        return (Vec::new(), values[0]);
    }
    let mut best = vec![f64::INFINITY; n + 1];
    let mut from = vec![0; n + 1];
    best[0] = -penalty;
    // Where a piece may begin, and the end from which on it need not be tried any more.
    let (mut open, mut until): (Vec<usize>, Vec<usize>) = Default::default();
    for end in least..=n {
        // A piece may begin where another could have ended.
        let start = end - least;
        if start == 0 || start >= least {
            open.push(start);
            until.push(usize::MAX);
        }
        if until.iter().any(|until| *until <= end) {
            let mut kept = until.iter().map(|until| *until > end);
            open.retain(|_| kept.next().unwrap_or(false));
            until.retain(|until| *until > end);
        }
        let values = &mut values[..open.len()];
        costs(&open, end, values);
        for (start, value) in open.iter().zip(&mut *values) {
            *value += best[*start];
            if *value + penalty < best[end] {
                best[end] = *value + penalty;
                from[end] = *start;
            }
        }
        // What is worse even without paying for a cut here is never better than a piece that begins here; but such a
        // piece must first be long enough.
        for (until, value) in until.iter_mut().zip(&*values) {
            if *value > best[end] {
                *until = (*until).min(end + least);
            }
        }
    }
    let mut changes = Vec::new();
    let mut end = n;
    while from[end] > 0 {
        end = from[end];
        changes.push(end);
    }
    changes.reverse();
    (changes, best[n])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squared deviations from the mean.
    fn squares(y: &[f64]) -> impl Fn(usize, usize) -> f64 {
        move |a, b| {
            let mean = y[a..b].iter().sum::<f64>() / (b - a) as f64;
            y[a..b].iter().map(|v| (v - mean).powi(2)).sum()
        }
    }

    /// All cuts tried.
    fn exhaustive(n: usize, least: usize, penalty: f64, cost: &impl Fn(usize, usize) -> f64) -> f64 {
        let mut best = vec![f64::INFINITY; n + 1];
        best[0] = -penalty;
        for end in least..=n {
            for start in 0..=end - least {
                best[end] = best[end].min(best[start] + cost(start, end) + penalty);
            }
        }
        best[n]
    }

    #[test]
    fn a_step_is_found_and_flat_is_left_whole() {
        let y = [1.0, 1.0, 1.0, 1.0, 9.0, 9.0, 9.0];
        assert_eq!(pelt(7, 2, 3.0, squares(&y)).0, [4]);
        assert!(pelt(4, 2, 3.0, squares(&[2.0; 4])).0.is_empty());
        assert!(pelt(3, 2, 3.0, squares(&[2.0, 9.0, 2.0])).0.is_empty());
        assert_eq!(pelt(0, 2, 3.0, |_, _| f64::NAN), (Vec::new(), 0.0));
    }

    #[test]
    fn pruning_loses_nothing() {
        for seed in 1_u64..60 {
            let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let y: Vec<f64> = (0..60)
                .map(|i| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 60) as f64 + if i / 17 % 2 == 1 { 6.0 } else { 0.0 }
                })
                .collect();
            for least in [1, 2, 4, 7] {
                let cost = squares(&y);
                let (changes, value) = pelt(y.len(), least, 60.0, &cost);
                assert!((value - exhaustive(y.len(), least, 60.0, &cost)).abs() < 1e-9, "{seed} {least}");
                let ends: Vec<usize> = std::iter::once(0).chain(changes).chain([60]).collect();
                assert!(ends.windows(2).all(|pair| pair[1] - pair[0] >= least));
            }
        }
    }
}
