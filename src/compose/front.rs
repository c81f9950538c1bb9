//! What a report says first, and what its pictures show: the total, the issues, the headline, the forecast.

use std::collections::BTreeMap;

use polars::prelude::{Int64Chunked, StringChunked};
use rayon::prelude::*;

use crate::cli::Report as Arguments;
use crate::compose::analyse::{self, Analysis};
use crate::compose::{facts, provenance};
use crate::error::{Error, Result};
use crate::normalise::texts::Texts;
use crate::report::findings;
use crate::report::issues::{self, Evidence, Hit, Lookup, Word};
use crate::report::model::{Change, FeedReport, IssueReport, PeriodName};
use crate::report::words;
use crate::trend::between::between;
use crate::trend::calendar;
use crate::trend::exact::garwood;
use crate::trend::forecast::Forecast;
use crate::trend::series::{Point, Series};

/// Bars of an issue's sparkline.
const BARS: usize = 30;
/// What is counted.
pub(crate) const UNIT: &str = "records";

/// The part of a report that its pictures need.
pub(crate) struct Front {
    pub(crate) total: Series,
    /// Its point of the period judged.
    pub(crate) now: Point,
    pub(crate) period: PeriodName,
    pub(crate) headline: String,
    pub(crate) forecast: Option<Forecast>,
    /// Those that were asked for, biggest first.
    pub(crate) issues: Vec<IssueReport>,
    pub(crate) feeds: Vec<FeedReport>,
}

/// # Errors
/// When an issue that was named is not known; else internal only.
pub(crate) fn front(analysis: &Analysis, arguments: &Arguments) -> Result<Front> {
    let found = &analysis.found;
    let calendar = &found.counted.calendar;
    let total = analysis.series.iter().find(|s| s.is_total() && s.segment.is_none()).cloned();
    let total = total.ok_or_else(|| Error::failed("internal: trends without a total"))?;
    let now = total.at(analysis.period).cloned().ok_or_else(|| Error::failed("internal: no point for the period"))?;
    let (issues, feeds) = rayon::join(|| cards(analysis), || provenance::feeds(analysis));
    let mut issues = issues?;
    if !arguments.selection.named.is_empty() {
        let named = &arguments.selection.named;
        let ids = analyse::resolve_all(named, &analysis.series, Some(&found.issues.codebook))?;
        issues.retain(|c| ids.contains(&c.id));
    }
    if let Some(top) = arguments.selection.top {
        issues.truncate(top);
    }
    let interval = garwood(now.observed.unwrap_or(0) as f64, 0.95, 1.0);
    let design = facts::design_ahead(&analysis.counts, &analysis.inputs);
    Ok(Front {
        period: facts::period_name(calendar, analysis.period),
        headline: findings::headline(&now, interval, calendar.by.name(), "record", &issues),
        forecast: facts::ahead(&analysis.counts, &design, &total, analysis.period),
        total,
        now,
        issues,
        feeds: feeds?,
    })
}

/// The columns that cards look at.
struct Columns<'a> {
    uids: &'a StringChunked,
    feeds: Texts<'a>,
    texts: &'a StringChunked,
    walls: &'a Int64Chunked,
    /// Whether each is counted, and in the period judged.
    now: Vec<bool>,
}

impl<'a> Lookup<'a> for Columns<'a> {
    fn is_now(&self, row: usize) -> bool {
        self.now.get(row) == Some(&true)
    }

    fn word(&self, row: usize) -> Word<'a> {
        Word {
            uid: self.uids.get(row).unwrap_or_default(),
            feed: self.feeds.get(row).unwrap_or_default(),
            text: self.texts.get(row),
            day: self.walls.get(row).map(|at| calendar::wall(at).date()),
        }
    }
}

fn cards(analysis: &Analysis) -> Result<Vec<IssueReport>> {
    let found = &analysis.found;
    let (records, counted) = (found.read.records.frame(), found.counted.frame());
    let judged = calendar::micros(analysis.period);
    let periods = counted.column("period")?.datetime()?.physical().iter();
    let counts = counted.column("counted")?.bool()?.iter();
    let words = Columns {
        uids: records.column("uid")?.str()?,
        feeds: Texts::of(records, "feed")?,
        texts: found.voiced.text()?,
        walls: counted.column("at")?.datetime()?.physical(),
        now: periods.zip(counts).map(|(period, counts)| period == Some(judged) && counts == Some(true)).collect(),
    };
    let hits = facts::Hits::of(found)?;
    let hits: Vec<Hit<'_>> = hits.all().collect();
    let in_period = words.now.iter().filter(|now| **now).count() as i64;
    let places = analysis.counts.issues.iter().enumerate();
    let changes: BTreeMap<String, (i64, Option<Change>)> = places
        .filter_map(|(at, (id, _))| {
            let between = between(&analysis.counts, at, 0, analysis.period, analysis.before)?;
            Some((id.clone(), (between.before, between.count.map(facts::change))))
        })
        .collect();
    let mut cards = issues::issues(&Evidence {
        period: analysis.period,
        step: found.counted.calendar.by.name(),
        codebook: &found.issues.codebook,
        series: &analysis.series,
        hits: &hits,
        words: &words,
        counted_in_period: in_period,
        changes: &changes,
    });
    let design = facts::design_ahead(&analysis.counts, &analysis.inputs);
    cards.par_iter_mut().enumerate().for_each(|(at, card)| {
        card.sparkline = facts::bars(&card.series, analysis.period, BARS);
        if at < facts::FORECASTS {
            card.forecast = facts::ahead(&analysis.counts, &design, &card.series, analysis.period);
        }
        if let Some(forecast) = &card.forecast {
            card.sentence.push_str(&format!(" The {}.", words::ahead(forecast, analysis.counts.calendar.by.name())));
        }
    });
    Ok(cards)
}
