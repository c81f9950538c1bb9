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

    /// What discovery says of bodies that hold too little.
    fn refusal(bodies: &[&str]) -> String {
        let uids: Vec<String> = (0..bodies.len()).map(|i| format!("u{i:05}")).collect();
        let rows: Vec<Plain<'_>> =
            bodies.iter().zip(&uids).map(|(body, uid)| Plain { uid, body: Some(*body), ..Plain::default() }).collect();
        let voiced = enrich(&records_of(&rows).unwrap(), &enrich::Options::default()).unwrap();
        let error = discover(&voiced, &all(bodies.len()), &Options::default()).unwrap_err().to_string();
        error.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn is_honest_about_bad_input() {
        let too_few = |n: usize| format!("error: too few records to find issues: {n}; need 50");
        assert_eq!(refusal(&[]), too_few(0));
        assert_eq!(refusal(&["late flight"]), too_few(1));
        assert_eq!(refusal(&["late flight"; 10]), too_few(10));
        assert_eq!(refusal(&[""; 60]), too_few(0));
        assert_eq!(refusal(&["😀🎉", "👍👍👍", "🤷"].repeat(40)), too_few(0));
        assert_eq!(
            refusal(&["The same late flight, again"; 5000]),
            "error: too few different texts to find issues: 1 in 5000 records; need 12"
        );
        let unlike: Vec<String> = (0..60).map(|i| format!("{}{}", ["qa", "qb", "qc"][i % 3], i * 7919)).collect();
        let unlike: Vec<&str> = unlike.iter().map(String::as_str).collect();
        assert_eq!(refusal(&unlike), "error: the texts share no words, so no issue recurs in them");
    }

    #[test]
    fn right_to_left_and_a_giant_are_only_texts() {
        let arabic = ["الرحلة متأخرة جدا", "تأخرت الرحلة كثيرا", "حقيبتي مفقودة اليوم", "فقدت الحقيبة هناك"];
        let mut texts: Vec<String> = (0..80).map(|i| format!("{} كلمة{}", arabic[i % 4], i % 20)).collect();
        texts.push("late flight lost bag ".repeat(20_000));
        let order: Vec<usize> = (0..texts.len()).collect();
        let book = discover(&voiced(&texts, &order), &all(texts.len()), &Options::default()).unwrap();
        assert!(!book.issues.is_empty());
    }

    #[test]
    fn every_language_has_its_own_endings() {
        // Stem, plural and inflected forms of two themes in each language; only a stemmer of its own joins them.
        let forms = [
            ("es", ["vuelo retrasado", "vuelos retrasados", "maleta perdida", "maletas perdidas"]),
            ("de", ["verspäteter flug", "verspätete flüge", "verlorener koffer", "verlorene koffers"]),
            ("fr", ["vol retardé", "vols retardés", "valise perdue", "valises perdues"]),
            ("pt", ["voo atrasado", "voos atrasados", "mala perdida", "malas perdidas"]),
            ("it", ["volo ritardato", "voli ritardati", "valigia persa", "valigie perse"]),
            ("nl", ["vertraagde vlucht", "vertraagde vluchten", "verloren koffer", "verloren koffers"]),
            ("sw", ["ndege kuchelewa", "ndege kuchelewa", "mzigo kupotea", "mzigo kupotea"]),
        ];
        for (tag, forms) in forms {
            let texts: Vec<String> = (0..80).map(|i| format!("{} zu{} qo{}", forms[i % 4], i % 37, i % 41)).collect();
            let uids: Vec<String> = (0..80).map(|i| format!("u{i:03}")).collect();
            let rows: Vec<Plain<'_>> = texts
                .iter()
                .zip(&uids)
                .map(|(text, uid)| Plain { uid, body: Some(text), language: Some(tag), ..Plain::default() })
                .collect();
            let voiced = enrich(&records_of(&rows).unwrap(), &enrich::Options::default()).unwrap();
            let found = learn(&voiced, &all(80), &Options { issues: Some(2), ..Options::default() }).unwrap();
            let theme = |rest: usize| found.clusters.iter().filter(move |(row, _)| *row as usize % 4 / 2 == rest);
            for rest in 0..2 {
                let first = theme(rest).next().unwrap().1;
                let apart = theme(rest).filter(|(_, issue)| *issue != first).count();
                assert!(apart <= 2, "{tag}: {apart} of 40 apart");
            }
        }
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
