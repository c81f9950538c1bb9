//! Many tests at once: the false discovery rate.

/// Benjamini and Hochberg (1995), *JRSS B* 57: p-values → q-values, in the order given. q(i) is the least
/// min over j ≥ i of p(j)·m/j, at most 1.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    let mut q = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(p[i] * p.len() as f64 / (rank + 1) as f64);
        q[i] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_paper_s_example() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let mut mixed = p;
        mixed.reverse();
        let mut q = benjamini_hochberg(&mixed);
        q.reverse();
        for (found, wanted) in q.iter().zip([0.0015, 0.003, 0.0095, 0.035625, 0.0603]) {
            assert!((found - wanted).abs() < 1e-12, "{q:?}");
        }
        assert_eq!(q.iter().filter(|q| **q <= 0.05).count(), 4);
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
