//! The files of a version, by their names.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use super::ranges::Ranges;
use crate::dataset::error::DatasetError;

/// Files by their names, such as `orcidlake.json` or `summaries/works/part-00000.parquet`; a slash
/// parts folders.
pub trait Files: Debug + Send + Sync {
    /// Where they are, in the words of messages.
    fn place(&self) -> &Path;

    /// The names of all files below a folder, at any depth, in their order; none if there is
    /// no such folder.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn list(&self, folder: &str) -> Result<Vec<String>, DatasetError>;

    /// Opens a file. Who has it open reads the content that it has now, or gets an error from
    /// then on, never that of another file.
    ///
    /// # Errors
    /// [`DatasetError::Io`] of the kind `NotFound` if there is none; others if the store
    /// fails.
    fn open(&self, name: &str) -> Result<Arc<dyn Ranges>, DatasetError>;
}
