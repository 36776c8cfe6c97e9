//! Opens the store of a dataset, wherever it lies.

use std::path::Path;
use std::sync::Arc;

use super::object_place::StoredObjects;
use super::{Place, Scheme, StorageError, StorageOptions};
use crate::dataset::store::{Objects, Published, Versioned};
use crate::dataset::{LocalStore, Store};

/// The objects below a place in an object store, or on a web server.
///
/// # Errors
/// [`StorageError`] if the place is not a URL, or an option is wrong.
pub fn open_objects(place: &Path, options: &StorageOptions) -> Result<Arc<dyn Objects>, StorageError> {
    match Place::of(place)? {
        Place::Local(path) => Err(StorageError::UnknownScheme { path }),
        Place::Remote(remote) => Ok(Arc::new(StoredObjects::new(remote.without_last_slash(), options)?)),
    }
}

/// The store of the dataset at `place`, a path or a URL; nothing is asked of it yet. A change of a
/// dataset in an object store creates its files below `scratch`, on a local disk, before it puts
/// them. A dataset on a web server can be read only.
///
/// # Errors
/// [`StorageError`] if the place is a wrong URL, or an option is wrong.
pub fn open_store(
    place: &Path,
    options: &StorageOptions,
    scratch: &Path,
) -> Result<Arc<dyn Store>, StorageError> {
    Ok(match Place::of(place)? {
        Place::Local(path) => Arc::new(LocalStore::new(&path)),
        Place::Remote(remote) => {
            let scheme = remote.scheme();
            let objects = Arc::new(StoredObjects::new(remote.without_last_slash(), options)?);
            match scheme {
                Scheme::Http => Arc::new(Published::new(objects)),
                Scheme::S3 | Scheme::Gcs | Scheme::Azure => Arc::new(Versioned::new(objects, scratch)),
            }
        }
    })
}
