//! What the detector does depending on how long a period is.

use crate::trend::calendar::By;

/// What depends on how long a period is.
pub(super) struct Pace {
    /// From so many complete periods on the full method is used.
    pub(super) full: usize,
    /// No more periods than this are looked at.
    pub(super) most: usize,
    /// Periods before the one tested that the full method leaves out, so that a slow rise is not its own baseline.
    pub(super) guard: usize,
    /// Fits start anew at multiples of this, so that a verdict does not depend on which earlier ones were asked for.
    pub(super) chain: usize,
    /// Periods that one turn of the year needs twice before its harmonics are looked at.
    pub(super) harmonics: usize,
    /// Periods before weekdays are looked at: eight weeks.
    pub(super) weekdays: usize,
    /// Periods that hold every time of day; 0 where each of them does.
    pub(super) day: usize,
    /// Periods that tell the level of late: half a year of weeks.
    pub(super) late: usize,
}

/// The figures of [`Pace`]: two years of weeks, two turns of the season, at most five; eight weeks of days, at most three
/// years; two weeks of hours, at most eight.
pub(super) const fn pace(by: By) -> Pace {
    match by {
        By::Hour => Pace {
            full: 336,
            most: 1_344,
            guard: 24,
            chain: 24,
            harmonics: usize::MAX,
            weekdays: 1_300,
            day: 24,
            late: 168,
        },
        By::Day => Pace { full: 60, most: 1_096, guard: 4, chain: 28, harmonics: 731, weekdays: 56, day: 0, late: 28 },
        By::Week => {
            Pace { full: 104, most: 260, guard: 4, chain: 52, harmonics: 0, weekdays: usize::MAX, day: 0, late: 26 }
        }
        By::Month | By::Quarter => {
            Pace { full: 104, most: 260, guard: 4, chain: 52, harmonics: 0, weekdays: usize::MAX, day: 0, late: 26 }
        }
    }
}
