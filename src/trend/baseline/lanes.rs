//! Sums along columns, in lanes that the compiler turns into vector instructions; always added in the same order.

/// Numbers added side by side: enough that an addition need not wait for the one before.
const LANES: usize = 8;

fn total(lanes: [f64; LANES]) -> f64 {
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))
}

/// Σ a.
pub(super) fn sum(a: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = a.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().sum();
    for x in chunks {
        for lane in 0..LANES {
            lanes[lane] += x[lane];
        }
    }
    total(lanes) + rest
}

/// Σ a·b.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a8, b8) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    total(lanes) + rest
}

/// Σ (y − m)²/m, each times its weight where there are weights.
pub(super) fn pearson(y: &[f64], means: &[f64], weights: Option<&[f64]>) -> f64 {
    let mut lanes = [0.0; LANES];
    let one = |y: f64, m: f64| (y - m) * (y - m) / m;
    let whole = y.len() / LANES * LANES;
    let (y8, m8) = (y.chunks_exact(LANES), means.chunks_exact(LANES));
    match weights {
        None => {
            for (y, m) in y8.zip(m8) {
                for lane in 0..LANES {
                    lanes[lane] += one(y[lane], m[lane]);
                }
            }
        }
        Some(weights) => {
            for ((y, m), w) in y8.zip(m8).zip(weights.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    lanes[lane] += w[lane] * one(y[lane], m[lane]);
                }
            }
        }
    }
    let rest = (whole..y.len()).map(|i| weights.map_or(1.0, |w| w[i]) * one(y[i], means[i]));
    total(lanes) + rest.sum::<f64>()
}

/// Σ (a − middle)².
pub(super) fn squares(a: &[f64], middle: f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = a.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().map(|x| (x - middle) * (x - middle)).sum();
    for x in chunks {
        for lane in 0..LANES {
            lanes[lane] += (x[lane] - middle) * (x[lane] - middle);
        }
    }
    total(lanes) + rest
}

/// The greatest |a|; 0 of none.
pub(super) fn greatest(a: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = a.chunks_exact(LANES);
    let rest = chunks.remainder().iter().map(|x| x.abs()).fold(0.0, f64::max);
    for x in chunks {
        for lane in 0..LANES {
            let x = x[lane].abs();
            lanes[lane] = if x > lanes[lane] { x } else { lanes[lane] };
        }
    }
    lanes.into_iter().fold(rest, f64::max)
}

/// The least and the greatest of some numbers; both the same when there are none.
pub(super) fn range(a: &[f64]) -> (f64, f64) {
    let first = a.first().copied().unwrap_or(0.0);
    let (mut low, mut high) = ([first; LANES], [first; LANES]);
    let chunks = a.chunks_exact(LANES);
    let rest = chunks.remainder().iter();
    let (mut least, mut most) = rest.fold((first, first), |(l, h), x| (l.min(*x), h.max(*x)));
    for x in chunks {
        for lane in 0..LANES {
            low[lane] = if x[lane] < low[lane] { x[lane] } else { low[lane] };
            high[lane] = if x[lane] > high[lane] { x[lane] } else { high[lane] };
        }
    }
    least = low.into_iter().fold(least, f64::min);
    most = high.into_iter().fold(most, f64::max);
    (least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lanes_add_up() {
        let a: Vec<f64> = (0..27).map(f64::from).collect();
        let b: Vec<f64> = (0..27).map(|i| f64::from(i) - 20.0).collect();
        assert!((sum(&a) - 351.0).abs() < 1e-12 && (greatest(&b) - 20.0).abs() < 1e-12);
        // Σi² − 20Σi
        assert!((dot(&a, &b) - (6_201.0 - 20.0 * 351.0)).abs() < 1e-9);
        let means = [2.0; 27];
        let squares: f64 = a.iter().map(|y| (y - 2.0) * (y - 2.0) / 2.0).sum();
        assert!((pearson(&a, &means, None) - squares).abs() < 1e-9);
        assert!((pearson(&a, &means, Some(&[3.0; 27])) - 3.0 * squares).abs() < 1e-9);
        assert!((super::squares(&a, 13.0) - 1_638.0).abs() < 1e-9);
        assert_eq!((range(&b), range(&[])), ((-20.0, 6.0), (0.0, 0.0)));
        assert!(greatest(&[]).abs() < 1e-300);
    }
}
