//! The report on real dumps, as their owners would run it. Needs ../shared; skipped, aloud, where it does not exist.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::{Ran, plaint_in, shared};
use serde_json::Value;

/// Runs a report and gives its `report.json`.
fn report(data: &Path, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let mut all = vec!["report"];
    all.extend_from_slice(arguments);
    all.extend(["-o", out.to_str().unwrap()]);
    let ran: Ran = plaint_in(data, &all);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for name in ["index.html", "report.md", "report.json", "issues.csv", "trends.csv", "signals.csv"] {
        assert!(out.join(name).is_file(), "{name} is missing");
    }
    assert!(out.join("charts").read_dir().unwrap().count() > 1);
    serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap()
}

fn funnel_adds_up(report: &Value) {
    let funnel = &report["funnel"];
    let n = |key: &str| funnel[key].as_i64().unwrap();
    assert_eq!(n("read"), n("stored") + n("duplicates") + n("rejected") + n("skipped"));
    let left_out: i64 = funnel["left_out"].as_array().unwrap().iter().map(|pair| pair[1].as_i64().unwrap()).sum();
    assert_eq!(n("stored"), n("counted") + left_out);
    assert_eq!(n("counted"), n("matched") + n("unassigned") + n("no_text"));
}

#[test]
fn cfpb() {
    let Some(shared) = shared() else { return };
    let report = report(&shared.join("data/cfpb-dated"), &["complaints_even_ids.csv"]);
    funnel_adds_up(&report);
    assert_eq!(report["funnel"]["stored"], 3281);
    assert_eq!(report["codebook"]["origin"], "labels", "under half of the records have text");
}

#[test]
fn eight_subreddits_in_one_call() {
    let Some(shared) = shared() else { return };
    let names =
        ["AndroidQuestions", "GalaxyNexus", "SimCity", "chrome", "kindle", "netflix", "techsupport", "windows8"];
    let files: Vec<String> = names.iter().map(|n| format!("{n}.csv")).collect();
    let report = report(&shared.join("data/reddit"), &files.iter().map(String::as_str).collect::<Vec<_>>());
    funnel_adds_up(&report);
    assert_eq!(report["funnel"]["read"], 7998);
    assert_eq!(report["feeds"].as_array().unwrap().len(), 8);
    assert!(report["issues"].as_array().unwrap().len() >= 5);
}

/// SimCity was launched on 5 March 2013; its subreddit is one of the younger feeds.
#[test]
fn a_burst_in_a_young_feed_is_seen() {
    let Some(shared) = shared() else { return };
    let report = report(
        &shared.join("data/reddit"),
        &["SimCity.csv", "chrome.csv", "kindle.csv", "netflix.csv", "--period", "2013-W10"],
    );
    let worse = report["sections"][0]["findings"].to_string().to_lowercase();
    assert!(worse.contains("simcity") && worse.contains("urgent"), "{worse}");
}

#[test]
fn jira() {
    let Some(shared) = shared() else { return };
    let report = report(&shared.join("data/exports/jira-csv"), &["Jira.csv", "--issues-from", "category"]);
    funnel_adds_up(&report);
    assert_eq!(report["funnel"]["read"], 22);
}

#[test]
fn nyc311_has_no_text_so_its_categories_are_the_issues() {
    let Some(shared) = shared() else { return };
    let report = report(&shared.join("data/exports/nyc311-socrata"), &["nyc311-100.csv"]);
    funnel_adds_up(&report);
    assert_eq!(report["codebook"]["origin"], "labels");
    assert!(report["codebook"]["note"].as_str().unwrap().contains("category"));
}

#[test]
fn a_csv_nobody_knows() {
    let Some(shared) = shared() else { return };
    let report = report(
        &shared.join("data/crisislex/T6"),
        &[
            "2013_Boston_Bombings-ontopic_offtopic.csv",
            "--map",
            "body=tweet",
            "--map",
            "created_at=tweet id",
            "--by",
            "day",
        ],
    );
    funnel_adds_up(&report);
    assert_eq!(report["funnel"]["read"].as_i64().unwrap(), 10012);
    let total = report["total"]["points"].as_array().unwrap();
    let peak = total.iter().max_by_key(|p| p["observed"].as_i64().unwrap_or(0)).unwrap();
    assert!(peak["period"].as_str().unwrap().starts_with("2013-04-"), "{}", peak["period"]);
}

#[test]
fn tickets_and_mentions_in_one_call() {
    let Some(shared) = shared() else { return };
    let report = report(&shared.join("data"), &["exports/jira-csv/Jira.csv", "reddit/kindle.csv"]);
    funnel_adds_up(&report);
    assert_eq!(report["files"].as_array().unwrap().len(), 2);
}
