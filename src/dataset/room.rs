//! Checks whether a dataset can be changed at all, before any work is done.

use std::path::Path;

use super::change::begin_beside;
use super::error::DatasetError;
use super::manifest::Manifest;

/// Checks that the dataset at `dataset`, whose manifest and lock the caller has, can be replaced by
/// a next state: no other process is changing it, the folder beside it can be written, it is not a
/// mount point, and there is room to rewrite each of its files, as a change of a few rows in each
/// file does.
///
/// # Errors
/// [`DatasetError`] that names the obstacle.
pub fn check_can_change(dataset: &Path, manifest: &Manifest) -> Result<(), DatasetError> {
    // Before anything is written: the format may be too old to be changed.
    manifest.check_format(dataset)?;
    let (staging, _) = begin_beside(dataset)?;
    staging.end()?;
    let needed_bytes: u64 = manifest.parts().map(|(_, part)| part.size_bytes).sum();
    let free_bytes = free_bytes(dataset).map_err(DatasetError::io("look at the room for", dataset))?;
    if free_bytes < needed_bytes {
        return Err(DatasetError::NoRoom { path: dataset.to_owned(), needed_bytes, free_bytes });
    }
    Ok(())
}

/// Free bytes on the file system of `path`, for unprivileged users.
fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let system = rustix::fs::statvfs(path)?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}
