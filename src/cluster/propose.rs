//! What comes up that no issue stands for yet → candidates: words said far more often now than in the weeks before.
//!
//! The rising-term test of methods.md §1.6: of the x1 + x2 voices that say a word in the periods before and now, the
//! share now is binomial with the share of all voices, n2 ÷ (n1 + n2), if nothing changed (Przyborowski and Wilenski
//! 1940, the conditional test of two Poisson means; volume drops out). Benjamini and Hochberg's q holds false finds to
//! 5 %; words said by the same records are one candidate.
//!
//! A voice is one author in one period, or one text where no author is named: copies and repeats are no evidence. A word
//! must also rise within the issues that exist (see `within`), or it only tells that one of them has grown.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cluster::codebook::{Codebook, Issue, Status, new_id};
use crate::cluster::corpus::{Corpus, Source, Terms};
use crate::cluster::intern::{Interner, NONE};
use crate::cluster::language::ENGLISH;
use crate::cluster::matches::Matches;
use crate::cluster::rising::{PHI, Voice, dispersion, tail, within};
use crate::cluster::taught::taught;
use crate::cluster::tokens::cut_keyword;
use crate::enrich::Voiced;
use crate::error::Result;
use crate::stats::fdr::benjamini_hochberg;

/// Periods before that a period is compared with (methods.md §1.6).
pub const BASELINE: u8 = 8;
/// Fewer periods before say too little.
pub const LEAST: u8 = 4;
/// Voices that must say a word now (methods.md §1.6).
const FEWEST: usize = 3;
/// False discoveries allowed among the words found (methods.md §1.6).
const Q: f64 = 0.05;
/// Part of the records that say a word that must say the candidate's clearest word too, for the word to be one of its own
/// (methods.md §1.6).
const SHARED: f64 = 0.5;
/// Part of a candidate's words, by weight, that a known issue already has: then it is that issue, not a new one.
const KNOWN: f64 = 0.5;
/// Keywords of a candidate: few, for a person is to judge them.
const KEYWORDS: usize = 12;

/// A word that rises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rise {
    /// As most often written.
    pub term: String,
    /// Voices that say it now.
    pub now: i64,
    /// Voices that said it in the periods before, all together.
    pub before: i64,
    /// Voices expected now.
    pub expected: f64,
    /// Chance of so many or more.
    pub p: f64,
    /// The false discovery rate at which it is found.
    pub q: f64,
}

/// A candidate and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The issue, with status candidate, an id and a name that the codebook does not use.
    pub issue: Issue,
    /// The words that rose, the clearest first.
    pub rises: Vec<Rise>,
    /// The rows of the records now that say them.
    pub rows: Vec<u32>,
    /// The issue that counts and that most of those records match, with how many do; null when they match none.
    pub inside: Option<(String, i64)>,
}

/// When and by whom each record was written.
#[derive(Debug, Clone, Copy)]
pub struct When<'a> {
    /// Periods back of each row: 0 is the one looked at, 1 the one before it; null for records that are not compared.
    pub back: &'a [Option<u8>],
    /// A number per author; null when the record names none.
    pub author: &'a [Option<i64>],
}

/// New issues among the records of the period looked at, the clearest first. `matches` are those of the codebook.
///
/// # Errors
/// An internal error when a contract is broken.
pub fn propose(voiced: &Voiced, when: &When<'_>, matches: &Matches, codebook: &Codebook) -> Result<Vec<Proposal>> {
    let said = Said::read(voiced, when, matches, codebook)?;
    let groups = said.found();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    // A record that says the words of two groups teaches the one whose clearest word it says, else the clearer one: an
    // old word that rises along is said by the records of both.
    let mut group_of: Vec<Option<u32>> = vec![None; said.rows.len()];
    let any = groups.iter().enumerate().rev().map(|(number, group)| (number, &group.texts));
    let clearest = groups.iter().enumerate().rev().filter_map(|(n, group)| Some((n, &group.terms.first()?.texts)));
    for (number, texts) in any.chain(clearest) {
        for at in said.sources_now(texts) {
            group_of[at] = Some(number as u32);
        }
    }
    let issues = taught(voiced, &said.rows, &group_of, groups.len(), &codebook.ignore)?;
    let mut proposals: Vec<Proposal> = Vec::new();
    for (group, issue) in groups.iter().zip(issues) {
        let rises: Vec<Rise> = group.terms.iter().map(|term| said.rise(term)).collect();
        let Some(mut issue) = issue.map(|issue| sharpened(issue, &rises)) else { continue };
        if codebook.issues.iter().chain(proposals.iter().map(|p| &p.issue)).any(|known| holds(known, &issue) >= KNOWN) {
            continue;
        }
        let taken = |id: &str| codebook.issue(id).is_some() || proposals.iter().any(|other| other.issue.id == id);
        issue.id = new_id(&issue.id, taken);
        let known = codebook.issues.iter().chain(proposals.iter().map(|p| &p.issue));
        if known.into_iter().any(|other| other.name.eq_ignore_ascii_case(&issue.name)) {
            issue.name = format!("{} ({})", issue.name, issue.id);
        }
        issue.status = Status::Candidate;
        let mut rows: Vec<u32> = said.sources_now(&group.texts).into_iter().map(|at| said.rows[at]).collect();
        rows.sort_unstable();
        proposals.push(Proposal { inside: said.inside(&group.texts, codebook), issue, rises, rows });
    }
    Ok(proposals)
}

