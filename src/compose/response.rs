//! `plaint response`: how long customers wait, and who waits still.

use std::collections::BTreeMap;

use crate::cli::Response as Arguments;
use crate::compose::analyse::{self, Found};
use crate::compose::{self, Session, facts};
use crate::error::Result;
use crate::render::views::response as view;
use crate::report::words;
use crate::trend::calendar::{Period, wall};
use crate::trend::cases::{self, Case, Cases};
use crate::trend::hours::Hours;
use crate::trend::response::{Group, Wait, wait};
use crate::trend::zone::Clock;

/// How `--next` orders.
const ORDER: &str = "In the order of reach + growth + age + help-seeking, each from 0 to 1: log10(1 + reach) ÷ 6, \
                     log10(1 + reach per hour) ÷ 4, days waited ÷ 7, help_seeking (½ where the author is not known).";
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

pub(crate) fn run(session: &Session, arguments: &Arguments) -> Result<u8> {
    let config = &session.config.response;
    let hours = match (arguments.business_hours || config.business_hours, config.hours.is_empty()) {
        (false, _) => None,
        (true, false) => Some(Hours::parse(&config.hours, &config.holidays)?),
        (true, true) => Some(Hours::parse(&[DEFAULT_HOURS.to_owned()], &config.holidays)?),
    };
    let target = match (arguments.target, &config.target) {
        (Some(target), _) => Some(target),
        (None, Some(text)) => Some(crate::trend::response::parse_duration(text).map_err(|what| {
            crate::error::Error::failed(format!("[response] target: {what}")).at(crate::config::FILE)
        })?),
        (None, None) => None,
    };
    let found = analyse::find_given(session, &arguments.stages, analyse::Dates::Needed)?;
    let cases = cases::cases(&found.read.records, &found.counted, &arguments.stages.trend)?;
    let value = match arguments.next {
        true => view::Asked::Next(next(&found, &cases, arguments)?),
        false => view::Asked::Response(view::Response {
            as_of: found.counted.now,
            zone: found.counted.calendar.zone_name().to_owned(),
            target,
            hours: hours.as_ref().map(Hours::words),
            waits: waits(&found, &cases, hours.as_ref(), target)?,
            caveats: caveats(&found, &cases),
        }),
    };
    let store = found.read.store.as_ref();
    compose::print_of(session, store, &arguments.output, || value.text(), &value, || value.csv())?;
    Ok(analyse::exit_code(&found))
}

/// Where `plaint.toml` says none.
const DEFAULT_HOURS: &str = "mon-fri 09:00-17:00";

