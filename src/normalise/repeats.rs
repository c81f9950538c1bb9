//! Equal rows without an id, numbered within their file: the one step of normalising that must see the chunks in order.

use std::collections::BTreeMap;

use polars::prelude::{IntoColumn, StringChunkedBuilder};

use crate::error::Result;
use crate::normalise::build::Normalised;
use crate::normalise::ids::Hash;
use crate::normalise::records::COLUMNS;
use crate::normalise::row::slots;

/// A chunk whose equal rows are not numbered yet.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(crate) normalised: Normalised,
    /// Records keyed by a hash that equal rows share: position in the chunk's records, and the hash.
    pub(crate) loose: Vec<(usize, Hash)>,
}

/// Gives equal rows without an id their number within a file.
#[derive(Debug, Default)]
pub struct Repeats(BTreeMap<Hash, u32>);

impl Repeats {
    /// Gives the n-th equal row (n ≥ 2) `:n` at the end of its uid. Chunks must come in the dump's order.
    ///
    /// # Errors
    /// Internal errors only.
    pub fn number(&mut self, draft: Draft) -> Result<Normalised> {
        let Draft { mut normalised, loose } = draft;
        let mut again = Vec::new();
        for (row, hash) in loose {
            let n = self.0.entry(hash).or_default();
            *n += 1;
            if *n > 1 {
                again.push((row, *n));
            }
        }
        if !again.is_empty() {
            let uids = normalised.records.column(COLUMNS[slots::UID].name)?.str()?;
            let mut numbered = StringChunkedBuilder::new(uids.name().clone(), uids.len());
            let mut next = again.iter().copied().peekable();
            for (row, uid) in uids.iter().enumerate() {
                match next.next_if(|(at, _)| *at == row) {
                    Some((_, n)) => numbered.append_value(format!("{}:{n}", uid.unwrap_or_default())),
                    None => numbered.append_option(uid),
                }
            }
            normalised.records.replace_column(slots::UID, numbered.finish().into_column())?;
        }
        Ok(normalised)
    }
}

#[cfg(test)]
mod tests {
    use crate::normalise::build::Normaliser;
    use crate::normalise::ids::hex;
    use crate::normalise::plan::Planner;
    use crate::normalise::testing::{dump, raw};

    #[test]
    fn equal_rows_are_numbered_across_chunks_unless_exact() {
        let dump = dump(
            "mention",
            &["text", "who", "when"],
            &[("body", "text"), ("author_name", "who"), ("created_at", "when")],
        );
        let first = raw(&dump, &[vec!["same", "", ""], vec!["same", "", ""], vec!["x", "ann", "2024-01-01 10:00"]]);
        let second = raw(&dump, &[vec!["x", "ann", "2024-01-01 10:00"], vec!["same", "", ""], vec!["other", "", ""]]);
        let mut planner = Planner::new(&dump).unwrap();
        planner.observe(&first).unwrap();
        let plan = planner.finish().unwrap();
        let mut normaliser = Normaliser::new(&dump, &plan).unwrap();
        let mut uids: Vec<String> = Vec::new();
        for chunk in [&first, &second] {
            let records = normaliser.normalise(chunk).unwrap().records;
            uids.extend(records.column("uid").unwrap().str().unwrap().iter().flatten().map(str::to_owned));
        }
        assert_eq!(uids[0].len(), "sys:".len() + hex(&[0; 16]).len());
        assert_eq!(uids[1], format!("{}:2", uids[0]));
        assert_eq!(uids[4], format!("{}:3", uids[0]));
        assert_eq!(uids[2], uids[3]);
        assert!(!uids[2].contains(":2") && !uids[5].contains(":2"));
    }
}
