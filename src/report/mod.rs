//! Trends (+ Figures) → Report: sections, findings, caveats.

pub mod findings;
pub mod funnel;
pub mod glossary;
pub mod issues;
pub mod methods;
pub mod model;
pub mod quotes;
pub mod restated;
pub mod slices;
pub mod told;
pub mod voice_tables;
pub mod voices;
pub mod words;
