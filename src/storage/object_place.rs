//! A place in an object store: the names of its files there, and requests for them.

use std::io;
use std::path::PathBuf;

use object_store::path::{Path as ObjectPath, PathPart};

use super::fault::StoreError;
use super::wait::wait;
use super::{Connection, Remote, StorageError, StorageOptions};
use crate::dataset::DatasetError;

/// The objects below a place.
#[derive(Debug)]
pub(super) struct StoredObjects {
    pub connection: Connection,
    pub remote: Remote,
    pub place: PathBuf,
}

impl StoredObjects {
    pub fn new(remote: Remote, options: &StorageOptions) -> Result<Self, StorageError> {
        let place = remote.shown().to_owned();
        Ok(Self { connection: Connection::new(&remote, options)?, remote, place })
    }

    /// The name of a file in its store.
    pub fn path(&self, name: &str) -> ObjectPath {
        let below = name.split('/').filter(|part| !part.is_empty()).map(PathPart::from);
        self.connection.path.parts().chain(below).collect()
    }

    /// The name below the place of an object.
    pub fn name(&self, path: &ObjectPath) -> Option<String> {
        let parts: Vec<String> =
            path.prefix_match(&self.connection.path)?.map(|part| part.as_ref().to_owned()).collect();
        Some(parts.join("/"))
    }

    /// Runs a request for a file.
    pub fn run<T>(
        &self,
        act: &'static str,
        name: &str,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, DatasetError> {
        let error = match wait(request) {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(error)) => io::Error::from(StoreError::new(self.remote.url(), &error)),
            Err(error) => error,
        };
        Err(DatasetError::io(act, &self.place.join(name))(error))
    }

    /// Aborts an upload in parts, unless it has ended.
    pub fn abort_upload(&self, name: &str, id: &str) -> Result<(), DatasetError> {
        let Some(parts) = self.connection.parts() else { return Ok(()) };
        let (path, id) = (self.path(name), id.to_owned());
        let abort = async {
            match parts.abort_multipart(&path, &id).await {
                Err(object_store::Error::NotFound { .. }) => Ok(()),
                aborted => aborted,
            }
        };
        self.run("abort the upload of", name, abort)
    }
}
