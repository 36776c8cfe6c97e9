//! Why a dataset could not be matched.

use std::io;
use std::path::PathBuf;

use crate::dataset::DatasetError;

/// A fault of the dataset or of the machine.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error("cannot start the threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    #[error(
        "the dataset has no organizations: it has none of the tables affiliations, fundings, peer_reviews"
    )]
    NoOrganizations,
    #[error("the dataset has not been matched to ROR")]
    NotMatched,
    #[error("cannot read {path}")]
    File { path: PathBuf, source: io::Error },
    #[error("stopped")]
    Stopped,
}
