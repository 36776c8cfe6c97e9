//! Asks an authorization server for tokens, and to revoke them. No redirect is followed: it would
//! take the client's secret elsewhere.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::{Agent, Proxy};

use super::answer::TokenAnswer;
use super::authorize::Authorize;
use super::error::{IdTokenFault, OauthError};
use super::id_token::{Expected, IdClaims, check};
use super::issuer::Issuer;
use super::keys::KeySet;
use crate::ApiError;
use crate::agent::{agent, fault, read_up_to};
use crate::client::Reply;
use crate::credentials::{Credentials, Secret};
use crate::proxy::proxy_for;
use crate::token::error_name;
use orcid_xml::{Orcid, Timestamp};

/// The greatest size of an answer in bytes; tokens and keys take some thousand.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// A client of an authorization server. Threads share it.
#[derive(Debug)]
pub struct OauthClient {
    pub(super) agent: Agent,
    pub(super) proxy: Option<Proxy>,
    pub(super) issuer: Issuer,
    credentials: Credentials,
    keys: Mutex<Option<KeySet>>,
}

impl OauthClient {
    /// A client with its credentials. `program` and `contact` say who asks.
    ///
    /// # Errors
    /// [`ApiError::Proxy`] where the environment names a proxy that is none.
    pub fn new(
        issuer: Issuer,
        credentials: Credentials,
        program: &str,
        contact: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, ApiError> {
        let proxy = proxy_for(&issuer.token_url())?;
        Ok(Self {
            agent: agent(program, contact, timeout),
            proxy,
            issuer,
            credentials,
            keys: Mutex::default(),
        })
    }

    /// The server.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The id of the client.
    pub fn client_id(&self) -> &str {
        &self.credentials.client_id
    }

    /// The address for a request of this client.
    pub fn authorize_url(&self, authorize: &Authorize<'_>) -> String {
        Authorize { client_id: self.client_id(), ..authorize.clone() }.url(&self.issuer)
    }

    /// Exchanges a code. A code must never be sent twice: ORCID would disable the tokens of the
    /// first exchange. So there is no second try, whatever happens.
    ///
    /// # Errors
    /// [`OauthError`] where there is no token of a person.
    pub fn exchange(&self, code: &Secret, redirect_uri: &str) -> Result<TokenAnswer, OauthError> {
        let answer = self.tokens(&[
            ("grant_type", "authorization_code"),
            ("code", code.reveal()),
            ("redirect_uri", redirect_uri),
        ])?;
        if answer.orcid.is_none() {
            return Err(self.incomplete("it names nobody"));
        }
        Ok(answer)
    }

    /// Obtains a new pair of tokens; `scope` may leave scopes out. The old access token stays
    /// valid until it is revoked.
    ///
    /// # Errors
    /// [`OauthError`] where there is no new token.
    pub fn refresh(&self, refresh_token: &Secret, scope: Option<&str>) -> Result<TokenAnswer, OauthError> {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.reveal())];
        form.extend(scope.map(|scope| ("scope", scope)));
        self.tokens(&form)
    }

    /// Obtains a token of the client itself, such as for `/webhook`.
    ///
    /// # Errors
    /// [`OauthError`] where there is none, or it is not good for the scope.
    pub fn client_token(&self, scope: &str) -> Result<TokenAnswer, OauthError> {
        let answer = self.tokens(&[("grant_type", "client_credentials"), ("scope", scope)])?;
        if !answer.scope.is_empty() && !answer.has_scope(scope) {
            return Err(self.incomplete("its token is not good for the scope"));
        }
        Ok(answer)
    }

    /// Revokes an access or refresh token, and the other one of its pair. ORCID also says yes to
    /// tokens that it does not know.
    ///
    /// # Errors
    /// [`OauthError`] where the token may still be valid.
    pub fn revoke(&self, token: &Secret) -> Result<(), OauthError> {
        let endpoint = self.issuer.revoke_url();
        let reply = self.post(&endpoint, &[("token", token.reveal())])?;
        match reply.status {
            // The body is empty; a page here is not ORCID's answer.
            200..=299 if !is_page(&reply) => Ok(()),
            status @ 200..=299 => Err(OauthError::NotJson { endpoint, status }),
            _ => Err(failed(endpoint, &reply)),
        }
    }

    /// Checks an `id_token` with the issuer's keys; they are asked for once more if the key
    /// is unknown or does not fit.
    ///
    /// # Errors
    /// [`OauthError::IdToken`] where it is refused, and others where there are no keys.
    pub fn check_id_token(
        &self,
        token: &Secret,
        nonce: &str,
        orcid: Orcid,
        now: Timestamp,
    ) -> Result<IdClaims, OauthError> {
        let expected = Expected { issuer: self.issuer.url(), client_id: self.client_id(), nonce, orcid, now };
        let kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let checked = kept.map(|keys| check(token, &keys, &expected));
        match checked {
            // The issuer may have another key now, under a new name or under the old one.
            None | Some(Err(IdTokenFault::Key | IdTokenFault::Signature)) => {
                let keys = self.fetch_keys()?;
                let checked = check(token, &keys, &expected);
                *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys);
                checked.map_err(OauthError::IdToken)
            }
            Some(checked) => checked.map_err(OauthError::IdToken),
        }
    }

    fn fetch_keys(&self) -> Result<KeySet, OauthError> {
        let endpoint = self.issuer.keys_url();
        let request = self.agent.get(&endpoint).header("accept", "application/json");
        let request = request.config().proxy(self.proxy.clone()).build();
        let reply = self.logged("GET", &endpoint, || read(request.call().map_err(fault)?))?;
        if reply.status != 200 {
            return Err(failed(endpoint, &reply));
        }
        let status = reply.status;
        KeySet::parse(&reply.body).ok_or(OauthError::NotJson { endpoint, status })
    }

    fn tokens(&self, form: &[(&str, &str)]) -> Result<TokenAnswer, OauthError> {
        let endpoint = self.issuer.token_url();
        let reply = self.post(&endpoint, form)?;
        if reply.status != 200 {
            return Err(failed(endpoint, &reply));
        }
        if is_page(&reply) {
            return Err(OauthError::NotJson { endpoint, status: reply.status });
        }
        TokenAnswer::parse(&reply.body).map_err(|what| OauthError::Incomplete { endpoint, what })
    }

    /// Posts a form with the client's credentials.
    fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> Result<Reply, OauthError> {
        let own =
            [("client_id", self.client_id()), ("client_secret", self.credentials.client_secret.reveal())];
        let request = self.agent.post(endpoint).header("accept", "application/json");
        let request = request.config().proxy(self.proxy.clone()).build();
        let pairs = own.into_iter().chain(form.iter().copied());
        self.logged("POST", endpoint, || read(request.send_form(pairs).map_err(fault)?))
    }

    /// Notes a request in the log: what was asked, and the status; never a form or a body.
    pub(super) fn logged(
        &self,
        method: &'static str,
        endpoint: &str,
        ask: impl FnOnce() -> Result<Reply, crate::client::Fault>,
    ) -> Result<Reply, OauthError> {
        let begun = Instant::now();
        let result = ask();
        let (status, fault) = match &result {
            Ok(reply) => (reply.status, ""),
            Err(fault) => (0, fault.code),
        };
        let ms = begun.elapsed().as_millis() as u64;
        tracing::info!(method, url = endpoint, status, ms, fault, "request");
        result.map_err(|fault| OauthError::Silent { endpoint: endpoint.to_owned(), code: fault.code })
    }

    fn incomplete(&self, what: &'static str) -> OauthError {
        OauthError::Incomplete { endpoint: self.issuer.token_url(), what }
    }
}

/// Reads an answer, which is short.
pub(super) fn read(response: ureq::http::Response<ureq::Body>) -> Result<Reply, crate::client::Fault> {
    read_up_to(response, MAX_ANSWER_BYTES)
}

/// True for a page in HTML, whatever its status: it comes from something in between.
pub(super) fn is_page(reply: &Reply) -> bool {
    let start = reply.body.trim_ascii_start();
    reply.content_type.contains("html") || start.starts_with(b"<")
}

/// What an answer means that is not the one that was hoped for.
pub(super) fn failed(endpoint: String, reply: &Reply) -> OauthError {
    let status = reply.status;
    match status {
        300..=399 => OauthError::Redirected { endpoint, status },
        _ if is_page(reply) => OauthError::NotJson { endpoint, status },
        429 | 503 | 502 | 504 => OauthError::Busy { endpoint, status },
        _ => OauthError::Refused { endpoint, status, name: error_name(&reply.body) },
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
