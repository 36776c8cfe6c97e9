//! Whom requests go to, whatever stands behind it: ORCID's registry, its sandbox, a member's
//! host, a local server, or a test's memory.

use super::ApiError;
use super::host::Host;
use orcid_xml::Timestamp;

/// The code of a host whose name nobody knows.
pub(crate) const NO_NAME: &str = "no-name";
/// The codes of requests that got no answer from ORCID or anybody else.
pub const UNANSWERED: [&str; 8] =
    [NO_NAME, "no-connection", "connection-reset", "cut-off-body", "timeout", "tls", "proxy", "protocol"];
/// The code of a server whose certificate is not trusted.
pub const UNTRUSTED: &str = "certificate";

/// What a server has said, whatever it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Content-Type`; empty if there is none.
    pub content_type: String,
    /// The header `Retry-After`, as it stands.
    pub retry_after: Option<String>,
    /// The server's time of day, from the header `Date`.
    pub date: Option<Timestamp>,
    /// The body, inflated.
    pub body: Vec<u8>,
}

impl AsRef<Reply> for Reply {
    fn as_ref(&self) -> &Reply {
        self
    }
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code to count it under: one of [`UNANSWERED`], [`UNTRUSTED`], `damaged-gzip` or
    /// `too-large`.
    pub code: &'static str,
    /// What happened.
    pub what: String,
}

/// Asks the API. The threads of a run share one client.
///
/// It sends each request at once: pace, quota and repeats are its callers' matter, see
/// [`Pace`](crate::Pace) and [`Breaker`](crate::Breaker).
pub trait Client: Send + Sync {
    /// Asks for `path` below the API's root, such as `/0000-0002-1825-0097/record`.
    ///
    /// # Errors
    /// A [`Fault`] where there is no whole answer. An answer of any status is a [`Reply`].
    fn get(&self, path: &str) -> Result<Reply, Fault>;

    /// Obtains a new token after the API has refused the one in use since before
    /// `asked_at`; false where another thread has obtained one since.
    ///
    /// # Errors
    /// [`ApiError`] where there is nothing to obtain one with, or none is given.
    fn renew(&self, asked_at: Timestamp, now: Timestamp) -> Result<bool, ApiError>;

    /// The client id that requests are made under; `None` if anonymous.
    fn client_id(&self) -> Option<String>;

    /// Where requests go.
    fn host(&self) -> &Host;
}
