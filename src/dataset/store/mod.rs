//! The interface that hides where a dataset is stored and how its next version becomes visible: in
//! a local folder, or in any other store.
//!
//! A [`Store`] holds one dataset. Readers ask it for the current [`Version`], and read that
//! version's files by name. Writers begin a [`Change`], create files on a local disk, and commit
//! them with the next manifest. At one moment within [`Change::commit`], the whole change becomes
//! visible to everybody who opens the dataset after that; before, nobody sees any of it.
//!
//! ```text
//! Store ── current ──▶ Version ── manifest, files ──▶ StoredFile ── ranges
//!       └─ begin ────▶ Change ─── scratch … commit … commit … end
//! ```
//!
//! There are three kinds of stores:
//!
//! - [`LocalStore`], a folder. A commit builds the next folder beside it and exchanges the
//!   two in one step; a lock keeps a second change out.
//! - [`Versioned`], a store of objects that knows no renames, and can put an object only if its
//!   name is free, as S3 can. A commit puts the next version's manifest under its number; of two
//!   changes that race one is told so. `storage/objects.rs` has the [`Objects`] of S3, Google and
//!   Azure.
//! - [`Published`], files that can be read by their names, and neither listed nor changed, such as
//!   on a web server.
//!
//! Parts of a conversion that other processes have written wait for their commit in a place that
//! belongs to the dataset ([`Store::begin_part`], [`WaitingPart`]): in a folder beside a local
//! dataset (`dataset/waiting.rs`), or in the object store, under names that no version has
//! (`sent_parts.rs`). A commit that takes parts ([`Change::take`]) removes them there.
//!
//! These use the interface: all reading (`Dataset`, `read_dataset`, `verify` and functions built on
//! them), the conversion of archives (`plan`, `write_part`, `commit`, `convert`), and
//! `match_dataset`. These do not: `update` and so `refresh`, which read the folder of the old
//! version to rewrite its files. They accept only a [`LocalStore`] (or its path), so that the
//! compiler refuses other stores.
//!
//! After a crash, with any store, the current version is complete, and is either the version before
//! or the one after the commit that was under way. Nobody sees the leftovers of a change that died;
//! the next change removes them when it begins, when it commits, or when it ends. Only parts
//! that wait stay until they are committed or removed, since nobody can tell whether they will still
//! be committed.

mod files;
mod folder;
mod local;
mod local_part;
mod notes;
mod objects;
mod published;
mod ranges;
mod scratch;
mod sent_parts;
mod stored_file;
mod upkeep;
mod versioned;
mod versions;

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::DatasetError;
use super::layout::NewFile;
use super::manifest::Manifest;
use super::waiting::{Waiting, WaitingPart};

pub use files::Files;
pub(super) use folder::Folder;
pub(super) use local::LOOKS;
pub use local::LocalStore;
pub use notes::{Notes, OpenUpload};
pub use objects::Objects;
pub use published::Published;
pub use ranges::Ranges;
pub use stored_file::StoredFile;
pub use versioned::Versioned;

/// The place of one dataset.
pub trait Store: Debug + Send + Sync {
    /// Its path or URL, for messages.
    fn place(&self) -> &Path;

    /// The newest version; `None` if there is no dataset yet. Leftovers of a crash are never
    /// visible.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails, or the manifest cannot be understood.
    fn current(&self) -> Result<Option<Version>, DatasetError>;

    /// Begins a change of a dataset that need not exist yet, and removes leftovers of dead changes,
    /// as far as they can be recognised now. `act` tells other processes what the change is, such
    /// as `convert`.
    ///
    /// # Errors
    /// [`DatasetError::Locked`] if another change holds the lock, [`DatasetError::Foreign`] if the
    /// place has content that is not a dataset, and other errors if the store fails.
    fn begin(&self, act: &str) -> Result<Box<dyn Change>, DatasetError>;

    /// Begins to write the part `name`, which will wait for its commit. Several runs, on any
    /// machines, may write the same part.
    ///
    /// # Errors
    /// [`DatasetError::Foreign`] if the place has content that is not a dataset, and other errors
    /// if the store fails.
    fn begin_part(&self, name: &str) -> Result<Box<dyn NewPart>, DatasetError>;

    /// The part of a name, if it waits and its files have not changed.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn part(&self, name: &str) -> Result<Option<WaitingPart>, DatasetError>;

    /// All parts that wait, and those that the current version has taken. Nothing is changed.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn parts(&self) -> Result<Waiting, DatasetError>;

