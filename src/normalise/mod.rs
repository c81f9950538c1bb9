//! Raw → Records + Rejects: dates, ids, text, values, duplicates.
//!
//! A dump is read twice. The first pass ([`plan::Planner`]) decides what only a whole column can decide: the order of
//! numeric dates, thousands marks, the scale of ratings. The second ([`build::Normaliser`]) turns every chunk of
//! [`Raw`](crate::ingest::raw::Raw) into records and rejects; [`merge::merge`] puts the chunks of all dumps together,
//! each record once; [`versions`] says which of several versions of a record is kept.

pub mod bindings;
pub mod boilerplate;
pub mod build;
pub mod civil;
pub mod columns;
pub mod dates;
pub mod epoch;
pub mod filter;
pub mod frame;
pub mod html;
pub mod ids;
pub mod merge;
pub mod mojibake;
pub mod numbers;
pub(crate) mod order;
pub mod people;
pub mod plan;
pub mod problems;
pub mod records;
pub mod rejects;
pub mod repeats;
pub mod row;
pub(crate) mod stack;
pub mod stream;
pub mod sums;
pub mod text;
pub mod texts;
pub mod values;
pub mod versions;
pub mod zones;

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod shared_tests;
