//! Trains the intent model and writes `src/enrich/intent/weights.bin`; the same bytes from the same data.
//!
//! `cargo run --release --example train_intent [FILE]`
//!
//! One logistic regression per class on hashed words, pairs and pieces of words (`plaint::enrich::intent::features`),
//! each text scaled to length 1 by the root of its number of features; AdaGrad (Duchi, Hazan & Singer 2011) over a
//! fixed order. Weights are rounded to 127 steps either way.
//!
//! Praise learns what to add to what rules and sentiment say already (their log odds are the text's offset), from how far
//! a rating is above or below 1.5, not only from which side it is on: twenty people's mean tells "good" from "superb".
//! With `--check` another fifth, of what is learned from, is left out and scored, so that settings are never chosen on
//! the fifth that `evaluate` scores.

#![expect(clippy::print_stdout, reason = "a program that reports")]

mod corpora;

use plaint::enrich::intent::features::{self, PLACES};
use plaint::enrich::intent::model::{CLASSES, Model};
use plaint::enrich::intent::plainly::plainly;
use plaint::enrich::intent::{Beside, Listener};
use plaint::enrich::{Intent, language, sentiment};

use corpora::Example;

/// How a class is learned.
#[derive(Clone, Copy)]
struct Manner {
    /// Passes over the examples.
    passes: usize,
    /// AdaGrad's step.
    step: f64,
    /// Pull of every used weight towards 0 in each step.
    decay: f64,
}

/// Praise has few texts and an offset that says most already: it is learned more gently (chosen with `--check`).
const fn manner(intent: Intent) -> Manner {
    match intent {
        Intent::Praise => Manner { passes: 5, step: 0.1, decay: 1e-5 },
        _ => Manner { passes: 8, step: 0.25, decay: 1e-6 },
    }
}

struct Set {
    name: &'static str,
    examples: Vec<Example>,
    /// What one of its examples weighs, per class: abuse, complaint, praise, question.
    weights: [f64; 4],
}

/// What is learned from a text.
struct Lesson {
    /// Places of its features.
    places: Vec<u32>,
    /// Per class, how surely it holds: from 0 to 1; null where nothing is known.
    targets: [Option<f64>; 4],
    /// Per class, the log odds that are known without the model.
    offsets: [f64; 4],
    /// Per class.
    weights: [f64; 4],
}

/// Ratings are told apart within about this much: the standard error of a mean of twenty.
const SPREAD: f64 = 0.4;

