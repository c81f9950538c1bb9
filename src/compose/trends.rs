//! `plaint trends`: issue × period.

use crate::cli::Trends;
use crate::compose::{self, Session, analyse, emit, facts, provenance};
use crate::error::Result;
use crate::render::views::{self, trends as view};
use crate::trend::{counts_file, judge};

pub(crate) fn run(session: &Session, arguments: &Trends) -> Result<u8> {
    if arguments.counts.is_some() {
        return ready(arguments);
    }
    let found = analyse::find(
        session,
        &arguments.reading,
        &arguments.cluster,
        &arguments.enrich,
        &arguments.trend,
        analyse::Dates::Needed,
    )?;
    let analysis = analyse::analyse(session, found, &arguments.trend)?;
    let series = analyse::select(analysis.period, &analysis.series, &arguments.selection)?;
    let calendar = &analysis.found.counted.calendar;
    let value = view::Trends {
        period: facts::period_name(calendar, analysis.period),
        zone: calendar.zone_name().to_string(),
        as_of: analysis.found.counted.now,
        funnel: facts::funnel(&analysis.found)?.line,
        rows: series
            .into_iter()
            .map(|s| facts::trend_row(&analysis.counts, s, analysis.period, analysis.before))
            .collect(),
        caveats: provenance::cannot_say(&analysis)?,
    };
    let store = analysis.found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || value.csv())?;
    Ok(analyse::exit_code(&analysis.found))
}

/// `--counts FILE`: somebody else counted.
fn ready(arguments: &Trends) -> Result<u8> {
    let path = arguments.counts.as_deref().unwrap_or("-");
    let counts = counts_file::read(&emit::read(path)?, path, &arguments.trend)?;
    let trends = judge::judge(&counts, &arguments.trend)?;
    let mut period = arguments.trend.period(&counts.calendar, counts.now)?;
    if counts.place(period).is_none() {
        period = counts.period(counts.periods().saturating_sub(1));
    }
    let before = counts.calendar.previous(period);
    let all = trends.series();
    let series = analyse::select(period, &all, &arguments.selection)?;
    let value = view::Trends {
        period: facts::period_name(&counts.calendar, period),
        zone: counts.calendar.zone_name().to_string(),
        as_of: counts.now,
        funnel: String::new(),
        rows: series.into_iter().map(|s| facts::trend_row(&counts, s, period, before)).collect(),
        caveats: Vec::new(),
    };
    compose::print(&arguments.output, || value.text(), || views::json(&value), || value.csv())?;
    Ok(0)
}
