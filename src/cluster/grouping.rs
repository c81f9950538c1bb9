//! Texts → groups: how many there are, which they are, and the group of every text (methods.md §0, §1.5).
//!
//! Samples are drawn by hash, sums run in a fixed order: the groups depend on the texts alone, not on threads.

use rayon::prelude::*;

use crate::cluster::corpus::{Corpus, Terms};
use crate::cluster::kmeans::{centres_of, kmeans, nearest, settle};
use crate::cluster::mixture::{ALPHA, ALPHA_HELD_OUT, refine};
use crate::cluster::sparse::{Dense, Sparse};
use crate::cluster::vectors::Space;

/// Texts grouped afresh; the rest are placed by what these teach. With half as many, which ones are
/// drawn decides a few hundredths of the agreement with labels (`evaluate -- discovery stackoverflow-short`).
const TEXTS: usize = 24_000;
/// Text × term cells of those: fewer texts where they are long.
const CELLS: usize = 500_000;
/// Texts that the restarts are compared on, or [`PER_ISSUE`] for every group where that is more; those that go on take in
/// all. With twice as many the agreement with labels is the same to a hundredth (`evaluate -- discovery`), and discovery
/// takes a fifth longer.
const STARTING: usize = 4_000;
/// Texts used to choose how many issues there are. With a third as many, the likelihood cannot afford the finer groups
/// that the whole bears.
const CHOOSING: usize = 12_000;
const CHOOSING_CELLS: usize = 250_000;
/// How many issues there may be (methods.md §1.5), with two small ones for few texts.
const GRID: &[usize] = &[2, 3, 5, 8, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200];
/// Texts per issue at least (methods.md §1.5).
const PER_ISSUE: usize = 12;
/// With this many texts the small ends of the grid are left out.
const ENOUGH: usize = 60;
/// Sizes of the grid tried beyond the best before the search ends.
const PATIENCE: usize = 3;
/// The fewest issues are taken that explain this share of what the best number explains of unseen texts beyond one
/// issue: around its top the likelihood is flat, and a few texts more or less move the top from 12 to 25, but not the
/// slope before it. Set on the demo with a twentieth of its records left out at random.
const EXPLAINED: f64 = 0.99;
const RESTARTS: u64 = 16;
/// Rounds of k-means at every restart; the mixture refines what it leaves.
const ITERATIONS: usize = 20;
/// Restarts, the likeliest after their first rounds, that go on with all texts until they settle.
const FINALISTS: usize = 4;
/// Rounds of k-means for those.
const SETTLING: usize = 40;
/// Rounds of k-means where the number of issues is chosen: few starts, so they should settle.
const CHOOSING_ITERATIONS: usize = 20;
/// Starts of k-means there; with four, the demo keeps an issue in two in a third of the draws.
const CHOOSING_RESTARTS: u64 = 8;
const SWEEPS: usize = 10;
/// Texts made points at a time when all are placed: bounds the memory.
const PLACED: usize = 8_192;

/// The group of every text, and how many groups there are; `issues` of them, or as many as the texts bear. `lead` is
/// the hash that each text is drawn by.
pub fn groups(corpus: &Corpus, terms: &Terms, lead: &[u64], issues: Option<usize>) -> (Vec<u32>, usize) {
    let n = corpus.texts.len();
    let sample = draw(&terms.counts, &(0..n).collect::<Vec<_>>(), lead, TEXTS, CELLS);
    let space = Space::learn(corpus, terms, &sample);
    let points = space.points(corpus, terms, &sample);
    let counts = terms.counts.pick(&sample);
    let lead: Vec<u64> = sample.iter().map(|text| lead[*text]).collect();
    let k = issues.unwrap_or_else(|| choose(&points, &counts, &lead));
    let labels = group(&points, &counts, &lead, k);
    if sample.len() == n {
        return (labels, k);
    }
    // A text outside the sample may hold few words that the groups' own know, but it lies near some of them.
    let centres = centres_of(&points, &labels, k);
    let all: Vec<usize> = (0..n).collect();
    let mut placed = Vec::with_capacity(n);
    for texts in all.chunks(PLACED) {
        let points = space.points(corpus, terms, texts);
        let near = (0..texts.len()).into_par_iter().with_min_len(64).map(|i| nearest(&centres, points.row(i)));
        placed.extend(near.collect::<Vec<u32>>());
    }
    (refine(&terms.counts, placed, k, SWEEPS, ALPHA).0, k)
}

