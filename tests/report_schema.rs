//! `report.json` against its JSON Schema, `examples/report-1.schema.json`: nothing undocumented, nothing missing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;

use regex::Regex;
use serde_json::Value;

use crate::common::{demo, plaint, plaint_in, root};

/// The part of JSON Schema 2020-12 that the schema uses; any other keyword is a failure, so none is passed over.
fn check(schema: &Value, whole: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        let mut wrong = |what: String| found.push(format!("{at}: {what}"));
        match keyword.as_str() {
            "description" | "title" | "$schema" | "$defs" => {}
            "$ref" => {
                let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                check(&whole["$defs"][name], whole, value, at, found);
            }
            "type" => {
                let is = match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    other => panic!("the schema knows a type {other}"),
                };
                if !is {
                    wrong(format!("{value} is no {rule}"));
                }
            }
            "const" if value != rule => wrong(format!("{value} is not {rule}")),
            "const" => {}
            "enum" if !rule.as_array().unwrap().contains(value) => wrong(format!("{value} is none of {rule}")),
            "enum" => {}
            "pattern" => {
                let pattern = Regex::new(rule.as_str().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    wrong(format!("{value} does not look like {rule}"));
                }
            }
            "anyOf" => {
                let fits = |one: &Value| {
                    let mut inner = Vec::new();
                    check(one, whole, value, at, &mut inner);
                    inner
                };
                let all: Vec<Vec<String>> = rule.as_array().unwrap().iter().map(fits).collect();
                if !all.iter().any(Vec::is_empty) {
                    found.extend(all.into_iter().next().unwrap());
                }
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    match rule.get(name) {
                        Some(rule) => check(rule, whole, value, &format!("{at}.{name}"), found),
                        None => found.push(format!("{at}.{name} is not documented")),
                    }
                }
            }
            "required" => {
                let missing =
                    rule.as_array().unwrap().iter().filter(|name| value.get(name.as_str().unwrap()).is_none());
                found.extend(missing.map(|name| format!("{at}: {name} is missing")));
            }
            // Told by `properties`.
            "additionalProperties" => assert_eq!(rule, false),
            "items" => {
                for (i, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(rule, whole, value, &format!("{at}[{i}]"), found);
                }
            }
            "prefixItems" => {
                for (i, (rule, value)) in
                    rule.as_array().unwrap().iter().zip(value.as_array().into_iter().flatten()).enumerate()
                {
                    check(rule, whole, value, &format!("{at}[{i}]"), found);
                }
            }
            "minItems" if (value.as_array().map_or(0, Vec::len) as u64) < rule.as_u64().unwrap() => {
                wrong("too few".to_owned());
            }
            "maxItems" if (value.as_array().map_or(0, Vec::len) as u64) > rule.as_u64().unwrap() => {
                wrong("too many".to_owned());
            }
            "minItems" | "maxItems" => {}
            other => panic!("the schema uses {other}, which this test does not know"),
        }
    }
}

fn schema() -> Value {
    serde_json::from_slice(&fs::read(root().join("examples/report-1.schema.json")).unwrap()).unwrap()
}

fn faults(report: &Value) -> Vec<String> {
    let schema = schema();
    let mut found = Vec::new();
    check(&schema, &schema, report, "report", &mut found);
    found
}

