//! Each subcommand as its users run it, text held by snapshots.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{demo, plaint, plaint_in, plaint_with, root};
use insta::assert_snapshot;

const PLAY: &str = "testdata/demo/google-play-reviews.csv";
const CARE: &str = "testdata/demo/twitter-care.csv";
const BOOK: &str = "tests/books/two.toml";

#[test]
fn version_and_help() {
    let ran = plaint(&["--version"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "plaint 0.1.0\n"));
    let ran = plaint(&["--help"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("report") && ran.stdout.contains("inspect"));
    assert_eq!(plaint(&[]).code, 2);
}

#[test]
fn inspect() {
    assert_snapshot!(plaint(&["inspect", PLAY, "testdata/demo/survey-comments.tsv"]).stdout);
}

#[test]
fn inspect_as_json_has_the_promised_keys() {
    let ran = plaint(&["inspect", PLAY, "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let file = &value["files"][0];
    for key in [
        "path",
        "source",
        "confidence",
        "container",
        "encoding",
        "delimiter",
        "rows",
        "columns",
        "unmapped",
        "dates",
        "span",
        "problems",
    ] {
        assert!(file.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(file["source"], "google_play_csv");
    assert_eq!(file["encoding"], "utf-16le");
}

#[test]
fn cluster_with_a_codebook_written_by_hand() {
    assert_snapshot!(plaint(&["cluster", CARE, "--codebook", BOOK]).stdout);
}

#[test]
fn cluster_gives_one_line_per_accepted_row() {
    let ran = plaint(&["cluster", CARE, "--codebook", BOOK, "--format", "csv"]);
    let mut lines = ran.stdout.lines();
    assert_eq!(lines.next(), Some("source_file,source_row,uid,issue_id,issue,score,keywords"));
    assert_eq!(csv::Reader::from_reader(ran.stdout.as_bytes()).records().count(), 740);
}

#[test]
fn trends() {
    assert_snapshot!(plaint(&["trends", CARE, "--codebook", BOOK]).stdout);
}

#[test]
fn trends_as_csv_has_the_promised_header() {
    let ran = plaint(&["trends", CARE, "--codebook", BOOK, "--format", "csv", "--since", "2026-W45"]);
    let header = ran.stdout.lines().next().unwrap();
    assert!(
        header.starts_with(
            "issue_id,issue,segment,period,observed,exposure,expected,upper,p,signal,partial,records,authors,rate,q,\
             level,effect,effect_low,effect_high,history,covered"
        ),
        "{header}"
    );
    // The total and two issues, three weeks each.
    assert_eq!(ran.stdout.lines().count(), 1 + 3 * 3);
}

#[test]
fn ready_counts_are_judged() {
    let mut counts = String::from("period,observed,issue\n");
    for week in 0..30 {
        let day = jiff::civil::date(2026, 1, 5).checked_add(jiff::Span::new().weeks(week)).unwrap();
        counts.push_str(&format!("{day},{},login\n", if week == 29 { 40 } else { 4 + week % 3 }));
    }
    let ran = plaint_with(&root(), &["trends", "--counts", "-", "--format", "csv"], &[], Some(counts.as_bytes()));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let last = ran.stdout.lines().last().unwrap();
    assert!(last.contains(",40,") && last.contains("spike") && last.contains("urgent"), "{last}");
}

#[test]
fn show_an_issue_and_a_record() {
    assert_snapshot!("show_issue", plaint(&["show", "login", CARE, "--codebook", BOOK, "--top", "2"]).stdout);
    assert_snapshot!("show_record", plaint(&["show", "x:870", CARE, "--codebook", BOOK]).stdout);
    let ran = plaint(&["show", "logn", CARE, "--codebook", BOOK]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("did you mean \"Login\""), "{}", ran.stderr);
}

#[test]
fn chart_in_three_formats() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, magic) in [("svg", &b"<svg"[..]), ("png", b"\x89PNG"), ("pdf", b"%PDF")] {
        let path = folder.path().join(format!("trend.{kind}"));
        let ran =
            plaint(&["chart", "trend", CARE, "--codebook", BOOK, "--issue", "login", "-o", path.to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let bytes = std::fs::read(path).unwrap();
        assert!(bytes.windows(magic.len()).take(200).any(|w| w == magic), "{kind}");
    }
    let ran = plaint(&["chart", "trendd", CARE, "-o", "x.svg"]);
    assert_eq!((ran.code, ran.stderr.contains("did you mean: trend")), (2, true), "{}", ran.stderr);
}

#[test]
fn lists() {
    for what in ["sources", "charts", "formats", "columns"] {
        let ran = plaint(&["list", what]);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.lines().count() > 3, "{}", ran.stdout);
        assert!(ran.stdout.lines().all(|l| l.chars().count() <= 80), "{}", ran.stdout);
        serde_json::from_str::<serde_json::Value>(&plaint(&["list", what, "--format", "json"]).stdout).unwrap();
    }
}

#[test]
fn standard_input_is_a_dump() {
    let bytes = std::fs::read(root().join(CARE)).unwrap();
    let piped = plaint_with(&root(), &["trends", "-", "--codebook", BOOK, "--format", "csv"], &[], Some(&bytes));
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert_eq!(piped.stdout, plaint(&["trends", CARE, "--codebook", BOOK, "--format", "csv"]).stdout);
}

#[test]
fn text_fits_80_columns_and_has_no_colour_in_a_pipe() {
    let mut arguments = vec!["report".to_string()];
    arguments.extend(demo());
    arguments.extend(["--codebook".into(), BOOK.into()]);
    let ran = plaint(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for line in ran.stdout.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn a_source_of_ones_own_needs_no_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let source = "name = \"mine\"\nabout = \"ours\"\nkind = \"ticket\"\nsystem = \"ours\"\nshape = \"table\"\n\
                  [fields]\ncreated_at = \"Wann\"\nbody = \"Was\"\nsource_id = \"Nr\"\n";
    std::fs::write(folder.path().join("mine.toml"), source).unwrap();
    std::fs::write(folder.path().join("a.csv"), "Nr,Wann,Was\n1,2026-11-02,kaputt\n2,2026-11-03,geht nicht\n").unwrap();
    let ran = plaint_in(folder.path(), &["inspect", "a.csv", "--source", "mine.toml", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["files"][0]["columns"]["body"], "Was");
}

#[test]
fn plaint_toml_gives_flags_inputs_and_expected_feeds() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::copy(root().join(CARE), folder.path().join("in/care.csv")).unwrap();
    std::fs::copy(root().join(BOOK), folder.path().join("book.toml")).unwrap();
    let config = "codebook = \"book.toml\"\nby = \"month\"\nexpect = [\"zendesk\"]\n\n[[input]]\nfiles = [\"in/*.csv\"]\n\
                  account = \"care\"\n";
    std::fs::write(folder.path().join("plaint.toml"), config).unwrap();
    let ran = plaint_in(folder.path(), &["trends", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["period"]["id"], "2026-10");
    assert!(value["caveats"].to_string().contains("zendesk has no dated records"), "{}", value["caveats"]);
    // The command line's word wins.
    let ran = plaint_in(folder.path(), &["trends", "--format", "json", "--by", "week"]);
    assert!(ran.stdout.contains("2026-W46"), "{}", ran.stdout);
}

#[test]
fn a_codebook_is_written_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("codebook.toml");
    let book = book.to_str().unwrap();
    let ran = plaint(&["cluster", CARE, "--write", book, "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // A person renames an issue; the file is not ours any more.
    let text = std::fs::read_to_string(book).unwrap();
    let edited = text.replacen("owner = \"\"", "owner = \"Kim\"", 1);
    assert_ne!(text, edited);
    std::fs::write(book, &edited).unwrap();
    let ran = plaint(&["cluster", CARE, "--write", book, "--quiet"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("was not read"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(book).unwrap(), edited);
    // Read and written: what was there stays, byte for byte.
    let ran = plaint(&["cluster", CARE, "--codebook", book, "--write", book, "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(std::fs::read_to_string(book).unwrap().starts_with(&edited));
}

#[test]
fn labels_that_exist_can_be_the_issues() {
    let ran = plaint(&["cluster", "testdata/sources/nyc311", "--issues-from", "category"]);
    assert_eq!(ran.code, 1, "a folder is no dump");
    let ran = plaint(&["trends", CARE, "--issues-from", "channel", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = plaint(&["trends", CARE, "--issues-from", "chanel"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("channel"), "{}", ran.stderr);
}

const DESK: &str = "testdata/demo/zendesk-tickets.json";

#[test]
fn response() {
    assert_snapshot!(plaint(&["response", DESK, CARE, "--codebook", BOOK, "--target", "1d"]).stdout);
}

#[test]
fn response_names_the_unanswered() {
    assert_snapshot!(plaint(&["response", CARE, "--codebook", BOOK, "--next", "--top", "2"]).stdout);
}

/// Two customers, a troll, an echo and an answer, as a table of posts.
const POSTS: &str = "id,created_at,body,username,parent id,likes,brand\n\
    1,2026-11-09T10:00:00Z,My Acme kettle leaks on the table since Monday,@ann,,3,\n\
    2,2026-11-09T10:05:00Z,same here,@bob,1,,\n\
    3,2026-11-09T11:00:00Z,RT my acme kettle leaks on the table since monday!,@cy,,1,\n\
    4,2026-11-09T12:00:00Z,fuck you Acme you fucking idiots you retarded scum,@troll,,,\n\
    5,2026-11-10T12:00:00Z,\"Hi Zoe, the Bolt blender smokes, how do I get a refund? mail ann@mail.example\",@dee,,,\n";

fn posts() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("posts.csv"), POSTS).unwrap();
    std::fs::copy(root().join(BOOK), folder.path().join("book.toml")).unwrap();
    std::fs::write(folder.path().join("plaint.toml"), "[brands.Acme]\n[brands.Bolt]\n").unwrap();
    folder
}

#[test]
fn show_explains_an_echo_and_what_is_masked() {
    let folder = posts();
    let told =
        |uid: &str| plaint_in(folder.path(), &["show", uid, "posts.csv", "--codebook", "book.toml", "--why"]).stdout;
    assert!(told("generic:2").contains("echo: agrees with generic:1"), "{}", told("generic:2"));
    assert!(told("generic:3").contains("echo: a near copy of generic:1: 100 %"), "{}", told("generic:3"));
    assert!(told("generic:1").contains("reach: 10 × 3 likes = 30"), "{}", told("generic:1"));
    let masked = told("generic:5");
    assert!(masked.contains("masked: 1 email") && !masked.contains("ann@mail"), "{masked}");
    assert!(told("generic:4").contains("hostile 0.50"), "{}", told("generic:4"));
}

#[test]
fn hostile_records_are_left_out_by_name_only_when_asked() {
    let folder = posts();
    let trends = |more: &[&str]| {
        let mut arguments = vec!["trends", "posts.csv", "--codebook", "book.toml", "--as-of", "2026-11-16"];
        arguments.extend(more);
        plaint_in(folder.path(), &arguments).stdout
    };
    assert!(trends(&[]).contains("5 counted"), "{}", trends(&[]));
    let without = trends(&["--without", "hostile"]);
    assert!(without.contains("4 counted (1 by hostile authors)"), "{without}");
}

#[test]
fn brands_are_a_segment() {
    let folder = posts();
    let arguments = ["trends", "posts.csv", "--codebook", "book.toml", "--segment", "brand", "--format", "csv"];
    let csv = plaint_in(folder.path(), &arguments).stdout;
    assert!(csv.contains(",Acme,") && csv.contains(",Bolt,") && csv.contains(",(none),"), "{csv}");
}
