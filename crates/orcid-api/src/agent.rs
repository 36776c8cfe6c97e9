//! One request by HTTP: TLS with the system's roots, gzip, limits on time and size; and what went
//! wrong where there is no whole answer.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Error as HttpError, Proxy};

use super::client::{Fault, NO_NAME, Reply, UNTRUSTED};
use super::time::parse_http_date;

/// Bytes of a body, inflated; the largest records have some tens of megabytes.
const MAX_BODY_BYTES: u64 = 128 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes after the end of gzip data that are read so that the connection can be used again.
const MAX_REST_BYTES: u64 = 4 << 10;
/// The compression that answers may have.
const GZIP: &str = "gzip";

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
        .accept_encoding(GZIP)
        .timeout_connect(Some(CONNECT_TIMEOUT.min(timeout)))
        .timeout_global(Some(timeout))
        .build();
    Agent::new_with_config(config)
}

/// Sends a request by `ask`, and notes it in the log: what was asked, the status, the bytes and the
/// time; never a token or a body.
///
/// # Errors
/// The [`Fault`] of `ask`.
pub fn logged<T: AsRef<Reply>>(
    method: &'static str,
    path: &str,
    ask: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, Fault> {
    let begun = Instant::now();
    let result = ask();
    let (status, bytes, fault) = match &result {
        Ok(reply) => (reply.as_ref().status, reply.as_ref().body.len(), ""),
        Err(fault) => (0, 0, fault.code),
    };
    let ms = begun.elapsed().as_millis() as u64;
    tracing::info!(method, path, status, bytes, ms, fault, "request");
    result
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

/// Reads an answer, up to the limit.
///
/// # Errors
/// A [`Fault`] where it is not whole.
pub fn read(response: ureq::http::Response<ureq::Body>) -> Result<Reply, Fault> {
    read_up_to(response, MAX_BODY_BYTES)
}

/// Reads an answer, up to so many bytes.
///
/// # Errors
/// A [`Fault`] where it is not whole.
pub fn read_up_to(response: ureq::http::Response<ureq::Body>, max_bytes: u64) -> Result<Reply, Fault> {
    let header = |name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let retry_after = Some(header("retry-after")).filter(|value| !value.is_empty());
    let date = parse_http_date(&header("date"));
    let (status, content_type) = (response.status().as_u16(), header("content-type"));
    let is_gzip = header("content-encoding").eq_ignore_ascii_case(GZIP);
    let mut body = Vec::new();
    let mut reader = response.into_body().into_with_config().limit(u64::MAX).reader();
    let length = if is_gzip {
        MultiGzDecoder::new(&mut reader).take(max_bytes + 1).read_to_end(&mut body)
    } else {
        (&mut reader).take(max_bytes + 1).read_to_end(&mut body)
    };
    let length = length.map_err(body_fault)?;
    // The client keeps the connection only once it has seen the end; without it, it makes a new one.
    let _ = io::copy(&mut reader.take(MAX_REST_BYTES), &mut io::sink());
    if length as u64 > max_bytes {
        return Err(Fault { code: "too-large", what: format!("more than {max_bytes} bytes") });
    }
    Ok(Reply { status, content_type, retry_after, date, body })
}

/// Why there is no answer.
pub fn fault(error: HttpError) -> Fault {
    let code = match &error {
        HttpError::Timeout(_) => "timeout",
        HttpError::HostNotFound => NO_NAME,
        HttpError::ConnectionFailed => "no-connection",
        HttpError::Io(error) => io_code(error),
        HttpError::Rustls(error) => tls_code(error),
        HttpError::Tls(_) => "tls",
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
