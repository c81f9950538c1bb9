//! Change points against those five people marked (Turing Change Point Dataset; van den Burg and Williams 2020).

use std::collections::BTreeSet;

use plaint::trend::pelt::pelt;
use serde_json::Value;

use crate::Outcome;
use crate::signals::data::shared;

/// A change may be off by as many places and still be the same (TCPDBench).
const MARGIN: usize = 5;

/// One series: its standardised values and every annotator's change points.
struct Marked {
    values: Vec<f64>,
    people: Vec<Vec<usize>>,
}

pub(super) fn run() -> Outcome {
    let annotations: Value = serde_json::from_slice(&std::fs::read(shared("data/tcpd/annotations.json"))?)?;
    let mut names: Vec<String> = Vec::new();
    for file in std::fs::read_dir(shared("data/tcpd/datasets"))? {
        names.extend(file?.file_name().to_str().and_then(|n| n.strip_suffix(".json")).map(str::to_owned));
    }
    names.sort();
    let mut series = Vec::new();
    for name in names {
        let json: Value = serde_json::from_slice(&std::fs::read(shared(&format!("data/tcpd/datasets/{name}.json")))?)?;
        let (Some(all), Some(people)) = (json["series"].as_array(), annotations[&name].as_object()) else { continue };
        if all.len() != 1 {
            continue;
        }
        let Some(raw) = all[0]["raw"].as_array() else { continue };
        let values = standardised(raw.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect());
        let people = people.values().map(|p| {
            p.as_array().map_or(Vec::new(), |p| p.iter().filter_map(|v| usize::try_from(v.as_u64()?).ok()).collect())
        });
        series.push(Marked { values, people: people.collect() });
    }
    let (mut ours, mut zero) = ((0.0, 0.0), (0.0, 0.0));
    for marked in &series {
        let n = marked.values.len();
        let found = changes(&marked.values);
        ours = (ours.0 + cover(&found, &marked.people, n), ours.1 + f1(&found, &marked.people));
        zero = (zero.0 + cover(&[], &marked.people, n), zero.1 + f1(&[], &marked.people));
    }
    let count = series.len() as f64;
    println!("{} series; ours: cover {:.3}, F1 {:.3}", series.len(), ours.0 / count, ours.1 / count);
    println!("no change at all:  cover {:.3}, F1 {:.3}", zero.0 / count, zero.1 / count);
    Ok(())
}

/// Values less their mean over their deviation; gaps take the value before.
fn standardised(mut values: Vec<f64>) -> Vec<f64> {
    let mut last = values.iter().copied().find(|v| v.is_finite()).unwrap_or(0.0);
    for value in &mut values {
        if value.is_finite() {
            last = *value;
        }
        *value = last;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-12);
    values.iter().map(|v| (v - mean) / deviation).collect()
}

/// PELT with a Gaussian cost of the mean, the variance that of the whole standardised series, and our own penalty of
/// 3·ln n.
fn changes(values: &[f64]) -> Vec<usize> {
    let (mut sums, mut squares) = (vec![0.0], vec![0.0]);
    for value in values {
        sums.push(sums[sums.len() - 1] + value);
        squares.push(squares[squares.len() - 1] + value * value);
    }
    let cost = |a: usize, b: usize| squares[b] - squares[a] - (sums[b] - sums[a]).powi(2) / (b - a) as f64;
    pelt(values.len(), 2, 3.0 * (values.len() as f64).ln(), cost).0
}

/// Each change of `truth` that has one of `found` within the margin, none of them used twice.
fn hits(found: &BTreeSet<usize>, truth: &BTreeSet<usize>) -> f64 {
    let mut left = found.clone();
    let mut hits = 0.0;
    for place in truth {
        let near =
            left.iter().filter(|x| x.abs_diff(*place) <= MARGIN).min_by_key(|x| (x.abs_diff(*place), **x)).copied();
        if let Some(near) = near {
            left.remove(&near);
            hits += 1.0;
        }
    }
    hits
}

/// F1 of precision against all annotators together and mean recall over them; the start counts as a change.
fn f1(found: &[usize], people: &[Vec<usize>]) -> f64 {
    let with = |places: &[usize]| -> BTreeSet<usize> { std::iter::once(0).chain(places.iter().copied()).collect() };
    let found = with(found);
    let all: BTreeSet<usize> = people.iter().flat_map(|p| with(p)).collect();
    let precision = hits(&found, &all) / found.len() as f64;
    let recall =
        people.iter().map(|p| hits(&found, &with(p)) / with(p).len() as f64).sum::<f64>() / people.len() as f64;
    2.0 * precision * recall / (precision + recall)
}

/// How well the pieces cover those of the annotators: weighted best overlap (Arbelaez et al. 2011), mean over people.
fn cover(found: &[usize], people: &[Vec<usize>], n: usize) -> f64 {
    let pieces = |places: &[usize]| -> Vec<(usize, usize)> {
        let ends: Vec<usize> = std::iter::once(0)
            .chain(places.iter().copied().filter(|p| *p > 0 && *p < n).collect::<BTreeSet<_>>())
            .chain([n])
            .collect();
        ends.windows(2).map(|w| (w[0], w[1])).collect()
    };
    let ours = pieces(found);
    let one = |truth: &Vec<usize>| -> f64 {
        let best = |piece: &(usize, usize)| {
            let overlap = ours.iter().map(|o| {
                let common = piece.1.min(o.1).saturating_sub(piece.0.max(o.0)) as f64;
                common / (piece.1.max(o.1) - piece.0.min(o.0)) as f64
            });
            overlap.fold(0.0, f64::max) * (piece.1 - piece.0) as f64
        };
        pieces(truth).iter().map(best).sum::<f64>() / n as f64
    };
    people.iter().map(one).sum::<f64>() / people.len() as f64
}
