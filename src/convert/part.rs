//! Runs one task: its files then wait for the commit, in a place that belongs to the dataset.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::following;
use super::index_task::ensure_index;
use super::pipeline::Pipeline;
use super::plan::check_people;
use super::reading::part_range;
use super::slices::same_slice;
use super::source::{Content, ReadMode, Repeated, Source};
use super::stop::until_stopped;
use super::task::{PartResult, PartTask, Task, Written};
use super::{ConvertError, Observer, Options};
use crate::dataset::{ArchiveEntry, LocalStore, Store, Visibility, WaitingPart};
use crate::slice::{Slice, SliceError};
use crate::storage::{ArchiveFile, shown};

/// Runs a task of a plan for the dataset at `dataset`. Only the threads and the memory of `options`
/// are used.
///
/// The files of a part wait beside the dataset until [`commit`](super::commit) adds them. A task
/// may be run twice, or by two machines at once: the part is the same, and only one counts. If the
/// part waits already, or the dataset has it, nothing is converted.
///
/// # Errors
/// [`ConvertError`] if the archive has changed since the task was planned, if it cannot be read, if
/// the part needs an index that is not there, if the disk fails, or when stopped.
pub fn write_part(
    task: &Task,
    dataset: &Path,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<PartResult, ConvertError> {
    write_part_in(task, &LocalStore::new(dataset), options, observer, stop)
}

/// Does the same for a dataset in a store. If the store is not a local folder, the files are sent
/// there, where another machine can commit them.
///
/// # Errors
/// Those of [`write_part`], and if the store fails.
pub fn write_part_in(
    task: &Task,
    store: &dyn Store,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<PartResult, ConvertError> {
    match task {
        Task::Index(task) => ensure_index(task, options, observer, stop).map(PartResult::Index),
        Task::Part(task) => {
            run(task, store, options, observer, stop).map(|part| PartResult::Part(Box::new(part)))
        }
    }
}

fn run(
    task: &PartTask,
    store: &dyn Store,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<WaitingPart, ConvertError> {
    if let Some(found) = committed(task, store)? {
        return Ok(found);
    }
    let options = &Options { only: people_of(task, options)?, ..options.clone() };
    let manifest = store.current()?.map(|version| version.manifest).filter(|_| !task.replace);
    let followed = match &manifest {
        Some(manifest) => following::records(store, manifest, options)?,
        None => None,
    };
    let records = manifest.as_ref().filter(|_| followed.is_some()).map(following::digest);
    let name = task.part_name();
    // With another index a part has other borders.
    let has_borders =
        |found: &WaitingPart| match (found.range, part_range(&task.archive, &options.storage, task.shard)) {
            (Some(found), Ok(Some(range))) => found == range,
            _ => true,
        };
    // Activities may have followed other records.
    let is_current = |found: &WaitingPart| found.records == records && has_borders(found);
    if let Some(found) = store.part(&name)?.filter(is_current) {
        return as_planned(found, task, store);
    }
    let new = store.begin_part(&name)?;
    let mut pipeline = Pipeline::new(options)?;
    pipeline.follow(task.selection(), followed);
    let (readers, repeated) = (pipeline.readers(1), Repeated::InFirstPart);
    let written = match write_with(&pipeline, readers, task, repeated, new.folder(), observer, stop) {
        Ok(written) => written,
        Err(ConvertError::ChangedMeanwhile { path }) => return Err(ConvertError::Changed { path }),
        // Another run that has finished the part removes the folders of the others.
        Err(error) if !stop.load(Ordering::Relaxed) => {
            let found = store.part(&name)?.filter(is_current).ok_or(error)?;
            return as_planned(found, task, store);
        }
        Err(error) => return Err(error),
    };
    let part = new.finish(task.waiting(written.range, records, written.entry))?;
    if committed(task, store)?.is_some() {
        // It was committed meanwhile, from the result of another run.
        store.remove_parts(&[name])?;
        return Ok(part);
    }
    as_planned(part, task, store)
}

/// The people of a task: those of the options, if they are the same, or else read from the files that
/// the task names; `None` for all.
fn people_of(task: &PartTask, options: &Options) -> Result<Option<Arc<Slice>>, ConvertError> {
    let Some(only) = &task.only else { return Ok(None) };
    if let Some(slice) = &options.only
        && slice.selection().is_same_as(&only.selection)
    {
        return Ok(Some(slice.clone()));
    }
    let slice = same_slice(&only.selection, only.inputs.clone(), None, &options.storage)?;
    match slice.lacks_list() {
        true => Err(SliceError::NoList.into()),
        false => Ok(Some(Arc::new(slice))),
    }
}

/// A part that another run may have finished for another plan: the note that waits with it has to
/// say whether the last plan was to replace the dataset.
fn as_planned(part: WaitingPart, task: &PartTask, store: &dyn Store) -> Result<WaitingPart, ConvertError> {
    if part.replace == task.replace {
        return Ok(part);
    }
    let part = WaitingPart { replace: task.replace, ..part };
    store.restate(&part)?;
    Ok(part)
}

/// The part of a task as the dataset has it, unless the dataset is to be replaced.
fn committed(task: &PartTask, store: &dyn Store) -> Result<Option<WaitingPart>, ConvertError> {
    let current = if task.replace { None } else { store.current()? };
    let Some(manifest) = current.map(|version| version.manifest) else { return Ok(None) };
    manifest.check_format(store.place())?;
    if manifest.tables != task.tables {
        return Err(ConvertError::OtherTables);
    }
    check_people(manifest.selection.as_ref(), task.selection())?;
    let has = |entry: &&ArchiveEntry| {
        entry.is_whole()
            && task.has_ends_of(entry)
            && (entry.shard == task.shard_name() || manifest.has_archive(&entry.md5))
    };
    let entry = manifest.archives.iter().find(has);
    Ok(entry.map(|entry| task.waiting(None, None, entry.clone())))
}

/// Converts the archive of a task into files below `folder`, with threads and memory that other
/// tasks share.
pub(super) fn write_with(
    pipeline: &Pipeline,
    readers: usize,
    task: &PartTask,
    repeated: Repeated,
    folder: &Path,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Written, ConvertError> {
    let archive = open_for(task, pipeline, stop)?;
    let source = Source {
        path: &task.archive,
        size_bytes: task.size_bytes(),
        salvage: task.salvage,
        mode: ReadMode { readers, write_index: task.write_index, shard: task.shard, repeated },
        may_hold: Visibility::Public,
        content: Content::Archive(&archive),
    };
    let converted = pipeline.run(source, Some(folder), &task.tables, observer, stop)?;
    let range = converted.range.clone().map(|range| (range.start, range.end));
    Ok(Written { folder: folder.to_owned(), range, entry: task.entry(converted) })
}

/// Opens the archive of a task.
///
/// # Errors
/// [`ConvertError`] if it cannot be opened, is no longer the one of the task, or when stopped.
pub(super) fn open_for(
    task: &PartTask,
    pipeline: &Pipeline,
    stop: &AtomicBool,
) -> Result<Arc<ArchiveFile>, ConvertError> {
    until_stopped(stop, |meter| {
        let archive = ArchiveFile::open(&task.archive, pipeline.storage(), meter)?;
        match &task.fingerprint {
            Some(planned) if archive.fingerprint()?.as_ref() != Some(planned) => {
                Err(ConvertError::ChangedMeanwhile { path: shown(&task.archive) })
            }
            _ => Ok(Arc::new(archive)),
        }
    })
}
