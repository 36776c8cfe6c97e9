//! One thread an archive: each packs what it is handed, in order.
//!
//! The queues are short. If a writer fails, the next handing over fails too, and
//! the error is given back at the end.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::archive::{Archive, Member, Packed};
use super::dates::Moment;
use super::error::SynthError;
use super::part::{part_of, put_in_place};

/// Batches that may wait for a writer.
const QUEUE: usize = 2;

/// An archive that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Where it is.
    pub path: PathBuf,
    /// All its members.
    pub members: u64,
    /// Members of a summaries archive that hold a record, or were meant to.
    pub records: u64,
    /// Members of a summaries archive that hold an error instead.
    pub tombstones: u64,
    /// Activities, in short form or in full.
    pub activities: u64,
    /// Members that are broken on purpose; they count as what they were.
    pub damaged: u64,
    /// The sizes of its members together, in bytes.
    pub xml_bytes: u64,
    /// Its size, in bytes.
    pub archive_bytes: u64,
}

/// What one record adds to one archive.
#[derive(Default)]
pub struct Share {
    /// The archive's place in the list of roots.
    pub archive: usize,
    pub members: Vec<Member>,
    pub records: u64,
    pub tombstones: u64,
    pub activities: u64,
    pub damaged: u64,
}

/// The ways to the threads that pack.
pub struct Writers {
    queues: Vec<SyncSender<Vec<Share>>>,
}

/// A writer has failed: go home.
pub struct Failed;

impl Writers {
    /// Hands the shares of some records, in order, to their archives.
    pub fn hand_over(&self, made: Vec<Vec<Share>>) -> Result<(), Failed> {
        let mut parcels: Vec<Vec<Share>> = self.queues.iter().map(|_| Vec::new()).collect();
        for share in made.into_iter().flatten() {
            parcels[share.archive].push(share);
        }
        for (queue, parcel) in self.queues.iter().zip(parcels) {
            if !parcel.is_empty() {
                queue.send(parcel).map_err(|_| Failed)?;
            }
        }
        Ok(())
    }
}

/// Starts a writer for each root, lets `make` hand over, and finishes all.
pub fn with_writers(
    roots: &[(String, Option<char>)],
    dir: &Path,
    gzip_level: u32,
    packed_at: Moment,
    make: impl FnOnce(&Writers),
) -> Result<Vec<Written>, SynthError> {
    thread::scope(|scope| {
        let (queues, threads): (Vec<_>, Vec<_>) = roots
            .iter()
            .map(|(root, _)| {
                let path = archive_path(dir, root);
                let (queue, parcels) = sync_channel(QUEUE);
                let seconds = packed_at.seconds();
                let thread = scope.spawn(move || write(&path, gzip_level, seconds, &parcels));
                (queue, thread)
            })
            .unzip();
        let writers = Writers { queues };
        make(&writers);
        drop(writers);
        let written: Vec<_> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        let paths: Vec<PathBuf> = roots.iter().map(|(root, _)| archive_path(dir, root)).collect();
        put_in_place(&paths, written.into_iter().collect())
    })
}

fn archive_path(dir: &Path, root: &str) -> PathBuf {
    dir.join(format!("{root}.tar.gz"))
}

fn write(
    path: &Path,
    gzip_level: u32,
    packed_at: u64,
    parcels: &Receiver<Vec<Share>>,
) -> Result<Written, SynthError> {
    let fail = |source| SynthError::Write { path: path.to_owned(), source };
    let mut archive = Archive::create(&part_of(path), gzip_level, packed_at).map_err(fail)?;
    let mut total = Share::default();
    for share in parcels.iter().flatten() {
        for member in &share.members {
            archive.append(member).map_err(fail)?;
        }
        total.records += share.records;
        total.tombstones += share.tombstones;
        total.activities += share.activities;
        total.damaged += share.damaged;
    }
    let Packed { members, xml_bytes, archive_bytes } = archive.finish().map_err(fail)?;
    let Share { records, tombstones, activities, damaged, .. } = total;
    let path = path.to_owned();
    Ok(Written { path, members, records, tombstones, activities, damaged, xml_bytes, archive_bytes })
}
