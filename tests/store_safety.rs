//! A store survives kills, races, full disks and read-only folders: a few rounds of each; all of them are played by
//! `cargo run --release --example evaluate -- store`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says when it is skipped")]

#[path = "common/scenarios.rs"]
mod scenarios;

use std::path::Path;

use crate::scenarios::Play;

fn play(scenario: impl FnOnce(Play<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    scenario(Play { program: Path::new(env!("CARGO_BIN_EXE_plaint")), folder: folder.path() });
}

#[test]
fn a_killed_ingest_leaves_all_or_nothing() {
    play(|play| {
        let before = scenarios::kills(play, 6, 3000);
        assert!(before > 0, "every kill came too late to show anything");
    });
}

#[test]
fn processes_that_ingest_at_once_count_every_record_once() {
    play(|play| scenarios::race(play, 2, 300));
    play(|play| scenarios::race(play, 8, 100));
}

#[test]
fn an_update_that_races_a_compaction_is_kept() {
    play(|play| scenarios::update_races_compaction(play, 1, 10));
}

#[test]
fn a_full_disk_changes_nothing() {
    play(|play| scenarios::limited(play, 3000));
}

#[test]
fn a_read_only_store_is_a_clear_error() {
    play(|play| {
        if !scenarios::read_only(play) {
            println!("skipped: root may write anywhere, and there is no setpriv to become somebody else");
        }
    });
}

#[test]
fn small_ingests_do_not_pile_up() {
    play(|play| {
        scenarios::piled(play, 20, 50);
        assert!(play.data_files("pile-weekly") <= 12, "{} data files", play.data_files("pile-weekly"));
    });
}
