//! False alarms of the short method: quiet weeks of the 42 scenarios of Noufaily et al. (2013), simulated anew.

use std::f64::consts::TAU;

use plaint::trend::baseline::design::Design;
use plaint::trend::baseline::detector::Tester;
use plaint::trend::calendar::By;
use rayon::prelude::*;

use crate::Outcome;
use crate::signals::data::Draws;

/// θ, β, γ₁, γ₂, φ of the seven sets; each with 0, 1, 2 harmonics and with and without the trend.
const SETS: [(f64, f64, f64, f64, f64); 7] = [
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
];
/// Series per scenario.
const SERIES: u64 = 12;
/// Weeks tested of each.
const WEEKS: usize = 49;

pub(super) fn run() -> Outcome {
    for history in [10, 14, 28, 54, 103] {
        let design = Design::plain(By::Week, history + WEEKS);
        let scenarios: Vec<(usize, u64)> = (0..42).flat_map(|s| (0..SERIES).map(move |i| (s, i))).collect();
        let tested: Vec<(f64, bool)> = scenarios
            .par_iter()
            .flat_map_iter(|(scenario, series)| {
                let mut draws = Draws::new((*scenario as u64 * 1_000 + series) * 7 + history as u64);
                let (theta, beta, g1, g2, phi) = SETS[scenario % 7];
                let (harmonics, trend) = ((scenario / 7) % 3, scenario / 21);
                // A stretch of the simulated twelve years that ends where the current year does.
                let start = 624 - WEEKS - history;
                let counts: Vec<i64> = (start..start + history + WEEKS)
                    .map(|t| {
                        let t = t as f64;
                        let season: f64 = (1..=harmonics)
                            .map(|j| {
                                let angle = TAU * j as f64 * t / 52.0;
                                g1 * angle.cos() + g2 * angle.sin()
                            })
                            .sum();
                        draws.count((theta + if trend == 1 { beta * t } else { 0.0 } + season).exp(), phi)
                    })
                    .collect();
                // Each week on just `history` weeks before it.
                let design = &design;
                (0..WEEKS)
                    .filter_map(move |w| {
                        let part = &counts[w..=w + history];
                        let found = Tester::new(part, design, 0).test(history)?;
                        let lately: i64 = part[history - 3..].iter().sum();
                        Some((found.p, found.p < found.alpha && lately >= 5))
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut p: Vec<f64> = tested.iter().map(|t| t.0).collect();
        p.sort_by(f64::total_cmp);
        let n = tested.len();
        let alarms = tested.iter().filter(|t| t.1).count();
        println!(
            "history {history:>3} (mean over {:>3}): p < its cut with five records in {:.4} of {n} quiet weeks; 1 % lie under p = {:.2e}",
            history - 2,
            alarms as f64 / n as f64,
            p[n / 100]
        );
    }
    Ok(())
}
