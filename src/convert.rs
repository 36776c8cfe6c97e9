//! Converts archives into a dataset: all steps on one page.
//!
//! ```text
//! archive ─ reader thread ─ chunks ─ pool: parse, build ─ batches ─ pool: encode ─ files
//!           inflate, split  bounded  any order            in order  columns side by side
//! ```
//!
//! Each archive has a reader thread; all share one thread pool and one budget of bytes. One commit
//! adds the files of an archive to the dataset and its manifest. If the archives replace a dataset,
//! one commit replaces it by all of them.

mod archive_table;
mod batches;
mod budget;
mod committing;
mod complete;
mod converted;
mod division;
mod duplicates;
mod entries;
mod error;
mod following;
mod in_order;
mod index;
mod index_task;
mod joining;
mod line_fault;
mod member_rows;
mod members;
mod observer;
mod only;
mod options;
mod part;
mod pipeline;
mod plan;
mod planning;
mod reading;
mod release;
mod replacing;
mod selection;
mod shard;
mod sink;
mod slices;
mod source;
mod stop;
mod task;
mod task_text;
mod uncommitted;
mod update;

pub use archive_table::ArchiveTable;
pub use batches::{ArchiveBatches, archive_batches};
pub use committing::{commit, commit_in, commit_waiting};
pub use error::ConvertError;
pub use index::{NAMELESS_KEY, index, index_key, index_with};
pub use joining::join_in;
pub use line_fault::LineFault;
pub use member_rows::{ChunkMember, MemberRows};
pub use observer::{Observer, Outcome, Unobserved};
pub use options::{ARCHIVE_OPTIONS, Options};
pub use part::{write_part, write_part_in};
pub use planning::{plan, plan_in, plan_new};
pub use release::release_of;
pub use selection::Selection;
pub use shard::Shard;
pub use slices::{learned_ids, same_slice, slice_of};
pub use task::{IndexResult, IndexTask, PartResult, PartTask, Task, TaskPeople};
pub use uncommitted::{Uncommitted, discard, uncommitted};
pub use update::{Update, Updated, update, update_in};

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::dataset::store::Change;
use crate::dataset::{ArchiveEntry, DatasetError, Finished, LocalStore, Logs, Store, Visibility};
use committing::NextState;
use part::{open_for, write_with};
use pipeline::Pipeline;
use plan::{Plan, Step};
use replacing::Replacing;
use source::{Content, ReadMode, Repeated, Source};
use targz_seek::ArchiveError;
use task::Written;

