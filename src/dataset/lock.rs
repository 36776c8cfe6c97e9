//! Allows one change of a dataset at a time: a lock file in the dataset that names its holder, and
//! that the system releases when the holder dies.
//!
//! The lock is on a file (an inode), not on a name: it stays held when a commit puts a folder of
//! hard links in the dataset's place. Every change of an existing dataset takes this lock first,
//! and holds it until it ends: a refresh holds it for hours, with several commits. The lock of the
//! folder beside the dataset (`dataset/commit.rs`) is another one: it separates processes that
//! build a next state, even of a dataset that does not exist yet, and is held for one change.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arrow::temporal_conversions::timestamp_s_to_datetime;

use super::error::DatasetError;
use super::files::{is_same_file, open_or_create};

/// The file's name in the dataset. A refresh was the first to take it.
pub const LOCK_NAME: &str = "refresh.lock";
/// Bytes of the holder's line that are shown.
const MAX_HOLDER_BYTES: u64 = 200;

/// The time for which a process that only reads the status may hold the lock.
const GLANCE: Duration = Duration::from_secs(1);

/// A lock that is held until this value and all its clones are dropped.
#[derive(Debug, Clone)]
pub struct DatasetLock {
    dataset: PathBuf,
    _file: Arc<File>,
}

impl DatasetLock {
    /// Takes the lock of the dataset in the existing folder `dataset`; `act` tells other processes
    /// what for, such as `refresh`.
    ///
    /// # Errors
    /// [`DatasetError::Locked`] with the holder if another process has it; other errors if the disk
    /// fails.
    pub fn take(dataset: &Path, act: &str) -> Result<Self, DatasetError> {
        let path = dataset.join(LOCK_NAME);
        let mut file = open_or_create(&path).map_err(DatasetError::io("make", &path))?;
        let begun = Instant::now();
        let mut locked = file.try_lock();
        // A process that reads the status holds the lock for a moment.
        while matches!(locked, Err(TryLockError::WouldBlock)) && begun.elapsed() < GLANCE {
            std::thread::sleep(GLANCE / 20);
            locked = file.try_lock();
        }
        match locked {
            // A commit has put another file under the name since it was opened.
            Ok(()) if !is_same_file(&file, &path) => return Self::take(dataset, act),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DatasetError::Locked { path: dataset.to_owned(), holder: holder_of(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(DatasetError::io("lock", &path)(error)),
        }
        let write = |file: &mut File| -> io::Result<()> {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            writeln!(file, "{act}, process {} since {}", std::process::id(), now())
        };
        write(&mut file).map_err(DatasetError::io("write", &path))?;
        Ok(Self { dataset: dataset.to_owned(), _file: Arc::new(file) })
    }

    /// The dataset of this lock.
    pub fn dataset(&self) -> &Path {
        &self.dataset
    }

    /// The holder of the lock, if there is one.
    pub fn holder(dataset: &Path) -> Option<String> {
        let mut file = File::open(dataset.join(LOCK_NAME)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(holder_of(&mut file)),
            _ => None,
        }
    }
}

fn holder_of(file: &mut File) -> String {
    let mut holder = String::new();
    let _ = file.take(MAX_HOLDER_BYTES).read_to_string(&mut holder);
    holder.trim().to_owned()
}

/// This minute, as `2025-10-01 00:00 UTC`.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let date = timestamp_s_to_datetime(seconds.cast_signed());
    date.map_or_else(|| seconds.to_string(), |date| date.format("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(DatasetLock::holder(folder.path()), None);
        let lock = DatasetLock::take(folder.path(), "convert").unwrap();

        let error = DatasetLock::take(folder.path(), "refresh").unwrap_err();

        let own = format!("convert, process {} since 2", std::process::id());
        assert!(
            matches!(&error, DatasetError::Locked { holder, .. } if holder.starts_with(&own) && holder.ends_with(" UTC")),
            "{error}"
        );
        assert!(DatasetLock::holder(folder.path()).unwrap().starts_with(&own));
        drop(lock);
        assert!(DatasetLock::take(folder.path(), "refresh").is_ok());
    }
}