/// Every group's waiting times: all, then per channel, team and issue, the biggest first.
fn waits(found: &Found, cases: &Cases, hours: Option<&Hours>, target: Option<i64>) -> Result<Vec<Wait>> {
    let records = &found.read.records;
    let (channels, systems, teams) = (records.text("channel")?, records.text("system")?, records.text("group")?);
    let mut issues: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for hit in facts::Hits::of(found)?.all() {
        if found.issues.codebook.issues[hit.issue].status.counts() {
            issues.entry(hit.row).or_default().push(hit.issue);
        }
    }
    let group =
        |by: &'static str, value: &str, name: &str| Group { by, value: value.to_owned(), name: name.to_owned() };
    let mut groups: BTreeMap<(usize, Group), Vec<&Case>> = BTreeMap::new();
    for case in &cases.cases {
        let mut own = vec![(0, group("all", "", "All"))];
        let channel = channels.get(case.row).or(systems.get(case.row)).unwrap_or_default();
        own.push((1, group("channel", channel, channel)));
        own.extend(teams.get(case.row).filter(|t| !t.is_empty()).map(|team| (2, group("team", team, team))));
        for at in issues.get(&case.row).into_iter().flatten() {
            let issue = &found.issues.codebook.issues[*at];
            own.push((3, group("issue", &issue.id, &issue.name)));
        }
        for one in own {
            groups.entry(one).or_default().push(case);
        }
    }
    let mut ordered: Vec<(&(usize, Group), &Vec<&Case>)> = groups.iter().collect();
    ordered.sort_by_key(|((rank, _), cases)| (*rank, std::cmp::Reverse(cases.len())));
    let first = cases.cases.iter().map(|c| c.asked).min().unwrap_or(0);
    let last = cases.cases.iter().map(|c| c.seen).max().unwrap_or(0);
    let clock = Clock::new(found.counted.calendar.zone(), first, last);
    let lasted = |from: i64, to: i64| match hours {
        Some(hours) => hours.between(clock.wall(from), clock.wall(to)),
        None => (to - from).max(0) / SECOND,
    };
    let mut all = Vec::new();
    for ((_, group), cases) in ordered {
        let firsts: Vec<(i64, bool)> = cases
            .iter()
            .filter(|c| c.tells_first)
            .map(|c| (lasted(c.asked, c.first.unwrap_or(c.seen)), c.first.is_some()))
            .collect();
        let ends: Vec<(i64, bool)> = cases
            .iter()
            .filter(|c| c.tells_resolved)
            .map(|c| (lasted(c.asked, c.resolved.unwrap_or(c.seen)), c.resolved.is_some()))
            .collect();
        all.push(wait(group, "first_response", &firsts, target));
        all.push(wait(group, "resolution", &ends, target));
    }
    Ok(all)
}

/// Feeds named one by one before the rest is only counted.
const FEEDS_NAMED: usize = 5;

fn caveats(found: &Found, cases: &Cases) -> Vec<String> {
    let mut caveats = Vec::new();
    let few = |told: &BTreeMap<String, i64>, what: &dyn Fn(i64) -> String| -> Vec<String> {
        let mut few: Vec<String> =
            told.iter().take(FEEDS_NAMED).map(|(feed, n)| format!("{feed}: {}", what(*n))).collect();
        let more: Vec<i64> = told.values().skip(FEEDS_NAMED).copied().collect();
        if !more.is_empty() {
            few.push(format!("{}: {}", words::counted(more.len() as i64, "more feed"), what(more.iter().sum())));
        }
        few
    };
    let records = |n: i64| words::counted(n, "record");
    caveats.extend(few(&cases.silent, &|n| format!("the dumps tell of no answer, {} left out.", records(n))));
    caveats.extend(few(&cases.only_counted, &|n| {
        format!("the dumps count answers but hold none; of {} only those without any are known to wait.", records(n))
    }));
    if cases.backwards > 0 {
        caveats.push(format!("{} answered before being asked, left out.", words::counted(cases.backwards, "record")));
    }
    if cases.by_day > 0 {
        caveats.push(format!(
            "{} carry a day without a time: the wait is counted from its midnight.",
            words::counted(cases.by_day, "case")
        ));
    }
    if matches!(found.issues.report.origin, "discovered" | "none") {
        caveats.push(found.issues.report.note.clone());
    }
    caveats
}

/// The unanswered, most pressing first.
fn next(found: &Found, cases: &Cases, arguments: &Arguments) -> Result<view::Next> {
    let waiting = waiting(found, cases)?;
    let all = waiting.len() as i64;
    let mut caveats = unseen(found, cases, &waiting)?;
    caveats.extend(self::caveats(found, cases));
    let next = waiting.into_iter().take(arguments.top).map(|(_, one)| one).collect();
    Ok(view::Next { as_of: found.counted.now, waiting: all, next, order: ORDER, caveats })
}

