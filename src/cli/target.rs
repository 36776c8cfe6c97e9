//! Files that a command writes where the user says: never over its own input, never into a
//! dataset, and under their name only when they are whole.

use std::fs::{self, File, Metadata};
use std::io::{BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::dataset::{Dataset, DatasetError};

/// What a file is called until it is whole.
const PART_ENDING: &str = ".part";

/// Refuses a path that a command must not write to: standard output's, one within a
/// dataset, and one of `inputs`, under whatever name.
///
/// # Errors
/// [`Failure`] that says what is there.
pub fn check_target(path: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    if path == Path::new("-") {
        return Err(Failure::new("a file cannot be called -", "leave the option out for standard output"));
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = absolute.parent().and_then(|folder| folder.canonicalize().ok()).unwrap_or_default();
    if let Some(dataset) = real.ancestors().chain(absolute.ancestors()).find(|above| Dataset::is_at(above)) {
        let what = format!("{} lies in the dataset at {}", path.display(), dataset.display());
        return Err(Failure::new(what, "write to a place beside the dataset"));
    }
    let same = |one: &Metadata, other: &Metadata| (one.dev(), one.ino()) == (other.dev(), other.ino());
    let own = fs::metadata(path).ok();
    let is_own = |input: &&&Path| match (&own, fs::metadata(input)) {
        (Some(own), Ok(input)) => own.is_file() && same(own, &input),
        _ => false,
    };
    match inputs.iter().find(is_own) {
        Some(input) => {
            let what = format!("{} is read by this command, as {}", path.display(), input.display());
            Err(Failure::new(what, "write to another file"))
        }
        None => Ok(()),
    }
}

/// A file that is being written.
pub struct Target {
    path: PathBuf,
    part: PathBuf,
}

impl Target {
    /// Begins a file that is to stand at `path`. A device or a pipe is written to as it is.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be made.
    pub fn create(path: &Path) -> Result<(Self, BufWriter<File>), Failure> {
        let is_special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let part = if is_special { path.to_owned() } else { part_of(path) };
        let file = File::create(&part).map_err(DatasetError::io("make", path))?;
        Ok((Self { path: path.to_owned(), part }, BufWriter::new(file)))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`Failure`] where the disk fails.
    pub fn finish(self) -> Result<(), Failure> {
        if self.part != self.path {
            fs::rename(&self.part, &self.path).map_err(DatasetError::io("write", &self.path))?;
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if self.part != self.path {
            // Of a file that was finished there is none.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Writes a whole file.
///
/// # Errors
/// [`Failure`] where the disk fails; what stood there stays.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let (target, mut file) = Target::create(path)?;
    let written = file.write_all(bytes).and_then(|()| file.flush());
    written.map_err(DatasetError::io("write", path))?;
    target.finish()
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(PART_ENDING);
    path.with_file_name(name)
}
