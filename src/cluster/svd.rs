//! The first singular vectors of a sparse matrix, found with a fixed start: same input, same bits.
//!
//! Randomised subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4) with a hashed ±1 block for the random
//! one; orthonormalised by Cholesky, in the end twice (Yamamoto et al. 2015): on the way there a basis need only not
//! collapse.

use multiversion::multiversion;
use rayon::prelude::*;

use crate::cluster::intern::mix;
use crate::cluster::sparse::{Dense, Sparse, dot, dots};

/// Columns beyond those asked for (Halko et al. 2011, section 4.2: 5 to 10).
const OVERSAMPLE: usize = 10;
const POWER_ITERATIONS: usize = 4;
/// Rows summed together: fixed, so that the sum does not depend on threads.
const BLOCK: usize = 1024;

/// A truncated decomposition `A ≈ U·S·Vᵀ`.
#[derive(Debug, Clone)]
pub struct Svd {
    /// The singular values, largest first.
    pub singular: Vec<f64>,
    /// A basis of the space of the right vectors, one row per column of `A`, and `A` times it.
    basis: Dense,
    image: Dense,
    /// From the basis to the vectors.
    rotation: Dense,
}

impl Svd {
    /// `V`: one row per column of `A`.
    pub fn right(&self) -> Dense {
        rotate(&self.basis, &self.rotation)
    }

    /// `A·V = U·S`: one row per row of `A`.
    pub fn projected(&self) -> Dense {
        rotate(&self.image, &self.rotation)
    }
}

/// The `rank` largest singular values and their vectors; fewer where the matrix has fewer.
pub fn svd(matrix: &Sparse, rank: usize) -> Svd {
    let width = (rank + OVERSAMPLE).min(matrix.width).min(matrix.rows());
    let transposed = matrix.transpose();
    let mut basis = Dense { width, values: (0..matrix.width * width).map(|i| sign(i as u64)).collect() };
    if width == matrix.width {
        // The whole space: any basis will do, and a small block of signs may not be one.
        basis.values = (0..width * width).map(|i| if i % width == i / width { 1.0 } else { 0.0 }).collect();
    }
    let mut image = Dense::zeros(matrix.rows(), width);
    for _ in 0..POWER_ITERATIONS {
        matrix.times(&basis, &mut image);
        transposed.times(&image, &mut basis);
        orthonormalise(&mut basis);
    }
    orthonormalise(&mut basis);
    matrix.times(&basis, &mut image);
    let (values, vectors) = eigen(gram(&image), width);
    let rank = rank.min(values.iter().filter(|v| **v > values[0].max(0.0) * 1e-10 && **v > 0.0).count());
    let mut rotation = Dense::zeros(width, rank);
    for column in 0..rank {
        for row in 0..width {
            rotation.values[row * rank + column] = vectors[row * width + column] as f32;
        }
    }
    Svd { singular: values[..rank].iter().map(|v| v.sqrt()).collect(), basis, image, rotation }
}

/// +1 or -1, by hash.
fn sign(i: u64) -> f32 {
    if mix(i.wrapping_add(0x9e37_79b9_7f4a_7c15)) & 1 == 0 { 1.0 } else { -1.0 }
}

/// `AᵀA`, in double precision, in blocks of fixed size added in order.
pub fn gram(a: &Dense) -> Vec<f64> {
    let w = a.width;
    if w == 0 {
        return Vec::new();
    }
    let blocks: Vec<Vec<f64>> = a.values.par_chunks(BLOCK * w).map(|rows| products(rows, w)).collect();
    let mut total = vec![0.0; w * w];
    for block in blocks {
        total.iter_mut().zip(block).for_each(|(sum, x)| *sum += x);
    }
    for i in 0..w {
        for j in 0..i {
            total[i * w + j] = total[j * w + i];
        }
    }
    total
}

/// The upper triangle of `AᵀA` of a block of rows.
#[multiversion(targets("x86_64+avx2"))]
fn products(rows: &[f32], w: usize) -> Vec<f64> {
    let mut sums = vec![0.0; w * w];
    // Four rows to one pass over the sums; each sum still takes them one after the other.
    let mut wide = vec![0.0; 4 * w];
    for rows in rows.chunks(4 * w) {
        wide.fill(0.0);
        wide.iter_mut().zip(rows).for_each(|(x, y)| *x = f64::from(*y));
        let [y0, y1, y2, y3] = [0, 1, 2, 3].map(|row| &wide[row * w..(row + 1) * w]);
        for i in 0..w {
            let sums = &mut sums[i * w + i..(i + 1) * w];
            let n = sums.len();
            let (z0, z1, z2, z3) = (&y0[i..][..n], &y1[i..][..n], &y2[i..][..n], &y3[i..][..n]);
            for j in 0..n {
                sums[j] = sums[j] + z0[0] * z0[j] + z1[0] * z1[j] + z2[0] * z2[j] + z3[0] * z3[j];
            }
        }
    }
    sums
}

