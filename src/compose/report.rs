//! `plaint report`: trends → report, figures, and the folder of pages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::chart::{CHARTS, ChartInput, Figure, export, missing_glyphs, sparkline};
use crate::cli::{Color, Report as Arguments};
use crate::cluster::corpus::Source;
use crate::cluster::words::distinctive;
use crate::compose::analyse::{self, Analysis, Found};
use crate::compose::{Session, emit};
use crate::error::{Error, Result, nearest};
use crate::render::text::{self, TextStyle};
use crate::render::views::trends::{Row, SPARKS};
use crate::render::{FORMATS, views};
use crate::report::findings::{self, Facts};
use crate::report::issues::{self, Evidence, Hit, Word};
use crate::report::methods;
use crate::report::model::{Change, FeedReport, FileReport, Funnel, IssueReport, PeriodName, Problem, Report};
use crate::report::{funnel as funnel_words, words};
use crate::trend::baseline::detector::LEAST_HISTORY;
use crate::trend::between::between;
use crate::trend::calendar::{self, Calendar, Period};
use crate::trend::compare;
use crate::trend::counted::GOOD_RATING;
use crate::trend::counts::Counts;
use crate::trend::exact::garwood;
use crate::trend::options::Count;
use crate::trend::series::{Level, Point, Series};

/// Of `report.json`'s layout.
const SCHEMA: u32 = 1;
/// Bars of an issue's sparkline.
const BARS: usize = 30;
/// Feeds named one by one before the rest is only counted.
const FEEDS_NAMED: usize = 5;
/// What `--only` calls the charts.
const CHARTS_FLAG: &str = "charts";

