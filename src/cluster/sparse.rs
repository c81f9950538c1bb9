//! Sparse matrices by rows, and their products with narrow dense ones.

use multiversion::multiversion;
use rayon::prelude::*;

/// A dense matrix, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// Columns.
    pub width: usize,
    /// `rows × width` numbers.
    pub values: Vec<f32>,
}

impl Dense {
    /// All zeros.
    pub fn zeros(rows: usize, width: usize) -> Self {
        Self { width, values: vec![0.0; rows * width] }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// Scales every row to length 1; rows of zeros stay.
    pub fn normalise(&mut self) {
        if self.width > 0 {
            self.values.par_chunks_mut(self.width).for_each(normalise);
        }
    }
}

/// Scales to length 1.
pub fn normalise(row: &mut [f32]) {
    let norm = dot(row, row).sqrt();
    if norm > 1e-12 {
        row.iter_mut().for_each(|x| *x /= norm);
    }
}

/// The inner product, summed in eight lanes in a fixed order. A plain counted loop: it is most of discovery's time, and
/// iterators cost calls where the compiler does not inline them.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a_chunks, a_tail), (b_chunks, b_tail)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut lanes = [0.0_f32; 8];
    let mut i = 0;
    while i < a_chunks.len() {
        let (x, y) = (&a_chunks[i], &b_chunks[i]);
        lanes[0] += x[0] * y[0];
        lanes[1] += x[1] * y[1];
        lanes[2] += x[2] * y[2];
        lanes[3] += x[3] * y[3];
        lanes[4] += x[4] * y[4];
        lanes[5] += x[5] * y[5];
        lanes[6] += x[6] * y[6];
        lanes[7] += x[7] * y[7];
        i += 1;
    }
    let mut tail = 0.0;
    let mut i = 0;
    while i < a_tail.len() {
        tail += a_tail[i] * b_tail[i];
        i += 1;
    }
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])) + tail
}

/// [`dot`] of one row with four: each sum is the same to the bit, but four are under way at once.
#[inline(always)]
pub fn dots(a: &[f32], b: [&[f32]; 4]) -> [f32; 4] {
    let (x, x_tail) = a.as_chunks::<8>();
    let [y0, y1, y2, y3] = b.map(|row| &row.as_chunks::<8>().0[..x.len()]);
    let (mut s0, mut s1, mut s2, mut s3) = ([0.0_f32; 8], [0.0; 8], [0.0; 8], [0.0; 8]);
    for i in 0..x.len() {
        add_products(&mut s0, &x[i], &y0[i]);
        add_products(&mut s1, &x[i], &y1[i]);
        add_products(&mut s2, &x[i], &y2[i]);
        add_products(&mut s3, &x[i], &y3[i]);
    }
    // Without the fence the compiler takes the four rows for its lanes and shuffles every number: a third of the speed.
    let lanes = std::hint::black_box([s0, s1, s2, s3]);
    let mut out = [0.0; 4];
    for ((out, s), row) in out.iter_mut().zip(&lanes).zip(b) {
        let mut tail = 0.0;
        for (x, y) in x_tail.iter().zip(&row[x.len() * 8..]) {
            tail += x * y;
        }
        *out = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7])) + tail;
    }
    out
}

#[inline(always)]
fn add_products(sums: &mut [f32; 8], x: &[f32; 8], y: &[f32; 8]) {
    for lane in 0..8 {
        sums[lane] += x[lane] * y[lane];
    }
}

