//! Runs one task, and writes its files to a folder of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::pipeline::Pipeline;
use super::source::{Content, ReadMode, Source};
use super::stop::stop_with;
use super::task::{PartResult, Task};
use super::{ConvertError, Observer, Options};
use crate::dataset::{DatasetError, Store, new_folder, remove_folder};
use crate::storage::{ArchiveFile, shown};
use targz_seek::Meter;

/// Converts the archive of a task into files below `folder`, which must not exist yet. Only the
/// threads and the memory of `options` are used.
///
/// This function knows no dataset: [`commit`](super::commit) adds the results of any number of
/// tasks to a dataset, and [`send_part`] sends their files to a store, where another machine can
/// commit them. A task may be run twice, or by two machines at once, each with a folder of its own;
/// only one of the results counts.
///
/// # Errors
/// [`ConvertError`] if the archive has changed since the task was planned, if it cannot be read, if
/// the disk fails, or when stopped. The folder is then removed.
pub fn write_part(
    task: &Task,
    folder: &Path,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<PartResult, ConvertError> {
    let folder = &std::path::absolute(folder).map_err(DatasetError::io("find", folder))?;
    new_folder(folder)?;
    let written = Pipeline::new(options).and_then(|pipeline| {
        let readers = pipeline.readers(1);
        write_with(&pipeline, readers, task, folder, observer, stop)
    });
    if written.is_err() {
        // The writer's error is the cause.
        let _ = remove_folder(folder);
    }
    written
}

/// Sends the files of a result to the dataset's store, if the store accepts files before their
/// commit. The machine that commits then needs no access to the folder of the files, and the folder
/// can be removed. If the store is a local folder, nothing is done, and the result is returned
/// unchanged.
///
/// # Errors
/// [`ConvertError`] if a file cannot be read, or the store fails.
pub fn send_part(part: PartResult, store: &dyn Store) -> Result<PartResult, ConvertError> {
    if part.in_store {
        return Ok(part);
    }
    let mut sent = PartResult { in_store: true, folder: PathBuf::new(), ..part.clone() };
    let files = sent.entry.rename_apart(&part.folder);
    Ok(if store.send(&files)? { sent } else { part })
}

/// Converts the archive of a task with threads and memory that other tasks share.
pub(super) fn write_with(
    pipeline: &Pipeline,
    readers: usize,
    task: &Task,
    folder: &Path,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<PartResult, ConvertError> {
    let archive = open_for(task, pipeline, stop)?;
    let source = Source {
        path: &task.archive,
        size_bytes: task.size_bytes(),
        salvage: task.salvage,
        mode: ReadMode { readers, write_index: task.write_index, shard: task.shard },
        content: Content::Archive(&archive),
    };
    let converted = pipeline.run(source, Some(folder), &task.tables, observer, stop)?;
    Ok(task.result(folder.to_owned(), task.entry(converted)))
}

/// Opens the archive of a task.
///
/// # Errors
/// [`ConvertError`] if it cannot be opened, is not the one that was planned, or when stopped.
pub(super) fn open_for(
    task: &Task,
    pipeline: &Pipeline,
    stop: &AtomicBool,
) -> Result<Arc<ArchiveFile>, ConvertError> {
    let (meter, halted) = (Meter::default(), || stop.load(Ordering::Relaxed));
    let opened = stop_with(&meter, &halted, || -> Result<Arc<ArchiveFile>, ConvertError> {
        let archive = ArchiveFile::open(&task.archive, pipeline.storage(), &meter)?;
        match &task.fingerprint {
            Some(planned) if archive.fingerprint()?.as_ref() != Some(planned) => {
                Err(ConvertError::Changed { path: shown(&task.archive) })
            }
            _ => Ok(Arc::new(archive)),
        }
    });
    if halted() { Err(ConvertError::Stopped) } else { opened }
}
