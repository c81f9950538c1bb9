//! Where everything stands in a codebook file: what errors, lint and edits point at.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use crate::error::{Error, Result};

/// A stretch of the file, in bytes.
pub(crate) type Span = Range<usize>;

/// The file's text and path, to say where something is.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    pub(crate) text: &'a str,
    pub(crate) path: &'a str,
}

impl<'a> Page<'a> {
    /// Parses the TOML.
    ///
    /// # Errors
    /// Broken TOML, with its place.
    pub(crate) fn document(&self) -> Result<Document<&'a str>> {
        Document::parse(self.text).map_err(|error| {
            let what = error.message().lines().next().unwrap_or("broken TOML").to_owned();
            self.error(error.span(), format!("not a codebook: {what}")).hint(
                "texts stand in double quotes, patterns in single ones, lists in [ ], keywords with weights in { }",
            )
        })
    }

    /// 1-based line and column (in characters) of a byte.
    pub(crate) fn place(&self, byte: usize) -> Option<(u64, u64)> {
        let before = self.text.get(..byte)?;
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Some((line as u64, column as u64))
    }

    /// An error that points at a stretch of the file and shows its line.
    pub(crate) fn error(&self, span: Option<Span>, what: impl Into<String>) -> Error {
        let error = Error::failed(what).at(self.path);
        let Some((line, column)) = span.and_then(|span| self.place(span.start)) else { return error };
        let evidence = self.text.lines().nth(line as usize - 1).unwrap_or_default().trim_end();
        error.line(line).column(column).evidence(evidence.chars().take(100).collect::<String>())
    }
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key; for a keyword or an element of a list its text.
    pub(crate) key: String,
    /// Where the key stands; for an element of a list the element itself.
    pub(crate) at: Span,
    /// Where the value stands.
    pub(crate) value: Span,
}

/// How an issue's table, or its keywords, are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Under a header of its own: `[[issue]]`, `[issue.keywords]`.
    Lines,
    /// `{ … }`
    Inline,
    /// `[ … ]`
    List,
    /// `keywords.late = 1.0`
    Dotted,
}

/// One `[[issue]]` or `[[pin]]`.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// How it is written.
    pub(crate) form: Form,
    /// Its keys, in the file's order.
    pub(crate) entries: Vec<Entry>,
    /// How its keywords are written, and each of them; null without the key.
    pub(crate) keywords: Option<(Form, Vec<Entry>)>,
}

impl Block {
    /// The entry with this key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The keyword with this text.
    pub(crate) fn keyword(&self, text: &str) -> Option<&Entry> {
        self.keywords.iter().flat_map(|(_, entries)| entries).find(|entry| entry.key == text)
    }

    fn of(table: &dyn TableLike, form: Form) -> Self {
        let keywords = table.get("keywords").and_then(|item| match item.as_array() {
            Some(array) => {
                let entries = array.iter().filter_map(|value| {
                    let (key, at) = (value.as_str()?.to_owned(), value.span()?);
                    Some(Entry { key, value: at.clone(), at })
                });
                Some((Form::List, entries.collect()))
            }
            None => {
                let form = match item.as_table() {
                    None => Form::Inline,
                    Some(table) if table.is_dotted() => Form::Dotted,
                    Some(_) => Form::Lines,
                };
                item.as_table_like().map(|words| (form, entries(words)))
            }
        });
        Self { form, entries: entries(table), keywords }
    }
}

fn entries(table: &dyn TableLike) -> Vec<Entry> {
    let entry = |(key, item): (&str, &Item)| {
        let at = table.get_key_value(key)?.0.span()?;
        // A table under its own header has no place among the lines of its parent.
        Some(Entry { key: key.to_owned(), value: item.span().unwrap_or_else(|| at.clone()), at })
    };
    table.iter().filter_map(entry).collect()
}

/// Every issue and every pin of a file, in the file's order.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) issues: Vec<Block>,
    pub(crate) pins: Vec<Block>,
}

impl Layout {
    /// Of a parsed file.
    pub(crate) fn of(document: &Document<&str>) -> Self {
        let blocks = |key: &str| -> Vec<Block> {
            let Some(item) = document.as_table().get(key) else { return Vec::new() };
            if let Some(tables) = item.as_array_of_tables() {
                return tables.iter().map(|table| Block::of(table, Form::Lines)).collect();
            }
            let values = item.as_array().into_iter().flat_map(|array| array.iter());
            values.filter_map(|value| Some(Block::of(value.as_inline_table()?, Form::Inline))).collect()
        };
        Self { issues: blocks("issue"), pins: blocks("pin") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_everything_stands() {
        let text = "# é\n[[issue]]\nname = 'Late'  # x\nkeywords = { \"late flight\" = 2.1, delayed = 1 }\n\n\
                    [[issue]]\nname='B'\nkeywords=[ 'a b', 'cc' ]\n[[issue]]\nname='C'\n[issue.keywords]\nword = 2\n";
        let page = Page { text, path: "x" };
        let layout = Layout::of(&page.document().unwrap());
        let late = &layout.issues[0];
        assert_eq!(&text[late.entry("name").unwrap().value.clone()], "'Late'");
        assert_eq!(late.keywords.as_ref().unwrap().0, Form::Inline);
        let word = late.keyword("late flight").unwrap();
        assert_eq!((&text[word.at.clone()], &text[word.value.clone()]), ("\"late flight\"", "2.1"));
        assert_eq!(page.place(word.at.start), Some((4, 14)));
        assert_eq!(layout.issues[1].keywords.as_ref().unwrap().0, Form::List);
        assert_eq!(&text[layout.issues[1].keyword("cc").unwrap().value.clone()], "'cc'");
        assert_eq!(layout.issues[2].keywords.as_ref().unwrap().0, Form::Lines);
        assert_eq!(&text[layout.issues[2].keyword("word").unwrap().value.clone()], "2");
    }
}
