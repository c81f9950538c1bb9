use proptest::prelude::{ProptestConfig, Strategy, prop, proptest};
use proptest::sample::Index;

use super::*;
use crate::ingest::raw::Dump;
use crate::normalise::build::Normaliser;
use crate::normalise::plan::Planner;
use crate::normalise::problems::Problem;
use crate::normalise::testing::{dump, raw};

/// id, text, updated.
fn source(path: &str) -> Dump {
    let mut dump = dump(
        "mention",
        &["id", "text", "updated"],
        &[("source_id", "id"), ("body", "text"), ("updated_at", "updated")],
    );
    dump.path = path.to_owned();
    dump
}

fn chunks(path: &str, rows: &[Vec<&str>]) -> Normalised {
    let dump = source(path);
    let raw = raw(&dump, rows);
    let mut planner = Planner::new(&dump).unwrap();
    planner.observe(&raw).unwrap();
    let plan = planner.finish().unwrap();
    Normaliser::new(&dump, &plan).unwrap().normalise(&raw).unwrap()
}

fn bodies(merged: &Merged) -> Vec<String> {
    merged.records.text("body").unwrap().iter().flatten().map(str::to_owned).collect()
}

#[test]
fn sorted_by_uid_each_once() {
    let merged = merge(vec![
        chunks("b.csv", &[vec!["2", "two"], vec!["1", "one"]]),
        chunks("a.csv", &[vec!["3", "three"], vec!["1", "one"]]),
    ])
    .unwrap();
    assert_eq!(bodies(&merged), ["one", "two", "three"]);
    // The smallest (file, row) is the place kept.
    let files: Vec<_> = merged.records.text("source_file").unwrap().iter().flatten().collect();
    assert_eq!(files, ["a.csv", "b.csv", "a.csv"]);
    assert_eq!(merged.records.ints("source_row").unwrap().get(0), Some(2));
    let duplicate = merged.duplicates.frame();
    assert_eq!(duplicate.height(), 1);
    assert_eq!(duplicate.column("source_file").unwrap().str().unwrap().get(0), Some("b.csv"));
    assert_eq!(duplicate.column("source_row").unwrap().i64().unwrap().get(0), Some(2));
    assert_eq!(duplicate.column("uid").unwrap().str().unwrap().get(0), Some("sys:1"));
    let sums: Vec<_> = merged.files.iter().map(|f| (f.path.as_str(), f.rows_read, f.stored, f.duplicates)).collect();
    assert_eq!(sums, [("a.csv", 2, 2, 0), ("b.csv", 2, 1, 1)]);
    assert!(merged.caveats.is_empty());
}

#[test]
fn the_last_changed_version_wins_whatever_the_order() {
    let old = || chunks("a.csv", &[vec!["1", "zzz old", "2024-01-01"]]);
    let new = || chunks("b.csv", &[vec!["1", "new", "2024-02-01"]]);
    for merged in [merge(vec![old(), new()]).unwrap(), merge(vec![new(), old()]).unwrap()] {
        assert_eq!(bodies(&merged), ["new"]);
        assert_eq!(merged.records.text("source_file").unwrap().get(0), Some("a.csv"));
        assert_eq!(merged.caveats.len(), 1);
        assert!(merged.caveats[0].contains("the last changed was kept"));
    }
}

#[test]
fn versions_without_a_time_are_a_caveat() {
    let one = || chunks("a.csv", &[vec!["1", "x"]]);
    let two = || chunks("b.csv", &[vec!["1", "y"]]);
    let (there, back) = (merge(vec![one(), two()]).unwrap(), merge(vec![two(), one()]).unwrap());
    assert_eq!(bodies(&there), bodies(&back));
    assert!(there.caveats[0].contains("not by age"));
}

#[test]
fn equal_rows_without_an_id_stay_as_many_as_they_were() {
    let a = chunks("a.csv", &[vec!["", "same"], vec!["", "same"]]);
    let b = chunks("b.csv", &[vec!["", "same"], vec!["", "same"], vec!["", "same"]]);
    let merged = merge(vec![a, b]).unwrap();
    assert_eq!(merged.records.len(), 3);
    assert_eq!(merged.files.iter().map(|f| f.duplicates).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(merged.files[1].hashed, 3);
}

#[test]
fn nothing_is_still_records() {
    let merged = merge(Vec::new()).unwrap();
    assert!(merged.records.is_empty() && merged.files.is_empty());
}

#[test]
fn rejects_are_counted_by_reason() {
    let merged =
        merge(vec![chunks("a.csv", &[vec!["1", "x", "soon"], vec!["2", "y", "later"], vec!["3", "z"]])]).unwrap();
    let file = &merged.files[0];
    assert_eq!((file.rows_read, file.stored, file.rejected, file.undated), (3, 1, 2, 1));
    assert_eq!(file.problems, [Problem { kind: "unreadable date".to_owned(), count: 2, example_line: 2 }]);
    assert_eq!(merged.rejects[0].1.len(), 2);
}

type Line = (u8, u8, u8);

fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((0_u8..5, 0_u8..3, 0_u8..3), 1..12)
}

/// What must not depend on order: everything but the row numbers.
fn essence(merged: &Merged) -> Vec<(String, String, String)> {
    let columns = ["uid", "body", "source_file"].map(|name| merged.records.text(name).unwrap());
    (0..merged.records.len())
        .map(|i| {
            let [uid, body, file] = columns.map(|c| c.get(i).unwrap_or("").to_owned());
            (uid, body, file)
        })
        .collect()
}

fn merged_of(files: &[(&str, &[Line])]) -> Merged {
    let chunk = |(path, lines): &(&str, &[Line])| {
        let cells: Vec<[String; 3]> = lines
            .iter()
            .map(|(id, text, month)| {
                let id = if *id == 0 { String::new() } else { id.to_string() };
                let updated = if *month == 0 { String::new() } else { format!("2024-0{month}-01") };
                [id, format!("text {text}"), updated]
            })
            .collect();
        let rows: Vec<Vec<&str>> = cells.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        chunks(path, &rows)
    };
    merge(files.iter().map(chunk).collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_of_files_and_rows_does_not_matter(
        a in lines(),
        b in lines(),
        swaps in prop::collection::vec((proptest::arbitrary::any::<Index>(), proptest::arbitrary::any::<Index>()), 0..12),
    ) {
        let merged = merged_of(&[("a.csv", &a), ("b.csv", &b)]);
        let mut shuffled = a.clone();
        for (i, j) in swaps {
            let (i, j) = (i.index(shuffled.len()), j.index(shuffled.len()));
            shuffled.swap(i, j);
        }
        let other = merged_of(&[("b.csv", &b), ("a.csv", &shuffled)]);
        assert_eq!(essence(&merged), essence(&other));
        assert_eq!(merged.caveats, other.caveats);
        let sums = |m: &Merged| m.files.iter().map(|f| (f.stored, f.duplicates, f.undated)).collect::<Vec<_>>();
        assert_eq!(sums(&merged), sums(&other));
        let rows = i64::try_from(a.len() + b.len()).unwrap();
        assert_eq!(merged.files.iter().map(|f| f.rows_read).sum::<i64>(), rows);
    }
}
