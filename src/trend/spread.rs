//! How words spread: echoes, authors and reach of every issue, feed and period.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, DataType};
use rayon::prelude::*;

use crate::error::Result;
use crate::normalise::texts::Texts;
use crate::trend::calendar::micros;
use crate::trend::counted::Counted;
use crate::trend::counts::Counts;

/// Echoes, authors of public posts, reach.
pub type Measures = [f64; 3];

/// Names of the three, as people read them.
pub const NAMES: [&str; 3] = ["echoes", "authors", "reach"];

/// The measures of every issue, segment and feed that has any, over the periods of the grid.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    /// (issue, segment, feed), all by place → one per period.
    lanes: BTreeMap<(usize, usize, usize), Vec<Measures>>,
}

impl Spread {
    /// The sums over these feeds from `from` to `to`, both included; empty where nothing spreads.
    pub fn sums(&self, issue: usize, segment: usize, feeds: &[usize], from: usize, to: usize) -> Vec<Measures> {
        let mut sums: Vec<Measures> = Vec::new();
        for feed in feeds {
            let Some(lane) = self.lanes.get(&(issue, segment, *feed)) else { continue };
            sums.resize(to + 1 - from, [0.0; 3]);
            for (sum, one) in sums.iter_mut().zip(&lane[from..=to]) {
                for (a, b) in sum.iter_mut().zip(one) {
                    *a += b;
                }
            }
        }
        sums
    }
}

