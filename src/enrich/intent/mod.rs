//! Intent: what a writer wants. Several can hold; none may.
//!
//! Every intent has a score in log odds: what the linear [`model`] hears, plus the [`rules`] that are met, plus what
//! the record says beside its text (its kind, rating, CSAT, type), plus the user's own rules. It holds from 0 on.

pub mod features;
pub mod model;
pub mod plainly;
pub mod rules;

use regex::{Regex, RegexBuilder};
use serde::Serialize;

use crate::enrich::intent::model::{CLASSES, Model};
use crate::enrich::intent::plainly::plainly;
use crate::enrich::intent::rules::RULES;
use crate::enrich::options::{Intent, UserRule};
use crate::error::{Error, Result};

/// What the text of one intent starts from, how the model and the sentiment weigh in it.
struct Scale {
    /// Log odds of a text that says nothing: few texts hold any one intent.
    bias: f64,
    /// Weight of the model's log odds, and how far they may go: a filing's long narrative must not drown the rules.
    model: (f64, f64),
    /// Weight of the sentiment.
    sentiment: f64,
}

/// The scale of an intent. The complaint's was chosen on 300 mentions labelled by hand that are in no evaluation
/// (`examples/evaluate/enrich.rs`), the others were set by judgement. Praise takes its model whole: it was taught what to add to
/// the rest of this scale, to the rules and to the sentiment.
const fn scale(intent: Intent) -> Scale {
    match intent {
        Intent::Abuse => Scale { bias: -0.1, model: (1.0, 6.0), sentiment: 0.0 },
        Intent::Complaint => Scale { bias: -0.9, model: (0.4, 3.0), sentiment: -0.8 },
        Intent::Idea => Scale { bias: -2.0, model: (0.0, 0.0), sentiment: 0.0 },
        Intent::Praise => Scale { bias: -1.0, model: (1.0, 6.0), sentiment: 2.5 },
        Intent::Question => Scale { bias: -2.0, model: (0.5, 4.0), sentiment: 0.0 },
        Intent::Spam => Scale { bias: -2.8, model: (0.0, 0.0), sentiment: 0.0 },
    }
}

/// One number per intent, at the place of [`Intent::place`].
type PerIntent = [f64; Intent::ALL.len()];

/// A word from outside the text decides alone.
const DECIDES: f64 = 20.0;
/// A hint from outside the text counts like a clear phrase.
const HINTS: f64 = 2.0;
/// Features named in an explanation.
const NAMED: usize = 6;

/// What a record says beside its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// `mention`, `ticket`, `filing`, ...
    pub kind: &'a str,
    /// What the filer or agent ticked.
    pub category: Option<&'a str>,
    /// `good`, `neutral`, `bad`, ...
    pub csat: Option<&'a str>,
    /// 0 (worst) to 1 (best).
    pub rating: Option<f64>,
    /// 0 to 10.
    pub nps: Option<i64>,
    /// `spam`, `open`, ...
    pub status: Option<&'a str>,
}

/// One reason for or against an intent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The intent.
    pub intent: Intent,
    /// Log odds.
    pub weight: f64,
    /// In words.
    pub what: String,
}

/// An intent's score with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The intent.
    pub intent: Intent,
    /// Log odds; it holds from 0 on.
    pub score: f64,
    /// Heaviest first; they sum to the score.
    pub reasons: Vec<Reason>,
    /// The features that weighed most in what the model heard.
    pub features: Vec<(String, f64)>,
}

/// Hears intents: the model and all rules, ready for many texts.
pub struct Listener {
    /// Null in [`Listener::untaught`].
    model: Option<Model>,
    own: Vec<(UserRule, Regex)>,
}

impl Listener {
    /// With the user's own rules.
    ///
    /// # Errors
    /// A pattern that is no regular expression.
    pub fn new(own: &[UserRule]) -> Result<Self> {
        let own = own
            .iter()
            .map(|rule| match RegexBuilder::new(&rule.pattern).case_insensitive(true).build() {
                Ok(pattern) => Ok((rule.clone(), pattern)),
                Err(error) => Err(Error::failed(format!("the rule for {} is no regular expression", rule.intent))
                    .at("plaint.toml")
                    .evidence(error.to_string())
                    .hint("a pattern such as 'never again' or 'order [0-9]+ late' serves")),
            })
            .collect::<Result<_>>()?;
        Ok(Self { model: Some(Model::shipped()), own })
    }

    /// With rules and sentiment alone: what a model of praise is taught to add to (`examples/train_intent`).
    pub fn untaught() -> Self {
        Self { model: None, own: Vec::new() }
    }

    /// The intents of a record, sorted. `text` is redacted; `sentiment` is null in a language that is not handled:
    /// then only what stands beside the text and the user's rules are heard.
    pub fn intents(&self, text: Option<&str>, sentiment: Option<f64>, beside: Beside<'_>) -> Vec<Intent> {
        let held = self.held(text, sentiment, beside);
        Intent::ALL.into_iter().filter(|intent| held[intent.place()]).collect()
    }

