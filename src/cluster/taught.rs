//! Records that somebody grouped → the issues that tell the groups from everything else.

use crate::cluster::codebook::Issue;
use crate::cluster::corpus::{Corpus, Source, Terms};
use crate::cluster::lift::{Learned, codebook_of};
use crate::enrich::Voiced;
use crate::error::Result;

/// Learns one issue per group: keywords, weights and `min_score` as discovery learns them, told from all other records of
/// `rows`. `group_of` gives the group of each row; null for those of none. Groups whose texts share no word of their own
/// teach nothing: null. Ids and names are those of the words alone; the caller knows which are taken.
///
/// # Errors
/// An internal error when a contract is broken.
pub fn taught(
    voiced: &Voiced,
    rows: &[u32],
    group_of: &[Option<u32>],
    groups: usize,
    ignore: &[String],
) -> Result<Vec<Option<Issue>>> {
    let (uids, texts, languages) = (voiced.texts_of("uid")?, voiced.text()?, voiced.texts_of("language")?);
    let mut order: Vec<(&str, u32, Option<u32>)> = rows
        .iter()
        .zip(group_of)
        .filter(|(row, _)| texts.get(**row as usize).is_some())
        .filter_map(|(row, group)| Some((uids.get(*row as usize)?, *row, *group)))
        .collect();
    order.sort_unstable();
    let sources: Vec<Source<'_>> = order
        .iter()
        .map(|(_, row, _)| Source {
            text: texts.get(*row as usize).unwrap_or_default(),
            language: languages.get(*row as usize),
        })
        .collect();
    let corpus = Corpus::read(&sources);
    let terms = Terms::of(&corpus, &corpus.ignored(ignore));
    let rest = groups as u32;
    // Equal texts are one: it is of the first group that any of its copies is of.
    let label = |members: &Vec<usize>| members.iter().filter_map(|i| order[*i].2).min().unwrap_or(rest);
    let labels: Vec<u32> = corpus.members.iter().map(label).collect();
    let dates = voiced.frame().column("created_at")?.datetime()?.physical().clone();
    let first_seen: Vec<Option<i64>> = corpus
        .members
        .iter()
        .map(|members| members.iter().filter_map(|i| dates.get(order[*i].1 as usize)).min())
        .collect();
    let learned =
        Learned { corpus: &corpus, terms: &terms, labels: &labels, groups: groups + 1, first_seen: &first_seen };
    let (issues, places) = codebook_of(&learned)?;
    Ok(places.iter().take(groups).map(|place| place.map(|place| issues[place].clone())).collect())
}
