//! A dataset that can be read, and neither listed nor changed, such as on a web server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::versions::{copied_folder, newest_by_probes, version};
use super::{Change, Files, NewPart, Store, Version};
use crate::dataset::error::DatasetError;
use crate::dataset::waiting::{Waiting, WaitingPart};

/// A dataset in files that are read by their names.
#[derive(Debug)]
pub struct Published {
    files: Arc<dyn Files>,
}

impl Published {
    /// The dataset in `files`.
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { files }
    }

    fn read_only<T>(&self) -> Result<T, DatasetError> {
        Err(DatasetError::ReadOnly { path: self.place().to_owned() })
    }
}

impl Store for Published {
    fn place(&self) -> &Path {
        self.files.place()
    }

    /// A web server may send a page for any name; then there is no dataset.
    fn current(&self) -> Result<Option<Version>, DatasetError> {
        let found = match newest_by_probes(self.files.as_ref())? {
            Some(number) => version(self.files.clone(), number).map(Some),
            None => copied_folder(self.files.clone()),
        };
        match found {
            Err(DatasetError::Manifest { .. }) => Ok(None),
            found => found,
        }
    }

    fn begin(&self, _act: &str) -> Result<Box<dyn Change>, DatasetError> {
        self.read_only()
    }

    fn begin_part(&self, _name: &str) -> Result<Box<dyn NewPart>, DatasetError> {
        self.read_only()
    }

    fn part(&self, _name: &str) -> Result<Option<WaitingPart>, DatasetError> {
        Ok(None)
    }

    fn parts(&self) -> Result<Waiting, DatasetError> {
        Ok(Waiting::default())
    }

    fn is_whole(&self, _part: &WaitingPart) -> Result<bool, DatasetError> {
        Ok(false)
    }

    fn restate(&self, _part: &WaitingPart) -> Result<(), DatasetError> {
        self.read_only()
    }

    fn part_folder(&self, _name: &str) -> Option<PathBuf> {
        None
    }

    fn remove_parts(&self, _names: &[String]) -> Result<(), DatasetError> {
        self.read_only()
    }
}
