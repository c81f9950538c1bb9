//! Which of the dump's columns each field comes from: the source's bindings, then `--map`.

use std::collections::BTreeMap;

use crate::error::{self, Error, Result};
use crate::ingest::catalog::{fold, index};
use crate::ingest::detect::base;
use crate::ingest::dialect;
use crate::ingest::options::Options;
use crate::ingest::source::{Binding, Shape, Source};

/// The bindings of one dump.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bound {
    /// Field → binding, `from` spelled as in the dump's columns.
    pub(crate) fields: BTreeMap<String, Binding>,
    /// Columns no field takes.
    pub(crate) unmapped: Vec<String>,
    /// Paths through lists that became columns of their own (`labels[].name`), with what joins their texts.
    pub(crate) collected: Vec<(String, Option<String>)>,
}

/// Columns listed as evidence in an error.
const LISTED: usize = 40;

/// Binds a source to a dump's columns.
///
/// # Errors
/// `--map` names a column the dump lacks; a generic source finds no text, category or rating; the user's own source
/// finds none of its columns.
pub(crate) fn bind(source: &Source, columns: &[String], options: &Options, path: &str) -> Result<Bound> {
    let index = index(columns);
    let generic = source.system == "generic";
    let mut bound = Bound::default();
    let mut taken: Vec<String> = Vec::new();
    for (field, binding) in &source.fields {
        let mut from = Vec::new();
        for wanted in &binding.from {
            let Some(found) = index.get(&fold(base(wanted))) else { continue };
            if base(wanted) != wanted.as_str() {
                taken.extend(found.iter().map(|at| columns[*at].clone()));
                if !bound.collected.iter().any(|(path, _)| path == wanted) {
                    bound.collected.push((wanted.clone(), binding.join.clone()));
                }
                from.push(wanted.clone());
            } else {
                from.extend(found.iter().map(|at| columns[*at].clone()));
            }
            // The usual names are guesses: mixing two guesses row by row would be worse than either. (A path through a
            // list comes before the list itself, which may hold plain texts.)
            if generic && base(wanted) == wanted.as_str() {
                break;
            }
        }
        if !from.is_empty() {
            bound.fields.insert(field.clone(), Binding { from, ..binding.clone() });
        }
    }
    map(&mut bound, columns, &index, options, path)?;
    date_of_last_resort(source, &mut bound);
    taken.extend(bound.fields.values().flat_map(|binding| binding.from.iter().cloned()));
    bound.unmapped = columns.iter().filter(|column| !taken.contains(column)).cloned().collect();
    if bound.fields.is_empty() || (generic && !readable(&bound)) {
        return Err(unreadable(source, columns, generic, path));
    }
    Ok(bound)
}

/// Where a dump of posts on X has no date, its ids hold the time (`created_at` is flagged `snowflake_date`).
fn date_of_last_resort(source: &Source, bound: &mut Bound) {
    if bound.fields.contains_key("created_at") {
        return;
    }
    let Some(id) = bound.fields.get("source_id") else { return };
    let of_x = |column: &String| matches!(fold(column).as_str(), "tweet id" | "tweet-id" | "tweetid" | "status id");
    if source.system == "x" || id.from.iter().all(of_x) {
        let date = Binding { unit: Some("snowflake".to_owned()), ..id.clone() };
        bound.fields.insert("created_at".to_owned(), date);
    }
}

/// Puts `--map` over the source's bindings; several columns for one text are joined by a line feed.
fn map(
    bound: &mut Bound,
    columns: &[String],
    index: &BTreeMap<String, Vec<usize>>,
    options: &Options,
    path: &str,
) -> Result<()> {
    let maps = options.maps()?;
    let mut mapped: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (field, wanted) in maps {
        let exact = columns.iter().position(|column| column == wanted.trim());
        let found: Vec<String> = match (exact, index.get(&fold(wanted))) {
            (Some(at), _) => vec![columns[at].clone()],
            (None, Some(found)) => found.iter().map(|at| columns[*at].clone()).collect(),
            (None, None) if base(wanted) != wanted && index.contains_key(&fold(base(wanted))) => {
                if !bound.collected.iter().any(|(path, _)| path == wanted) {
                    bound.collected.push((wanted.to_owned(), None));
                }
                vec![wanted.to_owned()]
            }
            (None, None) => return Err(no_column(field, wanted, columns, path)),
        };
        mapped.entry(field).or_default().extend(found);
    }
    for (field, from) in mapped {
        let is_text = |field: &str| field == "title" || field == "body";
        if is_text(field) {
            // A text counts once: what the user calls the body is not also the title the source took it for.
            bound.fields.retain(|other, b| !is_text(other) || !b.from.iter().any(|column| from.contains(column)));
        }
        let join = (is_text(field) && from.len() > 1).then(|| "\n".to_owned());
        let binding = Binding { from, pattern: None, unit: None, join, split: None, scale: None };
        bound.fields.insert(field.to_owned(), binding);
    }
    Ok(())
}

fn no_column(field: &str, wanted: &str, columns: &[String], path: &str) -> Error {
    let error = Error::failed(format!("there is no column \"{}\" to take {field} from", wanted.trim()))
        .at(path)
        .evidence(list(columns));
    match error::nearest(wanted, columns.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean --map {}?", quoted(field, near))),
        None => error.hint("--map takes one of these columns"),
    }
}

fn readable(bound: &Bound) -> bool {
    ["body", "title", "category", "rating"].iter().any(|field| bound.fields.contains_key(*field))
}

