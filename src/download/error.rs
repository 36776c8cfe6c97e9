//! Why a release or a file of it cannot be had.

use std::io;
use std::path::{Path, PathBuf};

use crate::storage::StorageError;

/// What went wrong with a download.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The source has no release of this name.
    #[error("there is no release {wanted}; there are {}", list(known))]
    NoRelease { wanted: String, known: Vec<String> },
    /// The release has no file of the kind that was asked for.
    #[error("release {release} has no {wanted}; its files are {}", list(files))]
    NoFile { release: String, wanted: String, files: Vec<String> },
    /// An answer came, but it is not what the API documents.
    #[error("the answer of {place} is not understood: {reason}")]
    NotUnderstood { place: PathBuf, reason: String },
    /// There is no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    /// A file with the name of the release's, which is not changed.
    #[error("{path} exists, and it is not the file of the release: {what}")]
    OtherFile { path: PathBuf, what: String },
    #[error("{path} needs {needed_bytes} bytes more, but its file system has {free_bytes} bytes free")]
    NoRoom { path: PathBuf, needed_bytes: u64, free_bytes: u64 },
    #[error("{path} is being downloaded by another process")]
    InUse { path: PathBuf },
    #[error("{path} was downloaded twice with a wrong content: its MD5 is {found}, not {expected}")]
    Digest { path: PathBuf, expected: String, found: String },
    #[error("downloading was stopped")]
    Stopped,
}

impl DownloadError {
    /// An error of the disk.
    pub(super) fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { act, path, source }
    }

    /// What ended the attempts to get `place`: a fault of its server, or a stop.
    pub(super) fn of_attempts(place: &Path, error: io::Error) -> Self {
        match error.downcast::<StorageError>() {
            Ok(error) => Self::Storage(error),
            Err(error) if error.kind() == io::ErrorKind::Other => Self::Stopped,
            Err(source) => Self::Io { act: "get", path: place.to_owned(), source },
        }
    }
}

/// Names after each other; many are cut short.
fn list(names: &[String]) -> String {
    /// Names that a message has room for.
    const MAX_NAMES: usize = 16;
    match names.len() {
        0 => "none".to_owned(),
        count if count > MAX_NAMES => {
            format!("{} and {} more", names[..MAX_NAMES].join(", "), count - MAX_NAMES)
        }
        _ => names.join(", "),
    }
}
