//! What `check` tells, and what it has told before: the same period says the same again, a later one only what is new.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::trend::series::{Level, Signal};

/// Of the state file's layout.
const VERSION: u32 = 1;

/// Which series a signal speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The issue.
    pub issue_id: String,
    /// Its segment.
    pub segment: Option<String>,
    /// What was found; emergence, return and spike are one: a rise.
    pub kind: String,
}

impl Subject {
    /// The subject of a signal of that kind.
    pub fn new(issue_id: &str, segment: Option<&str>, kind: Signal) -> Self {
        let kind = match kind {
            Signal::Spike | Signal::Emerging | Signal::Returned => "rise",
            other => other.name(),
        };
        Self { issue_id: issue_id.to_owned(), segment: segment.map(str::to_owned), kind: kind.to_owned() }
    }
}

/// A signal found in a period, told or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Of what.
    #[serde(flatten)]
    pub subject: Subject,
    /// The loudest since it began: as loud as it was told.
    pub loudest: Level,
    /// The line as it was told; null when it was no news.
    pub line: Option<Value>,
}

/// What the state file holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    version: u32,
    /// The question it answers: calendar, zone, segment. Another question needs another file.
    question: String,
    /// Period's first moment → its signals.
    periods: BTreeMap<String, Vec<Standing>>,
}

impl State {
    /// An empty one.
    pub fn new(question: &str) -> Self {
        Self { version: VERSION, question: question.to_owned(), periods: BTreeMap::new() }
    }

    /// Reads a state file's text; `path` is for messages.
    ///
    /// # Errors
    /// When it is not one, or answers another question.
    pub fn parse(text: &str, path: &str, question: &str) -> Result<Self> {
        let state: Self = serde_json::from_str(text).map_err(|cause| {
            Error::failed("it is not a state that plaint check wrote")
                .at(path)
                .line(cause.line() as u64)
                .hint("name another file, or move this one away to start anew")
        })?;
        if state.version != VERSION {
            return Err(
                Error::failed(format!("its layout is {}, this plaint writes {VERSION}", state.version)).at(path)
            );
        }
        if state.question != question {
            return Err(Error::failed("it belongs to another check")
                .at(path)
                .evidence(format!("it was: {}", state.question))
                .evidence(format!("this is: {question}"))
                .hint("give every check its own --state file"));
        }
        Ok(state)
    }

    /// The file's text.
    ///
    /// # Errors
    /// Internal only.
    pub fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|cause| Error::failed("internal: a state has no JSON form").evidence(cause.to_string()))?;
        Ok(text + "\n")
    }

    /// Takes in what was found in `period` and gives what to tell.
    ///
    /// News is a signal that the latest earlier period did not have, or had less loud. What this period told before is
    /// told again, also where late data has made it vanish: a retry never goes silent.
    pub fn tell(&mut self, period: &str, found: Vec<(Subject, Level, Value)>) -> Vec<Value> {
        let before = self.periods.range(..period.to_owned()).next_back().map(|(_, s)| s.clone()).unwrap_or_default();
        let earlier = self.periods.remove(period).unwrap_or_default();
        let mut standing: Vec<Standing> = Vec::new();
        for (subject, level, line) in found {
            let of = |list: &[Standing]| list.iter().find(|s| s.subject == subject).cloned();
            let known = of(&before).map(|s| s.loudest);
            let told = of(&earlier).and_then(|s| s.line);
            let line = if told.is_some() || known.is_none_or(|k| level > k) { Some(line) } else { None };
            standing.push(Standing { subject, loudest: known.map_or(level, |k| k.max(level)), line });
        }
        for old in earlier {
            if old.line.is_some() && !standing.iter().any(|s| s.subject == old.subject) {
                standing.push(old);
            }
        }
        let told = standing.iter().filter_map(|s| s.line.clone()).collect();
        self.periods.insert(period.to_owned(), standing);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(id: &str) -> Subject {
        Subject::new(id, None, Signal::Spike)
    }

    fn found(levels: &[(&str, Level)]) -> Vec<(Subject, Level, Value)> {
        levels.iter().map(|(id, level)| (subject(id), *level, Value::from(format!("{id} {}", level.name())))).collect()
    }

    fn tell(state: &mut State, period: &str, levels: &[(&str, Level)]) -> Vec<String> {
        state.tell(period, found(levels)).iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }

    #[test]
    fn the_same_period_says_the_same_and_a_later_one_only_what_is_louder() {
        let mut state = State::new("week");
        let first = tell(&mut state, "2026-W44", &[("a", Level::Alert)]);
        assert_eq!(first, ["a alert"]);
        assert_eq!(tell(&mut state, "2026-W44", &[("a", Level::Alert)]), first, "a retry");
        let mut state = State::parse(&state.text().unwrap(), "s.json", "week").unwrap();
        assert!(tell(&mut state, "2026-W45", &[("a", Level::Alert)]).is_empty());
        assert!(tell(&mut state, "2026-W45", &[("a", Level::Alert)]).is_empty(), "a retry of silence is silent");
        assert!(tell(&mut state, "2026-W46", &[("a", Level::Watch)]).is_empty());
        assert!(tell(&mut state, "2026-W47", &[("a", Level::Alert)]).is_empty(), "no louder than it has been");
        assert_eq!(tell(&mut state, "2026-W48", &[("a", Level::Urgent)]), ["a urgent"]);
        // Over, and again: that is news.
        assert!(tell(&mut state, "2026-W49", &[]).is_empty());
        assert_eq!(tell(&mut state, "2026-W50", &[("a", Level::Watch)]), ["a watch"]);
        // An old period judged again is still what it was.
        assert_eq!(tell(&mut state, "2026-W44", &[("a", Level::Alert)]), ["a alert"]);
    }

    #[test]
    fn a_retry_on_other_data_never_goes_silent() {
        let mut state = State::new("week");
        tell(&mut state, "2026-W44", &[("a", Level::Alert)]);
        assert_eq!(tell(&mut state, "2026-W44", &[("b", Level::Watch)]), ["b watch", "a alert"]);
        assert_eq!(tell(&mut state, "2026-W44", &[("b", Level::Watch)]), ["b watch", "a alert"]);
    }

    #[test]
    fn a_foreign_or_broken_file_is_refused() {
        let state = State::new("week").text().unwrap();
        assert!(State::parse(&state, "s.json", "day").unwrap_err().to_string().contains("another check"));
        assert!(State::parse("{", "s.json", "day").unwrap_err().to_string().contains("not a state"));
    }
}
