//! Asks a web server for some bytes of a file.
//!
//! There is no HEAD: signed URLs and some download hosts refuse it. Each request begins at the URL
//! that was given and follows redirects anew, because the addresses behind them expire. Redirects lead to web servers only,
//! never to files of this machine.

use std::io::Read as _;
use std::ops::Range;
use std::time::Duration;

use object_store::{ClientConfigKey, ClientOptions};
use ureq::Agent;
use ureq::http::{HeaderMap, Response, StatusCode, header};
use url::Url;

use super::answer::{Answer, Fault, Version};
use super::client::{MAX_REDIRECTS, agent, is_unreachable, is_untrusted};
use super::{Remote, StorageError, StorageOptions};

/// The longest time that a `Retry-After` is believed: a run waits, it does not sleep for hours.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(120);

/// A file on a web server.
#[derive(Debug)]
pub struct WebFile {
    agent: Agent,
    remote: Remote,
}

impl WebFile {
    /// Prepares requests; sends none.
    ///
    /// # Errors
    /// [`StorageError`] if an option is unknown or wrong.
    pub fn new(remote: &Remote, options: &StorageOptions) -> Result<Self, StorageError> {
        let mut client = ClientOptions::new();
        if remote.url().scheme() == "http" {
            client = client.with_allow_http(true);
        }
        for (key, value) in options.parsed::<ClientConfigKey>(remote)? {
            client = client.with_config(key, value);
        }
        let agent = agent(&client).map_err(|error| remote.failed("connect to", error))?;
        Ok(Self { agent, remote: remote.clone() })
    }

    /// The file, for messages.
    pub fn shown(&self) -> &std::path::Path {
        self.remote.shown()
    }

    /// Asks for the bytes of `range`, of the state `known` if one is known.
    ///
    /// # Errors
    /// A [`Fault`] that says whether to ask again.
    pub fn get(&self, range: Range<u64>, known: Option<&Version>) -> Result<Answer, Fault> {
        match self.get_any(range, known)? {
            Answer::Whole { .. } if known.is_some() => {
                Err(Fault::passing("the server sent the whole file instead of a part"))
            }
            answer => Ok(answer),
        }
    }

    /// Asks for the bytes of `range`, of the state `known`; the whole file in that state will do.
    ///
    /// # Errors
    /// A [`Fault`] that says whether to ask again.
    pub fn get_any(&self, range: Range<u64>, known: Option<&Version>) -> Result<Answer, Fault> {
        let (answer, is_redirected) = self.ask(Some(&range), known)?;
        match answer.status() {
            StatusCode::PARTIAL_CONTENT => self.part(answer, &range, known),
            StatusCode::OK => self.whole(answer, &range, known),
            StatusCode::PRECONDITION_FAILED => Err(Fault::Changed),
            StatusCode::RANGE_NOT_SATISFIABLE => self.no_range(&answer, known),
            _ => Err(self.refused(&answer, is_redirected)),
        }
    }

    /// Asks an API for a document of at most `limit_bytes`.
    ///
    /// # Errors
    /// A [`Fault`] that says whether to ask again.
    pub fn get_document(&self, limit_bytes: u64) -> Result<Vec<u8>, Fault> {
        let (answer, is_redirected) = self.ask(None, None)?;
        self.document(answer, is_redirected, limit_bytes)
    }

    /// Sends JSON to an API, and gives its answer, a document of at most `limit_bytes`.
    ///
    /// # Errors
    /// A [`Fault`] that says whether to ask again.
    pub fn post_json(&self, json: &str, limit_bytes: u64) -> Result<Vec<u8>, Fault> {
        let request = self.agent.post(self.remote.url().as_str());
        let request = request.config().max_redirects(0).max_redirects_will_error(false).build();
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let answer = request.send(json).map_err(|error| self.fault_of(error))?;
        self.document(answer, false, limit_bytes)
    }

    fn document(
        &self,
        answer: Response<ureq::Body>,
        is_redirected: bool,
        limit_bytes: u64,
    ) -> Result<Vec<u8>, Fault> {
        if answer.status() != StatusCode::OK {
            return Err(self.refused(&answer, is_redirected));
        }
        let mut document = Vec::new();
        let read = body(answer).take(limit_bytes + 1).read_to_end(&mut document);
        read.map_err(|error| Fault::passing(error.to_string()))?;
        match document.len() as u64 > limit_bytes {
            true => Err(Fault::Final(StorageError::TooLarge { place: self.shown().to_owned(), limit_bytes })),
            false => Ok(document),
        }
    }

