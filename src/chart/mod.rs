//! Trends → Figure: one file per chart, one table.

/// One drawn instance of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// File stem, stable from week to week: `<chart>-<issue id>`.
    pub name: String,
    /// The finding as a sentence.
    pub title: String,
    /// What it shows, in words, for those who cannot see it.
    pub alt: String,
    /// The drawing: SVG 1.1 text, 1600×900.
    pub svg: String,
}
