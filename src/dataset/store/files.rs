//! Access to the files of a version by their names.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use super::ranges::Ranges;
use crate::dataset::error::DatasetError;

/// Files by their names, such as `orcidlake.json` or `summaries/works/part-00000.parquet`; a slash
/// separates folders.
pub trait Files: Debug + Send + Sync {
    /// Their path or URL, for messages.
    fn place(&self) -> &Path;

    /// The sorted names of all files below a folder, at any depth; none if there is no such folder.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn list(&self, folder: &str) -> Result<Vec<String>, DatasetError>;

    /// False if files can only be opened by their names.
    fn can_list(&self) -> bool {
        true
    }

    /// Opens a file. Reading it gives its content at this moment, or an error, but never the
    /// content of another file.
    ///
    /// # Errors
    /// [`DatasetError::Io`] of the kind `NotFound` if there is none; others if the store
    /// fails.
    fn open(&self, name: &str) -> Result<Arc<dyn Ranges>, DatasetError>;
}
