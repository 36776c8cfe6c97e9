//! Why the API cannot be asked.

use std::path::PathBuf;

/// A fault that no further request would mend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// A file of secrets or tokens cannot be read or written.
    #[error("cannot {act} {path}")]
    Io {
        /// What was to be done, as a verb.
        act: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The URL of an API or of a token endpoint is no http or https URL.
    #[error("{url} is not a URL such as https://pub.orcid.org/v3.0: {what}")]
    Url {
        /// The URL, without user and password.
        url: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A file holds no client secret.
    #[error("{path} holds no secret: one word of ASCII signs is expected")]
    NoSecret {
        /// The file.
        path: PathBuf,
    },
    /// A client id was given without its secret.
    #[error("a client id needs its secret")]
    HalfCredentials,
    /// The token file cannot be used.
    #[error("the token file {path} cannot be used: {what}")]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The system names no folder for configuration.
    #[error("there is no folder for the token: neither XDG_CONFIG_HOME nor HOME is set")]
    NoHome,
    /// The token endpoint gives no token.
    #[error("no token for {token_url}: {what}")]
    NoToken {
        /// The endpoint.
        token_url: String,
        /// What it answered, without secrets.
        what: String,
    },
    /// The API refuses the token, and there is no other.
    #[error("the API does not accept the token: {what}")]
    Refused {
        /// Why no other can be obtained.
        what: String,
    },
    /// A server's certificate is not trusted.
    #[error("{url} cannot be trusted: {what}")]
    Untrusted {
        /// The server.
        url: String,
        /// What is wrong with its certificate.
        what: String,
    },
    /// A variable of the environment names no proxy.
    #[error("{name} in the environment is not a proxy such as http://proxy.example.org:3128")]
    Proxy {
        /// The variable.
        name: &'static str,
    },
}
