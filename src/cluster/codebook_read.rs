//! A codebook file → [`Codebook`], with the line and column of whatever is wrong in it.

use std::ops::Range;

use jiff::civil::Date;
use regex::RegexBuilder;
use toml_edit::{Document, Item, TableLike};

use crate::cluster::codebook::{Codebook, Issue, Keyword, Pin, Status, TOKENIZER, VERSION, new_id};
use crate::cluster::tokens::has_word;
use crate::error::{Error, Result, nearest};

const TOP_KEYS: &[&str] = &["version", "tokenizer", "ignore", "issue", "pin"];
const ISSUE_KEYS: &[&str] = &[
    "id",
    "name",
    "status",
    "owner",
    "first_seen",
    "min_score",
    "precision",
    "recall",
    "keywords",
    "exclude",
    "pattern",
];
const PIN_KEYS: &[&str] = &["uid", "issue", "not"];

/// A record matches at this score where the file names no other.
pub const MIN_SCORE: f64 = 1.0;

impl Codebook {
    /// Reads the text of a codebook file; `path` is for messages only.
    ///
    /// # Errors
    /// Broken TOML, an unknown key, a value of the wrong type, a version above ours, a repeated or malformed id, an
    /// unknown status, a weight or `min_score` not above 0, a keyword without a word, a broken pattern, a pin that
    /// names no issue. Every one with its line and column.
    pub fn parse(text: &str, path: &str) -> Result<Self> {
        let reader = Reader { text, path };
        let document = Document::parse(text).map_err(|error| {
            let what = error.message().lines().next().unwrap_or("broken TOML").to_owned();
            reader.error(error.span(), format!("not a codebook: {what}"))
        })?;
        reader.codebook(document.as_table())
    }
}

/// The text being read, for the place of an error.
struct Reader<'a> {
    text: &'a str,
    path: &'a str,
}

