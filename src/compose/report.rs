//! `plaint report`: trends → report, figures, and the folder of pages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::{Int64Chunked, StringChunked};
use rayon::prelude::*;

use crate::chart::{Figure, export};
use crate::cli::{Color, Report as Arguments};
use crate::compose::analyse::{self, Analysis, Found};
use crate::compose::read::Origin;
use crate::compose::{Session, emit, extras, facts, figures, praise, provenance, restate, slices, voices};
use crate::error::{Error, Result, nearest};
use crate::normalise::texts::Texts;
use crate::render::text::{self, TextStyle};
use crate::render::{FORMATS, Format, views};
use crate::report::findings::{self, Facts};
use crate::report::issues::{self, Evidence, Hit, Lookup, Word};
use crate::report::methods;
use crate::report::model::{Change, IssueReport, Report};
use crate::report::quotes;
use crate::report::words;
use crate::trend::between::between;
use crate::trend::calendar;
use crate::trend::exact::garwood;

/// Of `report.json`'s layout.
const SCHEMA: u32 = 1;
/// Bars of an issue's sparkline.
const BARS: usize = 30;
/// What `--only` calls the charts.
const CHARTS_FLAG: &str = "charts";

pub(crate) fn run(session: &Session, arguments: &Arguments) -> Result<u8> {
    check_only(&arguments.only)?;
    figures::take_font(arguments.font.as_deref())?;
    if arguments.stages.trend.segment.is_some() {
        return Err(
            Error::usage("a report is not segmented").hint("plaint trends --segment COLUMN counts each value apart")
        );
    }
    let folder = arguments.output.as_deref().map(PathBuf::from);
    if let Some(folder) = &folder {
        emit::check_folder(folder)?;
    }
    let found = analyse::find(session, &arguments.stages, analyse::Dates::Heard)?;
    let old_codebook = folder.as_deref().map(|f| kept_codebook(f, &found)).transpose()?.flatten();
    let analysis = analyse::analyse(session, found, &arguments.stages.trend)?;
    let brands: Vec<String> = session.config.brands.keys().cloned().collect();
    let (report, primary) = rayon::join(
        || build(&analysis, arguments, &brands),
        || if folder.is_some() { extras::primary(&analysis) } else { Ok(Vec::new()) },
    );
    let mut report = report?;
    if !arguments.stages.enrich.no_redact {
        decent(&mut report);
    }
    if let Some(path) = &arguments.previous {
        report.restated = Some(restate::restated(&analysis, &report, path)?);
    }
    let Some(folder) = folder else {
        let color = match arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => emit::is_coloured(),
        };
        let page = text::render(&report, TextStyle { color, width: views::WIDTH });
        emit::to(None, page.as_bytes())?;
        return Ok(analyse::exit_code(&analysis.found));
    };
    let figures = figures::figures(&mut report, &analysis, &arguments.stages.trend, &primary?)?;
    let wanted = |flag: &str| arguments.only.is_empty() || arguments.only.iter().any(|o| o == flag);
    let drawn: &[Figure] = if wanted(CHARTS_FLAG) { &figures } else { &[] };
    let formats: Vec<_> = FORMATS.iter().filter(|f| wanted(f.flag) || f.flag == "json").collect();
    let (rendered, drawn): (Result<Vec<_>>, Result<Vec<_>>) = rayon::join(
        || {
            let one = |f: &&Format| Ok((f.file.to_string(), (f.render)(&report, &figures)?));
            formats.par_iter().with_max_len(1).map(one).collect()
        },
        || drawn.par_iter().with_max_len(1).map(|f| Ok((f, export::png(&f.svg)?))).collect(),
    );
    let mut pages: Vec<emit::Page> = rendered?;
    for (figure, png) in drawn? {
        pages.push((format!("charts/{}.svg", figure.name), figure.svg.clone().into_bytes()));
        pages.push((format!("charts/{}.png", figure.name), png));
    }
    let discovered = analysis.found.issues.report.origin == "discovered";
    match (&analysis.found.issues.text, old_codebook) {
        (Some(text), _) if discovered => pages.push(("codebook.toml".into(), text.clone().into_bytes())),
        (_, Some(old)) => pages.push(("codebook.toml".into(), old.into_bytes())),
        _ => {}
    }
    emit::folder(&folder, &pages)?;
    report.store.iter().for_each(|store| session.note(store));
    session.note(&report.headline);
    let first = pages.first().map_or("report.json", |(name, _)| name.as_str());
    session.note(&format!("wrote {}", folder.join(first).display()));
    if discovered {
        session.note(&format!(
            "to keep these issues next week: cp {} codebook.toml",
            folder.join("codebook.toml").display()
        ));
    }
    Ok(analyse::exit_code(&analysis.found))
}

/// Masks the profane words of every quote.
fn decent(report: &mut Report) {
    let voices = &mut report.voices;
    let topics = voices.loved.iter_mut().chain(&mut voices.ideas).filter_map(|t| t.quote.as_mut());
    let told =
        voices.questions.iter_mut().map(|q| &mut q.quote).chain(voices.spreading.iter_mut().map(|s| &mut s.quote));
    for quote in report.issues.iter_mut().flat_map(|i| &mut i.quotes).chain(topics).chain(told) {
        quote.text = quotes::decent(&quote.text);
    }
}

