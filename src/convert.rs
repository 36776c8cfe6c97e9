//! Archives to a dataset: the whole way on one page.
//!
//! ```text
//! archive ─ reader thread ─ chunks ─ pool: parse, build ─ batches ─ pool: encode ─ files
//!           inflate, split  bounded  any order            in order  columns side by side
//! ```
//!
//! Each archive has a thread that reads; all share one pool and one budget of bytes.
//! An archive is complete when its files stand in the dataset and in its manifest,
//! which happens in one step; where they replace a dataset, one step for all of them.

mod budget;
mod duplicates;
mod entries;
mod error;
mod in_order;
mod index;
mod members;
mod pipeline;
mod plan;
mod reading;
mod replacing;
mod shard;
mod update;

pub use error::ConvertError;
pub use index::{index, indexed_members};
pub use pipeline::ARCHIVE_OPTIONS;
pub use plan::{Selection, release_of};
pub use shard::Shard;
pub use update::{Update, Updated, update};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::dataset::{ArchiveEntry, DatasetError, Finished, Logs, Manifest, NewFile, Part, Staging};
use crate::report::Report;
use pipeline::{Converted, Pipeline, Source};
use plan::Plan;
use reading::How;
use replacing::Replacing;
use targz_seek::{ArchiveError, Meter};

/// How a conversion is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The tables that are written.
    pub tables: Selection,
    /// Threads of the pool that parses, builds and encodes.
    pub threads: usize,
    /// Memory to keep to, in bytes; more archives run side by side with more.
    pub memory_bytes: usize,
    /// Take the whole members of an archive that is cut off or damaged.
    pub salvage: bool,
    /// Replace the whole dataset, in one step when all archives are converted, by one made
    /// of the given archives alone.
    pub replace: bool,
    /// Write an index beside each archive that has none.
    pub write_index: bool,
    /// Convert this part of each archive only; it must have an index.
    pub shard: Option<Shard>,
}

/// Who hears how a conversion goes on; called from several threads.
pub trait Watch: Sync {
    /// An archive is being read; the meter tells how far.
    fn begun(&self, archive: &Path, size_bytes: Option<u64>, meter: &Meter);
    /// Members have been counted.
    fn progressed(&self, archive: &Path, report: &Report);
    /// An archive has come to its end, one way or the other.
    fn ended(&self, archive: &Path, outcome: &Outcome);
}

/// What became of one archive.
#[derive(Debug)]
pub enum Outcome {
    /// It is in the dataset.
    Done(Box<ArchiveEntry>),
    /// It is finished, and waits beside the dataset until the others that replace the
    /// dataset with it are.
    Kept(Box<ArchiveEntry>),
    /// It was in the dataset already.
    Skipped,
    /// It is not in the dataset.
    Failed(ConvertError),
}

/// Converts `archives` into the dataset at `out`; the outcome of each, in the
/// order given. An archive that fails does not stop the others. Where they replace a
/// dataset, one that fails leaves the old dataset in its place, and the others wait
/// for the next run.
///
/// # Errors
/// [`ConvertError`] where nothing could be begun: the dataset is locked or
/// something else, or the archives do not belong together; or where a dataset could
/// not be replaced in the end.
pub fn convert(
    archives: &[PathBuf],
    out: &Path,
    options: &Options,
    watch: &dyn Watch,
    stop: &AtomicBool,
) -> Result<Vec<Outcome>, ConvertError> {
    let staging = Staging::begin(out)?;
    let manifest = if options.replace { None } else { Manifest::read(out)? };
    if let Some(manifest) = &manifest {
        manifest.check_format(out)?;
    }
    let plan = Plan::new(archives, manifest, options)?;
    let pipeline = Pipeline::new(options)?;
    let readers = pipeline.readers(plan.steps.len());
    let how = How { readers, write_index: options.write_index, shard: options.shard };
    let replacing = match options.replace {
        true => Some(Replacing::begin(&staging, &plan)?),
        false => Finished::clear(&staging).map(|()| None)?,
    };
    let run =
        Run { plan: &plan, pipeline: &pipeline, how, staging: &staging, replacing, options, watch, stop };
    let outcomes = run.all()?;
    // Each outcome stands; what cannot be cleared now is cleared by the next run.
    let _ = staging.end();
    Ok(outcomes)
}