/// Says why nothing can be read, and what would help.
fn unreadable(source: &Source, columns: &[String], generic: bool, path: &str) -> Error {
    if !generic {
        return Error::failed(format!("none of the columns that {} names is in the file", source.name))
            .at(path)
            .evidence(list(columns))
            .hint("check --source, or use --map FIELD=COLUMN");
    }
    let values = columns.iter().filter(|column| dialect::looks_like_data(column)).count();
    if source.shape == Shape::Table && values * 3 >= columns.len() {
        return Error::no_records("the first row looks like data, not like column names")
            .at(path)
            .line(1)
            .evidence(list(columns))
            .hint("name the columns by their place, e.g. --map body=column_3, or add a first row that names them");
    }
    // A path that ends in a usual name (`message.text`) is the likeliest; any shows how the option is written.
    let usual = |column: &&String| {
        let last = fold(column.rsplit('.').next().unwrap_or(column));
        source.fields.get("body").is_some_and(|body| body.from.contains(&last))
    };
    let named = || columns.iter().find(|column| !dialect::looks_like_data(column));
    let example = columns.iter().find(usual).or_else(named).map_or("COLUMN", String::as_str);
    Error::no_records("cannot tell which column holds the text")
        .at(path)
        .evidence(list(columns))
        .hint(format!("name it, e.g. --map {}", quoted("body", example)))
}

fn quoted(field: &str, column: &str) -> String {
    if column.contains(|c: char| !c.is_alphanumeric() && !"_-.".contains(c)) {
        format!("'{field}={column}'")
    } else {
        format!("{field}={column}")
    }
}

/// The dump's columns as a line of evidence.
pub(crate) fn list(columns: &[String]) -> String {
    let shown: Vec<String> = columns
        .iter()
        .take(LISTED)
        .map(|column| match column.char_indices().nth(60) {
            Some((at, _)) => format!("{}…", &column[..at]),
            None => column.clone(),
        })
        .collect();
    let more = if columns.len() > LISTED { format!(", and {} more", columns.len() - LISTED) } else { String::new() };
    format!("columns: {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::catalog;

    fn bound(source: &str, columns: &[&str], maps: &[&str]) -> Result<Bound> {
        let options = Options { map: maps.iter().map(ToString::to_string).collect(), ..Options::default() };
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        bind(&catalog::named(source).unwrap(), &columns, &options, "a.csv")
    }

    #[test]
    fn spells_columns_as_the_dump_does_and_keeps_repeats_together() {
        let bound = bound("jira_csv", &["Summary", "Issue key", "Issue id", "Labels", "Labels#2", "Odd"], &[]).unwrap();
        assert_eq!(bound.fields["title"].from, ["Summary"]);
        assert_eq!(bound.fields["tags"].from, ["Labels", "Labels#2"]);
        assert_eq!(bound.fields["tags"].join.as_deref(), Some(" "));
        assert_eq!(bound.unmapped, ["Issue id", "Odd"]);
        assert!(!bound.fields.contains_key("body"));
    }

    #[test]
    fn a_generic_source_takes_the_first_usual_name_only() {
        let bound = bound("generic_csv", &["description", "Text", "ID", "When"], &["created_at=when"]).unwrap();
        assert_eq!(bound.fields["body"].from, ["Text"]);
        assert_eq!(bound.fields["created_at"].from, ["When"]);
        assert_eq!(bound.unmapped, ["description"]);
    }

    #[test]
    fn a_mapped_text_is_no_longer_what_the_source_took_it_for() {
        let bound = bound("generic_csv", &["summary", "id"], &["text=Summary"]).unwrap();
        assert_eq!(bound.fields["body"].from, ["summary"]);
        assert!(!bound.fields.contains_key("title"));
    }

    #[test]
    fn several_columns_of_text_are_joined() {
        let bound = bound("generic_csv", &["Pros", "Cons"], &["body=pros", "body=cons"]).unwrap();
        assert_eq!((bound.fields["body"].from.len(), bound.fields["body"].join.as_deref()), (2, Some("\n")));
    }

    #[test]
    fn says_what_is_missing_and_how_to_name_it() {
        let said = |columns: &[&str], maps: &[&str]| bound("generic_csv", columns, maps).unwrap_err().to_string();
        assert_eq!(
            said(&["Pros and so on", "Wann"], &[]),
            "error: a.csv: cannot tell which column holds the text\n  columns: Pros and so on, Wann\n\
             hint: name it, e.g. --map 'body=Pros and so on'"
        );
        assert!(said(&["message.date", "message.text"], &[]).ends_with("hint: name it, e.g. --map body=message.text"));
        assert!(said(&["Comment", "x"], &["body=coment"]).ends_with("hint: did you mean --map body=Comment?"));
        assert!(said(&["17", "2026-01-02", "column_3"], &[]).contains("looks like data"));
    }

    #[test]
    fn paths_through_lists_become_columns() {
        let bound = bound("github_issues_json", &["number", "title", "labels", "node_id"], &[]).unwrap();
        assert_eq!(bound.collected, [("labels[].name".to_owned(), None)]);
        assert_eq!(bound.fields["tags"].from, ["labels[].name"]);
        assert_eq!(bound.unmapped, ["node_id"]);
        let mapped = self::bound("generic_json", &["text", "kinds"], &["tags=kinds[].name"]).unwrap();
        assert_eq!(mapped.collected, [("kinds[].name".to_owned(), None)]);
    }
}
