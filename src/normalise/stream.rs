//! A dump → its chunks of normalised records, in its order, whatever the number of threads: all at once, or as a
//! stream that holds only a few chunks at a time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::error::{Error, Result};
use crate::ingest::chunks::{Span, chunk, chunks};
use crate::ingest::open::open_and;
use crate::ingest::options::Options;
use crate::ingest::raw::Dump;
use crate::normalise::build::{Normalised, Normaliser};
use crate::normalise::plan::{Plan, Planner};
use crate::normalise::repeats::{Draft, Repeats};

/// Rows of a chunk: enough to pay for its columns, few enough to stay in cache.
const CHUNK: usize = 16_384;
/// Most threads that normalise one stream. Each has up to two chunks in memory (one finished, one under way), of
/// about 20 MB at worst.
const MOST_WORKERS: usize = 8;

/// A dump whose columns have been decided; its rows are still in the file.
#[derive(Debug, Clone)]
pub struct Understood {
    /// How it is read.
    pub dump: Arc<Dump>,
    /// What its columns decided.
    pub plan: Arc<Plan>,
    spans: Arc<[Span]>,
}

/// Opens a dump and reads it through, to decide how its columns are read. `seen` is told of every chunk's bytes.
///
/// # Errors
/// Those of [`open`](crate::ingest::open::open); a column of dates cannot be decided, see [`Planner::finish`].
pub fn understand(path: &str, options: &Options, seen: &(impl Fn(u64) + Sync)) -> Result<Understood> {
    let (dump, (plan, spans)) = open_and(path, options, |dump| {
        let mut planner = Planner::new(dump)?;
        let mut spans = Vec::new();
        let mut chunks = chunks(dump, CHUNK)?.only(&planner.columns());
        while let Some(raw) = chunks.next() {
            let raw = raw?;
            planner.observe(&raw)?;
            seen(chunks.span().bytes);
            spans.push(chunks.span());
        }
        Ok((planner.finish()?, spans))
    })?;
    Ok(Understood { dump: Arc::new(dump), plan: Arc::new(plan), spans: spans.into() })
}

impl Understood {
    /// The second pass, in bounded memory: a few chunks are under way, on as many threads as there are.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn stream(&self) -> Result<Stream> {
        let workers = rayon::current_num_threads().min(MOST_WORKERS).min(self.spans.len());
        let mut drafts = Vec::with_capacity(workers);
        for worker in 0..workers {
            let (sender, receiver) = sync_channel(1);
            let own = self.clone();
            thread::Builder::new()
                .name("normalise".to_owned())
                .spawn(move || own.work(worker, workers, &sender))
                .map_err(|cause| Error::io(&self.dump.path, "read it", &cause))?;
            drafts.push(receiver);
        }
        Ok(Stream { understood: self.clone(), drafts, next: 0, repeats: Repeats::default() })
    }

    /// The second pass, all of it in memory. `seen` is told of every chunk's bytes and rows, in no order.
    ///
    /// # Errors
    /// The file cannot be read any more, or has changed.
    pub fn all(&self, seen: &(impl Fn(u64, i64) + Sync)) -> Result<Vec<Normalised>> {
        let normaliser = Normaliser::new(&self.dump, &self.plan)?;
        let draft = |span: &Span| {
            let draft = self.draft(&normaliser, span)?;
            seen(span.bytes, draft.normalised.rows_read);
            Ok(draft)
        };
        let drafts: Vec<Result<Draft>> = self.spans.par_iter().map(draft).collect();
        let mut repeats = Repeats::default();
        drafts.into_iter().map(|draft| repeats.number(draft?)).collect()
    }

    fn draft(&self, normaliser: &Normaliser<'_>, span: &Span) -> Result<Draft> {
        normaliser.draft(&chunk(&self.dump, span)?)
    }

    /// Normalises every `step`-th chunk from `first` on, until nobody wants any more.
    fn work(&self, first: usize, step: usize, sender: &SyncSender<Result<Draft>>) {
        let normaliser = match Normaliser::new(&self.dump, &self.plan) {
            Ok(normaliser) => normaliser,
            // Whoever hung up no longer cares.
            Err(error) => return drop(sender.send(Err(error))),
        };
        for span in self.spans.iter().skip(first).step_by(step) {
            let draft = self.draft(&normaliser, span);
            let failed = draft.is_err();
            if sender.send(draft).is_err() || failed {
                return;
            }
        }
    }
}

