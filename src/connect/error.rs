//! Why connections cannot be made, kept or read.

use std::path::{Path, PathBuf};

use crate::dataset::DatasetError;
use orcid_api::ApiError;
use orcid_api::oauth::OauthError;

/// A fault of the portal or of one of its commands. No message holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    #[error("cannot {act} {path}")]
    Io { act: &'static str, path: PathBuf, source: std::io::Error },
    /// The state folder belongs to another authorization server.
    #[error("{folder} holds connections with {has}, not with {asked}")]
    OtherIssuer { folder: PathBuf, has: String, asked: String },
    /// The folder holds other things, and others can enter it.
    #[error("{folder} holds other files, and other users can enter it")]
    SharedFolder { folder: PathBuf },
    /// There is no state yet, and the command makes none.
    #[error("{folder} holds no connections")]
    NoState { folder: PathBuf },
    #[error("{path} was written by another version of the program: {found} in place of {expected}")]
    OtherVersion { path: PathBuf, found: i64, expected: i64 },
    #[error("the database of connections failed: {what}")]
    Database { what: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("there is no key file at {path}")]
    NoKey { path: PathBuf },
    #[error("the key file {path} cannot be used: {what}")]
    Key { path: PathBuf, what: &'static str },
    /// A secret whose key is missing, or that was changed.
    #[error("a secret that was encrypted with the key {key_id} cannot be decrypted")]
    Unreadable { key_id: String },
    #[error("the system gives no random numbers")]
    NoRandom,
    /// A row of a list of people.
    #[error("{path}, line {line}: {what}")]
    Row { path: PathBuf, line: u64, what: String },
    #[error("{path} has no column {column}")]
    NoColumn { path: PathBuf, column: &'static str },
    #[error("there is no person {local_id}")]
    NoPerson { local_id: String },
    #[error("the address {address} cannot be listened on")]
    Listen { address: String, source: std::io::Error },
    #[error("the setting {name} cannot be used: {what}")]
    Setting { name: &'static str, what: String },
    #[error("the mail server {server} cannot be used: {what}")]
    Mail { server: String, what: String },
    #[error("a page cannot be made")]
    Page { source: Box<dyn std::error::Error + Send + Sync> },
    #[error(transparent)]
    Oauth(#[from] OauthError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Dataset(#[from] DatasetError),
}

impl ConnectError {
    /// Makes an error of the system one of a path.
    pub(crate) fn io(act: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { act, path, source }
    }
}
