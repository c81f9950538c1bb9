//! Bad input: the message of the design's grammar, exit code 1, and no half-written output.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{plaint_in, plaint_with, root};
use insta::assert_snapshot;

/// Runs a report over files of `testdata/ugly` and gives the message; nothing may be written.
fn refused(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let out = out.to_str().unwrap();
    let mut all = vec!["report"];
    all.extend_from_slice(arguments);
    all.extend_from_slice(&["-o", out]);
    let ran = plaint_in(&root().join("testdata/ugly"), &all);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "something was written: {left:?}");
    ran.stderr
}

#[test]
fn missing_file() {
    assert_snapshot!(refused(&["nowhere.csv"]));
}

#[test]
fn empty_file() {
    assert_snapshot!(refused(&["empty.csv"]));
}

#[test]
fn binary_file() {
    assert_snapshot!(refused(&["binary.csv"]));
}

#[test]
fn truncated_json() {
    assert_snapshot!(refused(&["truncated.json"]));
}

#[test]
fn unclosed_quote() {
    assert_snapshot!(refused(&["unclosed-quote.csv"]));
}

#[test]
fn headerless_file() {
    assert_snapshot!(refused(&["headerless.csv"]));
}

#[test]
fn unknown_column_in_map() {
    assert_snapshot!(refused(&["undated.csv", "--map", "body=coment"]));
}

#[test]
fn ambiguous_dates() {
    assert_snapshot!(refused(&["ambiguous-dates.csv"]));
}

#[test]
fn no_dated_record_at_all() {
    assert_snapshot!(refused(&["undated.csv"]));
}

#[test]
fn codebook_with_an_error() {
    assert_snapshot!(refused(&["ambiguous-dates.csv", "--dates", "dmy", "--codebook", "bad-codebook.toml"]));
}

#[test]
fn one_unreadable_file_stops_the_run() {
    let message = refused(&["ambiguous-dates.csv", "empty.csv", "--dates", "dmy"]);
    assert!(message.starts_with("error: empty.csv"), "{message}");
}

#[test]
fn keep_going_reports_it_and_exits_1_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let ran = plaint_in(
        &root().join("testdata/ugly"),
        &[
            "report",
            "ambiguous-dates.csv",
            "empty.csv",
            "--dates",
            "dmy",
            "--keep-going",
            "--codebook",
            "../../tests/books/two.toml",
            "-o",
            out.to_str().unwrap(),
        ],
    );
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("empty.csv"), "{}", ran.stderr);
    assert!(out.join("index.html").is_file());
}

#[test]
fn too_many_rejects_fail_after_the_rejects_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let rejects = folder.path().join("rejects.csv");
    let ran = plaint_in(
        &root().join("testdata/ugly"),
        &[
            "report",
            "ragged.csv",
            "--rejects",
            rejects.to_str().unwrap(),
            "-o",
            folder.path().join("report").to_str().unwrap(),
        ],
    );
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("--max-rejects"), "{}", ran.stderr);
    let written = std::fs::read_to_string(rejects).unwrap();
    assert!(written.lines().next().unwrap().ends_with("file,line,reason"), "{written}");
    assert!(!folder.path().join("report").exists());
}

#[test]
fn a_bad_flag_is_usage() {
    let ran = plaint_in(&root(), &["report", "--by", "fortnight", "x.csv"]);
    assert_eq!(ran.code, 2);
}

#[test]
fn a_folder_that_is_not_a_report_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.doc"), "years of work").unwrap();
    let ran = plaint_in(
        &root().join("testdata/ugly"),
        &["report", "ambiguous-dates.csv", "--dates", "dmy", "-o", folder.path().to_str().unwrap()],
    );
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(folder.path().join("thesis.doc")).unwrap(), "years of work");
}

#[test]
fn what_somebody_put_into_a_reports_folder_stays() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let report = |codebook: &[&str]| {
        let care = root().join("testdata/demo/twitter-care.csv");
        let mut arguments = vec!["report", care.to_str().unwrap(), "--only", "md", "-o", out.to_str().unwrap()];
        arguments.extend_from_slice(codebook);
        plaint_in(folder.path(), &arguments)
    };
    assert_eq!(report(&[]).code, 0);
    assert_eq!(report(&[]).code, 0, "the same again is no conflict");
    // An edited codebook is not overwritten by a new discovery, and is carried over when another is used.
    let book = out.join("codebook.toml");
    let edited = std::fs::read_to_string(&book).unwrap().replacen("owner = \"\"", "owner = \"Kim\"", 1);
    std::fs::write(&book, &edited).unwrap();
    let ran = report(&["--ignore", "machine"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("it was edited since"), "{}", ran.stderr);
    assert_eq!(report(&["--codebook", book.to_str().unwrap()]).code, 0);
    assert_eq!(std::fs::read_to_string(&book).unwrap(), edited);
    // A file of somebody's own.
    std::fs::write(out.join("mine.txt"), "notes").unwrap();
    let ran = report(&["--codebook", book.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("mine.txt"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(out.join("mine.txt")).unwrap(), "notes");
}

#[test]
fn bad_configuration_names_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plaint.toml"), "by = \"week\"\nsurce = \"x\"\n").unwrap();
    let ran = plaint_with(folder.path(), &["report", "x.csv"], &[], None);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr);
}
