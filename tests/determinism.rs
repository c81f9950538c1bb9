//! The same files give the same bytes, whatever their order and the number of threads; the numbers stay the same
//! whatever the order of the rows.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::{demo, plaint_with, root, tree};

fn report(files: &[String], out: &Path, threads: &str) {
    let mut arguments = vec!["report", "--quiet"];
    arguments.extend(files.iter().map(String::as_str));
    let out = out.to_str().unwrap();
    arguments.extend(["-o", out]);
    let environment = [("RAYON_NUM_THREADS", threads), ("POLARS_MAX_THREADS", threads)];
    let ran = plaint_with(&root(), &arguments, &environment, None);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn same_files_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = demo();
    report(&files, &folder.path().join("one"), "1");
    files.reverse();
    report(&files, &folder.path().join("two"), "4");
    let (one, two) = (tree(&folder.path().join("one")), tree(&folder.path().join("two")));
    assert!(one.len() > 8, "only {} files", one.len());
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "{name} differs");
    }
}

/// Reverses the data lines of the demo's line-per-record dump.
fn with_rows_reversed(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.extension().is_some_and(|e| e == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().rev().collect();
            assert!(lines.len() > 30);
            std::fs::write(target, lines.join("\n") + "\n").unwrap();
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

#[test]
fn same_rows_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let shuffled = folder.path().join("shuffled");
    std::fs::create_dir(&shuffled).unwrap();
    with_rows_reversed(&root().join("testdata/demo"), &shuffled);
    let files: Vec<String> = demo()
        .iter()
        .map(|f| shuffled.join(Path::new(f).file_name().unwrap()).to_string_lossy().into_owned())
        .collect();
    report(&demo(), &folder.path().join("one"), "2");
    report(&files, &folder.path().join("two"), "2");
    let (one, two) = (tree(&folder.path().join("one")), tree(&folder.path().join("two")));
    for name in ["trends.csv", "issues.csv", "signals.csv", "codebook.toml"] {
        assert!(one[name] == two[name], "{name} differs");
    }
}
