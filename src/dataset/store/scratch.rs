//! A local folder in which a change creates its files, if its store has no place for them; it is
//! removed with the change.
//!
//! ```text
//! orcidlake-9f2c….lock   held by the change for as long as it lives; its lines are notes of what
//!                        the change puts into the store (`notes.rs`)
//! orcidlake-9f2c…/       its files
//! ```
//!
//! A process that is killed leaves both. The system releases its lock, so the next change sees that
//! nobody uses them. Only files of the same user are looked at, since the folder around them may be
//! everybody's.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::notes::{Leftovers, Notes};
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
    notes: Notes,
}

impl ScratchFolder {
    /// Creates a folder below `all` with the unique name `own` of the change, for the dataset at
    /// `place`. Removes leftovers of dead changes below `all`: their folders, and by
    /// `remove_from_store` what they left in the store of the same dataset. Leftovers that cannot
    /// be removed now stay for the next change.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn new(
        all: &Path,
        own: &str,
        place: &Path,
        remove_from_store: &dyn Fn(&Leftovers) -> Result<(), DatasetError>,
    ) -> Result<Self, DatasetError> {
        make_folder(all)?;
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
        let user = held.metadata().map_err(DatasetError::io("look at", &lock))?.uid();
        let notes = Notes::begin(&lock, held, place)?;
        let scratch = Self { path, lock, notes };
        make_folder(&scratch.path)?;
        for lock in locks(all)? {
            if let Some(dead) = Dead::found(&lock, user) {
                dead.clear(place, remove_from_store);
            }
        }
        Ok(scratch)
    }

    /// The notes of what the change puts into the store.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// An empty folder in it.
    pub fn folder(&self, name: &str) -> Result<PathBuf, DatasetError> {
        let folder = self.path.join(name);
        remove(&folder)?;
        make_folder(&folder)?;
        Ok(folder)
    }

    /// Removes it; the notes stay if the next change needs them.
    pub fn clear(&self) -> Result<(), DatasetError> {
        remove(&self.path)?;
        if self.notes.are_needed() { Ok(()) } else { remove(&self.lock) }
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // The next change removes what stays here.
        let _ = self.clear();
    }
}

/// The lock files below `all`.
fn locks(all: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let mut locks = Vec::new();
    for entry in fs::read_dir(all).map_err(DatasetError::io("read", all))? {
        let path = entry.map_err(DatasetError::io("read", all))?.path();
        let is_own = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if is_own && path.extension() == Some(OsStr::new(LOCK_ENDING)) {
            locks.push(path);
        }
    }
    Ok(locks)
}

/// The lock file of a change that died; its lock is held meanwhile.
struct Dead<'l> {
    lock: &'l Path,
    file: File,
}

impl<'l> Dead<'l> {
    /// The lock file at this path, if it is of this user and nobody holds it.
    fn found(lock: &'l Path, user: u32) -> Option<Self> {
        let file = File::open(lock).ok()?;
        let is_of_user = file.metadata().is_ok_and(|file| file.is_file() && file.uid() == user);
        let is_dead = is_of_user && file.try_lock().is_ok() && is_same_file(&file, lock);
        is_dead.then_some(Self { lock, file })
    }

    /// Removes what the change left; what cannot be removed stays for the next change.
    fn clear(mut self, place: &Path, remove_from_store: &dyn Fn(&Leftovers) -> Result<(), DatasetError>) {
        let mut notes = String::new();
        if remove(&self.lock.with_extension("")).is_err() || self.file.read_to_string(&mut notes).is_err() {
            return;
        }
        let leftovers = Leftovers::of(&notes);
        let is_done =
            leftovers.is_empty() || leftovers.place == place && remove_from_store(&leftovers).is_ok();
        if is_done {
            let _ = remove(self.lock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn new(all: &Path, own: &str) -> ScratchFolder {
        ScratchFolder::new(all, own, Path::new("s3://bucket/orcid"), &|_| Ok(())).unwrap()
    }

    #[test]
    fn what_the_dead_have_put_is_removed_by_the_next_change_of_the_same_dataset() {
        let all = tempfile::tempdir().unwrap();
        let lock = all.path().join("orcidlake-1.lock");
        fs::write(&lock, "{\"place\":\"s3://bucket/orcid\"}\n{\"file\":\"a\"}\n").unwrap();
        let removed = RefCell::new(Vec::new());
        let next = |own: &str, place: &str, outcome: fn() -> Result<(), DatasetError>| {
            ScratchFolder::new(all.path(), own, Path::new(place), &|leftovers| {
                removed.borrow_mut().push(leftovers.files.clone());
                outcome()
            })
            .unwrap()
        };

        drop(next("2", "s3://bucket/other", || Ok(())));
        assert!(lock.exists() && removed.borrow().is_empty());
        drop(next("3", "s3://bucket/orcid", || Err(DatasetError::Stopped)));
        assert!(lock.exists());
        drop(next("4", "s3://bucket/orcid", || Ok(())));

        assert!(!lock.exists());
        assert_eq!(*removed.borrow(), [["a"], ["a"]]);
        assert_eq!(fs::read_dir(all.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_the_dead_have_left_goes_and_the_living_stay() {
        let all = tempfile::tempdir().unwrap();
        let living = new(all.path(), "1");
        fs::write(living.folder("archive-0").unwrap().join("file"), "x").unwrap();
        let dead = all.path().join("orcidlake-2");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("file"), "x").unwrap();
        fs::write(dead.with_extension("lock"), "").unwrap();
        fs::write(all.path().join("letter.txt"), "").unwrap();

        let next = new(all.path(), "3");

        assert!(living.path.join("archive-0/file").exists() && next.path.exists());
        assert!(!dead.exists() && !dead.with_extension("lock").exists());
        drop((living, next));
        let left: Vec<_> =
            fs::read_dir(all.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["letter.txt"]);
    }
}