    /// Whether each intent holds, in the order of [`Intent::ALL`], so at its [`Intent::place`].
    pub fn held(&self, text: Option<&str>, sentiment: Option<f64>, beside: Beside<'_>) -> [bool; Intent::ALL.len()] {
        self.log_odds(text, sentiment, beside).map(|score| score >= 0.0)
    }

    /// Log odds of each intent, in the order of [`Intent::ALL`], so at its [`Intent::place`].
    pub fn log_odds(&self, text: Option<&str>, sentiment: Option<f64>, beside: Beside<'_>) -> PerIntent {
        self.scores(text, sentiment, beside, &mut |_, _, _| {})
    }

    /// Every intent with what speaks for and against it.
    pub fn explain(&self, text: Option<&str>, sentiment: Option<f64>, beside: Beside<'_>) -> Vec<Explained> {
        let plain = text.filter(|_| sentiment.is_some()).map(plainly);
        let mut reasons: [Vec<Reason>; Intent::ALL.len()] = Default::default();
        let scores = self.scores(text, sentiment, beside, &mut |intent, weight, why| {
            if weight != 0.0 {
                let what = why.words(plain.as_deref().unwrap_or_default());
                reasons[intent.place()].push(Reason { intent, weight, what });
            }
        });
        let told = Intent::ALL.into_iter().zip(scores).zip(reasons);
        told.map(|((intent, score), mut reasons)| {
            reasons.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
            let class = CLASSES.iter().position(|c| *c == intent);
            let features = match (&self.model, class, &plain) {
                (Some(model), Some(class), Some(plain)) => model.telling(plain, class, NAMED),
                _ => Vec::new(),
            };
            Explained { intent, score, reasons, features }
        })
        .collect()
    }

    fn scores(
        &self,
        text: Option<&str>,
        sentiment: Option<f64>,
        beside: Beside<'_>,
        note: &mut impl FnMut(Intent, f64, Why<'_>),
    ) -> PerIntent {
        let mut scores = PerIntent::default();
        let mut add = |intent: Intent, weight: f64, why: Why<'_>| {
            scores[intent.place()] += weight;
            note(intent, weight, why);
        };
        for intent in Intent::ALL {
            add(intent, scale(intent).bias, Why::Start);
        }
        if let (Some(text), Some(sentiment)) = (text, sentiment) {
            let plain = plainly(text);
            if let Some(model) = &self.model {
                for (intent, heard) in CLASSES.into_iter().zip(model.scores(&plain)) {
                    let (weight, most) = scale(intent).model;
                    add(intent, weight * heard.clamp(-most, most), Why::Model);
                }
            }
            for intent in Intent::ALL {
                add(intent, scale(intent).sentiment * sentiment, Why::Sentiment(sentiment));
            }
            for rule in rules::met(&plain) {
                add(RULES[rule].intent, RULES[rule].weight, Why::Rule(rule));
            }
        }
        for (intent, weight, why) in said_beside(beside) {
            add(intent, weight, Why::Beside(why));
        }
        for (rule, pattern) in &self.own {
            if text.is_some_and(|text| pattern.is_match(text)) {
                add(rule.intent, rule.weight, Why::Own(&rule.pattern));
            }
        }
        scores
    }
}

/// Where a part of a score comes from.
enum Why<'a> {
    Start,
    Model,
    Sentiment(f64),
    Rule(usize),
    Beside(String),
    Own(&'a str),
}

impl Why<'_> {
    fn words(&self, plain: &str) -> String {
        match self {
            Self::Start => "where every text starts".into(),
            Self::Model => "the model".into(),
            Self::Sentiment(sentiment) => format!("sentiment {sentiment:.2}"),
            Self::Rule(rule) => {
                format!("{}: \"{}\"", RULES[*rule].name, rules::words_of(&RULES[*rule], plain))
            }
            Self::Beside(what) => what.clone(),
            Self::Own(pattern) => format!("your rule {pattern:?}"),
        }
    }
}

