//! Every change that a dataset makes to its disk: folders and files made, written,
//! synced, linked, renamed, exchanged, removed.
//!
//! The other files of this layer decide what changes; only this file makes the changes
//! (`tests/it/layering.rs`). `tests/it/faults.rs` breaks these operations, and those of SQLite, one
//! after the other. Stores other than a local folder (`dataset/store/`) use it for the files that
//! they create on this machine.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::DatasetError;

/// Creates a folder and its parents, unless it exists.
pub(super) fn make_folder(path: &Path) -> Result<(), DatasetError> {
    fs::create_dir_all(path).map_err(DatasetError::io("make", path))
}

/// Creates an empty file, or empties an existing one.
///
/// # Errors
/// [`DatasetError`] if the disk fails.
pub fn create_file(path: &Path) -> Result<File, DatasetError> {
    File::create(path).map_err(DatasetError::io("make", path))
}

/// Opens a file to read and to write, and creates it if needed.
pub(super) fn open_or_create(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).read(true).write(true).open(path)
}

/// True if an open file is the same as the file at `path`.
pub(super) fn is_same_file(file: &File, path: &Path) -> bool {
    let place = |metadata: io::Result<fs::Metadata>| metadata.ok().map(|file| (file.dev(), file.ino()));
    place(file.metadata()) == place(fs::metadata(path))
}

/// A file without a name, to read and to write, which disappears when it is closed. It is created
/// at `path`, and has that name for a moment.
pub(super) fn nameless_file(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
    fs::remove_file(path)?;
    Ok(file)
}

/// Writes a whole file and waits until it is on disk.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    let write = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(DatasetError::io("write", path))
}

/// Waits until a folder's names are on disk.
pub(super) fn sync_folder(folder: &Path) -> Result<(), DatasetError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(DatasetError::io("sync", folder))
}

/// Gives a file a second name.
pub(super) fn link(from: &Path, to: &Path) -> Result<(), DatasetError> {
    fs::hard_link(from, to).map_err(DatasetError::io("make a hard link of", from))
}

/// Gives a file a second name; copies it if the two names are on different file systems.
pub(super) fn link_or_copy(from: &Path, to: &Path) -> Result<(), DatasetError> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let copy = || fs::copy(from, to).and_then(|_| File::open(to)?.sync_all());
            copy().map_err(DatasetError::io("copy", from))
        }
        result => result.map_err(DatasetError::io("make a hard link of", from)),
    }
}

/// Creates a folder that does not exist yet, and its parents.
///
/// # Errors
/// [`DatasetError`] if the folder exists, or cannot be created.
pub(super) fn new_folder(path: &Path) -> Result<(), DatasetError> {
    if let Some(above) = path.parent() {
        make_folder(above)?;
    }
    fs::create_dir(path).map_err(DatasetError::io("make", path))
}

/// Gives a file or a folder another name.
///
/// # Errors
/// [`DatasetError`] if the disk fails.
pub fn rename(from: &Path, to: &Path) -> Result<(), DatasetError> {
    fs::rename(from, to).map_err(DatasetError::io("move", from))
}

/// Exchanges the names of two folders: in one step if the system can, otherwise by renames through
/// the name `aside`, under which [`super::commit`] finds the second folder after a crash.
pub(super) fn exchange(next: &Path, current: &Path, aside: &Path) -> io::Result<()> {
    match exchange_in_one_step(next, current) {
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => {
            fs::rename(current, aside)?;
            if let Err(error) = fs::rename(next, current) {
                // Put the folder back: the name must not stay free.
                let _ = fs::rename(aside, current);
                return Err(error);
            }
            // The exchange is done; the old folder can also be removed under the name `aside`.
            let _ = fs::rename(aside, next);
            Ok(())
        }
        result => result,
    }
}

/// Renames a folder to a name that must be free.
pub(super) fn place(next: &Path, current: &Path) -> io::Result<()> {
    fs::rename(next, current)
}

#[cfg(target_os = "linux")]
fn exchange_in_one_step(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange_in_one_step(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes a file or a folder with all its content, if it exists.
///
/// # Errors
/// [`DatasetError`] if the disk fails.
pub fn remove(path: &Path) -> Result<(), DatasetError> {
    let result = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DatasetError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes a folder that is empty.
pub(super) fn remove_empty_folder(path: &Path) -> io::Result<()> {
    fs::remove_dir(path)
}
