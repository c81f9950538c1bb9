//! Which source a dump is of, by its headers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ingest::catalog::fold;
use crate::ingest::source::Source;

/// Two sources that ask for equally many headers are told apart only by this much more of their columns being there.
const MARGIN: f64 = 0.1;

/// How well a dump's headers fit a source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    /// How many headers the source insists on: the more, the more specific it is.
    specificity: usize,
    /// Share of what the source names (headers it requires, fields it binds) that is there, 0 to 1.
    pub(crate) confidence: f64,
}

/// The fit of a source to a dump's folded headers; `None` where what it requires is missing or what it forbids is there.
pub(crate) fn fit(source: &Source, headers: &BTreeSet<String>) -> Option<Fit> {
    let has = |header: &str| headers.contains(&fold(header));
    let any = source.requires_any.iter().any(|header| has(header));
    if missing(source, headers).is_some() || source.forbids.iter().any(|header| has(header)) {
        return None;
    }
    let asked_any = usize::from(!source.requires_any.is_empty());
    let bound = bound(source, headers);
    let asked = source.requires.len() + asked_any;
    let all = asked + source.fields.len();
    let found = source.requires.len() + usize::from(any) + bound;
    Some(Fit { specificity: asked, confidence: if all == 0 { 1.0 } else { found as f64 / all as f64 } })
}

/// How many fields a source finds a column for.
pub(crate) fn bound(source: &Source, headers: &BTreeSet<String>) -> usize {
    let has = |column: &String| headers.contains(&fold(base(column)));
    source.fields.values().filter(|binding| binding.from.iter().any(has)).count()
}

/// The header a source requires and a dump lacks, in words.
pub(crate) fn missing(source: &Source, headers: &BTreeSet<String>) -> Option<String> {
    let has = |header: &String| headers.contains(&fold(header));
    match source.requires.iter().find(|header| !has(header)) {
        Some(header) => Some(format!("\"{header}\"")),
        None if source.requires_any.is_empty() || source.requires_any.iter().any(has) => None,
        None => Some(format!("any of \"{}\"", source.requires_any.join("\", \""))),
    }
}

/// `labels` of `labels[].name`: the column that holds what a path through lists collects.
pub(crate) fn base(column: &str) -> &str {
    column
        .split_once('[')
        .map_or(column, |(base, rest)| if rest.contains(']') && rest.contains('.') { base } else { column })
}

/// The best of the sources that fit; `None` when none does. Sources without `requires` never fit.
///
/// # Errors
/// Two fit equally well.
pub(crate) fn best(mut fits: Vec<(Arc<Source>, Fit)>, path: &str) -> Result<Option<(Arc<Source>, Fit)>> {
    fits.retain(|(source, _)| !source.requires.is_empty());
    fits.sort_by(|(a, x), (b, y)| {
        (y.specificity.cmp(&x.specificity)).then(y.confidence.total_cmp(&x.confidence)).then(a.name.cmp(&b.name))
    });
    if let [(first, x), (second, y), ..] = fits.as_slice()
        && x.specificity == y.specificity
        && x.confidence - y.confidence < MARGIN
    {
        return Err(Error::failed(format!("could be {} or {}", first.name, second.name))
            .at(path)
            .evidence(format!("{}: {}", first.name, first.about))
            .evidence(format!("{}: {}", second.name, second.about))
            .hint(format!("pass --source {} or --source {}", first.name, second.name)));
    }
    Ok(fits.into_iter().next())
}

/// Headers as they are compared.
pub(crate) fn folded<S: AsRef<str>>(headers: &[S]) -> BTreeSet<String> {
    headers.iter().map(|header| fold(header.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::catalog;

    fn source(name: &str, more: &str) -> Arc<Source> {
        let text = format!(
            "name = \"{name}\"\nabout = \"x\"\nkind = \"review\"\nsystem = \"s\"\nshape = \"table\"\n{more}\n[fields]\nbody = \"Text\"\n"
        );
        Arc::new(catalog::parse(&text, name).unwrap())
    }

    fn chosen(sources: &[Arc<Source>], headers: &[&str]) -> Result<Option<String>> {
        let headers = folded(headers);
        let fits = sources.iter().filter_map(|s| Some((Arc::clone(s), fit(s, &headers)?))).collect();
        Ok(best(fits, "a.csv")?.map(|(source, _)| source.name.clone()))
    }

    #[test]
    fn the_more_specific_source_wins() {
        let sources = [source("a", "requires = [\"id\"]"), source("b", "requires = [\"ID\", \"Case_Number\"]")];
        assert_eq!(chosen(&sources, &["Id", "case number"]).unwrap().as_deref(), Some("b"));
        assert_eq!(chosen(&sources, &["Id"]).unwrap().as_deref(), Some("a"));
        assert_eq!(chosen(&sources, &["number"]).unwrap(), None);
    }

    #[test]
    fn forbidden_and_alternative_headers() {
        let sources = [source("a", "requires = [\"id\"]\nrequires_any = [\"x\", \"y\"]\nforbids = [\"z\"]")];
        assert_eq!(chosen(&sources, &["id", "y"]).unwrap().as_deref(), Some("a"));
        assert_eq!(chosen(&sources, &["id"]).unwrap(), None);
        assert_eq!(chosen(&sources, &["id", "x", "z"]).unwrap(), None);
    }

    #[test]
    fn two_equal_fits_are_an_error_that_names_both() {
        let sources = [source("a", "requires = [\"id\"]"), source("b", "requires = [\"text\"]")];
        let error = chosen(&sources, &["id", "text"]).unwrap_err().to_string();
        assert!(error.starts_with("error: a.csv: could be a or b"), "{error}");
        assert!(error.ends_with("hint: pass --source a or --source b"), "{error}");
    }

    #[test]
    fn confidence_is_the_share_found() {
        let source = source("a", "requires = [\"id\"]");
        assert_eq!(fit(&source, &folded(&["id"])).unwrap().confidence, 0.5);
        assert_eq!(fit(&source, &folded(&["id", "TEXT"])).unwrap().confidence, 1.0);
    }
}
