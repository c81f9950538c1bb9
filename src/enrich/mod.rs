//! Records → Voiced: what is said, redacted, and what is heard in it.
//!
//! Two steps, so that the first can be cached per data file: [`own`] looks at each record alone (its text, language,
//! sentiment, intent, reach); [`grouped`] looks at records together (echoes, authors).

pub mod agree;
pub mod brands;
pub mod echo;
pub mod intent;
pub mod language;
pub mod near;
pub mod options;
mod pattern;
pub mod plain;
pub mod profile;
pub mod reach;
pub mod redact;
pub mod sentiment;
mod table;
#[cfg(test)]
pub(crate) mod testing;
pub mod together;
pub mod voiced;
pub mod why;

use std::borrow::Cow;

use polars::prelude::{
    Column as Series, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, ListBuilderTrait, ListStringChunkedBuilder,
    NewChunkedArray, StringChunked, StringChunkedBuilder,
};
use rayon::prelude::*;

use crate::enrich::intent::{Beside, Listener};
use crate::enrich::reach::Spread;

use crate::enrich::redact::Masked;

pub use crate::enrich::options::{Intent, Intents, Options, Part};
pub use crate::enrich::together::{TOGETHER, grouped, groups};
pub use crate::enrich::voiced::{ADDED, Voiced};
use crate::error::Result;
use crate::normalise::records::Records;

/// What is heard in one record alone.
#[derive(Debug, Clone, Default)]
struct Heard<'f> {
    text: Option<Cow<'f, str>>,
    masked: Masked,
    language: Option<&'f str>,
    sentiment: Option<f64>,
    /// Whether each intent holds, at its place.
    intents: Option<[bool; Intent::ALL.len()]>,
    reach: Option<f64>,
}

/// Hears every record: [`own`], then [`grouped`].
///
/// # Errors
/// A rule of the user that is no regular expression; an internal error when a contract is broken.
pub fn enrich(records: &Records, options: &Options) -> Result<Voiced> {
    grouped(own(records, options)?, options)
}

/// What each record says by itself: a pure map over rows, the same for any way of cutting the records into chunks.
/// The columns of [`grouped`] are null.
///
/// # Errors
/// As [`enrich`].
pub fn own(records: &Records, options: &Options) -> Result<Voiced> {
    let mut frame = records.frame().clone();
    frame.rechunk_mut();
    let cells = Cells::of(&frame)?;
    // A broken rule is told even where nobody asks for what it says.
    let listener = Listener::new(&options.rules)?;
    let listener = options.has(Part::Intent).then_some(&listener);
    let hear = |row| cells.hear(row, options, listener);
    let heard: Vec<Heard<'_>> = (0..frame.height()).into_par_iter().with_min_len(512).map(hear).collect();
    let masked = heard.iter().fold(Masked::default(), |sum, h| sum.and(h.masked));
    for column in columns(&heard) {
        frame.with_column(column)?;
    }
    Voiced::new(frame, masked)
}

/// What [`own`] depends on beside the records and the program's version, for whoever keeps its results.
pub fn fingerprint(options: &Options) -> String {
    let mut off = options.off.clone();
    off.sort_unstable();
    off.dedup();
    format!("{off:?} {} {:?} {:016x}", options.no_redact, options.rules, intent::digest())
}

