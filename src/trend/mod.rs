//! Counts, baseline, signals, comparisons.
//!
//! ```text
//! Records ─counted▶ Counted ─count(Matches)▶ Counts ─judge▶ Trends
//! ```

pub mod baseline;
pub mod calendar;
pub mod compare;
pub mod exact;
pub mod fdr;
pub mod options;
pub mod series;
pub mod when;
pub mod zone;
