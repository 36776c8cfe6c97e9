//! What a crash has left beside a dataset: its only state, where the system cannot
//! exchange two names and the run died between two renames; archives that had waited to
//! replace it, where the run died after they had.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::commit::Staging;
use super::error::DatasetError;
use super::finished::Finished;
use super::layout::{MANIFEST_NAME, staging_folder};
use super::reader::Dataset;

/// For so long another run may stand between two renames.
const BETWEEN_RENAMES: Duration = Duration::from_secs(1);

/// Where the dataset at `root` can be read. As a rule that is `root`. Where a crash left
/// nothing there, the state before is brought back; where that cannot be done, because
/// another run works there or nothing may be written, it is read from where it lies.
pub(super) fn present(root: &Path) -> Cow<'_, Path> {
    if root.exists() {
        return Cow::Borrowed(root);
    }
    let old = old_state(&behind_links(root));
    let is_left = || old.join(MANIFEST_NAME).is_file();
    let begun = Instant::now();
    while is_left() && begun.elapsed() < BETWEEN_RENAMES {
        if Staging::begin(root).is_ok() || root.exists() {
            return Cow::Borrowed(root);
        }
        std::thread::sleep(BETWEEN_RENAMES / 20);
    }
    if !root.exists() && is_left() { Cow::Owned(old) } else { Cow::Borrowed(root) }
}

/// Takes the lock of a dataset that is to be changed and is there already, clears what a
/// crash has left beside it, and opens it, as no other can change it now.
///
/// # Errors
/// [`DatasetError`] where there is none, where it is of a format that is not changed, where
/// another run holds the lock, or where the disk fails.
pub fn begin_change(root: &Path) -> Result<(Staging, Dataset), DatasetError> {
    // Nothing is made beside what cannot be changed.
    Dataset::open(root)?.manifest.check_format(root)?;
    let staging = Staging::begin(root)?;
    let dataset = Dataset::open(root)?;
    dataset.manifest.check_format(root)?;
    // What cannot be cleared now is cleared by the next change.
    let _ = Finished::clear_committed(&staging, &dataset.manifest);
    Ok((staging, dataset))
}

/// The name under which a dataset's state waits between two renames.
pub(super) fn old_state(dataset: &Path) -> PathBuf {
    staging_folder(dataset).join("old")
}

/// The absolute path that links lead to, of what need not exist.
pub(super) fn behind_links(path: &Path) -> PathBuf {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        found => return found.unwrap_or_else(|_| path.to_owned()),
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parent = absolute.parent().unwrap_or(&absolute);
    match fs::read_link(&absolute) {
        Ok(target) => behind_links(&parent.join(target)),
        Err(_) => absolute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dataset that lies where a crash between two renames leaves it.
    fn left() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("dataset");
        let old = old_state(&root);
        fs::create_dir_all(&old).unwrap();
        fs::write(old.join(MANIFEST_NAME), "{}").unwrap();
        (folder, root, old)
    }

    #[test]
    fn the_state_before_is_brought_back() {
        let (folder, root, _) = left();
        std::os::unix::fs::symlink("dataset", folder.path().join("link")).unwrap();

        let found = present(&folder.path().join("link")).into_owned();

        assert!(found.join(MANIFEST_NAME).is_file() && root.join(MANIFEST_NAME).is_file());
        assert!(!staging_folder(&root).exists());
    }

    #[test]
    fn where_it_cannot_be_brought_back_it_is_read_in_its_place() {
        let (_folder, root, old) = left();
        // Who holds the lock has not come to it.
        let lock = fs::File::create(staging_folder(&root).join("lock")).unwrap();
        lock.lock().unwrap();

        let found = present(&root).into_owned();

        assert_eq!(found, old);
    }
}
