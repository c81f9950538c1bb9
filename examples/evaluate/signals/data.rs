//! Reading the reference data, and running the program itself.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A table read whole: its header and its rows.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn parse(text: &[u8]) -> Result<Self, Box<dyn std::error::Error>> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
        let header = reader.headers()?.iter().map(|h| h.trim().to_owned()).collect();
        let rows =
            reader.records().map(|r| Ok(r?.iter().map(str::to_owned).collect())).collect::<Result<_, csv::Error>>();
        Ok(Self { header, rows: rows? })
    }

    pub(super) fn read(name: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let path = shared(name);
        Self::parse(&std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?)
    }

    /// One column's cells; none of that name are empty.
    pub(super) fn column(&self, name: &str) -> Vec<&str> {
        let at = self.header.iter().position(|h| h == name);
        self.rows.iter().map(|r| at.and_then(|at| r.get(at)).map_or("", String::as_str)).collect()
    }

    /// The same as numbers; what is none is NaN.
    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        self.column(name).iter().map(|c| c.parse().unwrap_or(f64::NAN)).collect()
    }

    pub(super) fn counts(&self, name: &str) -> Vec<i64> {
        self.numbers(name).iter().map(|n| *n as i64).collect()
    }
}

/// A file of the reference data beside the checkout.
pub(super) fn shared(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name)
}

/// Runs the program built beside this example; its standard output.
pub(super) fn plaint(arguments: &[&str]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let here = std::env::current_exe()?;
    let program = here.parent().and_then(Path::parent).ok_or("no folder above the example")?.join("plaint");
    let out = Command::new(&program).args(arguments).output().map_err(|e| format!("{}: {e}", program.display()))?;
    if out.stdout.is_empty() && !out.status.success() {
        return Err(format!("plaint {}: {}", arguments.join(" "), String::from_utf8_lossy(&out.stderr)).into());
    }
    Ok(out.stdout)
}

/// A fixed generator (xorshift64*; Vigna 2016) for simulations.
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Uniform in (0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A count with mean `mean` and variance `phi` × mean, by inversion.
    pub(super) fn count(&mut self, mean: f64, phi: f64) -> i64 {
        let p = self.uniform();
        plaint::trend::baseline::nb::quantile(p, mean, phi)
    }
}
