//! The voices as tables of words, for every page alike.

use crate::report::model::{Change, Quote};
use crate::report::voices::{Mean, Share, Topic, Voices};
use crate::report::words::{count, counted, percent, times};

/// A heading with a table, or with why there is none.
#[derive(Debug, Clone, serde::Serialize)]
pub struct VoiceTable {
    /// `loved`, `ideas`, `questions`, `spreading`, `heard`, `brands`.
    pub key: &'static str,
    /// The heading.
    pub title: &'static str,
    /// How to read it.
    pub note: String,
    /// Heading, and whether it holds numbers; the first column holds names or words.
    pub columns: Vec<(&'static str, bool)>,
    /// Cells, in the columns' order.
    pub rows: Vec<Vec<String>>,
    /// What to say without rows.
    pub empty: &'static str,
}

/// Characters of a quote in a table.
const QUOTE: usize = 110;
const NONE: &str = "–";

/// Every table, always in this order.
pub fn tables(voices: &Voices, step: &str) -> Vec<VoiceTable> {
    let mut tables = vec![loved(voices, step), ideas(voices, step), questions(voices), spreading(voices, step)];
    tables.push(heard(voices, step));
    if !voices.brands.is_empty() {
        tables.push(brands(voices, step));
    }
    tables
}

fn loved(voices: &Voices, step: &str) -> VoiceTable {
    let rows = voices.loved.iter().map(|t| {
        vec![
            t.name.clone(),
            count(t.observed),
            t.previous.map_or(NONE.into(), count),
            changed(t.change.as_ref()),
            t.sparkline.clone(),
            quoted(t.quote.as_ref()),
        ]
    });
    VoiceTable {
        key: "loved",
        title: "What they love",
        note: format!(
            "Records that praise or rate well, by what they speak of; not among the issues. Counts of the {step}."
        ),
        columns: vec![
            ("Praised", false),
            ("Now", true),
            ("Before", true),
            ("Change (95 %)", false),
            ("Trend", false),
            ("In their words", false),
        ],
        rows: rows.collect(),
        empty: "No praise in the data.",
    }
}

fn ideas(voices: &Voices, step: &str) -> VoiceTable {
    let supporters = |t: &Topic| match t.likes {
        Some(likes) if likes > 0 => format!("{} + {}", count(t.supporters), counted(likes, "like")),
        _ => count(t.supporters),
    };
    let rows = voices.ideas.iter().map(|t| {
        vec![t.name.clone(), supporters(t), count(t.observed), count(t.all_records), quoted(t.quote.as_ref())]
    });
    VoiceTable {
        key: "ideas",
        title: "Ideas",
        note: format!(
            "What customers wish for. Supporters are distinct authors over all {step}s; a record without an author counts \
             as one."
        ),
        columns: vec![
            ("Idea", false),
            ("Supporters", true),
            ("Now", true),
            ("In all", true),
            ("In their words", false),
        ],
        rows: rows.collect(),
        empty: "No idea was heard.",
    }
}

fn questions(voices: &Voices) -> VoiceTable {
    let rows = voices.questions.iter().map(|q| {
        vec![
            quoted(Some(&q.quote)),
            waited(q.age),
            q.reach.map_or(NONE.into(), |reach| count(reach.round() as i64)),
            q.quote.uid.clone(),
        ]
    });
    let note = match voices.unanswered {
        Some(n) => format!(
            "{} without an answer; first those that reach many, wait long and ask for help. plaint response --next lists \
             them all.",
            counted(n, "question")
        ),
        None => "No dump tells of answers.".to_owned(),
    };
    VoiceTable {
        key: "questions",
        title: "Questions nobody answered",
        note,
        columns: vec![("Question", false), ("Waits", true), ("Reach", true), ("Record", false)],
        rows: rows.collect(),
        empty: "None.",
    }
}

fn spreading(voices: &Voices, step: &str) -> VoiceTable {
    let rows = voices.spreading.iter().map(|s| {
        vec![
            quoted(Some(&s.quote)),
            count(s.observed),
            count(s.previous),
            count(s.authors),
            s.reach.map_or(NONE.into(), |reach| count(reach.round() as i64)),
            format!("{:.1}", s.per_hour),
            s.carriers.join(", "),
        ]
    });
    VoiceTable {
        key: "spreading",
        title: "Spreading now",
        note: format!(
            "What is passed on (copies, reposts, \"same here\") more often this {step} than before. Reach is an estimate by \
             an open formula; per hour is over the last day it was passed on."
        ),
        columns: vec![
            ("What", false),
            ("Now", true),
            ("Before", true),
            ("Authors", true),
            ("Reach", true),
            ("Per hour", true),
            ("Carried by", false),
        ],
        rows: rows.collect(),
        empty: "Nothing is passed on more often than before.",
    }
}

fn heard(voices: &Voices, step: &str) -> VoiceTable {
    let rows = voices.issues.iter().map(|i| {
        vec![
            i.name.clone(),
            count(i.records),
            count(i.texts),
            count(i.authors),
            mean(i.sentiment.as_ref()),
            share(i.hostile.as_ref()),
            share(i.again.as_ref()),
            share(i.first_time.as_ref()),
            i.named.map_or(NONE.into(), |named| percent(named.share)),
        ]
    });
    VoiceTable {
        key: "heard",
        title: "How it is said, and by whom",
        note: format!(
            "This {step}, with 95 % intervals. Records: with the copies, reposts and \"same here\" that echo them, which \
             count once under Texts. Sentiment: the mean, −1 to 1. \
             Hostile: records of authors who attack and ask for nothing. Again: the same author wrote on the same issue \
             within the 30 days before. First time: authors who had not complained before, as far back as the data goes. \
             Shares are of records or authors that are named; the last column says how many records are."
        ),
        columns: vec![
            ("Issue", false),
            ("Records", true),
            ("Texts", true),
            ("Authors", true),
            ("Sentiment", true),
            ("Hostile", true),
            ("Again", true),
            ("First time", true),
            ("Named", true),
        ],
        rows: rows.collect(),
        empty: "No record matched an issue.",
    }
}

fn brands(voices: &Voices, step: &str) -> VoiceTable {
    let rows = voices.brands.iter().map(|b| {
        let records = b.voice.map_or(0, |v| v.n);
        vec![b.brand.clone(), count(records), share(b.voice.as_ref()), share(b.complaints.as_ref())]
    });
    VoiceTable {
        key: "brands",
        title: "Share of voice",
        note: format!("This {step}, of the records that a brand of plaint.toml has, with 95 % intervals."),
        columns: vec![("Brand", false), ("Records", true), ("Share of voice", true), ("Complaints among them", true)],
        rows: rows.collect(),
        empty: "No record speaks of a brand.",
    }
}

fn changed(change: Option<&Change>) -> String {
    let Some(change) = change else { return NONE.into() };
    match (change.ratio, change.high) {
        (Some(ratio), Some(high)) => {
            let bare = |v: f64| times(v).replace('×', "");
            format!("{} ({}–{})", times(ratio), bare(change.low), bare(high))
        }
        _ => NONE.into(),
    }
}

fn quoted(quote: Option<&Quote>) -> String {
    let text = quote.map_or("", |q| q.text.as_str());
    if text.chars().count() <= QUOTE {
        return text.to_owned();
    }
    let cut: String = text.chars().take(QUOTE - 1).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}

fn share(share: Option<&Share>) -> String {
    let bare = |v: f64| format!("{:.0}", v * 100.0);
    share.map_or(NONE.into(), |s| format!("{} % ({}–{})", bare(s.share), bare(s.low), bare(s.high)))
}

fn mean(mean: Option<&Mean>) -> String {
    let signed = |v: f64| format!("{v:+.2}").replace('-', "−");
    match mean {
        None => NONE.into(),
        Some(Mean { mean, low: Some(low), high: Some(high), .. }) => {
            format!("{} ({} to {})", signed(*mean), signed(low.max(-1.0)), signed(high.min(1.0)))
        }
        Some(Mean { mean, .. }) => signed(*mean),
    }
}

/// `45 min`, `3.5 h`, `4.2 d`.
fn waited(seconds: i64) -> String {
    match seconds {
        ..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{:.1} h", seconds as f64 / 3_600.0),
        _ => format!("{:.1} d", seconds as f64 / 86_400.0),
    }
}
