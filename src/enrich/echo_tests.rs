use super::*;
use crate::enrich::testing::records;

fn heard(records: &Records) -> Vec<Option<(usize, How)>> {
    let texts: Vec<Option<&str>> = records.text("body").unwrap().iter().collect();
    echoes(records, &texts).unwrap().into_iter().map(|echo| echo.map(|e| (e.of, e.how))).collect()
}

const SAID: &str = "My flight to Boston was cancelled and nobody told us";

#[test]
fn the_earliest_of_a_group_is_the_original() {
    let rows: [&[(&str, &str)]; 4] = [
        &[("body", "RT @ann: My flight to Boston was cancelled and nobody told us")],
        &[("body", SAID), ("created_at", "2026-11-09T12:00:00Z")],
        &[("body", SAID), ("created_at", "2026-11-09T10:00:00Z")],
        &[("body", "Great app, like it")],
    ];
    let copy = Some((2, How::Copy));
    assert_eq!(heard(&records(&rows)), [copy, copy, None, None]);
    // Undated: the smaller uid.
    let undated: [&[(&str, &str)]; 2] = [&[("body", SAID), ("uid", "b")], &[("body", SAID), ("uid", "a")]];
    assert_eq!(heard(&records(&undated)), [Some((1, How::Copy)), None]);
}

#[test]
fn few_words_are_no_evidence_of_copying() {
    let rows: [&[(&str, &str)]; 2] = [&[("body", "Great app, like it")], &[("body", "great app like it")]];
    assert_eq!(heard(&records(&rows)), [None, None]);
}

#[test]
fn agreement_joins_what_it_answers() {
    let rows: [&[(&str, &str)]; 6] = [
        &[("source_id", "1"), ("body", SAID), ("author_id", "ann"), ("created_at", "2026-11-09T10:00:00Z")],
        &[
            ("source_id", "2"),
            ("parent_id", "1"),
            ("body", "same here"),
            ("author_id", "bob"),
            ("created_at", "2026-11-09T10:05:00Z"),
        ],
        // Through the brand's answer, through another agreement, and by the author himself.
        &[
            ("source_id", "3"),
            ("parent_id", "1"),
            ("body", "Sorry, which flight?"),
            ("direction", "outbound"),
            ("created_at", "2026-11-09T10:06:00Z"),
        ],
        &[
            ("source_id", "4"),
            ("parent_id", "3"),
            ("body", "me too"),
            ("author_id", "cy"),
            ("created_at", "2026-11-09T10:07:00Z"),
        ],
        &[
            ("source_id", "5"),
            ("parent_id", "2"),
            ("body", "+1"),
            ("author_id", "dee"),
            ("created_at", "2026-11-09T10:08:00Z"),
        ],
        &[
            ("source_id", "6"),
            ("parent_id", "2"),
            ("body", "this"),
            ("author_id", "ann"),
            ("created_at", "2026-11-09T10:09:00Z"),
        ],
    ];
    let agreed = Some((0, How::Agreement));
    assert_eq!(heard(&records(&rows)), [None, agreed, None, agreed, agreed, None]);
}

#[test]
fn agreement_without_a_parent_joins_its_thread() {
    let rows: [&[(&str, &str)]; 3] = [
        &[("source_id", "t1"), ("body", SAID), ("created_at", "2026-11-09T10:00:00Z")],
        &[
            ("source_id", "c1"),
            ("thread_id", "t1"),
            ("body", "This happened to me too"),
            ("created_at", "2026-11-09T11:00:00Z"),
        ],
        &[("source_id", "c2"), ("thread_id", "t2"), ("body", "same here"), ("created_at", "2026-11-09T11:00:00Z")],
    ];
    assert_eq!(heard(&records(&rows)), [None, Some((0, How::Agreement)), None]);
}

#[test]
fn agreement_with_a_copy_joins_the_original() {
    let rows: [&[(&str, &str)]; 3] = [
        &[("source_id", "1"), ("body", SAID), ("created_at", "2026-11-09T10:00:00Z")],
        &[("source_id", "2"), ("body", SAID), ("created_at", "2026-11-09T11:00:00Z")],
        &[("source_id", "3"), ("parent_id", "2"), ("body", "+1"), ("created_at", "2026-11-09T12:00:00Z")],
    ];
    assert_eq!(heard(&records(&rows)), [None, Some((0, How::Copy)), Some((0, How::Agreement))]);
}

#[test]
fn replies_in_a_circle_end() {
    let rows: [&[(&str, &str)]; 2] = [
        &[("source_id", "1"), ("parent_id", "2"), ("body", "same here")],
        &[("source_id", "2"), ("parent_id", "1"), ("body", "me too")],
    ];
    assert_eq!(heard(&records(&rows)), [None, None]);
}
