//! Why organisations could not be read.

use std::io;
use std::path::PathBuf;

/// A fault of a ROR release, or of a table that a user gave.
#[derive(Debug, thiserror::Error)]
pub enum OrgsError {
    #[error("cannot read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} is not a zip file that can be read")]
    Zip { path: PathBuf, source: zip::result::ZipError },
    #[error("{path} holds no file ending in .json")]
    NoJson { path: PathBuf },
    #[error("{path} is not a ROR release: {what}")]
    NotRor { path: PathBuf, what: &'static str },
    #[error("organisation {number} of {path} cannot be understood")]
    Organization { path: PathBuf, number: usize, source: serde_json::Error },
    #[error("organisation {number} of {path} has \"{id}\" where a ROR id belongs")]
    Id { path: PathBuf, number: usize, id: String },
    #[error("{path} has the organisation {id} twice")]
    Twice { path: PathBuf, id: String },
    #[error("{path}: {what}")]
    Table { path: PathBuf, what: String },
}

impl OrgsError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "check the path and the permissions",
            Self::Zip { .. } | Self::NoJson { .. } | Self::NotRor { .. } => {
                "give the zip of a ROR release from https://doi.org/10.5281/zenodo.6347574, or the JSON in it"
            }
            Self::Organization { .. } | Self::Id { .. } | Self::Twice { .. } => {
                "the file seems to be damaged: download the ROR release again"
            }
            Self::Table { .. } => "`orcidlake help match` tells the columns of each table",
        }
    }
}
