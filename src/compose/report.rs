//! `plaint report`: trends → report, figures, and the folder of pages.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::chart::{Figure, export};
use crate::cli::{Color, Report as Arguments};
use crate::compose::analyse::{self, Analysis, Found};
use crate::compose::front::{Front, UNIT, front};
use crate::compose::read::Origin;
use crate::compose::{Session, emit, facts, figures, praise, provenance, restate, slices, voices};
use crate::error::{Error, Result, nearest};
use crate::render::text::{self, TextStyle};
use crate::render::{FORMATS, Format, views};
use crate::report::findings::{self, Facts};
use crate::report::methods;
use crate::report::model::Report;
use crate::report::quotes;

/// Of `report.json`'s layout.
const SCHEMA: u32 = 1;
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
    let (mut report, pictures) = build(&analysis, arguments, &brands, folder.is_some())?;
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
    let formats: Vec<_> = FORMATS.iter().filter(|f| wanted(arguments, f.flag) || f.flag == "json").collect();
    let one = |f: &&Format| Ok((f.file.to_string(), (f.render)(&report, &pictures.figures)?));
    let rendered: Result<Vec<emit::Page>> = formats.par_iter().with_max_len(1).map(one).collect();
    let mut pages = rendered?;
    for (figure, png) in pictures.figures.iter().zip(pictures.pngs) {
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

/// The figures of a report, and each packed as a PNG where charts are wanted.
#[derive(Default)]
struct Pictures {
    figures: Vec<Figure>,
    pngs: Vec<Vec<u8>>,
}

fn pictures(front: &Front, analysis: &Analysis, arguments: &Arguments) -> Result<Pictures> {
    let figures = figures::figures(front, analysis, &arguments.stages.trend)?;
    let packed: &[Figure] = if wanted(arguments, CHARTS_FLAG) { &figures } else { &[] };
    let pngs: Result<Vec<_>> = packed.par_iter().with_max_len(1).map(|f| export::png(&f.svg)).collect();
    Ok(Pictures { pngs: pngs?, figures })
}

fn wanted(arguments: &Arguments, flag: &str) -> bool {
    arguments.only.is_empty() || arguments.only.iter().any(|o| o == flag)
}

/// The report's value, and its pictures where it is `drawn`.
///
/// # Errors
/// When an issue that was named is not known; else internal only.
fn build(analysis: &Analysis, arguments: &Arguments, brands: &[String], drawn: bool) -> Result<(Report, Pictures)> {
    let found = &analysis.found;
    let calendar = &found.counted.calendar;
    let step = calendar.by.name();
    // None of these needs another; the pictures keep busy whom the others leave idle.
    let (front, (voices, ((sliced, loved), (ledger, funnel)))) = rayon::join(
        || {
            let front = front(analysis, arguments)?;
            let (pictures, caveats) = rayon::join(
                || if drawn { pictures(&front, analysis, arguments) } else { Ok(Pictures::default()) },
                || provenance::caveats(analysis, &front.issues, &arguments.stages.enrich.intents),
            );
            Ok::<_, Error>((front, pictures?, caveats?))
        },
        || {
            rayon::join(
                || voices::voices(analysis, arguments, brands),
                || {
                    rayon::join(
                        || (slices::slices(analysis), praise::loved(analysis)),
                        || (restate::ledger(analysis), facts::funnel(found)),
                    )
                },
            )
        },
    );
    let (Front { total, now, period, headline, forecast, issues: mut cards, feeds }, pictures, mut caveats) = front?;
    caveats.dedup();
    let (slices, mut segments) = sliced?;
    for card in &mut cards {
        card.segments = segments.remove(&card.id).unwrap_or_default();
        let name = figures::trend_of(&card.id);
        card.chart = pictures.figures.iter().any(|f| f.name == name).then_some(name);
    }
    let labels = found.issues.report.origin == "labels";
    let report = Report {
        schema: SCHEMA,
        period,
        step: step.to_string(),
        zone: calendar.zone_name().to_string(),
        as_of: found.counted.now,
        unit: UNIT.into(),
        population: provenance::population(&arguments.stages),
        store_version: found.read.store.as_ref().map(|store| store.version),
        store: found.read.store.as_ref().map(Origin::line),
        headline,
        sections: findings::sections(Facts {
            period: analysis.period,
            step,
            calendar,
            events: &analysis.inputs.events,
            total: &total,
            issues: &cards,
            loved: loved?,
            cannot_say: provenance::cannot_say(analysis, &feeds),
        }),
        funnel: funnel?,
        methods: methods::methods(now.history, labels, calendar.by),
        forecast,
        total,
        issues: cards,
        voices: voices?,
        slices,
        files: provenance::files(found),
        feeds,
        caveats,
        codebook: found.issues.report.clone(),
        events: facts::shown(&analysis.inputs.events, calendar, &analysis.series),
        options: provenance::options(&arguments.stages),
        restated: None,
        ledger: ledger?,
    };
    Ok((report, pictures))
}
