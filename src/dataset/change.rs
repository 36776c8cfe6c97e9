//! A dataset that is to be changed.

use std::path::Path;

use super::commit::Staging;
use super::error::DatasetError;
use super::finished::Finished;
use super::reader::Dataset;

/// Takes the lock of a dataset that is to be changed and is there already, clears what a
/// crash has left beside it, and opens it, as no other can change it now.
///
/// # Errors
/// [`DatasetError`] where there is none, where it is of a format that is not changed, where
/// another run holds the lock, or where the disk fails.
pub fn begin_change(root: &Path) -> Result<(Staging, Dataset), DatasetError> {
    // Nothing is made beside what cannot be changed.
    Dataset::open(root)?.manifest.check_format(root)?;
    let staging = Staging::begin(root)?;
    let dataset = Dataset::open(root)?;
    dataset.manifest.check_format(root)?;
    // What cannot be cleared now is cleared by the next change.
    let _ = Finished::clear_committed(&staging, &dataset.manifest);
    Ok((staging, dataset))
}
