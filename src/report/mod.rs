//! Trends (+ Figures) → Report: sections, findings, caveats.

pub mod findings;
pub mod model;
pub mod quotes;
pub mod words;
