//! Why an archive did not become part of a dataset.

use std::path::PathBuf;

use crate::dataset::DatasetError;
use targz_seek::ArchiveError;

/// A fault that keeps an archive out of the dataset.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error(transparent)]
    Archive(ArchiveError),
    #[error(transparent)]
    Dataset(DatasetError),
    #[error("{path} is of {found}, the dataset of {dataset}")]
    OtherRelease { path: PathBuf, found: u16, dataset: u16 },
    #[error("{path} has the name of an archive that is in the dataset already, but not its content")]
    OtherContent { path: PathBuf },
    #[error("{path} is a dataset that orcidlake has made, not an archive")]
    IsDataset { path: PathBuf },
    #[error("{path} belongs to the dataset at {dataset}, which orcidlake has made")]
    InDataset { path: PathBuf, dataset: PathBuf },
    #[error("{path} holds Parquet files, which are tables already")]
    HoldsTables { path: PathBuf },
    #[error("{path} would bring back rows that a refresh of the dataset has replaced")]
    Refreshed { path: PathBuf },
    #[error("{path} has no index, by which alone it can be taken in parts")]
    NoIndex { path: PathBuf },
    #[error("{path} holds members that come again, which may lie in two parts")]
    Repeats { path: PathBuf },
    #[error("{path} is in the dataset in other parts")]
    OtherParts { path: PathBuf },
    #[error("{path} is read as a stream: an index lies beside a file")]
    NoPlaceForIndex { path: PathBuf },
    #[error("{path} has the file name of another archive that is given")]
    Twice { path: PathBuf },
    #[error("the dataset keeps other tables than --tables selects")]
    OtherTables,
    #[error("there is no table {name}")]
    UnknownTable { name: String },
    #[error("{path} has changed since the task was planned")]
    Changed { path: PathBuf },
    #[error("the files in {folder} have another format than this orcidlake writes")]
    OtherFormat { folder: PathBuf },
    #[error("cannot start threads")]
    Threads(#[source] std::io::Error),
    #[error("stopped before the end")]
    Stopped,
}

impl ConvertError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Archive(error) => error.hint(),
            Self::Dataset(error) => error.hint(),
            Self::OtherRelease { .. } => {
                "a dataset holds one year's dump: give another --out, or --replace to make this one anew"
            }
            Self::OtherContent { .. } => "give another --out, or --replace to make the dataset anew",
            Self::IsDataset { .. } | Self::InDataset { .. } => {
                "give ORCID's archives; a dataset is read as it stands, with `orcidlake inspect` and `get` or \
                 with SQL, and brought up to date with `orcidlake refresh`"
            }
            Self::HoldsTables { .. } => {
                "give ORCID's archives or a folder of .xml files; tables are read as they are, with DuckDB, \
                 Polars, R or Spark"
            }
            Self::Refreshed { .. } => "convert all archives into a new --out, or --replace, then refresh it",
            Self::NoIndex { .. } => "make one with `orcidlake index`",
            Self::Repeats { .. } => "convert it as a whole, without --shard",
            Self::OtherParts { .. } => {
                "give the same number of parts as before, another --out, or --replace to make the dataset anew"
            }
            Self::NoPlaceForIndex { .. } => "leave out --index, or save the archive to a file first",
            Self::Twice { .. } => {
                "name each archive once, and rename one of two that differ: archives are known by their names"
            }
            Self::OtherTables => {
                "leave out --tables, give another --out, or --replace to make the dataset anew"
            }
            Self::UnknownTable { .. } => "`orcidlake schema` lists the tables",
            Self::Changed { .. } => "plan the conversion again",
            Self::OtherFormat { .. } => "convert and commit with one version of orcidlake",
            Self::Threads(_) => "give a smaller --threads",
            Self::Stopped => "run the same command again; archives that are finished are not read again",
        }
    }
}
