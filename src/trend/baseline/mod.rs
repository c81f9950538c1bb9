//! What a count would be had nothing changed: its mean, its usual range, and the chance of as many as were seen.

mod cholesky;
pub mod design;
pub mod detector;
mod doubt;
pub mod exp;
pub mod glm;
pub(crate) mod lanes;
pub(crate) mod ln;
pub mod nb;
mod pace;
pub mod predict;
pub mod short;

#[cfg(test)]
mod simulated_tests;
