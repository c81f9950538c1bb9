//! Spherical k-means (Dhillon and Modha 2001) from a k-means++ start (Arthur and Vassilvitskii 2007).

use crate::cluster::prng::Pcg;
use crate::cluster::sparse::{Dense, add_scaled, dot, normalise};

/// Fewer than this share of points moving ends it.
const SETTLED: f64 = 0.001;

/// A group for each point (rows of length 1), from 0 to below `k`. `restart` chooses the start.
pub fn kmeans(points: &Dense, k: usize, restart: u64, iterations: usize) -> Vec<u32> {
    rounds(points, start(points, k, &mut Pcg::new(k as u64, restart)), vec![u32::MAX; points.rows()], iterations)
}

/// Goes on from the groups found before.
pub fn settle(points: &Dense, labels: Vec<u32>, k: usize, iterations: usize) -> Vec<u32> {
    rounds(points, centres_of(points, &labels, k), labels, iterations)
}

fn rounds(points: &Dense, mut centres: Dense, mut labels: Vec<u32>, iterations: usize) -> Vec<u32> {
    let (n, k) = (points.rows(), centres.rows());
    let mut nearness = vec![0.0_f32; n];
    for _ in 0..iterations {
        let mut moved = 0;
        for point in 0..n {
            let (label, near) = nearest(&centres, points.row(point));
            moved += usize::from(labels[point] != label);
            labels[point] = label;
            nearness[point] = near;
        }
        if (moved as f64) < SETTLED * n as f64 || moved == 0 {
            break;
        }
        centres = means(points, k, &mut labels, &mut nearness);
    }
    labels
}

/// The centre nearest to a point (all of length 1) and the cosine between them; the first of equals.
pub fn nearest(centres: &Dense, point: &[f32]) -> (u32, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for centre in 0..centres.rows() {
        let near = dot(centres.row(centre), point);
        if near > best.1 {
            best = (centre as u32, near);
        }
    }
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
    let from = |centre: usize| (0..n).map(move |i| f64::from(1.0 - dot(points.row(i), points.row(centre))).max(0.0));
    let mut distance: Vec<f64> = from(first).collect();
    centres.values[..width].copy_from_slice(points.row(first));
    for centre in 1..k {
        let total: f64 = distance.iter().sum();
        let mut best: Option<(f64, usize, Vec<f64>)> = None;
        for _ in 0..draws {
            let target = chance.unit() * total;
            let mut sum = 0.0;
            let reaches = |far: &f64| {
                sum += far;
                sum > target
            };
            let drawn = distance.iter().position(reaches).unwrap_or(n - 1);
            let nearer: Vec<f64> = distance.iter().zip(from(drawn)).map(|(a, b)| a.min(b)).collect();
            let left: f64 = nearer.iter().sum();
            if best.as_ref().is_none_or(|(least, _, _)| left < *least) {
                best = Some((left, drawn, nearer));
            }
        }
        if let Some((_, drawn, nearer)) = best {
            centres.values[centre * width..(centre + 1) * width].copy_from_slice(points.row(drawn));
            distance = nearer;
        }
    }
    centres
}

/// The mean direction of every group; an empty group takes over the point that fits its own worst.
fn means(points: &Dense, k: usize, labels: &mut [u32], nearness: &mut [f32]) -> Dense {
    let mut sizes = vec![0_usize; k];
    labels.iter().for_each(|label| sizes[*label as usize] += 1);
    for empty in 0..k {
        if sizes[empty] == 0
            && let Some(worst) = (0..labels.len())
                .filter(|point| sizes[labels[*point] as usize] > 1)
                .min_by(|a, b| nearness[*a].total_cmp(&nearness[*b]))
        {
            sizes[labels[worst] as usize] -= 1;
            labels[worst] = empty as u32;
            nearness[worst] = 1.0;
            sizes[empty] = 1;
        }
    }
    centres_of(points, labels, k)
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
