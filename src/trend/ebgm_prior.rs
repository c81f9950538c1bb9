//! The prior of [`crate::trend::ebgm`], fitted to the table itself by maximum likelihood.

use statrs::function::gamma::ln_gamma;

use crate::trend::ebgm::Prior;

/// Fewer cells than this do not tell five parameters apart.
pub const LEAST_CELLS: usize = 20;
/// The bounds of every parameter but the weight, as logarithms: beyond them the law does not change to speak of.
const BOUNDS: (f64, f64) = (-5.0, 7.0);

/// One cell: how often it was seen, and how often it would be were rows and columns independent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Its count.
    pub n: i64,
    /// Its expected count.
    pub expected: f64,
}

/// Fits the prior; null when under [`LEAST_CELLS`] cells have a positive expected count, or nothing fits.
///
/// `truncated`: the table lists only cells that hold at least one, so the law of either part is taken given N ≥ 1
/// (DuMouchel and Pregibon 2001, with N* = 1); give all cells, empty ones too, where they are known. The likelihood is maximised by Nelder and
/// Mead's simplex (1965) over logarithms of the parameters, from DuMouchel's start and two others, the best kept.
pub fn fit(cells: &[Cell], truncated: bool) -> Option<Prior> {
    let mut groups: Vec<(Cell, f64)> = Vec::new();
    let mut sorted: Vec<Cell> = cells
        .iter()
        .copied()
        .filter(|c| c.expected > 0.0 && c.expected.is_finite() && c.n >= i64::from(truncated))
        .collect();
    if sorted.len() < LEAST_CELLS {
        return None;
    }
    sorted.sort_by(|a, b| a.n.cmp(&b.n).then(a.expected.total_cmp(&b.expected)));
    // Cells with the same count and nearly the same expectation are one group with their mean (squashing; DuMouchel and
    // Pregibon 2001, KDD): the error is of the second order in the group's width of 2 %.
    let mut top = f64::NEG_INFINITY;
    for cell in sorted {
        match groups.last_mut() {
            Some((last, weight)) if last.n == cell.n && cell.expected <= top => {
                last.expected += (cell.expected - last.expected) / (*weight + 1.0);
                *weight += 1.0;
            }
            _ => {
                top = cell.expected * 1.02;
                groups.push((cell, 1.0));
            }
        }
    }
    /// α₁, β₁, α₂, β₂, P: DuMouchel's start (1999, §4.2), and two about it.
    const STARTS: [[f64; 5]; 3] =
        [[0.2, 0.1, 2.0, 4.0, 1.0 / 3.0], [2.0, 0.5, 2.0, 2.0, 0.1], [0.5, 0.5, 1.0, 1.0, 0.5]];
    let cost = |at: &[f64; 5]| cost(&groups, truncated, at);
    let mut best: Option<(f64, [f64; 5])> = None;
    for start in STARTS {
        let mut at = start.map(f64::ln);
        at[4] = (start[4] / (1.0 - start[4])).ln();
        // A simplex may collapse early: it is put up anew where it ended until that gains nothing.
        let mut value = f64::INFINITY;
        for _ in 0..6 {
            let (next, there) = simplex(&cost, at);
            at = next;
            if value - there < 1e-7 {
                break;
            }
            value = there;
        }
        let value = cost(&at);
        if value.is_finite() && best.is_none_or(|(least, _)| value < least - 1e-9) {
            best = Some((value, at));
        }
    }
    let prior = of(&best?.1);
    // The part with the higher mean first.
    let swap = prior.alpha1 / prior.beta1 < prior.alpha2 / prior.beta2;
    Some(if swap {
        Prior { alpha1: prior.alpha2, beta1: prior.beta2, alpha2: prior.alpha1, beta2: prior.beta1, p: 1.0 - prior.p }
    } else {
        prior
    })
}

