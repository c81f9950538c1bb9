//! Sums along columns, in lanes that the compiler turns into vector instructions, as wide as those of the function they
//! are part of; always added in the same order.

/// Numbers added side by side: enough that an addition need not wait for the one before.
const LANES: usize = 8;

#[inline(always)]
fn total(lanes: [f64; LANES]) -> f64 {
    // Without the fence the compiler pairs the lanes as they are added here, and shuffles every number on the way.
    let lanes = std::hint::black_box(lanes);
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))
}

/// Σ a.
#[inline(always)]
pub(crate) fn sum(a: &[f64]) -> f64 {
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
#[inline(always)]
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

/// Σ a·b·c for several c at once.
#[inline(always)]
pub(super) fn triples<const N: usize>(a: &[f64], b: &[f64], c: [&[f64]; N]) -> [f64; N] {
    let ((a8, a_rest), (b8, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let whole = a8.len();
    let c8 = c.map(|c| &c.as_chunks::<LANES>().0[..whole]);
    let mut lanes = [[0.0; LANES]; N];
    for (i, (a, b)) in a8.iter().zip(b8).enumerate() {
        let mut product = [0.0; LANES];
        for lane in 0..LANES {
            product[lane] = a[lane] * b[lane];
        }
        for (lanes, c) in lanes.iter_mut().zip(c8) {
            for lane in 0..LANES {
                lanes[lane] += product[lane] * c[i][lane];
            }
        }
    }
    let mut sums = [0.0; N];
    for ((sum, lanes), c) in sums.iter_mut().zip(lanes).zip(c) {
        let rest: f64 = a_rest.iter().zip(b_rest).zip(&c[whole * LANES..]).map(|((a, b), c)| a * b * c).sum();
        *sum = total(lanes) + rest;
    }
    sums
}

/// Σ (y − m)²/m, each times its weight where there are weights.
#[inline(always)]
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
#[inline(always)]
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
#[inline(always)]
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
        // Σi²(i − 20) = (26·27/2)² − 20·6201
        let [first, second] = triples(&a, &a, [&b, &a]);
        assert!((first - (351.0 * 351.0 - 20.0 * 6_201.0)).abs() < 1e-9 && (second - 351.0 * 351.0).abs() < 1e-9);
        let means = [2.0; 27];
        let squares: f64 = a.iter().map(|y| (y - 2.0) * (y - 2.0) / 2.0).sum();
        assert!((pearson(&a, &means, None) - squares).abs() < 1e-9);
        assert!((pearson(&a, &means, Some(&[3.0; 27])) - 3.0 * squares).abs() < 1e-9);
        assert!((super::squares(&a, 13.0) - 1_638.0).abs() < 1e-9);
        assert!(greatest(&[]).abs() < 1e-300);
    }
}
