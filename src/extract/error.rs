//! Why no dataset could be made of another.

use std::path::PathBuf;

use crate::dataset::DatasetError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error("there is a dataset at {path} already")]
    Exists { path: PathBuf },
    #[error("{path} has no {table}, which decide about the selected people")]
    NoTable { path: PathBuf, table: &'static str },
    #[error("cannot start threads")]
    Threads(#[source] std::io::Error),
    #[error("stopped before the end")]
    Stopped,
}
