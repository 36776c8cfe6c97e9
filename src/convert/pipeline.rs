//! One archive through the pipeline: read, parse and build, encode, write.
//!
//! The caller's thread reads; the pool does everything else. Chunks are parsed in any order and
//! written in the archive's order: the thread that has parsed the next chunk writes it, and the
//! other threads help with its columns before they continue to parse. If writing fails, reading
//! stops.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

use super::budget::{Budget, Permit};
use super::converted::Converted;
use super::duplicates::{Seen, SeenName, note_replaced};
use super::in_order::InOrder;
use super::members::{Batch, SpareBuilders, Wanted, read_chunk};
use super::only::Only;
use super::options::CHUNK_BYTES;
use super::reading::Reading;
use super::release::release_of;
use super::sink::Sink;
use super::source::{Content, Source, archive_name};
use super::stop::stop_with;
use super::{ConvertError, Observer, Options};
use crate::dataset::{DumpWriter, Part, Superseded, Targets, Visibility, table_key};
use crate::report::Report;
use crate::slice::{People, Selection};
use crate::storage::{StorageOptions, shown};
use crate::tables::{self, DumpKind};
use orcid_xml::MemberName;
use targz_seek::{ArchiveError, Chunk, Meter, Totals};

/// Chunks in flight for each thread. With two, the threads wait for the reader; with four, the system takes as much time to
/// provide their memory as they save.
const CHUNKS_PER_THREAD: usize = 3;
/// Chunks in flight take at most the memory divided by this number.
const CHUNK_DIVISOR: usize = 4;
/// The limit of one archive's open row groups and batches, in bytes.
const MEMORY_PER_ARCHIVE: usize = 512 << 20;
/// Threads of the pool that one reader keeps busy: a seventh of the work is reading; of selected people, half.
const THREADS_PER_READER: usize = 4;
const SELECTING_THREADS_PER_READER: usize = 1;
/// Memory for each reader; the chunks that it has read ahead take a fifth of it.
const MEMORY_PER_READER: usize = 256 << 20;

/// The pool and the budget that all archives of a run share.
pub struct Pipeline {
    pool: ThreadPool,
    budget: Budget,
    threads: usize,
    memory_bytes: usize,
    storage: StorageOptions,
    only: Option<Only>,
}

/// The settings and state for parsing and writing a chunk.
struct Context<'s, S> {
    path: &'s Path,
    name: Cow<'s, str>,
    keep: &'s BTreeSet<String>,
    may_hold: Visibility,
    only: Option<&'s Only>,
    spare: SpareBuilders,
    sink: InOrder<S, (Batch, Permit)>,
    pool: &'s ThreadPool,
    observer: &'s dyn Observer,
    failed: AtomicBool,
    /// The first error of the sink. After it, the sink gets no more batches.
    failure: Mutex<Option<ConvertError>>,
    stop: &'s AtomicBool,
}

/// How reading ended.
pub struct Read {
    totals: Totals,
    range: Option<Range<u64>>,
    /// The damage up to which a salvaged archive was read.
    pub damage: Option<ArchiveError>,
    time: Duration,
}

