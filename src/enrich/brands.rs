//! Whose records are whose: names, handles and products assign records to brands.

use std::collections::BTreeMap;

use polars::prelude::{IntoColumn, NewChunkedArray, StringChunked};
use rayon::prelude::*;
use regex::Regex;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::normalise::records::Records;

/// What speaks for a brand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Names, besides the table's own.
    #[serde(default)]
    pub names: Vec<String>,
    /// Handles, with or without `@`.
    #[serde(default)]
    pub handles: Vec<String>,
    /// Products.
    #[serde(default)]
    pub products: Vec<String>,
}

/// How strongly a term speaks: whom one addresses, before whom one names, before what one uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Handle,
    Name,
    Product,
}

/// The brands, compiled.
#[derive(Debug, Clone)]
pub struct Brands {
    names: Vec<String>,
    /// Lower-case term → brand and tier.
    terms: BTreeMap<String, (usize, Tier)>,
    pattern: Regex,
}

impl Brands {
    /// Compiles the table `[brands]`; nothing for an empty one.
    ///
    /// # Errors
    /// A term that two brands claim, or an empty one.
    pub fn compile(table: &BTreeMap<String, Terms>) -> Result<Option<Self>> {
        if table.is_empty() {
            return Ok(None);
        }
        let names: Vec<String> = table.keys().cloned().collect();
        let mut terms: BTreeMap<String, (usize, Tier)> = BTreeMap::new();
        for (brand, (name, own)) in table.iter().enumerate() {
            let named = std::iter::once(name).chain(&own.names).map(|t| (folded(t), Tier::Name));
            let handles = own.handles.iter().map(|h| (format!("@{}", folded(h).trim_start_matches('@')), Tier::Handle));
            let products = own.products.iter().map(|t| (folded(t), Tier::Product));
            for (term, tier) in handles.chain(named).chain(products) {
                if term.trim_start_matches('@').is_empty() {
                    return Err(Error::failed(format!("[brands] {name}: a term is empty")));
                }
                if let Some((other, _)) = terms.get(&term).filter(|(other, _)| *other != brand) {
                    return Err(Error::failed(format!(
                        "[brands]: {term:?} is claimed by {} and {name}",
                        names[*other]
                    ))
                    .hint("a term can speak for one brand only"));
                }
                terms.entry(term).or_insert((brand, tier));
            }
        }
        // The longest first, so that "acme air" is not read as "acme".
        let mut longest: Vec<&String> = terms.keys().collect();
        longest.sort_by_key(|term| (std::cmp::Reverse(term.len()), *term));
        let alternatives: Vec<String> = longest
            .iter()
            .map(|term| {
                let words: Vec<String> = term.split(' ').map(regex::escape).collect();
                let term = words.join(r"\s+");
                // A word's edge where the term has one; "C&A" and "Yahoo!" end without.
                let edge = |c: Option<char>| if c.is_some_and(char::is_alphanumeric) { r"\b" } else { "" };
                format!("{}{term}{}", edge(words[0].chars().next()), edge(words.last().and_then(|w| w.chars().last())))
            })
            .collect();
        let pattern = Regex::new(&format!("(?i)(?:{})", alternatives.join("|")))
            .map_err(|_| Error::failed("[brands]: the terms are too many or too long"))?;
        Ok(Some(Self { names, terms, pattern }))
    }

    /// The brands' names, ascending.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The brand that a text is about: a handle speaks before a name, a name before a product; then the one most often
    /// mentioned, then the first mentioned.
    pub fn of_text(&self, text: &str) -> Option<&str> {
        let mut found: BTreeMap<usize, (Tier, usize, usize)> = BTreeMap::new();
        for mention in self.pattern.find_iter(text) {
            let Some((brand, tier)) = self.terms.get(&folded(mention.as_str())) else { continue };
            let entry = found.entry(*brand).or_insert((*tier, 0, mention.start()));
            entry.0 = entry.0.min(*tier);
            entry.1 += 1;
        }
        let best = found.into_iter().min_by_key(|(_, (tier, count, first))| (*tier, std::cmp::Reverse(*count), *first));
        best.map(|(brand, _)| self.names[brand].as_str())
    }