/// Makes the columns orthonormal, as far as their condition lets one pass; columns that depend on earlier ones become
/// zero.
fn orthonormalise(a: &mut Dense) {
    let w = a.width;
    let mut lower = gram(a);
    let largest = (0..w).map(|i| lower[i * w + i]).fold(0.0, f64::max);
    // Cholesky, G = L·Lᵀ; a pivot of nothing marks a dependent column.
    for j in 0..w {
        let pivot = lower[j * w + j] - (0..j).map(|k| lower[j * w + k] * lower[j * w + k]).sum::<f64>();
        let pivot = if pivot > largest * 1e-13 { pivot.sqrt() } else { 0.0 };
        lower[j * w + j] = pivot;
        for i in j + 1..w {
            let rest = lower[i * w + j] - (0..j).map(|k| lower[i * w + k] * lower[j * w + k]).sum::<f64>();
            lower[i * w + j] = if pivot > 0.0 { rest / pivot } else { 0.0 };
        }
    }
    // Each row x becomes x·L⁻ᵀ: forward substitution, column by column of L.
    let columns: Vec<f64> = (0..w * w).map(|i| lower[i % w * w + i / w]).collect();
    if w > 0 {
        a.values.par_chunks_mut(w).with_min_len(64).for_each(|row| substitute(row, &columns));
    }
}

/// Solves `x·Lᵀ = row` into `row`, the columns of `L` one after the other.
#[multiversion(targets("x86_64+avx2"))]
fn substitute(row: &mut [f32], columns: &[f64]) {
    let w = row.len();
    let mut rest: Vec<f64> = row.iter().map(|x| f64::from(*x)).collect();
    for first in (0..w).step_by(4) {
        // Four columns are solved, then taken from the rest in one pass, one after the other.
        let mut solved = [0.0; 4];
        for j in first..(first + 4).min(w) {
            for (earlier, solved) in (first..j).zip(&solved) {
                rest[j] -= columns[earlier * w + j] * solved;
            }
            let pivot = columns[j * w + j];
            solved[j - first] = if pivot > 0.0 { rest[j] / pivot } else { 0.0 };
            row[j] = solved[j - first] as f32;
        }
        let after = (first + 4).min(w);
        if after < w {
            let of = [0, 1, 2, 3].map(|i| &columns[(first + i) * w + after..(first + i + 1) * w]);
            subtract_four(&mut rest[after..], solved, of);
        }
    }
}

/// `y −= a·x` for four rows, one after the other for every number, in one pass over `y`.
#[inline(always)]
fn subtract_four(y: &mut [f64], a: [f64; 4], x: [&[f64]; 4]) {
    let n = y.len();
    let [x0, x1, x2, x3] = x.map(|row| &row[..n]);
    for i in 0..n {
        y[i] = y[i] - a[0] * x0[i] - a[1] * x1[i] - a[2] * x2[i] - a[3] * x3[i];
    }
}

