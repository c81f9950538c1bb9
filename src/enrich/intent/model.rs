//! The linear model: what each feature speaks for, one byte per class.
//!
//! Made by `examples/train_intent`; `WEIGHTS.md` beside this file says from what.

use crate::enrich::intent::features::{self, Feature, PLACES};
use crate::enrich::options::Intent;

/// The classes of the table, in its order; ideas and spam are known by rules alone.
pub const CLASSES: [Intent; 4] = [Intent::Abuse, Intent::Complaint, Intent::Praise, Intent::Question];

/// The table as shipped.
static SHIPPED: &[u8] = include_bytes!("weights.bin");

/// Says how much a text speaks for each class, as log odds.
///
/// Per class: bias + scale × Σ weights of the text's features / √(how many there are).
#[derive(Debug, Clone)]
pub struct Model {
    biases: [f64; CLASSES.len()],
    scales: [f64; CLASSES.len()],
    /// By place, then by class.
    weights: std::borrow::Cow<'static, [u8]>,
}

/// Bytes before the table: a bias and a scale per class, f32, little endian.
const HEAD: usize = CLASSES.len() * 8;

impl Model {
    /// The model in the binary.
    pub fn shipped() -> Self {
        Self::read(SHIPPED)
    }

    fn read(bytes: &'static [u8]) -> Self {
        let (head, weights) = bytes.split_at(HEAD.min(bytes.len()));
        let number = |at: usize| {
            let four = head.get(at * 4..at * 4 + 4).and_then(|b| b.try_into().ok()).unwrap_or([0; 4]);
            f64::from(f32::from_le_bytes(four))
        };
        Self {
            biases: std::array::from_fn(|class| number(class * 2)),
            scales: std::array::from_fn(|class| number(class * 2 + 1)),
            weights: weights.into(),
        }
    }

    /// Makes a model of full weights, `classes × places`, by rounding each class to 127 steps either way.
    pub fn round(biases: [f64; CLASSES.len()], full: &[Vec<f64>]) -> Self {
        let scales: [f64; CLASSES.len()] = std::array::from_fn(|class| {
            full[class].iter().fold(0.0, |most: f64, w| most.max(w.abs())).max(f64::MIN_POSITIVE) / 127.0
        });
        let mut weights = Vec::with_capacity(PLACES * CLASSES.len());
        for place in 0..PLACES {
            let row = full.iter().zip(scales).map(|(class, scale)| (class[place] / scale).round() as i8);
            weights.extend(row.map(|weight| weight.to_le_bytes()[0]));
        }
        // The head holds f32: the model in memory is the one that will be read again.
        let f32s = |numbers: [f64; CLASSES.len()]| numbers.map(|n| f64::from(n as f32));
        Self { biases: f32s(biases), scales: f32s(scales), weights: weights.into() }
    }

    /// As shipped: the head, then the table.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + self.weights.len());
        for (bias, scale) in self.biases.iter().zip(self.scales) {
            bytes.extend((*bias as f32).to_le_bytes());
            bytes.extend((scale as f32).to_le_bytes());
        }
        bytes.extend_from_slice(&self.weights);
        bytes
    }

    /// The log odds of each class; the sums are of whole numbers, so the same on every machine.
    pub fn scores(&self, plain: &str) -> [f64; CLASSES.len()] {
        let mut sums = [0_i64; CLASSES.len()];
        let mut count = 0_u32;
        features::each(plain, &mut |place, _| {
            count += 1;
            let row = self.weights.get(place * CLASSES.len()..(place + 1) * CLASSES.len()).unwrap_or_default();
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += i64::from(i8::from_le_bytes([*weight]));
            }
        });
        let norm = f64::from(count.max(1)).sqrt();
        std::array::from_fn(|class| self.biases[class] + self.scales[class] * sums[class] as f64 / norm)
    }

    /// The features that weigh most for or against a class, heaviest first, with what each adds to the log odds.
    pub fn telling(&self, plain: &str, class: usize, most: usize) -> Vec<(String, f64)> {
        let mut all: Vec<(Feature<'_>, i64)> = Vec::new();
        let mut count = 0_u32;
        features::each(plain, &mut |place, feature| {
            count += 1;
            all.push((feature, i64::from(self.weight(place, class))));
        });
        all.sort_unstable();
        let mut summed: Vec<(Feature<'_>, i64)> = Vec::new();
        for (feature, weight) in all {
            match summed.last_mut() {
                Some((last, sum)) if *last == feature => *sum += weight,
                _ => summed.push((feature, weight)),
            }
        }
        summed.sort_by_key(|(feature, weight)| (std::cmp::Reverse(weight.abs()), *feature));
        let unit = self.scales[class] / f64::from(count.max(1)).sqrt();
        summed.into_iter().filter(|(_, w)| *w != 0).take(most).map(|(f, w)| (f.to_string(), w as f64 * unit)).collect()
    }

    /// The bias of a class: the log odds of a text that says nothing.
    pub fn bias(&self, class: usize) -> f64 {
        self.biases[class]
    }

    fn weight(&self, place: usize, class: usize) -> i8 {
        self.weights.get(place * CLASSES.len() + class).map_or(0, |byte| i8::from_le_bytes([*byte]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_whole_and_small() {
        assert_eq!(SHIPPED.len(), HEAD + PLACES * CLASSES.len());
        assert!(SHIPPED.len() <= 512 * 1024);
        assert_eq!(Model::shipped().bytes(), SHIPPED);
    }

    #[test]
    fn rounding_keeps_a_weight_and_adds_by_the_root() {
        let mut full = vec![vec![0.0; PLACES]; CLASSES.len()];
        let mut places = Vec::new();
        features::each(" late ", &mut |place, _| places.push(place));
        places.iter().for_each(|place| full[1][*place] = 2.0);
        let model = Model::round([0.0, -1.0, 0.0, 0.0], &full);
        // A word, two pieces of three letters and one of four: -1 + 4 × 2 / √4.
        assert!((model.scores(" late ")[1] - 3.0).abs() < 1e-6);
        assert_eq!(model.telling(" late ", 1, 2).len(), 2);
    }
}
