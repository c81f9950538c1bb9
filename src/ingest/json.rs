//! JSON values: paths into them, the rows in a document, a row flattened to columns.

use std::borrow::Cow;

use serde_json::Value;

use crate::ingest::source::Source;

/// A way into a value: `data.children[kind!=more].data`, `labels[].name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    key: String,
    each: Option<Filter>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Filter {
    All,
    Has(String),
    Is(String, String),
    IsNot(String, String),
}

impl Path {
    pub(crate) fn parse(path: &str) -> Self {
        Self(path.split('.').filter(|step| !step.is_empty()).map(step).collect())
    }

    /// Every value at the path; `None` when the path does not exist (an empty list does).
    pub(crate) fn resolve<'a>(&self, value: &'a Value) -> Option<Vec<&'a Value>> {
        let mut found = vec![value];
        for step in &self.0 {
            let mut next = Vec::new();
            let mut exists = false;
            for value in found {
                let Some(inner) = value.get(&step.key) else { continue };
                match (&step.each, inner) {
                    (None, inner) => next.push(inner),
                    (Some(filter), Value::Array(items)) => next.extend(items.iter().filter(|item| filter.takes(item))),
                    (Some(_), _) => continue,
                }
                exists = true;
            }
            if !exists {
                return None;
            }
            found = next;
            if found.is_empty() {
                break;
            }
        }
        Some(found)
    }

    /// The key of the first step.
    fn first(&self) -> Option<&str> {
        self.0.first().map(|step| step.key.as_str())
    }
}

fn step(text: &str) -> Step {
    let Some((key, filter)) = text.split_once('[') else { return Step { key: text.to_owned(), each: None } };
    let filter = filter.trim_end_matches(']');
    let each = if let Some((key, value)) = filter.split_once("!=") {
        Filter::IsNot(key.to_owned(), value.to_owned())
    } else if let Some((key, value)) = filter.split_once('=') {
        Filter::Is(key.to_owned(), value.to_owned())
    } else if filter.is_empty() {
        Filter::All
    } else {
        Filter::Has(filter.to_owned())
    };
    Step { key: key.to_owned(), each: Some(each) }
}

impl Filter {
    fn takes(&self, item: &Value) -> bool {
        let is = |key: &str, wanted: &str| item.get(key).and_then(cell).is_some_and(|cell| cell == wanted);
        match self {
            Self::All => true,
            Self::Has(key) => item.get(key).is_some(),
            Self::Is(key, wanted) => is(key, wanted),
            Self::IsNot(key, wanted) => !is(key, wanted),
        }
    }
}

/// Where the rows of a document are.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowPaths {
    at: Vec<Path>,
    within: Vec<Path>,
}

impl RowPaths {
    pub(crate) fn of(source: &Source) -> Self {
        Self {
            at: source.rows_at.iter().map(|path| Path::parse(path)).collect(),
            within: source.rows_within.iter().map(|path| Path::parse(path)).collect(),
        }
    }

    /// The rows of a document, in its order: its own elements, those at the first path that exists, or itself.
    pub(crate) fn rows<'a>(&self, document: &'a Value, rows: &mut Vec<&'a Value>) {
        if let Value::Array(items) = document {
            items.iter().for_each(|item| self.rows(item, rows));
            return;
        }
        match self.at.iter().find_map(|path| path.resolve(document)) {
            Some(found) => found.into_iter().for_each(|found| self.row(found, rows)),
            None => self.row(document, rows),
        }
    }

    fn row<'a>(&self, row: &'a Value, rows: &mut Vec<&'a Value>) {
        if let Value::Array(items) = row {
            items.iter().for_each(|item| self.row(item, rows));
            return;
        }
        rows.push(row);
        for inner in self.within.iter().filter_map(|path| path.resolve(row)).flatten() {
            self.row(inner, rows);
        }
    }

    /// Calls `take` with every leaf of a row, in order: its dotted path and its value. Lists are leaves.
    pub(crate) fn flatten<'a>(&self, row: &'a Value, take: &mut impl FnMut(&str, &'a Value)) {
        let Value::Object(object) = row else { return };
        let mut path = String::new();
        for (key, value) in object {
            // `replies` is a listing or the empty string: rows of their own, never a column.
            if self.within.iter().any(|inner| inner.first() == Some(key)) {
                continue;
            }
            walk(key, value, &mut path, take);
        }
    }
}

