//! Voiced + Codebook → Matches: which records hold enough of which issue's keywords.
//!
//! A record matches an issue when the weights of that issue's keywords in it reach the issue's `min_score`; nothing
//! about other issues enters. Scores are sums of whole thousandths, so their order cannot change them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rayon::prelude::*;
use regex::{Regex, RegexBuilder};

use crate::cluster::codebook::Codebook;
use crate::cluster::intern::{Interner, NONE};
use crate::cluster::language::{self, LanguageId, Languages};
use crate::cluster::matches::{Match, Matches, PINNED, mark_primary, words};
use crate::cluster::tokens::{Cutter, NOT, Token, cut_keyword};
use crate::enrich::Voiced;
use crate::error::{Error, Result};

/// Records matched with one memory of words.
const CHUNK: usize = 4096;

/// One issue's standing with one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The issue.
    pub issue_id: String,
    /// Its score.
    pub score: f64,
    /// What it takes.
    pub min_score: f64,
    /// The keywords found, heaviest first.
    pub keywords: Vec<String>,
}

/// A codebook made ready; compile once, match many.
pub struct Matcher<'a> {
    codebook: &'a Codebook,
    /// The keywords cut for each language, when first needed.
    indexes: Vec<OnceLock<Index>>,
    /// Issues with a pattern.
    patterns: Vec<(usize, Regex)>,
}

/// What a stem leads to.
#[derive(Debug, Clone)]
struct Entry {
    issue: usize,
    /// The keyword's place in its issue; [`EXCLUDED`] for a word that rules the issue out.
    keyword: usize,
    /// Thousandths.
    weight: i64,
    /// The stems that must follow.
    follow: Vec<u32>,
    /// Whether negations between tokens matter: the keyword holds one.
    negated: bool,
}

const EXCLUDED: usize = usize::MAX;

/// The keywords of all issues in one language, by their first stem.
#[derive(Debug, Default)]
struct Index {
    stems: Interner,
    by_stem: Vec<Vec<Entry>>,
    /// Keywords that begin with a negation.
    by_not: Vec<Entry>,
}

/// Memory of one chunk of records.
struct Scratch {
    cutters: BTreeMap<LanguageId, Cutter>,
    tokens: Vec<Token>,
    plain: Vec<u32>,
    full: Vec<u32>,
    hits: Vec<(usize, usize, i64)>,
}

impl<'a> Matcher<'a> {
    /// Makes a codebook ready.
    ///
    /// # Errors
    /// A broken pattern (a codebook read from a file has none).
    pub fn compile(codebook: &'a Codebook) -> Result<Self> {
        let mut patterns = Vec::new();
        for (i, issue) in codebook.issues.iter().enumerate() {
            if let Some(pattern) = issue.pattern.as_ref().filter(|_| issue.status.matched()) {
                let compiled = RegexBuilder::new(pattern).case_insensitive(true).build();
                let broken = |_| Error::failed(format!("the pattern of issue \"{}\" is broken", issue.name));
                patterns.push((i, compiled.map_err(broken)?));
            }
        }
        Ok(Self { codebook, indexes: (0..language::COUNT).map(|_| OnceLock::new()).collect(), patterns })
    }

    /// All matches of all records, pins applied.
    ///
    /// # Errors
    /// An internal error when a contract is broken.
    pub fn match_records(&self, voiced: &Voiced) -> Result<Matches> {
        let (texts, languages, uids) = (voiced.text()?, Languages::of(voiced)?, voiced.texts_of("uid")?);
        let pins = self.pins();
        let starts: Vec<usize> = (0..voiced.len()).step_by(CHUNK).collect();
        let chunks: Vec<Vec<Match>> = starts
            .into_par_iter()
            .map(|start| {
                let mut scratch = Scratch::new();
                let mut found = Vec::new();
                for row in start..(start + CHUNK).min(voiced.len()) {
                    let pinned = uids.get(row).and_then(|uid| pins.get(uid));
                    let text = texts.get(row);
                    if text.is_none() && pinned.is_none() {
                        continue;
                    }
                    self.score(text.unwrap_or_default(), languages.get(row), &mut scratch);
                    let from = found.len();
                    self.take(row as u32, &scratch.hits, pinned.map(Vec::as_slice).unwrap_or_default(), &mut found);
                    mark_primary(&mut found[from..], self.codebook);
                }
                found
            })
            .collect();
        let all: Vec<Match> = chunks.into_iter().flatten().collect();
        Matches::build(&all, uids, self.codebook)
    }

