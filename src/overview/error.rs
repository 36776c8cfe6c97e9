//! Why a dataset cannot be counted.

use arrow::error::ArrowError;

use crate::dataset::DatasetError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverviewError {
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error("the dates of {table} cannot be read")]
    Dates { table: String, source: ArrowError },
    #[error("stopped before the end")]
    Stopped,
}
