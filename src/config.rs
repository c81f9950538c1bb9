//! `plaint.toml` in the current folder → the same options as the command line.
//!
//! Every top-level key is a flag without its dashes and is put on the command line before the user's own arguments,
//! so there is one parser, one set of messages, and the user's word wins. `[[input]]` names dumps with the reading
//! flags that fit them; `expect` lists the feeds that should be there; `[[rule]]` adds rules of intent.

use std::collections::BTreeMap;
use std::path::Path;

use clap::CommandFactory;
use jiff::civil::Date;
use serde::Deserialize;
use toml_edit::{Document, Value};

use crate::cli::Cli;
use crate::enrich::brands::Terms;
use crate::enrich::options::UserRule;
use crate::error::{Error, Result, nearest};
use crate::ingest::container::locate;
use crate::ingest::source::DateOrder;

/// The file's name; only the current folder is looked at.
pub const FILE: &str = "plaint.toml";

/// Keys that are not flags.
const TABLES: [&str; 5] = ["brands", "expect", "input", "response", "rule"];

/// Flags that mean something else, or would be dangerous, where nobody has typed them.
const NOT_FOR: [(&str, &str); 3] = [("ingest", "since"), ("ingest", "until"), ("ingest", "replace")];

/// What `plaint.toml` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Flag → its values, in the file's order.
    flags: Vec<(String, Vec<String>)>,
    /// The `[[input]]` tables.
    pub inputs: Vec<Input>,
    /// Feeds that should be in the data.
    pub expect: Vec<String>,
    /// `[brands.NAME]`: what speaks for each brand.
    pub brands: BTreeMap<String, Terms>,
    /// `[response]`: when customers should be answered.
    pub response: Response,
    /// The user's own rules of intent, the `[[rule]]` tables.
    pub rules: Vec<UserRule>,
}

/// What `plaint response` is held to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Response {
    /// `4h`: the share done within it is printed.
    pub target: Option<String>,
    /// Count business hours only.
    #[serde(default)]
    pub business_hours: bool,
    /// `mon-fri 09:00-17:00`, in the report's zone.
    #[serde(default)]
    pub hours: Vec<String>,
    /// Days off.
    #[serde(default)]
    pub holidays: Vec<Date>,
}

/// Dumps that are read in one way.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Input {
    /// Paths or globs.
    pub files: Vec<String>,
    /// `--source`
    pub source: Option<String>,
    /// `--map`
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// `--dates`
    pub dates: Option<DateOrder>,
    /// `--source-tz`
    pub source_tz: Option<String>,
    /// `--account`
    pub account: Option<String>,
    /// The days these dumps cover, `[first, last]`, where they say more than their records do.
    pub covers: Option<[Date; 2]>,
}

impl Config {
    /// Reads `plaint.toml`'s text.
    ///
    /// # Errors
    /// With line and column: bad TOML, a key that is no flag of any subcommand, a value that cannot be a flag's.
    pub fn parse(text: &str, path: &str) -> Result<Self> {
        let document = Document::parse(text).map_err(|e| toml_error(path, text, &e))?;
        let known = known_flags();
        let mut flags = Vec::new();
        for (key, item) in document.iter() {
            if TABLES.contains(&key) {
                continue;
            }
            let place = || position(text, document.key(key).and_then(|k| k.span()).unwrap_or_default().start);
            if !known.contains(&key.to_string()) {
                let (line, column) = place();
                let error = Error::failed(format!("there is no flag --{key}")).at(path).line(line).column(column);
                let hint =
                    nearest(key, known.iter().map(String::as_str).chain(TABLES)).unwrap_or("plaint report --help");
                return Err(error.hint(format!("did you mean: {hint}")));
            }
            let values = item.as_value().and_then(flag_values).ok_or_else(|| {
                let (line, column) = place();
                Error::failed(format!("{key} needs a text, a number, true, or a list of texts"))
                    .at(path)
                    .line(line)
                    .column(column)
            })?;
            flags.push((key.to_string(), values));
        }
        #[derive(Deserialize)]
        struct Tables {
            #[serde(default)]
            input: Vec<Input>,
            #[serde(default)]
            expect: Vec<String>,
            #[serde(default)]
            brands: BTreeMap<String, Terms>,
            #[serde(default)]
            response: Response,
            #[serde(default)]
            rule: Vec<UserRule>,
        }
        let tables: Tables = toml_edit::de::from_str(text).map_err(|e| de_error(path, text, &e))?;
        Ok(Self {
            flags,
            inputs: tables.input,
            expect: tables.expect,
            brands: tables.brands,
            response: tables.response,
            rules: tables.rule,
        })
    }

