//! Counts, baseline, signals, comparisons.

pub mod calendar;
pub mod series;