/// The learned issue with the words that rose and the best of the others, up to [`KEYWORDS`].
fn sharpened(mut issue: Issue, rises: &[Rise]) -> Issue {
    let mut names = Interner::default();
    let rose: Vec<Vec<u32>> = rises.iter().map(|r| cut_keyword(&r.term, ENGLISH, &mut |s| names.add(s))).collect();
    issue.keywords.sort_by_cached_key(|k| !rose.contains(&cut_keyword(&k.text, ENGLISH, &mut |s| names.add(s))));
    issue.keywords.truncate(KEYWORDS);
    issue.keywords.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.text.cmp(&b.text)));
    issue
}

/// The part of an issue's words, by weight, that a known issue's words make up.
fn holds(known: &Issue, issue: &Issue) -> f64 {
    let mut names = Interner::default();
    let mut cut = |text: &str| cut_keyword(text, ENGLISH, &mut |stem| names.add(stem));
    let has: Vec<Vec<u32>> = known.keywords.iter().map(|k| cut(&k.text)).filter(|stems| !stems.is_empty()).collect();
    let mut made = |text: &str| {
        let stems = cut(text);
        let mut covered = vec![false; stems.len()];
        for own in &has {
            for at in 0..stems.len().saturating_sub(own.len() - 1) {
                if stems[at..at + own.len()] == own[..] {
                    covered[at..at + own.len()].fill(true);
                }
            }
        }
        covered.iter().all(|c| *c)
    };
    let all: f64 = issue.keywords.iter().map(|k| k.weight).sum();
    let shared: f64 = issue.keywords.iter().filter(|k| made(&k.text)).map(|k| k.weight).sum();
    if all > 0.0 { shared / all } else { 1.0 }
}

/// Words that rise in the same records.
#[derive(Default)]
struct Group {
    terms: Vec<Tested>,
    /// Distinct texts of now that say any of them, sorted.
    texts: Vec<u32>,
}

impl Group {
    /// Whether a word is said by the same texts as the clearest one; that one always is.
    fn takes(&self, term: &Tested) -> bool {
        let Some(first) = self.terms.first() else { return true };
        let both = term.texts.iter().filter(|text| first.texts.binary_search(text).is_ok()).count();
        both as f64 >= SHARED * term.texts.len() as f64
    }

    fn add(&mut self, term: Tested) {
        self.texts.extend(&term.texts);
        self.texts.sort_unstable();
        self.texts.dedup();
        self.terms.push(term);
    }
}

/// A word that was tested.
struct Tested {
    term: usize,
    now: usize,
    before: usize,
    expected: f64,
    p: f64,
    q: f64,
    /// Who says it: (periods back, voice, stratum).
    voices: Vec<Voice>,
    /// Distinct texts of now that say it; filled when needed.
    texts: Vec<u32>,
}

/// A distinct text in one period.
#[derive(Clone, Copy)]
struct Spoken {
    text: u32,
    back: u8,
    voice: i64,
    /// The primary issue's place; codebook's length for none.
    stratum: u32,
}

/// What was said in the periods compared.
struct Said {
    rows: Vec<u32>,
    corpus: Corpus,
    terms: Terms,
    /// Each text once per period.
    spoken: Vec<Spoken>,
    /// Periods back of each source.
    back: Vec<u8>,
    /// Voices per periods back.
    voices: [usize; BASELINE as usize + 1],
    strata: usize,
}

