//! Why two datasets cannot be compared.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use crate::dataset::DatasetError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error("{path} has no records, by which people are compared")]
    NoRecords { path: PathBuf },
    #[error("{path} is not empty")]
    NotEmpty { path: PathBuf },
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot write {path}")]
    Write { path: PathBuf, source: ParquetError },
    #[error("stopped before the end")]
    Stopped,
}

impl CompareError {
    pub(super) fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { act, path, source }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}
