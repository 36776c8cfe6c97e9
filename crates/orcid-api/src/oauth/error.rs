//! Why an authorization server did not do what it was asked.

use std::fmt;

use crate::ApiError;

/// Why there is no token, or a token is still valid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OauthError {
    /// There was no answer.
    #[error("{endpoint} did not answer: {code}")]
    Silent {
        /// The endpoint.
        endpoint: String,
        /// What happened, as a code.
        code: &'static str,
    },
    /// The answer leads elsewhere, where the client's secret must not go.
    #[error("{endpoint} answered with a redirect (status {status}), which is not followed")]
    Redirected {
        /// The endpoint.
        endpoint: String,
        /// The HTTP status.
        status: u16,
    },
    /// The answer is a page for people, or anything else that is not JSON.
    #[error("{endpoint} answered with something that is not JSON (status {status})")]
    NotJson {
        /// The endpoint.
        endpoint: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server is in trouble, or asks to be left alone.
    #[error("{endpoint} is busy (status {status})")]
    Busy {
        /// The endpoint.
        endpoint: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server refuses.
    #[error("{endpoint} refused: status {status}, {}", name.as_deref().unwrap_or("without a name"))]
    Refused {
        /// The endpoint.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// The name of the error, such as `invalid_grant`; never its description, which repeats
        /// the code or the token.
        name: Option<String>,
    },
    /// The answer lacks something.
    #[error("{endpoint} gave an answer that cannot be used: {what}")]
    Incomplete {
        /// The endpoint.
        endpoint: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The `id_token` is not to be trusted.
    #[error("the id_token is refused: {0}")]
    IdToken(IdTokenFault),
    /// The client cannot be set up.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl OauthError {
    /// True where the same request may succeed later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Silent { .. } | Self::Redirected { .. } | Self::NotJson { .. } | Self::Busy { .. }
        )
    }
}

/// Why an `id_token` is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdTokenFault {
    /// There is none.
    Missing,
    /// It is not a signed token with readable claims.
    Form,
    /// It is signed by another method than RS256, or not at all.
    Algorithm,
    /// No key of the issuer has its key id.
    Key,
    /// The signature is wrong.
    Signature,
    /// Another issuer gave it.
    Issuer,
    /// It was given to another client.
    Audience,
    /// It has expired, or is from the future.
    Time,
    /// It answers another request.
    Nonce,
    /// It is about another person than the token answer.
    Subject,
}

impl fmt::Display for IdTokenFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Missing => "there is none",
            Self::Form => "it cannot be read",
            Self::Algorithm => "it is not signed by RS256",
            Self::Key => "the issuer has no such key",
            Self::Signature => "its signature is wrong",
            Self::Issuer => "another issuer gave it",
            Self::Audience => "it was given to another client",
            Self::Time => "it has expired or is from the future",
            Self::Nonce => "it answers another request",
            Self::Subject => "it is about another person",
        })
    }
}
