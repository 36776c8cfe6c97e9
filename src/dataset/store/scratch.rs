//! A local folder in which a change creates its files, if its store has no place for them; it is
//! removed with the change.
//!
//! ```text
//! orcidlake-9f2c….lock   held by the change for as long as it lives
//! orcidlake-9f2c…/       its files
//! ```
//!
//! A process that is killed leaves both. The system releases its lock, so the next change sees that
//! nobody uses them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::dataset::error::DatasetError;
use crate::dataset::files::{is_same_file, make_folder, open_or_create, remove};

/// The prefix of the names.
const PREFIX: &str = "orcidlake-";
/// The suffix of a lock's name.
const LOCK_ENDING: &str = "lock";

/// The folder of one change.
#[derive(Debug)]
pub struct ScratchFolder {
    path: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl ScratchFolder {
    /// Creates a folder below `all` with the unique name `own` of the change; removes leftovers of
    /// dead changes below `all`.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn new(all: &Path, own: &str) -> Result<Self, DatasetError> {
        make_folder(all)?;
        clear(all)?;
        let path = all.join(format!("{PREFIX}{own}"));
        let lock = path.with_extension(LOCK_ENDING);
        let held = loop {
            let file = open_or_create(&lock).map_err(DatasetError::io("make", &lock))?;
            file.lock().map_err(DatasetError::io("lock", &lock))?;
            // Another process may have seen it before its lock was held, taken it for a leftover,
            // and removed it.
            if is_same_file(&file, &lock) {
                break file;
            }
        };
        let scratch = Self { path, lock, _held: held };
        make_folder(&scratch.path)?;
        Ok(scratch)
    }

    /// An empty folder in it.
    pub fn folder(&self, name: &str) -> Result<PathBuf, DatasetError> {
        let folder = self.path.join(name);
        remove(&folder)?;
        make_folder(&folder)?;
        Ok(folder)
    }

    /// Removes it.
    pub fn clear(&self) -> Result<(), DatasetError> {
        remove(&self.path)?;
        remove(&self.lock)
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // The next change removes what stays here.
        let _ = self.clear();
    }
}

/// Removes the folders whose locks nobody holds.
fn clear(all: &Path) -> Result<(), DatasetError> {
    for entry in fs::read_dir(all).map_err(DatasetError::io("read", all))? {
        let lock = entry.map_err(DatasetError::io("read", all))?.path();
        let is_own = lock.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if !is_own || lock.extension() != Some(OsStr::new(LOCK_ENDING)) {
            continue;
        }
        // Another process has just removed it.
        let Ok(file) = File::open(&lock) else { continue };
        if file.try_lock().is_ok() && is_same_file(&file, &lock) {
            remove(&lock.with_extension(""))?;
            remove(&lock)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dead_have_left_goes_and_the_living_stay() {
        let all = tempfile::tempdir().unwrap();
        let living = ScratchFolder::new(all.path(), "1").unwrap();
        fs::write(living.folder("archive-0").unwrap().join("file"), "x").unwrap();
        let dead = all.path().join("orcidlake-2");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("file"), "x").unwrap();
        fs::write(dead.with_extension("lock"), "").unwrap();
        fs::write(all.path().join("letter.txt"), "").unwrap();

        let next = ScratchFolder::new(all.path(), "3").unwrap();

        assert!(living.path.join("archive-0/file").exists() && next.path.exists());
        assert!(!dead.exists() && !dead.with_extension("lock").exists());
        drop((living, next));
        let left: Vec<_> =
            fs::read_dir(all.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["letter.txt"]);
    }
}
