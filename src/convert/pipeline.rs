//! One archive through the stations: read, parse and build, encode, write.
//!
//! Threads meet at a channel and a budget of bytes. Chunks are parsed in any
//! order and written in the archive's; if writing fails, reading stops.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::budget::{Budget, Permit};
use super::duplicates::Seen;
use super::members::{Batch, SpareBuilders, read_chunk};
use super::plan::release_of;
use super::reading::{How, Reading};
use super::{ConvertError, Options, Watch};
use crate::archive::{ArchiveError, GivenMember, Meter, Options as ArchiveOptions, Totals};
use crate::dataset::{Part, SideWriter, Superseded, Targets, WrittenTable, table_key};
use crate::record::MemberName;
use crate::report::Report;
use crate::tables::{self, Side};

/// XML bytes that are parsed as one piece of work.
const CHUNK_BYTES: usize = 8 << 20;
/// The largest known record has 150 MB; more is no record.
const MAX_MEMBER_BYTES: u64 = 512 << 20;
/// Chunks in flight for each thread, and some for the order of writing.
const CHUNKS_PER_THREAD: usize = 8;
/// Share of the memory that chunks in flight may take; the rest is for rows
/// being built and for open row groups.
const CHUNK_SHARE: usize = 6;
/// What one archive's open row groups and batches may come to.
const MEMORY_PER_ARCHIVE: usize = 512 << 20;
/// Threads of the pool that one reader keeps at work: a seventh of the work is reading.
const THREADS_PER_READER: usize = 4;
/// Memory for each reader, of which the chunks that it is ahead take a fifth.
const MEMORY_PER_READER: usize = 256 << 20;

/// How archives are read, but for salvage.
pub const ARCHIVE_OPTIONS: ArchiveOptions =
    ArchiveOptions { chunk_bytes: CHUNK_BYTES, max_member_bytes: MAX_MEMBER_BYTES, resync: false };

/// The pool and the budget that all archives of a run share.
pub struct Pipeline {
    pool: Arc<ThreadPool>,
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

/// A chunk's rows on their way to the writer.
struct Message {
    sequence: u64,
    batch: Batch,
    permit: Permit,
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
        let wanted = (options.threads * CHUNKS_PER_THREAD + CHUNKS_PER_THREAD) * CHUNK_BYTES;
        let budget = Budget::new(wanted.min(options.memory_bytes / CHUNK_SHARE));
        let (threads, memory_bytes) = (options.threads, options.memory_bytes);
        Ok(Self { pool: Arc::new(pool), budget, threads, memory_bytes })
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
        let keep = Arc::new(keep.clone());
        let mut writer = Writer::new(&source, scratch, keep.clone());
        let (sender, receiver) = crossbeam_channel::unbounded();
        let failed = AtomicBool::new(false);
        // The reader stays in the caller's thread: members may come from what must.
        let (read, written) = std::thread::scope(|scope| {
            let halt = || stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed);
            let write = || {
                let written = writer.write_all(receiver, &self.pool, watch);
                failed.store(written.is_err(), Ordering::Relaxed);
                written
            };
            let written = scope.spawn(write);
            let read = self.read(source, &meter, &keep, sender, &halt);
            (read, written.join().expect("the writer does not panic"))
        });
        written?;
        let read = read?;
        if stop.load(Ordering::Relaxed) {
            return Err(ConvertError::Stopped);
        }
        writer.finish(read, &self.pool)
    }

    /// Reads, and hands each chunk to the pool.
    fn read(
        &self,
        source: Source<'_>,
        meter: &Meter,
        keep: &Arc<BTreeSet<String>>,
        sender: Sender<Message>,
        halt: &dyn Fn() -> bool,
    ) -> Result<Read, ConvertError> {
        let name: Arc<str> =
            source.path.file_name().unwrap_or(source.path.as_os_str()).to_string_lossy().into();
        let spare = Arc::new(SpareBuilders::default());
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
            if halt() {
                return Err(ConvertError::Stopped);
            }
            let (sender, name, keep, spare) = (sender.clone(), name.clone(), keep.clone(), spare.clone());
            self.pool.spawn(move || {
                let batch = read_chunk(&chunk, &repeated, &name, &|key| keep.contains(key), &spare);
                drop(chunk);
                // A writer that has failed no longer listens; nothing to do then.
                let _ = sender.send(Message { sequence, batch, permit });
            });
            sequence += 1;
        }
        let mut totals = archive.finish(repeats)?;
        totals.notes.extend(note);
        Ok(Read { totals, damage, time })
    }
}

/// Takes batches in order and writes them.
struct Writer {
    path: PathBuf,
    scratch: Option<PathBuf>,
    shard: Option<String>,
    keep: Arc<BTreeSet<String>>,
    sides: BTreeMap<Side, SideWriter>,
    superseded: Superseded,
    report: Report,
    /// Whether to note which members were read.
    notes_names: bool,
    accepted: Targets,
    rejected: Vec<MemberName>,
    watermark: Option<i64>,
    first_path: Option<String>,
}

impl Writer {
    fn new(source: &Source<'_>, scratch: Option<&Path>, keep: Arc<BTreeSet<String>>) -> Self {
        Self {
            path: source.path.to_owned(),
            notes_names: source.members.is_some(),
            accepted: Targets::default(),
            rejected: Vec::new(),
            scratch: scratch.map(Path::to_owned),
            shard: source.how.shard.map(|shard| shard.to_string()),
            keep,
            sides: BTreeMap::new(),
            superseded: Superseded::default(),
            report: Report::default(),
            watermark: None,
            first_path: None,
        }
    }

    fn write_all(
        &mut self,
        receiver: Receiver<Message>,
        pool: &ThreadPool,
        watch: &dyn Watch,
    ) -> Result<(), ConvertError> {
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        for message in receiver {
            waiting.insert(message.sequence, message);
            while let Some(Message { sequence, batch, permit }) = waiting.remove(&next) {
                self.write(sequence, batch, pool)?;
                drop(permit);
                next += 1;
            }
            watch.progressed(&self.path, &self.report);
        }
        Ok(())
    }

    fn write(&mut self, sequence: u64, mut batch: Batch, pool: &ThreadPool) -> Result<(), ConvertError> {
        let begun = Instant::now();
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
            self.sides.entry(side).or_insert_with(make).write(batches, pool)?;
        }
        for name in batch.replacing {
            match name {
                MemberName::Summary(orcid) => self.superseded.record(orcid, sequence),
                MemberName::Activity { orcid, section, put_code } => {
                    self.superseded.activity((orcid, section.kind(), put_code), sequence);
                }
                MemberName::OtherXml | MemberName::Other => {}
            }
        }
        if self.notes_names {
            batch.accepted.iter().for_each(|name| self.accepted.insert(name));
            self.rejected.extend(batch.rejected);
        }
        self.first_path = self.first_path.take().or(batch.first_path);
        self.watermark = self.watermark.max(batch.watermark);
        batch.report.times.encode += begun.elapsed();
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