/// Converts `archives` into the dataset at `out`, and gives the outcome of each in their order. An
/// archive that fails does not stop the others. If the archives replace a dataset and one fails,
/// the old dataset stays, and the finished archives are kept for the next run.
///
/// # Errors
/// [`ConvertError`] if the conversion could not start: the dataset is locked, `out` is not a
/// dataset, or the archives do not belong together; or if the dataset could not be replaced at the
/// end.
pub fn convert(
    archives: &[PathBuf],
    out: &Path,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Vec<Outcome>, ConvertError> {
    convert_in(archives, &LocalStore::new(out), options, observer, stop)
}

/// Does the same for a dataset in a store. If the store cannot keep finished archives, the next run
/// after a failed replacement reads all archives again.
///
/// # Errors
/// Those of [`convert`].
pub fn convert_in(
    archives: &[PathBuf],
    store: &dyn Store,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Vec<Outcome>, ConvertError> {
    following::in_steps(archives, options, |archives| convert_step(archives, store, options, observer, stop))
}

/// Converts archives that do not depend on each other.
fn convert_step(
    archives: &[PathBuf],
    store: &dyn Store,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Vec<Outcome>, ConvertError> {
    let change = store.begin("convert")?;
    let manifest = if options.replace { None } else { change.manifest()? };
    if let Some(manifest) = &manifest {
        manifest.check_format(store.place())?;
    }
    let plan = Plan::until_stopped(archives, manifest, options, stop)?;
    let mut pipeline = Pipeline::new(options)?;
    let records = following::records(store, &plan.manifest, options)?;
    pipeline.follow(plan.manifest.selection.as_ref(), records);
    let readers = pipeline.readers(plan.steps.len());
    let replacing = match options.replace {
        true => {
            if options.only.is_some() {
                // What waits does not say of which people it was made.
                Finished::clear(change.as_ref())?;
            }
            Some(Replacing::begin(change.as_ref(), &plan)?)
        }
        false => Finished::clear(change.as_ref()).map(|()| None)?,
    };
    let run =
        Run { plan: &plan, pipeline: &pipeline, readers, change: change.as_ref(), replacing, observer, stop };
    let outcomes = run.all()?;
    // The outcomes are final; the next run removes leftovers that cannot be removed now.
    let _ = change.end();
    Ok(outcomes)
}

struct Run<'r> {
    plan: &'r Plan,
    pipeline: &'r Pipeline,
    /// How many readers an archive may have.
    readers: usize,
    change: &'r dyn Change,
    replacing: Option<Replacing>,
    observer: &'r dyn Observer,
    stop: &'r AtomicBool,
}

/// Converted archives that wait until those before them are committed.
struct Ready {
    /// The dataset as it is, or as it will be when the archives replace it.
    next: NextState,
    written: Vec<Option<Result<Option<Written>, ConvertError>>>,
    outcomes: Vec<Outcome>,
}

impl Run<'_> {
    /// Runs the archives side by side and commits them in the order given.
    fn all(&self) -> Result<Vec<Outcome>, ConvertError> {
        let count = self.plan.steps.len();
        let ready = Mutex::new(Ready {
            next: NextState::new(self.plan.manifest.clone()),
            written: (0..count).map(|_| None).collect(),
            outcomes: Vec::new(),
        });
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.pipeline.side_by_side(count) {
                scope.spawn(|| {
                    while let Some(step) = self.plan.steps.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let written = self.one(step);
                        let mut ready = ready.lock().expect("no thread panics while it commits");
                        ready.written[step.number] = Some(written);
                        self.commit_ready(&mut ready);
                    }
                });
            }
        });
        let ready = ready.into_inner().expect("all threads have ended well");
        if self.replacing.is_some() { self.replace(ready) } else { Ok(ready.outcomes) }
    }

    /// Replaces the dataset by all archives, unless one failed.
    fn replace(&self, ready: Ready) -> Result<Vec<Outcome>, ConvertError> {
        if ready.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_))) {
            return Ok(ready.outcomes);
        }
        self.change.commit(&ready.next.manifest, &ready.next.files, Logs::Begin)?;
        // The archives are in the dataset; the next run removes leftovers that cannot be removed
        // now.
        let _ = Finished::clear(self.change);
        let done = |outcome| match outcome {
            Outcome::Kept(entry) => Outcome::Done(entry),
            outcome => outcome,
        };
        Ok(ready.outcomes.into_iter().map(done).collect())
    }

    /// Converts one archive into a scratch folder; `None` if the dataset has it already.
    fn one(&self, step: &Step) -> Result<Option<Written>, ConvertError> {
        if step.is_done() {
            return Ok(None);
        }
        if let Some(replacing) = &self.replacing
            && let Some(found) = replacing.found(step, self.pipeline.storage())?
        {
            return Ok(Some(found));
        }
        let scratch = self.change.scratch(&format!("archive-{}", step.number))?;
        let (pipeline, readers, repeated) = (self.pipeline, self.readers, Repeated::Refused);
        let written = write_with(pipeline, readers, &step.task, repeated, &scratch, self.observer, self.stop);
        if written.is_err() {
            self.change.discard(&scratch)?;
        }
        written.map(Some)
    }

    /// Commits the converted archives up to the first that is not converted yet.
    fn commit_ready(&self, ready: &mut Ready) {
        while let Some(written) = ready.written.get_mut(ready.outcomes.len()).and_then(Option::take) {
            let step = &self.plan.steps[ready.outcomes.len()];
            let outcome = match written {
                Ok(Some(written)) => self.commit(written, &mut ready.next),
                Ok(None) => Ok(Outcome::Skipped),
                Err(error) => Err(error),
            };
            let outcome = outcome.unwrap_or_else(Outcome::Failed);
            self.observer.ended(&step.task.archive, &outcome);
            ready.outcomes.push(outcome);
        }
    }

    /// Adds an archive to the dataset, or keeps it until all can replace the dataset.
    fn commit(&self, written: Written, next: &mut NextState) -> Result<Outcome, ConvertError> {
        if next.holds(&written.entry) {
            // The archive is in the dataset under another name, or came from standard input.
            self.change.discard(&written.folder)?;
            return Ok(Outcome::Skipped);
        }
        if let Some(replacing) = &self.replacing {
            let Written { folder, entry, .. } = replacing.keep(written)?;
            return Ok(Outcome::Kept(Box::new(next.add(&entry, &folder, &self.change.suffix())?)));
        }
        let logs = if next.manifest.archives.is_empty() { Logs::Begin } else { Logs::Continue };
        let mut with_it = NextState::new(next.manifest.clone());
        let entry = with_it.add(&written.entry, &written.folder, &self.change.suffix())?;
        self.change.commit(&with_it.manifest, &with_it.files, logs)?;
        // The archive is in the dataset; the next run removes leftovers that cannot be removed now.
        let _ = self.change.discard(&written.folder);
        next.manifest = with_it.manifest;
        Ok(Outcome::Done(Box::new(entry)))
    }
}

/// Reads an archive to its end without writing, and returns a report of its contents.
///
/// # Errors
/// [`ConvertError`] if it cannot be read.
pub fn inspect(
    archive: &Path,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<ArchiveEntry, ConvertError> {
    let pipeline = Pipeline::new(options)?;
    let plan = Plan::until_stopped(std::slice::from_ref(&archive.to_owned()), None, options, stop)?;
    let task = &plan.steps[0].task;
    let mode = ReadMode { readers: pipeline.readers(1), ..ReadMode::default() };
    let (path, size_bytes, salvage) = (archive, task.size_bytes(), options.salvage);
    let opened = open_for(task, &pipeline, stop)?;
    let (may_hold, content) = (Visibility::Public, Content::Archive(&opened));
    let source = Source { path, size_bytes, salvage, mode, may_hold, content };
    Ok(task.entry(pipeline.run(source, None, &plan.manifest.tables, observer, stop)?))
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
