//! Files that have a temporary name until they are complete, so that no incomplete file looks like
//! an archive.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::SynthError;

/// The name of a file that is being written.
pub fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Gives files that are whole, each written as [`part_of`] its path, their names;
/// removes them where what was `made` is an error.
pub fn put_in_place<T>(paths: &[PathBuf], made: Result<T, SynthError>) -> Result<T, SynthError> {
    let made = made.and_then(|made| {
        let fail = |path: &PathBuf| {
            let path = path.clone();
            move |source| SynthError::Write { path, source }
        };
        paths.iter().try_for_each(|path| fs::rename(part_of(path), path).map_err(fail(path)))?;
        Ok(made)
    });
    if made.is_err() {
        for path in paths {
            // One that was never made is no harm.
            let _ = fs::remove_file(part_of(path));
        }
    }
    made
}