/// `y += a·x`.
#[inline(always)]
pub fn add_scaled(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// [`add_scaled`] of four rows, one after the other for every number, in one pass over `y`.
#[inline(always)]
fn add_four(y: &mut [f32], a: [f32; 4], x: [&[f32]; 4]) {
    let n = y.len();
    let [x0, x1, x2, x3] = x.map(|row| &row[..n]);
    for i in 0..n {
        y[i] = y[i] + a[0] * x0[i] + a[1] * x1[i] + a[2] * x2[i] + a[3] * x3[i];
    }
}

/// A sparse matrix: for every row its columns, ascending, and their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sparse {
    /// Columns.
    pub width: usize,
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Sparse {
    /// From its rows.
    pub fn from_rows(width: usize, rows: impl IntoIterator<Item = Vec<(u32, f32)>>) -> Self {
        let mut matrix = Self { width, starts: vec![0], columns: Vec::new(), values: Vec::new() };
        for row in rows {
            for (column, value) in row {
                matrix.columns.push(column);
                matrix.values.push(value);
            }
            matrix.starts.push(matrix.columns.len());
        }
        matrix
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many cells are not zero.
    pub fn cells(&self) -> usize {
        self.columns.len()
    }

    /// The columns and values of one row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f32)> + Clone {
        let range = self.starts[row]..self.starts[row + 1];
        self.columns[range.clone()].iter().map(|c| *c as usize).zip(self.values[range].iter().copied())
    }

    /// Some of the rows, in the order given.
    #[must_use]
    pub fn pick(&self, rows: &[usize]) -> Self {
        let cells = |row: usize| self.row(row).map(|(column, value)| (column as u32, value)).collect();
        Self::from_rows(self.width, rows.iter().map(|row| cells(*row)))
    }

    /// Rows and columns exchanged.
    #[must_use]
    pub fn transpose(&self) -> Self {
        let mut starts = vec![0; self.width + 1];
        for column in &self.columns {
            starts[*column as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let (mut columns, mut values) = (vec![0; self.cells()], vec![0.0; self.cells()]);
        for row in 0..self.rows() {
            for (column, value) in self.row(row) {
                columns[next[column]] = row as u32;
                values[next[column]] = value;
                next[column] += 1;
            }
        }
        Self { width: self.rows(), starts, columns, values }
    }

    /// `self · dense` into `out`: every row summed on its own in a fixed order, so that threads cannot change it.
    pub fn times(&self, dense: &Dense, out: &mut Dense) {
        if dense.width == 0 {
            return;
        }
        out.values.par_chunks_mut(dense.width).with_min_len(64).enumerate().for_each(|(row, sums)| {
            let range = self.starts[row]..self.starts[row + 1];
            sums.fill(0.0);
            add_rows(sums, &self.columns[range.clone()], &self.values[range], dense);
        });
    }
}

/// Adds the rows of `dense` at `columns`, each times its value.
#[multiversion(targets("x86_64+avx2"))]
fn add_rows(sums: &mut [f32], columns: &[u32], values: &[f32], dense: &Dense) {
    let (columns, columns_left) = columns.as_chunks::<4>();
    let (values, values_left) = values.as_chunks::<4>();
    for (columns, values) in columns.iter().zip(values) {
        add_four(sums, *values, columns.map(|column| dense.row(column as usize)));
    }
    for (column, value) in columns_left.iter().zip(values_left) {
        add_scaled(sums, *value, dense.row(*column as usize));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_transposes() {
        let a = Sparse::from_rows(3, [vec![(0, 1.0), (2, 2.0)], vec![], vec![(1, 3.0)]]);
        let b = Dense { width: 2, values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0] };
        let mut product = Dense { width: 2, values: vec![7.0; 6] };
        a.times(&b, &mut product);
        assert_eq!(product.values, [11.0, 14.0, 0.0, 0.0, 9.0, 12.0]);
        assert_eq!(a.transpose().transpose(), a);
        assert_eq!(a.transpose().row(2).collect::<Vec<_>>(), [(0, 2.0)]);
        assert_eq!(a.pick(&[2, 0]).row(1).collect::<Vec<_>>(), [(0, 1.0), (2, 2.0)]);
        let long: Vec<f32> = (1..=11).map(|i| i as f32).collect();
        assert_eq!(dot(&long, &long), 506.0);
        assert_eq!(dots(&long, [&long; 4]), [506.0; 4]);
    }
}
