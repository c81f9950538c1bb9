//! `--where 'COLUMN=VALUE'`: which records to keep.

use polars::prelude::{BooleanChunked, NewChunkedArray};
use regex::{Regex, RegexBuilder};

use crate::error::{Error, Result};
use crate::normalise::records::Records;

/// One condition on a column. A list column (tags) meets `=` and `~` when one of its entries does.
#[derive(Debug, Clone)]
pub struct Filter {
    column: String,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    /// Equal without regard to case; an empty value means "has none".
    Is(String),
    /// Anything but; records without a value are kept, unless the value is empty.
    IsNot(String),
    /// Matches a regular expression, without regard to case; records without a value are not kept.
    Matches(Regex),
}

impl Filter {
    /// Reads `COLUMN=VALUE`, `COLUMN!=VALUE` or `COLUMN~REGEX`; the first of the three marks divides.
    ///
    /// # Errors
    /// Bad usage when there is no such mark, no column, or the expression is not regular.
    pub fn parse(text: &str) -> Result<Self> {
        let usage = |what: String| {
            Error::usage(what).hint("write COLUMN=VALUE, COLUMN!=VALUE or COLUMN~REGEX, for example 'product=Card'")
        };
        let mark = text.find(['=', '~']).ok_or_else(|| usage(format!("--where \"{text}\": no =, != or ~ in it")))?;
        let (left, right) = (&text[..mark], text[mark + 1..].trim());
        let negated = text[mark..].starts_with('=') && left.ends_with('!');
        let column = left.strip_suffix('!').filter(|_| negated).unwrap_or(left).trim();
        if column.is_empty() {
            return Err(usage(format!("--where \"{text}\": no column before the {}", &text[mark..=mark])));
        }
        let test = match (negated, text[mark..].starts_with('~')) {
            (true, _) => Test::IsNot(right.to_lowercase()),
            (false, false) => Test::Is(right.to_lowercase()),
            (false, true) => {
                let pattern = RegexBuilder::new(right).case_insensitive(true).build();
                Test::Matches(pattern.map_err(|_| usage(format!("--where \"{text}\": not a regular expression")))?)
            }
        };
        Ok(Self { column: column.to_owned(), test })
    }

    fn keeps(&self, values: &[String]) -> bool {
        match &self.test {
            Test::Is(wanted) if wanted.is_empty() => values.is_empty(),
            Test::IsNot(wanted) if wanted.is_empty() => !values.is_empty(),
            Test::Is(wanted) => values.iter().any(|v| v.to_lowercase() == *wanted),
            Test::IsNot(unwanted) => values.iter().all(|v| v.to_lowercase() != *unwanted),
            Test::Matches(pattern) => values.iter().any(|v| pattern.is_match(v)),
        }
    }
}

/// Which records meet every filter, also where two filters name one column (alternatives are `COLUMN~^(a|b)$`).
///
/// # Errors
/// Bad usage when a column does not exist.
pub fn mask(records: &Records, filters: &[Filter]) -> Result<Vec<bool>> {
    let mut kept = vec![true; records.len()];
    for filter in filters {
        for (keep, values) in kept.iter_mut().zip(records.lists_of(&filter.column)?) {
            *keep = *keep && filter.keeps(&values);
        }
    }
    Ok(kept)
}

/// The records that meet every filter; order and headers stay.
///
/// # Errors
/// Bad usage when a column does not exist.
pub fn apply(records: &Records, filters: &[Filter]) -> Result<Records> {
    if filters.is_empty() {
        return Ok(records.clone());
    }
    keep(records, &mask(records, filters)?)
}

/// The records that `kept` says; order and headers stay.
///
/// # Errors
/// An internal error when there are more or fewer.
pub fn keep(records: &Records, kept: &[bool]) -> Result<Records> {
    let mask = BooleanChunked::from_slice("keep".into(), kept);
    Records::new(records.frame().filter(&mask)?, records.headers().clone())
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
