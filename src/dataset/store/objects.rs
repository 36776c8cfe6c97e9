//! The operations that an object store must have.

use super::Files;
use super::notes::{Notes, OpenUpload};
use crate::dataset::error::DatasetError;
use crate::dataset::layout::NewFile;

/// Objects by name, without renames. An object that has been put is visible to everybody at once,
/// and in every listing.
pub trait Objects: Files {
    /// Puts a whole object, and waits until it is stored safely; it replaces an object of the same
    /// name.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails; the object may be there nevertheless.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError>;

    /// Puts a whole object if its name is free; returns false if there is an object of that name.
    /// If several callers try at once, one of them gets true.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails; the object may be there nevertheless.
    fn put_if_absent(&self, name: &str, bytes: &[u8]) -> Result<bool, DatasetError>;

    /// Puts local files under their names in the dataset, and waits until they are stored safely.
    /// Each becomes visible as a whole. An upload in parts is noted in `notes` before its first
    /// part is sent, and when it has ended.
    ///
    /// # Errors
    /// [`DatasetError`] if a file cannot be read, or the store fails. Some objects may be there
    /// then; uploads that have begun are aborted.
    fn put_files(&self, files: &[NewFile], notes: &Notes) -> Result<(), DatasetError>;

    /// Removes objects, as far as they exist.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn remove(&self, names: &[String]) -> Result<(), DatasetError>;

    /// Aborts uploads in parts, as far as they exist.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn abort(&self, uploads: &[OpenUpload]) -> Result<(), DatasetError>;
}
