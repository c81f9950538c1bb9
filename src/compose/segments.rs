//! The segments that will be printed, without what identifies a person.

use crate::enrich::{Options, redact};
use crate::error::{Error, Result};
use crate::normalise::people::NAMES;
use crate::normalise::records::Records;
use crate::trend::segment;

/// The segment of every record by the column `name`, masked unless told otherwise: values that differ only in what is
/// masked are one segment.
///
/// # Errors
/// Bad usage when there is no such column, when it cannot be counted by, or when it names the records' writers.
pub(crate) fn masked(records: &Records, name: &str, options: &Options) -> Result<Vec<String>> {
    let mut segments = segment::segments(records, name)?;
    if options.no_redact {
        return Ok(segments.texts());
    }
    let field = records.headers().get(name).map_or(name, String::as_str);
    if NAMES.contains(&field) {
        return Err(Error::usage(format!("--segment {name}: it names who wrote the records"))
            .hint("name a column that names nobody, or let personal data be printed with --no-redact"));
    }
    for value in &mut segments.values {
        *value = redact::redact(value).0.into_owned();
    }
    Ok(segments.texts())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::plain::{Plain, records_of};

    #[test]
    fn people_are_no_segments_unless_asked_for() {
        let rows = ["mail a@b.example", "mail c@d.example", "Acme"];
        let uids = ["1", "2", "3"];
        let rows: Vec<Plain<'_>> =
            uids.iter().zip(rows).map(|(uid, brand)| Plain { uid, brand: Some(brand), ..Plain::default() }).collect();
        let records = records_of(&rows).unwrap();
        let of = |name: &str, no_redact| masked(&records, name, &Options { no_redact, ..Options::default() });
        assert_eq!(of("brand", false).unwrap(), ["mail [email]", "mail [email]", "Acme"]);
        assert_eq!(of("brand", true).unwrap()[0], "mail a@b.example");
        assert!(of("author_id", false).unwrap_err().to_string().contains("names who wrote"));
        assert_eq!(of("author_id", true).unwrap()[2], "(none)");
    }
}
