//! The bodies of `fuzz/` under a loop that needs no nightly compiler: seeds, mutated by a seeded generator.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Outcome;

#[path = "../../fuzz/bodies.rs"]
mod bodies;

/// Bytes that turn one kind of input into another.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\"\"",
    b",",
    b"\t",
    b";",
    b"\n",
    b"\r\n",
    b"\r",
    b"\\",
    b"\\\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xf0\x9f",
    b"\\ud83d",
    b"NaN",
    b"9999999999999999999",
    b"-",
    b"/",
];

/// `[SECONDS] [NAME…]`: for how long each body is run, 600 without; those named, or all.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let seconds = arguments.first().map_or(Ok(600), |text| text.parse())?;
    let mut seeds = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), &mut seeds)?;
    let read = |wanted: &dyn Fn(&Path) -> bool| -> Vec<Vec<u8>> {
        let files = seeds.iter().filter(|path| wanted(path)).filter_map(|path| fs::read(path).ok());
        files.filter(|bytes| bytes.len() < 20_000).collect()
    };
    let ends = |path: &Path, endings: &[&str]| path.extension().is_some_and(|e| endings.iter().any(|x| e == *x));
    let tables = read(&|path| ends(path, &["csv", "tsv", "txt"]));
    let json = read(&|path| ends(path, &["json", "ndjson", "jsonl", "js"]));
    let dates = ["2026-02-25T16:38:58.123Z", "25/Feb/26 10:17 PM", "45352.604", "1772442120", "03/08/2026 3:04 pm"];
    let dates = dates.iter().map(|date| date.as_bytes().to_vec()).collect();
    type Target = (&'static str, fn(&[u8]), Vec<Vec<u8>>);
    let targets: [Target; 3] =
        [("csv", bodies::csv, tables), ("json", bodies::json, json), ("dates", bodies::dates, dates)];
    let named = arguments.get(1..).unwrap_or_default();
    for (name, body, seeds) in targets {
        if !named.is_empty() && !named.iter().any(|one| one == name) {
            continue;
        }
        let (begun, mut state, mut executions) = (Instant::now(), 0x9e37_79b9_7f4a_7c15_u64, 0u64);
        while begun.elapsed() < Duration::from_secs(seconds) {
            for _ in 0..50 {
                body(&mutated(&seeds, &mut state));
                executions += 1;
            }
        }
        println!("{name:<6} {executions} executions in {seconds} s, no panic");
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

/// xorshift64* (Vigna 2016): enough to choose where to break something.
fn next(state: &mut u64, below: usize) -> usize {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % below.max(1)
}

fn mutated(seeds: &[Vec<u8>], state: &mut u64) -> Vec<u8> {
    let mut bytes = seeds[next(state, seeds.len())].clone();
    for _ in 0..=next(state, 6) {
        let at = next(state, bytes.len() + 1);
        match next(state, 6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = next(state, 256) as u8,
            2 => {
                let piece = PIECES[next(state, PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 if at < bytes.len() => {
                let end = (at + next(state, 40)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let other = &seeds[next(state, seeds.len())];
                let from = next(state, other.len());
                let end = (from + next(state, 200)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                let end = (at + next(state, 60)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}
