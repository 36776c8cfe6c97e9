//! One archive through the stations: read, parse and build, encode, write.
//!
//! The caller's thread reads; all else is the pool's. Chunks are parsed in any order
//! and written in the archive's: the thread that has parsed the next one writes it,
//! and the others help with its columns before they parse on. If writing fails,
//! reading stops.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

use super::budget::{Budget, Loan, Permit};
use super::duplicates::Seen;
use super::in_order::InOrder;
use super::members::{Batch, SpareBuilders, read_chunk};
use super::plan::release_of;
use super::reading::{How, Reading};
use super::{ConvertError, Options, Watch};
use crate::dataset::{OPEN_BYTES, Part, SideWriter, Superseded, Targets, WrittenTable, table_key};
use crate::report::Report;
use crate::tables::{self, Side};
use orcid_xml::MemberName;
use targz_seek::{ArchiveError, Chunk, GivenMember, Meter, Options as ArchiveOptions, Totals};

/// XML bytes that are parsed as one piece of work.
const CHUNK_BYTES: usize = 8 << 20;
/// The largest known record has 150 MB; more is no record.
const MAX_MEMBER_BYTES: u64 = 512 << 20;
/// Chunks in flight for each thread; with three the threads wait for the reader at times.
const CHUNKS_PER_THREAD: usize = 4;
/// Chunks in flight may take the memory divided by this, and what is lent to them; the
/// rest is for rows being built and for open row groups.
const CHUNK_DIVISOR: usize = 6;
/// An archive's open row groups may come to take the memory divided by this, which is
/// lent to chunks until then.
const LOAN_DIVISOR: usize = 4;
/// What one archive's open row groups and batches may come to.
const MEMORY_PER_ARCHIVE: usize = 512 << 20;
/// Threads of the pool that one reader keeps at work: a seventh of the work is reading.
const THREADS_PER_READER: usize = 4;
/// Memory for each reader, of which the chunks that it is ahead take a fifth.
const MEMORY_PER_READER: usize = 256 << 20;

/// Time between looks at whether to stop.
const STOP_LOOKS: Duration = Duration::from_millis(50);

/// How archives are read, but for salvage.
pub const ARCHIVE_OPTIONS: ArchiveOptions =
    ArchiveOptions::new().chunk_bytes(CHUNK_BYTES).max_member_bytes(MAX_MEMBER_BYTES);

/// The pool and the budget that all archives of a run share.
pub struct Pipeline {
    pool: ThreadPool,
    budget: Budget,
    threads: usize,
    memory_bytes: usize,
}

/// An archive to be read.
pub struct Source<'s> {
    pub path: &'s Path,
    pub size_bytes: Option<u64>,
    /// Take what is whole of a damaged archive.
    pub salvage: bool,
    pub how: How,
    /// Where its members come from, if not from the path.
    pub members: Option<&'s mut dyn Iterator<Item = io::Result<GivenMember>>>,
}

/// An archive that has been read to its end, its tables written aside.
pub struct Converted {
    pub totals: Totals,
    pub complete: bool,
    pub release: Option<u16>,
    pub watermark: Option<i64>,
    pub report: Report,
    /// Of a source that hands members over, which were read and which were not.
    pub accepted: Targets,
    pub rejected: Vec<MemberName>,
    /// Where the tables are.
    pub scratch: PathBuf,
    pub tables: Vec<WrittenTable>,
}

/// What a chunk is parsed and written with.
struct Stations<'s> {
    name: Cow<'s, str>,
    keep: &'s BTreeSet<String>,
    spare: SpareBuilders,
    writer: InOrder<Writer<'s>, (Batch, Permit)>,
    pool: &'s ThreadPool,
    watch: &'s dyn Watch,
    failed: AtomicBool,
    stop: &'s AtomicBool,
}