/// Eigenvalues, largest first, and eigenvectors (columns) of a symmetric `w × w` matrix: cyclic Jacobi rotations
/// (Golub and Van Loan, Matrix Computations, section 8.5).
pub fn eigen(mut a: Vec<f64>, w: usize) -> (Vec<f64>, Vec<f64>) {
    // Row after row the vectors found.
    let mut v = vec![0.0; w * w];
    (0..w).for_each(|i| v[i * w + i] = 1.0);
    let scale: f64 = a.iter().map(|x| x * x).sum::<f64>().sqrt();
    for _ in 0..30 {
        let off: f64 = (0..w).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * w + j].powi(2)).sum();
        if off.sqrt() <= scale * 1e-12 {
            break;
        }
        for p in 0..w {
            for q in p + 1..w {
                rotate_pair(&mut a, &mut v, w, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..w).collect();
    order.sort_by(|i, j| a[j * w + j].total_cmp(&a[i * w + i]));
    let values = order.iter().map(|i| a[i * w + i]).collect();
    let mut vectors = vec![0.0; w * w];
    for (to, from) in order.iter().enumerate() {
        (0..w).for_each(|row| vectors[row * w + to] = v[from * w + row]);
    }
    (values, vectors)
}

fn rotate_pair(a: &mut [f64], v: &mut [f64], w: usize, p: usize, q: usize) {
    let apq = a[p * w + q];
    if apq.abs() < f64::MIN_POSITIVE {
        return;
    }
    let theta = (a[q * w + q] - a[p * w + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    let (app, aqq) = (a[p * w + p] - t * apq, a[q * w + q] + t * apq);
    for matrix in [&mut *a, v] {
        let (before, from_q) = matrix.split_at_mut(q * w);
        turn(&mut before[p * w..(p + 1) * w], &mut from_q[..w], c, s);
    }
    // The columns are the rows, and where both meet is what the angle was chosen for.
    (a[p * w + p], a[q * w + q], a[p * w + q], a[q * w + p]) = (app, aqq, 0.0, 0.0);
    for k in 0..w {
        a[k * w + p] = a[p * w + k];
        a[k * w + q] = a[q * w + k];
    }
}

/// Turns two rows by an angle of this cosine and sine.
#[multiversion(targets("x86_64+avx2"))]
fn turn(first: &mut [f64], second: &mut [f64], c: f64, s: f64) {
    for (x, y) in first.iter_mut().zip(second) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

/// `a · b` for a narrow `b`.
fn rotate(a: &Dense, b: &Dense) -> Dense {
    let mut columns = vec![0.0; b.values.len()];
    let height = a.width;
    for row in 0..height {
        for column in 0..b.width {
            columns[column * height + row] = b.values[row * b.width + column];
        }
    }
    let mut out = Dense::zeros(a.rows(), b.width);
    if b.width > 0 {
        out.values.par_chunks_mut(b.width).with_min_len(64).enumerate().for_each(|(row, cells)| {
            project(cells, a.row(row), &columns);
        });
    }
    out
}

/// The inner product of a row with each column.
#[multiversion(targets("x86_64+avx2"))]
fn project(cells: &mut [f32], row: &[f32], columns: &[f32]) {
    let n = row.len();
    for (cells, columns) in cells.chunks_mut(4).zip(columns.chunks(4 * n)) {
        match cells {
            [a, b, c, d] => [*a, *b, *c, *d] = dots(row, [0, 1, 2, 3].map(|i| &columns[i * n..(i + 1) * n])),
            rest => rest.iter_mut().zip(columns.chunks_exact(n)).for_each(|(cell, column)| *cell = dot(row, column)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_known_singular_values() {
        // diag(3, 2, 1) with a zero row and column beside it.
        let matrix = Sparse::from_rows(4, [vec![(0, 3.0)], vec![(1, 2.0)], vec![], vec![(2, 1.0)]]);
        let found = svd(&matrix, 2);
        assert!((found.singular[0] - 3.0).abs() < 1e-5 && (found.singular[1] - 2.0).abs() < 1e-5);
        // Which way a vector points is nobody's business.
        assert!((found.right().row(0)[0].abs() - 1.0).abs() < 1e-5);
        assert!((found.projected().row(1)[1].abs() - 2.0).abs() < 1e-5);
    }

    #[test]
    fn reproduces_a_matrix_of_low_rank() {
        // a_ij = u_i·v_j + s_i·t_j: rank 2.
        let cell = |i: usize, j: usize| (i % 3) as f32 * (j % 5) as f32 + ((i * j) % 2) as f32 * 0.0 + (i / 7) as f32;
        let rows = (0..40).map(|i| (0..30).map(|j| (j as u32, cell(i, j))).collect());
        let matrix = Sparse::from_rows(30, rows);
        let found = svd(&matrix, 5);
        assert_eq!(found.singular.len(), 2);
        let (projected, right) = (found.projected(), found.right());
        for i in 0..40 {
            for j in 0..30 {
                let back = dot(projected.row(i), right.row(j));
                assert!((back - cell(i, j)).abs() < 1e-3, "{i} {j} {back}");
            }
        }
    }

    #[test]
    fn eigenvalues_of_two_by_two() {
        let (values, vectors) = eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        assert!((values[0] - 3.0).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-12);
        assert!((vectors[0].abs() - 0.5_f64.sqrt()).abs() < 1e-12);
    }
}