/// At most `texts` of `of`, drawn by hash, with at most about `cells` cells; in their old order.
fn draw(counts: &Sparse, of: &[usize], hashes: &[u64], texts: usize, cells: usize) -> Vec<usize> {
    let mut order = of.to_vec();
    order.sort_by_key(|text| (hashes[*text], *text));
    let mut used = 0;
    let mut drawn: Vec<usize> = order
        .into_iter()
        .take(texts)
        .take_while(|text| {
            used += counts.row(*text).count();
            used <= cells
        })
        .collect();
    drawn.sort_unstable();
    drawn
}

/// The best of many restarts on some of the texts by the likelihood of the mixture it leads to; the best few go on with
/// all texts until they settle.
fn group(points: &Dense, counts: &Sparse, hashes: &[u64], groups: usize) -> Vec<u32> {
    let texts = STARTING.max(PER_ISSUE * groups);
    let some = draw(counts, &(0..counts.rows()).collect::<Vec<_>>(), hashes, texts, CELLS);
    let (few, few_counts) = (pick(points, &some), counts.pick(&some));
    let mut restarts: Vec<(Vec<u32>, f64)> = (0..RESTARTS)
        .into_par_iter()
        .map(|restart| {
            let start = kmeans(&few, groups, restart, ITERATIONS);
            let (_, model) = refine(&few_counts, start.clone(), groups, SWEEPS, ALPHA);
            (start, model.log_likelihood(&few_counts))
        })
        .collect();
    // A stable sort: of equals the earlier restart.
    restarts.sort_by(|a, b| b.1.total_cmp(&a.1));
    restarts.truncate(FINALISTS);
    let settled = restarts.par_iter().map(|(start, _)| {
        let labels = settle(points, centres_of(&few, start, groups), SETTLING);
        let (labels, model) = refine(counts, labels, groups, SWEEPS, ALPHA);
        (labels, model.log_likelihood(counts))
    });
    let settled: Vec<(Vec<u32>, f64)> = settled.collect();
    let best = settled.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(labels, _)| labels).unwrap_or_default()
}

/// How many issues it takes to explain unseen texts nearly as well as any number does: two halves, each judged by what
/// the other teaches.
fn choose(points: &Dense, counts: &Sparse, hashes: &[u64]) -> usize {
    let chosen = draw(counts, &(0..counts.rows()).collect::<Vec<_>>(), hashes, CHOOSING, CHOOSING_CELLS);
    let n = chosen.len();
    // The halves alternate in the order of the hash, so that neither is older or from another feed.
    let mut by_hash = chosen.clone();
    by_hash.sort_by_key(|text| (hashes[*text], *text));
    let halves: [Vec<usize>; 2] = [0, 1].map(|half| by_hash.iter().copied().skip(half).step_by(2).collect());
    let halves: [(Dense, Sparse); 2] = halves.map(|half| (pick(points, &half), counts.pick(&half)));
    let most = (n / PER_ISSUE).max(2);
    let fewest = if n < ENOUGH { 2 } else { 5 };
    let one = held_out(&halves, 1);
    let mut tried: Vec<(usize, f64)> = Vec::new();
    let (mut best, mut worse) = (f64::NEG_INFINITY, 0);
    for k in GRID.iter().copied().filter(|k| (fewest..=most).contains(k)) {
        let likelihood = held_out(&halves, k);
        tried.push((k, likelihood));
        worse = if likelihood > best { 0 } else { worse + 1 };
        best = best.max(likelihood);
        if worse == PATIENCE {
            break;
        }
    }
    let enough = one + EXPLAINED * (best - one);
    // Where one issue explains the most, any number is as good: the fewest.
    tried.iter().find(|(_, likelihood)| *likelihood >= enough.min(best)).map_or(2, |(k, _)| *k)
}

/// The mean log-likelihood of a text of either half under `k` groups learned from the other.
fn held_out(halves: &[(Dense, Sparse); 2], k: usize) -> f64 {
    let each: Vec<f64> = [(0, 1), (1, 0)]
        .into_par_iter()
        .map(|(learn, judge): (usize, usize)| {
            let (points, counts) = &halves[learn];
            // Of several starts the one that explains its own half best, as the groups themselves are chosen: one
            // alone makes the number of issues a matter of luck.
            let starts = (0..CHOOSING_RESTARTS).map(|restart| {
                let labels = kmeans(points, k, restart, CHOOSING_ITERATIONS);
                let (_, model) = refine(counts, labels, k, 3, ALPHA_HELD_OUT);
                (model.log_likelihood(counts), model)
            });
            let best = starts.reduce(|best, next| if next.0 > best.0 { next } else { best });
            best.map_or(f64::NEG_INFINITY, |(_, model)| model.log_likelihood(&halves[judge].1))
        })
        .collect();
    each.iter().sum::<f64>() / 2.0
}

fn pick(points: &Dense, rows: &[usize]) -> Dense {
    Dense { width: points.width, values: rows.iter().flat_map(|row| points.row(*row)).copied().collect() }
}