impl Reader<'_> {
    fn error(&self, span: Option<Range<usize>>, what: impl Into<String>) -> Error {
        let error = Error::failed(what).at(self.path);
        let Some(before) = span.and_then(|span| self.text.get(..span.start)) else { return error };
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let evidence = self.text.lines().nth(line - 1).unwrap_or_default().trim_end();
        let shown: String = evidence.chars().take(100).collect();
        error.line(line as u64).column(column as u64).evidence(shown)
    }

    fn codebook(&self, table: &dyn TableLike) -> Result<Codebook> {
        self.known(table, TOP_KEYS, "a codebook")?;
        let version = self.integer(table, "version")?.unwrap_or(VERSION);
        let tokenizer = self.integer(table, "tokenizer")?.unwrap_or(TOKENIZER);
        for (name, found, ours) in [("version", version, VERSION), ("tokenizer", tokenizer, TOKENIZER)] {
            if !(1..=ours).contains(&found) {
                return Err(self
                    .error(table.get(name).and_then(Item::span), format!("{name} {found} is not known here"))
                    .hint(format!("this plaint reads {name} 1 to {ours}; a newer plaint may read it")));
            }
        }
        let ignore = self.texts(table, "ignore")?;
        let mut issues: Vec<Issue> = Vec::new();
        let tables = self.tables(table, "issue")?;
        // Ids the file gives come first, so that one derived from a name cannot take another issue's.
        let mut given: Vec<String> = Vec::new();
        for issue in &tables {
            if let Some(id) = self.string(*issue, "id")? {
                given.push(id);
            }
        }
        for issue in tables {
            let issue = self.issue(issue, &issues, &given)?;
            issues.push(issue);
        }
        let mut pins = Vec::new();
        for pin in self.tables(table, "pin")? {
            pins.push(self.pin(pin, &issues)?);
        }
        Ok(Codebook { version, tokenizer, ignore, issues, pins })
    }

    fn issue(&self, table: &dyn TableLike, before: &[Issue], given: &[String]) -> Result<Issue> {
        self.known(table, ISSUE_KEYS, "an issue")?;
        let span = |key: &str| table.get(key).and_then(Item::span);
        let named = self.string(table, "name")?.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let taken = |id: &str| before.iter().any(|issue| issue.id == id);
        let (id, name) = match (self.string(table, "id")?, named) {
            (None, None) => {
                let place = table.iter().next().and_then(|(key, _)| table.get_key_value(key)?.0.span());
                return Err(self.error(place, "an issue without a name").hint("add name = \"…\""));
            }
            (Some(id), name) => {
                if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
                    return Err(self
                        .error(span("id"), format!("\"{id}\" cannot be an id"))
                        .hint("use letters, digits and hyphens, for example \"i-3f9a01c7\""));
                }
                if taken(&id) {
                    return Err(self
                        .error(span("id"), format!("the id \"{id}\" is used twice"))
                        .hint("an id is permanent; give the new issue another, or leave its id out"));
                }
                let name = name.unwrap_or_else(|| id.clone());
                (id, name)
            }
            (None, Some(name)) => {
                (new_id(&format!("name:{name}"), |id| taken(id) || given.iter().any(|g| g == id)), name)
            }
        };
        let status = match self.string(table, "status")? {
            None => Status::Active,
            Some(word) => {
                Status::ALL.iter().find(|(_, known)| *known == word).map(|(status, _)| *status).ok_or_else(|| {
                    let words: Vec<&str> = Status::ALL.iter().map(|(_, word)| *word).collect();
                    self.error(span("status"), format!("unknown status \"{word}\""))
                        .hint(format!("one of {}", words.join(", ")))
                })?
            }
        };
        let min_score = self.number(table, "min_score")?.unwrap_or(MIN_SCORE);
        if min_score <= 0.0 || !min_score.is_finite() {
            return Err(self.error(span("min_score"), "min_score must be above 0"));
        }
        let exclude = self.texts(table, "exclude")?;
        let pattern = self.string(table, "pattern")?;
        if let Some(pattern) = &pattern {
            RegexBuilder::new(pattern).case_insensitive(true).build().map_err(|cause| {
                let why = cause.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                self.error(span("pattern"), format!("the pattern is broken: {why}"))
            })?;
        }
        Ok(Issue {
            id,
            name,
            status,
            owner: self.string(table, "owner")?.unwrap_or_default(),
            first_seen: self.date(table, "first_seen")?,
            min_score,
            precision: self.number(table, "precision")?,
            recall: self.number(table, "recall")?,
            keywords: self.keywords(table, min_score)?,
            exclude,
            pattern,
        })
    }

    /// `{ "late flight" = 2.1 }`, or `["late flight"]`: each enough alone. Heaviest first.
    fn keywords(&self, table: &dyn TableLike, min_score: f64) -> Result<Vec<Keyword>> {
        let Some(item) = table.get("keywords") else { return Ok(Vec::new()) };
        let mut keywords = Vec::new();
        if let Some(weights) = item.as_table_like() {
            for (text, value) in weights.iter() {
                let place = value.span();
                let weight = number(value)
                    .ok_or_else(|| self.error(place.clone(), format!("the weight of \"{text}\" is not a number")))?;
                if weight <= 0.0 || !weight.is_finite() {
                    return Err(self
                        .error(place, format!("the weight of \"{text}\" must be above 0"))
                        .hint("take the keyword out, or put it under exclude"));
                }
                keywords.push(Keyword { text: text.to_owned(), weight });
            }
        } else if item.is_array() {
            for text in self.texts(table, "keywords")? {
                keywords.push(Keyword { text, weight: min_score });
            }
        } else {
            return Err(self
                .error(item.span(), "keywords must be a list or a table")
                .hint("for example keywords = [\"late flight\", \"delayed\"]"));
        }
        if let Some(empty) = keywords.iter().find(|keyword| !has_word(&keyword.text)) {
            return Err(self
                .error(item.span(), format!("the keyword \"{}\" holds no word", empty.text))
                .hint("handles, URLs, numbers and single letters never match; use pattern = '…' for those"));
        }
        keywords.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        Ok(keywords)
    }

    fn pin(&self, table: &dyn TableLike, issues: &[Issue]) -> Result<Pin> {
        self.known(table, PIN_KEYS, "a pin")?;
        let place = table.iter().next().and_then(|(key, _)| table.get_key_value(key)?.0.span());
        let Some(uid) = self.string(table, "uid")? else {
            return Err(self.error(place, "a pin without a uid").hint("name the record: uid = \"…\""));
        };
        let (issue, not) = (self.string(table, "issue")?, self.string(table, "not")?);
        if issue.is_some() == not.is_some() {
            return Err(self.error(place, "a pin names one issue").hint("write either issue = \"…\" or not = \"…\""));
        }
        for (key, id) in [("issue", &issue), ("not", &not)] {
            if let Some(id) = id
                && !issues.iter().any(|issue| issue.id == *id)
            {
                return Err(self.error(table.get(key).and_then(Item::span), format!("there is no issue \"{id}\"")));
            }
        }
        Ok(Pin { uid, issue, not })
    }

    fn known(&self, table: &dyn TableLike, keys: &[&str], what: &str) -> Result<()> {
        for (key, _) in table.iter() {
            if !keys.contains(&key) {
                let place = table.get_key_value(key).and_then(|(key, _)| key.span());
                let error = self.error(place, format!("unknown key \"{key}\" in {what}"));
                return Err(match nearest(key, keys.iter().copied()) {
                    Some(near) => error.hint(format!("did you mean \"{near}\"?")),
                    None => error.hint(format!("the keys are {}", keys.join(", "))),
                });
            }
        }
        Ok(())
    }

    fn tables<'t>(&self, table: &'t dyn TableLike, key: &str) -> Result<Vec<&'t dyn TableLike>> {
        let Some(item) = table.get(key) else { return Ok(Vec::new()) };
        let wrong = || {
            self.error(item.span(), format!("\"{key}\" must be a list of tables"))
                .hint(format!("write [[{key}]] above it"))
        };
        if let Some(tables) = item.as_array_of_tables() {
            return Ok(tables.iter().map(|table| table as &dyn TableLike).collect());
        }
        let array = item.as_array().ok_or_else(wrong)?;
        array
            .iter()
            .map(|value| value.as_inline_table().map(|table| table as &dyn TableLike).ok_or_else(wrong))
            .collect()
    }

    fn string(&self, table: &dyn TableLike, key: &str) -> Result<Option<String>> {
        self.value(table, key, "a text in quotes", |item| item.as_str().map(str::to_owned))
    }

    fn integer(&self, table: &dyn TableLike, key: &str) -> Result<Option<i64>> {
        self.value(table, key, "a whole number", Item::as_integer)
    }

    fn number(&self, table: &dyn TableLike, key: &str) -> Result<Option<f64>> {
        self.value(table, key, "a number", number)
    }

    fn date(&self, table: &dyn TableLike, key: &str) -> Result<Option<Date>> {
        self.value(table, key, "a date such as 2015-02-16", |item| {
            let text = match item.as_datetime() {
                Some(datetime) => datetime.date?.to_string(),
                None => item.as_str()?.to_owned(),
            };
            text.parse().ok()
        })
    }

    fn texts(&self, table: &dyn TableLike, key: &str) -> Result<Vec<String>> {
        let texts = self.value(table, key, "a list of texts", |item| {
            item.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        })?;
        Ok(texts.unwrap_or_default())
    }

    fn value<T>(
        &self,
        table: &dyn TableLike,
        key: &str,
        what: &str,
        read: impl Fn(&Item) -> Option<T>,
    ) -> Result<Option<T>> {
        match table.get(key) {
            None => Ok(None),
            Some(item) => match read(item) {
                Some(value) => Ok(Some(value)),
                None => Err(self.error(item.span(), format!("\"{key}\" must be {what}"))),
            },
        }
    }
}