pub(crate) fn run(session: &Session, arguments: &Arguments) -> Result<u8> {
    check_only(&arguments.only)?;
    if arguments.trend.segment.is_some() {
        return Err(
            Error::usage("a report is not segmented").hint("plaint trends --segment COLUMN counts each value apart")
        );
    }
    let folder = arguments.output.as_deref().map(PathBuf::from);
    if let Some(folder) = &folder {
        emit::check_folder(folder)?;
    }
    let found = analyse::find(
        session,
        &arguments.reading,
        &arguments.cluster,
        &arguments.trend,
        !arguments.no_redact,
        analyse::Dates::Needed,
    )?;
    let old_codebook = folder.as_deref().map(|f| kept_codebook(f, &found)).transpose()?.flatten();
    let analysis = analyse::analyse(session, found, &arguments.trend)?;
    let mut report = build(&analysis, arguments)?;
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
    let figures = figures(&mut report)?;
    let mut pages = Vec::new();
    let wanted = |flag: &str| arguments.only.is_empty() || arguments.only.iter().any(|o| o == flag);
    for format in FORMATS.iter().filter(|f| wanted(f.flag) || f.flag == "json") {
        pages.push((format.file.to_string(), (format.render)(&report, &figures)?));
    }
    if wanted(CHARTS_FLAG) {
        let drawn: Vec<Result<Vec<emit::Page>>> = figures
            .par_iter()
            .map(|f| {
                Ok(vec![
                    (format!("charts/{}.svg", f.name), f.svg.clone().into_bytes()),
                    (format!("charts/{}.png", f.name), export::png(&f.svg)?),
                ])
            })
            .collect();
        for pair in drawn {
            pages.extend(pair?);
        }
    }
    let discovered = analysis.found.issues.report.origin == "discovered";
    match (&analysis.found.issues.text, old_codebook) {
        (Some(text), _) if discovered => pages.push(("codebook.toml".into(), text.clone().into_bytes())),
        (_, Some(old)) => pages.push(("codebook.toml".into(), old.into_bytes())),
        _ => {}
    }
    emit::folder(&folder, &pages)?;
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
fn build(analysis: &Analysis, arguments: &Arguments) -> Result<Report> {
    let found = &analysis.found;
    let calendar = &found.counted.calendar;
    let step = calendar.by.name();
    let total = analysis.series.iter().find(|s| s.is_total() && s.segment.is_none()).cloned();
    let total = total.ok_or_else(|| Error::failed("internal: trends without a total"))?;
    let now = total.at(analysis.period).cloned().ok_or_else(|| Error::failed("internal: no point for the period"))?;
    let mut cards = cards(analysis)?;
    if !arguments.selection.named.is_empty() {
        let ids = arguments
            .selection
            .named
            .iter()
            .map(|n| analyse::resolve(n, &analysis.series))
            .collect::<Result<Vec<_>>>()?;
        cards.retain(|c| ids.contains(&c.id));
    }
    if let Some(top) = arguments.selection.top {
        cards.truncate(top);
    }
    let interval = garwood(now.observed.unwrap_or(0) as f64, 0.95, 1.0);
    let labels = found.issues.report.origin == "labels";
    let mut caveats = caveats(analysis, &cards)?;
    caveats.dedup();
    Ok(Report {
        schema: SCHEMA,
        period: period_name(calendar, analysis.period),
        step: step.to_string(),
        zone: calendar.zone_name().to_string(),
        as_of: found.counted.now,
        unit: "records".into(),
        population: population(arguments),
        store_version: None,
        headline: findings::headline(&now, interval, step, "record", &cards),
        sections: findings::sections(Facts {
            period: analysis.period,
            step,
            total: &total,
            issues: &cards,
            loved: loved(analysis)?,
            cannot_say: cannot_say(analysis)?,
        }),
        funnel: funnel(found)?,
        methods: methods::methods(now.history, labels, step),
        total,
        issues: cards,
        files: files(found),
        feeds: feeds(analysis)?,
        caveats,
        codebook: found.issues.report.clone(),
        options: options(arguments),
    })
}

/// A period with its names.
pub(crate) fn period_name(calendar: &Calendar, period: Period) -> PeriodName {
    PeriodName {
        id: calendar.id(period),
        first: period.date(),
        last: calendar.last_day(period),
        label: calendar.label(period),
    }
}

/// A series with its change and its bars, for a table.
pub(crate) fn trend_row(counts: &Counts, series: Series, period: Period, before: Period) -> Row {
    let places = (
        counts.issues.iter().position(|(id, _)| *id == series.issue_id),
        counts.segments.iter().position(|s| *s == series.segment),
    );
    let found = match places {
        (Some(issue), Some(segment)) => between(counts, issue, segment, period, before),
        _ => None,
    };
    Row {
        previous: found.as_ref().map(|b| b.before),
        change: found.and_then(|b| b.count).map(change),
        sparkline: bars(&series, period, SPARKS),
        series,
    }
}

/// The last `most` complete periods up to `period` as bars.
fn bars(series: &Series, period: Period, most: usize) -> String {
    let points: Vec<&Point> = series.points.iter().filter(|p| !p.partial && p.period <= period).collect();
    let values: Vec<Option<i64>> = points[points.len().saturating_sub(most)..].iter().map(|p| p.observed).collect();
    sparkline(&values)
}

/// The report's form of a comparison.
fn change(c: compare::Change) -> Change {
    Change { ratio: c.ratio, low: c.low, high: c.high, p: c.p }
}

fn cards(analysis: &Analysis) -> Result<Vec<IssueReport>> {
    let found = &analysis.found;
    let records = found.read.records.frame();
    let (uids, feeds) = (records.column("uid")?.str()?, records.column("feed")?.str()?);
    let texts = found.voiced.text()?;
    let times = walls(found)?;
    let counts = found.counted.frame().column("counted")?.bool()?;
    let periods = found.counted.frame().column("period")?.datetime()?;
    let words: Vec<Word<'_>> = (0..records.height())
        .map(|row| Word {
            uid: uids.get(row).unwrap_or_default(),
            feed: feeds.get(row).unwrap_or_default(),
            text: texts.get(row),
            day: times[row].map(|at| at.date()),
            period: periods.physical().get(row).filter(|_| counts.get(row) == Some(true)).map(calendar::wall),
        })
        .collect();
    let hits = hits(found)?;
    let in_period = words.iter().filter(|w| w.period == Some(analysis.period)).count() as i64;
    let places = analysis.counts.issues.iter().enumerate();
    let changes: BTreeMap<String, (i64, Option<Change>)> = places
        .filter_map(|(at, (id, _))| {
            let between = between(&analysis.counts, at, 0, analysis.period, analysis.before)?;
            Some((id.clone(), (between.before, between.count.map(change))))
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
    for card in &mut cards {
        card.sparkline = bars(&card.series, analysis.period, BARS);
    }
    Ok(cards)
}

/// When each record was written, in the report's calendar.
pub(crate) fn walls(found: &Found) -> Result<Vec<Option<Period>>> {
    let at = found.counted.frame().column("at")?.datetime()?;
    Ok(at.physical().iter().map(|micros| micros.map(calendar::wall)).collect())
}

/// The matches of counted records.
pub(crate) fn hits(found: &Found) -> Result<Vec<Hit>> {
    let counts = found.counted.frame().column("counted")?.bool()?;
    let all = found.issues.matches.matches(&found.issues.codebook)?;
    Ok(all
        .into_iter()
        .filter(|m| counts.get(m.row as usize) == Some(true))
        .map(|m| Hit { row: m.row as usize, issue: m.issue, score: m.score, keywords: m.keywords })
        .collect())
}

/// From rows read to records matched.
pub(crate) fn funnel(found: &Found) -> Result<Funnel> {
    let sum = |of: fn(&crate::normalise::merge::FileSums) -> i64| found.read.merged.files.iter().map(of).sum();
    let mut left_out = Vec::new();
    if found.read.filtered > 0 {
        left_out.push(("not asked for (--where)".to_string(), found.read.filtered));
    }
    left_out.extend(found.counted.left_out()?);
    let counts = found.counted.frame().column("counted")?.bool()?;
    let texts = found.voiced.text()?;
    let mut matched = vec![false; found.read.records.len()];
    for hit in found.issues.matches.matches(&found.issues.codebook)? {
        matched[hit.row as usize] |= found.issues.codebook.issues[hit.issue].status.counts();
    }
    let (mut with, mut unassigned, mut no_text) = (0, 0, 0);
    for (row, hit) in matched.iter().enumerate().filter(|(row, _)| counts.get(*row) == Some(true)) {
        match (hit, texts.get(row)) {
            (true, _) => with += 1,
            (false, Some(_)) => unassigned += 1,
            (false, None) => no_text += 1,
        }
    }
    let mut funnel = Funnel {
        read: sum(|f| f.rows_read),
        duplicates: sum(|f| f.duplicates),
        rejected: sum(|f| f.rejected),
        skipped: sum(|f| f.skipped),
        stored: found.read.merged.records.len() as i64,
        left_out,
        counted: with + unassigned + no_text,
        matched: with,
        unassigned,
        no_text,
        line: String::new(),
    };
    funnel.line = funnel_words::line(&funnel);
    Ok(funnel)
}

/// Sentences about praise: good ratings in the period, against the one before, and what they speak of.
fn loved(analysis: &Analysis) -> Result<Vec<String>> {
    let found = &analysis.found;
    let frame = found.counted.frame();
    let reasons = frame.column("reason")?.str()?;
    let counts = frame.column("counted")?.bool()?;
    let periods = frame.column("period")?.datetime()?;
    let texts = found.voiced.text()?;
    let languages = found.voiced.texts_of("language")?;
    let period_of = |row: usize| periods.physical().get(row).map(calendar::wall);
    let praise: Vec<usize> = (0..frame.height()).filter(|row| reasons.get(*row) == Some(GOOD_RATING)).collect();
    if praise.is_empty() {
        return Ok(Vec::new());
    }
    let of = |period: Period| praise.iter().copied().filter(|row| period_of(*row) == Some(period)).collect::<Vec<_>>();
    let (now, before) = (of(analysis.period), of(analysis.before));
    let step = found.counted.calendar.by.name();
    let source = |row: usize| texts.get(row).map(|text| Source { text, language: languages.get(row) });
    let pile = |rows: &[usize]| rows.iter().filter_map(|row| source(*row)).collect::<Vec<_>>();
    let complaints: Vec<usize> = (0..frame.height()).filter(|row| counts.get(*row) == Some(true)).collect();
    let words = distinctive(&pile(&praise), &pile(&complaints), 4);
    let mut sentence = format!(
        "{} this {step} ({} the {step} before)",
        words::counted(now.len() as i64, "good rating"),
        words::count(before.len() as i64)
    );
    if !words.is_empty() {
        sentence.push_str(&format!("; over all {step}s they speak of {}", words.join(", ")));
    }
    Ok(vec![sentence])
}

/// Sentences about what cannot be said: feeds missing, short history, an unfinished period.
pub(crate) fn cannot_say(analysis: &Analysis) -> Result<Vec<String>> {
    let counts = &analysis.counts;
    let calendar = &counts.calendar;
    let step = calendar.by.name();
    let mut sentences = Vec::new();
    let whole = calendar.is_complete(analysis.period, counts.now);
    if !whole {
        sentences.push(format!("The {step} is not complete: nothing is tested, and nothing is compared with it."));
    }
    match analysis.trends.like_for_like(analysis.period) {
        Some(alike) => {
            let named = alike.left_out.iter().take(FEEDS_NAMED);
            sentences.extend(named.map(|(_, why)| format!("{why}: left out of this {step}'s comparisons.")));
            sentences.extend(more_feeds(alike.left_out.len()));
        }
        None if whole => {
            sentences.push(format!("No feed covers the whole {step}."));
            sentences.extend(counts.feeds().iter().take(FEEDS_NAMED).filter_map(|f| {
                f.span.map(|s| format!("{} covers {} to {}.", f.feed, words::day(s.first), words::day(s.last)))
            }));
            sentences.extend(more_feeds(counts.feeds().len()));
        }
        None => {}
    }
    let feeds = feeds(analysis)?;
    let all: i64 = feeds.iter().map(|f| f.counted).sum();
    let absent: i64 = feeds.iter().filter(|f| !f.covers_period).map(|f| f.counted).sum();
    if whole && absent * 2 > all {
        sentences.push(format!(
            "{} of the {} counted records are in feeds that do not cover this {step}.",
            words::count(absent),
            words::count(all)
        ));
    }
    let history =
        analysis.series.iter().find(|s| s.is_total()).and_then(|s| s.at(analysis.period)).map_or(0, |p| p.history);
    if whole && history < LEAST_HISTORY as i64 {
        sentences.push(format!(
            "{} of history before this one, fewer than {LEAST_HISTORY}: nothing is tested.",
            words::counted(history, step)
        ));
    }
    Ok(sentences)
}

fn more_feeds(feeds: usize) -> Option<String> {
    let more = feeds.saturating_sub(FEEDS_NAMED);
    (more > 0).then(|| format!("And {} more, listed under coverage.", words::counted(more as i64, "feed")))
}

/// Reasons to doubt a number, beside those of the first screen.
fn caveats(analysis: &Analysis, cards: &[IssueReport]) -> Result<Vec<String>> {
    let found = &analysis.found;
    let mut caveats = vec![found.issues.report.note.clone()];
    caveats.push("Intent was not computed: counts are of records, not of complaints alone.".into());
    caveats.extend(found.read.merged.caveats.iter().cloned());
    for one in &found.read.opened {
        caveats.extend(one.dump.source.caveat.iter().map(|c| format!("{}: {c}", one.dump.path)));
    }
    caveats.extend(
        found.read.failed.iter().map(|e| format!("Left out: {}", e.to_string().lines().next().unwrap_or_default())),
    );
    let mut missing: Vec<char> = cards.iter().flat_map(|c| missing_glyphs(&c.name)).collect();
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        let shown: String = missing.iter().take(20).collect();
        caveats
            .push(format!("The charts' font lacks some letters of the issues' names ({shown}); they are drawn as ·."));
    }
    Ok(caveats)
}

fn files(found: &Found) -> Vec<FileReport> {
    found
        .read
        .merged
        .files
        .iter()
        .filter_map(|sums| {
            let one = found.read.opened.iter().find(|o| o.dump.path == sums.path)?;
            let mut assumptions = one.dump.assumptions.clone();
            assumptions.extend(one.plan.assumptions());
            Some(FileReport {
                path: sums.path.clone(),
                sha256: one.dump.sha256.clone(),
                source: one.dump.source.name.clone(),
                rows_read: sums.rows_read,
                stored: sums.stored,
                duplicates: sums.duplicates,
                rejected: sums.rejected,
                skipped: sums.skipped,
                undated: sums.undated,
                problems: sums
                    .problems
                    .iter()
                    .map(|p| Problem { kind: p.kind.clone(), count: p.count, example_line: p.example_line })
                    .collect(),
                assumptions,
            })
        })
        .collect()
}

fn feeds(analysis: &Analysis) -> Result<Vec<FeedReport>> {
    let counts = &analysis.counts;
    let frame = analysis.found.counted.frame();
    let (feeds, counted) = (frame.column("feed")?.str()?, frame.column("counted")?.bool()?);
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for (feed, counted) in feeds.iter().zip(counted.iter()) {
        *sums.entry(feed.unwrap_or_default()).or_default() += i64::from(counted == Some(true));
    }
    let place = counts.place(analysis.period);
    Ok(counts
        .feeds()
        .iter()
        .enumerate()
        .map(|(at, feed)| FeedReport {
            feed: feed.feed.clone(),
            first: feed.span.map(|s| s.first),
            last: feed.span.map(|s| s.last),
            counted: sums.get(feed.feed.as_str()).copied().unwrap_or(0),
            covers_period: place.is_some_and(|p| counts.cover(at, p) == crate::trend::coverage::Cover::Whole),
        })
        .collect())
}

/// Which records the numbers speak of, in words.
fn population(arguments: &Arguments) -> String {
    let base = match arguments.trend.count {
        Count::Standard => {
            "dated records by customers: not deleted, spam or merged, not a repost, not a good rating".to_string()
        }
        Count::Inbound => "dated records by customers (--count inbound)".to_string(),
        Count::All => "all dated records (--count all)".to_string(),
    };
    match arguments.reading.conditions.as_slice() {
        [] => base,
        conditions => format!("{base}; only {}", conditions.join(" and ")),
    }
}

/// The options that changed a number, so that a reader can ask for the same again.
fn options(arguments: &Arguments) -> Vec<String> {
    let trend = &arguments.trend;
    let mut options = Vec::new();
    let mut say = |flag: &str, value: Option<String>| options.extend(value.map(|v| format!("--{flag} {v}")));
    say("source", arguments.reading.ingest.source.clone());
    say("dates", arguments.reading.ingest.dates.map(|d| format!("{d:?}").to_lowercase()));
    say("source-tz", arguments.reading.ingest.source_tz.clone());
    say("account", arguments.reading.ingest.account.clone());
    say("as-of", trend.as_of.map(|d| d.to_string()));
    say("by", trend.by.map(|by| by.name().to_string()));
    say("tz", (trend.tz != "UTC").then(|| trend.tz.clone()));
    say("segment", trend.segment.clone());
    say("issues", arguments.cluster.issues.map(|k| k.to_string()));
    say("issues-from", arguments.cluster.issues_from.clone());
    for map in &arguments.reading.ingest.map {
        say("map", Some(map.clone()));
    }
    for condition in &arguments.reading.conditions {
        say("where", Some(condition.clone()));
    }
    for word in &arguments.cluster.ignore {
        say("ignore", Some(word.clone()));
    }
    options
}

/// One chart of the total, the ranked bars, the small multiples, and one trend per issue; names each issue's chart.
fn figures(report: &mut Report) -> Result<Vec<Figure>> {
    let period = report.total.points.iter().map(|p| p.period).find(|p| p.date() == report.period.first);
    let step = report.step.clone();
    let step = step.as_str();
    let named: Vec<&str> = report.feeds.iter().filter(|f| f.counted > 0).map(|f| f.feed.as_str()).collect();
    let feeds = match named.as_slice() {
        [one] => (*one).to_string(),
        many if many.len() <= 3 => many.join(", "),
        many => format!("{} feeds", many.len()),
    };
    let all: Vec<Series> = report.issues.iter().map(|i| i.series.clone()).collect();
    let now = report.total.points.iter().find(|p| Some(p.period) == period).and_then(|p| p.observed).unwrap_or(0);
    let footer = |n: i64| {
        format!(
            "{} · n = {} · {} · as of {}",
            report.period.label,
            words::count(n),
            report.zone,
            words::day(report.as_of)
        )
    };
    let input =
        |series: &'_ [Series], title: String, subtitle: String, n: i64| -> (Vec<Series>, String, String, String) {
            (series.to_vec(), title, subtitle, footer(n))
        };
    let biggest = report.issues.first().map_or("No issue".to_string(), |i| format!("{} is the biggest issue", i.name));
    let loud = report.issues.iter().filter(|i| i.level.is_some_and(|l| l >= Level::Alert)).count();
    let many = match loud {
        0 => format!("No issue is worse than chance allows this {step}"),
        1 => format!("One issue is worse than chance allows this {step}"),
        n => format!("{n} issues are worse than chance allows this {step}"),
    };
    let counted = format!("{} per {step} · {feeds}", capital(&report.unit));
    let mut jobs = vec![
        ("trend", input(std::slice::from_ref(&report.total), report.headline.clone(), counted.clone(), now)),
        (
            "ranked",
            input(
                &all,
                biggest,
                format!("{} per issue · a record may count in several · {feeds}", capital(&report.unit)),
                now,
            ),
        ),
        ("multiples", input(&all, many, counted.clone(), now)),
    ];
    for issue in &report.issues {
        let title = title(&issue.series, period, step);
        jobs.push((
            "trend",
            input(std::slice::from_ref(&issue.series), title, counted.clone(), issue.observed.unwrap_or(0)),
        ));
    }
    let drawn: Vec<Result<Figure>> = jobs
        .into_par_iter()
        .map(|(name, (series, title, subtitle, footer))| {
            let chart =
                CHARTS.iter().find(|c| c.name == name).ok_or_else(|| Error::failed("internal: no such chart"))?;
            (chart.draw)(&ChartInput { series: &series, period, title, subtitle, footer, by: step })
        })
        .collect();
    let figures = drawn.into_iter().collect::<Result<Vec<Figure>>>()?;
    for issue in &mut report.issues {
        let stem = format!("trend-{}", issue.id);
        issue.chart = figures.iter().find(|f| f.name == stem).map(|f| f.name.clone());
    }
    Ok(figures)
}

/// The finding of an issue's slide.
pub(crate) fn title(series: &Series, period: Option<Period>, step: &str) -> String {
    let point = period.and_then(|p| series.at(p));
    let now = words::count(point.and_then(|p| p.observed).unwrap_or(0));
    match point.and_then(|p| p.level.and(p.expected)) {
        Some(expected) => format!("{}: {now} this {step}, usually about {}", series.issue, words::mean(expected)),
        None => format!("{}: {now} this {step}", series.issue),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