fn of(at: &[f64; 5]) -> Prior {
    let positive = |x: f64| x.clamp(BOUNDS.0, BOUNDS.1).exp();
    let p = 1.0 / (1.0 + (-at[4].clamp(-14.0, 14.0)).exp());
    Prior { alpha1: positive(at[0]), beta1: positive(at[1]), alpha2: positive(at[2]), beta2: positive(at[3]), p }
}

/// Minus the log likelihood, and a slope back towards the bounds beyond them.
fn cost(groups: &[(Cell, f64)], truncated: bool, at: &[f64; 5]) -> f64 {
    let prior = of(at);
    let (one, two) = (prior.p.ln(), (1.0 - prior.p).ln());
    let together = |first: f64, second: f64| {
        let most = first.max(second);
        most + ((first - most).exp() + (second - most).exp()).ln()
    };
    let mut sum = 0.0;
    // What a count costs whatever was expected; groups come by count, so that each is worked out once.
    let mut of_count = (-1, 0.0, 0.0);
    for (cell, weight) in groups {
        let n = cell.n as f64;
        if of_count.0 != cell.n {
            let ways = |alpha: f64| ln_gamma(alpha + n) - ln_gamma(alpha) - ln_gamma(n + 1.0);
            of_count = (cell.n, one + ways(prior.alpha1), two + ways(prior.alpha2));
        }
        let (all1, all2) = ((prior.beta1 + cell.expected).ln(), (prior.beta2 + cell.expected).ln());
        let none1 = prior.alpha1 * (prior.beta1.ln() - all1);
        let none2 = prior.alpha2 * (prior.beta2.ln() - all2);
        let ln_expected = cell.expected.ln();
        // ln of the chance to be listed at all, each part by itself.
        let listed = |none: f64| if truncated { (-none.exp()).ln_1p() } else { 0.0 };
        let mass = together(
            of_count.1 + none1 + n * (ln_expected - all1) - listed(none1),
            of_count.2 + none2 + n * (ln_expected - all2) - listed(none2),
        );
        sum -= weight * mass;
    }
    let beyond: f64 = at[..4].iter().map(|x| (x - x.clamp(BOUNDS.0, BOUNDS.1)).powi(2)).sum();
    let beyond = beyond + (at[4] - at[4].clamp(-14.0, 14.0)).powi(2);
    if sum.is_finite() { sum + 10.0 * beyond } else { f64::INFINITY }
}

