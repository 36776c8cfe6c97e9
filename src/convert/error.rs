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
    #[error("{path} is a dump of {found}, but the dataset is of {dataset}")]
    OtherRelease { path: PathBuf, found: u16, dataset: u16 },
    #[error("the dataset has an archive with the name of {path} and other content")]
    OtherContent { path: PathBuf },
    #[error("{path} is a dataset that orcidlake has made, not an archive")]
    IsDataset { path: PathBuf },
    #[error("{path} belongs to the dataset at {dataset}, which orcidlake has made")]
    InDataset { path: PathBuf, dataset: PathBuf },
    #[error("{path} holds Parquet files, which are tables already")]
    HoldsTables { path: PathBuf },
    #[error("{path} has older rows than the dataset, which has been refreshed")]
    Refreshed { path: PathBuf },
    #[error("{path} has no index, which --shard needs")]
    NoIndex { path: PathBuf },
    #[error("{path} holds several members with the same name, which may lie in different shards")]
    Repeats { path: PathBuf },
    #[error("{path} is in the dataset with another number of shards")]
    OtherParts { path: PathBuf },
    #[error("{path} is read as a stream, and an index is written beside a file")]
    NoPlaceForIndex { path: PathBuf },
    #[error("two of the archives have the file name of {path}")]
    Twice { path: PathBuf },
    #[error("the dataset has other tables than --tables selects")]
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
                "a dataset holds the dump of one year: give another --out, or --replace to replace this dataset"
            }
            Self::OtherContent { .. } => "give another --out, or --replace to replace the dataset",
            Self::IsDataset { .. } | Self::InDataset { .. } => {
                "give ORCID's archives; read a dataset with `orcidlake inspect`, `orcidlake get` or SQL, and \
                 bring it up to date with `orcidlake refresh`"
            }
            Self::HoldsTables { .. } => {
                "give ORCID's archives or a folder of .xml files; tables are read as they are, with DuckDB, \
                 Polars, R or Spark"
            }
            Self::Refreshed { .. } => "convert all archives into a new --out, or --replace, then refresh it",
            Self::NoIndex { .. } => "run `orcidlake index ARCHIVE`",
            Self::Repeats { .. } => "convert it as a whole, without --shard",
            Self::OtherParts { .. } => {
                "give the same number of shards as before, another --out, or --replace to replace the dataset"
            }
            Self::NoPlaceForIndex { .. } => "leave out --index, or save the archive to a file first",
            Self::Twice { .. } => {
                "give each archive once; if two archives differ, rename one: archives are recognised by their file names"
            }
            Self::OtherTables => {
                "leave out --tables, give another --out, or --replace to replace the dataset"
            }
            Self::UnknownTable { .. } => "`orcidlake schema` lists the tables",
            Self::Changed { .. } => "plan the conversion again",
            Self::OtherFormat { .. } => "convert and commit with one version of orcidlake",
            Self::Threads(_) => "give a smaller --threads",
            Self::Stopped => "run the same command again; archives that are finished are not read again",
        }
    }
}
