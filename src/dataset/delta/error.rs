//! Why a log cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;

#[derive(Debug, thiserror::Error)]
pub(super) enum LogError {
    #[error("cannot read {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
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
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