impl Pipeline {
    pub fn new(options: &Options) -> Result<Self, ConvertError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|number| format!("pool-{number}"));
        let pool = pool.build().map_err(|error| ConvertError::Threads(std::io::Error::other(error)))?;
        let wanted = options.threads * CHUNKS_PER_THREAD * CHUNK_BYTES;
        let budget = Budget::new(wanted.min(options.memory_bytes / CHUNK_DIVISOR));
        let (threads, memory_bytes) = (options.threads, options.memory_bytes);
        let (storage, only) = (options.storage.clone(), options.only.clone().map(Only::new));
        Ok(Self { pool, budget, threads, memory_bytes, storage, only })
    }

    /// Tells how the dataset's people were selected, and whose records it has, for selections that
    /// activities follow.
    pub fn follow(&mut self, has: Option<&Selection>, records: Option<People>) {
        if let Some(only) = &mut self.only {
            only.keep_to(has);
            only.follow(records);
        }
    }

    /// The options of object stores.
    pub fn storage(&self) -> &StorageOptions {
        &self.storage
    }

    pub fn pool(&self) -> &ThreadPool {
        &self.pool
    }

    /// How many of `count` archives are read at the same time.
    pub fn side_by_side(&self, count: usize) -> usize {
        count.min(self.threads).min(self.memory_bytes / MEMORY_PER_ARCHIVE).max(1)
    }

    /// How many readers each of `count` archives may have, if it has an index.
    pub fn readers(&self, count: usize) -> usize {
        let each = if self.only.is_some() { SELECTING_THREADS_PER_READER } else { THREADS_PER_READER };
        let wanted = self.threads.div_ceil(each);
        (wanted.min(self.memory_bytes / MEMORY_PER_READER) / self.side_by_side(count)).max(1)
    }

    /// Reads an archive; writes the tables in `keep` below `scratch`, or none.
    ///
    /// # Errors
    /// [`ConvertError`] if the archive or the disk fails, or when stopped.
    pub fn run(
        &self,
        source: Source<'_>,
        scratch: Option<&Path>,
        keep: &BTreeSet<String>,
        observer: &dyn Observer,
        stop: &AtomicBool,
    ) -> Result<Converted, ConvertError> {
        let writer = Writer::new(&source, scratch, keep);
        let (writer, read) = self.feed(source, writer, keep, observer, stop)?;
        writer.finish(read, &self.pool)
    }

    /// Reads an archive, and hands the rows of the tables in `keep` to `sink`, in the archive's
    /// order.
    ///
    /// # Errors
    /// [`ConvertError`] if the archive or the sink fails, or when stopped.
    pub fn feed<S: Sink>(
        &self,
        source: Source<'_>,
        sink: S,
        keep: &BTreeSet<String>,
        observer: &dyn Observer,
        stop: &AtomicBool,
    ) -> Result<(S, Read), ConvertError> {
        let meter = source.meter();
        observer.begun(source.path, source.size_bytes, &meter);
        let context = Context {
            path: source.path,
            name: archive_name(source.path),
            sink: InOrder::new(sink),
            keep,
            may_hold: source.may_hold,
            only: self.only.as_ref(),
            spare: SpareBuilders::default(),
            pool: &self.pool,
            observer,
            failed: AtomicBool::new(false),
            failure: Mutex::new(None),
            stop,
        };
        // The reader stays in the caller's thread, because the source of members may not be
        // sendable.
        let read = stop_with(&meter, &|| context.halted(), || {
            self.pool.in_place_scope(|scope| self.read(source, &meter, &context, scope))
        });
        if let Some(failure) = context.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(failure);
        }
        if stop.load(Ordering::Relaxed) {
            return Err(ConvertError::Stopped);
        }
        Ok((context.sink.into_sink(), read?))
    }

    /// Reads the archive, and gives each chunk to the pool.
    fn read<'s, S: Sink>(
        &self,
        source: Source<'_>,
        meter: &Meter,
        context: &'s Context<'_, S>,
        scope: &Scope<'s>,
    ) -> Result<Read, ConvertError> {
        let salvage = source.salvage;
        let (mut archive, note) = Reading::open(source, meter.clone())?;
        let (mut seen, mut sequence, mut damage, mut time) = (Seen::default(), 0, None, Duration::ZERO);
        let mut repeats = false;
        loop {
            let begun = Instant::now();
            let chunk = match archive.next_chunk(context.only.filter(|only| only.goes_by_names())) {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(error) if salvage && error.is_damage() => {
                    damage = Some(error);
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            let names: Vec<_> = chunk.members().map(|(path, _, _)| seen.name_of(path)).collect();
            repeats |= names.iter().any(|name| name.is_repeated);
            time += begun.elapsed();
            let permit = self.budget.take(chunk.size_bytes());
            if context.halted() {
                return Err(ConvertError::Stopped);
            }
            scope.spawn(move |_| context.pass(sequence, chunk, &names, permit));
            sequence += 1;
        }
        let range = archive.range();
        let mut totals = archive.finish(repeats)?;
        totals.notes.extend(note);
        Ok(Read { totals, range, damage, time })
    }
}

impl<S: Sink> Context<'_, S> {
    fn halted(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.failed.load(Ordering::Relaxed)
    }

    /// Parses a chunk, and writes it if it is the next; runs in the pool.
    fn pass(&self, sequence: u64, chunk: Chunk, names: &[SeenName], permit: Permit) {
        if self.halted() {
            return;
        }
        let _guard = PanicGuard(self);
        let keep = |key: &str| self.keep.contains(key);
        let wanted = Wanted { archive: &self.name, keep: &keep, may_hold: self.may_hold, only: self.only };
        let batch = read_chunk(&chunk, names, wanted, &self.spare);
        drop(chunk);
        self.sink.push(sequence, (batch, permit), |sink, sequence, (batch, permit)| {
            if self.halted() {
                return;
            }
            let missing = ConvertError::NoRecordsYet { path: shown(self.path) };
            let lacking = if batch.lacks_records { Err(missing) } else { Ok(()) };
            match lacking.and_then(|()| sink.write(sequence, batch, permit, self.pool)) {
                Ok(()) => self.observer.progressed(self.path, sink.report()),
                Err(error) => {
                    *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    self.failed.store(true, Ordering::Relaxed);
                }
            }
        });
    }
}