    /// The arguments with this file's flags put in, right after the subcommand; those the subcommand does not have
    /// are left out.
    pub fn apply(&self, arguments: Vec<String>) -> Vec<String> {
        let Some(subcommand) = arguments.get(1).cloned() else { return arguments };
        let command = Cli::command();
        let Some(mut command) = command.find_subcommand(&subcommand) else { return arguments };
        let mut words = 2;
        if let Some(nested) = arguments.get(2).and_then(|word| command.find_subcommand(word)) {
            (command, words) = (nested, 3);
        }
        let mut merged: Vec<String> = arguments[..words].to_vec();
        for (flag, values) in &self.flags {
            if NOT_FOR.contains(&(subcommand.as_str(), flag.as_str())) {
                continue;
            }
            let Some(argument) = command.get_arguments().find(|a| a.get_long() == Some(flag)) else { continue };
            if argument.get_action().takes_values() {
                merged.extend(values.iter().map(|value| format!("--{flag}={value}")));
            } else if values.first().is_some_and(|v| v == "true") {
                merged.push(format!("--{flag}"));
            }
        }
        merged.extend_from_slice(&arguments[words..]);
        merged
    }

    /// The `[[input]]` that names `path`, if one does: by its own words or by glob.
    pub fn input_for(&self, path: &str) -> Option<&Input> {
        let found = self.inputs.iter().find(|input| {
            input
                .files
                .iter()
                .any(|f| f == path || glob::Pattern::new(f).is_ok_and(|glob| glob.matches_path(Path::new(path))))
        });
        // A file in an archive is read as its archive is.
        let outer = locate::on_disk(path);
        found.or_else(|| (outer.len() < path.len()).then(|| self.input_for(outer)).flatten())
    }
}

/// All long flags of all subcommands.
fn known_flags() -> Vec<String> {
    let command = Cli::command();
    let mut flags: Vec<String> = command
        .get_subcommands()
        .flat_map(|s| std::iter::once(s).chain(s.get_subcommands()))
        .flat_map(|s| s.get_arguments().filter_map(|a| a.get_long().map(str::to_string)).collect::<Vec<_>>())
        .filter(|flag| flag != "output" && flag != "help")
        .collect();
    flags.sort();
    flags.dedup();
    flags
}

fn flag_values(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.value().clone()]),
        Value::Integer(number) => Some(vec![number.value().to_string()]),
        Value::Float(number) => Some(vec![number.value().to_string()]),
        Value::Boolean(on) => Some(vec![on.value().to_string()]),
        Value::Datetime(date) => Some(vec![date.value().to_string()]),
        Value::Array(list) => list.iter().map(|v| flag_values(v).and_then(|mut v| v.pop())).collect(),
        Value::InlineTable(table) => {
            table.iter().map(|(k, v)| flag_values(v).and_then(|mut v| v.pop()).map(|v| format!("{k}={v}"))).collect()
        }
    }
}

/// A TOML syntax error, with its place.
pub fn toml_error(path: &str, text: &str, cause: &toml_edit::TomlError) -> Error {
    placed(path, text, cause.message(), cause.span().map(|s| s.start))
}

/// A TOML content error, with its place.
pub fn de_error(path: &str, text: &str, cause: &toml_edit::de::Error) -> Error {
    placed(path, text, cause.message(), cause.span().map(|s| s.start))
}

fn placed(path: &str, text: &str, message: &str, at: Option<usize>) -> Error {
    let error = Error::failed(message.lines().collect::<Vec<_>>().join("; ")).at(path);
    match at {
        Some(at) => {
            let (line, column) = position(text, at);
            let evidence = text.lines().nth(line as usize - 1).unwrap_or_default().to_string();
            error.line(line).column(column).evidence(evidence)
        }
        None => error,
    }
}

/// The 1-based line and column of a byte.
fn position(text: &str, at: usize) -> (u64, u64) {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_users_own() {
        let config =
            Config::parse("by = \"month\"\nwhere = [\"brand=a\", \"product=b\"]\nquiet = true\n", FILE).unwrap();
        let arguments = ["plaint", "report", "--by", "week"].map(String::from).to_vec();
        assert_eq!(
            config.apply(arguments),
            ["plaint", "report", "--by=month", "--where=brand=a", "--where=product=b", "--quiet", "--by", "week"]
        );
    }

    #[test]
    fn a_flag_of_another_subcommand_is_left_out() {
        let config = Config::parse("codebook = \"c.toml\"\n", FILE).unwrap();
        let arguments = ["plaint", "inspect", "a.csv"].map(String::from).to_vec();
        assert_eq!(config.apply(arguments.clone()), arguments);
    }

    #[test]
    fn flags_go_after_the_verb() {
        let config = Config::parse("codebook = \"c.toml\"\n", FILE).unwrap();
        let arguments = ["plaint", "issues", "lint", "a.csv"].map(String::from).to_vec();
        assert_eq!(config.apply(arguments), ["plaint", "issues", "lint", "--codebook=c.toml", "a.csv"]);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let error = Config::parse("\ncodebok = \"c.toml\"\n", FILE).unwrap_err().to_string();
        assert_eq!(error, "error: plaint.toml:2:1: there is no flag --codebok\nhint: did you mean: codebook");
    }

    #[test]
    fn inputs_match_by_glob() {
        let config = Config::parse("[[input]]\nfiles = [\"in/*.csv\"]\naccount = \"acme\"\n", FILE).unwrap();
        assert_eq!(config.input_for("in/a.csv").and_then(|i| i.account.as_deref()), Some("acme"));
        assert_eq!(config.input_for("out/a.csv"), None);
    }
}
