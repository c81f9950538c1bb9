//! The demo in `testdata/` is what its generator writes, and tells the story it claims to tell.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "../examples/make_demo/demo/mod.rs"]
mod demo;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn truth() -> DocumentMut {
    fs::read_to_string(testdata().join("demo-truth.toml")).unwrap().parse().unwrap()
}

fn number(item: &Item, key: &str) -> i64 {
    item.get(key).and_then(Item::as_integer).unwrap_or_else(|| panic!("demo-truth.toml: no {key}"))
}

fn weekly(truth: &DocumentMut, issue: &str) -> Vec<i64> {
    let issues = truth["issue"].as_array_of_tables().unwrap();
    let found = issues.iter().find(|table| table["key"].as_str() == Some(issue)).unwrap();
    found["counted"].as_array().unwrap().iter().map(|count| count.as_integer().unwrap()).collect()
}

/// Counts of weeks `first` to `last`, ISO weeks of 2026.
fn weeks(counts: &[i64], first: usize, last: usize) -> &[i64] {
    &counts[first - 17..=last - 17]
}

fn mean(counts: &[i64]) -> f64 {
    counts.iter().sum::<i64>() as f64 / counts.len() as f64
}

#[test]
fn the_generator_rewrites_every_file_to_the_byte() {
    for file in demo::generate().unwrap() {
        let kept = fs::read(testdata().join(&file.path)).unwrap();
        assert!(kept == file.bytes, "{} differs: run cargo run --example make_demo", file.path);
    }
}

#[test]
fn the_folder_holds_the_dumps_and_nothing_else() {
    let made: BTreeSet<String> = demo::generate()
        .unwrap()
        .iter()
        .filter_map(|file| file.path.strip_prefix("demo/").map(str::to_owned))
        .collect();
    let kept: BTreeSet<String> = fs::read_dir(testdata().join("demo"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(kept, made);
    let bytes: u64 = kept.iter().map(|name| fs::metadata(testdata().join("demo").join(name)).unwrap().len()).sum();
    assert!(bytes < 1_500_000, "{bytes} bytes");
}

#[test]
fn every_row_is_accounted_for() {
    let truth = truth();
    let fates = ["stored", "duplicates", "rejected", "skipped"];
    let mut rows = 0;
    for file in truth["file"].as_array_of_tables().unwrap() {
        let file = Item::Table(file.clone());
        assert_eq!(number(&file, "rows"), fates.iter().map(|fate| number(&file, fate)).sum::<i64>(), "{file}");
        rows += number(&file, "rows");
    }
    assert_eq!(number(&truth["total"], "rows"), rows);
    let funnel: i64 = truth["funnel"].as_table().unwrap().iter().map(|(_, count)| count.as_integer().unwrap()).sum();
    assert_eq!(number(&truth["total"], "stored"), funnel);
    let counted: i64 =
        ["with_issue", "without_issue", "no_text"].map(|key| number(&truth["counted"], key)).iter().sum();
    assert_eq!(number(&truth["funnel"], "counted"), counted);

    let labels = fs::read_to_string(testdata().join("demo-labels.csv")).unwrap();
    assert_eq!(labels.lines().count() as i64, rows + 1);
    assert_eq!(labels.lines().filter(|line| line.ends_with(",counted")).count() as i64, counted);
}

#[test]
fn the_weeks_tell_the_story() {
    let truth = truth();
    let login = weekly(&truth, "login");
    assert_eq!(weeks(&login, 46, 46), [46]);
    assert!(weeks(&login, 17, 45).iter().all(|&count| count < 10));

    let descale = weekly(&truth, "descale");
    assert!(weeks(&descale, 17, 41).iter().all(|&count| count == 0));
    assert_eq!(weeks(&descale, 42, 46), [3, 6, 9, 12, 15]);

    let billing = weekly(&truth, "billing");
    assert!(weeks(&billing, 17, 26).iter().all(|&count| count >= 4));
    assert!(weeks(&billing, 27, 43).iter().all(|&count| count == 0));
    assert_eq!(weeks(&billing, 44, 46), [6, 6, 6]);

    let pods = weekly(&truth, "pods");
    assert!(mean(weeks(&pods, 17, 40)) > 8.0 && mean(weeks(&pods, 41, 46)) < 3.0);

    let milk = weekly(&truth, "milk");
    assert!(mean(weeks(&milk, 23, 35)) > 8.0);
    assert!(mean(weeks(&milk, 17, 22)) < 2.0 && mean(weeks(&milk, 38, 46)) < 2.0);

    let leak = weekly(&truth, "leak");
    assert!(mean(weeks(&leak, 17, 46)) > 8.0 && weeks(&leak, 17, 46).iter().all(|&count| count > 0));
}
