//! `plaint compare`: two periods or two segments, side by side.

use std::collections::BTreeMap;

use polars::prelude::StringChunked;
use statrs::function::erf::erfc;

use crate::cli::Compare;
use crate::cluster::corpus::Source;
use crate::cluster::words::compared;
use crate::compose::analyse::{self, Found};
use crate::compose::inputs::{self, Inputs};
use crate::compose::{self, Session, facts, shares};
use crate::error::{Error, Result};
use crate::render::views::compare as view;
use crate::trend::calendar::{Calendar, span_label};
use crate::trend::coverage::Span;
use crate::trend::fdr::benjamini_hochberg;
use crate::trend::side_by_side::{CLEAR, Compared, Line, Side, compare};
use crate::trend::sides::{Against, days, other, period};

/// Words shown on each side.
const WORDS: usize = 10;
/// Times a word must be said on both sides together to be tested.
const FEWEST: f64 = 5.0;
/// Segments compared, the biggest first; the rest is named.
const SEGMENTS: usize = 12;

pub(crate) fn run(session: &Session, arguments: &Compare) -> Result<u8> {
    let found = analyse::find(session, &arguments.stages, analyse::Dates::Needed)?;
    let calendar = &found.counted.calendar;
    let now = found.counted.now;
    let inputs = inputs::read(&arguments.stages.trend, calendar)?;
    let span = match arguments.stages.trend.period {
        Some(when) => days(when, calendar, now),
        None => period(calendar, calendar.last_complete(now).date()),
    };
    let (pairs, rest) = pairs(&found, arguments, span)?;
    let mut comparisons = Vec::new();
    for pair in pairs {
        comparisons.push(comparison(&found, arguments, &inputs, &pair)?);
    }
    let mut caveats = vec![
        "The intervals are exact for records that come independently; where they come in bursts they are too narrow."
            .to_owned(),
    ];
    caveats.extend(rest);
    if found.issues.report.origin != "codebook" {
        caveats.push(found.issues.report.note.clone());
    }
    let value = view::Comparisons {
        zone: calendar.zone_name().to_owned(),
        as_of: now,
        rate: if inputs.exposures.is_some() { "per 1,000 of the exposure given" } else { "per 1,000 counted records" },
        fdr: CLEAR,
        funnel: facts::funnel(&found)?.line,
        comparisons,
        caveats,
    };
    let store = found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || value.csv())?;
    Ok(analyse::exit_code(&found))
}

/// The pairs of sides asked for, and a caveat for those left out.
fn pairs(found: &Found, arguments: &Compare, span: Span) -> Result<(Vec<[Side; 2]>, Option<String>)> {
    let calendar = &found.counted.calendar;
    let label = |span: Span| {
        if span.first == span.last {
            crate::trend::calendar::day_label(span.first)
        } else {
            span_label(span.first, span.last)
        }
    };
    let side = |span: Span, segment: Option<&str>, others: bool| Side {
        label: match segment {
            Some(name) if others => format!("all but {name}, {}", label(span)),
            Some(name) => format!("{name}, {}", label(span)),
            None => label(span),
        },
        span,
        segment: segment.map(str::to_owned),
        others,
    };
    let between = |segment: Option<&str>, against: Against| -> Result<[Side; 2]> {
        let before = other(span, against, calendar, found.counted.now)?;
        Ok([side(span, segment, false), side(before, segment, false)])
    };
    let against = arguments.against;
    if arguments.stages.trend.segment.is_none() {
        return Ok((vec![between(None, against.unwrap_or(Against::Previous))?], None));
    }
    let (names, left) = segments(found, calendar, span)?;
    let pairs = match (against, names.as_slice()) {
        (Some(against), names) => names.iter().map(|n| between(Some(n), against)).collect::<Result<_>>()?,
        (None, [a, b]) if left == 0 => vec![[side(span, Some(a), false), side(span, Some(b), false)]],
        (None, names) => names.iter().map(|n| [side(span, Some(n), false), side(span, Some(n), true)]).collect(),
    };
    let rest = (left > 0).then(|| format!("{left} more segments, smaller than these, are not shown."));
    Ok((pairs, rest))
}