/// How reading ended.
struct Read {
    totals: Totals,
    damage: Option<ArchiveError>,
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
        Ok(Self { pool, budget, threads, memory_bytes })
    }

    pub fn pool(&self) -> &ThreadPool {
        &self.pool
    }

    /// How many of `count` archives are read at the same time.
    pub fn side_by_side(&self, count: usize) -> usize {
        count.min(self.threads).min(self.memory_bytes / MEMORY_PER_ARCHIVE).max(1)
    }

    /// How many readers each of `count` archives may have, where it has an index.
    pub fn readers(&self, count: usize) -> usize {
        let wanted = self.threads.div_ceil(THREADS_PER_READER);
        (wanted.min(self.memory_bytes / MEMORY_PER_READER) / self.side_by_side(count)).max(1)
    }

    /// Lends the memory that an archive's open row groups will take.
    fn lend(&self) -> Loan {
        self.budget.lend(OPEN_BYTES.min(self.memory_bytes / LOAN_DIVISOR))
    }

    /// Reads an archive; writes the tables in `keep` below `scratch`, or none.
    ///
    /// # Errors
    /// [`ConvertError`] where the archive or the disk fails, or when stopped.
    pub fn run(
        &self,
        source: Source<'_>,
        scratch: Option<&Path>,
        keep: &BTreeSet<String>,
        watch: &dyn Watch,
        stop: &AtomicBool,
    ) -> Result<Converted, ConvertError> {
        let meter = Meter::default();
        watch.begun(source.path, source.size_bytes, &meter);
        let name = source.path.file_name().unwrap_or(source.path.as_os_str());
        let stations = Stations {
            name: name.to_string_lossy(),
            writer: InOrder::new(Writer::new(&source, scratch, keep, self.lend())),
            keep,
            spare: SpareBuilders::default(),
            pool: &self.pool,
            watch,
            failed: AtomicBool::new(false),
            stop,
        };
        // The reader stays in the caller's thread: members may come from what must.
        let read = stop_with(&meter, &|| stations.halted(), || {
            self.pool.in_place_scope(|scope| self.read(source, &meter, &stations, scope))
        });
        let mut writer = stations.writer.into_sink();
        if let Some(failure) = writer.failure.take() {
            return Err(failure);
        }
        if stop.load(Ordering::Relaxed) {
            return Err(ConvertError::Stopped);
        }
        let read = read?;
        writer.finish(read, &self.pool)
    }

    /// Reads, and hands each chunk to the pool.
    fn read<'s>(
        &self,
        source: Source<'_>,
        meter: &Meter,
        stations: &'s Stations<'_>,
        scope: &Scope<'s>,
    ) -> Result<Read, ConvertError> {
        let salvage = source.salvage;
        let (mut archive, note) = Reading::open(source, meter.clone())?;
        let (mut seen, mut sequence, mut damage, mut time) = (Seen::default(), 0, None, Duration::ZERO);
        let mut repeats = false;
        loop {
            let begun = Instant::now();
            let chunk = match archive.next_chunk() {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(error) if salvage && error.is_damage() => {
                    damage = Some(error);
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            let repeated: Vec<bool> =
                chunk.members().map(|(path, _, _)| seen.is_repeated(&MemberName::new(path))).collect();
            repeats |= repeated.contains(&true);
            time += begun.elapsed();
            let permit = self.budget.take(chunk.size_bytes());
            if stations.halted() {
                return Err(ConvertError::Stopped);
            }
            scope.spawn(move |_| stations.pass(sequence, chunk, &repeated, permit));
            sequence += 1;
        }
        let mut totals = archive.finish(repeats)?;
        totals.notes.extend(note);
        Ok(Read { totals, damage, time })
    }
}

impl Stations<'_> {
    fn halted(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.failed.load(Ordering::Relaxed)
    }

    /// Parses a chunk, and writes it where it is the next; in the pool.
    fn pass(&self, sequence: u64, chunk: Chunk, repeated: &[bool], permit: Permit) {
        if self.halted() {
            return;
        }
        let _alarm = Alarm(self);
        let batch = read_chunk(&chunk, repeated, &self.name, &|key| self.keep.contains(key), &self.spare);
        drop(chunk);
        self.writer.bring(sequence, (batch, permit), |writer, sequence, (batch, _permit)| {
            if self.halted() {
                return;
            }
            match writer.write(sequence, batch, self.pool) {
                Ok(()) => self.watch.progressed(&writer.path, &writer.report),
                Err(error) => {
                    writer.failure = Some(error);
                    self.failed.store(true, Ordering::Relaxed);
                }
            }
        });
    }
}

