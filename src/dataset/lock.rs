//! One change of a dataset at a time: a lock in the dataset that the system
//! frees when its holder dies, and that says who holds it.
//!
//! It is a lock on a file, not on a name: a commit, which puts a folder of hard
//! links in the dataset's place, leaves it held. Whoever changes a dataset that is there takes it
//! first, and holds it for as long as the change takes: a refresh for hours, with several commits.
//! The lock of the folder beside (`dataset/commit.rs`) is another: it keeps apart those who make
//! a next state, also of a dataset that is not there yet, and is held for one change.

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

/// For so long a lock may be in somebody's hands who only looks.
const GLANCE: Duration = Duration::from_secs(1);

/// Held for as long as it lives, or a copy of it.
#[derive(Debug, Clone)]
pub struct DatasetLock {
    dataset: PathBuf,
    _file: Arc<File>,
}

impl DatasetLock {
    /// Takes the lock of the dataset in the folder `dataset`, which is there; `act` tells others
    /// what for, such as `refresh`.
    ///
    /// # Errors
    /// [`DatasetError::Locked`] with the holder if another has it; others if the disk
    /// fails.
    pub fn take(dataset: &Path, act: &str) -> Result<Self, DatasetError> {
        let path = dataset.join(LOCK_NAME);
        let mut file = open_or_create(&path).map_err(DatasetError::io("make", &path))?;
        let begun = Instant::now();
        let mut locked = file.try_lock();
        // Who looks at the status holds it for a moment.
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

    /// The dataset that it is of.
    pub fn dataset(&self) -> &Path {
        &self.dataset
    }

    /// Who holds the lock, if anybody does.
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
