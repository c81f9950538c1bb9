//! The verbs of `plaint issues`: each is an edit of the codebook's text that touches only the issues it names, and gives
//! the same text whenever it is run on the same text.

use crate::cluster::codebook::{Codebook, Issue, Keyword, Status};
use crate::cluster::codebook_edit::{Edit, broken};
use crate::cluster::codebook_write::{literal, quoted};
use crate::cluster::issues_refit::Refit;
use crate::error::{Error, Result};

/// What is done to which issues, by their place in the codebook.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Another name; the id stays.
    Rename {
        /// Which.
        issue: usize,
        /// The new name.
        name: String,
    },
    /// A candidate counts from now on; so does again what was resolved or retired.
    Accept(usize),
    /// Believed fixed: still counted, and its return is a signal.
    Resolve(usize),
    /// No longer looked for.
    Retire(usize),
    /// One issue goes into another, which then matches whatever either matched.
    Merge {
        /// Which goes.
        from: usize,
        /// Which stays.
        into: usize,
    },
    /// Parts take an issue's place.
    Split {
        /// Which goes.
        issue: usize,
        /// What takes its place; their ids are new.
        parts: Vec<Issue>,
    },
    /// New candidates, below the rest.
    Propose(Vec<Issue>),
    /// Keywords learned anew.
    Refit(Refit),
}

/// A codebook after an edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// The file's new text.
    pub text: String,
    /// What it says.
    pub codebook: Codebook,
    /// Ids of the issues the verb names, and of new ones.
    pub named: Vec<String>,
    /// What a person should know, in whole sentences.
    pub notes: Vec<String>,
}

/// Edits the text of a codebook file; `path` is for messages only.
///
/// # Errors
/// A file with an error; a verb that does not fit an issue's status; a name that another issue has. An internal error,
/// before anything is written, should the edit change any issue or pin that it does not name.
pub fn apply(text: &str, path: &str, verb: &Verb) -> Result<Edited> {
    let before = Codebook::parse(text, path)?;
    let mut work = Work { before: &before, edit: Edit::of(text, path)?, path, named: Vec::new(), notes: Vec::new() };
    match verb {
        Verb::Rename { issue, name } => work.rename(*issue, name)?,
        Verb::Accept(issue) => work.status(*issue, "accepted", Status::Active)?,
        Verb::Resolve(issue) => work.status(*issue, "resolved", Status::Resolved)?,
        Verb::Retire(issue) => work.status(*issue, "retired", Status::Retired)?,
        Verb::Merge { from, into } => work.merge(*from, *into)?,
        Verb::Split { issue, parts } => work.split(*issue, parts)?,
        Verb::Propose(issues) => work.add(issues)?,
        Verb::Refit(refit) => work.refit(refit)?,
    }
    let Work { edit, named, notes, .. } = work;
    let text = edit.finish();
    let codebook = Codebook::parse(&text, path)?;
    check(&before, &codebook, &named, path)?;
    Ok(Edited { text, codebook, named, notes })
}

/// Every issue not named is as it was, in its place; so are the brand words.
fn check(before: &Codebook, after: &Codebook, named: &[String], path: &str) -> Result<()> {
    for (at, issue) in before.issues.iter().enumerate() {
        let now = after.issues.get(at).ok_or_else(|| broken(path, &issue.name))?;
        if now.id != issue.id || (!named.contains(&issue.id) && now != issue) {
            return Err(broken(path, &format!("\"{}\", which it does not name", issue.name)));
        }
    }
    let mine = |id: &Option<String>| id.as_ref().is_some_and(|id| named.contains(id));
    let pins = before.pins.len() == after.pins.len()
        && before.pins.iter().zip(&after.pins).all(|(a, b)| a == b || mine(&a.issue) || mine(&a.not));
    if before.ignore != after.ignore || !pins {
        return Err(broken(path, "what belongs to no issue it names"));
    }
    Ok(())
}

struct Work<'a> {
    before: &'a Codebook,
    edit: Edit<'a>,
    path: &'a str,
    named: Vec<String>,
    notes: Vec<String>,
}

