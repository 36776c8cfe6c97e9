//! A part of a conversion that is being written beside a local dataset.

use std::fs;
use std::path::{Path, PathBuf};

use super::NewPart;
use crate::dataset::error::DatasetError;
use crate::dataset::files::{new_folder, remove};
use crate::dataset::manifest::Manifest;
use crate::dataset::runs::RunMark;
use crate::dataset::waiting::{WaitingPart, WaitingPlace};

/// Attempts to create the folder while other processes remove the folder above it.
const ATTEMPTS: usize = 5;

/// The folder of one run of a part's task.
#[derive(Debug)]
pub(super) struct LocalPart {
    place: WaitingPlace,
    folder: PathBuf,
    _mark: Option<RunMark>,
}

impl LocalPart {
    /// Creates the folder beside the dataset at `dataset`, a path without links. Folders of runs on
    /// this machine that were killed are removed.
    ///
    /// # Errors
    /// [`DatasetError::Foreign`] if the dataset's folder has other content, and other errors if the
    /// disk fails.
    pub fn begin(dataset: &Path, name: &str) -> Result<Self, DatasetError> {
        let is_empty = || fs::read_dir(dataset).is_ok_and(|mut entries| entries.next().is_none());
        if dataset.exists() && !is_empty() && Manifest::read(dataset)?.is_none() {
            return Err(DatasetError::Foreign { path: dataset.to_owned() });
        }
        let place = WaitingPlace::of(dataset);
        let folder = place.run_folder(name);
        let mut made = new_folder(&folder);
        for _ in 0..ATTEMPTS {
            // Another process may remove the folder of all parts when it is empty.
            if !matches!(&made, Err(error) if error.is_missing()) {
                break;
            }
            made = new_folder(&folder);
        }
        made?;
        let mark = RunMark::new(&folder);
        place.remove_dead_runs();
        Ok(Self { place, folder, _mark: mark })
    }
}

impl NewPart for LocalPart {
    fn folder(&self) -> &Path {
        &self.folder
    }

    fn finish(self: Box<Self>, part: WaitingPart) -> Result<WaitingPart, DatasetError> {
        // If this fails, the folder is gone: another run was faster.
        let _ = RunMark::take_off(&self.folder);
        self.place.finish(&self.folder, part)
    }
}

impl Drop for LocalPart {
    fn drop(&mut self) {
        // A later run of the task, or the commit, removes what stays here.
        let _ = remove(&self.folder);
        self.place.clear();
    }
}
