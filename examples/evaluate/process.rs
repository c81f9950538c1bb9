//! Running programs to their end, with their time and memory.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run took.
pub(crate) struct Taken {
    pub(crate) seconds: f64,
    /// Peak resident memory.
    pub(crate) megabytes: f64,
    pub(crate) output: String,
}

/// The program built with this one: in target/release, or beside it where both were copied elsewhere.
pub(crate) fn program() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let own = std::env::current_exe()?;
    let program = own.ancestors().skip(1).take(2).map(|folder| folder.join("plaint")).find(|plaint| plaint.is_file());
    Ok(program.ok_or("plaint is not built: cargo build --release")?)
}

/// Runs a command to its end; its time, its peak memory, and what it printed.
pub(crate) fn measured(command: &mut Command) -> Result<Taken, Box<dyn std::error::Error>> {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0.0_f64;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(high.unwrap_or(0.0));
        std::thread::sleep(Duration::from_millis(5));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed").into());
    }
    Ok(Taken { seconds, megabytes: peak / 1024.0, output: String::from_utf8_lossy(&output.stdout).into_owned() })
}
