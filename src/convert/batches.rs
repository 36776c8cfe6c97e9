//! Reads one table of an archive batch by batch, without writing it.
//!
//! The archive is parsed in parallel, as by a conversion, and the batches come in the archive's
//! order. Memory is bounded: if nobody takes the batches, reading waits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use orcid_xml::MemberName;
use rayon::ThreadPool;

use super::archive_table::{ArchiveTable, ChosenTable};
use super::budget::Permit;
use super::members::Batch;
use super::observer::Outcome;
use super::pipeline::Pipeline;
use super::plan::{open, refuse_tables};
use super::sink::Sink;
use super::source::{Content, ReadMode, Source};
use super::stop::until_stopped;
use super::{ConvertError, Observer, Options};
use crate::dataset::Visibility;
use crate::report::Report;
use crate::tables::DumpKind;
use targz_seek::Meter;

/// Batches that wait to be taken, each of one chunk. Further ones wait with the permits of their
/// chunks.
const WAITING_BATCHES: usize = 2;

/// A batch, and the right to hold it in memory until it is taken.
type Sent = (RecordBatch, Permit);

/// The rows of one table of an archive, in the archive's order.
///
/// Each batch has the rows of one chunk, which is 8 MiB of XML or one larger member. If it is
/// dropped before its end, reading stops.
pub struct ArchiveBatches {
    path: PathBuf,
    key: String,
    schema: SchemaRef,
    fails_on_repeats: bool,
    progress: Arc<Progress>,
    stop: Arc<AtomicBool>,
    batches: Option<Receiver<Sent>>,
    reader: Option<JoinHandle<Result<(), ConvertError>>>,
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Progress(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    meter: Meter,
    size_bytes: Option<u64>,
    report: Report,
    /// Members that replace members of earlier chunks.
    repeated: u64,
}

/// Sends the rows of the table to the caller, who takes them from an [`ArchiveBatches`].
struct Outlet {
    table: ChosenTable,
    batches: Sender<Sent>,
    progress: Arc<Progress>,
    report: Report,
}

/// Starts to read one table of the archive at a path or URL. Of `options`, the threads, the memory,
/// salvage, the shard and the storage are used. `stop` stops the start.
///
/// The rows are those of a conversion, in the same order, with one exception. If an archive has
/// several members of one name, a conversion keeps the rows of the last one, which it knows at the
/// archive's end. Here the rows of earlier chunks have been handed out by then. So reading ends
/// with [`ConvertError::Repeated`], unless [`ArchiveTable::allow_repeats`] is set.
///
/// # Errors
/// [`ConvertError`] if there is no such table or column, or the archive cannot be opened, or when
/// stopped.
pub fn archive_batches(
    archive: &Path,
    table: &ArchiveTable,
    options: &Options,
    stop: &AtomicBool,
) -> Result<ArchiveBatches, ConvertError> {
    refuse_tables(archive)?;
    let (chosen, archive, size_bytes) = until_stopped(stop, |meter| {
        let opened = open(archive, options, meter)?;
        let size_bytes = opened.size_bytes()?;
        Ok((ChosenTable::find(&opened, table, options.salvage)?, Arc::new(opened), size_bytes))
    })?;
    let (key, schema) = (chosen.key.clone(), chosen.schema.clone());
    let fails_on_repeats = !table.allow_repeats && !chosen.keeps_repeats();
    let pipeline = Pipeline::new(options)?;
    let (sender, receiver) = crossbeam_channel::bounded(WAITING_BATCHES);
    let (progress, stop) = (Arc::<Progress>::default(), Arc::<AtomicBool>::default());
    let outlet =
        Outlet { table: chosen, batches: sender, progress: progress.clone(), report: Report::default() };
    let path = archive.path().to_owned();
    let (salvage, shard, stopped) = (options.salvage, options.shard, stop.clone());
    let read = move || {
        let mode = ReadMode { readers: pipeline.readers(1), shard, ..ReadMode::default() };
        let (path, content) = (archive.path(), Content::Archive(&archive));
        let may_hold = Visibility::Public;
        let source = Source { path, size_bytes, salvage, mode, may_hold, content };
        let keep = BTreeSet::from([outlet.table.key.clone()]);
        let progress = outlet.progress.clone();
        let (_, read) = pipeline.feed(source, outlet, &keep, progress.as_ref(), &stopped)?;
        progress.counts().report.notes.extend(read.damage.map(|damage| format!("salvaged: {damage}")));
        Ok(())
    };
    let reader = std::thread::Builder::new().name("batches".to_owned()).spawn(read);
    let (batches, reader) = (Some(receiver), Some(reader.map_err(ConvertError::Threads)?));
    Ok(ArchiveBatches { path, key, schema, fails_on_repeats, progress, stop, batches, reader })
}

impl ArchiveBatches {
    /// The table, such as `summaries/works`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The schema of all batches.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// What has been counted so far: members and rows that have been parsed and handed out, or are
    /// about to be.
    pub fn report(&self) -> Report {
        self.progress.counts().report.clone()
    }

