//! A codebook file → [`Codebook`], with the line and column of whatever is wrong in it.

use jiff::civil::Date;
use regex::RegexBuilder;
use toml_edit::{Item, TableLike};

use crate::cluster::codebook::{Codebook, Issue, Keyword, Pin, Status, TOKENIZER, VERSION, new_id};
use crate::cluster::codebook_layout::{Page, Span};
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
    "into",
];
const PIN_KEYS: &[&str] = &["uid", "issue", "not"];

/// A record matches at this score where the file names no other.
pub const MIN_SCORE: f64 = 1.0;

impl Codebook {
    /// Reads the text of a codebook file; `path` is for messages only.
    ///
    /// # Errors
    /// Broken TOML, an unknown key, a value of the wrong type, a version above ours, a repeated or malformed id, an
    /// unknown status, a weight or `min_score` not above 0, a keyword without a word, a broken pattern, a pin or an
    /// `into` that names no issue. Every one with its line and column.
    pub fn parse(text: &str, path: &str) -> Result<Self> {
        let (codebook, problems) = Self::read(text, path)?;
        problems.into_iter().next().map_or(Ok(codebook), Err)
    }

    /// Everything that is wrong in a file, one error per issue and pin; broken TOML hides the rest. Empty when it can
    /// be used.
    pub fn problems(text: &str, path: &str) -> Vec<Error> {
        Self::read(text, path).map_or_else(|broken| vec![broken], |(_, problems)| problems)
    }

    fn read(text: &str, path: &str) -> Result<(Self, Vec<Error>)> {
        let page = Page { text, path };
        let document = page.document()?;
        Ok(Reader { page }.codebook(document.as_table()))
    }
}

/// The text being read, for the place of an error.
struct Reader<'a> {
    page: Page<'a>,
}

impl Reader<'_> {
    fn error(&self, span: Option<Span>, what: impl Into<String>) -> Error {
        self.page.error(span, what)
    }

    fn codebook(&self, table: &dyn TableLike) -> (Codebook, Vec<Error>) {
        let mut book = Codebook::default();
        let mut problems: Vec<Error> = Vec::new();
        let mut head = |result: Result<()>| problems.extend(result.err());
        head(self.known(table, TOP_KEYS, "a codebook"));
        head(self.version(table, "version", VERSION).map(|found| book.version = found));
        head(self.version(table, "tokenizer", TOKENIZER).map(|found| book.tokenizer = found));
        head(self.texts(table, "ignore").map(|ignore| book.ignore = ignore));
        let mut tables = |key: &str| self.tables(table, key).map_err(|error| problems.push(error)).unwrap_or_default();
        let (issues, pins) = (tables("issue"), tables("pin"));
        // Ids the file gives come first, so that one derived from a name cannot take another issue's.
        let given: Vec<String> =
            issues.iter().filter_map(|issue| issue.get("id")?.as_str().map(str::to_owned)).collect();
        for issue in &issues {
            match self.issue(*issue, &book.issues, &given) {
                Ok(issue) => book.issues.push(issue),
                Err(error) => problems.push(error),
            }
        }
        // An issue that cannot be read may be the one a pin names.
        let known: Vec<String> = book.issues.iter().map(|issue| issue.id.clone()).chain(given).collect();
        let exists = |id: &str| known.iter().any(|other| other == id);
        for issue in issues {
            problems.extend(self.into(issue, &exists).err());
        }
        for pin in pins {
            match self.pin(pin, &exists) {
                Ok(pin) => book.pins.push(pin),
                Err(error) => problems.push(error),
            }
        }
        (book, problems)
    }

    fn version(&self, table: &dyn TableLike, name: &str, ours: i64) -> Result<i64> {
        let found = self.integer(table, name)?.unwrap_or(ours);
        if !(1..=ours).contains(&found) {
            return Err(self
                .error(table.get(name).and_then(Item::span), format!("{name} {found} is not known here"))
                .hint(format!("this plaint reads {name} 1 to {ours}; a newer plaint may read it")));
        }
        Ok(found)
    }

    /// The issues it went into exist, and it is not among them.
    fn into(&self, table: &dyn TableLike, exists: &dyn Fn(&str) -> bool) -> Result<()> {
        let span = || table.get("into").and_then(Item::span);
        for id in self.texts(table, "into")? {
            if table.get("id").and_then(Item::as_str) == Some(&id) {
                return Err(self.error(span(), "an issue cannot go into itself").hint("name the other issue"));
            }
            if !exists(&id) {
                return Err(self
                    .error(span(), format!("there is no issue \"{id}\""))
                    .hint("plaint issues list shows the ids"));
            }
        }
        Ok(())
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
            return Err(self
                .error(span("min_score"), "min_score must be above 0")
                .hint("1.0 is usual with keywords in a list; leave it out for that"));
        }
        let exclude = self.texts(table, "exclude")?;
        let pattern = self.string(table, "pattern")?;
        if let Some(pattern) = &pattern {
            RegexBuilder::new(pattern).case_insensitive(true).build().map_err(|cause| {
                let why = cause.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                self.error(span("pattern"), format!("the pattern is broken: {why}"))
                    .hint("a plain ( [ . * + ? needs a backslash before it: pattern = 'error \\(42\\)'")
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
            into: self.texts(table, "into")?,
        })
    }

    /// `{ "late flight" = 2.1 }`, or `["late flight"]`: each enough alone. Heaviest first.
    fn keywords(&self, table: &dyn TableLike, min_score: f64) -> Result<Vec<Keyword>> {
        let Some(item) = table.get("keywords") else { return Ok(Vec::new()) };
        let mut keywords = Vec::new();
        if let Some(weights) = item.as_table_like() {
            for (text, value) in weights.iter() {
                let place = value.span();
                let weight = number(value).ok_or_else(|| {
                    self.error(place.clone(), format!("the weight of \"{text}\" is not a number")).hint(
                        "for example { \"late flight\" = 2.1 }; without weights keywords are a list: [\"late flight\"]",
                    )
                })?;
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
            let own = item.as_array().and_then(|array| array.iter().find(|v| v.as_str() == Some(&empty.text))?.span());
            let key = || item.as_table_like()?.get_key_value(&empty.text)?.0.span();
            return Err(self
                .error(
                    own.or_else(key).or_else(|| item.span()),
                    format!("the keyword \"{}\" holds no word", empty.text),
                )
                .hint("handles, URLs, numbers and single letters never match; use pattern = '…' for those"));
        }
        keywords.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        Ok(keywords)
    }

    fn pin(&self, table: &dyn TableLike, exists: &dyn Fn(&str) -> bool) -> Result<Pin> {
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
            if let Some(id) = id.as_ref().filter(|id| !exists(id)) {
                return Err(self
                    .error(table.get(key).and_then(Item::span), format!("there is no issue \"{id}\""))
                    .hint("plaint issues list shows the ids"));
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
                None => Err(self
                    .error(item.span(), format!("\"{key}\" must be {what}"))
                    .hint(format!("for example {}", example(key)))),
            },
        }
    }
}

