//! Files → Raw: container, encoding, dialect, source.

pub mod raw;
pub mod source;