    /// The records with `brand` set: what the dump says, by the name of its table here; else what the text is about;
    /// else what the product is; else what the dump says as it is.
    ///
    /// # Errors
    /// An internal error when a contract is broken.
    pub fn assign(&self, records: &Records) -> Result<Records> {
        let (brands, products) = (records.text("brand")?, records.text("product")?);
        let (titles, bodies) = (records.text("title")?, records.text("body")?);
        let known = |value: &str| {
            let value = folded(value);
            let term = self.terms.get(&value).or_else(|| self.terms.get(&format!("@{value}")));
            term.map(|(brand, _)| self.names[*brand].as_str())
        };
        let assigned: Vec<Option<&str>> = (0..records.len())
            .into_par_iter()
            .with_min_len(512)
            .map(|row| {
                let text = || {
                    let text = [titles.get(row), bodies.get(row)].map(Option::unwrap_or_default).join("\n");
                    self.of_text(&text)
                };
                let told = brands.get(row);
                told.and_then(known).or_else(text).or_else(|| products.get(row).and_then(known)).or(told)
            })
            .collect();
        let mut frame = records.frame().clone();
        frame.with_column(
            StringChunked::from_iter_options("brand".into(), assigned.into_iter().map(|b| b.map(str::to_owned)))
                .into_column(),
        )?;
        Records::new(frame, records.headers().clone())
    }
}

fn folded(term: &str) -> String {
    term.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::testing::records;

    fn brands() -> Brands {
        let terms = |names: &[&str], handles: &[&str], products: &[&str]| Terms {
            names: names.iter().map(|t| (*t).to_owned()).collect(),
            handles: handles.iter().map(|t| (*t).to_owned()).collect(),
            products: products.iter().map(|t| (*t).to_owned()).collect(),
        };
        let table = BTreeMap::from([
            ("Acme".to_owned(), terms(&["acme air"], &["@AcmeHelp"], &["Rocket Skates"])),
            ("C&A".to_owned(), terms(&[], &["cna"], &[])),
        ]);
        Brands::compile(&table).unwrap().unwrap()
    }

    #[test]
    fn handles_speak_before_names_before_products() {
        let brands = brands();
        assert_eq!(brands.of_text("acme acme acme, says @cna"), Some("C&A"));
        assert_eq!(brands.of_text("My rocket  skates from C&A"), Some("C&A"));
        assert_eq!(brands.of_text("My ROCKET\nskates broke"), Some("Acme"));
        assert_eq!(brands.of_text("C&A or Acme? Acme!"), Some("Acme"));
        assert_eq!(brands.of_text("acmetropolis"), None);
    }

    #[test]
    fn the_dump_speaks_first_by_the_tables_name() {
        let rows: [&[(&str, &str)]; 4] = [
            &[("brand", "ACME AIR"), ("body", "@cna")],
            &[("brand", "Other"), ("title", "about @acmehelp")],
            &[("brand", "Other"), ("body", "nothing")],
            &[("product", "rocket skates")],
        ];
        let assigned = brands().assign(&records(&rows)).unwrap();
        let found: Vec<Option<&str>> = assigned.text("brand").unwrap().iter().collect();
        assert_eq!(found, [Some("Acme"), Some("Acme"), Some("Other"), Some("Acme")]);
    }

    #[test]
    fn one_term_speaks_for_one_brand() {
        let terms = Terms { names: vec!["x".into()], ..Terms::default() };
        let table = BTreeMap::from([("A".to_owned(), terms.clone()), ("B".to_owned(), terms)]);
        assert!(Brands::compile(&table).unwrap_err().to_string().contains("claimed by A and B"));
        assert!(Brands::compile(&BTreeMap::new()).unwrap().is_none());
    }
}