fn number(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Codebook::parse(text, "codebook.toml").unwrap_err().to_string()
    }

    #[test]
    fn reads_the_minimal_file() {
        let book =
            Codebook::parse("[[issue]]\nname = \"Late\"\nkeywords = [\"late flight\", \"delayed\"]\n", "c").unwrap();
        let issue = &book.issues[0];
        assert_eq!((issue.min_score, issue.status), (1.0, Status::Active));
        assert!(issue.id.starts_with("i-"));
        assert_eq!(issue.keywords[1], Keyword { text: "delayed".into(), weight: 1.0 });
        assert_eq!((book.version, book.tokenizer), (1, 1));
    }

    #[test]
    fn reads_weights_heaviest_first_and_a_table_of_them() {
        let book = Codebook::parse("[[issue]]\nname='a'\nkeywords = { bb = 1, \"late flight\" = 2.5 }", "c").unwrap();
        assert_eq!(book.issues[0].keywords[0].text, "late flight");
        let same = Codebook::parse("[[issue]]\nname='a'\n[issue.keywords]\nbb = 1\n\"late flight\" = 2.5", "c");
        assert!(same.is_ok_and(|book| book.issues[0].keywords[0].weight == 2.5));
    }

    #[test]
    fn says_where_it_is_wrong() {
        assert!(error("a = = 1").starts_with("error: codebook.toml:1:5: not a codebook"), "{}", error("a = = 1"));
        let text = "[[issue]]\nname = 'a'\nkeyword = ['b']";
        assert!(error(text).starts_with("error: codebook.toml:3:1: unknown key \"keyword\""), "{}", error(text));
        assert!(error(text).ends_with("hint: did you mean \"keywords\"?"));
        assert!(error("version = 2").contains("1:11: version 2 is not known here"));
        let twice = "[[issue]]\nid='a'\nname='x'\n[[issue]]\nid='a'\nname='y'";
        assert!(error(twice).contains("codebook.toml:5:4: the id \"a\" is used twice"), "{}", error(twice));
        assert!(error("[[issue]]\nname='a'\nstatus='open'").contains(":3:8: unknown status \"open\""));
        assert!(error("[[issue]]\nname='a'\nkeywords={bb=-1}").contains(":3:14: the weight of \"bb\""));
        assert!(error("[[issue]]\nname='a'\npattern='('").contains(":3:9: the pattern is broken: unclosed group"));
        assert!(error("[[issue]]\nname='a'\nkeywords=['@jet']").contains("\"@jet\" holds no word"));
        assert!(error("[[issue]]\nkeywords=['late']").contains("2:1: an issue without a name"));
        assert!(error("[[pin]]\nuid='u'\nnot='i-1'").contains("3:5: there is no issue \"i-1\""));
        assert!(error("[[pin]]\nuid='u'").contains("a pin names one issue"));
    }
}
