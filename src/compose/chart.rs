//! `plaint chart NAME`: one slide.

use crate::chart::sheet::Sheet;
use crate::chart::words as told;
use crate::chart::{self, CHARTS, ChartInput, Extra, export};
use crate::cli::Chart;
use crate::compose::{Session, analyse, emit, extras, facts, figures};
use crate::error::{Error, Result, nearest};

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
    told::speak(arguments.drawing.lang);
    figures::take_font(arguments.drawing.font.as_deref())?;
    let found = analyse::find(session, &arguments.stages, analyse::Dates::Needed)?;
    let analysis = analyse::analyse(session, found, &arguments.stages.trend)?;
    let calendar = &analysis.found.counted.calendar;
    let step = calendar.by.name();
    let mut series = analyse::select(
        analysis.period,
        analysis.series.clone(),
        Some(&analysis.found.issues.codebook),
        &arguments.selection,
    )?;
    // The total dwarfs its parts: it is drawn alone, or not at all. One issue's charts are of the biggest one.
    if chart.name == "forecast" && arguments.selection.named.is_empty() {
        series.truncate(1);
    } else if series.len() > 1 {
        series.retain(|s| !s.is_total());
    }
    match chart.name {
        "trend" if arguments.selection.top.is_none() => series.truncate(LINES),
        "forecast" | "segments" => series.truncate(1),
        _ => {}
    }
    let mut counted = format!("Records per {step}");
    let (primary, curves, ahead, mut rates) = match (chart.name, series.as_slice()) {
        ("share", _) => (extras::primary(&analysis)?, Vec::new(), None, Vec::new()),
        ("response", _) => (Vec::new(), extras::curves(&analysis, &arguments.stages.trend)?, None, Vec::new()),
        ("forecast", [one]) => (Vec::new(), Vec::new(), extras::forecast(&analysis, one), Vec::new()),
        ("segments", [one]) => {
            let (column, rates) = extras::rates(&analysis, one, arguments.by_column.as_deref())?;
            counted = format!("Share of each {column}’s records that match the issue");
            (Vec::new(), Vec::new(), None, rates)
        }
        _ => (Vec::new(), Vec::new(), None, Vec::new()),
    };
    rates.retain(|r| r.of > 0);
    if chart.name == "response" {
        counted = "Share of cases first answered by each time; those still waiting count as waiting".to_string();
    }
    let found_title = match series.as_slice() {
        _ if chart.name == "response" => figures::answered_title(&curves),
        [one] if chart.name == "forecast" => figures::forecast_title(one, ahead.as_ref(), step),
        [one] if chart.name == "segments" => figures::rates_title(one, &rates),
        [one] => figures::title(one, Some(analysis.period), step),
        [first, ..] => format!("{} is the biggest issue this {step}", first.issue),
        [] => "No issue to draw".to_string(),
    };
    let title = arguments.drawing.title.clone().unwrap_or(found_title);
    let feeds: Vec<&str> = analysis.counts.feeds().iter().map(|f| f.feed.as_str()).collect();
    let feeds = if feeds.len() <= 3 { feeds.join(", ") } else { format!("{} feeds", feeds.len()) };
    let n = facts::funnel(&analysis.found)?.counted;
    let figure = (chart.draw)(&ChartInput {
        series: &series,
        period: Some(analysis.period),
        title,
        subtitle: format!("{counted} · {feeds}"),
        footer: format!(
            "{} · n = {} counted in all · {} · as of {}",
            told::days(&calendar.label(analysis.period), analysis.period.date(), calendar.last_day(analysis.period)),
            told::count(n),
            calendar.zone_name(),
            told::date(analysis.found.counted.now)
        ),
        by: step,
        events: &analysis.inputs.events,
        sheet: Sheet { size: arguments.drawing.size, theme: arguments.drawing.theme },
        extra: Extra { forecast: ahead.as_ref(), primary: &primary, rates: &rates, curves: &curves },
    })?;
    let bytes = match kind {
        "png" => export::png(&figure.svg)?,
        "pdf" => export::pdf(&figure.svg, arguments.drawing.size.dpi)?,
        _ => figure.svg.into_bytes(),
    };
    emit::to(Some(&arguments.output), &bytes)?;
    if arguments.output != "-" {
        analysis.found.read.store.iter().for_each(|store| session.note(&store.line()));
        session.note(&format!("wrote {}", arguments.output));
    }
    Ok(analyse::exit_code(&analysis.found))
}
