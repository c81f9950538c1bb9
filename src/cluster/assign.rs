//! The best one-to-one assignment of rows to columns (Kuhn 1955; Munkres 1957), in the O(n³) form with potentials.

/// For each row the column it goes to, so that the sum of `gains` is greatest; null for rows left over when there are
/// more rows than columns. Gains are finite; every row has `columns` of them. Of equal assignments one, always the same.
pub fn assign(gains: &[Vec<f64>], columns: usize) -> Vec<Option<usize>> {
    let n = gains.len().max(columns);
    // Costs are negated gains; the missing rows and columns of the square cost nothing.
    let cost = |row: usize, column: usize| gains.get(row).and_then(|r| r.get(column)).map_or(0.0, |g| -g);
    // Rows and columns from 1; 0 is the row being placed.
    let (mut u, mut v) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let mut row_of = vec![0_usize; n + 1];
    let mut way = vec![0_usize; n + 1];
    for row in 1..=n {
        row_of[0] = row;
        let mut at = 0;
        let mut least = vec![f64::INFINITY; n + 1];
        let mut used = vec![false; n + 1];
        loop {
            used[at] = true;
            let placed = row_of[at];
            let (mut delta, mut next) = (f64::INFINITY, 0);
            for column in (1..=n).filter(|c| !used[*c]) {
                let reduced = cost(placed - 1, column - 1) - u[placed] - v[column];
                if reduced < least[column] {
                    least[column] = reduced;
                    way[column] = at;
                }
                if least[column] < delta {
                    delta = least[column];
                    next = column;
                }
            }
            for column in 0..=n {
                if used[column] {
                    u[row_of[column]] += delta;
                    v[column] -= delta;
                } else {
                    least[column] -= delta;
                }
            }
            at = next;
            if row_of[at] == 0 {
                break;
            }
        }
        while at != 0 {
            let before = way[at];
            row_of[at] = row_of[before];
            at = before;
        }
    }
    let mut to = vec![None; gains.len()];
    for column in 1..=columns {
        if row_of[column] >= 1 && row_of[column] <= gains.len() {
            to[row_of[column] - 1] = Some(column - 1);
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_best_sum_wins_over_the_best_pair() {
        // Greedy takes 9 and then 1; the best is 8 + 7.
        assert_eq!(assign(&[vec![9.0, 8.0], vec![7.0, 1.0]], 2), [Some(1), Some(0)]);
        assert_eq!(assign(&[vec![1.0], vec![3.0], vec![2.0]], 1), [None, Some(0), None]);
        assert_eq!(assign(&[vec![0.0, 5.0, 1.0]], 3), [Some(1)]);
        assert!(assign(&[], 3).is_empty());
        assert_eq!(assign(&[vec![], vec![]], 0), [None, None]);
    }

    proptest! {
        #[test]
        fn no_permutation_is_better(cells in proptest::collection::vec(0_u32..50, 16)) {
            let gains: Vec<Vec<f64>> = cells.chunks(4).map(|row| row.iter().map(|c| f64::from(*c)).collect()).collect();
            let sum = |to: &[usize]| to.iter().enumerate().map(|(row, column)| gains[row][*column]).sum::<f64>();
            let found: Vec<usize> = assign(&gains, 4).into_iter().map(|to| to.unwrap()).collect();
            let mut best = 0.0_f64;
            for code in 0..256_usize {
                let to: Vec<usize> = (0..4).map(|i| code >> (2 * i) & 3).collect();
                if (0..4).all(|c| to.contains(&c)) {
                    best = best.max(sum(&to));
                }
            }
            prop_assert_eq!(sum(&found), best);
        }
    }
}
