//! Runs an index task: writes the index of an archive, unless a good one is there.
//!
//! Several processes may run the task at once, on any machines. In an object store one index takes
//! the place of the other, which is the same. On a disk each process writes a file of its own, and
//! renames it when it is complete; the first that is finished removes the files of the others,
//! which then find its index. No lock is needed, because locks of files do not reach across
//! machines everywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::index::{index, index_with};
use super::reading::usable_index;
use super::stop::until_stopped;
use super::task::{IndexResult, IndexTask};
use super::{ConvertError, Observer, Options};
use crate::dataset::{random_word, remove_path, rename_path};
use crate::storage::{ArchiveFile, Place, shown};
use targz_seek::ArchiveError;
use targz_seek::index::{Index, IndexError, SPACING_BYTES, index_path};

/// Digits in the name of a file that is not complete.
const RUN_DIGITS: usize = 16;
/// What the index's writer adds to the name until the file is on the disk.
const UNFINISHED: &str = ".part";

/// Writes the index beside the archive of a task, unless a good one is there. Of `options`, only
/// those of object stores are used.
///
/// # Errors
/// [`ConvertError`] if the archive has changed since the task was planned or cannot be read, if a
/// file that is not an index has the index's name, if the disk or the store fails, or when stopped.
pub fn ensure_index(
    task: &IndexTask,
    options: &Options,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<IndexResult, ConvertError> {
    let path = &task.archive;
    let find = || find_index(task, options, stop);
    if let Some(found) = find()? {
        remove_runs(path);
        return Ok(found);
    }
    let written = match Place::is_remote(path) {
        // An object appears at once as a whole.
        true => index_with(path, None, SPACING_BYTES, &options.storage, observer, stop).map(drop),
        false => write_beside(path, observer, stop),
    };
    if stop.load(Ordering::Relaxed) {
        return Err(written.err().unwrap_or(ConvertError::Stopped));
    }
    // After an error too: another process may have been faster.
    match find() {
        Ok(Some(found)) => {
            remove_runs(path);
            Ok(found)
        }
        found => {
            written?;
            found?;
            Err(ConvertError::NoIndex { path: shown(path) })
        }
    }
}

/// Writes the index of a local archive under a name of its own, and renames it when it is complete.
fn write_beside(path: &Path, observer: &dyn Observer, stop: &AtomicBool) -> Result<(), ConvertError> {
    let own = run_path(path);
    let written = index(path, &own, SPACING_BYTES, observer, stop)
        .and_then(|_| Ok(rename_path(&own, &index_path(path))?));
    if written.is_err() {
        // The error is the one to report.
        let _ = remove_path(&own);
    }
    written
}

/// The result of the task, if a good index is there.
fn find_index(
    task: &IndexTask,
    options: &Options,
    stop: &AtomicBool,
) -> Result<Option<IndexResult>, ConvertError> {
    until_stopped(stop, |meter| {
        let archive = ArchiveFile::open(&task.archive, &options.storage, meter)?;
        if archive.fingerprint()?.as_ref() != Some(&task.fingerprint) {
            return Err(ConvertError::Changed { path: shown(&task.archive) });
        }
        let found = good_index(&archive)?;
        Ok(found.map(|index| IndexResult {
            archive: task.archive.clone(),
            index: index.path().to_owned(),
            members: index.contents.members,
            stream_bytes: index.contents.stream_bytes,
            repeats: index.contents.repeats,
        }))
    })
}

/// The index beside an archive; `None` if there is none, or it is not one of this archive, of this
/// format, or whole.
///
/// # Errors
/// [`ConvertError`] if the file there is not an index, or cannot be read.
pub fn good_index(archive: &ArchiveFile) -> Result<Option<Index>, ConvertError> {
    match usable_index(archive) {
        Ok(index) => Ok(index),
        Err(IndexError::NotAnIndex { path }) => Err(ArchiveError::from(IndexError::InTheWay { path }).into()),
        Err(error @ IndexError::Io { .. }) => Err(ArchiveError::from(error).into()),
        Err(_) => Ok(None),
    }
}

/// The name under which one run writes the index.
fn run_path(archive: &Path) -> PathBuf {
    let mut name = index_path(archive).into_os_string();
    name.push(format!(".{}", random_word()));
    name.into()
}

/// Removes what other runs have written or are writing.
fn remove_runs(archive: &Path) {
    if Place::is_remote(archive) {
        return;
    }
    let index = index_path(archive);
    let (Some(folder), Some(name)) = (index.parent(), index.file_name()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let prefix = format!("{}.", name.to_string_lossy());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let run = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        let is_run = |run: &str| {
            let word = run.strip_suffix(UNFINISHED).unwrap_or(run);
            word.len() == RUN_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if run.is_some_and(is_run) {
            // A file that stays is in nobody's way.
            let _ = remove_path(&folder.join(&name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_of_other_runs_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("a.tar.gz");
        let own = [
            "a.tar.gz",
            "a.tar.gz.idx",
            "a.tar.gz.idx.part",
            "a.tar.gz.idx.bak",
            "b.tar.gz.idx.0123456789abcdef",
        ];
        let runs = ["a.tar.gz.idx.0123456789abcdef", "a.tar.gz.idx.0123456789abcdef.part"];
        own.iter().chain(&runs).for_each(|name| fs::write(folder.path().join(name), "").unwrap());

        remove_runs(&archive);

        assert!(own.iter().all(|name| folder.path().join(name).exists()));
        assert!(runs.iter().all(|name| !folder.path().join(name).exists()));
        assert!(
            run_path(&archive)
                .to_string_lossy()
                .starts_with(&*folder.path().join("a.tar.gz.idx.").to_string_lossy())
        );
    }
}
