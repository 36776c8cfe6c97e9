//! Who hears how a search in an archive goes on.

use std::path::Path;

use targz_seek::{ArchiveError, Meter};

/// Hears how a search in an archive goes on: a progress line, a note, nobody.
pub trait Observer {
    /// The search begins. The meter tells how much has been read, and stops the search from
    /// another thread, which then fails with [`ArchiveError::Stopped`].
    fn begun(&self, _archive: &Path, _meter: &Meter) {}
    /// The index beside the archive cannot be used, or not to its end; the archive is read from
    /// its beginning instead.
    fn index_unused(&self, _reason: &ArchiveError) {}
}

/// Nobody.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {}
