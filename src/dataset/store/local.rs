//! A dataset in a local folder: gives readers the current version, and begins changes.
//!
//! A commit is an exchange of two folders (`dataset/commit.rs`). If the system cannot exchange
//! folders, a crash may leave the only state under a temporary name, where it is found
//! (`dataset/leftovers.rs`).

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::local_part::LocalPart;
use super::{Change, Files, Folder, Logs, NewPart, Store, Version, VersionId};
use crate::dataset::commit::Staging;
use crate::dataset::error::DatasetError;
use crate::dataset::layout::{MANIFEST_NAME, NewFile, behind_links, finished_folder};
use crate::dataset::leftovers::present;
use crate::dataset::lock::DatasetLock;
use crate::dataset::manifest::Manifest;
use crate::dataset::waiting::{Waiting, WaitingPart, WaitingPlace};

/// Attempts to open a dataset that changes meanwhile. A commit takes seconds and happens at most
/// every few minutes, so after this many attempts another one would not help.
pub(in crate::dataset) const LOOKS: usize = 5;

/// A dataset in a folder.
#[derive(Debug, Clone)]
pub struct LocalStore {
    root: PathBuf,
    held: Option<DatasetLock>,
}

impl LocalStore {
    /// The dataset at `root`, which need not exist yet.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), held: None }
    }

    /// The dataset whose lock the caller holds while this value lives: changes that begin here take
    /// no lock of their own.
    pub fn holding(lock: DatasetLock) -> Self {
        Self { root: lock.dataset().to_owned(), held: Some(lock) }
    }

    /// True if there is a dataset.
    pub(in crate::dataset) fn is_there(&self) -> bool {
        (0..LOOKS).any(|_| present(&self.root).join(MANIFEST_NAME).is_file())
    }

    fn waiting(&self) -> WaitingPlace {
        WaitingPlace::of(&behind_links(&self.root))
    }

    /// The dataset's lock: the lock that the caller holds, or a new one; `None` if there is no
    /// dataset yet, and so no place for a lock.
    pub(in crate::dataset) fn lock(&self, act: &str) -> Result<Option<DatasetLock>, DatasetError> {
        match &self.held {
            Some(held) => Ok(Some(held.clone())),
            // Otherwise the lock file would be created in a folder that is not a dataset.
            None if !self.is_there() || !self.root.is_dir() => Ok(None),
            None => DatasetLock::take(&self.root, act).map(Some),
        }
    }
}

impl Store for LocalStore {
    fn place(&self) -> &Path {
        &self.root
    }

    /// Restores the dataset if a crash left it under its temporary name.
    fn current(&self) -> Result<Option<Version>, DatasetError> {
        // A commit may remove a folder after its name was found and before its manifest is read.
        for _ in 0..LOOKS {
            let found = present(&self.root);
            let Some(id) = version_id(&found) else { continue };
            if let Some(manifest) = Manifest::read(&found)? {
                let files = Arc::new(Folder::new(&found));
                return Ok(Some(Version { id, manifest, files, is_alone: true }));
            }
        }
        Ok(None)
    }

    fn begin(&self, act: &str) -> Result<Box<dyn Change>, DatasetError> {
        let held = self.lock(act)?;
        Ok(Box::new(Staging::begin(&self.root)?.holding(held)))
    }

    fn begin_part(&self, name: &str) -> Result<Box<dyn NewPart>, DatasetError> {
        Ok(Box::new(LocalPart::begin(&behind_links(&self.root), name)?))
    }

    fn part(&self, name: &str) -> Result<Option<WaitingPart>, DatasetError> {
        self.waiting().part(name)
    }

    fn parts(&self) -> Result<Waiting, DatasetError> {
        self.waiting().parts()
    }

    fn is_whole(&self, part: &WaitingPart) -> Result<bool, DatasetError> {
        Ok(self.waiting().is_whole(part))
    }

    fn restate(&self, part: &WaitingPart) -> Result<(), DatasetError> {
        self.waiting().restate(part)
    }

    fn part_folder(&self, name: &str) -> Option<PathBuf> {
        Some(self.waiting().part_folder(name))
    }

    fn remove_parts(&self, names: &[String]) -> Result<(), DatasetError> {
        self.waiting().remove(names)
    }
}

impl Change for Staging {
    fn manifest(&self) -> Result<Option<Manifest>, DatasetError> {
        Manifest::read(self.dataset())
    }

    fn files(&self) -> Arc<dyn Files> {
        Arc::new(Folder::new(self.dataset()))
    }

    fn scratch(&self, name: &str) -> Result<PathBuf, DatasetError> {
        Self::scratch(self, name)
    }

    fn discard(&self, scratch: &Path) -> Result<(), DatasetError> {
        Self::discard(self, scratch)
    }

    fn waiting_folder(&self) -> Option<PathBuf> {
        Some(finished_folder(self.dataset()))
    }

    fn suffix(&self) -> String {
        String::new()
    }

    fn take(&self, names: Vec<String>) {
        Self::take(self, names);
    }

    fn commit(&self, manifest: &Manifest, new: &[NewFile], logs: Logs) -> Result<(), DatasetError> {
        Self::commit(self, manifest, new, logs)
    }

    fn end(self: Box<Self>) -> Result<(), DatasetError> {
        Self::end(*self)
    }
}

/// Distinguishes the manifest files of two versions, even if their content is equal: device, inode,
/// time of writing. `None` if there is no manifest, or it cannot be read.
fn version_id(root: &Path) -> Option<VersionId> {
    let file = root.join(MANIFEST_NAME).metadata().ok()?;
    Some(VersionId(format!("{} {} {} {}", file.dev(), file.ino(), file.mtime(), file.mtime_nsec())))
}
