//! The operations that an object store must have.

use std::io::Write;

use super::Files;
use crate::dataset::error::DatasetError;

/// Objects by name, without renames. An object that has been put is visible to everybody at once,
/// and in every listing.
pub trait Objects: Files {
    /// Begins an object. When it is finished, it becomes visible as a whole, and replaces an object
    /// of the same name. Until then, or if it is dropped, nobody sees any of it.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be started.
    fn put(&self, name: &str) -> Result<Box<dyn NewObject>, DatasetError>;

    /// Puts a whole object if its name is free; returns false if there is an object of that name.
    /// If several callers try at once, one of them gets true.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails; the object may be there nevertheless.
    fn put_if_absent(&self, name: &str, bytes: &[u8]) -> Result<bool, DatasetError>;

    /// Removes an object, if it exists.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn remove(&self, name: &str) -> Result<(), DatasetError>;
}

/// An object that is being written. Dropped before it is finished, it leaves nothing.
pub trait NewObject: Write + Send {
    /// Finishes it, and waits until it is stored safely.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails; the object is then not visible.
    fn finish(self: Box<Self>) -> Result<(), DatasetError>;
}
