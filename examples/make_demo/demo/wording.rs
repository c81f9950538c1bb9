//! From a theme to words: sentences put together, slots filled, spelling and haste added.

use std::collections::BTreeMap;
use std::error::Error;

use jiff::ToSpan;
use jiff::civil::DateTime;

use super::calendar;
use super::phrases::{Phrases, Theme};
use super::record::{Role, Utterance};
use super::rng::Rng;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One writer: the same name, city and machine throughout, one way of spelling, more or less care.
pub(crate) struct Voice<'a> {
    phrases: &'a Phrases,
    pub(crate) rng: Rng,
    at: DateTime,
    slots: BTreeMap<String, String>,
    american: bool,
    haste: Haste,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Haste {
    None,
    LowerCase,
    UpperCase,
    NoFullStop,
}

/// Where a text is going to stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Ticket,
    Tweet,
    Review,
    Survey,
}

impl<'a> Voice<'a> {
    /// The voice of an utterance.
    pub(crate) fn new(phrases: &'a Phrases, utterance: &Utterance) -> Self {
        let mut rng = utterance.rng.clone();
        let american = rng.chance(45);
        let haste = match rng.weighted(&[76, 11, 2, 11]) {
            1 => Haste::LowerCase,
            2 => Haste::UpperCase,
            3 => Haste::NoFullStop,
            _ => Haste::None,
        };
        Self { phrases, rng, at: utterance.at, slots: BTreeMap::new(), american, haste }
    }

    /// One of `templates`, its slots filled.
    pub(crate) fn one_of(&mut self, templates: &[String]) -> Result<String> {
        let template = if templates.is_empty() { String::new() } else { self.rng.pick(templates).clone() };
        self.fill(&template)
    }

    /// The value of a slot: drawn once, then kept.
    pub(crate) fn slot(&mut self, name: &str) -> Result<String> {
        if let Some(value) = self.slots.get(name) {
            return Ok(value.clone());
        }
        let value = match name {
            "order" => format!("#BM-{}", self.rng.between(41_000, 97_999)),
            "phone" => self.phone(),
            "email" => {
                let host = *self.rng.pick(&["example.org", "example.com", "example.net", "mail.example.org"]);
                let (first, last) = (self.slot("name")?, self.slot("surname")?);
                format!("{}.{}@{host}", first.to_lowercase(), last.to_lowercase())
            }
            "code" => self.rng.code(10),
            "extra" => self.rng.pick(&self.phrases.letter.extras).clone(),
            "close" => self.rng.pick(&self.phrases.letter.closes).clone(),
            "quote_date" => {
                let earlier = calendar::after(self.at, -self.rng.between(40, 4000).minutes());
                earlier.strftime("%a, %-d %b %Y at %H:%M").to_string()
            }
            _ => {
                let choices =
                    self.phrases.slots.get(name).ok_or_else(|| format!("phrases.toml: no slot {{{name}}}"))?;
                self.rng.pick(choices).clone()
            }
        };
        self.slots.insert(name.to_owned(), value.clone());
        Ok(value)
    }

    /// A number from the range kept for fiction.
    fn phone(&mut self) -> String {
        let last = self.rng.between(100, 199);
        match self.rng.below(4) {
            0 => format!("555-0{last}"),
            1 => format!("(202) 555-0{last}"),
            2 => format!("+1 303 555 0{last}"),
            _ => format!("+44 20 7946 0{last}"),
        }
    }

    /// Draws one of each `[this|that]`, then fills the `{slots}`.
    fn fill(&mut self, template: &str) -> Result<String> {
        let template = self.choose(template)?;
        let mut filled = String::new();
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, tail) = after.split_once('}').ok_or_else(|| format!("phrases.toml: {{ unclosed: {template}"))?;
            filled.push_str(before);
            filled.push_str(&self.slot(name)?);
            rest = tail;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn choose(&mut self, template: &str) -> Result<String> {
        let mut chosen = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('[') {
            let (choices, tail) =
                after.split_once(']').ok_or_else(|| format!("phrases.toml: [ unclosed: {template}"))?;
            let choices: Vec<&str> = choices.split('|').collect();
            chosen.push_str(before);
            chosen.push_str(choices[self.rng.below(choices.len())]);
            rest = tail;
        }
        chosen.push_str(rest);
        Ok(chosen)
    }