    /// What an answer means that has no bytes of the file.
    fn refused(&self, answer: &Response<ureq::Body>, is_redirected: bool) -> Fault {
        let (status, after) = (answer.status(), retry_after(answer.headers()));
        if status.is_success() {
            let reason = format!("the server has nothing to give yet (status {})", status.as_u16());
            return Fault::Passing { reason, after, is_unreachable: false };
        }
        // The address that the server led to has expired; the next request is led to a new one.
        let is_expired = is_redirected && status == StatusCode::FORBIDDEN;
        if is_passing(status) || is_expired {
            return Fault::Passing { reason: told(status), after, is_unreachable: false };
        }
        let place = self.shown().to_owned();
        Fault::Final(StorageError::Status { place, status: status.as_u16(), told: told(status) })
    }

    /// Sends the request, and follows redirects; tells whether there were any. The client could
    /// follow them too, but it does not tell which of them it refuses.
    fn ask(
        &self,
        range: Option<&Range<u64>>,
        known: Option<&Version>,
    ) -> Result<(Response<ureq::Body>, bool), Fault> {
        let mut url = self.remote.url().clone();
        for redirects in 0..=MAX_REDIRECTS {
            let request = self.agent.get(url.as_str()).config();
            let mut request = request.max_redirects(0).max_redirects_will_error(false).build();
            if let Some(range) = range {
                let last = range.end.saturating_sub(1);
                request = request.header(header::RANGE, format!("bytes={}-{last}", range.start));
            }
            if let Some(e_tag) = known.and_then(Version::strong_e_tag) {
                request = request.header(header::IF_MATCH, e_tag);
            } else if let Some(time) = known.and_then(|known| known.last_modified.as_deref()) {
                request = request.header(header::IF_UNMODIFIED_SINCE, time);
            }
            let answer = request.call().map_err(|error| self.fault_of(error))?;
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok((answer, redirects > 0));
            }
            url = self.next_url(&url, answer.headers()).map_err(Fault::Final)?;
        }
        let place = self.remote.shown().to_owned();
        Err(Fault::Final(StorageError::Redirects { place, limit: MAX_REDIRECTS }))
    }

    /// The address that a redirect leads to, if it is on a web server.
    fn next_url(&self, from: &Url, headers: &HeaderMap) -> Result<Url, StorageError> {
        let place = || self.remote.shown().to_owned();
        let location = text(headers, header::LOCATION).filter(|location| !location.is_empty());
        let next = location.and_then(|location| from.join(&location).ok());
        let next = next.ok_or_else(|| StorageError::RedirectNowhere { place: place() })?;
        match next.scheme() {
            "https" | "http" if next.has_host() => Ok(next),
            scheme => Err(StorageError::RedirectScheme { place: place(), scheme: scheme.to_owned() }),
        }
    }

    /// Checks that a part is the one that was asked for.
    fn part(
        &self,
        answer: Response<ureq::Body>,
        wanted: &Range<u64>,
        known: Option<&Version>,
    ) -> Result<Answer, Fault> {
        let found = text(answer.headers(), header::CONTENT_RANGE);
        let Some((range, size_bytes)) = found.as_deref().and_then(content_range) else {
            let found = found.unwrap_or_default();
            return Err(Fault::passing(format!("the answer does not say which part it is: \"{found}\"")));
        };
        let version = version_of(answer.headers(), size_bytes);
        if known.is_some_and(|known| !known.agrees_with(&version)) {
            return Err(Fault::Changed);
        }
        let expected = wanted.start..wanted.end.min(size_bytes);
        if range != expected {
            let (start, end) = (expected.start, expected.end);
            return Err(Fault::passing(format!(
                "the answer has bytes {} to {}, not {start} to {end}",
                range.start, range.end
            )));
        }
        let length = content_length(answer.headers());
        if length.is_some_and(|length| length != range.end - range.start) {
            return Err(Fault::passing("the length of the answer is not that of its part"));
        }
        Ok(Answer::Part { version, range, body: body(answer) })
    }

    /// All bytes instead of a part.
    fn whole(
        &self,
        answer: Response<ureq::Body>,
        wanted: &Range<u64>,
        known: Option<&Version>,
    ) -> Result<Answer, Fault> {
        let length = content_length(answer.headers());
        let Some(known) = known else {
            debug_assert_eq!(wanted.start, 0, "the first request is for the first bytes");
            return Ok(Answer::Whole { length, body: body(answer) });
        };
        let is_page = text(answer.headers(), header::CONTENT_TYPE)
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
        if is_page {
            return Err(Fault::passing("the server sent a page (HTML) instead of the file"));
        }
        if length == Some(0) && known.size_bytes > 0 {
            return Err(Fault::passing("the server sent nothing in the place of the file"));
        }
        let version = version_of(answer.headers(), length.unwrap_or(known.size_bytes));
        match known.agrees_with(&version) {
            true => Ok(Answer::Whole { length, body: body(answer) }),
            false => Err(Fault::Changed),
        }
    }

    /// The range begins behind the end: the file is empty, or it has become shorter.
    fn no_range(&self, answer: &Response<ureq::Body>, known: Option<&Version>) -> Result<Answer, Fault> {
        let found = text(answer.headers(), header::CONTENT_RANGE).unwrap_or_default();
        let size_bytes = found.trim().strip_prefix("bytes */").and_then(|size| size.parse().ok());
        match (known, size_bytes) {
            (Some(_), _) => Err(Fault::Changed),
            (None, Some(0)) => {
                let version = version_of(answer.headers(), 0);
                Ok(Answer::Part { version, range: 0..0, body: Box::new(std::io::empty()) })
            }
            (None, _) => Err(Fault::Final(StorageError::Status {
                place: self.remote.shown().to_owned(),
                status: answer.status().as_u16(),
                told: told(answer.status()),
            })),
        }
    }

    /// Messages of the client may hold the whole URL, so some are told in our own words.
    fn fault_of(&self, error: ureq::Error) -> Fault {
        let place = self.remote.shown().to_owned();
        match error {
            ureq::Error::RequireHttpsOnly(_) => Fault::Final(StorageError::PlainHttp { place }),
            ureq::Error::BadUri(_) => {
                let reason = "the client does not accept it".to_owned();
                Fault::Final(StorageError::NotAUrl { path: place, reason })
            }
            error if is_untrusted(&error) => {
                Fault::Final(StorageError::Untrusted { place, reason: error.to_string() })
            }
            error => Fault::Passing {
                is_unreachable: is_unreachable(&error),
                reason: reason_of(&error),
                after: None,
            },
        }
    }
}

