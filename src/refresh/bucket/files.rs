//! Reads files by their names below a place: a local folder, an object store, or ORCID's own buckets.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::layout::Layout;
use crate::dataset::DatasetError;
use crate::dataset::store::{Objects, StoredFile};
use crate::storage::{Place, StorageError, StorageOptions, open_objects};
use parquet::file::reader::Length;

/// The place that means ORCID's own buckets: the names of buckets follow it.
const ORCIDS_OWN: &str = "s3://";

/// Where the files lie.
pub struct Files {
    /// The place for messages: without user, password and query.
    shown: PathBuf,
    /// What a name is put behind.
    prefix: String,
    kind: Kind,
}

enum Kind {
    Folder(PathBuf),
    Store(Arc<dyn Objects>),
    /// Each bucket by its name.
    Buckets(Vec<(&'static str, Arc<dyn Objects>)>),
}

impl Files {
    /// The files at a path or URL; sends nothing yet.
    ///
    /// # Errors
    /// [`StorageError`] if the URL or an option is wrong.
    pub fn new(place: &Path, options: &StorageOptions) -> Result<Self, StorageError> {
        if place == Path::new(ORCIDS_OWN) {
            let mut buckets = Vec::new();
            for name in Layout::buckets() {
                buckets.push((name, open_objects(Path::new(&format!("{ORCIDS_OWN}{name}")), options)?));
            }
            let kind = Kind::Buckets(buckets);
            return Ok(Self { shown: place.to_owned(), prefix: ORCIDS_OWN.to_owned(), kind });
        }
        Ok(match Place::of(place)? {
            Place::Local(path) => {
                let prefix = format!("{}/", path.display());
                Self { shown: path.clone(), prefix, kind: Kind::Folder(path) }
            }
            Place::Remote(remote) => {
                let prefix = format!("{}/", place.to_string_lossy().trim_end_matches('/'));
                let kind = Kind::Store(open_objects(place, options)?);
                Self { shown: remote.shown().to_owned(), prefix, kind }
            }
        })
    }

    /// The place for messages.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// True for ORCID's own buckets.
    pub fn are_buckets(&self) -> bool {
        matches!(self.kind, Kind::Buckets(_))
    }

    /// The path or URL of a file. It is not for messages.
    pub fn path(&self, name: &str) -> PathBuf {
        match &self.kind {
            Kind::Folder(folder) => folder.join(name),
            Kind::Store(_) | Kind::Buckets(_) => format!("{}{name}", self.prefix).into(),
        }
    }

    /// The size of a file; `None` if there is none.
    ///
    /// # Errors
    /// An I/O error if the disk or the store fails.
    pub fn size_bytes(&self, name: &str) -> io::Result<Option<u64>> {
        if_there(match &self.kind {
            Kind::Folder(folder) => fs::metadata(folder.join(name)).map(|found| found.len()),
            Kind::Store(_) | Kind::Buckets(_) => self.open(name).map(|file| file.len()),
        })
    }

    /// Reads a file; `None` if there is none. A file of more than `limit_bytes` is an error of the
    /// kind [`ErrorKind::FileTooLarge`].
    ///
    /// # Errors
    /// An I/O error if the disk or the store fails.
    pub fn read(&self, name: &str, limit_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let is_in_limit = |bytes: u64| match bytes <= limit_bytes {
            true => Ok(()),
            false => Err(io::Error::from(ErrorKind::FileTooLarge)),
        };
        if_there(match &self.kind {
            Kind::Folder(folder) => {
                let path = folder.join(name);
                fs::metadata(&path).and_then(|found| is_in_limit(found.len())).and_then(|()| fs::read(&path))
            }
            Kind::Store(_) | Kind::Buckets(_) => self.open(name).and_then(|file| {
                is_in_limit(file.len())?;
                file.read_all().map_err(io_error)
            }),
        })
    }

    fn open(&self, name: &str) -> io::Result<StoredFile> {
        let (objects, name) = match &self.kind {
            Kind::Folder(_) => return Err(ErrorKind::Unsupported.into()),
            Kind::Store(objects) => (objects, name),
            Kind::Buckets(buckets) => {
                let (bucket, name) = name.split_once('/').unwrap_or_default();
                let found = buckets.iter().find(|(known, _)| *known == bucket);
                (&found.ok_or(ErrorKind::NotFound)?.1, name)
            }
        };
        StoredFile::open(objects.as_ref(), name).map_err(io_error)
    }
}

/// A URL may have a password.
impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Files({})", self.shown.display())
    }
}

/// The I/O error in an error of a store.
fn io_error(error: DatasetError) -> io::Error {
    match error {
        DatasetError::Io { source, .. } => source,
        error => io::Error::other(error),
    }
}

/// `None` if a file does not exist. A folder in a file's place, or a file in a folder's, is no file
/// either.
fn if_there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}
