//! Tells places on a local disk from places elsewhere.

use std::fmt;
use std::path::{Path, PathBuf};

use object_store::path::Path as ObjectPath;
use url::Url;

use super::error::{StorageError, without_secrets};
use super::fault::StoreError;

/// What divides a scheme from the rest of a URL.
const DIVIDER: &str = "://";
/// Schemes and what they mean.
const SCHEMES: [(&str, Scheme); 8] = [
    ("https", Scheme::Http),
    ("http", Scheme::Http),
    ("s3", Scheme::S3),
    ("s3a", Scheme::S3),
    ("gs", Scheme::Gcs),
    ("az", Scheme::Azure),
    ("abfs", Scheme::Azure),
    ("abfss", Scheme::Azure),
];
/// The scheme of a local path.
const FILE: &str = "file";

/// Where something lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On a disk of this machine.
    Local(PathBuf),
    /// In an object store, or on a web server.
    Remote(Remote),
}

/// A place in an object store, or on a web server.
#[derive(Clone, PartialEq, Eq)]
pub struct Remote {
    url: Url,
    scheme: Scheme,
    shown: PathBuf,
}

/// The protocol of a remote place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// A web server; it can be read, not written.
    Http,
    /// Amazon S3, and what speaks its protocol.
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
}

impl Place {
    /// Reads a path or URL.
    ///
    /// # Errors
    /// [`StorageError`] if it has an unknown scheme, or is not a URL although it has a known one.
    pub fn of(path: &Path) -> Result<Self, StorageError> {
        let Some(text) = path.to_str() else { return Ok(Self::Local(path.to_owned())) };
        let Some((scheme, rest)) = text.split_once(DIVIDER) else {
            return Self::without_divider(path, text);
        };
        let lower = scheme.to_ascii_lowercase();
        if lower == FILE {
            let url = Url::parse(text).map_err(|error| StorageError::not_a_url(path, error))?;
            return url
                .to_file_path()
                .map(Self::Local)
                .map_err(|()| StorageError::NoLocalPath { path: without_secrets(path) });
        }
        let known = SCHEMES.iter().find(|(name, _)| *name == lower);
        let Some(&(name, scheme)) = known else {
            return Err(StorageError::UnknownScheme { path: without_secrets(path) });
        };
        let url = Url::parse(&format!("{name}{DIVIDER}{rest}"));
        let url = url.map_err(|error| StorageError::not_a_url(path, error))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(StorageError::NoBucket { path: without_secrets(path) });
        }
        if scheme != Scheme::Http && (url.query().is_some() || url.fragment().is_some()) {
            return Err(StorageError::HasQuery { path: without_secrets(path) });
        }
        Ok(Self::Remote(Remote::new(url, scheme)))
    }

    /// A local path, unless one slash is missing in a URL, as after programs that clean paths.
    fn without_divider(path: &Path, text: &str) -> Result<Self, StorageError> {
        let first = text.split('/').next().and_then(|first| first.strip_suffix(':'));
        match first.filter(|first| SCHEMES.iter().any(|(name, _)| name == first)) {
            Some(_) if text.contains(":/") => Err(StorageError::OneSlash { path: without_secrets(path) }),
            _ => Ok(Self::Local(path.to_owned())),
        }
    }

    /// True on a web server, where nothing can be listed or written.
    pub(super) fn is_web(&self) -> bool {
        matches!(self, Self::Remote(remote) if remote.is_web())
    }

    /// True for a URL of an object store or a web server; wrong URLs are false.
    pub fn is_remote(path: &Path) -> bool {
        matches!(Self::of(path), Ok(Self::Remote(_)))
    }
}

impl Remote {
    fn new(url: Url, scheme: Scheme) -> Self {
        let shown = shown(&url).into();
        Self { url, scheme, shown }
    }

    /// The whole URL. Its query may hold a signature, so it is not for messages.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The same place without a slash at its end.
    pub(crate) fn without_last_slash(mut self) -> Self {
        if let Ok(mut parts) = self.url.path_segments_mut() {
            parts.pop_if_empty();
        }
        Self::new(self.url, self.scheme)
    }

    /// The protocol.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// True on a web server, where nothing can be listed or written.
    pub fn is_web(&self) -> bool {
        self.scheme == Scheme::Http
    }

    /// The URL for messages and manifests: without user, password, query and fragment.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// The file name at the end of the URL; `None` if there is none.
    pub fn file_name(&self) -> Option<String> {
        let path = ObjectPath::from_url_path(self.url.path()).ok()?;
        path.filename().map(str::to_owned)
    }

    /// The place with another file name, in the same folder. The query stays.
    pub(crate) fn beside(&self, file_name: &str) -> Self {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop().push(file_name);
        }
        Self::new(url, self.scheme)
    }

    /// What the store answered, without the parts of the URL that may be secret.
    pub(crate) fn failed(&self, act: &'static str, error: object_store::Error) -> StorageError {
        StorageError::of_store(act, &self.shown, &StoreError::new(&self.url, &error))
    }

    /// The name in its store. A web server's store is the whole URL already.
    pub(crate) fn object_path(&self) -> Result<ObjectPath, StorageError> {
        if self.is_web() {
            return Ok(ObjectPath::default());
        }
        ObjectPath::from_url_path(self.url.path()).map_err(|error| self.failed("name", error.into()))
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.display().fmt(formatter)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Remote({self})")
    }
}

/// A URL without what may be secret.
fn shown(url: &Url) -> String {
    let (host, path) = (url.host_str().unwrap_or_default(), url.path());
    let user = match url.scheme() {
        // The container stands there in Azure's URLs.
        "az" | "abfs" | "abfss" if !url.username().is_empty() => format!("{}@", url.username()),
        _ => String::new(),
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{DIVIDER}{user}{host}{port}{path}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_remote_and_any_other_scheme_is_refused() {
        for (text, expected) in [
            ("orcid", "local orcid"),
            ("a:b/c", "local a:b/c"),
            ("./s3:/bucket", "local ./s3:/bucket"),
            ("file:///tmp/a%20b", "local /tmp/a b"),
            ("s3://bucket/orcid", "s3://bucket/orcid"),
            ("S3://bucket/orcid/", "s3://bucket/orcid/"),
            ("https://me:hush@host:8/a.tar.gz?X-Signature=hush#x", "https://host:8/a.tar.gz"),
            ("az://container@account/x", "az://container@account/x"),
            ("s3:/bucket/orcid", "error"),
            ("https:/me:hush@host/a", "error"),
            ("s3://bucket/orcid?copy=hush", "error"),
            ("s3://bucket/orcid#2", "error"),
            ("s3:///orcid", "error"),
            ("ftp://host/a", "error"),
            ("hdfs://host/a", "error"),
            ("a/b://c", "error"),
            ("://x", "error"),
        ] {
            let found = match Place::of(Path::new(text)) {
                Ok(Place::Local(path)) => format!("local {}", path.display()),
                Ok(Place::Remote(remote)) => remote.to_string(),
                Err(error) => {
                    assert!(!error.to_string().contains("hush"), "{error}");
                    "error".to_owned()
                }
            };

            assert_eq!(found, expected, "{text}");
        }
    }
}
