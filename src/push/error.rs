//! Why a push cannot begin, or has to end.

use std::path::PathBuf;
use std::time::Duration;

use orcid_api::ApiError;
use ror_match::RorError;

use super::permissions::PermissionError;
use super::store::StoreError;

/// A fault that ends a push; faults of rows are in its report.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{path} is a table with unknown headings: {headings}")]
    Headings { path: PathBuf, headings: String },
    #[error("{path} is neither a table, XML, JSON nor a folder of such files")]
    Unknown { path: PathBuf },
    #[error("{path} has no items")]
    Empty { path: PathBuf },
    #[error("ORCID's server has been down for {} seconds", .down_for.as_secs())]
    Down { down_for: Duration },
    #[error("the server {api} cannot be trusted: {what}")]
    Untrusted { api: String, what: String },
    #[error("stopped by a signal")]
    Stopped,
    #[error(transparent)]
    Table(#[from] RorError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Permissions(#[from] PermissionError),
    #[error(transparent)]
    Api(#[from] ApiError),
}
