//! One HTTP client for all requests, in the name of a token: connections kept alive, proxies
//! from the environment.
//!
//! It knows how to ask, not what an answer means. No message and no log line
//! holds a token.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ureq::{Agent, Proxy};

use super::ApiError;
use super::agent::{agent, fault, logged, read};
use super::client::{Client, Fault, Reply};
use super::credentials::{Credentials, Secret};
use super::host::Host;
use super::proxy::proxy_for;
use super::token::Token;
use super::token_file::TokenFile;
use orcid_xml::Timestamp;

/// The form in which records and searches are asked for.
const ACCEPT: &str = "application/vnd.orcid+xml";

/// Time for one request, if no other is given.
const TIMEOUT: Duration = Duration::from_secs(120);

/// How a client is made.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Whom to ask.
    pub host: Host,
    /// Credentials that the user gives with this run.
    pub credentials: Option<Credentials>,
    /// Where tokens are kept; `None` asks as an anonymous client.
    pub token_file: Option<TokenFile>,
    /// The name and version of the program that asks, such as `orcidlake/0.1.0`.
    pub program: String,
    /// A mail address or URL under which the user can be reached.
    pub contact: Option<String>,
    /// Time for one request with its answer.
    pub timeout: Duration,
}

impl ClientOptions {
    /// An anonymous client of `host`, with two minutes for a request.
    pub fn new(host: Host, program: impl Into<String>) -> Self {
        Self {
            host,
            credentials: None,
            token_file: None,
            program: program.into(),
            contact: None,
            timeout: TIMEOUT,
        }
    }
}

/// Asks the API by HTTP.
#[derive(Debug)]
pub struct HttpClient {
    agent: Agent,
    proxy: Option<Proxy>,
    options: ClientOptions,
    token: Mutex<Option<Token>>,
}

impl HttpClient {
    /// A client with a token, where one is kept or can be obtained; `client_id`
    /// picks among tokens that are kept.
    ///
    /// # Errors
    /// [`ApiError`] where the token file cannot be read, no token is given for
    /// the credentials, or the environment names a proxy that is none.
    pub fn new(options: ClientOptions, client_id: Option<&str>, now: Timestamp) -> Result<Self, ApiError> {
        let agent = agent(&options.program, options.contact.as_deref(), options.timeout);
        let proxy = proxy_for(&options.host.api)?;
        let mut token = None;
        if let Some(file) = &options.token_file {
            let wanted = options.credentials.as_ref().map(|credentials| credentials.client_id.as_str());
            let kept = file.find(&options.host.token_url, wanted.or(client_id))?;
            let credentials =
                options.credentials.clone().or_else(|| kept.as_ref().and_then(Token::credentials));
            let old_secret = kept.as_ref().and_then(|kept| kept.client_secret.clone());
            token = match (kept, credentials) {
                (Some(kept), _) if kept.is_good(now) => Some(kept),
                (_, Some(credentials)) => {
                    let mut fresh = Token::obtain(&agent, &options.host, &credentials, now)?;
                    if options.credentials.is_some() {
                        // A secret that comes with each run need not be kept; one that `auth` keeps stays.
                        fresh.client_secret = old_secret;
                    }
                    file.put(&fresh)?;
                    Some(fresh)
                }
                (Some(expired), None) => {
                    let what = "the one that is kept has expired, and its secret is not kept".to_owned();
                    return Err(ApiError::NoToken { token_url: expired.token_url, what });
                }
                (None, None) if client_id.is_some() => return Err(ApiError::HalfCredentials),
                (None, None) => None,
            };
        }
        Ok(Self { agent, proxy, options, token: Mutex::new(token) })
    }

    /// Asks for `path` below the API's root with this token alone, such as that of the person whose
    /// record it is.
    ///
    /// # Errors
    /// A [`Fault`] where there is no whole answer.
    pub fn get_with(&self, path: &str, token: Option<&Secret>) -> Result<Reply, Fault> {
        logged("GET", path, || self.send(path, token))
    }

    fn send(&self, path: &str, token: Option<&Secret>) -> Result<Reply, Fault> {
        let request = self.agent.get(format!("{}{path}", self.options.host.api)).header("accept", ACCEPT);
        let mut request = request.config().proxy(self.proxy.clone()).build();
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        read(request.call().map_err(fault)?)
    }

    fn bearer(&self) -> Option<Secret> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.as_ref().map(|token| token.access_token.clone())
    }
}

impl Client for HttpClient {
    fn client_id(&self) -> Option<String> {
        self.token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|token| token.client_id.clone())
    }

    fn host(&self) -> &Host {
        &self.options.host
    }

    fn get(&self, path: &str) -> Result<Reply, Fault> {
        self.get_with(path, self.bearer().as_ref())
    }

    fn renew(&self, asked_at: Timestamp, now: Timestamp) -> Result<bool, ApiError> {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = |what: &str| ApiError::Refused { what: what.to_owned() };
        let old = token.as_ref().ok_or_else(|| refused("it asks anonymous clients for one"))?;
        if old.obtained_at > asked_at {
            return Ok(false);
        }
        let given = self.options.credentials.clone().or_else(|| old.credentials());
        let credentials = given.ok_or_else(|| refused("it has expired, and its secret is not kept"))?;
        let mut fresh = Token::obtain(&self.agent, &self.options.host, &credentials, now)?;
        fresh.client_secret = old.client_secret.clone().and(fresh.client_secret);
        if let Some(file) = &self.options.token_file {
            file.put(&fresh)?;
        }
        tracing::info!("token renewed");
        *token = Some(fresh);
        Ok(true)
    }
}
