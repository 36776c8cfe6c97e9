//! Tells which runs of a part's task are dead, so that their folders can be removed.
//!
//! A run holds a lock on a file in its folder, which the system releases when the run dies. Locks of
//! files do not reach across machines everywhere, so the file also names the machine, by the id that
//! its kernel got when it started. Only runs of this machine are judged; containers share its kernel.
//! The file is removed before the folder becomes that of a finished part.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use super::error::DatasetError;
use super::files::{is_same_file, open_or_create, remove};

/// The file's name in the folder of a run.
const RUN_NAME: &str = "run.lock";
/// The id of this machine since its last start; other systems than Linux have none.
const MACHINE: &str = "/proc/sys/kernel/random/boot_id";

/// Says that a run lives, until this value is dropped or the process dies.
#[derive(Debug)]
pub struct RunMark {
    _lock: File,
}

impl RunMark {
    /// Marks the folder of a run of this process; `None` if that cannot be done, so that nobody will
    /// take the run for dead.
    pub fn new(folder: &Path) -> Option<Self> {
        let machine = fs::read_to_string(MACHINE).ok()?;
        let mut file = open_or_create(&folder.join(RUN_NAME)).ok()?;
        // The machine is written when the lock is held: without it, the run is not judged.
        file.try_lock().ok()?;
        file.write_all(machine.as_bytes()).ok()?;
        Some(Self { _lock: file })
    }

    /// Takes the mark off a folder, while the lock is still held.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn take_off(folder: &Path) -> Result<(), DatasetError> {
        remove(&folder.join(RUN_NAME))
    }
}

/// Removes the folder of a run of this machine that is dead; other folders stay.
///
/// # Errors
/// [`DatasetError`] if the disk fails.
pub fn remove_if_dead(folder: &Path) -> Result<(), DatasetError> {
    let path = folder.join(RUN_NAME);
    let Ok(mut file) = File::open(&path) else { return Ok(()) };
    let mut found = String::new();
    let is_ours = file.read_to_string(&mut found).is_ok()
        && !found.is_empty()
        && fs::read_to_string(MACHINE).is_ok_and(|machine| machine == found);
    // A run that ends takes the mark off before it releases the lock.
    if is_ours && file.try_lock().is_ok() && is_same_file(&file, &path) { remove(folder) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_runs_of_this_machine_that_nobody_holds_are_removed() {
        let all = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = all.path().join(name);
            fs::create_dir(&folder).unwrap();
            folder
        };
        let (living, dead, ended) = (folder("living"), folder("dead"), folder("ended"));
        let (elsewhere, unmarked, beginning) = (folder("elsewhere"), folder("unmarked"), folder("beginning"));
        let mark = RunMark::new(&living);
        let of_ended = RunMark::new(&ended);
        RunMark::take_off(&ended).unwrap();
        drop((RunMark::new(&dead), of_ended));
        fs::write(elsewhere.join(RUN_NAME), "another machine").unwrap();
        fs::write(beginning.join(RUN_NAME), "").unwrap();

        for folder in [&living, &dead, &ended, &elsewhere, &unmarked, &beginning] {
            remove_if_dead(folder).unwrap();
        }

        let can_tell = Path::new(MACHINE).exists();
        assert_eq!((mark.is_some(), dead.exists()), (can_tell, !can_tell));
        assert!([&living, &ended, &elsewhere, &unmarked, &beginning].iter().all(|folder| folder.exists()));
    }
}
