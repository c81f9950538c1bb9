//! Texts → Codebook: which problems recur, found by the words they share (methods.md §0, §1.5).
//!
//! Equal texts count once. Records are taken in the order of their `uid`, samples are drawn by its hash, sums run in a
//! fixed order: the codebook depends on the records alone, not on their order nor on threads.

use crate::cluster::Options;
use crate::cluster::alike;
use crate::cluster::codebook::Codebook;
use crate::cluster::corpus::{Corpus, Source, Terms};
use crate::cluster::grouping::groups;
use crate::cluster::intern::hash;
use crate::cluster::language::Languages;
use crate::cluster::lift::{Learned, codebook_of};
use crate::cluster::tokens::has_word;
use crate::enrich::Voiced;
use crate::error::{Error, Result};

/// Records learned from at most.
const RECORDS: usize = 200_000;
/// Fewer records show nothing that recurs, unless somebody asks for a number of issues.
const FEWEST_RECORDS: usize = 50;
/// Nor do fewer distinct texts.
const FEWEST: usize = 12;

/// What discovery found.
pub struct Discovery {
    /// The issues.
    pub codebook: Codebook,
    /// The rows learned from, in the order of their `uid`, each with the place of its group's issue in the codebook:
    /// the groups the issues were made of, before any keyword was matched. Null where the group made no issue, or the
    /// record holds no word.
    pub clusters: Vec<(u32, Option<usize>)>,
}

/// The codebook of [`learn`].
///
/// # Errors
/// Those of [`learn`].
pub fn discover(voiced: &Voiced, rows: &[u32], options: &Options) -> Result<Codebook> {
    Ok(learn(voiced, rows, options)?.codebook)
}

/// Finds the issues in some of the records: `rows` are those it may learn from.
///
/// # Errors
/// Too few texts, or none that share words; a number of issues the texts cannot bear.
pub fn learn(voiced: &Voiced, rows: &[u32], options: &Options) -> Result<Discovery> {
    let (uids, texts, languages) = (voiced.texts_of("uid")?, voiced.text()?, Languages::of(voiced)?);
    let mut learned: Vec<(&str, u32)> = rows
        .iter()
        .filter(|row| texts.get(**row as usize).is_some())
        .filter_map(|row| Some((uids.get(*row as usize)?, *row)))
        .collect();
    if learned.len() > RECORDS {
        learned.sort_by_cached_key(|(uid, _)| (hash(uid.as_bytes()), *uid));
        learned.truncate(RECORDS);
    }
    learned.sort_unstable();
    learned.dedup();
    let sources: Vec<Source<'_>> = learned
        .iter()
        .map(|(_, row)| Source {
            text: texts.get(*row as usize).unwrap_or_default(),
            language: languages.get(*row as usize),
        })
        .collect();
    let corpus = Corpus::read(&sources);
    let n = corpus.texts.len();
    let worded: usize = corpus.members.iter().map(Vec::len).sum();
    if options.issues.is_none() && worded < FEWEST_RECORDS {
        return Err(too_few(format!("too few records to find issues: {worded}; need {FEWEST_RECORDS}")));
    }
    let few = || too_few(format!("too few different texts to find issues: {n} in {worded} records; need {FEWEST}"));
    if n < FEWEST {
        return Err(few());
    }
    if let Some(k) = options.issues.filter(|k| !(2..=n / 3).contains(k)) {
        return Err(Error::usage(format!("cannot find {k} issues in {n} different texts"))
            .hint(format!("ask for 2 to {}, or leave --issues out", n / 3)));
    }
    let mut ignore: Vec<String> = Vec::new();
    for word in options.ignore.iter().cloned().chain(brands(voiced, &learned)?) {
        if has_word(&word) && !ignore.contains(&word) {
            ignore.push(word);
        }
    }
    let terms = Terms::of(&corpus, &corpus.ignored(&ignore));
    if terms.is_empty() {
        return Err(too_few("the texts share no words, so no issue recurs in them".to_owned()));
    }
    let lead: Vec<u64> = corpus.members.iter().map(|group| hash(learned[group[0]].0.as_bytes())).collect();
    let (labels, groups) = groups(&corpus, &terms, &lead, options.issues);
    let dates = voiced.frame().column("created_at")?.datetime()?.physical().clone();
    let first_seen = |text: usize| corpus.members[text].iter().filter_map(|i| dates.get(learned[*i].1 as usize)).min();
    let first_seen: Vec<Option<i64>> = (0..n).map(first_seen).collect();
    let labels = match options.issues {
        Some(_) => labels,
        None => alike::joined(&corpus, &terms, labels, groups),
    };
    let of = Learned { corpus: &corpus, terms: &terms, labels: &labels, groups, first_seen: &first_seen };
    let (issues, place) = codebook_of(&of)?;
    if issues.is_empty() {
        return Err(few());
    }
    let mut clusters: Vec<(u32, Option<usize>)> = learned.iter().map(|(_, row)| (*row, None)).collect();
    for (text, members) in corpus.members.iter().enumerate() {
        members.iter().for_each(|i| clusters[*i].1 = place[labels[text] as usize]);
    }
    Ok(Discovery { codebook: Codebook { ignore, issues, ..Codebook::default() }, clusters })
}

