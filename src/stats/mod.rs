//! Statistics that several stages share: exact tails and intervals, many tests at once.

pub mod exact;
pub mod fdr;
pub mod keyness;
