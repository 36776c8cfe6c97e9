//! Whether a dataset can be changed at all, found out before any work is done.

use std::path::Path;

use super::change::begin_beside;
use super::error::DatasetError;
use super::manifest::Manifest;

/// Checks that a next state of the dataset at `dataset`, whose manifest and lock the caller
/// has, can be put in its place: nobody else is changing it, the folder beside it can be written, it is no mount point, and
/// there is room to write each of its files anew, as a change of a few rows in each
/// does.
///
/// # Errors
/// [`DatasetError`] with what stands in the way.
pub fn check_can_change(dataset: &Path, manifest: &Manifest) -> Result<(), DatasetError> {
    // Nothing is made beside what cannot be changed.
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

/// Bytes that are free on the file system of `path`, for those who are not its owner.
fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let system = rustix::fs::statvfs(path)?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}
