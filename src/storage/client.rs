//! The HTTP client of `object_store`: the same `ureq` and TLS that ask ORCID's API, so that the
//! program has one of each.
//!
//! A request is sent, and its answer read, in the thread that polls the future. That blocks the
//! thread, which is what `wait.rs` wants: it runs one future at a time.

use std::io::{self, Read};
use std::pin::Pin;
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

/// Time for the connection, for the beginning of an answer, and for each piece of a body. A store
/// that gives nothing for so long is asked again.
const TIMEOUT: Duration = Duration::from_secs(30);
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
        let set = |key: ClientConfigKey| options.get_config_value(&key);
        let is_true = |key| set(key).is_some_and(|value| value == "true");
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .disable_verification(is_true(ClientConfigKey::AllowInvalidCertificates))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let proxy = match set(ClientConfigKey::ProxyUrl) {
            Some(url) => Some(Proxy::new(&url).map_err(|_| wrong_proxy())?),
            None => Proxy::try_from_env(),
        };
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .http_status_as_error(false)
            // The bytes as they are stored: ranges count them.
            .accept_encoding("identity")
            .user_agent(concat!("orcidlake/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(TIMEOUT))
            .timeout_recv_response(Some(TIMEOUT))
            .timeout_per_read(Some(TIMEOUT))
            .timeout_per_write(Some(TIMEOUT));
        Ok(HttpClient::new(Client { agent: Agent::new_with_config(config.build()) }))
    }
}

#[async_trait::async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let mut reader = RequestReader { body, piece: Bytes::new() };
        let length = reader.body.content_length();
        let mut request = http::Request::from_parts(parts, SendBody::from_reader(&mut reader));
        request.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
        let answer = self.agent.run(request).map_err(error_of)?;
        let (parts, body) = answer.into_parts();
        let reader: Box<dyn Read + Send> = Box::new(body.into_with_config().limit(u64::MAX).reader());
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(Answer { reader: Mutex::new(reader) })))
    }
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

/// An error for `object_store`, which decides by its kind whether to ask again.
fn error_of(error: ureq::Error) -> HttpError {
    let kind = match &error {
        ureq::Error::Timeout(_) => HttpErrorKind::Timeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => HttpErrorKind::Connect,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => HttpErrorKind::Connect,
        ureq::Error::Io(_) => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}

/// The message does not show the URL, since a password may stand in it.
fn wrong_proxy() -> object_store::Error {
    object_store::Error::Generic { store: "HTTP", source: "proxy_url is not the URL of a proxy".into() }
}
