//! From rows read to records matched, in one line of words.

use crate::report::model::Funnel;
use crate::report::words::{count, counted};

/// The funnel's sentence. Reasons with nothing in them are not named.
pub fn line(funnel: &Funnel) -> String {
    let named = |parts: &[(i64, String)]| -> String {
        let named: Vec<&str> = parts.iter().filter(|(n, _)| *n > 0).map(|(_, words)| words.as_str()).collect();
        if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
    };
    let set_aside = [
        (funnel.duplicates, counted(funnel.duplicates, "repeat")),
        (funnel.rejected, format!("{} rejected", count(funnel.rejected))),
        (funnel.skipped, format!("{} skipped", count(funnel.skipped))),
    ];
    let left_out: Vec<(i64, String)> =
        funnel.left_out.iter().map(|(reason, n)| (*n, format!("{} {}", count(*n), plainly(reason)))).collect();
    let rest = [
        (funnel.unassigned, format!("{} match none", count(funnel.unassigned))),
        (funnel.no_text, format!("{} have no text", count(funnel.no_text))),
    ];
    format!(
        "{} read → {} stored{} → {} counted{} → {} matched an issue{}.",
        counted(funnel.read, "row"),
        count(funnel.stored),
        named(&set_aside),
        count(funnel.counted),
        named(&left_out),
        count(funnel.matched),
        named(&rest)
    )
}

/// A reason for not being counted, in a reader's words.
pub fn plainly(reason: &str) -> &str {
    match reason {
        "undated" => "undated",
        "future_date" => "dated beyond the last dense day",
        "stray_date" => "dated long before the rest",
        "outbound" => "written by the brand",
        "internal" => "internal notes",
        "deleted" => "deleted",
        "spam" => "spam",
        "merged" => "merged into others",
        "repost" => "reposts",
        "good_rating" => "good ratings",
        "other_intent" => "without the intent asked for",
        "hostile" => "by hostile authors",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_without_records_are_not_named() {
        let funnel = Funnel {
            read: 1234,
            duplicates: 1,
            stored: 1233,
            left_out: vec![("undated".into(), 0), ("good_rating".into(), 33)],
            counted: 1200,
            matched: 1100,
            unassigned: 100,
            ..Funnel::default()
        };
        assert_eq!(
            line(&funnel),
            "1,234 rows read → 1,233 stored (1 repeat) → 1,200 counted (33 good ratings) → 1,100 matched an issue \
             (100 match none)."
        );
    }
}