/// A number that changes with the model's table and the rules (FNV-1a, 64 bits).
pub fn digest() -> u64 {
    let rules = RULES.iter().flat_map(|rule| rule.digested());
    Model::shipped()
        .bytes()
        .into_iter()
        .chain(rules)
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Words of a category that name an intent.
const CATEGORIES: &[(Intent, &[&str])] = &[
    (Intent::Complaint, &["bug", "complaint", "defect", "dispute", "fault", "grievance", "incident", "problem"]),
    (Intent::Idea, &["enhancement", "feature", "idea", "improvement", "suggestion", "wish"]),
    (Intent::Praise, &["compliment", "praise"]),
    (Intent::Question, &["enquiry", "how-to", "inquiry", "question"]),
    (Intent::Spam, &["spam"]),
];

/// What kind, rating, CSAT and type say. A filing is a complaint by what it is; a ticket is none until it says so.
fn said_beside(beside: Beside<'_>) -> Vec<(Intent, f64, String)> {
    let mut said = Vec::new();
    if beside.kind == "filing" {
        said.push((Intent::Complaint, DECIDES, "a filing".to_owned()));
    }
    if beside.kind == "ticket"
        && let Some(category) = beside.category
    {
        let words = category.to_lowercase();
        let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        let singular = |word: &str, known: &str| word == known || word.strip_suffix('s') == Some(known);
        for (intent, names) in CATEGORIES {
            if words.iter().any(|word| names.iter().any(|name| singular(word, name))) {
                said.push((*intent, DECIDES, format!("its type is {category}")));
            }
        }
    }
    match beside.csat {
        Some("bad") => said.push((Intent::Complaint, DECIDES, "bad satisfaction".to_owned())),
        Some("good") => said.push((Intent::Praise, HINTS, "good satisfaction".to_owned())),
        _ => {}
    }
    match beside.rating {
        Some(rating) if rating <= 0.25 => {
            said.push((Intent::Complaint, HINTS * 2.0, "a bad rating".to_owned()));
            said.push((Intent::Praise, -HINTS, "a bad rating".to_owned()));
        }
        Some(rating) if rating >= 0.75 => {
            said.push((Intent::Praise, HINTS, "a good rating".to_owned()));
            said.push((Intent::Complaint, -HINTS, "a good rating".to_owned()));
        }
        _ => {}
    }
    // Reichheld (2003): detractors answer 0 to 6, promoters 9 or 10.
    match beside.nps {
        Some(0..=6) => said.push((Intent::Complaint, HINTS, "would not recommend".to_owned())),
        Some(9..) => said.push((Intent::Praise, HINTS, "would recommend".to_owned())),
        _ => {}
    }
    if beside.status == Some("spam") {
        said.push((Intent::Spam, DECIDES, "marked as spam".to_owned()));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::sentiment;

    fn heard(text: &str, beside: Beside<'_>) -> Vec<Intent> {
        Listener::new(&[]).unwrap().intents(Some(text), Some(sentiment::score(text)), beside)
    }

    fn said(text: &str) -> Vec<Intent> {
        heard(text, Beside { kind: "mention", ..Beside::default() })
    }

    #[test]
    fn clear_texts_are_heard() {
        assert_eq!(
            said("My order still hasn't arrived and nobody answers my emails. Terrible service."),
            [Intent::Complaint]
        );
        assert_eq!(said("I love this machine, best coffee ever!"), [Intent::Praise]);
        assert_eq!(said("How do I change the water filter?"), [Intent::Question]);
        assert!(said("It would be great if the app had a dark mode. Please add it.").contains(&Intent::Idea));
        assert!(said("You are a fucking idiot, go to hell").contains(&Intent::Abuse));
        assert!(
            said("Click here now to win a free iphone http://a.b http://c.d #win #free #cash #deal #iphone")
                .contains(&Intent::Spam)
        );
        assert_eq!(said("The train leaves at noon."), []);
    }

    #[test]
    fn kind_type_and_satisfaction_decide() {
        let beside = |kind: &'static str| Beside { kind, ..Beside::default() };
        let listener = Listener::new(&[]).unwrap();
        assert_eq!(listener.intents(None, None, beside("filing")), [Intent::Complaint]);
        assert_eq!(listener.intents(None, None, beside("ticket")), []);
        let typed = Beside { category: Some("Problem"), ..beside("ticket") };
        assert_eq!(listener.intents(None, None, typed), [Intent::Complaint]);
        let unhappy = Beside { csat: Some("bad"), ..beside("ticket") };
        assert_eq!(listener.intents(None, None, unhappy), [Intent::Complaint]);
        assert!(!heard("Please change my address to the new one.", beside("ticket")).contains(&Intent::Complaint));
    }

    #[test]
    fn the_users_rules_add() {
        let rule = UserRule { intent: Intent::Complaint, pattern: "descal".into(), weight: 8.0 };
        let listener = Listener::new(std::slice::from_ref(&rule)).unwrap();
        let beside = Beside { kind: "mention", ..Beside::default() };
        assert!(listener.intents(Some("the descaling light"), Some(0.0), beside).contains(&Intent::Complaint));
        let error = Listener::new(&[UserRule { pattern: "(".into(), ..rule }]).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("no regular expression"), "{error}");
    }

    #[test]
    fn reasons_sum_to_the_score() {
        let listener = Listener::new(&[]).unwrap();
        let text = "Why does the app keep crashing? Please fix it.";
        let why = listener.explain(Some(text), Some(sentiment::score(text)), Beside::default());
        for one in &why {
            let sum: f64 = one.reasons.iter().map(|r| r.weight).sum();
            assert!((sum - one.score).abs() < 1e-9);
        }
        assert!(why[1].reasons.iter().any(|r| r.what.contains("keep") || r.what.contains("crashing")));
    }
}
