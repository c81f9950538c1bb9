use super::*;
use crate::ingest::source::Binding;
use crate::normalise::build::Normaliser;
use crate::normalise::merge::merge;
use crate::normalise::plan::Planner;
use crate::normalise::testing::{binding, dump, raw};

fn records() -> Records {
    let mut dump = dump(
        "ticket",
        &["Ticket ID", "Subject", "Plan Type", "Labels", "Made"],
        &[("source_id", "Ticket ID"), ("title", "Subject"), ("created_at", "Made")],
    );
    dump.fields.insert("tags".to_owned(), Binding { split: Some(",".to_owned()), ..binding(&["Labels"]) });
    dump.unmapped = vec!["Plan Type".to_owned()];
    let raw = raw(
        &dump,
        &[
            vec!["1", "Card lost", "Gold", "late,card", "2024-01-02"],
            vec!["2", "Card late", "", "", "2024-01-03"],
            vec!["3", "Refund", "gold plus", "refund", ""],
        ],
    );
    let mut planner = Planner::new(&dump).unwrap();
    planner.observe(&raw).unwrap();
    let plan = planner.finish().unwrap();
    let done = Normaliser::new(&dump, &plan).unwrap().normalise(&raw).unwrap();
    merge(vec![done]).unwrap().records
}

fn kept(filters: &[&str]) -> Vec<String> {
    let filters: Vec<Filter> = filters.iter().map(|f| Filter::parse(f).unwrap()).collect();
    let records = apply(&records(), &filters).unwrap();
    records.text("source_id").unwrap().iter().flatten().map(str::to_owned).collect()
}

#[test]
fn columns_go_by_three_names() {
    let records = records();
    let some = |s: &str| Some(s.to_owned());
    assert_eq!(records.values_of("title").unwrap()[0], some("Card lost"));
    assert_eq!(records.values_of("subject").unwrap()[0], some("Card lost"));
    assert_eq!(records.values_of("plan_type").unwrap(), [some("Gold"), None, some("gold plus")]);
    assert_eq!(records.values_of("created_at").unwrap()[0], some("2024-01-02T00:00:00Z"));
    assert_eq!(records.values_of("source_row").unwrap()[2], some("3"));
    assert_eq!(records.values_of("Labels").unwrap(), [some("late"), None, some("refund")]);
    assert_eq!(records.lists_of("tags").unwrap()[0], ["late", "card"]);
    assert_eq!(records.lists_of("plan type").unwrap()[1], Vec::<String>::new());
    assert_eq!(records.instants("created_at").unwrap().get(2), None);
}

#[test]
fn an_unknown_column_names_the_nearest() {
    let error = records().values_of("plantype").unwrap_err();
    assert_eq!(error.to_string(), "error: there is no column \"plantype\"\nhint: did you mean \"Plan Type\"?");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn filters_all_must_hold() {
    assert_eq!(kept(&[]), ["1", "2", "3"]);
    assert_eq!(kept(&["Plan Type=GOLD"]), ["1"]);
    assert_eq!(kept(&["Plan Type!=gold"]), ["2", "3"]);
    assert_eq!(kept(&["Plan Type~^gold"]), ["1", "3"]);
    assert_eq!(kept(&["Plan Type="]), ["2"]);
    assert_eq!(kept(&["Plan Type!="]), ["1", "3"]);
    assert_eq!(kept(&["tags=card"]), ["1"]);
    assert_eq!(kept(&["title~card", "title~late"]), ["2"]);
    assert_eq!(kept(&["title~a=b|refund"]), ["3"]);
}

#[test]
fn bad_filters_are_bad_usage() {
    for text in ["title", "=x", "!=x", "title~("] {
        assert_eq!(Filter::parse(text).unwrap_err().exit_code(), 2, "{text}");
    }
}
