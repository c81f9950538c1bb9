//! What customers praise: which records do, and the report's sentence about them.

use crate::cluster::corpus::Source;
use crate::cluster::words::distinctive;
use crate::compose::analyse::{Analysis, Found};
use crate::enrich::Intent;
use crate::error::Result;
use crate::normalise::texts::Texts;
use crate::report::words;
use crate::trend::calendar::{self, Period};
use crate::trend::counted::{self, GOOD_RATING};
use crate::trend::viral::{Burst, latest, pace};

/// Words named as what praise speaks of.
const WORDS: usize = 4;

/// The rows that praise: a good rating, or words of a customer that praise and complain of nothing.
///
/// # Errors
/// Internal only.
pub(crate) fn praising(found: &Found) -> Result<Vec<usize>> {
    let reasons = Texts::of(found.counted.frame(), "reason")?;
    let intents = found.voiced.intents()?;
    let has = |row: usize, intent: Intent| intents[row].is_some_and(|held| held.contains(intent));
    let praises = |row: &usize| {
        let reason = reasons.get(*row);
        reason == Some(GOOD_RATING)
            || (counted::is_said(reason) && has(*row, Intent::Praise) && !has(*row, Intent::Complaint))
    };
    Ok((0..found.voiced.len()).filter(praises).collect())
}

/// Sentences about praise in the period, against the one before, and what it speaks of.
///
/// # Errors
/// Internal only.
pub(crate) fn loved(analysis: &Analysis) -> Result<Vec<String>> {
    let found = &analysis.found;
    let frame = found.counted.frame();
    let reasons = Texts::of(frame, "reason")?;
    let counts = frame.column("counted")?.bool()?;
    let periods = frame.column("period")?.datetime()?;
    let texts = found.voiced.text()?;
    let languages = found.voiced.texts_of("language")?;
    let period_of = |row: usize| periods.physical().get(row).map(calendar::wall);
    let praise = praising(found)?;
    if praise.is_empty() {
        return Ok(Vec::new());
    }
    let of = |period: Period| praise.iter().copied().filter(|row| period_of(*row) == Some(period)).collect::<Vec<_>>();
    let (now, before) = (of(analysis.period), of(analysis.before));
    let step = found.counted.calendar.by.name();
    let source = |row: usize| texts.get(row).map(|text| Source { text, language: languages.get(row) });
    let pile = |rows: &[usize]| rows.iter().filter_map(|row| source(*row)).collect::<Vec<_>>();
    let mut praises = vec![false; frame.height()];
    praise.iter().for_each(|row| praises[*row] = true);
    let rest: Vec<usize> = (0..frame.height()).filter(|row| counts.get(*row) == Some(true) && !praises[*row]).collect();
    let words = distinctive(&pile(&praise), &pile(&rest), WORDS);
    let rated = |row: &&usize| reasons.get(**row) == Some(GOOD_RATING);
    let (all, well) = (now.len() as i64, now.iter().filter(rated).count() as i64);
    let only_rated = praise.iter().all(|row| reasons.get(*row) == Some(GOOD_RATING));
    let what = match only_rated {
        true => words::counted(all, "good rating"),
        false if all == 1 => "1 record praises".to_owned(),
        false => format!("{} records praise", words::count(all)),
    };
    let mut sentence = format!("{what} this {step} ({} the {step} before)", words::count(before.len() as i64));
    if !only_rated && well > 0 {
        sentence.push_str(&format!(
            ": {} and {} by their words",
            words::counted(well, "good rating"),
            words::count(all - well)
        ));
    }
    if let Some(burst) = bursts(analysis, &praise) {
        sentence.push_str(&format!("; praise spreads: usually about {}", words::mean(burst.expected)));
    }
    if !words.is_empty() {
        sentence.push_str(&format!("; over all {step}s they speak of {}", words.join(", ")));
    }
    Ok(vec![sentence])
}

/// Whether praise runs away from its own last periods in the one judged.
fn bursts(analysis: &Analysis, praise: &[usize]) -> Option<Burst> {
    let counts = &analysis.counts;
    let place = counts.place(analysis.period)?;
    let periods = analysis.found.counted.frame().column("period").ok()?.datetime().ok()?;
    let mut series = vec![0.0; place + 1];
    for row in praise {
        let at = periods.physical().get(*row).and_then(|p| counts.place(calendar::wall(p)));
        if let Some(slot) = at.and_then(|at| series.get_mut(at)) {
            *slot += 1.0;
        }
    }
    latest(&series, pace(counts.calendar.by))
}
