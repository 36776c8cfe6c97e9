//! An archive to be read, and how.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::shard::Shard;
use crate::dataset::Visibility;
use crate::storage::{self, ArchiveFile};
use targz_seek::{Meter, OwnedMember};

/// An archive to be read.
pub struct Source<'s> {
    pub path: &'s Path,
    pub size_bytes: Option<u64>,
    /// Read the complete members of a damaged archive.
    pub salvage: bool,
    pub mode: ReadMode,
    /// Whether documents that are not public may be among the members.
    pub may_hold: Visibility,
    pub content: Content<'s>,
}

/// Where the members of an archive come from.
pub enum Content<'s> {
    Archive(&'s Arc<ArchiveFile>),
    Members(&'s mut dyn Iterator<Item = io::Result<OwnedMember>>),
}

/// The options for reading an archive.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadMode {
    /// How many readers may share the archive, if it has an index.
    pub readers: usize,
    /// Write the index, unless a good one is there.
    pub write_index: bool,
    /// Read this part only.
    pub shard: Option<Shard>,
    /// What to do if members with the same name may lie in different parts.
    pub repeated: Repeated,
}

/// Where an archive is read in which names occur more than once, if a part of it is asked for. Only
/// who reads all of it knows which of several members with the same name counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repeated {
    /// Nowhere: it is an error.
    #[default]
    Refused,
    /// All of it in the first part; the other parts are empty.
    InFirstPart,
}

impl Source<'_> {
    /// Follows the reading, and can stop it.
    pub fn meter(&self) -> Meter {
        match &self.content {
            Content::Archive(archive) => archive.meter().clone(),
            Content::Members(_) => Meter::default(),
        }
    }
}

/// The name of an archive in rows.
pub fn archive_name(path: &Path) -> Cow<'_, str> {
    storage::file_name(path)
}
