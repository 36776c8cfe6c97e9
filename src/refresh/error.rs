//! Why a refresh could not be done.

use std::path::PathBuf;

use crate::convert::ConvertError;
use crate::dataset::DatasetError;
use orcid_xml::IdFault;
use targz_seek::ArchiveError;

/// A fault that ends a refresh; what was fetched stays in the queue.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{url} is not a URL such as https://pub.orcid.org/v3.0: {what}")]
    Url { url: String, what: &'static str },
    #[error("{path} has no secret: expected a single word of ASCII characters")]
    NoSecret { path: PathBuf },
    #[error("a client id needs its secret")]
    HalfCredentials,
    #[error("the token file {path} cannot be used: {what}")]
    TokenFile { path: PathBuf, what: String },
    #[error("there is no folder for the token: neither XDG_CONFIG_HOME nor HOME is set")]
    NoHome,
    #[error("no token for {token_url}: {what}")]
    NoToken { token_url: String, what: String },
    #[error("the API does not accept the token: {what}")]
    Refused { what: String },
    #[error("{url} cannot be trusted: {what}")]
    Untrusted { url: String, what: String },
    #[error("{name} in the environment is not a proxy such as http://proxy.example.org:3128")]
    Proxy { name: &'static str },
    #[error("\"{text}\" is not {expected}")]
    Scope { text: String, expected: &'static str },
    #[error("the scope is empty: {what} has no content")]
    EmptyScope { what: String },
    #[error("no scope: say whose records are to be refreshed")]
    NoScope,
    #[error("{path}: line {line} is not {expected}")]
    Line { path: PathBuf, line: u64, expected: &'static str },
    #[error(
        "{path} is cut off: its last line, {line}, has no line end, and it is shorter than the others or has another format"
    )]
    CutOff { path: PathBuf, line: u64 },
    #[error("{path}: {}", list_faults(.faults, .more))]
    ListLines { path: PathBuf, faults: Vec<(u64, IdFault)>, more: u64 },
    #[error("{path} lists no changed record: it is empty, cut off, or another file")]
    NoChanges { path: PathBuf },
    #[error("the dataset has no date of its newest change")]
    NoWatermark,
    #[error("{path} is in use by another orcidlake ({holder})")]
    Locked { path: PathBuf, holder: String },
    #[error("cannot use the queue {path}")]
    Queue { path: PathBuf, source: rusqlite::Error },
    #[error("another program is reading the queue {path}")]
    QueueRead { path: PathBuf },
    #[error("the queue {path} has version {found}; this orcidlake reads {known}")]
    QueueVersion { path: PathBuf, found: i64, known: i64 },
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
    /// Ends fetching; the run goes on when the quota is there again.
    #[error("the day's quota is used up")]
    QuotaEnd { until: orcid_xml::Timestamp },
    /// Ends searching; the run goes on by reading each record.
    #[error("the server does not understand searches that name iDs")]
    NotUnderstood,
    #[error("the server has not answered for {seconds} s: {what}")]
    Down { seconds: u64, what: String },
    #[error("{url} has answered no request: {what}")]
    Silent { url: String, what: String },
    #[error("{url} says that it is up, but answered with {faults} faults and no record: {what}")]
    OnlyFaults { url: String, faults: u32, what: String },
    #[error("a thread panicked during a request; its message is above")]
    Panicked,
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error(transparent)]
    Convert(#[from] ConvertError),
}

/// What a scope was, in which nobody is found.
fn had(before: u64) -> String {
    match before {
        0 => ", but another search found people of it who have changed".to_owned(),
        before => format!(", which had {before} when it was refreshed last"),
    }
}

/// The lines of a list that hold no usable iD.
fn list_faults(faults: &[(u64, IdFault)], more: &u64) -> String {
    let mut lines: Vec<String> = faults.iter().map(|(line, fault)| format!("line {line}: {fault}")).collect();
    if let ([one], 0) = (lines.as_slice(), more) {
        return one.clone();
    }
    let count = faults.len() as u64 + more;
    if *more > 0 {
        lines.push(format!("and {more} more"));
    }
    format!("{count} lines hold no iD that can be used\n    {}", lines.join("\n    "))
}

/// A full disk is mended by room, and what was fetched stays; a file that SQLite cannot
/// read has lost it.
fn queue_hint(source: &rusqlite::Error) -> &'static str {
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => {
            "free some space and run the same command again: nothing that was fetched is lost"
        }
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
            "restore refresh.sqlite; or remove it from the dataset, which drops answers that are not yet applied"
        }
        Some(
            rusqlite::ErrorCode::ReadOnly
            | rusqlite::ErrorCode::PermissionDenied
            | rusqlite::ErrorCode::CannotOpen,
        ) => "check the permissions of the dataset, and run the same command again",
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            "end the program that uses it, and run the same command again"
        }
        _ => "check the disk and run the same command again: what was fetched is kept",
    }
}

