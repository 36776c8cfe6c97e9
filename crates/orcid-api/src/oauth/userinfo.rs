//! Whether a person's token still works, by the address that says whose it is.

use super::client::{OauthClient, failed, is_page, read};
use super::error::OauthError;
use crate::agent::fault;
use crate::credentials::Secret;

impl OauthClient {
    /// True if the server accepts an access token that a person gave with the scope `openid`.
    ///
    /// # Errors
    /// [`OauthError`] where the server does not say.
    pub fn accepts(&self, token: &Secret) -> Result<bool, OauthError> {
        let endpoint = self.issuer.userinfo_url();
        let bearer = format!("Bearer {}", token.reveal());
        let request = self.agent.get(&endpoint).header("authorization", &bearer);
        let request = request.header("accept", "application/json").config();
        let request = request.proxy(self.proxy.clone()).build();
        let reply = self.logged("GET", &endpoint, || read(request.call().map_err(fault)?))?;
        match reply.status {
            _ if is_page(&reply) => Err(OauthError::NotJson { endpoint, status: reply.status }),
            200 => Ok(true),
            401 | 403 => Ok(false),
            _ => Err(failed(endpoint, &reply)),
        }
    }
}
