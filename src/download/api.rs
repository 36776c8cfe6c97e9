//! Asks the API of figshare or Zenodo.
//!
//! An answer without content, and a page in the place of JSON, come now and then from the gateways
//! before these APIs; they are asked again, like servers in trouble.

use std::path::Path;

use serde_json::Value;

use super::error::DownloadError;
use super::options::Options;
use crate::storage::{
    Attempts, Fault, Patience, Place, StorageError, StorageOptions, WebFile, interruptible,
};
use targz_seek::Meter;

/// Bytes of an answer; a list of a hundred releases has some hundred kilobytes.
const MAX_ANSWER_BYTES: u64 = 32 << 20;

/// An API by its root.
pub struct Api<'a> {
    root: &'a str,
    options: &'a StorageOptions,
    patience: Patience,
    meter: &'a Meter,
}

impl<'a> Api<'a> {
    pub fn new(root: &'a str, options: &'a Options, meter: &'a Meter) -> Self {
        let root = root.trim_end_matches('/');
        Self { root, options: &options.storage, patience: options.patience, meter }
    }

    /// The root, without a slash at its end.
    pub fn root(&self) -> &str {
        self.root
    }

    /// Asks for JSON.
    ///
    /// # Errors
    /// [`DownloadError`] if none comes.
    pub fn get(&self, path: &str) -> Result<Value, DownloadError> {
        self.ask(path, None)
    }

    /// Sends JSON and gets JSON.
    ///
    /// # Errors
    /// [`DownloadError`] if none comes.
    pub fn post(&self, path: &str, json: &Value) -> Result<Value, DownloadError> {
        self.ask(path, Some(json.to_string()))
    }

    /// Refuses an address without TLS that an API with TLS gives.
    ///
    /// # Errors
    /// [`StorageError::PlainHttp`], or the fault of a wrong address.
    pub fn check_address(&self, url: &str) -> Result<(), DownloadError> {
        let place = Place::of(Path::new(url))?;
        match place {
            Place::Remote(remote) if remote.is_web() => {
                let (is_plain, is_api_plain) = (url.starts_with("http:"), self.root.starts_with("http:"));
                match is_plain && !is_api_plain {
                    true => Err(StorageError::PlainHttp { place: remote.shown().to_owned() }.into()),
                    false => Ok(()),
                }
            }
            _ => Err(self.not_understood("the address of a file is no http(s) URL")),
        }
    }

    /// The error for an answer that has not what it should have.
    pub fn not_understood(&self, reason: impl Into<String>) -> DownloadError {
        let place = match Place::of(Path::new(self.root)) {
            Ok(Place::Remote(remote)) => remote.shown().to_owned(),
            _ => self.root.into(),
        };
        DownloadError::NotUnderstood { place, reason: reason.into() }
    }

    fn ask(&self, path: &str, body: Option<String>) -> Result<Value, DownloadError> {
        let url = format!("{}/{path}", self.root);
        let Place::Remote(remote) = Place::of(Path::new(&url))? else {
            return Err(self.not_understood("the address of an API is an http(s) URL"));
        };
        if !remote.is_web() {
            return Err(self.not_understood("the address of an API is an http(s) URL"));
        }
        let shown = remote.shown().to_owned();
        let mut attempts = Attempts::new(self.patience);
        loop {
            let file = WebFile::new(&remote, self.options)?;
            let body = body.clone();
            let ask = move || match body {
                Some(body) => file.post_json(&body, MAX_ANSWER_BYTES),
                None => file.get_document(MAX_ANSWER_BYTES),
            };
            let stopped = |_| DownloadError::Stopped;
            let fault = match interruptible(self.meter, ask).map_err(stopped)? {
                Ok(document) => match serde_json::from_slice(&document) {
                    Ok(value) => return Ok(value),
                    Err(_) => Fault::passing(told(&document)),
                },
                Err(fault) => fault,
            };
            let ended = attempts.next(&shown, self.meter, 0, fault);
            ended.map_err(|error| DownloadError::of_attempts(&shown, error))?;
        }
    }
}

/// What came in the place of JSON.
fn told(document: &[u8]) -> String {
    let text = String::from_utf8_lossy(document);
    let text = text.trim_start();
    if text.is_empty() {
        "the answer is empty".to_owned()
    } else if text.starts_with('<') {
        "the answer is a page (HTML) instead of JSON".to_owned()
    } else {
        "the answer is no JSON".to_owned()
    }
}
