//! `report.json`: the report's value as it is; keys in the order of [`Report`]'s fields.

use crate::chart::Figure;
use crate::error::{Error, Result};
use crate::report::model::Report;

/// The report as indented JSON, ended by a line break.
///
/// # Errors
/// An internal error when a value has no JSON form.
pub(crate) fn render(report: &Report, _: &[Figure]) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(report).map_err(|cause| {
        Error::failed("internal: render: the report has no JSON form")
            .evidence(cause.to_string())
            .hint("this is a bug in plaint; please report it with this message")
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::render::sample;

    #[test]
    fn holds_the_report_with_nulls_for_the_unknown() {
        let (report, _) = sample::report();
        let bytes = super::render(&report, &[]).expect("renders");
        let value: Value = serde_json::from_slice(&bytes).expect("is JSON");
        assert_eq!(value["period"]["first"], "2026-11-09");
        assert_eq!(value["issues"][0]["level"], "urgent");
        assert_eq!(value["issues"][0]["signal"], "spike");
        assert_eq!(value["issues"][0]["series"]["points"][0]["upper"], Value::Null);
        let keys: Vec<&String> = value.as_object().expect("an object").keys().collect();
        assert_eq!(keys[..5], ["schema", "period", "step", "zone", "as_of"]);
    }
}