/// If a thread of the pool panics, releases the permits of the chunks that wait for its chunk.
/// Otherwise the reader would wait for them, and the panic would not be reported.
struct PanicGuard<'a, 's, S>(&'a Context<'s, S>);

impl<S> Drop for PanicGuard<'_, '_, S> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failed.store(true, Ordering::Relaxed);
            self.0.sink.close();
        }
    }
}

/// Takes batches in order and writes them to files.
struct Writer<'s> {
    scratch: Option<PathBuf>,
    shard: Option<String>,
    keep: &'s BTreeSet<String>,
    dumps: BTreeMap<DumpKind, DumpWriter>,
    superseded: Superseded,
    report: Report,
    /// Whether to note which members were read.
    notes_names: bool,
    accepted: Targets,
    rejected: Vec<MemberName>,
    watermark: Option<i64>,
    first_path: Option<String>,
}

impl<'s> Writer<'s> {
    fn new(source: &Source<'_>, scratch: Option<&Path>, keep: &'s BTreeSet<String>) -> Self {
        Self {
            notes_names: matches!(source.content, Content::Members(_)),
            accepted: Targets::default(),
            rejected: Vec::new(),
            scratch: scratch.map(Path::to_owned),
            shard: source.mode.shard.map(|shard| shard.to_string()),
            keep,
            dumps: BTreeMap::new(),
            superseded: Superseded::default(),
            report: Report::default(),
            watermark: None,
            first_path: None,
        }
    }

    fn finish(mut self, read: Read, pool: &ThreadPool) -> Result<Converted, ConvertError> {
        let begun = Instant::now();
        let scratch = self.scratch.take().unwrap_or_default();
        let mut tables = Vec::new();
        for (dump, writer) in std::mem::take(&mut self.dumps) {
            let mut written = writer.finish(pool)?;
            if !self.superseded.is_empty(dump) {
                written = self.superseded.remove(dump, written, &scratch, pool)?;
            }
            for table in &written {
                self.report.rows.insert(table.key.clone(), Part::total_rows(&table.parts));
            }
            tables.extend(written);
        }
        self.report.members.duplicates += self.superseded.replaced_activities();
        self.report.times.read += read.time;
        self.report.times.write += begun.elapsed();
        self.report.notes.extend(read.totals.notes.iter().cloned());
        self.report.notes.extend(read.damage.as_ref().map(|error| format!("salvaged: {error}")));
        Ok(Converted {
            complete: read.damage.is_none(),
            release: self.first_path.as_deref().and_then(|path| path.split('/').find_map(release_of)),
            totals: read.totals,
            range: read.range,
            watermark: self.watermark,
            report: self.report,
            accepted: self.accepted,
            rejected: self.rejected,
            tables,
        })
    }
}

impl Sink for Writer<'_> {
    fn write(
        &mut self,
        sequence: u64,
        mut batch: Batch,
        _permit: Permit,
        pool: &ThreadPool,
    ) -> Result<(), ConvertError> {
        let xml_bytes = batch.report.members.xml_bytes;
        for dump in DumpKind::ALL {
            let batches = std::mem::take(&mut batch.rows[dump as usize]);
            let (Some(scratch), false) = (&self.scratch, batches.is_empty()) else { continue };
            for (table, batch) in tables::of(dump).iter().zip(&batches) {
                let rows = batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
                if rows > 0 {
                    self.superseded.chunk_ended(table_key(dump, table.name()), sequence, rows);
                }
            }
            let shard = self.shard.as_deref();
            let make = || DumpWriter::new(scratch, dump, |key| self.keep.contains(key), shard);
            batch.report.times.encode +=
                self.dumps.entry(dump).or_insert_with(make).write(batches, xml_bytes, pool)?;
        }
        note_replaced(&mut self.superseded, batch.replacing, sequence);
        self.superseded.check()?;
        if self.notes_names {
            batch.accepted.iter().for_each(|name| self.accepted.insert(name));
            self.rejected.extend(batch.rejected);
        }
        self.first_path = self.first_path.take().or(batch.first_path);
        self.watermark = self.watermark.max(batch.watermark);
        self.report.add(batch.report);
        Ok(())
    }

    fn report(&self) -> &Report {
        &self.report
    }
}
