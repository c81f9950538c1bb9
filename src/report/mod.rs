//! Trends (+ Figures) → Report: sections, findings, caveats.

pub mod model;
