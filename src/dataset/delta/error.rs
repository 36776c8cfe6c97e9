//! Why a log cannot be read.

use std::io;
use std::path::PathBuf;

use arrow::error::ArrowError;

use crate::dataset::error::DatasetError;

#[derive(Debug, thiserror::Error)]
pub(super) enum LogError {
    #[error("cannot read {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(Box<DatasetError>),
    #[error("line {line} of {path} is no action: {source}")]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("{path} is no checkpoint: {source}")]
    Checkpoint { path: PathBuf, source: Box<ArrowError> },
    #[error("{folder} lacks version {version}")]
    Gap { folder: PathBuf, version: u64 },
    #[error("{folder} has no protocol and schema that are known here")]
    Protocol { folder: PathBuf },
}

impl LogError {
    /// A file of the log that cannot be read.
    pub fn of(error: DatasetError) -> Self {
        match error {
            DatasetError::Io { path, source, .. } => Self::Io { path, source },
            other => Self::Store(Box::new(other)),
        }
    }
}
