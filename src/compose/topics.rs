//! What some records speak of: praise and ideas, grouped by their own keywords.

use std::collections::{BTreeMap, BTreeSet};

use crate::chart::sparkline;
use crate::cluster;
use crate::cluster::discover;
use crate::cluster::matching::Matcher;
use crate::compose::analyse::Analysis;
use crate::compose::facts;
use crate::enrich::near;
use crate::error::Result;
use crate::normalise::texts::Texts;
use crate::report::model::Quote;
use crate::report::quotes::shorten;
use crate::report::voices::Topic;
use crate::trend::calendar::{Calendar, Period, wall};
use crate::trend::compare::rate_ratio;
use crate::trend::coverage::Cover;

/// Topics are learned from so many records at most, those whose uid has the smallest hash (FNV-1a): a report must not
/// wait for a second discovery of everything.
const LEARNED: usize = 3_000;
/// Bars of a sparkline.
const BARS: usize = 16;
/// Words of a topic's name.
const NAME: usize = 60;

/// What topics need to know of the records, by row.
pub(crate) struct ByRow<'a> {
    pub(crate) analysis: &'a Analysis,
    pub(crate) period: &'a [Option<Period>],
    pub(crate) author: &'a [Option<i64>],
}

/// The topics of `rows`, those with the greatest `rank` first.
///
/// With enough texts they are discovered as issues are, from these records alone; with few, near copies are one topic.
/// A record that matches several counts for the one it scores highest in.
///
/// # Errors
/// Internal only.
pub(crate) fn topics(
    placed: &ByRow<'_>,
    rows: &[usize],
    options: &cluster::Options,
    most: usize,
    rank: impl Fn(&Topic) -> (i64, i64),
) -> Result<Vec<Topic>> {
    let groups = match by_keywords(placed, rows, options)? {
        groups if groups.is_empty() => by_copies(placed, rows)?,
        groups => groups,
    };
    let mut found = groups.iter().map(|(name, rows)| topic(placed, name, rows)).collect::<Result<Vec<_>>>()?;
    found.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.name.cmp(&b.name)));
    found.truncate(most);
    Ok(found)
}

type Group = (String, Vec<usize>);

/// Nothing where the texts are too few to learn from.
fn by_keywords(placed: &ByRow<'_>, rows: &[usize], options: &cluster::Options) -> Result<Vec<Group>> {
    let voiced = &placed.analysis.found.voiced;
    let (uids, texts, languages) = (voiced.texts_of("uid")?, voiced.text()?, voiced.texts_of("language")?);
    let mut learned: Vec<u32> = rows.iter().map(|row| *row as u32).collect();
    if learned.len() > LEARNED {
        learned.sort_by_cached_key(|row| hash(uids.get(*row as usize).unwrap_or_default()));
        learned.truncate(LEARNED);
    }
    let options = cluster::Options { ignore: options.ignore.clone(), ..cluster::Options::default() };
    let Ok(codebook) = discover::discover(voiced, &learned, &options) else { return Ok(Vec::new()) };
    let matcher = Matcher::compile(&codebook)?;
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in rows {
        let Some(text) = texts.get(*row) else { continue };
        let standings = matcher.explain(text, languages.get(*row));
        let best = standings.iter().filter(|s| s.score >= s.min_score).fold(None, |best: Option<(f64, usize)>, s| {
            let at = codebook.issues.iter().position(|i| i.id == s.issue_id).unwrap_or(0);
            match best {
                Some((score, older)) if score > s.score || (score == s.score && older < at) => Some((score, older)),
                _ => Some((s.score, at)),
            }
        });
        if let Some((_, at)) = best {
            groups.entry(at).or_default().push(*row);
        }
    }
    Ok(groups.into_iter().map(|(at, rows)| (codebook.issues[at].name.clone(), rows)).collect())
}

/// Near copies together, named by the words of the first.
fn by_copies(placed: &ByRow<'_>, rows: &[usize]) -> Result<Vec<Group>> {
    let texts = placed.analysis.found.voiced.text()?;
    let own: Vec<Option<&str>> = rows.iter().map(|row| texts.get(*row)).collect();
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, group) in near::groups(&own).into_iter().enumerate() {
        if own[at].is_some() {
            groups.entry(group).or_default().push(rows[at]);
        }
    }
    let name = |at: usize| {
        let text = own[at].map(shorten).unwrap_or_default();
        let short: String = text.chars().take(NAME).collect();
        if short.len() < text.len() { format!("{}…", short.trim_end()) } else { short }
    };
    Ok(groups.into_iter().map(|(at, rows)| (name(at), rows)).collect())
}

