//! Spherical k-means (Dhillon and Modha 2001) from a k-means++ start (Arthur and Vassilvitskii 2007).

use crate::cluster::prng::Pcg;
use crate::cluster::sparse::{Dense, add_scaled, dot, normalise};

/// Fewer than this share of points moving ends it.
const SETTLED: f64 = 0.001;

/// A group for each point (rows of length 1), from 0 to below `k`. `restart` chooses the start.
pub fn kmeans(points: &Dense, k: usize, restart: u64, iterations: usize) -> Vec<u32> {
    let n = points.rows();
    let mut centres = start(points, k, &mut Pcg::new(k as u64, restart));
    let mut labels = vec![u32::MAX; n];
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

fn nearest(centres: &Dense, point: &[f32]) -> (u32, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for centre in 0..centres.rows() {
        let near = dot(centres.row(centre), point);
        if near > best.1 {
            best = (centre as u32, near);
        }
    }
    best
}

/// Centres far from each other: each next one is a point drawn by its distance from those before.
fn start(points: &Dense, k: usize, chance: &mut Pcg) -> Dense {
    let n = points.rows();
    let mut centres = Dense::zeros(k, points.width);
    let mut distance = vec![f64::INFINITY; n];
    let mut chosen = ((chance.unit() * n as f64) as usize).min(n - 1);
    for centre in 0..k {
        centres.values[centre * points.width..(centre + 1) * points.width].copy_from_slice(points.row(chosen));
        let mut total = 0.0;
        for (point, far) in distance.iter_mut().enumerate() {
            *far = far.min(f64::from(1.0 - dot(points.row(point), points.row(chosen))).max(0.0));
            total += *far;
        }
        let target = chance.unit() * total;
        let mut sum = 0.0;
        chosen = distance
            .iter()
            .position(|far| {
                sum += far;
                sum > target
            })
            .unwrap_or(n - 1);
    }
    centres
}

/// The mean direction of every group; an empty group takes over the point that fits its own worst.
fn means(points: &Dense, k: usize, labels: &mut [u32], nearness: &mut [f32]) -> Dense {
    let width = points.width;
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