/// Measures every record that counts, and every repost, which does not but spreads. An echo is a repost or a record
/// that names the one it echoes (`echo_of`); authors are those of mentions, for only public words spread; reach is the
/// sum of `reach`, where that was computed, else of the vendor's. `frame` holds the records; columns it lacks are
/// unknown.
///
/// # Errors
/// Internal only.
pub fn spread(
    counted: &Counted,
    frame: &DataFrame,
    matches: &DataFrame,
    issues: &[(String, String)],
    counts: &Counts,
) -> Result<Spread> {
    let ours = counted.frame();
    let counts_flag = ours.column("counted")?.bool()?;
    let reasons = Texts::of(ours, "reason")?;
    let periods = ours.column("period")?.datetime()?.physical();
    let authors = ours.column("author")?.i64()?;
    let segments = Texts::of(ours, "segment")?.numbered();
    let place = |value: &Option<&str>| counts.segments.iter().position(|known| known.as_deref() == *value);
    let segment_place: Vec<Option<usize>> = segments.values.iter().map(place).collect();
    let feeds = Texts::of(ours, "feed")?.numbered();
    let place = |name: &Option<&str>| counts.feeds().iter().position(|known| Some(known.feed.as_str()) == *name);
    let feed_place: Vec<Option<usize>> = feeds.values.iter().map(place).collect();
    let kinds = Texts::of(frame, "kind")?;
    let reposts = frame.column("is_repost")?.bool()?;
    let echoes = match frame.column("echo_of") {
        Ok(column) => Texts::in_column(column)?.iter().map(|cell| cell.is_some()).collect(),
        Err(_) => vec![false; frame.height()],
    };
    let reach_column = frame.column("reach").or_else(|_| frame.column("vendor_reach"))?.cast(&DataType::Float64)?;
    let reach = reach_column.f64()?;
    let place: BTreeMap<&str, usize> = issues.iter().zip(1..).map(|((id, _), at)| (id.as_str(), at)).collect();
    let ids = Texts::of(matches, "issue_id")?.numbered();
    let place: Vec<Option<usize>> = ids.values.iter().map(|id| place.get((*id)?).copied()).collect();
    let walls: Vec<i64> = (0..counts.periods()).map(|p| micros(counts.period(p))).collect();
    let (rows, active) = (matches.column("row")?.i64()?, matches.column("counts")?.bool()?);
    let all_feeds = counts.feeds().len();
    let wide = counts.periods();
    // A match that spreads: its place among lanes and periods, whether it is an echo, its reach, and its author where it
    // is public.
    let measured = |at: usize| -> Option<(usize, bool, f64, Option<i64>)> {
        let issue = place[ids.of[at] as usize]?;
        let row = usize::try_from(rows.get(at)?).ok().filter(|_| active.get(at) == Some(true))?;
        if counts_flag.get(row) != Some(true) && reasons.get(row) != Some("repost") {
            return None;
        }
        let echo = reposts.get(row) == Some(true) || echoes.get(row) == Some(&true);
        let seen = reach.get(row).filter(|r| r.is_finite() && *r > 0.0).unwrap_or(0.0);
        let public = kinds.get(row) == Some("mention");
        if !echo && seen == 0.0 && !public {
            return None;
        }
        let period = walls.binary_search(&periods.get(row)?).ok()?;
        let feed = feed_place[*feeds.of.get(row)? as usize]?;
        let segment = segment_place[*segments.of.get(row)? as usize]?;
        let lane = (issue * counts.segments.len() + segment) * all_feeds + feed;
        Some((lane * wide + period, echo, seen, authors.get(row).filter(|_| public)))
    };
    let all: Vec<_> = (0..matches.height()).into_par_iter().with_min_len(4096).filter_map(measured).collect();
    let mut lanes: Vec<Option<Vec<Measures>>> = vec![None; (issues.len() + 1) * counts.segments.len() * all_feeds];
    // A place above an author's number: quicker to sort than the two.
    let mut who: Vec<u64> = Vec::new();
    for (at, echo, seen, author) in all {
        let lane = lanes[at / wide].get_or_insert_with(|| vec![[0.0; 3]; wide]);
        lane[at % wide][0] += f64::from(u8::from(echo));
        lane[at % wide][2] += seen;
        who.extend(author.map(|author| (at as u64) << 32 | author as u64));
    }
    who.par_sort_unstable();
    who.dedup();
    for one in who {
        let at = (one >> 32) as usize;
        if let Some(lane) = &mut lanes[at / wide] {
            lane[at % wide][1] += 1.0;
        }
    }
    let of = |(key, lane): (usize, Option<Vec<Measures>>)| {
        let (rest, feed) = (key / all_feeds, key % all_feeds);
        Some(((rest / counts.segments.len(), rest % counts.segments.len(), feed), lane?))
    };
    Ok(Spread { lanes: lanes.into_iter().enumerate().filter_map(of).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trend::counted::counted;
    use crate::trend::counts::count;
    use crate::trend::coverage::Declared;
    use crate::trend::options::Options;
    use crate::trend::testing::{line, matches, records, with};

    #[test]
    fn reposts_and_authors_are_measured_per_period() {
        let lines = [
            with(line("a", "x", "2026-11-02"), &[("kind", "mention"), ("author_id", "1")]),
            with(line("b", "x", "2026-11-03"), &[("kind", "mention"), ("author_id", "1"), ("vendor_reach", "40")]),
            with(line("c", "x", "2026-11-10"), &[("kind", "mention"), ("author_id", "2"), ("is_repost", "true")]),
            with(line("d", "x", "2026-11-11"), &[("kind", "ticket"), ("author_id", "3")]),
        ];
        let records = records(&lines);
        let counted = counted(&records, &Options::default(), &Declared::default()).unwrap();
        let issues = [("i".to_owned(), "i".to_owned())];
        let matches = matches(&[(0, "i"), (1, "i"), (2, "i"), (3, "i")]);
        let counts = count(&counted, &matches, &issues).unwrap();
        let spread = spread(&counted, records.frame(), &matches, &issues, &counts).unwrap();
        assert_eq!(spread.sums(1, 0, &[0], 0, 1), [[0.0, 1.0, 40.0], [1.0, 1.0, 0.0]]);
        assert!(spread.sums(0, 0, &[0], 0, 1).is_empty());
    }
}
