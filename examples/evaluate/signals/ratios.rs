//! Shrunk ratios against openEBGM's.

use plaint::trend::ebgm::{Prior, shrunk};
use plaint::trend::ebgm_prior::{Cell, fit};

use crate::Outcome;
use crate::signals::data::Table;

/// openEBGM 0.9.1's prior of the table.
const THEIRS: Prior =
    Prior { alpha1: 3.253_786_43, beta1: 0.399_888_37, alpha2: 2.026_130_54, beta2: 1.908_082_60, p: 0.065_345_70 };

pub(super) fn run() -> Outcome {
    let table = Table::read("oracle/ebgm/caers.csv")?;
    let (n, e) = (table.counts("N"), table.numbers("E"));
    let cells: Vec<Cell> = n.iter().zip(&e).map(|(n, e)| Cell { n: *n, expected: *e }).collect();
    let prior = fit(&cells, true).ok_or("the prior cannot be fitted")?;
    let off = [
        prior.alpha1 / THEIRS.alpha1,
        prior.beta1 / THEIRS.beta1,
        prior.alpha2 / THEIRS.alpha2,
        prior.beta2 / THEIRS.beta2,
        prior.p / THEIRS.p,
    ];
    let worst = off.iter().map(|r| (r - 1.0).abs()).fold(0.0, f64::max);
    println!("{} cells; prior {prior:?}, off by at most {:.3} %", cells.len(), 100.0 * worst);
    for (name, column) in [("EBGM", "EBGM"), ("EB05", "EB05"), ("EB95", "EB95")] {
        let wanted = table.numbers(column);
        let off = cells.iter().zip(&wanted).filter_map(|(cell, wanted)| {
            let found = shrunk(cell.n, cell.expected, &THEIRS)?;
            let value = if name == "EBGM" {
                found.ebgm
            } else if name == "EB05" {
                found.eb05
            } else {
                found.eb95
            };
            Some((value - wanted).abs())
        });
        let off: Vec<f64> = off.collect();
        println!(
            "{name}: {} cells, off by at most {:.1e} (the file has four digits)",
            off.len(),
            off.iter().copied().fold(0.0, f64::max)
        );
    }
    let stand_out = cells.iter().filter_map(|c| shrunk(c.n, c.expected, &prior)).filter(|s| s.eb05 >= 2.0).count();
    println!("cells with EB05 of 2 and more by our prior: {stand_out} (131 by theirs)");
    Ok(())
}
