//! What a store of objects must be able to do.

use std::io::Write;

use super::Files;
use crate::dataset::error::DatasetError;

/// Objects by name, without renames. What has been put is seen by everybody at once, and a
/// list misses none of it.
pub trait Objects: Files {
    /// Begins an object. It is seen, whole, when it is finished, in the place of one of that
    /// name; until then, and where it is dropped, nobody sees any of it.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be begun.
    fn put(&self, name: &str) -> Result<Box<dyn NewObject>, DatasetError>;

    /// Puts a whole object where there is none of that name; false if there is one. Of several
    /// who try at once one hears true.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails; the object may be there nevertheless.
    fn put_if_absent(&self, name: &str, bytes: &[u8]) -> Result<bool, DatasetError>;

    /// Removes an object, if it is there.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn remove(&self, name: &str) -> Result<(), DatasetError>;
}

/// An object that is being written. Dropped before it is finished, it leaves nothing.
pub trait NewObject: Write + Send {
    /// Ends it, and waits until it is kept safely.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails; nobody sees it then.
    fn finish(self: Box<Self>) -> Result<(), DatasetError>;
}
