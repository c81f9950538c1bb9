//! Writes the demo: the dumps of a made-up coffee machine maker, and the truth about them.
//!
//! `cargo run --example make_demo` rewrites `testdata/demo/`, `testdata/demo-truth.toml` and
//! `testdata/demo-labels.csv`, every byte as before; `… -- DIR` writes them into `DIR` instead.

mod demo;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let root = match std::env::args_os().nth(1) {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata"),
    };
    for file in demo::generate()? {
        let path = root.join(file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, file.bytes)?;
    }
    Ok(())
}
