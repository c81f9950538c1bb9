//! What a store must survive, played with the built program: kills, races, full disks. `tests/store_safety.rs` plays
//! a few rounds, `examples/evaluate/store.rs` all of them.

#![allow(dead_code, reason = "each user plays its own part")]
#![allow(clippy::unwrap_used, reason = "a scenario panics where the store fails it")]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use plaint::store::Store;

/// The program under test, and the folder it works in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Play<'a> {
    pub(crate) program: &'a Path,
    pub(crate) folder: &'a Path,
}

/// Rows with these ids, changed last on that day of February; one line each.
pub(crate) fn dump(ids: Range<usize>, word: &str, day: usize) -> String {
    let row = |id: usize| {
        let date = id % 28 + 1;
        format!(
            "{id},2026-01-{date:02} 10:00:00,2026-02-{day:02} 10:00:00,ann{id},\"{word} number {id}, late again\"\n"
        )
    };
    std::iter::once("id,created at,updated at,author,text\n".to_owned()).chain(ids.map(row)).collect()
}

impl Play<'_> {
    /// Writes a dump into the folder and gives its name.
    pub(crate) fn write(&self, name: &str, ids: Range<usize>, word: &str, day: usize) -> String {
        std::fs::write(self.folder.join(name), dump(ids, word, day)).unwrap();
        name.to_owned()
    }

    /// An ingest into the store `store`, ready to be started.
    pub(crate) fn command(&self, store: &str, files: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.args(["ingest", "--quiet", "--store", store]).args(files);
        command.current_dir(self.folder).env_remove("PLAINT_STORE").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn start(&self, store: &str, files: &[&str]) -> Child {
        self.command(store, files).spawn().unwrap()
    }

    /// Ingests and must succeed.
    pub(crate) fn ingest(&self, store: &str, files: &[&str]) {
        succeeded(&self.command(store, files).output().unwrap());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Every record of the store: uid → text, each uid once.
    pub(crate) fn records(&self, store: &str) -> BTreeMap<String, String> {
        let records = Store::at(self.path(store)).snapshot(None).unwrap().read().unwrap().records;
        let texts = |name: &str| records.frame().column(name).unwrap().str().unwrap().clone();
        let (uids, bodies) = (texts("uid"), texts("body"));
        let found: BTreeMap<String, String> = uids
            .iter()
            .zip(bodies.iter())
            .map(|(uid, body)| (uid.unwrap().to_owned(), body.unwrap_or_default().to_owned()))
            .collect();
        assert_eq!(found.len(), records.len(), "a uid is there twice");
        found
    }

    /// How many data files a reader of the store opens.
    pub(crate) fn data_files(&self, store: &str) -> usize {
        Store::at(self.path(store)).snapshot(None).unwrap().files().len()
    }
}

pub(crate) fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Kills an ingest of `rows` rows, with updates among them, `rounds` times, at moments spread over the time it takes:
/// the store holds all or nothing of it, and the next ingest of the same files completes it. Gives how many kills came
/// before the commit.
pub(crate) fn kills(play: Play<'_>, rounds: usize, rows: usize) -> usize {
    let base = play.write("kill-base.csv", 0..rows / 4, "first", 1);
    let more = play.write("kill-more.csv", rows / 8..rows, "second", 2);
    let begun = Instant::now();
    play.ingest("kill-whole", &[&base]);
    let before = play.records("kill-whole");
    let took = {
        let begun = Instant::now();
        play.ingest("kill-whole", &[&more]);
        begun.elapsed()
    };
    let after = play.records("kill-whole");
    assert_eq!((before.len(), after.len()), (rows / 4, rows));
    let mut nothing = 0;
    let mut random = 0x9E37_79B9_7F4A_7C15_u64 ^ begun.elapsed().as_nanos() as u64;
    for round in 0..rounds {
        let store = format!("kill-{round}");
        play.ingest(&store, &[&base]);
        // xorshift (Marsaglia 2003): moments need to differ, not to be repeated.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let moment = took.mul_f64(1.1 * (round as f64 + (random % 1000) as f64 / 1000.0) / rounds as f64);
        let mut child = play.start(&store, &[&more]);
        std::thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        let left = play.records(&store);
        assert!(left == before || left == after, "killed after {moment:?}: {} records", left.len());
        nothing += usize::from(left == before);
        play.ingest(&store, &[&more]);
        assert!(play.records(&store) == after, "not completed after a kill at {moment:?}");
        std::fs::remove_dir_all(play.path(&store)).unwrap();
    }
    nothing
}

/// That many processes ingest different, overlapping and the same files at once: every uid once, nothing lost.
pub(crate) fn race(play: Play<'_>, processes: usize, rows: usize) {
    let store = format!("race-{processes}");
    let same = play.write("race-same.csv", 0..rows, "same", 1);
    let files: Vec<[String; 3]> = (0..processes)
        .map(|own| {
            let (from, beyond) = ((own + 1) * rows, (processes + 2) * rows);
            let different = play.write(&format!("race-own-{own}.csv"), from..from + rows, "own", 1);
            let overlaps = beyond + own * rows / 2;
            [same.clone(), different, play.write(&format!("race-over-{own}.csv"), overlaps..overlaps + rows, "over", 1)]
        })
        .collect();
    let children: Vec<Child> =
        files.iter().map(|names| play.start(&store, &names.each_ref().map(String::as_str))).collect();
    children.into_iter().for_each(|child| succeeded(&child.wait_with_output().unwrap()));
    let overlapping = rows + (processes - 1) * rows / 2;
    assert_eq!(play.records(&store).len(), rows + processes * rows + overlapping);
}

/// An update races ingests that make the store compact: no update is lost, no record twice.
pub(crate) fn update_races_compaction(play: Play<'_>, rounds: usize, small: usize) {
    for round in 0..rounds {
        let store = format!("compact-{round}");
        let first = play.write("compact-old.csv", 0..200, "old", 1);
        play.ingest(&store, &[&first]);
        for week in 0..small {
            let from = 1000 + week * 10;
            let name = play.write("compact-week.csv", from..from + 10, "week", 1);
            play.ingest(&store, &[&name]);
        }
        let update = play.write("compact-new.csv", 0..200, "new", 9);
        let others: Vec<String> = (0..3)
            .map(|i| play.write(&format!("compact-{i}.csv"), 100_000 + i * 10..100_010 + i * 10, "other", 1))
            .collect();
        let mut children = vec![play.start(&store, &[&update])];
        children.extend(others.iter().map(|name| play.start(&store, &[name])));
        children.into_iter().for_each(|child| succeeded(&child.wait_with_output().unwrap()));
        let records = play.records(&store);
        assert_eq!(records.len(), 200 + small * 10 + 30);
        assert_eq!(records.values().filter(|text| text.starts_with("new number")).count(), 200);
    }
}

/// An ingest under a limit on the size of files, as a full disk gives: a clear error, and an unchanged store.
pub(crate) fn limited(play: Play<'_>, rows: usize) {
    let base = play.write("limit-base.csv", 0..50, "first", 1);
    let more = play.write("limit-more.csv", 0..rows, "second", 2);
    play.ingest("limit", &[&base]);
    let before = play.records("limit");
    // Without the trap the signal kills: that is one more kind of kill.
    for trap in ["trap '' XFSZ; ", ""] {
        let output = Command::new("sh")
            .args(["-c", &format!("{trap}ulimit -f 8; exec \"$0\" \"$@\"")])
            .arg(play.program)
            .args(["ingest", "--store", "limit", &more])
            .current_dir(play.folder)
            .output()
            .unwrap();
        if !trap.is_empty() {
            failed_clearly(&output);
        }
        assert!(!output.status.success());
        assert!(play.records("limit") == before, "a failed ingest changed the store");
    }
    play.ingest("limit", &[&more]);
    assert_eq!(play.records("limit").len(), rows);
}

/// An ingest into a store that may not be written: a clear error. Gives false where that cannot be tried.
pub(crate) fn read_only(play: Play<'_>) -> bool {
    let base = play.write("fixed-base.csv", 0..50, "first", 1);
    let more = play.write("fixed-more.csv", 0..99, "second", 2);
    play.ingest("fixed", &[&base]);
    let before = play.records("fixed");
    let mode = |folder: &Path, mode: &str| {
        succeeded(&Command::new("chmod").args(["-R", mode]).arg(folder).output().unwrap());
    };
    mode(&play.path("fixed"), "a-w");
    mode(play.folder, "a+rX");
    let root = play.command("fixed", &[]).arg("--version").output().is_ok()
        && std::fs::write(play.path("fixed/probe"), "x").is_ok();
    let mut command = if root {
        std::fs::remove_file(play.path("fixed/probe")).unwrap();
        // Root may write anywhere: somebody else must try.
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(play.program);
        command
    } else {
        Command::new(play.program)
    };
    command.args(["ingest", "--store", "fixed", &more]).current_dir(play.folder);
    let output = command.output();
    mode(&play.path("fixed"), "u+w");
    let Ok(output) = output else { return false };
    if root && String::from_utf8_lossy(&output.stderr).contains("setpriv") {
        return false;
    }
    failed_clearly(&output);
    assert!(play.records("fixed") == before, "a failed ingest changed the store");
    true
}

/// The words of an error a user can act on.
pub(crate) fn failed_clearly(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: ") && said.contains("\nhint: "), "{said}");
    assert!(!said.contains("os error") && !said.contains("panicked"), "{said}");
}

/// Many small ingests, then one of the same rows: how long it takes to read each store, of several tries the best.
pub(crate) fn piled(play: Play<'_>, weeks: usize, rows: usize) -> (Duration, Duration) {
    for week in 0..weeks {
        let name = play.write("pile-week.csv", week * rows..(week + 1) * rows, "week", 1);
        play.ingest("pile-weekly", &[&name]);
    }
    let all = play.write("pile-all.csv", 0..weeks * rows, "week", 1);
    play.ingest("pile-once", &[&all]);
    let time = |store: &str| {
        let tries = (0..5).map(|_| {
            let begun = Instant::now();
            let records = Store::at(play.path(store)).snapshot(None).unwrap().read().unwrap().records;
            assert_eq!(records.len(), weeks * rows);
            begun.elapsed()
        });
        tries.min().unwrap()
    };
    assert!(play.records("pile-weekly") == play.records("pile-once"));
    (time("pile-weekly"), time("pile-once"))
}
