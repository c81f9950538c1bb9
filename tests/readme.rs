//! The README's commands and outputs are true.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;
use std::process::Command;

use common::root;

/// The fenced blocks of the README that begin with this word.
fn blocks(readme: &str, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = readme;
    while let Some(at) = rest.find("\n```") {
        let block = &rest[at + 4..];
        let end = block.find("\n```").unwrap();
        let (first, body) = block[..end].split_once('\n').unwrap();
        if first == kind {
            found.push(body.to_string());
        }
        rest = &block[end + 4..];
    }
    found
}

/// A folder with the repository's testdata in it, so that what the README writes lands nowhere else.
fn workplace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("testdata"), folder.path().join("testdata")).unwrap();
    folder
}

#[test]
fn every_command_runs_and_prints_what_the_readme_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let folder = workplace();
    let binary = Path::new(env!("CARGO_BIN_EXE_plaint"));
    let mut ran_commands = 0;
    for block in blocks(&readme, "console") {
        let mut lines = block.lines().peekable();
        while let Some(line) = lines.next() {
            let command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("not a command: {line}"));
            let mut promised = String::new();
            while lines.peek().is_some_and(|l| !l.starts_with("$ ")) {
                promised.push_str(lines.next().unwrap());
                promised.push('\n');
            }
            let ran = Command::new("sh")
                .arg("-c")
                .arg(command)
                .current_dir(folder.path())
                .env("PATH", format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap()))
                .output()
                .unwrap();
            ran_commands += 1;
            let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
            assert!(ran.status.success(), "{command}\n{said}");
            for line in promised.lines().filter(|l| !l.trim().is_empty() && l.trim() != "…") {
                assert!(said.contains(line), "{command}\ndoes not print: {line}\nbut:\n{said}");
            }
        }
    }
    assert!(ran_commands >= 5, "only {ran_commands} commands were found");
    // The picture in the README is the chart that its command draws.
    let drawn = std::fs::read_to_string(folder.path().join("demo-chart.svg")).unwrap();
    let shown = root().join("examples/demo-chart.svg");
    if std::env::var_os("UPDATE_README_CHART").is_some() {
        std::fs::write(&shown, &drawn).unwrap();
    }
    assert!(std::fs::read_to_string(shown).unwrap() == drawn, "run once with UPDATE_README_CHART=1");
}

#[test]
fn the_two_commands_of_a_fresh_machine_are_there() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains("cargo run -- report testdata/demo/* -o target/demo-report"));
    assert!(readme.contains("cargo test"));
}

#[test]
fn the_table_of_sources_is_the_list() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.split_once("<!-- sources: plaint list sources -->\n").unwrap().1;
    let table = table.split_once("<!-- /sources -->").unwrap().0;
    let expected: Vec<String> = plaint::ingest::catalog::all()
        .unwrap()
        .iter()
        .map(|source| format!("| `{}` | {} | {} |", source.name, source.kind, source.about))
        .collect();
    assert_eq!(table.lines().skip(2).collect::<Vec<_>>(), expected, "write the table anew: plaint list sources");
}

#[test]
fn the_example_of_a_source_reads_its_dump() {
    let ran = Command::new(env!("CARGO_BIN_EXE_plaint"))
        .args(["inspect", "examples/source.csv", "--source", "examples/source.toml", "--format", "json"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let said: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let file = &said["files"][0];
    assert_eq!((&file["source"], &file["rows"]), (&"kettle_club".into(), &4.into()));
    assert_eq!(file["records"][0]["rating"], "1.0");
    assert_eq!(file["problems"][0]["count"], 1);
}