    /// In how many records each keyword of each issue is found, whether they match or not; after the keywords one more
    /// number for the pattern. Issues that are not looked for have none found.
    ///
    /// # Errors
    /// An internal error when a contract is broken.
    pub fn held(&self, voiced: &Voiced) -> Result<Vec<Vec<u32>>> {
        let (texts, languages) = (voiced.text()?, voiced.texts_of("language")?);
        let none = || self.codebook.issues.iter().map(|issue| vec![0_u32; issue.keywords.len() + 1]).collect();
        let starts: Vec<usize> = (0..voiced.len()).step_by(CHUNK).collect();
        let chunks: Vec<Vec<Vec<u32>>> = starts
            .into_par_iter()
            .map(|start| {
                let (mut scratch, mut held): (Scratch, Vec<Vec<u32>>) = (Scratch::new(), none());
                for row in start..(start + CHUNK).min(voiced.len()) {
                    let Some(text) = texts.get(row) else { continue };
                    self.score(text, languages.get(row), &mut scratch);
                    for hit in scratch.hits.iter().filter(|hit| hit.1 != EXCLUDED) {
                        held[hit.0][hit.1] += 1;
                    }
                }
                held
            })
            .collect();
        let mut held: Vec<Vec<u32>> = none();
        for chunk in chunks {
            for (sums, counts) in held.iter_mut().zip(chunk) {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        Ok(held)
    }

    /// How near a text is to every issue it shares a keyword with, the nearest first.
    pub fn explain(&self, text: &str, language: Option<&str>) -> Vec<Standing> {
        let mut scratch = Scratch::new();
        self.score(text, language, &mut scratch);
        let mut standings: Vec<Standing> = scratch
            .hits
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|hits| hits.iter().all(|hit| hit.1 != EXCLUDED))
            .map(|hits| {
                let issue = &self.codebook.issues[hits[0].0];
                let score = sum(hits);
                let keywords = words(&places(hits), issue).map(str::to_owned).collect();
                Standing { issue_id: issue.id.clone(), score, min_score: issue.min_score, keywords }
            })
            .collect();
        standings.sort_by(|a, b| (b.score / b.min_score).total_cmp(&(a.score / a.min_score)));
        standings
    }

    /// Puts what the text holds into `scratch.hits`: (issue, keyword, weight), each once, in that order.
    fn score(&self, text: &str, tag: Option<&str>, scratch: &mut Scratch) {
        let id = language::language(tag);
        let index = self.indexes[id].get_or_init(|| self.index(id));
        let Scratch { cutters, tokens, plain, full, hits } = scratch;
        tokens.clear();
        hits.clear();
        let cutter = cutters.entry(id).or_insert_with(|| Cutter::new(id));
        cutter.cut(text, &mut |stem| index.stems.find(stem), tokens);
        plain.clear();
        plain.extend(tokens.iter().map(|token| token.stem).filter(|stem| *stem != NOT));
        full.clear();
        full.extend(tokens.iter().map(|token| token.stem));
        let mut take = |entries: &[Entry], after: &[u32], negated: bool| {
            for entry in entries.iter().filter(|entry| entry.negated == negated) {
                if after.starts_with(&entry.follow) {
                    hits.push((entry.issue, entry.keyword, entry.weight));
                }
            }
        };
        for (i, stem) in plain.iter().enumerate().filter(|(_, stem)| **stem != NONE) {
            take(&index.by_stem[*stem as usize], &plain[i + 1..], false);
        }
        if plain.len() < full.len() {
            for (i, stem) in full.iter().enumerate().filter(|(_, stem)| **stem != NONE) {
                let entries = if *stem == NOT { &index.by_not } else { &index.by_stem[*stem as usize] };
                take(entries, &full[i + 1..], true);
            }
        }
        for (issue, pattern) in &self.patterns {
            if pattern.is_match(text) {
                let issue_of = &self.codebook.issues[*issue];
                hits.push((*issue, issue_of.keywords.len(), thousandths(issue_of.min_score)));
            }
        }
        hits.sort_unstable();
        hits.dedup();
    }

    /// Appends the matches of one record.
    fn take(&self, row: u32, hits: &[(usize, usize, i64)], pinned: &[(usize, bool)], found: &mut Vec<Match>) {
        let from = found.len();
        let not = |issue: usize| pinned.contains(&(issue, false));
        for hits in hits.chunk_by(|a, b| a.0 == b.0) {
            let issue = hits[0].0;
            let excluded = hits.iter().any(|hit| hit.1 == EXCLUDED);
            let own: i64 = hits.iter().map(|hit| hit.2).sum();
            let enough = own >= thousandths(self.codebook.issues[issue].min_score);
            if enough && !excluded && !not(issue) {
                found.push(Match { row, issue, score: sum(hits), keywords: places(hits), primary: false });
            }
        }
        for (issue, is) in pinned {
            if *is && !found[from..].iter().any(|m| m.issue == *issue) {
                let own: Vec<_> = hits.iter().copied().filter(|hit| hit.0 == *issue).collect();
                let keywords = Box::new([PINNED]);
                found.push(Match { row, issue: *issue, score: sum(&own), keywords, primary: false });
            }
        }
        found[from..].sort_by_key(|m| m.issue);
    }

    /// Record → the issues it is (true) and is not (false). A later pin wins.
    fn pins(&self) -> BTreeMap<&str, Vec<(usize, bool)>> {
        let mut pins: BTreeMap<&str, Vec<(usize, bool)>> = BTreeMap::new();
        for pin in &self.codebook.pins {
            for (id, is) in [(&pin.issue, true), (&pin.not, false)] {
                let place = self.codebook.issues.iter().position(|issue| Some(&issue.id) == id.as_ref());
                if let Some(issue) = place.filter(|issue| self.codebook.issues[*issue].status.matched()) {
                    let of = pins.entry(&pin.uid).or_default();
                    of.retain(|(other, _)| *other != issue);
                    of.push((issue, is));
                }
            }
        }
        pins
    }

    /// Cuts every keyword for a language. Of keywords cut alike in one issue the heaviest stands.
    fn index(&self, language: LanguageId) -> Index {
        let mut index = Index::default();
        for (i, issue) in self.codebook.issues.iter().enumerate().filter(|(_, issue)| issue.status.matched()) {
            let words = issue.keywords.iter().enumerate().map(|(k, word)| (k, word.text.as_str(), word.weight));
            let excluded = issue.exclude.iter().map(|text| (EXCLUDED, text.as_str(), 0.0));
            let mut known: Vec<Vec<u32>> = Vec::new();
            for (keyword, text, weight) in words.chain(excluded) {
                let stems = cut_keyword(text, language, &mut |stem| index.stems.add(stem));
                index.by_stem.resize(index.stems.len(), Vec::new());
                if keyword != EXCLUDED {
                    if known.contains(&stems) {
                        continue;
                    }
                    known.push(stems.clone());
                }
                // "not" alone says nothing.
                if let Some((first, follow)) = stems.split_first()
                    && stems.iter().any(|stem| *stem != NOT)
                {
                    let negated = stems.contains(&NOT);
                    let weight = thousandths(weight);
                    let entry = Entry { issue: i, keyword, weight, follow: follow.to_vec(), negated };
                    if *first == NOT { index.by_not.push(entry) } else { index.by_stem[*first as usize].push(entry) }
                }
            }
        }
        index
    }
}

impl Scratch {
    fn new() -> Self {
        Self { cutters: BTreeMap::new(), tokens: Vec::new(), plain: Vec::new(), full: Vec::new(), hits: Vec::new() }
    }
}

/// The places of the keywords hit, heaviest first.
fn places(hits: &[(usize, usize, i64)]) -> Box<[u32]> {
    let mut places: Vec<(std::cmp::Reverse<i64>, u32)> =
        hits.iter().map(|hit| (std::cmp::Reverse(hit.2), hit.1 as u32)).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

fn thousandths(weight: f64) -> i64 {
    (weight * 1000.0).round() as i64
}

fn sum(hits: &[(usize, usize, i64)]) -> f64 {
    hits.iter().map(|hit| hit.2).sum::<i64>() as f64 / 1000.0
}

/// All matches of all records against a codebook, pins applied.
///
/// # Errors
/// A broken pattern.
pub fn match_records(voiced: &Voiced, codebook: &Codebook) -> Result<Matches> {
    Matcher::compile(codebook)?.match_records(voiced)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::enrich::plain::{Plain, records_of};
    use crate::enrich::{self, enrich};

    const BOOK: &str = r#"
[[issue]]
id = "i-late"
name = "Late flights"
keywords = { "late flight" = 2.0, delayed = 0.7, hours = 0.4 }
exclude = ["thank you"]

[[issue]]
id = "i-bag"
name = "Lost bags"
keywords = ["lost bag", "never arrived"]

[[issue]]
id = "i-new"
name = "New"
status = "candidate"
keywords = { flight = 9.0 }

[[issue]]
id = "i-old"
name = "Old"
status = "retired"
keywords = ["flight"]

[[issue]]
id = "i-code"
name = "Error codes"
pattern = '\berr-\d+'
"#;

    fn voiced(texts: &[&str]) -> Voiced {
        let uids: Vec<String> = (0..texts.len()).map(|i| format!("u{i:03}")).collect();
        let rows: Vec<Plain<'_>> =
            texts.iter().zip(&uids).map(|(text, uid)| Plain { uid, body: Some(text), ..Plain::default() }).collect();
        enrich(&records_of(&rows).unwrap(), &enrich::Options::default()).unwrap()
    }

    /// "row issue score keywords", a star for the primary.
    fn found(texts: &[&str], book: &Codebook) -> Vec<String> {
        let matches = match_records(&voiced(texts), book).unwrap();
        let all = matches.matches(book).unwrap();
        (0..matches.len())
            .map(|i| {
                format!(
                    "{} {}{} {} {}",
                    matches.rows().unwrap().get(i).unwrap(),
                    matches.issue_ids().unwrap().get(i).unwrap(),
                    if matches.primary().unwrap().get(i).unwrap() { "*" } else { "" },
                    matches.scores().unwrap().get(i).unwrap(),
                    all[i].words(book).collect::<Vec<_>>().join("+")
                )
            })
            .collect()
    }

    #[test]
    fn matches_whole_tokens_and_phrases() {
        let book = Codebook::parse(BOOK, "x").unwrap();
        let texts = [
            "LATE the flights again, 3 hours!",
            "delays",
            "delayed for hours",
            "late, thank you, late flight",
            "my bag was lost",
            "they lost my bags; flight ok",
            "it didn't arrive",
            "arrived",
            "see ERR-42",
        ];
        assert_eq!(
            found(&texts, &book),
            [
                "0 i-late* 2.4 late flight+hours",
                "0 i-new 9 flight",
                "2 i-late* 1.1 delayed+hours",
                "3 i-late* 2 late flight",
                "3 i-new 9 flight",
                "5 i-bag* 1 lost bag",
                "5 i-new 9 flight",
                "6 i-bag* 1 never arrived",
                "8 i-code* 1 \\berr-\\d+",
            ]
        );
    }

    #[test]
    fn an_excluded_word_rules_it_out() {
        let book = Codebook::parse(&BOOK.replace("thank you", "refunded"), "x").unwrap();
        assert_eq!(found(&["late flight refunded"], &book), ["0 i-new 9 flight"]);
    }

    #[test]
    fn a_pin_is_final() {
        let pins = "\n[[pin]]\nuid='u000'\nnot='i-late'\n[[pin]]\nuid='u001'\nissue='i-late'\n[[pin]]\nuid='u001'\nnot='i-bag'\n";
        let book = Codebook::parse(&format!("{BOOK}{pins}"), "x").unwrap();
        assert_eq!(found(&["late flight", "lost bag, delayed"], &book), ["0 i-new 9 flight", "1 i-late* 0.7 pinned"]);
    }

    #[test]
    fn explains_the_near_miss() {
        let book = Codebook::parse(BOOK, "x").unwrap();
        let near = Matcher::compile(&book).unwrap().explain("delayed, lost bag", None);
        assert_eq!(near[0].issue_id, "i-bag");
        assert_eq!((near[1].issue_id.as_str(), near[1].score, near[1].min_score), ("i-late", 0.7, 1.0));
        assert_eq!(near[1].keywords, ["delayed"]);
    }

    #[test]
    fn cohesion_counts_the_three_that_matter() {
        let book = Codebook::parse("[[issue]]\nid='a'\nname='a'\nkeywords=['aa','bb','cc','dd']", "x").unwrap();
        let matches = match_records(&voiced(&["aa", "aa bb", "bb", "cc", "cc", "dd"]), &book).unwrap();
        assert!((matches.cohesion(&book).unwrap()["a"] - 5.0 / 6.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn editing_one_issue_moves_no_other(
            texts in proptest::collection::vec("(late|bag|lost|hour|delay|flight| ){1,8}", 1..20),
            word in "(late|bag|lost|hour)",
            weight in 1_u32..5000,
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let book = Codebook::parse(BOOK, "x").unwrap();
            let mut edited = book.clone();
            edited.issues[0].keywords.push(crate::cluster::codebook::Keyword { text: word, weight: f64::from(weight) / 1000.0 });
            let others = |book: &Codebook| -> Vec<String> {
                let found = found(&texts, book).into_iter().map(|line| line.replace('*', ""));
                found.filter(|line| !line.contains("i-late")).collect()
            };
            prop_assert_eq!(others(&book), others(&edited));
        }
    }
}
