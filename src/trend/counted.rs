//! Who is counted: every record counts, or has exactly one named reason why not.

use jiff::Timestamp;
use jiff::civil::Date;
use polars::prelude::{
    BooleanChunked, DataFrame, DataType, Int64Chunked, IntoColumn, IntoSeries, NamedFrom, NewChunkedArray, Series,
    TimeUnit,
};
use rayon::prelude::*;

use crate::contract::{self, Column, Type};
use crate::error::{Error, Result};
use crate::normalise::people::people;
use crate::normalise::records::Records;
use crate::normalise::stack::lean;
use crate::normalise::texts::{Numbered, Texts};
use crate::trend::calendar::{Calendar, day_number, day_of};
use crate::trend::coverage::{Coverage, Declared, coverage, first_day};
use crate::trend::now::{Days, now};
use crate::trend::options::{Count, Options};
use crate::trend::segment::segments;
use crate::trend::zone::Clock;

const fn column(name: &'static str, kind: Type, nullable: bool, about: &'static str) -> Column {
    Column { name, kind, nullable, about }
}

/// The columns of [`Counted`], one row per record, in the records' order.
pub const COLUMNS: &[Column] = &[
    column("row", Type::Int, false, "the record's row"),
    column("feed", Type::Text, false, "the record's feed"),
    column("at", Type::Wall, true, "when it was written, in the report's calendar; null when undated"),
    column("period", Type::Wall, true, "the period it is in; null when undated, after now, or a stray early date"),
    column("unit", Type::Int, false, "a number per author and thread; unknown author or thread: per record"),
    column("author", Type::Int, true, "a number per author; null when the record names none"),
    column("segment", Type::Text, true, "the segment; null unless one was asked for"),
    column("counted", Type::Bool, false, "whether it counts"),
    column("reason", Type::Text, true, "why it does not count, one of REASONS; null when it does"),
];

/// Why a record does not count, in the order the reasons are tried: the first that holds is the one named. The last two
/// are tried by [`Counted::leave_out`].
pub const REASONS: [&str; 12] = [
    UNDATED,
    FUTURE,
    STRAY,
    "outbound",
    "internal",
    "deleted",
    "spam",
    "merged",
    "repost",
    GOOD_RATING,
    OTHER_INTENT,
    HOSTILE,
];

/// No date, or one no calendar holds.
const UNDATED: &str = "undated";
/// After now.
pub const FUTURE: &str = "future_date";
/// So early that it must be mistyped or unset: see [`first_day`].
const STRAY: &str = "stray_date";
/// Whether a customer said it, and it is neither deleted nor spam nor merged: it counts (no reason), or is left out for
/// what it is, not for who or what is behind it.
pub fn is_said(reason: Option<&str>) -> bool {
    matches!(reason, None | Some(GOOD_RATING | "repost" | OTHER_INTENT | HOSTILE))
}

/// A good rating: not a complaint, but praise.
pub const GOOD_RATING: &str = "good_rating";
/// None of the intents asked for.
pub const OTHER_INTENT: &str = "other_intent";
/// A hostile author, where those were not asked for.
pub const HOSTILE: &str = "hostile";
/// From this rating on a scale from 0 to 1 on it is good: four stars of five.
const GOOD_FROM: f64 = 0.75;

/// Records with their period, unit and reason. Columns: [`COLUMNS`].
#[derive(Debug, Clone)]
pub struct Counted {
    frame: DataFrame,
    /// The report's calendar.
    pub calendar: Calendar,
    /// The last day of the data, itself included.
    pub now: Date,
    /// What each feed covers.
    pub coverage: Coverage,
}

impl Counted {
    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// How many records count.
    pub fn counted(&self) -> Result<i64> {
        Ok(i64::from(self.frame.column("counted")?.bool()?.sum().unwrap_or(0)))
    }

    /// How many records were left out, by reason, in the order the reasons are tried; only reasons that occur.
    pub fn left_out(&self) -> Result<Vec<(String, i64)>> {
        let reasons = Texts::of(&self.frame, "reason")?.numbered();
        let mut sums = vec![0; reasons.values.len()];
        reasons.of.iter().for_each(|at| sums[*at as usize] += 1);
        let n = |reason: &&str| reasons.values.binary_search(&Some(*reason)).ok().map(|at| sums[at]);
        Ok(REASONS.iter().filter_map(|reason| Some(((*reason).to_owned(), n(reason)?))).collect())
    }