fn too_few(what: String) -> Error {
    Error::failed(what).hint("name a codebook or --issues-from category")
}

/// Brand names of one word: what a record is about, not what is wrong.
fn brands(voiced: &Voiced, learned: &[(&str, u32)]) -> Result<Vec<String>> {
    let column = voiced.texts_of("brand")?;
    let mut brands: Vec<String> = learned
        .iter()
        .filter_map(|(_, row)| column.get(*row as usize))
        .map(|name| name.trim().to_lowercase())
        .collect();
    brands.sort_unstable();
    brands.dedup();
    brands.retain(|name| !name.is_empty() && name.chars().all(char::is_alphanumeric));
    Ok(brands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::matching::match_records;
    use crate::enrich::enrich;
    use crate::enrich::plain::{Plain, records_of};

    const THEMES: [&[&str]; 3] = [
        &["flight delayed", "late flight", "hours waiting", "missed connection", "plane late", "delayed hours"],
        &["lost bag", "baggage claim", "luggage missing", "bag damaged", "suitcase lost", "missing bag"],
        &["refund denied", "charged twice", "credit card", "refund money", "billing error", "card charged"],
    ];

    /// Texts of three themes, each with two of its phrases and a word of its own.
    fn texts(n: usize) -> Vec<String> {
        (0..n)
            .map(|i| {
                let theme = THEMES[i % 3];
                format!("{} and {} word{}", theme[i / 3 % 6], theme[(i / 18 + i / 3 + 1) % 6], i % 97)
            })
            .collect()
    }

    fn voiced(texts: &[String], order: &[usize]) -> Voiced {
        let uids: Vec<String> = (0..texts.len()).map(|i| format!("u{i:04}")).collect();
        let rows: Vec<Plain<'_>> = order
            .iter()
            .map(|i| Plain { uid: &uids[*i], body: Some(&texts[*i]), created_at: Some(*i as i64), ..Plain::default() })
            .collect();
        enrich(&records_of(&rows).unwrap(), true).unwrap()
    }

    fn all(n: usize) -> Vec<u32> {
        (0..n as u32).collect()
    }

    #[test]
    fn finds_the_themes_and_their_records() {
        let texts = texts(240);
        let voiced = voiced(&texts, &(0..240).collect::<Vec<_>>());
        let options = Options { issues: Some(3), ..Options::default() };
        let book = discover(&voiced, &all(240), &options).unwrap();
        assert_eq!(book.issues.len(), 3);
        assert_eq!(Codebook::parse(&book.to_toml(), "x").unwrap(), book);
        let matches = match_records(&voiced, &book).unwrap();
        let (rows, ids) = (matches.rows().unwrap(), matches.issue_ids().unwrap());
        let (mut right, mut wrong) = (0, 0);
        for (i, primary) in matches.primary().unwrap().iter().enumerate() {
            let issue = book.issue(ids.get(i).unwrap()).unwrap();
            let row = rows.get(i).unwrap() as usize;
            let says = issue.keywords.iter().any(|k| THEMES[row % 3].contains(&k.text.as_str()));
            right += usize::from(primary == Some(true) && says);
            wrong += usize::from(!says);
        }
        // No record is given to a theme it is not of, and hardly one is missed.
        assert_eq!(wrong, 0);
        assert!(right >= 236, "{right}");
    }

    #[test]
    fn neither_order_nor_threads_matter() {
        let texts = texts(200);
        let straight: Vec<usize> = (0..200).collect();
        let shuffled: Vec<usize> = (0..200).map(|i| i * 77 % 200).rev().collect();
        let book_of = |order: &[usize], threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let voiced = voiced(&texts, order);
            pool.install(|| discover(&voiced, &all(200), &Options::default()).unwrap().to_toml())
        };
        let book = book_of(&straight, 1);
        assert_eq!(book, book_of(&shuffled, 1));
        assert_eq!(book, book_of(&straight, 4));
    }

    #[test]
    fn says_when_there_is_too_little() {
        let texts = texts(8);
        let error = discover(&voiced(&texts, &[0, 1, 2, 3, 4, 5, 6, 7]), &all(8), &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "error: too few records to find issues: 8; need 50\nhint: name a codebook or --issues-from category"
        );
    }

    #[test]
    fn ignored_words_are_no_keywords() {
        let texts = texts(120);
        let options = Options { ignore: vec!["Bags".into()], issues: Some(3), ..Options::default() };
        let book = discover(&voiced(&texts, &(0..120).collect::<Vec<_>>()), &all(120), &options).unwrap();
        assert_eq!(book.ignore, ["Bags"]);
        let bag = |text: &str| text.split(' ').any(|word| word == "bag" || word == "bags");
        assert!(!book.issues.iter().flat_map(|issue| &issue.keywords).any(|k| bag(&k.text)));
    }
}
