//! Imports point leftward: a stage may use the stages before it and the shared ground, never those after it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

/// The stages in the order data flows through them.
const STAGES: [&str; 9] = ["ingest", "normalise", "store", "enrich", "cluster", "trend", "chart", "report", "render"];
/// What every stage may use.
const GROUND: [&str; 3] = ["error", "contract", "stats"];
/// Only these may use everything: they compose, or name what is composed.
const TOP: [&str; 5] = ["lib", "main", "cli", "config", "compose"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every `crate::X` named in code (comments left out).
fn named_modules(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let list = &list[..list.find('}').unwrap_or(list.len())];
            names.extend(list.split(',').map(|part| part.trim().split("::").next().unwrap().to_string()));
        } else {
            names.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names
}

#[test]
fn imports_point_leftward() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 40, "the walk found only {} files", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let home = relative.split('/').next().unwrap().trim_end_matches(".rs").to_string();
        if TOP.contains(&home.as_str()) {
            continue;
        }
        let position = STAGES.iter().position(|s| *s == home);
        let text = fs::read_to_string(&path).unwrap();
        for name in named_modules(text.split("#[cfg(test)]").next().unwrap()) {
            let allowed = GROUND.contains(&name.as_str())
                || match (position, STAGES.iter().position(|s| *s == name)) {
                    (Some(mine), Some(theirs)) => theirs <= mine,
                    _ => false,
                };
            if !allowed {
                wrong.push(format!("{relative} uses crate::{name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point rightward:\n{}", wrong.join("\n"));
}

#[test]
fn files_are_written_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let tests = relative.ends_with("tests.rs") || relative.ends_with("testing.rs");
        let io = ["std::fs", "fs::write", "File::create", "std::io::stdout", "std::process::"]
            .iter()
            .any(|w| code.contains(w));
        let may = relative == "main.rs"
            || relative == "compose/emit.rs"
            || relative.starts_with("ingest/")
            || relative.starts_with("store/");
        if io && !may && !tests {
            wrong.push(relative);
        }
    }
    assert!(wrong.is_empty(), "files that do input or output: {wrong:?}");
}
