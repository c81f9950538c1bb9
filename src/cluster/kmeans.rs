//! Spherical k-means (Dhillon and Modha 2001) from a k-means++ start (Arthur and Vassilvitskii 2007).

use multiversion::multiversion;

use crate::cluster::prng::Pcg;
use crate::cluster::sparse::{Dense, add_scaled, dot, dots, normalise};

/// Fewer than this share of points moving ends it.
const SETTLED: f64 = 0.001;
/// More than the rounding of a cosine of single precision and of the bounds on it over all rounds.
const ROUNDING: f32 = 1e-4;

/// A group for each point (rows of length 1), from 0 to below `k`. `restart` chooses the start.
pub fn kmeans(points: &Dense, k: usize, restart: u64, iterations: usize) -> Vec<u32> {
    rounds(points, start(points, k, &mut Pcg::new(k as u64, restart)), vec![u32::MAX; points.rows()], iterations)
}

/// Goes on from centres found before.
pub fn settle(points: &Dense, centres: Dense, iterations: usize) -> Vec<u32> {
    rounds(points, centres, vec![u32::MAX; points.rows()], iterations)
}

/// Rounds of assignment and means. A point whose own centre is surely still the nearest is not compared again (the
/// bounds of Hamerly 2010, on cosines: a centre that moves by `d` changes no cosine by more than `d`); what comes out
/// is what comparing every point with every centre gives.
fn rounds(points: &Dense, mut centres: Dense, mut labels: Vec<u32>, iterations: usize) -> Vec<u32> {
    let (n, k) = (points.rows(), centres.rows());
    // The least that a point's own centre can be near, and the most that any other can.
    let mut own = vec![f32::NEG_INFINITY; n];
    let mut other = vec![f32::INFINITY; n];
    for _ in 0..iterations {
        let mut moved = 0;
        for point in 0..n {
            if own[point] > other[point] + ROUNDING {
                continue;
            }
            let found = nearest_two(&centres, points.row(point));
            moved += usize::from(labels[point] != found.label);
            (labels[point], own[point], other[point]) = (found.label, found.near, found.next);
        }
        if (moved as f64) < SETTLED * n as f64 || moved == 0 {
            break;
        }
        let (next, taken) = means(points, &centres, &mut labels);
        let drift: Vec<f32> = (0..k).map(|centre| apart(next.row(centre), centres.row(centre))).collect();
        let most = drift.iter().copied().fold(0.0, f32::max);
        for point in 0..n {
            own[point] -= drift[labels[point] as usize];
            other[point] += most;
        }
        taken.iter().for_each(|point| own[*point] = f32::NEG_INFINITY);
        centres = next;
    }
    labels
}

/// The distance between two rows.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

/// The nearest centre, how near it is, and how near the next.
struct Nearest {
    label: u32,
    near: f32,
    next: f32,
}

/// The centre nearest to a point (all of length 1); the first of equals.
pub fn nearest(centres: &Dense, point: &[f32]) -> u32 {
    nearest_two(centres, point).label
}

#[multiversion(targets("x86_64+avx2"))]
fn nearest_two(centres: &Dense, point: &[f32]) -> Nearest {
    let mut best = Nearest { label: 0, near: f32::NEG_INFINITY, next: f32::NEG_INFINITY };
    let mut see = |centre: usize, near: f32| {
        if near > best.near {
            best = Nearest { label: centre as u32, near, next: best.near };
        } else if near > best.next {
            best.next = near;
        }
    };
    let fours = centres.rows() / 4 * 4;
    for first in (0..fours).step_by(4) {
        let near = dots(point, [0, 1, 2, 3].map(|i| centres.row(first + i)));
        near.into_iter().enumerate().for_each(|(i, near)| see(first + i, near));
    }
    (fours..centres.rows()).for_each(|centre| see(centre, dot(point, centres.row(centre))));
    best
}

/// Centres far from each other: each next one is drawn by its distance from those before, the best of a few draws (the
/// greedy k-means++ of Arthur and Vassilvitskii's section 6; `2 + ln k` draws as scikit-learn takes).
fn start(points: &Dense, k: usize, chance: &mut Pcg) -> Dense {
    let n = points.rows();
    let width = points.width;
    let draws = 2 + (k as f64).ln() as usize;
    let mut centres = Dense::zeros(k, width);
    let first = ((chance.unit() * n as f64) as usize).min(n - 1);
    let mut distance: Vec<f64> = (0..n).map(|i| far(dot(points.row(i), points.row(first)))).collect();
    centres.values[..width].copy_from_slice(points.row(first));
    for centre in 1..k {
        let total: f64 = distance.iter().sum();
        let drawn: Vec<usize> = (0..draws)
            .map(|_| {
                let target = chance.unit() * total;
                let mut sum = 0.0;
                let reaches = |far: &f64| {
                    sum += far;
                    sum > target
                };
                distance.iter().position(reaches).unwrap_or(n - 1)
            })
            .collect();
        let mut best: Option<(f64, usize, Vec<f64>)> = None;
        for four in drawn.chunks(4) {
            let rows = [0, 1, 2, 3].map(|i| points.row(four[i.min(four.len() - 1)]));
            for (drawn, nearer) in four.iter().zip(nearer(points, &distance, rows)) {
                let left: f64 = nearer.iter().sum();
                if best.as_ref().is_none_or(|(least, _, _)| left < *least) {
                    best = Some((left, *drawn, nearer));
                }
            }
        }
        if let Some((_, drawn, nearer)) = best {
            centres.values[centre * width..(centre + 1) * width].copy_from_slice(points.row(drawn));
            distance = nearer;
        }
    }
    centres
}

