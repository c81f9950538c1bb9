//! How long customers wait: per channel, issue and team.

use serde::Serialize;

use crate::trend::survival::Curve;

/// One measure of one group of cases. Times in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wait {
    /// What the group is of: `all`, `channel`, `team` or `issue`.
    pub by: &'static str,
    /// Which: the channel, the team, the id; empty for all.
    pub value: String,
    /// Its name for readers.
    pub name: String,
    /// `first_response` or `resolution`.
    pub measure: &'static str,
    /// Cases.
    pub cases: i64,
    /// Those answered (solved) by the end of the data.
    pub done: i64,
    /// Median over all cases (Kaplan–Meier, those still waiting count as waiting); null when half never ended.
    pub median: Option<i64>,
    /// The time by which nine of ten are done, likewise.
    pub p90: Option<i64>,
    /// Median of those done alone: it flatters where many wait.
    pub median_of_done: Option<i64>,
    /// The time by which nine of ten of those done were done.
    pub p90_of_done: Option<i64>,
    /// Estimated share done within the target; null without a target.
    pub within: Option<f64>,
    /// Its 95 % interval; null where nothing or everything is done.
    pub within_low: Option<f64>,
    /// Upper end.
    pub within_high: Option<f64>,
}

/// What a group is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// `all`, `channel`, `team` or `issue`.
    pub by: &'static str,
    /// Key.
    pub value: String,
    /// For readers.
    pub name: String,
}

/// Sums up one measure of one group: `waits` is `(seconds, whether it ended)` per case.
pub fn wait(group: &Group, measure: &'static str, waits: &[(i64, bool)], target: Option<i64>) -> Wait {
    let curve = Curve::of(waits);
    let mut done: Vec<i64> = waits.iter().filter(|w| w.1).map(|w| w.0).collect();
    done.sort_unstable();
    // Nearest rank: the smallest value that at least the share q does not exceed.
    let rank = |q: f64| done.get((q * done.len() as f64).ceil() as usize - usize::from(!done.is_empty())).copied();
    let within = target.map(|target| curve.ended_by(target));
    let interval = within.and_then(|(_, interval)| interval);
    Wait {
        by: group.by,
        value: group.value.clone(),
        name: group.name.clone(),
        measure,
        cases: waits.len() as i64,
        done: done.len() as i64,
        median: curve.quantile(0.5),
        p90: curve.quantile(0.9),
        median_of_done: rank(0.5),
        p90_of_done: rank(0.9),
        within: within.map(|(share, _)| share).filter(|_| !waits.is_empty()),
        within_low: interval.map(|(low, _)| low),
        within_high: interval.map(|(_, high)| high),
    }
}

/// `4h`, `90m`, `2d`, `45s` as seconds.
///
/// # Errors
/// A sentence with an example.
pub fn parse_duration(text: &str) -> std::result::Result<i64, String> {
    let bad = || format!("{text:?} is no length of time: write 90m, 4h or 2d");
    let text = text.trim();
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(bad)?;
    let unit = match text[at..].trim() {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        _ => return Err(bad()),
    };
    let number: f64 = text[..at].parse().map_err(|_| bad())?;
    if number > 0.0 && number < 1e6 { Ok((number * unit).round() as i64) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_still_waiting_count() {
        let group = Group { by: "all", value: String::new(), name: "All".into() };
        // Four answered after 1 to 4 hours, four still waiting after 10.
        let waits: Vec<(i64, bool)> =
            (1..=4).map(|h| (h * 3600, true)).chain((0..4).map(|_| (36_000, false))).collect();
        let wait = wait(&group, "first_response", &waits, Some(7200));
        assert_eq!((wait.cases, wait.done), (8, 4));
        assert_eq!((wait.median, wait.p90), (Some(4 * 3600), None));
        assert_eq!((wait.median_of_done, wait.p90_of_done), (Some(2 * 3600), Some(4 * 3600)));
        assert!((wait.within.unwrap() - 0.25).abs() < 1e-12);
        assert!(wait.within_low.unwrap() > 0.0 && wait.within_high.unwrap() < 1.0);
    }

    #[test]
    fn nobody_waits() {
        let group = Group { by: "team", value: "a".into(), name: "a".into() };
        let wait = wait(&group, "resolution", &[], Some(60));
        assert_eq!((wait.cases, wait.median, wait.median_of_done, wait.within), (0, None, None, None));
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse_duration("90m"), Ok(5400));
        assert_eq!(parse_duration("1.5h"), Ok(5400));
        assert_eq!(parse_duration("2d"), Ok(172_800));
        assert!(parse_duration("4 parsecs").unwrap_err().contains("4h"));
        assert!(parse_duration("").is_err() && parse_duration("0h").is_err());
    }
}
