//! One task to files in a folder of their own.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::pipeline::Pipeline;
use super::source::{ReadMode, Source};
use super::task::{PartResult, Task};
use super::{ConvertError, Observer, Options};
use crate::dataset::{DatasetError, new_folder, remove_folder};
use targz_seek::fingerprint;

/// Converts the archive of a task into files below `folder`, which must not be there yet.
/// Of `options` only threads and memory count.
///
/// Nothing is known of a dataset here: [`commit`](super::commit) takes the results of any
/// number of tasks into one. A task may be run twice, or by two machines at once, each with
/// a folder of its own; only one of the results counts.
///
/// # Errors
/// [`ConvertError`] where the archive is another than when the task was planned, cannot be
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