    /// Lets the rows marked in `out` no longer count, for `reason`. Rows that did not count keep their reason; only an
    /// undated one, from which issues might be learned, takes the new one.
    ///
    /// # Errors
    /// An internal error when there are not as many marks as records.
    pub fn leave_out(&mut self, out: &[bool], reason: &'static str) -> Result<()> {
        if out.len() != self.frame.height() {
            return Err(Error::failed("internal: counted: a mark for every record is needed"));
        }
        let reasons: Vec<Option<String>> = self
            .frame
            .column("reason")?
            .str()?
            .iter()
            .zip(out)
            .map(|(old, out)| match old {
                None | Some(UNDATED) if *out => Some(reason.to_owned()),
                old => old.map(str::to_owned),
            })
            .collect();
        let counts: Vec<bool> = reasons.iter().map(Option::is_none).collect();
        self.frame.with_column(Series::new("counted".into(), counts).into_column())?;
        self.frame.with_column(Series::new("reason".into(), reasons).into_column())?;
        contract::check(&self.frame, COLUMNS, "counted")
    }
}

/// Decides for every record whether it counts, and in which period.
///
/// A record counts unless one of [`REASONS`] holds. `--count inbound` knows only those of date and direction, `--count
/// all` only those of date. `--since` and `--until` leave nothing out: they choose the periods shown and tested.
/// Instants are placed on the clock of `--tz`; a date without a time counts on the day written. Now is `--as-of`, else
/// see [`now`]; without any dated record it is 1970-01-01.
///
/// # Errors
/// Bad usage when the zone or the segment's column does not exist.
pub fn counted(records: &Records, options: &Options, declared: &Declared) -> Result<Counted> {
    let segments = options.segment.as_ref().map(|name| segments(records, name)).transpose()?;
    counted_by(records, options, declared, segments.map(|segments| segments.texts()))
}

/// The same with the segment of every record given (a column that is not the records' own, such as intent).
///
/// # Errors
/// Bad usage when the zone does not exist; an internal error when there are not as many segments as records.
pub fn counted_by(
    records: &Records,
    options: &Options,
    declared: &Declared,
    segments: Option<Vec<String>>,
) -> Result<Counted> {
    let calendar = options.calendar()?;
    let frame = records.frame();
    if segments.as_ref().is_some_and(|s| s.len() != records.len()) {
        return Err(Error::failed("internal: counted: a segment for every record is needed"));
    }
    let feeds = Texts::of(frame, "feed")?.numbered();
    let (people, walls) = rayon::join(|| people(frame), || walls(frame, &calendar));
    let (people, walls) = (people?, walls?);
    let days = days_of_feeds(&feeds, &walls);
    let dated: Vec<Days> = days.iter().filter(|days| !days.is_empty()).cloned().collect();
    let now = options.as_of.or_else(|| now(&dated)).unwrap_or(Date::constant(1970, 1, 1));
    let first: Vec<Option<i64>> = days.iter().map(first_day).collect();
    let named = feeds.values.iter().zip(days).filter(|(_, days)| !days.is_empty());
    let named = named.filter_map(|(feed, days)| Some(((*feed)?.to_owned(), days))).collect();
    let coverage = coverage(&named, now, declared);

    let last = day_of(now);
    let placed: Vec<Option<&'static str>> = walls
        .par_iter()
        .enumerate()
        .map(|(row, wall)| match wall.map(day_number) {
            None => Some(UNDATED),
            Some(day) if day > last => Some(FUTURE),
            Some(day) if first[feeds.of[row] as usize].is_some_and(|first| day < first) => Some(STRAY),
            Some(_) => None,
        })
        .collect();
    let start = |(wall, reason): (&Option<i64>, &Option<&str>)| {
        wall.filter(|_| reason.is_none()).map(|wall| calendar.start(calendar.index_of_micros(wall)))
    };
    let periods: Vec<Option<i64>> = walls.par_iter().zip(&placed).map(start).collect();
    let reasons = reasons(frame, placed, options.count)?;
    let segment = match segments {
        Some(values) => Series::new("segment".into(), values),
        None => Series::full_null("segment".into(), records.len(), &DataType::String),
    };
    let rows: Vec<i64> = (0..).take(records.len()).collect();
    let counts: BooleanChunked = reasons.iter().map(Option::is_none).collect();
    let columns = vec![
        Series::new("row".into(), rows).into_column(),
        frame.column("feed")?.clone(),
        wall_series("at", &walls)?.into_column(),
        wall_series("period", &periods)?.into_column(),
        Series::new("unit".into(), people.unit).into_column(),
        Series::new("author".into(), people.author).into_column(),
        segment.into_column(),
        counts.with_name("counted".into()).into_series().into_column(),
        match reasons.iter().all(Option::is_none) {
            true => polars::prelude::Column::full_null("reason".into(), records.len(), &DataType::String),
            false => Series::new("reason".into(), reasons).into_column(),
        },
    ];
    let frame = lean(DataFrame::new(records.len(), columns)?)?;
    contract::check(&frame, COLUMNS, "counted")?;
    Ok(Counted { frame, calendar, now, coverage })
}

