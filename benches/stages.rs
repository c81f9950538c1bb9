//! Time per stage on the demo's dumps: `cargo bench`. Numbers are per run over all of its rows.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use divan::Bencher;
use plaint::cluster::codebook::Codebook;
use plaint::cluster::{Options as ClusterOptions, discover, matching};
use plaint::enrich::{self, Voiced};
use plaint::ingest::options::Options as IngestOptions;
use plaint::normalise::build::Normalised;
use plaint::normalise::merge;
use plaint::normalise::records::Records;
use plaint::normalise::stream::understand;
use plaint::trend::counts::Counts;
use plaint::trend::coverage::Declared;
use plaint::trend::options::Options as TrendOptions;
use plaint::trend::{counted, counts, judge};

fn main() {
    divan::main();
}

/// The files of `PLAINT_BENCH` (split at `:`), else the demo's.
fn files() -> Vec<String> {
    if let Ok(files) = std::env::var("PLAINT_BENCH") {
        return files.split(':').map(str::to_string).collect();
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/demo");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path().to_string_lossy().into_owned()).collect();
    files.sort();
    files
}

fn read() -> Vec<Normalised> {
    let mut all = Vec::new();
    for path in files() {
        all.extend(understand(&path, &IngestOptions::default(), &|_| {}).unwrap().all(&|_, _| {}).unwrap());
    }
    all
}

fn records() -> Records {
    merge::merge(read()).unwrap().records
}

fn voiced() -> Voiced {
    enrich::enrich(&records(), &Default::default()).unwrap()
}

fn codebook(voiced: &Voiced) -> Codebook {
    let rows: Vec<u32> = (0..voiced.len() as u32).collect();
    discover::discover(voiced, &rows, &ClusterOptions::default()).unwrap()
}

fn all_counts() -> Counts {
    let records = records();
    let voiced = enrich::enrich(&records, &Default::default()).unwrap();
    let book = codebook(&voiced);
    let matches = matching::match_records(&voiced, &book).unwrap();
    let counted = counted::counted(&records, &TrendOptions::default(), &Declared::default()).unwrap();
    let names: Vec<(String, String)> = book.issues.iter().map(|i| (i.id.clone(), i.name.clone())).collect();
    counts::count(&counted, matches.frame(), &names).unwrap()
}

#[divan::bench(sample_count = 10)]
fn a_read_and_normalise() -> Vec<Normalised> {
    read()
}

#[divan::bench(sample_count = 10)]
fn b_merge(bencher: Bencher<'_, '_>) {
    let read = read();
    bencher.with_inputs(|| read.clone()).bench_values(|read| merge::merge(read).unwrap());
}

#[divan::bench(sample_count = 10)]
fn c_enrich(bencher: Bencher<'_, '_>) {
    let records = records();
    bencher.bench(|| enrich::enrich(&records, &Default::default()).unwrap());
}

#[divan::bench(sample_count = 3)]
fn d_discover(bencher: Bencher<'_, '_>) {
    let voiced = voiced();
    bencher.bench(|| codebook(&voiced));
}

#[divan::bench(sample_count = 10)]
fn e_match(bencher: Bencher<'_, '_>) {
    let voiced = voiced();
    let book = codebook(&voiced);
    bencher.bench(|| matching::match_records(&voiced, &book).unwrap());
}

#[divan::bench(sample_count = 10)]
fn f_count(bencher: Bencher<'_, '_>) {
    let records = records();
    let voiced = enrich::enrich(&records, &Default::default()).unwrap();
    let book = codebook(&voiced);
    let matches = matching::match_records(&voiced, &book).unwrap();
    let names: Vec<(String, String)> = book.issues.iter().map(|i| (i.id.clone(), i.name.clone())).collect();
    bencher.bench(|| {
        let counted = counted::counted(&records, &TrendOptions::default(), &Declared::default()).unwrap();
        counts::count(&counted, matches.frame(), &names).unwrap()
    });
}

#[divan::bench(sample_count = 10)]
fn g_judge(bencher: Bencher<'_, '_>) {
    let counts = all_counts();
    bencher.bench(|| judge::judge(&counts, &TrendOptions::default()).unwrap());
}

#[divan::bench(sample_count = 10)]
fn h_chart(bencher: Bencher<'_, '_>) {
    let series = judge::judge(&all_counts(), &TrendOptions::default()).unwrap().into_series();
    let input = plaint::chart::ChartInput {
        series: &series[..1],
        period: None,
        title: "All records".into(),
        subtitle: "Records per week".into(),
        footer: "demo".into(),
        by: "week",
        events: &[],
        sheet: plaint::chart::sheet::Sheet::default(),
        extra: plaint::chart::Extra::default(),
    };
    let draw = plaint::chart::find("trend").unwrap().draw;
    bencher.bench(|| plaint::chart::export::png(&draw(&input).unwrap().svg).unwrap());
}

/// From dumps to the report's folder with a codebook: every stage, the report and all renderers.
#[divan::bench(sample_count = 5)]
fn i_whole_report(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report").to_string_lossy().into_owned();
    let book = folder.path().join("codebook.toml");
    std::fs::write(&book, codebook(&voiced()).to_toml()).unwrap();
    let book = book.to_string_lossy().into_owned();
    let mut arguments = vec!["plaint".to_string(), "report".into(), "--quiet".into()];
    arguments.extend(files());
    arguments.extend(["--codebook".into(), book, "-o".into(), out]);
    bencher.bench(|| plaint::run(arguments.iter().map(std::ffi::OsString::from)).unwrap());
}
