//! Why a dataset could not be written in another form.

use std::io;
use std::path::{Path, PathBuf};

use crate::dataset::DatasetError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error("{path} has no {table}, which decide about the selected people")]
    NoTable { path: PathBuf, table: &'static str },
    #[error("there is something at {path} already")]
    Exists { path: PathBuf },
    #[error("cannot write {path}")]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot write the database {path}: {reason}")]
    Database { path: PathBuf, reason: String },
    #[error("cannot write the workbook {path}: {reason}")]
    Workbook { path: PathBuf, reason: String },
    #[error("stopped before the end")]
    Stopped,
}

impl ExportError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
