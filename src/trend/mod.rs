//! Counts, baseline, signals, comparisons.
//!
//! ```text
//! Records ─counted▶ Counted ─count(Matches)▶ Counts ─judge▶ Trends
//! ```

pub mod baseline;
pub mod between;
pub mod calendar;
pub mod cases;
pub mod compare;
pub mod counted;
pub mod counts;
pub mod counts_file;
pub mod coverage;
pub mod exact;
pub mod fdr;
pub mod hours;
pub mod judge;
pub mod lifecycle;
pub mod like_for_like;
pub mod now;
pub mod options;
pub mod response;
pub mod segment;
pub mod series;
pub mod survival;
pub mod trends;
pub mod when;
pub mod zone;

#[cfg(test)]
mod testing;
