use super::*;
use crate::trend::pelt::pelt;

/// Coal-mining disasters per year, 1851 to 1961 (Jarrett 1979, *Biometrika* 66).
const COAL: [i64; 111] = [
    4, 5, 4, 0, 1, 4, 3, 4, 0, 6, 3, 3, 4, 0, 2, 6, 3, 3, 5, 4, 5, 3, 1, 4, 4, 1, 5, 5, 3, 4, 2, 5, 2, 2, 3, 4, 2, 1,
    3, 2, 2, 1, 1, 1, 1, 3, 0, 0, 1, 0, 1, 1, 0, 0, 3, 1, 0, 3, 2, 2, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0,
    1, 1, 0, 2, 3, 3, 1, 1, 2, 1, 1, 1, 1, 2, 4, 2, 0, 0, 1, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1,
];

/// Change points with regimes of at least two, as the reference values have them, and the least cost.
fn reference(counts: &[i64], phi: f64, penalty: f64) -> (Vec<usize>, f64) {
    let sums = Sums::of(counts);
    let cost = Cost { phi, ..Cost::of(&sums, 0, counts.len(), None) };
    cost.cut(counts.len(), 2, penalty)
}

/// What is news after the last of `counts`.
fn latest(counts: &[i64]) -> Option<Shift> {
    news(&Sums::of(counts), counts.len(), LEAST_REGIME, || None)
}

fn dispersion(counts: &[i64]) -> f64 {
    Sums::of(counts).dispersion(0, counts.len())
}

fn oracle(name: &str) -> Option<Vec<i64>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracle/surveillance").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} does not exist", path.display());
        return None;
    };
    Some(text.lines().skip(1).map(|l| l.split(',').nth(1).unwrap().parse().unwrap()).collect())
}

#[test]
fn coal_mining_became_safer_after_1891() {
    let n = (COAL.len() as f64).ln();
    let (changes, value) = reference(&COAL, 1.0, 3.0 * n);
    assert_eq!(changes, [41]);
    assert!((value - 120.422_73).abs() < 1e-5, "{value}");
    assert_eq!(reference(&COAL, 1.0, 2.0 * n).0, [41, 96]);
    assert_eq!(reference(&COAL, 1.0, 4.0).0.len(), 8);
    let found = shifts(&COAL, LEAST_REGIME, None);
    assert_eq!(found.iter().map(|s| (s.from, s.at, s.to)).collect::<Vec<_>>(), [(0, 41, 111)]);
    let (before, after) = (COAL[..41].iter().sum::<i64>() as f64 / 41.0, COAL[41..].iter().sum::<i64>() as f64 / 70.0);
    assert!((found[0].before - before).abs() < 1e-12 && (found[0].after - after).abs() < 1e-12);
    assert!(found[0].low < after / before && found[0].high.unwrap() > after / before && found[0].p < 1e-6);
}

#[test]
fn the_nile_fell_in_1898() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/tcpd/datasets/nile.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} does not exist", path.display());
        return;
    };
    let raw = text.split("\"raw\"").last().unwrap();
    let raw = &raw[raw.find('[').unwrap() + 1..raw.find(']').unwrap()];
    let flow: Vec<f64> = raw.split(',').map(|v| v.trim().parse().unwrap()).collect();
    let noise: Vec<f64> = flow.windows(2).map(|w| w[1] - w[0]).collect();
    let mean = noise.iter().sum::<f64>() / noise.len() as f64;
    let variance = noise.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / noise.len() as f64 / 2.0;
    assert!((variance - 13_991.401_1).abs() < 1e-4, "{variance}");
    let squares = |a: usize, b: usize| {
        let mean = flow[a..b].iter().sum::<f64>() / (b - a) as f64;
        flow[a..b].iter().map(|v| (v - mean).powi(2)).sum::<f64>() / variance
    };
    assert_eq!(pelt(100, 2, 3.0 * 100_f64.ln(), squares).0, [28]);
}

