//! The files below a local folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Files, Ranges, read_manifest};
use crate::dataset::error::DatasetError;
use crate::dataset::layout::MANIFEST_NAME;
use crate::dataset::manifest::Manifest;

/// The files below a folder.
#[derive(Debug)]
pub(in crate::dataset) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl Files for Folder {
    fn place(&self) -> &Path {
        &self.root
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DatasetError> {
        let (mut names, mut pending) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = pending.pop() {
            let path = self.root.join(&folder);
            let entries = match fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
                {
                    continue;
                }
                Err(error) => return Err(DatasetError::io("read", &path)(error)),
            };
            for entry in entries {
                let entry = entry.map_err(DatasetError::io("read", &path))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                if entry.path().is_dir() { pending.push(name) } else { names.push(name) }
            }
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, name: &str) -> Result<Arc<dyn Ranges>, DatasetError> {
        let path = self.root.join(name);
        Ok(Arc::new(File::open(&path).map_err(DatasetError::io("open", &path))?))
    }
}

impl Manifest {
    /// Reads the manifest of the dataset in the folder `root`; `None` if there is none.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be read or is of a newer format.
    pub fn read(root: &Path) -> Result<Option<Self>, DatasetError> {
        read_manifest(&Folder::new(root), MANIFEST_NAME)
    }
}
