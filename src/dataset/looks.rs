//! Reads a dataset while other commands may change it.
//!
//! A commit puts a new folder in the dataset's place and removes files of the old one. A reader
//! that has read the manifest and then opens a file may find no file, or a file of another version.
//! So a reading that fails starts again with the new version, from the manifest on, so that all
//! rows are of one version. Callers print nothing before everything has been read.

use std::path::Path;

use super::error::DatasetError;
use super::reader::Dataset;
use super::store::{LOOKS, LocalStore, Store};

/// Returns what `read` makes of the dataset in the folder `root`, and the dataset that it was made of.
/// If `read` fails and the dataset has changed meanwhile, `read` is called again.
///
/// # Errors
/// The errors of `read`, if the dataset has not changed meanwhile; [`DatasetError`] if there is no
/// dataset, it cannot be read, or it changes during each of five calls.
pub fn read_dataset<T, E: From<DatasetError>>(
    root: &Path,
    read: impl FnMut(&Dataset) -> Result<T, E>,
) -> Result<(Dataset, T), E> {
    read_dataset_in(&LocalStore::new(root), read)
}

/// Does the same for a dataset in a store.
///
/// # Errors
/// Those of [`read_dataset`].
pub fn read_dataset_in<T, E: From<DatasetError>>(
    store: &dyn Store,
    read: impl FnMut(&Dataset) -> Result<T, E>,
) -> Result<(Dataset, T), E> {
    read_until(store, read, |_| true)
}

/// Does the same, and also calls `read` again if its result is not `good`.
pub(super) fn read_until<T, E: From<DatasetError>>(
    store: &dyn Store,
    mut read: impl FnMut(&Dataset) -> Result<T, E>,
    good: impl Fn(&T) -> bool,
) -> Result<(Dataset, T), E> {
    for _ in 0..LOOKS {
        let dataset = Dataset::open_in(store)?;
        let found = read(&dataset);
        let is_good = found.as_ref().is_ok_and(&good);
        if is_good || !dataset.has_changed(store)? {
            return Ok((dataset, found?));
        }
    }
    Err(DatasetError::AlwaysChanging { path: store.place().to_owned(), looks: LOOKS }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Logs, Manifest, Staging};
    use std::path::PathBuf;

    /// A dataset without tables, and how it is changed.
    fn dataset() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("dataset");
        change(&root, 0);
        (folder, root)
    }

    fn change(root: &Path, watermark: i64) {
        let staging = Staging::begin(root).unwrap();
        let manifest = Manifest { watermark: Some(watermark), ..Manifest::new([].into()) };
        staging.commit(&manifest, &[], Logs::Continue).unwrap();
        staging.end().unwrap();
    }

    /// An error of a file that no longer exists.
    fn gone() -> DatasetError {
        DatasetError::NoTable { key: "gone".to_owned() }
    }

    #[test]
    fn what_fails_beside_a_commit_is_read_of_the_new_version() {
        let (_folder, root) = dataset();
        let mut seen = Vec::new();

        let (dataset, watermark) = read_dataset(&root, |dataset| {
            seen.push(dataset.manifest.watermark);
            if seen.len() < LOOKS {
                change(&root, seen.len() as i64);
                return Err(gone());
            }
            Ok(dataset.manifest.watermark)
        })
        .unwrap();

        assert_eq!(seen, (0..LOOKS as i64).map(Some).collect::<Vec<_>>());
        assert_eq!((watermark, dataset.manifest.watermark), (Some(4), Some(4)));
    }

    #[test]
    fn what_fails_where_nothing_has_changed_has_failed() {
        let (_folder, root) = dataset();
        let mut looks = 0;

        let found = read_dataset(&root, |_| -> Result<(), _> {
            looks += 1;
            Err(gone())
        });

        assert!(matches!(found, Err(DatasetError::NoTable { .. })) && looks == 1);
    }

    #[test]
    fn a_dataset_that_never_rests_is_told() {
        let (_folder, root) = dataset();
        let mut looks = 0;

        let found = read_dataset(&root, |_| -> Result<(), _> {
            looks += 1;
            change(&root, looks);
            Err(gone())
        });

        assert!(matches!(found, Err(DatasetError::AlwaysChanging { .. })) && looks == LOOKS as i64);
    }
}
