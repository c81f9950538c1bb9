//! Codebook, tokens, discovery, matching.

pub mod codebook;
