//! What the store keeps of enriching and matching changes no output, only the time it takes.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{demo, plaint, tree};

const BOOK: &str = r#"version = 1
tokenizer = 1

[[issue]]
id = "i-00000001"
name = "Late"
min_score = 1.0
keywords = { late = 1.2, delay = 1.1, wait = 0.6 }

[[issue]]
id = "i-00000002"
name = "App crashes"
min_score = 1.0
keywords = ["crash", "freeze"]

[[issue]]
id = "i-00000003"
name = "Refunds"
min_score = 1.0
keywords = ["refund", "money back"]
"#;

fn out(arguments: &[&str]) -> String {
    let ran = plaint(arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

/// Every cached file of a kind.
fn cached(store: &Path, kind: &str) -> Vec<PathBuf> {
    let Ok(models) = fs::read_dir(store.join("_plaint").join(kind)) else { return Vec::new() };
    models.flat_map(|model| fs::read_dir(model.unwrap().path()).unwrap()).map(|file| file.unwrap().path()).collect()
}

#[test]
fn warm_and_cold_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (store, book) = (path("a store [1] #ü"), path("book.toml"));
    let files = demo();
    let named: Vec<&str> = files.iter().map(String::as_str).collect();
    fs::write(&book, BOOK).unwrap();
    // Two ingests make two data files.
    let (some, rest) = named.split_at(1);
    out(&[&["ingest", "--store", &store], some].concat());
    out(&[&["ingest", "--store", &store], rest].concat());
    let trends = |more: &[&str]| out(&[&["trends", "--codebook", &book, "--format", "csv"], more].concat());
    let direct = trends(named.as_slice());
    assert_eq!(trends(&["--store", &store]), direct, "cold");
    let kept = ["enrich", "match", "grouped"].map(|kind| cached(Path::new(&store), kind).len());
    assert_eq!(kept, [2, 2, 1]);
    assert_eq!(trends(&["--store", &store]), direct, "warm");
    for condition in ["body~flight|app", "kind=review"] {
        let filtered = trends(&[&["--where", condition], named.as_slice()].concat());
        assert_eq!(trends(&["--store", &store, "--where", condition]), filtered, "{condition}");
    }
    for kind in ["match", "enrich", "grouped"] {
        let one = &cached(Path::new(&store), kind)[0];
        fs::write(one, &fs::read(one).unwrap()[..20]).unwrap();
        assert_eq!(trends(&["--store", &store]), direct, "a cut {kind} cache");
        fs::remove_file(one).unwrap();
        assert_eq!(trends(&["--store", &store]), direct, "a missing {kind} cache");
    }
    let report = |name: &str| {
        out(&["report", "--store", &store, "--codebook", &book, "-o", &path(name)]);
        tree(&folder.path().join(name))
    };
    let warm = report("warm");
    fs::remove_dir_all(Path::new(&store).join("_plaint/enrich")).unwrap();
    fs::remove_dir_all(Path::new(&store).join("_plaint/match")).unwrap();
    fs::remove_dir_all(Path::new(&store).join("_plaint/grouped")).unwrap();
    assert!(report("cold") == warm, "a report differs with the caches");
    // An edited codebook is another model.
    let edited = fs::read_to_string(&book).unwrap().replacen("min_score = ", "min_score = 9", 1);
    fs::write(&book, edited).unwrap();
    assert_ne!(trends(&["--store", &store]), direct);
    assert_eq!(trends(&["--store", &store]), trends(named.as_slice()));
}

/// A day of arrival may stand in a column of the dump's own, which counting does not look at otherwise.
#[test]
fn a_warm_store_still_has_the_day_of_arrival() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (store, book, dump) = (path("store"), path("book.toml"), path("shop.csv"));
    let rows: String = (0..120)
        .map(|i| {
            let (month, day) = (9 + i / 28 % 3, i % 28 + 1);
            format!(
                "{i},2026-{month:02}-{day:02}T10:00:00Z,my parcel is late,2026-{month:02}-{:02}\n",
                (day + 2).min(30)
            )
        })
        .collect();
    fs::write(&dump, format!("id,created_at,text,LDATE\n{rows}")).unwrap();
    fs::write(&book, BOOK).unwrap();
    out(&["ingest", &dump, "--store", &store]);
    let trends = |more: &[&str]| {
        out(&[&["trends", "--codebook", &book, "--received", "LDATE", "--format", "csv"], more].concat())
    };
    let direct = trends(&[&dump]);
    assert_eq!(trends(&["--store", &store]), direct, "cold");
    assert_eq!(trends(&["--store", &store]), direct, "warm");
}
