//! Why an index could not be used or made.

use std::io;
use std::path::{Path, PathBuf};

/// A fault of an index; the archive itself may be sound.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    #[error("{path} is no index of an archive, or is cut off")]
    NotAnIndex { path: PathBuf },
    #[error("{path} is damaged: {what} is not what was written")]
    Damaged { path: PathBuf, what: String },
    #[error("{path} is of format {found}, this program knows {known}")]
    Version { path: PathBuf, found: u32, known: u32 },
    #[error("{path} was made of another archive or of another state of this one")]
    Stale { path: PathBuf },
    #[error("{path} knows other chunks than this program reads")]
    OtherChunks { path: PathBuf },
    #[error("{path} needs no index")]
    NoNeed { path: PathBuf },
    #[error("{path} is there and is no index")]
    InTheWay { path: PathBuf },
    #[error("{path} is being written by another process")]
    Busy { path: PathBuf },
    #[error("the archive changed while its index was made")]
    Changed,
}

impl IndexError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check the path, the permissions and the room on the disk",
            Self::NotAnIndex { .. }
            | Self::Damaged { .. }
            | Self::Version { .. }
            | Self::Stale { .. }
            | Self::OtherChunks { .. } => "make it anew with `orcidlake index`, or remove it",
            Self::NoNeed { .. } => "an index is for .tar.gz and .tar archives that lie on a disk",
            Self::InTheWay { .. } => "remove or rename the file; `index` can write elsewhere with --out",
            Self::Busy { .. } => "wait until it is done",
            Self::Changed => "wait until the archive is complete, then make the index",
        }
    }

    /// Says that an I/O operation on `path` failed.
    pub(super) fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { act, path, source }
    }
}
