//! Planted issues are found, growth and noise are not.

use super::*;
use crate::cluster::matching::match_records;
use crate::cluster::prng::Pcg;
use crate::enrich::enrich;
use crate::enrich::plain::{Plain, records_of};

const WORDS: [&str; 24] = [
    "screen", "battery", "delivery", "parcel", "courier", "invoice", "billing", "support", "agent", "phone", "email",
    "update", "version", "settings", "account", "order", "price", "discount", "store", "website", "checkout", "basket",
    "colour", "size",
];

struct Week {
    texts: Vec<String>,
    back: Vec<Option<u8>>,
    author: Vec<Option<i64>>,
}

impl Week {
    /// Nine weeks of 60 texts of four of the words each.
    fn noise(seed: u64) -> Self {
        let mut prng = Pcg::new(seed, 1);
        let mut week = Self { texts: Vec::new(), back: Vec::new(), author: Vec::new() };
        for back in (0..9_u8).rev() {
            for _ in 0..60 {
                let words: Vec<&str> = (0..4).map(|_| WORDS[(prng.next_u32() % 24) as usize]).collect();
                week.say(back, &words.join(" "), None);
            }
        }
        week
    }

    fn say(&mut self, back: u8, text: &str, author: Option<i64>) {
        // A word of its own keeps each text apart.
        self.texts.push(format!("{text} own{}", self.texts.len()));
        self.back.push(Some(back));
        self.author.push(author);
    }

    fn propose(&self, book: &str) -> Vec<Proposal> {
        let uids: Vec<String> = (0..self.texts.len()).map(|i| format!("u{i:04}")).collect();
        let rows: Vec<Plain<'_>> = self
            .texts
            .iter()
            .zip(&uids)
            .map(|(text, uid)| Plain { uid, body: Some(text), ..Plain::default() })
            .collect();
        let voiced = enrich(&records_of(&rows).unwrap(), &Default::default()).unwrap();
        let book = Codebook::parse(book, "x").unwrap();
        let matches = match_records(&voiced, &book).unwrap();
        propose(&voiced, &When { back: &self.back, author: &self.author }, &matches, &book).unwrap()
    }
}

const BOOK: &str = "[[issue]]\nid='i-1'\nname='Delivery'\nkeywords=['delivery','parcel','courier']";

#[test]
fn a_planted_issue_is_found_and_noise_is_not() {
    let mut found_in_noise = 0;
    for seed in 0..10 {
        found_in_noise += Week::noise(seed).propose(BOOK).len();
    }
    assert!(found_in_noise <= 1, "{found_in_noise} false groups in ten null weeks");
    let mut week = Week::noise(1);
    for i in 0..8 {
        week.say(0, &format!("hinge snapped clean off {}", WORDS[i * 3]), None);
    }
    let found = week.propose(BOOK);
    assert_eq!(found.len(), 1, "{found:?}");
    let one = &found[0];
    assert_eq!((one.rows.len(), one.issue.status), (8, Status::Candidate));
    assert!(
        one.rises.iter().any(|r| r.term == "hinge" && r.now == 8 && r.before == 0 && r.q <= 0.05),
        "{:?}",
        one.rises
    );
    assert!(one.issue.keywords.iter().any(|k| k.text == "hinge"));
    assert!(one.rises.windows(2).all(|pair| pair[0].p <= pair[1].p));
}

#[test]
fn one_voice_and_copies_are_no_evidence() {
    let mut week = Week::noise(2);
    (0..8).for_each(|i| week.say(0, &format!("hinge snapped {}", WORDS[i]), Some(7)));
    assert!(week.propose(BOOK).is_empty(), "one author, eight times");
    let mut week = Week::noise(2);
    for _ in 0..8 {
        week.texts.push("hinge snapped".into());
        week.back.push(Some(0));
        week.author.push(None);
    }
    assert!(week.propose(BOOK).is_empty(), "one text, eight times");
}

#[test]
fn an_issue_that_grows_is_no_new_one() {
    let mut week = Week::noise(3);
    for i in 0..60 {
        week.say(0, &format!("parcel courier {}", WORDS[6 + i % 18]), None);
    }
    let found = week.propose(BOOK);
    assert!(found.is_empty(), "{:?}", found.iter().map(|p| &p.issue.name).collect::<Vec<_>>());
    // But something new inside it is told, with where it lies.
    for i in 0..12 {
        week.say(0, &format!("parcel drone crashed {}", WORDS[6 + i]), None);
    }
    let found = week.propose(BOOK);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].inside.as_ref().map(|(id, _)| id.as_str()), Some("i-1"));
    assert!(found[0].rises.iter().any(|r| r.term == "drone" && r.now == 12), "{:?}", found[0].rises);
}

#[test]
fn what_is_known_is_not_proposed_again() {
    let mut week = Week::noise(1);
    (0..8).for_each(|i| week.say(0, &format!("hinge snapped clean off {}", WORDS[i * 3]), None));
    let found = week.propose(BOOK);
    let candidate = Codebook { issues: vec![found[0].issue.clone()], ..Codebook::default() }.issues_toml();
    for status in ["candidate", "active", "retired"] {
        let book = format!("{BOOK}\n{}", candidate.replace("\"candidate\"", &format!("\"{status}\"")));
        let found = week.propose(&book);
        assert!(
            found.is_empty(),
            "{status}: {:?}",
            found.iter().map(|p| (&p.issue.name, &p.rises)).collect::<Vec<_>>()
        );
    }
}

#[test]
fn too_little_past_proposes_nothing() {
    let mut week = Week::noise(4);
    week.back.iter_mut().for_each(|back| *back = Some(0));
    assert!(week.propose(BOOK).is_empty());
    week.back.iter_mut().for_each(|back| *back = None);
    assert!(week.propose(BOOK).is_empty());
}
