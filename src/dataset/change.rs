//! A dataset in a folder that is to be changed in its place.

use std::path::Path;

use super::commit::Staging;
use super::error::DatasetError;
use super::finished::Finished;
use super::reader::Dataset;
use super::store::{LocalStore, Store};

/// Takes the locks of a dataset that is to be changed and is there already, clears what a
/// crash has left beside it, and opens it, as no other can change it now. `act` tells others
/// what for.
///
/// # Errors
/// [`DatasetError`] if there is none, if it is of a format that is not changed, if
/// another run holds a lock, or if the disk fails.
pub fn begin_change(store: &LocalStore, act: &str) -> Result<(Staging, Dataset), DatasetError> {
    // Nothing is made in or beside what cannot be changed.
    Dataset::open_in(store)?.manifest.check_format(store.place())?;
    let lock = store.lock(act)?;
    let (staging, dataset) = begin_beside(store.place())?;
    Ok((staging.holding(lock), dataset))
}

/// The same if the caller holds the dataset's lock.
pub(super) fn begin_beside(root: &Path) -> Result<(Staging, Dataset), DatasetError> {
    let staging = Staging::begin(root)?;
    let dataset = Dataset::open(root)?;
    dataset.manifest.check_format(root)?;
    // What cannot be cleared now is cleared by the next change.
    let _ = Finished::clear_committed(&staging, &dataset.manifest);
    Ok((staging, dataset))
}
