//! What a user can do about an error: the library says what happened, the program what helps.

use crate::refresh::{QueueFault, RefreshError};
use orcid_api::ApiError;

/// An error with advice for whoever runs the program.
pub trait Hint {
    /// What to do about it.
    fn hint(&self) -> &'static str;
}

/// A full disk is mended by room, and what was fetched stays; a file that SQLite cannot
/// read has lost it.
fn queue_hint(fault: QueueFault) -> &'static str {
    match fault {
        QueueFault::DiskFull => {
            "free some space and run the same command again: nothing that was fetched is lost"
        }
        QueueFault::Damaged => {
            "restore refresh.sqlite; or remove it from the dataset, which forgets what was fetched and not yet applied"
        }
        QueueFault::NotAllowed => "check who may write in the dataset, and run the same command again",
        QueueFault::InUse => "end the program that uses it, and run the same command again",
        QueueFault::BeingRead => "end that program and run the same command again",
        QueueFault::OtherVersion => {
            "use the orcidlake that wrote it, or remove refresh.sqlite from the dataset"
        }
        QueueFault::Other => "check the disk and run the same command again: what was fetched is kept",
    }
}

impl Hint for RefreshError {
    fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check the path, the permissions and the disk",
            Self::Scope { .. } => "see `orcidlake help refresh`",
            Self::EmptyScope { .. } => "give at least one iD, or a query; --all-in-dataset means everybody",
            Self::NoScope => "give --ids, --query, --ror, --grid, --ringgold or --all-in-dataset",
            Self::Line { .. } | Self::ListLines { .. } => "correct the file and run the same command again",
            Self::NoChanges { .. } => "get the file again: a whole one lists every record",
            Self::CutOff { .. } => "get the file again; if it is whole, end its last line",
            Self::NoWatermark => "give --since",
            Self::Locked { .. } => "wait until it has finished, or see `orcidlake refresh DIR --status`",
            Self::Queue(error) => queue_hint(error.fault()),
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
            Self::Panicked => "this is a fault of orcidlake: please report it; the same command goes on",
            Self::Api(error) => error.hint(),
            Self::Archive(error) => error.hint(),
            Self::Dataset(error) => error.hint(),
            Self::Convert(error) => error.hint(),
        }
    }
}

impl Hint for ApiError {
    fn hint(&self) -> &'static str {
        match self {
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
            _ => "check the path, the permissions and the disk",
        }
    }
}
