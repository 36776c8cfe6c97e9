//! One change of a dataset at a time: a lock in the dataset that the system
//! frees when its holder dies, and that says who holds it.
//!
//! It is a lock on a file, not on a name: a commit, which puts a folder of hard
//! links in the dataset's place, leaves it held.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::RefreshError;
use orcid_api::time::readable;
use orcid_xml::Timestamp;

/// The file's name in the dataset.
pub const LOCK_NAME: &str = "refresh.lock";
/// Bytes of the holder's line that are shown.
const MAX_HOLDER_BYTES: u64 = 200;

/// For so long a lock may be in somebody's hands who only looks.
const GLANCE: Duration = Duration::from_secs(1);

/// Held for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the dataset at `dataset`; `act` tells others what for, such as
    /// `refresh`.
    ///
    /// # Errors
    /// [`RefreshError::Locked`] with the holder where another has it.
    pub fn take(dataset: &Path, act: &str, now: Timestamp) -> Result<Self, RefreshError> {
        let path = dataset.join(LOCK_NAME);
        let io = |act| {
            let path = path.clone();
            move |source| RefreshError::Io { act, path, source }
        };
        let open = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        let mut file = open.map_err(io("make"))?;
        let begun = Instant::now();
        let mut locked = file.try_lock();
        // Who looks at the status holds it for a moment.
        while matches!(locked, Err(TryLockError::WouldBlock)) && begun.elapsed() < GLANCE {
            std::thread::sleep(GLANCE / 20);
            locked = file.try_lock();
        }
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(RefreshError::Locked { path: dataset.to_owned(), holder: holder_of(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(io("lock")(error)),
        }
        let write = |file: &mut File| -> io::Result<()> {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            writeln!(file, "{act}, process {} since {}", std::process::id(), readable(now))
        };
        write(&mut file).map_err(io("write"))?;
        Ok(Self { _file: file })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::holder(folder.path()), None);
        let lock = Lock::take(folder.path(), "convert", 0).unwrap();

        let error = Lock::take(folder.path(), "refresh", 0).unwrap_err();

        let own = format!("convert, process {} since 1970-01-01 00:00 UTC", std::process::id());
        assert!(matches!(&error, RefreshError::Locked { holder, .. } if *holder == own), "{error}");
        assert_eq!(Lock::holder(folder.path()), Some(own));
        drop(lock);
        assert!(Lock::take(folder.path(), "refresh", 0).is_ok());
    }
}