/// The feeds whose dumps end more than a day before the waits do: somebody may have answered since.
fn unseen(found: &Found, cases: &Cases, waiting: &[(usize, view::Waiting)]) -> Result<Vec<String>> {
    let created = found.read.records.instants("created_at")?;
    let mut ends: BTreeMap<&str, i64> = BTreeMap::new();
    let seen: BTreeMap<usize, i64> = cases.cases.iter().map(|case| (case.row, case.seen)).collect();
    for (row, one) in waiting {
        let end = seen.get(row).copied().or(created.get(*row)).unwrap_or(cases.until);
        if end < cases.until - DAY {
            ends.insert(&one.feed, end);
        }
    }
    let first = ends.values().copied().min().unwrap_or(cases.until);
    let clock = Clock::new(found.counted.calendar.zone(), first, cases.until);
    Ok(ends
        .into_iter()
        .map(|(feed, end)| {
            let day = wall(clock.wall(end)).date();
            format!("{feed}: its dumps end on {}; who answered since is not known.", words::day(day))
        })
        .collect())
}

/// Every case that waits for a first answer, with its row, most pressing first.
pub(crate) fn waiting(found: &Found, cases: &Cases) -> Result<Vec<(usize, view::Waiting)>> {
    let records = &found.read.records;
    let (uids, urls, feeds) = (records.text("uid")?, records.text("url")?, records.text("feed")?);
    let statuses = records.text("status")?;
    let times: Vec<Option<Period>> = facts::walls(found)?;
    let (texts, echo_of) = (found.voiced.text()?, found.voiced.texts_of("echo_of")?);
    let number =
        |name: &str, row: usize| -> Result<Option<f64>> { Ok(found.voiced.frame().column(name)?.f64()?.get(row)) };
    let mut names: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for hit in facts::Hits::of(found)?.all() {
        names.entry(hit.row).or_default().push(found.issues.codebook.issues[hit.issue].name.clone());
    }
    let created = records.instants("created_at")?;
    let mut echoes: BTreeMap<&str, (i64, f64)> = BTreeMap::new();
    for (row, of) in echo_of.iter().enumerate() {
        if let Some(of) = of.filter(|_| created.get(row).is_some_and(|at| at <= cases.until)) {
            let carried = number("reach", row)?.unwrap_or(0.0);
            let sum = echoes.entry(of).or_default();
            *sum = (sum.0 + 1, sum.1 + carried);
        }
    }
    let mut waiting = Vec::new();
    for case in cases.cases.iter().filter(|c| c.first.is_none() && c.resolved.is_none()) {
        if !case.tells_first && case.replies != Some(0) {
            continue;
        }
        let row = case.row;
        // Solved or closed without a time is no longer waiting; an echo waits with its original.
        let closed = matches!(statuses.get(row), Some("solved" | "closed")) && !case.later;
        if closed || echo_of.get(row).is_some() {
            continue;
        }
        let uid = uids.get(row).unwrap_or_default();
        let (n, carried) = echoes.get(uid).copied().unwrap_or((0, 0.0));
        let age = (cases.until - case.asked).max(0) / SECOND;
        let reach = number("reach", row)?;
        let growth = reach.map(|reach| (reach + carried) / (age as f64 / 3_600.0).max(1.0));
        let help_seeking = number("help_seeking", row)?;
        let part = |value: f64, scale: f64| ((1.0 + value).log10() / scale).clamp(0.0, 1.0);
        let score = part(reach.unwrap_or(0.0), 6.0)
            + part(growth.unwrap_or(0.0), 4.0)
            + (age as f64 / (7.0 * 86_400.0)).min(1.0)
            + help_seeking.unwrap_or(0.5);
        let one = view::Waiting {
            uid: uid.to_owned(),
            url: urls.get(row).map(str::to_owned),
            day: times[row].map(|at| at.date()),
            feed: feeds.get(row).unwrap_or_default().to_owned(),
            issues: names.remove(&row).unwrap_or_default(),
            age,
            reach,
            growth,
            echoes: n,
            help_seeking,
            hostile: number("hostile", row)?,
            score,
            text: texts.get(row).map(str::to_owned),
        };
        waiting.push((row, one));
    }
    waiting.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score).then(a.uid.cmp(&b.uid)));
    Ok(waiting)
}
