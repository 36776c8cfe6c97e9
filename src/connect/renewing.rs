//! Tokens in life: fewer scopes, tokens of the client itself, and permissions that ORCID refuses.

use super::connecting::Connect;
use super::error::ConnectError;
use orcid_api::Secret;
use orcid_api::time::SECOND;
use orcid_xml::Timestamp;

/// A token of the client is renewed so long before it expires.
const MARGIN: Timestamp = 3_600 * SECOND;

/// What became of a permission that was to have fewer scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrowed {
    /// It has these scopes, and its new pair of tokens is the only one.
    Done,
    /// The iD is not connected, or has no refresh token.
    NotConnected,
    /// The server has ended the new pair together with the old one: the person must connect again.
    Lost,
}

impl Connect {
    /// Exchanges the tokens of an iD for a pair with these scopes, all of which must be granted.
    /// The old pair is revoked, so that no token with more scopes stays alive. Whether the new pair
    /// outlives the old one is not known of ORCID, so it is tried once.
    ///
    /// # Errors
    /// [`ConnectError`] where ORCID refuses or the database fails; the old pair stays then.
    pub fn narrow(&self, orcid: &str, scope: &str, now: Timestamp) -> Result<Narrowed, ConnectError> {
        let tokens = self.store.tokens(orcid, self.client.client_id())?;
        let Some(tokens) = tokens else { return Ok(Narrowed::NotConnected) };
        let Some(refresh) = &tokens.refresh else { return Ok(Narrowed::NotConnected) };
        let answer = self.client.refresh(refresh, Some(scope))?;
        self.store.keep_refreshed(&tokens.link, &answer, now)?;
        self.run_revocations(now)?;
        match self.client.accepts(&answer.access_token) {
            Ok(true) => Ok(Narrowed::Done),
            Ok(false) => {
                self.store.lose(orcid, now)?;
                Ok(Narrowed::Lost)
            }
            Err(error) => {
                // Whoever uses the token next learns whether it works.
                tracing::warn!(%error, "a new token could not be tried");
                Ok(Narrowed::Done)
            }
        }
    }

    /// A token of the client itself, kept until shortly before it expires.
    ///
    /// # Errors
    /// [`ConnectError`] where ORCID gives none or the database fails.
    pub fn own_token(&self, scope: &str, now: Timestamp) -> Result<Secret, ConnectError> {
        let client_id = self.client.client_id();
        if let Some(kept) = self.store.client_token(client_id, scope, now + MARGIN)? {
            return Ok(kept);
        }
        let answer = self.client.client_token(scope)?;
        let expires = answer.expires_in.map(|seconds| now.saturating_add(seconds.saturating_mul(SECOND)));
        self.store.keep_client_token(client_id, scope, &answer.access_token, expires, now)?;
        Ok(answer.access_token)
    }
}