#[test]
fn salmonella_gives_the_reference_changes() {
    let Some(agona) = oracle("salmonella_agona.csv") else { return };
    let (phi, penalty) = (dispersion(&agona), 3.0 * (agona.len() as f64).ln());
    assert!((phi - 1.1766).abs() < 5e-5, "{phi}");
    assert_eq!(reference(&agona, 1.0, penalty).0, [28, 49, 74, 98, 238, 266, 282]);
    assert_eq!(reference(&agona, phi, penalty).0, [78, 98, 238, 266, 282]);
    let Some(newport) = oracle("salmNewport_total.csv") else { return };
    let (phi, penalty) = (dispersion(&newport), 3.0 * (newport.len() as f64).ln());
    assert!((phi - 1.1415).abs() < 5e-5, "{phi}");
    assert_eq!(reference(&newport, phi, penalty).0, [74, 92, 122, 206, 409, 412, 467]);
}

#[test]
fn a_step_is_news_for_eight_periods() {
    let wobble = |i: usize| [0, 2, -1, 1, -2][i % 5];
    let counts: Vec<i64> = (0..80).map(|i| if i < 60 { 20 } else { 45 } + wobble(i)).collect();
    assert_eq!(latest(&counts[..60]), None);
    let young = latest(&counts[..64]).unwrap();
    assert_eq!((young.at, young.from, young.to), (60, 0, 64));
    assert!((young.effect.unwrap() - 2.25).abs() < 0.1 && young.low > 1.5 && young.p < 1e-6);
    assert!(latest(&counts[..68]).is_some());
    assert_eq!(latest(&counts[..69]), None, "no news any more");
    assert_eq!(shifts(&counts, LEAST_REGIME, None).len(), 1);
}

#[test]
fn a_known_season_is_no_shift() {
    let season: Vec<f64> = (0..208).map(|i| 1.0 + 0.8 * (i as f64 * std::f64::consts::TAU / 52.0).sin()).collect();
    let counts: Vec<i64> = season.iter().map(|s| (50.0 * s).round() as i64).collect();
    assert!(shifts(&counts, LEAST_REGIME, None).len() > 3);
    assert!(shifts(&counts, LEAST_REGIME, Some(&season)).is_empty());
}

#[test]
fn odd_series_give_no_nan() {
    let mut giant = vec![0; 40];
    giant[20] = 1_000_000_000;
    let step: Vec<i64> = (0..40).map(|i| if i < 20 { 0 } else { 5 }).collect();
    for counts in [vec![], vec![0; 30], vec![3; 30], giant, step.clone(), vec![-4; 30]] {
        for shift in shifts(&counts, LEAST_REGIME, None) {
            assert!(shift.low.is_finite() && (0.0..=1.0).contains(&shift.p), "{shift:?}");
            assert!(shift.before.is_finite() && shift.effect.is_none_or(f64::is_finite));
        }
        let _ = latest(&counts);
    }
    assert_eq!(shifts(&step, LEAST_REGIME, None)[0].effect, None, "nothing before");
}

#[test]
fn the_quick_look_passes_everything_that_is_news() {
    let mut state = 5_u64;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % n) as i64
    };
    let mut found = 0;
    for case in 0..300_i64 {
        let n = 20 + case as usize % 200;
        let back = 3 + case as usize % 8;
        let level = 2 + case % 30;
        let counts: Vec<i64> = (0..n)
            .map(|t| level + next(level as u64 + 2) + if t + back >= n { case % 7 * level / 3 } else { 0 })
            .collect();
        let last = shifts(&counts, LEAST_REGIME, None).last().copied().filter(|s| n - s.at <= newest(LEAST_REGIME));
        found += usize::from(last.is_some());
        assert!(
            last.is_none() || may_be_news(&Cost::of(&Sums::of(&counts), 0, n, None), n, LEAST_REGIME),
            "{case}: {last:?}"
        );
    }
    assert!(found > 50, "{found}");
}
