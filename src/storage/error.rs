//! Why a place in an object store cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use super::Remote;
use super::fault::{StoreFault, StoreError};

/// A fault of a place that is named by a URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    #[error("{path} has a scheme that is not known")]
    UnknownScheme { path: PathBuf },
    #[error("{path} has one slash after its scheme, where a URL has two")]
    OneSlash { path: PathBuf },
    #[error("{path} names no bucket or host")]
    NoBucket { path: PathBuf },
    #[error("{path} is not a URL: {reason}")]
    NotAUrl { path: PathBuf, reason: String },
    #[error("{path} is not the URL of a file on this machine")]
    NoLocalPath { path: PathBuf },
    #[error("the store of {place} has no option {key}")]
    UnknownOption { key: String, place: PathBuf },
    #[error("cannot {act} {place}: {reason}")]
    Failed { act: &'static str, place: PathBuf, kind: io::ErrorKind, fault: StoreFault, reason: String },
}

impl StorageError {
    /// What the store answered, without the parts of the URL that may be secret.
    pub(crate) fn new(act: &'static str, remote: &Remote, error: object_store::Error) -> Self {
        let error = StoreError::new(remote, &error);
        let (kind, fault, reason) = (error.kind(), error.fault, error.to_string());
        Self::Failed { act, place: remote.shown().to_owned(), kind, fault, reason }
    }

    pub(super) fn not_a_url(path: &Path, error: url::ParseError) -> Self {
        // A password may stand before the host, and a signature behind a question mark.
        let text = path.to_string_lossy();
        let text = text.split('?').next().unwrap_or_default();
        let path = if text.contains('@') { "the path".into() } else { text.into() };
        Self::NotAUrl { path, reason: error.to_string() }
    }
}

impl From<StorageError> for io::Error {
    fn from(error: StorageError) -> Self {
        let kind = match &error {
            StorageError::Failed { kind, .. } => *kind,
            _ => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}
