//! Why a refresh could not be done.

use std::path::PathBuf;

use super::queue::QueueError;
use crate::convert::ConvertError;
use crate::dataset::DatasetError;
use crate::slice::LineFaults;
use crate::storage::StorageError;
use orcid_api::ApiError;
use targz_seek::ArchiveError;

/// Why the state of connected people cannot be read or written.
pub type StateFault = Box<dyn std::error::Error + Send + Sync>;

/// An error that ends a refresh; fetched answers stay in the queue.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: std::io::Error },
    #[error("\"{text}\" is not {expected}")]
    Scope { text: String, expected: &'static str },
    #[error("the scope is empty: {what} has no content")]
    EmptyScope { what: String },
    #[error("no scope: say whose records are to be refreshed")]
    NoScope,
    #[error("the dataset has only people by {selection}, and this would select others")]
    OtherPeople { selection: String },
    #[error("the dataset has all people, and this would select some of them")]
    NoSelection,
    #[error("{path}: line {line} is not {expected}")]
    Line { path: PathBuf, line: u64, expected: &'static str },
    #[error(
        "{path} is cut off: its last line, {line}, has no line end, and it is shorter than the others or has another format"
    )]
    CutOff { path: PathBuf, line: u64 },
    #[error("{path}: {faults}")]
    ListLines { path: PathBuf, faults: LineFaults },
    #[error("{path} lists no changed record: it is empty, cut off, or another file")]
    NoChanges { path: PathBuf },
    #[error(
        "{place} has no list of changes: neither orcid-lambda-file/last_modified.csv.tar nor last_modified.csv.tar"
    )]
    NoList { place: PathBuf },
    #[error("{place} is a bucket, which cannot be searched")]
    NotSearchable { place: PathBuf },
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the dataset has no date of its newest change")]
    NoWatermark,
    #[error("{path} is a public dataset, which holds nothing that is limited")]
    PublicDataset { path: PathBuf },
    #[error("the state of connected people cannot be read or written")]
    State(#[source] StateFault),
    #[error("{path} is in use by another orcidlake ({holder})")]
    Locked { path: PathBuf, holder: String },
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("{url} does not answer a search: {what}")]
    NoAnswer { url: String, what: String },
    #[error("{url} failed to answer each try of a search: {what}")]
    InTrouble { url: String, what: String },
    #[error(
        "{url} limits the rate of requests (status 429); the program has waited as the server asked, and after {seconds} s it still does"
    )]
    Limited { url: String, seconds: u64 },
    #[error("a search could not be answered: {what}")]
    Search { what: String },
    #[error(
        "more records changed within a millisecond than a search shows, and {url} does not search by ranges of iDs"
    )]
    NoRanges { url: String },
    #[error("two searches have found nobody in the scope {scope}{}", had(*.before))]
    ScopeVanished { scope: String, before: u64 },
    /// Ends fetching; the run continues when there is quota again.
    #[error("the day's quota is used up")]
    QuotaEnd { until: orcid_xml::Timestamp },
    /// Ends searching; the run continues by reading each record.
    #[error("the server does not understand searches that name iDs")]
    NotUnderstood,
    #[error("the server has given no good answer for {seconds} s: {what}")]
    Down { seconds: u64, what: String },
    #[error("{url} has answered no request: {what}")]
    Silent { url: String, what: String },
    #[error("{url} says that it is up, but answered with {faults} faults and no record: {what}")]
    OnlyFaults { url: String, faults: u32, what: String },
    #[error("a thread panicked during a request; its message is above")]
    Panicked,
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error(transparent)]
    Convert(#[from] ConvertError),
}

/// The scope in which nobody is found.
fn had(before: u64) -> String {
    match before {
        0 => ", but another search found people of it who have changed".to_owned(),
        before => format!(", which had {before} when it was refreshed last"),
    }
}
