//! Periods: one step of time, named by its first moment in the report's calendar.

use jiff::civil::DateTime;

/// The first moment of a period (wall clock of the report's zone).
pub type Period = DateTime;
