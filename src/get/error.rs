//! Why rows could not be given.

use crate::dataset::DatasetError;
use targz_seek::ArchiveError;

/// A fault of what rows are read from.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Dataset(#[from] DatasetError),
}
