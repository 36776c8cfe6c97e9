//! Finds the only state of a dataset after a crash between two renames, on systems that cannot
//! exchange two names.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use super::commit::Staging;
use super::layout::{MANIFEST_NAME, behind_links, old_state};

/// The time that another run may take between two renames.
const BETWEEN_RENAMES: Duration = Duration::from_secs(1);

/// The path at which the dataset at `root` can be read: usually `root`. If a crash left nothing
/// there, the previous state is renamed back; if that is impossible, because another run works
/// there or nothing may be written, the state is read under its temporary name.
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::dataset::layout::staging_folder;

    /// A dataset under the temporary name that a crash between two renames leaves.
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
        // The process with the lock has not restored the dataset yet.
        let lock = fs::File::create(staging_folder(&root).join("lock")).unwrap();
        lock.lock().unwrap();

        let found = present(&root).into_owned();

        assert_eq!(found, old);
    }
}
