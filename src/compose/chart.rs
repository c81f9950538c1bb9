//! `plaint chart NAME`: one slide.

use crate::chart::{self, CHARTS, ChartInput, export};
use crate::cli::Chart;
use crate::compose::{Session, analyse, emit, facts, figures};
use crate::error::{Error, Result, nearest};
use crate::report::words;

/// Issues on a chart of lines, unless `--top` says otherwise.
const LINES: usize = 5;

pub(crate) fn run(session: &Session, arguments: &Chart) -> Result<u8> {
    let chart = chart::find(&arguments.name).ok_or_else(|| {
        let names = CHARTS.iter().map(|c| c.name);
        let hint = nearest(&arguments.name, names.clone())
            .map_or_else(|| names.collect::<Vec<_>>().join(", "), str::to_string);
        Error::usage(format!("there is no chart {:?}", arguments.name)).hint(format!("did you mean: {hint}"))
    })?;
    let kind = arguments.output.rsplit_once('.').map_or("", |(_, kind)| kind);
    if arguments.output != "-" && !matches!(kind, "svg" | "png" | "pdf") {
        return Err(Error::usage("the drawing's name ends in .svg, .png or .pdf")
            .at(&arguments.output)
            .hint("-o chart.png"));
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
    let calendar = &analysis.found.counted.calendar;
    let step = calendar.by.name();
    let mut series = analyse::select(analysis.period, &analysis.series, &arguments.selection)?;
    // The total dwarfs its parts: it is drawn alone, or not at all.
    if series.len() > 1 {
        series.retain(|s| !s.is_total());
    }
    if chart.name == "trend" && arguments.selection.top.is_none() {
        series.truncate(LINES);
    }
    let title = match series.as_slice() {
        [one] => figures::title(one, Some(analysis.period), step),
        [first, ..] => format!("{} is the biggest issue this {step}", first.issue),
        [] => "No issue to draw".to_string(),
    };
    let feeds: Vec<&str> = analysis.counts.feeds().iter().map(|f| f.feed.as_str()).collect();
    let feeds = if feeds.len() <= 3 { feeds.join(", ") } else { format!("{} feeds", feeds.len()) };
    let n = facts::funnel(&analysis.found)?.counted;
    let figure = (chart.draw)(&ChartInput {
        series: &series,
        period: Some(analysis.period),
        title,
        subtitle: format!("Records per {step} · {feeds}"),
        footer: format!(
            "{} · n = {} counted in all · {} · as of {}",
            calendar.label(analysis.period),
            words::count(n),
            calendar.zone_name(),
            words::day(analysis.found.counted.now)
        ),
        by: step,
        events: &analysis.inputs.events,
    })?;
    let bytes = match kind {
        "png" => export::png(&figure.svg)?,
        "pdf" => export::pdf(&figure.svg)?,
        _ => figure.svg.into_bytes(),
    };
    emit::to(Some(&arguments.output), &bytes)?;
    if arguments.output != "-" {
        analysis.found.read.store.iter().for_each(|store| session.note(&store.line()));
        session.note(&format!("wrote {}", arguments.output));
    }
    Ok(analyse::exit_code(&analysis.found))
}