    /// The bytes of the archive that have been read, and its size if that is known.
    pub fn read_bytes(&self) -> (u64, Option<u64>) {
        let counts = self.progress.counts();
        (counts.meter.read_bytes(), counts.size_bytes)
    }

    /// The next batch, if it comes within `wait`; otherwise [`Poll::Pending`].
    pub fn poll_next(&mut self, wait: Duration) -> Poll<Option<Result<RecordBatch, ConvertError>>> {
        let Some(batches) = &self.batches else { return Poll::Ready(None) };
        match batches.recv_timeout(wait) {
            Ok((batch, _permit)) => Poll::Ready(Some(Ok(batch))),
            Err(RecvTimeoutError::Timeout) => Poll::Pending,
            Err(RecvTimeoutError::Disconnected) => Poll::Ready(self.finish().err().map(Err)),
        }
    }

    /// Stops reading, and waits until it has stopped. No more batches come.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Batches are taken until the reader has ended: it may wait for one to be taken, or for the
        // memory of one.
        if let Some(batches) = self.batches.take() {
            batches.iter().for_each(drop);
        }
        if let Some(reader) = self.reader.take() {
            // A panic has been reported where it happened.
            let _ = reader.join();
        }
    }

    /// How reading has ended, after the last batch.
    fn finish(&mut self) -> Result<(), ConvertError> {
        self.batches = None;
        match self.reader.take().map(JoinHandle::join) {
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            Some(Ok(Err(error))) => return Err(error),
            Some(Ok(Ok(()))) | None => {}
        }
        match self.progress.counts().repeated {
            count if count > 0 && self.fails_on_repeats => {
                Err(ConvertError::Repeated { path: self.path.clone(), count })
            }
            _ => Ok(()),
        }
    }
}

impl Iterator for ArchiveBatches {
    type Item = Result<RecordBatch, ConvertError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Poll::Ready(next) = self.poll_next(Duration::MAX) {
                return next;
            }
        }
    }
}

impl Drop for ArchiveBatches {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Progress {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Progress {
    fn begun(&self, _archive: &Path, size_bytes: Option<u64>, meter: &Meter) {
        let mut counts = self.counts();
        (counts.meter, counts.size_bytes) = (meter.clone(), size_bytes);
    }

    fn progressed(&self, _archive: &Path, report: &Report) {
        self.counts().report = report.clone();
    }

    fn ended(&self, _archive: &Path, _outcome: &Outcome) {}
}

impl Sink for Outlet {
    fn write(
        &mut self,
        _sequence: u64,
        mut batch: Batch,
        permit: Permit,
        _pool: &ThreadPool,
    ) -> Result<(), ConvertError> {
        let table = &self.table;
        let is_own = |name: &&MemberName| {
            matches!(name, MemberName::Activity { .. }) == (table.dump == DumpKind::Activities)
        };
        let repeated = batch.replacing.iter().filter(is_own).count() as u64;
        self.progress.counts().repeated += repeated;
        self.report.add(batch.report);
        let rows = std::mem::take(&mut batch.rows[table.dump as usize]);
        let rows = rows.into_iter().nth(table.place).flatten().filter(|rows| rows.num_rows() > 0);
        match rows {
            // Nobody takes the batches of a reading that was stopped.
            Some(rows) => self.batches.send((table.project(rows), permit)).map_err(|_| ConvertError::Stopped),
            None => Ok(()),
        }
    }

    fn report(&self) -> &Report {
        &self.report
    }
}
