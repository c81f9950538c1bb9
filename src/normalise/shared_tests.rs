//! Real exports, where they are at hand (`../shared/data`).

use std::path::PathBuf;

use crate::ingest::raw::Dump;
use crate::normalise::build::Normaliser;
use crate::normalise::civil::SECOND;
use crate::normalise::merge::{Merged, merge};
use crate::normalise::plan::{Plan, Planner};
use crate::normalise::testing::{dump, raw};

/// Reads a CSV whole, binds `fields`, and runs the stage; null, with a note, where the data is not at hand.
fn run(file: &str, kind: &str, fields: &[(&str, &str)]) -> Option<(Plan, Merged)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    if !path.exists() {
        let mut err = std::io::stderr();
        let _ = std::io::Write::write_all(&mut err, format!("skipped: no {file}\n").as_bytes());
        return None;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_path(path).unwrap();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap() {
        rows.push(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
    }
    let mut columns: Vec<String> = Vec::new();
    for name in rows.remove(0) {
        let name = name.trim().to_owned();
        let repeats = columns.iter().filter(|c| c.split('#').next() == Some(name.as_str())).count();
        columns.push(if repeats == 0 { name } else { format!("{name}#{}", repeats + 1) });
    }
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let dump = dump(kind, &columns, fields);
    Some(both_passes(&dump, &rows))
}

fn both_passes(dump: &Dump, rows: &[Vec<String>]) -> (Plan, Merged) {
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let raw = raw(dump, &rows);
    let mut planner = Planner::new(dump).unwrap();
    planner.observe(&raw).unwrap();
    let plan = planner.finish().unwrap();
    let done = Normaliser::new(dump, &plan).unwrap().normalise(&raw).unwrap();
    let merged = merge(vec![done]).unwrap();
    (plan, merged)
}

#[test]
fn cfpb_dates_and_ids_are_all_read() {
    let fields = [
        ("source_id", "Complaint ID"),
        ("created_at", "Date received"),
        ("body", "Consumer complaint narrative"),
        ("category", "Issue"),
        ("brand", "Company"),
        ("status_raw", "Company response to consumer"),
    ];
    let Some((plan, merged)) = run("cfpb-dated/complaints_even_ids.csv", "filing", &fields) else { return };
    assert_eq!(plan.dates["created_at"].pattern, "year-month-day");
    assert_eq!((merged.files[0].rejected, merged.files[0].undated, merged.files[0].hashed), (0, 0, 0));
    assert!(merged.records.len() > 1000);
}

#[test]
fn x_ids_and_their_written_dates_agree_within_seconds() {
    let file = "crisislex/T26/2012_Colorado_wildfires-tweetids_entire_period.csv";
    let fields = [("source_id", "Tweet-ID"), ("updated_at", "Timestamp"), ("created_at", "Tweet-ID")];
    let Some((plan, merged)) = run(file, "mention", &fields) else { return };
    assert!(plan.dates["created_at"].snowflake && plan.problems.is_empty());
    assert_eq!(plan.span, Some(("2012-06-08".to_owned(), "2012-07-09".to_owned())));
    let created = merged.records.instants("created_at").unwrap();
    let written = merged.records.instants("updated_at").unwrap();
    assert!(merged.records.len() > 4000);
    for (a, b) in created.iter().zip(written.iter()) {
        assert!((a.unwrap() - b.unwrap()).abs() <= 10 * SECOND);
    }
}

#[test]
fn day_first_and_year_first_spellings_of_one_export_agree() {
    let fields = [("source_id", "case_enquiry_id"), ("created_at", "open_dt"), ("closed_at", "closed_dt")];
    let Some((_, iso)) = run("exports/boston311/boston311-100.csv", "ticket", &fields) else { return };
    let Some((plan, dmy)) = run("exports/boston311/boston311-dmy-100.csv", "ticket", &fields) else { return };
    assert_eq!(plan.dates["created_at"].pattern, "day/month/year");
    let instants = |m: &Merged| m.records.instants("created_at").unwrap().iter().collect::<Vec<_>>();
    assert_eq!(instants(&iso), instants(&dmy));
}

#[test]
fn jira_nyc_and_reddit_dates_are_all_read() {
    let jira = [("source_id", "Issue id"), ("created_at", "Created"), ("updated_at", "Updated"), ("title", "Summary")];
    let nyc = [("source_id", "Unique Key"), ("created_at", "Created Date"), ("category", "Complaint Type")];
    let reddit = [("source_id", "id"), ("created_at", "created_utc"), ("title", "title"), ("body", "selftext")];
    for (file, kind, fields) in [
        ("exports/jira-csv/Jira.csv", "ticket", &jira[..]),
        ("exports/nyc311-socrata/nyc311-100.csv", "ticket", &nyc[..]),
        ("reddit/netflix.csv", "mention", &reddit[..]),
    ] {
        let Some((plan, merged)) = run(file, kind, fields) else { return };
        assert!(plan.problems.is_empty(), "{file}: {:?}", plan.problems);
        assert_eq!((merged.files[0].rejected, merged.files[0].undated), (0, 0), "{file}");
        assert!(!merged.records.is_empty());
    }
}