/// True for a status after which the same request may succeed.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504 | 520..=530)
}

fn told(status: StatusCode) -> String {
    let name = status.canonical_reason().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("the server answers with status {}{name}", status.as_u16())
}

/// Why a request failed, in words.
fn reason_of(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "the server gives no answer in time".to_owned(),
        ureq::Error::HostNotFound => "there is no host with this name".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

fn body(answer: Response<ureq::Body>) -> Box<dyn std::io::Read + Send> {
    Box::new(answer.into_body().into_with_config().limit(u64::MAX).reader())
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_owned())
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok())
}

fn version_of(headers: &HeaderMap, size_bytes: u64) -> Version {
    let (e_tag, last_modified) = (text(headers, header::ETAG), text(headers, header::LAST_MODIFIED));
    Version { size_bytes, e_tag, last_modified }
}

/// `Retry-After` in seconds; dates are rare, and the usual wait does as well.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = text(headers, header::RETRY_AFTER)?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

/// Range and size of `bytes 0-99/1234`.
fn content_range(text: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let size = size.trim().parse().ok()?;
    (first <= last && last < size).then(|| (first..last + 1, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_where_it_belongs() {
        for (text, expected) in [
            ("bytes 0-99/1234", Some((0..100, 1234))),
            (" bytes 5-5/6 ", Some((5..6, 6))),
            ("bytes 0-99/*", None),
            ("bytes 9-5/100", None),
            ("bytes 0-100/100", None),
            ("bytes 0-18446744073709551615/18446744073709551615", None),
            ("items 0-99/1234", None),
            ("", None),
        ] {
            assert_eq!(content_range(text), expected, "{text}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (status, expected) in
            [(404, false), (403, false), (410, false), (501, false), (503, true), (429, true), (500, true)]
        {
            assert_eq!(is_passing(StatusCode::from_u16(status).unwrap()), expected, "{status}");
        }
    }
}
