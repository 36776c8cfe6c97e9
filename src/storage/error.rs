//! Why a place in an object store cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use super::fault::{StoreError, StoreFault};

/// A fault of a place that is named by a URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    #[error("{path} has a scheme that is not known")]
    UnknownScheme { path: PathBuf },
    #[error("{path} has one slash after its scheme, where a URL has two")]
    OneSlash { path: PathBuf },
    #[error("{path} names no bucket or host")]
    NoBucket { path: PathBuf },
    #[error("{path} is not a URL: {reason}")]
    NotAUrl { path: PathBuf, reason: String },
    #[error("{path} is not the URL of a file on this machine")]
    NoLocalPath { path: PathBuf },
    #[error("the store of {place} has no option {key}")]
    UnknownOption { key: String, place: PathBuf },
    #[error("the option {key} for {place} has to be true or false")]
    NeitherTrueNorFalse { key: String, place: PathBuf },
    #[error("the endpoint for {place} is not a URL with http:// or https:// and without a user")]
    WrongEndpoint { place: PathBuf },
    #[error("{path} has a ? or a #, which a name in a store does not have")]
    HasQuery { path: PathBuf },
    #[error("cannot {act} {place}: {reason}")]
    Failed { act: &'static str, place: PathBuf, kind: io::ErrorKind, fault: StoreFault, reason: String },
    #[error("{told} to a request for {place}")]
    Status { place: PathBuf, status: u16, told: String },
    #[error("{place} has changed while it was read")]
    Changed { place: PathBuf },
    #[error(
        "{attempts} attempts in a row to read {place} from byte {offset} on gave nothing; the last: {reason}"
    )]
    GivenUp { place: PathBuf, offset: u64, attempts: u32, reason: String },
    #[error("{place} broke off at byte {offset}, and its server cannot continue there: {reason}")]
    NoResume { place: PathBuf, offset: u64, reason: String },
    #[error("{place} leads to an address without TLS (http)")]
    PlainHttp { place: PathBuf },
    #[error("{place} leads from one address to the next, more than {limit} times")]
    Redirects { place: PathBuf, limit: u32 },
    #[error("{place} leads to an address with the scheme {scheme}, which is not followed")]
    RedirectScheme { place: PathBuf, scheme: String },
    #[error("{place} leads elsewhere, but its server gives no address that can be followed")]
    RedirectNowhere { place: PathBuf },
    #[error("the server of {place} is not trusted: {reason}")]
    Untrusted { place: PathBuf, reason: String },
    #[error("{place} has more than {limit_bytes} bytes")]
    TooLarge { place: PathBuf, limit_bytes: u64 },
    #[error("nothing can be written to {place}, because it is on a web server")]
    ReadOnly { place: PathBuf },
}

impl StorageError {
    /// An answer of the store of a place, or the lack of one.
    pub(super) fn of_store(act: &'static str, place: &Path, error: &StoreError) -> Self {
        let (kind, fault, reason) = (error.kind(), error.fault, error.to_string());
        Self::Failed { act, place: place.to_owned(), kind, fault, reason }
    }

    pub(super) fn not_a_url(path: &Path, error: url::ParseError) -> Self {
        Self::NotAUrl { path: without_secrets(path), reason: error.to_string() }
    }
}

/// A wrong URL for messages. A password may stand before the host, and a signature behind a question
/// mark.
pub(super) fn without_secrets(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    let text = text.split(['?', '#']).next().unwrap_or_default();
    // A slash may be missing.
    let divider = if text.contains("://") { "://" } else { ":/" };
    let Some((scheme, rest)) = text.split_once(divider) else { return text.into() };
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let host = host.rsplit('@').next().unwrap_or_default();
    let slash = if rest.contains('/') { "/" } else { "" };
    format!("{scheme}{divider}{host}{slash}{path}").into()
}

impl From<StorageError> for io::Error {
    fn from(error: StorageError) -> Self {
        let kind = match &error {
            StorageError::Failed { kind, .. } => *kind,
            StorageError::Status { status: 404 | 410, .. } => io::ErrorKind::NotFound,
            StorageError::Status { status: 401 | 403, .. } => io::ErrorKind::PermissionDenied,
            StorageError::ReadOnly { .. } => io::ErrorKind::Unsupported,
            StorageError::Status { .. }
            | StorageError::Changed { .. }
            | StorageError::GivenUp { .. }
            | StorageError::NoResume { .. }
            | StorageError::PlainHttp { .. }
            | StorageError::Redirects { .. }
            | StorageError::RedirectScheme { .. }
            | StorageError::RedirectNowhere { .. }
            | StorageError::Untrusted { .. }
            | StorageError::TooLarge { .. } => io::ErrorKind::Other,
            _ => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}
