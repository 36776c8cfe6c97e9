//! An archive to be read, and how.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use super::shard::Shard;
use targz_seek::OwnedMember;

/// An archive to be read.
pub struct Source<'s> {
    pub path: &'s Path,
    pub size_bytes: Option<u64>,
    /// Read the complete members of a damaged archive.
    pub salvage: bool,
    pub mode: ReadMode,
    /// The source of its members, if it is not the path.
    pub members: Option<&'s mut dyn Iterator<Item = io::Result<OwnedMember>>>,
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

/// The name of an archive in rows.
pub fn archive_name(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()
}
