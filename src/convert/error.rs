//! Why an archive did not become part of a dataset.

use std::path::PathBuf;

use crate::dataset::DatasetError;
use crate::slice::SliceError;
use targz_seek::ArchiveError;

/// Numbers of missing parts that are listed.
const LISTED_PARTS: usize = 20;

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
    #[error("{path} is a dataset that orcidlake has made ({what}), not an archive")]
    IsDataset { path: PathBuf, what: String },
    #[error("{archive} shares {count} members with an archive of the dataset, such as {named}")]
    SharedMembers { archive: String, count: u64, named: String },
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
    #[error("the parts of {path} were made of archives with different contents")]
    OtherContents { path: PathBuf },
    #[error("{path} is in the dataset with another number of shards")]
    OtherParts { path: PathBuf },
    #[error("{path} can be read from its beginning only: its server does not send parts of files")]
    NoRanges { path: PathBuf },
    #[error("no index can be written beside {path}: it is a stream, or on a web server")]
    NoPlaceForIndex { path: PathBuf },
    #[error("two of the archives have the file name of {path}")]
    Twice { path: PathBuf },
    #[error("the dataset has other tables than are selected")]
    OtherTables,
    #[error("the dataset has {has}, and this would add {adds}")]
    OtherPeople { has: String, adds: String },
    #[error("{path} cannot be joined with the others")]
    CannotJoin { path: PathBuf, source: Box<ConvertError> },
    #[error(
        "{path} has activities, which are kept of the people whose records the dataset has; it has no records yet"
    )]
    NoRecordsYet { path: PathBuf },
    #[error(transparent)]
    Slice(#[from] SliceError),
    #[error("{part} has other tables than the dataset, or than the other parts")]
    PartOfOtherTables { part: String, archive: String },
    #[error(
        "these parts were planned to be added to the dataset, and would now replace it without {}",
        .archives.join(", ")
    )]
    WouldDrop { archives: Vec<String> },
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
    #[error("{path} has changed since this run began")]
    ChangedMeanwhile { path: PathBuf },
    #[error("{part} was written by orcidlake {found}, and this is another version")]
    OtherVersion { part: String, archive: String, found: String },
    #[error("{path} is a stream, which can be read once only, by one process")]
    Stream { path: PathBuf },
    #[error("{} of {of} parts of {path} {} missing: {}", .missing.len(), are(.missing), listed(.missing))]
    MissingParts { path: PathBuf, missing: Vec<u64>, of: u64 },
    #[error("parts {first}/{of} and {second}/{of} of {path} were made with different indexes")]
    Gap { path: PathBuf, first: u64, second: u64, of: u64 },
    #[error("the files of {part} do not wait for a commit to {place}, or are not those that were written")]
    NoPart { part: String, archive: String, place: PathBuf },
    #[error("cannot start threads")]
    Threads(#[source] std::io::Error),
    #[error("stopped before the end")]
    Stopped,
}

fn are(missing: &[u64]) -> &'static str {
    if missing.len() == 1 { "is" } else { "are" }
}

/// The first of the numbers.
fn listed(missing: &[u64]) -> String {
    let numbers: Vec<String> = missing.iter().take(LISTED_PARTS).map(u64::to_string).collect();
    let more = missing.len() - numbers.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", numbers.join(", "))
}