/// The `codebook.toml` that stands in the report's folder, to be carried over.
///
/// # Errors
/// When a new one would take its place and somebody has edited it since plaint wrote it.
fn kept_codebook(folder: &Path, found: &Found) -> Result<Option<String>> {
    let path = folder.join("codebook.toml");
    let Some(old) = emit::read_if_there(&path)? else { return Ok(None) };
    if found.issues.report.origin != "discovered" || found.issues.text.as_deref() == Some(&old) {
        return Ok(Some(old));
    }
    let report = emit::read_if_there(&folder.join("report.json"))?.unwrap_or_default();
    let ours = serde_json::from_str::<serde_json::Value>(&report)
        .ok()
        .and_then(|r| r["codebook"]["sha256"].as_str().map(str::to_string));
    if ours == Some(crate::cluster::codebook::Codebook::digest(&old)) {
        return Ok(None);
    }
    Err(Error::failed("it was edited since the report was written, and new issues would take its place")
        .at(path.display())
        .hint(format!("use it: --codebook {}, or cp {} codebook.toml", path.display(), path.display())))
}

fn check_only(only: &[String]) -> Result<()> {
    let mut known: Vec<&str> = FORMATS.iter().map(|f| f.flag).chain([CHARTS_FLAG]).collect();
    known.dedup();
    match only.iter().find(|o| !known.contains(&o.as_str())) {
        None => Ok(()),
        Some(bad) => {
            let hint = nearest(bad, known.iter().copied()).map_or_else(|| known.join(", "), str::to_string);
            Err(Error::usage(format!("--only: a report holds no {bad:?}")).hint(format!("did you mean: {hint}")))
        }
    }
}

/// The report's value.
///
/// # Errors
/// Internal only.
fn build(analysis: &Analysis, arguments: &Arguments, brands: &[String]) -> Result<Report> {
    let found = &analysis.found;
    let calendar = &found.counted.calendar;
    let step = calendar.by.name();
    let total = analysis.series.iter().find(|s| s.is_total() && s.segment.is_none()).cloned();
    let total = total.ok_or_else(|| Error::failed("internal: trends without a total"))?;
    let now = total.at(analysis.period).cloned().ok_or_else(|| Error::failed("internal: no point for the period"))?;
    // None of these needs another.
    let (voices, (cards, ((sliced, loved), (ledger, funnel)))) = rayon::join(
        || voices::voices(analysis, arguments, brands),
        || {
            rayon::join(
                || cards(analysis),
                || {
                    rayon::join(
                        || (slices::slices(analysis), praise::loved(analysis)),
                        || (restate::ledger(analysis), facts::funnel(found)),
                    )
                },
            )
        },
    );
    let mut cards = cards?;
    if !arguments.selection.named.is_empty() {
        let named = &arguments.selection.named;
        let ids = analyse::resolve_all(named, &analysis.series, Some(&found.issues.codebook))?;
        cards.retain(|c| ids.contains(&c.id));
    }
    if let Some(top) = arguments.selection.top {
        cards.truncate(top);
    }
    let (slices, mut segments) = sliced?;
    for card in &mut cards {
        card.segments = segments.remove(&card.id).unwrap_or_default();
    }
    let interval = garwood(now.observed.unwrap_or(0) as f64, 0.95, 1.0);
    let labels = found.issues.report.origin == "labels";
    let (caveats, (cannot_say, feeds)) = rayon::join(
        || provenance::caveats(analysis, &cards, &arguments.stages.enrich.intents),
        || (provenance::cannot_say(analysis), provenance::feeds(analysis)),
    );
    let mut caveats = caveats?;
    caveats.dedup();
    Ok(Report {
        schema: SCHEMA,
        period: facts::period_name(calendar, analysis.period),
        step: step.to_string(),
        zone: calendar.zone_name().to_string(),
        as_of: found.counted.now,
        unit: "records".into(),
        population: provenance::population(&arguments.stages),
        store_version: found.read.store.as_ref().map(|store| store.version),
        store: found.read.store.as_ref().map(Origin::line),
        headline: findings::headline(&now, interval, step, "record", &cards),
        sections: findings::sections(Facts {
            period: analysis.period,
            step,
            calendar,
            events: &analysis.inputs.events,
            total: &total,
            issues: &cards,
            loved: loved?,
            cannot_say: cannot_say?,
        }),
        funnel: funnel?,
        methods: methods::methods(now.history, labels, calendar.by),
        forecast: facts::ahead(
            &analysis.counts,
            &facts::design_ahead(&analysis.counts, &analysis.inputs),
            &total,
            analysis.period,
        ),
        total,
        issues: cards,
        voices: voices?,
        slices,
        files: provenance::files(found),
        feeds: feeds?,
        caveats,
        codebook: found.issues.report.clone(),
        events: facts::shown(&analysis.inputs.events, calendar, &analysis.series),
        options: provenance::options(&arguments.stages),
        restated: None,
        ledger: ledger?,
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
