//! What a store answered, in words that are safe to show, and what kind of fault it is.

use std::error::Error;
use std::fmt;
use std::io;

use url::Url;

/// The kind of fault, which decides what a user can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// There are no credentials, or the store does not accept them.
    Credentials,
    /// The credentials do not allow it.
    Denied,
    /// The bucket or container does not exist.
    NoBucket,
    /// The object does not exist.
    Missing,
    /// The bucket is in another region, or the endpoint is that of another.
    Region,
    /// The endpoint is plain http, which has not been allowed.
    PlainHttp,
    /// The store cannot put an object only if its name is free.
    NoConditionalPut,
    /// The object has been replaced while it was read.
    Replaced,
    /// The server does not send parts of a file.
    NoRanges,
    /// The store cannot be reached, or does not answer.
    Unreachable,
    Other,
}

/// An answer of a store, or the lack of one.
#[derive(Debug)]
pub struct StoreError {
    pub fault: StoreFault,
    kind: io::ErrorKind,
    reason: String,
}

/// Words in answers, and the faults that they tell. The first that is found counts.
const SIGNS: [(&str, StoreFault); 23] = [
    (PLAIN_HTTP, StoreFault::PlainHttp),
    (NO_CREDENTIALS, StoreFault::Credentials),
    ("169.254.169.254", StoreFault::Credentials),
    ("169.254.170.2", StoreFault::Credentials),
    ("metadata.google.internal", StoreFault::Credentials),
    ("InvalidAccessKeyId", StoreFault::Credentials),
    ("SignatureDoesNotMatch", StoreFault::Credentials),
    ("ExpiredToken", StoreFault::Credentials),
    ("InvalidToken", StoreFault::Credentials),
    ("AuthenticationFailed", StoreFault::Credentials),
    ("RequestTimeTooSkewed", StoreFault::Credentials),
    ("instance metadata", StoreFault::Credentials),
    ("NoSuchBucket", StoreFault::NoBucket),
    ("ContainerNotFound", StoreFault::NoBucket),
    ("specified bucket does not exist", StoreFault::NoBucket),
    ("configured region", StoreFault::Region),
    ("AuthorizationHeaderMalformed", StoreFault::Region),
    ("PermanentRedirect", StoreFault::Region),
    ("TemporaryRedirect", StoreFault::Region),
    ("non-partial response", StoreFault::NoRanges),
    ("AccessDenied", StoreFault::Denied),
    ("AuthorizationPermissionMismatch", StoreFault::Denied),
    ("HTTP error", StoreFault::Unreachable),
];
/// In the message of the HTTP client if plain http has not been allowed.
const PLAIN_HTTP: &str = "configured for https only";
/// The message of the HTTP client if nobody gives the machine credentials.
pub(super) const NO_CREDENTIALS: &str = "no credentials were given, and the machine has none of its own";
/// The longest reason that is shown.
const MAX_REASON: usize = 600;

impl StoreError {
    /// What the store of a URL answered, without the parts of the URL that may be secret.
    pub(super) fn new(url: &Url, error: &object_store::Error) -> Self {
        let mut text = error.to_string();
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        for cause in causes.map(ToString::to_string) {
            if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
        }
        for secret in [url.query(), url.password()].into_iter().flatten() {
            text = text.replace(secret, "…");
        }
        let fault = fault_of(error, &text);
        // Listings have errors without a kind.
        let kind = if fault == StoreFault::Denied { io::ErrorKind::PermissionDenied } else { kind_of(error) };
        Self { fault, kind, reason: reason(&text) }
    }

    /// The error of a file that is not the one that was opened.
    pub(super) fn replaced() -> Self {
        let reason = "it has been replaced since it was opened".to_owned();
        Self { fault: StoreFault::Replaced, kind: io::ErrorKind::Other, reason }
    }

    pub(super) fn kind(&self) -> io::ErrorKind {
        self.kind
    }

    /// The fault behind an I/O error, if a store is its cause.
    pub fn behind(error: &io::Error) -> Option<&Self> {
        let inner: &(dyn Error + 'static) = error.get_ref()?;
        inner.downcast_ref()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl Error for StoreError {}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        Self::new(error.kind, error)
    }
}

fn fault_of(error: &object_store::Error, text: &str) -> StoreFault {
    if let Some((_, fault)) = SIGNS.iter().find(|(sign, _)| text.contains(sign)) {
        return *fault;
    }
    match error {
        object_store::Error::NotFound { .. } => StoreFault::Missing,
        object_store::Error::PermissionDenied { .. } => StoreFault::Denied,
        object_store::Error::Unauthenticated { .. } => StoreFault::Credentials,
        object_store::Error::Precondition { .. } => StoreFault::Replaced,
        object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => {
            StoreFault::NoConditionalPut
        }
        _ => StoreFault::Other,
    }
}

/// The kind of an I/O error that says the same.
fn kind_of(error: &object_store::Error) -> io::ErrorKind {
    match error {
        object_store::Error::NotFound { .. } => io::ErrorKind::NotFound,
        object_store::Error::AlreadyExists { .. } => io::ErrorKind::AlreadyExists,
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
            io::ErrorKind::PermissionDenied
        }
        object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => {
            io::ErrorKind::Unsupported
        }
        _ => io::ErrorKind::Other,
    }
}

/// The code and the message of an answer in XML; other texts as they are, in bounds.
fn reason(text: &str) -> String {
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once('<')?.0.trim())
    };
    if let (Some(code), Some(message)) = (element("Code"), element("Message")) {
        return format!("the store answers {code}: {message}");
    }
    let mut reason: String = text.chars().take(MAX_REASON).collect();
    if reason.len() < text.len() {
        reason.push('…');
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_by_its_code_and_without_secrets() {
        let url = Url::parse("https://me:hush@host/a?X-Sig=whisper").unwrap();
        let answer = |text: &str| object_store::Error::Generic { store: "S3", source: text.into() };
        for (text, fault, told) in [
            (
                "GET https://me:hush@host/a?X-Sig=whisper 404: <Error><Code>NoSuchBucket</Code><Message>No.</Message></Error>",
                StoreFault::NoBucket,
                "the store answers NoSuchBucket: No.",
            ),
            ("error at a?X-Sig=whisper", StoreFault::Other, "Generic S3 error: error at a?…"),
            (
                "at 169.254.169.254: HTTP error",
                StoreFault::Credentials,
                "Generic S3 error: at 169.254.169.254: HTTP error",
            ),
        ] {
            let error = StoreError::new(&url, &answer(text));

            assert_eq!((error.fault, error.to_string()), (fault, told.to_owned()), "{text}");
        }
    }
}