impl<'a> Work<'a> {
    /// The issue, which from now on may change. One without an id of its own gets it written: it was made from the
    /// name, which may be edited.
    fn take(&mut self, at: usize) -> &'a Issue {
        let issue = &self.before.issues[at];
        if !self.named.contains(&issue.id) {
            self.named.push(issue.id.clone());
            if !self.edit.has(at, "id") {
                self.edit.set(at, "id", &quoted(&issue.id));
            }
        }
        issue
    }

    fn refuse(&self, what: String, hint: &str) -> Error {
        Error::usage(what).at(self.path).hint(hint.to_owned())
    }

    fn rename(&mut self, at: usize, name: &str) -> Result<()> {
        let name = name.trim();
        if name.is_empty() {
            return Err(self.refuse("a name needs a letter".to_owned(), "plaint issues rename ISSUE 'Late flights'"));
        }
        self.free(at, name)?;
        self.take(at);
        self.edit.set(at, "name", &quoted(name));
        Ok(())
    }

    /// No other issue that is looked for has this name.
    fn free(&self, at: usize, name: &str) -> Result<()> {
        let folded = name.to_lowercase();
        let taken =
            |(i, issue): (usize, &Issue)| i != at && issue.status.matched() && issue.name.to_lowercase() == folded;
        match self.before.issues.iter().enumerate().find(|(i, issue)| taken((*i, issue))) {
            None => Ok(()),
            Some((_, other)) => Err(self.refuse(
                format!("the issue {} is called \"{}\" already", other.id, other.name),
                "choose another name, or merge the two: plaint issues merge ISSUE OTHER",
            )),
        }
    }

    fn status(&mut self, at: usize, verb: &str, to: Status) -> Result<()> {
        let issue = &self.before.issues[at];
        let fits = match to {
            Status::Resolved => issue.status == Status::Active,
            Status::Retired => issue.status.matched(),
            _ => !matches!(issue.status, Status::Active | Status::Merged) && issue.into.is_empty(),
        };
        if !fits {
            let hint = match issue.status {
                Status::Candidate => "accept it first: plaint issues accept ISSUE",
                _ if !issue.into.is_empty() => "name what it went into; plaint issues list shows it",
                Status::Retired => "plaint issues accept ISSUE counts it again",
                _ => "nothing needs to be done",
            };
            let what = format!("\"{}\" is {}, so it cannot be {verb}", issue.name, issue.status.word());
            return Err(self.refuse(what, hint));
        }
        if to == Status::Active {
            self.free(at, &issue.name)?;
        }
        self.take(at);
        self.edit.set(at, "status", &quoted(to.word()));
        Ok(())
    }

    fn merge(&mut self, from: usize, into: usize) -> Result<()> {
        if from == into {
            return Err(self.refuse("an issue cannot be merged with itself".to_owned(), "name two issues"));
        }
        for at in [from, into] {
            let issue = &self.before.issues[at];
            if !issue.status.matched() {
                let what = format!("\"{}\" is {}, so it has nothing to merge", issue.name, issue.status.word());
                return Err(self.refuse(what, "plaint issues list shows which are active"));
            }
        }
        if self.before.issues[from].status.counts() && !self.before.issues[into].status.counts() {
            let what =
                format!("\"{}\" is a candidate, so merging into it would end the count", self.before.issues[into].name);
            return Err(self.refuse(what, "merge the candidate into the other, or accept it first"));
        }
        let (gone, kept) = (self.take(from), self.take(into));
        self.edit.add_keywords(into, kept, &scaled(gone, kept.min_score));
        if let Some(pattern) = &gone.pattern
            && kept.pattern.as_ref() != Some(pattern)
        {
            let both = kept.pattern.as_ref().map_or(pattern.clone(), |own| format!("(?:{own})|(?:{pattern})"));
            self.edit.set(into, "pattern", &literal(&both));
        }
        if let Some(day) = gone.first_seen.filter(|day| kept.first_seen.is_none_or(|own| *day < own)) {
            self.edit.set(into, "first_seen", &day.to_string());
        }
        self.edit.set(from, "status", &quoted(Status::Merged.word()));
        self.edit.set_list(from, "into", std::slice::from_ref(&kept.id));
        for (at, pin) in self.before.pins.iter().enumerate() {
            if pin.issue.as_ref() == Some(&gone.id) {
                self.edit.set_pin(at, "issue", &quoted(&kept.id));
            } else if pin.not.as_ref() == Some(&gone.id) {
                self.notes.push(format!(
                    "The pin of {} said it is not \"{}\", and says nothing now; write not = \"{}\" if that still holds.",
                    pin.uid, gone.name, kept.id
                ));
            }
        }
        let left: Vec<String> = gone.exclude.iter().filter(|text| !kept.exclude.contains(text)).cloned().collect();
        if !left.is_empty() {
            self.notes.push(format!(
                "What \"{}\" excludes was not taken over, for it would rule out records of \"{}\": {}.",
                gone.name,
                kept.name,
                left.join(", ")
            ));
        }
        if !kept.exclude.is_empty() {
            self.notes.push(format!(
                "\"{}\" goes on excluding: {}. Records of \"{}\" with these words match no more.",
                kept.name,
                kept.exclude.join(", "),
                gone.name
            ));
        }
        Ok(())
    }

    fn split(&mut self, at: usize, parts: &[Issue]) -> Result<()> {
        let issue = self.take(at);
        if !issue.status.matched() {
            let what = format!("\"{}\" is {}, so it cannot be split", issue.name, issue.status.word());
            return Err(self.refuse(what, "plaint issues list shows which are active"));
        }
        let parts: Vec<Issue> = parts
            .iter()
            .map(|part| Issue { status: issue.status, owner: issue.owner.clone(), ..part.clone() })
            .collect();
        self.add(&parts)?;
        self.edit.set(at, "status", &quoted(Status::Retired.word()));
        self.edit.set_list(at, "into", &parts.iter().map(|part| part.id.clone()).collect::<Vec<_>>());
        for pin in self.before.pins.iter().filter(|pin| pin.issue.as_ref() == Some(&issue.id)) {
            self.notes.push(format!("The pin of {} names \"{}\"; name the part it belongs to.", pin.uid, issue.name));
        }
        Ok(())
    }

    /// Puts new issues below; their ids must be free for ever.
    fn add(&mut self, issues: &[Issue]) -> Result<()> {
        if let Some(taken) = issues.iter().find(|issue| self.before.issue(&issue.id).is_some()) {
            return Err(broken(self.path, &format!("\"{}\", by using its id again", taken.id)));
        }
        self.named.extend(issues.iter().map(|issue| issue.id.clone()));
        self.edit.append(&Codebook { issues: issues.to_vec(), ..Codebook::default() }.issues_toml())
    }

    fn refit(&mut self, refit: &Refit) -> Result<()> {
        for (at, learned) in &refit.kept {
            self.take(*at);
            self.edit.replace_keywords(*at, learned)?;
            self.edit.set(*at, "min_score", &format!("{:?}", learned.min_score));
            for (key, share) in [("precision", learned.precision), ("recall", learned.recall)] {
                if let Some(share) = share {
                    self.edit.set(*at, key, &format!("{share:?}"));
                }
            }
        }
        for (at, into) in &refit.gone {
            self.take(*at);
            self.edit.set(*at, "status", &quoted(Status::Retired.word()));
            if !into.is_empty() {
                self.edit.set_list(*at, "into", into);
            }
        }
        self.add(&refit.new)
    }
}

/// The keywords of an issue as another's, whose score to reach is `min_score`: weights grow in proportion, rounded up to
/// thousandths, so that whatever reached the one reaches the other.
fn scaled(issue: &Issue, min_score: f64) -> Vec<Keyword> {
    let thousandths = |value: f64| (value * 1000.0).round();
    let (to, from) = (thousandths(min_score), thousandths(issue.min_score).max(1.0));
    let weight = |keyword: &Keyword| (thousandths(keyword.weight) * to / from).ceil().max(1.0) / 1000.0;
    issue.keywords.iter().map(|k| Keyword { text: k.text.clone(), weight: weight(k) }).collect()
}

#[cfg(test)]
#[path = "issues_verbs_tests.rs"]
mod tests;