fn walk<'a>(key: &str, value: &'a Value, path: &mut String, take: &mut impl FnMut(&str, &'a Value)) {
    let before = path.len();
    if before > 0 {
        path.push('.');
    }
    path.push_str(key);
    match value {
        Value::Object(object) if !object.is_empty() => {
            object.iter().for_each(|(key, value)| walk(key, value, path, take));
        }
        leaf => take(path, leaf),
    }
    path.truncate(before);
}

/// A leaf as a cell: text as it is, numbers and truth values as written, lists as JSON text; nothing is `None`.
pub(crate) fn cell(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(Cow::Borrowed(if *yes { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Array(items) if items.is_empty() => None,
        Value::Object(object) if object.is_empty() => None,
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// All cells at a path through lists: a JSON list of texts, or the texts joined.
pub(crate) fn collected(path: &Path, row: &Value, join: Option<&str>) -> Option<String> {
    let cells: Vec<Cow<'_, str>> = path.resolve(row)?.into_iter().filter_map(cell).collect();
    if cells.is_empty() {
        return None;
    }
    match join {
        Some(between) => Some(cells.join(between)),
        None => serde_json::to_string(&cells).ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(path: &str, value: &Value) -> Option<Vec<String>> {
        Path::parse(path).resolve(value).map(|found| found.into_iter().map(ToString::to_string).collect())
    }

    #[test]
    fn walks_lists_and_filters() {
        let value = json!({"data": {"children": [{"kind": "t1", "data": 1}, {"kind": "more", "data": 2}]}, "none": []});
        assert_eq!(at("data.children[].data", &value).unwrap(), ["1", "2"]);
        assert_eq!(at("data.children[kind!=more].data", &value).unwrap(), ["1"]);
        assert_eq!(at("data.children[kind=more].data", &value).unwrap(), ["2"]);
        assert_eq!(at("data.children[colour]", &value).unwrap(), [""; 0]);
        assert_eq!(at("none[]", &value).unwrap(), [""; 0]);
        assert_eq!(at("data[]", &value), None);
        assert_eq!(at("nowhere.data", &value), None);
    }

    #[test]
    fn finds_nested_rows_in_order() {
        let paths = RowPaths { at: vec![Path::parse("list[]")], within: vec![Path::parse("replies.list[]")] };
        let document = json!({"list": [{"id": 1, "replies": {"list": [{"id": 2, "replies": ""}]}}, {"id": 3}]});
        let mut rows = Vec::new();
        paths.rows(&document, &mut rows);
        assert_eq!(rows.iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
        let mut columns = Vec::new();
        paths.flatten(rows[0], &mut |path, _| columns.push(path.to_owned()));
        assert_eq!(columns, ["id"]);
    }

    #[test]
    fn flattens_to_dotted_paths_and_keeps_ids() {
        let row = json!({"id": 17890000000000001u64, "user": {"login": "ann", "empty": {}}, "tags": ["a", "b"], "ok": true, "no": null});
        let mut cells = Vec::new();
        RowPaths::default().flatten(&row, &mut |path, value| {
            cells.push((path.to_owned(), cell(value).map(Cow::into_owned)));
        });
        let expected = [
            ("id", Some("17890000000000001")),
            ("user.login", Some("ann")),
            ("user.empty", None),
            ("tags", Some("[\"a\",\"b\"]")),
            ("ok", Some("true")),
            ("no", None),
        ];
        assert_eq!(cells, expected.map(|(path, cell)| (path.to_owned(), cell.map(str::to_owned))));
    }

    #[test]
    fn collects_through_lists() {
        let row = json!({"labels": [{"name": "bug"}, {"name": "ui, old"}]});
        let path = Path::parse("labels[].name");
        assert_eq!(collected(&path, &row, None).unwrap(), "[\"bug\",\"ui, old\"]");
        assert_eq!(collected(&path, &row, Some(" / ")).unwrap(), "bug / ui, old");
        assert_eq!(collected(&path, &json!({}), None), None);
    }
}
