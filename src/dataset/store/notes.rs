//! What a change puts into an object store, noted on a local disk before it is put, so that a later
//! run on this machine can remove what a killed process has left.
//!
//! The notes are the lines of the change's lock file (`scratch.rs`). They need not survive a crash
//! of the machine, so they are not synced.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::dataset::error::DatasetError;

/// A line of the notes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The dataset.
    Place(PathBuf),
    /// An object of this name will be put.
    File(String),
    /// A multipart upload of an object has this id.
    Upload { name: String, id: String },
    /// A multipart upload is complete, or aborted.
    Ended(String),
    /// The manifest of this version will be put, which names the files before this line.
    Version(u64),
}

/// A multipart upload that is not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenUpload {
    /// The name of its object in the dataset.
    pub name: String,
    /// Its id; `None` if it is not known, or if there may be none.
    pub id: Option<String>,
}

/// The notes of a change that is under way.
#[derive(Debug)]
pub struct Notes {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The lock file, whose lock is held until this is dropped.
    file: File,
    open: BTreeSet<String>,
    has_leftovers: bool,
}

impl Notes {
    /// Begins notes for the dataset at `place` in `file`, which is empty.
    pub(super) fn begin(path: &Path, file: File, place: &Path) -> Result<Self, DatasetError> {
        let state = Mutex::new(State { file, open: BTreeSet::new(), has_leftovers: false });
        let notes = Self { path: path.to_owned(), state };
        notes.write(&Line::Place(place.to_owned()))?;
        Ok(notes)
    }

    /// Notes that an object is going to be put.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn file(&self, name: &str) -> Result<(), DatasetError> {
        self.write(&Line::File(name.to_owned()))
    }

    /// Notes that a multipart upload has begun.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn upload(&self, name: &str, id: &str) -> Result<(), DatasetError> {
        self.state().open.insert(id.to_owned());
        self.write(&Line::Upload { name: name.to_owned(), id: id.to_owned() })
    }

    /// Notes that a multipart upload is complete, or aborted.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn ended(&self, id: &str) -> Result<(), DatasetError> {
        self.state().open.remove(id);
        self.write(&Line::Ended(id.to_owned()))
    }

    /// Notes that a version is going to be put, which names all files that were noted before. From
    /// now on they are not removed as leftovers, since the version may come to be there late.
    ///
    /// # Errors
    /// [`DatasetError`] if the disk fails.
    pub fn version(&self, number: u64) -> Result<(), DatasetError> {
        self.write(&Line::Version(number))
    }

    /// Notes that something could not be removed, so that the next run has to.
    pub(super) fn leave(&self) {
        self.state().has_leftovers = true;
    }

    /// True if the next run must remove something.
    pub(super) fn are_needed(&self) -> bool {
        let state = self.state();
        state.has_leftovers || !state.open.is_empty()
    }

    fn write(&self, line: &Line) -> Result<(), DatasetError> {
        let io = || DatasetError::io("write", &self.path);
        let text = serde_json::to_string(line).map_err(|error| io()(error.into()))? + "\n";
        self.state().file.write_all(text.as_bytes()).map_err(io())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a dead process may have left in a store.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Leftovers {
    /// The dataset.
    pub place: PathBuf,
    pub uploads: Vec<OpenUpload>,
    /// Objects that no version names, and none will.
    pub files: Vec<String>,
}

impl Leftovers {
    /// Those of the process that wrote these notes, whose last line may be cut off.
    pub fn of(notes: &str) -> Self {
        let mut found = Self::default();
        let mut open = BTreeMap::new();
        let lines = notes.lines().filter_map(|line| serde_json::from_str(line).ok());
        let mut names = BTreeMap::new();
        for line in lines {
            match line {
                Line::Place(place) => found.place = place,
                Line::File(name) => {
                    names.insert(name.clone(), None);
                    found.files.push(name);
                }
                Line::Upload { name, id } => drop(open.insert(id, name)),
                Line::Ended(id) => {
                    if let Some(name) = open.remove(&id) {
                        names.remove(&name);
                    }
                }
                Line::Version(_) => {
                    found.files.clear();
                    names.clear();
                }
            }
        }
        // A process may have died before it heard the id of its upload.
        names.extend(open.into_iter().map(|(id, name)| (name, Some(id))));
        found.uploads = names.into_iter().map(|(name, id)| OpenUpload { name, id }).collect();
        found
    }

    pub fn is_empty(&self) -> bool {
        self.uploads.is_empty() && self.files.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_version_may_name_is_left_and_uploads_that_have_not_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let notes = Notes::begin(&path, File::create(&path).unwrap(), Path::new("s3://b/orcid")).unwrap();
        notes.file("a").unwrap();
        notes.upload("a", "1").unwrap();
        notes.ended("1").unwrap();
        notes.version(7).unwrap();
        notes.file("b").unwrap();
        notes.file("c").unwrap();
        notes.upload("c", "2").unwrap();
        assert!(notes.are_needed());
        drop(notes);
        let text = std::fs::read_to_string(&path).unwrap() + r#"{"file":"cut o"#;

        let found = Leftovers::of(&text);

        let upload =
            |name: &str, id: Option<&str>| OpenUpload { name: name.into(), id: id.map(str::to_owned) };
        assert_eq!(
            found,
            Leftovers {
                place: "s3://b/orcid".into(),
                uploads: vec![upload("b", None), upload("c", Some("2"))],
                files: vec!["b".to_owned(), "c".to_owned()],
            }
        );
    }
}