struct Run<'r> {
    plan: &'r Plan,
    pipeline: &'r Pipeline,
    how: How,
    staging: &'r Staging,
    replacing: Option<Replacing>,
    options: &'r Options,
    watch: &'r dyn Watch,
    stop: &'r AtomicBool,
}

/// Archives that are ready, waiting until those before them are committed.
struct Ready {
    manifest: Manifest,
    /// What the manifest has, and the dataset has not yet.
    files: Vec<NewFile>,
    converted: Vec<Option<Result<Option<Converted>, ConvertError>>>,
    outcomes: Vec<Outcome>,
}

impl Run<'_> {
    /// Runs the archives side by side and commits them in the order given.
    fn all(&self) -> Result<Vec<Outcome>, ConvertError> {
        let count = self.plan.steps.len();
        let ready = Mutex::new(Ready {
            manifest: self.plan.manifest.clone(),
            files: Vec::new(),
            converted: (0..count).map(|_| None).collect(),
            outcomes: Vec::new(),
        });
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.pipeline.side_by_side(count) {
                scope.spawn(|| {
                    while let Some(step) = self.plan.steps.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let converted = self.one(step);
                        let mut ready = ready.lock().expect("no thread panics while it commits");
                        ready.converted[step.number] = Some(converted);
                        self.commit_ready(&mut ready);
                    }
                });
            }
        });
        let ready = ready.into_inner().expect("all threads have ended well");
        if self.replacing.is_some() { self.replace(ready) } else { Ok(ready.outcomes) }
    }

    /// Puts all archives in the dataset's place, unless one failed.
    fn replace(&self, ready: Ready) -> Result<Vec<Outcome>, ConvertError> {
        if ready.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_))) {
            return Ok(ready.outcomes);
        }
        self.staging.commit(&ready.manifest, &ready.files, Logs::Begin)?;
        // They are in the dataset; what cannot be cleared now is cleared by the next run.
        let _ = Finished::clear(self.staging);
        let done = |outcome| match outcome {
            Outcome::Kept(entry) => Outcome::Done(entry),
            outcome => outcome,
        };
        Ok(ready.outcomes.into_iter().map(done).collect())
    }

    /// Converts one archive into a folder aside; `None` where it is done already.
    fn one(&self, step: &plan::Step) -> Result<Option<Converted>, ConvertError> {
        if step.already_done {
            return Ok(None);
        }
        if let Some(replacing) = &self.replacing
            && let Some(found) = replacing.found(step, self.options.salvage)?
        {
            return Ok(Some(found));
        }
        let scratch = self.staging.scratch(&format!("archive-{}", step.number))?;
        let source = Source {
            path: &step.path,
            size_bytes: step.size_bytes().map(|bytes| bytes / self.how.shard.map_or(1, |shard| shard.of)),
            salvage: self.options.salvage,
            how: self.how,
            members: None,
        };
        let converted =
            self.pipeline.run(source, Some(&scratch), &self.plan.manifest.tables, self.watch, self.stop);
        if converted.is_err() {
            self.staging.discard(&scratch)?;
        }
        converted.map(Some)
    }

    /// Commits what is ready and has no archive before it that is not.
    fn commit_ready(&self, ready: &mut Ready) {
        while let Some(converted) = ready.converted.get_mut(ready.outcomes.len()).and_then(Option::take) {
            let step = &self.plan.steps[ready.outcomes.len()];
            let outcome = match converted {
                Ok(Some(converted)) => self.commit(step, converted, ready),
                Ok(None) => Ok(Outcome::Skipped),
                Err(error) => Err(error),
            };
            let outcome = outcome.unwrap_or_else(Outcome::Failed);
            self.watch.ended(&step.path, &outcome);
            ready.outcomes.push(outcome);
        }
    }

    /// Takes an archive into the dataset, or lets it wait for the others.
    fn commit(
        &self,
        step: &plan::Step,
        converted: Converted,
        ready: &mut Ready,
    ) -> Result<Outcome, ConvertError> {
        let is_same = |archive: &ArchiveEntry| {
            archive.complete == converted.complete
                && archive.md5 == converted.totals.md5
                && archive.shard == step.shard
        };
        if ready.manifest.archives.iter().any(is_same) {
            // It is in the dataset under another name, or came by standard input.
            self.staging.discard(&converted.scratch)?;
            return Ok(Outcome::Skipped);
        }
        if let Some(replacing) = &self.replacing {
            let converted = replacing.keep(step, converted)?;
            let (next, entry, files) = next_state(step, &converted, &ready.manifest)?;
            ready.manifest = next;
            ready.files.extend(files);
            return Ok(Outcome::Kept(Box::new(entry)));
        }
        let (next, entry, files) = next_state(step, &converted, &ready.manifest)?;
        let logs = if ready.manifest.archives.is_empty() { Logs::Begin } else { Logs::Continue };
        self.staging.commit(&next, &files, logs)?;
        // It is in the dataset; what cannot be cleared now is cleared by the next run.
        let _ = self.staging.discard(&converted.scratch);
        ready.manifest = next;
        Ok(Outcome::Done(Box::new(entry)))
    }
}