/// Reads something, and tells the reader to stop once `halted` says so, even while it
/// waits for bytes or passes over many of them.
pub fn stop_with<T>(meter: &Meter, halted: &(dyn Fn() -> bool + Sync), read: impl FnOnce() -> T) -> T {
    let (running, ended) = crossbeam_channel::bounded::<()>(0);
    std::thread::scope(|scope| {
        let looks = || {
            while ended.recv_timeout(STOP_LOOKS) == Err(RecvTimeoutError::Timeout) {
                if halted() {
                    return meter.stop();
                }
            }
        };
        // Without the thread only a reader that waits for ever cannot be stopped.
        let _ = std::thread::Builder::new().name("stop".to_owned()).spawn_scoped(scope, looks);
        let read = read();
        drop(running);
        read
    })
}

/// Where a thread of the pool panics, gives back what chunks hold that wait for its own:
/// the reader would else wait for them, and nobody hear of the panic.
struct Alarm<'a, 's>(&'a Stations<'s>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failed.store(true, Ordering::Relaxed);
            self.0.writer.close();
        }
    }
}

/// Takes batches in order and writes them.
struct Writer<'s> {
    path: PathBuf,
    scratch: Option<PathBuf>,
    shard: Option<String>,
    keep: &'s BTreeSet<String>,
    sides: BTreeMap<Side, SideWriter>,
    lent: Loan,
    superseded: Superseded,
    report: Report,
    /// Whether to note which members were read.
    notes_names: bool,
    accepted: Targets,
    rejected: Vec<MemberName>,
    watermark: Option<i64>,
    first_path: Option<String>,
    /// Why nothing more is written.
    failure: Option<ConvertError>,
}

impl<'s> Writer<'s> {
    fn new(source: &Source<'_>, scratch: Option<&Path>, keep: &'s BTreeSet<String>, lent: Loan) -> Self {
        Self {
            path: source.path.to_owned(),
            notes_names: source.members.is_some(),
            accepted: Targets::default(),
            rejected: Vec::new(),
            scratch: scratch.map(Path::to_owned),
            shard: source.how.shard.map(|shard| shard.to_string()),
            keep,
            sides: BTreeMap::new(),
            lent,
            superseded: Superseded::default(),
            report: Report::default(),
            watermark: None,
            first_path: None,
            failure: None,
        }
    }

    fn write(&mut self, sequence: u64, mut batch: Batch, pool: &ThreadPool) -> Result<(), ConvertError> {
        let xml_bytes = batch.report.members.xml_bytes;
        for side in Side::ALL {
            let batches = std::mem::take(&mut batch.rows[side as usize]);
            let (Some(scratch), false) = (&self.scratch, batches.is_empty()) else { continue };
            for (table, batch) in tables::of(side).iter().zip(&batches) {
                let rows = batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
                if rows > 0 {
                    self.superseded.chunk_ended(table_key(side, table.name()), sequence, rows);
                }
            }
            let shard = self.shard.as_deref();
            let make = || SideWriter::new(scratch, side, |key| self.keep.contains(key), shard);
            batch.report.times.encode +=
                self.sides.entry(side).or_insert_with(make).write(batches, xml_bytes, pool)?;
        }
        let open: usize = self.sides.values().map(SideWriter::open_bytes).sum();
        self.lent.lend_all_but(open);
        for name in batch.replacing {
            match name {
                MemberName::Summary(orcid) => self.superseded.record(orcid, sequence),
                MemberName::Activity { orcid, section, put_code } => {
                    self.superseded.activity((orcid, section.kind(), put_code), sequence);
                }
                MemberName::OtherXml | MemberName::Other => {}
            }
        }
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

    fn finish(mut self, read: Read, pool: &ThreadPool) -> Result<Converted, ConvertError> {
        let begun = Instant::now();
        let scratch = self.scratch.take().unwrap_or_default();
        let mut tables = Vec::new();
        for (side, writer) in std::mem::take(&mut self.sides) {
            let mut written = writer.finish(pool)?;
            if !self.superseded.is_empty(side) {
                written = self.superseded.remove(side, written, &scratch, pool)?;
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
            watermark: self.watermark,
            report: self.report,
            accepted: self.accepted,
            rejected: self.rejected,
            scratch,
            tables,
        })
    }
}
