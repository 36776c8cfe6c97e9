//! A plain HTTP client for the tests of the local ORCID.

use std::io::Read;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use orcid_xml::{Document, parse};

pub const ORCID_XML: &str = "application/vnd.orcid+xml";

const GZIP: &str = "gzip";

/// A plain client.
pub struct Client(ureq::Agent);

/// What it was given.
pub struct Given {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new() -> Client {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .accept_encoding(GZIP)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        Client(config.into())
    }

    pub fn get(&self, url: &str) -> Given {
        self.get_as(url, &[("accept", ORCID_XML)]).expect("the server answers")
    }

    pub fn get_as(&self, url: &str, headers: &[(&str, &str)]) -> Result<Given, ureq::Error> {
        let mut request = self.0.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Given::of(request.call()?)
    }

    pub fn post(&self, url: &str, form: &[(&str, &str)]) -> Given {
        self.post_as(url, &[], form).expect("the server answers")
    }

    pub fn post_as(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Result<Given, ureq::Error> {
        let mut request = self.0.post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Given::of(request.send_form(form.iter().copied())?)
    }
}

impl Given {
    fn of(mut response: ureq::http::Response<ureq::Body>) -> Result<Given, ureq::Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // More than any true answer here.
        let mut body = response.body_mut().with_config().limit(8 << 20).read_to_vec()?;
        if headers.get("content-encoding").is_some_and(|encoding| encoding == GZIP) {
            let mut inflated = Vec::new();
            MultiGzDecoder::new(&body[..]).read_to_end(&mut inflated)?;
            body = inflated;
        }
        Ok(Given { status, headers, body })
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("readable"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// Status, and what an error of the authorization server says.
    pub fn refusal(&self) -> (u16, String, String) {
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        (self.status, text("error"), text("error_description"))
    }

    /// Status and ORCID's own number.
    pub fn error(&self) -> (u16, i32) {
        match parse(&self.body).expect("an answer is XML").document {
            Document::Stub(stub) => (self.status, stub.error_code.expect("an error has a code")),
            _ => (self.status, 0),
        }
    }
}
