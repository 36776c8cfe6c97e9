//! Why a dataset could not be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// An error of the disk, or of the data on it.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    #[error("no space left on the disk while writing {path}")]
    DiskFull { path: PathBuf, source: io::Error },
    #[error("cannot {act} the table file {path}")]
    Parquet { act: &'static str, path: PathBuf, source: parquet::errors::ParquetError },
    #[error("{path} differs from the file that was written: {what}")]
    Damaged { path: PathBuf, what: String },
    #[error("stopped before the end")]
    Stopped,
    #[error("there is no table {key}")]
    NoTable { key: String },
    #[error("{path} is not an orcidlake dataset: it has no orcidlake.json")]
    NoDataset { path: PathBuf },
    #[error("{path} is not empty and not an orcidlake dataset")]
    Foreign { path: PathBuf },
    #[error("the manifest {path} cannot be understood")]
    Manifest { path: PathBuf, source: serde_json::Error },
    #[error("{path} has format version {found}; this orcidlake reads {known}")]
    Version { path: PathBuf, found: u32, known: u32 },
    #[error(
        "{path} has format version {found}, which this orcidlake can read but not change: it writes {known}"
    )]
    OlderFormat { path: PathBuf, found: u32, known: u32 },
    #[error("{path} is being changed by another orcidlake ({holder})")]
    Locked { path: PathBuf, holder: String },
    #[error("{path} has been changed by another orcidlake since this change of it began")]
    Overtaken { path: PathBuf },
    #[error("{path} is the copy of a dataset folder, which can be read but not changed where it is")]
    Copied { path: PathBuf },
    #[error(
        "the store of {path} replaces an object although it was asked to put it only if its name is free"
    )]
    NoConditions { path: PathBuf },
    #[error("{path} can be read only")]
    ReadOnly { path: PathBuf },
    #[error("{path} was changed by another orcidlake each of the {looks} times that it was read")]
    AlwaysChanging { path: PathBuf, looks: usize },
    #[error("{path} cannot be swapped for its next state: it is {what}")]
    NotSwappable { path: PathBuf, what: &'static str },
    #[error(
        "there is too little room to change {path}: {needed_bytes} bytes may be needed, {free_bytes} are free"
    )]
    NoRoom { path: PathBuf, needed_bytes: u64, free_bytes: u64 },
    #[error("{count} members came more than once; at most {limit} can be put right")]
    TooManyDuplicates { count: usize, limit: usize },
}

impl DatasetError {
    /// True if a file does not exist.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// True if a file may not be read.
    pub(super) fn is_denied(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied)
    }

    /// An error of the file system; a full disk has its own variant.
    pub fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, source },
            _ => Self::Io { act, path, source },
        }
    }

    /// An error of the Parquet library; a full disk may be its cause.
    pub fn parquet(
        act: &'static str,
        path: &Path,
    ) -> impl FnOnce(parquet::errors::ParquetError) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source {
            parquet::errors::ParquetError::External(cause) => match cause.downcast::<io::Error>() {
                Ok(source) => Self::io(act, &path)(*source),
                Err(cause) => {
                    Self::Parquet { act, path, source: parquet::errors::ParquetError::External(cause) }
                }
            },
            source => Self::Parquet { act, path, source },
        }
    }
}

/// The error that says what is wrong with a file.
pub(super) fn damaged<T>(path: &Path, what: String) -> Result<T, DatasetError> {
    Err(DatasetError::Damaged { path: path.to_owned(), what })
}