    /// What it is about: an issue, or what its role says.
    fn theme(&self, utterance: &Utterance) -> Result<&'a Theme> {
        match utterance.role {
            Role::Praise => Ok(&self.phrases.praise),
            Role::Deleted => Ok(&self.phrases.deleted),
            _ => match utterance.issues.first() {
                Some(issue) => self.phrases.issue(issue),
                None => Ok(&self.phrases.noise),
            },
        }
    }

    /// A ticket's subject.
    pub(crate) fn subject(&mut self, utterance: &Utterance) -> Result<String> {
        let templates = match utterance.role {
            Role::Letter => &self.phrases.letter.subjects,
            _ => &self.theme(utterance)?.subjects,
        };
        let subject = self.one_of(templates)?;
        Ok(self.spelled(subject))
    }

    /// A review's title.
    pub(crate) fn title(&mut self, utterance: &Utterance) -> Result<String> {
        let theme = self.theme(utterance)?;
        let title = self.one_of(&theme.titles)?;
        Ok(self.spelled(title))
    }

    /// The text itself.
    pub(crate) fn text(&mut self, utterance: &Utterance, place: Place) -> Result<String> {
        if utterance.role == Role::Letter {
            let body = self.fill(&self.phrases.letter.body)?;
            return self.fill(body.trim_end());
        }
        let mut sentences = self.sentences(utterance, place)?;
        self.hurry(&mut sentences);
        let text = match place {
            Place::Ticket => self.as_ticket(sentences)?,
            Place::Tweet => self.as_tweet(sentences, complains(utterance.role))?,
            Place::Review | Place::Survey => {
                let gap = match self.rng.weighted(&[88, 8, 4]) {
                    1 => "\n",
                    2 if place == Place::Review => "<br>",
                    _ => " ",
                };
                sentences.join(gap)
            }
        };
        let text = self.spelled(text);
        Ok(if self.rng.chance(5) { text + "  " } else { text })
    }

    fn sentences(&mut self, utterance: &Utterance, place: Place) -> Result<Vec<String>> {
        let theme = self.theme(utterance)?;
        let complains = complains(utterance.role);
        let (context, detail, ask) = match place {
            Place::Ticket => (45, 72, 65),
            Place::Tweet => (0, 42, 10),
            Place::Review => (8, 58, 14),
            Place::Survey => (5, 40, 6),
        };
        let mut sentences = vec![];
        if complains && self.rng.chance(context) {
            sentences.push(self.one_of(&self.phrases.shared.contexts)?);
        }
        if complains && place != Place::Ticket && self.rng.chance(22) {
            sentences.push(self.one_of(&self.phrases.shared.lead_ins)?);
        }
        sentences.push(self.one_of(&theme.cores)?);
        // People say what is wrong more than once, in other words: that is what makes an issue's words hang together.
        if complains && self.rng.chance(70) {
            sentences.push(self.one_of(&theme.cores)?);
        }
        if complains && place == Place::Ticket && self.rng.chance(40) {
            sentences.push(self.one_of(&theme.cores)?);
        }
        if self.rng.chance(detail) {
            sentences.push(self.one_of(&theme.details)?);
        }
        if place == Place::Ticket && complains && self.rng.chance(30) {
            sentences.push(self.one_of(&theme.details)?);
        }
        if let Some(second) = utterance.issues.get(1) {
            sentences.push(self.one_of(&self.phrases.shared.joiners)?);
            sentences.push(self.one_of(&self.phrases.issue(second)?.cores)?);
        }
        if complains && self.rng.chance(ask) {
            sentences.push(self.one_of(&self.phrases.shared.asks)?);
        }
        if place == Place::Review && utterance.role == Role::MildComplaint {
            sentences.push(self.one_of(&self.phrases.praise.cores)?);
        } else if complains && place == Place::Review && self.rng.chance(38) {
            sentences.push(self.one_of(&self.phrases.shared.verdicts)?);
        }
        sentences.retain(|sentence| !sentence.is_empty());
        sentences.dedup();
        Ok(sentences)
    }

    fn as_ticket(&mut self, sentences: Vec<String>) -> Result<String> {
        let mut text = String::new();
        if self.rng.chance(65) {
            text.push_str(&self.one_of(&self.phrases.shared.greetings)?);
            text.push_str("\n\n");
        }
        let gap = *self.rng.pick(&[" ", " ", " ", "\n", "\n\n"]);
        text.push_str(&sentences.join(gap));
        if self.rng.chance(65) {
            text.push_str(if self.rng.chance(70) { "\n\n" } else { "\n" });
            text.push_str(&self.one_of(&self.phrases.shared.sign_offs)?);
        }
        if self.rng.chance(18) {
            text.push_str("\n\n");
            text.push_str(&self.one_of(&self.phrases.shared.boilerplates)?);
        }
        Ok(text)
    }

    fn as_tweet(&mut self, sentences: Vec<String>, cross: bool) -> Result<String> {
        let shared = &self.phrases.shared;
        let prefix = self.one_of(if cross { &shared.cross_tweet_prefixes } else { &shared.tweet_prefixes })?;
        let suffix = self.one_of(if cross { &shared.cross_tweet_suffixes } else { &shared.tweet_suffixes })?;
        let gap = if self.rng.chance(6) { "\n" } else { " " };
        let mut body = sentences.join(gap);
        if body.contains(" and ") && self.rng.chance(12) {
            body = body.replacen(" and ", " &amp; ", 1);
        }
        Ok(format!("{prefix}{body}{suffix}"))
    }

    /// Careless writing: no capitals, only capitals, no full stops, letters swapped.
    fn hurry(&mut self, sentences: &mut [String]) {
        for sentence in sentences {
            // addresses, numbers and links stay as they are
            if sentence.contains(['@', '#', '/']) {
                continue;
            }
            if self.rng.chance(9) {
                self.mistype(sentence);
            }
            match self.haste {
                Haste::LowerCase => *sentence = sentence.to_lowercase(),
                Haste::UpperCase => *sentence = sentence.to_uppercase(),
                Haste::NoFullStop => {
                    if let Some(bare) = sentence.strip_suffix('.') {
                        *sentence = bare.to_owned();
                    }
                }
                Haste::None => {}
            }
        }
    }

    /// Swaps two inner letters of one longer word.
    fn mistype(&mut self, sentence: &mut String) {
        let mut words: Vec<String> = sentence.split(' ').map(str::to_owned).collect();
        let long: Vec<usize> = (0..words.len())
            .filter(|&i| words[i].len() >= 5 && words[i].bytes().all(|byte| byte.is_ascii_lowercase()))
            .collect();
        if long.is_empty() {
            return;
        }
        let chosen = *self.rng.pick(&long);
        let mut letters: Vec<char> = words[chosen].chars().collect();
        let first = 1 + self.rng.below(letters.len() - 2);
        letters.swap(first, first + 1);
        words[chosen] = letters.into_iter().collect();
        *sentence = words.join(" ");
    }

    /// American spelling, for those who use it.
    fn spelled(&self, text: String) -> String {
        if !self.american {
            return text;
        }
        let respelled = |word: &str| self.phrases.respell.get(word).cloned().unwrap_or_else(|| word.to_owned());
        let mut spelled = String::new();
        let mut word = String::new();
        for letter in text.chars() {
            if letter.is_alphabetic() {
                word.push(letter);
            } else {
                spelled.push_str(&respelled(&word));
                word.clear();
                spelled.push(letter);
            }
        }
        spelled + &respelled(&word)
    }
}

fn complains(role: Role) -> bool {
    matches!(role, Role::Complaint | Role::MildComplaint | Role::Undated | Role::Future)
}
