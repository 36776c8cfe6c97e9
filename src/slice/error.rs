//! Why people cannot be selected so.

use std::path::PathBuf;

use super::list::LineFaults;
use ror_match::RorError;

/// What is wrong with a selection, or with the files that it is read from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SliceError {
    #[error("the release {release} of ROR has no organisation {id}")]
    NotInRelease { id: String, release: String },
    #[error(transparent)]
    Ror(#[from] RorError),
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path}: {faults}")]
    Lines { path: PathBuf, faults: LineFaults },
    #[error("the people were selected from an institution of ROR, and no release of ROR is known")]
    NoRelease,
    #[error("the people are those of a list, and no list of iDs is known")]
    NoList,
    #[error("{text}")]
    Invalid { text: String },
    #[error("the people were selected by {wanted}, and these files select by {found}: {differs}")]
    Other { wanted: String, found: String, differs: &'static str },
}
