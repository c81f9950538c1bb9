//! Small symmetric systems: Cholesky's factor and what is solved with it.

/// More columns than any design here has.
pub const MOST: usize = 24;

/// One number per column; those beyond the width are 0.
pub type Beta = [f64; MOST];

/// The lower triangle of the factor of `matrix`, of which the lower triangle is read; null when it is singular.
#[inline(always)]
pub(super) fn cholesky(matrix: &[Beta; MOST], width: usize, factor: &mut [Beta; MOST]) -> Option<()> {
    for a in 0..width {
        for b in 0..=a {
            let known: f64 = (0..b).map(|c| factor[a][c] * factor[b][c]).sum();
            let rest = matrix[a][b] - known;
            if a == b {
                if rest.is_nan() || rest <= 1e-10 * matrix[a][a] || rest == f64::INFINITY {
                    return None;
                }
                factor[a][a] = rest.sqrt();
            } else {
                factor[a][b] = rest / factor[b][b];
            }
        }
    }
    Some(())
}

/// The solution of the system whose factor this is.
#[inline(always)]
pub(super) fn solve(factor: &[Beta; MOST], right: &Beta, width: usize) -> Beta {
    let mut z = [0.0; MOST];
    for a in 0..width {
        let known: f64 = (0..a).map(|b| factor[a][b] * z[b]).sum();
        z[a] = (right[a] - known) / factor[a][a];
    }
    let mut beta = [0.0; MOST];
    for a in (0..width).rev() {
        let known: f64 = (a + 1..width).map(|b| factor[b][a] * beta[b]).sum();
        beta[a] = (z[a] - known) / factor[a][a];
    }
    beta
}

/// x'A⁻¹x, A being what this is the factor of.
#[inline(always)]
pub(super) fn spread(factor: &[Beta; MOST], x: &[f64], width: usize) -> f64 {
    let mut sum = 0.0;
    let mut z = [0.0; MOST];
    for a in 0..width {
        let known: f64 = (0..a).map(|b| factor[a][b] * z[b]).sum();
        z[a] = (x[a] - known) / factor[a][a];
        sum += z[a] * z[a];
    }
    sum
}
