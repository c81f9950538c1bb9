//! Measures the signals against other people's software, simulated outbreaks and real events.
//!
//! `cargo run --release --example evaluate -- signals [PART…]`; without a part, all of them. What runs the program itself
//! needs it built beside the example: `cargo build --release`.

mod bursts;
mod change;
mod data;
mod ears;
mod events;
mod farrington;
mod hours;
mod irls;
mod kleinberg;
mod ratios;
mod short;
mod speed;
mod spikes;
mod surveillance;

use crate::Outcome;

/// One row of figures.
struct Part {
    name: &'static str,
    about: &'static str,
    run: fn() -> Outcome,
}

const PARTS: &[Part] = &[
    Part {
        name: "surveillance",
        about: "our Farrington flexible and EARS against R surveillance",
        run: surveillance::run,
    },
    Part {
        name: "spikes",
        about: "outbreaks found among 42 simulated scenarios, beside Farrington's",
        run: spikes::run,
    },
    Part { name: "ebgm", about: "shrunk ratios and their prior against openEBGM", run: ratios::run },
    Part { name: "kleinberg", about: "two states of a stream against the reference values", run: kleinberg::run },
    Part { name: "tcpd", about: "change points against five people's", run: change::run },
    Part { name: "nab", about: "bursts of brand mentions against labelled windows", run: bursts::run },
    Part { name: "events", about: "SimCity's launch, Boston and Oklahoma", run: events::run },
    Part { name: "short", about: "false alarms of short histories, simulated", run: short::run },
    Part { name: "hours", about: "false alarms of a first day of hours, simulated", run: hours::run },
    Part { name: "speed", about: "1,000 issues × 520 weeks, all tested", run: speed::run },
];

/// Prints the figures of the parts named, or of all.
///
/// # Errors
/// When a part is not known or its data cannot be read.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.iter().find(|a| PARTS.iter().all(|p| p.name != **a)) {
        let names: Vec<&str> = PARTS.iter().map(|p| p.name).collect();
        return Err(format!("no part is called {unknown}: {}", names.join(", ")).into());
    }
    for part in PARTS.iter().filter(|p| arguments.is_empty() || arguments.iter().any(|a| a == p.name)) {
        println!("== {}: {}", part.name, part.about);
        (part.run)()?;
    }
    Ok(())
}
