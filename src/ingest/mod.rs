//! Files → Raw: container, encoding, dialect, source.
//!
//! ```text
//! open: bytes ▶ container, encoding ▶ delimiter and header, or JSON documents ▶ source ▶ bindings ▶ Dump
//! chunks: Dump ▶ Raw, Raw, …
//! ```
//!
//! UTF-8 tables and NDJSON are streamed from disk; other encodings and single JSON documents are read whole.

pub(crate) mod bind;
pub(crate) mod bytes;
pub mod catalog;
pub mod chunks;
pub(crate) mod container;
pub(crate) mod detect;
pub(crate) mod dialect;
pub(crate) mod documents;
#[cfg(test)]
mod fixtures;
pub(crate) mod json;
pub mod open;
pub mod options;
pub(crate) mod problems;
pub mod raw;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod shared;
pub mod source;
pub(crate) mod table;