/// A dump's chunks in its order. After an error it ends.
#[derive(Debug)]
pub struct Stream {
    understood: Understood,
    /// Chunk `n` comes from `n` modulo their number.
    drafts: Vec<Receiver<Result<Draft>>>,
    next: usize,
    repeats: Repeats,
}

impl Stream {
    /// Bytes of the file that the chunk given last covers.
    pub fn bytes(&self) -> u64 {
        self.next.checked_sub(1).and_then(|last| self.understood.spans.get(last)).map_or(0, |span| span.bytes)
    }
}

impl Iterator for Stream {
    type Item = Result<Normalised>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.understood.spans.len() {
            return None;
        }
        let draft = self.drafts[self.next % self.drafts.len()].recv();
        self.next += 1;
        let gone = || Error::failed("internal: a thread that read it is gone").at(&self.understood.dump.path);
        let normalised = draft.unwrap_or_else(|_| Err(gone())).and_then(|draft| self.repeats.number(draft));
        if normalised.is_err() {
            self.next = usize::MAX;
        }
        Some(normalised)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    /// More than two chunks, with equal rows without an id in all of them, and a row that is cut.
    fn understood(folder: &tempfile::TempDir) -> Understood {
        let path = folder.path().join("a.csv");
        let mut text = String::from("text,author,date\n");
        for row in 0..(2 * CHUNK + 77) {
            text.push_str(&format!("\"late\n{}\",,2024-01-{:02}\n", row % 5, row % 28 + 1));
        }
        text.push_str("cut\n");
        fs::write(&path, text).unwrap();
        understand(path.to_str().unwrap(), &Options::default(), &|_| {}).unwrap()
    }

    #[test]
    fn the_stream_is_what_one_thread_reads_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let understood = understood(&folder);
        let mut normaliser = Normaliser::new(&understood.dump, &understood.plan).unwrap();
        let mut chunks = chunks(&understood.dump, usize::MAX).unwrap();
        let mut whole = normaliser.normalise(&chunks.next().unwrap().unwrap()).unwrap();
        for raw in chunks {
            whole.records.vstack_mut_owned(normaliser.normalise(&raw.unwrap()).unwrap().records).unwrap();
        }
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let streamed: Vec<Normalised> =
                pool.install(|| understood.stream().unwrap().collect::<Result<_>>().unwrap());
            let at_once = pool.install(|| understood.all(&|_, _| {}).unwrap());
            assert_eq!(streamed.len(), 3);
            assert_eq!(streamed.iter().map(|chunk| chunk.rejects.len()).sum::<usize>(), 1);
            for chunks in [streamed, at_once] {
                let mut all = chunks[0].records.clone();
                for chunk in &chunks[1..] {
                    all.vstack_mut(&chunk.records).unwrap();
                }
                assert!(all.equals_missing(&whole.records));
            }
        }
    }

    #[test]
    fn a_stream_nobody_reads_on_ends() {
        let folder = tempfile::tempdir().unwrap();
        let understood = understood(&folder);
        let mut stream = understood.stream().unwrap();
        assert_eq!(stream.next().unwrap().unwrap().rows_read, CHUNK as i64);
        assert!(stream.bytes() > 0);
        drop(stream);
    }

    #[test]
    fn a_file_that_shrinks_under_way_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let understood = understood(&folder);
        fs::write(&understood.dump.path, "text,author,date\n").unwrap();
        let error = understood.stream().unwrap().find_map(Result::err).unwrap();
        assert!(error.to_string().contains("the file changed while it was read"), "{error}");
    }
}
