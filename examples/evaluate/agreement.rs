//! How far two ways of grouping agree: the measures of `score_clusters.py`, over equal rows.

use std::collections::BTreeMap;

/// Agreement of an assignment with known labels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreement {
    /// Normalised mutual information, arithmetic mean (Vinh, Epps, Bailey 2010).
    pub(crate) nmi: f64,
    /// Adjusted Rand index (Hubert and Arabie 1985).
    pub(crate) ari: f64,
    /// The share right under the best one-to-one naming (Kuhn 1955).
    pub(crate) acc: f64,
}

/// Compares (given, known) pairs.
pub(crate) fn agreement<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Agreement {
    let (mut rows, mut columns): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) = Default::default();
    let mut cells: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut n = 0.0;
    for (given, known) in pairs {
        let (next_row, next_column) = (rows.len(), columns.len());
        let row = *rows.entry(given).or_insert(next_row);
        let column = *columns.entry(known).or_insert(next_column);
        *cells.entry((row, column)).or_default() += 1.0;
        n += 1.0;
    }
    let mut left = vec![0.0; rows.len()];
    let mut right = vec![0.0; columns.len()];
    for ((row, column), count) in &cells {
        left[*row] += count;
        right[*column] += count;
    }
    let entropy = |counts: &[f64]| -counts.iter().map(|c| c / n * (c / n).ln()).sum::<f64>();
    let mutual: f64 = cells.iter().map(|((i, j), c)| c / n * (c * n / (left[*i] * right[*j])).ln()).sum();
    let pairs_of = |c: f64| c * (c - 1.0) / 2.0;
    let together: f64 = cells.values().map(|c| pairs_of(*c)).sum();
    let (a, b): (f64, f64) = (left.iter().map(|c| pairs_of(*c)).sum(), right.iter().map(|c| pairs_of(*c)).sum());
    let expected = a * b / pairs_of(n);
    let size = left.len().max(right.len());
    let mut costs = vec![vec![0.0; size]; size];
    cells.iter().for_each(|((i, j), c)| costs[*i][*j] = -c);
    Agreement {
        nmi: 2.0 * mutual / (entropy(&left) + entropy(&right)),
        ari: (together - expected) / ((a + b) / 2.0 - expected),
        acc: -cheapest(&costs) / n,
    }
}

/// The cost of the cheapest one-to-one assignment of a square matrix: shortest augmenting paths with potentials
/// (Jonker and Volgenant 1987).
fn cheapest(costs: &[Vec<f64>]) -> f64 {
    let n = costs.len();
    let (mut row_price, mut column_price) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    // The row that holds each column; place 0 is the row being placed.
    let mut holder = vec![0_usize; n + 1];
    for row in 1..=n {
        holder[0] = row;
        let mut from = vec![0_usize; n + 1];
        let mut least = vec![f64::INFINITY; n + 1];
        let mut used = vec![false; n + 1];
        let mut at = 0;
        while holder[at] != 0 {
            used[at] = true;
            let (mut step, mut next) = (f64::INFINITY, 0);
            for column in (1..=n).filter(|column| !used[*column]) {
                let cost = costs[holder[at] - 1][column - 1] - row_price[holder[at]] - column_price[column];
                if cost < least[column] {
                    least[column] = cost;
                    from[column] = at;
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=n {
                if used[column] {
                    row_price[holder[column]] += step;
                    column_price[column] -= step;
                } else {
                    least[column] -= step;
                }
            }
            at = next;
        }
        while at != 0 {
            holder[at] = holder[from[at]];
            at = from[at];
        }
    }
    (1..=n).map(|column| costs[holder[column] - 1][column - 1]).sum()
}
