//! Where a dataset lies, and how its next version becomes visible: the seam behind which
//! a local folder stands, and any other store.
//!
//! A [`Store`] holds one dataset. Who reads asks it for the [`Version`] that is current, and
//! reads that version's files by name. Who writes begins a [`Change`], makes files on the
//! disk of this machine, and commits them with the next manifest. At one moment within
//! [`Change::commit`] everybody who looks anew begins to see all of it; before, nobody sees any.
//!
//! ```text
//! Store ── current ──▶ Version ── manifest, files ──▶ StoredFile ── ranges
//!       └─ begin ────▶ Change ─── scratch … commit … commit … end
//! ```
//!
//! Two kinds of stores stand behind it:
//!
//! - [`LocalStore`], a folder. A commit builds the next folder beside it and exchanges the
//!   two in one step; a lock keeps a second change out.
//! - [`Versioned`], a store of objects that knows no renames, and can put an object only if its
//!   name is free, as S3 can. A commit puts the next version's manifest under its number; of two
//!   changes that race one is told so. A new object store is one file that implements
//!   [`Objects`].
//!
//! What goes through the seam: all reading (`Dataset`, `read_dataset`, `verify` and what builds on
//! them), and the conversion of archives (`plan`, `send_part`, `commit`, `convert`). What does not:
//! `update`, `match_dataset` and so `refresh`, which read the folder of the old version to write
//! its files anew. They take a [`LocalStore`] (or its path) and no other, so that the compiler
//! refuses what they cannot do.
//!
//! After a crash, of whatever store: the current version is the one before or the one after the
//! commit that was under way, whole. What is left of a change that died is seen by nobody; the
//! next change removes it when it begins, or when it commits. Only files that were sent
//! ([`Store::send`]) and never committed stay until somebody withdraws them, since nobody can tell
//! whether a machine still waits with them.

mod files;
mod folder;
mod local;
mod objects;
mod ranges;
mod scratch;
mod stored_file;
mod versioned;

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::DatasetError;
use super::layout::NewFile;
use super::manifest::Manifest;

pub use files::Files;
pub(super) use folder::Folder;
pub(super) use local::LOOKS;
pub use local::LocalStore;
pub use objects::{NewObject, Objects};
pub use ranges::Ranges;
pub use stored_file::StoredFile;
pub use versioned::Versioned;

/// The place of one dataset.
pub trait Store: Debug + Send + Sync {
    /// Where it is, in the words of messages: a path or a URL.
    fn place(&self) -> &Path;

    /// The newest version; `None` where there is no dataset yet. What a crash has left never
    /// shows.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails, or the manifest cannot be understood.
    fn current(&self) -> Result<Option<Version>, DatasetError>;

    /// Begins a change, of a dataset that need not exist yet, and clears what changes that died
    /// have left, as far as that can be told now. `act` tells others what for, such as
    /// `convert`.
    ///
    /// # Errors
    /// [`DatasetError::Locked`] if another change keeps this one out,
    /// [`DatasetError::Foreign`] if something else lies there, and others if the store
    /// fails.
    fn begin(&self, act: &str) -> Result<Box<dyn Change>, DatasetError>;

    /// Puts files that are finished where a later commit, by whatever machine, finds them under
    /// their names. No version has them yet, so that nobody sees them. False if a commit takes
    /// files from the disk that they lie on, as a local folder links them: nothing is done then.
    ///
    /// Where one cannot be put, none stays; after a crash some may, unseen.
    ///
    /// # Errors
    /// [`DatasetError`] if a file cannot be read, or the store fails.
    fn send(&self, files: &[NewFile]) -> Result<bool, DatasetError>;

    /// Removes files that were sent, by their names in the dataset, and that no version has.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn withdraw(&self, names: &[String]) -> Result<(), DatasetError>;
}

/// One version of a dataset: what its manifest says, and its files.
#[derive(Debug)]
pub struct Version {
    /// Tells it from every other version.
    pub id: VersionId,
    pub manifest: Manifest,
    pub files: Arc<dyn Files>,
    /// What lies there is this version and no more, so that a file that the manifest does not name
    /// is a fault. Elsewhere files of other changes lie beside, which will come or go.
    pub is_alone: bool,
}

/// What tells one version from another; nothing follows from its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionId(pub String);

/// A change of a dataset under way. Where it is dropped before [`Change::commit`] has come
/// back, or the process dies, the dataset is as it was, and what has been written is cleared: at
/// once, or by a later change.
pub trait Change: Debug + Send + Sync {
    /// The manifest of the version that the next commit builds on; `None` where there is no
    /// dataset yet.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be read.
    fn manifest(&self) -> Result<Option<Manifest>, DatasetError>;

    /// What lies in the store now, seen or not.
    fn files(&self) -> Arc<dyn Files>;

    /// An empty folder on a disk of this machine, to write in; it goes when the change ends.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be made.
    fn scratch(&self, name: &str) -> Result<PathBuf, DatasetError>;

    /// Removes such a folder before the change ends.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    fn discard(&self, scratch: &Path) -> Result<(), DatasetError>;

    /// The folder on a disk of this machine in which finished archives wait for others, and
    /// outlive the change; `None` where there is none, so that a run that failed starts again.
    fn waiting_folder(&self) -> Option<PathBuf>;

    /// What the names of new files end with, before `.parquet`, so that no other change gives
    /// the same; empty if a change is alone. To be asked for each commit.
    fn suffix(&self) -> String;

    /// Makes the version that `manifest` describes the current one, in one step: files of the
    /// version before that it names stay, `new` files come, and other files of tables go.
    /// The tables' Delta Lake logs continue, or start again.
    ///
    /// # Errors
    /// [`DatasetError::Overtaken`] if another change has committed since this one began; the
    /// dataset is as the other left it. Others if the store fails; the dataset is then as it
    /// was, but if the store does not answer any more: then [`Store::current`] tells later.
    fn commit(&self, manifest: &Manifest, new: &[NewFile], logs: Logs) -> Result<(), DatasetError>;

    /// Ends the change, and removes what it has on the disk.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails; what has been committed stands.
    fn end(self: Box<Self>) -> Result<(), DatasetError>;
}

/// What becomes of the tables' logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logs {
    /// They get a further version.
    Continue,
    /// They start again, as the dataset does.
    Begin,
}

/// Reads a manifest; `None` where there is none of that name.
fn read_manifest(files: &dyn Files, name: &str) -> Result<Option<Manifest>, DatasetError> {
    match StoredFile::open(files, name) {
        Ok(file) => Manifest::parse(file.path(), &file.read_all()?).map(Some),
        Err(error) if error.is_missing() => Ok(None),
        Err(DatasetError::Io { path, source, .. }) => Err(DatasetError::io("read", &path)(source)),
        Err(error) => Err(error),
    }
}
