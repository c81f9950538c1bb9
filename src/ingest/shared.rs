//! Tests over real dumps that are not in the repository; skipped where they are not.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::ingest::chunks::chunks;
use crate::ingest::open::open;
use crate::ingest::options::Options;
use crate::ingest::raw::{Dump, PROBLEM};

/// The folder of real dumps beside the repository.
fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no ../shared/data");
    None
}

struct Count {
    rows: usize,
    problems: Vec<String>,
}

fn count(dump: &Dump) -> Result<Count> {
    let mut count = Count { rows: 0, problems: Vec::new() };
    for chunk in chunks(dump, 1000)? {
        let chunk = chunk?;
        count.rows += chunk.frame().height();
        let problems = chunk.frame().column(PROBLEM)?.str()?.clone();
        count.problems.extend(problems.iter().flatten().map(str::to_owned));
    }
    Ok(count)
}

fn opened(folder: &Path, file: &str, maps: &[&str]) -> (Dump, Count) {
    let options = Options { map: maps.iter().map(ToString::to_string).collect(), ..Options::default() };
    let dump = open(folder.join(file).to_str().unwrap(), &options).unwrap_or_else(|error| panic!("{error}"));
    let count = count(&dump).unwrap();
    (dump, count)
}

#[test]
fn real_dumps_are_detected_and_every_row_is_read() {
    let Some(data) = data() else { return };
    let cases: &[(&str, &str, usize)] = &[
        ("cfpb-dated/complaints_even_ids.csv", "cfpb_csv", 3281),
        ("cfpb-nagakoushik/complaints_sample.csv", "generic_csv", 2085),
        ("exports/cfpb-ccdb/complaints-subset.csv", "cfpb_csv", 280),
        ("exports/cfpb-ccdb/v1-intake.csv", "cfpb_csv", 30),
        ("exports/cfpb-ccdb/v1-public.csv", "cfpb_csv", 30),
        ("exports/cfpb-ccdb/v2-intake.csv", "cfpb_csv", 30),
        ("exports/cfpb-ccdb/v2-public.csv", "cfpb_csv", 30),
        ("exports/cfpb-ccdb/from_s3.json", "cfpb_json", 10),
        ("exports/cfpb-ccdb/from_s3.ndjson", "cfpb_json", 10),
        ("exports/cfpb-ccdb/ccdb.ndjson", "cfpb_json", 10),
        ("exports/jira-csv/Jira.csv", "jira_csv", 22),
        ("exports/nyc311-socrata/nyc311-100.csv", "nyc311", 100),
        ("exports/boston311/boston311-100.csv", "boston311", 100),
        ("exports/boston311/boston311-100.tab", "boston311", 100),
        ("exports/boston311/boston311-dmy-100.csv", "boston311", 100),
        ("exports/boston311/boston311-100-with-nonascii.csv", "boston311", 100),
        ("exports/boston311/boston311-100.jsonl", "generic_json", 100),
        ("exports/reddit-api/TestSubredditStreams.test_comments.1.json", "reddit_json", 100),
        ("exports/reddit-api/TestSubredditStreams.test_comments.2.json", "reddit_json", 99),
        ("exports/reddit-api/TestSubredditStreams.test_comments.3.json", "reddit_json", 98),
        ("banking77/train.csv", "generic_csv", 10003),
        ("banking77/test.csv", "generic_csv", 3080),
        ("davidson-hate/labeled_data.csv", "generic_csv", 24783),
    ];
    let mut wrong = Vec::new();
    for (file, source, rows) in cases {
        let (dump, count) = opened(&data, file, &[]);
        if (dump.source.name.as_str(), count.rows) != (*source, *rows) || !count.problems.is_empty() {
            wrong.push(format!("{file}: {} {} {:?}", dump.source.name, count.rows, count.problems));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reddit_files_hold_7998_posts() {
    let Some(data) = data() else { return };
    let names =
        ["AndroidQuestions", "GalaxyNexus", "SimCity", "chrome", "kindle", "netflix", "techsupport", "windows8"];
    let mut rows = 0;
    for name in names {
        let (dump, count) = opened(&data, &format!("reddit/{name}.csv"), &[]);
        assert_eq!(dump.source.name, "reddit_csv");
        assert_eq!(count.problems, Vec::<String>::new(), "{name}");
        rows += count.rows;
    }
    assert_eq!(rows, 7998);
}

#[test]
fn tweets_take_their_dates_from_their_ids() {
    let Some(data) = data() else { return };
    for (name, rows) in [("2013_Boston_Bombings", 10012), ("2013_Oklahoma_Tornado", 9992)] {
        let file = format!("crisislex/T6/{name}-ontopic_offtopic.csv");
        let (dump, count) = opened(&data, &file, &["created_at=tweet id", "text=tweet"]);
        assert_eq!(dump.fields["created_at"].from, ["tweet id"]);
        assert_eq!(dump.fields["source_id"].from, ["tweet id"]);
        assert_eq!(count.rows, rows);
    }
}

#[test]
fn pull_requests_are_counted_and_are_no_issues() {
    let Some(data) = data() else { return };
    let (dump, count) = opened(&data, "exports/grimoirelab-github/github.raw.ndjson", &[]);
    assert_eq!((dump.source.name.as_str(), count.rows), ("github_issues_json", 8));
    assert_eq!(count.problems, ["not an utterance: pull_request.url"; 2]);
}

#[test]
fn a_thread_gives_its_post_and_every_comment() {
    let Some(data) = data() else { return };
    let (dump, count) = opened(&data, "exports/reddit-api/TestCommentForest.test_replace__all_large.1.json", &[]);
    assert_eq!(dump.source.name, "reddit_json");
    assert_eq!(count.rows, 486);
    assert!(
        !dump.columns.iter().any(|column| column.starts_with("replies") || column == "children"),
        "{:?}",
        dump.columns
    );
}

#[test]
fn a_row_with_a_cell_too_many_is_ragged() {
    let Some(data) = data() else { return };
    let (_, count) = opened(&data, "exports/boston311/boston311-100-bad.tsv", &[]);
    assert_eq!((count.rows, count.problems), (100, vec!["ragged row: 30 cells under 29 headers".to_owned()]));
}

#[test]
fn other_json_is_read_by_its_usual_names_or_by_map() {
    let Some(data) = data() else { return };
    let names = "crisislex/T26/2012_Typhoon_Pablo-tweetids_entire_period.csv";
    let error = open(data.join(names).to_str().unwrap(), &Options::default()).unwrap_err().to_string();
    assert!(error.contains("cannot tell which column holds the text"), "{error}");
}

#[test]
fn containers_and_tables_without_a_header_are_read() {
    let Some(data) = data() else { return };
    let (gz, count) = opened(&data, "exports/boston311/boston311-100.csv.gz", &[]);
    assert_eq!((gz.source.name.as_str(), gz.container.as_str(), count.rows), ("boston311", "gzip", 100));
    let (nhtsa, count) = opened(&data, "exports/nhtsa-flat/complaints.txt", &[]);
    assert_eq!((nhtsa.source.name.as_str(), count.rows, count.problems.len()), ("nhtsa_flat", 100, 0));
    let (titles, count) = opened(&data, "stackoverflow-short/title_StackOverflow.txt", &["body=column_1"]);
    assert_eq!((titles.columns.len(), count.rows), (1, 20_000));
}

#[test]
fn issue_trackers_chats_and_forums_are_detected() {
    let Some(data) = data() else { return };
    let cases = [
        ("grimoirelab-discourse/discourse", "discourse_json"),
        ("grimoirelab-github/github", "github_issues_json"),
        ("grimoirelab-kitsune/kitsune", "kitsune_json"),
        ("grimoirelab-slack/slack", "slack_json"),
        ("grimoirelab-telegram/telegram", "telegram_bot"),
    ];
    for (file, source) in cases {
        let (wrapped, count) = opened(&data, &format!("exports/{file}.perceval.json"), &[]);
        let (raw, raw_count) = opened(&data, &format!("exports/{file}.raw.ndjson"), &[]);
        assert_eq!((wrapped.source.name.as_str(), raw.source.name.as_str()), (source, source));
        assert_eq!(count.rows, raw_count.rows, "{file}");
        assert!(!wrapped.columns.iter().any(|column| column == "backend_name"), "{file}");
    }
}
