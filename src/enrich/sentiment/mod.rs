//! Sentiment: VADER, a lexicon with a few rules.
//!
//! C.J. Hutto & E.E. Gilbert (2014), "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media
//! Text", ICWSM-14. The rules are those of the reference implementation, version 3.3.2, with its oddities: a text's
//! score there is the score here, to 4 decimals. Linear in the text.
//!
//! Each word of the lexicon brings its valence, changed by capitals, by the three words before it (degree words,
//! negations, idioms) and by a "but" in the text; the sum, pushed outward by ! and ?, is squeezed into -1 to 1.

mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::enrich::sentiment::words::{DEGREE, described, idioms, known, weakens};

/// A negation turns a valence round and weakens it (Hutto & Gilbert 2014, §3.3).
const NEGATION: f64 = -0.74;
/// "never so good" strengthens.
const EMPHATIC: f64 = 1.25;
/// What capitals add among words without.
const CAPITALS: f64 = 0.733;
/// What an exclamation mark adds, up to four.
const EXCLAMATION: f64 = 0.292;
/// What question marks add each from two to three, and together beyond.
const QUESTIONS: (f64, f64) = (0.18, 0.96);
/// How much of a degree word's effect is left one, two and three words away.
const DISTANCE: [f64; 3] = [1.0, 0.95, 0.9];
/// Before a "but" half counts, after it one and a half.
const BUT: (f64, f64) = (0.5, 1.5);
/// Squeezes the sum: x / √(x² + 15).
const ALPHA: f64 = 15.0;

/// Why a text's sentiment is what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// From -1 to 1, four decimals.
    pub score: f64,
    /// Every word that brought something, in the text's order.
    pub words: Vec<Weighed>,
    /// What ! and ? added to the sum of the words.
    pub punctuation: f64,
}

/// A word with its valence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weighed {
    /// As written.
    pub word: String,
    /// In the lexicon.
    pub lexicon: f64,
    /// After the rules.
    pub weight: f64,
    /// The rules that changed it.
    pub rules: Vec<String>,
}

/// Hears which rule changed which word; the words for it are made only where somebody listens.
trait Note: FnMut(usize, &dyn Fn() -> String) {}
impl<F: FnMut(usize, &dyn Fn() -> String)> Note for F {}

/// A word of the text.
struct Word<'t> {
    written: &'t str,
    lower: &'t str,
    valence: Option<f64>,
    degree: Option<f64>,
    negates: bool,
    capitals: bool,
}

/// The sentiment of a text, from -1 to 1, to four decimals; 0 where no word says anything.
pub fn score(text: &str) -> f64 {
    let text = describe_emoji(text);
    let lower = lowered(&text);
    let words = words_of(&text, &lower);
    let mut weights = weights(&words, &mut |_: usize, _: &dyn Fn() -> String| {});
    soften_before_but(&words, &mut weights);
    total(&weights, &text).0
}

/// The sentiment of a text with every word's part in it.
pub fn explain(text: &str) -> Explained {
    let text = describe_emoji(text);
    let lower = lowered(&text);
    let words = words_of(&text, &lower);
    let mut rules: Vec<Vec<String>> = vec![Vec::new(); words.len()];
    let mut weights = weights(&words, &mut |at: usize, rule: &dyn Fn() -> String| rules[at].push(rule()));
    let before = weights.clone();
    soften_before_but(&words, &mut weights);
    for (at, (was, is)) in before.iter().zip(&weights).enumerate() {
        if was != is {
            rules[at].push(if is.abs() < was.abs() { "before but".into() } else { "after but".into() });
        }
    }
    let (score, punctuation) = total(&weights, &text);
    let weighed = words.iter().zip(weights).zip(rules);
    let words = weighed
        .filter_map(|((word, weight), rules)| {
            let lexicon = word.valence.filter(|_| word.degree.is_none())?;
            Some(Weighed { word: word.written.to_owned(), lexicon, weight, rules })
        })
        .collect();
    Explained { score, words, punctuation }
}