impl Said {
    fn read(voiced: &Voiced, when: &When<'_>, matches: &Matches, codebook: &Codebook) -> Result<Self> {
        let (uids, texts, languages) = (voiced.texts_of("uid")?, voiced.text()?, voiced.texts_of("language")?);
        let mut order: Vec<(&str, u32, u8)> = (0..voiced.len())
            .filter_map(|row| {
                let back = when.back[row].filter(|back| *back <= BASELINE)?;
                texts.get(row)?;
                Some((uids.get(row)?, row as u32, back))
            })
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
        let terms = Terms::of(&corpus, &corpus.ignored(&codebook.ignore));
        let none = codebook.issues.len() as u32;
        let mut primary = vec![none; voiced.len()];
        for m in matches.pairs(codebook)?.iter().filter(|m| m.primary) {
            primary[m.row as usize] = m.issue as u32;
        }
        // Authors are numbered from 0; a text without one is a voice of its own, below.
        let mut spoken: Vec<Spoken> = Vec::new();
        for (text, members) in corpus.members.iter().enumerate() {
            let mut seen: [bool; BASELINE as usize + 1] = [false; BASELINE as usize + 1];
            for (_, row, back) in members.iter().map(|at| order[*at]) {
                if !std::mem::replace(&mut seen[back as usize], true) {
                    let voice = when.author[row as usize].unwrap_or(-1 - text as i64);
                    spoken.push(Spoken { text: text as u32, back, voice, stratum: primary[row as usize] });
                }
            }
        }
        let mut voices = [0; BASELINE as usize + 1];
        let mut distinct: Vec<(u8, i64)> = spoken.iter().map(|s| (s.back, s.voice)).collect();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.iter().for_each(|(back, _)| voices[*back as usize] += 1);
        let rows = order.iter().map(|(_, row, _)| *row).collect();
        let back = order.iter().map(|(_, _, back)| *back).collect();
        Ok(Self { rows, corpus, terms, spoken, back, voices, strata: none as usize + 1 })
    }

    /// Per term the voices that say it: (periods back, voice, stratum), each voice once. Only terms said enough now.
    fn voices_of(&self) -> Vec<(usize, Vec<Voice>)> {
        let mut now = vec![0_usize; self.terms.len()];
        for spoken in self.spoken.iter().filter(|s| s.back == 0) {
            self.terms.counts.row(spoken.text as usize).for_each(|(term, _)| now[term] += 1);
        }
        let mut by_term: BTreeMap<usize, Vec<Voice>> =
            (0..self.terms.len()).filter(|term| now[*term] >= FEWEST).map(|term| (term, Vec::new())).collect();
        for spoken in &self.spoken {
            for (term, _) in self.terms.counts.row(spoken.text as usize) {
                if let Some(voices) = by_term.get_mut(&term) {
                    voices.push((spoken.back, spoken.voice, spoken.stratum));
                }
            }
        }
        let each = by_term.into_iter().map(|(term, mut voices)| {
            voices.sort_unstable();
            voices.dedup_by_key(|(back, voice, _)| (*back, *voice));
            (term, voices)
        });
        each.filter(|(_, voices)| voices.iter().filter(|(back, ..)| *back == 0).count() >= FEWEST).collect()
    }

    /// The words that rise, in groups that the same texts say, the clearest first.
    ///
    /// Words of one problem rise together, and each would lend its small p to the others' false discovery rate. So each
    /// further group is found among the words that no group before it holds.
    fn found(&self) -> Vec<Group> {
        let (n2, n1) = (self.voices[0], self.voices[1..].iter().sum::<usize>());
        if n2 == 0 || n1 == 0 {
            return Vec::new();
        }
        let share = n2 as f64 / (n1 + n2) as f64;
        let strata = self.strata_sizes();
        let mut tested: Vec<Tested> = self
            .voices_of()
            .into_iter()
            .map(|(term, voices)| {
                let mut by_period = [0_usize; BASELINE as usize + 1];
                voices.iter().for_each(|(back, ..)| by_period[*back as usize] += 1);
                let (now, before) = (by_period[0], by_period[1..].iter().sum());
                let phi = dispersion(&by_period[1..], &self.voices[1..]).max(PHI);
                let p = tail(now, before, share, phi);
                Tested {
                    term,
                    now,
                    before,
                    expected: before as f64 * n2 as f64 / n1 as f64,
                    p,
                    q: 1.0,
                    voices,
                    texts: Vec::new(),
                }
            })
            .collect();
        let words = |term: usize| self.terms.stems[term][1] == NONE;
        tested.sort_by(|a, b| a.p.total_cmp(&b.p).then((words(a.term), a.term).cmp(&(words(b.term), b.term))));
        let mut groups: Vec<Group> = Vec::new();
        loop {
            let q = benjamini_hochberg(&tested.iter().map(|t| t.p).collect::<Vec<_>>());
            tested.iter_mut().zip(q).for_each(|(t, q)| t.q = q);
            let found = tested.iter().filter(|t| t.q <= Q).count();
            if found == 0 {
                break;
            }
            // The p that was enough here; a rise within the issues must be as clear.
            let bar = Q * found as f64 / tested.len() as f64;
            // What an issue's own growth explains lends its small p to no other word.
            let explained = |t: &Tested| t.q <= Q && within(&t.voices, &strata, t.now, PHI) > bar;
            let before = tested.len();
            tested.retain(|t| !explained(t));
            if tested.len() < before {
                continue;
            }
            let mut group = Group::default();
            let mut rest = Vec::new();
            for mut term in tested {
                if term.q <= Q {
                    self.fill_texts(&mut term);
                    if group.takes(&term) {
                        group.add(term);
                        continue;
                    }
                }
                rest.push(term);
            }
            tested = rest;
            groups.push(group);
        }
        groups
    }

