//! One HTTP client for all requests: TLS with the system's roots, gzip,
//! connections kept alive, proxies from the environment, limits on time and size.
//!
//! It knows how to ask, not what an answer means. No message and no log line
//! holds a token.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Error as HttpError, Proxy};

use super::ApiError;
use super::client::{Client, Fault, NO_NAME, Reply, UNTRUSTED};
use super::credentials::{Credentials, Secret};
use super::host::Host;
use super::proxy::proxy_for;
use super::time::parse_http_date;
use super::token::Token;
use super::token_file::TokenFile;
use orcid_xml::Timestamp;

/// Bytes of a body, inflated; the largest records have some tens of megabytes.
const MAX_BODY_BYTES: u64 = 128 << 20;
/// The form in which records and searches are asked for.
const ACCEPT: &str = "application/vnd.orcid+xml";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// How a client is made.
#[derive(Debug, Clone)]
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

    fn send(&self, path: &str) -> Result<Reply, Fault> {
        let request = self.agent.get(format!("{}{path}", self.options.host.api)).header("accept", ACCEPT);
        let mut request = request.config().proxy(self.proxy.clone()).build();
        if let Some(token) = self.bearer() {
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
        let begun = Instant::now();
        let result = self.send(path);
        let (status, bytes, fault) = match &result {
            Ok(reply) => (reply.status, reply.body.len(), ""),
            Err(fault) => (0, 0, fault.code),
        };
        let ms = begun.elapsed().as_millis() as u64;
        tracing::info!(method = "GET", path, status, bytes, ms, fault, "request");
        result
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

/// An agent that follows no redirect and takes every status for an answer; each
/// request says its own proxy.
pub fn agent(program: &str, contact: Option<&str>, timeout: Duration) -> Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let contact: String = contact.unwrap_or_default().chars().filter(char::is_ascii_graphic).collect();
    let about = if contact.is_empty() { String::new() } else { format!(" ({contact})") };
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(format!("{program}{about}"))
        .timeout_connect(Some(CONNECT_TIMEOUT.min(timeout)))
        .timeout_global(Some(timeout))
        .build();
    Agent::new_with_config(config)
}

/// Posts a form and gives status and body; for the token endpoint alone.
pub fn form_post(
    agent: &Agent,
    url: &str,
    proxy: Option<Proxy>,
    form: &[(&str, &str)],
) -> Result<(u16, Vec<u8>), Fault> {
    let begun = Instant::now();
    let request = agent.post(url).header("accept", "application/json");
    let request = request.config().proxy(proxy).build();
    let result = request.send_form(form.iter().copied()).map_err(fault).and_then(read);
    let status = result.as_ref().map_or(0, |reply| reply.status);
    tracing::info!(
        method = "POST",
        path = "(token)",
        status,
        ms = begun.elapsed().as_millis() as u64,
        "request"
    );
    result.map(|reply| (reply.status, reply.body))
}

fn read(response: ureq::http::Response<ureq::Body>) -> Result<Reply, Fault> {
    let header = |name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let retry_after = Some(header("retry-after")).filter(|value| !value.is_empty());
    let date = parse_http_date(&header("date"));
    let (status, content_type) = (response.status().as_u16(), header("content-type"));
    let mut body = Vec::new();
    let reader = response.into_body().into_with_config().limit(u64::MAX).reader();
    let length = reader.take(MAX_BODY_BYTES + 1).read_to_end(&mut body).map_err(body_fault)?;
    if length as u64 > MAX_BODY_BYTES {
        return Err(Fault { code: "too-large", what: format!("more than {MAX_BODY_BYTES} bytes") });
    }
    Ok(Reply { status, content_type, retry_after, date, body })
}

fn fault(error: HttpError) -> Fault {
    let code = match &error {
        HttpError::Timeout(_) => "timeout",
        HttpError::HostNotFound => NO_NAME,
        HttpError::ConnectionFailed => "no-connection",
        HttpError::Io(error) => io_code(error),
        HttpError::Rustls(error) => tls_code(error),
        HttpError::Tls(_) => "tls",
        HttpError::Decompress(..) => "damaged-gzip",
        HttpError::ConnectProxyFailed(_) => "proxy",
        _ => "protocol",
    };
    // An error of the system without the word "io" before it.
    let what = match error {
        HttpError::Io(error) => error.to_string(),
        error => error.to_string(),
    };
    Fault { code, what }
}

/// A certificate that is not trusted will not be so the next time either.
fn tls_code(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::General(_) => UNTRUSTED,
        _ => "tls",
    }
}

fn body_fault(error: io::Error) -> Fault {
    let what = error.to_string();
    match error.downcast::<HttpError>() {
        Ok(error) => fault(error),
        Err(error) => Fault { code: io_code(&error), what },
    }
}

fn io_code(error: &io::Error) -> &'static str {
    if let Some(error) = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) {
        return tls_code(error);
    }
    // The system's resolver has no kind of its own among those of the library.
    if error.to_string().contains("failed to lookup address") {
        return NO_NAME;
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "timeout",
        io::ErrorKind::UnexpectedEof => "cut-off-body",
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => "damaged-gzip",
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => "no-connection",
        _ => "connection-reset",
    }
}
