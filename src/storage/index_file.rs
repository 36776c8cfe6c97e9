//! The file for an index that is being written: in its place, or in a scratch folder from which it
//! goes to an object store.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use targz_seek::index::{IndexError, is_index};

use super::archive::ArchiveFile;
use super::put_index::put_index;
use super::{Place, Remote};

/// Who may look into a scratch folder: its owner.
const FOLDER_MODE: u32 = 0o700;

/// Where an index is written.
pub struct IndexFile {
    path: PathBuf,
    /// The archive, the object that the file becomes, and the scratch folder.
    to: Option<(Arc<ArchiveFile>, Remote, Scratch)>,
}

/// A folder for files that nobody needs later.
struct Scratch(PathBuf);

impl IndexFile {
    /// Prepares to write the index of `archive` to `out`, or else beside the archive.
    ///
    /// # Errors
    /// [`IndexError`] if a file that is no index would be replaced, or the scratch folder cannot be
    /// made.
    pub fn begin(archive: &Arc<ArchiveFile>, out: Option<&Path>) -> Result<Self, IndexError> {
        let place = match out {
            Some(path) => Place::of(path).map_err(|error| io_error("name", path)(error.into()))?,
            None => archive.index_place(),
        };
        let remote = match place {
            Place::Local(path) => return Ok(Self { path, to: None }),
            Place::Remote(remote) => remote,
        };
        let there = archive.open_beside(Place::Remote(remote.clone()));
        let there = there.map_err(|(path, error)| io_error("read", &path)(error))?;
        if let Some(there) = there
            && !is_index(&*there).map_err(io_error("read", remote.shown()))?
        {
            return Err(IndexError::InTheWay { path: remote.shown().to_owned() });
        }
        let scratch = Scratch::new().map_err(io_error("make a folder in", &std::env::temp_dir()))?;
        let path = scratch.0.join("index");
        Ok(Self { path, to: Some((archive.clone(), remote, scratch)) })
    }

    /// The local file to write.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings the finished file to its place.
    ///
    /// # Errors
    /// [`IndexError`] if it cannot be written there.
    pub fn finish(self) -> Result<(), IndexError> {
        let Some((archive, remote, _scratch)) = &self.to else { return Ok(()) };
        let is_stopped = || archive.meter().is_stopped();
        put_index(&self.path, remote, archive.options(), &is_stopped)
            .map_err(io_error("write", remote.shown()))
    }
}

impl Scratch {
    fn new() -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("orcidlake-index-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::DirBuilder::new().mode(FOLDER_MODE).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The system empties the folder of temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> IndexError {
    let path = path.to_owned();
    move |source| IndexError::Io { act, path, source }
}