    /// The distinct texts of now that say a term.
    fn fill_texts(&self, tested: &mut Tested) {
        if tested.texts.is_empty() {
            let now = self.spoken.iter().filter(|s| s.back == 0);
            let says = |text: u32| self.terms.counts.row(text as usize).any(|(term, _)| term == tested.term);
            tested.texts = now.map(|s| s.text).filter(|text| says(*text)).collect();
            tested.texts.sort_unstable();
        }
    }

    /// Per stratum the voices (before, now); all of them for the last, of what matches no issue.
    fn strata_sizes(&self) -> Vec<(usize, usize)> {
        let mut distinct: Vec<Voice> = self.spoken.iter().map(|s| (s.back, s.voice, s.stratum)).collect();
        distinct.sort_unstable();
        distinct.dedup_by_key(|(back, voice, _)| (*back, *voice));
        let mut sizes = vec![(0, 0); self.strata];
        for (back, _, stratum) in distinct {
            let size = &mut sizes[stratum as usize];
            if back == 0 { size.1 += 1 } else { size.0 += 1 }
        }
        // What matches nothing is no issue whose growth could explain a word: there it is the whole that counts.
        if let Some(none) = sizes.last_mut() {
            *none = (self.voices[1..].iter().sum(), self.voices[0]);
        }
        sizes
    }

    /// The sources of now among the copies of these texts.
    fn sources_now(&self, texts: &[u32]) -> Vec<usize> {
        let members = texts.iter().flat_map(|text| &self.corpus.members[*text as usize]);
        members.copied().filter(|at| self.back[*at] == 0).collect()
    }

    /// The issue that most of these texts match, when more than half do.
    fn inside(&self, texts: &[u32], codebook: &Codebook) -> Option<(String, i64)> {
        let mut by_issue = vec![0_i64; self.strata];
        let now = self.spoken.iter().filter(|s| s.back == 0 && texts.binary_search(&s.text).is_ok());
        now.for_each(|s| by_issue[s.stratum as usize] += 1);
        let (at, records) =
            by_issue.iter().enumerate().take(self.strata - 1).max_by_key(|(at, n)| (**n, usize::MAX - at))?;
        (records * 2 > texts.len() as i64).then(|| (codebook.issues[at].id.clone(), *records))
    }

    fn rise(&self, tested: &Tested) -> Rise {
        Rise {
            term: self.written(tested.term),
            now: tested.now as i64,
            before: tested.before as i64,
            expected: tested.expected,
            p: tested.p,
            q: tested.q,
        }
    }

    /// A term as most often written now; of equals the first in the alphabet.
    fn written(&self, term: usize) -> String {
        let [first, second] = self.terms.stems[term];
        let mut forms: BTreeMap<String, usize> = BTreeMap::new();
        for spoken in self.spoken.iter().filter(|s| s.back == 0) {
            let text = &self.corpus.texts[spoken.text as usize];
            let word = |at: usize| self.corpus.surfaces.word(text[at].word);
            for at in (0..text.len()).filter(|at| text[*at].stem == first) {
                if second == NONE {
                    *forms.entry(word(at).to_owned()).or_default() += 1;
                } else if text.get(at + 1).is_some_and(|next| next.stem == second) {
                    *forms.entry(format!("{} {}", word(at), word(at + 1))).or_default() += 1;
                }
            }
        }
        let best = forms.into_iter().min_by_key(|(form, n)| (std::cmp::Reverse(*n), form.clone()));
        best.map(|(form, _)| form).unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "propose_tests.rs"]
mod tests;