fn lesson(untaught: &Listener, example: &Example, weights: [f64; 4]) -> Option<Lesson> {
    let mut places = Vec::new();
    features::each(&plainly(&example.text), &mut |place, _| places.push(place as u32));
    let mut targets = example.labels.map(|label| label.map(|yes| f64::from(u8::from(yes))));
    let mut offsets = [0.0; 4];
    for (class, intent) in CLASSES.into_iter().enumerate().filter(|(_, intent)| *intent == Intent::Praise) {
        if let Some(rating) = example.rating {
            targets[class] = Some(1.0 / (1.0 + (-(rating - 1.5) / SPREAD).exp()));
        }
        let heard = language::is_handled(language::found(&example.text)).then(|| sentiment::score(&example.text));
        let beside = Beside { kind: "mention", ..Beside::default() };
        offsets[class] = untaught.log_odds(Some(&example.text), heard, beside)[intent.place()];
    }
    (!places.is_empty()).then_some(Lesson { places, targets, offsets, weights })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let check = std::env::args().any(|a| a == "--check");
    let path = std::env::args().skip(1).find(|a| a != "--check");
    let path = path.unwrap_or_else(|| "src/enrich/intent/weights.bin".into());
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
    let untaught = Listener::untaught();
    let mut learned: Vec<Lesson> = Vec::new();
    let mut checked: Vec<(&str, Lesson, bool)> = Vec::new();
    for set in &sets {
        for (row, example) in set.examples.iter().enumerate().filter(|(_, e)| !e.held_out) {
            let Some(lesson) = lesson(&untaught, example, set.weights) else { continue };
            match example.rating.filter(|_| check && corpora::held_out(row + set.examples.len())) {
                Some(rating) => checked.push((set.name, lesson, rating > 1.5)),
                None => learned.push(lesson),
            }
        }
        println!("{:<10} {:>6} texts", set.name, set.examples.len());
    }
    shuffle(&mut learned);
    let (mut biases, mut full) = ([0.0; CLASSES.len()], Vec::new());
    for (class, intent) in CLASSES.iter().enumerate() {
        let known: Vec<Known<'_>> = learned
            .iter()
            .filter(|lesson| lesson.weights[class] > 0.0)
            .filter_map(|lesson| {
                Some(Known {
                    places: &lesson.places,
                    target: lesson.targets[class]?,
                    offset: lesson.offsets[class],
                    importance: lesson.weights[class],
                })
            })
            .collect();
        let (bias, weights) = learn(&known, manner(*intent));
        let yes = known.iter().filter(|lesson| lesson.target > 0.5).count();
        println!("{intent:<10} {yes:>6} of {} are", known.len());
        for name in ["tweets", "products"].iter().filter(|_| check && *intent == Intent::Praise) {
            let answers: Vec<(f64, bool)> = checked
                .iter()
                .filter(|(set, ..)| set == name)
                .map(|(_, lesson, truth)| (lesson.offsets[class] + score(&lesson.places, bias, &weights), *truth))
                .collect();
            println!("  {name}: AUC {:.4} on {} left out of what was learned", auc(&answers), answers.len());
        }
        biases[class] = bias;
        full.push(weights);
    }
    if check {
        return Ok(());
    }
    let bytes = Model::round(biases, &full).bytes();
    std::fs::write(&path, &bytes)?;
    println!("wrote {path}: {} bytes", bytes.len());
    Ok(())
}

/// A text as one class sees it.
struct Known<'a> {
    places: &'a [u32],
    target: f64,
    offset: f64,
    importance: f64,
}

/// What the model says of a text.
fn score(places: &[u32], bias: f64, weights: &[f64]) -> f64 {
    bias + places.iter().map(|p| weights[*p as usize]).sum::<f64>() / (places.len() as f64).sqrt()
}

/// One class: its bias and the weight of every place.
fn learn(known: &[Known<'_>], manner: Manner) -> (f64, Vec<f64>) {
    let Manner { passes, step, decay } = manner;
    let (mut bias, mut bias_sum) = (0.0, 1e-6);
    let (mut weights, mut sums) = (vec![0.0; PLACES], vec![1e-6; PLACES]);
    for _ in 0..passes {
        for lesson in known {
            let value = 1.0 / (lesson.places.len() as f64).sqrt();
            let said = lesson.offset + score(lesson.places, bias, &weights);
            let miss = (1.0 / (1.0 + (-said).exp()) - lesson.target) * lesson.importance;
            bias_sum += miss * miss;
            bias -= step * miss / f64::sqrt(bias_sum);
            for place in lesson.places {
                let at = *place as usize;
                let slope = miss * value + decay * weights[at];
                sums[at] += slope * slope;
                weights[at] -= step * slope / f64::sqrt(sums[at]);
            }
        }
    }
    (bias, weights)
}

/// The chance that a yes scores higher than a no (Mann & Whitney 1947); equal scores are rare enough to be left as they
/// stand.
fn auc(answers: &[(f64, bool)]) -> f64 {
    let mut sorted: Vec<(f64, bool)> = answers.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut above) = (0_usize, 0_usize);
    for (_, yes) in &sorted {
        if *yes { above += below } else { below += 1 }
    }
    above as f64 / (below * (sorted.len() - below)).max(1) as f64
}

/// Fisher & Yates with a fixed linear congruence (Knuth's MMIX constants).
fn shuffle<T>(items: &mut [T]) {
    let mut state = 20_261_122_u64;
    for last in (1..items.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(last, ((state >> 33) % (last as u64 + 1)) as usize);
    }
}
