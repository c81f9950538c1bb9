//! Who asks for help and who only attacks: an author's records together.

/// One record, as far as its author's profile needs it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deed {
    /// A number per author; null when the record names none.
    pub author: Option<i64>,
    /// It asks for something: a question, an idea, a request.
    pub asks: bool,
    /// It complains of something.
    pub complains: bool,
    /// It abuses.
    pub abuses: bool,
    /// It is a near copy of an earlier record of the same author.
    pub repeats: bool,
    /// It answers somebody who answered the author, without abuse.
    pub answers: bool,
    /// Whom it is about: brands, and accounts it addresses.
    pub targets: Vec<String>,
}

/// What is known of an author, over all records of his.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Profile {
    /// Records.
    pub records: i64,
    /// Those that ask for something.
    pub asks: i64,
    /// Those that complain without asking.
    pub complains: i64,
    /// Those that abuse.
    pub abuses: i64,
    /// Near copies of his own.
    pub repeats: i64,
    /// Answers to those who answered him.
    pub answers: i64,
    /// Distinct targets of abuse.
    pub attacked: i64,
}

/// From this `hostile` on a record's author counts as hostile (`--without hostile`): one abusive record that asks for
/// nothing is enough, one that asks for help is not.
pub const HOSTILE: f64 = 0.5;

/// A complaint asks for less than a question does.
const COMPLAINT: f64 = 0.5;
/// Answering those who help is worth this much.
const ANSWERS: f64 = 0.25;
/// How much asking for something takes from hostility.
const EXCUSE: f64 = 0.6;
/// What each attacked target beyond the first adds, up to three of them.
const PER_TARGET: f64 = 0.1;
/// What repeating oneself adds to abuse.
const REPEATING: f64 = 0.2;

impl Profile {
    /// How much the author asks for help, from 0 to 1: the mean over his records of 1 for one that asks, ½ for one that
    /// complains, and ¼ more when he answers those who answer him.
    pub fn help_seeking(&self) -> f64 {
        let answers = if self.answers > 0 { ANSWERS } else { 0.0 };
        (self.seeking() + answers).clamp(0.0, 1.0)
    }

    /// How hostile the author is, from 0 to 1: `a ÷ max(n, 2)` for `a` abusive of `n` records, times `1 − 0.6 × asking`,
    /// plus `a ÷ max(n, 2)` times 0.1 per target beyond the first (at most 0.3) and 0.2 × the share of repeats; 0 without
    /// abuse. The weights are ours. One angry record is half the evidence that two are.
    pub fn hostile(&self) -> f64 {
        if self.abuses == 0 {
            return 0.0;
        }
        let n = self.records as f64;
        let abuse = self.abuses as f64 / n.max(2.0);
        let targets = PER_TARGET * (self.attacked - 1).clamp(0, 3) as f64;
        let repeats = REPEATING * self.repeats as f64 / n;
        (abuse * (1.0 - EXCUSE * self.seeking()) + targets * abuse + repeats * abuse).clamp(0.0, 1.0)
    }

    fn seeking(&self) -> f64 {
        (self.asks as f64 + COMPLAINT * self.complains as f64) / (self.records as f64).max(1.0)
    }

    /// The profile in words: `4 records: 1 asks, 2 complain, 1 abusive (of 1), 0 repeats; answers those who help`.
    pub fn words(&self) -> String {
        let mut parts = vec![
            format!("{} ask", self.asks),
            format!("{} complain without asking", self.complains),
            format!("{} abusive", self.abuses),
        ];
        if self.attacked > 1 {
            parts.push(format!("{} attacked", self.attacked));
        }
        if self.repeats > 0 {
            parts.push(format!("{} repeat the author's own", self.repeats));
        }
        if self.answers > 0 {
            parts.push("answers those who help".to_owned());
        }
        let noun = if self.records == 1 { "record" } else { "records" };
        format!("{} {noun} of the author: {}", self.records, parts.join(", "))
    }
}

/// The profile of every record's author; null where the record names none. The order of records changes nothing.
pub fn profiles(deeds: &[Deed]) -> Vec<Option<Profile>> {
    let authors = deeds.iter().filter_map(|d| d.author).max().map_or(0, |most| most + 1);
    let index = |author: i64| usize::try_from(author).unwrap_or(0);
    let mut all = vec![Profile::default(); index(authors)];
    let mut attacked: Vec<(i64, &str)> = Vec::new();
    for deed in deeds {
        let Some(author) = deed.author else { continue };
        let profile = &mut all[index(author)];
        profile.records += 1;
        profile.asks += i64::from(deed.asks);
        profile.complains += i64::from(deed.complains && !deed.asks);
        profile.abuses += i64::from(deed.abuses);
        profile.repeats += i64::from(deed.repeats);
        profile.answers += i64::from(deed.answers);
        if deed.abuses {
            attacked.extend(deed.targets.iter().map(|target| (author, target.as_str())));
        }
    }
    attacked.sort_unstable();
    attacked.dedup();
    for (author, _) in attacked {
        all[index(author)].attacked += 1;
    }
    deeds.iter().map(|deed| deed.author.map(|author| all[index(author)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(author: i64, asks: bool, complains: bool, abuses: bool) -> Deed {
        Deed { author: Some(author), asks, complains, abuses, ..Deed::default() }
    }

    #[test]
    fn an_angry_customer_who_asks_is_no_troll() {
        let found = profiles(&[deed(0, true, true, true), deed(1, false, false, true), Deed::default()]);
        let (angry, troll) = (found[0].unwrap(), found[1].unwrap());
        // ½ × (1 − 0.6 × 1) = 0.2; ½ × 1 = 0.5
        assert!((angry.hostile() - 0.2).abs() < 1e-12 && angry.help_seeking() == 1.0);
        assert!(troll.hostile() >= HOSTILE && troll.help_seeking() == 0.0);
        assert_eq!(found[2], None);
    }

    #[test]
    fn many_targets_and_repeats_weigh() {
        let mut deeds = vec![deed(0, false, false, true); 4];
        for (n, deed) in deeds.iter_mut().enumerate() {
            deed.targets = vec![format!("brand{n}")];
            deed.repeats = n > 1;
        }
        let profile = profiles(&deeds)[0].unwrap();
        assert_eq!((profile.attacked, profile.repeats), (4, 2));
        // 1 + 0.3 + 0.1, at most 1
        assert!((profile.hostile() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn complaints_and_answers_are_help_seeking() {
        let mut deeds = vec![deed(0, false, true, false), deed(0, false, false, false)];
        deeds[1].answers = true;
        let profile = profiles(&deeds)[0].unwrap();
        // (½ + 0) ÷ 2 + ¼
        assert!((profile.help_seeking() - 0.5).abs() < 1e-12);
        assert!(profile.hostile().abs() < 1e-12);
    }
}