/// How a key is written rightly.
fn example(key: &str) -> &'static str {
    match key {
        "version" | "tokenizer" => "version = 1",
        "ignore" => "ignore = [\"acme\"]",
        "id" => "id = \"i-3f9a01c7\"",
        "status" => "status = \"active\"",
        "owner" => "owner = \"Billing team\"",
        "first_seen" => "first_seen = 2015-02-16",
        "min_score" => "min_score = 1.0",
        "exclude" => "exclude = [\"thank you\"]",
        "pattern" => "pattern = 'err-[0-9]+'",
        "into" => "into = [\"i-3f9a01c7\"]",
        "keywords" => "keywords = [\"late flight\", \"delayed\"]",
        "uid" => "uid = \"zendesk@acme:4711\"",
        "issue" | "not" => "issue = \"i-3f9a01c7\"",
        _ => "name = \"Late flights\"",
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
        let into = "[[issue]]\nid='a'\nname='x'\nstatus='merged'\ninto=['b']";
        assert!(error(into).contains("5:6: there is no issue \"b\""), "{}", error(into));
    }
    #[test]
    fn every_error_says_what_to_do() {
        let issue = |line: &str| format!("[[issue]]\nid='a'\nname='x'\n{line}");
        let bad = [
            "a = = 1".to_owned(),
            "[[issue]]\nname='x".to_owned(),
            "version = '1'".to_owned(),
            "tokenizer = 99".to_owned(),
            "ignore = 'acme'".to_owned(),
            "issue = 3".to_owned(),
            issue("keywords = 'late'"),
            issue("keywords = [1]"),
            issue("keywords = { late = 'x' }"),
            issue("keywords = { late = 0 }"),
            issue("keywords = ['42']"),
            issue("min_score = 0"),
            issue("min_score = 'x'"),
            issue("pattern = '('"),
            issue("pattern = 3"),
            issue("status = 'open'"),
            issue("first_seen = 'yesterday'"),
            issue("exclude = [1]"),
            issue("owner = 1"),
            issue("into = ['a']"),
            issue("into = ['b']"),
            issue("colour = 'red'"),
            issue("[[pin]]\nissue='a'"),
            issue("[[pin]]\nuid='u'"),
            issue("[[pin]]\nuid='u'\nissue='b'"),
            issue("[[issue]]\nid='a'\nname='y'"),
            "[[issue]]\nkeywords=['late']".to_owned(),
            "[[issue]]\nid='no spaces'".to_owned(),
        ];
        for text in bad {
            let said = error(&text);
            let place = said.strip_prefix("error: codebook.toml:").unwrap_or_else(|| panic!("{said}"));
            assert!(place.starts_with(|c: char| c.is_ascii_digit()), "no line: {said}");
            assert!(said.contains("\nhint: "), "no hint: {said}");
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let text = "[[issue]]\nname='a'\nstatus='open'\n[[issue]]\nid='b'\nname='b'\nmin_score=-1\n[[pin]]\nuid='u'\nissue='b'\n\
                    [[pin]]\nuid='v'\nissue='c'";
        let said: Vec<String> = Codebook::problems(text, "c").iter().map(|error| error.to_string()).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(
            said[0].starts_with("error: c:3:8")
                && said[1].starts_with("error: c:7:11")
                && said[2].starts_with("error: c:13:7")
        );
        assert!(Codebook::problems("[[issue]]\nname='a'", "c").is_empty());
    }
}
