//! The binary: run, print the error, exit.

use std::io::Write;
use std::process::ExitCode;

/// Frames are built in many small pieces by several threads, which the system's allocator answers slowly and keeps: two
/// million records are clustered in four fifths of its time and three quarters of its memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match plaint::run(std::env::args_os()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if error.kind() != plaint::error::Kind::ClosedPipe {
                // Nothing is left to do if even standard error is closed.
                let _ = writeln!(std::io::stderr(), "{error}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}
