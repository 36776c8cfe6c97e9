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
    #[error("{path} has no index, which converting a part of it needs")]
    NoIndex { path: PathBuf },
    #[error("{path} holds several members with the same name, which may lie in different shards")]
    Repeats { path: PathBuf },
    #[error("{path} is in the dataset with another number of shards")]
    OtherParts { path: PathBuf },
    #[error("no index can be written beside {path}: it is a stream, or on a web server")]
    NoPlaceForIndex { path: PathBuf },
    #[error("two of the archives have the file name of {path}")]
    Twice { path: PathBuf },
    #[error("the dataset has other tables than are selected")]
    OtherTables,
    #[error("there is no table {name}")]
    UnknownTable { name: String },
    #[error("the table {table} has no column {name}")]
    UnknownColumn { table: String, name: String },
    #[error("{path} does not tell whether its {table} are summaries or activities")]
    WhichDump { path: PathBuf, table: String },
    #[error(
        "{path} has members that come again later ({count}); their earlier rows have been handed out, which a conversion removes"
    )]
    Repeated { path: PathBuf, count: u64 },
    #[error("{path} has changed since the task was planned")]
    Changed { path: PathBuf },
    #[error("the files in {folder} have another format than this orcidlake writes")]
    OtherFormat { folder: PathBuf },
    #[error("cannot start threads")]
    Threads(#[source] std::io::Error),
    #[error("stopped before the end")]
    Stopped,
}