#[test]
fn every_report_keeps_the_schema() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("report");
    let mut arguments = vec!["report"];
    let files = demo();
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["-q", "--only", "json", "-o", folder.to_str().unwrap()]);
    let ran = plaint(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let path = folder.join("report.json");
    let report: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(faults(&report), Vec::<String>::new());
    // A broken one is found out.
    let mut broken = report.clone();
    broken["issues"][0]["observed"] = "many".into();
    broken["surprise"] = 1.into();
    broken.as_object_mut().unwrap().remove("zone");
    assert_eq!(faults(&broken).len(), 3, "{:?}", faults(&broken));

    // With the report itself as the one before, nothing is restated; without a codebook the issues stay the same.
    let again = work.path().join("again");
    arguments.truncate(files.len() + 1);
    arguments.extend(["-q", "--only", "json", "--previous", path.to_str().unwrap(), "-o", again.to_str().unwrap()]);
    let ran = plaint(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: Value = serde_json::from_slice(&fs::read(again.join("report.json")).unwrap()).unwrap();
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!(report["restated"]["lines"], Value::Array(Vec::new()));
    assert!(report["restated"]["compared"].as_i64().unwrap() > 8);
}

#[test]
fn a_later_report_says_what_changed_and_why() {
    let work = tempfile::tempdir().unwrap();
    let run = |rows: &str, book: &str, name: &str, more: &[&str]| -> Value {
        fs::write(work.path().join("dump.csv"), rows).unwrap();
        fs::write(work.path().join("codebook.toml"), book).unwrap();
        let mut arguments = vec!["report", "dump.csv", "-q", "--only", "json", "--as-of", "2026-06-28", "-o", name];
        arguments.extend(more);
        let ran = plaint_in(work.path(), &arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        serde_json::from_slice(&fs::read(work.path().join(name).join("report.json")).unwrap()).unwrap()
    };
    let book = |keywords: &str| {
        format!(
            "version = 1\n[[issue]]\nid = \"i-0000000a\"\nname = \"Late\"\nstatus = \"active\"\nmin_score = 1.0\nkeywords = \
             [{keywords}]\n"
        )
    };
    let mut rows: Vec<String> = (0..40)
        .map(|i| {
            let day = jiff::civil::date(2026, 6, 1).saturating_add(jiff::Span::new().days(i % 28));
            format!("{i},{day}T10:00:00Z,the parcel number {i} is late again")
        })
        .collect();
    let text = |rows: &[String]| format!("id,created_at,text\n{}\n", rows.join("\n"));
    run(&text(&rows), &book("\"late\""), "then", &[]);
    // In the week of 8 June: two late arrivals, one that no longer speaks of it, one that is gone.
    rows.push("900,2026-06-09T10:00:00Z,why is it late".into());
    rows.push("901,2026-06-10T10:00:00Z,it is so late".into());
    rows[8] = "8,2026-06-09T10:00:00Z,all is well now".into();
    rows.remove(9);
    let now = run(&text(&rows), &book("\"late\""), "now", &["--previous", "then/report.json"]);
    let lines = now["restated"]["lines"].as_array().unwrap();
    let told: Vec<&str> = lines.iter().map(|l| l["text"].as_str().unwrap()).collect();
    assert!(told.contains(&"2026-W24 was 12, is now 13: 2 late, 1 removed"), "{told:?}");
    assert!(told.contains(&"2026-W24 was 12, is still 12: 2 late, 1 fewer after updates, 1 removed"), "{told:?}");
    assert_eq!(now["restated"]["edits"], Value::Array(Vec::new()));
    for line in lines {
        let n = |key: &str| line[key].as_i64().unwrap();
        let causes = n("late") + n("updated") + n("removed") + n("codebook") + n("counted_otherwise");
        assert_eq!(n("now") - n("was"), causes, "{line}");
        // And the numbers are those of the reports.
        let id = line["issue_id"].as_str().unwrap();
        let series = if id.is_empty() { &now["total"] } else { &now["issues"][0]["series"] };
        let point = series["points"].as_array().unwrap().iter().find(|p| p["period"] == "2026-06-08T00:00:00").unwrap();
        assert_eq!(point["observed"], line["now"]);
    }
    // An edited codebook is a cause of its own, and named.
    let edited = run(&text(&rows), &book("\"nothing\""), "edited", &["--previous", "now/report.json"]);
    let lines = edited["restated"]["lines"].as_array().unwrap();
    assert!(
        !lines.is_empty() && lines.iter().all(|l| l["codebook"].as_i64().unwrap() < 0 && l["late"] == 0),
        "{lines:?}"
    );
    assert_eq!(edited["restated"]["edits"][0], "Late: its keywords, weights or least score were edited");
    // Not a report: said so.
    fs::write(work.path().join("other.json"), "{}").unwrap();
    let ran = plaint_in(work.path(), &["report", "dump.csv", "-q", "-o", "x", "--previous", "other.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("other.json: it is no report"), "{}", ran.stderr);
}
