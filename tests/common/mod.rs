//! Runs the built binary as its users do.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic, and says when it is skipped"
)]

pub(crate) mod browser;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The demo's dumps, sorted, relative to the repository.
pub(crate) fn demo() -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(root().join("testdata/demo"))
        .unwrap()
        .map(|e| format!("testdata/demo/{}", e.unwrap().file_name().to_string_lossy()))
        .collect();
    files.sort();
    files
}

/// The shared real data, or null (said aloud) where that folder does not exist.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = root().join("../shared");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: needs the real data in ../shared, which is not on this machine");
    None
}

/// Runs `plaint` in `folder`.
pub(crate) fn plaint_in(folder: &Path, arguments: &[&str]) -> Ran {
    plaint_with(folder, arguments, &[], None)
}

/// Runs `plaint` in the repository.
pub(crate) fn plaint(arguments: &[&str]) -> Ran {
    plaint_in(&root(), arguments)
}

/// Runs `plaint` with an environment and standard input.
pub(crate) fn plaint_with(
    folder: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
    input: Option<&[u8]>,
) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plaint"));
    command.args(arguments).current_dir(folder).env_remove("NO_COLOR").env_remove("PLAINT_STORE");
    command.envs(environment.iter().copied());
    command
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    if let Some(bytes) = input {
        use std::io::Write;
        // A run that fails early closes its input; that is its right.
        let _ = child.stdin.take().unwrap().write_all(bytes);
    }
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Every file under `folder` with its bytes, by relative path.
pub(crate) fn tree(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    fn walk(base: &Path, folder: &Path, found: &mut std::collections::BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(base, &path, found);
            } else {
                let name = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = std::collections::BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}