/// The segments with counted records in the days, biggest first, and how many more there are.
fn segments(found: &Found, calendar: &Calendar, span: Span) -> Result<(Vec<String>, usize)> {
    let frame = found.counted.frame();
    let (names, counts) = (frame.column("segment")?.str()?, frame.column("counted")?.bool()?);
    let times = facts::walls(found)?;
    let mut sizes: BTreeMap<&str, i64> = BTreeMap::new();
    for (row, at) in times.iter().enumerate() {
        let inside = at.is_some_and(|at| (span.first..=span.last).contains(&at.date()));
        if let (true, Some(true), Some(name)) = (inside, counts.get(row), names.get(row)) {
            *sizes.entry(name).or_default() += 1;
        }
    }
    let mut sizes: Vec<(&str, i64)> = sizes.into_iter().collect();
    sizes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    if sizes.len() < 2 {
        return Err(Error::failed(format!(
            "there are no two segments with counted records from {} to {}",
            span.first, span.last
        ))
        .hint(format!("name another column or another --period; the data is counted by {}", calendar.by.name())));
    }
    let left = sizes.len().saturating_sub(SEGMENTS);
    Ok((sizes.into_iter().take(SEGMENTS).map(|(name, _)| name.to_owned()).collect(), left))
}

fn comparison(found: &Found, arguments: &Compare, inputs: &Inputs, sides: &[Side; 2]) -> Result<view::Comparison> {
    let issues: Vec<(String, String)> = found
        .issues
        .codebook
        .issues
        .iter()
        .filter(|i| i.status.counts())
        .map(|i| (i.id.clone(), i.name.clone()))
        .collect();
    let matches = found.issues.matches.frame();
    let mut compared = compare(&found.counted, matches, &issues, sides, inputs.exposures.as_ref())?;
    let mut caveats: Vec<String> = Vec::new();
    if compared.feeds.is_empty() {
        caveats.push("No feed covers both sides: nothing can be compared.".into());
    }
    caveats.extend(compared.left_out.iter().map(|why| format!("{why}: left out.")));
    let mut shares = match arguments.selection.named.is_empty() {
        true => shares::shares(found, &compared.rows, sides)?,
        false => Vec::new(),
    };
    let words = words(found, &mut compared, arguments)?;
    if inputs.exposures.is_some() && compared.lines.iter().any(|l| l.a.exposure.is_none() || l.b.exposure.is_none()) {
        caveats.push("The exposure of a side is missing or 0: only counts are compared.".into());
    }
    let small =
        |line: &Line| arguments.min_cell.is_some_and(|least| [line.a.count, line.b.count].iter().any(|n| *n < least));
    let mut lines: Vec<Line> = select(compared.lines, arguments)?;
    let hidden = lines.iter_mut().chain(&mut shares).filter(|l| small(l)).map(hide).count();
    if hidden > 0 {
        caveats.push(format!("{hidden} lines hold fewer than --min-cell on a side and are hidden."));
    }
    Ok(view::Comparison {
        a: view::Side { label: sides[0].label.clone(), first: sides[0].span.first, last: sides[0].span.last },
        b: view::Side { label: sides[1].label.clone(), first: sides[1].span.first, last: sides[1].span.last },
        feeds: compared.feeds,
        shares,
        lines,
        words,
        caveats,
    })
}

/// Takes every number out of a line.
fn hide(line: &mut Line) {
    for tally in [&mut line.a, &mut line.b] {
        (tally.count, tally.exposure, tally.rate, tally.rate_low, tally.rate_high) = (0, None, None, None, None);
    }
    (line.count, line.rate, line.verdict, line.hidden) = (None, None, "hidden", true);
}

