//! A source of the user's own, begun from a dump.

use std::path::Path;

use crate::ingest::raw::Dump;
use crate::ingest::source::{Binding, Shape};

/// The file's text: what was found of the dump's columns, and the others as comments.
pub fn of(dump: &Dump) -> String {
    let fields: Vec<(String, Binding)> =
        dump.fields.iter().map(|(field, binding)| (field.clone(), binding.clone())).collect();
    text(&dump.path, dump.source.shape, &dump.source.kind, &dump.columns, &dump.unmapped, &fields)
}

/// The file's text where nothing is known of the dump but its columns.
pub fn of_columns(path: &str, (shape, columns): &(Shape, Vec<String>)) -> String {
    text(path, *shape, "mention", columns, columns, &[])
}

fn text(
    path: &str,
    shape: Shape,
    kind: &str,
    columns: &[String],
    unmapped: &[String],
    fields: &[(String, Binding)],
) -> String {
    let name = Path::new(path).file_stem().map_or("mine".to_owned(), |stem| word(&stem.to_string_lossy()));
    let shape = if shape == Shape::Json { "json" } else { "table" };
    let headers: Vec<String> = columns.iter().take(4).map(|column| literal(column)).collect();
    let mut out = format!(
        "# A source: what the columns of one kind of dump mean. Used with --source THIS_FILE.\n\
         name = {}\nabout = \"one line for people\"\n\
         # mention, ticket, ticket_message, review, filing or survey\nkind = \"{kind}\"\n\
         # where it lives: it begins the records' ids\nsystem = {}\nshape = \"{shape}\"\n\
         # columns that tell this kind of dump from others\nrequires = [{}]\n\
         # zone of times that carry none, and the order of numeric dates\n# zone = \"Europe/Berlin\"\n# dates = \"dmy\"\n\n\
         # field = column; plaint list columns names the fields\n[fields]\n",
        literal(&name),
        literal(&name),
        headers.join(", "),
    );
    if fields.is_empty() {
        out.push_str("# body = \"the column with the text\"\n# created_at = \"the column with the date\"\n");
    }
    for (field, binding) in fields {
        let from: Vec<String> = binding.from.iter().map(|column| literal(column)).collect();
        let from = if from.len() == 1 { from.concat() } else { format!("[{}]", from.join(", ")) };
        let details = [
            ("pattern", binding.pattern.as_deref()),
            ("unit", binding.unit.as_deref()),
            ("join", binding.join.as_deref()),
            ("split", binding.split.as_deref()),
        ];
        let mut more: Vec<String> = details
            .iter()
            .filter_map(|(key, value)| value.map(|value| format!("{key} = {}", literal(value))))
            .collect();
        more.extend(binding.scale.map(|[low, high]| format!("scale = [{low:?}, {high:?}]")));
        let value = if more.is_empty() { from } else { format!("{{ from = {from}, {} }}", more.join(", ")) };
        out.push_str(&format!("{field} = {value}\n"));
    }
    for column in unmapped {
        out.push_str(&format!("# ? = {}\n", literal(column)));
    }
    out.push_str("\n# a value every record has\n[fixed]\n# channel = \"email\"\n# direction = \"inbound\"\n");
    out
}

/// Lower-case letters, digits and underscores.
fn word(text: &str) -> String {
    let mapped: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let trimmed = mapped.trim_matches('_');
    if trimmed.is_empty() { "mine".to_owned() } else { trimmed.to_owned() }
}

/// A TOML string.
fn literal(text: &str) -> String {
    toml_edit::Value::from(text).to_string().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::catalog;

    #[test]
    fn what_is_begun_is_a_source() {
        let columns = ["Nr.", "Was \"ist\" los?", "Zeit"].map(str::to_owned).to_vec();
        let text = of_columns("dir/Meine Tickets.csv", &(Shape::Table, columns));
        let source = catalog::parse(&text, "mine.toml").unwrap();
        assert_eq!((source.name.as_str(), source.requires.len()), ("meine_tickets", 3));
        assert!(text.contains("# ? = 'Was \"ist\" los?'"), "{text}");
    }
}