/// The added columns, in the order of [`ADDED`].
fn columns(heard: &[Heard<'_>]) -> Vec<Series> {
    let make: [fn(&[Heard<'_>]) -> Series; 8] = [
        |heard| texts("text", heard, |h| h.text.as_deref()),
        |heard| texts("text_language", heard, |h| h.language),
        |heard| floats("sentiment", heard, |h| h.sentiment),
        intents,
        |heard| texts("echo_of", heard, |_| None),
        |heard| floats("reach", heard, |h| h.reach),
        |heard| floats("help_seeking", heard, |_| None),
        |heard| floats("hostile", heard, |_| None),
    ];
    make.par_iter().with_max_len(1).map(|make| make(heard)).collect()
}

fn texts(name: &str, heard: &[Heard<'_>], get: impl for<'h> Fn(&'h Heard<'_>) -> Option<&'h str>) -> Series {
    let mut column = StringChunkedBuilder::new(name.into(), heard.len());
    heard.iter().for_each(|h| column.append_option(get(h)));
    column.finish().into_column()
}

fn floats(name: &str, heard: &[Heard<'_>], get: impl Fn(&Heard<'_>) -> Option<f64>) -> Series {
    Float64Chunked::from_iter_options(name.into(), heard.iter().map(get)).into_column()
}

fn intents(heard: &[Heard<'_>]) -> Series {
    let mut column = ListStringChunkedBuilder::new("intents".into(), heard.len(), heard.len());
    for h in heard {
        match &h.intents {
            Some(held) => column
                .append_values_iter(Intent::ALL.into_iter().filter(|intent| held[intent.place()]).map(Intent::word)),
            None => column.append_null(),
        }
    }
    column.finish().into_column()
}

/// The columns that hearing one record takes.
struct Cells<'f> {
    titles: &'f StringChunked,
    bodies: &'f StringChunked,
    languages: &'f StringChunked,
    kinds: &'f StringChunked,
    categories: &'f StringChunked,
    statuses: &'f StringChunked,
    csats: &'f StringChunked,
    ratings: &'f Float64Chunked,
    nps: &'f Int64Chunked,
    /// Followers, likes, shares, replies, views.
    spread: [&'f Int64Chunked; 5],
}

impl<'f> Cells<'f> {
    fn of(frame: &'f DataFrame) -> Result<Self> {
        Ok(Self {
            titles: frame.column("title")?.str()?,
            bodies: frame.column("body")?.str()?,
            languages: frame.column("language")?.str()?,
            kinds: frame.column("kind")?.str()?,
            categories: frame.column("category")?.str()?,
            statuses: frame.column("status")?.str()?,
            csats: frame.column("csat")?.str()?,
            ratings: frame.column("rating_01")?.f64()?,
            nps: frame.column("nps")?.i64()?,
            spread: [
                frame.column("author_followers")?.i64()?,
                frame.column("likes")?.i64()?,
                frame.column("shares")?.i64()?,
                frame.column("replies")?.i64()?,
                frame.column("views")?.i64()?,
            ],
        })
    }

    fn beside(&self, row: usize) -> Beside<'f> {
        Beside {
            kind: self.kinds.get(row).unwrap_or_default(),
            category: self.categories.get(row),
            csat: self.csats.get(row),
            rating: self.ratings.get(row),
            nps: self.nps.get(row),
            status: self.statuses.get(row),
        }
    }

    fn reach(&self, row: usize, options: &Options) -> Option<f64> {
        let [followers, likes, shares, replies, views] = self.spread.map(|cells| cells.get(row));
        options.has(Part::Reach).then(|| Spread { followers, likes, shares, replies, views }.reach()).flatten()
    }

    fn hear(&self, row: usize, options: &Options, listener: Option<&Listener>) -> Heard<'f> {
        let Some(whole) = join(self.titles.get(row), self.bodies.get(row)) else {
            let intents = listener.map(|l| l.held(None, None, self.beside(row)));
            return Heard { intents, reach: self.reach(row, options), ..Heard::default() };
        };
        // Everything is heard in the masked text, so that --no-redact changes what is shown and nothing else.
        let (plain, masked) = redact::redact(&whole);
        let language = options.has(Part::Language).then(|| language::of(&plain, self.languages.get(row)));
        let handled = language.is_none_or(language::is_handled);
        let hears = listener.is_some() || options.has(Part::Sentiment);
        let sentiment = (handled && hears).then(|| sentiment::score(&plain));
        let intents = listener.map(|l| l.held(Some(&plain), sentiment, self.beside(row)));
        let (text, masked) = match plain {
            Cow::Owned(plain) if !options.no_redact => (Cow::Owned(plain), masked),
            _ => (whole, Masked::default()),
        };
        let sentiment = sentiment.filter(|_| options.has(Part::Sentiment));
        let reach = self.reach(row, options);
        Heard { text: Some(text), masked, language, sentiment, intents, reach }
    }
}

/// Title and body on lines of their own; a body that begins with its title is not told it twice.
fn join<'t>(title: Option<&'t str>, body: Option<&'t str>) -> Option<Cow<'t, str>> {
    let filled = |text: Option<&'t str>| text.map(str::trim).filter(|t| !t.is_empty());
    match (filled(title), filled(body)) {
        (Some(title), Some(body)) if body.starts_with(title) => Some(body.into()),
        (Some(title), Some(body)) => Some(format!("{title}\n{body}").into()),
        (one, other) => one.or(other).map(Cow::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::plain::{Plain, records_of};

    #[test]
    fn text_is_title_and_body_redacted() {
        let rows = [
            Plain { uid: "a", title: Some("Late"), body: Some("Mail me: a@b.co"), ..Plain::default() },
            Plain { uid: "b", title: Some("Late"), body: Some("Late again"), ..Plain::default() },
            Plain { uid: "c", title: None, body: Some("  "), ..Plain::default() },
        ];
        let records = records_of(&rows).unwrap();
        let voiced = enrich(&records, &Options::default()).unwrap();
        let text = voiced.text().unwrap();
        assert_eq!(text.get(0), Some("Late\nMail me: [email]"));
        assert_eq!(text.get(1), Some("Late again"));
        assert_eq!(text.get(2), None);
        assert_eq!(voiced.masked().total(), 1);
        let shown = Options { no_redact: true, ..Options::default() };
        assert_eq!(enrich(&records, &shown).unwrap().text().unwrap().get(0), Some("Late\nMail me: a@b.co"));
    }

    #[test]
    fn a_part_switched_off_is_null() {
        let rows = [Plain { uid: "a", body: Some("Where is my order? I am waiting for it."), ..Plain::default() }];
        let records = records_of(&rows).unwrap();
        let on = enrich(&records, &Options::default()).unwrap();
        assert_eq!(on.texts_of("text_language").unwrap().get(0), Some("en"));
        assert_eq!(on.floats_of("sentiment").unwrap().get(0), Some(0.0));
        assert!(on.intents().unwrap()[0].unwrap().contains(Intent::Question));
        let off = Options { off: vec![Part::Language, Part::Sentiment, Part::Intent], ..Options::default() };
        let off = enrich(&records, &off).unwrap();
        assert_eq!(off.texts_of("text_language").unwrap().get(0), None);
        assert_eq!(off.floats_of("sentiment").unwrap().get(0), None);
        assert_eq!(off.intents().unwrap(), [None]);
    }

    #[test]
    fn bad_input_is_heard_in_linear_time() {
        let million = |unit: &str| unit.repeat(1_000_000 / unit.len());
        let texts = [
            million("why is the app so bad but good "),
            million("x"),
            million("!?"),
            million("\u{200b}"),
            million("e\u{301}\u{302}"),
            million("заказ order 注文 "),
            million("іdіоt "),
            million("👎"),
            million("@a #b http://c.d "),
            million("1 "),
            "\0\u{feff}\u{202e}".to_owned(),
        ];
        let uids: Vec<String> = (0..texts.len()).map(|i| format!("{i:02}")).collect();
        let rows: Vec<Plain<'_>> =
            uids.iter().zip(&texts).map(|(uid, text)| Plain { uid, body: Some(text), ..Plain::default() }).collect();
        let voiced = enrich(&records_of(&rows).unwrap(), &Options::default()).unwrap();
        assert_eq!(voiced.len(), texts.len());
        assert!(voiced.floats_of("sentiment").unwrap().iter().flatten().all(|s| (-1.0..=1.0).contains(&s)));
    }
}
