//! plaint: what do customers complain about, how often, and is it worse than chance allows?
//!
//! ```text
//! dump ─ingest▶ Raw ─normalise▶ Records ─enrich▶ Voiced ─match▶ Matches ─count▶ Counts ─judge▶ Trends ─report▶ Report ─render▶ bytes
//! ```
//!
//! Every arrow is a pure function between two values; imports point leftward; only this file calls stages.

pub mod chart;
pub mod cluster;
pub mod contract;
pub mod enrich;
pub mod error;
pub mod ingest;
pub mod normalise;
pub mod render;
pub mod report;
pub mod trend;
