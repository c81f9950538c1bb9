//! What a count would be had nothing changed: its mean, its usual range, and the chance of as many as were seen.

pub mod detector;
pub mod glm;
pub mod nb;

#[cfg(test)]
mod simulated_tests;
