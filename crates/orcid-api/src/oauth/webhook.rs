//! Webhooks of records: ORCID calls an address when a record has changed. They are the client's
//! own, registered with a token for `/webhook`, at the Member API without a version.

use super::client::{OauthClient, failed, read};
use super::error::OauthError;
use crate::agent::fault;
use crate::client::Reply;
use crate::credentials::Secret;
use crate::proxy::proxy_for;
use crate::solr::encoded;

impl OauthClient {
    /// Asks ORCID to call `url` when the record of `orcid` changes. It may be registered already.
    ///
    /// # Errors
    /// [`OauthError`] where ORCID does not answer or refuses.
    pub fn register_webhook(&self, token: &Secret, orcid: &str, url: &str) -> Result<(), OauthError> {
        let (endpoint, reply) = self.webhook("PUT", token, orcid, url)?;
        if matches!(reply.status, 200 | 201 | 204) { Ok(()) } else { Err(failed(endpoint, &reply)) }
    }

    /// Asks ORCID to call `url` no longer. It may be gone already.
    ///
    /// # Errors
    /// As of [`OauthClient::register_webhook`].
    pub fn remove_webhook(&self, token: &Secret, orcid: &str, url: &str) -> Result<(), OauthError> {
        let (endpoint, reply) = self.webhook("DELETE", token, orcid, url)?;
        if matches!(reply.status, 200 | 204 | 404) { Ok(()) } else { Err(failed(endpoint, &reply)) }
    }

    /// Sends the request. The address that is called is a secret, so neither the log nor an error
    /// names it.
    fn webhook(
        &self,
        method: &'static str,
        token: &Secret,
        orcid: &str,
        url: &str,
    ) -> Result<(String, Reply), OauthError> {
        let root = self.issuer.member_api_url();
        let endpoint = format!("{root}/{orcid}/webhook");
        let address = format!("{endpoint}/{}", encoded(url));
        let bearer = format!("Bearer {}", token.reveal());
        let proxy = proxy_for(&root)?;
        let reply = self.logged(method, &endpoint, || {
            let answer = if method == "DELETE" {
                let request = self.agent.delete(&address).header("authorization", &bearer);
                request.header("accept", "application/json").config().proxy(proxy).build().call()
            } else {
                let request = self.agent.put(&address).header("authorization", &bearer);
                request.header("accept", "application/json").config().proxy(proxy).build().send_empty()
            };
            read(answer.map_err(fault)?)
        })?;
        Ok((endpoint, reply))
    }
}
