//! Edits of a codebook file that leave every other byte as it is: comments, order, spacing, line ends.
//!
//! toml_edit says where everything stands; the new text is spliced in there.

use crate::cluster::codebook::{Issue, Keyword};
use crate::cluster::codebook_layout::{Block, Form, Layout, Page, Span};
use crate::cluster::codebook_write::{decimal, key, keywords, list, quoted};
use crate::error::{Error, Result};

/// A file being edited.
pub(crate) struct Edit<'a> {
    page: Page<'a>,
    layout: Layout,
    /// What takes the place of what; an empty span is an insertion. Of equal places the earlier comes first.
    changes: Vec<(Span, String)>,
    /// What goes below the file.
    below: String,
}

impl<'a> Edit<'a> {
    /// Of a file that [`crate::cluster::codebook::Codebook::parse`] reads.
    ///
    /// # Errors
    /// Broken TOML.
    pub(crate) fn of(text: &'a str, path: &'a str) -> Result<Self> {
        let page = Page { text, path };
        let layout = Layout::of(&page.document()?);
        Ok(Self { page, layout, changes: Vec::new(), below: String::new() })
    }

    /// The new text.
    pub(crate) fn finish(mut self) -> String {
        self.changes.sort_by_key(|(span, _)| (span.start, span.end));
        let text = self.page.text;
        let mut out = String::with_capacity(text.len() + self.below.len() + 256);
        let mut at = 0;
        for (span, new) in &self.changes {
            out.push_str(&text[at..span.start]);
            out.push_str(new);
            at = span.end;
        }
        out.push_str(&text[at..]);
        if !self.below.is_empty() {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push_str(self.newline());
            }
            out.push_str(&self.below.replace('\n', self.newline()));
        }
        out
    }

    /// Puts tables below the file.
    ///
    /// # Errors
    /// When the file writes its issues as one list, `issue = [ … ]`, below which nothing can be put.
    pub(crate) fn append(&mut self, issues: &str) -> Result<()> {
        if let Some(block) = self.layout.issues.iter().find(|block| block.form != Form::Lines) {
            let span = block.entries.first().map(|entry| entry.at.clone());
            return Err(self
                .page
                .error(span, "no issue can be added to issues written as one list")
                .hint("write each as a table of its own, under [[issue]]"));
        }
        self.below.push_str(issues);
        Ok(())
    }

    /// Whether an issue has this key.
    pub(crate) fn has(&self, issue: usize, name: &str) -> bool {
        self.layout.issues[issue].entry(name).is_some()
    }

    /// Sets a key of an issue to a value written as TOML.
    pub(crate) fn set(&mut self, issue: usize, name: &str, value: &str) {
        let block = self.layout.issues[issue].clone();
        self.set_in(&block, name, value);
    }

    /// Sets a key of a pin to a value written as TOML.
    pub(crate) fn set_pin(&mut self, pin: usize, name: &str, value: &str) {
        let block = self.layout.pins[pin].clone();
        self.set_in(&block, name, value);
    }

    fn set_in(&mut self, block: &Block, name: &str, value: &str) {
        match block.entry(name) {
            Some(entry) => self.changes.push((entry.value.clone(), value.to_owned())),
            None => self.insert(block, name, value),
        }
    }

    /// Writes a new key of a table: on a line below one that is there, or at the end of `{ … }`.
    fn insert(&mut self, block: &Block, name: &str, value: &str) {
        let anchors = ["first_seen", "owner", "status", "name", "id"];
        let anchor = anchors.iter().find_map(|key| block.entry(key)).or_else(|| block.entries.first());
        let Some(anchor) = anchor.cloned() else { return };
        if block.form == Form::Lines {
            self.line_after(anchor.value.end, &format!("{name} = {value}"));
        } else {
            self.changes.push((anchor.value.end..anchor.value.end, format!(", {name} = {value}")));
        }
    }

    /// A line of its own below the line that holds the byte `at`.
    fn line_after(&mut self, at: usize, line: &str) {
        let newline = self.newline();
        let text = self.page.text;
        match text[at..].find('\n') {
            Some(end) => self.changes.push((at + end + 1..at + end + 1, format!("{line}{newline}"))),
            None => self.changes.push((text.len()..text.len(), format!("{newline}{line}"))),
        }
    }

    fn newline(&self) -> &'static str {
        if self.page.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// Adds keywords to an issue, or makes those it has heavier; never lighter. `issue` is what the block at `at` says.
    pub(crate) fn add_keywords(&mut self, at: usize, issue: &Issue, added: &[Keyword]) {
        let block = self.layout.issues[at].clone();
        let held = |text: &str| issue.keywords.iter().find(|k| k.text == text).map(|k| k.weight);
        let news: Vec<&Keyword> = added.iter().filter(|k| held(&k.text).is_none()).collect();
        let heavier: Vec<&Keyword> = added.iter().filter(|k| held(&k.text).is_some_and(|w| w < k.weight)).collect();
        let alone = added.iter().all(|k| held(&k.text).is_some() || k.weight == issue.min_score);
        let Some((form, entries)) = block.keywords.as_ref().filter(|(_, entries)| !entries.is_empty()) else {
            return self.set_in(&block, "keywords", &keywords(added, issue.min_score));
        };
        if *form == Form::List && !(alone && heavier.is_empty()) {
            // A list has no weights: it becomes a table.
            let mut all = issue.keywords.clone();
            all.iter_mut()
                .for_each(|k| k.weight = heavier.iter().find(|h| h.text == k.text).map_or(k.weight, |h| h.weight));
            all.extend(news.into_iter().cloned());
            return self.set_in(&block, "keywords", &keywords(&all, issue.min_score));
        }
        for keyword in heavier {
            if let Some(entry) = block.keyword(&keyword.text) {
                self.changes.push((entry.value.clone(), decimal(keyword.weight)));
            }
        }
        let Some(last) = entries.iter().max_by_key(|entry| entry.value.end) else { return };
        let end = last.value.end;
        for keyword in news {
            match form {
                Form::List => self.changes.push((end..end, format!(", {}", quoted(&keyword.text)))),
                Form::Inline => {
                    let pair = format!(", {} = {}", key(&keyword.text), decimal(keyword.weight));
                    self.changes.push((end..end, pair));
                }
                Form::Lines => {
                    self.line_after(end, &format!("{} = {}", key(&keyword.text), decimal(keyword.weight)));
                }
                Form::Dotted => {
                    self.line_after(end, &format!("keywords.{} = {}", key(&keyword.text), decimal(keyword.weight)));
                }
            }
        }
    }

    /// Replaces all keywords of an issue.
    ///
    /// # Errors
    /// When they stand under a header of their own, where they cannot be replaced as one value.
    pub(crate) fn replace_keywords(&mut self, at: usize, issue: &Issue) -> Result<()> {
        let block = self.layout.issues[at].clone();
        if let Some((Form::Lines | Form::Dotted, entries)) = &block.keywords {
            let span = entries.first().map(|entry| entry.at.clone());
            return Err(self
                .page
                .error(span, "these keywords cannot be replaced as one")
                .hint("write them as keywords = { … } first"));
        }
        self.set_in(&block, "keywords", &keywords(&issue.keywords, issue.min_score));
        Ok(())
    }

    /// Sets a list of texts.
    pub(crate) fn set_list(&mut self, issue: usize, name: &str, texts: &[String]) {
        self.set(issue, name, &list(texts));
    }
}

