//! The store against its bars: time and memory of an ingest beside bare CSV → Parquet, warm reading, small ingests,
//! and every round of what a store must survive.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::process::{self, measured};
use crate::scenarios::{self, Play};

/// `[GIGABYTES…] [--peers PYTHON] [--only bulk|piled|safety]`; 1 gigabyte without an argument.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let after = |flag: &str| arguments.iter().position(|a| a == flag).and_then(|at| arguments.get(at + 1)).cloned();
    let (peers, only) = (after("--peers"), after("--only"));
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let mut sizes: Vec<f64> = arguments.iter().map_while(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(1.0);
    }
    let folder = tempfile::tempdir()?;
    let program = process::program()?;
    let play = Play { program: &program, folder: folder.path() };
    if wanted("bulk") {
        for size in sizes {
            bulk(play, size, peers.as_deref())?;
        }
    }
    if wanted("piled") {
        let (weekly, once) = scenarios::piled(play, 100, 1000);
        println!(
            "100 weekly ingests of 1,000 rows: read in {:.3} s, one of 100,000 in {:.3} s: {:.2} × (bar 1.5 ×)",
            weekly.as_secs_f64(),
            once.as_secs_f64(),
            weekly.as_secs_f64() / once.as_secs_f64()
        );
    }
    if wanted("safety") {
        safety(play);
    }
    Ok(())
}

/// A big CSV into a fresh store, again, and read.
fn bulk(play: Play<'_>, gigabytes: f64, peers: Option<&str>) -> Outcome {
    let (csv, rows) = reddit(play.folder, (gigabytes * 1e9) as u64)?;
    println!("# {gigabytes} GB: {rows} rows");
    let name = csv.to_string_lossy().into_owned();
    let mut bar = None;
    if let Some(python) = peers {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench/peers/ingest_polars.py");
        let out = play.path("peer.parquet");
        let peer = measured(Command::new(python).arg(script).arg(&out).arg(&csv))?;
        println!("ingest_polars.py        {:>7.2} s {:>6.0} MB  {}", peer.seconds, peer.megabytes, peer.output.trim());
        bar = Some(peer.seconds);
        fs::remove_file(out)?;
    }
    let plaint = |arguments: &[&str]| {
        let mut command = Command::new(play.program);
        command.args(arguments).args(["--store", "big", "--quiet"]).current_dir(play.folder);
        measured(&mut command)
    };
    let first = plaint(&["ingest", &name])?;
    let against = bar.map(|bar| format!("  {:.2} × the peer (bar 2 ×)", first.seconds / bar)).unwrap_or_default();
    println!("plaint ingest           {:>7.2} s {:>6.0} MB{against} (bar 1024 MB)", first.seconds, first.megabytes);
    let again = plaint(&["ingest", &name])?;
    println!(
        "the same again          {:>7.2} s {:>6.0} MB  {:.2} × the first (bar 0.5 ×)",
        again.seconds,
        again.megabytes,
        again.seconds / first.seconds
    );
    // The same records under other bytes: every row is read and compared.
    let mut bytes = fs::OpenOptions::new().append(true).open(&csv)?;
    bytes.write_all(b"\n")?;
    drop(bytes);
    let compared = plaint(&["ingest", &name])?;
    println!(
        "the same in other bytes {:>7.2} s {:>6.0} MB  {:.2} × the first (bar 0.5 ×)",
        compared.seconds,
        compared.megabytes,
        compared.seconds / first.seconds
    );
    fs::remove_file(&csv)?;
    fs::write(play.path("book.toml"), BOOK)?;
    for what in ["cold", "warm"] {
        let trends =
            plaint(&["trends", "--codebook", "book.toml", "--by", "month", "--format", "json", "-o", "trends.json"])?;
        let note = if what == "warm" { "(bar 5 s)" } else { "" };
        println!("plaint trends, {what}     {:>7.2} s {:>6.0} MB  {note}", trends.seconds, trends.megabytes);
    }
    let report = plaint(&["report", "--codebook", "book.toml", "-o", "out"])?;
    println!("plaint report, warm     {:>7.2} s {:>6.0} MB  (bar 5 s)", report.seconds, report.megabytes);
    fs::remove_dir_all(play.path("big"))?;
    Ok(())
}

