//! An archive wherever it lies, opened once, and the index beside it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use targz_seek::index::{Index, IndexError, index_path};
use targz_seek::{
    Archive, ArchiveError, ByteSource, Fingerprint, Meter, Options, ends_tell_all_of, fingerprint, local,
    md5_of_source,
};

use super::source::{ObjectSource, open_source};
use super::{Place, Remote, Scheme, StorageError, StorageOptions};

/// An archive that has been opened: a folder, a file, a stream, or an object.
#[derive(Debug)]
pub struct ArchiveFile {
    /// Its path for messages.
    path: PathBuf,
    place: Place,
    /// Where its bytes come from; `None` for a folder.
    source: Option<Arc<dyn ByteSource>>,
    options: StorageOptions,
    meter: Meter,
}

impl ArchiveFile {
    /// Opens a path or URL. `meter` can stop all requests for it.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be opened.
    pub fn open(path: &Path, options: &StorageOptions, meter: &Meter) -> Result<Self, ArchiveError> {
        let open_error = |source| ArchiveError::Open { path: shown(path), source };
        let place = Place::of(path).map_err(|error| open_error(error.into()))?;
        let folder = matches!(&place, Place::Local(path) if path.is_dir());
        let source = match folder {
            true => None,
            false => Some(open_source(path, options, meter).map_err(|error| stopped(path, meter, error))?),
        };
        let shown = match &place {
            Place::Local(path) => path.clone(),
            Place::Remote(remote) => remote.shown().to_owned(),
        };
        Ok(Self { path: shown, place, source, options: options.clone(), meter: meter.clone() })
    }

    /// True if it can be read only once, from its beginning: a pipe, or a file whose server does not
    /// send parts of it.
    ///
    /// # Errors
    /// [`ArchiveError`] if that cannot be told.
    pub fn is_stream(&self) -> Result<bool, ArchiveError> {
        let Some(source) = &self.source else { return Ok(false) };
        let size = source.size_bytes();
        Ok(size.map_err(|source| ArchiveError::Open { path: self.path.clone(), source })?.is_none())
    }

    /// Identifies the archive; `None` for a stream.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be read.
    pub fn fingerprint(&self) -> Result<Option<Fingerprint>, ArchiveError> {
        match &self.source {
            None => fingerprint(&self.path).map(Some),
            Some(_) if self.is_stream()? => Ok(None),
            Some(source) => Fingerprint::of(&**source).map(Some),
        }
    }

    /// True if two archives with one fingerprint have the same content.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be read.
    pub fn ends_tell_all(&self) -> Result<bool, ArchiveError> {
        self.source.as_ref().map_or(Ok(true), |source| ends_tell_all_of(&**source))
    }

    /// The MD5 of the archive, which is read for it.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be read, or is a folder.
    pub fn md5(&self) -> Result<String, ArchiveError> {
        match &self.source {
            Some(source) => md5_of_source(&**source, self.meter.clone()),
            None => targz_seek::md5_of(&self.path),
        }
    }

    /// Begins to read it.
    ///
    /// # Errors
    /// Those of [`Archive::open`].
    pub fn read(&self, options: Options, meter: Meter) -> Result<Archive<'static>, ArchiveError> {
        match &self.source {
            Some(source) => Archive::open_source(&**source, options, meter),
            None => Archive::open(&self.path, options, meter),
        }
    }

    /// The source of its bytes; `None` for a folder and for a stream, which have no index.
    pub fn indexed_source(&self) -> Option<&Arc<dyn ByteSource>> {
        self.source.as_ref().filter(|source| matches!(source.size_bytes(), Ok(Some(_))))
    }

    /// The index beside it; `None` if there is none.
    ///
    /// # Errors
    /// [`IndexError`] if there is one that cannot be used.
    pub fn index(&self) -> Result<Option<Index>, IndexError> {
        let Some(archive) = self.indexed_source() else { return Ok(None) };
        let remote = match &self.place {
            Place::Remote(remote) => remote,
            Place::Local(path) => {
                let path = index_path(path);
                if !path.is_file() {
                    return Ok(None);
                }
                let file = local(&path)
                    .map_err(|source| IndexError::Io { act: "open", path: path.clone(), source })?;
                return Index::of_source(file, archive.clone()).map(Some);
            }
        };
        let place = remote.beside(&index_name(remote));
        let path = place.shown().to_owned();
        let file = match ObjectSource::open(place, &self.options, &self.meter) {
            Ok(file) => Arc::new(file),
            // Without the right to list its objects, a store refuses the names that it lacks.
            Err(error) if is_missing(&error) => return Ok(None),
            Err(source) => return Err(IndexError::Io { act: "open", path, source }),
        };
        match Index::of_source(file, archive.clone()) {
            // Web servers may send a page for any name.
            Err(IndexError::NotAnIndex { .. }) if remote.scheme() == Scheme::Http => Ok(None),
            index => index.map(Some),
        }
    }
}

/// The path or URL of an archive's index: beside it, as `ARCHIVE.idx`.
pub fn index_place(archive: &Path) -> Result<Place, StorageError> {
    Ok(match Place::of(archive)? {
        Place::Local(path) => Place::Local(index_path(&path)),
        Place::Remote(remote) => Place::Remote(remote.beside(&index_name(&remote))),
    })
}

fn index_name(archive: &Remote) -> String {
    let name = archive.file_name().unwrap_or_default();
    index_path(Path::new(&name)).to_string_lossy().into_owned()
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

/// A path or URL as messages show it: a URL without user, password and query.
pub fn shown(path: &Path) -> PathBuf {
    match Place::of(path) {
        Ok(Place::Remote(remote)) => remote.shown().to_owned(),
        _ => path.to_owned(),
    }
}

fn stopped(path: &Path, meter: &Meter, source: io::Error) -> ArchiveError {
    let path = shown(path);
    if meter.is_stopped() { ArchiveError::Stopped { path } } else { ArchiveError::Open { path, source } }
}
