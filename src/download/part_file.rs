//! A file of a release while it is not whole: under a `.part` name, with notes beside it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::error::DownloadError;
use super::notes;
use super::ranges::Ranges;
use super::release::ReleaseFile;

/// The ending of a file that is not whole.
const PART: &str = ".part";
/// The ending of the notes about it.
const NOTES: &str = ".part.json";

/// An unfinished file. Nobody else downloads it as long as this value is there.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    of: ReleaseFile,
    path: PathBuf,
    notes: PathBuf,
}

impl PartFile {
    /// Opens the unfinished file for `target`, or begins it; tells which bytes are there.
    ///
    /// # Errors
    /// [`DownloadError::InUse`] if another process has it; other errors of the disk.
    pub fn open(target: &Path, of: &ReleaseFile) -> Result<(Self, Ranges), DownloadError> {
        let (path, notes) = (with_ending(target, PART), with_ending(target, NOTES));
        let file = loop {
            let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            let file = opened.map_err(DownloadError::io("write", &path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(DownloadError::InUse { path }),
                // Some network file systems have no locks.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(DownloadError::io("lock", &path)(error)),
            }
            // Another process may have finished it since it was opened.
            if is_named(&file, &path) {
                break file;
            }
        };
        let length = file.metadata().map_err(DownloadError::io("read", &path))?.len();
        let there = notes::read(&notes, of).cut(length);
        Ok((Self { file, of: of.clone(), path, notes }, there))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that so many more bytes have room.
    ///
    /// # Errors
    /// [`DownloadError::NoRoom`] if not.
    pub fn check_room(&self, needed_bytes: u64) -> Result<(), DownloadError> {
        let system = rustix::fs::fstatvfs(&self.file)
            .map_err(|error| DownloadError::io("look at the room for", &self.path)(error.into()))?;
        let free_bytes = system.f_bavail.saturating_mul(system.f_frsize);
        match free_bytes < needed_bytes {
            true => Err(DownloadError::NoRoom { path: self.path.clone(), needed_bytes, free_bytes }),
            false => Ok(()),
        }
    }

    /// Writes bytes at their place.
    ///
    /// # Errors
    /// The error of the disk.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), DownloadError> {
        self.file.write_all_at(bytes, offset).map_err(DownloadError::io("write", &self.path))
    }

    /// Brings the bytes to the disk, and notes which of them are there.
    ///
    /// # Errors
    /// The error of the disk.
    pub fn note(&self, there: &Ranges) -> Result<(), DownloadError> {
        self.file.sync_data().map_err(DownloadError::io("write", &self.path))?;
        notes::write(&self.notes, &self.of, there).map_err(DownloadError::io("write", &self.notes))
    }

    /// Forgets all bytes.
    ///
    /// # Errors
    /// The error of the disk.
    pub fn clear(&self) -> Result<(), DownloadError> {
        remove(&self.notes)?;
        self.file.set_len(0).map_err(DownloadError::io("write", &self.path))
    }

    /// Removes the file and its notes.
    ///
    /// # Errors
    /// The error of the disk.
    pub fn discard(self) -> Result<(), DownloadError> {
        remove(&self.notes)?;
        remove(&self.path)
    }

    /// Gives the whole file its name.
    ///
    /// # Errors
    /// The error of the disk.
    pub fn finish(self, target: &Path) -> Result<(), DownloadError> {
        let written = self.file.set_len(self.of.size_bytes).and_then(|()| self.file.sync_all());
        written.map_err(DownloadError::io("write", &self.path))?;
        fs::rename(&self.path, target).map_err(DownloadError::io("write", target))?;
        remove(&self.notes)?;
        remove(&notes::unfinished(&self.notes))?;
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new(".")));
        folder.and_then(|folder| folder.sync_all()).map_err(DownloadError::io("write", target))
    }
}

fn with_ending(target: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(target);
    name.push(ending);
    name.into()
}

/// True if `path` still leads to the open file.
fn is_named(file: &File, path: &Path) -> bool {
    let same = |file: io::Result<fs::Metadata>| file.map(|metadata| (metadata.dev(), metadata.ino())).ok();
    same(fs::metadata(path)).is_some_and(|own| Some(own) == same(file.metadata()))
}

fn remove(path: &Path) -> Result<(), DownloadError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(DownloadError::io("remove", path)(error)),
        _ => Ok(()),
    }
}