/// Says that an edit moved what it may not; a mistake of ours, so the file stays as it was.
pub(crate) fn broken(path: &str, what: &str) -> Error {
    Error::failed(format!("internal: the edit would change {what}"))
        .at(path)
        .hint("nothing was written; this is a bug in plaint, please report it with the file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::codebook::Codebook;

    fn words(pairs: &[(&str, f64)]) -> Vec<Keyword> {
        pairs.iter().map(|(text, weight)| Keyword { text: (*text).to_owned(), weight: *weight }).collect()
    }

    fn edited(text: &str, change: impl FnOnce(&mut Edit<'_>, &Codebook)) -> String {
        let book = Codebook::parse(text, "x").unwrap();
        let mut edit = Edit::of(text, "x").unwrap();
        change(&mut edit, &book);
        let new = edit.finish();
        Codebook::parse(&new, "x").unwrap_or_else(|error| panic!("{error}\n{new}"));
        new
    }

    #[test]
    fn sets_a_value_and_leaves_every_other_byte() {
        let text = "\u{feff}# mine\r\n[[issue]]   # first\r\nname = 'Late'  # so called\r\nkeywords = [ 'late' ]\r\n";
        let new = edited(text, |edit, _| {
            edit.set(0, "name", "\"Delays\"");
            edit.set(0, "status", "\"resolved\"");
        });
        assert_eq!(
            new,
            "\u{feff}# mine\r\n[[issue]]   # first\r\nname = \"Delays\"  # so called\r\nstatus = \"resolved\"\r\n\
             keywords = [ 'late' ]\r\n"
        );
    }

    #[test]
    fn adds_keywords_in_every_form() {
        let add = |text: &str, added: &[(&str, f64)]| {
            edited(text, |edit, book| edit.add_keywords(0, &book.issues[0], &words(added)))
        };
        assert_eq!(
            add("[[issue]]\nname='a'\nkeywords = [\n  'late', # classic\n  'delay', # too\n]\n", &[("lag", 1.0)]),
            "[[issue]]\nname='a'\nkeywords = [\n  'late', # classic\n  'delay', \"lag\", # too\n]\n"
        );
        assert_eq!(
            add("[[issue]]\nname='a'\nkeywords = ['late']", &[("lag", 0.5)]),
            "[[issue]]\nname='a'\nkeywords = { late = 1.0, lag = 0.5 }"
        );
        assert_eq!(
            add(
                "[[issue]]\nname='a'\nkeywords = { late = 1, bb = 3 } # c",
                &[("late", 2.0), ("bb", 2.0), ("cc dd", 0.5)]
            ),
            "[[issue]]\nname='a'\nkeywords = { late = 2.0, bb = 3, \"cc dd\" = 0.5 } # c"
        );
        assert_eq!(
            add("[[issue]]\nname='a'\n[issue.keywords]\nlate = 1 # c\n\n[[issue]]\nname='b'", &[("lag", 0.5)]),
            "[[issue]]\nname='a'\n[issue.keywords]\nlate = 1 # c\nlag = 0.5\n\n[[issue]]\nname='b'"
        );
        assert_eq!(
            add("[[issue]]\nname='a'\nkeywords.late = 1", &[("lag", 0.5)]),
            "[[issue]]\nname='a'\nkeywords.late = 1\nkeywords.lag = 0.5"
        );
        assert_eq!(
            add("[[issue]]\nname='a'\nkeywords = []", &[("lag", 1.0)]),
            "[[issue]]\nname='a'\nkeywords = [\"lag\"]"
        );
        assert_eq!(add("[[issue]]\nname='a'", &[("lag", 1.0)]), "[[issue]]\nname='a'\nkeywords = [\"lag\"]");
        assert_eq!(
            add("issue = [{ name='a', keywords=['late'] }]", &[("lag", 1.0)]),
            "issue = [{ name='a', keywords=['late', \"lag\"] }]"
        );
    }

    #[test]
    fn appends_below_with_the_file_s_own_line_ends() {
        let new = edited("[[issue]]\r\nname='a'", |edit, _| edit.append("\n[[issue]]\nname = \"b\"\n").unwrap());
        assert_eq!(new, "[[issue]]\r\nname='a'\r\n\r\n[[issue]]\r\nname = \"b\"\r\n");
        let mut edit = Edit::of("issue = [{ name='a' }]", "x").unwrap();
        assert!(edit.append("\n[[issue]]\nname='b'\n").unwrap_err().to_string().contains("x:1:12"));
    }
}