fn lowered(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// Emoji in words, set apart from what stands before them.
fn describe_emoji(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut after_space = true;
    for c in text.chars() {
        match if c.is_ascii() { None } else { described(c) } {
            Some(description) => {
                if !after_space {
                    out.push(' ');
                }
                out.push_str(description);
                after_space = false;
            }
            None => {
                out.push(c);
                after_space = c == ' ';
            }
        }
    }
    out.into()
}

/// The words, without punctuation around them unless that leaves two signs or fewer: then it may be an emoticon.
/// `lower` is the text in lower case.
fn words_of<'t>(text: &'t str, lower: &'t str) -> Vec<Word<'t>> {
    let bare = |raw: &'t str| raw.trim_matches(|c: char| c.is_ascii_punctuation());
    let mut words: Vec<Word<'_>> = Vec::with_capacity(text.len() / 5);
    for (raw, low) in text.split_whitespace().zip(lower.split_whitespace()) {
        let stripped = bare(raw);
        let is_word = stripped.chars().nth(2).is_some();
        let (written, lower) = if is_word { (stripped, bare(low)) } else { (raw, low) };
        let known = known(lower);
        let capitals = is_upper(written);
        words.push(Word {
            written,
            lower,
            valence: known.valence,
            degree: known.degree,
            negates: known.negates,
            capitals,
        });
    }
    // Capitals say something only beside words without.
    let loud = words.iter().filter(|w| w.capitals).count();
    if loud == words.len() {
        words.iter_mut().for_each(|w| w.capitals = false);
    }
    words
}

/// At least one letter with a case, and none but capitals.
fn is_upper(word: &str) -> bool {
    word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
}

/// Every word's valence after the rules that look back at most three words.
fn weights(words: &[Word<'_>], note: &mut impl Note) -> Vec<f64> {
    (0..words.len()).map(|at| weigh(words, at, note)).collect()
}

fn weigh(words: &[Word<'_>], at: usize, note: &mut impl Note) -> f64 {
    let word = &words[at];
    let after = |steps: usize| words.get(at + steps).map_or("", |w| w.lower);
    let before = |steps: usize| at.checked_sub(steps).map_or("", |i| words[i].lower);
    let (Some(lexicon), None) = (word.valence, word.degree) else { return 0.0 };
    if word.lower == "kind" && after(1) == "of" {
        return 0.0;
    }
    let mut weight = lexicon;
    if word.lower == "no" && words.get(at + 1).is_some_and(|next| next.valence.is_some()) {
        // It negates the next word instead of speaking for itself.
        weight = 0.0;
        note(at, &|| "negates the next word".into());
    }
    if before(1) == "no" || before(2) == "no" || (before(3) == "no" && matches!(before(1), "or" | "nor")) {
        weight = lexicon * NEGATION;
        note(at, &|| "negated by no".into());
    }
    if word.capitals {
        weight += if weight > 0.0 { CAPITALS } else { -CAPITALS };
        note(at, &|| "capitals".into());
    }
    for (steps, fade) in (1..).zip(DISTANCE) {
        let Some(earlier) = at.checked_sub(steps).map(|i| &words[i]) else { break };
        if earlier.valence.is_some() {
            continue;
        }
        if let Some(degree) = earlier.degree {
            let mut push = if weight < 0.0 { -degree } else { degree };
            if earlier.capitals {
                push += if weight > 0.0 { CAPITALS } else { -CAPITALS };
            }
            weight += push * fade;
            note(at, &|| format!("{} by {}", if degree > 0.0 { "strengthened" } else { "weakened" }, earlier.lower));
        }
        match turned(steps, [before(1), before(2), before(3)], earlier.negates) {
            Turn::Stays => {}
            Turn::Stressed => {
                weight *= EMPHATIC;
                note(at, &|| "emphatic so or this".into());
            }
            Turn::Negated => {
                weight *= NEGATION;
                note(at, &|| format!("negated by {}", earlier.lower));
            }
        }
        if steps == 3 {
            weight = by_idiom(words, at, weight, note);
        }
    }
    let least = before(1) == "least" && words[at - 1].valence.is_none();
    if least && !matches!(before(2), "at" | "very") {
        weight *= NEGATION;
        note(at, &|| "negated by least".into());
    }
    weight
}

/// What a word before does to a valence.
enum Turn {
    Stays,
    /// "never so good".
    Stressed,
    Negated,
}

/// What the word `steps` before does, which may be a negation. `before` are the words one, two and three before.
fn turned(steps: usize, before: [&str; 3], negates: bool) -> Turn {
    let [one, two, three] = before;
    let emphatic = |word: &str| matches!(word, "so" | "this");
    let stressed = match steps {
        2 => two == "never" && emphatic(one),
        // The reference's own reading: "so" or "this" right before is enough here.
        3 => (three == "never" && emphatic(two)) || emphatic(one),
        _ => false,
    };
    let no_doubt = match steps {
        2 => two == "without" && one == "doubt",
        3 => three == "without" && (two == "doubt" || one == "doubt"),
        _ => false,
    };
    match (stressed, no_doubt) {
        (true, _) => Turn::Stressed,
        (false, false) if negates => Turn::Negated,
        _ => Turn::Stays,
    }
}

/// A phrase around the word, from three before to two after, that has a value of its own; and pairs that weaken.
fn by_idiom(words: &[Word<'_>], at: usize, mut weight: f64, note: &mut impl Note) -> f64 {
    let phrase = |first: usize, length: usize| words.get(first..first + length);
    let value = |first: usize, length: usize| {
        let found = phrase(first, length)?;
        let same = |idiom: &[&str]| idiom.len() == length && found.iter().zip(idiom).all(|(w, i)| w.lower == *i);
        idioms().iter().find(|(idiom, _)| same(idiom))
    };
    let around = [(at - 1, 2), (at - 2, 3), (at - 2, 2), (at - 3, 3), (at - 3, 2)];
    let first = around.into_iter().find_map(|(from, length)| value(from, length));
    for (idiom, own) in [first, value(at, 2), value(at, 3)].into_iter().flatten() {
        weight = *own;
        note(at, &|| format!("idiom: {}", idiom.join(" ")));
    }
    for from in [at - 3, at - 2] {
        if weakens(words[from].lower, words[from + 1].lower) {
            weight -= DEGREE;
            note(at, &|| format!("weakened by {} {}", words[from].lower, words[from + 1].lower));
        }
    }
    weight
}

/// Half before the first "but", one and a half after.
///
/// The reference goes through the values in order and changes the *first* place that holds an equal value, also where
/// that is another; so do we, with the places of every value at hand.
fn soften_before_but(words: &[Word<'_>], weights: &mut [f64]) {
    let Some(but) = words.iter().position(|w| w.lower == "but") else { return };
    let mut places: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
    for (at, weight) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
        places.entry(weight.to_bits()).or_default().insert(at);
    }
    for at in 0..weights.len() {
        let value = weights[at];
        let first = places.get(&value.to_bits()).and_then(|places| places.first().copied());
        let Some(first) = first.filter(|_| value != 0.0) else { continue };
        let factor = match first.cmp(&but) {
            std::cmp::Ordering::Less => BUT.0,
            std::cmp::Ordering::Equal => continue,
            std::cmp::Ordering::Greater => BUT.1,
        };
        if let Some(equal) = places.get_mut(&value.to_bits()) {
            equal.remove(&first);
        }
        weights[first] = value * factor;
        places.entry(weights[first].to_bits()).or_default().insert(first);
    }
}

/// The score of all words together, and what the punctuation added to their sum.
fn total(weights: &[f64], text: &str) -> (f64, f64) {
    let sum: f64 = weights.iter().sum();
    let count = |mark: u8| text.bytes().filter(|b| *b == mark).count();
    let questions = match count(b'?') {
        0 | 1 => 0.0,
        few @ 2..=3 => few as f64 * QUESTIONS.0,
        _ => QUESTIONS.1,
    };
    let push = count(b'!').min(4) as f64 * EXCLAMATION + questions;
    let push = if sum > 0.0 {
        push
    } else if sum < 0.0 {
        -push
    } else {
        0.0
    };
    let sum = sum + push;
    let score = (sum / (sum * sum + ALPHA).sqrt()).clamp(-1.0, 1.0);
    ((score * 1e4).round() / 1e4, push)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of the reference's own documentation.
    #[test]
    fn scores_as_the_reference_does() {
        for (text, expected) in [
            ("VADER is smart, handsome, and funny.", 0.8316),
            ("VADER is smart, handsome, and funny!", 0.8439),
            ("VADER is very smart, handsome, and funny.", 0.8545),
            ("VADER is VERY SMART, handsome, and FUNNY.", 0.9227),
            ("VADER is VERY SMART, handsome, and FUNNY!!!", 0.9342),
            ("VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", 0.9469),
            ("VADER is not smart, handsome, nor funny.", -0.7424),
            ("The book was good.", 0.4404),
            ("At least it isn't a horrible book.", 0.431),
            ("The book was only kind of good.", 0.3832),
            ("The plot was good, but the characters are uncompelling and the dialog is not great.", -0.7042),
            ("Today SUX!", -0.5461),
            ("Today only kinda sux! But I'll get by, lol", 0.5249),
            ("Make sure you :) or :D today!", 0.8633),
            ("Catch utf-8 emoji such as 💘 and 💋 and 😁", 0.875),
            ("Not bad at all", 0.431),
            ("", 0.0),
        ] {
            assert!((score(text) - expected).abs() < 5e-5, "{text}: {} for {expected}", score(text));
        }
    }

    #[test]
    fn says_why() {
        let why = explain("Not VERY good but the crash is annoying!");
        assert_eq!(why.score, score("Not VERY good but the crash is annoying!"));
        let words: Vec<&str> = why.words.iter().map(|w| w.word.as_str()).collect();
        assert_eq!(words, ["good", "crash", "annoying"]);
        assert_eq!(why.words[0].rules, ["strengthened by very", "negated by not", "before but"]);
        assert!(why.words[2].weight < 1.4 * why.words[2].lexicon);
        assert!((why.punctuation + 0.292).abs() < 1e-12);
    }

    #[test]
    fn long_texts_take_linear_time() {
        let text = "good but bad ".repeat(200_000);
        assert!(score(&text) < 0.0);
    }

    proptest! {
        #[test]
        fn any_text_has_a_bounded_score(text in "\\PC{0,200}") {
            prop_assert!((-1.0..=1.0).contains(&score(&text)));
        }
    }
}
