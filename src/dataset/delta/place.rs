//! The destination of logs: the folder of a dataset's next state, or another place.

use std::path::Path;
use std::time::SystemTime;

use crate::dataset::error::DatasetError;
use crate::dataset::files::{make_folder, remove, rename, sync_folder, write_file};
use crate::dataset::store::{Files, Folder};

/// The name of a file until it is complete.
const PART_ENDING: &str = "part";

/// Stores the files of logs, by their names in the dataset.
pub(in crate::dataset) trait LogPlace {
    /// The existing files of tables and logs.
    fn files(&self) -> &dyn Files;

    /// When a table's file was written.
    fn written(&self, name: &str) -> Result<SystemTime, DatasetError>;

    /// Adds a file that does not exist yet.
    fn add(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError>;

    /// Writes or replaces a file; readers always see a complete file.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError>;

    /// Removes a file.
    fn remove(&self, name: &str) -> Result<(), DatasetError>;

    /// Removes a log with all its files.
    fn remove_all(&self, folder: &str) -> Result<(), DatasetError>;

    /// Waits until the changes of a log are stored safely.
    fn end(&self, folder: &str) -> Result<(), DatasetError>;
}

/// Logs in a folder that no reader sees yet. Its files may be links to files of the previous state,
/// so existing files are never written to.
pub(in crate::dataset) struct OnDisk(Folder);

impl OnDisk {
    pub fn new(root: &Path) -> Self {
        Self(Folder::new(root))
    }
}

impl LogPlace for OnDisk {
    fn files(&self) -> &dyn Files {
        &self.0
    }

    fn written(&self, name: &str) -> Result<SystemTime, DatasetError> {
        let path = self.0.place().join(name);
        let modified = path.metadata().and_then(|metadata| metadata.modified());
        modified.map_err(DatasetError::io("read", &path))
    }

    fn add(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        let path = self.0.place().join(name);
        make_folder(path.parent().unwrap_or(self.0.place()))?;
        write_file(&path, bytes)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        let path = self.0.place().join(name);
        let part = path.with_extension(PART_ENDING);
        write_file(&part, bytes)?;
        rename(&part, &path)
    }

    fn remove(&self, name: &str) -> Result<(), DatasetError> {
        remove(&self.0.place().join(name))
    }

    fn remove_all(&self, folder: &str) -> Result<(), DatasetError> {
        remove(&self.0.place().join(folder))
    }

    fn end(&self, folder: &str) -> Result<(), DatasetError> {
        sync_folder(&self.0.place().join(folder))
    }
}
