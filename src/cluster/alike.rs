//! Groups that find the same records are one issue: what is split only by wording is put together again.
//!
//! The likelihood that chooses how many groups there are rewards splitting a problem by the turns of phrase people use
//! for it. A codebook cannot keep such halves apart, for a record matches every issue whose words it holds, so a
//! reader would see one problem under several names. The overlap of two groups is the correlation φ (Yule 1912) of
//! reaching the `min_score` of one and of the other: 1 where both find the same texts, 0 where they share no more than
//! large groups share by chance, low where a small group lies in a large one.

use crate::cluster::corpus::{Corpus, Terms};
use crate::cluster::lift::{self, Learned};
use crate::cluster::threshold::{self, MISSED};

/// From this overlap on two groups are one. Set on the demo with a twentieth of its records left out at random: from
/// .45 on, its login loop or its leaks stay in two in most draws.
const SAME: f64 = 0.35;

/// The labels with groups put together until no two overlap by `SAME`; the numbers of emptied groups stay unused.
pub fn joined(corpus: &Corpus, terms: &Terms, mut labels: Vec<u32>, groups: usize) -> Vec<u32> {
    let first_seen = vec![None; labels.len()];
    // Every round empties at least one group.
    for _ in 0..groups {
        let learned = Learned { corpus, terms, labels: &labels, groups, first_seen: &first_seen };
        let into = pairs(&learned);
        if into.is_empty() {
            break;
        }
        for label in &mut labels {
            if let Some((_, kept)) = into.iter().find(|(gone, _)| gone == label) {
                *label = *kept;
            }
        }
    }
    labels
}

/// Pairs (group given up, group that takes it in), those that overlap most first; no group is in two pairs.
fn pairs(learned: &Learned<'_>) -> Vec<(u32, u32)> {
    let groups = learned.groups;
    let n = learned.labels.len() as f64;
    let both = overlaps(learned);
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for a in 0..groups {
        for b in a + 1..groups {
            let (x, y) = (f64::from(both[a * groups + a]), f64::from(both[b * groups + b]));
            let spread = x * y * (n - x) * (n - y);
            let overlap = (n * f64::from(both[a * groups + b]) - x * y) / spread.sqrt();
            if spread > 0.0 && overlap >= SAME {
                found.push((overlap, a, b));
            }
        }
    }
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut taken = vec![false; groups];
    let mut pairs = Vec::new();
    for (_, a, b) in found {
        if !taken[a] && !taken[b] {
            taken[a] = true;
            taken[b] = true;
            pairs.push((b as u32, a as u32));
        }
    }
    pairs
}

/// Group × group: how many texts reach the `min_score` of both.
fn overlaps(learned: &Learned<'_>) -> Vec<u32> {
    let groups = learned.groups;
    let (spoken, _) = lift::spoken_of(learned);
    let fits = threshold::fits(learned, &spoken, MISSED);
    let weights = lift::weights(learned, &spoken);
    let mut both = vec![0_u32; groups * groups];
    let mut scores = vec![0.0; groups];
    let mut reached = Vec::new();
    for text in 0..learned.labels.len() {
        lift::score(learned, &weights, text, &mut scores);
        reached.clear();
        reached.extend((0..groups).filter(|g| !spoken[*g].is_empty() && scores[*g] >= fits[*g].min_score - 1e-9));
        for a in &reached {
            for b in &reached {
                both[a * groups + b] += 1;
            }
        }
    }
    both
}
