//! The generator of the demo: a story, told through five exports, with the truth written down.
//!
//! Everything is drawn with integers from seeds made of names, so the files are the same on every machine, and
//! a change to one record's wording moves no other record.

mod app_store;
mod calendar;
mod google_play;
mod phrases;
mod record;
mod rng;
mod story;
mod survey;
mod truth;
mod twitter;
mod wording;
mod zendesk;

use std::error::Error;

use phrases::Phrases;
use record::Feed;

/// One file of the demo.
pub(crate) struct DemoFile {
    /// Where it goes, below the `testdata` folder.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// Makes every file of the demo: the dumps, the truth and the labels.
///
/// # Errors
/// When the phrase file is not readable or a phrase names an unknown slot.
pub(crate) fn generate() -> Result<Vec<DemoFile>, Box<dyn Error>> {
    let phrases = Phrases::load()?;
    let told = story::tell();
    let of = |feed: Feed| told.iter().filter(|utterance| utterance.feed == feed).cloned().collect::<Vec<_>>();

    let mut dumps = zendesk::dumps(&phrases, &of(Feed::Tickets))?;
    dumps.push(google_play::dump(&phrases, &of(Feed::GooglePlay))?);
    dumps.push(app_store::dump(&phrases, &of(Feed::AppStore))?);
    dumps.push(twitter::dump(&phrases, &of(Feed::X))?);
    dumps.push(survey::dump(&phrases, &of(Feed::Survey))?);
    dumps.sort_by_key(|dump| dump.name);

    let mut files = vec![
        DemoFile { path: "demo-truth.toml".to_owned(), bytes: truth::truth(&phrases, &dumps).into_bytes() },
        DemoFile { path: "demo-labels.csv".to_owned(), bytes: truth::labels(&dumps).into_bytes() },
    ];
    files.extend(dumps.into_iter().map(|dump| DemoFile { path: format!("demo/{}", dump.name), bytes: dump.bytes }));
    Ok(files)
}
