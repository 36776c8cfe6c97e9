//! Reasons why an index cannot be used or written.

use std::io;
use std::path::{Path, PathBuf};

/// A fault of an index. The archive itself may be sound, and can be read without the index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The operating system failed.
    #[error("cannot {act} {path}")]
    Io {
        /// What was tried, as a verb: `open`, `read`, `make`, `write`, `rename`.
        act: &'static str,
        /// The index, its unfinished file, or the archive.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file does not begin and end as an index does.
    #[error("{path} is not an index of an archive, or is cut off")]
    NotAnIndex {
        /// The file.
        path: PathBuf,
    },
    /// A digest in the index does not fit the index, or the archive's data do not fit the
    /// index.
    #[error("{path} is damaged: {what} differs from what was written")]
    Damaged {
        /// The index.
        path: PathBuf,
        /// The part that is wrong, in English, such as `a page`.
        what: String,
    },
    /// Another version of this crate wrote the index, in another format.
    #[error("{path} has format {found}, this program reads {known}")]
    Version {
        /// The index.
        path: PathBuf,
        /// The version of its format.
        found: u32,
        /// The version that this crate reads.
        known: u32,
    },
    /// Size or ends of the archive are not those that the index was made for.
    #[error("{path} was made of another archive or of an earlier state of this one")]
    Stale {
        /// The index.
        path: PathBuf,
    },
    /// The index was made with another [`chunk_bytes`](crate::Options), so that a reader of
    /// parts would get other chunks than a reader of the whole. Callers that need the same
    /// chunks make this error after comparing [`Contents::chunk_bytes`](super::Contents).
    #[error("{path} was made for chunks of another size")]
    OtherChunks {
        /// The index.
        path: PathBuf,
    },
    /// An index was asked for a folder, a stream or a single file, which cannot have one.
    #[error("{path} needs no index")]
    NoNeed {
        /// The folder, stream or file.
        path: PathBuf,
    },
    /// The file that the index would replace is not an index.
    #[error("{path} exists and is not an index")]
    InTheWay {
        /// The file, which is left as it is.
        path: PathBuf,
    },
    /// Another process holds the lock of the unfinished index.
    #[error("{path} is being written by another process")]
    Busy {
        /// The index.
        path: PathBuf,
    },
    /// Size or ends of the archive changed between the beginning and the end of its index.
    #[error("the archive changed while its index was made")]
    Changed,
}

impl IndexError {
    /// Says that an I/O operation on `path` failed.
    pub(super) fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { act, path, source }
    }
}
