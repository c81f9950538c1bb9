//! Trains the intent model and writes `src/enrich/intent/weights.bin`; the same bytes from the same data.
//!
//! `cargo run --release --example train_intent [FILE]`
//!
//! One logistic regression per class on hashed words, pairs and pieces of words (`plaint::enrich::intent::features`),
//! each text scaled to length 1 by the root of its number of features; AdaGrad (Duchi, Hazan & Singer 2011) over a
//! fixed order. Weights are rounded to 127 steps either way.

#![expect(clippy::print_stdout, reason = "a program that reports")]

mod corpora;

use plaint::enrich::intent::features::{self, PLACES};
use plaint::enrich::intent::model::{CLASSES, Model};
use plaint::enrich::intent::plainly::plainly;

use corpora::Example;

/// Passes over the examples.
const PASSES: usize = 8;
/// AdaGrad's step.
const STEP: f64 = 0.25;
/// Pull of every used weight towards 0 in each step.
const DECAY: f64 = 1e-6;

struct Set {
    name: &'static str,
    examples: Vec<Example>,
    /// What one of its examples weighs, per class: abuse, complaint, praise, question.
    weights: [f64; 4],
}

/// Places of a text's features, what its labels say per class, what it weighs per class.
type Learned = (Vec<u32>, [Option<bool>; 4], [f64; 4]);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "src/enrich/intent/weights.bin".into());
    let sets = [
        Set { name: "davidson", examples: corpora::davidson()?, weights: [1.0, 0.0, 0.0, 0.3] },
        Set { name: "banking77", examples: corpora::banking("train.csv")?, weights: [0.3, 1.0, 0.3, 1.0] },
        Set { name: "clinc150", examples: corpora::clinc("train")?, weights: [0.3, 1.0, 0.5, 0.5] },
        Set {
            name: "tweets",
            examples: corpora::rated("tweets_GroundTruth.txt", false)?,
            weights: [0.5, 1.0, 1.0, 1.0],
        },
        Set {
            name: "products",
            examples: corpora::rated("amazonReviewSnippets_GroundTruth.txt", true)?,
            weights: [0.5, 1.0, 1.0, 1.0],
        },
        Set { name: "narratives", examples: corpora::narratives()?, weights: [0.3, 1.0, 0.5, 0.5] },
    ];
    let mut learned: Vec<Learned> = Vec::new();
    for set in &sets {
        for example in set.examples.iter().filter(|e| !e.held_out) {
            let mut places = Vec::new();
            features::each(&plainly(&example.text), &mut |place, _| places.push(place as u32));
            if !places.is_empty() {
                learned.push((places, example.labels, set.weights));
            }
        }
        println!("{:<10} {:>6} texts", set.name, set.examples.len());
    }
    shuffle(&mut learned);
    let (mut biases, mut full) = ([0.0; CLASSES.len()], Vec::new());
    for (class, intent) in CLASSES.iter().enumerate() {
        let known: Vec<(&[u32], bool, f64)> = learned
            .iter()
            .filter(|(_, _, weights)| weights[class] > 0.0)
            .filter_map(|(places, labels, weights)| Some((places.as_slice(), labels[class]?, weights[class])))
            .collect();
        let (bias, weights) = learn(&known);
        let yes = known.iter().filter(|(_, label, _)| *label).count();
        println!("{intent:<10} {yes:>6} of {} are", known.len());
        biases[class] = bias;
        full.push(weights);
    }
    let bytes = Model::round(biases, &full).bytes();
    std::fs::write(&path, &bytes)?;
    println!("wrote {path}: {} bytes", bytes.len());
    Ok(())
}

/// One class: its bias and the weight of every place.
fn learn(known: &[(&[u32], bool, f64)]) -> (f64, Vec<f64>) {
    let (mut bias, mut bias_sum) = (0.0, 1e-6);
    let (mut weights, mut sums) = (vec![0.0; PLACES], vec![1e-6; PLACES]);
    for _ in 0..PASSES {
        for (places, label, importance) in known {
            let value = 1.0 / (places.len() as f64).sqrt();
            let score: f64 = bias + value * places.iter().map(|p| weights[*p as usize]).sum::<f64>();
            let miss = (1.0 / (1.0 + (-score).exp()) - f64::from(u8::from(*label))) * importance;
            bias_sum += miss * miss;
            bias -= STEP * miss / f64::sqrt(bias_sum);
            for place in *places {
                let at = *place as usize;
                let slope = miss * value + DECAY * weights[at];
                sums[at] += slope * slope;
                weights[at] -= STEP * slope / f64::sqrt(sums[at]);
            }
        }
    }
    (bias, weights)
}

/// Fisher & Yates with a fixed linear congruence (Knuth's MMIX constants).
fn shuffle<T>(items: &mut [T]) {
    let mut state = 20_261_122_u64;
    for last in (1..items.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(last, ((state >> 33) % (last as u64 + 1)) as usize);
    }
}
