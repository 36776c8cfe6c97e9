//! An archive wherever it lies, opened once, and the index beside it.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use targz_seek::index::{Index, IndexError, index_path};
use targz_seek::{
    Archive, ArchiveError, ByteSource, Fingerprint, Meter, Options, ends_tell_all_of, fingerprint, local,
    md5_of_source,
};

use super::source::{ObjectSource, open_source};
use super::{Place, StorageError, StorageOptions};

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

    /// Its path for messages: a URL without user, password and query.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Can stop all requests for it.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// True if its path ends with a name of its own: not for standard input and pipes.
    pub fn has_name(&self) -> bool {
        matches!(self.place, Place::Remote(_)) || self.source.as_ref().is_none_or(has_size)
    }

    /// True if an index can be written beside it: not beside a stream, and not on a web server.
    pub fn has_place_for_index(&self) -> bool {
        !self.place.is_web() && self.source.as_ref().is_none_or(has_size)
    }

    /// True if it can be read only once, from its beginning: a pipe, or a file whose server does not
    /// send parts of it.
    ///
    /// # Errors
    /// [`ArchiveError`] if that cannot be told.
    pub fn is_stream(&self) -> Result<bool, ArchiveError> {
        Ok(self.source.is_some() && self.size_bytes()?.is_none())
    }

    /// True if its server sends it only as a whole.
    ///
    /// # Errors
    /// [`ArchiveError`] if that cannot be told.
    pub fn is_without_ranges(&self) -> Result<bool, ArchiveError> {
        Ok(matches!(self.place, Place::Remote(_)) && self.is_stream()?)
    }

    /// The size in bytes; `None` for a folder and for a stream.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be told.
    pub fn size_bytes(&self) -> Result<Option<u64>, ArchiveError> {
        let size = self.source.as_ref().map_or(Ok(None), |source| source.size_bytes());
        size.map_err(|source| ArchiveError::Open { path: self.path.clone(), source })
    }

    /// The source of its bytes once more: another file may have been put in the place of a local
    /// one. That of an object notices this by itself.
    ///
    /// # Errors
    /// [`ArchiveError`] if it cannot be opened.
    pub fn again(&self) -> Result<Arc<dyn ByteSource>, ArchiveError> {
        match (&self.place, &self.source) {
            (Place::Remote(_), Some(source)) => Ok(source.clone()),
            _ => local(&self.path).map_err(|source| ArchiveError::Open { path: self.path.clone(), source }),
        }
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
    pub fn read<'m>(&self, options: Options, meter: Meter) -> Result<Archive<'m>, ArchiveError> {
        match &self.source {
            Some(source) => Archive::open_source(&**source, options, meter),
            None => Archive::open(&self.path, options, meter),
        }
    }

    /// The source of its bytes; `None` for a folder and for a stream, which have no index.
    pub fn indexed_source(&self) -> Option<&Arc<dyn ByteSource>> {
        self.source.as_ref().filter(|source| has_size(source))
    }

    /// The index beside it; `None` if there is none.
    ///
    /// # Errors
    /// [`IndexError`] if there is one that cannot be used.
    pub fn index(&self) -> Result<Option<Index>, IndexError> {
        let Some(archive) = self.indexed_source() else { return Ok(None) };
        let place = self.index_place();
        let is_web = place.is_web();
        let file = match self.open_beside(place) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(None),
            Err((path, source)) => return Err(IndexError::Io { act: "open", path, source }),
        };
        match Index::of_source(file, archive.clone()) {
            // Web servers may send a page for any name.
            Err(IndexError::NotAnIndex { .. }) if is_web => Ok(None),
            index => index.map(Some),
        }
    }

    /// The place of its index.
    pub(super) fn index_place(&self) -> Place {
        index_place(&self.place)
    }

    /// The options with which it was opened.
    pub(super) fn options(&self) -> &StorageOptions {
        &self.options
    }

    /// Opens another file with the options of this one; `None` if there is none.
    pub(super) fn open_beside(
        &self,
        place: Place,
    ) -> Result<Option<Arc<dyn ByteSource>>, (PathBuf, io::Error)> {
        match place {
            Place::Local(path) if !path.is_file() => Ok(None),
            Place::Local(path) => local(&path).map(Some).map_err(|error| (path, error)),
            Place::Remote(remote) => {
                let path = remote.shown().to_owned();
                match ObjectSource::open(remote, &self.options, &self.meter) {
                    Ok(file) => Ok(Some(Arc::new(file))),
                    // Without the right to list its objects, a store refuses the names that it lacks.
                    Err(error) if is_missing(&error) => Ok(None),
                    Err(error) => Err((path, error)),
                }
            }
        }
    }
}

/// The place of an archive's index: beside it, as `ARCHIVE.idx`.
fn index_place(archive: &Place) -> Place {
    match archive {
        Place::Local(path) => Place::Local(index_path(path)),
        Place::Remote(remote) => {
            let name = remote.file_name().unwrap_or_default();
            Place::Remote(remote.beside(&index_path(Path::new(&name)).to_string_lossy()))
        }
    }
}

/// The path or URL of an archive's index: beside it, as `ARCHIVE.idx`.
///
/// # Errors
/// [`StorageError`] if the archive is on a web server, where nothing can be written, or its URL is
/// wrong.
pub fn index_beside(archive: &Path) -> Result<PathBuf, StorageError> {
    match index_place(&Place::of(archive)?) {
        Place::Remote(remote) if remote.is_web() => {
            Err(StorageError::ReadOnly { place: remote.shown().to_owned() })
        }
        Place::Remote(remote) => Ok(remote.url().as_str().into()),
        Place::Local(path) => Ok(path),
    }
}

fn has_size(source: &Arc<dyn ByteSource>) -> bool {
    matches!(source.size_bytes(), Ok(Some(_)))
}

/// The file name at the end of a path or URL.
pub fn file_name(path: &Path) -> Cow<'_, str> {
    match Place::of(path) {
        Ok(Place::Remote(remote)) => remote
            .file_name()
            .map_or_else(|| Cow::Owned(remote.shown().to_string_lossy().into_owned()), Cow::Owned),
        _ => match path.file_name() {
            Some(name) => name.to_string_lossy(),
            None => last_of(path),
        },
    }
}

/// The name of a folder that is given as `.` or `..`.
fn last_of(path: &Path) -> Cow<'_, str> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match absolute.file_name() {
        Some(name) => Cow::Owned(name.to_string_lossy().into_owned()),
        None => path.to_string_lossy(),
    }
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
