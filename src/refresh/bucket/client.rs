//! The bucket as a client: finds a request's file, and answers with its bytes.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::answers::{Bulk, Wanted, item_is_missing, reply_of};
use super::files::Files;
use super::layout::Layout;
use crate::refresh::error::RefreshError;
use crate::storage::{InputFiles, StorageOptions, StoreError, StoreFault};
use orcid_api::{ApiError, Client, Fault, Host, Limits, Reply, logged};
use orcid_xml::{ActivitySection, Orcid, Timestamp};

/// What a bucket allows. S3 answers 5,500 requests a second for names with one beginning, which no
/// program with so few requests in flight reaches; 32 are enough to hide the time of one request, and
/// hold at most so many files in memory.
pub const LIMITS: Limits = Limits { rate: 5_500.0, burst: 5_500, in_flight: 32, quota: None };
/// The largest file that is read, as of an answer of the API.
const MAX_FILE_BYTES: u64 = 128 << 20;
/// The code of a record that the list has and that has no file.
pub const NO_FILE: &str = "no-file";
/// The code of a file that cannot be read.
const UNREADABLE: &str = "unreadable-file";
/// The answer to a request for the server's status, if the list is there.
const IS_UP: &[u8] = br#"{"overallOk":true}"#;

/// All records as files.
#[derive(Debug)]
pub struct Bucket {
    pub(super) files: Files,
    pub(super) layout: Layout,
    /// Its place, as the host of an API.
    host: Host,
    /// The list, which is fetched once.
    lists: InputFiles,
    list_shown: PathBuf,
}

impl Bucket {
    /// Looks for the list of last changes at a path or URL; its name shows the layout.
    ///
    /// # Errors
    /// [`RefreshError`] if the place is a wrong URL, cannot be read, or has no list.
    pub fn open(place: &Path, options: &StorageOptions) -> Result<Self, RefreshError> {
        let files = Files::new(place, options)?;
        let is_possible = |layout: &&Layout| **layout == Layout::Buckets || !files.are_buckets();
        for layout in Layout::ALL.iter().filter(is_possible) {
            let list_shown = shown(&files, &layout.list());
            let size = files.size_bytes(&layout.list());
            let size =
                size.map_err(|source| RefreshError::Io { act: "read", path: list_shown.clone(), source })?;
            if size.is_some() {
                let api = files.shown().display().to_string();
                let host = Host { api, token_url: String::new(), is_member: true };
                let lists = InputFiles::new(options.clone());
                return Ok(Self { files, layout: *layout, host, lists, list_shown });
            }
        }
        Err(RefreshError::NoList { place: files.shown().to_owned() })
    }

    /// Its path or URL for messages.
    pub fn place(&self) -> &Path {
        self.files.shown()
    }

    /// The list of last changes, and its name for messages.
    ///
    /// # Errors
    /// [`RefreshError::Io`] if it cannot be read.
    pub fn list(&self) -> Result<(File, &Path), RefreshError> {
        let file = self.lists.open(&self.files.path(&self.layout.list()));
        let path = self.list_shown.as_path();
        Ok((file.map_err(|source| RefreshError::Io { act: "read", path: path.to_owned(), source })?, path))
    }

    /// Answers one request.
    fn answer(&self, path: &str) -> Result<Reply, Fault> {
        match Wanted::new(path) {
            Some(Wanted::Status) => self.status(),
            Some(Wanted::Record(orcid)) => {
                let name = self.layout.summary(orcid);
                let what = || format!("there is no file {}", shown(&self.files, &name).display());
                self.read(&name)?.map(reply_of).ok_or_else(|| Fault { code: NO_FILE, what: what() })
            }
            Some(Wanted::Item(orcid, section, put_code)) => {
                let body = self.read(&self.layout.activity(orcid, section, put_code))?;
                Ok(body.map_or_else(item_is_missing, reply_of))
            }
            Some(Wanted::Works(orcid, put_codes)) => self.works(orcid, &put_codes),
            None => Ok(Reply { status: 400, ..Reply::default() }),
        }
    }

    /// The works that can be read, as a bulk; the others are requested alone, and then their own
    /// answers say what is wrong.
    fn works(&self, orcid: Orcid, put_codes: &[i64]) -> Result<Reply, Fault> {
        let mut bulk = Bulk::default();
        for &put_code in put_codes {
            let body = self.read(&self.layout.activity(orcid, ActivitySection::Works, put_code))?;
            if let Some(body) = body {
                bulk.add(orcid, put_code, body);
            }
            if bulk.size_bytes() > MAX_FILE_BYTES {
                break;
            }
        }
        Ok(bulk.reply())
    }

    fn status(&self) -> Result<Reply, Fault> {
        let found = self.files.size_bytes(&self.layout.list());
        let found = found.map_err(|error| fault(&self.list_shown, &error))?;
        let status = if found.is_some() { 200 } else { 404 };
        Ok(Reply { status, body: IS_UP.to_vec(), ..Reply::default() })
    }

    /// Reads a file; `None` if there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let read = self.files.read(name, MAX_FILE_BYTES);
        read.map_err(|error| fault(&shown(&self.files, name), &error))
    }
}

impl Client for Bucket {
    fn get(&self, path: &str) -> Result<Reply, Fault> {
        logged("GET", path, || self.answer(path))
    }

    /// A bucket has no tokens, and refuses none.
    fn renew(&self, _: Timestamp, _: Timestamp) -> Result<bool, ApiError> {
        Ok(false)
    }

    fn client_id(&self) -> Option<String> {
        None
    }

    fn host(&self) -> &Host {
        &self.host
    }
}

/// A file's path or URL for messages.
fn shown(files: &Files, name: &str) -> PathBuf {
    let place = files.shown().display().to_string();
    let divider = if place.ends_with('/') { "" } else { "/" };
    format!("{place}{divider}{name}").into()
}

/// Why a file was not read.
fn fault(path: &Path, error: &io::Error) -> Fault {
    let code = match StoreError::behind(error).map(|error| error.fault) {
        Some(StoreFault::Unreachable) => "no-connection",
        _ if error.kind() == ErrorKind::FileTooLarge => "too-large",
        _ => UNREADABLE,
    };
    Fault { code, what: format!("cannot read {}: {error}", path.display()) }
}
