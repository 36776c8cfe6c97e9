//! The HTTP client of web servers and of `object_store`: the same `ureq` and TLS that ask ORCID's
//! API, so that the program has one of each.
//!
//! A request is sent, and its answer read, in the thread that polls the future. That blocks the
//! thread, which is what `wait.rs` wants: it runs one future at a time.

use std::io::{self, Read};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::{ClientConfigKey, ClientOptions, Result};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy, SendBody};

use super::fault::NO_CREDENTIALS;
use super::options::truth;

/// Time for the connection, for the beginning of an answer, and for each piece of a body. A store
/// that gives nothing for so long is asked again.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Redirects that are followed in a row; download hosts use two or three.
pub const MAX_REDIRECTS: u32 = 10;
/// Hosts that give a machine in a cloud its credentials. Elsewhere there are none, and asking them
/// ten times would only take a minute.
const CREDENTIAL_HOSTS: [&str; 3] = ["169.254.169.254", "169.254.170.2", "metadata.google.internal"];
/// What is said of a redirect to a file, to another scheme, or to nowhere.
const NO_REDIRECT: &str = "the server leads to an address that is not followed: only http and https are";
/// Bytes of an answer that are read at a time.
const READ_BYTES: usize = 256 << 10;

/// Makes clients for `object_store`.
#[derive(Debug)]
pub struct Connector;

#[derive(Debug)]
struct Client {
    agent: Agent,
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        Ok(HttpClient::new(Client { agent: agent(options)? }))
    }
}

/// A client with the user's options.
///
/// # Errors
/// An error if the URL of the proxy, a time, or an option that is true or false is wrong.
pub fn agent(options: &ClientOptions) -> Result<Agent> {
    let set = |key: ClientConfigKey| options.get_config_value(&key);
    let is_true = |key: ClientConfigKey| match set(key) {
        Some(value) => truth(&value).ok_or_else(|| neither(key)),
        None => Ok(false),
    };
    let time = |key, usual| set(key).map_or(Ok(usual), |text| duration(&text));
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .disable_verification(is_true(ClientConfigKey::AllowInvalidCertificates)?)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let proxy = match set(ClientConfigKey::ProxyUrl) {
        Some(url) => Some(Proxy::new(&url).map_err(|_| wrong_proxy())?),
        None => Proxy::try_from_env(),
    };
    let wait = time(ClientConfigKey::ReadTimeout, TIMEOUT)?;
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .https_only(!is_true(ClientConfigKey::AllowHttp)?)
        .http_status_as_error(false)
        .max_redirects(MAX_REDIRECTS)
        // The bytes as they are stored: ranges count them.
        .accept_encoding("identity")
        .user_agent(concat!("orcidlake/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(time(ClientConfigKey::ConnectTimeout, TIMEOUT)?))
        .timeout_recv_response(Some(wait))
        .timeout_per_read(Some(wait))
        .timeout_per_write(Some(wait));
    Ok(Agent::new_with_config(config.build()))
}

fn duration(text: &str) -> Result<Duration> {
    humantime::parse_duration(text)
        .map_err(|_| object_store::Error::Generic { store: "HTTP", source: "a timeout is not a time".into() })
}

#[async_trait::async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let mut reader = RequestReader { body, piece: Bytes::new() };
        let length = reader.body.content_length();
        let mut request = http::Request::from_parts(parts, SendBody::from_reader(&mut reader));
        request.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
        let gives_credentials = is_credential_host(request.uri());
        let answer = match self.agent.run(request) {
            Err(_) if gives_credentials && !HAS_CREDENTIALS.load(Ordering::Relaxed) => {
                return Err(HttpError::new(HttpErrorKind::Unknown, io::Error::other(NO_CREDENTIALS)));
            }
            answer => answer.map_err(error_of)?,
        };
        HAS_CREDENTIALS.fetch_or(gives_credentials, Ordering::Relaxed);
        let (parts, body) = answer.into_parts();
        let reader: Box<dyn Read + Send> = Box::new(body.into_with_config().limit(u64::MAX).reader());
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(Answer { reader: Mutex::new(reader) })))
    }
}

/// True once a host of credentials has answered: then it is asked again after a fault.
static HAS_CREDENTIALS: AtomicBool = AtomicBool::new(false);

fn is_credential_host(uri: &http::Uri) -> bool {
    uri.host().is_some_and(|host| CREDENTIAL_HOSTS.contains(&host))
}

/// The body of a request as `ureq` reads it.
struct RequestReader {
    body: HttpRequestBody,
    piece: Bytes,
}

impl Read for RequestReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            // It is in memory, so it never has to be waited for.
            let mut context = Context::from_waker(std::task::Waker::noop());
            match Pin::new(&mut self.body).poll_frame(&mut context) {
                Poll::Ready(Some(frame)) => {
                    self.piece = frame.map_err(io::Error::other)?.into_data().unwrap_or_default();
                }
                Poll::Ready(None) | Poll::Pending => return Ok(0),
            }
        }
        let length = self.piece.len().min(out.len());
        out[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}

/// The body of an answer; it is read when it is asked for.
struct Answer {
    reader: Mutex<Box<dyn Read + Send>>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let mut bytes = vec![0; READ_BYTES];
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        Poll::Ready(match reader.read(&mut bytes) {
            Ok(0) => None,
            Ok(length) => {
                bytes.truncate(length);
                Some(Ok(Frame::data(bytes.into())))
            }
            Err(error) => Some(Err(HttpError::new(HttpErrorKind::Interrupted, error))),
        })
    }
}

/// True if the server has a certificate that is not trusted.
pub fn is_untrusted(error: &ureq::Error) -> bool {
    let of_tls = |error: &rustls::Error| {
        // The verifier of the platform has a general error for some of its reasons.
        matches!(error, rustls::Error::InvalidCertificate(_) | rustls::Error::General(_))
    };
    match error {
        ureq::Error::Rustls(error) => of_tls(error),
        ureq::Error::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref()).is_some_and(of_tls),
        _ => false,
    }
}

/// True if no server was reached at all.
pub fn is_unreachable(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
        ureq::Error::Io(error) => {
            let is_down = matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::NetworkDown
            );
            // The system's resolver has no kind of its own.
            is_down || error.to_string().contains("failed to lookup address")
        }
        _ => false,
    }
}

/// An error for `object_store`, which decides by its kind whether to ask again.
fn error_of(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HttpErrorKind::Connect,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => HttpErrorKind::Connect,
        ureq::Error::Io(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    match &error {
        // So it ends too if the server leads to a file.
        ureq::Error::TooManyRedirects => {
            let told = format!(
                "the server leads from one address to the next, more than {MAX_REDIRECTS} times, or to a file: \
                 only http and https are followed"
            );
            HttpError::new(kind, io::Error::other(told))
        }
        // The request itself has an address that is good.
        ureq::Error::RedirectFailed | ureq::Error::BadUri(_) => {
            HttpError::new(kind, io::Error::other(NO_REDIRECT))
        }
        _ => HttpError::new(kind, error),
    }
}

/// An option, as an environment variable may have it too, that is neither true nor false.
fn neither(key: ClientConfigKey) -> object_store::Error {
    let source = format!("the option {} has to be true or false", key.as_ref()).into();
    object_store::Error::Generic { store: "HTTP", source }
}

/// The message does not show the URL, since a password may stand in it.
fn wrong_proxy() -> object_store::Error {
    object_store::Error::Generic { store: "HTTP", source: "proxy_url is not the URL of a proxy".into() }
}