/// Every feed's dated records per day.
fn days_of_feeds(feeds: &Numbered<'_>, walls: &[Option<i64>]) -> Vec<Days> {
    /// Records looked at together.
    const PART: usize = 1 << 15;
    let none = || vec![Days::new(); feeds.values.len()];
    let part = |(walls, feeds): (&[Option<i64>], &[u32])| {
        let mut days = none();
        for (wall, feed) in walls.iter().zip(feeds).filter_map(|(wall, feed)| Some(((*wall)?, *feed))) {
            *days[feed as usize].entry(day_number(wall)).or_default() += 1;
        }
        days
    };
    let add = |mut all: Vec<Days>, part: Vec<Days>| {
        for (all, days) in all.iter_mut().zip(part) {
            days.into_iter().for_each(|(day, n)| *all.entry(day).or_default() += n);
        }
        all
    };
    walls.par_chunks(PART).zip(feeds.of.par_chunks(PART)).map(part).reduce(none, add)
}

/// A column of wall times from microseconds.
pub(crate) fn wall_series(name: &str, micros: &[Option<i64>]) -> Result<Series> {
    let cells = Int64Chunked::from_slice_options(name.into(), micros).into_series();
    Ok(cells.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?)
}

/// The wall time of every record, in microseconds; null when undated or beyond every calendar.
fn walls(frame: &DataFrame, calendar: &Calendar) -> Result<Vec<Option<i64>>> {
    let (least, most) = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    let instants: Vec<Option<i64>> = frame
        .column("created_at")?
        .datetime()?
        .physical()
        .iter()
        .map(|at| at.filter(|us| (least..=most).contains(us)))
        .collect();
    let precision = Texts::of(frame, "created_precision")?.iter();
    let dated = || instants.iter().flatten().copied();
    let clock = Clock::new(calendar.zone(), dated().min().unwrap_or(0), dated().max().unwrap_or(0));
    let wall = |(at, precision): (&Option<i64>, Option<&str>)| {
        at.map(|us| if precision == Some("day") { us } else { clock.wall(us) })
    };
    Ok(instants.iter().zip(precision).map(wall).collect())
}

fn reasons(
    frame: &DataFrame,
    mut reasons: Vec<Option<&'static str>>,
    count: Count,
) -> Result<Vec<Option<&'static str>>> {
    if count == Count::All {
        return Ok(reasons);
    }
    let directions = Texts::of(frame, "direction")?.iter();
    for (reason, direction) in reasons.iter_mut().zip(directions) {
        *reason = reason.or(match direction {
            Some("outbound") => Some("outbound"),
            Some("internal") => Some("internal"),
            _ => None,
        });
    }
    if count == Count::Inbound {
        return Ok(reasons);
    }
    let statuses = Texts::of(frame, "status")?.iter();
    let reposts = frame.column("is_repost")?.bool()?.iter();
    let ratings = frame.column("rating_01")?.f64()?.iter();
    let verdicts = Texts::of(frame, "csat")?.iter();
    for ((((reason, status), repost), rating), csat) in
        reasons.iter_mut().zip(statuses).zip(reposts).zip(ratings).zip(verdicts)
    {
        *reason = reason.or(match status {
            Some("deleted") => Some("deleted"),
            Some("spam") => Some("spam"),
            Some("merged") => Some("merged"),
            _ if repost == Some(true) => Some("repost"),
            _ if rating.is_some_and(|r| r >= GOOD_FROM) || csat == Some("good") => Some(GOOD_RATING),
            _ => None,
        });
    }
    Ok(reasons)
}

#[cfg(test)]
#[path = "counted_tests.rs"]
mod tests;