/// The total (without `--issue`) and the issues asked for, the clearest first, then the biggest.
fn select(lines: Vec<Line>, arguments: &Compare) -> Result<Vec<Line>> {
    let selection = &arguments.selection;
    let wanted = |line: &Line| {
        let folded = line.issue.to_lowercase();
        selection.named.iter().any(|n| *n == line.issue_id || n.to_lowercase() == folded)
    };
    for name in &selection.named {
        if !lines.iter().skip(1).any(|l| *name == l.issue_id || name.to_lowercase() == l.issue.to_lowercase()) {
            let error = Error::usage(format!("there is no issue {name:?}"));
            let names = lines.iter().skip(1).flat_map(|l| [l.issue.as_str(), l.issue_id.as_str()]);
            return Err(match crate::error::nearest(name, names) {
                Some(near) => error.hint(format!("did you mean {near:?}?")),
                None => error.hint("plaint cluster lists the issues"),
            });
        }
    }
    let mut lines = lines.into_iter();
    let total = lines.next().filter(|_| selection.named.is_empty());
    let mut rest: Vec<Line> = lines.filter(|l| selection.named.is_empty() || wanted(l)).collect();
    let p = |line: &Line| line.count.iter().chain(&line.rate).map(|t| t.q).fold(f64::INFINITY, f64::min);
    let clear = |line: &Line| p(line) <= CLEAR;
    rest.sort_by(|a, b| {
        clear(b)
            .cmp(&clear(a))
            .then((b.a.count + b.b.count).cmp(&(a.a.count + a.b.count)))
            .then(a.issue_id.cmp(&b.issue_id))
    });
    if let Some(top) = selection.top {
        rest.truncate(top);
    }
    Ok(total.into_iter().chain(rest).collect())
}

/// The words that differ, those of the first side first; of the issues asked for, when some are.
fn words(found: &Found, compared: &mut Compared, arguments: &Compare) -> Result<Vec<view::Word>> {
    if !arguments.selection.named.is_empty() {
        let names: Vec<String> = arguments.selection.named.iter().map(|n| n.to_lowercase()).collect();
        let issues = &found.issues.codebook.issues;
        let mut rows: Vec<usize> = facts::Hits::of(found)?
            .all()
            .filter(|h| names.contains(&issues[h.issue].id) || names.contains(&issues[h.issue].name.to_lowercase()))
            .map(|h| h.row)
            .collect();
        rows.sort_unstable();
        for side in &mut compared.rows {
            side.retain(|row| rows.binary_search(row).is_ok());
        }
    }
    let texts = found.voiced.text()?;
    let languages = found.voiced.texts_of("language")?;
    let piles = [pile(texts, languages, &compared.rows[0]), pile(texts, languages, &compared.rows[1])];
    if piles.iter().any(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let tested: Vec<_> = self::compared(&piles[0], &piles[1]).into_iter().filter(|w| w.a + w.b >= FEWEST).collect();
    // Two-sided, from the normal law of z.
    let p: Vec<f64> = tested.iter().map(|w| erfc(w.z.abs() / std::f64::consts::SQRT_2)).collect();
    let clear = tested.into_iter().zip(benjamini_hochberg(&p)).filter(|(_, q)| *q <= CLEAR).map(|(w, q)| view::Word {
        word: w.word,
        a: w.a as i64,
        b: w.b as i64,
        log_odds: w.delta,
        z: w.z,
        q,
    });
    let (mut first, mut second): (Vec<_>, Vec<_>) = clear.partition(|w| w.z > 0.0);
    first.truncate(WORDS);
    second.reverse();
    second.truncate(WORDS);
    first.extend(second);
    Ok(first)
}

fn pile<'a>(texts: &'a StringChunked, languages: &'a StringChunked, rows: &[usize]) -> Vec<Source<'a>> {
    rows.iter().filter_map(|row| Some(Source { text: texts.get(*row)?, language: languages.get(*row) })).collect()
}
