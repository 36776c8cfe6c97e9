//! Why the queue's file cannot be used.

use std::path::PathBuf;

use crate::sqlite::SqliteFault;

/// A fault of the queue's file.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("cannot use the queue {path}")]
    Unusable { path: PathBuf, source: rusqlite::Error },
    #[error("another program is reading the queue {path}")]
    BeingRead { path: PathBuf },
    #[error("the queue {path} has version {found}; this orcidlake reads {known}")]
    Version { path: PathBuf, found: i64, known: i64 },
}

/// What kind of fault it is, for advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueFault {
    /// The disk is full; what was fetched stays.
    DiskFull,
    /// The file cannot be read as a database: what was fetched is lost.
    Damaged,
    /// The file may not be opened or written.
    NotAllowed,
    /// Another program uses it for too long.
    InUse,
    /// Another program reads it for too long, while it is to be closed.
    BeingRead,
    /// Another version of this program has written it.
    OtherVersion,
    Other,
}

impl QueueError {
    /// What kind of fault it is.
    pub fn fault(&self) -> QueueFault {
        let source = match self {
            Self::Unusable { source, .. } => source,
            Self::BeingRead { .. } => return QueueFault::BeingRead,
            Self::Version { .. } => return QueueFault::OtherVersion,
        };
        match SqliteFault::of(source) {
            SqliteFault::DiskFull => QueueFault::DiskFull,
            SqliteFault::Damaged => QueueFault::Damaged,
            SqliteFault::NotAllowed => QueueFault::NotAllowed,
            SqliteFault::InUse => QueueFault::InUse,
            SqliteFault::Other => QueueFault::Other,
        }
    }
}