impl RefreshError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check the path, the permissions and the disk",
            Self::Url { .. } => "give scheme, host and path, without a user or a query",
            Self::NoSecret { .. } => "write the client secret alone into the file",
            Self::HalfCredentials => {
                "give --client-secret-file FILE (or - for standard input) or set ORCIDLAKE_CLIENT_SECRET; `orcidlake auth` keeps them for later runs"
            }
            Self::TokenFile { .. } => "remove the file and run `orcidlake auth` again",
            Self::NoHome => "give --token-file",
            Self::NoToken { .. } => "check the network, the client id and secret, and --sandbox",
            Self::Refused { .. } => {
                "run `orcidlake auth` again; with --anonymous the public API needs no token; the member API always needs one"
            }
            Self::Untrusted { .. } => {
                "check the clock and the URL; for a server or proxy with a certificate of its own, name it in SSL_CERT_FILE"
            }
            Self::Proxy { .. } => "correct or unset the variable; NO_PROXY lists hosts that need no proxy",
            Self::Scope { .. } => "see `orcidlake help refresh`",
            Self::EmptyScope { .. } => "give at least one iD, or a query; --all-in-dataset means everybody",
            Self::NoScope => "give --ids, --query, --ror, --grid, --ringgold or --all-in-dataset",
            Self::Line { .. } | Self::ListLines { .. } => "correct the file and run the same command again",
            Self::NoChanges { .. } => "get the file again: a complete file lists every record",
            Self::CutOff { .. } => "get the file again; if it is whole, end its last line",
            Self::NoWatermark => "give --since",
            Self::Locked { .. } => "wait until it has finished, or see `orcidlake refresh DIR --status`",
            Self::Queue { source, .. } => queue_hint(source),
            Self::QueueRead { .. } => "end that program and run the same command again",
            Self::QueueVersion { .. } => {
                "use the orcidlake that wrote it, or remove refresh.sqlite from the dataset"
            }
            Self::NoAnswer { .. } | Self::Silent { .. } => {
                "check the network, the host and --api-url, and run the same command again: what was fetched is kept"
            }
            Self::Search { .. } => {
                "run the same command again; if the query is refused, check --query; --log-file shows each request"
            }
            Self::NoRanges { .. } => {
                "give fewer iDs by --ids with --strategy each or --strategy batches, or give ORCID's last_modified.csv by --changes"
            }
            Self::ScopeVanished { .. } => {
                "run the same command again later: ORCID's index may be incomplete now; if nobody belongs to the scope any more, give --restart"
            }
            Self::QuotaEnd { .. } => "run the same command again tomorrow",
            Self::NotUnderstood => "give --strategy each",
            Self::Limited { .. } => {
                "run the same command again later: what was fetched is kept; make sure that no other program uses the same client id or address, or give a lower --rate"
            }
            Self::InTrouble { .. } | Self::Down { .. } | Self::OnlyFaults { .. } => {
                "run the same command again later: what was fetched is kept"
            }
            Self::Panicked => "this is a fault of orcidlake: please report it; the same command continues",
            Self::Archive(error) => error.hint(),
            Self::Dataset(error) => error.hint(),
            Self::Convert(error) => error.hint(),
        }
    }
}