    /// True if the files of a part that waits are there as they were written.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn is_whole(&self, part: &WaitingPart) -> Result<bool, DatasetError>;

    /// Writes the note of a part that waits again, with other content about the same files.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn restate(&self, part: &WaitingPart) -> Result<(), DatasetError>;

    /// The local folder with the files of a part that waits; `None` if its files are in the store
    /// already, under their final names.
    fn part_folder(&self, name: &str) -> Option<PathBuf>;

    /// Removes parts that wait, and what dead runs of their tasks have left. Files that the current
    /// version names stay.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn remove_parts(&self, names: &[String]) -> Result<(), DatasetError>;
}

/// A part that is being written. If it is dropped before it is finished, its files are removed.
pub trait NewPart: Debug + Send {
    /// An empty folder on a local disk, to write in.
    fn folder(&self) -> &Path;

    /// Lets the part wait for its commit; returns it with the names that its files have there.
    /// Another run may have finished the same part before: then that part is returned.
    ///
    /// # Errors
    /// [`DatasetError`] if the store fails.
    fn finish(self: Box<Self>, part: WaitingPart) -> Result<WaitingPart, DatasetError>;
}

/// One version of a dataset: its manifest and its files.
#[derive(Debug)]
pub struct Version {
    /// Distinguishes it from every other version.
    pub id: VersionId,
    pub manifest: Manifest,
    pub files: Arc<dyn Files>,
    /// True if the place has only files of this version, so that a file that the manifest does not
    /// name is an error. In other stores there may also be files of other changes.
    pub is_alone: bool,
}

/// Distinguishes one version from another; its text has no other meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionId(pub String);

/// A change of a dataset under way. If it is dropped before [`Change::commit`] has returned, or if
/// the process dies, the dataset is unchanged, and the written files are removed, at once or by a
/// later change.
pub trait Change: Debug + Send + Sync {
    /// The manifest of the version that the next commit builds on; `None` if there is no
    /// dataset yet.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be read.
    fn manifest(&self) -> Result<Option<Manifest>, DatasetError>;

    /// All files that are in the store now, visible or not.
    fn files(&self) -> Arc<dyn Files>;

    /// An empty folder on a local disk, to write in; it is removed when the change ends.
    ///
    /// # Errors
    /// [`DatasetError`] if it cannot be made.
    fn scratch(&self, name: &str) -> Result<PathBuf, DatasetError>;

    /// Removes such a folder before the change ends.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    fn discard(&self, scratch: &Path) -> Result<(), DatasetError>;

    /// The folder on a disk of this machine in which finished archives wait for others, even after
    /// the change has ended; `None` if there is none, so that a run that failed starts again.
    fn waiting_folder(&self) -> Option<PathBuf>;

    /// The suffix of the names of new files, before `.parquet`, which no other change uses; empty
    /// if a change is alone. To be asked for each commit.
    fn suffix(&self) -> String;

    /// Says that the next commit takes these parts: when it has happened, they no longer wait.
    fn take(&self, names: Vec<String>);

    /// Makes the version that `manifest` describes the current one, in one step: files of the
    /// previous version that the manifest names stay, `new` files are added, and other files of
    /// tables are removed. The tables' Delta Lake logs continue, or start again.
    ///
    /// # Errors
    /// [`DatasetError::Overtaken`] if another change has committed since this one began; the
    /// dataset then has the other change's version. Other errors if the store fails; the dataset is
    /// then unchanged, unless the store does not answer any more: then [`Store::current`] shows
    /// later which version is there.
    fn commit(&self, manifest: &Manifest, new: &[NewFile], logs: Logs) -> Result<(), DatasetError>;

    /// Ends the change, and removes its local files, and what dead changes have left.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails; what has been committed stands.
    fn end(self: Box<Self>) -> Result<(), DatasetError>;
}

/// What happens to the tables' logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logs {
    /// They get a further version.
    Continue,
    /// They start again, like the dataset.
    Begin,
}

/// Reads a manifest; `None` if there is none of that name.
fn read_manifest(files: &dyn Files, name: &str) -> Result<Option<Manifest>, DatasetError> {
    match StoredFile::open(files, name) {
        Ok(file) => Manifest::parse(file.path(), &file.read_all()?).map(Some),
        Err(error) if error.is_missing() => Ok(None),
        Err(DatasetError::Io { path, source, .. }) => Err(DatasetError::io("read", &path)(source)),
        Err(error) => Err(error),
    }
}
