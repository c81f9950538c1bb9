//! Counts, baseline, signals, comparisons.
//!
//! ```text
//! Records ─counted▶ Counted ─count(Matches)▶ Counts ─judge▶ Trends
//! ```

pub mod arrivals;
pub mod baseline;
pub mod between;
pub mod calendar;
pub mod cases;
pub mod compare;
pub mod counted;
pub mod counts;
pub mod counts_file;
pub mod coverage;
pub mod delay;
pub mod disproportion;
mod draft;
pub mod ebgm;
pub mod ebgm_prior;
pub mod events;
pub mod exposure;
pub mod forecast;
pub mod form;
pub mod honest;
pub mod hours;
pub mod judge;
mod lasting;
pub mod levels;
pub mod lifecycle;
pub mod like_for_like;
pub mod now;
pub mod on_record;
pub mod options;
pub mod pelt;
pub mod response;
pub mod running;
pub mod segment;
pub mod series;
pub mod shift;
pub mod side_by_side;
pub mod sides;
pub mod small_csv;
pub mod spread;
pub mod sums;
pub mod survival;
pub mod trends;
pub mod viral;
pub mod when;
pub mod zone;

pub use crate::stats::{exact, fdr};

#[cfg(test)]
mod testing;