fn topic(placed: &ByRow<'_>, name: &str, rows: &[usize]) -> Result<Topic> {
    let analysis = placed.analysis;
    let found = &analysis.found;
    let (records, calendar) = (&found.read.records, &found.counted.calendar);
    let (feeds, likes) = (Texts::of(records.frame(), "feed")?, records.ints("likes")?);
    let mut series: BTreeMap<Period, i64> = BTreeMap::new();
    for row in rows {
        if let Some(period) = placed.period[*row] {
            *series.entry(period).or_default() += 1;
        }
    }
    let both = comparable(analysis);
    let count = |period: Period| {
        let own = rows.iter().filter(|row| placed.period[**row] == Some(period));
        own.filter(|row| feeds.get(**row).is_some_and(|feed| both.contains(feed))).count() as i64
    };
    let (now, before) = (count(analysis.period), count(analysis.before));
    let change = (!both.is_empty() && now + before > 0).then(|| rate_ratio(now, 1.0, before, 1.0)).flatten();
    let known: Vec<i64> = rows.iter().filter_map(|row| likes.get(*row)).collect();
    let liked = rows.iter().copied().max_by(|a, b| {
        let key = |row: usize| (likes.get(row).unwrap_or(0), placed.period[row] == Some(analysis.period));
        let uid = |row: usize| records.text("uid").ok().and_then(|uids| uids.get(row));
        key(*a).cmp(&key(*b)).then_with(|| uid(*b).cmp(&uid(*a)))
    });
    Ok(Topic {
        name: name.to_owned(),
        observed: series.get(&analysis.period).copied().unwrap_or(0),
        previous: (!both.is_empty()).then_some(before),
        change: change.map(facts::change),
        all_records: rows.len() as i64,
        supporters: heads(rows, placed.author),
        likes: (!known.is_empty()).then(|| known.iter().map(|n| (*n).max(0)).sum()),
        sparkline: bars(calendar, analysis, &series),
        series: series.iter().map(|(period, n)| (period.date(), *n)).collect(),
        quote: liked.map(|row| quote(analysis, row)).transpose()?,
    })
}

/// The feeds that cover both the period and the one before.
fn comparable(analysis: &Analysis) -> BTreeSet<&str> {
    let counts = &analysis.counts;
    let (Some(now), Some(before)) = (counts.place(analysis.period), counts.place(analysis.before)) else {
        return BTreeSet::new();
    };
    let whole = |feed: usize, place: usize| counts.cover(feed, place) == Cover::Whole;
    let feeds = counts.feeds().iter().enumerate();
    feeds.filter(|(at, _)| whole(*at, now) && whole(*at, before)).map(|(_, feed)| feed.feed.as_str()).collect()
}

/// The complete periods of the grid as bars.
fn bars(calendar: &Calendar, analysis: &Analysis, series: &BTreeMap<Period, i64>) -> String {
    let counts = &analysis.counts;
    let shown = (0..counts.periods())
        .map(|place| counts.period(place))
        .filter(|p| *p <= analysis.period && calendar.is_complete(*p, counts.now));
    let values: Vec<Option<i64>> = shown.map(|p| Some(series.get(&p).copied().unwrap_or(0))).collect();
    sparkline(&values[values.len().saturating_sub(BARS)..])
}

/// Distinct authors; a record without one counts as one.
pub(crate) fn heads(rows: &[usize], author: &[Option<i64>]) -> i64 {
    let named: BTreeSet<i64> = rows.iter().filter_map(|row| author[*row]).collect();
    named.len() as i64 + rows.iter().filter(|row| author[**row].is_none()).count() as i64
}

/// A record's words, redacted.
pub(crate) fn quote(analysis: &Analysis, row: usize) -> Result<Quote> {
    let found = &analysis.found;
    let at = found.counted.frame().column("at")?.datetime()?;
    Ok(Quote {
        uid: found.read.records.text("uid")?.get(row).unwrap_or_default().to_owned(),
        date: at.physical().get(row).map(|at| wall(at).date()),
        feed: Texts::of(found.read.records.frame(), "feed")?.get(row).unwrap_or_default().to_owned(),
        text: found.voiced.text()?.get(row).map(shorten).unwrap_or_default(),
        keywords: Vec::new(),
    })
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