/// Nelder and Mead (1965) with the usual coefficients, to a spread of 1e-10 or 600 steps.
fn simplex(cost: &impl Fn(&[f64; 5]) -> f64, start: [f64; 5]) -> ([f64; 5], f64) {
    let mut points: Vec<([f64; 5], f64)> = (0..6)
        .map(|i| {
            let mut at = start;
            if i > 0 {
                at[i - 1] += 0.4;
            }
            (at, cost(&at))
        })
        .collect();
    let line = |from: &[f64; 5], to: &[f64; 5], step: f64| -> [f64; 5] {
        std::array::from_fn(|i| from[i] + step * (to[i] - from[i]))
    };
    for _ in 0..600 {
        points.sort_by(|a, b| a.1.total_cmp(&b.1));
        if (points[5].1 - points[0].1).abs() < 1e-10 * (points[0].1.abs() + 1.0) {
            break;
        }
        let middle: [f64; 5] = std::array::from_fn(|i| points[..5].iter().map(|p| p.0[i]).sum::<f64>() / 5.0);
        let at = |step: f64| {
            let point = line(&middle, &points[5].0, step);
            (point, cost(&point))
        };
        let reflected = at(-1.0);
        if reflected.1 < points[0].1 {
            let expanded = at(-2.0);
            points[5] = if expanded.1 < reflected.1 { expanded } else { reflected };
        } else if reflected.1 < points[4].1 {
            points[5] = reflected;
        } else {
            let contracted = if reflected.1 < points[5].1 { at(-0.5) } else { at(0.5) };
            if contracted.1 < points[5].1.min(reflected.1) {
                points[5] = contracted;
            } else {
                let best = points[0].0;
                for point in &mut points[1..] {
                    point.0 = line(&best, &point.0, 0.5);
                    point.1 = cost(&point.0);
                }
            }
        }
    }
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    points[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::ebgm::shrunk;

    #[test]
    fn few_cells_are_not_fitted_and_any_table_gives_numbers() {
        let few = vec![Cell { n: 3, expected: 1.0 }; LEAST_CELLS - 1];
        assert_eq!(fit(&few, false), None);
        for (n, expected) in [(0, 1.0), (5, 5.0), (1_000_000, 2.0)] {
            let same = vec![Cell { n, expected }; 30];
            if let Some(prior) = fit(&same, false) {
                let cell = shrunk(n, expected, &prior).unwrap();
                assert!(cell.eb05 <= cell.ebgm && cell.ebgm <= cell.eb95, "{prior:?} {cell:?}");
            }
        }
        let odd = vec![Cell { n: 3, expected: f64::NAN }; 30];
        assert_eq!(fit(&odd, false), None);
    }

    #[test]
    fn a_table_of_two_kinds_is_told_apart() {
        // Nine cells of ten hold what is expected, one five times as much.
        let cells: Vec<Cell> = (0..200)
            .map(|i| {
                let wobble = [-2, 1, 0, 2, -1][i % 5];
                Cell { n: if i % 10 == 0 { 100 } else { 20 } + wobble, expected: 20.0 }
            })
            .collect();
        let prior = fit(&cells, false).unwrap();
        assert!((prior.p - 0.1).abs() < 0.02, "{prior:?}");
        assert!((prior.alpha1 / prior.beta1 - 5.0).abs() < 0.3 && (prior.alpha2 / prior.beta2 - 1.0).abs() < 0.1);
        assert!(shrunk(100, 20.0, &prior).unwrap().eb05 > 2.0 && shrunk(22, 20.0, &prior).unwrap().eb05 < 1.5);
    }

    #[test]
    fn the_prior_and_the_ratios_are_those_of_openebgm() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracle/ebgm/caers.csv");
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: {} does not exist", path.display());
            return;
        };
        // The last seven cells of a line are numbers; the two before are names that may hold commas.
        let rows: Vec<[f64; 7]> = text
            .lines()
            .skip(1)
            .map(|line| {
                let mut cells: Vec<f64> =
                    line.rsplit(',').take(7).map(|c| c.parse().unwrap_or(f64::INFINITY)).collect();
                cells.reverse();
                std::array::from_fn(|i| cells[i])
            })
            .collect();
        let cells: Vec<Cell> = rows.iter().map(|r| Cell { n: r[0] as i64, expected: r[1] }).collect();
        let prior = fit(&cells, true).unwrap();
        let wanted = Prior {
            alpha1: 3.253_786_43,
            beta1: 0.399_888_37,
            alpha2: 2.026_130_54,
            beta2: 1.908_082_60,
            p: 0.065_345_70,
        };
        for (found, wanted) in [
            (prior.alpha1, wanted.alpha1),
            (prior.beta1, wanted.beta1),
            (prior.alpha2, wanted.alpha2),
            (prior.beta2, wanted.beta2),
            (prior.p, wanted.p),
        ] {
            assert!((found / wanted - 1.0).abs() < 0.01, "{prior:?}");
        }
        // The file's figures are rounded to four digits and come with the reference's own prior.
        let mut compared = 0;
        for row in rows.iter().step_by(7) {
            let found = shrunk(row[0] as i64, row[1], &wanted).unwrap();
            for (found, wanted) in [(found.ebgm, row[4]), (found.eb05, row[5]), (found.eb95, row[6])] {
                assert!((found - wanted).abs() <= 1e-4, "{row:?}: {found}");
                compared += 1;
            }
        }
        assert!(compared > 7_000);
    }
}
