//! Mentions and the care team's answers on X, in the layout of the "twcs" customer support set: customers are numbers,
//! the brand has a name, answers point at what they answer. Retweets pass on complaints; three of the outage go viral.

use std::collections::BTreeMap;
use std::error::Error;

use jiff::ToSpan;
use jiff::civil::{DateTime, date};

use super::calendar::after;
use super::phrases::Phrases;
use super::record::{Dump, Entry, Fate, Reason, Role, Utterance};
use super::rng::Rng;
use super::wording::{Place, Voice};

const HEADER: [&str; 7] =
    ["tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id", "in_response_to_tweet_id"];
const BRAND: &str = "BrewmoraCare";
const FIRST_ID: usize = 201;
const FIRST_AUTHOR: usize = 115_700;

/// Nobody answers after this.
const LAST_MOMENT: DateTime = date(2026, 11, 18).at(23, 0, 0, 0);
/// The first complaints of the outage, and how often each is passed on.
const VIRAL: [usize; 3] = [22, 14, 9];
/// An X post of the old length, which retweets were cut to.
const RETWEET_LENGTH: usize = 140;

#[derive(Clone)]
struct Tweet {
    author: String,
    role: Role,
    issues: Vec<&'static str>,
    at: DateTime,
    text: String,
    /// Index of the tweet it answers.
    answers: Option<usize>,
}

/// Writes the export.
///
/// # Errors
/// When a phrase names an unknown slot.
pub(crate) fn dump(phrases: &Phrases, utterances: &[Utterance]) -> Result<Dump, Box<dyn Error>> {
    let mut tweets = vec![];
    for (n, utterance) in utterances.iter().enumerate() {
        let author = FIRST_AUTHOR + 3 * n;
        tweets.push(Tweet {
            author: author.to_string(),
            role: utterance.role,
            issues: utterance.issues.clone(),
            at: utterance.at,
            text: Voice::new(phrases, utterance).text(utterance, Place::Tweet)?,
            answers: None,
        });
        answer(phrases, utterance, &mut tweets)?;
    }
    retweet(&mut tweets);
    write(&tweets)
}

/// The care team answers some, fewer while the app is down; some customers answer back.
fn answer(phrases: &Phrases, utterance: &Utterance, tweets: &mut Vec<Tweet>) -> Result<(), Box<dyn Error>> {
    let outage = date(2026, 11, 10);
    let mut rng = Rng::named(&format!("care/{}/{:?}", utterance.at, utterance.issues));
    let Some(issue) = utterance.issues.first() else { return Ok(()) };
    if !rng.chance(if utterance.at.date() >= outage { 12 } else { 32 }) {
        return Ok(());
    }
    let asked = tweets.len() - 1;
    let customer = tweets[asked].author.clone();
    let at = after(utterance.at, rng.between(8, 300).minutes());
    if at > LAST_MOMENT {
        return Ok(());
    }
    let mut voice = Voice::new(phrases, &Utterance { rng: rng.clone(), ..utterance.clone() });
    let text = format!(
        "@{customer} {} {} {}",
        voice.one_of(&phrases.shared.agent_lines)?,
        voice.one_of(&phrases.issue(issue)?.agent)?,
        voice.one_of(&phrases.shared.agent_signs)?
    );
    tweets.push(Tweet { author: BRAND.to_owned(), role: Role::Agent, issues: vec![], at, text, answers: Some(asked) });

    let back = after(at, rng.between(3, 200).minutes());
    if rng.chance(25) && back <= LAST_MOMENT {
        tweets.push(Tweet {
            author: customer,
            role: Role::FollowUp,
            issues: vec![],
            at: back,
            text: format!("@{BRAND} {}", voice.one_of(&phrases.noise.follow_ups)?),
            answers: Some(asked + 1),
        });
    }
    Ok(())
}

/// People pass on what others said: the outage's first complaints a lot, a few others once.
fn retweet(tweets: &mut Vec<Tweet>) {
    let outage = date(2026, 11, 10).at(17, 30, 0, 0);
    let complaints = |tweet: &Tweet| tweet.role == Role::Complaint;
    let viral: Vec<usize> = (0..tweets.len())
        .filter(|&n| complaints(&tweets[n]) && tweets[n].issues == ["login"] && tweets[n].at >= outage)
        .take(VIRAL.len())
        .collect();
    let others: Vec<usize> =
        (0..tweets.len()).filter(|&n| complaints(&tweets[n]) && tweets[n].at < outage).step_by(35).collect();
    let copies = viral.into_iter().zip(VIRAL).chain(others.into_iter().map(|n| (n, 1)));
    for (passed_on, (n, times)) in copies.enumerate() {
        for copy in 0..times {
            let mut rng = Rng::named(&format!("retweet/{passed_on}/{copy}"));
            let original = tweets[n].clone();
            // sooner rather than later
            let delay = (0..3).map(|_| rng.between(2, 1500)).min().unwrap_or_default();
            let text: String =
                format!("RT @{}: {}", original.author, original.text).chars().take(RETWEET_LENGTH).collect();
            tweets.push(Tweet {
                author: (FIRST_AUTHOR + 100_000 + 200 * passed_on + 7 * copy).to_string(),
                role: Role::Retweet,
                issues: original.issues,
                at: after(original.at, delay.minutes()),
                text,
                answers: None,
            });
        }
    }
}

fn write(tweets: &[Tweet]) -> Result<Dump, Box<dyn Error>> {
    let mut order: Vec<usize> = (0..tweets.len()).collect();
    order.sort_by_key(|&n| (tweets[n].at, n));
    let mut ids = vec![0; tweets.len()];
    for (place, &n) in order.iter().enumerate() {
        ids[n] = FIRST_ID + place;
    }
    let mut responses: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (n, tweet) in tweets.iter().enumerate() {
        if let Some(asked) = tweet.answers {
            responses.entry(asked).or_default().push(ids[n].to_string());
        }
    }

    let mut writer = csv::Writer::from_writer(vec![]);
    let mut entries = vec![];
    writer.write_record(HEADER)?;
    for n in order {
        let tweet = &tweets[n];
        writer.write_record([
            ids[n].to_string(),
            tweet.author.clone(),
            if tweet.role == Role::Agent { "False" } else { "True" }.to_owned(),
            tweet.at.strftime("%a %b %d %H:%M:%S +0000 %Y").to_string(),
            tweet.text.clone(),
            responses.get(&n).map_or_else(String::new, |ids| ids.join(",")),
            tweet.answers.map_or_else(String::new, |asked| ids[asked].to_string()),
        ])?;
        entries.push(Entry {
            role: tweet.role,
            issues: tweet.issues.clone(),
            at: Some(tweet.at),
            fate: match tweet.role {
                Role::Agent => Fate::LeftOut(Reason::Outbound),
                Role::Retweet => Fate::LeftOut(Reason::Repost),
                _ => Fate::Counted,
            },
            has_text: true,
        });
    }
    Ok(Dump { name: "twitter-care.csv", bytes: writer.into_inner()?, entries })
}
