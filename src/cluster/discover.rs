//! Texts → Codebook: which problems recur, found by the words they share (methods.md §0, §1.5).
//!
//! Equal texts count once. Records are taken in the order of their `uid`, samples are drawn by its hash, sums run in a
//! fixed order: the codebook depends on the records alone, not on their order nor on threads.

use rayon::prelude::*;

use crate::cluster::Options;
use crate::cluster::alike;
use crate::cluster::codebook::Codebook;
use crate::cluster::corpus::{Corpus, Source, Terms};
use crate::cluster::intern::hash;
use crate::cluster::kmeans::kmeans;
use crate::cluster::lift::{Learned, codebook_of};
use crate::cluster::mixture::{ALPHA, ALPHA_HELD_OUT, Mixture, refine};
use crate::cluster::sparse::{Dense, Sparse};
use crate::cluster::tokens::has_word;
use crate::cluster::vectors::vectors;
use crate::enrich::Voiced;
use crate::error::{Error, Result};

/// Records learned from at most.
const RECORDS: usize = 200_000;
/// Texts grouped afresh at every restart; the rest are placed by what these teach.
const TEXTS: usize = 12_000;
/// Text × term cells read at every restart: fewer texts where they are long.
const CELLS: usize = 500_000;
/// Texts used to choose how many issues there are (methods.md §1.4: at most 5,000).
const CHOOSING: usize = 4_000;
const CHOOSING_CELLS: usize = 200_000;
/// How many issues there may be (methods.md §1.5), with two small ones for few texts.
const GRID: &[usize] = &[2, 3, 5, 8, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200];
/// Texts per issue at least (methods.md §1.5).
const PER_ISSUE: usize = 12;
/// With this many texts the small ends of the grid are left out.
const ENOUGH: usize = 60;
/// Fewer distinct texts show nothing that recurs.
const FEWEST: usize = 12;
const RESTARTS: u64 = 16;
/// Rounds of k-means at every restart; the mixture refines what it leaves.
const ITERATIONS: usize = 10;
/// Rounds of k-means where the number of issues is chosen: only one start, so it should settle.
const CHOOSING_ITERATIONS: usize = 20;
const SWEEPS: usize = 10;

/// Finds the issues in some of the records: `rows` are those it may learn from.
///
/// # Errors
/// Too few texts, or none that share words; a number of issues the texts cannot bear.
pub fn discover(voiced: &Voiced, rows: &[u32], options: &Options) -> Result<Codebook> {
    let (uids, texts, languages) = (voiced.texts_of("uid")?, voiced.text()?, voiced.texts_of("language")?);
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
    if n < FEWEST {
        return Err(too_few(n));
    }
    let mut ignore: Vec<String> = Vec::new();
    for word in options.ignore.iter().cloned().chain(brands(voiced, &learned)?) {
        if has_word(&word) && !ignore.contains(&word) {
            ignore.push(word);
        }
    }
    let terms = Terms::of(&corpus, &corpus.ignored(&ignore));
    if terms.is_empty() {
        return Err(too_few(n));
    }
    let lead: Vec<u64> = corpus.members.iter().map(|group| hash(learned[group[0]].0.as_bytes())).collect();
    let sample = draw(&terms.counts, &(0..n).collect::<Vec<_>>(), &lead, TEXTS, CELLS);
    let points = vectors(&corpus, &terms, &sample);
    let counts = terms.counts.pick(&sample);
    let groups = match options.issues {
        Some(k) if (2..=n / 3).contains(&k) => k,
        Some(k) => {
            return Err(Error::usage(format!("cannot find {k} issues in {n} different texts"))
                .hint(format!("ask for 2 to {}, or leave --issues out", n / 3)));
        }
        None => choose(&points, &counts, &sample.iter().map(|text| lead[*text]).collect::<Vec<_>>()),
    };
    let labels = group(&points, &counts, groups);
    let labels = if sample.len() == n {
        labels
    } else {
        let model = Mixture::fit(&counts, &labels, groups, ALPHA);
        refine(&terms.counts, model.classify(&terms.counts), groups, SWEEPS, ALPHA).0
    };
    let dates = voiced.frame().column("created_at")?.datetime()?.physical().clone();
    let first_seen = |text: usize| corpus.members[text].iter().filter_map(|i| dates.get(learned[*i].1 as usize)).min();
    let first_seen: Vec<Option<i64>> = (0..n).map(first_seen).collect();
    let labels = match options.issues {
        Some(_) => labels,
        None => alike::joined(&corpus, &terms, labels, groups),
    };
    let learned = Learned { corpus: &corpus, terms: &terms, labels: &labels, groups, first_seen: &first_seen };
    let codebook = Codebook { ignore, issues: codebook_of(&learned)?, ..Codebook::default() };
    if codebook.issues.is_empty() { Err(too_few(n)) } else { Ok(codebook) }
}

