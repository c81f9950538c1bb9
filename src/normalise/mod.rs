//! Raw → Records + Rejects: dates, ids, text, values, duplicates.

pub mod records;