/// Issues of the reddit posts.
const BOOK: &str = r#"version = 1
tokenizer = 1

[[issue]]
id = "i-00000001"
name = "Server and login"
status = "active"
min_score = 1.0
keywords = { server = 1.0, login = 1.2, connect = 1.1 }

[[issue]]
id = "i-00000002"
name = "Slow or crashing"
status = "active"
min_score = 1.0
keywords = { crash = 1.5, slow = 1.0, freeze = 1.2 }

[[issue]]
id = "i-00000003"
name = "Battery"
status = "active"
min_score = 1.0
keywords = ["battery", "charge"]

[[issue]]
id = "i-00000004"
name = "Update went wrong"
status = "active"
min_score = 1.5
keywords = { update = 1.0, upgrade = 1.0, broken = 0.8 }
"#;

fn safety(play: Play<'_>) {
    let nothing = scenarios::kills(play, 50, 40_000);
    println!("50 kills: all or nothing each time ({nothing} before the commit), and completed afterwards");
    for processes in [2, 8] {
        scenarios::race(play, processes, 3000);
        println!("{processes} processes at once: every record once, none lost");
    }
    scenarios::update_races_compaction(play, 5, 30);
    println!("5 races of an update with a compaction: every update kept");
    scenarios::limited(play, 20_000);
    println!("limited file size: clear error, nothing changed");
    println!(
        "read-only folder: {}",
        if scenarios::read_only(play) { "clear error, nothing changed" } else { "not tried" }
    );
    println!("full disk: {}", if full_disk(play) { "clear error, nothing changed" } else { "not tried: no tmpfs" });
}

/// A tmpfs too small for what is ingested; false where none can be mounted.
fn full_disk(play: Play<'_>) -> bool {
    let disk = play.path("disk");
    fs::create_dir_all(&disk).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=600k", "none"]).arg(&disk).status();
    if !mounted.is_ok_and(|status| status.success()) {
        return false;
    }
    let base = play.write("disk-base.csv", 0..50, "first", 1);
    let more = play.write("disk-more.csv", 0..60_000, "second", 2);
    play.ingest("disk/store", &[&base]);
    let before = play.records("disk/store");
    let output = play.command("disk/store", &[&more]).output().unwrap();
    let unchanged = play.records("disk/store") == before;
    let unmounted = Command::new("umount").arg(&disk).status();
    scenarios::failed_clearly(&output);
    assert!(unchanged, "a failed ingest changed the store");
    unmounted.is_ok_and(|status| status.success())
}

/// The reddit files again and again, until there are that many bytes, each post with an id of its own; and the rows.
fn reddit(folder: &Path, bytes: u64) -> Result<(PathBuf, usize), Box<dyn std::error::Error>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/reddit");
    let mut header = csv::StringRecord::new();
    let mut posts = Vec::new();
    let mut files: Vec<PathBuf> =
        fs::read_dir(source)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "csv")) {
        let mut reader = csv::Reader::from_path(file)?;
        header = reader.headers()?.clone();
        posts.extend(reader.records().filter_map(Result::ok));
    }
    let place = |name: &str| header.iter().position(|column| column == name);
    let (Some(id), Some(name)) = (place("id"), place("name")) else { return Err("no id or name column".into()) };
    let path = folder.join("reddit.csv");
    let mut writer = csv::Writer::from_writer(BufWriter::new(fs::File::create(&path)?));
    writer.write_record(&header)?;
    let (mut written, mut rows, mut round) = (0, 0, 0);
    while written < bytes {
        for post in &posts {
            let own = format!("{}{round}x", &post[id]);
            let full = format!("t3_{own}");
            let cells = post.iter().enumerate().map(|(at, cell)| match at {
                at if at == id => own.as_str(),
                at if at == name => full.as_str(),
                _ => cell,
            });
            writer.write_record(cells)?;
        }
        writer.flush()?;
        rows += posts.len();
        round += 1;
        written = fs::metadata(&path)?.len();
    }
    Ok((path, rows))
}
