//! Prints the figures plaint is held to, measured on real and labelled data beside the checkout (`../shared`).
//!
//! `cargo run --release --example evaluate -- SUBJECT [ARGUMENTS]`; without a subject it lists them.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement, not the program")]

mod agreement;
mod bodies;
#[path = "../train_intent/corpora.rs"]
mod corpora;
mod discovery;
mod enrich;
mod fuzz;
mod pace;
mod personal;
mod process;
mod readers;
mod report;
#[path = "../../tests/common/scenarios.rs"]
mod scenarios;
mod signals;
mod stability;
mod store;
mod weekly;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a subject gives: its figures are printed as it goes.
type Outcome = Result<(), Box<dyn std::error::Error>>;

/// One thing that can be measured.
struct Subject {
    /// The first argument.
    name: &'static str,
    /// What it prints, in one line.
    about: &'static str,
    /// Measures and prints; the arguments after the subject's name.
    run: fn(&[String]) -> Outcome,
}

/// Everything that can be measured.
const SUBJECTS: &[Subject] = &[
    Subject {
        name: "discovery",
        about: "[--write DIR] [NAME[:K]…]: issues found against known labels",
        run: discovery::run,
    },
    Subject {
        name: "pace",
        about: "[RECORDS] [--peers PYTHON]: how fast issues are found and matched",
        run: pace::run,
    },
    Subject {
        name: "enrich",
        about: "[vader|abuse|complaint|question|praise|personal|speed]…: what is heard in texts, against labelled sets",
        run: enrich::run,
    },
    Subject {
        name: "report",
        about: "[RECORDS]: a report of records already matched, every chart, the size of a page",
        run: report::run,
    },
    Subject {
        name: "signals",
        about: "[PART…]: baselines, spikes, change points, ratios and bursts against references and real events",
        run: signals::run,
    },
    Subject {
        name: "readers",
        about: "[PYTHON]: every dump beside the checkout: source, rows, rejects, next to Python's own counts",
        run: readers::run,
    },
    Subject { name: "bodies", about: "what is cut from bodies, against hand labels of real ones", run: bodies::run },
    Subject {
        name: "fuzz",
        about: "[SECONDS]: the fuzz targets' bodies on mutated dumps, for so long each",
        run: fuzz::run,
    },
    Subject {
        name: "stability",
        about: "[DRAWS]: the demo's issues, found again without a random twentieth of its records",
        run: stability::run,
    },
    Subject {
        name: "store",
        about: "[GIGABYTES…] [--peers PYTHON] [--only bulk|piled|safety]: ingest, reading, kills and races",
        run: store::run,
    },
    Subject {
        name: "weekly",
        about: "[FOLDER]: a year of weekly runs with one codebook over a folder of Reddit posts; nothing may move",
        run: weekly::run,
    },
    Subject {
        name: "emerging",
        about: "[FOLDER]: new labels planted in a week: which the candidate test finds, and what it makes up",
        run: weekly::emerging,
    },
];

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(subject) = arguments.first().and_then(|name| SUBJECTS.iter().find(|s| s.name == name)) else {
        for subject in SUBJECTS {
            println!("{:<12} {}", subject.name, subject.about);
        }
        return Ok(());
    };
    (subject.run)(&arguments[1..])
}
