//! How far reading is, on standard error: on a terminal only, where it takes long enough to be worth it, and never
//! under `--quiet`.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicI64, Ordering};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::compose::{Session, emit};
use crate::ingest::container::locate;

/// Less than this is read before anybody looks.
const WORTH_SHOWING: u64 = 32 << 20;
/// A dump is read twice: once to decide, once to normalise.
const PASSES: u64 = 2;

/// A bar: bytes, rows and rows a second.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    rows: AtomicI64,
}

impl Progress {
    /// Over the dumps at `paths`.
    pub(crate) fn over<'a>(session: &Session, paths: impl Iterator<Item = &'a str>) -> Self {
        // Of a file in an archive only the archive's size is known; it counts once.
        let files: BTreeSet<&str> = paths.map(locate::on_disk).collect();
        let bytes: u64 = files.into_iter().filter_map(emit::size).sum();
        let shown = !session.quiet && bytes >= WORTH_SHOWING && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes * PASSES), target);
        let template = format!("{{wide_bar}} {{percent:>3}} % of {}{{msg}}", HumanBytes(bytes));
        #[expect(clippy::expect_used, reason = "a constant but for a size")]
        bar.set_style(ProgressStyle::with_template(&template).expect("the bar's template holds no unknown key"));
        Self { bar, rows: AtomicI64::new(0) }
    }

    /// The first pass has seen this much more.
    pub(crate) fn looked(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// The second pass has read this much more.
    pub(crate) fn read(&self, bytes: u64, rows: i64) {
        let rows = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        self.bar.inc(bytes);
        if self.bar.is_hidden() {
            return;
        }
        let rows = u64::try_from(rows).unwrap_or(0);
        let rate = rows as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!(", {} rows, {} rows/s", HumanCount(rows), HumanCount(rate as u64)));
    }

    /// Takes the bar away.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}