/// One less the cosine.
fn far(cosine: f32) -> f64 {
    f64::from(1.0 - cosine).max(0.0)
}

/// How far every point is from the nearest of those it was measured by and each of four rows.
#[multiversion(targets("x86_64+avx2"))]
fn nearer(points: &Dense, distance: &[f64], rows: [&[f32]; 4]) -> [Vec<f64>; 4] {
    let mut nearer = [const { Vec::new() }; 4];
    nearer.iter_mut().for_each(|nearer| nearer.reserve_exact(distance.len()));
    for (point, distance) in distance.iter().enumerate() {
        let cosines = dots(points.row(point), rows);
        nearer.iter_mut().zip(cosines).for_each(|(nearer, cosine)| nearer.push(distance.min(far(cosine))));
    }
    nearer
}

/// The mean direction of every group; an empty group takes over the point that fits its own worst. Also the points so
/// taken.
fn means(points: &Dense, centres: &Dense, labels: &mut [u32]) -> (Dense, Vec<usize>) {
    let k = centres.rows();
    let mut sizes = vec![0_usize; k];
    labels.iter().for_each(|label| sizes[*label as usize] += 1);
    let mut taken = Vec::new();
    if sizes.contains(&0) {
        let near = |point: usize| dot(points.row(point), centres.row(labels[point] as usize));
        let mut fit: Vec<f32> = (0..labels.len()).map(near).collect();
        for empty in 0..k {
            if sizes[empty] == 0
                && let Some(worst) = (0..labels.len())
                    .filter(|point| sizes[labels[*point] as usize] > 1)
                    .min_by(|a, b| fit[*a].total_cmp(&fit[*b]))
            {
                sizes[labels[worst] as usize] -= 1;
                labels[worst] = empty as u32;
                fit[worst] = 1.0;
                sizes[empty] = 1;
                taken.push(worst);
            }
        }
    }
    (centres_of(points, labels, k), taken)
}

/// The mean direction of every group; zeros for an empty one.
pub fn centres_of(points: &Dense, labels: &[u32], k: usize) -> Dense {
    let width = points.width;
    let mut centres = Dense::zeros(k, width);
    for (point, label) in labels.iter().enumerate() {
        let centre = &mut centres.values[*label as usize * width..(*label as usize + 1) * width];
        add_scaled(centre, 1.0, points.row(point));
    }
    centres.values.chunks_exact_mut(width.max(1)).for_each(normalise);
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of length 1, most of them on one side.
    fn random(rows: usize, columns: usize, seed: u64) -> Dense {
        let mut chance = Pcg::new(seed, 1);
        let mut points = Dense::zeros(rows, columns);
        points.values.iter_mut().for_each(|x| *x = (chance.unit() - 0.3) as f32);
        points.normalise();
        points
    }

    #[test]
    fn bounds_change_nothing() {
        let points = random(400, 12, 7);
        for k in [2, 5, 7, 40] {
            // Every point compared with every centre in every round.
            let mut centres = start(&points, k, &mut Pcg::new(k as u64, 3));
            let mut plain = vec![u32::MAX; 400];
            for _ in 0..15 {
                let next: Vec<u32> = (0..400).map(|i| nearest(&centres, points.row(i))).collect();
                let moved = next.iter().zip(&plain).filter(|(a, b)| a != b).count();
                plain = next;
                if moved == 0 {
                    break;
                }
                centres = means(&points, &centres, &mut plain).0;
            }
            assert_eq!(kmeans(&points, k, 3, 15), plain, "{k}");
        }
    }

    #[test]
    fn wider_vectors_change_no_bit() {
        let points = random(60, 203, 11);
        for i in 0..60 {
            // Called from here `dot` is compiled for any processor.
            let near = (0..60).map(|j| dot(points.row(i), points.row(j))).fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(nearest_two(&points, points.row(i)).near.to_bits(), near.to_bits());
        }
    }

    #[test]
    fn tells_three_directions_apart() {
        let mut points = Dense::zeros(30, 3);
        for i in 0..30 {
            points.values[i * 3 + i % 3] = 1.0;
            points.values[i * 3 + (i + 1) % 3] = 0.1 * (i as f32 / 30.0);
        }
        points.normalise();
        let labels = kmeans(&points, 3, 0, 20);
        assert!((3..30).all(|i| labels[i] == labels[i % 3]));
        assert_ne!(labels[0], labels[1]);
        assert_eq!(labels, kmeans(&points, 3, 0, 20));
    }
}