fn too_few(n: usize) -> Error {
    Error::failed(format!("too few texts to find issues ({n})")).hint("name a codebook or --issues-from category")
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

/// At most `texts` of `of`, drawn by hash, with at most about `cells` cells; in their old order.
fn draw(counts: &Sparse, of: &[usize], hashes: &[u64], texts: usize, cells: usize) -> Vec<usize> {
    let mut order = of.to_vec();
    order.sort_by_key(|text| (hashes[*text], *text));
    let mut used = 0;
    let mut drawn: Vec<usize> = order
        .into_iter()
        .take(texts)
        .take_while(|text| {
            used += counts.row(*text).count();
            used <= cells
        })
        .collect();
    drawn.sort_unstable();
    drawn
}

/// The best of many restarts by the likelihood of the mixture it leads to.
fn group(points: &Dense, counts: &Sparse, groups: usize) -> Vec<u32> {
    let restarts: Vec<(Vec<u32>, f64)> = (0..RESTARTS)
        .into_par_iter()
        .map(|restart| {
            let labels = kmeans(points, groups, restart, ITERATIONS);
            let (labels, model) = refine(counts, labels, groups, SWEEPS, ALPHA);
            let likelihood = model.log_likelihood(counts);
            (labels, likelihood)
        })
        .collect();
    let mut best = 0;
    for (i, (_, likelihood)) in restarts.iter().enumerate() {
        if *likelihood > restarts[best].1 {
            best = i;
        }
    }
    restarts.into_iter().nth(best).map(|(labels, _)| labels).unwrap_or_default()
}

/// How many issues explain unseen texts best: two halves, each judged by what the other teaches.
fn choose(points: &Dense, counts: &Sparse, hashes: &[u64]) -> usize {
    let chosen = draw(counts, &(0..counts.rows()).collect::<Vec<_>>(), hashes, CHOOSING, CHOOSING_CELLS);
    let n = chosen.len();
    // The halves alternate in the order of the hash, so that neither is older or from another feed.
    let mut by_hash = chosen.clone();
    by_hash.sort_by_key(|text| (hashes[*text], *text));
    let halves: [Vec<usize>; 2] = [0, 1].map(|half| by_hash.iter().copied().skip(half).step_by(2).collect());
    let halves: Vec<(Dense, Sparse)> = halves.iter().map(|half| (pick(points, half), counts.pick(half))).collect();
    let most = (n / PER_ISSUE).max(2);
    let fewest = if n < ENOUGH { 2 } else { 5 };
    let mut best = (0, f64::NEG_INFINITY);
    let mut worse = 0;
    for k in GRID.iter().copied().filter(|k| (fewest..=most).contains(k)) {
        let each: Vec<f64> = [(0, 1), (1, 0)]
            .into_par_iter()
            .map(|(learn, judge)| {
                let labels = kmeans(&halves[learn].0, k, 0, CHOOSING_ITERATIONS);
                let (_, model) = refine(&halves[learn].1, labels, k, 3, ALPHA_HELD_OUT);
                model.log_likelihood(&halves[judge].1)
            })
            .collect();
        let likelihood = each.iter().sum::<f64>() / 2.0;
        if likelihood > best.1 {
            best = (k, likelihood);
            worse = 0;
        } else {
            worse += 1;
        }
        if worse == 3 {
            break;
        }
    }
    best.0.max(2)
}

fn pick(points: &Dense, rows: &[usize]) -> Dense {
    Dense { width: points.width, values: rows.iter().flat_map(|row| points.row(*row)).copied().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::matching::match_records;
    use crate::enrich::plain::{Plain, records_of};
    use crate::enrich::{self, enrich};

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
        enrich(&records_of(&rows).unwrap(), &enrich::Options::default()).unwrap()
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
        // No record is given to a theme it is not of, but 16 match nothing: one issue's `min_score` comes out at 7. With
        // scores up to 4 only, and more rounds of k-means, more than 230 were right.
        assert_eq!(wrong, 0);
        assert!(right >= 224, "{right}");
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
            "error: too few texts to find issues (8)\nhint: name a codebook or --issues-from category"
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
