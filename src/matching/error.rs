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

impl MatchError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Dataset(error) => error.hint(),
            Self::Threads(_) => "give fewer --threads",
            Self::NoOrganizations => "convert with these tables",
            Self::NotMatched => "run `orcidlake match DIR --ror-release FILE` first",
            Self::File { .. } => "check the path and the permissions",
            Self::Stopped => "run the same command again; the dataset is as it was",
        }
    }
}