/// The manifest with an archive more, the archive's entry in it, and the files that come.
fn next_state(
    step: &plan::Step,
    converted: &Converted,
    manifest: &Manifest,
) -> Result<(Manifest, ArchiveEntry, Vec<NewFile>), ConvertError> {
    let release = step.release.or(converted.release);
    let mut next = manifest.clone();
    next.release = plan::agree(&step.path, manifest.release, release)?;
    next.tool_version = env!("CARGO_PKG_VERSION").to_owned();
    let again = |archive: &ArchiveEntry| !archive.is_whole() && step.is_of(archive);
    next.archives.retain(|archive| !again(archive));
    let mut files = Vec::new();
    let mut parts: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    for table in &converted.tables {
        let folder = converted.scratch.join(&table.key);
        for part in &table.parts {
            let (part, file) = next.take_in(&table.key, part.clone(), &folder);
            parts.entry(table.key.clone()).or_default().push(part);
            files.push(file);
        }
    }
    let entry = step.entry(converted, parts);
    next.watermark = next.watermark.max(entry.watermark);
    next.archives.push(entry.clone());
    Ok((next, entry, files))
}

/// Reads an archive to its end without writing: what is in it.
///
/// # Errors
/// [`ConvertError`] where it cannot be read.
pub fn inspect(
    archive: &Path,
    options: &Options,
    watch: &dyn Watch,
    stop: &AtomicBool,
) -> Result<ArchiveEntry, ConvertError> {
    let pipeline = Pipeline::new(options)?;
    let plan = Plan::new(std::slice::from_ref(&archive.to_owned()), None, options)?;
    let step = &plan.steps[0];
    let how = How { readers: pipeline.readers(1), ..How::default() };
    let (path, size_bytes, salvage) = (archive, step.size_bytes(), options.salvage);
    let source = Source { path, size_bytes, salvage, how, members: None };
    let converted = pipeline.run(source, None, &plan.manifest.tables, watch, stop)?;
    Ok(step.entry(&converted, BTreeMap::new()))
}

impl From<ArchiveError> for ConvertError {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

impl From<DatasetError> for ConvertError {
    fn from(error: DatasetError) -> Self {
        Self::Dataset(error)
    }
}
