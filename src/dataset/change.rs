//! Begins a change of an existing dataset.

use std::path::Path;

use super::commit::Staging;
use super::error::DatasetError;
use super::finished::Finished;
use super::reader::Dataset;
use super::store::{Change, LocalStore, Store};

/// Takes the locks of an existing dataset, removes leftovers of a crash beside it, and opens it;
/// from now on no other process can change it. `act` tells other processes what the change is.
///
/// # Errors
/// [`DatasetError`] if there is no dataset, if its format is too old to be changed, if another run
/// holds a lock, or if the disk fails.
pub fn begin_change(store: &LocalStore, act: &str) -> Result<(Staging, Dataset), DatasetError> {
    // Before anything is written: the format may be too old to be changed.
    Dataset::open_in(store)?.manifest.check_format(store.place())?;
    let lock = store.lock(act)?;
    let (staging, dataset) = begin_beside(store.place())?;
    Ok((staging.holding(lock), dataset))
}

/// Does the same for a dataset in any store. If another change is committed between the two steps
/// here, the commit of this change fails.
///
/// # Errors
/// Those of [`begin_change`].
pub fn begin_change_in(store: &dyn Store, act: &str) -> Result<(Box<dyn Change>, Dataset), DatasetError> {
    // Before anything is written: the format may be too old to be changed.
    Dataset::open_in(store)?.manifest.check_format(store.place())?;
    let change = store.begin(act)?;
    let dataset = Dataset::open_in(store)?;
    dataset.manifest.check_format(store.place())?;
    // The next change removes leftovers that cannot be removed now.
    let _ = Finished::clear_committed(change.as_ref(), &dataset.manifest);
    Ok((change, dataset))
}

/// Does the same if the caller holds the dataset's lock.
pub(super) fn begin_beside(root: &Path) -> Result<(Staging, Dataset), DatasetError> {
    let staging = Staging::begin(root)?;
    let dataset = Dataset::open(root)?;
    dataset.manifest.check_format(root)?;
    // The next change removes leftovers that cannot be removed now.
    let _ = Finished::clear_committed(&staging, &dataset.manifest);
    Ok((staging, dataset))
}
