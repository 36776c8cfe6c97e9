//! One task to files in a folder of their own.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::pipeline::Pipeline;
use super::source::{ReadMode, Source};
use super::task::{PartResult, Task};
use super::{ConvertError, Observer, Options};
use crate::dataset::{DatasetError, Store, new_folder, remove_folder};
use targz_seek::fingerprint;

/// Converts the archive of a task into files below `folder`, which must not be there yet.
/// Of `options` only threads and memory count.
///
/// Nothing is known of a dataset here: [`commit`](super::commit) takes the results of any
/// number of tasks into one, and [`send_part`] puts them where another machine can commit them. A
/// task may be run twice, or by two machines at once, each with
/// a folder of its own; only one of the results counts.
///
/// # Errors
/// [`ConvertError`] if the archive is another than when the task was planned, cannot be
/// read, or the disk fails, or when stopped. The folder is then gone.
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
        // What could not be written says why.
        let _ = remove_folder(folder);
    }
    written
}

/// Puts the files of a result into the store of the dataset that they are for, where that is
/// one that takes files before their commit, so that whichever machine commits need not reach the
/// folder that they lie in; the folder is then of no more use. Where the store is a local folder
/// nothing is done, and the result is the one that was given.
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

/// Converts the archive of a task with threads and memory that others share.
pub(super) fn write_with(
    pipeline: &Pipeline,
    readers: usize,
    task: &Task,
    folder: &Path,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<PartResult, ConvertError> {
    if let Some(planned) = &task.fingerprint
        && fingerprint(&task.archive)? != *planned
    {
        return Err(ConvertError::Changed { path: task.archive.clone() });
    }
    let source = Source {
        path: &task.archive,
        size_bytes: task.size_bytes(),
        salvage: task.salvage,
        mode: ReadMode { readers, write_index: task.write_index, shard: task.shard },
        members: None,
    };
    let converted = pipeline.run(source, Some(folder), &task.tables, observer, stop)?;
    Ok(task.result(folder.to_owned(), task.entry(converted)))
}
