//! Files → Raw: container, encoding, dialect, source.
//!
//! ```text
//! open: bytes ▶ container, encoding ▶ delimiter and header, or JSON documents ▶ source ▶ bindings ▶ Dump
//! chunks: Dump ▶ Raw, Raw, …
//! ```
//!
//! UTF-8 tables and NDJSON are streamed from disk; what is unpacked or written in another encoding is streamed from a
//! temporary file; workbooks and small or wrapped JSON documents are read whole.

pub(crate) mod bind;
pub(crate) mod bytes;
pub mod catalog;
pub mod chunks;
pub mod container;
pub(crate) mod detect;
pub(crate) mod dialect;
pub(crate) mod documents;
pub(crate) mod encoding;
#[cfg(test)]
mod fixtures;
pub(crate) mod json;
pub(crate) mod limits;
pub mod open;
pub mod options;
pub(crate) mod problems;
pub mod raw;
pub(crate) mod repair;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod shared;
pub mod skeleton;
pub mod source;
pub(crate) mod split;
pub(crate) mod table;
