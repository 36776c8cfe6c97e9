//! Who has permitted what: where the tokens of people come from.

use orcid_api::Secret;

/// Why permissions cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the permissions of people cannot be used: {what}")]
pub struct PermissionError {
    /// What is wrong, without tokens.
    pub what: String,
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The permissions that people have given, kept by somebody else. Threads share it.
///
/// A token is asked for by the iD of the record that it is for, and is used for no other record.
pub trait Permissions: Send + Sync {
    /// The token that the person has given for a scope such as `/activities/update`; `None` if
    /// there is none, or it is known to be lost.
    ///
    /// # Errors
    /// [`PermissionError`] if it cannot be read.
    fn token(&self, orcid: &str, scope: &str) -> Result<Option<Secret>, PermissionError>;

    /// The token with which items are deleted. A permission that the person has withdrawn is
    /// still good for this at ORCID, so it may be one that [`Permissions::token`] no longer gives.
    ///
    /// # Errors
    /// [`PermissionError`] if it cannot be read.
    fn token_to_delete(&self, orcid: &str, scope: &str) -> Result<Option<Secret>, PermissionError> {
        self.token(orcid, scope)
    }

    /// Notes that ORCID no longer accepts the person's token.
    ///
    /// # Errors
    /// [`PermissionError`] if it cannot be noted.
    fn lost(&self, orcid: &str) -> Result<(), PermissionError>;

    /// The iD of the person with a mail address, if one has connected.
    ///
    /// # Errors
    /// [`PermissionError`] if it cannot be read.
    fn orcid_of(&self, email: &str) -> Result<Option<String>, PermissionError>;
}
